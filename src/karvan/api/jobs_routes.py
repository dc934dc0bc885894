"""Jobs: how far each is, what became of it, and what it found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from karvan.api.answers import answer, encoded, lasting
from karvan.api.jobs.job import DONE, Job, JobList, JobPage, line, page
from karvan.api.problems import ApiError, faults
from karvan.api.runs import RunResult, finished, tag_of
from karvan.api.state import Shared
from karvan.evidence.record import RECORD
from karvan.evidence.run import RunFolder
from karvan.ground.errors import Problem

router = APIRouter(tags=["jobs"])
Name = Annotated[
    str,
    Path(description="Id of a job.", max_length=64, openapi_examples={"it": {"value": "3f2a91c05b7e4d68"}}),
]
EVENTS = "text/event-stream"
EVENT = {
    "type": "object",
    "description": "One event.",
    "properties": {
        "id": {"type": "string", "description": "A whole number that rises.", "examples": ["7"]},
        "event": {"enum": ["status", "progress"]},
        "data": {
            "type": "string", "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/JobLine"},
        },
    },
    "required": ["id", "event", "data"],
}  # fmt: skip
AGAIN_MS = 2000
"""How long a client waits until it connects again."""


@router.get("/jobs", summary="Jobs", responses={200: {"model": JobList}})
def jobs(
    shared: Shared,
    status: Annotated[
        Literal["queued", "running", "done", "failed", "cancelled", "interrupted"] | None,
        Query(description="Only those that are so."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """The newest first."""
    found, total = shared.runner.store.jobs(status, limit, offset)
    return answer({"jobs": [line(job) for job in found], "total": total})


@router.get("/jobs/{job}", summary="One job", responses={200: {"model": JobPage}, **faults(404)})
def job(shared: Shared, job: Name) -> Response:
    """What was asked, how far it is, and what became of it."""
    return answer(page(shared.runner.job(job)))


@router.delete(
    "/jobs/{job}", status_code=204, summary="Forget a job", response_class=Response, responses=faults(404, 409)
)
def forget(shared: Shared, job: Name) -> Response:
    """One that has ended. Its run stays."""
    shared.runner.remove(job)
    return Response(status_code=204)


@router.post(
    "/jobs/{job}/cancel", status_code=202, summary="Cancel a job",
    responses={202: {"model": JobPage, "description": "It stops, or has."}, **faults(404, 409)},
)  # fmt: skip
def cancel(shared: Shared, job: Name) -> Response:
    """At once where it waits; where it runs, within seconds, and what is finished of it is kept."""
    return answer(page(shared.runner.cancel(job)), 202)


@router.post(
    "/jobs/{job}/resume", status_code=202, summary="Go on with a job",
    responses={202: {"model": JobPage, "description": "It is queued again."}, **faults(404, 409, 429)},
)  # fmt: skip
def resume(shared: Shared, job: Name) -> Response:
    """One that failed, or was cancelled or interrupted. What was kept of it is not made again."""
    return answer(page(shared.runner.resume(job)), 202)


@router.get("/jobs/{job}/result", summary="What a job found", responses={200: {"model": RunResult}, **faults(404, 409)})
def result(request: Request, shared: Shared, job: Name) -> Response:
    """All that the study found, as its command prints it with --json. The tables are at its run."""
    found: Job = shared.runner.job(job)
    if found.status != DONE or found.run is None:
        remedy = "wait until it is done: its events tell" if not found.has_ended else "resume it"
        raise ApiError(409, f"the job is {found.status}", [Problem("job", found.status, remedy)])
    from karvan.api.documents import document_of

    path = shared.runner.runs / found.run
    if not (path / RECORD).is_file():
        raise ApiError(404, "its run was removed", [Problem("run", found.run, "ask for the same study again")])
    run = RunFolder.open(path)
    finished(run)
    return lasting(request, lambda: document_of(run), tag=tag_of(run, "result"))


@router.get(
    "/jobs/{job}/events",
    summary="What happens to a job",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events, each with the job as it then is: `status` when that has changed (and"
            " at the beginning), else `progress`. A remark every 15 s where nothing happens. The stream ends after the"
            " status that ends the job.",
            "content": {EVENTS: {"schema": EVENT}},
        },
        204: {"description": "It has ended, and the client knows all of it: there is no need to connect again."},
        **faults(404),
    },
)
async def events(
    shared: Shared,
    job: Name,
    last_event_id: Annotated[
        str, Header(pattern="^[0-9]{0,18}$", description="The last event that the client has: later ones come.")
    ] = "",
) -> Response:
    """Until it has ended. The id of an event rises, so that a client that connects again misses nothing."""
    known = int(last_event_id or 0)
    found = await _found(shared, job)
    if found.has_ended and found.version <= known:
        return Response(status_code=204)
    said = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_stream(shared, job, known), 200, said, EVENTS)


async def _found(shared: Shared, name: str) -> Job:
    import asyncio

    found: Job = await asyncio.to_thread(shared.runner.job, name)
    return found


async def _stream(shared: Shared, name: str, known: int) -> AsyncIterator[bytes]:
    """The events as they are sent."""
    status = ""
    yield f"retry: {AGAIN_MS}\n\n".encode()
    async for job in shared.runner.events(name, known):
        if job is None:
            yield b": still there\n\n"
            continue
        kind, status = ("progress" if job.status == status else "status"), job.status
        yield f"id: {job.version}\nevent: {kind}\ndata: ".encode() + encoded(line(job)) + b"\n\n"
