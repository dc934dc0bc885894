"""Studies that take longer than a request may: each is checked at once, and becomes a job."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from karvan.api.answers import answer
from karvan.api.jobs.body import Body
from karvan.api.jobs.job import JobPage, page
from karvan.api.jobs.requests import AppraiseBody, AssignBody, BatchBody, CompareBody, MatrixBody, SimulateBody
from karvan.api.jobs.trade_requests import CarryBody, LossBody, TradeUnderBody
from karvan.api.problems import ApiError, faults
from karvan.api.state import Shared, State
from karvan.ground.errors import InputError
from karvan.study.scenarios import World

router = APIRouter(tags=["studies"])
TAKEN = {
    202: {
        "model": JobPage,
        "description": "It is queued.",
        "headers": {"location": {"description": "The job.", "schema": {"type": "string"}}},
    },
    **faults(429),
}


@dataclass(frozen=True)
class Bounds:
    """The corridors that a request may name, and how many rows it may have."""

    state: State

    @property
    def rows(self) -> int:
        return self.state.settings.limits.rows

    def world(self, corridor: str, scenario: str) -> World:
        """A corridor as a scenario has it. Raises InputError, also where there is none: it stands in the body."""
        try:
            return self.state.worlds.world(corridor, scenario)
        except ApiError as missing:
            raise InputError("the request", missing.problems) from None


def queued(shared: State, kind: str, body: Body) -> Response:
    """Check a request as far as that can be done at once, and make a job of it.

    Raises InputError with all that is wrong in it, and ApiError 429 where too many jobs wait.
    """
    wrong = list(dict.fromkeys(body.check(Bounds(shared))))
    if wrong:
        raise InputError("the request", wrong)
    job = shared.runner.post(kind, body.title(), body.model_dump())
    return answer(page(job), 202, location=f"/api/jobs/{job.id}")


@router.post("/simulate", status_code=202, summary="Simulate a corridor", responses=TAKEN)
def simulate(shared: Shared, body: SimulateBody) -> Response:
    """Container by container: times door to door, queues, what is lost where, and bottlenecks, with intervals."""
    return queued(shared, "simulate", body)


@router.post("/assign", status_code=202, summary="Put all demand on a corridor", responses=TAKEN)
def assign(shared: Shared, body: AssignBody) -> Response:
    """Flows, what is short, what is left unserved and why, and what one more of a capacity is worth."""
    return queued(shared, "assign", body)


@router.post("/compare", status_code=202, summary="What scenarios change", responses=TAKEN)
def compare(shared: Shared, body: CompareBody) -> Response:
    """Plans, flows and queues under a base and under each scenario with the same luck, and what differs."""
    return queued(shared, "compare", body)


@router.post("/appraise", status_code=202, summary="What projects are worth", responses=TAKEN)
def appraise(shared: Shared, body: AppraiseBody) -> Response:
    """NPV, EIRR, BCR, what they hang on, who gains; several together, under a budget, and in which order."""
    return queued(shared, "appraise", body)


@router.post("/batch", status_code=202, summary="Plan many shipments", responses=TAKEN)
def batch(shared: Shared, body: BatchBody) -> Response:
    """Every good shipment is answered, every bad one told. The options are the table `plans` of the run."""
    return queued(shared, "batch", body)


@router.post("/matrix", status_code=202, summary="Figures between many places", responses=TAKEN)
def matrix(shared: Shared, body: MatrixBody) -> Response:
    """Hours, USD, kg CO2e and km of the best way, and the least of each: the table `matrix` of the run."""
    return queued(shared, "matrix", body)


@router.post("/loss", status_code=202, summary="What is lost without a route, place or partner", responses=TAKEN)
def loss(shared: Shared, body: LossBody) -> Response:
    """By country: what part of its trade is hit, goes another way or stays, how many days and dollars more."""
    return queued(shared, "loss", body)


@router.post("/trade/under", status_code=202, summary="What a scenario does to trade", responses=TAKEN)
def trade_under(shared: Shared, body: TradeUnderBody) -> Response:
    """Days and dollars on the way, trade's answer and flows, in turn until they agree: growth by groups and by pairs.

    The result is what `karvan trade under --json` prints.
    """
    return queued(shared, "trade-under", body)


@router.post("/trade/carry", status_code=202, summary="What changed trade puts on the corridor", responses=TAKEN)
def trade_carry(shared: Shared, body: CarryBody) -> Response:
    """A what-if of trade, then the demand that it makes on the corridor of a scenario, and what passes some waters.

    The result is what `karvan trade what-if --carry SCENARIO --json` prints.
    """
    return queued(shared, "trade-carry", body)
