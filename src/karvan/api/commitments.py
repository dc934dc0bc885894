"""Commitments: what was agreed and promised, what became of it, and where sources contradict each other."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.days import Day
from karvan.api.problems import faults, no_such
from karvan.api.state import Asked
from karvan.corridor import Corridor
from karvan.evidence.commitments import OVERDUE, Commitments, unknown
from karvan.ground.errors import InputError, nearest
from karvan.report import commitments as report
from karvan.report.projects import cited, fact_line
from karvan.tables.plans import COMMITMENT_STATES, SECTORS

router = APIRouter(tags=["commitments"])
WANTED = (*COMMITMENT_STATES, OVERDUE)
OnDay = Annotated[Day | None, Query(description="Overdue on this day; today if not given.", examples=["2026-12-01"])]


class Exact(BaseModel):
    """Has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Step(Exact):
    """What became of a commitment at one time."""

    commitment: str = Field(examples=["csp-2025"])
    seq: int = Field(examples=[1])
    at: str = Field(description="A date, a month, a year or a span, as its source has it.", examples=["2025-04-23"])
    status: str = Field(examples=["signed"])
    tells: str | None = Field(examples=["signed in Beijing"])
    source: str | None = Field(description="Id of its source.", examples=["president_az_68638"])


class TiedProject(Exact):
    """A project that would fulfil a commitment."""

    id: str = Field(examples=["alat-phase-2"])
    name: str = Field(examples=["Port of Alat, second phase"])
    changes: list[str] = Field(
        description="What it would change in the corridor, a line each.",
        examples=[["facility/ALAT-berth/servers +12.9"]],
    )


class Commitment(Exact):
    """A commitment with what became of it."""

    id: str = Field(examples=["csp-2025"])
    title: str = Field(examples=["Comprehensive strategic partnership"])
    kind: str = Field(description="agreement or promise.", examples=["agreement"])
    made: str = Field(description="When, as its source has it.", examples=["2025-04-23"])
    occasion: str | None = Field(examples=["state visit of April 2025"])
    parties: list[str] = Field(examples=[["Azerbaijan", "China"]])
    sector: str = Field(examples=["political"])
    says: str = Field(description="What is promised, in our words.")
    status: str = Field(examples=["in force"])
    since: str | None = Field(examples=["2025-04-23"])
    due: str | None = Field(description="The month in which it is to be fulfilled.", examples=["2027-12"])
    projects: list[TiedProject]
    outside: str | None = Field(description="Why nothing of it is in the model, where no project is named.")
    sources: list[str] = Field(description="Ids of those who tell of it.")
    facts: list[str] = Field(description="Ids of facts about it.")
    note: str | None
    overdue: bool = Field(description="Whether its month has passed and it is not fulfilled.")
    history: list[Step]


class Version(Exact):
    """What some sources say."""

    says: str
    sources: list[str] = Field(description="Ids.")
    facts: list[str] = Field(description="Ids.")


class ContradictionLine(Exact):
    """One thing of which sources say different things."""

    topic: str = Field(examples=["capacity of the port of Alat"])
    commitments: list[str] = Field(description="Those that it bears on.")
    note: str
    versions: list[Version]


class CommitmentList(Exact):
    """Commitments in the order in which they were made, as `karvan commitments --json` has them."""

    package: str = Field(examples=["middle-corridor"])
    on: str = Field(description="The day on which what is overdue was looked for.", examples=["2026-12-01"])
    commitments: list[Commitment]
    contradictions: list[ContradictionLine] = Field(description="Those that bear on any of them.")


class Cited(Exact):
    """A source."""

    id: str = Field(examples=["president_az_68638"])
    title: str
    publisher: str | None
    date: str | None
    url: str | None


class FactCited(Exact):
    """A fact with its source."""

    id: str = Field(examples=["C0195"])
    subject: str = Field(examples=["port:ALAT"])
    metric: str = Field(examples=["quay_length"])
    value: str = Field(examples=["2250"])
    unit: str | None = Field(examples=["m"])
    period: str | None = Field(examples=["2024"])
    source: Cited


