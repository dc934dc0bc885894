"""Scenarios: which come with a corridor, and all that one of them changes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.problems import faults, no_such
from karvan.api.state import Asked, Shared
from karvan.api.worlds import plain_scenario
from karvan.corridor import Corridor
from karvan.ground.errors import nearest
from karvan.ground.version import VERSION

router = APIRouter(tags=["scenarios"])


class Exact(BaseModel):
    """Has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class ScenarioLine(Exact):
    """One scenario, as `karvan scenarios --json` has it."""

    name: str = Field(examples=["partnership-2030"])
    title: str = Field(examples=["The full partnership, 2030"])
    note: str = Field(examples=["All that was agreed is built by its date."])
    year: int = Field(examples=[2030])
    demand_of: int = Field(description="The year of the package whose demand it starts from.", examples=[2030])
    co2e_usd_t: float | None = Field(description="The price of CO2e that it names, USD a tonne.", examples=[None])
    stands_on: list[str] = Field(description="Scenarios that it stands on.", examples=[["base-2030"]])
    projects: list[str] = Field(description="Projects that it builds.", examples=[["alat-phase-2"]])
    not_there: list[str] = Field(description="Those of them that open only later or change nothing.", examples=[[]])
    changes: list[str] = Field(
        description="Every change in a line of words.",
        examples=[["project/alat-phase-2: facility/ALAT-berth/servers more by 9.7087"]],
    )


class ScenarioList(Exact):
    """All scenarios of a corridor."""

    scenarios: list[ScenarioLine]


class BuiltRows(Exact):
    """Rows that a project brings."""

    project: str = Field(examples=["express-trains"])
    table: str = Field(examples=["service"])
    rows: list[str] = Field(description="Their keys.", examples=[["express-poti-baku"]])


class CellChanged(Exact):
    """A change of numbers."""

    address: str = Field(description="TABLE/ROWS/COLUMN; a * stands for any letters.",
                         examples=["facility/ALAT-berth/servers"])  # fmt: skip
    by: str = Field(description="project/ID or scenario NAME.", examples=["project/alat-phase-2"])
    project: str | None = Field(description="The project, if one makes it.", examples=["alat-phase-2"])
    change: str = Field(description="In words.", examples=["more by 9.7087"])


class TableChanges(Exact):
    """Changes in a table."""

    table: str = Field(examples=["facility"])
    changes: list[CellChanged] = Field(description="In the order in which they are made.")


class ShutFor(Exact):
    """Something that is shut for a time."""

    table: str = Field(examples=["facility"])
    row: str = Field(examples=["KURYK-berth"])
    begins: str = Field(examples=["2024-03-03T00:00:00+00:00"])
    ends: str = Field(examples=["2024-03-08T00:00:00+00:00"])


class ClosedFamily(Exact):
    """A family of routes that is closed."""

    family: str = Field(examples=["northern"])
    open_to: list[str] = Field(description="Countries whose own goods may still take it.", examples=[["RU"]])


class ScenarioDetails(ScenarioLine):
    """One scenario with all that it changes."""

    rows: dict[str, int] = Field(description="Rows of each table that differ from the package's.",
                                 examples=[{"facility": 6}])  # fmt: skip
    built: list[BuiltRows]
    cells: list[TableChanges]
    shut: list[ShutFor]
    closed_families: list[ClosedFamily]


@router.get(
    "/corridors/{corridor}/scenarios", summary="All scenarios", responses={200: {"model": ScenarioList}, **faults(404)}
)
def scenarios(request: Request, asked: Asked) -> Response:
    """Those that come with the corridor, by name."""
    corridor = asked.corridor
    return lasting(request, lambda: _list(corridor), tag=f"{corridor.digest} {VERSION} scenarios")


@router.get(
    "/corridors/{corridor}/scenarios/{scenario}",
    summary="One scenario",
    responses={200: {"model": ScenarioDetails}, **faults(404)},
)
def scenario(
    request: Request,
    asked: Asked,
    shared: Shared,
    scenario: Annotated[
        str,
        Path(
            max_length=200,
            openapi_examples={"it": {"value": "partnership-2030"}},
            description="A name, project:ID, commitment:ID, or several joined by +.",
        ),
    ],
) -> Response:
    """All that it changes: rows that projects build, numbers by their table and who changes them, what is shut."""
    from karvan.report.scenarios import changed_numbers, document, in_full

    plain_scenario(scenario)
    _there(asked.corridor, scenario)
    world = shared.worlds.world(asked.id, scenario)
    if world.scenario is None:  # nothing is named
        raise no_such("scenario", scenario, sorted(asked.corridor.scenarios))
    one = world.scenario

    def make() -> dict[str, Any]:
        return document(one) | {"rows": changed_numbers(world.base, world.corridor)} | in_full(one)

    return lasting(request, make, tag=f"{asked.corridor.digest} {VERSION} scenario {scenario}")


def _list(corridor: Corridor) -> dict[str, Any]:
    from karvan.report.scenarios import document
    from karvan.scenario.scenario import scenario as read

    return {"scenarios": [document(read(corridor, name)) for name in sorted(corridor.scenarios)]}


def _there(corridor: Corridor, text: str) -> None:
    """Raise ApiError 404 where a part of the name names nothing."""
    from karvan.scenario.stack import AND, COMMITMENT, PROJECT

    for part in (part.strip() for part in text.split(AND)):
        for what in (PROJECT, COMMITMENT):
            if part.startswith(what):
                table, name = what.removesuffix(":"), part.removeprefix(what)
                known = corridor.by_key(table)
                if name not in known:
                    raise no_such(table, name, nearest(name, known))
                break
        else:
            if part not in corridor.scenarios:
                raise no_such("scenario", part, nearest(part, corridor.scenarios) or sorted(corridor.scenarios))
