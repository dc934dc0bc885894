"""Check a package: cells, references, structure, and a basis for every number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from karvan.corridor.corridor import Corridor
from karvan.corridor.load import inspect
from karvan.corridor.row import Row, key_of
from karvan.ground.errors import Problem, shown
from karvan.ground.units import factor_between
from karvan.ground.vocabulary import Address
from karvan.tables import BY_NAME, TABLES, Column


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
    for address in sorted(wanted - unread):
        yield from _disagreement(address, found[address], corridor)


def _claims(basis: Row, corridor: Corridor) -> Iterator[Problem]:
    """What a basis says of itself against what its facts are worth."""
    address = f"basis.csv, row {key_of('basis', basis)}"
    known = corridor.evidence.facts
    weakest = max((known[name].confidence for name in basis.facts if name in known), default="A")
    if basis.method == "assumed" and basis.grade != "D":
        yield Problem(f"{address}, grade", shown(basis.grade), "an assumption is graded D")
    if basis.method == "assumed" and not basis.note:
        yield Problem(f"{address}, note", "nothing", "an assumption says why")
    if basis.method in ("read", "mean of rivals") and not basis.facts:
        yield Problem(f"{address}, facts", "nothing", f"method '{basis.method}' names its facts")
    if basis.method != "calibrated" and basis.grade < weakest:
        yield Problem(f"{address}, grade", shown(basis.grade), f"its weakest fact is of confidence {weakest}")


ROUNDING = 1e-4
"""Share by which a number may differ from what its facts say: tables hold five digits."""


def _disagreement(address: Address, value: float, corridor: Corridor) -> Iterator[Problem]:
    """A number that says it is read from a fact, or the mean of some, and is not what they say."""
    table, row, name = address
    basis = corridor.evidence.find_basis(*address)
    if basis is None or basis.method not in ("read", "mean of rivals"):
        return
    column = BY_NAME[table].column(name)
    said = [_said(corridor.evidence.facts.get(fact), column) for fact in basis.facts]
    sound = [number for number in said if number is not None]
    if not sound or len(sound) < len(said):
        return
    slack = 0.5 if column.kind == "whole" else ROUNDING * abs(value)
    if not min(sound) - slack <= value <= max(sound) + slack:
        facts = ", ".join(f"{fact} says {number:g}" for fact, number in zip(basis.facts, sound, strict=True))
        remedy = f"{facts} ({column.unit}): mend the number, or its basis"
        yield Problem(f"{table}.csv, row {row}, {name}", f"{value:g}", remedy)


def _said(fact: Row | None, column: Column) -> float | None:
    """A fact's number in the unit of a column; None where it has none."""
    factor = factor_between(fact.unit, column.unit) if fact is not None else None
    try:
        return None if fact is None or factor is None else float(fact.value) * factor
    except ValueError:
        return None
