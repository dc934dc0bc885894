"""Published figures of trade, as a document and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def figures_document(one: str, other: str, years: Sequence[Any]) -> dict[str, Any]:
    """Every published figure of the trade of two countries."""
    return {
        "countries": [one, other],
        "unit": "million USD, both ways together",
        "years": [
            {
                "year": year.year, "low_musd": year.low, "high_musd": year.high,
                "figures": [
                    {"musd": of.musd, "fact": of.fact, "says": of.says, "source": of.source, "grade": of.grade,
                     "made_of": of.made, "note": of.note}
                    for of in year.stated
                ],
            }
            for year in years
        ],
    }  # fmt: skip


def figures_table(one: str, other: str, years: Sequence[Any]) -> Any:
    """The same for a terminal."""
    from rich.table import Table

    table = Table(title=f"{one} - {other}, million USD, both ways together", title_justify="left")
    for name in ("year", "million USD", "says", "fact", "", "note"):
        table.add_column(name, justify="right" if name == "million USD" else "left")
    for year in years:
        for n, of in enumerate(year.stated):
            named = str(year.year) if n == 0 else ""
            table.add_row(named, f"{of.musd:,.1f}", of.says, of.made or of.fact, of.grade, of.note)
    return table
