"""What is asked of the assignment of a corridor's demand, and its flows by each method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from karvan.corridor import Corridor
from karvan.flow.services.chains import Chain
from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.equilibrium import Delays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.goods import UNITS, goods_of
from karvan.flow.services.problem import Problem as FlowProblem
from karvan.flow.services.supply import Supply
from karvan.ground.errors import InputError, Problem, shown
from karvan.network import pack
from karvan.network.item import Hours
from karvan.study.routing import carrying
from karvan.study.simulate import Progress

METHODS = {
    "ue": "user equilibrium: every unit takes the chain that is cheapest for it, queues as they then are",
    "sue": "stochastic user equilibrium: chains are chosen by a logit with path sizes",
    "so": "system optimum: the least cost of all together, no capacity exceeded, and what one more is worth",
}
GAPS = {"ue": 1e-4, "sue": 1e-4, "so": 1e-6}
"""Gaps that are asked for where none is given."""
ROUNDS = {"ue": 100, "sue": 5000, "so": 200}
"""Rounds at most where it is not said."""


@dataclass(frozen=True, slots=True)
class Assign:
    """What is asked of the assignment. Defaults stand here and nowhere else."""

    method: str = "ue"
    year: int = 2024
    """Whose demand, and whose services and closures."""
    gap: float | None = None
    """Relative gap to reach; None: that of the method."""
    iterations: int | None = None
    """Rounds at most; None: those of the method."""
    demand: float = 1.0
    """Factor on all demand."""
    elsewhere: bool = False
    """Whether goods leave the families that their rows name where queues make these dearer than what they know."""
    free: bool = False
    """Whether goods may take any family and border, and not only those that their rows of demand name."""
    co2e_usd_t: float = 0.0
    """What shippers count for a tonne of CO2e, USD."""
    simulate: int = 0
    """Rounds at most of assignment and simulation in turn; 0: the queueing models stand alone."""
    settled: float = 1e-3
    """Gap at the simulated waits at which the rounds end."""
    days: float = 365.0
    """Days that each round simulates, after a warm-up."""
    replications: int = 1
    seed: int = 1
    """Of the simulation's random numbers."""
    theta: float = 12.3
    """Of a logit: a chain that costs a tenth more than the cheapest has exp(-theta / 10) of its odds. The default is
    the likeliest for goods that go by land: docs/validation-flows.md."""

    @property
    def asked_gap(self) -> float:
        return GAPS[self.method] if self.gap is None else self.gap

    @property
    def rounds(self) -> int:
        return ROUNDS[self.method] if self.iterations is None else self.iterations

    def checked(self) -> Assign:
        """The request itself. Raises InputError with all that is wrong in it."""
        wrong = [
            Problem(name, shown(value), remedy)
            for name, value, fine, remedy in (
                ("method", self.method, self.method in METHODS, f"give one of {', '.join(METHODS)}"),
                ("gap", self.gap, self.gap is None or 0 < self.gap < 1, "give a share above 0 and below 1: 1e-4"),
                ("iterations", self.iterations, self.iterations is None or 1 <= self.iterations <= 1_000_000,
                 "give 1 to 1000000"),
                ("demand", self.demand, 0 <= self.demand <= 1000, "give a factor from 0 to 1000"),
                ("co2e-price", self.co2e_usd_t, 0 <= self.co2e_usd_t <= 1e6, "give USD a tonne, 0 or more"),
                ("simulate", self.simulate, 0 <= self.simulate <= 1000, "give 0 to 1000 rounds"),
                ("simulate", self.simulate, not (self.simulate and self.method == "so"),
                 "an optimum has no queues to simulate: give ue or sue, or leave it out"),
                ("settled", self.settled, 0 < self.settled < 1, "give a share above 0 and below 1: 1e-3"),
                ("days", self.days, 0 < self.days <= 36_525, "give a number above 0, at most 36525"),
                ("replications", self.replications, 0 < self.replications <= 1000, "give 1 to 1000"),
                ("seed", self.seed, 0 <= self.seed < 2**32, "give a whole number from 0 to 4294967295"),
                ("theta", self.theta, 0 < self.theta <= 1e6, "give a number above 0: 12.3"),
            )
            if not fine
        ]  # fmt: skip
        if wrong:
            raise InputError("the request", wrong)
        return self


def problem_of(
    corridor: Corridor, ask: Assign, departures: Mapping[tuple[str, int], Hours] | None = None
) -> FlowProblem:
    """The goods of a year, and what the corridor can carry. Raises InputError where there are none of that year.

    departures: waits for vehicles that are formed as goods come, by way and stop, in place of the package's.
    """
    years = sorted({row.year for row in corridor.rows("demand")})
    if ask.year not in years:
        remedy = f"the package has demand of {', '.join(map(str, years))}" if years else "the package has no demand"
        raise InputError("the request", [Problem("year", shown(ask.year), remedy)])
    supply = Supply(corridor, ask.year, departures)
    goods = goods_of(corridor, ask.year, ask.demand, free=ask.free)
    units = [unit for unit in UNITS if any(of.unit == unit for of in goods)]
    networks = {unit: pack(carrying(corridor, unit), supply.without_queues) for unit in units}
    problem = FlowProblem(supply, networks, goods, ask.co2e_usd_t)
    if ask.elsewhere:
        empty = np.zeros(problem.n_resources)
        load = problem.with_sailings(empty, problem.sailings(empty))
        wait_h, _ = ServiceDelays(problem).wait(load, np.arange(problem.n_resources))
        for chains in problem.chains:
            chains.leave(ask.theta, wait_h)
    return problem


def solve(
    problem: FlowProblem,
    ask: Assign,
    progress: Progress | None = None,
    delays: Delays | None = None,
    start: list[tuple[Chain, float]] | None = None,
) -> ServiceFlows:
    """The flows by the method that is asked for, with other delays or from other flows where they are given."""
    from karvan.flow.services.choice import stochastic
    from karvan.flow.services.equilibrium import equilibrium
    from karvan.flow.services.optimum import optimum

    delays = delays or ServiceDelays(problem)

    def watch(iteration: int, gap: float) -> None:
        if progress:
            progress.say(f"{ask.method}, gap {gap:.1e}")
            progress.done(iteration + 1, ask.rounds)

    if ask.method == "so":
        return optimum(problem, delays, ask.asked_gap, ask.rounds, watch=watch)
    if ask.method == "sue":
        return stochastic(problem, delays, ask.theta, 1.0, ask.asked_gap, ask.rounds, start, watch)
    return equilibrium(problem, delays, ask.asked_gap, ask.rounds, start, watch)
