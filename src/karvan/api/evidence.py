"""Evidence: where a number is from, all numbers of a row, facts, sources, conflicts, and how well all is based."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from karvan.api.answers import encoded, lasting
from karvan.api.problems import ApiError, faults, no_such
from karvan.api.state import Asked, Shared
from karvan.api.worlds import Known, Worlds
from karvan.ground.errors import Problem, nearest
from karvan.tables import BY_NAME

router = APIRouter(tags=["evidence"])

ADDRESS = "facility/ALAT-berth/servers"
METHODS = "read, mean of rivals, derived, assumed or calibrated."
Value = str | float | int | bool | list[str] | None


class SourcePage(BaseModel):
    """A document that says something."""

    id: str = Field(examples=["trend_3873338"])
    title: str = Field(examples=["Alport Baku manager on capacity"])
    publisher: str = Field(examples=["Trend"])
    date: str = Field(description="As exact as it is known: 2024, 2024-03 or 2024-03-12.", examples=["2024-03-12"])
    url: str = Field(examples=["https://en.trend.az/business/transport/3873338.html"])
    kind: str = Field(examples=["news"])


class FactLine(BaseModel):
    """One statement in a source."""

    id: str = Field(examples=["C0195"])
    subject: str = Field(examples=["port:ALAT"])
    metric: str = Field(examples=["quay_length"])
    value: str = Field(description="As the source has it.", examples=["2250"])
    unit: str = Field(examples=["m"])
    period: str = Field(examples=["2024"])
    scope: str = Field(examples=[""])
    source: str = Field(description="Id of its source.", examples=["trend_3873338"])
    confidence: str = Field(description="A official, B reputable, C press or estimate.", examples=["B"])
    note: str = Field(examples=["two closed warehouses"])


class Fact(FactLine):
    """A fact with its source in full."""

    source: SourcePage  # type: ignore[assignment]


class CitedFact(Fact):
    """A fact behind a number."""

    role: str = Field(description="used, or rival: known and not used.", examples=["used"])


class InPackage(BaseModel):
    """A number as the package has it, without the scenario."""

    value: float | None = Field(examples=[15])
    method: str = Field(description=METHODS, examples=["derived"])
    grade: str = Field(examples=["B"])
    note: str = Field(examples=["C0195 / C0296; ships of 154.5 m along 2,250 m of quay"])


class NumberChange(BaseModel):
    """One change that a scenario makes to a number."""

    by: str = Field(examples=["project/alat-phase-2"])
    project: str | None = Field(description="Id of the project, if one makes it.", examples=["alat-phase-2"])
    change: str = Field(description="In words.", examples=["more by 9.7087, 75% of it by then"])
    grade: str = Field(examples=["B"])
    note: str = Field(examples=["as much quay a tonne as phase 1"])
    facts: list[Fact] = Field(description="What it stands on.")


class UnderScenario(BaseModel):
    """What a scenario does to a number."""

    scenario: str = Field(examples=["partnership-2030"])
    package: InPackage | None = Field(description="None where a project builds the row.")
    built_by: list[str] = Field(description="Projects that build the row.", examples=[[]])
    changes: list[NumberChange]


class BasisPage(BaseModel):
    """A number and its basis, as `karvan evidence basis --json` prints it."""

    address: str = Field(description="TABLE/ROW/COLUMN.", examples=[ADDRESS])
    value: float = Field(examples=[15])
    unit: str = Field(examples=[""])
    method: str = Field(description=METHODS, examples=["derived"])
    grade: str = Field(description="Of its weakest fact; D is an assumption.", examples=["B"])
    note: str = Field(examples=["C0195 / C0296; ships of 154.5 m along 2,250 m of quay"])
    facts: list[CitedFact]
    under: UnderScenario | None = Field(None, description="What the scenario does to it, where one is asked for.")


class RowNumber(BaseModel):
    """A number of a row."""

    address: str = Field(examples=[ADDRESS])
    column: str = Field(examples=["servers"])
    value: float = Field(examples=[15])
    unit: str = Field(examples=[""])
    meaning: str = Field(examples=["How many are served at once."])
    read_by_engines: bool = Field(description="False for what is only shown.", examples=[True])
    grade: str = Field(examples=["B"])
    method: str | None = Field(description=METHODS, examples=["derived"])
    note: str = Field(examples=["C0195 / C0296; ships of 154.5 m along 2,250 m of quay"])
    facts: int = Field(description="How many facts it stands on.", examples=[2])
    rivals: int = Field(description="How many facts were known and not used.", examples=[0])
    changed: bool = Field(description="Whether the scenario changes it.", examples=[False])
    in_package: float | None = Field(description="Without the scenario; none without one.", examples=[None])


class RowPage(BaseModel):
    """A row with all its numbers."""

    table: str = Field(examples=["facility"])
    row: str = Field(examples=["ALAT-berth"])
    meaning: str = Field(description="What a row of the table is.", examples=["a process at a place"])
    cells: dict[str, Value] = Field(description="The whole row.", examples=[{"id": "ALAT-berth", "place": "ALAT"}])
    built: bool = Field(description="Whether the scenario builds it.", examples=[False])
    numbers: list[RowNumber]


class FactList(BaseModel):
    """Facts that hold some words."""

    words: list[str] = Field(examples=[["alat", "quay"]])
    facts: list[FactLine]


class FactPage(Fact):
    """A fact, and what stands on it."""

    used_by: list[str] = Field(description="Addresses of numbers.", examples=[[ADDRESS]])
    rival_of: list[str] = Field(description="Addresses of numbers that knew it and did not use it.", examples=[[]])


class SourceFacts(SourcePage):
    """A source with all that it says."""

    facts: list[FactLine]


class ConflictPage(BaseModel):
    """Facts that speak of one quantity and disagree."""

    subject: str = Field(examples=["leg:ALTYNKOL-ZHETYGEN"])
    metric: str = Field(examples=["distance"])
    period: str = Field(examples=["2011"])
    unit: str = Field(examples=["km"])
    used: list[str] = Field(description="Facts that some number of the package uses.", examples=[["C0358"]])
    facts: list[FactLine]


class ConflictList(BaseModel):
    """Conflicts, as `karvan evidence conflicts --json` prints them."""

    total: int = Field(description="Those not sent included.", examples=[120])
    conflicts: list[ConflictPage]


class AssumptionLine(BaseModel):
    """An assumption and how much leans on it."""

    number: str = Field(examples=["facility/AKTAU-berth/wait_h"])
    value: float = Field(examples=[24.0])
    weight: float = Field(description="Mean share of time, price and CO2e of the options.", examples=[0.021])
    note: str = Field(examples=["taken as at Alat"])


class CoveragePage(BaseModel):
    """How well a corridor's numbers are based, as `karvan evidence coverage --json` prints it."""

    numbers: int = Field(description="Numbers that engines read.", examples=[6284])
    shares: dict[str, float] = Field(examples=[{"A": 0.03, "B": 0.44, "C": 0.28, "D": 0.25}])
    grades: dict[str, int] = Field(examples=[{"A": 182, "B": 2743, "C": 1758, "D": 1601}])
    by_table: dict[str, dict[str, int]] = Field(examples=[{"pool": {"A": 0, "B": 2, "C": 0, "D": 1}}])
    flows: int = Field(description="Flows that were planned to weigh the assumptions; 0 if not.", examples=[0])
    assumptions: list[AssumptionLine] = Field(description="Heaviest first.")


