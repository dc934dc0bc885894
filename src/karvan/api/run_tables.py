"""Tables of runs: some rows as JSON, or the whole as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response, StreamingResponse

from karvan.api.answers import answer, etag_of, lasting, matches
from karvan.api.problems import ApiError, faults, no_such
from karvan.api.runs import NAME, Found, ResultColumn, file_name, tag_of
from karvan.api.state import Shared
from karvan.evidence.parquet import meaning, pieces, read_schema
from karvan.evidence.record import COMPLETE
from karvan.evidence.run import RunFolder
from karvan.ground.errors import Problem, nearest, shown

router = APIRouter(tags=["runs"])
Form = Literal["json", "csv", "parquet"]
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"


class ResultTable(BaseModel):
    """Some rows of a table of results."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(examples=[NAME])
    table: str = Field(examples=["bottlenecks"])
    replication: int | None = Field(description="Null for a table over all replications.")
    total: int = Field(description="Rows, those not sent included.", examples=[214])
    columns: list[ResultColumn]
    rows: list[dict[str, Any]] = Field(examples=[[{"part": "ALAT-berth", "place": "ALAT", "unit_h": 5120.5}]])


@router.get(
    "/runs/{run}/tables/{table}",
    summary="A table of a run",
    responses={
        200: {"model": ResultTable, "content": {CSV: {"schema": {"type": "string"}}, PARQUET: {
            "schema": {"type": "string", "format": "binary"}}}},
        **faults(404),
    },
)  # fmt: skip
def run_table(
    request: Request,
    run: Found,
    shared: Shared,
    table: Annotated[str, Path(max_length=100, openapi_examples={"it": {"value": "bottlenecks"}})],
    format: Annotated[Form, Query(description="json has the rows asked for, the others all of them.")] = "json",  # noqa: A002
    replication: Annotated[
        int | None, Query(ge=0, le=100_000, description="Of which replication; none: the table over all of them.")
    ] = None,
    where: Annotated[
        list[str], Query(description="COLUMN=VALUE; several must all hold. For json.", examples=[["part=ALAT-berth"]],
                         max_length=8)
    ] = [],  # noqa: B006 (FastAPI copies it)
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=2**40)] = 0,
) -> Response:  # fmt: skip
    """Its rows in the order in which they stand; missing values are null, or empty in CSV."""
    file = _file(run, table, replication)
    tag = tag_of(run, "table", table, replication, format, limit, offset, where)
    rest = "" if replication is None else f"-{replication:04d}"
    if format == "json":
        rows = min(limit, shared.settings.limits.rows)
        if run.status != COMPLETE:
            return answer(_page(run, table, replication, file, where, offset, rows))
        return lasting(request, lambda: _page(run, table, replication, file, where, offset, rows), tag=tag)
    etag = etag_of(tag)
    headers = {
        "etag": etag, "cache-control": "private, no-cache",
        "content-disposition": f'attachment; filename="{file_name(run, f"-{table}{rest}.{format}")}"',
    }  # fmt: skip
    if matches(request, etag):
        return Response(status_code=304, headers=headers)
    if format == "parquet":
        return FileResponse(file, headers=headers, media_type=PARQUET)
    return StreamingResponse(_csv(file), headers=headers, media_type=CSV)


def columns_of(schema: Any) -> list[dict[str, Any]]:
    """The columns of a table, with their units and meanings as far as it says them."""
    said = meaning(schema)
    found = []
    for field in schema:
        about = said.get(field.name, {})
        kind = str(getattr(field.type, "value_type", field.type))  # of one with a dictionary, what that holds
        found.append(
            {"name": field.name, "type": kind, "unit": about.get("unit") or None, "meaning": about.get("doc") or None}
        )
    return found


def _file(run: RunFolder, table: str, replication: int | None) -> FilePath:
    """The file of a table. Raises ApiError 404."""
    files = {(name, number): file for name, number, file in run.files()}
    if (table, replication) in files:
        return files[table, replication]
    numbers = sorted(number for name, number in files if name == table and number is not None)
    if numbers and replication is None:
        fault = Problem("replication", "nothing", f"each replication has its own: give one of {_told(numbers)}")
    elif numbers or (table, None) in files:
        remedy = f"give one of {_told(numbers)}" if numbers else "leave it out: the table is over all of them"
        fault = Problem("replication", shown(replication), remedy)
    else:
        names = sorted({name for name, _ in files})
        there = ", ".join(nearest(table, names) or names)
        fault = Problem("table", shown(table), f"there is {there}" if there else "the run has no tables yet")
    raise ApiError(404, f"no such table in the run {run.name}", [fault])


def _told(numbers: list[int]) -> str:
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])


def _page(
    run: RunFolder, table: str, replication: int | None, file: FilePath, where: list[str], offset: int, limit: int
) -> dict[str, Any]:
    import pyarrow.parquet as pq

    schema = read_schema(file)
    if where:
        rows, total = _found(file, schema, where, offset, limit)
    else:
        rows = [row for piece in pieces(file, schema.names, offset, limit) for row in piece.to_pylist()]
        total = pq.read_metadata(file).num_rows
    return {
        "run": run.name,
        "table": table,
        "replication": replication,
        "total": total,
        "columns": columns_of(schema),
        "rows": [{name: _value(value) for name, value in row.items()} for row in rows],
    }


def _found(file: FilePath, schema: Any, where: list[str], offset: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Rows of which all COLUMN=VALUE hold, from the offset on, and how many there are in all. Raises ApiError 404."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = [one.partition("=")[::2] for one in where]
    plain = [field.name for field in schema if not pa.types.is_nested(field.type)]
    for name, _ in wanted:
        if name not in plain:
            raise no_such("column", name, nearest(name, plain))
    rows: list[dict[str, Any]] = []
    total = 0
    for piece in pieces(file, schema.names):
        found = _without_dictionaries(piece)
        for name, value in wanted:
            said = pc.fill_null(pc.cast(found[name], pa.string()), "")
            found = found.filter(pc.equal(said, value))
        rows += found.slice(max(offset - total, 0), limit - len(rows)).to_pylist()
        total += found.num_rows
    return rows, total


def _value(value: Any) -> Any:
    """As JSON holds it: what is no number is missing."""
    return None if isinstance(value, float) and not isfinite(value) else value


def _csv(file: FilePath) -> Iterator[bytes]:
    """The whole table as CSV, piece by piece."""
    import io

    from pyarrow import csv

    head = True
    for piece in pieces(file, read_schema(file).names):
        out = io.BytesIO()
        csv.write_csv(_without_dictionaries(piece), out, csv.WriteOptions(include_header=head))
        head = False
        yield out.getvalue()
    if head:  # a table without rows has a head all the same
        yield (",".join(f'"{name}"' for name in read_schema(file).names) + "\n").encode()


def _without_dictionaries(piece: Any) -> Any:
    import pyarrow as pa

    kinds = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in piece.schema
    ]
    return piece.cast(pa.schema(kinds))
