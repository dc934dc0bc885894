"""A plan as one JSON document, and as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from karvan.corridor.corridor import Corridor
from karvan.ground.version import VERSION
from karvan.itinerary import Leg, Option, Plan
from karvan.itinerary.option import HANDLING
from karvan.itinerary.search import Chain
from karvan.itinerary.what_if import Comparison
from karvan.itinerary.wired import kg_by_package, wire_kwh
from karvan.report.explain import explain_document
from karvan.report.spread import ends_at, hours_or_none, how, spread_document, spread_lines

if TYPE_CHECKING:
    from rich.table import Table

Document = dict[str, Any]
ANY_TIME = "any time"
LEFT_OUT_SHOWN = 3
"""Chains left out that the terminal names for each family."""


def document(plan: Plan, explain: Collection[str] = ()) -> Document:
    """The whole answer. Times are ISO 8601 with zone, hours, USD, kg and km.

    Options whose ids are in `explain` come with every item and the numbers under it. Where power is a run's, `run` says
    of whose, and each option what it takes of it and what it would let out by the package's own.
    """
    return {
        "run": {
            "karvan": VERSION,
            "package": plan.corridor.name,
            "package_digest": plan.corridor.digest,
            "labels": plan.labels,
            "slack": plan.slack,
            "found": exactness(plan),
            "using": _using(plan),
            **({"grid": _grid(plan)} if plan.grid else {}),
            "spread": how(plan),
        },
        "request": _request(plan),
        "options": [
            _option(plan, option)
            | ({"grid": _wired(plan, option)} if plan.grid else {})
            | ({"explain": explain_document(plan, option)} if option.id in explain else {})
            for option in plan.options
        ],
        "left_out": [
            {
                "family": out.family,
                "beaten_by": out.beaten_by or None,
                "on": out.on,
                "time_h": _round(out.chain.time_h) if out.chain else None,
                "price_usd": _round(out.chain.price_usd) if out.chain else None,
                "co2e_kg": _round(out.chain.co2e_kg) if out.chain else None,
                "via": list(out.via),
                "refused": list(out.refused),
            }
            for out in plan.left_out
        ],
    }


def exactness(plan: Plan) -> str:
    """How far the search can be trusted to have found all there is."""
    return f"no option is more than {plan.slack:.0%} worse than one left out, proved" if plan.slack else "exact"


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


def _grid(plan: Plan) -> list[Document]:
    return [
        {
            "run": grid.run,
            "scenario": grid.scenario,
            "country": grid.country,
            "year": grid.year,
            "gco2e_kwh": _round(grid.gco2e_kwh),
            "package_year": grid.package_year,
            "package_gco2e_kwh": grid.package_gco2e_kwh,
            "hours": grid.hours,
            "of_hours": grid.of_hours,
            "of_package": grid.of_package,
            "lost": list(grid.lost),
        }
        for grid in plan.grid
    ]


def _wired(plan: Plan, option: Option) -> Document:
    before = kg_by_package(plan, option)
    return {
        "kwh": {grid.country: _round(wire_kwh(plan, option, grid.country)) for grid in plan.grid},
        "package_co2e_kg": None if before is None else _round(before),
    }


def _request(plan: Plan) -> Document:
    ask = plan.ask
    return {
        "origin": ask.origin,
        "destination": ask.destination,
        "depart": ask.depart.isoformat(),
        "until": ask.until.isoformat() if ask.until else None,
        "arrive_by": ask.arrive_by.isoformat() if ask.arrive_by else None,
        "criteria": list(ask.criteria),
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
        "any_time": option.chain.floats if plan.ask.until else None,
        "arrive": option.arrive.isoformat(),
        "time_h": {
            "mean": _round(option.time_h),
            **{f"p{p}": hours_or_none(option.quantile_h(p / 100)) for p in (10, 50, 90, 95)},
        },
        "unreliability": {"sd_h": _round(option.sd_h)},
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
        *_departure(plan),
        OptionColumn("days", lambda option: _days(option.time_h)),
        OptionColumn("P10-P90", lambda option: f"{_days(option.quantile_h(0.1))}-{_days(option.quantile_h(0.9))}"),
        *_on_time(plan),
        OptionColumn("USD", lambda option: f"{option.price_usd:,.0f}"),
        OptionColumn("kg CO2e", lambda option: f"{option.co2e_kg:,.0f}"),
        *_by_package(plan),
        OptionColumn("km", lambda option: f"{option.distance_km:,.0f}", from_width=70),
        OptionColumn("reloads", lambda option: str(option.reloads), from_width=80),
        OptionColumn("borders", lambda option: str(option.borders), from_width=96),
        OptionColumn("beaten by", lambda option: option.beaten.by if option.beaten else "", text=True, from_width=80),
    )


def _departure(plan: Plan) -> tuple[OptionColumn, ...]:
    """When goods are to be ready, where that is not the same for all."""
    if plan.ask.until is None and plan.ask.arrive_by is None:
        return ()
    return (OptionColumn("leaves", lambda option: leaves(plan, option), text=True),)


def _by_package(plan: Plan) -> tuple[OptionColumn, ...]:
    """kg CO2e by the package's own grid, where power is a run's."""
    if not plan.grid:
        return ()
    return (OptionColumn("before", lambda option: _kg(kg_by_package(plan, option))),)


def _kg(kg: float | None) -> str:
    return "" if kg is None else f"{kg:,.0f}"


def leaves(plan: Plan, option: Option) -> str:
    """When goods are to be ready; what waits for no hour of the clock can leave at any time, or from some hour on."""
    hour = f"{option.depart:%d %b %H:%M}"
    if plan.ask.until is None or not option.chain.floats:
        return hour
    return f"from {hour}" if option.chain.start_h else ANY_TIME


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
        yield f"{option.id}: {_days(option.time_h)} days ({spread}), {_when(plan, option)}"
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


def _when(plan: Plan, option: Option) -> str:
    """When an option arrives, and when it leaves where that is not the same for all."""
    arrives = f"arrives {option.arrive:%d %b %Y}"
    if plan.ask.until is None and plan.ask.arrive_by is None:
        return arrives
    leaving = leaves(plan, option)
    return f"leaves {'at ' * (leaving == ANY_TIME)}{leaving}, {arrives}"


def _way(corridor: Corridor, leg: Leg) -> str:
    """Where a ride leads and by which service, or what is done where."""
    place = place_name(corridor, leg.from_place)
    if leg.mode != HANDLING:
        return f"{place} - {place_name(corridor, leg.to_place)} ({leg.service})"
    kinds = dict.fromkeys(item.kind.replace("_", " ") for item in leg.items if item.kind != "wait")
    wait = [f"wait {_days(leg.wait_h)} d"] if leg.wait_h >= 0.05 * 24 else []
    return f"{place}: {', '.join([*kinds, *wait])}"


def left_out_lines(plan: Plan) -> Iterator[str]:
    """For each family what is not shown: how many chains, the first few, and by whom each is beaten or what refuses it.

    What is the same for every family is said once.
    """
    reasons = {out.on for out in plan.left_out}
    if not plan.found and len(reasons) == 1:
        yield reasons.pop()
        return
    families = dict.fromkeys(out.family for out in plan.left_out)
    for family in families:
        outs = [out for out in plan.left_out if out.family == family]
        name = plan.family_names.get(family, family)
        beaten = [out for out in outs if out.chain and not out.refused]
        yield from (f"{name}: {out.on}" for out in outs if out.chain is None)
        for out in outs:
            if out.refused and out.chain:
                yield f"{name}: refused; it would go by {', '.join(out.via)} ({_figures(out.chain)})"
                yield from (f"  {reason}" for reason in out.refused)
        if beaten:
            yield f"{name}: {len(beaten)} more"
        for out in beaten[:LEFT_OUT_SHOWN]:
            if out.chain:
                by = f"beaten by {out.beaten_by} ({out.on})" if out.beaten_by else out.on
                yield f"  by {', '.join(out.via)}: {_figures(out.chain)}; {by}"


def _figures(chain: Chain) -> str:
    return f"{_days(chain.time_h)} d, {chain.price_usd:,.0f} USD, {chain.co2e_kg:,.0f} kg"


def headline(plan: Plan) -> str:
    """What was asked, in a line."""
    ask = plan.ask
    start, end = place_name(plan.corridor, ask.origin), place_name(plan.corridor, ask.destination)
    goods = f"{ask.load} of {plan.commodity.id}, {ask.tonnes:g} t"
    ready = f"ready {ask.depart:%d %b %Y %H:%M %Z}"
    if ask.until is not None:
        ready = f"leaving from {ask.depart:%d %b %Y %H:%M %Z} to {ends_at(ask.until)}"
    elif ask.arrive_by is not None:
        ready += f", to arrive by {ends_at(ask.arrive_by)}"
    return f"{start} to {end}, {goods}, {ready}"


def slack_lines(plan: Plan) -> Iterator[str]:
    """That the search was cut short, where it was, and by how much at most what is shown can be bettered."""
    if plan.slack:
        yield f"The search was over its budget: {exactness(plan)}"


def using_lines(plan: Plan) -> Iterator[str]:
    """Which run waits are from, and in what it differs from the plan."""
    measured = plan.measured
    if measured.run:
        size = f"{measured.replications} x {measured.days:g} days, demand of {measured.year}"
        yield f"Waits marked [run] are from {measured.run} ({size}), those marked [package] are the package's own"
        yield from (f"Note: {difference}" for difference in measured.differences)


def grid_lines(plan: Plan, than: Comparison | None = None) -> Iterator[str]:
    """Whose power trains draw and how much that lets out; and which options came and went by it, if compared."""
    for grid in plan.grid:
        yield f"{grid.said(plan.corridor.name)}; kg before is by the package's own"
    if than is None or not plan.grid:
        return
    yield from (f"Shown no more: {gone.option.id}, {gone.why}" for gone in than.gone)
    yield from (f"Shown now: {option.id}" for option in than.new)
    if not than.gone and not than.new:
        yield "The options are the same as by the package's own grid"


def grid_changes(than: Comparison | None) -> Document:
    """Which options came and went with a run's power, as part of the document; nothing where none was compared."""
    if than is None:
        return {}
    gone = [{"option": gone.option.id, "why": gone.why} for gone in than.gone]
    return {"by_grid": {"gone": gone, "new": [option.id for option in than.new]}}


def place_name(corridor: Corridor, place: str) -> str:
    """A place as shown."""
    name: str = corridor.place(place).name
    return name


def _days(hours: float) -> str:
    return f"{hours / 24:.1f}"
