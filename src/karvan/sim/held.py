"""A published quantity beside the simulated one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan

from karvan.corridor.row import Row
from karvan.sim.interval import Interval

NEAR = 0.25
"""A figure that is off by at most this share agrees with what was published."""


@dataclass(frozen=True, slots=True)
class Held:
    """A target beside the simulated figure."""

    target: Row
    simulated: Interval

    @property
    def ratio(self) -> float:
        """Simulated over published; nan where nothing was simulated, or nothing published."""
        return self.simulated.mean / self.target.value if self.target.value else nan

    @property
    def is_near(self) -> bool:
        """Whether it lies within the published range, widened by a quarter at each end."""
        low, high = (self.target.value if end is None else end for end in (self.target.low, self.target.high))
        return bool(low * (1 - NEAR) <= self.simulated.mean <= high * (1 + NEAR))


def near(held: Iterable[Held], role: str) -> tuple[int, int]:
    """Of the targets of a role that somebody passes, how many agree within a quarter, and how many there are."""
    there = [one for one in held if one.target.role == role and not isnan(one.simulated.mean)]
    return sum(one.is_near for one in there), len(there)
