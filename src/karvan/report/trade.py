"""Trade as documents and tables: figures, a fit, forecasts, what-ifs and dependence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ROWS = 25
"""Rows of a table that a terminal shows; the document has all."""


def clean(value: Any) -> Any:
    """A cell as JSON has it: what is no finite number is missing."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not isfinite(value) else value


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as JSON has them."""
    return [{str(name): clean(value) for name, value in row.items()} for row in frame.to_dict("records")]


def cleaned(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON has them."""
    return [{name: clean(value) for name, value in row.items()} for row in rows]


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


def what_if_document(of: Any, only: Sequence[str] = (), put: Any = None) -> dict[str, Any]:
    """Changes of trade costs and what comes of them."""
    ask, base = of.ask, of.base
    return {
        "year": base.year,
        "countries": list(base.countries),
        "base": {
            "published": base.counts["published"], "foretold": base.counts["foretold"],
            "musd": float(base.trade.sum()), "output_ratio": base.output_ratio,
        },
        "elasticities": [
            {"id": name, "name": one.name, "value": one.value, "low": one.low, "high": one.high, "unit": one.unit,
             "facts": list(one.facts)}
            for name, one in sorted(of.elasticities.items())
        ],
        "draws": ask.draws,
        "seed": ask.seed,
        "changes": [_changed(of, one, only) for one in of.changed],
        "carried": None if put is None else _carried(put),
    }  # fmt: skip


def _carried(put: Any) -> dict[str, Any]:
    return {
        "scenario": put.scenario,
        "year": put.year,
        "waters": put.waters,
        "changes": [
            {"name": one.change, "rows_of_demand": one.moved, "before": vars(one.before),
             "after": {case: vars(passing) for case, passing in one.after.items()}}
            for one in put.carried
        ],
    }  # fmt: skip


def _changed(of: Any, one: Any, only: Sequence[str]) -> dict[str, Any]:
    return {
        "name": one.change.name,
        "costs": [{"exporter": a, "importer": b, "what": what, "factor": factor} for a, b, what, factor in one.costs],
        "without_equilibrium": one.general.unsettled,
        "between": _between(of, one),
        "pairs": cleaned(of.pairs(one, only)),
        "countries": cleaned(of.countries(one)),
    }


def _between(of: Any, one: Any) -> list[dict[str, Any]]:
    """Turnover of each two countries whose costs change."""
    rows = []
    for first, second in sorted({(min(a, b), max(a, b)) for a, b, _, _ in one.costs}):
        before = of.base.musd(first, second) + of.base.musd(second, first)
        row: dict[str, Any] = {"one": first, "other": second, "before_musd": before}
        for name, general in (("general", True), ("partial", False)):
            after, low, high = of.turnover(first, second, one, general=general)
            row[f"{name}_musd"] = clean(after)
            if before:
                told = {"_pct": after, "_low_pct": low, "_high_pct": high}
                row |= {f"{name}{end}": clean(100 * (value / before - 1)) for end, value in told.items()}
        rows.append(row)
    return rows


def what_if_tables(of: Any, only: Sequence[str] = (), put: Any = None) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    base = of.base
    counts = ", ".join(f"{n:,} pairs {said}" for said, n in sorted(base.counts.items()))
    things: list[Any] = [f"Trade of {base.year} among {len(base.countries)} countries: {counts}"]
    things.append(f"Intervals are P5 to P95 of {of.ask.draws} draws of the elasticities")
    between = Table(title="Turnover of those whose costs change, million USD", title_justify="left")
    for name in ("change", "pair", "before", "after", "general equilibrium", "partial"):
        between.add_column(name, justify="left" if name in ("change", "pair") else "right")
    for one in of.changed:
        for row in _between(of, one):
            musd = f"{row['before_musd']:,.0f}", f"{row['general_musd']:,.0f}"
            pair = f"{row['one']} - {row['other']}"
            between.add_row(one.change.name, pair, *musd, _percent(row, "general"), _percent(row, "partial"))
    things.append(between)
    gain = Table(title="Welfare (real spending) and trade, %", title_justify="left")
    for name in ("change", "country", "welfare", "exports", "imports", "created", "diverted", "index of imports"):
        gain.add_column(name, justify="left" if name in ("change", "country") else "right")
    for one in of.changed:
        rows = sorted(of.countries(one), key=lambda row: (-abs(row["welfare_pct"]), row["country"]))
        for row in [row for row in rows if not only or row["country"] in only][: 8 if not only else ROWS]:
            index = f"{row['imports_index_before']:.4f} to {row['imports_index']:.4f}"
            welfare = f"{row['welfare_pct']:+.3f} ({row['welfare_low']:+.3f} to {row['welfare_high']:+.3f})"
            gain.add_row(one.change.name, row["country"], welfare, f"{row['exports_pct']:+.2f}",
                         f"{row['imports_pct']:+.2f}", f"{row['imports_created_musd']:+,.0f}",
                         f"{row['imports_diverted_musd']:+,.0f}", index)  # fmt: skip
    things.append(gain)
    if put is not None:
        table = Table(title=f"{put.waters}, {put.scenario}, TEU a year", title_justify="left")
        for name in ("change", "before", "after", "at P5 and P95 of trade", "unserved, all"):
            table.add_column(name, justify="left" if name == "change" else "right")
        for one in put.carried:
            ends = f"{one.after['low'].teu:,.0f} to {one.after['high'].teu:,.0f}"
            after = one.after["central"]
            table.add_row(one.change, f"{one.before.teu:,.0f}", f"{after.teu:,.0f}", ends, f"{after.unserved_teu:,.0f}")
        things.append(table)
    return things


