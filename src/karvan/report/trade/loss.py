"""What is lost, as a document and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from karvan.report.trade.cells import cleaned

ROWS = 25
"""Rows of a table that a terminal shows; the document has all."""


TABLES = ("countries", "instead", "taken_up", "reasons", "loaded")
TRADE = ("trade", "pairs", "left")
"""Tables of a loss of which it was asked what others take over."""


def lost_document(record: Mapping[str, Any], tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What is lost, out of a run that was kept: its record, and the rows of its tables."""
    results = record["results"]
    found = {
        "gone": results["gone"], "scenario": record["inputs"]["scenario"], "year": results["year"],
        "settled": results["settled"],
        **{name: cleaned(tables.get(name, [])) for name in TABLES},
    }  # fmt: skip
    if "trade_year" in results:
        found |= {"trade_year": results["trade_year"], **{name: cleaned(tables.get(name, [])) for name in TRADE}}
    return found


def loss_document(of: Any, only: Sequence[str] = ()) -> dict[str, Any]:
    """What is lost, by country."""
    tables = of.tables()
    if only:
        for name in {"countries", "trade"} & set(tables):
            tables[name] = [row for row in tables[name] if row["country"] in ("", *only)]
    found = {
        "gone": [str(one) for one in of.gone], "scenario": of.scenario, "year": of.year, "settled": of.settled,
        "run": None if of.run is None else of.run.path.name,
        **{name: cleaned(tables.get(name, [])) for name in TABLES},
    }  # fmt: skip
    if of.taken_over is not None:
        found |= {"trade_year": of.taken_over.base.year, **{name: cleaned(tables.get(name, [])) for name in TRADE}}
    return found


def loss_tables(of: Any, only: Sequence[str] = ()) -> list[Any]:
    """The same for a terminal: the largest losers first."""
    from rich.table import Table

    table = Table(title=f"Without {' and '.join(map(str, of.gone))}, {of.scenario}", title_justify="left")
    for name in ("country", "hit", "rerouted", "unserved", "crowded out", "days", "of it in queues", "USD/TEU more"):
        table.add_column(name, justify="left" if name == "country" else "right")
    rows = sorted(of.countries, key=lambda one: (-one.hit.of(one.trade).tonnes, one.country))
    shown = [one for one in rows if not only or one.country in only][:ROWS]
    for one in (of.whole, *shown):
        shares = [f"{part.of(one.trade).tonnes:.1%}" for part in (one.hit, one.rerouted, one.unserved, one.crowded)]
        days = "-" if one.days_before is None else f"{one.days_before:.1f} to {one.days_after:.1f}"
        queues = "-" if one.queue_days_after is None else f"{one.queue_days_after:.1f}"
        usd = "-" if one.usd_teu is None else f"{one.usd_teu:+,.0f}"
        table.add_row(one.country or "all", *shares, days, queues, usd)
    ways = Table(title="The families of routes that take over", title_justify="left")
    for name in ("family", "t a year", "TEU a year", "days more", "USD/TEU more"):
        ways.add_column(name, justify="left" if name == "family" else "right")
    for way in sorted((way for way in of.instead if not way.country), key=lambda way: -way.tonnes)[:8]:
        usd = "-" if way.usd_teu is None else f"{way.usd_teu:+,.0f}"
        ways.add_row(way.family, f"{way.tonnes:,.0f}", f"{way.teu:,.0f}", f"{way.extra_days:+.1f}", usd)
    said = "Shares of the tonnes that cross a border from or to the country."
    if any(one.grows for one in of.loaded):
        said += " Days in queues that grow all year are means of the year, longer the longer it lasts."
    if not of.settled:
        said += " The flows have not settled: read them as rough."
    return [table, *_taken(of, only), *([ways] if ways.row_count else []), *_loaded(of), *_why(of), said]


def _loaded(of: Any) -> list[Any]:
    """What is used most after, and the queues that grow."""
    from rich.table import Table

    table = Table(title="Most used after; queues that grow are marked", title_justify="left")
    for name in ("", "use before", "after", "days of waiting before", "after", "t a year"):
        table.add_column(name, justify="right" if name else "left")
    for one in of.loaded:
        table.add_row(
            one.resource + (" *" if one.grows else ""), f"{one.used_before:.0%}", f"{one.used_after:.0%}",
            f"{one.wait_days_before:.1f}", f"{one.wait_days_after:.1f}", f"{one.tonnes_after:,.0f}",
        )  # fmt: skip
    return [table] if of.loaded else []


def _why(of: Any) -> list[str]:
    """Why goods stay, in a line."""
    told = [f"{name} {tonnes:,.0f} t" for name, tonnes in list(of.reasons.items())[:5]]
    return [f"Why goods stay: {'; '.join(told)}."] if told else []


def _taken(of: Any, only: Sequence[str]) -> list[Any]:
    """What others take over of trade with partners that are gone: in general equilibrium, and on the network."""
    from rich.table import Table

    if of.taken_over is None:
        return []
    year, draws = of.taken_over.base.year, of.taken_over.ask.draws
    table = Table(
        title=f"What others take over, million USD of {year} and t a year; P5 to P95 of {draws} draws",
        title_justify="left",
    )
    names = ("country", "lost exports", "imports", "taken over exports", "imports", "both", "welfare %",
             "t more asked for", "of it carried")  # fmt: skip
    for name in names:
        table.add_column(name, justify="left" if name == "country" else "right")
    carried = {one.country: one.taken.tonnes for one in of.countries}
    rows = [row for row in of.taken_over.rows() if not only or row["country"] in only]
    for row in rows[:ROWS]:
        if row["partner"]:
            taken = ["-", "-", "-"]
        else:
            both = f"{row['taken_musd']:+,.0f} ({row['taken_musd_low']:+,.0f} to {row['taken_musd_high']:+,.0f})"
            taken = [f"{row['taken_exports_musd']:+,.0f}", f"{row['taken_imports_musd']:+,.0f}", both]
        welfare = f"{row['welfare_pct']:+.2f} ({row['welfare_pct_low']:+.2f} to {row['welfare_pct_high']:+.2f})"
        asked, put = "-", "-"
        if row["asked_t"] is not None:
            asked = f"{row['asked_t']:+,.0f} ({row['asked_t_low']:+,.0f} to {row['asked_t_high']:+,.0f})"
            put = f"{carried.get(row['country'], 0.0):+,.0f}"
        table.add_row(
            row["country"], f"{row['lost_exports_musd']:,.0f}", f"{row['lost_imports_musd']:,.0f}", *taken, welfare,
            asked, put,
        )  # fmt: skip
    note = "Deficits are taken out first, as nobody can owe where nothing is traded: exports pay for imports."
    if of.taken_over.lost:
        note += f" {of.taken_over.lost} draws have no equilibrium and are left out."
    return [table, note]
