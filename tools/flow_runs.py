"""Assign the demand of the shipped package in every way that docs/validation-flows.md tells of, and keep what came out.

A step makes one or more tables `middle_corridor/flow_*.csv`; `print_flow_validation.py --run [STEP ...]` calls them.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import flow_choice
from flow_bench import Bench, Table, keep
from karvan.corridor import Corridor
from karvan.flow.programme.generation import Optimum
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.optimum import solved
from karvan.flow.services.problem import Problem
from karvan.flow.services.supply import PATH, SLOTS, TRIPS, Resource
from karvan.network.network import Floats
from karvan.scenario import bend, read_change
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.settle import SHORT_H, Corrected, resource_waits
from karvan.study.simulate import Progress, Simulate, Study, run_study, simulate, warm_up
from karvan.study.streams import streams_of
from karvan.study.waits import RunWaits

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
WORST = 12
"""Waits that are told of, of those by which the models are farthest off."""
ALSO = ("feeder-ambarli-poti at 0", "kmtf-aktau-alat at 0", "DOSTYK-border-in")
"""What the simulator waits for longest, of which the same is told."""
SHUT, MONTHS = ("closure_rate", "closure_time"), ("month_profile",)
CAUSES = {"all": (), "open": SHUT, "even": MONTHS}
"""Tables of the package that are left out, to see what makes a wait."""


# --- what is short


def step_short(bench: Bench) -> None:
    """Rounds, and bottlenecks beside those of the simulator."""
    keep("rounds", [{"round": str(n + 1)} | one._asdict() for n, one in enumerate(bench.settled.rounds)])
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(bench.corridor, replications=REPLICATIONS, workers=bench.workers, out=Path(folder) / "package")
        rows_of = found.bottlenecks().to_dict("records")
        simulated = {resource_of(row["cause"], row["part"]): float(row["unit_h"]) / 24 for row in rows_of}
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
        "off": max(sides.next - found.worth[ix], found.worth[ix] - sides.last, 0.0) / found.worth[ix],
        "seconds": seconds, "one_more": row["one_more"], "promised": row["one_more_usd"], "saved": saved,
    }  # fmt: skip


# --- how far the models are off


class Measured(NamedTuple):
    """What a simulation of flows says of each resource."""

    wait_h: Floats
    """Missing where nobody came (n_resources,)."""
    came: Floats
    """Customers, trains or sailings a year, as its capacity counts them (n_resources,)."""


def measured(bench: Bench, flows: ServiceFlows) -> Measured:
    """Simulate flows."""
    corridor, routing = flows.problem.corridor, streams_of(flows)
    days, _ = warm_up(corridor, routing, MEASURING)
    study = Study(corridor, routing, replace(MEASURING, warmup_days=days), days, True, ())
    with tempfile.TemporaryDirectory() as folder:
        found = run_study(study, bench.workers, None, Path(folder) / "run", False, Progress())
        waits = RunWaits(found.run, corridor)
        came = np.array([_came(of, waits) for of in flows.problem.supply.resources]) / MEASURING.replications
        return Measured(resource_waits(flows.problem, waits.waits()), came)


def _came(of: Resource, waits: RunWaits) -> float:
    """Over all replications."""
    if of.kind == PATH:
        return waits.trains.get(of.id, 0)
    if of.kind == SLOTS:
        return float(waits.queues.get(f"{of.id} {of.place}", {}).get("loaded", np.nan))
    return float(waits.stations.get(of.row, {}).get("served", np.nan))


def step_waits(bench: Bench) -> None:
    """Waits by the models, and drawn through those simulated at the first load, beside the simulated ones."""
    rows: Table = []
    learnt: Corrected | None = None
    causes: list[str] = []
    for factor in LOADS:
        flows, delays = by_models(bench.corridor, factor)
        found = measured(bench, flows)
        if learnt is None:
            learnt = Corrected(delays, flows.problem.n_resources)
            learnt.learn(found.wait_h, flows, 1.0)
            causes = farthest(flows, delays, found)
        rows += waits(factor, flows, delays, learnt, found)
    keep("waits", rows)
    keep("causes", causes_of(bench, [*causes, *(name for name in ALSO if name not in causes)]))


def by_models(corridor: Corridor, factor: float) -> tuple[ServiceFlows, ServiceDelays]:
    """The equilibrium by the queueing models alone, and these."""
    ask = Assign(demand=factor)
    problem = problem_of(corridor, ask)
    delays = ServiceDelays(problem)
    return solve(problem, ask, None, delays), delays


def waits(
    factor: float, flows: ServiceFlows, delays: ServiceDelays, learnt: Corrected, found: Measured
) -> Iterator[dict[str, Any]]:
    """A row for each resource of which both know a wait that is worth telling."""
    everything, capacity = np.arange(flows.problem.n_resources), flows.problem.capacity
    model, drawn = delays.wait(flows.load, everything)[0], learnt.wait(flows.load, everything)[0]
    for ix, of in enumerate(flows.problem.supply.resources):
        if of.kind != TRIPS and np.isfinite(found.wait_h[ix]) and max(found.wait_h[ix], model[ix]) > SHORT_H:
            yield {
                "demand": f"{factor:g}", "resource": of.id, "kind": of.kind, "tonnes": float(flows.tonnes[ix]),
                "used": float(flows.load[ix] / capacity[ix]), "came": float(found.came[ix] / capacity[ix]),
                "model_h": float(model[ix]), "drawn_h": float(drawn[ix]), "simulated_h": float(found.wait_h[ix]),
            }  # fmt: skip


def farthest(flows: ServiceFlows, delays: ServiceDelays, found: Measured) -> list[str]:
    """Where the models are farthest off, by hours times tonnes."""
    model = delays.wait(flows.load, np.arange(flows.problem.n_resources))[0]
    off = np.nan_to_num(np.abs(model - found.wait_h)) * flows.tonnes
    return [flows.problem.supply.resources[ix].id for ix in np.argsort(-off, kind="stable")[:WORST]]


def causes_of(bench: Bench, names: Sequence[str]) -> Table:
    """Waits, modelled and simulated, as they are, without closures, and with the months alike: what makes them."""
    rows: Table = [{"resource": name} for name in names]
    for case, without in CAUSES.items():
        corridor = replace(bench.corridor, tables={**bench.corridor.tables, **dict.fromkeys(without, ())}, digest="")
        if "month_profile" in without:
            demand = tuple(row._replace(month_profile=None) for row in corridor.rows("demand"))
            corridor = replace(corridor, tables={**corridor.tables, "demand": demand}, digest="")
        flows, delays = by_models(corridor, 1.0)
        found = measured(bench, flows)
        model = delays.wait(flows.load, np.arange(flows.problem.n_resources))[0]
        for row in rows:
            ix = flows.problem.supply.ix[row["resource"]]
            row |= {f"{case}_model": float(model[ix]), f"{case}_simulated": float(found.wait_h[ix])}
    return rows


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
