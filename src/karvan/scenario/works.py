"""A project as it stands in a year: whether it is open, what it builds, and how much of its effects is there."""

from __future__ import annotations

from dataclasses import dataclass

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import ROW_TYPES, Row, key_of
from karvan.ground.errors import InputError, Problem
from karvan.scenario.cells import CellChange, Why
from karvan.tables import BY_NAME
from karvan.tables.plans import PLANNABLE, PLANNED

MIDDLE = 0.5
"""A year is looked at in its middle."""


@dataclass(frozen=True, slots=True)
class Works:
    """A project in a year."""

    id: str
    changes: tuple[CellChange, ...]
    """Of its effects those that are there, with the share that is."""
    rows: dict[str, tuple[Row, ...]]
    """What it builds, by the table that it comes into."""

    @property
    def there(self) -> bool:
        """Whether anything of it is."""
        return bool(self.changes or self.rows)


def month(text: str) -> float:
    """The beginning of a month as a year: 2027-07 is 2027.5."""
    year, _, number = text.partition("-")
    return int(year) + (int(number) - 1) / 12


def share_open(opens: str, ramp_years: float | None, year: int) -> float:
    """How much of an effect is there in the middle of a year, from 0 to 1."""
    since = year + MIDDLE - month(opens)
    if since < 0:
        return 0.0
    return min(since / ramp_years, 1.0) if ramp_years else 1.0


def works(corridor: Corridor, project: str, year: int | None, opens: str = "") -> Works:
    """A project in a year, or with all its effects where no year is given.

    Args:
        opens: the month from which all of it is there, in place of the package's.

    Raises:
        InputError: where there is no such project, or nothing says when it opens.
    """
    row = corridor.row("project", project)
    start = opens or row.opens
    if year is not None and not start and _has_any(corridor, project):
        remedy = f"the package does not know it: give opens: {{{project}: 2028-01}} in the scenario"
        raise InputError("the scenario", [Problem(f"project/{project}/opens", "nothing", remedy)])

    def share(own: str, ramp: float | None) -> float:
        if year is None:
            return 1.0
        first = opens or own or start
        return share_open(first, row.ramp_years if ramp is None else ramp, year)

    changes = []
    for effect in corridor.rows("effect"):
        if effect.project == project and (part := share(effect.opens, effect.ramp_years)) > 0:
            changes.append(
                CellChange(effect.table, effect.row, effect.column, effect.change, effect.amount, effect.word, part,
                           _why(corridor, effect, row))
            )  # fmt: skip
    built = year is None or bool(start and share_open(start, None, year))
    rows = {table: found for table in PLANNABLE if (found := planned_rows(corridor, table, project))} if built else {}
    return Works(project, tuple(changes), rows)


def planned_rows(corridor: Corridor, table: str, project: str) -> tuple[Row, ...]:
    """The rows that a project brings into a table."""
    make = ROW_TYPES[table]
    return tuple(
        make(**{name: getattr(row, name) for name in BY_NAME[table].names})
        for row in corridor.rows(f"{PLANNED}{table}")
        if project in row.projects
    )


def with_rows(corridor: Corridor, built: list[Works]) -> Corridor:
    """The corridor with what some projects build; what two of them build comes once. Raises InputError where a row is
    there already."""
    tables, problems = {}, []
    for table in PLANNABLE:
        known = corridor.by_key(table)
        new = {key_of(table, row): row for one in built for row in one.rows.get(table, ())}
        problems += [
            Problem(f"{PLANNED}{table}.csv, row {key}", "a row that is there already", "give it another id")
            for key in sorted(new)
            if key in known
        ]
        if new:
            tables[table] = (*corridor.rows(table), *(new[key] for key in sorted(new)))
    if problems:
        raise InputError("what is planned", problems)
    return corridor.with_tables(tables) if tables else corridor


def _has_any(corridor: Corridor, project: str) -> bool:
    planned = any(planned_rows(corridor, table, project) for table in PLANNABLE)
    return planned or any(effect.project == project for effect in corridor.rows("effect"))


def _why(corridor: Corridor, effect: Row, project: Row) -> Why:
    """What the amount of an effect stands on; of a word, what the project does."""
    basis = corridor.evidence.find_basis("effect", f"{effect.project}:{effect.seq}", "amount")
    if basis is None:
        return Why(tuple(project.facts), "C" if project.facts else "D", effect.note)
    return Why(tuple(basis.facts), basis.grade, basis.note)
