"""Room: how many units of goods a vehicle takes, and the facility that works on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from karvan.corridor.row import Row
from karvan.network.ride import BERTHS, Riding, Way


class Unit(Protocol):
    """What is carried: a container, a wagon or a truck."""

    @property
    def unit(self) -> str: ...
    @property
    def teu(self) -> float: ...
    @property
    def tonnes(self) -> float: ...


def room_for(vehicle: Row, of: Unit, share: float = 1.0) -> float:
    """Units that a vehicle takes when it loads a share of its capacity.

    Whole wagons and trucks; boxes are not rounded, for small ones stand beside large ones.
    """
    if of.unit == "container":
        return float(share * (vehicle.capacity_teu or 0.0) / of.teu)
    if of.unit == "wagon":
        slots = vehicle.capacity_wagons or (vehicle.capacity_t or 0.0) / of.tonnes
    else:
        slots = vehicle.capacity_trucks or (vehicle.capacity_teu or 0.0) / 2
    return float(int(share * slots + 1e-9))  # .58 of 50 is 29, though not in floating point


def load_share(riding: Riding, way: Way) -> float:
    """The share of its capacity that a vessel may load: the least of the berths at which it calls."""
    if way.service.mode not in BERTHS:
        return 1.0
    berths = [riding.berth(stop.place, way.service.vehicle) for stop in way.stops if stop.call != "pass"]
    return min((berth.load_share for berth in berths if berth and berth.load_share is not None), default=1.0)


LIKE = ("serves", "from_mode", "to_mode", "from_gauge_mm", "to_gauge_mm")
"""Columns in which facilities of a kind and place agree that do the same work."""


def facility_for(riding: Riding, name: str, vehicles: Sequence[str]) -> str:
    """A facility, or in its place one that does the same and names one of these vehicles, or names none."""
    facility = riding.corridor.row("facility", name)
    if facility.kind == "terminal_gate":
        return name
    alike = [
        other
        for other in riding.facilities(facility.kind, facility.place)
        if all(getattr(other, column) == getattr(facility, column) for column in LIKE)
    ]
    named = [other.id for other in alike if set(other.vehicles) & set(vehicles)]
    free = [other.id for other in alike if not other.vehicles]
    return str((named or ([name] if name in free else free) or [name])[0])
