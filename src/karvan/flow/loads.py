"""What a method gives for a network of links: flows, how it came to them, and what found no way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.flow.used_paths import UsedPaths


class Step(NamedTuple):
    """Where a method stood after an iteration."""

    gap: float
    """Relative gap: total cost less that of all on the cheapest paths, over total cost. Of a stochastic equilibrium the
    flow on paths that would be chosen otherwise, over all flow."""
    objective: float
    """What is minimised; of an equilibrium, Beckmann's integral."""
    total: float
    """Flow times cost, over all classes."""


class Unserved(NamedTuple):
    """Trips that found no way, or for which there is no room."""

    trip_class: str
    origin: int
    """As the files call the zone."""
    destination: int
    trips: float
    reason: str


@dataclass(frozen=True, eq=False)
class Loads:
    """Flows of each class on each link, and what came of them."""

    roads: Roads
    method: str
    flow: Floats
    """Trips (n_classes, n_links)."""
    steps: tuple[Step, ...]
    """After each iteration, the last one at the end."""
    asked_gap: float
    unserved: tuple[Unserved, ...] = ()
    worth: Floats | None = None
    """What one more unit of capacity would save, of each link, where capacities are hard (n_links,)."""
    used_paths: UsedPaths | None = None
    """What these flows add up from, where the method knows and was asked."""

    @property
    def gap(self) -> float:
        return self.steps[-1].gap if self.steps else 0.0

    @property
    def converged(self) -> bool:
        return self.gap <= self.asked_gap

    @property
    def volume(self) -> Floats:
        """What all classes together take of each link's capacity (n_links,)."""
        found: Floats = np.array([of.pce for of in self.roads.classes]) @ self.flow
        return found

    @property
    def time(self) -> Floats:
        """Time on each link at these flows (n_links,)."""
        return times(self.roads, self.volume)

    @property
    def total_time(self) -> float:
        """Flow times time, over all links."""
        return float(self.volume @ self.time)


def times(roads: Roads, volume: Floats) -> Floats:
    """Time on each link at a volume (n_links,)."""
    found: Floats = roads.free_flow * (1 + roads.b * (volume / roads.capacity) ** roads.power)
    return found


def beckmann(roads: Roads, volume: Floats) -> Floats:
    """Integral of each link's time from no flow to a volume (n_links,): Beckmann, McGuire and Winsten (1956)."""
    share = roads.b / (roads.power + 1) * (volume / roads.capacity) ** roads.power
    found: Floats = roads.free_flow * volume * (1 + share)
    return found