Scenario = Annotated[
    str, Query(max_length=500, description="A name, project:ID or commitment:ID, joined by +; none is the package.")
]  # fmt: skip


@router.get(
    "/corridors/{corridor}/basis",
    summary="Where a number is from",
    responses={200: {"model": BasisPage}, **faults(404)},
)
def basis(
    request: Request,
    asked: Asked,
    shared: Shared,
    address: Annotated[
        str,
        Query(
            min_length=1, max_length=500, description="TABLE/ROW/COLUMN.", openapi_examples={"it": {"value": ADDRESS}}
        ),
    ],
    scenario: Scenario = "",
) -> Response:
    """Method, grade, the facts used and the rivals not used with their sources; under a scenario what changes it."""
    from karvan.report.evidence import basis_document, change_document, read_address

    world = shared.worlds.world(asked.id, scenario)
    number = read_address(world.corridor, address)
    document = basis_document(world.corridor, number)
    if world.scenario is not None:
        document["under"] = change_document(world.base, world.corridor, world.scenario, number)
    return lasting(request, document)


@router.get(
    "/corridors/{corridor}/numbers/{table}/{row}",
    summary="All numbers of a row",
    responses={200: {"model": RowPage}, **faults(404)},
)
def numbers(
    request: Request,
    asked: Asked,
    shared: Shared,
    table: Annotated[str, Path(max_length=64, openapi_examples={"it": {"value": "facility"}})],
    row: Annotated[str, Path(max_length=200, openapi_examples={"it": {"value": "ALAT-berth"}})],
    scenario: Scenario = "",
) -> Response:
    """Each with value, unit, meaning, grade, method and note, and how many facts and rivals are behind it."""
    from karvan.report.evidence import row_document

    world = shared.worlds.world(asked.id, scenario)
    if table not in BY_NAME or not world.corridor.rows(table):
        raise no_such("table", table, nearest(table, [one for one in BY_NAME if world.corridor.rows(one)]))
    rows = world.corridor.by_key(table)
    if row not in rows:
        raise no_such("row", row, nearest(row, rows))
    return lasting(request, row_document(world.corridor, table, row, world.base if world.scenario else None))


