"""Runs: which there are, one with what it is made from, and its whole answer."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from karvan.api.answers import answer, lasting
from karvan.api.problems import ApiError, Fault, faults, no_such
from karvan.api.worlds import plain_run
from karvan.evidence.lock import TakenError, holder
from karvan.evidence.parquet import read_schema
from karvan.evidence.record import COMPLETE, INTERRUPTED, LOCK, RECORD, RUNNING
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import find_runs, shelved
from karvan.ground.errors import Problem, nearest
from karvan.ground.version import VERSION
from karvan.study.runs import line_of, list_runs, remove_run

router = APIRouter(tags=["runs"])
NAME = "simulate-middle-corridor-3f2a91c0"
Status = Literal["complete", "running", "interrupted"]
assert {COMPLETE, RUNNING, INTERRUPTED} == set(Status.__args__)  # type: ignore[attr-defined]


class RunLinks(BaseModel):
    """Addresses that go with a run."""

    model_config = ConfigDict(extra="forbid")

    self: str = Field(examples=[f"/api/runs/{NAME}"])
    result: str | None = Field(description="Its whole answer; null until it is complete.")
    report: str | None = Field(description="Its report; null where there is none of it, or not yet.")
    movements: str | None = Field(description="What a map plays of it; null where it kept no trace.")


class RunLineDetails(BaseModel):
    """One run as a list shows it. What the run does not say is null."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(description="Its name.", examples=[NAME])
    command: str | None = Field(
        description="What was done: simulate, assign, compare, appraise, ...", examples=["simulate"]
    )
    package: str | None = Field(description="Name of the corridor's package.", examples=["middle-corridor"])
    scenario: str | None = Field(examples=["storm-winter"])
    changes: str | None = Field(
        description="What was asked to be different, parted by semicolons.",
        examples=["facility/ALAT-berth/servers=4"],
    )
    seed: int | None = Field(examples=[1])
    done: int = Field(description="Replications that are finished.", examples=[20])
    asked: int | None = Field(description="Replications that were asked for.", examples=[20])
    status: Status
    started: str = Field(description="ISO 8601, UTC.", examples=["2026-12-01T08:00:00+00:00"])
    seconds: float = Field(description="How long it was being worked on.", examples=[41.2])
    karvan: str | None = Field(description="The version that made it.", examples=["0.1.0"])


class RunList(BaseModel):
    """Runs, the newest first."""

    model_config = ConfigDict(extra="forbid")

    runs: list[RunLineDetails]
    total: int = Field(description="Runs that fit what is asked, those not sent included.", examples=[1])
    problems: list[Fault] = Field(description="Folders that look like runs and cannot be read.")


class ResultColumn(BaseModel):
    """A column of a table of results."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(examples=["p50_h"])
    type: str = Field(description="As Arrow calls it.", examples=["double"])
    unit: str | None = Field(examples=["h"])
    meaning: str | None = Field(description="Null where the table does not say.")


class ResultTableLine(BaseModel):
    """A table of a run."""

    model_config = ConfigDict(extra="forbid")

    table: str = Field(examples=["summary_times"])
    replications: int | None = Field(description="In how many replications it is; null for one over all of them.")
    columns: list[ResultColumn]
    link: str = Field(examples=[f"/api/runs/{NAME}/tables/summary_times"])


class RunDetails(RunLineDetails):
    """One run."""

    finished: str | None = Field(description="ISO 8601, UTC; null until it is complete.")
    inputs: dict[str, Any] = Field(description="All that it is made from: settings, digests of every table.")
    results: dict[str, Any] | None = Field(description="Its main figures; null until it is complete.")
    tables: list[ResultTableLine]
    links: RunLinks


class RunResult(BaseModel):
    """The answer of a run as `karvan COMMAND --json` prints it: what else it holds depends on the command."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{
        "run": {"name": NAME, "format": 1, "status": "complete", "replications": 20}, "package": "middle-corridor",
        "results": {"replications": 20, "warmup_days": 30.0, "mean_hours": 412.6}, "times": [], "bottlenecks": [],
    }]})  # fmt: skip

    run: dict[str, Any] = Field(description="Its name, and what its record says.")


def found(
    run: Annotated[str, Path(description="Name of a run.", max_length=200, openapi_examples={"it": {"value": NAME}})],
) -> RunFolder:
    """The run that an address names. Raises ApiError 404, InputError for a name that is a path or a spoilt run."""
    plain_run(run)
    folder = shelved(run)
    if folder is None:
        raise no_such("run", run, nearest(run, [one.name for one in find_runs()[0]]))
    return RunFolder.open(folder)