def _percent(row: Mapping[str, Any], name: str) -> str:
    if row.get(f"{name}_pct") is None:
        return "no trade"
    return f"{row[f'{name}_pct']:+.1f} % ({row[f'{name}_low_pct']:+.1f} to {row[f'{name}_high_pct']:+.1f})"


def dependence_document(country: str, of: Any) -> dict[str, Any]:
    """Indices and shares of a country's partners by year."""
    return {
        "country": country,
        "index": "Herfindahl-Hirschman, 0 to 1; bounds where partners are not known or figures disagree",
        "years": cleaned(of.rows()),
        "shares": cleaned(of.shares()),
        "changes": [one._asdict() for way in ("exports", "imports", "turnover") for one in of.changes(way)],
        "odd": [one._asdict() for one in of.odd],
    }


def dependence_tables(country: str, of: Any) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    things: list[Any] = []
    for way in ("exports", "imports", "turnover"):
        rows = [row for row in of.rows() if row["direction"] == way]
        if not rows:
            continue
        highest = {(row["year"], row["partner"]): row["share_high"] for row in of.shares() if row["direction"] == way}
        table = Table(title=f"{country}: {way}", title_justify="left")
        for name in ("year", "index", "as many equal partners", "largest", "its share", "known", "partners known"):
            table.add_column(name, justify="left" if name == "largest" else "right")
        for row in rows:
            many = _span(row["effective_low"], row["effective_high"], ".1f")
            largest = row["top"] if row["top_share_high"] <= highest[row["year"], row["top"]] else "not known"
            table.add_row(str(row["year"]), _span(row["index_low"], row["index_high"], ".3f"), many, largest,
                          _span(row["top_share_low"], row["top_share_high"], ".1%"),
                          _span(row["known_share_low"], row["known_share_high"], ".0%"), str(row["parts"]))  # fmt: skip
        things.append(table)
    things += [
        f"{one.year}, {one.direction}: {one.what} ({one.who})" for one in of.odd if one.what.startswith("of a part")
    ]
    return things


def _span(low: float, high: float | None, form: str) -> str:
    if high is None:
        return f"{low:{form}} or more"
    first, last = f"{low:{form}}", f"{high:{form}}"
    return first if first == last else f"{first} to {last}"


def reliance_document(country: str, of: Any) -> dict[str, Any]:
    """What a country's goods rely on, by kind."""
    return {
        "country": country,
        "index": "Herfindahl-Hirschman over tonnes; bounds where one of several is meant, or none is named",
        "tonnes": of.goods.tonnes,
        "teu": of.goods.teu,
        "kinds": cleaned(of.rows()),
        "shares": cleaned(of.shares()),
    }


def reliance_tables(country: str, of: Any) -> list[Any]:
    """The same for a terminal."""
    from rich.table import Table

    table = Table(title=f"{country}: what {of.goods.tonnes:,.0f} t a year rely on", title_justify="left")
    for name in ("kind", "index", "passes none", "the largest, shares of all tonnes"):
        table.add_column(name, justify="right" if name in ("index", "passes none") else "left")
    for one in of.kinds:
        first = [
            f"{name or 'not named'} {_span(share.low, share.high, '.0%')}"
            for name, share in list(one.shares.items())[:4]
        ]
        table.add_row(one.kind, _span(one.index.low, one.index.high, ".3f"), f"{one.without:.0%}", ", ".join(first))
    return [table]


def loss_document(of: Any, only: Sequence[str] = ()) -> dict[str, Any]:
    """What is lost, by country."""
    tables = of.tables()
    if only:
        tables["countries"] = [row for row in tables["countries"] if row["country"] in ("", *only)]
    return {
        "gone": [str(one) for one in of.gone], "scenario": of.scenario, "year": of.year, "settled": of.settled,
        "run": None if of.run is None else of.run.path.name,
        **{name: cleaned(rows) for name, rows in tables.items()},
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


def under_document(of: Any) -> dict[str, Any]:
    """What a scenario does to trade."""
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
    }  # fmt: skip


def under_tables(of: Any) -> list[Any]:
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
    return [sums, pairs, *lines]
