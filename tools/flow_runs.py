"""Assign the demand of the shipped package in every way that docs/validation-flows.md tells of, and keep what came out.

A step makes one or more tables `middle_corridor/flow_*.csv`; `print_flow_validation.py --run [STEP ...]` calls them.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import flow_choice
from flow_bench import Bench, Table, keep
from karvan.flow.generation import Optimum
from karvan.flow.problem import Problem
from karvan.flow.service_delays import ServiceDelays
from karvan.flow.service_flows import ServiceFlows
from karvan.flow.service_optimum import solved
from karvan.flow.supply import TRIPS
from karvan.scenario import bend, read_change
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.settle import SHORT_H, Corrected, resource_waits, simulate_flows
from karvan.study.simulate import Simulate, simulate, warm_up
from karvan.study.streams import streams_of

REPLICATIONS = 20
"""Of the package as `karvan simulate` runs it."""
MEASURING = Simulate(days=365, replications=10, seed=1)
"""How the flows are simulated beside which the queueing models are held."""
LOADS = (1.0, 0.8, 1.2)
"""Factors on demand of which the first teaches the models; at the others they are tried."""
FACTORS = (1.0, 2.0, 3.0)
"""On demand, for what is short."""
MOST = 10
"""Capacities that are told of."""


# --- what is short


def step_short(bench: Bench) -> None:
    """Rounds, and bottlenecks beside those of the simulator."""
    keep("rounds", [{"round": str(n + 1)} | one._asdict() for n, one in enumerate(bench.settled.rounds)])
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(bench.corridor, replications=REPLICATIONS, workers=bench.workers, out=Path(folder) / "package")
        simulated = {resource_of(row.cause, row.part): row.unit_h / 24 for row in found.bottlenecks().itertuples()}
    days = {
        "simulated": simulated,
        "models": {row["resource"]: row["unit_days"] for row in bench.named.bottlenecks()},
        "settled": {row["resource"]: row["unit_days"] for row in bench.settled.flows.bottlenecks()},
    }
    told = {name for of in days.values() for name in sorted(of, key=lambda one: -of[one])[: 2 * MOST]}
    rows = [{"resource": name} | {case: of.get(name, 0.0) for case, of in days.items()} for name in told]
    keep("bottlenecks", sorted(rows, key=lambda row: (-row["simulated"], row["resource"])))
    keep("worth_settled", worth("settled", bench.settled.flows))


def resource_of(cause: str, part: str) -> str:
    """What the assignment calls a part of a simulation."""
    if cause == "vehicle":
        return part.rpartition(" ")[0]
    return f"pool {part}" if cause == "pool" else part


def worth(case: str, flows: ServiceFlows) -> Table:
    """The most valuable capacities."""
    columns = ("resource", "kind", "used", "worth_usd", "worth_usd_teu", "worth_usd_t", "one_more", "one_more_usd")
    return [{"case": case} | {name: row[name] for name in columns} for row in flows.worth_most()[:MOST]]


# --- what one more is worth


def optimum_of(bench: Bench, factor: float, change: str = "") -> tuple[Problem, Optimum, ServiceFlows, float, float]:
    """The optimum at a factor on demand, with one change of the corridor; seconds of packing and of solving."""
    corridor = bend(bench.corridor, [read_change(change)]) if change else bench.corridor
    begun = time.perf_counter()
    problem = problem_of(corridor, Assign(method="so", demand=factor))
    packed = time.perf_counter()
    found, flows = solved(problem, ServiceDelays(problem))
    return problem, found, flows, packed - begun, time.perf_counter() - packed


def step_worth(bench: Bench) -> None:
    """Worth, what is left unserved, and duals beside differences, at once and at several times the demand."""
    optimum_of(bench, 1.0)  # so that no solve is timed with the loading of what it needs
    rows: dict[str, Table] = defaultdict(list)
    for factor in FACTORS:
        problem, found, flows, pack_s, solve_s = optimum_of(bench, factor)
        case = f"x{factor:g}"
        totals = flows.totals()
        rows["solves"].append(
            {"case": case, "pack_s": pack_s, "solve_s": solve_s, "rounds": str(found.rounds), "gap": found.gap}
            | {name: totals[name] for name in ("teu", "tonnes", "unserved_teu", "unserved_tonnes")}
        )
        rows["worth"] += worth(case, flows)
        rows["unserved"] += unserved(case, flows)
        for row in flows.worth_most()[:MOST]:
            rows["duals"].append({"case": case} | dual(bench, factor, problem, found, row))
    for name, table in rows.items():
        keep(name, table)


def unserved(case: str, flows: ServiceFlows) -> Table:
    """What finds no room, by what stops it first: the dearest that is short on the cheapest way left."""
    found: dict[str, Any] = defaultdict(lambda: np.zeros(2))
    for row in flows.unserved():
        stop = row["reason"].partition(": ")[2].partition(",")[0].partition(" and ")[0] or row["reason"]
        found[stop] += np.array([row["teu"], row["tonnes"]])
    order = sorted(found.items(), key=lambda one: (-one[1][1], one[0]))
    return [{"case": case, "stop": stop, "teu": float(teu), "tonnes": float(tonnes)} for stop, (teu, tonnes) in order]


def dual(bench: Bench, factor: float, problem: Problem, found: Optimum, row: Mapping[str, Any]) -> dict[str, Any]:
    """A dual beside what a little less and more would cost, and what one more saves when all is solved anew."""
    ix = problem.supply.ix[row["resource"]]
    begun = time.perf_counter()
    sides = found.one_sided(ix)
    seconds = (time.perf_counter() - begun) / 3  # it solves three times
    saved = np.nan
    if row["one_more"]:
        saved = found.objective - optimum_of(bench, factor, row["one_more"])[1].objective
    return {
        "resource": row["resource"], "dual": float(found.worth[ix]), "last": sides.last, "next": sides.next,
        "seconds": seconds, "one_more": row["one_more"], "promised": row["one_more_usd"], "saved": saved,
    }  # fmt: skip


# --- how far the models are off


def step_waits(bench: Bench) -> None:
    """Waits by the models, and drawn through those simulated at the first load, beside the simulated ones."""
    rows: Table = []
    learnt: Corrected | None = None
    for factor in LOADS:
        ask = Assign(demand=factor)
        problem = problem_of(bench.corridor, ask)
        delays = ServiceDelays(problem)
        flows = solve(problem, ask, None, delays)
        days, _ = warm_up(bench.corridor, streams_of(flows), MEASURING)
        found, _ = simulate_flows(flows, MEASURING, days, bench.workers)
        simulated = resource_waits(problem, found)
        if learnt is None:
            learnt = Corrected(delays, problem.n_resources)
            learnt.learn(simulated, flows, 1.0)
        everything = np.arange(problem.n_resources)
        model, drawn = delays.wait(flows.load, everything)[0], learnt.wait(flows.load, everything)[0]
        rows += waits(factor, flows, model, drawn, simulated)
    keep("waits", rows)


def waits(factor: float, flows: ServiceFlows, model: Any, drawn: Any, simulated: Any) -> Iterable[dict[str, Any]]:
    """A row for each resource of which both know a wait that is worth telling."""
    capacity = flows.problem.capacity
    for ix, of in enumerate(flows.problem.supply.resources):
        if of.kind != TRIPS and np.isfinite(simulated[ix]) and max(simulated[ix], model[ix]) > SHORT_H:
            yield {
                "demand": f"{factor:g}", "resource": of.id, "kind": of.kind, "tonnes": float(flows.tonnes[ix]),
                "used": float(flows.load[ix] / capacity[ix]), "model_h": float(model[ix]), "drawn_h": float(drawn[ix]),
                "simulated_h": float(simulated[ix]),
            }  # fmt: skip


STEPS: dict[str, Callable[[Bench], None]] = {
    "choice": flow_choice.step,
    "short": step_short,
    "worth": step_worth,
    "waits": step_waits,
}


def run(steps: Sequence[str], workers: int) -> None:
    """Make the tables of some steps anew."""
    bench = Bench(workers)
    for step in steps:
        STEPS[step](bench)
