"""A corridor in outside formats."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from karvan.api.answers import JSON, encoded, lasting
from karvan.api.days import Day
from karvan.api.problems import faults
from karvan.api.state import Asked
from karvan.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.ground.version import VERSION

router = APIRouter(tags=["corridors"])
Form = Literal["geojson", "gmns", "oc4ids", "csv", "parquet"]
GEOJSON, ZIP = "application/geo+json", "application/zip"
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def _geojson(corridor: Corridor) -> bytes:
    from karvan.formats.geojson import geojson

    return encoded(geojson(corridor))


def _gmns(corridor: Corridor) -> bytes:
    from karvan.corridor.package import zipped
    from karvan.formats.gmns import gmns_files

    return zipped(gmns_files(corridor))


def _csv(corridor: Corridor) -> bytes:
    from karvan.corridor.package import zipped

    return zipped(corridor.files())


def _parquet(corridor: Corridor) -> bytes:
    from karvan.corridor.package import zipped
    from karvan.formats.tables_parquet import parquet_files

    return zipped(parquet_files(corridor))


FORMS: dict[str, tuple[str, str, Callable[[Corridor], bytes]]] = {
    "geojson": (GEOJSON, ".geojson", _geojson),
    "gmns": (ZIP, "-gmns.zip", _gmns),
    "csv": (ZIP, ".zip", _csv),
    "parquet": (ZIP, "-parquet.zip", _parquet),
}
"""Media type, how the file's name ends, and what makes it."""


@router.get(
    "/corridors/{corridor}/export/{form}",
    summary="A corridor in an outside format",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {GEOJSON: {"schema": {"type": "object"}}, JSON: {"schema": {"type": "object"}}, ZIP: BINARY},
        },
        **faults(404),
    },
)
def export(
    request: Request,
    asked: Asked,
    form: Form,
    publisher: Annotated[
        str, Query(max_length=200, description="oc4ids: who publishes it; else the package's title.")
    ] = "",
    prefix: Annotated[str, Query(max_length=40, description="oc4ids: the project prefix registered to you.")] = "",
    uri: Annotated[
        str, Query(max_length=500, description="oc4ids: where it will be published; else a name of its own.")
    ] = "",
    date: Annotated[Day | None, Query(description="oc4ids: when it is published; else today.")] = None,
    licence: Annotated[str, Query(max_length=500, description="oc4ids: address of its licence.")] = "",
) -> Response:
    """geojson: places and links on a map. gmns: a zip of its network as GMNS has it. oc4ids: its projects as the Open
    Contracting for Infrastructure Data Standard has them. csv: the package itself, a zip of its tables, to be edited
    and uploaded. parquet: a zip of its tables for data tools, typed, with units.
    """
    said = {"publisher": publisher, "prefix": prefix, "uri": uri, "date": date, "licence": licence}
    given = [name for name, value in said.items() if value]
    if given and form != "oc4ids":
        raise InputError("the request", [Problem(name, str(said[name]), "leave it out: of oc4ids") for name in given])
    corridor = asked.corridor
    name = re.sub(r"[^A-Za-z0-9._-]", "_", asked.id)
    if form == "oc4ids":
        day = date or dt.datetime.now(dt.UTC).date()
        content = _oc4ids(corridor, day, publisher, prefix, uri, licence)
        return lasting(request, content, **_named(f"{name}-oc4ids.json"))
    kind, ending, make = FORMS[form]
    tag = f"{corridor.digest} {VERSION} {form}"
    return lasting(request, lambda: make(corridor), media_type=kind, tag=tag, **_named(f"{name}{ending}"))


def _oc4ids(corridor: Corridor, day: dt.date, publisher: str, prefix: str, uri: str, licence: str) -> bytes:
    from karvan.formats.oc4ids.package import write
    from karvan.formats.oc4ids.write import PREFIX, Publication, package_of

    published = dt.datetime.combine(day, dt.time(), dt.UTC)
    publication = Publication(published, publisher, prefix or PREFIX, uri, licence)
    return write(package_of(corridor, publication)).encode()


def _named(file: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{file}"'}
