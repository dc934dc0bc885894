"""User equilibrium on a corridor: every unit takes the chain that is cheapest for it, queues as they then are.

Chains are found as they become the cheapest, and flows move between those known by gradient projection (Jayakrishnan et
al. 1994): from each dearer chain to the cheapest of its goods, by the difference of their costs over its slope. Delays
are those of facilities, not of links: a box of a train that passes a border is a small part of what the border handles,
but it waits for all of it. So there is no function that an equilibrium minimises, and what is told is the relative gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

import numpy as np

from karvan.flow.loads import Step
from karvan.flow.services.chains import Chain
from karvan.flow.services.flows import LEAST, Left, ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.network.network import Floats, Ints

SWEEPS = 60
"""Over all goods, between two searches for chains."""
INNER = 0.05
"""Sweeps end when the gap among known chains is this share of the last one among all."""

SLOWER, FASTER, SLOWEST = 0.7, 1.3, 0.05
"""What becomes of the pace of moves when the gap rises from one sweep to the next, and when it falls; and the least."""


class Delays(Protocol):
    """What is waited for, at loads."""

    def wait(self, load: Floats, which: Ints) -> tuple[Floats, Floats]:
        """Mean wait (h) for some resources at their loads (n,), and its slope, h for one more a year."""
        ...


class Standing:
    """Flows of chains as they stand, and what they load."""

    def __init__(self, problem: Problem, delays: Delays) -> None:
        self.problem, self.delays = problem, delays
        self.known: dict[int, list[Chain]] = defaultdict(list)
        self.flow: dict[int, list[float]] = defaultdict(list)
        self.load = np.zeros(problem.n_resources)
        """Of goods alone."""
        self.pace = 1.0
        """Share of each move that is made: less where flows go to and fro, as each move changes what others pay."""
        self.all = np.arange(problem.n_resources)
        self.sail()

    def start(self, flows: list[tuple[Chain, float]]) -> None:
        """Begin with some flows."""
        for chain, units in flows:
            self.known[chain.goods].append(chain)
            self.flow[chain.goods].append(units)
        self.load = self.problem.loads(self.flows())
        self.sail()

    def flows(self) -> list[tuple[Chain, float]]:
        return [(chain, units) for n in self.known for chain, units in zip(self.known[n], self.flow[n], strict=True)]

    def sail(self) -> None:
        """Let scheduled services sail as the loads ask for."""
        self.sailings = self.problem.sailings(self.load)
        self.sailed = self.problem.with_sailings(np.zeros_like(self.load), self.sailings)

    def waits(self) -> Floats:
        """Mean wait for each resource (n_resources,)."""
        return self.delays.wait(self.load + self.sailed, self.all)[0]

    def costs(self, n: int, wait: Floats) -> Floats:
        """Generalised cost of each known chain of some goods."""
        usd_h = self.problem.goods[n].usd_h
        return np.array([chain.cost + usd_h * (chain.times @ wait[chain.waited]) for chain in self.known[n]])

    def search(self) -> tuple[float, float]:
        """Look for cheaper chains of all goods, and take them up: the relative gap, and the total cost."""
        wait = self.waits()
        nothing, excess, total = np.zeros_like(wait), 0.0, 0.0
        for n, chains in enumerate(self.problem.chains):
            if n in self.problem.obstacles or not self.problem.per_year[n]:
                continue
            found = chains.cheapest(nothing, wait)
            assert found is not None  # waits bar nothing
            least, chain = found
            costs = self.costs(n, wait)
            total += float(costs @ self.flow[n])
            excess += float((costs - min(least, costs.min())) @ self.flow[n])
            if chain.arcs not in [known.arcs for known in self.known[n]]:
                self.known[n].append(chain)
                self.flow[n].append(0.0)
        return (excess / total if total else 0.0), total

    def sweep(self) -> float:
        """Move flows of all goods between their known chains once: the relative gap among these before."""
        excess = total = 0.0
        for n, chains in self.known.items():
            if len(chains) > 1:
                over, cost = self._shift(n)
                excess, total = excess + over, total + cost
        return excess / total if total else 0.0

    def _shift(self, n: int) -> tuple[float, float]:
        """Move flows of some goods to their cheapest chain: what they paid above it, and in all."""
        chains, flow, usd_h = self.known[n], self.flow[n], self.problem.goods[n].usd_h
        which = np.unique(np.concatenate([chain.waited for chain in chains]))
        wait, slope = (np.zeros_like(self.load) for _ in range(2))
        wait[which], slope[which] = self.delays.wait((self.load + self.sailed)[which], which)
        costs = self.costs(n, wait)
        best = int(np.argmin(costs))
        excess, total = float((costs - costs[best]) @ flow), float(costs @ flow)
        for k, chain in enumerate(chains):
            over = costs[k] - costs[best]
            if k == best or flow[k] <= 0 or over <= 0:
                continue
            steep = usd_h * self._steepness(chain, chains[best], slope)
            units = self.pace * (min(flow[k], over / steep) if steep > 0 else flow[k])
            if units > flow[k] - LEAST * self.problem.per_year[n]:
                units = flow[k]
            flow[k] -= units
            flow[best] += units
            self.load[chain.taken] -= units * chain.amounts
            self.load[chains[best].taken] += units * chains[best].amounts
        np.maximum(self.load, 0.0, out=self.load)
        return excess, total

    def _steepness(self, one: Chain, other: Chain, slope: Floats) -> float:
        """By how much the difference of two chains' waits falls for each unit that goes from one to the other."""
        times, amounts = (np.zeros_like(self.load) for _ in range(2))
        times[one.waited] += one.times
        times[other.waited] -= other.times
        amounts[one.taken] += one.amounts
        amounts[other.taken] -= other.amounts
        return float(np.maximum(times * amounts, 0.0) @ slope)


