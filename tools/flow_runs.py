"""Assign the demand of the shipped package in every way that docs/validation-flows.md tells of, and keep what came out.

A step makes one or more tables `middle_corridor/flow_*.csv`; `print_flow_validation.py --run [STEP ...]` calls them.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, log
from pathlib import Path
from typing import Any

import numpy as np

import build_middle_corridor as builder
import karvan
from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.flow.generation import Optimum
from karvan.flow.goods import Goods
from karvan.flow.problem import Problem
from karvan.flow.service_delays import ServiceDelays
from karvan.flow.service_flows import ServiceFlows
from karvan.flow.service_optimum import solved
from karvan.flow.supply import TRIPS
from karvan.scenario import bend, read_change
from karvan.sim.corridor import Period
from karvan.sim.stream import Stream
from karvan.study.figures import Figures
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.passages import Leg, Passages
from karvan.study.settle import SHORT_H, Corrected, resource_waits, settle, simulate_flows
from karvan.study.simulate import Simulate, simulate, warm_up
from karvan.study.streams import streams_of

YEAR, LATER = 2024, 2025
REPLICATIONS = 20
"""Of the package as `karvan simulate` runs it."""
SETTLING = Assign(method="ue", simulate=10, replications=5)
"""Rounds at most of assignment and simulation in turn."""
MEASURING = Simulate(days=365, replications=10, seed=1)
"""How the flows are simulated beside which the queueing models are held."""
LOADS = (1.0, 0.8, 1.2)
"""Factors on demand of which the first teaches the models; at the others they are tried."""
FACTORS = (1.0, 2.0, 3.0)
"""On demand, for what is short."""
MOST = 10
"""Capacities that are told of."""
SEARCHED = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Values of theta between which the best is looked for, ..."""
NARROWINGS = 8
"""... and how often the span around it is then narrowed."""
SEARCH_GAP = 1e-3
GOLDEN = (5**0.5 - 1) / 2
REGIONS = {
    "Europe": "AT BE BG CZ DE ES FR GB GR HU IT NL PL RO SK",
    "China": "CN",
    "Russia and Belarus": "RU BY",
    "Türkiye and the Caucasus": "AM AZ GE TR",
    "Central Asia": "KG KZ TJ TM UZ",
}
ELSEWHERE = "Iran, India"
FITTED = "China - Europe"
PASSED = ("SUEZ", "VOSTOCHNY", "GRODEKOVO", "ZABAIKALSK", "NAUSHKI", "DOSTYK", "ALTYNKOL", "BREST", "ALAT")
"""Places by which ways are told apart."""
Table = list[dict[str, Any]]


def path_of(name: str) -> Path:
    """Where a table is kept."""
    return builder.RECIPES / f"flow_{name}.csv"


