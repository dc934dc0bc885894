"""The map of a corridor: its lines, places and facilities as GeoJSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from karvan.api.answering import sent_if_new
from karvan.api.problems import faults
from karvan.api.state import Asked, Shared
from karvan.report.geometry import TOLERANCE_DEG

router = APIRouter(tags=["corridors"])
GEOJSON = "application/geo+json"


class GeometryPage(BaseModel):
    """RFC 7946; degrees, WGS 84."""

    type: Literal["Point", "LineString", "MultiLineString"]
    coordinates: list[Any]


class PropertiesPage(BaseModel):
    """Cells of the row that are not empty, and what a map tells things apart by."""

    model_config = ConfigDict(extra="allow")

    table: Literal["link", "place", "facility"]
    state: Literal["there", "changed", "new", "planned"] = Field(
        description="As the package has it; with other cells under the scenario; there only under it; only planned."
    )
    changed: list[str] | None = Field(None, description="Columns with other cells than the package's.")
    projects: list[str] | None = Field(None, description="Of what is planned: who would build it.")
    closures: list[str] | None = Field(None, description="Ids of the closures that may stop it.")
    shut: list[str] | None = Field(
        None, description="Dated closures as BEGIN/END, days.", examples=[["2025-09-12/2025-09-25"]]
    )
    families: list[str] | None = Field(
        None, description="Of a link: families of routes whose rule asks for its place, country or mode."
    )


class FeaturePage(BaseModel):
    """A link, a place, or a facility at its place. Ids are those of its table."""

    type: Literal["Feature"]
    id: str
    geometry: GeometryPage
    properties: PropertiesPage


class MapFamilyPage(BaseModel):
    """A family of routes."""

    id: str = Field(examples=["middle"])
    name: str = Field(examples=["Middle Corridor"])
    closed: bool = Field(description="Whether no goods may go by it under the scenario.")


class MapPage(BaseModel):
    """A feature collection: links, places, facilities, then what is planned and not there."""

    type: Literal["FeatureCollection"]
    name: str
    notice: str = Field(description="To be shown with the map.")
    features: list[FeaturePage]
    families: list[MapFamilyPage]


@router.get(
    "/corridors/{corridor}/map",
    summary="The map",
    responses={
        200: {"model": MapPage, "content": {GEOJSON: {}}, "description": "The map; media type application/geo+json."},
        304: {"description": "The client has it."},
        **faults(404),
    },
)
async def corridor_map(
    request: Request,
    asked: Asked,
    shared: Shared,
    scenario: Annotated[str, Query(max_length=500, description="The corridor as this has it.")] = "",
    tolerance: Annotated[
        float, Query(ge=0, le=5, allow_inf_nan=False, description="By how much lines may be off, degrees of latitude.")
    ] = TOLERANCE_DEG,
) -> Response:
    """Lines of links with no more points than a map needs, to four decimals, and all that it colours them by."""

    def made() -> bytes:
        from karvan.api.answers import encoded
        from karvan.report.features import features

        world = shared.worlds.world(asked.id, scenario)
        return encoded(features(world.base, world.corridor, tolerance))

    key = "map", *shared.worlds.stamp(asked.id), scenario, tolerance
    zipped = await shared.answering.get(key, made, shared.settings.limits.request_seconds)
    return sent_if_new(request, zipped, GEOJSON)
