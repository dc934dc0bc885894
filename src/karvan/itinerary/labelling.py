"""Label-setting for one request on one network: its bounds, its Pareto set, and the best chains of every class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.itinerary.chain import Chain, follow
from karvan.itinerary.graph import backward, goods_of, graph_of
from karvan.itinerary.kept import keep
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.room import front_labels, with_room
from karvan.itinerary.under_rates import under_rates
from karvan.network.family import Families
from karvan.network.network import ArcIx, Flags, Floats, Ints, Network

if TYPE_CHECKING:
    from karvan.kernels.labels import Labels
    from karvan.kernels.passing import Graph

EXACT = 1 - 1e-12
"""Sums in another order differ in the last bits: a bound must not be above what it bounds."""
SHUNNED_USD = 1e6
"""More than any way round costs."""
MOST_LEAST = 2_000
"""Bounds that are kept for a network: of 1,000 nodes 8 kB each."""


class Labelling:
    """The searches of one request on one network."""

    def __init__(
        self,
        network: Network,
        ask: FindItineraries,
        marked: Families,
        start: int,
        end: int,
        barred: Flags | None = None,
    ) -> None:
        from karvan.kernels import labels as kernels

        self.kernels = kernels
        self.network, self.ask, self.marked, self.start, self.end = network, ask, marked, start, end
        self.horizon_h = ask.horizon_days * 24.0
        self.labels, self.slack = 0, 0.0
        self.priced = bool({"price", "cost"} & set(ask.criteria))
        self.flat = "unreliability" not in ask.criteria
        self.graph = graph_of(network, ask, barred)
        arc = self.graph.arc
        self.costs = arc["price"], arc["co2e"], arc["h2"]
        self.own = self.graph._replace(arc=arc.copy())
        """The graph with arcs to write on: costs and marks as each search needs them."""
        self.usual = barred is None

    def shun(self, arcs: Flags | None) -> None:
        """Have searches go round some arcs (n_arcs,) wherever there is a way; None is none."""
        price = self.graph.arc["price"]
        self.costs = (price if arcs is None else price + SHUNNED_USD * arcs, *self.costs[1:])
        self.usual = self.usual and arcs is None

    @cached_property
    def weights(self) -> tuple[Floats, Floats, Floats, Floats]:
        """What each arc costs on the criteria that are looked at, infinite where it cannot be had (n_arcs,)."""
        price, co2e, h2 = self.costs
        usable = np.isfinite(price)
        hours = np.where(usable, self.graph.arc["hours"] + self.network.wait_h, np.inf)
        return (
            hours,
            price if self.priced else np.where(usable, 0.0, np.inf),
            co2e if "co2e" in self.ask.criteria else np.where(usable, 0.0, np.inf),
            np.where(usable & (not self.flat), h2, np.where(usable, 0.0, np.inf)),
        )

    def least(self, which: tuple[float, ...], node: int, *, back: bool = False) -> Floats:
        """The least sum of what arcs cost on the way from each node to `node`, or `back` from there to each (n_nodes,).

        Of criterion `which[0]`, or of weighted h, USD and kg. Requests of the same goods share it.
        """
        if not self.usual:
            return self._least(which, node, back=back)
        known, key = _least_known(self.network), (self._goods, which, node, back)
        found = known.get(key)
        if found is None:
            found = self._least(which, node, back=back)
            keep(known, key, found, MOST_LEAST)
        return found

    @cached_property
    def _goods(self) -> FindItineraries:
        return goods_of(self.network, self.ask)

    def _least(self, which: tuple[float, ...], node: int, *, back: bool) -> Floats:
        network, n = self.network, len(self.network.nodes)
        weight = self.weights[int(which[0])] if len(which) == 1 else self._weighted(which)
        left, key, item = np.empty(n), np.empty(len(weight) + 1), np.empty(len(weight) + 1, dtype=np.int64)
        if back:
            self.kernels.least_left(network.first_out, network.head, weight, node, left, key, item)
        else:
            tail_in, weight_in = network.tail[network.into], weight[network.into]
            self.kernels.least_left(network.first_in, tail_in, weight_in, node, left, key, item)
        found: Floats = left * EXACT
        return found

    def _weighted(self, weights: tuple[float, ...]) -> Floats:
        """Weighted h, USD and kg of each arc, infinite where it cannot be had (n_arcs,)."""
        price, co2e, _ = self.costs
        usable = np.isfinite(price)
        cost: Floats = weights[0] * (self.graph.arc["hours"] + self.network.wait_h)
        for weight, figure in zip(weights[1:], (price, co2e), strict=True):
            cost[usable] += weight * figure[usable]
        cost[~usable] = np.inf
        return cost

    def front(self, depart_h: float = 0.0, *, apart: bool = False, window_h: float = 0.0) -> list[Chain]:
        """The Pareto set of the chosen criteria, and of time, for goods that are ready at an hour.

        With `apart` it is that of the chains that wait for an hour of the clock, and beside it that of those that do
        not (`floats`): these are beaten only by the others. Chains may begin `window_h` later, and take as long then.
        """
        left = np.column_stack([self.least((which,), self.end) for which in range(4)])
        return self._front(self.own, depart_h, max(depart_h, window_h) + self.horizon_h, left, apart=apart)

    def latest(self, by_h: float) -> list[Chain]:
        """The same for goods that are to arrive by an hour and leave as late as they can, not before 0."""
        left = np.column_stack([self.least((which,), self.start, back=True) for which in range(4)])
        return self._front(backward(self.network, self.own), -by_h, 0.0, left, back=True)

    def _front(
        self, graph: Graph, depart: float, horizon: float, left: Floats, *, back: bool = False, apart: bool = False
    ) -> list[Chain]:  # fmt: skip
        start, end = (self.end, self.start) if back else (self.start, self.end)
        if not np.isfinite(left[start]).all():
            return []
        order = self.network.into if back else slice(None)
        arc = graph.arc
        _, arc["price"], arc["co2e"], arc["h2"] = (weight[order] for weight in self.weights)
        served, marks, canon = self._classes()
        arc["marks"] = marks[order]
        fixed = 1 << max(served.bit_length(), len(canon).bit_length() - 1) if apart else 0
        labels, slack, made = front_labels(
            graph, left, start, end, depart, horizon, served=served, fixed=fixed, flat=self.flat, back=back, canon=canon
        )  # fmt: skip
        self.slack, self.labels = max(self.slack, slack), self.labels + made
        chains = self._latest(labels) if back else self._earliest(labels, depart, fixed)
        return [chain for chain in chains if self.marked.serves(chain.marks)]

    def _classes(self) -> tuple[int, Ints, Ints]:
        """What chains are told apart by in a Pareto search: the class that they must have at the end, the marks of
        arcs, and the class of each set of marks (none where each is its own).

        Families need no telling apart but where some are closed: then a chain of theirs must not beat one that serves.
        Of those that serve some are of a class that more marks would close; that the others prune alone is only slower.
        """
        marked = self.marked
        if not marked.closed:
            return marked.wished, marked.marks & marked.wished, np.empty(0, dtype=np.int64)
        serving = np.flatnonzero(marked.family_of)
        served = int(marked.serving[serving[0]]) if len(serving) else 0
        return served, marked.marks, marked.serving

    def champions(self, weights: Sequence[float] = ()) -> list[Chain]:
        """The best chain of every class that serves the wishes: by generalised cost, or by weights of h, USD and kg."""
        by_hour, by_usd, by_kg = weights or preferred(self.ask)
        graph, (price, co2e, h2) = self.own, self.costs
        arc = graph.arc
        arc["price"], arc["co2e"], arc["h2"], arc["marks"] = price, co2e, h2, self.marked.marks
        left = self.least((by_hour, by_usd, by_kg), self.end)
        if not np.isfinite(left[self.start]):
            return []

        def run(labels: Labels) -> int:
            return int(self.kernels.champions(
                graph, self.network.comes_to, self.marked.canon, self.start, self.end, 0.0, self.horizon_h,
                np.array((by_hour, by_usd, by_kg)), left, self.marked.family_of, self.marked.families, labels,
            ))  # fmt: skip

        _, labels, made = with_room(run, len(self.network.nodes), self.network.comes_to.shape[1])
        self.labels += made
        chains = self._earliest(labels, 0.0)
        return [chain for chain in chains if self.marked.serves(chain.marks)]

    def _earliest(self, labels: Labels, depart_h: float, fixed: int = 0) -> list[Chain]:
        """The chains that came to the target."""
        ended, chains, marked = self._traced(labels, self.end)
        label = labels.label[ended]
        figures = (label[name].tolist() for name in ("time", "price", "co2e", "h2"))
        floating = ((label["marks"] & fixed) == 0).tolist() if fixed else [False] * len(chains)
        found = []
        for arcs, time, price, co2e, h2, marks, floats in zip(chains, *figures, marked, floating, strict=True):
            arcs.reverse()
            found.append(Chain(tuple(arcs), depart_h, time, price, co2e, h2, marks, self.graph, floats))
        if self.priced and not self.flat and "co2e" in self.ask.criteria and not self.network.through:
            return found
        return [self._told(chain) for chain in found]

    def _latest(self, labels: Labels) -> list[Chain]:
        """The chains of a backward search, each followed forward from where it is ready at the latest."""
        ended, chains, _ = self._traced(labels, self.start)
        ready = (-labels.label[ended]["time"]).tolist()
        return [
            self._told(self.chain(tuple(ArcIx(int(arc)) for arc in self.network.into[arcs]), start))
            for arcs, start in zip(chains, ready, strict=True)
        ]

    def _traced(self, labels: Labels, end: int) -> tuple[Ints, list[list[ArcIx]], list[int]]:
        """The labels that came to a node, the arcs of their chains, the last one first, and the marks of each."""
        made = int(labels.counts[self.kernels.MADE])
        ended = np.flatnonzero((labels.label["node"][:made] == end) & labels.settled[:made])
        first, marks = np.empty(len(ended) + 1, dtype=np.int64), np.empty(len(ended), dtype=np.int64)
        arc_marks, none = self.marked.marks, np.empty(0, dtype=np.int64)
        arcs = np.empty(self.kernels.trace(ended, arc_marks, first, none, marks, labels), dtype=np.int64)
        self.kernels.trace(ended, arc_marks, first, arcs, marks, labels)
        cells, ends = arcs.tolist(), first.tolist()
        return ended, [cells[a:b] for a, b in pairwise(ends)], marks.tolist()

    def _told(self, chain: Chain) -> Chain:
        """A chain with all that it comes to, looked at or not, and under the through rate that covers it."""
        return replace(self.chain(under_rates(self.network, self.ask, chain.arcs), chain.start_h), floats=chain.floats)

    def chain(self, arcs: tuple[ArcIx, ...], start_h: float) -> Chain:
        """A chain followed from an hour, with all that it comes to."""
        ix = list(arcs)
        _, arrives, storage = follow(self.graph, arcs, start_h)
        price, co2e, h2 = (float(cost[ix].sum()) for cost in self.costs)
        marks = int(np.bitwise_or.reduce(self.marked.marks[ix]))
        return Chain(arcs, start_h, float(arrives[-1]), price + float(storage.sum()), co2e, h2, marks, self.graph)

    def float_h(self, chain: Chain) -> float:
        """For how long a chain that floats does so: until something on its way closes, or a season is over, h."""
        graph, least = self.graph, np.inf
        for arc, leaves in zip(chain.arcs, chain.leaves_h, strict=True):
            least = min(least, float(graph.shuts[arc]) - leaves)
            at = leaves
            for stage in range(graph.first_stage[arc], graph.first_stage[arc + 1]):
                at += graph.stage_h[stage]
                window = graph.stage_window[stage]
                shuts = graph.shut_h[graph.first_open[window] : graph.first_open[window + 1]]
                least = min(least, float(shuts[np.searchsorted(shuts, at, side="right")]) - at)
        return float(least)

    def latest_start(self, chain: Chain, by_h: float) -> float:
        """The last hour at which the goods of a chain may be ready to arrive by an hour."""
        from karvan.kernels.passing import follow_back

        return float(follow_back(np.array(chain.arcs, dtype=np.int64), by_h, self.graph))


@lru_cache(maxsize=16)
def _least_known(network: Network) -> dict[Any, Floats]:  # noqa: ARG001 (a table of its own for each network)
    return {}


def preferred(ask: FindItineraries) -> tuple[float, float, float]:
    """Weights of h, USD and kg by which the best of a family is chosen."""
    if {"price", "cost"} & set(ask.criteria):
        return ask.value_of_time_usd_h, 1.0, 0.0
    return (0.0, 0.0, 1.0) if "co2e" in ask.criteria and "arrival" not in ask.criteria else (1.0, 0.0, 0.0)