@router.get("/corridors/{corridor}/facts", summary="Find facts", responses={200: {"model": FactList}, **faults(404)})
def facts(
    request: Request,
    asked: Asked,
    q: Annotated[
        str,
        Query(min_length=1, max_length=200, description="Words; a fact must hold them all.", examples=["alat quay"]),
    ],
    limit: Annotated[int, Query(ge=1, le=10_000)] = 20,
) -> Response:
    """Those that hold most of the words in their subject first."""
    found = asked.corridor.evidence.search(q, limit)
    return lasting(request, {"words": q.split(), "facts": [fact._asdict() for fact in found]})


@router.get(
    "/corridors/{corridor}/facts/{fact}", summary="One fact", responses={200: {"model": FactPage}, **faults(404)}
)
def fact(
    request: Request,
    asked: Asked,
    fact: Annotated[str, Path(max_length=200, openapi_examples={"it": {"value": "C0195"}})],
) -> Response:
    """With its source, and the numbers that stand on it or knew it and did not use it."""
    from karvan.report.evidence import fact_document

    _there("fact", fact, asked.corridor.evidence.facts)
    return lasting(request, fact_document(asked.corridor, fact))


@router.get(
    "/corridors/{corridor}/sources/{source}",
    summary="One source",
    responses={200: {"model": SourceFacts}, **faults(404)},
)
def source(
    request: Request,
    asked: Asked,
    source: Annotated[str, Path(max_length=200, openapi_examples={"it": {"value": "trend_3873338"}})],
) -> Response:
    """A document with all the facts that are from it."""
    from karvan.report.evidence import source_document

    _there("source", source, asked.corridor.evidence.sources)
    return lasting(request, source_document(asked.corridor, source))


@router.get(
    "/corridors/{corridor}/conflicts",
    summary="Facts that disagree",
    responses={200: {"model": ConflictList}, **faults(404)},
)
def conflicts(
    request: Request,
    asked: Asked,
    used: Annotated[bool, Query(description="Only where some number had to choose.")] = False,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Facts with the same subject, metric, period and unit but different values."""
    from karvan.report.evidence import conflict_document

    found = [one for one in asked.corridor.evidence.conflicts() if one.used or not used]
    sent = [conflict_document(one) for one in found[offset : offset + limit]]
    return lasting(request, {"total": len(found), "conflicts": sent})


@router.get(
    "/corridors/{corridor}/coverage",
    summary="How well the numbers are based",
    responses={200: {"model": CoveragePage}, **faults(404, 504)},
)
def coverage(
    request: Request,
    asked: Asked,
    shared: Shared,
    quick: Annotated[bool, Query(description="Grades only: the assumptions are not weighed.")] = False,
) -> Response:
    """Share of the numbers by grade, and the assumptions by how much leans on them. The first time takes seconds."""
    from karvan.study import coverage as study

    if quick:
        return lasting(request, study.document(study.quick(asked.corridor)))
    return lasting(request, _weighed(asked, shared.worlds, shared.settings.limits.request_seconds))


WEIGHING = threading.Lock()
"""All flows of a corridor are planned to weigh its assumptions: one corridor at once, and nobody waits in a queue."""


def _weighed(asked: Known, worlds: Worlds, seconds: float) -> bytes:
    """The coverage of a corridor as JSON, kept by its digest. Raises ApiError: it takes too long, or is at work."""
    from karvan.study import coverage as study

    key = ("coverage", asked.corridor.digest)
    kept = worlds.documents.find(key)
    if kept is not None:
        return kept
    if not WEIGHING.acquire(blocking=False):
        raise ApiError(503, "assumptions are being weighed already: ask again soon", headers={"retry-after": "3"})
    try:
        until = _until(time.monotonic() + seconds)
        return worlds.documents.get(key, lambda: encoded(study.document(study.coverage(asked.corridor, until))))
    finally:
        WEIGHING.release()


def _until(end: float) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Hands things on until it is too late; raises ApiError then."""

    def each(things: Iterable[Any]) -> Iterator[Any]:
        for thing in things:
            if time.monotonic() > end:
                problem = Problem("quick", "false", "ask with quick=true, or run karvan evidence coverage")
                raise ApiError(504, "it has too many flows to weigh the assumptions here", [problem])
            yield thing

    return each


def _there(what: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        raise no_such(what, name, nearest(name, known))
