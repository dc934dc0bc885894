"""What a run of `karvan assign` says: flows on a map, families, what is full, what one more is worth, what is left."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from math import isfinite
from typing import Any

from karvan.network.item import AMPLE, stay
from karvan.network.law import moments
from karvan.report.bars import Bar, bars
from karvan.report.chapters.mapped import mapped
from karvan.report.chapters.told import (
    SHOWN,
    Reported,
    Told,
    Uses,
    counted,
    days,
    hours,
    money,
    of_each,
    share,
    short,
    top,
    total,
    whole,
)
from karvan.report.document.blocks import (
    Block,
    Code,
    Figure,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Section,
    Table,
)
from karvan.report.map import Drawn, amount

METHODS = {
    "ue": "a user equilibrium: every unit takes the chain that is cheapest for it, queues as they then are",
    "sue": "a stochastic user equilibrium: chains are chosen by a logit with path sizes",
    "so": "a system optimum: the least cost of all together, no capacity exceeded",
}
Row = dict[str, Any]
Sums = Mapping[str, float]


def tell(of: Reported) -> Told:
    """The chapters of an assignment of a corridor's demand."""
    results, totals = of.results, of.results["totals"]
    unserved = of.rows("unserved")
    return Told(
        title=f"Flows of {of.settings.get('year', '')} on {of.package}".replace("  ", " "),
        sentence=_sentence(results, totals),
        key=_key(results, totals),
        sections=(
            mapped(of, _drawn(of), "What every link carries in a year, both ways together."),
            Section("families", "Which way goods go", tuple(_families(of.rows("families")))),
            Section("full", "What is full", tuple(_full(of))),
            Section("unserved", "What is left unserved", tuple(_unserved(unserved))),
            Section("chains", "The largest flows", tuple(_chains(of))),
        ),
        warnings=tuple(_warnings(results)),
        uses=uses(of),
        uses_unit="t a year",
    )  # fmt: skip


def _sentence(results: Row, totals: Row) -> str:
    method = METHODS.get(results["method"], results["method"])
    rounds = (
        f"; {counted(results['rounds'], 'round')} of assignment and simulation in turn" if results["rounds"] else ""
    )
    carried = f"{amount(totals['tonnes'])} t are carried in the year"
    left = totals["unserved_tonnes"]
    stays = f", {amount(left)} t find no room" if left else ", and nothing is left"
    return f"The demand of a year on the corridor as {method}{rounds}. {carried}{stays}."


def _key(results: Row, totals: Row) -> KeyFigures:
    everything = totals["tonnes"] + totals["unserved_tonnes"]
    return KeyFigures((
        KeyFigure("Carried", short(totals["tonnes"], "t"), f"{whole(totals['teu'])} TEU among it, a year"),
        KeyFigure("Unserved", short(totals["unserved_tonnes"], "t"),
                  f"{share(totals['unserved_tonnes'] / everything)} of all" if everything else ""),
        KeyFigure("Paid for carriage", short(totals["usd"], "USD"), f"time worth {short(totals['time_usd'], 'USD')}"),
        KeyFigure("Emitted", short(totals["t_co2e"], "t CO2e"), "well to wheel"),
        KeyFigure("Relative gap", f"{results['gap']:.1e}",
                  f"{results['asked_gap']:.0e} asked for; {counted(results['iterations'], 'round')}"),
    ))  # fmt: skip


def _warnings(results: Row) -> list[Note]:
    if results["converged"]:
        return []
    fixed = results.get("fixed_point_gap")
    at = f", and {fixed:.1e} at the simulated waits" if fixed is not None else ""
    said = f"the relative gap is {results['gap']:.1e}{at}, while {results['asked_gap']:.0e} was asked for."
    return [Note(f"Not converged: {said} The flows are not settled.", "warning")]


def _drawn(of: Reported) -> Drawn:
    resources = of.rows("resources")
    return Drawn(
        total(of.rows("links"), "link", "tonnes"),
        "t a year",
        {place: waits for place, waits in total(resources, "place", "unit_days").items() if place},
        "unit-days a year, all queues of a place",
    )


