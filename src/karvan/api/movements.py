"""What a map plays of a simulation: trains, ships and trucks on their lines, queues, and what is closed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.problems import ApiError, faults
from karvan.api.reopened import known_of
from karvan.api.runs import NAME, Found, tag_of
from karvan.api.state import Shared, State
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError, Problem

router = APIRouter(tags=["runs"])


class Exact(BaseModel):
    """Has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class PlayedPeriod(Exact):
    """What is simulated, and which of it is told."""

    start: str = Field(description="Hour 0, ISO 8601.", examples=["2024-01-01T00:00:00+00:00"])
    hours: float = Field(description="How long is counted.", examples=[720.0])
    warmup_h: float = Field(description="How long before it began with nothing in it.", examples=[2880.0])
    from_h: float = Field(examples=[0.0])
    to_h: float = Field(examples=[168.0])


class PlayedService(Exact):
    """A service of which vehicles move."""

    id: str = Field(description="Empty for vehicles of none that the corridor has.", examples=["asco-aktau-alat"])
    operator: str | None = Field(examples=["ASCO"])
    mode: str | None = Field(examples=["sea"])
    vehicle: str | None = Field(description="Type of its vehicles.", examples=["ferry-caspian"])


class PlayedPath(Exact):
    """A line one way."""

    link: str = Field(examples=["sea-AKTAU-ALAT"])
    mode: str = Field(examples=["sea"])
    from_place: str = Field(examples=["AKTAU"])
    to_place: str = Field(examples=["ALAT"])
    points: list[tuple[float, float]] = Field(
        description="Longitude and latitude, degrees, WGS 84; longitudes go on past 180 where it crosses that line.",
        examples=[[[51.1, 43.6], [49.4, 39.9]]],
    )
    at: list[float] = Field(
        description="The share of its length that lies before each point; vehicles go at an even speed.",
        examples=[[0.0, 1.0]],
    )


class PlayedMovements(Exact):
    """Movements, a column each; all of one length, in the order in which they begin."""

    path: list[int] = Field(description="Which of `paths`.", examples=[[0]])
    begin_h: list[float] = Field(description="Hours since the start; may lie before the window.", examples=[[12.5]])
    end_h: list[float] = Field(description="Hours since the start; may lie after the window.", examples=[[32.5]])
    kind: list[int] = Field(description="Which of `kinds`.", examples=[[0]])
    service: list[int] = Field(description="Which of `services`.", examples=[[0]])
    vehicle: list[int] = Field(description="Which of `vehicles`.", examples=[[0]])
    load: list[int] = Field(description="Units aboard: boxes, or loads of wagons or trucks.", examples=[[104]])


class PlayedCount(Exact):
    """How many."""

    movements: int = Field(examples=[9991])
    vehicles: int = Field(examples=[2053])


class PlayedKind(Exact):
    """Movements of a kind."""

    kind: str = Field(examples=["rail"])
    shown: int = Field(examples=[4852])
    of: int = Field(examples=[13188])


class PlayedQueue(Exact):
    """How many wait at one part of the system, told where it changes."""

    part: str = Field(description="A facility, a queue of a service at a stop, a line.", examples=["ALAT-berth"])
    place: str = Field(examples=["ALAT"])
    of: str = Field(description="units or vehicles.", examples=["vehicles"])
    at_h: list[float] = Field(description="From when on, hours since the start.", examples=[[0.0, 7.0]])
    n: list[int] = Field(description="So many.", examples=[[0, 2]])


class PlayedWaiting(Exact):
    """Queues."""

    step_h: float = Field(description="They are looked at each so many hours.", examples=[1.0])
    queues: list[PlayedQueue] = Field(description="Those in which anyone waits, by place.")


class PlayedClosure(Exact):
    """A storm or the like."""

    closure: str = Field(examples=["storm-alat"])
    table: str = Field(description="Of what it stops: place, link, facility or service.", examples=["place"])
    stops: list[str] = Field(examples=[["ALAT"]])
    begin_h: float = Field(examples=[30.2])
    end_h: float = Field(examples=[51.9])


class Movements(Exact):
    """What moves and waits in a window."""

    run: str = Field(examples=[NAME])
    replication: int = Field(examples=[0])
    package: str = Field(examples=["middle-corridor"])
    period: PlayedPeriod
    kinds: list[str] = Field(description="Modes.", examples=[["rail", "road", "sea"]])
    services: list[PlayedService]
    vehicles: list[str] = Field(
        description="What the trace calls each that moves: the same in every window.", examples=[["asco-aktau-alat 3"]]
    )
    paths: list[PlayedPath]
    movements: PlayedMovements
    shown: PlayedCount
    of: PlayedCount = Field(description="All that there are in the window; what is not shown are whole vehicles.")
    by_kind: list[PlayedKind]
    waiting: PlayedWaiting
    closures: list[PlayedClosure]
    remarks: list[str] = Field(description="What is to be known of it.", examples=[[]])


@router.get(
    "/runs/{run}/movements",
    summary="What a map plays of a simulation",
    responses={200: {"model": Movements}, **faults(404, 409)},
)
def run_movements(
    request: Request,
    run: Found,
    shared: Shared,
    replication: Annotated[int, Query(ge=0, le=100_000)] = 0,
    from_h: Annotated[
        float, Query(ge=-100_000, le=1_000_000, description="Hours since the start; before it is the warm-up.")
    ] = 0.0,
    to_h: Annotated[float, Query(ge=-100_000, le=1_000_000, description="At most 744 hours after from_h.")] = 168.0,
    most: Annotated[
        int,
        Query(
            ge=1,
            le=50_000,
            description="Movements at most; beyond it whole vehicles are left out, but one of each kind stays.",
        ),
    ] = 10_000,
    corridor: Annotated[
        str, Query(max_length=64, description="Id of the corridor it was made on, where its name does not tell.")
    ] = "",
) -> Response:
    """Of one replication of a simulation that was asked for traces, in a window of time.

    Kinds share the room alike: a few ships are shown beside many trucks. The first answer on a replication takes some
    seconds where its trace is long.
    """
    from karvan.study.movements import Window, movements

    window = Window(from_h, to_h, most).checked()
    reel, tag = _reel(shared, run, replication, corridor)
    return lasting(request, lambda: movements(reel, window), tag=f"{tag} {window}")


def _reel(shared: State, run: RunFolder, replication: int, corridor: str) -> tuple[Any, str]:
    """A replication ready to be played, and what it is made from. Raises ApiError 404, 409, InputError."""
    from karvan.study.reel import period_of, reel_of, trace_of
    from karvan.study.reopen import corridor_of

    try:
        trace = trace_of(run, replication)
    except InputError as none:
        raise ApiError(404, "there is nothing to be played", none.problems) from None
    try:
        period_of(run)
    except InputError as early:
        raise ApiError(409, f"the run {run.name} is not complete", early.problems) from None
    known = known_of(shared.worlds, run, corridor)
    if known is None:
        problem = Problem("corridor", "none of that package", "upload it, or give the id of the one to draw it on")
        raise ApiError(409, f"the corridor of the run {run.name} is not at hand", [problem])
    tag = tag_of(run, "movements", replication, trace.stat().st_size, known.id, known.corridor.digest)

    def make() -> Any:
        found = corridor_of(run, known.corridor)
        if found.corridor is None:
            problem = Problem("run", found.doubts[-1], "simulate again under a scenario that the corridor has")
            raise ApiError(409, f"the corridor of the run {run.name} is not at hand", [problem])
        return reel_of(run, replication, found.corridor, found.doubts)

    return shared.reels.get(tag, make), tag
