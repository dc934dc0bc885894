"""A gravity fit, as a document and as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from karvan.report.trade.cells import clean, cleaned, records


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
        "dropped": [*([] if of.left is None else records(of.left)), *records(gravity.dropped)],
        "aside": aside,
        "aside_rows": 0 if of.file is None else len(of.file.aside),
        "remarks": [{"kind": one.kind, "address": one.address, "said": one.said} for one in remarks],
        "diagnosis": {
            "zeros": found.zeros, "deviance": clean(found.deviance), "explained": clean(found.explained),
            "r2": clean(found.r2), "reset": {"chi2": clean(found.reset.chi2), "freedom": found.reset.freedom,
                                             "p": clean(found.reset.p), "said": found.reset.said},
        },
        "furthest": {"more_than_fitted": records(over), "less_than_fitted": records(under)},
        "ways": None if of.ways is None else _ways(of),
        "held": None if of.held is None else _held(of),
    }  # fmt: skip


def _ways(of: Any) -> dict[str, Any]:
    """What the ways of a scenario bring, and what a day of them is worth by the fit."""
    ways = of.ways
    return {
        "scenario": ways.scenario,
        "year": ways.year,
        "load": ways.load,
        "pairs": len(ways.pairs),
        "remarks": [{"kind": one.kind, "address": one.address, "said": one.said} for one in ways.remarks],
        "alike": [{"one": one, "other": other, "correlation": clean(r)} for one, other, r in of.alike],
        "day": [
            {
                "regressor": one.regressor, "days": clean(one.days), "elasticity": one.cost.value,
                "published_low": one.published.low, "published_high": one.published.high,
            }
            | {f"{name}{end}": clean(value)
               for name, values in (("trade_pct", one.trade_pct), ("value_pct_day", one.value_pct))
               for end, value in zip(("", "_low", "_high"), values, strict=True)}
            for one in of.worth
        ],
        "caution": CAUTION,
    }  # fmt: skip


CAUTION = (
    "coefficients of ways are no causes: services run where trade is, ways are those of one year, and days, dollars "
    "and distance go together"
)


def _held(of: Any) -> dict[str, Any]:
    """Later years as foretold and as they came."""
    held = of.held
    return {
        "until": of.ask.until,
        "years": cleaned(_misses(held)),
        "r2": clean(held.r2),
        "stands_on": list(held.stands_on),
        "remarks": [{"kind": one.kind, "address": one.address, "said": one.said} for one in held.remarks],
    }


def _misses(held: Any) -> Iterator[dict[str, Any]]:
    """Each later year, and all of them where there are several: of a forecast, of one anchored to the last trade that
    was seen of each pair, and of that trade unchanged."""
    from karvan.trade.forecast import KINDS

    for miss in (*held.by_year, held.total) if len(held.by_year) != 1 else held.by_year:
        row: dict[str, Any] = {"year": miss.name, "n": miss.n, "musd": miss.trade}
        for kind, off in zip(KINDS, miss.off, strict=True):
            row |= {f"{kind}_musd": getattr(miss, kind), f"{kind}_error": miss.error(kind), f"{kind}_off": off}
        yield row


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
    lines += _way_lines(of)
    if of.left is not None and len(of.left):
        why = of.left["why"].value_counts().sort_index()
        lines.append("left out: " + "; ".join(f"{count:,} rows: {reason}" for reason, count in why.items()))
    if len(gravity.dropped):
        why = gravity.dropped["why"].value_counts().sort_index()
        lines.append("not used: " + "; ".join(f"{count:,} rows: {reason}" for reason, count in why.items()))
    if of.file is not None and len(of.file.aside):
        why = of.file.aside["why"].value_counts().sort_index()
        lines.append("set aside: " + "; ".join(f"{count:,} rows: {reason}" for reason, count in why.items()))
    remarks = [*(() if of.file is None else of.file.remarks), *gravity.ask.panel.remarks, *gravity.remarks]
    return [table, *lines, *(str(one) for one in remarks), *_held_tables(of)]


def _way_lines(of: Any) -> list[str]:
    """Where ways are from, and what they say."""
    if of.ways is None:
        return []
    lines = [f"ways of {of.ways.scenario}: {len(of.ways.pairs):,} pairs; {of.ways.load}"]
    for one in of.worth:
        trade, worth = (f"{at[0]:{form}} % ({at[1]:{form}} to {at[2]:{form}})"
                        for at, form in ((one.trade_pct, "+.1f"), (one.value_pct, ".2f")))  # fmt: skip
        at = f" at {one.days:.1f} days" if one.regressor.startswith("log_") else ""
        lines.append(
            f"{one.regressor}: a day more{at} and trade is {trade}; with an elasticity to the price of "
            f"{one.cost.value:g} a day is worth {worth} of the value, published: {one.published.low:g} to "
            f"{one.published.high:g}"
        )
    lines += [f"{one} and {other} go together: correlation {r:.2f}" for one, other, r in of.alike]
    return [*lines, CAUTION, *(str(one) for one in of.ways.remarks)]


def _held_tables(of: Any) -> list[Any]:
    """How far off later years are."""
    from rich.table import Table

    if of.held is None:
        return []
    from karvan.trade.forecast import KINDS

    table = Table(title=f"Fitted until {of.ask.until}, held against later years, million USD", title_justify="left")
    for name in ("year", "pairs", "came", "foretold by", "sum", "off", "off by pair"):
        table.add_column(name, justify="left" if name in ("year", "foretold by") else "right")
    for row in cleaned(_misses(of.held)):
        for kind in KINDS:
            own = row["year"], f"{row['n']:,}", f"{row['musd']:,.0f}"
            off = _pct(row[f"{kind}_error"], "+.0%"), _pct(row[f"{kind}_off"], ".0%")
            table.add_row(*(own if kind == KINDS[0] else ("", "", "")), kind, f"{row[f'{kind}_musd']:,.0f}", *off)
    return [table, *(f"it takes {said}" for said in of.held.stands_on), *(str(one) for one in of.held.remarks)]


def _pct(share: float | None, form: str) -> str:
    return "-" if share is None else f"{share:{form}}"
