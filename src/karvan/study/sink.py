"""Where a long table goes, piece by piece: Parquet with units, CSV, lines of JSON, or memory. Same rows, same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from karvan.evidence.parquet import as_table, parquet_writer
from karvan.ground.errors import InputError, Problem, shown
from karvan.tables import Column, Table

Values = Sequence[Sequence[Any]]
"""Columns of a table in its order, each as long as the others; None is missing."""


class Sink(Protocol):
    """Takes a table piece by piece."""

    def write(self, columns: Values) -> None: ...

    def close(self) -> None: ...


def sink(path: Path, file: BinaryIO, about: Table) -> Sink:
    """A sink into an open file, by the ending of its name. Raises InputError."""
    return SINKS[checked(path).suffix](file, about)


def checked(path: Path | str, suffixes: Iterable[str] = ()) -> Path:
    """A path with an ending that says what is written. Raises InputError."""
    path, known = Path(path), tuple(suffixes) or tuple(SINKS)
    if path.suffix not in known:
        remedy = f"give a file that ends in one of {', '.join(known)}"
        raise InputError("the request", [Problem("out", shown(str(path)), remedy)])
    return path


def arrow_schema(about: Table) -> Any:
    """The columns of a table for Arrow, with their units and meanings."""
    import pyarrow as pa

    kinds = {"number": pa.float64(), "whole": pa.int64(), "instant": pa.timestamp("us", tz="UTC")}
    empty = pa.schema([(column.name, kinds.get(column.kind, pa.string())) for column in about]).empty_table()
    return as_table(empty, about).schema


class Memory:
    """Keeps the pieces: `table` is the whole as an Arrow table."""

    def __init__(self, about: Table) -> None:
        self.schema = arrow_schema(about)
        self.pieces: list[Any] = []

    def write(self, columns: Values) -> None:
        self.pieces.append(_piece(columns, self.schema))

    def close(self) -> None:
        pass

    @property
    def table(self) -> Any:
        import pyarrow as pa

        return pa.concat_tables([self.schema.empty_table(), *self.pieces])


class _Parquet:
    def __init__(self, file: BinaryIO, about: Table) -> None:
        self.schema = arrow_schema(about)
        self.writer = parquet_writer(file, self.schema, deltas=())

    def write(self, columns: Values) -> None:
        self.writer.write_table(_piece(columns, self.schema))

    def close(self) -> None:
        self.writer.close()


class _Csv:
    def __init__(self, file: BinaryIO, about: Table) -> None:
        self.file, self.columns = file, tuple(about)
        self._rows([about.names])

    def _rows(self, rows: Sequence[Sequence[Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.file.write(text.getvalue().encode())

    def write(self, columns: Values) -> None:
        told = [[_plain(value, about) for value in column] for column, about in zip(columns, self.columns, strict=True)]
        self._rows(list(zip(*told, strict=True)))

    def close(self) -> None:
        pass


class _Lines:
    def __init__(self, file: BinaryIO, about: Table) -> None:
        self.file, self.columns = file, tuple(about)

    def write(self, columns: Values) -> None:
        told = [[_plain(value, about) for value in column] for column, about in zip(columns, self.columns, strict=True)]
        names = [about.name for about in self.columns]
        lines = [
            json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False) + "\n"
            for row in zip(*told, strict=True)
        ]
        self.file.write("".join(lines).encode())

    def close(self) -> None:
        pass


SINKS: dict[str, Callable[[BinaryIO, Table], Sink]] = {".parquet": _Parquet, ".csv": _Csv, ".jsonl": _Lines}


def _piece(columns: Values, schema: Any) -> Any:
    import pyarrow as pa

    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _plain(value: Any, about: Column) -> Any:
    """A value as text formats have it: numbers to six decimals, the same everywhere; instants in UTC."""
    if value is None:
        return None
    if about.kind == "instant":
        instant: dt.datetime = value
        return instant.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return round(value, 6) + 0.0 if about.kind == "number" else value
