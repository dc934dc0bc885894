"""Check a package: cells, references, structure, and a basis for every number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.corridor.load import inspect
from karvan.corridor.row import key_of
from karvan.ground.errors import Problem, shown
from karvan.ground.vocabulary import Address
from karvan.tables import BY_NAME, TABLES


def check(package: str | Path) -> tuple[Corridor, list[Problem]]:
    """A package's corridor and every problem of it, its evidence included."""
    corridor, problems = inspect(package)
    return corridor, problems + list(evidence_problems(corridor))


def numbers(corridor: Corridor, *, engine_only: bool = False) -> Iterator[Address]:
    """The address of every number that needs a basis (`engine_only`: that an engine reads)."""
    return (address for address, _ in _values(corridor, engine_only=engine_only))


def _values(corridor: Corridor, *, engine_only: bool = False) -> Iterator[tuple[Address, float]]:
    for table in TABLES:
        columns = [c.name for c in table if c.needs_basis and (c.use == "engine" or not engine_only)]
        if columns:
            for row in corridor.rows(table.name):
                key = key_of(table.name, row)
                for column in columns:
                    value = getattr(row, column)
                    if value is not None:
                        yield (table.name, key, column), value


def evidence_problems(corridor: Corridor) -> Iterator[Problem]:
    """Numbers without a basis, bases without a number, and bases that claim what their facts do not bear."""
    ledger = corridor.evidence
    found = dict(_values(corridor))
    unread = {address for address, value in found.items() if math.isnan(value)}  # told of already, cell by cell
    wanted = set(found)
    for address in sorted(wanted - unread - set(ledger.basis)):
        yield Problem(
            f"{address[0]}.csv, row {address[1]}, {address[2]}", "a number without a basis", "add its row to basis.csv"
        )
    for address in sorted(set(ledger.basis) - wanted):
        what = "a table that there is not" if address[0] not in BY_NAME else "a basis without a number"
        yield Problem(f"basis.csv, row {':'.join(address)}", what, "take the row out, or give the number")
    for row in corridor.rows("basis"):
        yield from _claims(row, corridor)


def _claims(basis: object, corridor: Corridor) -> Iterator[Problem]:
    row: object = basis
    method, grade, facts = row.method, row.grade, row.facts  # type: ignore[attr-defined]
    address = f"basis.csv, row {key_of('basis', row)}"
    if method == "assumed" and grade != "D":
        yield Problem(f"{address}, grade", shown(grade), "an assumption is graded D")
    if method in ("read", "mean of rivals") and not facts:
        yield Problem(f"{address}, facts", "nothing", f"method '{method}' names its facts")
    if method == "assumed" and not row.note:  # type: ignore[attr-defined]
        yield Problem(f"{address}, note", "nothing", "an assumption says why")
    known = corridor.evidence.facts
    best = max((known[name].confidence for name in facts if name in known), default="A")
    if method != "calibrated" and grade < best:
        yield Problem(f"{address}, grade", shown(grade), f"its weakest fact is of confidence {best}")
