"""Chains: the ways that goods may take over a layer, and the cheapest of them at any prices of what is short."""

from __future__ import annotations

from functools import cached_property, lru_cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from karvan.flow.services.goods import Goods
from karvan.flow.services.layer import Layer
from karvan.network.family import UNREACHED, Families, closed_to, families
from karvan.network.network import END, START, Floats, Ints, Node
from karvan.network.room import facility_for

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ALMOST = 1 - 1e-9
"""Sums in another order differ in the last bits: a bound must not be above what it bounds."""

MOST_MISFITS = 50
"""Chains that are looked at in search of one that fits."""


class Chain(NamedTuple):
    """One way of some goods: what a unit pays, how long it takes without queues, what it takes and waits for."""

    goods: int
    arcs: tuple[int, ...]
    family: str
    usd: float
    hours: float
    kg: float
    cost: float
    """Generalised, without queues: price, time and CO2e at their worth, USD."""
    taken: Ints
    """Resources that a unit takes (n,) ..."""
    amounts: Floats
    """... and how much of each."""
    waited: Ints
    """Resources that it waits for (m,) ..."""
    times: Floats
    """... and how often."""


class Chains:
    """Finds chains for one flow of goods.

    Args:
        number: of the goods, which its chains bear.
        co2e_usd_t: what a tonne of CO2e is worth, USD.
    """

    def __init__(self, layer: Layer, goods: Goods, number: int, co2e_usd_t: float = 0.0) -> None:
        self.layer, self.goods, self.number = layer, goods, number
        self.network = layer.network
        self.marked = marked(layer, goods.via)
        self.price, self.kg = layer.price_of(goods), layer.co2e_of(goods)
        self.share = layer.share_of(goods)
        self.open_cost = self.price + goods.usd_h * layer.hours + co2e_usd_t / 1000 * self.kg
        """Of each arc, whether or not it has any capacity (n_arcs,)."""
        self.cost = np.where(layer.shut, np.inf, self.open_cost)
        self.closed = closed_to(layer.network.corridor, goods.origin, goods.destination)
        self.allowed = self.marked.allowed(goods.families, self.closed)
        start, end = Node(START, goods.origin), Node(END, goods.destination)
        self._known: dict[tuple[int, ...], Chain] = {}
        self.way_out: Chain | None = None
        """Where goods go that would rather leave than pay more than its cost; see `leave`."""
        self.start, self.end = (int(self.network.node_ix.get(node, -1)) for node in (start, end))

    @cached_property
    def obstacle(self) -> str:
        """Why there is no way even where nothing is short; empty where there is one."""
        for node, place, verb in (
            (self.start, self.goods.origin, "handed in"),
            (self.end, self.goods.destination, "taken out"),
        ):
            if node < 0:
                return f"no {self.goods.unit} can be {verb} at {place}"
        if self.marked.families.wished == UNREACHED:
            return "a place that it must pass is on no service"
        if self.find_fitting(self.cost, self.allowed):
            return ""
        through = self.find(self.open_cost, self.allowed, self._left(self.open_cost))
        if through:
            short = np.flatnonzero(np.asarray(self.layer.lacking[list(through)].sum(axis=0)).ravel())
            return f"no capacity: {', '.join(self.layer.supply.resources[ix].id for ix in short)}"
        return "no way of its families" if np.isfinite(self.left[self.start]) else "no way"

    @cached_property
    def left(self) -> Floats:
        """The least that is left to pay from each node, where nothing is short (n_nodes,)."""
        return self._left(self.cost)

    def _left(self, cost: Floats) -> Floats:
        from karvan.kernels.labels import least_left

        network = self.network
        into, n = network.into, len(network.arcs) + 1
        left, key, item = np.empty(len(network.nodes)), np.empty(n), np.empty(n, dtype=np.int64)
        least_left(network.first_in, network.tail[into], cost[into], self.end, left, key, item)
        found: Floats = left * ALMOST
        return found

    def cheapest(self, price: Floats, wait_h: Floats) -> tuple[float, Chain] | None:
        """The cheapest chain and its generalised cost, at prices of what is taken and waits for it; None without any.

        price: USD for one of each resource; wait_h: hours (n_resources,). Neither may be negative.
        """
        cost = self.cost_at(price, wait_h)
        found = self.find_fitting(cost, self.allowed)
        if not found:
            return None
        least = float(cost[list(found)].sum())
        if self.way_out and self.way_out.cost < least:
            return self.way_out.cost, self.way_out
        return least, self.chain(found)

    def leave(self, theta: float, wait_h: Floats) -> None:
        """Let goods leave their families where these become too dear.

        They go by the cheapest chain of any other family, as it is without goods, of which they are too few to matter.
        That they do not go so today, though it may be cheaper, shows what their own way is worth to them: at least the
        difference, and 1/theta of its cost more, which is the scale on which a logit tells costs apart.

        wait_h: for each resource where there are no goods: half an interval for what sails by one (n_resources,).
        """
        cost = self.cost_at(np.zeros_like(wait_h), wait_h)
        own = self.find_fitting(cost, self.allowed)
        others = self.marked.allowed((), self.closed) & ~self.allowed
        other = self.find_fitting(cost, others) if own and others else ()
        if other:
            chain, mine = self._chain(other), float(cost[list(own)].sum())
            waits_h, nothing, none = float(chain.times @ wait_h[chain.waited]), np.empty(0, dtype=np.int64), np.empty(0)
            self.way_out = chain._replace(
                hours=chain.hours + waits_h, cost=max(float(cost[list(other)].sum()), mine) + mine / theta,
                taken=nothing, amounts=none, waited=nothing, times=none,
            )  # fmt: skip

    def best_of_families(self, price: Floats, wait_h: Floats) -> list[tuple[float, Chain]]:
        """The cheapest chain of each family that the goods may take, and has one, in the order of the rules."""
        cost = self.cost_at(price, wait_h)
        bits = [1 << ix for ix in range(len(self.marked.families.rules) + 1) if self.allowed & 1 << ix]
        found = [arcs for arcs in (self.find_fitting(cost, bit) for bit in bits) if arcs]
        return [(float(cost[list(arcs)].sum()), self.chain(arcs)) for arcs in found]

    def cost_at(self, price: Floats, wait_h: Floats) -> Floats:
        """What a unit pays for each arc, at prices of what is taken and waits for it (n_arcs,)."""
        layer = self.layer
        cost: Floats = self.cost + layer.by_unit @ price + self.goods.usd_h * (layer.waits @ wait_h)
        rides = layer.by_room @ price
        cost += np.multiply(rides, self.share, out=np.zeros_like(rides), where=rides > 0)
        return cost

    def find_fitting(self, cost: Floats, allowed: int) -> tuple[int, ...]:
        """As `find`, of chains whose facilities work on the vehicles that they ride.

        What a facility may pass depends on the rides beside it, which arcs do not tell. So where the cheapest chain
        does not fit, it is looked for again without the facility, and without each of those rides (branch and bound).
        """
        found = self.find(cost, allowed)
        heap = [(float(cost[list(found)].sum()), found, frozenset[int]())] if found else []
        for _ in range(MOST_MISFITS):
            if not heap:
                return ()
            _, arcs, barred = heappop(heap)
            fitted = self.fitted(arcs)
            if fitted == arcs:
                return arcs
            at = next(n for n, (one, other) in enumerate(zip(arcs, fitted, strict=True)) if one != other)
            for arc in arcs[at - 1 : at + 2]:
                without = cost.copy()
                without[[*barred, arc]] = np.inf
                other = self.find(without, allowed)
                if other:
                    heappush(heap, (float(cost[list(other)].sum()), other, barred | {arc}))
        return self.fitted(found)

    def find(self, cost: Floats, allowed: int, left: Floats | None = None) -> tuple[int, ...]:
        """Arcs of the cheapest straight chain of the allowed families, at costs of arcs; none where there is none.

        left: no more than what is left to pay from each node at these costs (n_nodes,); `self.left` if not given.
        """
        from karvan.kernels.straight import FOUND, FULL, straight

        if self.start < 0 or self.end < 0 or not allowed:
            return ()
        network, of = self.network, self.marked
        left = self.left if left is None else left
        room = workspace(self.layer, len(of.mask))
        heap = 4 * len(network.arcs)
        while True:
            key, item = np.empty(heap), np.empty(heap, dtype=np.int64)
            status, length = straight(
                network.first_out, network.head, cost, left, of.families.marks, network.comes_to, of.rank, of.mask,
                room.after, of.may_be, of.family_of, allowed, self.start, self.end,
                room.least, room.came, room.places, key, item, room.chain,
            )  # fmt: skip
            if status != FULL:
                break
            heap *= 2
        return tuple(room.chain[:length][::-1].tolist()) if status == FOUND else ()

    def chain(self, arcs: tuple[int, ...]) -> Chain:
        """A chain of arcs with all that it comes to."""
        if arcs not in self._known:
            self._known[arcs] = self._chain(self.fitted(arcs))
        return self._known[arcs]

    def _chain(self, arcs: tuple[int, ...]) -> Chain:
        ix, layer = list(arcs), self.layer
        marks = int(np.bitwise_or.reduce(self.marked.families.marks[ix]))
        taken = self._uses(arcs)
        waited = _summed(layer.waits, ix)
        return Chain(
            self.number, arcs, self.marked.families.of(marks), float(self.price[ix].sum()),
            float(layer.hours[ix].sum()), float(self.kg[ix].sum()), float(self.cost[ix].sum()), *taken, *waited,
        )  # fmt: skip

    def _uses(self, arcs: tuple[int, ...]) -> tuple[Ints, Floats]:
        amounts = np.zeros(len(self.layer.supply.resources))
        for arc in arcs:
            for matrix, share in ((self.layer.by_unit, 1.0), (self.layer.by_room, float(self.share[arc]))):
                row = slice(matrix.indptr[arc], matrix.indptr[arc + 1])
                np.add.at(amounts, matrix.indices[row], share * matrix.data[row])
        taken = np.flatnonzero(amounts)
        return taken, amounts[taken]

    def fitted(self, arcs: tuple[int, ...]) -> tuple[int, ...]:
        """The chain with each facility in place of one like it that does not work on the vehicles ridden."""
        all_arcs = self.network.arcs
        found = list(arcs)
        for at, ix in enumerate(arcs):
            arc = all_arcs[ix]
            if not arc.is_ride:
                beside = [all_arcs[arcs[n]] for n in (at - 1, at + 1) if 0 <= n < len(arcs)]
                vehicles = [self.network.ways[other.way].service.vehicle for other in beside if other.is_ride]
                found[at] = self._same_but(ix, facility_for(self.network.riding, arc.facility, vehicles))
        return tuple(found)

    def _same_but(self, ix: int, facility: str) -> int:
        """The arc between the same nodes that passes a facility; the arc itself where there is none."""
        arc, network = self.network.arcs[ix], self.network
        if arc.facility == facility:
            return ix
        out = range(network.first_out[network.tail[ix]], network.first_out[network.tail[ix] + 1])
        return next((n for n in out if network.arcs[n] == arc._replace(facility=facility)), ix)


