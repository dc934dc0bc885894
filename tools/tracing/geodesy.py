"""Distances on the globe. Points are arrays of shape (n, 2): longitude, latitude in degrees."""

from __future__ import annotations

import numpy as np

EARTH_RADIUS_KM = 6371.0088

Points = np.ndarray


def distance_km(a: Points, b: Points) -> np.ndarray:
    """Great-circle distance on a sphere, point by point: good enough to choose by, not to publish."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(x) for x in (a[..., 0], a[..., 1], b[..., 0], b[..., 1]))
    half = np.sin((lat_a - lat_b) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_a - lon_b) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def on_sphere(points: Points) -> np.ndarray:
    """Points as (x, y, z) in km, so that a k-d tree can search them."""
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return EARTH_RADIUS_KM * np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def geodesic_km(points: Points) -> float:
    """Length of a line on the WGS 84 ellipsoid: the figure to publish."""
    from pyproj import Geod  # only the tool needs it, not the tests of the pure parts

    return float(Geod(ellps="WGS84").line_length(points[:, 0], points[:, 1])) / 1000


def great_circle(a: Points, b: Points, step_km: float) -> Points:
    """Points of the shortest line from a to b, at most `step_km` apart, both ends included."""
    (start, end), km = on_sphere(np.vstack((a, b))) / EARTH_RADIUS_KM, float(distance_km(a, b))
    pieces = max(1, int(np.ceil(km / step_km)))
    angle = km / EARTH_RADIUS_KM
    if pieces == 1:
        return np.vstack((a, b))
    share = np.linspace(0, 1, pieces + 1)[:, None]
    x, y, z = ((np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)).T
    points = np.degrees(np.column_stack((np.arctan2(y, x), np.arcsin(np.clip(z, -1, 1)))))
    points[0], points[-1] = a, b
    return points
