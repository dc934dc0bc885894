"""The part of docs/validation-flows.md that tells which way goods go, and would if their rows named no families."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, isfinite

import sim_targets
from flow_bench import MODELS, Rows, kept, number
from flow_choice import CHINA_EUROPE, LAND, OCEAN, countable
from karvan.corridor import Corridor
from karvan.report.calibration import figure
from karvan.sim.held import NEAR
from print_simulation_validation import published, stored, table

TITLES = {"named": "as rows name", "ue": "free, equilibrium", "sue": "free, logit", "so": "free, optimum"}


def share(value: float) -> str:
    return f"{value:.1%}" if isfinite(value) else "-"


def which_way(corridor: Corridor) -> Iterator[str]:
    """Published throughputs, families, and why free goods go elsewhere."""
    yield "## Which way goods go"
    yield ""
    yield (
        "Rows of demand name the families of routes, and often the borders, in which they were counted. *As rows name*"
        " goods take these, by user equilibrium: where the row stands on the same fact (*used*) the agreement is by"
        " construction, and says only that nothing is lost on the way. *Free* goods choose among all families and"
        " borders."
    )
    yield ""
    used = {row["id"]: row["used_in_basis"] for row in sim_targets.read()}
    rows, off, near, checks = [], list[str](), dict.fromkeys(MODELS, 0), 0
    figures = {row["target"]: row for row in kept("targets")}
    for target in countable(corridor):
        of = {name: number(figures[target.id][name]) for name in MODELS}
        low, high = (target.value if end is None else end for end in (target.low, target.high))
        good = {name: low * (1 - NEAR) <= value <= high * (1 + NEAR) for name, value in of.items()}
        checks += 1
        off += [target.id] * (not good["named"])
        for name in MODELS:
            near[name] += good[name]
        basis = corridor.evidence.find_basis("target", target.id, "value")
        cells = [figure(of[name]) if good[name] else f"**{figure(of[name])}**" for name in MODELS]
        facts = ", ".join(basis.facts) if basis else ""
        rows.append([target.id, facts, "*used*" if used[target.id] else "", published(target), *cells])
    yield from table(["Figure", "Facts", "", "Published", *TITLES.values()], rows, right=5)
    counts = ", ".join(f"{near[name]} {TITLES[name]}" for name in MODELS)
    yield (
        f"Of {checks} figures lie within the published range or at most {NEAR:.0%} beside it: {counts}; the others are"
        f" in **bold**. {also_off(corridor, off)}"
    )
    yield ""
    yield from families()
    yield from theta()
    yield from why(corridor)


def also_off(corridor: Corridor, names: list[str]) -> str:
    """Which of the figures that are off as rows name are off in the simulation of the package too."""
    fine = [held.target.id for held in stored(corridor) if held.target.id in names and held.is_near]
    page = "[its page](validation-simulation.md) says why"
    if not fine:
        return f"What is off as rows name is off in the simulation too, and {page}."
    only = ", ".join(f"`{name}`" for name in fine)
    return (
        f"Of the {len(names)} that are off as rows name, {len(names) - len(fine)} are off in the simulation too, and"
        f" {page}; off only here: {only}."
    )


def families() -> Iterator[str]:
    """Shares of families, of all goods and of boxes between China and Europe."""
    yield "Shares of families, of tonnes:"
    yield ""
    rows = []
    for of in ("all goods", "boxes"):
        chosen = [row for row in kept("families") if row["of"] == of]
        whole = {name: sum(number(row[name]) for row in chosen) for name in MODELS}
        chosen.sort(key=lambda row: -number(row["named"]))
        title = of if of == "all goods" else "boxes, China - Europe"
        rows += [[title, row["family"], *(share(number(row[name]) / whole[name]) for name in MODELS)] for row in chosen]
    yield from table(["Of", "Family", *TITLES.values()], rows, right=4)


def theta() -> Iterator[str]:
    """How well costs tell families."""
    rows = kept("theta")
    by_name = {row["group"]: row for row in rows}
    land = by_name[LAND]
    yield "### How well costs tell families"
    yield ""
    yield (
        "`theta` says how sharply costs are told apart. It is the one under which the families counted in 2024 are"
        " likeliest (golden section, weights: tonnes), in a logit between the best chain of each family at the waits"
        " of the flows that rows name, oceans as one. *Chance* is the mean chance of the family that was counted: with"
        " that theta, with all families alike, and held out: with the theta of all *other* groups that go by land"
        " only; and so of the boxes of 2025, whose rows are mostly those of 2024 with other amounts."
    )
    yield ""
    cells = [
        [row["group"], row["rows"], figure(number(row["tonnes"])), _theta(row["theta"]), share(number(row["hit"])),
         share(number(row["hit_even"])), _theta(row["theta_others"]), share(number(row["hit_others"])),
         share(number(row["hit_later"]))]
        for row in rows
    ]  # fmt: skip
    head = ["Boxes between", "Rows", "Tonnes", "Theta", "Chance", "all alike", "Theta of others", "Chance", "in 2025"]
    yield from table(head, cells, right=8)
    yield (
        f"Where goods go by land, costs tell their way: theta {number(land['theta']):.3g}, with which a chain that"
        f" costs a tenth more has {exp(-number(land['theta']) / 10):.2f} of the odds, gives the family that was counted"
        f" a chance of {share(number(land['hit']))}, where all alike give {share(number(land['hit_even']))}. The free"
        " logit on this page takes it. Where there is an ocean too, no theta above 0 does better than all alike: of"
        f" the boxes between China and Europe {share(number(by_name[CHINA_EUROPE]['hit_others']))} would go as they"
        " were counted."
    )
    yield ""


def _theta(text: str) -> str:
    """A theta; at the ends of the search that it is there."""
    value = number(text)
    if not isfinite(value):
        return "-"
    return "0" if value < 0.0101 else "100 or more" if value > 99 else f"{value:.3g}"


def why(corridor: Corridor) -> Iterator[str]:
    """Why free goods leave the ocean."""
    worth = corridor.evidence.find_basis("commodity", "general", "usd_per_t")
    day = corridor.evidence.find_basis("commodity", "general", "value_of_time_pct_day")
    facts = ", ".join([*(worth.facts if worth else ()), *(day.facts if day else ())])
    prices, needed, passed = kept("prices"), kept("needed"), {row["place"]: row for row in kept("passed")}
    yield "### Why free boxes leave the ocean"
    yield ""
    per_day = number(prices[0]["usd_teu_day"])
    yield (
        "**Value of time.** All boxes but those of named goods are *general*, and that is what a block train carries"
        f" ({facts}): a day is worth {per_day:.0f} USD a TEU. So {_days(prices)} What the boxes of the ocean hold is"
        " cheaper on the mean; the package has no count of it. At the theta of the goods by land, the share of the"
        " ocean would be, with another value of time:"
    )
    yield ""
    rows = [
        [f"{number(row['factor']):.1%}", f"{per_day * number(row['factor']):.0f}", share(number(row["ocean"])),
         share(number(row["counted"]))]
        for row in needed
    ]  # fmt: skip
    yield from table(["Value of time", "USD a TEU and day", "By ocean", "Counted"], rows, right=4)
    if needed[-1]["time"] != "met":
        yield "None of 0 or more meets what was counted."
        yield ""
    head = ["Boxes", "Family", "USD a TEU", "Days", "USD a TEU with time"]
    cells = [
        [row["demand"], row["family"], figure(number(row["usd_teu"])), f"{number(row['days']):.1f}",
         figure(number(row["cost_usd_teu"]))]
        for row in prices
    ]  # fmt: skip
    yield "The best chain of each family where nothing is short, of the largest flow each way:"
    yield ""
    yield from table(head, cells, right=3)
    sent = {name: figure(number(passed["VOSTOCHNY"][name])) for name in MODELS}
    yield (
        "**Capacity beyond the borders of China.** Free boxes fill the crossings by land; what finds none sails to"
        f" Vostochny and rides through Russia: {sent['ue']} TEU by equilibrium, where rows name {sent['named']}. The"
        " package has no count of paths, cranes or berths there, and so no limit; nor has it one on room at sea."
    )
    yield ""
    yield (
        "**What no price tells.** Prices are lists of a day; contracts, the insurance of goods in Russia and the wish"
        " to keep out of it are in none of them. So `--free` says what would pay at these prices, not what would"
        " happen; demand that names its families is the default."
    )
    yield ""
    rows = [[place, *(figure(number(row[name])) for name in MODELS)] for place, row in passed.items()]
    yield from table(["TEU through", *TITLES.values()], rows, right=4)


def _days(prices: Rows) -> str:
    """What the time that land saves is worth, on the first of the flows."""
    first = [row for row in prices if row["demand"] == prices[0]["demand"]]
    sea = min((row for row in first if row["family"].startswith(OCEAN)), key=lambda row: number(row["cost_usd_teu"]))
    land = min(
        (row for row in first if not row["family"].startswith(OCEAN)), key=lambda row: number(row["cost_usd_teu"])
    )
    days = number(sea["days"]) - number(land["days"])
    return (
        f"the {days:.0f} days by which *{land['family']}* is quicker than *{sea['family']}* are worth"
        f" {figure(days * number(land['usd_teu_day']))} USD, and it is"
        f" {figure(number(land['usd_teu']) - number(sea['usd_teu']))} USD dearer ({first[0]['demand']})."
    )
