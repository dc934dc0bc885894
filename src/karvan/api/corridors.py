"""Corridors: which there are, what each holds, and its tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from karvan.api.answers import answer, lasting
from karvan.api.problems import faults, no_such
from karvan.api.state import Asked, Shared
from karvan.api.worlds import Known
from karvan.corridor.row import Row
from karvan.ground.errors import nearest
from karvan.tables import BY_NAME, Table

router = APIRouter(tags=["corridors"])


class CorridorLine(BaseModel):
    """One corridor as a list shows it."""

    id: str = Field(examples=["middle-corridor"])
    title: str = Field(examples=["Trans-Caspian corridor"])
    digest: str = Field(description="SHA-256 of its files.")
    origin: str = Field(description="shipped, given or uploaded.", examples=["shipped"])


class CorridorList(BaseModel):
    """All corridors."""

    corridors: list[CorridorLine]


class CorridorPage(CorridorLine):
    """One corridor."""

    package: str = Field(description="Name of its package, as runs tell it.", examples=["middle-corridor"])
    tables: dict[str, int] = Field(description="Rows of each table.", examples=[{"place": 387}])
    families: list[dict[str, str]] = Field(examples=[[{"id": "middle", "name": "Middle Corridor"}]])
    years: list[int] = Field(description="Years of which it has demand.", examples=[[2024, 2025, 2030]])
    scenarios: list[str] = Field(description="Scenarios that come with it.", examples=[["base-2024"]])


class ColumnPage(BaseModel):
    """A column of a table."""

    name: str = Field(examples=["length_km"])
    unit: str | None = Field(examples=["km"])
    meaning: str = Field(examples=["Length along the line."])


class TablePage(BaseModel):
    """Some rows of a table."""

    table: str = Field(examples=["link"])
    meaning: str = Field(description="What a row is.")
    total: int = Field(description="Rows that fit what is asked, those not sent included.", examples=[1200])
    columns: list[ColumnPage]
    rows: list[dict[str, Any]]


@router.get("/corridors", summary="All corridors", responses={200: {"model": CorridorList}})
def corridors(shared: Shared) -> Response:
    """Those that ship, those the service was started with, and those that were uploaded."""
    return answer({"corridors": [asdict(one) for one in shared.worlds.lines()]})


@router.get("/corridors/{corridor}", summary="One corridor", responses={200: {"model": CorridorPage}, **faults(404)})
def corridor(request: Request, asked: Asked) -> Response:
    """How much it holds, its families of routes, its years of demand and its scenarios."""
    held = asked.corridor
    families = sorted(held.rows("family"), key=lambda row: int(row.seq))
    document = line(asked) | {
        "package": held.name,
        "tables": {name: len(rows) for name, rows in held.tables.items()},
        "families": [{"id": row.id, "name": row.name} for row in families],
        "years": sorted({row.year for row in held.rows("demand")}),
        "scenarios": sorted(held.scenarios),
    }
    return lasting(request, document)


@router.get(
    "/corridors/{corridor}/tables/{table}",
    summary="Rows of a table",
    responses={200: {"model": TablePage}, **faults(404)},
)
def table(
    request: Request,
    asked: Asked,
    shared: Shared,
    table: Annotated[str, Path(max_length=64, openapi_examples={"it": {"value": "facility"}})],
    where: Annotated[
        list[str], Query(description="COLUMN=VALUE; several must all hold.", examples=[["place=ALAT"]], max_length=8)
    ] = [],  # noqa: B006 (FastAPI copies it)
    scenario: Annotated[str, Query(max_length=500, description="The table as this has it.")] = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """In the order of their keys, with what each column means and its unit."""
    held = shared.worlds.world(asked.id, scenario).corridor
    if table not in held.tables or table not in BY_NAME:
        raise no_such("table", table, nearest(table, held.tables))
    schema = BY_NAME[table]
    wanted = [_condition(schema, one) for one in where]
    rows = [row for row in held.rows(table) if all(_text(row, name) == value for name, value in wanted)]
    document = {
        "table": table,
        "meaning": schema.doc,
        "total": len(rows),
        "columns": [{"name": one.name, "unit": one.unit or None, "meaning": one.doc} for one in schema],
        "rows": [_plain(schema, row) for row in rows[offset : offset + min(limit, shared.settings.limits.rows)]],
    }
    return lasting(request, document)


def line(known: Known) -> dict[str, Any]:
    """A corridor as a list shows it."""
    held = known.corridor
    return {"id": known.id, "title": held.description.title, "digest": held.digest, "origin": known.origin}


def _condition(schema: Table, said: str) -> tuple[str, str]:
    name, _, value = said.partition("=")
    if name not in schema.names:
        raise no_such("column", name, nearest(name, schema.names))
    return name, value


def _text(row: Row, name: str) -> str:
    value = getattr(row, name)
    return "" if value is None else str(value)


def _plain(schema: Table, row: Row) -> dict[str, Any]:
    return {name: list(cell) if isinstance(cell := getattr(row, name), tuple) else cell for name in schema.names}