class CommitmentDetails(Exact):
    """All that is known of one commitment."""

    package: str = Field(examples=["middle-corridor"])
    on: str = Field(examples=["2026-12-01"])
    commitment: Commitment
    contradictions: list[ContradictionLine]
    sources: list[Cited] = Field(description="All that are named in it, in full.")
    facts: list[FactCited] = Field(description="All that are named in it, in full.")


class ContradictionList(Exact):
    """Where sources contradict each other."""

    package: str = Field(examples=["middle-corridor"])
    contradictions: list[ContradictionLine]
    sources: list[Cited] = Field(description="All that are named, in full.")


@router.get(
    "/corridors/{corridor}/commitments",
    summary="What was agreed and promised",
    responses={200: {"model": CommitmentList}, **faults(404)},
)
def commitments(
    request: Request,
    asked: Asked,
    sector: Annotated[str, Query(max_length=64, json_schema_extra={"enum": ["", *SECTORS]})] = "",
    status: Annotated[str, Query(max_length=64, json_schema_extra={"enum": ["", *WANTED]})] = "",
    party: Annotated[str, Query(max_length=200, description="Words of a party's name.", examples=["World Bank"])] = "",
    project: Annotated[str, Query(max_length=200, description="Id of a project that would fulfil it.")] = "",
    on: OnDay = None,
) -> Response:
    """With their history, the projects that would fulfil them, and what those would change; all filters must hold."""
    corridor = asked.corridor
    register = Commitments(corridor.rows)
    known = {"sector": (sector, SECTORS), "status": (status, WANTED),
             "project": (project, tuple(corridor.by_key("project")))}  # fmt: skip
    problems = [unknown(what, word, words) for what, (word, words) in known.items() if word and word not in words]
    if party and not register.find(party=party):
        problems.append(unknown("party", party, register.parties()))
    if problems:
        raise InputError("the request", problems)
    day = _day(on)
    rows = register.find(sector=sector, status=status, party=party, project=project, on=day)
    return lasting(request, report.document(corridor, register, rows, day))


@router.get(
    "/corridors/{corridor}/commitments/{commitment}",
    summary="One commitment",
    responses={200: {"model": CommitmentDetails}, **faults(404)},
)
def commitment(
    request: Request,
    asked: Asked,
    commitment: Annotated[str, Path(max_length=200, openapi_examples={"it": {"value": "ag02"}})],
    on: OnDay = None,
) -> Response:
    """Its history with sources, what it would change, and what sources contradict each other in."""
    corridor = asked.corridor
    register = Commitments(corridor.rows)
    if commitment not in register.by_id:
        raise no_such("commitment", commitment, nearest(commitment, register.by_id))
    said = report.document(corridor, register, [register.by_id[commitment]], _day(on))
    one = said.pop("commitments")[0]
    named = [*one["sources"], *(step["source"] for step in one["history"]), *_sources(said["contradictions"])]
    facts = [*one["facts"], *(name for two in said["contradictions"] for of in two["versions"] for name in of["facts"])]
    told = said | {
        "commitment": one,
        "sources": _cited(corridor, named),
        "facts": [fact_line(corridor, name) for name in dict.fromkeys(facts)],
    }
    return lasting(request, told)


@router.get(
    "/corridors/{corridor}/contradictions",
    summary="Where sources contradict each other",
    responses={200: {"model": ContradictionList}, **faults(404)},
)
def contradictions(
    request: Request,
    asked: Asked,
    commitment: Annotated[str, Query(max_length=200, description="Only those that bear on this one.")] = "",
) -> Response:
    """By topic, each version with its sources."""
    register = Commitments(asked.corridor.rows)
    if commitment and commitment not in register.by_id:
        raise InputError("the request", [unknown("commitment", commitment, register.by_id)])
    found = report.contradiction_document(register.contradictions(commitment))
    sources = _cited(asked.corridor, _sources(found))
    return lasting(request, {"package": asked.corridor.name, "contradictions": found, "sources": sources})


def _day(on: dt.date | None) -> dt.date:
    return on or dt.datetime.now(dt.UTC).date()


def _sources(found: list[dict[str, Any]]) -> list[str]:
    return [name for one in found for version in one["versions"] for name in version["sources"]]


def _cited(corridor: Corridor, names: list[str | None] | list[str]) -> list[dict[str, Any]]:
    """Sources in full, each once."""
    return [cited(corridor.evidence.sources[name]) for name in dict.fromkeys(names) if name]
