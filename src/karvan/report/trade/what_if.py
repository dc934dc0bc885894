"""What would change trade, as a document and as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from karvan.report.trade.cells import clean, cleaned

ROWS = 25
"""Rows of a table that a terminal shows; the document has all."""


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
        "tariffs": _tariffs(of) if of.duties.file else None,
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


def _tariffs(of: Any) -> dict[str, Any]:
    """Duties before, where they are out of a file: those of the pairs whose costs change."""
    pairs = sorted({(a, b) for one in of.changed for a, b, _, _ in one.costs})
    known = [(a, b, duty) for a, b in pairs if (duty := of.duties.find(a, b)) is not None]
    return {
        "file": of.duties.file,
        "said": list(of.duties.said),
        "pairs": [
            {"exporter": a, "importer": b, "rate_pct": duty.rate_pct, "year": duty.year, "kind": duty.kind,
             "mean": duty.mean}
            for a, b, duty in known
        ],
    }  # fmt: skip


def _changed(of: Any, one: Any, only: Sequence[str]) -> dict[str, Any]:
    return {
        "name": one.change.name,
        "said": list(one.said),
        "costs": [{"exporter": a, "importer": b, "what": what, "factor": factor} for a, b, what, factor in one.costs],
        "ways": None if one.change.by_way is None else _ways(one.change.by_way),
        "without_equilibrium": one.general.unsettled,
        "between": _between(of, one),
        "pairs": cleaned(of.pairs(one, only)),
        "countries": cleaned(of.countries(one)),
    }


def _ways(of: Any) -> dict[str, Any]:
    """The ways between countries in both worlds."""
    return {
        "scenario": of.scenario, "against": of.against, "how": of.how,
        "value_teu_usd": of.value_teu_usd, "value_says": of.value_says,
        "remarks": [{"kind": one.kind, "address": one.address, "said": one.said} for one in of.remarks],
        "pairs": [
            {"exporter": pair[0], "importer": pair[1],
             "days_before": old.days, "days_after": new.days,
             "usd_teu_before": clean(old.usd_teu), "usd_teu_after": clean(new.usd_teu)}
            for pair, old in sorted(of.before.items()) if (new := of.after.get(pair)) is not None
        ],
    }  # fmt: skip


def _largest(of: Any, one: Any, only: Sequence[str]) -> tuple[list[dict[str, Any]], str]:
    """Rows of `_between` that a terminal shows, and how many others there are: where there are many, those whose
    turnover changes most."""
    rows = [row for row in _between(of, one) if not only or {row["one"], row["other"]} <= set(only)]
    if len(rows) <= ROWS:
        return rows, ""
    first = sorted(rows, key=lambda row: (-abs(row["general_musd"] - row["before_musd"]), row["one"], row["other"]))
    return first[:ROWS], f"{one.change.name}: {len(rows) - ROWS:,} pairs more change less; --only names some countries"


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
    things += _said(of)
    moved = [one for one in of.changed if one.costs]
    between = Table(title="Turnover of those whose costs change, million USD", title_justify="left")
    for name in ("change", "pair", "before", "after", "general equilibrium", "partial"):
        between.add_column(name, justify="left" if name in ("change", "pair") else "right")
    more = []
    for one in moved:
        rows, left = _largest(of, one, only)
        more += [left] if left else []
        for row in rows:
            musd = f"{row['before_musd']:,.0f}", f"{row['general_musd']:,.0f}"
            pair = f"{row['one']} - {row['other']}"
            between.add_row(one.change.name, pair, *musd, _percent(row, "general"), _percent(row, "partial"))
    if between.rows:
        things.append(between)
    elif moved:
        more.append(f"between none of {', '.join(only)} do costs change")
    things += more
    if moved:
        things.append(_gains(of, moved, only))
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


def _said(of: Any) -> list[str]:
    """How a file of tariffs was read, and what must be known of the changes; what several share is said once."""
    told: dict[str, list[str]] = {}
    for one in of.changed:
        for said in one.said if one.costs else (*one.said, "nothing changes"):
            told.setdefault(said, []).append(one.change.name)
    lines = [f"{of.duties.file}: {said}" for said in of.duties.said]
    return lines + [f"{', '.join(names)}: {said}" for said, names in told.items()]


def _gains(of: Any, moved: Sequence[Any], only: Sequence[str]) -> Any:
    """What comes of countries, those first whose welfare changes most."""
    from rich.table import Table

    gain = Table(title="Welfare (real spending) and trade, %", title_justify="left")
    for name in ("change", "country", "welfare", "exports", "imports", "created", "diverted", "index of imports"):
        gain.add_column(name, justify="left" if name in ("change", "country") else "right")
    for one in moved:
        rows = sorted(of.countries(one), key=lambda row: (-abs(row["welfare_pct"]), row["country"]))
        for row in [row for row in rows if not only or row["country"] in only][: 8 if not only else ROWS]:
            index = f"{row['imports_index_before']:.4f} to {row['imports_index']:.4f}"
            welfare = f"{row['welfare_pct']:+.3f} ({row['welfare_low']:+.3f} to {row['welfare_high']:+.3f})"
            gain.add_row(one.change.name, row["country"], welfare, f"{row['exports_pct']:+.2f}",
                         f"{row['imports_pct']:+.2f}", f"{row['imports_created_musd']:+,.0f}",
                         f"{row['imports_diverted_musd']:+,.0f}", index)  # fmt: skip
    return gain


def _percent(row: Mapping[str, Any], name: str) -> str:
    if row.get(f"{name}_pct") is None:
        return "no trade"
    return f"{row[f'{name}_pct']:+.1f} % ({row[f'{name}_low_pct']:+.1f} to {row[f'{name}_high_pct']:+.1f})"