def _families(rows: list[Row]) -> list[Block]:
    if not rows:
        return [Paragraph("Nothing is carried.")]
    sums = {name: total(rows, "family", name) for name in ("tonnes", "teu")}
    everything = {name: sum(of.values()) or 1.0 for name, of in sums.items()}
    order = sorted(sums["tonnes"], key=lambda family: (-sums["tonnes"][family], family))
    drawing = bars(
        [Bar(family, part := sums["tonnes"][family] / everything["tonnes"], share(part)) for family in order[:SHOWN]]
    )
    said = ", ".join(f"{family} {share(sums['tonnes'][family] / everything['tonnes'])}" for family in order[:3])
    cells = tuple(
        (family, whole(sums["tonnes"][family]), share(sums["tonnes"][family] / everything["tonnes"]),
         whole(sums["teu"][family]), share(sums["teu"][family] / everything["teu"]))
        for family in order
    )  # fmt: skip
    return [
        Figure("figure-families", "Families by their share of tonnes", f"Bars of shares: {said}.", drawing,
               "The routes that goods take, grouped as the package groups them.", adapts=True),
        Table("Families, a year", ("family", "#tonnes", "#share", "#TEU", "#share of TEU"), cells),
    ]  # fmt: skip


def _full(of: Reported) -> list[Block]:
    rows = of.rows("resources")
    full = [row for row in rows if row["used"] is not None and isfinite(row["used"]) and row["kind"] != "trips"]
    full.sort(key=lambda row: (-row["used"], row["resource"]))
    if not full:
        return [Paragraph("Nothing that has a capacity is used.")]
    first = full[:SHOWN]
    drawing = bars([Bar(_called(of, row), row["used"], share(row["used"], 0)) for row in first], 1.0, "its capacity")
    said = ", ".join(f"{_called(of, row)} {share(row['used'], 0)}" for row in first[:3])
    cells = tuple(
        (_called(of, row), row["unit"], whole(row["load"]), whole(row["capacity"]), share(row["used"], 0),
         hours(row["wait_h"]), whole(row["unit_days"]))
        for row in first
    )  # fmt: skip
    blocks: list[Block] = [
        Figure("figure-full", "Use of what is fullest", f"Bars of the share of capacity in use: {said}.", drawing,
               adapts=True),
        Table("What is fullest, a year",
              ("what", "counts", "#load", "#capacity", "#used", "#wait, h", "#unit-days waited"), cells,
              top(len(full), "that are used")),
    ]  # fmt: skip
    return [*blocks, *_worth(rows)]


def _called(of: Reported, row: Row) -> str:
    """A resource as readers know it: slots of a service by the place that they leave, not by its number."""
    service, at, _ = row["resource"].rpartition(" at ")
    return f"{service} from {of.place_name(row['place'])}" if at and row["kind"] == "slots" else str(row["resource"])


def _worth(rows: list[Row]) -> list[Block]:
    worth = [
        row for row in rows if row["kind"] != "slots" and row["worth_usd_t"] is not None and row["worth_usd_t"] > 0
    ]
    worth.sort(key=lambda row: (-row["worth_usd_t"], row["resource"]))
    if not worth:
        return []
    cells = tuple(
        (row["resource"], money(row["worth_usd_t"]), money(row["worth_usd_teu"]), row["unit"],
         (Code(row["one_more"]),) if row["one_more"] else "", money(row["one_more_usd"]))
        for row in worth[:SHOWN]
    )  # fmt: skip
    return [
        Table("What one more would save, a year",
              ("what", "#USD a tonne", "#USD a TEU", "counts", "one more of it", "#USD for it"), cells,
              top(len(worth), "that are worth something")),
    ]  # fmt: skip


