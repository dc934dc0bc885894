"""Stochastic user equilibrium on a corridor: chains are chosen by a logit with path sizes, queues as they then are.

Who chooses sees costs roughly: what nobody has measured, contracts that run, habit. Goods choose between the best chain
of every family that they may take and every chain that was the cheapest at the queues met on the way (the sizes are
Ben-Akiva and Bierlaire's of 1999, by the length of the links that chains share). Costs are counted in that of the
goods' cheapest chain where nothing is short, so that one `theta` serves containers, wagons and trucks, dear goods and
cheap: with theta 10 a chain that costs a tenth more is chosen e times less.

The fixed point is found by the method of successive averages with steps that regulate themselves (Liu, He and He 2009).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from karvan.flow.loads import Step
from karvan.flow.path_size import Choices, path_sizes, shares
from karvan.flow.services.chains import Chain
from karvan.flow.services.equilibrium import Delays, Standing, answer
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.network.network import Floats, Ints

SEARCHES = 5
"""Rounds in which chains are looked for; more find hardly any."""
FASTER, SLOWER = 0.1, 1.8
"""By how much steps shorten when the last one came nearer, and when it did not."""


@dataclass(frozen=True, eq=False)
class Menu:
    """The chains that goods choose between, as arrays, goods by goods."""

    standing: Standing
    goods: Ints
    """(n_goods,): those that have a way and are not nothing."""

    @cached_property
    def first(self) -> Ints:
        """Chains of each of the goods: first[k] to first[k + 1] (n_goods + 1,)."""
        return np.cumsum([0, *(len(self.standing.known[n]) for n in self.goods)]).astype(np.int64)

    @cached_property
    def choices(self) -> Choices:
        """The chains, and the links that are their parts."""
        problem = self.standing.problem
        link_ix = {row.id: ix for ix, row in enumerate(problem.corridor.rows("link"))}
        parts: list[list[int]] = []
        for n in self.goods:
            network = problem.chains[n].network
            for chain in self.standing.known[n]:
                rides = (network.arcs[ix] for ix in chain.arcs if network.arcs[ix].is_ride)
                ridden = [link for arc in rides for link in network.ways[arc.way].links[arc.board : arc.alight]]
                parts.append([link_ix[link.id] for link in ridden])
        first_part = np.cumsum([0, *map(len, parts)]).astype(np.int64)
        part = np.array([ix for one in parts for ix in one], dtype=np.int32)
        return Choices(self.first, first_part, part, len(link_ix))

    @cached_property
    def sizes(self) -> Floats:
        """The size of each chain among those of its goods (n_chains,)."""
        length = [row.length_km for row in self.standing.problem.corridor.rows("link")]
        return path_sizes(self.choices, np.array(length))

    @cached_property
    def units(self) -> Floats:
        """Units of each of the goods (n_goods,)."""
        return self.standing.problem.per_year[self.goods]

    @cached_property
    def unit_cost(self) -> Floats:
        """The cost of each of the goods' cheapest chain where nothing is short (n_goods,)."""
        return np.array([self.standing.problem.best[n].cost for n in self.goods])

    def costs(self) -> Floats:
        """Generalised cost of each chain as things stand, USD (n_chains,)."""
        wait = self.standing.waits()
        return np.concatenate([np.empty(0), *(self.standing.costs(n, wait) for n in self.goods)])

    def flows(self) -> Floats:
        """(n_chains,)."""
        return np.concatenate([np.empty(0), *(self.standing.flow[n] for n in self.goods)])

    def set(self, flows: Floats) -> None:
        """Let chains have these flows."""
        for n, first, end in zip(self.goods, self.first[:-1], self.first[1:], strict=True):
            self.standing.flow[n] = flows[first:end].tolist()
        self.standing.load = self.standing.problem.loads(self.standing.flows())
        self.standing.sail()

    def chosen(self, costs: Floats, theta: float, beta: float) -> Floats:
        """What would be chosen at some costs (n_chains,)."""
        share, _ = shares(self.choices, costs, self.sizes, theta / self.unit_cost, beta)
        found: Floats = self.units[self.choices.pair] * share
        return found


def stochastic(
    problem: Problem,
    delays: Delays,
    theta: float,
    beta: float = 1.0,
    gap: float = 1e-4,
    most_iterations: int = 5000,
    start: list[tuple[Chain, float]] | None = None,
    watch: Callable[[int, float], None] | None = None,
) -> ServiceFlows:
    """Flows that are chosen at the costs that they cause.

    Args:
        theta: how sharply costs are told apart: the logarithm of the odds for a difference of the cheapest cost itself.
        beta: how much the sizes of chains count; 0 is the plain logit.
        gap: to reach: what another round of choosing would move, over all units.
        most_iterations: rounds at most; where they do not suffice, the answer says so.
        start: flows to begin with; all on the chains that are cheapest without queues if not given.
        watch: hears the round and its gap.
    """
    standing = Standing(problem, delays)
    best = {n: chain for n, chain in problem.best.items() if problem.per_year[n]}
    standing.start(start or [(chain, float(problem.per_year[n])) for n, chain in best.items()])
    goods = np.array(sorted(best), dtype=np.int64)
    menu, steps, slowness, last = _offer(standing, goods), list[Step](), 1.0, np.inf
    for iteration in range(most_iterations):
        if 0 < iteration < SEARCHES:
            menu = _offer(standing, goods)
        flows, costs = menu.flows(), menu.costs()
        wanted = menu.chosen(costs, theta, beta) - flows
        reached = float(np.abs(wanted).sum() / menu.units.sum()) if len(flows) else 0.0
        steps.append(Step(reached, float(flows @ costs), float(flows @ costs)))
        if watch:
            watch(iteration, reached)
        if reached <= gap and iteration >= SEARCHES:
            break
        slowness += SLOWER if reached >= last else FASTER
        last = reached
        menu.set(flows + wanted / slowness)
    return answer(problem, "sue", standing, steps, gap)


def _offer(standing: Standing, goods: Ints) -> Menu:
    """The chains known and, at the queues as they stand, the best of every family."""
    wait = standing.waits()
    nothing = np.zeros_like(wait)
    for n in goods:
        chains, known = standing.problem.chains[n], standing.known[n]
        there = {chain.arcs for chain in known}
        for _, chain in chains.best_of_families(nothing, wait):
            if chain.arcs not in there:
                known.append(chain)
                standing.flow[n].append(0.0)
    return Menu(standing, goods)
