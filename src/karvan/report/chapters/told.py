"""What a report is made of, and how its numbers are said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from karvan.corridor.corridor import Corridor
from karvan.evidence.record import Record
from karvan.evidence.run import RunFolder
from karvan.report.document.blocks import KeyFigures, Note, Section
from karvan.report.map import amount

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
SHOWN = 12
"""Rows of a table in a report; the run has them all."""
Uses = dict[str, dict[str, float]]
"""How much a run made use of rows, by table and key: tonnes a year, unit-days, what the verb counts."""


@dataclass(frozen=True)
class Reported:
    """A run, and what it was made from where that is at hand."""

    run: RunFolder
    corridor: Corridor | None
    """After all changes, as the run read it; None where it is not to be had."""
    doubts: tuple[str, ...] = ()
    """Why it is not to be had, or differs from what the run read."""
    remarks: tuple[str, ...] = ()
    """What else differs, and bears on no figure."""

    @property
    def record(self) -> Record:
        return self.run.record

    @property
    def inputs(self) -> Record:
        found: Record = self.record["inputs"]
        return found

    @property
    def results(self) -> Record:
        return self.record["results"] or {}

    @property
    def settings(self) -> Record:
        found: Record = self.inputs.get("settings") or {}
        return found

    @property
    def package(self) -> str:
        return str(self.inputs.get("package", ""))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table over all replications; none where the run has no such table."""
        if not any(name == table and number is None for name, number, _ in self.run.files()):
            return []
        found: list[dict[str, Any]] = self.run.read(table).to_pylist()
        return found

    def place_name(self, place: str) -> str:
        """A place as people call it; its id where the corridor does not have it."""
        row = self.corridor.by_key("place").get(place) if self.corridor else None
        return str(row.name) if row else place


@dataclass(frozen=True)
class Told:
    """What a verb has to say of its run."""

    title: str
    sentence: str
    """What was done and what came out, in a sentence or two."""
    key: KeyFigures
    sections: tuple[Section, ...]
    warnings: tuple[Note, ...] = ()
    uses: Uses = field(default_factory=dict)
    """Rows of the corridor that the results lean on."""
    uses_unit: str = ""
    grounds: str = ""
    """What is to be said of assumptions where the run used no row itself."""


def whole(value: float | None) -> str:
    """A number without digits behind the point; empty where there is none."""
    return f"{value:,.0f}" if _there(value) else ""


def share(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return f"{value:.{digits}%}" if value is not None and _there(value) else ""


def short(value: float, unit: str) -> str:
    """A large number in three digits with its unit: 221 Mt, 47.3 bn USD, 120 t."""
    million, billion = ("M", "G") if unit == "t" or unit.startswith("t ") else (" m ", " bn ")
    for size, name in ((1e9, billion), (1e6, million)):
        if abs(value) >= size:
            return f"{value / size:,.3g}{'' if name.startswith(' ') else ' '}{name}{unit}"
    return f"{amount(value)} {unit}"


def days(hours: float | None, digits: int = 1) -> str:
    """Hours as days."""
    return f"{hours / 24:,.{digits}f}" if hours is not None and _there(hours) else ""


def hours(value: float | None) -> str:
    """Hours to a tenth."""
    return f"{value:,.1f}" if _there(value) else ""


def money(value: float | None) -> str:
    """USD in whole ones, small sums in three digits."""
    if value is None or not _there(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def half(value: float | None, per: float = 1.0, digits: int = 1) -> str:
    """Half the width of an interval."""
    return f"±{value / per:,.{digits}f}" if value is not None and _there(value) else ""


def _there(value: float | None) -> bool:
    return value is not None and isfinite(value)


def top(of: int, what: str = "rows") -> str:
    """What stands under a table that has only the first of many."""
    return f"The first {SHOWN} of {of:,} {what}; the run has them all." if of > SHOWN else ""


def counted(n: int, one: str) -> str:
    """A number of things, in the plural where there are more or none."""
    return f"{n:,} {one}" + "s" * (n != 1)


def of_each(rows: Sequence[Row], kind: Callable[[Row], object], most: int = SHOWN) -> list[Row]:
    """So many rows, in their order: the first of each kind, and then the first of all others."""
    seen: dict[object, int] = {}
    for n, row in enumerate(rows):
        seen.setdefault(kind(row), n)
    firsts = list(seen.values())
    others = sorted(set(range(len(rows))) - set(firsts))
    return [rows[n] for n in sorted([*firsts, *others][:most])]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as rows; what is no number is missing."""
    flat = frame.reset_index()
    return [
        {str(name): None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()}
        for row in flat.to_dict("records")
    ]


def total(rows: Iterable[Mapping[str, Any]], by: str, what: str) -> dict[str, float]:
    """Sums of a column by the words of another."""
    found: dict[str, float] = {}
    for row in rows:
        if row[what] is not None and isfinite(row[what]):
            found[row[by]] = found.get(row[by], 0.0) + float(row[what])
    return found
