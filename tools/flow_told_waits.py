"""The part of docs/validation-flows.md that holds the queueing models against simulated waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import nan
from statistics import median

import flow_runs
from flow_bench import Rows, kept, number
from print_simulation_validation import table

FULL = 0.95
"""Use from which on waits are those of a queue that grows."""


def queueing() -> Iterator[str]:
    """Waits by the models beside the simulated ones."""
    yield "## Queueing models on the corridor"
    yield ""
    yield (
        "The same flows, those of the equilibrium by the models alone, by the models and simulated"
        f" ({flow_runs.MEASURING.replications} replications): the waits of both, where either is above"
        f" {flow_runs.SHORT_H * 60:.0f} minutes. Factors are learnt at the demand of 2024 (the models are then drawn"
        " through the simulated waits, which is what each round does) and tried at others. Means and errors are"
        f" weighted by tonnes; what is used to {FULL:.0%} and more stands by itself, for there a queue grows all year."
    )
    yield ""
    rows = kept("waits")
    cells = []
    for factor in map("{:g}".format, flow_runs.LOADS):
        for title, chosen in _kinds([row for row in rows if row["demand"] == factor]):
            taught = factor == f"{flow_runs.LOADS[0]:g}"
            cells.append(
                [f"x {factor}", title, str(len(chosen)), f"{_ratio(chosen):.2f}", f"{_mean(chosen, _simulated):.2f}",
                 f"{_mean(chosen, _off('model_h')):.2f}", "-" if taught else f"{_mean(chosen, _off('drawn_h')):.2f}"]
            )  # fmt: skip
    head = ["Demand", "Of", "n", "Median ratio, model to simulated", "Simulated, h", "Error, h", "with factors"]
    yield from table(head, cells, right=5)
    yield (
        f"{held_out(rows)} Above saturation they are of no use: how long a queue has grown is what counts there. That"
        " is why the rounds simulate anew, and why the optimum has hard capacities."
    )
    yield ""
    yield from causes(rows)


def held_out(rows: Rows) -> str:
    """What factors are worth where they were not learnt."""
    words = []
    for factor in map("{:g}".format, flow_runs.LOADS[1:]):
        fine = [row for row in rows if row["demand"] == factor and number(row["used"]) < FULL]
        before, after = (_mean(fine, _off(by)) for by in ("model_h", "drawn_h"))
        words.append(f"from {before:.2f} to {after:.2f} h at {factor} times the demand")
    return f"Below saturation the factors bring the mean error {' and '.join(words)}."


def causes(rows: Rows) -> Iterator[str]:
    """The waits by which the models are farthest off, and what makes them."""
    first = {row["resource"]: row for row in rows if row["demand"] == f"{flow_runs.LOADS[0]:g}"}
    yield (
        "Farthest off at the demand of 2024, by hours times tonnes: use as assigned and as simulated (of capacity,"
        " trains and ships that are not full counted whole), and hours by the model and simulated. The same again"
        " without closures (storms, bans, strikes), and with the months alike:"
    )
    yield ""
    cells = []
    for row in kept("causes"):
        pairs = [_pair(row, case) for case in flow_runs.CAUSES]
        of = first[row["resource"]]
        cells.append([row["resource"], f"{number(of['used']):.0%}", f"{number(of['came']):.0%}", *pairs])
    yield from table(
        ["What", "Used", "simulated", "Model / simulated, h", "no closures", "even months"], cells, right=5
    )
    yield (
        "Of two pieces of line one after the other only the first is waited for: trains come out of it at its interval."
        " The model takes arrivals by chance at both, and at the first too, where a train that leaves when it has its"
        " load comes more evenly than by chance. What simulated waits for ferries lose without closures is what storms"
        " make, of which the models know little: they count the mean hours that a sailing is held, and not the queue"
        " that a storm leaves. Busy months make hardly any of it."
    )
    yield ""


def _pair(row: dict[str, str], case: str) -> str:
    return f"{number(row[f'{case}_model']):.1f} / {number(row[f'{case}_simulated']):.1f}"


def _kinds(rows: Rows) -> Iterator[tuple[str, Rows]]:
    """Rows by kind, those that are nearly full by themselves."""
    fine = [row for row in rows if number(row["used"]) < FULL]
    for kind, title in (("facility", "facilities"), ("path", "lines"), ("slots", "ferries, ships"), ("pool", "pools")):
        chosen = [row for row in fine if row["kind"] == kind]
        if chosen:
            yield title, chosen
    yield f"all used below {FULL:.0%}", fine
    full = [row for row in rows if number(row["used"]) >= FULL]
    if full:
        yield f"used {FULL:.0%} and more", full


def _simulated(row: dict[str, str]) -> float:
    return number(row["simulated_h"])


def _off(by: str) -> Callable[[dict[str, str]], float]:
    return lambda row: abs(number(row[by]) - _simulated(row))


def _mean(rows: Rows, of: Callable[[dict[str, str]], float]) -> float:
    """By tonnes."""
    whole = sum(number(row["tonnes"]) for row in rows)
    return sum(number(row["tonnes"]) * of(row) for row in rows) / whole if whole else nan


def _ratio(rows: Rows) -> float:
    there = [number(row["model_h"]) / _simulated(row) for row in rows if _simulated(row) > 0]
    return median(there) if there else nan
