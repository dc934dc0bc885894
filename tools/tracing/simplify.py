"""Fewer points for the same line."""

from __future__ import annotations

import numpy as np

from .geodesy import EARTH_RADIUS_KM, Points

KM_PER_DEGREE = EARTH_RADIUS_KM * np.pi / 180


def off_chord_km(points: Points, a: Points, b: Points) -> np.ndarray:
    """How far points lie from the straight piece a-b, on a plane map of the neighbourhood."""
    scale = KM_PER_DEGREE * np.array([np.cos(np.radians((a[1] + b[1]) / 2)), 1.0])
    p, q = (points - a) * scale, (b - a) * scale
    square = float(q @ q)
    along = np.clip(p @ q / square, 0, 1) if square else np.zeros(len(p))
    return np.hypot(*(p - along[:, None] * q).T)


def simplified(points: Points, tolerance_km: float) -> Points:
    """The line of Douglas and Peucker (1973): no dropped point lies further than the tolerance from what stays."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    open_pieces = [(0, len(points) - 1)]
    while open_pieces:
        first, last = open_pieces.pop()
        if last - first < 2:
            continue
        off = off_chord_km(points[first + 1 : last], points[first], points[last])
        if off.max() > tolerance_km:
            middle = first + 1 + int(off.argmax())
            keep[middle] = True
            open_pieces += [(first, middle), (middle, last)]
    return points[keep]
