"""Places: found by any usual spelling, in any script; and what is at one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.problems import faults, no_such
from karvan.api.state import Asked, Shared
from karvan.corridor.row import Row
from karvan.ground.errors import nearest
from karvan.tables import BY_NAME

router = APIRouter(tags=["corridors"])


class PlaceLine(BaseModel):
    """One place as a list shows it."""

    id: str = Field(examples=["ALAT"])
    name: str = Field(examples=["Alat"])
    country: str = Field(description="ISO 3166-1 alpha-2; empty at sea.", examples=["AZ"])
    kind: str = Field(examples=["port"])
    lon: float = Field(examples=[49.4])
    lat: float = Field(examples=[39.98])
    unlocode: str | None = Field(examples=["AZALA"])


class PlaceList(BaseModel):
    """Places."""

    places: list[PlaceLine]


class PlacePage(PlaceLine):
    """A place with what is there."""

    names: list[str] = Field(description="What else it is called.")
    links: list[dict[str, Any]] = Field(description="Rows of links that begin or end there.")
    facilities: list[dict[str, Any]] = Field(description="Rows of facilities there.")
    services: list[dict[str, Any]] = Field(description="Rows of services that stop there.")


@router.get("/corridors/{corridor}/places", summary="Find places", responses={200: {"model": PlaceList}, **faults(404)})
def places(
    request: Request,
    asked: Asked,
    shared: Shared,
    q: Annotated[str, Query(max_length=200, description="A name, an id or a UN/LOCODE; all places if empty.")] = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10,
) -> Response:
    """Those that are meant first, then those that are called most like it."""
    if not q.strip():
        return lasting(request, {"places": [line(row) for row in asked.corridor.places()[:limit]]})
    gazetteer = shared.worlds.planner(asked.id).gazetteer
    meant = gazetteer.find_places(q)
    like = gazetteer.nearest(q, limit + len(meant))
    rows = {row.id: row for row in (*meant, *like)}
    return lasting(request, {"places": [line(row) for row in list(rows.values())[:limit]]})


@router.get(
    "/corridors/{corridor}/places/{place}", summary="One place", responses={200: {"model": PlacePage}, **faults(404)}
)
def place(
    request: Request,
    asked: Asked,
    place: Annotated[str, Path(max_length=64, openapi_examples={"it": {"value": "ALAT"}})],
) -> Response:
    """With its links, facilities and services."""
    held = asked.corridor
    by_id = held.by_key("place")
    if place not in by_id:
        raise no_such("place", place, nearest(place, by_id))
    services = {stop.service for stop in held.rows("stop") if stop.place == place}
    document = line(by_id[place]) | {
        "names": [other.name for other in held.rows("place_name") if other.place == place],
        "links": [_row("link", row) for row in held.rows("link") if place in (row.from_place, row.to_place)],
        "facilities": [_row("facility", row) for row in held.rows("facility") if row.place == place],
        "services": [_row("service", row) for row in held.rows("service") if row.id in services],
    }
    return lasting(request, document)


def line(row: Row) -> dict[str, Any]:
    """A place as a list shows it."""
    return {
        "id": row.id, "name": row.name, "country": row.country, "kind": row.kind, "lon": row.lon, "lat": row.lat,
        "unlocode": row.unlocode or None,
    }  # fmt: skip


def _row(table: str, row: Row) -> dict[str, Any]:
    cells = {name: getattr(row, name) for name in BY_NAME[table].names}
    return {name: list(cell) if isinstance(cell, tuple) else cell for name, cell in cells.items()}
