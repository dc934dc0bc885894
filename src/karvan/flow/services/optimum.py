"""System optimum on a corridor: the least cost of all goods together, no capacity exceeded, and what one more is worth.

A linear programme over chains (`karvan.flow.programme.generation`), which are found as the worth of what is short
makes them the cheapest. Scheduled services sail as often as it takes, at most as often as they can. There are no
queues in it: what waits is what finds no room. Goods that would be left cost what it takes to bring them where
nothing is short, and what they are worth: so they are left only where bringing them would cost more on top of that
than they are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from karvan.flow.loads import Step
from karvan.flow.programme.column import Column
from karvan.flow.programme.generation import Optimum, column_generation
from karvan.flow.programme.programme import Activities, Activity
from karvan.flow.services.chains import Chain
from karvan.flow.services.equilibrium import Delays
from karvan.flow.services.flows import LEAST, Left, ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.network.network import Floats

UNKNOWN_VALUE, LEAST_VALUE = 10.0, 0.01
"""Of goods whose value nobody says, and of any, in what it costs to bring them where nothing is short."""
NAMED = 3
"""Resources that a reason names."""


class ServiceProgramme:
    """The programme of a problem, and what its optimum says."""

    def __init__(self, problem: Problem, delays: Delays) -> None:
        self.problem = problem
        self.wait = delays.wait(np.zeros(problem.n_resources), np.arange(problem.n_resources))[0]
        """What is waited where nobody else is: for a sailing, and for what is shut at times (n_resources,)."""
        nothing = np.zeros(problem.n_resources)
        self.best: dict[int, tuple[float, Chain]] = {}
        for n in range(len(problem.goods)):
            found = problem.chains[n].cheapest(nothing, self.wait)
            if found is not None:
                self.best[n] = found

    @property
    def penalty(self) -> Floats:
        """What a unit costs that is left (n_goods,)."""
        corridor = self.problem.corridor
        found = np.ones(len(self.problem.goods))
        for n, (cost, _) in self.best.items():
            goods = self.problem.goods[n]
            usd_per_t = corridor.row("commodity", goods.commodity).usd_per_t
            value = UNKNOWN_VALUE * cost if usd_per_t is None else goods.tonnes * usd_per_t
            found[n] = cost + max(value, LEAST_VALUE * cost, 1.0)  # where there is room, all are brought
        return found

    @property
    def demand(self) -> Floats:
        """Units a year of goods that have a way (n_goods,)."""
        return np.array([of.per_year if n in self.best else 0.0 for n, of in enumerate(self.problem.goods)])

    def column(self, chain: Chain) -> Column:
        """A chain as the programme takes it: its cost with the waits that there always are."""
        waits = self.problem.goods[chain.goods].usd_h * float(chain.times @ self.wait[chain.waited])
        return Column(chain.goods, chain.cost + waits, chain.taken, chain.amounts, chain)

    def price(self, worth: Floats, marginal: Floats) -> Iterator[Column]:
        """The cheapest chain of all goods for which one may be cheaper than what they have."""
        for n, (_, best) in self.best.items():
            # Prices are not negative: what is cheapest without them stays so while it takes nothing that is short.
            if self.demand_of(n) and worth[best.taken].any():
                found = self.problem.chains[n].cheapest(worth, self.wait)
                if found is not None and found[0] < marginal[n]:
                    yield self.column(found[1])
            else:
                yield self.column(best)

    @property
    def capacity(self) -> Floats:
        """Of each resource a year; of slots none but what sailings give (n_resources,)."""
        found = self.problem.capacity.copy()
        for trips in self.problem.supply.trips:
            found[list(trips.gives)] = 0.0
        return found

    def demand_of(self, n: int) -> float:
        return self.problem.goods[n].per_year

    def activities(self) -> Activities:
        """The sailings of scheduled services: each takes what it takes, one of all there are, and gives its slots."""
        rows = []
        for trips in self.problem.supply.trips:
            resources = [*(ix for ix, _ in trips.uses), trips.resource, *trips.gives]
            amounts = [*(amount for _, amount in trips.uses), 1.0, *(-1.0 for _ in trips.gives)]
            rows.append(Activity(0.0, resources, amounts))
        return Activities.of(rows)

    def flows(self, found: Optimum) -> ServiceFlows:
        """The optimum in the words of the corridor."""
        problem = self.problem
        flows = [
            (column.key, float(units))
            for column, units in zip(found.columns, found.flow, strict=True)
            if isinstance(column.key, Chain) and units > LEAST * problem.per_year[column.commodity]
        ]
        flows.sort(key=lambda one: (one[0].goods, -one[1], one[0].arcs))
        sailings = {
            trips.resource: float(level) for trips, level in zip(problem.supply.trips, found.level, strict=True)
        }
        return ServiceFlows(
            problem, "so", tuple(flows), tuple(self.left(found)), sailings, self.wait, found.steps, found.asked_gap,
            worth=found.worth, settled=found.converged,
        )  # fmt: skip

    def left(self, found: Optimum) -> Iterator[Left]:
        """What stays where it is, and what stops it."""
        for n, why in self.problem.obstacles.items():
            if self.problem.per_year[n]:
                yield Left(n, self.problem.goods[n].per_year, why)
        for n in np.flatnonzero(found.unserved > LEAST * np.maximum(self.demand, LEAST)).tolist():
            cheapest = self.problem.chains[n].cheapest(found.worth, self.wait)
            chain = self.best[n][1] if cheapest is None else cheapest[1]
            short = chain.taken[found.worth[chain.taken] > 0]
            order = np.argsort(-(found.worth * self._amounts(chain))[short], kind="stable")
            names = [self.problem.supply.resources[ix].id for ix in short[order]]
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            yield Left(n, float(found.unserved[n]), f"no room: {', '.join(names[:NAMED])}{more}")

    def _amounts(self, chain: Chain) -> Floats:
        found = np.zeros(self.problem.n_resources)
        found[chain.taken] = chain.amounts
        return found


def optimum(
    problem: Problem,
    delays: Delays,
    gap: float = 1e-6,
    most_rounds: int = 200,
    watch: Callable[[int, float], None] | None = None,
) -> ServiceFlows:
    """The flows of least cost within all capacities.

    Args:
        delays: what is waited at no load counts in the cost; queues do not.
        gap: relative, of the cost and the bound that proves it.
        most_rounds: of column generation; where they do not suffice, the answer says so.
        watch: hears the round and its gap.
    """
    return solved(problem, delays, gap, most_rounds, watch)[1]


def solved(
    problem: Problem,
    delays: Delays,
    gap: float = 1e-6,
    most_rounds: int = 200,
    watch: Callable[[int, float], None] | None = None,
) -> tuple[Optimum, ServiceFlows]:
    """The same, with the programme's own answer."""
    programme = ServiceProgramme(problem, delays)
    steps: list[Step] = []

    def told(step: Step) -> None:
        steps.append(step)
        if watch:
            watch(len(steps) - 1, step.gap)

    found = column_generation(
        programme.demand, programme.capacity, programme.price, programme.penalty, programme.activities(),
        [programme.column(chain) for _, chain in programme.best.values()],
        gap=gap, most_rounds=most_rounds, watch=told,
    )  # fmt: skip
    return found, programme.flows(found)
