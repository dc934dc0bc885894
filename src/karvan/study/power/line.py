"""A line of rail between two places: its links in the order of travel, and when a train is on each."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem

RAIL = "rail"


@dataclass(frozen=True, slots=True)
class Hop:
    """A link that a train rides."""

    link: str
    from_place: str
    to_place: str
    country: str
    km: float
    begins_h: float
    """Hours after the departure, stops and borders not counted."""
    ends_h: float
    electrified: bool


def line_between(corridor: Corridor, start: str, end: str) -> tuple[Hop, ...]:
    """The shortest line of one gauge between two places, by the links there are, whether or not a service runs there.

    Raises InputError where there is none.
    """
    links = [row for row in corridor.rows("link") if row.mode == RAIL]
    found = [way for gauge in sorted({row.gauge_mm for row in links}) if (way := _way(links, gauge, start, end))]
    if not found or start == end:
        problem = Problem("the line", f"no rail of one gauge from {start} to {end}", "give two places that rail joins")
        raise InputError("the request", [problem])
    _, _, ridden = min(found)
    country = {place.id: place.country for place in corridor.places()}
    by_id = corridor.by_key("link")
    hops, at, clock_h = [], start, 0.0
    for name in ridden:
        row = by_id[name]
        there = row.to_place if row.from_place == at else row.from_place
        hours = row.length_km / row.speed_kmh
        hops.append(
            Hop(row.id, at, there, row.country or country[at], row.length_km, clock_h, clock_h + hours,
                bool(row.electrified))
        )  # fmt: skip
        at, clock_h = there, clock_h + hours
    return tuple(hops)


def _way(links: list[Row], gauge: str, start: str, end: str) -> tuple[float, str, tuple[str, ...]] | None:
    """Length, gauge and links of the shortest way on one gauge; None where there is none. Dijkstra (1959)."""
    out: dict[str, list[tuple[str, float, str]]] = {}
    for row in links:
        if row.gauge_mm == gauge:
            out.setdefault(row.from_place, []).append((row.to_place, row.length_km, row.id))
            if not row.one_way:
                out.setdefault(row.to_place, []).append((row.from_place, row.length_km, row.id))
    agenda: list[tuple[float, str, tuple[str, ...]]] = [(0.0, start, ())]
    settled = set[str]()
    while agenda:
        km, place, ridden = heappop(agenda)
        if place == end:
            return km, gauge, ridden
        if place not in settled:
            settled.add(place)
            for head, length, name in out.get(place, ()):
                if head not in settled:
                    heappush(agenda, (km + length, head, (*ridden, name)))
    return None
