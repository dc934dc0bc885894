"""The tables of a GMNS folder as text: CSV with a heading, columns by name in any case and order."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np

from karvan.corridor.roads import Flags, Floats
from karvan.formats.foreign import Gathered, number, read_text
from karvan.ground.errors import nearest

WHOLE = re.compile(r"(-?\d+)\.0+")
"""A whole number as tools write it that keep whole numbers as floats."""


@dataclass(frozen=True)
class Sheet:
    """A table: its cells without blanks round them, by column and row."""

    name: str
    columns: dict[str, tuple[str, ...]]
    """By names in lower case; each (n_rows,)."""
    lines: tuple[int, ...]
    """Line of the file that each row ends on (n_rows,)."""

    def __len__(self) -> int:
        return len(self.lines)

    def find(self, *names: str) -> str | None:
        """The first of these columns that there is."""
        return next((name for name in names if name in self.columns), None)

    def texts(self, *names: str) -> tuple[str, ...]:
        """The cells of the first of these columns that there is; empty ones where there is none."""
        name = self.find(*names)
        return self.columns[name] if name else ("",) * len(self)

    def numbers(self, wrong: Gathered, *names: str, low: float = 0.0) -> Floats:
        """The numbers of a column (n_rows,), NaN where a cell is empty; other cells are put to what is wrong."""
        name = self.find(*names)
        if name is None:
            return np.full(len(self), np.nan)
        texts = self.columns[name]
        values = np.array([number(text) for text in texts])
        empty = np.array([not text for text in texts], dtype=bool)
        bad = ~empty & (~np.isfinite(values) | (values < low))
        remedy = "give a number" if low == -np.inf else f"give a number of {low:g} or more"
        for ix in np.flatnonzero(bad):
            wrong.add(self.at(int(ix), name), texts[ix], remedy, alike=f"{self.name} {name}")
        return values

    def chosen(self, rows: Sequence[bool] | Flags) -> Sheet:
        """Some of the rows (n_rows,), called as before."""
        columns = {name: tuple(compress(cells, rows)) for name, cells in self.columns.items()}
        return Sheet(self.name, columns, tuple(compress(self.lines, rows)))

    def ids(self, *names: str) -> tuple[str, ...]:
        """Ids of rows (n_rows,)."""
        return tuple(as_id(text) for text in self.texts(*names))

    def at(self, row: int, column: str) -> str:
        """How a message calls a cell."""
        return f"{self.name}, line {self.lines[row]}, {column}"


def as_id(text: str) -> str:
    """An id as other tables have it: 12.0 is 12."""
    match = WHOLE.fullmatch(text)
    return match[1] if match else text


def read_sheet(path: Path, required: tuple[str, ...], wrong: Gathered) -> Sheet:
    """A table of a folder; what is wrong with it as a table is told, and its rows are left out.

    Rows may end in empty cells that have no heading, as some tools write them.
    """
    name = path.name
    if not path.is_file():
        wrong.add(name, "no such file", f"give it, with columns {', '.join(required)}")
        return Sheet(name, {}, ())
    reader = csv.reader(read_text(path).splitlines(keepends=True))
    rows, lines = [], []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as spoilt:
        wrong.add(f"{name}, line {reader.line_num}", str(spoilt), "write it as CSV")
        return Sheet(name, {}, ())
    for column in required:
        if column not in header:
            there = ", ".join(nearest(column, header) or header[:8]) or "nothing"
            wrong.add(f"{name}, heading", f"no column {column}", f"add it; there is {there}", alike=f"{name} heading")
    known = [column for column in header if column]
    if len(set(known)) < len(known):
        wrong.add(f"{name}, heading", "a column twice", "give each column its own name")
    width, fine = len(header), []
    for line, row in zip(lines, rows, strict=True):
        if len(row) < width or any(row[width:]):
            wrong.add(f"{name}, line {line}", f"{len(row)} cells", f"give {width}, as the heading has")
        else:
            fine.append((line, row[:width]))
    across = list(zip(*(row for _, row in fine), strict=True)) or [()] * width
    return Sheet(name, dict(zip(header, across, strict=True)), tuple(line for line, _ in fine))
