"""The part of docs/validation-flows.md that tells what is short, what one more is worth, and if the duals are right."""

from __future__ import annotations

from collections.abc import Iterator

import flow_runs
from flow_bench import SETTLING, Rows, kept, number
from karvan.report.calibration import figure
from print_simulation_validation import table

FIRST = 3
"""Bottlenecks that two lists should agree on."""
SHOWN = 15
"""Bottlenecks that are shown."""
GOAL_S = 10.0
"""In which an optimum is to be found."""


def of_case(name: str, case: str) -> Rows:
    """The rows of a case, in their order."""
    return [row for row in kept(name) if row["case"] == case]


def what_is_short() -> Iterator[str]:
    """Rounds of assignment and simulation, and bottlenecks side by side."""
    yield "## What is short"
    yield ""
    rounds = kept("rounds")
    yield (
        f"Assignment and simulation in turn (`karvan assign --simulate {SETTLING.simulate} --replications"
        f" {SETTLING.replications}`), until flows have a gap of at most {SETTLING.settled:g} at the waits that they"
        " then have. *Off* is how far the models, as they then stood, were from the simulated waits, weighted by"
        " tonnes."
    )
    yield ""
    cells = [
        [row["round"], f"{number(row['gap']):.1e}", f"{number(row['moved']):.1%}", f"{number(row['off_h']):.2f}",
         f"{number(row['mean_h']) / 24:.2f}"]
        for row in rounds
    ]  # fmt: skip
    head = ["Round", "Gap", "Moved, of goods with several chains", "Off, h", "Mean days of a unit"]
    yield from table(head, cells, right=5)
    yield (
        "What units wait for, in unit-days a year: in the simulator's own run of the package (`karvan simulate`,"
        f" {flow_runs.REPLICATIONS} replications), by the queueing models alone, and in the end of the rounds. In"
        " brackets the rank."
    )
    yield ""
    rows = kept("bottlenecks")
    cases = ("simulated", "models", "settled")
    rank = {case: ranked(rows, case) for case in cases}
    shown = sorted(rows, key=lambda row: -number(row["simulated"]))[:SHOWN]
    shown += [row for row in rows if row not in shown and any(rank[case][row["resource"]] <= FIRST for case in cases)]
    cells = [
        [row["resource"], *(f"{figure(number(row[case]))} ({rank[case][row['resource']]})" for case in cases)]
        for row in shown
    ]
    yield from table(["Waited for", "Simulator", "Models alone", "Settled"], cells, right=3)
    yield agreement(rank)
    yield ""
    yield (
        "The models alone put too much before lines and berths: trains that follow one another on a line do not meet"
        " by chance, and ships that come by a headway come more evenly than by chance. They put too little before"
        " ferries that wait for a storm's end together. The rounds take that out, since the waits are then the"
        " simulator's."
    )
    yield ""


def ranked(rows: Rows, case: str) -> dict[str, int]:
    """Ranks of resources by what waits for them, from 1."""
    order = sorted(rows, key=lambda row: (-number(row[case]), row["resource"]))
    return {row["resource"]: n + 1 for n, row in enumerate(order)}


def agreement(rank: dict[str, dict[str, int]]) -> str:
    """Whether the first three of each list are those of the simulator."""
    first = {
        case: [name for name, at in sorted(of.items(), key=lambda one: one[1])][:FIRST] for case, of in rank.items()
    }
    words = []
    for case, title in (("settled", "Settled"), ("models", "by the models alone")):
        same = set(first[case]) == set(first["simulated"])
        words.append(
            f"{title} the first three are {', '.join(f'`{name}`' for name in first[case])}:"
            f" {'those' if same else 'not those'} of the simulator"
        )
    return f"{words[0]}; {words[1]}."


