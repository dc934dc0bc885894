"""Assignment and simulation in turn, until the flows settle: goods choose by the queues that the simulator then makes.

Between two simulations the queueing models stand for the simulator: each is drawn through the wait that was simulated
at its load, by a factor, so that where flows no longer move the waits are the simulator's. Factors, and the waits for
vehicles that are formed as goods come, are averaged over the rounds (the method of successive averages, Robbins and
Monro 1951; Sheffi 1985).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from karvan.corridor import Corridor
from karvan.flow.services.chains import Chain
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.equilibrium import Delays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.flow.services.supply import FACILITY, PATH, POOL, SLOTS, is_scheduled
from karvan.network.item import NOTHING, Hours
from karvan.network.network import Floats, Ints
from karvan.sim.simulation import Simulation
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.simulate import Progress, Simulate, Study, run_study, warm_up
from karvan.study.streams import streams_of
from karvan.study.waits import RunWaits

MOST, LEAST = 20.0, 0.05
"""Bounds of a factor; what it leaves over is added."""
SHORT_H = 0.05
"""Waits below this are not held against each other: nobody chooses by minutes."""

Waits = Mapping[str, Mapping[object, Hours]]


class Round(NamedTuple):
    """How far flows were from what they became."""

    gap: float
    """Gap of the flows that were simulated, at the waits that they then had: that of the fixed point."""
    moved: float
    """Of the goods that take several chains, the share of the tonnes that changed since the round before."""
    off_h: float
    """How far the models were from the simulated waits, weighted by the tonnes that waited: mean of the absolute."""
    mean_h: float
    """The simulated mean time of a unit."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Flows and the simulation of them, and how they came to agree."""

    flows: ServiceFlows
    rounds: tuple[Round, ...]
    asked: float
    factor: Floats
    """By which each queueing model was multiplied in the end (n_resources,)."""

    @property
    def settled(self) -> bool:
        return bool(self.rounds) and self.rounds[-1].gap <= self.asked


class Corrected:
    """Queueing models drawn through simulated waits: `factor` times the model, and `rest` hours."""

    def __init__(self, model: Delays, n_resources: int) -> None:
        self.model = model
        self.factor, self.rest = np.ones(n_resources), np.zeros(n_resources)

    def wait(self, load: Floats, which: Ints) -> tuple[Floats, Floats]:
        """As `Delays.wait`."""
        wait, slope = self.model.wait(load, which)
        return np.maximum(self.factor[which] * wait + self.rest[which], 0.0), self.factor[which] * slope

    def learn(self, simulated: Floats, flows: ServiceFlows, step: float) -> float:
        """Move factors by a step towards simulated waits, NaN where none are known (n_resources,): how far off they
        were, h."""
        model = self.model.wait(flows.load, np.arange(len(self.factor)))[0]
        known = np.isfinite(simulated) & (np.maximum(simulated, model) > SHORT_H)
        off = np.abs(self.factor * model + self.rest - simulated)[known] @ flows.tonnes[known]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(known & (model > 0), np.clip(simulated / model, LEAST, MOST), 1.0)
        rest = np.where(known, simulated - factor * model, 0.0)
        self.factor[known] += step * (factor - self.factor)[known]
        self.rest[known] += step * (rest - self.rest)[known]
        return float(off / max(flows.tonnes[known].sum(), 1e-12))


