"""Cells of tables of the power system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NONE = "-"


def cell(value: Any, form: str = ",.2f", zero: str | None = None) -> str:
    """A number as it is shown; a dash where it is missing, `zero` for nought where that is given."""
    if value is None:
        return NONE
    if zero is not None and value == 0:
        return zero
    return f"{value:{form}}"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> Any:
    """A table for a terminal: the first columns to the left, numbers to the right."""
    from rich.table import Table

    found = Table(title=title, title_justify="left")
    for n, name in enumerate(columns):
        found.add_column(name, justify="left" if n < left else "right", no_wrap=n < left)
    for row in rows:
        found.add_row(*row)
    return found


def named(scenario: str) -> str:
    """A scenario as a title has it."""
    return scenario or "the package"


def only(line: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Some of the cells of a row."""
    return {name: line[name] for name in names}
