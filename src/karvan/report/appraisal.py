"""Appraisals as one JSON document, and as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from karvan.study.appraisal import NoRate, NoRatio, SeveralRates
from karvan.study.appraise import Appraised, summary
from karvan.study.projects.appraisal import STREAMS, Appraisal

if TYPE_CHECKING:
    from rich.table import Table

MOST = 10
TOLD = {
    "capital": "capital", "upkeep": "upkeep", "time": "users: time", "fares": "users: fares",
    "takings": "carriers: takings", "carriage": "carriers: running costs", "co2e": "CO2e", "residual": "what is left",
}  # fmt: skip
"""Streams in words."""


def headline(found: Appraised) -> str:
    """What was asked, and how money is counted."""
    ask, names = found.ask, ", ".join(found.alone)
    years = ", ".join(map(str, ask.model_years))
    period = f"{ask.start} to {ask.end} at {ask.rate:.1%} a year, the first year not discounted; flows of {years}"
    money = "million USD, constant prices, all countries together"
    return f"Run {found.run.name}: {names}, built in {ask.base}\n{period}; {money}"


def tables(found: Appraised) -> list[Any]:
    """A line each, then streams, switching values, what NPV hangs on, who gains, pairs, portfolio and order."""
    every = _every(found)
    shown: list[Any] = [_summary(every)]
    notes = [line for name, one in every.items() for line in _notes(name, one)]
    last = list(every.items())[-1]
    shown += [*notes, "", _streams(*last), _switching(*last), _tornado(*last), _countries(*last)]
    if found.whole:
        shown.append(f"Together they are worth {found.interaction:+,.1f} million USD beside the sum of each alone.")
    if found.beside:
        shown += ["", _pairs(found), *_portfolio(found), *_order(found)]
    return shown


def document(found: Appraised) -> dict[str, Any]:
    """The whole answer."""
    beside = found.beside
    told: dict[str, Any] = {
        "run": {"name": found.run.name, "folder": str(found.run.path), **found.run.record},
        "projects": {name: _document(name, one) for name, one in found.alone.items()},
        "together": _document("all together", found.whole) if found.whole else None,
        "interaction": found.interaction if found.whole else None,
    }
    if beside:
        portfolio = beside.portfolio
        told["pairs"] = [
            {"projects": list(pair), "npv": one.npv, "interaction": beside.interaction(pair)}
            for pair, one in beside.pairs.items()
        ]
        told["portfolio"] = portfolio and {
            "budget": portfolio.budget, "chosen": list(portfolio.chosen), "cost": portfolio.cost,
            "value_by_pairs": portfolio.value, "npv": beside.chosen.npv if beside.chosen else 0.0,
            "proven": portfolio.is_proven,
        }  # fmt: skip
        told["order"] = {
            "built": [{"project": one.name, "begins": one.begins, "opens": one.opens} for one in beside.order.built],
            "left_out": [{"project": one.name, "why": one.why} for one in beside.order.left_out],
            "value": beside.order.value, "proven": beside.order.is_proven,
        }  # fmt: skip
    return told


def _document(name: str, one: Appraisal) -> dict[str, Any]:
    risk = one.risk
    return {
        **_plain(summary(name, one)),
        "opens": {project.id: project.opens for project in one.projects},
        "eirr_note": getattr(one.eirr, "note", ""),
        "years": list(one.ask.years),
        "streams": {stream: list(values) for stream, values in one.streams.items()},
        "net": list(one.net),
        "present": one.present,
        "switching": [{"stream": s.name, "times": s.at, "change": s.change, "note": s.note} for s in one.switching],
        "tornado": [
            {"input": bar.name, "low": bar.low, "high": bar.high, "npv_low": bar.at_low, "npv_high": bar.at_high}
            for bar in one.tornado.bars
        ],
        "risk": {
            "samples": risk.samples, "mean": risk.mean, "p10": risk.p10, "p50": risk.p50, "p90": risk.p90,
            "below_zero": risk.below_zero, "shares": {share.name: share.share for share in risk.shares},
        },
        "by_country": one.by_country,
        "assumed": [
            {"project": project.id, "what": said.what, "value": said.value, "why": said.why}
            for project in one.projects
            for said in project.assumed
        ],
    }  # fmt: skip


def _every(found: Appraised) -> dict[str, Appraisal]:
    every = dict(found.alone)
    if found.whole:
        every["all together"] = found.whole
    return every


def _summary(every: Mapping[str, Appraisal]) -> Table:
    rows = []
    for name, one in every.items():
        line = summary(name, one)
        cells = [_money(line[key]) for key in ("capital", "benefits", "npv")]
        rates = [_per_cent(line[key]) for key in ("eirr", "mirr")]
        range_ = f"{_money(line['npv_p10'])} to {_money(line['npv_p90'])}" if one.priced else ""
        rows.append((name, *cells, *rates, _ratio(line["bcr"]), _per_cent(line["fyrr"]), range_,
                     _per_cent(line["below_zero"], 0)))  # fmt: skip
    names = ("project", "capital", "benefits", "NPV", "EIRR", "MIRR", "BCR", "1st year", "P10 to P90", "below 0")
    return _table("Worth, present values", names, rows)


def _notes(name: str, one: Appraisal) -> list[str]:
    """What a number hides."""
    told = []
    for project in one.projects if len(one.projects) == 1 else ():
        told += [f"{name}: {said.what} {said.value} is assumed: {said.why}" for said in project.assumed]
    if not one.priced:
        told.append(f"{name}: it may cost {_money(one.npv)} million USD at most, at present value, to be worth it")
    if isinstance(one.eirr, (NoRate, SeveralRates)) and one.priced:
        told.append(f"{name}: rate of return: {one.eirr.note}")
    if isinstance(one.bcr, NoRatio) and one.priced:
        told.append(f"{name}: benefits over costs: {one.bcr.why}")
    new = one.by_year[min(one.by_year)].newly_served_t
    if new:
        told.append(f"{name}: {new:,.0f} t a year that had no way at all go now; they are not valued")
    return told


def _streams(name: str, one: Appraisal) -> Table:
    years = one.ask.years
    chosen = sorted({0, min(4, len(years) - 1), len(years) // 2, len(years) - 1})
    rows = [
        (TOLD[stream], *(_money(one.streams[stream][n]) for n in chosen), _money(one.present[stream]))
        for stream in STREAMS
    ]
    rows.append(("net", *(_money(one.net[n]) for n in chosen), _money(one.npv)))
    return _table(f"{name}: costs and benefits", ("stream", *(str(years[n]) for n in chosen), "present value"), rows)


def _switching(name: str, one: Appraisal) -> Table:
    rows = [(s.name, "" if s.change is None else f"{s.change:+.0%}", s.note) for s in one.switching]
    return _table(f"{name}: by how much each must change for NPV to be nought", ("stream", "change", "note"), rows)


def _tornado(name: str, one: Appraisal) -> Table:
    rows = [
        (bar.name, f"{bar.low:.3g} to {bar.high:.3g}", _money(bar.at_low), _money(bar.at_high))
        for bar in one.tornado.bars[:MOST]
    ]
    return _table(f"{name}: what NPV hangs on", ("input", "P10 to P90", "NPV at P10", "NPV at P90"), rows)


def _countries(name: str, one: Appraisal) -> Table:
    gains = {country: sum(parts.values()) for country, parts in one.by_country.items()}
    most = sorted(gains, key=lambda country: (-abs(gains[country]), country))[:MOST]
    parts = ("users", "carriers", "payers")
    rows = [(place, *(_money(one.by_country[place][who]) for who in parts), _money(gains[place])) for place in most]
    return _table(f"{name}: who gains", ("country", "users", "carriers", "payers", "all"), rows)


def _pairs(found: Appraised) -> Table:
    assert found.beside is not None
    beside = found.beside
    pairs = sorted(beside.pairs, key=lambda pair: (-abs(beside.interaction(pair)), pair))
    rows = [(f"{a} + {b}", _money(beside.pairs[a, b].npv), _money(beside.interaction((a, b)))) for a, b in pairs[:MOST]]
    return _table("Pairs: NPV, and what it is beside the sum of both", ("pair", "NPV", "interaction"), rows)


def _portfolio(found: Appraised) -> list[str]:
    assert found.beside is not None
    portfolio, chosen = found.beside.portfolio, found.beside.chosen
    if portfolio is None:
        return []
    if not portfolio.chosen:
        return [f"Under {portfolio.budget:g} million USD: nothing is worth building."]
    proven = "proven the best" if portfolio.is_proven else f"within {portfolio.gap:.1%} of the best"
    worth = f"; built whole it is worth {_money(chosen.npv)}" if chosen else ""
    costs = f"it costs {_money(portfolio.cost)} and by pairs is worth {_money(portfolio.value)}, {proven}{worth}"
    return [f"Under {portfolio.budget:g} million USD: {', '.join(portfolio.chosen)}; {costs}."]


def _order(found: Appraised) -> list[str]:
    assert found.beside is not None
    order, start = found.beside.order, found.ask.start
    built = [f"{one.name} ({start + one.begins} to {start + one.opens})" for one in order.built]
    left = [f"Not built: {one.name}, {one.why}." for one in order.left_out]
    return [f"Built one after another: {', '.join(built) or 'none'}; worth {_money(order.value)}.", *left]


def _money(value: float) -> str:
    return f"{value:,.1f}".replace("-0.0", "0.0") if isfinite(value) else ""


def _per_cent(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}%}" if isfinite(value) else ""


def _ratio(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else ""


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON holds it: what is no number is missing."""
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()}


def _table(title: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in names:
        words = ("project", "stream", "input", "country", "pair", "note")
        table.add_column(name, justify="left" if name in words else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