def equilibrium(
    problem: Problem,
    delays: Delays,
    gap: float = 1e-4,
    most_iterations: int = 100,
    start: list[tuple[Chain, float]] | None = None,
    watch: Callable[[int, float], None] | None = None,
) -> ServiceFlows:
    """Flows at which no unit could gain by another chain.

    Args:
        gap: relative gap to reach: what all pay above the cheapest, over what they pay.
        most_iterations: searches for chains; where they do not suffice, the answer says so.
        start: flows to begin with; all on the chains that are cheapest without queues if not given.
        watch: hears the iteration and its gap.
    """
    standing = Standing(problem, delays)
    best = {n: chain for n, chain in problem.best.items() if problem.per_year[n]}
    standing.start(start or [(chain, float(problem.per_year[n])) for n, chain in best.items()])
    steps: list[Step] = []
    for iteration in range(most_iterations):
        reached, total = standing.search()
        steps.append(Step(reached, total, total))
        if watch:
            watch(iteration, reached)
        if reached <= gap:
            break
        standing.pace, last = 1.0, np.inf
        for _ in range(SWEEPS):
            inner = standing.sweep()
            standing.sail()
            if inner <= INNER * reached:
                break
            standing.pace = max(SLOWER * standing.pace, SLOWEST) if inner > last else min(FASTER * standing.pace, 1.0)
            last = inner
    return answer(problem, "ue", standing, steps, gap)


def answer(problem: Problem, method: str, standing: Standing, steps: list[Step], gap: float) -> ServiceFlows:
    """The flows as they stand."""
    flows = [(chain, units) for chain, units in standing.flows() if units > LEAST * problem.per_year[chain.goods]]
    flows.sort(key=lambda one: (one[0].goods, -one[1], one[0].arcs))
    left = [Left(n, float(problem.per_year[n]), why) for n, why in problem.obstacles.items() if problem.per_year[n]]
    return ServiceFlows(
        problem, method, tuple(flows), tuple(left), standing.sailings, standing.waits(), tuple(steps), gap,
        worth=worth_of_waits(standing, flows), settled=bool(steps) and steps[-1].gap <= gap,
    )  # fmt: skip


def worth_of_waits(standing: Standing, flows: list[tuple[Chain, float]]) -> Floats:
    """What one more of each resource would save those who wait for it, USD a year, flows as they are (n_resources,).

    A wait is as that of a lower load when there is more of what is waited for: its derivative is the slope times the
    load over the capacity. Slots are worth what they are to the sailings that give them.
    """
    problem = standing.problem
    load = standing.load + standing.sailed
    slope = standing.delays.wait(load, standing.all)[1]
    usd_h = np.zeros(problem.n_resources)
    for chain, units in flows:
        usd_h[chain.waited] += units * problem.goods[chain.goods].usd_h * chain.times
    worth = np.divide(usd_h * slope * load, problem.capacity, out=np.zeros_like(load), where=problem.capacity > 0)
    for trips in problem.supply.trips:
        worth[trips.resource] = worth[list(trips.gives)].sum()
    return worth
