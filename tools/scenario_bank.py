"""What is told of the World Bank's scenario beside what the World Bank published, and of each promise alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan, nan
from typing import NamedTuple

from flow_bench import Rows, number
from karvan.corridor import Corridor
from karvan.report.calibration import figure
from print_simulation_validation import table
from scenario_promises import BANK, BASE, EU_GROWTH, MOVED, OWN_GROWTH
from scenario_runs import kept
from scenario_told import Keyed, figures_of, signed

MT = 1e6
NEAR = 0.25
"""By which ours may be off and still agree."""
TIMED = (
    "Xi'an > Istanbul: 1xFEU of general",
    "Xi'an > Absheron: 1xFEU of general",
    "Altynkol > Poti: 1xFEU of general",
)
"""Requests by which times are held against the World Bank's."""


FAR = "Xi'an > Duisburg: 1xFEU of general"


class Outcome(NamedTuple):
    """A published outcome beside ours."""

    what: str
    facts: str
    published: float
    ours: float
    unit: str
    why: str

    @property
    def agrees(self) -> bool:
        return abs(self.ours - self.published) <= NEAR * abs(self.published)

    @property
    def told(self) -> str:
        return "not modelled" if isnan(self.ours) else f"{figure(self.ours)} {self.unit}"

    @property
    def verdict(self) -> str:
        return "" if isnan(self.ours) else "yes" if self.agrees else "no"


def of(rows: Rows, case: str) -> Mapping[str, str]:
    """A case. Raises StopIteration where it was not worked out."""
    return next(row for row in rows if row["case"] == case)


def of_kind(rows: Rows, kind: str) -> Rows:
    return [row for row in rows if row["kind"] == kind]


def outcomes(bank: Rows, figures: Keyed) -> list[Outcome]:
    """What the World Bank says of 2030 with its measures, and what comes out here."""
    then, base, year = of(bank, BANK), of(bank, BASE), of(bank, "base-2024")
    traded, sent = of(bank, "trade as it says"), of(bank, "trade and shift as it says")
    rail, here = number(then["china_europe_rail_teu"]), number(then["china_europe_middle_teu"])
    was = number(base["china_europe_middle_teu"])
    hours = [figures["plan", "request", name, "middle", "hours"] for name in TIMED]
    less = [100 * (1 - number(row["after"]) / number(row["before"])) for row in hours]
    own, best = (figures["plan", "request", FAR, family, "usd"] for family in ("middle", ""))
    a_teu = number(then["container_tonnes"]) / number(then["teu"])
    return [
        Outcome(
            "all goods in 2030", "C0083, RT-VM-001", 11.0, whole(then), "Mt",
            f"Of ours {number(then['caspian_road_tonnes']) / MT:.2f} Mt are trucks on ferries. Demand here is given,"
            " and grows by 15.7 % from 2025 on; no measure makes trade, and wagons and trucks, most of the tonnes, keep"
            f" their ways. The report's base is 2021; here 2024 has {whole(year):.2f} Mt already. With the growth of"
            f" trade that it publishes ours is {whole(traded):.2f} Mt.",
        ),
        Outcome(
            "containers in 2030", "RT-VM-002", 4.0, number(then["container_tonnes"]) / MT, "Mt",
            f"Ours are {number(then['teu']):,.0f} TEU. 4 Mt would be some {4 * MT / a_teu:,.0f} of the same weight,"
            f" and all railways between China and Europe carry {rail:,.0f} here: most of it would have to come from the"
            " sea, which boxes do not leave here.",
        ),
        Outcome(
            "rail China - Europe that shifts", "RT-VM-005", 16.0, 100 * (here - was) / rail, "%",
            f"{was:,.0f} TEU before, {here:,.0f} then. Xi'an to Duisburg is offered by the Middle Corridor at"
            f" {number(own['before']):,.0f} USD, at {number(own['after']):,.0f} with the measures, and at"
            f" {number(best['after']):,.0f} by the best of all ways.",
        ),
        Outcome(
            "time of travel, less by", "C0084, RT-VM-010", 50.0, max(less), "%",
            "The most of the three requests below, as planned. What stands for most measures halves what is waited and"
            " written at ports and borders, three quarters of it by then, and no hour that is ridden or sailed; the"
            " report's base is 2022, when the Middle Corridor took three times as long as the northern way (RT-VM-013),"
            " and ours is after what was gained since.",
        ),
        Outcome(
            "trade of Azerbaijan, Georgia and Kazakhstan among themselves", "RT-VM-008", 37.0, nan, "%",
            "Demand does not answer to cost here. What it would load is among the cases below.",
        ),
        Outcome(
            "their trade with the EU", "RT-VM-009", 28.0, nan, "%",
            f"Likewise. With both, and the shift, {number(sent['teu']):,.0f} TEU and"
            f" {whole(sent):.2f} Mt would be sent.",
        ),
    ]  # fmt: skip


