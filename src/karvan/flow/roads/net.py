"""A network of links as the kernels search it, and what their order has to do with that of the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor.roads import Floats, Ints, Roads
from karvan.flow.roads.pairs import pairs_of

if TYPE_CHECKING:
    from karvan.kernels.link_time import Function
    from karvan.kernels.tree import Grove, Net


@dataclass(frozen=True, eq=False)
class Sorted:
    """Links sorted for a search, and the pairs of all classes one after another: class, origin, destination.

    Inside, trips and flows are in what they take of capacity (pce), so that of all classes together there is one
    function to be minimised: what a class minds of toll and length is then weighed by its pce like its time.
    """

    roads: Roads
    net: Net
    order: Ints
    """Which link of the network each is (n_links,)."""
    function: Function
    """Of each link in this order."""
    minded: Floats
    """What each class minds of toll and length, per link in this order (n_classes, n_links)."""
    trip_class: Ints
    """Class of each origin: one that two classes leave is two (n_origins,)."""
    origins: Ints
    """Nodes (n_origins,)."""
    first: Ints
    """Pairs of each origin: `first[k]` to `first[k + 1]` (n_origins + 1,)."""
    destination: Ints
    """Nodes (n_pairs,)."""
    trips: Floats
    """In pce (n_pairs,)."""

    def grove(self) -> Grove:
        """Room for the trees of these origins, none of which is grown."""
        return room_for_tree(self.roads.n_nodes, len(self.origins))

    def back(self, flow: Floats) -> Floats:
        """Flows in pce (n_classes, n_links) as trips, links in the order of the network."""
        found = np.empty_like(flow)
        found[:, self.order] = flow
        found /= np.array([of.pce for of in self.roads.classes]).reshape(-1, 1)
        return found


def sort(roads: Roads) -> Sorted:
    """Sort the links of a network for a search, and gather the pairs that have trips."""
    from karvan.kernels.link_time import Function

    order, net = net_of(roads)
    function = Function(*(column[order] for column in (roads.free_flow, roads.b, roads.capacity, roads.power)))
    pairs = [pairs_of(of) for of in roads.classes]
    n_pairs = np.cumsum([0, *(len(some) for some in pairs)])
    first = [some.first[:-1] + before for some, before in zip(pairs, n_pairs, strict=False)]

    def joined(parts: list[Any], dtype: Any = np.int64) -> Any:
        return np.concatenate([np.zeros(0, dtype), *parts]).astype(dtype)

    return Sorted(
        roads,
        net,
        order,
        function,
        joined([roads.fixed(of)[order] for of in roads.classes], np.float64).reshape(-1, roads.n_links),
        joined([np.full(len(some.origins), ix) for ix, some in enumerate(pairs)]),
        joined([some.origins for some in pairs]),
        joined([*first, n_pairs[-1:]]),
        joined([some.destination for some in pairs]),
        joined([some.trips * of.pce for some, of in zip(pairs, roads.classes, strict=True)], np.float64),
    )


def net_of(roads: Roads) -> tuple[Ints, Net]:
    """Which link of the network each link of a search is, and the search's network."""
    from karvan.kernels.tree import Net

    into_end = ~roads.through[roads.head]
    group = np.where(into_end, roads.head, roads.tail)
    other = np.where(into_end, roads.tail, roads.head)
    order = np.lexsort((np.arange(roads.n_links), other, group, into_end)).astype(np.int64)
    n_on = int(np.count_nonzero(~into_end))
    every = np.arange(roads.n_nodes + 1)
    first_out = np.searchsorted(group[order[:n_on]], every)
    first_in = n_on + np.searchsorted(group[order[n_on:]], every)
    tail, head = roads.tail[order], roads.head[order]
    return order, Net(*(np.ascontiguousarray(column, dtype=np.int32) for column in (first_out, first_in, tail, head)))


def room_for_tree(n_nodes: int, n_origins: int) -> Grove:
    """Room for the trees of origins, none of which is grown."""
    from karvan.kernels.tree import NONE, Grove

    order = np.empty((n_origins, n_nodes), dtype=np.int32)
    reached = np.full(n_origins, NONE, dtype=np.int64)
    over, heap, spot = (np.empty(n_nodes, dtype=np.int32) for _ in range(3))
    return Grove(order, reached, np.empty(n_nodes), over, heap, spot, np.zeros(n_nodes))
