"""Streams: units of one kind that go one way through the corridor, so many a year."""

from __future__ import annotations

from dataclasses import dataclass

EVEN = (1 / 12,) * 12


@dataclass(frozen=True, slots=True)
class Pass:
    """Go through a facility: a gate, a crane, a gauge change."""

    facility: str


@dataclass(frozen=True, slots=True)
class Ride:
    """Ride a way (a service in one direction) from one of its stops to a later one."""

    way: str
    board: int
    alight: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Units of one row of demand on one chain of legs."""

    id: str
    demand: str
    origin: str
    destination: str
    family: str
    unit: str
    """container, wagon or truck."""
    teu: int
    """Of a container: 1 or 2."""
    tonnes: float
    """Goods in one unit."""
    per_year: float
    """Units a year."""
    month_shares: tuple[float, ...]
    """Shares of the year's units by month (12,)."""
    legs: tuple[Pass | Ride, ...]

    @property
    def group(self) -> str:
        """What its times are counted in: origin, destination, family and unit."""
        return f"{self.origin} - {self.destination} | {self.family} | {self.unit}"
