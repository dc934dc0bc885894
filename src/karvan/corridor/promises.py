"""What must hold between projects, their effects, and the commitments that name them."""

from __future__ import annotations

from collections.abc import Iterator

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.evidence.commitments import Commitments
from karvan.ground.errors import Problem, nearest, shown
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNABLE, PLANNED


def promise_problems(corridor: Corridor) -> list[Problem]:
    """Every problem of what is promised; the cells and references must be sound already."""
    found = [*projects(corridor), *effects(corridor)]
    if corridor.rows("commitment"):
        found += Commitments(corridor.rows).problems()
    return found


def projects(corridor: Corridor) -> Iterator[Problem]:
    """A project opens after work begins, and does not both change something and say why it changes nothing."""
    changing = {row.project for row in corridor.rows("effect")}
    for table in PLANNABLE:
        changing |= {project for row in corridor.rows(f"{PLANNED}{table}") for project in row.projects}
    for row in corridor.rows("project"):
        at = f"project.csv, row {row.id}"
        if row.starts and row.opens and row.opens < row.starts:
            yield Problem(f"{at}, opens", row.opens, f"work on it begins in {row.starts}: mend one of the months")
        if row.outside and row.id in changing:
            found = "effects and a reason for none"
            yield Problem(f"{at}, outside", found, "say what it changes in effect.csv, or here why nothing")


def effects(corridor: Corridor) -> Iterator[Problem]:
    """An effect names a cell, and changes it in a way that it can be changed."""
    for row in corridor.rows("effect"):
        at = f"effect.csv, row {row.project}:{row.seq}"
        if row.table not in BY_NAME or row.table in ("basis", "fact", "source"):
            yield Problem(f"{at}, table", shown(row.table), _did_you_mean(row.table, tuple(BY_NAME)))
            continue
        table = BY_NAME[row.table]
        names = tuple(name for name in table.names if name not in table.key)
        if row.column not in names:
            yield Problem(f"{at}, column", shown(row.column), _did_you_mean(row.column, names))
            continue
        known = {**corridor.by_key(row.table), **corridor.by_key(f"{PLANNED}{row.table}")}
        if row.row not in known:
            yield Problem(f"{at}, row", shown(row.row), _did_you_mean(row.row, tuple(known)))
        yield from _amount(row, at, numeric=table.column(row.column).numeric)


def _amount(row: Row, at: str, *, numeric: bool) -> Iterator[Problem]:
    if numeric and row.amount is None:
        yield Problem(f"{at}, amount", "nothing", "give the number")
    if not numeric and (row.change != "set" or row.amount is not None):
        yield Problem(f"{at}, change", f"{row.change} {row.amount}", f"{row.column} holds no number: set it to a word")
    if row.change == "scale" and row.amount is not None and row.amount < 0:
        yield Problem(f"{at}, amount", f"{row.amount:g}", "give a factor of 0 or more")


def _did_you_mean(word: str, known: tuple[str, ...]) -> str:
    near = nearest(word, known, 1)
    return f"did you mean {near[0]}?" if near else "there is no such thing"