def _summed(matrix: csr_array, arcs: list[int]) -> tuple[Ints, Floats]:
    """Columns that some rows of a matrix have, and their sums."""
    sums = np.asarray(matrix[arcs].sum(axis=0)).ravel()
    columns = np.flatnonzero(sums)
    return columns, sums[columns]


class Workspace(NamedTuple):
    """Arrays for a search, used again by the next."""

    least: Floats
    came: Ints
    after: Ints
    places: Ints
    chain: Ints


@lru_cache(maxsize=64)
def workspace(layer: Layer, n_classes: int) -> Workspace:
    """Arrays for searches on a layer, one at a time."""
    n_states, n_words = len(layer.network.nodes) * n_classes, layer.network.comes_to.shape[1]
    ints = (np.empty(n_states, dtype=np.int64) for _ in range(3))
    came, after, chain = ints
    return Workspace(np.empty(n_states), came, after, np.empty((n_states, n_words), dtype=np.int64), chain)


class Marked(NamedTuple):
    """The families of a layer as the search takes them: classes, numbered."""

    families: Families
    rank: Ints
    """The class of each set of conditions (n_masks,)."""
    mask: Ints
    """Conditions of each class (n_classes,)."""
    may_be: Ints
    family_of: Ints

    def allowed(self, names: tuple[str, ...], closed: tuple[str, ...] = ()) -> int:
        """Bits of some families, by their ids; of all where none is named; never of those that are closed."""
        rules = list(enumerate(self.families.rules))
        every = (1 << (len(rules) + 1)) - 1
        shut = sum(1 << ix for ix, rule in rules if rule.id in closed)
        return (sum(1 << ix for ix, rule in rules if rule.id in names) if names else every) & ~shut


def marked(layer: Layer, via: tuple[str, ...]) -> Marked:
    """The families of a layer, for goods that must pass some places."""
    known = _known(layer)
    if via not in known:
        found = families(layer.network, via)
        mask, rank = np.unique(found.canon, return_inverse=True)
        rank = rank.reshape(-1).astype(np.int64)
        known[via] = Marked(found, rank, mask.astype(np.int64), found.families[mask], found.family_of[mask])
    return known[via]


@lru_cache(maxsize=16)
def _known(layer: Layer) -> dict[tuple[str, ...], Marked]:  # noqa: ARG001 (a table of its own for each layer)
    return {}
