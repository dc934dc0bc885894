"""Short words for the columns of the register."""

from __future__ import annotations

from karvan.tables.column import Column, Use


def id_(doc: str) -> Column:
    """The key of a table's rows."""
    return Column("id", "text", doc, required=True)


def text(name: str, doc: str, **more: object) -> Column:
    """Words, a code, or a list of them."""
    return Column(name, "text", doc, **more)  # type: ignore[arg-type]


def ref(table: str, doc: str, name: str = "", required: bool = True, many: bool = False) -> Column:
    """The key of a row of another table, or several."""
    return Column(name or table, "text", doc, required=required, refers=table, many=many)


def number(
    name: str,
    unit: str,
    doc: str,
    low: float | None = 0.0,
    high: float | None = None,
    above: bool = False,
    required: bool = False,
    use: Use = "engine",
) -> Column:
    """A quantity."""
    return Column(name, "number", doc, unit=unit, use=use, required=required, low=low, high=high, above=above)


def whole(
    name: str,
    unit: str,
    doc: str,
    low: int | None = 0,
    high: int | None = None,
    use: Use = "engine",
    required: bool = False,
) -> Column:
    """A count, a year, or a position in a sequence."""
    return Column(name, "whole", doc, unit=unit, use=use, low=low, high=high, required=required)


NOTE = text("note", "Anything a reader should know of this row.")
