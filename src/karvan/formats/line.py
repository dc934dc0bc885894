"""The line of each link on the map, as outside formats draw it."""

from __future__ import annotations

from collections import defaultdict

from karvan.corridor.corridor import Corridor

Point = tuple[float, float]
"""Longitude and latitude, degrees, WGS 84."""


def lines(corridor: Corridor) -> dict[str, list[Point]]:
    """The waypoints of every link; a straight line between its ends where it has none."""
    drawn: dict[str, list[Point]] = defaultdict(list)
    for point in sorted(corridor.rows("waypoint"), key=lambda point: (point.link, point.seq)):
        drawn[point.link].append((point.lon, point.lat))
    found = {}
    for link in corridor.rows("link"):
        ends = (corridor.place(link.from_place), corridor.place(link.to_place))
        found[link.id] = drawn.get(link.id) or [(place.lon, place.lat) for place in ends]
    return found