Found = Annotated[RunFolder, Depends(found)]


@router.get("/runs", summary="All runs", responses={200: {"model": RunList}})
def runs(
    command: Annotated[str, Query(max_length=64, description="Only of this command.", examples=["simulate"])] = "",
    scenario: Annotated[str | None, Query(max_length=200, description="Only of this scenario; empty: of none.")] = None,
    package: Annotated[str, Query(max_length=200, description="Only of this package.")] = "",
    status: Annotated[Status | None, Query(description="Only with this status.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Those that stand in the folder of runs, made here or by the command line, the newest first."""
    lines, problems = list_runs()
    fitting = [
        line for line in reversed(lines)
        if command in ("", line.command) and package in ("", line.package) and status in (None, line.status)
        and (scenario is None or scenario == (line.scenario or ""))
    ]  # fmt: skip
    sent = [asdict(line) for line in fitting[offset : offset + limit]]
    return answer({"runs": sent, "total": len(fitting), "problems": [asdict(one) for one in problems]})


@router.get("/runs/{run}", summary="One run", responses={200: {"model": RunDetails}, **faults(404)})
def run(request: Request, run: Found) -> Response:
    """What it is made from, how far it is, its main figures and its tables."""
    line = line_of(run)
    if line is None:
        raise no_such("run", run.name)
    document = asdict(line) | {
        "finished": run.record["clock"].get("finished"),
        "inputs": run.record["inputs"],
        "results": run.record["results"],
        "tables": _tables(run),
        "links": _links(run),
    }
    return lasting(request, document) if run.status == COMPLETE else answer(document)


@router.delete(
    "/runs/{run}",
    summary="Remove a run",
    status_code=204,
    responses={204: {"description": "Gone."}, **faults(404, 409)},
)
def delete_run(run: Found) -> Response:
    """With all that it holds. One that is being worked on is not removed: cancel its job first."""
    try:
        remove_run(run)
    except TakenError as taken:
        raise ApiError(409, f"the run {run.name} is being worked on", taken.problems) from None
    return Response(status_code=204)


@router.get("/runs/{run}/result", summary="The whole answer", responses={200: {"model": RunResult}, **faults(404, 409)})
def run_result(request: Request, run: Found) -> Response:
    """As the command of the run prints it with --json, but for the path of its folder."""
    from karvan.api.documents import document_of

    finished(run)
    return lasting(request, lambda: document_of(run), tag=tag_of(run, "result"))


def finished(run: RunFolder) -> None:
    """Raise ApiError 409 for a run that is not complete."""
    if run.status == COMPLETE and run.record.get("results") is not None:
        return
    by = holder(run.path / LOCK)
    remedy = "wait until it is complete" if by else "ask for the same again: it goes on with what is finished"
    raise ApiError(409, f"the run {run.name} is not complete", [Problem("status", run.status, remedy)])


def tag_of(run: RunFolder, *of: object) -> str:
    """What stays the same as long as a finished run and what is asked of it do."""
    record = hashlib.sha256((run.path / RECORD).read_bytes()).hexdigest()
    return " ".join(map(str, (record, VERSION, *of)))


def address(run: RunFolder) -> str:
    """Where a run is."""
    return f"/api/runs/{quote(run.name)}"


def file_name(run: RunFolder, rest: str) -> str:
    """A name for a file of a run that any system takes."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", f"{run.name}{rest}")


def _tables(run: RunFolder) -> list[dict[str, Any]]:
    """Its tables with their columns: of one that replications have, as the first has it."""
    from karvan.api.run_tables import columns_of

    lines: dict[tuple[str, bool], dict[str, Any]] = {}
    for name, replication, file in run.files():
        one = replication is not None
        if (name, one) not in lines:
            schema = columns_of(read_schema(file))
            link = f"{address(run)}/tables/{name}" + (f"?replication={replication}" if one else "")
            lines[name, one] = {
                "table": name, "replications": 0 if one else None, "columns": schema, "link": link,
            }  # fmt: skip
        if one:
            lines[name, one]["replications"] += 1
    return [lines[key] for key in sorted(lines)]


def _links(run: RunFolder) -> dict[str, Any]:
    from karvan.report.run import VERBS

    here = address(run)
    complete = run.status == COMPLETE
    reported = complete and run.record["inputs"].get("command") in VERBS
    traced = any(name == "trace" for name, _, _ in run.files())
    return {
        "self": here,
        "result": f"{here}/result" if complete else None,
        "report": f"{here}/report" if reported else None,
        "movements": f"{here}/movements" if traced else None,
    }
