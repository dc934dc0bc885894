"""Column generation: the best flow over all columns, of which only those are made that could make it better.

Dantzig and Wolfe (1960), Ford and Fulkerson (1958) for flows. Where prices of resources are unknown a few rounds may
feel for them first: prices rise where what is cheapest for everybody does not fit and fall where there is room, by
steps that get shorter (the subgradient method, with each step leaning on the last; after Camerini, Fratta and Maffioli
1975). The columns met last, and rows for what is then worth something, spare the master most of its early work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats
from karvan.flow.loads import Step
from karvan.flow.programme.column import Column, Columns
from karvan.flow.programme.master import Master, Point
from karvan.flow.programme.programme import Activities, Pricer, Programme
from karvan.ground.errors import InputError

STEP, LEAN, STEEPEST = 3.0, 0.7, 2.0
"""Of feeling for prices: the first step, in mean costs of a unit of resource; how much of it is the last one's; and
how far beyond its capacity a load is looked at, in capacities."""
KEPT = 0.3
"""Share of the rounds of feeling, the last ones, whose columns are kept: those of earlier ones are seldom of use."""


class OneSided(NamedTuple):
    """What the last unit of a resource saves, and what the next one would."""

    last: float
    """Infinite where there is none to take away."""
    next: float


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best flow, what a unit more would be worth, and how near it is proved to be."""

    programme: Programme
    columns: Columns
    """All that were made."""
    point: Point
    steps: tuple[Step, ...]
    """After each round; the total counts what is left unserved."""
    bound: float
    """No flow costs less."""
    asked_gap: float

    @property
    def flow(self) -> Floats:
        """On each column (n_columns,)."""
        return self.point.flow

    @property
    def unserved(self) -> Floats:
        """(n_commodities,)."""
        return self.point.unserved

    @property
    def level(self) -> Floats:
        """How many times each activity is done (n_activities,)."""
        return self.point.level

    @property
    def load(self) -> Floats:
        """What is used of each resource, less what activities give (n_resources,)."""
        return self.point.load

    @property
    def worth(self) -> Floats:
        """What one more unit of each resource saves; 0 where it does not bind (n_resources,)."""
        return self.point.worth

    @property
    def marginal(self) -> Floats:
        """What one more unit of each commodity costs (n_commodities,)."""
        return self.point.marginal

    @property
    def worth_of_most(self) -> Floats:
        """What one more of the most of each activity saves (n_activities,)."""
        return np.maximum(0.0, -self.point.activity_cost)

    @property
    def cost_of_least(self) -> Floats:
        """What one more of the least of each activity costs (n_activities,)."""
        return np.maximum(0.0, self.point.activity_cost)

    @property
    def objective(self) -> float:
        return self.point.objective

    @property
    def gap(self) -> float:
        """Objective less bound, over the objective."""
        return self.steps[-1].gap

    @property
    def converged(self) -> bool:
        return self.gap <= self.asked_gap

    @property
    def rounds(self) -> int:
        return len(self.steps)

    def one_sided(self, resource: int, share: float = 1e-4) -> OneSided:
        """What the last unit of a resource saves and what the next would, by solving again with a little less and more.

        The worth lies between the two; they are the same unless the optimum has a kink just there.

        Args:
            share: of the capacity, by which it is changed; by a hundredth of that share of the largest demand at least,
                so that what is saved stands out from rounding.
        """
        capacity = float(self.programme.capacity[resource])
        if np.isinf(capacity):
            return OneSided(0.0, 0.0)
        step = share * max(capacity, 0.01 * float(np.max(self.programme.demand, initial=0.0))) or 1.0
        down = min(step, capacity)
        here = self._with_capacity(resource, capacity)
        last = (self._with_capacity(resource, capacity - down) - here) / down if down > 0 else np.inf
        return OneSided(max(0.0, last), max(0.0, (here - self._with_capacity(resource, capacity + step)) / step))

    def _with_capacity(self, resource: int, capacity: float) -> float:
        """What the optimum costs at another capacity; infinite where the activities' least cannot be done."""
        capacities = self.programme.capacity.copy()
        capacities[resource] = capacity
        try:
            return _generated(
                replace(self.programme, capacity=capacities), self.columns, 0.0, 10_000, 0, None
            ).objective
        except InputError:
            return np.inf


