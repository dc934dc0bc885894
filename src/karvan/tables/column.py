"""A column and a table, said once: validation, documents, schemas and legends are all read from these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "whole", "flag", "date", "month", "hour", "instant"]
"""What a cell holds: text; a float; an integer; true/false; YYYY-MM-DD; YYYY-MM; HH:MM; ISO 8601 with its zone."""

Use = Literal["engine", "shown", "key", "published"]
"""Who reads a column: an engine (then a number needs a basis), a reader only (coordinates on a map: a basis too),
or nobody as a quantity (ids, codes, years, order: no basis). A published number is read by an engine, and is its own
basis: its row names the source."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of the corridor package.

    `low` and `high` are inclusive bounds unless `above` is set, which makes `low` exclusive. `refers` names the table
    whose key the cell must be; `many` says that the cell holds a list, parted by semicolons.
    """

    name: str
    kind: Kind
    doc: str
    unit: str = ""
    use: Use = "key"
    required: bool = False
    low: float | None = None
    high: float | None = None
    above: bool = False
    one_of: tuple[str, ...] = ()
    refers: str = ""
    many: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "whole")

    @property
    def needs_basis(self) -> bool:
        """Whether a value in this column must say where it is from."""
        return self.numeric and self.use in ("engine", "shown")

    @property
    def sourced(self) -> bool:
        """Whether it can be asked where a value in this column is from."""
        return self.needs_basis or self.use == "published"

    def expects(self) -> str:
        """What a good cell looks like, in words: the remedy half of an error message."""
        if self.one_of:
            return "one of " + ", ".join(self.one_of)
        if self.refers:
            return f"an id of table {self.refers}"
        noun = {
            "text": "text",
            "number": "a number",
            "whole": "a whole number",
            "flag": "true or false",
            "date": "a date as 2026-12-01",
            "month": "a month as 2026-12",
            "hour": "a time of day as 08:30",
            "instant": "a date as 2024-03-03 (its midnight, UTC) or an instant as 2024-03-03T06:00Z",
        }[self.kind]
        return noun + self._bounds() + (f" ({self.unit})" if self.unit else "")

    def _bounds(self) -> str:
        if self.low is not None and self.high is not None:
            return f" from {self.low:g} to {self.high:g}"
        if self.low is not None:
            return f" above {self.low:g}" if self.above else f" of {self.low:g} or more"
        if self.high is not None:
            return f" of at most {self.high:g}"
        return ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the corridor package: its columns and the ones that make its key."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False
    """Whether a package may do without the file."""

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)