def settle(corridor: Corridor, ask: Assign, *, workers: int = 1, progress: Progress | None = None) -> Settled:
    """Assign and simulate in turn until flows have at most the gap `ask.settled` at the waits that they then have.

    At most `ask.simulate` rounds, each of `ask.days` and `ask.replications`.
    """
    progress = progress or Progress()
    simulated = Simulate(days=ask.days, year=ask.year, replications=ask.replications, seed=ask.seed).checked()
    departures: dict[tuple[str, int], Hours] = {}
    problem = problem_of(corridor, ask)
    delays = Corrected(ServiceDelays(problem), problem.n_resources)
    flows = solve(problem, ask, progress, delays)
    warmup_days, _ = warm_up(corridor, streams_of(flows), simulated)
    rounds: list[Round] = []
    for number in range(1, ask.simulate + 1):
        progress.say(f"round {number}: simulating")
        found, mean_h = simulate_flows(flows, simulated, warmup_days, workers)
        step = 1 / number
        off = delays.learn(resource_waits(problem, found), flows, step)
        for at, wait in unscheduled_waits(problem, found).items():
            old = departures.get(at, wait)
            departures[at] = Hours(old.mean + step * (wait.mean - old.mean), wait.variance)
        problem = problem_of(corridor, ask, departures)
        start = [(problem.chains[chain.goods].chain(chain.arcs), units) for chain, units in flows.flows]
        flows = solve(problem, ask, progress, delays, start)
        rounds.append(Round(flows.steps[0].gap, moved_share(problem, start, list(flows.flows)), off, mean_h))
        progress.done(number, ask.simulate)
        if rounds[-1].gap <= ask.settled:
            break
    return Settled(flows, tuple(rounds), ask.settled, delays.factor)


def simulate_flows(
    flows: ServiceFlows, ask: Simulate, warmup_days: float, workers: int = 1
) -> tuple[dict[str, dict[object, Hours]], float]:
    """The waits that a simulation of the flows measures, and the mean time of a unit, h."""
    corridor = flows.problem.corridor
    study = Study(corridor, streams_of(flows), replace(ask, warmup_days=warmup_days), warmup_days, True, ())
    with TemporaryDirectory() as folder:
        found: Simulation = run_study(study, workers, None, Path(folder) / "run", False, Progress())
        told = RunWaits(found.run, corridor)
        waits = told.waits()
        for way in told.ways:  # those of a timetable are told beyond it
            if way.service.departs == "timetable":
                for at in [at for at in waits["departures"] if at[0] == way.id]:
                    waits["departures"][at] += told.timetabled(way)
        return waits, found.mean_hours().mean


def resource_waits(problem: Problem, waits: Waits) -> Floats:
    """Simulated waits by resource (n_resources,); missing where nobody came."""
    found = np.full(problem.n_resources, np.nan)
    for ix, of in enumerate(problem.supply.resources):
        if of.kind == FACILITY:
            wait = waits["facilities"].get(of.id)
        elif of.kind == PATH:
            wait = waits["paths"].get((of.row, of.id.endswith(" there")))
        elif of.kind == SLOTS:
            way, _, stop = of.id.rpartition(" at ")
            wait = waits["departures"].get((way, int(stop)))
        elif of.kind == POOL:
            wait = NOTHING  # it is in the waits for the vehicles
        else:
            wait = None
        if wait is not None:
            found[ix] = wait.mean
    return found


def unscheduled_waits(problem: Problem, waits: Waits) -> dict[tuple[str, int], Hours]:
    """Simulated waits for vehicles that are formed as goods come, by way and stop."""
    formed = {way.id for way in problem.supply.ways.values() if not is_scheduled(way.service)}
    return {at: wait for at, wait in waits["departures"].items() if isinstance(at, tuple) and at[0] in formed}


def moved_share(problem: Problem, before: list[tuple[Chain, float]], after: list[tuple[Chain, float]]) -> float:
    """Of the goods that take several chains, before or after, the share of the tonnes that are on other chains.

    That is half of the sum of what came and went, over all.
    """
    change: dict[int, dict[tuple[int, ...], float]] = {}
    for flows, sign in ((before, -1.0), (after, 1.0)):
        for chain, units in flows:
            of = change.setdefault(chain.goods, {})
            of[chain.arcs] = of.get(chain.arcs, 0.0) + sign * units
    several = {n: sum(map(abs, of.values())) for n, of in change.items() if len(of) > 1}
    tonnes = {n: problem.goods[n].tonnes for n in several}
    whole = sum(problem.per_year[n] * tonnes[n] for n in several)
    return float(sum(units * tonnes[n] for n, units in several.items()) / 2 / whole) if whole else 0.0
