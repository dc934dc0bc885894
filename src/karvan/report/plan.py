"""A plan as one JSON document, and as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from karvan.corridor.corridor import Corridor
from karvan.ground.version import VERSION
from karvan.itinerary import Leg, Option, Plan
from karvan.itinerary.option import HANDLING
from karvan.report.spread import hours_or_none, how, spread_document, spread_lines

if TYPE_CHECKING:
    from rich.table import Table

Document = dict[str, Any]
LEFT_OUT_SHOWN = 3
"""Chains left out that the terminal names for each family."""


def document(plan: Plan) -> Document:
    """The whole answer. Times are ISO 8601 with zone, hours, USD, kg and km."""
    return {
        "run": {
            "karvan": VERSION,
            "package": plan.corridor.name,
            "package_digest": plan.corridor.digest,
            "labels": plan.labels,
            "using": _using(plan),
            "spread": how(plan),
        },
        "request": _request(plan),
        "options": [_option(plan, option) for option in plan.options],
        "left_out": [
            {
                "family": out.family,
                "beaten_by": out.beaten_by or None,
                "on": out.on,
                "time_h": _round(out.chain.time_h) if out.chain else None,
                "price_usd": _round(out.chain.price_usd) if out.chain else None,
                "co2e_kg": _round(out.chain.co2e_kg) if out.chain else None,
                "via": list(out.via),
            }
            for out in plan.left_out
        ],
    }


def _using(plan: Plan) -> Document | None:
    measured = plan.measured
    if not measured.run:
        return None
    return {
        "run": measured.run,
        "replications": measured.replications,
        "days": measured.days,
        "year": measured.year,
        "differences": list(measured.differences),
    }


def _request(plan: Plan) -> Document:
    ask = plan.ask
    return {
        "origin": ask.origin,
        "destination": ask.destination,
        "depart": ask.depart.isoformat(),
        "load": str(ask.load),
        "teu": ask.load.teu,
        "commodity": plan.commodity.id,
        "tonnes": ask.tonnes,
        "value_of_time_usd_h": _round(ask.value_of_time_usd_h),
        "modes": list(ask.modes),
        "avoid": {
            "countries": list(ask.avoid_countries),
            "places": list(ask.avoid_places),
            "links": list(ask.avoid_links),
            "services": list(ask.avoid_services),
        },
        "goods": list(ask.goods),
        "documents": None if ask.documents is None else list(ask.documents),
        "via": list(ask.via),
        "promised": ask.promised.isoformat() if ask.promised else None,
        "samples": ask.samples,
        "seed": ask.seed,
        "horizon_days": ask.horizon_days,
        "epsilon": ask.epsilon,
    }


def _option(plan: Plan, option: Option) -> Document:
    return {
        "id": option.id,
        "family": option.family,
        "depart": option.depart.isoformat(),
        "arrive": option.arrive.isoformat(),
        "time_h": {
            "mean": _round(option.time_h),
            **{f"p{p}": hours_or_none(option.quantile_h(p / 100)) for p in (10, 50, 90, 95)},
        },
        "spread": spread_document(plan, option),
        "price_usd": _round(option.price_usd),
        "co2e_kg": _round(option.co2e_kg),
        "distance_km": _round(option.distance_km),
        "reloads": option.reloads,
        "borders": option.borders,
        "beaten": {"by": option.beaten.by, "on": list(option.beaten.on)} if option.beaten else None,
        "legs": [_leg(leg) for leg in option.legs],
        "assumptions": [
            {"number": assumption.where, "value": assumption.value, "grade": "D", "note": assumption.note}
            for assumption in plan.assumptions(option)
        ],
    }


def _leg(leg: Leg) -> Document:
    return {
        "mode": leg.mode,
        "service": leg.service,
        "from": leg.from_place,
        "to": leg.to_place,
        "from_gauge_mm": leg.from_gauge_mm or None,
        "to_gauge_mm": leg.to_gauge_mm or None,
        "depart": leg.depart.isoformat(),
        "arrive": leg.arrive.isoformat(),
        "time_h": _round(leg.time_h),
        "wait_h": _round(leg.wait_h),
        "price_usd": _round(leg.price_usd),
        "co2e_kg": _round(leg.co2e_kg),
        "distance_km": _round(leg.distance_km),
        "passes": list(leg.passes),
        "grade": leg.grade,
        "waits_from": leg.waits_from or None,
    }


def _round(value: float) -> float:
    """Six decimals: what a figure is worth at most, and the same text on every machine."""
    return round(value, 6) + 0.0


def option_table(plan: Plan, width: int = 120) -> Table:
    """One row an option, as many columns as fit into `width` characters: days, money and CO2e are always there."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    columns = [column for column in _option_columns(plan) if width >= column.from_width]
    for column in columns:
        table.add_column(column.name, justify="left" if column.text else "right", no_wrap=True)
    for option in plan.options:
        table.add_row(*(column.cell(option) for column in columns))
    return table


@dataclass(frozen=True)
class OptionColumn:
    """A column of the table of options: its cells, and how wide a terminal must be for it to be shown."""

    name: str
    cell: Callable[[Option], str]
    text: bool = False
    from_width: int = 0


