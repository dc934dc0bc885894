"""What is lost, as a document and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from karvan.report.trade.cells import cleaned

ROWS = 25
"""Rows of a table that a terminal shows; the document has all."""


TABLES = ("countries", "instead", "taken_up", "reasons")


def lost_document(record: Mapping[str, Any], tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What is lost, out of a run that was kept: its record, and the rows of its tables."""
    results = record["results"]
    return {
        "gone": results["gone"], "scenario": record["inputs"]["scenario"], "year": results["year"],
        "settled": results["settled"],
        **{name: cleaned(tables.get(name, [])) for name in TABLES},
    }  # fmt: skip


def loss_document(of: Any, only: Sequence[str] = ()) -> dict[str, Any]:
    """What is lost, by country."""
    tables = of.tables()
    if only:
        tables["countries"] = [row for row in tables["countries"] if row["country"] in ("", *only)]
    return {
        "gone": [str(one) for one in of.gone], "scenario": of.scenario, "year": of.year, "settled": of.settled,
        "run": None if of.run is None else of.run.path.name,
        **{name: cleaned(tables.get(name, [])) for name in TABLES},
    }  # fmt: skip


def loss_tables(of: Any, only: Sequence[str] = ()) -> list[Any]:
    """The same for a terminal: the largest losers first."""
    from rich.table import Table

    table = Table(title=f"Without {' and '.join(map(str, of.gone))}, {of.scenario}", title_justify="left")
    for name in ("country", "hit", "rerouted", "unserved", "crowded out", "days", "USD/TEU more"):
        table.add_column(name, justify="left" if name == "country" else "right")
    rows = sorted(of.countries, key=lambda one: (-one.hit.of(one.trade).tonnes, one.country))
    shown = [one for one in rows if not only or one.country in only][:ROWS]
    for one in (of.whole, *shown):
        shares = [f"{part.of(one.trade).tonnes:.1%}" for part in (one.hit, one.rerouted, one.unserved, one.crowded)]
        days = "-" if one.days_before is None else f"{one.days_before:.1f} to {one.days_after:.1f}"
        usd = "-" if one.usd_teu is None else f"{one.usd_teu:+,.0f}"
        table.add_row(one.country or "all", *shares, days, usd)
    ways = Table(title="The families of routes that take over", title_justify="left")
    for name in ("family", "t a year", "TEU a year", "days more", "USD/TEU more"):
        ways.add_column(name, justify="left" if name == "family" else "right")
    for way in sorted((way for way in of.instead if not way.country), key=lambda way: -way.tonnes)[:8]:
        usd = "-" if way.usd_teu is None else f"{way.usd_teu:+,.0f}"
        ways.add_row(way.family, f"{way.tonnes:,.0f}", f"{way.teu:,.0f}", f"{way.extra_days:+.1f}", usd)
    said = "Shares of the tonnes that cross a border from or to the country."
    if not of.settled:
        said += " The flows have not settled: read them as rough."
    return [table, ways, said]
