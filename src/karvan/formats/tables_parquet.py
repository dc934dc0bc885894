"""The tables of a corridor as Parquet files, their columns typed and with units and meanings, for data tools."""

from __future__ import annotations

import io
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.evidence.parquet import SUFFIX, as_table, write_parquet
from karvan.tables import BY_NAME, Column


def parquet_files(corridor: Corridor) -> dict[str, bytes]:
    """A file for each table that has rows, by its name. Empty cells are missing; lists are lists; times of day are
    hours."""
    import pyarrow as pa

    files = {}
    for name, rows in corridor.tables.items():
        if not rows:
            continue
        about = BY_NAME[name]
        columns = {
            column.name: pa.array([_cell(getattr(row, column.name)) for row in rows], _kind(column)) for column in about
        }
        out = io.BytesIO()
        write_parquet(as_table(pa.table(columns), about), out)
        files[f"{name}{SUFFIX}"] = out.getvalue()
    return files


def _cell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else None if value == "" else value


def _kind(column: Column) -> Any:
    import pyarrow as pa

    kinds = {
        "number": pa.float64(), "hour": pa.float64(), "whole": pa.int64(), "flag": pa.bool_(), "date": pa.date32(),
        "instant": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    kind = kinds.get(column.kind, pa.string())
    return pa.list_(kind) if column.many else kind
