"""Reports of runs, each one file that needs nothing else."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from karvan.api.answers import lasting
from karvan.api.problems import ApiError, faults
from karvan.api.reopened import reopened
from karvan.api.runs import Found, file_name, finished, tag_of
from karvan.api.state import Shared
from karvan.ground.errors import Problem

router = APIRouter(tags=["runs"])
TYPES = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8", "pdf": "application/pdf"}
CLOSED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
"""A report has no script and fetches nothing; the studio may show it in a frame."""


@router.get(
    "/runs/{run}/report",
    summary="The report of a run",
    response_class=Response,
    responses={
        200: {
            "description": "The report.",
            "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in TYPES.values()},
        },
        **faults(404, 409),
    },
)
def run_report(
    request: Request,
    run: Found,
    shared: Shared,
    format: Annotated[Literal["html", "md", "pdf"], Query(description="pdf needs the extra `report`.")] = "html",  # noqa: A002
    corridor: Annotated[
        str, Query(max_length=64, description="Id of the corridor it was made on, where its name does not tell.")
    ] = "",
) -> Response:
    """What came out, maps, charts and tables, the assumptions that it leans on by grade, and how to cite it."""
    from karvan.report.chapters.told import Reported
    from karvan.report.run import VERBS, WRITERS, report

    finished(run)
    command = str(run.record["inputs"].get("command"))
    if command not in VERBS:
        fault = Problem("run", f"a run of karvan {command}", f"there are reports of {', '.join(VERBS)}")
        raise ApiError(409, f"there is no report of the run {run.name}", [fault])
    found, source = reopened(shared.worlds, run, corridor)

    def make() -> bytes:
        return WRITERS[format](report(Reported(run, *found)))

    disposition = f'inline; filename="{file_name(run, f".{format}")}"'
    return lasting(
        request, make, media_type=TYPES[format], tag=tag_of(run, "report", format, source),
        **{"content-disposition": disposition, "content-security-policy": CLOSED, "x-frame-options": "SAMEORIGIN"},
    )  # fmt: skip