def whole(row: Mapping[str, str]) -> float:
    """Mt of all goods that pass the Caspian on the Middle Corridor, trucks counted."""
    return (number(row["tonnes"]) + number(row["caspian_road_tonnes"])) / MT


def section() -> Iterator[str]:
    """The World Bank's scenario beside the World Bank's published outcome."""
    bank, figures = kept("bank"), figures_of(BANK)
    found = outcomes(bank, figures)
    yield "## Beside what the World Bank published"
    yield ""
    compared = [one for one in found if not isnan(one.ours)]
    agree = sum(one.agrees for one in compared)
    yield (
        f"The World Bank's report of November 2023 says what its measures do by 2030 (C0083, C0084, RT-VM-001 to"
        f" RT-VM-013). Of the {len(compared)} that are modelled here {agree or 'none'} agrees within {NEAR:.0%}."
    )
    yield ""
    rows = [
        [one.what, one.facts, f"{figure(one.published)} {one.unit}", one.told, one.verdict, one.why]
        for one in found
    ]  # fmt: skip
    yield from table(["What", "Facts", "Published", "Ours", "Agrees", "Why"], rows)
    yield "Middle Corridor, hours as planned, by request:"
    yield ""
    rows = []
    for name in TIMED:
        row = figures["plan", "request", name, "middle", "hours"]
        less = 1 - number(row["after"]) / number(row["before"])
        rows.append(
            [name.partition(":")[0], figure(number(row["before"])), figure(number(row["after"])), f"{less:.1%}"]
        )
    yield from table(["Request", "2030 without", "with the measures", "less by"], rows, right=3)
    yield from decomposed(bank)
    yield from asked(bank)


HEAD = ["Mt", "of it containers, Mt", "TEU", "hours of a box", "USD a box", "TEU China - Europe", "Mt unserved"]


def _cells(row: Mapping[str, str], base: Mapping[str, str] | None = None) -> list[str]:
    keys = ("tonnes", "container_tonnes", "teu", "hours", "usd_unit", "china_europe_middle_teu", "unserved_tonnes")
    found = []
    for key in keys:
        size = MT if "tonnes" in key else 1.0
        amount = (number(row[key]) - (number(base[key]) if base else 0.0)) / size
        digits = f"{abs(amount):,.3f}" if size == MT else f"{abs(amount):,.0f}"
        shown = any(letter in "123456789" for letter in digits)
        found.append(
            f"{'' if not base or not shown else '+' if amount > 0 else '-'}{digits}" if shown or not base else "0"
        )
    return found


def decomposed(bank: Rows) -> Iterator[str]:
    """What of it is growth, and what each measure gives alone."""
    base, then = of(bank, BASE), of(bank, BANK)
    measures = of_kind(bank, "measure")
    yield "## What gives what"
    yield ""
    yield (
        "The Middle Corridor by rail and ship (family `middle`), as assigned. First the years without the measures:"
        " what is more in them is demand, and what was built by 2025. Then each measure alone, as far as it is there in"
        " 2030, as a difference to 2030 without any; and all together. The gap of these flows is a hundredth of that of"
        " the figures above, so that what is the same in both may differ by some tens of TEU."
    )
    yield ""
    rows = [[f"[{row['case']}]({row['case']}.md)", *_cells(row)] for row in of_kind(bank, "base")]
    yield from table(["Year", *HEAD], rows, right=len(HEAD))
    rows = [[row["case"], *_cells(row, base)] for row in measures]
    keys = ("tonnes", "container_tonnes", "teu", "hours", "usd_unit", "china_europe_middle_teu", "unserved_tonnes")
    total = {
        key: str(sum(number(row[key]) - number(base[key]) for row in measures) + number(base[key])) for key in keys
    }
    rows.append(["sum of each alone", *_cells(total, base)])
    rows.append(["**all together**", *_cells(then, base)])
    yield from table(["Measure", *HEAD], rows, right=len(HEAD))
    alone = sum(number(row["teu"]) - number(base["teu"]) for row in measures)
    both = number(then["teu"]) - number(base["teu"])
    yield (
        f"Together the measures bring {signed(both)} TEU a year, the sum of each alone is {signed(alone)}. From 2024 to"
        f" 2030 demand and what was built without them brings"
        f" {signed(number(base['teu']) - number(of(bank, 'base-2024')['teu']))} TEU."
    )
    yield ""


def asked(bank: Rows) -> Iterator[str]:
    """Demand as the World Bank sees it, and where the bottlenecks then are."""
    yield "## With demand as the World Bank sees it"
    yield ""
    yield (
        f"On the corridor with the measures: trade of Azerbaijan, Georgia and Kazakhstan among themselves times"
        f" {OWN_GROWTH:g} and with the EU times {EU_GROWTH:g}, beyond what 2030 has anyway; {MOVED:.0%} of the boxes"
        " by rail between China and Europe moved to the Middle Corridor, and nobody leaving it for queues; and both."
    )
    yield ""
    cases = [of(bank, BASE), of(bank, BANK), *of_kind(bank, "growth"), *of_kind(bank, "as it says")]
    yield from table(["Case", *HEAD], [[row["case"], *_cells(row)] for row in cases], right=len(HEAD))
    yield "Where it is then waited for the most, by the queueing models, on the whole network:"
    yield ""
    rows = [[row["case"], *_fullest(row)] for row in cases]
    yield from table(["Case", "First", "Second", "Third"], rows)


