"""GeoJSON (RFC 7946) of a corridor: places as points, links as lines, with what the tables say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.formats.line import Point, lines
from karvan.tables import BY_NAME

NOTICE = "Lines of railways and roads: (c) OpenStreetMap contributors, ODbL 1.0. Boundaries imply no opinion."


def geojson(corridor: Corridor) -> dict[str, Any]:
    """A feature collection: every place, then every link."""
    drawn = lines(corridor)
    places = [_feature("place", row, {"type": "Point", "coordinates": [row.lon, row.lat]}) for row in corridor.places()]
    links = [_feature("link", row, _line(drawn[row.id])) for row in corridor.rows("link")]
    return collection(corridor.name, [*places, *links])


def collection(name: str, features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A feature collection with our notice."""
    return {"type": "FeatureCollection", "name": name, "notice": NOTICE, "features": list(features)}


def point(name: str, lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    """A point (degrees, WGS 84) with what is said of it."""
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def line_feature(name: str, points: Sequence[Point], properties: dict[str, Any]) -> dict[str, Any]:
    """A line (degrees, WGS 84) with what is said of it."""
    return {"type": "Feature", "id": name, "geometry": _line(points), "properties": properties}


def _feature(table: str, row: Row, geometry: dict[str, Any]) -> dict[str, Any]:
    cells = {column.name: getattr(row, column.name) for column in BY_NAME[table] if column.name not in ("lon", "lat")}
    properties = {"table": table} | {name: value for name, value in cells.items() if value not in (None, "")}
    return {"type": "Feature", "id": row.id, "geometry": geometry, "properties": properties}


def _line(points: Sequence[Point]) -> dict[str, Any]:
    """A line; in two parts where it crosses the antimeridian, as the standard asks (section 3.1.9)."""
    parts = list(_parts(points))
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _parts(points: Sequence[Point]) -> Iterable[list[list[float]]]:
    part = [list(points[0])]
    for (lon, lat), (next_lon, next_lat) in pairwise(points):
        if abs(next_lon - lon) > 180:
            side = 180.0 if lon > 0 else -180.0
            share = (side - lon) / (next_lon + 2 * side - lon)
            crossing = lat + share * (next_lat - lat)
            yield [*part, [side, crossing]]
            part = [[-side, crossing]]
        part.append([next_lon, next_lat])
    yield part
