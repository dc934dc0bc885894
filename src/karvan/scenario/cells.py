"""A change to some cells of a table, with the reason for it: what scenarios and projects are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import ceil, floor

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import BY_NAME, Column
from karvan.tables.cell import BadCell, Cell, parse, write

Address = tuple[str, str, str]
"""Table, row and column."""
ANY = "*"
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Why:
    """What a number stands on."""

    facts: tuple[str, ...] = ()
    grade: str = "D"
    note: str = ""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One column of one row, or of all rows whose keys fit a pattern, becomes something else."""

    table: str
    rows: str
    """A key, in which a * stands for any letters."""
    column: str
    change: str
    """set, add or scale."""
    amount: float | None = None
    """In the unit of the column; a factor where it is scaled."""
    word: str = ""
    """What a column becomes that holds no number."""
    share: float = 1.0
    """How much of the change is there already, from 0 to 1."""
    why: Why = field(default=Why())

    @property
    def address(self) -> str:
        return f"{self.table}/{self.rows}/{self.column}"

    def told(self) -> str:
        """The change in words."""
        amount = self.word if self.amount is None else f"{self.amount:g}"
        verb = {"set": "becomes", "add": "more by", "scale": "times"}[self.change]
        part = "" if self.share == 1.0 else f", {self.share:.0%} of it by then"
        return f"{verb} {amount}{part}"

    def cells(self, corridor: Corridor) -> list[Address]:
        """The cells that it changes, sorted. Raises InputError where there are none."""
        if self.table not in BY_NAME:
            raise self._refused("table", self.table, BY_NAME)
        columns = [name for name in BY_NAME[self.table].names if name not in BY_NAME[self.table].key]
        if self.column not in columns:
            raise self._refused("column", self.column, columns)
        if ANY not in self.rows:
            corridor.row(self.table, self.rows)
            return [(self.table, self.rows, self.column)]
        keys = [key for key in sorted(corridor.by_key(self.table)) if fnmatchcase(key, self.rows)]
        if self.change != "set":  # what is not there cannot be more or less; a pattern passes it over
            rows = corridor.by_key(self.table)
            keys = [key for key in keys if getattr(rows[key], self.column) is not None]
        if not keys:
            raise self._refused("row", self.rows, corridor.by_key(self.table))
        return [(self.table, key, self.column) for key in keys]

    def value(self, old: Cell) -> str:
        """What a cell becomes, as the table writes it. Raises InputError where nothing can be added to or scaled."""
        column = BY_NAME[self.table].column(self.column)
        if not column.numeric:
            if self.change != "set" or self.amount is not None:
                raise self._impossible(shown(write(old, column)), "it holds no number: set it to a word")
            return self.word
        if self.amount is None:
            raise self._impossible(shown(self.word), f"give {column.expects()}")
        if self.change == "set":
            before = float(old) if isinstance(old, (int, float)) else self.amount
            return _text(before, self.share * (self.amount - before), column)
        if not isinstance(old, (int, float)):
            raise self._impossible("nothing", "only a number that is there can be changed so")
        more = self.amount if self.change == "add" else old * (self.amount - 1)
        return _text(float(old), self.share * more, column)

    def _impossible(self, found: str, remedy: str) -> InputError:
        return InputError("the change", [Problem(self.address, found, remedy)])

    def _refused(self, part: str, word: str, known: Iterable[str]) -> InputError:
        near = nearest(word.replace(ANY, ""), known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"there is no such {part}"
        return InputError("the change", [Problem(f"{self.address}, {part}", shown(word), remedy)])


@dataclass(frozen=True, slots=True)
class TollChange(CellChange):
    """What carriage costs becomes something else: `rows` is a pattern of services."""

    operator: str = ""
    mode: str = ""

    def cells(self, corridor: Corridor) -> list[Address]:
        services = {
            row.id
            for row in corridor.rows("service")
            if fnmatchcase(row.id, self.rows) and self.operator in ("", row.operator) and self.mode in ("", row.mode)
        }
        rows = [row for row in corridor.rows("tariff") if row.service in services]
        if not rows:
            raise self._refused("service", self.rows, corridor.by_key("service"))
        return [("tariff", row.id, self.column) for row in rows if getattr(row, self.column) is not None]


def _text(old: float, more: float, column: Column) -> str:
    """A number with something added to it; of whole numbers only whole steps that are there in full."""
    if column.kind == "whole":
        more = floor(more + ROUNDING) if more >= 0 else ceil(more - ROUNDING)
    return write(old + more, column) if column.kind == "number" else str(round(old + more))


def with_cells(corridor: Corridor, cells: Mapping[Address, str]) -> Corridor:
    """The corridor with other values in some cells, as the tables write them. Raises InputError with all bad ones."""
    problems: list[Problem] = []
    by_table: dict[str, dict[str, dict[str, Cell]]] = {}
    for (table, key, name), text in sorted(cells.items()):
        column = BY_NAME[table].column(name)
        try:
            value = parse(text, column)
        except BadCell as bad:
            problems.append(Problem(f"{table}/{key}/{name}", shown(text) if text else "nothing", str(bad)))
            continue
        if column.refers:
            for named in value if isinstance(value, tuple) else filter(None, (str(value or ""),)):
                corridor.row(column.refers, named)
        by_table.setdefault(table, {}).setdefault(key, {})[name] = value
    if problems:
        raise InputError("the change", problems)
    return corridor.with_tables({table: _changed(corridor, table, rows) for table, rows in by_table.items()})


def _changed(corridor: Corridor, table: str, cells: Mapping[str, Mapping[str, Cell]]) -> tuple[Row, ...]:
    rows = corridor.rows(table)
    return tuple(row._replace(**cells[key]) if (key := key_of(table, row)) in cells else row for row in rows)
