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
        "How far the models alone are off, and what makes it, is told [below](#queueing-models-on-the-corridor). The"
        " rounds take it out, since the waits are then the simulator's."
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
    yield most_waited_for()
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
                f"Of all capacities {len(rows)} bind{'s' * (len(rows) == 1)} over the whole year: the rest of what is"
                " waited for in 2024 is waited for at times, while a year's room would do."
            )
            yield ""
    yield (
        "Where goods are left, a worth is their penalty: what a unit costs that stays where it is, its carriage where"
        " nothing is short and the price of the goods. So the worths of the fullest borders and ferries are the price"
        " of a tonne of *general* goods, less what a longer way costs, and shared by all that is short on the same"
        " way. They say that goods are left there; how many, stands below."
    )
    yield ""
    rows = [
        [row["case"].replace("x", "x "), row["stop"], figure(number(row["teu"])), figure(number(row["tonnes"]))]
        for row in kept("unserved")
    ]
    yield "Unserved, by what stops it first (the dearest of all that is short on the cheapest way left):"
    yield ""
    yield from table(["Demand", "Stopped by", "TEU", "t"], rows, right=2)


def most_waited_for() -> str:
    """Which of the simulator's first bottlenecks are among the most valuable capacities, and why others are not."""
    longest = sorted(kept("bottlenecks"), key=lambda row: -number(row["simulated"]))[:FIRST]
    valuable = {row["resource"].removeprefix("trips ") for row in kept("worth_settled")}
    there = [row["resource"] for row in longest if row["resource"].partition(" at ")[0] in valuable]
    others = [row["resource"] for row in longest if row["resource"] not in there]
    words = (
        f"Of the {FIRST} that are waited for longest, {_named(there)} {'is' if len(there) == 1 else 'are'} in this list"
    )
    if others:
        words += (
            f", {_named(others)} {'is' if len(others) == 1 else 'are'} not. Here counts what a lower load would save,"
            " and for a tonne. Half a headway is waited however few go, and what a storm leaves falls little with the"
            " load. More sailings would shorten the headway itself, which no slope counts"
        )
    return f"{words}."


def _named(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


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
        f"The farthest that a dual lies outside of these two is {worst_dual():.0e} of it. One more saves less than was"
        " promised where it is so much that its last units are worth nothing: another border lane lets in more trains"
        " than are left. It saves more where it also shortens the headway that everybody waits for, which no dual"
        " counts."
    )
    yield ""


def _million(text: str) -> str:
    return f"{number(text) / 1e6:,.1f}" if text else "-"


def worst_dual() -> float:
    """How far a dual is outside of its two differences, as a share of it."""
    return max(number(row["off"]) for row in kept("duals"))