def column_generation(
    demand: Floats,
    capacity: Floats,
    price: Pricer,
    penalty: Floats,
    activities: Activities | None = None,
    start: Columns | Iterable[Column] | None = None,
    *,
    gap: float = 1e-9,
    most_rounds: int = 1_000,
    feel: int = 0,
    watch: Callable[[Step], None] | None = None,
) -> Optimum:
    """The flow of least cost.

    Args:
        demand: of each commodity (n_commodities,).
        capacity: of each resource (n_resources,), may be 0 or infinite.
        price: gives the columns that are cheapest at given worths: see `Pricer`.
        penalty: what a unit that is left unserved costs (n_commodities,).
        activities: what may be done so many times.
        start: columns to begin with.
        gap: relative; the rounds end when the bound proves it, or when no column could make the flow better.
        most_rounds: of solving and pricing.
        feel: rounds of feeling for prices before the first is solved; activities make it pass them over.
        watch: told of every round.

    Raises:
        InputError: for what is no number, or activities of which the least cannot be done.
    """
    programme = Programme(demand, penalty, capacity, price, activities or Activities.of(()))
    return _generated(programme, start, gap, most_rounds, feel, watch)


def _generated(
    programme: Programme,
    start: Columns | Iterable[Column] | None,
    gap: float,
    most_rounds: int,
    feel: int,
    watch: Callable[[Step], None] | None,
) -> Optimum:
    master = Master(programme)
    master.add(_checked(programme, () if start is None else start))
    best = -np.inf
    if feel and not len(programme.activities):
        best = _feel(programme, master, feel)
    steps: list[Step] = []
    while True:
        point = master.solve()
        found = _checked(programme, programme.price(point.worth, point.marginal))
        best = max(best, master.bound(found, point.worth, point.marginal))
        # An objective of nearly nothing is held against what it would cost to serve nobody.
        scale = max(abs(point.objective), 1e-9 * programme.none_served)
        left = max(0.0, point.objective - best)
        steps.append(Step(left / scale if left > 0 else 0.0, point.objective, point.objective))
        if watch is not None:
            watch(steps[-1])
        if steps[-1].gap <= gap or len(steps) >= most_rounds or not master.add(found):
            return Optimum(programme, master.columns, point, tuple(steps), best, gap)


def _feel(programme: Programme, master: Master, rounds: int) -> float:
    """Feel for prices, and give the master columns that were cheapest on the way, and rows; the best bound met."""
    capacity, demand = programme.capacity, programme.demand
    worth, slope, best = np.zeros(len(capacity)), np.zeros(len(capacity)), -np.inf
    limited = np.isfinite(capacity)
    unit, pool = 0.0, []
    for nth in range(rounds):
        found = _checked(programme, programme.price(worth, programme.penalty))
        pool.append(found)
        best = max(best, master.bound(found, worth, programme.penalty))
        flow = _on_cheapest(found, worth, demand)
        load = found.load(flow, len(capacity))
        if nth == 0:
            used = float(np.sum(np.abs(load)))
            unit = float(np.abs(found.cost) @ flow) / used if used > 0 else 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            short = np.where(limited & (load != capacity), (load - capacity) / capacity, 0.0)
        slope = LEAN * slope + (1 - LEAN) * np.clip(short, -1.0, STEEPEST)
        worth = np.maximum(0.0, worth + STEP * unit / np.sqrt(nth + 1) * slope)
    master.add(Columns.joined(pool[:1] + pool[1:][-max(1, round(KEPT * rounds)) :]))
    master.limit(worth > 0)
    return best


def _on_cheapest(found: Columns, worth: Floats, demand: Floats) -> Floats:
    """All of each commodity on the cheapest of its columns, the first of those that are as cheap (n_columns,)."""
    order = np.lexsort((found.cost_at(worth), found.commodity))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = found.commodity[order][1:] != found.commodity[order][:-1]
    flow = np.zeros(len(found))
    flow[order[first]] = demand[found.commodity[order[first]]]
    return flow


def _checked(programme: Programme, found: Columns | Iterable[Column]) -> Columns:
    return programme.checked(found if isinstance(found, Columns) else Columns.of(found))