def what_it_is_worth() -> Iterator[str]:
    """The most valuable capacities, at once and at more demand, and what is left."""
    yield "## What one more is worth"
    yield ""
    yield (
        "The ten most valuable capacities, by what one more tonne through them would save. *One more* is what `--set`"
        " takes, and the last column what that would save a year if every unit of it were worth as much as the first."
    )
    yield ""
    head = ["What", "Used", "USD a TEU", "USD a tonne", "One more", "Million USD a year"]
    yield "**Settled equilibrium, 2024.** What those who wait would save, flows as they are:"
    yield ""
    yield from table(head, map(_worth, kept("worth_settled")), right=0)
    yield (
        "This list is not that of the longest waits. Much of the wait for a feeder is half of its headway, which is"
        " there however few go; here counts what a lower *load* would save. And a tonne by truck is dearer than one by"
        " train: ropax ferries come first though fewer wait."
    )
    yield ""
    for case, title in (("x1", "2024"), ("x2", "twice the demand"), ("x3", "three times the demand")):
        rows = of_case("worth", case)
        solve = of_case("solves", case)[0]
        left = number(solve["unserved_tonnes"]) / (number(solve["tonnes"]) + number(solve["unserved_tonnes"]))
        yield (
            f"**System optimum, {title}.** {figure(number(solve['unserved_teu']))} TEU and"
            f" {figure(number(solve['unserved_tonnes']))} t unserved ({left:.1%} of the tonnes):"
        )
        yield ""
        yield from table(head, map(_worth, rows), right=0)
        if case == "x1":
            yield (
                f"Only {len(rows)} of all capacities bind{'s' if len(rows) == 1 else ''} over a whole year: what waits"
                " in 2024 waits because trains and ships come unevenly, in storms and in the busy months, not because"
                " a year is too short."
            )
            yield ""
    yield (
        "Where goods are left, a worth is their penalty: what a unit costs that stays where it is, its carriage where"
        " nothing is short and the price of the goods. So the worths of the fullest borders and ferries are the price"
        " of a tonne of *general* goods, in USD a tonne, less what the way itself costs more; they say that goods are"
        " left there, and how many stands below."
    )
    yield ""
    rows = [
        [row["case"].replace("x", "x "), row["stop"], figure(number(row["teu"])), figure(number(row["tonnes"]))]
        for row in kept("unserved")
    ]
    yield "Unserved, by what stops it first (the dearest of all that is short on the cheapest way left):"
    yield ""
    yield from table(["Demand", "Stopped by", "TEU", "t"], rows, right=2)


def _worth(row: dict[str, str]) -> list[str]:
    change = f"`{row['one_more']}`" if row["one_more"] else "-"
    saves = f"{number(row['one_more_usd']) / 1e6:,.1f}" if row["one_more"] else "-"
    return [row["resource"], f"{number(row['used']):.0%}", _figure(row["worth_usd_teu"]), _figure(row["worth_usd_t"]),
            change, saves]  # fmt: skip


def _figure(text: str) -> str:
    return figure(number(text))


def duals() -> Iterator[str]:
    """Duals beside differences, and seconds."""
    yield "## Duals checked"
    yield ""
    solves = kept("solves")
    times = ", ".join(f"{row['case'].replace('x', 'x ')} {number(row['solve_s']):.1f} s" for row in solves)
    yield (
        f"The optimum of the whole package takes {times}, after {max(number(row['pack_s']) for row in solves):.1f} s of"
        f" packing (the goal is {GOAL_S:.0f} s; one thread, with other work on the machine). *Last* and *next* are what"
        " is lost with 0.01 % less of a capacity, and saved with as much more, by solving again; the dual must lie"
        " between them. *Promised* is the dual times one more of `--set`, *saved* what the optimum with that change"
        " really saves, with all found anew."
    )
    yield ""
    cells = [
        [row["case"].replace("x", "x "), row["resource"], _figure(row["dual"]), _figure(row["last"]),
         _figure(row["next"]), f"{number(row['seconds']):.2f}", _million(row["promised"]), _million(row["saved"])]
        for row in kept("duals")
    ]  # fmt: skip
    head = ["Demand", "What", "Dual, USD", "Last", "Next", "s a solve", "Promised, million USD", "Saved"]
    yield from table(head, cells, right=6)
    yield (
        f"The largest difference of a dual from the last or the next is {worst_dual():.1e} of it. One more saves less"
        " than was promised where it is so much that its last units are worth nothing: another border lane lets in"
        " more trains than are left. It saves more where it also shortens the headway that everybody waits for, which"
        " no dual counts."
    )
    yield ""


def _million(text: str) -> str:
    return f"{number(text) / 1e6:,.1f}" if text else "-"


def worst_dual() -> float:
    """How far a dual is outside of its two differences, or from them where they are the same, as a share of it."""
    worst = 0.0
    for row in kept("duals"):
        dual, last, following = (number(row[name]) for name in ("dual", "last", "next"))
        worst = max(worst, (following - dual) / dual, (dual - last) / dual)
    return max(worst, 0.0)
