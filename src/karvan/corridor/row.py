"""Rows of the corridor's tables: frozen, one named tuple type a table, its fields read from the register."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from karvan.tables import BY_NAME, TABLES
from karvan.tables.cell import empty, write

Row = Any
"""A named tuple whose fields are the columns of its table."""

ROW_TYPES: dict[str, Any] = {table.name: namedtuple(table.name, table.names) for table in TABLES}


def __getattr__(name: str) -> Any:
    """Row types are found by the name of their table, so that rows may be handed to other processes."""
    if name in ROW_TYPES:
        return ROW_TYPES[name]
    raise AttributeError(f"module 'karvan.corridor.row' has no attribute '{name}'")


def key_of(table: str, row: Row) -> str:
    """The key of a row as addresses write it: parts of a composite key joined by a colon."""
    names = BY_NAME[table].key
    return getattr(row, names[0]) if len(names) == 1 else ":".join(str(getattr(row, name)) for name in names)


def new_row(table: str, /, **cells: Any) -> Row:
    """A row of a table with the cells given, and the others empty."""
    return ROW_TYPES[table](**{column.name: empty(column) for column in BY_NAME[table]} | cells)


def as_text(table: str, row: Row) -> dict[str, str]:
    """A row as the CSV table holds it."""
    return {column.name: write(getattr(row, column.name), column) for column in BY_NAME[table]}
