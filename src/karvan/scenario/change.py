"""Changes to a corridor, and `bend`: the base is never touched, and tables that no change names are shared with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.corridor.structure import structure_problems
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.scenario.cells import with_cells
from karvan.scenario.close import VERB, read_close
from karvan.tables import BY_NAME, Column


class Change(Protocol):
    """Anything that makes another corridor out of one."""

    def on(self, corridor: Corridor) -> Corridor:
        """The corridor as changed. Raises InputError where the change does not fit it."""


@dataclass(frozen=True, slots=True)
class SetCell:
    """One cell of one row gets another value: facility/AKTAU-berth/servers=4. The text is read as in a CSV table."""

    table: str
    row: str
    column: str
    value: str

    def on(self, corridor: Corridor) -> Corridor:
        _cell(corridor, self.table, self.row, self.column)
        return with_cells(corridor, {(self.table, self.row, self.column): self.value})


@dataclass(frozen=True, slots=True)
class ScaleCell:
    """A number of one row is multiplied: service/kmtf-aktau-alat/headway_h*0.5. A missing number stays missing."""

    table: str
    row: str
    column: str
    factor: float

    def on(self, corridor: Corridor) -> Corridor:
        value = _number(corridor, self, "scaled") * self.factor
        return SetCell(self.table, self.row, self.column, repr(value)).on(corridor)


@dataclass(frozen=True, slots=True)
class AddCell:
    """A number of one row gets more, or less: service/asco-aktau-alat/fleet=+1, facility/AKTAU-berth/servers=+-1."""

    table: str
    row: str
    column: str
    more: float

    def on(self, corridor: Corridor) -> Corridor:
        value = _number(corridor, self, "added to") + self.more
        return SetCell(self.table, self.row, self.column, repr(value)).on(corridor)


def bend(corridor: Corridor, changes: Iterable[Change]) -> Corridor:
    """The corridor after all changes, in their order. Raises InputError if it could not be run any more."""
    bent = reduce(lambda changed, change: change.on(changed), changes, corridor)
    problems = structure_problems(bent) if bent is not corridor else []
    if problems:
        raise InputError("the changed corridor", problems)
    return bent


def read_change(text: str) -> Change:
    """A change as people write it. Raises InputError.

    TABLE/ROW/COLUMN=VALUE, =+MORE or *FACTOR; or close TABLE/ROW=BEGIN..END.
    """
    if text.startswith(VERB):
        return read_close(text.removeprefix(VERB))
    for sign in ("=", "*"):
        address, found, value = text.partition(sign)
        table, _, rest = address.strip().partition("/")
        row, _, column = rest.rpartition("/")
        value = value.strip()
        if found and table and row and column:
            try:
                if sign == "*":
                    return ScaleCell(table, row, column, float(value))
                if value.startswith("+"):
                    return AddCell(table, row, column, float(value[1:]))
                return SetCell(table, row, column, value)
            except ValueError:
                break
    remedy = "give TABLE/ROW/COLUMN=VALUE, =+MORE or *FACTOR"
    raise InputError("the change", [Problem("change", shown(text), remedy)])


def _cell(corridor: Corridor, table: str, row: str, column: str) -> tuple[Row, Column]:
    if table not in BY_NAME:
        raise InputError("the change", [Problem("table", shown(table), _did_you_mean(table, BY_NAME))])
    if column not in BY_NAME[table].names or column in BY_NAME[table].key:
        names = [name for name in BY_NAME[table].names if name not in BY_NAME[table].key]
        raise InputError("the change", [Problem(f"{table}, column", shown(column), _did_you_mean(column, names))])
    return corridor.row(table, row), BY_NAME[table].column(column)


def _number(corridor: Corridor, change: ScaleCell | AddCell, done: str) -> float:
    """The number that a change is made to. Raises InputError where there is none."""
    row, column = _cell(corridor, change.table, change.row, change.column)
    old = getattr(row, column.name)
    if not column.numeric or old is None:
        address = f"{change.table}/{change.row}/{change.column}"
        found = "nothing" if old is None else shown(str(old))
        raise InputError("the change", [Problem(address, found, f"only a number that is there can be {done}")])
    return float(old)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known, 1)
    return f"did you mean {near[0]}?" if near else f"give one of {', '.join(known)}"