def _option_columns(plan: Plan) -> tuple[OptionColumn, ...]:
    names = plan.family_names
    return (
        OptionColumn("option", lambda option: option.id, text=True),
        OptionColumn(
            "route family",
            lambda option: names.get(option.family, option.family),
            text=True,
            from_width=114,
        ),
        OptionColumn("days", lambda option: _days(option.time_h)),
        OptionColumn("P10-P90", lambda option: f"{_days(option.quantile_h(0.1))}-{_days(option.quantile_h(0.9))}"),
        *_on_time(plan),
        OptionColumn("USD", lambda option: f"{option.price_usd:,.0f}"),
        OptionColumn("kg CO2e", lambda option: f"{option.co2e_kg:,.0f}"),
        OptionColumn("km", lambda option: f"{option.distance_km:,.0f}", from_width=70),
        OptionColumn("reloads", lambda option: str(option.reloads), from_width=80),
        OptionColumn("borders", lambda option: str(option.borders), from_width=96),
        OptionColumn("beaten by", lambda option: option.beaten.by if option.beaten else "", text=True, from_width=80),
    )


def _on_time(plan: Plan) -> tuple[OptionColumn, ...]:
    """How likely the promised date is kept, where one was promised."""
    promised = plan.ask.promised
    if promised is None:
        return ()
    odds = {option.id: option.on_time(promised) for option in plan.options}
    shown = {name: "" if one is None else f"{one.share:.0%}" for name, one in odds.items()}
    return (OptionColumn("on time", lambda option: shown[option.id]),)


LEG_LINE = "  {:<12} {:<8} {:>5} {:>8} {:>8} {:>7} {:<5} {}"
LEG_HEAD = LEG_LINE.format("leaves", "leg", "days", "USD", "kg CO2e", "km", "grade", "way")


def leg_lines(plan: Plan) -> Iterator[str]:
    """The legs of every option, a line each: departure, mode, days, USD, kg CO2e, km, weakest grade, way."""
    for option in plan.options:
        spread = ", ".join(f"P{p} {_days(option.quantile_h(p / 100))}" for p in (10, 50, 90, 95))
        yield f"{option.id}: {_days(option.time_h)} days ({spread}), arrives {option.arrive:%d %b %Y}"
        yield from spread_lines(plan, option)
        yield LEG_HEAD
        for leg in option.legs:
            if leg.mode != HANDLING or leg.time_h or leg.price_usd:
                km = f"{leg.distance_km:,.0f}" if leg.distance_km else ""
                money, carbon = f"{leg.price_usd:,.0f}", f"{leg.co2e_kg:,.0f}"
                leaves, way = f"{leg.depart:%d %b %H:%M}", _way(plan.corridor, leg)
                waits = f" [{leg.waits_from}]" if plan.measured.run and leg.waits_from else ""
                yield LEG_LINE.format(leaves, leg.mode, _days(leg.time_h), money, carbon, km, leg.grade, way) + waits
        yield ""


def _way(corridor: Corridor, leg: Leg) -> str:
    """Where a ride leads and by which service, or what is done where."""
    place = place_name(corridor, leg.from_place)
    if leg.mode != HANDLING:
        return f"{place} - {place_name(corridor, leg.to_place)} ({leg.service})"
    kinds = dict.fromkeys(item.kind.replace("_", " ") for item in leg.items if item.kind != "wait")
    wait = [f"wait {_days(leg.wait_h)} d"] if leg.wait_h >= 0.05 * 24 else []
    return f"{place}: {', '.join([*kinds, *wait])}"


def left_out_lines(plan: Plan) -> Iterator[str]:
    """For each family what is not shown: how many chains, the first few, and by whom each is beaten."""
    reasons = {out.on for out in plan.left_out}
    if not plan.found and len(reasons) == 1:
        yield reasons.pop()
        return
    families = dict.fromkeys(out.family for out in plan.left_out)
    for family in families:
        outs = [out for out in plan.left_out if out.family == family]
        name = plan.family_names.get(family, family)
        if outs[0].chain is None:
            yield f"{name}: {outs[0].on}"
            continue
        yield f"{name}: {len(outs)} more"
        for out in outs[:LEFT_OUT_SHOWN]:
            if out.chain:
                figures = f"{_days(out.chain.time_h)} d, {out.chain.price_usd:,.0f} USD, {out.chain.co2e_kg:,.0f} kg"
                yield f"  by {', '.join(out.via)}: {figures}; beaten by {out.beaten_by or 'none'} ({out.on})"


def headline(plan: Plan) -> str:
    """What was asked, in a line."""
    ask = plan.ask
    start, end = place_name(plan.corridor, ask.origin), place_name(plan.corridor, ask.destination)
    goods = f"{ask.load} of {plan.commodity.id}, {ask.tonnes:g} t"
    return f"{start} to {end}, {goods}, ready {ask.depart:%d %b %Y %H:%M %Z}"


def using_lines(plan: Plan) -> Iterator[str]:
    """Which run waits are from, and in what it differs from the plan."""
    measured = plan.measured
    if measured.run:
        size = f"{measured.replications} x {measured.days:g} days, demand of {measured.year}"
        yield f"Waits marked [run] are from {measured.run} ({size}), those marked [package] are the package's own"
        yield from (f"Note: {difference}" for difference in measured.differences)


def place_name(corridor: Corridor, place: str) -> str:
    """A place as shown."""
    name: str = corridor.place(place).name
    return name


def _days(hours: float) -> str:
    return f"{hours / 24:.1f}"
