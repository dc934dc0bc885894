"""Coasts and borders to hold lines against: `world-atlas` (Natural Earth, public domain), from its TopoJSON.

Boundaries imply no opinion; they serve to find lines that stray.
"""

from __future__ import annotations

import json
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import Polygon, STRtree
from shapely.affinity import translate

from .geodesy import Points, distance_km

STEP_KM = 2.0
COAST_KM = 5.0
"""Nearer to the coast than this, the map may be as wrong as the line."""
KM_PER_DEGREE = 111.2

NUMERIC = {
    "004": "AF", "031": "AZ", "040": "AT", "051": "AM", "056": "BE", "100": "BG", "112": "BY", "156": "CN", "203": "CZ",
    "233": "EE", "246": "FI", "250": "FR", "268": "GE", "276": "DE", "300": "GR", "348": "HU", "356": "IN", "364": "IR",
    "368": "IQ", "380": "IT", "398": "KZ", "417": "KG", "428": "LV", "440": "LT", "498": "MD", "496": "MN", "528": "NL",
    "586": "PK", "616": "PL", "642": "RO", "643": "RU", "688": "RS", "703": "SK", "705": "SI", "191": "HR", "762": "TJ",
    "792": "TR", "795": "TM", "804": "UA", "860": "UZ", "807": "MK", "724": "ES", "442": "LU", "756": "CH", "408": "KP",
}  # fmt: skip
"""ISO 3166-1 numbers of the atlas as the letters of the package; a country that is not here is shown by its number."""


class Atlas:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def land(self) -> STRtree:
        return STRtree([part for _, part in polygons(self.folder, "land")])

    @cached_property
    def coast(self) -> STRtree:
        rings = [ring for polygon in self.land.geometries for ring in (polygon.exterior, *polygon.interiors)]
        return STRtree([piece for ring in rings for piece in _pieces(ring)])

    @cached_property
    def countries(self) -> tuple[list[str], STRtree]:
        named = list(polygons(self.folder, "countries"))
        return [name for name, _ in named], STRtree([part for _, part in named])

    def km_on_land(self, line: Points) -> float:
        """Kilometres of the line over land, away from the coast."""
        points, km = dense(line)
        return float(km[self._ashore(points) & self._off_coast(points)].sum())

    def km_at_sea(self, line: Points) -> float:
        points, km = dense(line)
        return float(km[~self._ashore(points) & self._off_coast(points)].sum())

    def km_by_country(self, line: Points, left_out: set[str]) -> dict[str, float]:
        """Kilometres in each country, the named ones left out."""
        points, km = dense(line)
        names, tree = self.countries
        which, where = tree.query(shapely.points(points), predicate="intersects")
        found: dict[str, float] = {}
        for point, polygon in zip(which, where, strict=True):
            found[names[polygon]] = found.get(names[polygon], 0.0) + float(km[point])
        return {name: found[name] for name in sorted(found) if name not in left_out}

    def _ashore(self, points: Points) -> np.ndarray:
        ashore = np.zeros(len(points), dtype=bool)
        ashore[self.land.query(shapely.points(points), predicate="intersects")[0]] = True
        return ashore

    def _off_coast(self, points: Points) -> np.ndarray:
        shown = shapely.points(points)
        near = self.coast.query_nearest(shown, all_matches=False, return_distance=True)[1]
        return near * KM_PER_DEGREE * np.cos(np.radians(points[:, 1])) > COAST_KM


def dense(line: Points) -> tuple[Points, np.ndarray]:
    """Middles of short pieces of a line, and the pieces' lengths."""
    counts = np.maximum(1, np.ceil(distance_km(line[:-1], line[1:]) / STEP_KM)).astype(int)
    ends = np.vstack(
        [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(line, line[1:], counts, strict=False)] + [line[-1:]]
    )
    return (ends[:-1] + ends[1:]) / 2, distance_km(ends[:-1], ends[1:])


def polygons(folder: Path, layer: str) -> list[tuple[str, Polygon]]:
    """The polygons of a layer of the atlas with the country that they belong to, if any."""
    topology = json.loads((folder / f"{layer}-10m.json").read_text(encoding="utf-8"))
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    found = []
    for shape in topology["objects"][layer]["geometries"]:
        name = NUMERIC.get(shape.get("id", ""), shape.get("id", ""))
        found += [(name, part) for polygon in _parts(shape, arcs) for part in _cut(polygon)]
    return found


def _cut(polygon: Polygon) -> list[Polygon]:
    """What of an unrolled polygon lies beyond the antimeridian comes back in from the other side."""
    if polygon.bounds[0] >= -180 and polygon.bounds[2] <= 180:
        return _whole(polygon)
    turned = []
    for part in _whole(polygon):
        for turn in (-360, 0, 360):
            inside = part & shapely.box(turn - 180, -90, turn + 180, 90)
            turned += _whole(translate(inside, -turn))
    return turned


def _whole(shape: Any) -> list[Polygon]:
    """Its polygons, mended where they touch themselves; mending may nest collections in collections."""
    parts = shapely.get_parts(shape if shape.is_valid else shapely.make_valid(shape))
    return [part for part in shapely.get_parts(parts) if isinstance(part, Polygon)]


def _arc(steps: list[list[int]], transform: dict[str, list[float]]) -> list[tuple[float, float]]:
    (scale_x, scale_y), (x0, y0) = transform["scale"], transform["translate"]
    summed = accumulate(steps, lambda at, step: [at[0] + step[0], at[1] + step[1]])
    return [(x * scale_x + x0, y * scale_y + y0) for x, y in summed]


def _parts(shape: dict[str, Any], arcs: list[list[tuple[float, float]]]) -> list[Polygon]:
    rings = shape.get("arcs", [])
    if shape.get("type") == "Polygon":
        rings = [rings]
    parts = [[_ring(ring, arcs) for ring in polygon] for polygon in rings]
    return [Polygon(part[0], part[1:]) for part in parts if len(part[0]) > 3]


def _ring(numbers: list[int], arcs: list[list[tuple[float, float]]]) -> np.ndarray:
    """Arcs one after another; a number below zero is that arc backwards.

    Unrolled where it crosses the antimeridian, or Russia draws a wedge over the Baltic.
    """
    pieces = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    points = np.array([point for piece in pieces for point in piece[:-1]] + [pieces[-1][-1]])
    points[:, 0] = np.unwrap(points[:, 0], period=360)
    points[:, 0] -= 360 * np.round(points[:, 0].mean() / 360)
    return points


def _pieces(ring: Any) -> list[Any]:
    points = np.array(ring.coords)
    return [shapely.LineString(points[i : i + 20]) for i in range(0, len(points) - 1, 19)]
