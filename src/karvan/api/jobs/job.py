"""A job: what was asked, how far it is, what became of it, and which status may follow which."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from karvan.api.problems import ProblemDetails

QUEUED, RUNNING, DONE, FAILED, CANCELLED, INTERRUPTED = STATUSES = (
    "queued", "running", "done", "failed", "cancelled", "interrupted",
)  # fmt: skip
ENDED = (DONE, FAILED, CANCELLED, INTERRUPTED)
MAY_FOLLOW: dict[str, tuple[str, ...]] = {
    QUEUED: (RUNNING, CANCELLED),
    RUNNING: (DONE, FAILED, CANCELLED, INTERRUPTED, QUEUED),
    DONE: (),
    FAILED: (QUEUED,),
    CANCELLED: (QUEUED,),
    INTERRUPTED: (QUEUED,),
}
"""What a status may turn into. A running job is queued again where its service was stopped."""
CANCEL = "cancel"
"""What may be wished of a running job."""


def before(status: str) -> tuple[str, ...]:
    """The statuses that may turn into this one."""
    return tuple(one for one in STATUSES if status in MAY_FOLLOW[one])


@dataclass(frozen=True, slots=True)
class Job:
    """One job as its store has it."""

    id: str
    kind: str
    """simulate, assign, compare, appraise, batch, matrix, loss, trade-under or trade-carry."""
    title: str
    request: str
    """What was asked, every default filled in, as JSON: it may be long, and is mostly not looked at."""
    status: str
    created: str
    """ISO 8601, UTC; as the other instants are."""
    started: str | None = None
    """When it was begun last."""
    ended: str | None = None
    attempts: int = 0
    doing: str = ""
    done: int | None = None
    total: int | None = None
    run: str | None = None
    result: dict[str, Any] | None = None
    """A summary; all of it is in the run."""
    problem: dict[str, Any] | None = None
    """Why it failed: detail, and problems with address, found and remedy."""
    note: str = ""
    losses: int = 0
    """How often the service that worked on it went away without a word."""
    owner: str = ""
    """The service that works on it."""
    wish: str = ""
    version: int = 1
    """Rises with every change: the id of the event that tells of it."""

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


class JobProgress(BaseModel):
    """How far a job is."""

    doing: str = Field(description="What is being done, in words.", examples=["running"])
    done: int | None = Field(description="How much of it; null until it is known.", examples=[12])
    of: int | None = Field(description="Out of how much.", examples=[20])


class JobLinks(BaseModel):
    """Addresses that go with a job."""

    self: str = Field(examples=["/api/jobs/3f2a91c05b7e4d68"])
    events: str = Field(description="What happens to it, as server-sent events.")
    result: str | None = Field(description="What it found, once it is done.")
    run: str | None = Field(description="Its run, once there is one.")


class JobLine(BaseModel):
    """A job as lists and events have it."""

    id: str = Field(examples=["3f2a91c05b7e4d68"])
    kind: str = Field(
        description="simulate, assign, compare, appraise, batch, matrix, loss, trade-under or trade-carry.",
        examples=["simulate"],
    )
    status: str = Field(description="queued, running, done, failed, cancelled or interrupted.", examples=["running"])
    title: str = Field(examples=["simulate middle-corridor, 365 days, 20 replications"])
    created: str = Field(description="ISO 8601, UTC.", examples=["2026-12-01T08:00:00+00:00"])
    started: str | None = Field(description="When it was begun, the last time.")
    ended: str | None
    attempts: int = Field(description="How often it was begun.", examples=[1])
    progress: JobProgress
    run: str | None = Field(description="Name of its run.", examples=["simulate-middle-corridor-3f2a91c0"])
    problem: ProblemDetails | None = Field(description="Why it failed.")
    note: str = Field(description="What else is to be known: what was kept of it, or lost.", examples=[""])
    links: JobLinks


class JobPage(JobLine):
    """A job with what was asked."""

    request: dict[str, Any] = Field(description="What was asked, every default filled in.", examples=[{"days": 365}])


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobLine]
    total: int = Field(description="Jobs with that status, those not sent included.", examples=[1])


def page(job: Job) -> dict[str, Any]:
    """A job with what was asked: a JobPage."""
    return {**line(job), "request": json.loads(job.request)}


def line(job: Job) -> dict[str, Any]:
    """A job as lists and events have it: a JobLine."""
    here = f"/api/jobs/{job.id}"
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "title": job.title,
        "created": job.created,
        "started": job.started,
        "ended": job.ended,
        "attempts": job.attempts,
        "progress": {"doing": job.doing, "done": job.done, "of": job.total},
        "run": job.run,
        "problem": job.problem and _told(job.problem, here),
        "note": job.note,
        "links": {
            "self": here,
            "events": f"{here}/events",
            "result": f"{here}/result" if job.status == DONE else None,
            "run": f"/api/runs/{job.run}" if job.run else None,
        },
    }


def _told(problem: dict[str, Any], here: str) -> dict[str, Any]:
    """A problem as RFC 9457 has it."""
    ours = not problem["problems"]
    title = "A fault of karvan" if ours else "Something in the request cannot be used"
    return {"type": "about:blank", "title": title, "status": 500 if ours else 422, "instance": here, **problem}
