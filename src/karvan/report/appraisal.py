"""Appraisals as tables for a terminal, out of the document that a study makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

Said = Mapping[str, Any]
"""A part of the document: of one appraisal, or of all."""
MOST = 10
TOGETHER = "all together"
USUAL = "worth having below this rate"
"""What a rate of return means, unless it is told."""
TOLD = {
    "capital": "capital", "upkeep": "upkeep", "time": "users: time", "fares": "users: fares",
    "takings": "carriers: takings", "carriage": "carriers: running costs", "co2e": "CO2e", "residual": "what is left",
}  # fmt: skip
"""Streams in words."""


def headline(said: Said) -> str:
    """What was asked, and how money is counted."""
    asked, names = said["run"]["inputs"]["settings"], ", ".join(said["projects"])
    years = ", ".join(map(str, asked["model_years"]))
    period = (
        f"{asked['start']} to {asked['end']} at {asked['rate']:.1%} a year, the first year not discounted; flows of"
        f" {years}"
    )
    money = "million USD, constant prices, all countries together"
    return f"Run {said['run']['name']}: {names}, built in {asked['base']}\n{period}; {money}"


def tables(said: Said) -> list[Any]:
    """A line each, then streams, switching values, what NPV hangs on, who gains, pairs, portfolio, order, grounds."""
    every = dict(said["projects"]) | ({TOGETHER: said["together"]} if said["together"] else {})
    shown: list[Any] = [_summary(every), *(line for name, one in every.items() for line in _notes(name, one))]
    last = list(every.items())[-1]
    shown += ["", _streams(*last), _switching(*last), _tornado(*last), _countries(*last)]
    if said["together"]:
        shown.append(
            f"Together they are worth {_signed(said['interaction'])} million USD beside the sum of each alone."
        )
    if said.get("pairs"):
        shown += ["", _pairs(said["pairs"])]
    if said.get("portfolio"):
        shown.append(_portfolio(said["portfolio"], said["run"]["inputs"]["settings"]["budget"]))
    if said.get("order"):
        shown += _order(said["order"], said["run"]["inputs"]["settings"]["start"])
    return [*shown, stands_on(said)]


def stands_on(said: Said) -> str:
    """How well it is founded, and how to ask for each number."""
    given = sum(one["grade"] is None for one in said["basis"])
    told = ", ".join(f"{count} {grade}" for grade, count in said["grades"].items())
    effects = (one["what"].split(" ")[0] for one in said["basis"] if one["what"].startswith("effect/"))
    by_hand = f", and {given} that were given" if given else ""
    return (
        f"Stands on: {sum(said['grades'].values())} numbers beside the corridor's own, by grade {told}{by_hand}; --json"
        f" lists them, karvan evidence basis {next(effects, 'TABLE/ROW/COLUMN')} tells of one."
    )


def _summary(every: Mapping[str, Said]) -> Table:
    rows = []
    for name, one in every.items():
        cells = [_money(one[key]) for key in ("capital", "benefits", "npv")]
        rates = [_per_cent(one[key]) for key in ("eirr", "mirr")]
        range_ = f"{_money(one['npv_p10'])} to {_money(one['npv_p90'])}" if one["npv"] is not None else ""
        rows.append((name, *cells, *rates, _ratio(one["bcr"]), _per_cent(one["fyrr"]), range_,
                     _per_cent(one["below_zero"], 0)))  # fmt: skip
    names = ("project", "capital", "benefits", "NPV", "EIRR", "MIRR", "BCR", "1st year", "P10 to P90", "below 0")
    return _table("Worth, present values", names, rows)


def _notes(name: str, one: Said) -> Iterator[str]:
    """What a number hides."""
    for said in one["assumed"] if name != TOGETHER else ():
        yield f"{name}: {said['what']} {said['value']} is assumed: {said['why']}"
    if one["npv"] is None:
        yield f"{name}: it may cost {_money(one['may_cost'])} million USD at most, at present value, to be worth it"
    else:
        if one["eirr_note"] != USUAL:
            yield f"{name}: rate of return: {one['eirr_note']}"
        if one["bcr_note"]:
            yield f"{name}: benefits over costs: {one['bcr_note']}"
    if one["newly_served_t"]:
        yield f"{name}: {one['newly_served_t']:,.0f} t a year that had no way at all go now; they are not valued"


def _streams(name: str, one: Said) -> Table:
    years = one["years"]
    chosen = sorted({0, min(4, len(years) - 1), len(years) // 2, len(years) - 1})
    rows = [
        (words, *(_money(one["streams"][stream][n]) for n in chosen), _money(one["present"][stream]))
        for stream, words in TOLD.items()
    ]
    worth = one["npv"] if one["npv"] is not None else one["may_cost"]
    rows.append(("net", *(_money(one["net"][n]) for n in chosen), _money(worth)))
    return _table(f"{name}: costs and benefits", ("stream", *(str(years[n]) for n in chosen), "present value"), rows)


def _switching(name: str, one: Said) -> Table:
    rows = [
        (part["stream"], "" if part["change"] is None else f"{part['change']:+.0%}", part["note"])
        for part in one["switching"]
    ]
    return _table(f"{name}: by how much each must change for NPV to be nought", ("stream", "change", "note"), rows)


def _tornado(name: str, one: Said) -> Table:
    rows = [
        (bar["input"], f"{bar['low']:.3g} to {bar['high']:.3g}", _money(bar["npv_low"]), _money(bar["npv_high"]))
        for bar in one["tornado"][:MOST]
    ]
    return _table(f"{name}: what NPV hangs on", ("input", "P10 to P90", "NPV at P10", "NPV at P90"), rows)


def _countries(name: str, one: Said) -> Table:
    by_country = one["by_country"]
    gains = {country: sum(parts.values()) for country, parts in by_country.items()}
    most = sorted(gains, key=lambda country: (-abs(gains[country]), country))[:MOST]
    parts = ("users", "carriers", "payers")
    rows = [(place, *(_money(by_country[place][who]) for who in parts), _money(gains[place])) for place in most]
    return _table(f"{name}: who gains", ("country", "users", "carriers", "payers", "all"), rows)


def _pairs(pairs: Sequence[Said]) -> Table:
    most = sorted(pairs, key=lambda pair: (-abs(pair["interaction"]), pair["projects"]))[:MOST]
    rows = [(" + ".join(pair["projects"]), _money(pair["npv"]), _money(pair["interaction"])) for pair in most]
    return _table("Pairs: NPV, and what it is beside the sum of both", ("pair", "NPV", "interaction"), rows)


def _portfolio(portfolio: Said, budget: float | str) -> str:
    under = "Without a limit" if isinstance(budget, str) else f"Under {budget:g} million USD"
    if not portfolio["chosen"]:
        return f"{under}: nothing is worth building."
    proven = "proven the best" if portfolio["proven"] else f"at most {_money(portfolio['gap'])} below the best"
    return (
        f"{under}: {', '.join(portfolio['chosen'])}; it costs {_money(portfolio['cost'])} and by pairs is worth"
        f" {_money(portfolio['value_by_pairs'])}, {proven}; built whole it is worth {_money(portfolio['npv'])}."
    )


def _order(order: Said, start: int) -> list[str]:
    built = [f"{one['project']} ({start + one['begins']} to {start + one['opens']})" for one in order["built"]]
    left = [f"Not built: {one['project']}, {one['why']}." for one in order["left_out"]]
    return [f"Built one after another: {', '.join(built) or 'none'}; worth {_money(order['value'])}.", *left]


def _money(value: float | None) -> str:
    return "" if value is None else f"{value + 0.0:,.1f}".replace("-0.0", "0.0")


def _signed(value: float) -> str:
    return f"{'+' * (value >= 0)}{_money(value)}"


def _per_cent(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}%}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


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