def keep(name: str, rows: Table) -> None:
    """Write a table, numbers with six digits."""
    with path_of(name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows({column: cell(value) for column, value in row.items()} for row in rows)


def cell(value: object) -> str:
    """A value as a file holds it; what is no number is an empty cell."""
    if isinstance(value, float | np.floating):
        return "" if isnan(value) else f"{float(value):.6g}"
    return str(value)


@dataclass(frozen=True)
class Counts:
    """What passes in a year where flows are as they were assigned, in the words of a simulation's measures."""

    passages: Passages

    def delivered(self, stream: Stream) -> float:
        return stream.per_year

    def units(self, leg: Leg) -> float:
        return leg.stream.per_year


class Bench:
    """The shipped package and what several steps need of it."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.corridor = karvan.load()
        self.country = {place.id: place.country for place in self.corridor.places()}

    def flows(self, **wishes: Any) -> ServiceFlows:
        ask = Assign(**wishes).checked()
        return solve(problem_of(self.corridor, ask), ask)

    @cached_property
    def named(self) -> ServiceFlows:
        """What takes the families and places that the rows of demand name."""
        return self.flows()

    @cached_property
    def settled(self) -> Any:
        return settle(self.corridor, SETTLING, workers=self.workers)

    def region(self, place: str) -> str:
        return next((name for name, of in REGIONS.items() if self.country[place] in of.split()), ELSEWHERE)

    def group(self, goods: Goods) -> str:
        """The two regions between which goods go, whichever way."""
        return " - ".join(sorted((self.region(goods.origin), self.region(goods.destination))))

    def pair(self, goods: Goods) -> tuple[str, str]:
        return self.country[goods.origin], self.country[goods.destination]


# --- which way


def kind_of(family: str) -> str:
    """Oceans as one: which of them is for the year's wars to say."""
    return "ocean" if family.startswith("ocean") else family


Shares = dict[tuple[str, str], dict[str, float]]


def tonnes_by_pair(bench: Bench, flows: ServiceFlows, group: str) -> Shares:
    """Tonnes in containers between the countries of a group, by family."""
    found: Shares = defaultdict(lambda: defaultdict(float))
    for chain, units in flows.flows:
        goods = flows.problem.goods[chain.goods]
        if goods.unit == "container" and bench.group(goods) == group:
            found[bench.pair(goods)][kind_of(chain.family)] += units * goods.tonnes
    return found


def loss(named: Shares, chosen: Shares) -> float:
    """Squared differences of the families' shares, summed over families, the mean over pairs by their tonnes."""
    whole = sum(sum(of.values()) for of in named.values())
    return sum(
        ((named[pair].get(kind, 0.0) - chosen[pair].get(kind, 0.0)) ** 2) / sum(named[pair].values()) / whole
        for pair in named
        for kind in {*named[pair], *chosen[pair]}
    )


def choose(bench: Bench) -> ServiceFlows:
    """Fit theta, keep the search, and give the flows that are chosen with it."""
    named = tonnes_by_pair(bench, bench.named, FITTED)
    problem = problem_of(bench.corridor, Assign(free=True))
    rows: Table = []

    def tried(log_theta: float) -> float:
        theta = float(np.exp(log_theta))
        flows = solve(problem, Assign(method="sue", free=True, theta=theta, gap=SEARCH_GAP))
        rows.append({"theta": theta, "loss": loss(named, tonnes_by_pair(bench, flows, FITTED))})
        return float(rows[-1]["loss"])

    losses = [tried(log(theta)) for theta in SEARCHED]
    best = int(np.argmin(losses))
    ends = (SEARCHED[max(best - 1, 0)], SEARCHED[min(best + 1, len(SEARCHED) - 1)])
    narrowed(tried, log(ends[0]), log(ends[1]))
    found = min(rows, key=lambda row: (row["loss"], row["theta"]))
    keep("theta", rows)
    return solve(problem, Assign(method="sue", free=True, theta=found["theta"]))


def narrowed(of: Callable[[float], float], low: float, high: float) -> None:
    """Golden section (Kiefer 1953)."""
    inner = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
    values = [of(inner[0]), of(inner[1])]
    for _ in range(NARROWINGS - 2):
        if values[0] <= values[1]:
            high, inner = inner[1], [inner[1] - GOLDEN * (inner[1] - low), inner[0]]
            values = [of(inner[0]), values[0]]
        else:
            low, inner = inner[0], [inner[1], inner[0] + GOLDEN * (high - inner[0])]
            values = [values[1], of(inner[1])]


def step_choice(bench: Bench) -> None:
    """Families, targets and places passed, with the families that rows name and without."""
    chosen = choose(bench)
    theta = min(builder.read(path_of("theta")), key=lambda row: (float(row["loss"]), float(row["theta"])))["theta"]
    models = {
        "named": bench.named,
        "ue": bench.flows(free=True),
        "sue": chosen,
        "so": bench.flows(method="so", free=True),
    }
    keep("families", [row for name, flows in models.items() for row in families(name, flows)])
    keep("targets", targets(bench.corridor, models))
    keep("passed", passed(bench.corridor, models))
    later = {
        "named": bench.flows(year=LATER),
        "ue": bench.flows(year=LATER, free=True),
        "sue": bench.flows(year=LATER, method="sue", free=True, theta=float(theta)),
        "so": bench.flows(year=LATER, method="so", free=True),
    }
    rows = [*shares(bench, YEAR, models), *shares(bench, LATER, {name: later[name] for name in models})]
    keep("shares", rows)
    keep("prices", list(prices(bench, models["ue"].problem)))


def families(model: str, flows: ServiceFlows) -> Table:
    """TEU and tonnes of each family."""
    found: dict[str, Any] = defaultdict(lambda: np.zeros(2))
    for row in flows.families():
        found[row["family"]] += np.array([row["teu"], row["tonnes"]])
    return [
        {"model": model, "family": family, "teu": float(teu), "tonnes": float(tonnes)}
        for family, (teu, tonnes) in sorted(found.items())
    ]


def passages_of(corridor: Corridor, flows: ServiceFlows) -> Passages:
    start = dt.datetime(YEAR, 1, 1, tzinfo=dt.UTC)
    return Passages(corridor, streams_of(flows).streams, Period(start, 8760.0, 0.0))


def countable(corridor: Corridor) -> list[Row]:
    """Targets of the year that flows can be held against."""
    return [row for row in corridor.rows("target") if row.year == YEAR and row.quantity.startswith("throughput")]


def targets(corridor: Corridor, models: Mapping[str, ServiceFlows]) -> Table:
    """Published throughputs beside those of flows, counted as in a simulation."""
    figures = {name: Figures(Counts(passages_of(corridor, flows)), 365.0) for name, flows in models.items()}  # type: ignore[arg-type]
    return [
        {"target": row.id} | {name: of.throughput(row, row.quantity.partition("_")[2]) for name, of in figures.items()}
        for row in countable(corridor)
    ]


def passed(corridor: Corridor, models: Mapping[str, ServiceFlows]) -> Table:
    """TEU through some places."""
    found: dict[str, dict[str, float]] = {place: dict.fromkeys(models, 0.0) for place in PASSED}
    for name, flows in models.items():
        passages = passages_of(corridor, flows)
        for stream in passages.streams:
            for place in passages.places[stream.id] & set(PASSED):
                found[place][name] += stream.per_year * stream.teu
    return [{"place": place} | found[place] for place in PASSED]


def shares(bench: Bench, year: int, models: Mapping[str, ServiceFlows]) -> Table:
    """Tonnes in containers by group and family; `..._elsewhere` those in another family than their pair names."""
    groups = sorted({bench.group(goods) for goods in models["named"].problem.goods if goods.unit == "container"})
    rows: Table = []
    for group in groups:
        by_pair = {name: tonnes_by_pair(bench, flows, group) for name, flows in models.items()}
        for kind in sorted({kind for of in by_pair.values() for pair in of.values() for kind in pair}):
            row: dict[str, Any] = {"year": str(year), "group": group, "kind": kind}
            for name, of in by_pair.items():
                row[name] = sum(pair.get(kind, 0.0) for pair in of.values())
            for name, of in by_pair.items():
                more = (pair_of.get(kind, 0.0) - by_pair["named"][pair].get(kind, 0.0) for pair, pair_of in of.items())
                row[f"{name}_elsewhere"] = sum(max(0.0, one) for one in more)
            rows.append(row)
    return rows


def prices(bench: Bench, problem: Problem) -> Iterator[dict[str, Any]]:
    """What the best chain of each family costs where nothing is short, for the largest flow each way."""
    nothing = np.zeros(problem.n_resources)
    for start in ("China", "Europe"):
        flows = [
            n for n, of in enumerate(problem.goods)
            if of.unit == "container" and bench.group(of) == FITTED and bench.region(of.origin) == start
        ]  # fmt: skip
        n = max(flows, key=lambda n: problem.goods[n].per_year)
        goods, network = problem.goods[n], problem.chains[n].network
        for cost, chain in problem.chains[n].best_of_families(nothing, nothing):
            rides = [network.arcs[ix] for ix in chain.arcs if network.arcs[ix].is_ride]
            yield {
                "demand": goods.id, "family": chain.family, "usd_teu": chain.usd / goods.teu, "days": chain.hours / 24,
                "cost_usd_teu": cost / goods.teu, "services": " + ".join(network.ways[arc.way].id for arc in rides),
            }  # fmt: skip


# --- what is short


def step_short(bench: Bench) -> None:
    """Rounds, and bottlenecks beside those of the simulator."""
    keep("rounds", [{"round": str(n + 1)} | one._asdict() for n, one in enumerate(bench.settled.rounds)])
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(
            bench.corridor, replications=REPLICATIONS, workers=bench.workers, out=Path(folder) / "package"
        )
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
    "choice": step_choice,
    "short": step_short,
    "worth": step_worth,
    "waits": step_waits,
}
TABLES = ("theta", "families", "targets", "passed", "shares", "prices", "rounds", "bottlenecks", "worth_settled",
          "solves", "worth", "unserved", "duals", "waits")  # fmt: skip


def run(steps: Sequence[str], workers: int) -> None:
    """Make the tables of some steps anew."""
    bench = Bench(workers)
    for step in steps:
        STEPS[step](bench)
