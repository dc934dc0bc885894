"""Lines of the legs of an option, as GeoJSON has them: what a map draws of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.formats.geojson import line_feature
from karvan.formats.line import Point, lines, rounded, simplified
from karvan.itinerary import Leg, Plan

TOLERANCE_DEG = 0.005
"""Some 500 m: less than a pixel unless one looks at a single town."""
DECIMALS = 4
"""Some 10 m."""
Lines = Mapping[str, Sequence[Point]]


def thin_lines(corridor: Corridor, tolerance_deg: float = TOLERANCE_DEG) -> dict[str, list[Point]]:
    """The line of every link by its id, with no more points than a map needs."""
    return {link: rounded(simplified(points, tolerance_deg), DECIMALS) for link, points in lines(corridor).items()}


def with_geometry(document: dict[str, Any], plan: Plan, drawn: Lines) -> dict[str, Any]:
    """The document of a plan with `links` and `geometry` on each leg.

    Links are their ids in the order of travel, those that are travelled from their second end to their first with a -
    before. The geometry is a LineString, or a MultiLineString where it crosses the antimeridian; of a leg that stays
    where it is there is none.
    """
    options = []
    for told, option in zip(document["options"], plan.options, strict=True):
        legs = zip(told["legs"], option.legs, strict=True)
        options.append(told | {"legs": [leg | _drawn(plan.corridor, of, drawn) for leg, of in legs]})
    return document | {"options": options}


def _drawn(corridor: Corridor, leg: Leg, drawn: Lines) -> dict[str, Any]:
    travelled = [(item.row, item.place) for item in leg.items if item.kind == "travel"]
    if not travelled:
        return {"links": [], "geometry": None}
    links: list[str] = []
    points: list[Point] = []
    for link, begins in travelled:
        onward = corridor.row("link", link).from_place == begins
        links.append(link if onward else f"-{link}")
        points += drawn[link] if onward else reversed(drawn[link])
    whole = [points[0], *(point for before, point in pairwise(points) if point != before)]
    return {"links": links, "geometry": line_feature("", whole, {})["geometry"]}
