"""What would be built at least cost, as a document and as a table."""

from __future__ import annotations

from typing import Any

from karvan.report.power.cells import cell, table


def invest_document(of: Any) -> dict[str, Any]:
    """What is built of each candidate."""
    return {
        "solved": True, "scenario": of.scenario, "year": of.year, "hours": of.hours, "seconds": of.seconds,
        "rate": of.wish.rate, "objective_musd": of.objective_musd, "candidates": list(of.lines),
        "notes": list(of.notes),
    }  # fmt: skip


def invest_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    rows = [
        (
            line["technology"], line["zone"], cell(line["mw"], ",.0f"), cell(line["most_mw"], ",.0f"),
            cell(line["capacity_factor"], ".3f"), cell(line["usd_kw_year"], ",.1f"), cell(line["usd_mwh"], ",.1f"),
            cell(line["capital_musd_year"], ",.1f"),
        )
        for line in of.lines
    ]  # fmt: skip
    heads = ("technology", "zone", "built MW", "at most", "capacity factor", "USD/kW a year", "USD/MWh",
             "million USD a year")  # fmt: skip
    title = f"What is built at least cost, {of.scenario} {of.year}, at {of.wish.rate:.1%} a year"
    said = f"{of.objective_musd:,.1f} million USD a year for building and running, on {of.hours:,} hours."
    return [table(title, heads, rows, left=2), said, *of.notes]