def _fullest(row: Mapping[str, str]) -> list[str]:
    parts = zip(*(row[name].split(";") for name in ("fullest", "fullest_used", "fullest_wait_h")), strict=True)
    return [f"`{name}`: used {100 * float(used):.0f} %, {float(wait):,.0f} h" for name, used, wait in parts]


# --- each promise alone


PROMISES = """\
# Each promise alone

<!-- Printed by tools/print_scenarios.py from middle_corridor/scenario_promises.csv, made by its `--run promises`. -->

What each project changes by itself, on [2030 without anything new](base-2030.md), all of it there whatever its date;
and likewise each commitment to which several projects are tied. Where that world has the project already, it is held
against the same world without it.

Boxes part anew among the families of routes that they are known to go; nobody trades more. *TEU* and *Mt* are those of
the family `middle`, railways and ships by the Caspian. *Moved* are boxes that take another family than they are counted
on, everywhere. *Time* is what users gain in hours at their value, *fares* what they pay less, each by the rule of one
half, before anything that it costs to build ([how](../appraisal.md)). *CO2e* is what is more of it. Below 0 is a loss:
a new way that is cheaper for one fills a queue for others.

Most goods are counted by the border that they cross, and keep it: a new crossing, and a line that leads only there,
draws nothing here, whatever it is worth. Nor does a terminal show that gives room where there is enough. So 0 is what
the model says of the year 2030 with these goods, and not that a promise is worth nothing.
"""


def promises(corridor: Corridor) -> str:
    """The page of each promise alone."""
    rows = kept("promises")
    lines = [PROMISES, "## Projects", ""]
    single = sorted((row for row in rows if row["kind"] == "project"), key=lambda row: (-_gain(row), row["id"]))
    lines += _promises(corridor, single)
    still = [f"`{row['id']}`" for row in single if not _moves(row)]
    if still:
        named = f"Of these {len(still)} move no flow and save nobody time: {', '.join(still)}."
        lines += [f"{named} What they give is room where there is enough, or no number of the year 2030.", ""]
    lines += ["## Commitments that tie several", ""]
    several = sorted((row for row in rows if row["kind"] == "commitment"), key=lambda row: (-_gain(row), row["id"]))
    lines += _promises(corridor, several)
    of_freight = [row for row in corridor.rows("project") if row.kind != "energy"]
    named = ", ".join(f"`{row.id}`" for row in sorted(of_freight, key=lambda row: row.id) if row.outside)
    power = ", ".join(f"`{row.id}`" for row in corridor.rows("project") if row.kind == "energy")
    lines += [
        f"Without effect in the model, each for its reason on [the page of projects](../projects.md): {named}.",
        "",
        f"Of power, and so without freight that moves by them: {power}.",
        "",
    ]
    return "\n".join(lines)


def _gain(row: Mapping[str, str]) -> float:
    return number(row["time_musd"]) + number(row["fares_musd"])


def _moves(row: Mapping[str, str]) -> bool:
    least = {"moved_teu": 0.5, "time_musd": 0.005, "fares_musd": 0.005}
    return any(abs(number(row[name])) >= amount for name, amount in least.items())


def _promises(corridor: Corridor, rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    told = []
    for row in rows:
        teu, tonnes = (number(row[f"{what}_after"]) - number(row[f"{what}_before"]) for what in ("teu", "tonnes"))
        left = number(row["unserved_after"]) - number(row["unserved_before"])
        title = corridor.row(row["kind"], row["id"])
        name = title.name if row["kind"] == "project" else f"{title.title}: {row['projects'].replace(';', ', ')}"
        worth = [_parts(number(row[what]), 2) for what in ("time_musd", "fares_musd")]
        moved, more_co2e = _whole(number(row["moved_teu"])), _whole(-number(row["co2e_t"]))
        amounts = [_whole(teu), _parts(tonnes / MT, 3), moved, _whole(left / 1000)]
        told.append([f"`{row['id']}`", name.replace("|", "/"), *amounts, *worth, more_co2e])
    head = ["TEU", "Mt", "moved, TEU", "unserved, kt", "time, million USD", "fares, million USD", "CO2e, t"]
    yield from table(["Promise", "What", *head], told, right=len(head))


def _whole(value: float) -> str:
    return "0" if abs(value) < 0.5 else f"{value:+,.0f}"


def _parts(value: float, digits: int) -> str:
    return "0" if abs(value) < 0.5 * 10**-digits else f"{value:+,.{digits}f}"
