"""How goods part anew among the ways that they are known to go, when what those cost changes.

Incremental logit, pivoting on the shares of the base (Ben-Akiva and Lerman 1985, section 5.4; Ortuzar and Willumsen
2011, section 7.3.1.3): boxes with the same ends and goods are told apart by the families of routes that their rows of
demand name, and of these a family's share q becomes

    q exp(-theta (c' - c) / c0) / the sum of that over the families,

c and c' being what a box pays on average in the base and now, its time in queues counted, and c0 the least of c. How
rows of the same families part among borders stays as counted: railways settle that, not shippers. What nobody takes in
the base nobody takes later, and the whole stays as it is: new trade is the trade model's matter. Wagons and trucks keep
their ways, as they have no prices in the package to choose by.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from karvan.flow.services.delays import ServiceDelays
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.network.network import Floats, Ints
from karvan.study.flows import Assign, solve

ROUNDS = 30
MORE, LESS = 1.8, 0.3
"""By how much the divisor of a step grows after one that led away, and after one that led nearer."""
SETTLED = 1e-2
"""When the rounds end: what still wants to move, as a share of what wanted to at first."""


@dataclass(frozen=True, eq=False)
class Shift:
    """Flows after the shift, and how much moved."""

    flows: ServiceFlows
    per_year: Floats
    """Units a year of each of the goods (n_goods,)."""
    before: Floats
    """Units a year before it (n_goods,)."""
    unsettled: float
    """Tonnes that still want to move, as a share of those that wanted to at first."""
    rounds: int

    @property
    def settled(self) -> bool:
        return self.unsettled <= SETTLED


def shift(base: ServiceFlows, problem: Problem, ask: Assign) -> Shift:
    """The flows on a changed corridor, goods parting anew among their known ways by what those cost in both.

    Shares and flows are found in turn, each time a part of the way to the shares that the costs ask for, which shrinks
    fast when they went apart and slowly when they came together (self-regulated averaging, Liu, He and He 2009).

    Args:
        base: flows of the same goods where nothing is changed.
        problem: the changed corridor, with goods of the same ids; its amounts are taken as those before the shift.
        ask: how flows are found; `theta` tells how sharply costs are told apart.
    """
    delays = ServiceDelays(problem)
    pivot = {of.id: cost for of, cost in zip(base.problem.goods, unit_costs(base), strict=True)}
    old = np.array([pivot.get(of.id, np.nan) for of in problem.goods])
    groups = alternatives(problem)
    before = problem.per_year
    tonnes = np.array([of.tonnes for of in problem.goods])
    units, flows = before.copy(), solve(problem, ask, delays=delays)
    at_first, left, last, pace = 0.0, 0.0, np.inf, 1.0
    for n in range(ROUNDS + 1):
        wanted = wanted_units(before, groups, old, unit_costs(flows), ask.theta)
        moving = float(np.abs(wanted - units) @ tonnes)
        at_first = at_first or moving
        left = moving / at_first if at_first else 0.0
        if left <= SETTLED or n == ROUNDS:
            break
        pace += MORE if moving >= last else LESS
        last = moving
        new = units + (wanted - units) / pace
        start = [
            (chain, amount * new[chain.goods] / units[chain.goods])
            for chain, amount in flows.flows
            if units[chain.goods] > 0
        ]
        units = new
        flows = solve(problem.with_demand(units.tolist()), ask, delays=delays, start=start if flows.settled else None)
    return Shift(flows, units, before, left, n)


def alternatives(problem: Problem) -> list[list[Ints]]:
    """Boxes that may take each other's ways: for the same ends and commodity the numbers of the goods of each set of
    families."""
    found: dict[tuple[str, str, str], dict[tuple[str, ...], list[int]]] = defaultdict(lambda: defaultdict(list))
    for n, of in enumerate(problem.goods):
        if of.unit == "container" and n not in problem.obstacles:
            found[of.origin, of.destination, of.commodity][of.families].append(n)
    groups = ([np.array(rows) for _, rows in sorted(group.items())] for _, group in sorted(found.items()))
    return [group for group in groups if len(group) > 1]


def wanted_units(before: Floats, groups: list[list[Ints]], old: Floats, now: Floats, theta: float) -> Floats:
    """Units a year that today's costs ask for (n_goods,), by incremental logit; as before where a cost is missing."""
    wanted = before.copy()
    for every in groups:
        group = [rows for rows in every if before[rows].sum() > 0]
        units = np.array([before[rows].sum() for rows in group])
        costs = [[float(before[rows] @ cost[rows] / before[rows].sum()) for rows in group] for cost in (old, now)]
        if len(group) < 2 or np.isnan(costs).any() or costs[0] == costs[1]:
            continue
        pull = -theta * (np.array(costs[1]) - np.array(costs[0])) / min(costs[0])
        weight = units * np.exp(pull - pull.max())
        for rows, share, some in zip(group, weight / weight.sum(), units, strict=True):
            wanted[rows] = before[rows] / some * (units.sum() * share)
    return wanted


def unit_costs(flows: ServiceFlows) -> Floats:
    """What a unit of each of the goods pays on average, its time in queues counted, USD (n_goods,); missing where
    nothing of it goes."""
    problem = flows.problem
    paid, units = np.zeros(len(problem.goods)), np.zeros(len(problem.goods))
    for (chain, amount), hours in zip(flows.flows, flows.hours, strict=True):
        waits = problem.goods[chain.goods].usd_h * (hours - chain.hours)
        paid[chain.goods] += amount * (chain.cost + waits)
        units[chain.goods] += amount
    costs = np.full(len(problem.goods), np.nan)
    np.divide(paid, units, out=costs, where=units > 0)
    return costs
