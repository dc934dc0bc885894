"""Tables of results as Parquet: the same values give the same bytes, and a column can say its unit and meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from karvan.evidence.durable import told
from karvan.ground.errors import InputError, Problem
from karvan.tables import Table

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Columns = Mapping[str, "np.ndarray"] | Any
"""A table of results: arrays of shape (n_rows,) by the names of the columns, or an Arrow table."""
SUFFIX = ".parquet"
ROWS_A_GROUP = 1 << 17
"""Rows that are compressed together: enough for the codec, few enough to read an event trace piece by piece."""
KEY = b"karvan"
"""Key of the file's metadata that holds the meaning of the table, as JSON."""


def as_table(columns: Columns, about: Table | None = None) -> pa.Table:
    """A table to write.

    Args:
        columns: arrays of shape (n_rows,) by their names, in the order of the columns; or an Arrow table. NaN in an
            array is a missing value, and becomes one (§2).
        about: what the register says of the table; its columns' units and meanings go along with them.

    Raises:
        ValueError: where the arrays differ in length or are not flat.
    """
    import pyarrow as pa

    if isinstance(columns, pa.Table):
        table = columns
    else:
        arrays = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
        table = pa.table(arrays)
    return table.replace_schema_metadata({KEY: _meaning(table, about)} if about else None)


def _meaning(table: pa.Table, about: Table) -> bytes:
    columns = {
        column.name: {"unit": column.unit, "doc": column.doc} for column in about if column.name in table.column_names
    }
    return json.dumps({"doc": about.doc, "columns": columns}, ensure_ascii=False).encode()


def meaning(schema: pa.Schema) -> dict[str, dict[str, str]]:
    """Unit and doc of the columns of a file, by name, as far as it says them."""
    try:
        said = json.loads((schema.metadata or {}).get(KEY, b"{}")).get("columns", {})
        return {str(name): {key: str(value) for key, value in one.items()} for name, one in said.items()}
    except (ValueError, AttributeError):
        return {}


BYTES: dict[str, Any] = {
    "version": "2.6",
    "data_page_version": "1.0",
    "compression": "zstd",
    "compression_level": 3,
    "write_statistics": True,
    "write_page_checksum": True,
}
"""What decides about bytes, left to no default."""


def write_parquet(table: pa.Table, file: BinaryIO) -> None:
    """Write a table to an open file."""
    import pyarrow.parquet as pq

    pq.write_table(table.combine_chunks(), file, use_dictionary=True, row_group_size=ROWS_A_GROUP, **BYTES)


def parquet_writer(file: BinaryIO, schema: pa.Schema, deltas: Sequence[str]) -> Any:
    """A writer of tables of one schema to an open file, each call a row group; close it at the end.

    Args:
        deltas: columns of whole numbers or instants that are kept as differences; all others have dictionaries.
    """
    import pyarrow.parquet as pq

    others = [field.name for field in schema if field.name not in deltas]
    encoding = dict.fromkeys(deltas, "DELTA_BINARY_PACKED")
    return pq.ParquetWriter(file, schema, use_dictionary=others, column_encoding=encoding, **BYTES)


def read_parquet(path: Path) -> pa.Table:
    """Read a table. Raises InputError where the file is not there or is spoilt."""
    with _opened(path) as file:
        return file.read()


def read_schema(path: Path) -> pa.Schema:
    """The columns of a table, with what the file says of them. Raises InputError as `read_parquet` does."""
    with _opened(path) as file:
        return file.schema_arrow


def pieces(path: Path, columns: Sequence[str], first: int = 0, most: int | None = None) -> Iterator[pa.Table]:
    """A long table, row group by row group, from row `first` on and at most so many rows.

    Raises InputError as `read_parquet` does, while it is read.
    """
    with _opened(path) as file:
        left = file.metadata.num_rows - first if most is None else min(most, file.metadata.num_rows - first)
        at = 0
        for number in range(file.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            skip, at = max(first - at, 0), at + rows
            if skip < rows and left > 0:
                piece = file.read_row_group(number, columns=list(columns)).slice(skip, left)
                left -= piece.num_rows
                yield piece


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # `read_table` would take a folder named a=b for a column
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except FileNotFoundError:
        problem = Problem(path.name, "no such file", "it was removed: make the run again")
    except (OSError, pa.ArrowException, UnicodeDecodeError) as spoilt:
        reason = str(spoilt).splitlines()[0]
        problem = Problem(path.name, f"a file that cannot be read ({reason})", "remove the run and make it again")
    else:
        return
    raise InputError(told(path.parent), [problem])