def _unserved(rows: list[Row]) -> list[Block]:
    if not rows:
        return [Paragraph("All goods find their way, and are through by the end of the year.")]
    by_reason = total(rows, "reason", "tonnes")
    order = sorted(by_reason, key=lambda reason: (-by_reason[reason], reason))
    drawing = bars([Bar(reason, by_reason[reason], f"{amount(by_reason[reason])} t") for reason in order[:SHOWN]])
    said = "; ".join(f"{reason}: {amount(by_reason[reason])} t" for reason in order[:3])
    left = sorted(rows, key=lambda row: (-row["tonnes"], row["demand"]))
    cells = tuple(
        (row["demand"], row["unit"], whole(row["units"]), share(row["share"], 0), whole(row["tonnes"]), row["reason"])
        for row in left[:SHOWN]
    )
    return [
        Figure("figure-unserved", "Unserved by reason", f"Bars of tonnes a year: {said}.", drawing, adapts=True),
        Table("The largest that are left, a year", ("demand", "in", "#units", "#of it", "#tonnes", "why"), cells,
              top(len(left), "flows of which some is left")),
    ]  # fmt: skip


def _chains(of: Reported) -> list[Block]:
    rows = sorted(of.rows("chains"), key=lambda row: (-row["tonnes"], row["demand"], row["services"]))
    if not rows:
        return [Paragraph("There are none.")]
    cells = tuple(
        (f"{of.place_name(row['origin'])} – {of.place_name(row['destination'])}", row["commodity"], row["family"],
         row["services"], amount(row["tonnes"]), days(row["hours"]),
         whole(row["usd_unit"]) if row["usd_unit"] else "no tariff", row["unit"])
        for row in of_each(rows, lambda row: row["family"])
    )  # fmt: skip
    names = ("flow", "goods", "family", "services", "#tonnes", "#days", "#USD", "for a")
    note = top(len(rows), "flows: the largest of each family, then the largest of all")
    return [Table("The flows that carry most, a year", names, cells, note)]


def uses(of: Reported) -> Uses:
    """Tonnes a year that the rows of the corridor bear: flows, services, links, facilities and pools."""
    chains, links = of.rows("chains"), of.rows("links")
    services: dict[str, float] = defaultdict(float)
    ends: dict[str, float] = defaultdict(float)
    changes: dict[str, float] = defaultdict(float)
    for row in chains:
        for name in {re.sub(r" \(back\)$", "", part) for part in row["services"].split(" + ")}:
            services[name] += row["tonnes"]
        for place in (row["origin"], row["destination"]):
            ends[place] += row["tonnes"]
        for place in filter(None, row["by"].split(" - ")):
            changes[place] += row["tonnes"]
    found: Uses = {
        "demand": total(chains, "demand", "tonnes"), "commodity": total(chains, "commodity", "tonnes"),
        "service": dict(services), "link": total(links, "link", "tonnes"), "facility": {}, "pool": {},
    }  # fmt: skip
    arrives = total(links, "to_place", "tonnes")
    for row in of.rows("resources"):
        if row["kind"] == "facility" and row["load"] > 0:
            # a berth counts ships, of which no tonnes are told: it bears at most what comes to its place
            found["facility"][row["resource"]] = row["tonnes"] or arrives.get(row["place"], 0.0)
        elif row["kind"] == "pool":
            found["pool"][row["resource"].removeprefix("pool ")] = row["tonnes"]
    found["facility"] |= _never_short(of, ends, changes, links)
    return found


def _never_short(of: Reported, ends: Sums, changes: Sums, links: list[Row]) -> dict[str, float]:
    """Tonnes a year at facilities that are never short, of which an assignment keeps no account: at a gate what begins
    or ends there, at a crane what changes there, at any other at most what comes to its place by its mode."""
    arrives: dict[tuple[str, str], float] = defaultdict(float)
    for row in links:
        arrives[row["to_place"], row["mode"]] += row["tonnes"]
        arrives[row["to_place"], ""] += row["tonnes"]
    found = {}
    for facility in of.corridor.rows("facility") if of.corridor else ():
        if facility.servers >= AMPLE or not moments(stay(facility))[0]:
            by_kind = {"terminal_gate": ends, "transshipment": changes}.get(facility.kind)
            comes = arrives[facility.place, facility.from_mode]
            found[facility.id] = comes if by_kind is None else by_kind.get(facility.place, 0.0)
    return {name: passes for name, passes in found.items() if passes > 0}
