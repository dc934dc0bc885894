"""Pairs of zones with trips between them, and the links in the order in which a search looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Ints, Roads, TripClass


@dataclass(frozen=True, eq=False)
class Pairs:
    """Trips by origin, then destination; those that stay in their zone are not in it."""

    origin: Ints
    """Nodes (n_pairs,)."""
    destination: Ints
    trips: Floats
    origins: Ints
    """Every origin once, ascending (n_origins,)."""
    first: Ints
    """Pairs of each origin: `first[k]` to `first[k + 1]` (n_origins + 1,)."""

    def __len__(self) -> int:
        return len(self.origin)

    def of_origins(self, first: int, end: int) -> Pairs:
        """Those from origins first .. end - 1 only."""
        ends = self.first[first : end + 1]
        cut = slice(ends[0], ends[-1])
        pairs = self.origin[cut], self.destination[cut], self.trips[cut]
        return Pairs(*pairs, self.origins[first:end], ends - ends[0])


def pairs_of(of: TripClass) -> Pairs:
    """The pairs of a class that have trips."""
    trips = of.trips.copy()
    np.fill_diagonal(trips, 0.0)
    origin, destination = (ix.astype(np.int64) for ix in np.nonzero(trips))
    origins, first = np.unique(origin, return_index=True)
    ends = np.append(first, len(origin)).astype(np.int64)
    return Pairs(origin, destination, trips[origin, destination], origins.astype(np.int64), ends)


class Star(NamedTuple):
    """Links sorted by their tail, then head: a forward star."""

    first_out: Ints
    """Links out of each node: `first_out[n]` to `first_out[n + 1]` (n_nodes + 1,)."""
    head: Ints
    """(n_links,)."""
    link: Ints
    """Which link of the network each is (n_links,)."""


def star_of(roads: Roads) -> Star:
    """The forward star of a network."""
    order = np.lexsort((np.arange(roads.n_links), roads.head, roads.tail)).astype(np.int64)
    first_out = np.searchsorted(roads.tail[order], np.arange(roads.n_nodes + 1)).astype(np.int64)
    return Star(first_out, roads.head[order], order)
