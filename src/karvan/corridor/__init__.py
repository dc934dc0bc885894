"""The corridor: places, links, facilities, services and what belongs to them, as frozen rows."""

from karvan.corridor.corridor import Corridor
from karvan.corridor.load import inspect, load

__all__ = ["Corridor", "inspect", "load"]
