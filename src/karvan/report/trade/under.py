"""What a scenario of the corridor does to trade, as a document and as tables."""

from __future__ import annotations

from typing import Any

from karvan.report.trade.cells import clean, cleaned
from karvan.report.trade.what_if import what_if_document, what_if_tables


def under_document(of: Any, general: Any = None) -> dict[str, Any]:
    """What a scenario does to trade; with its prices in general equilibrium where that was found."""
    central = of.balance["central"]
    return {
        "scenario": of.scenario, "base": of.base,
        "elasticity": {"value": of.elasticity.value, "low": of.elasticity.low, "high": of.elasticity.high},
        "settled": all(one.settled for one in of.balance.values()),
        "rounds": {case: len(one.rounds) for case, one in of.balance.items()},
        "gap": {case: one.gap for case, one in of.balance.items()},
        "groups": [
            {"name": one.name, "musd_before": one.musd_before, "musd": dict(one.musd),
             "pct": {case: clean(one.pct(case)) for case in one.musd},
             "tonnes_before": one.tonnes_before, "tonnes": one.tonnes}
            for one in of.groups
        ],
        "pairs": cleaned(central.pairs()),
        "general": None if general is None else what_if_document(general),
    }  # fmt: skip


def under_tables(of: Any, general: Any = None) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    sums = Table(title=f"Trade under {of.scenario}, from {of.base}", title_justify="left")
    for name in ("trade", "million USD before", "growth, %", "low to high", "t before", "t after"):
        sums.add_column(name, justify="left" if name == "trade" else "right")
    for one in of.groups:
        ends = f"{one.pct('high'):+.2f} to {one.pct('low'):+.2f}" if "low" in one.musd else "-"
        sums.add_row(one.name, f"{one.musd_before:,.0f}", f"{one.pct():+.2f}", ends, f"{one.tonnes_before:,.0f}",
                     f"{one.tonnes:,.0f}")  # fmt: skip
    pairs = Table(title="Pairs whose trade changes the most", title_justify="left")
    for name in ("pair", "days", "delivered price, %", "trade, %", "TEU before", "TEU after"):
        pairs.add_column(name, justify="left" if name == "pair" else "right")
    rows = sorted(of.balance["central"].pairs(), key=lambda row: -abs(row["factor"] - 1) * row["tonnes_before"])
    for row in rows[:12]:
        days = f"{row['days_before']:.1f} to {row['days_after']:.1f}"
        moved = f"{100 * row['price_change']:+.2f}", f"{100 * (row['factor'] - 1):+.2f}"
        teu = f"{row['teu_before']:,.0f}", f"{row['teu']:,.0f}"
        pairs.add_row(f"{row['exporter']} - {row['importer']}", days, *moved, *teu)
    central = of.balance["central"]
    lines = [f"elasticity {of.elasticity.value:g}; {len(central.rounds)} rounds, gap {central.gap:.1e}"]
    lines += [one.reason for one in of.balance.values() if not one.settled]
    return [sums, pairs, *lines, *(() if general is None else what_if_tables(general))]
