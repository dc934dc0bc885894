"""A gravity fit, as a document and as tables."""

from __future__ import annotations

from typing import Any

from karvan.report.trade.cells import clean, records


def fit_document(of: Any) -> dict[str, Any]:
    """A fit with all that it stands on."""
    from karvan.trade.diagnostics import furthest

    gravity, found = of.gravity, of.diagnosis
    over, under = furthest(gravity)
    aside = [] if of.file is None else records(of.file.aside.head(1000))
    remarks = [*(() if of.file is None else of.file.remarks), *gravity.ask.panel.remarks, *gravity.remarks]
    return {
        "source": gravity.ask.panel.name,
        "years": list(gravity.ask.panel.years),
        "method": "PPML",
        "fixed": list(gravity.ask.fixed),
        "cluster": list(gravity.ask.cluster),
        "errors": gravity.ask.errors,
        "level": gravity.ask.level,
        "coefficients": [
            {name: clean(getattr(one, name)) for name in ("name", "value", "error", "low", "high", "p")}
            for one in gravity.coefficients
        ],
        "covariance": [[clean(cell) for cell in row] for row in gravity.covariance.tolist()],
        "n": gravity.n,
        "dropped": records(gravity.dropped),
        "aside": aside,
        "aside_rows": 0 if of.file is None else len(of.file.aside),
        "remarks": [{"kind": one.kind, "address": one.address, "said": one.said} for one in remarks],
        "diagnosis": {
            "zeros": found.zeros, "deviance": clean(found.deviance), "explained": clean(found.explained),
            "r2": clean(found.r2), "reset": {"chi2": clean(found.reset.chi2), "freedom": found.reset.freedom,
                                             "p": clean(found.reset.p), "said": found.reset.said},
        },
        "furthest": {"more_than_fitted": records(over), "less_than_fitted": records(under)},
    }  # fmt: skip


def fit_tables(of: Any) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    gravity, found = of.gravity, of.diagnosis
    table = Table(title=f"Gravity of {gravity.ask.panel.name}, PPML", title_justify="left")
    for name in ("regressor", "estimate", "error", f"{gravity.ask.level:.0%} interval", "p"):
        table.add_column(name, justify="left" if name == "regressor" else "right")
    for one in gravity.coefficients:
        interval = f"{one.low:.4f} to {one.high:.4f}"
        table.add_row(one.name, f"{one.value:.4f}", f"{one.error:.4f}", interval, f"{one.p:.3g}")
    years = ", ".join(map(str, gravity.ask.panel.years))
    fixed, cluster = (", ".join(kinds) or "none" for kinds in (gravity.ask.fixed, gravity.ask.cluster))
    zeros = f"{found.zeros:.1%} of them zero"
    lines = [
        f"{gravity.n:,} pairs and years ({years}), {zeros}; effects of {fixed}",
        f"errors {gravity.ask.errors} by {cluster}",
        f"explained deviance {found.explained:.3f}, squared correlation {found.r2:.3f}; RESET: {found.reset.said}",
    ]
    if len(gravity.dropped):
        why = gravity.dropped["why"].value_counts().sort_index()
        lines.append("not used: " + "; ".join(f"{count:,} rows: {reason}" for reason, count in why.items()))
    if of.file is not None and len(of.file.aside):
        why = of.file.aside["why"].value_counts().sort_index()
        lines.append("set aside: " + "; ".join(f"{count:,} rows: {reason}" for reason, count in why.items()))
    remarks = [*(() if of.file is None else of.file.remarks), *gravity.ask.panel.remarks, *gravity.remarks]
    return [table, *lines, *(str(one) for one in remarks)]
