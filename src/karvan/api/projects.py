"""Projects: what is planned, built or done, and what it changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.commitments import Exact, FactCited
from karvan.api.problems import faults, no_such
from karvan.api.state import Asked
from karvan.evidence.commitments import unknown
from karvan.ground.errors import InputError, nearest
from karvan.report.projects import document, line
from karvan.tables.plans import PROJECT_KINDS, PROJECT_STATES

router = APIRouter(tags=["projects"])


class ProjectLine(Exact):
    """One project as a list shows it."""

    id: str = Field(examples=["alat-phase-2"])
    name: str = Field(examples=["Port of Alat, second phase"])
    kind: str = Field(examples=["port"])
    countries: list[str] = Field(description="ISO 3166-1 alpha-2.", examples=[["AZ"]])
    places: list[str] = Field(description="Where it is.", examples=[["ALAT"]])
    status: str = Field(examples=["under construction"])
    starts: str | None = Field(description="Month in which work begins.", examples=["2024-01"])
    opens: str | None = Field(description="Month from which its effects are there.", examples=["2027-12"])
    capex_musd: float | None = Field(description="What it costs to build, million USD.", examples=[250.0])
    capex_year: int | None = Field(description="Year of those prices.", examples=[2024])
    modelled: bool = Field(description="Whether anything of it is in the model.")
    changes: list[str] = Field(description="What it changes, a line each.",
                               examples=[["facility/ALAT-berth/servers +12.9"]])  # fmt: skip
    commitments: list[str] = Field(description="Commitments that it would fulfil.", examples=[["pr-alat-2"]])


class ProjectList(Exact):
    """Projects."""

    projects: list[ProjectLine]


class BasedNumber(Exact):
    """A number with how well it is based."""

    address: str = Field(description="As /basis takes it.", examples=["project/alat-phase-2/capex_musd"])
    column: str = Field(examples=["capex_musd"])
    value: float = Field(examples=[250.0])
    unit: str | None = Field(examples=["million USD"])
    meaning: str = Field(examples=["What it costs to build."])
    grade: str = Field(description="A to D; D is an assumption.", examples=["B"])
    method: str | None = Field(examples=["read"])


class Effect(Exact):
    """A number or word of the corridor that it changes."""

    changes: str = Field(description="TABLE/ROW/COLUMN.", examples=["facility/ALAT-berth/servers"])
    change: str = Field(description="set, add or scale.", examples=["add"])
    amount: float | None = Field(examples=[12.9])
    word: str | None
    unit: str | None
    opens: str | None = Field(description="From when on, where not from when the project opens.")
    ramp_years: float | None
    note: str | None
    numbers: list[BasedNumber]


class Built(Exact):
    """A row that it brings."""

    table: str = Field(examples=["link"])
    row: str = Field(description="Its key in the table of planned rows.", examples=["rail-KARS-NAKHCHIVAN"])
    address: str = Field(examples=["planned_link/rail-KARS-NAKHCHIVAN"])
    numbers: list[BasedNumber]


class ProjectDetails(ProjectLine):
    """One project."""

    opex_musd_year: float | None = Field(description="What it costs a year to keep, million USD.")
    life_years: float | None = Field(description="Until it is worn out.")
    ramp_years: float | None = Field(description="From opening until its effects are there in full.")
    outside: str | None = Field(description="Why nothing of it is modelled, where nothing is.")
    note: str | None
    numbers: list[BasedNumber] = Field(description="Of the project itself.")
    effects: list[Effect]
    builds: list[Built]
    facts: list[FactCited] = Field(description="Those that tell its status and dates.")


@router.get(
    "/corridors/{corridor}/projects", summary="All projects", responses={200: {"model": ProjectList}, **faults(404)}
)
def projects(
    request: Request,
    asked: Asked,
    kind: Annotated[str, Query(max_length=64, json_schema_extra={"enum": ["", *PROJECT_KINDS]})] = "",
    status: Annotated[str, Query(max_length=64, json_schema_extra={"enum": ["", *PROJECT_STATES]})] = "",
    place: Annotated[str, Query(max_length=64, description="Only those at this place.", examples=["ALAT"])] = "",
    modelled: Annotated[
        bool | None, Query(description="Only those of which something is in the model, or not.")
    ] = None,
) -> Response:
    """With what each changes; all filters must hold."""
    corridor = asked.corridor
    known = {"kind": (kind, PROJECT_KINDS), "status": (status, PROJECT_STATES),
             "place": (place, tuple(corridor.by_key("place")) + tuple(corridor.by_key("planned_place")))}  # fmt: skip
    problems = [unknown(what, word, words) for what, (word, words) in known.items() if word and word not in words]
    if problems:
        raise InputError("the request", problems)
    rows = [
        row
        for row in corridor.rows("project")
        if kind in ("", row.kind) and status in ("", row.status) and (not place or place in row.places)
        and modelled in (None, not row.outside)
    ]  # fmt: skip
    return lasting(request, {"projects": [line(corridor, row) for row in rows]})


@router.get(
    "/corridors/{corridor}/projects/{project}",
    summary="One project",
    responses={200: {"model": ProjectDetails}, **faults(404)},
)
def project(
    request: Request,
    asked: Asked,
    project: Annotated[str, Path(max_length=200, openapi_examples={"it": {"value": "alat-phase-2"}})],
) -> Response:
    """Its costs and dates, its effects and what it builds, each number with the address of its basis."""
    known = asked.corridor.by_key("project")
    if project not in known:
        raise no_such("project", project, nearest(project, known))
    return lasting(request, document(asked.corridor, known[project]))
