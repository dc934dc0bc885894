"""Scenarios: the kinds of change, what projects change, and a corridor bent by them."""

from karvan.scenario.change import AddCell, Change, ScaleCell, SetCell, bend, read_change
from karvan.scenario.close import Close

__all__ = ["AddCell", "Change", "Close", "ScaleCell", "SetCell", "bend", "read_change"]
