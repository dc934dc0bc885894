"""Of what a simulated corridor could have one more, at the places where goods wait."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.problems import ApiError, faults
from karvan.api.reopened import reopened
from karvan.api.runs import NAME, Found, finished, tag_of
from karvan.api.state import Shared
from karvan.ground.errors import Problem

router = APIRouter(tags=["runs"])


class Offer(BaseModel):
    """One bottleneck, and what gives one more of it."""

    model_config = ConfigDict(extra="forbid")

    part: str = Field(
        description="As the table of bottlenecks has it: what `one_more_at` of a simulation takes.",
        examples=["ALAT-berth"],
    )
    place: str = Field(examples=["ALAT"])
    cause: str = Field(description="What is waited for.", examples=["berth"])
    unit: str = Field(description="Of what there is one more.", examples=["server"])
    change: str = Field(examples=["facility/ALAT-berth/servers=+1"])
    address: str = Field(description="Of the cell that is changed.", examples=["facility/ALAT-berth/servers"])
    now: float | None = Field(description="What stands in it, after the scenario and changes of the run.", examples=[2])


class Offers(BaseModel):
    """What there could be one more of, the longest wait first."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(examples=[NAME])
    offers: list[Offer]


@router.get(
    "/runs/{run}/one-more",
    summary="What there could be one more of",
    responses={200: {"model": Offers}, **faults(404, 409)},
)
def run_offers(
    request: Request,
    run: Found,
    shared: Shared,
    corridor: Annotated[
        str, Query(max_length=64, description="Id of the corridor it was made on, where its name does not tell.")
    ] = "",
) -> Response:
    """Of each bottleneck of a simulation where one cell of the corridor gives one more of what is waited for.

    What that would save is worked out by simulating again, with `one_more_at`. A timetable has no such cell.
    """
    from karvan.study.offered import offered

    finished(run)
    command = str(run.record["inputs"].get("command"))
    if command != "simulate":
        fault = Problem("run", f"a run of karvan {command}", "give a run of karvan simulate")
        raise ApiError(409, f"the run {run.name} has no bottlenecks", [fault])
    (found, doubts, _), source = reopened(shared.worlds, run, corridor)
    if found is None:
        fault = Problem("corridor", doubts[-1], "upload its package, or give the id of the one to use")
        raise ApiError(409, f"the corridor of the run {run.name} is not at hand", [fault])
    bent: Any = found
    return lasting(
        request, lambda: {"run": run.name, "offers": offered(run, bent)}, tag=tag_of(run, "one-more", source)
    )
