"""Closures: storms, bans and the like.

They are drawn before a replication runs, for nothing in the system changes them; so two scenarios that share a seed
have the same storms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from karvan.sim.time import Time

Instant = TypeVar("Instant", int, float)
Spells = list[tuple[int, int]]
"""Beginnings and ends, ms."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Something that shuts gates now and then."""

    name: str
    rates: tuple[tuple[float, float], ...]
    """Until when, in hours, and how often an hour it begins while it is not on."""
    duration: Time


def union(many: Iterable[list[tuple[Instant, Instant]]]) -> list[tuple[Instant, Instant]]:
    """Spells in which any of several is on: in order, and not touching."""
    joined: list[tuple[Instant, Instant]] = []
    for begin, end in sorted(spell for spells in many for spell in spells):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined
