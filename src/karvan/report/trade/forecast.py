"""Forecasts of trade, as a document and as tables."""

from __future__ import annotations

from typing import Any

from karvan.report.trade.cells import clean


def forecast_document(of: Any) -> dict[str, Any]:
    """Forecasts, and how far off they were."""
    return {
        "sample": list(of.ask.sample),
        "method": "PPML with effects of pairs; both countries' GDP",
        "coefficients": [
            {"name": one.name, "value": one.value, "low": one.low, "high": one.high} for one in of.fit.coefficients
        ],
        "held": len(of.held),
        "inside": sum(bool(row.inside) for row in of.held),
        "error_times": clean(of.error),
        "bias": clean(of.bias),
        "spread_log": of.spread,
        "rows": [
            {
                "one": row.one, "other": row.other, "year": row.year, "musd": row.musd, "low": row.low,
                "high": row.high, "gdp": row.gdp, "inside": row.inside,
                "published": [{"musd": one.musd, "fact": one.fact, "says": one.says} for one in row.stated],
                "ratio": None if row.ratio is None else list(row.ratio),
            }
            for row in of.rows
        ],
    }  # fmt: skip


def forecast_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    title = f"Fitted to {' and '.join(map(str, of.ask.sample))}, foretold, million USD both ways together"
    table = Table(title=title, title_justify="left")
    for name in ("pair", "year", "foretold", "95 % interval", "published", "foretold / published"):
        table.add_column(name, justify="left" if name == "pair" else "right")
    for row in of.rows:
        told = " / ".join(f"{musd:,.0f}" for musd in sorted({one.musd for one in row.stated})) or "-"
        ratio = "-" if row.ratio is None else f"{row.ratio[0]:.2f}"
        if row.ratio and round(row.ratio[1], 2) != round(row.ratio[0], 2):
            ratio += f" to {row.ratio[1]:.2f}"
        where = f"{row.low:,.0f} to {row.high:,.0f}" + ("" if row.inside in (True, None) else " missed")
        table.add_row(f"{row.one} - {row.other}", str(row.year), f"{row.musd:,.0f}", where, told, ratio)
    lines = []
    if of.held:
        inside = sum(bool(row.inside) for row in of.held)
        lines.append(
            f"{len(of.held)} can be held against what was published: half of them are off by {of.error:.2f} times or"
            f" more, {inside} lie within the interval; on the whole a forecast is {of.bias:.2f} times what came"
        )
    return [table, *lines]
