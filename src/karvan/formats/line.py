"""The line of each link on the map, as outside formats draw it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

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


def simplified(points: Sequence[Point], tolerance_deg: float) -> list[Point]:
    """The points without which the line would be off by more than a tolerance (Douglas and Peucker 1973).

    In degrees of latitude; degrees of longitude count as much as they are long at the line's mean latitude. Both ends
    stay.
    """
    n = len(points)
    if n < 3 or tolerance_deg <= 0:
        return list(points)
    lon, lat = np.array(points, dtype=np.float64).T
    x, y = np.unwrap(lon, period=360.0) * np.cos(np.radians(lat.mean())), lat
    kept, parts = {0, n - 1}, [(0, n - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        off = _off(x[first : last + 1], y[first : last + 1])
        at = int(off.argmax())
        if off[at] > tolerance_deg:
            kept.add(first + at)
            parts += [(first, first + at), (first + at, last)]
    return [points[at] for at in sorted(kept)]


def _off(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far points (n,) are from the straight line between the first and the last of them (n,)."""
    dx, dy = x - x[0], y - y[0]
    length2 = dx[-1] ** 2 + dy[-1] ** 2
    share = np.clip((dx * dx[-1] + dy * dy[-1]) / length2, 0.0, 1.0) if length2 else np.zeros(len(x))
    found: np.ndarray = np.hypot(dx - share * dx[-1], dy - share * dy[-1])
    return found


def rounded(points: Sequence[Point], decimals: int) -> list[Point]:
    """Points to so many decimals, each once where neighbours fall together; a line keeps two."""
    found = [(round(lon, decimals) + 0.0, round(lat, decimals) + 0.0) for lon, lat in points]
    apart = [found[0], *(point for point, before in zip(found[1:], found, strict=False) if point != before)]
    return apart if len(apart) > 1 else [found[0], found[-1]]
