"""Packages that are uploaded: taken from anyone who may ask, trusted in nothing, kept whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.responses import Response

from karvan.api.answers import answer
from karvan.api.corridors import CorridorLine, line
from karvan.api.problems import ApiError, faults
from karvan.api.settings import Limits, Settings
from karvan.api.state import Asked, Shared, State
from karvan.api.worlds import ID
from karvan.ground.errors import InputError, Problem, shown

router = APIRouter(tags=["corridors"])

COMING = ".coming"
"""Folder, among the packages, of what is still on its way."""
LEFT_OVER = 3600
"""Seconds after which what is still on its way never came: the service ended before it did."""
CHECKS = threading.BoundedSemaphore(2)
"""Packages that are checked at once; each check has a process of its own."""
ZIP = "application/zip"


class Uploaded(CorridorLine):
    """A package that was taken."""

    ignored: list[str] = Field(
        description="Members of the zip that are no part of a package, and were not kept.", examples=[["'README.txt'"]]
    )


@router.post(
    "/corridors",
    status_code=201,
    summary="Upload a corridor package",
    responses={
        201: {
            "model": Uploaded,
            "headers": {"Location": {"description": "Where it is.", "schema": {"type": "string"}}},
        },
        **faults(408, 409, 413, 415, 429, 504),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "A zip of the package's tables, as `karvan export zip` writes it.",
            "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload_corridor(
    request: Request,
    shared: Shared,
    id: Annotated[  # noqa: A002 (so it is called in the address)
        str,
        Query(min_length=1, max_length=63, pattern=f"^{ID.pattern}$", description="What it will be called.",
              openapi_examples={"it": {"value": "my-corridor"}}),
    ],
) -> Response:  # fmt: skip
    """Checked as what may come from anyone, then kept; every problem is told, and nothing is kept of a faulty one."""
    _free(shared, id)
    folder = await run_in_threadpool(_begin, shared.settings)
    try:
        came = folder / f"{id}.zip"
        with came.open("wb") as file:
            async for chunk in request.stream():
                file.write(chunk)
        ignored = await run_in_threadpool(_keep, shared, id, came)
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)
    known = await run_in_threadpool(shared.worlds.known, id)
    return answer({**line(known), "ignored": ignored}, 201, location=f"/api/corridors/{id}")


@router.delete(
    "/corridors/{corridor}",
    status_code=204,
    summary="Delete an uploaded package",
    responses={204: {"description": "It is gone."}, **faults(404, 409)},
)
def delete_corridor(asked: Asked, shared: Shared) -> Response:
    """One that was uploaded; those that ship, or that the service was started with, stay."""
    if asked.origin != "uploaded":
        found = "one that ships" if asked.origin == "shipped" else "one that the service was started with"
        raise ApiError(409, f"{asked.id} was not uploaded", [Problem("corridor", found, "only uploads can be deleted")])
    (shared.settings.uploads / f"{asked.id}.zip").unlink(missing_ok=True)
    shared.worlds.forget(asked.id)
    return Response(status_code=204)


def _free(shared: State, name: str) -> None:
    """Raise ApiError where the name is taken or there are too many already."""
    known = shared.worlds.ids()
    if name in known:
        problem = Problem("id", shown(name), "it is taken: give another, or delete the one that is there")
        raise ApiError(409, f"there is a corridor {shown(name)} already", [problem])
    kept, most = len(list(shared.settings.uploads.glob("*.zip"))), shared.settings.limits.uploads
    if kept >= most:
        raise ApiError(429, f"{kept} packages are kept", [Problem("corridors", str(kept), "delete one first")])


def _begin(settings: Settings) -> Path:
    """A folder of its own for what comes; what was left over by a service that ended is swept out."""
    coming = settings.uploads / COMING
    coming.mkdir(parents=True, exist_ok=True)
    for old in coming.iterdir():
        if time.time() - old.stat().st_mtime > LEFT_OVER:
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=coming))


def _keep(shared: State, name: str, came: Path) -> list[str]:
    """Check what came and put it among the packages; the members that are left out. Raises InputError, ApiError."""
    made = came.with_name("made.zip")
    if not CHECKS.acquire(timeout=shared.settings.limits.request_seconds):
        raise ApiError(503, "other packages are being checked", headers={"retry-after": "10"})
    try:
        said = _checked(came, made, shared.settings.limits)
    finally:
        CHECKS.release()
    if said["problems"]:
        told, of = [Problem(*one) for one in said["problems"]], said["of"]
        more = [Problem("body", f"{of - len(told):,} more", "mend these first")] if of > len(told) else []
        raise InputError(f"the package {name}", [*told, *more])
    try:
        os.link(made, shared.settings.uploads / f"{name}.zip")  # unlike a rename it replaces nothing
    except FileExistsError:
        problem = Problem("id", shown(name), "somebody took it meanwhile: give another")
        raise ApiError(409, f"there is a corridor {shown(name)} already", [problem]) from None
    ignored: list[str] = said["ignored"]
    return ignored


def _checked(came: Path, made: Path, limits: Limits) -> dict[str, Any]:
    """What the check of a package says, which runs in a process of its own. Raises ApiError where it does not end."""
    seconds = max(1, round(limits.request_seconds))
    bounds = (limits.unpacked_bytes, limits.memory_bytes, seconds)
    command = [sys.executable, "-m", "karvan.api.checking", str(came), str(made), *map(str, bounds)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        problem = Problem("body", "a package that takes too long to check", "make it smaller")
        raise ApiError(422, f"not checked within {seconds} s", [problem]) from None
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        problem = Problem("body", f"a package whose check ended with {done.returncode}", "make it smaller")
        raise ApiError(422, "it could not be checked", [problem]) from None
    return said
