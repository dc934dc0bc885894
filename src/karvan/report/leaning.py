"""What numbers of a corridor a run leans on: those of the rows that it used, by grade, and what they are founded on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row, key_of
from karvan.evidence import GRADES
from karvan.ground.vocabulary import Address
from karvan.tables import BY_NAME

Uses = Mapping[str, Mapping[str, float]]
"""How much a run made use of rows, by table and key."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One judgement that stands in one column of one row or many: an assumption is made for a kind of thing."""

    table: str
    column: str
    unit: str
    note: str
    """The reasoning on the row that is used most; on the others it has the same form."""
    facts: tuple[str, ...]
    """Facts that this reasoning begins with, by their ids."""
    rows: tuple[str, ...]
    """Keys of the rows, most used first."""
    values: tuple[float, ...]
    """The values that it takes, each once, rising."""
    use: float
    """Of the row that is used most."""


@dataclass(frozen=True)
class Leaning:
    """Grades of the numbers that a run leans on, and the assumptions among them."""

    grades: Mapping[str, Mapping[str, int]]
    """How many numbers have each grade, by table."""
    assumptions: tuple[Assumption, ...]
    """Most used first."""
    sources: Mapping[str, int]
    """How many of the numbers each source stands behind, by its id."""

    @property
    def by_grade(self) -> dict[str, int]:
        """All tables together."""
        return {grade: sum(counts[grade] for counts in self.grades.values()) for grade in GRADES}


def leaning(corridor: Corridor, uses: Uses) -> Leaning:
    """What a run leans on that used such rows of a corridor."""
    ledger = corridor.evidence
    grades: dict[str, Counter[str]] = defaultdict(Counter)
    sources: Counter[str] = Counter()
    groups: dict[tuple[str, str, str], list[tuple[float, str, float]]] = defaultdict(list)
    for address, value, use in _numbers(corridor, spread(corridor, uses)):
        basis, grade = ledger.find_basis(*address), ledger.grade(*address)
        grades[address[0]][grade] += 1
        sources.update({ledger.facts[name].source for name in (basis.facts if basis else ()) if name in ledger.facts})
        if grade == "D":
            groups[address[0], address[2], _kind(basis)].append((use, address[1], value))
    found = []
    for (table, column, _), rows in groups.items():
        rows.sort(key=lambda row: (-row[0], row[1]))
        use, first, _ = rows[0]
        basis = ledger.find_basis(table, first, column)
        note, facts = (basis.note, basis.facts) if basis else ("no basis is given", ())
        values = tuple(sorted({value for _, _, value in rows}))
        unit = BY_NAME[table].column(column).unit
        found.append(Assumption(table, column, unit, note, facts, tuple(key for _, key, _ in rows), values, use))
    found.sort(key=lambda one: (-one.use, one.table, one.column, one.note))
    counts = {table: {grade: grades[table][grade] for grade in GRADES} for table in sorted(grades)}
    return Leaning(counts, tuple(found), dict(sorted(sources.items(), key=lambda one: (-one[1], one[0]))))


def _kind(basis: Row | None) -> str:
    """What assumptions have in common that are one judgement: the reason behind the formula, or the formula's form."""
    note = str(basis.note) if basis else ""
    formula, _, reason = note.partition("; ")
    if not note.startswith("="):
        return note
    return reason or re.sub(r"[$\w.-]*\w", "x", formula)


def _numbers(corridor: Corridor, uses: Uses) -> Iterator[tuple[Address, float, float]]:
    """The numbers that engines read in rows that are used: address, value, and how much the row is used."""
    for table in sorted(uses):
        columns = [column.name for column in BY_NAME[table] if column.needs_basis and column.use == "engine"]
        for key, use in sorted(uses[table].items()):
            row = corridor.by_key(table).get(key)
            for name in columns if row is not None and use > 0 else ():
                value = getattr(row, name)
                if value is not None:
                    yield (table, key, name), float(value), use


def spread(corridor: Corridor, uses: Uses) -> dict[str, dict[str, float]]:
    """Uses of rows, and of those that belong to them: a service's vehicle, stops and tariffs, what emits, what closes.

    A row that belongs to several is used as much as the one of them that is used most.
    """
    found: dict[str, dict[str, float]] = {table: dict(rows) for table, rows in uses.items() if table in BY_NAME}

    def belongs(table: str, key: str, use: float) -> None:
        there = found.setdefault(table, {})
        if key:
            there[key] = max(there.get(key, 0.0), use)

    services = found.get("service", {})
    for table in ("stop", "tariff", "timetable"):
        for row in corridor.rows(table):
            if row.service in services:
                belongs(table, key_of(table, row), services[row.service])
    for name, use in services.items():
        service = corridor.by_key("service").get(name)
        belongs("vehicle", service.vehicle if service else "", use)
    for table in ("vehicle", "facility"):
        for name, use in list(found.get(table, {}).items()):
            row = corridor.by_key(table).get(name)
            belongs("emission_factor", row.emission_factor if row else "", use)
    for row in corridor.rows("closure"):
        use = max((found.get(row.stops_table, {}).get(name, 0.0) for name in row.stops), default=0.0)
        for key in _of_closure(corridor, row) if use else ():
            belongs(*key, use)
    return found


def _of_closure(corridor: Corridor, closure: Row) -> Iterator[tuple[str, str]]:
    """A closure, or the one whose times it has, with its rates."""
    name = closure.times_of or closure.id
    yield "closure", name
    for row in corridor.rows("closure_rate"):
        if row.closure == name:
            yield "closure_rate", key_of("closure_rate", row)
