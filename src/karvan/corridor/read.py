"""Reading a table: from cells of text to frozen rows, with every bad cell told by its address."""

from __future__ import annotations

import math
from collections.abc import Sequence

from karvan.corridor.package import read_rows
from karvan.corridor.row import ROW_TYPES, Row, key_of
from karvan.ground.errors import Problem, shown
from karvan.tables import Column, Table
from karvan.tables.cell import BadCell, Cell, parse


class Parsed(dict[str, Cell]):
    """The values of one column's cells; the same text is worked out once."""

    def __init__(self, column: Column) -> None:
        self.column = column

    def __missing__(self, text: str) -> Cell:
        self[text] = parse(text, self.column)
        return self[text]


def read_table(table: Table, content: bytes) -> tuple[tuple[Row, ...], list[Problem]]:
    """The rows of a table and what is wrong with them, cell by cell and key by key."""
    texts, problems = read_rows(table, content)
    if not texts and not problems:
        remedy = "give at least one row, or leave the file out" if table.optional else "give at least one row"
        return (), [Problem(f"{table.name}.csv", "no rows", remedy)]
    columns = [Parsed(column) for column in table]
    make = ROW_TYPES[table.name]._make
    rows: dict[str, Row] = {}
    for number, cells in enumerate(texts, start=1):
        try:
            row = make([parsed[cell] for parsed, cell in zip(columns, cells, strict=True)])
        except BadCell:
            row, found = _mended(table, number, cells)
            problems += found
        key = key_of(table.name, row)
        if key in rows:
            address = f"{table.name}.csv, row {number}, {'+'.join(table.key)}"
            problems.append(Problem(address, f"{shown(key)} again", "give each row its own"))
        rows[key] = row
    return tuple(rows.values()), problems


def _mended(table: Table, number: int, cells: Sequence[str]) -> tuple[Row, list[Problem]]:
    """A row with stand-ins for its bad cells, and what is wrong with each of them."""
    problems, values = [], []
    key = ":".join(cells[table.names.index(name)].strip() for name in table.key)
    where = f"row {shown(key).strip(chr(39))}" if key.strip(":") else f"row {number}"
    for column, cell in zip(table, cells, strict=True):
        try:
            values.append(parse(cell, column))
        except BadCell as problem:
            address = f"{table.name}.csv, {where}, {column.name}"
            problems.append(Problem(address, shown(cell) if cell else "nothing", str(problem)))
            values.append(_stand_in(column, cell))
    return ROW_TYPES[table.name](*values), problems


def _stand_in(column: Column, cell: str) -> Cell:
    """What a bad cell holds while the rest is checked, so that its row does not count as missing elsewhere too."""
    if column.many:
        return ()
    if column.numeric:
        return math.nan
    return "" if column.one_of else cell.strip()
