"""Ways of trips through a network of links: what each pair could take for less, given what capacity is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from karvan.corridor.roads import Flags, Floats, Ints, Roads
from karvan.flow.programme.column import Columns
from karvan.flow.roads.pairs import pairs_of, star_of

MARGIN = 1e-11
"""Share by which a way must be cheaper than what there is: less is rounding."""


@dataclass(frozen=True, eq=False)
class Trips:
    """Trips of all classes, by class, origin, destination; commodities of a flow programme."""

    trip_class: Ints
    """(n_commodities,)."""
    origin: Ints
    """Nodes (n_commodities,)."""
    destination: Ints
    trips: Floats

    @classmethod
    def of(cls, roads: Roads) -> Trips:
        """Those that leave their zone."""
        pairs = [pairs_of(of) for of in roads.classes]
        none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
        return cls(
            np.repeat(np.arange(len(pairs)), [len(each) for each in pairs]).astype(np.int64),
            np.concatenate([none, *(each.origin for each in pairs)]),
            np.concatenate([none, *(each.destination for each in pairs)]),
            np.concatenate([nothing, *(each.trips for each in pairs)]),
        )

    def __len__(self) -> int:
        return len(self.trips)

    def chosen(self, which: Flags | Ints) -> Trips:
        return Trips(self.trip_class[which], self.origin[which], self.destination[which], self.trips[which])


class Ways:
    """Cheapest ways of trips over the links of a network, whatever a unit of each link's capacity is worth."""

    def __init__(self, roads: Roads, trips: Trips) -> None:
        self.roads, self.trips = roads, trips
        self.pce = np.array([of.pce for of in roads.classes])
        self.cost = np.array([roads.free_flow + roads.fixed(of) for of in roads.classes]).reshape(-1, roads.n_links)
        """What a trip of each class minds of each link (n_classes, n_links)."""
        self._star = star_of(roads)
        new = np.ones(len(trips), dtype=np.bool_)
        new[1:] = (np.diff(trips.trip_class) != 0) | (np.diff(trips.origin) != 0)
        begins = np.flatnonzero(new)
        self._groups = trips.trip_class[begins], trips.origin[begins], np.append(begins, len(trips))
        n = roads.n_nodes
        self._room: Any = (np.empty(n), *(np.full(n, -1, dtype=np.int64) for _ in range(5)))
        self._links = np.empty(64 * max(1, len(trips)), dtype=np.int64)

    def price(self, worth: Floats, limit: Floats) -> Columns:
        """The cheapest way of each of the trips that costs less than a limit (n_commodities,), links in order.

        Costs of the columns are those of the links alone; what a trip takes of their capacity is its class's pce.
        """
        found, first, link = self._searched(self.cost + self.pce[:, None] * worth, limit)
        lengths = np.diff(first)
        of = np.repeat(self.trips.trip_class[found], lengths)
        cost = np.bincount(np.repeat(np.arange(len(found)), lengths), self.cost[of, link], minlength=len(found))
        return Columns(found, cost.astype(np.float64), first, link, self.pce[of])

    def cheapest(self, worth: Floats) -> Columns:
        """The cheapest way of each of the trips that has one."""
        return self.price(worth, np.full(len(self.trips), np.inf))

    def _searched(self, cost: Floats, limit: Floats) -> tuple[Ints, Ints, Ints]:
        """Commodities that have a way; where its links begin; its links."""
        from karvan.kernels.ways import FULL, LINKS, WAYS, cheapest_ways

        star, counts = self._star, np.zeros(3, dtype=np.int64)
        found = np.empty(len(self.trips), dtype=np.int64)
        first = np.zeros(len(self.trips) + 1, dtype=np.int64)
        by_star = np.ascontiguousarray(cost[:, star.link])
        while (
            cheapest_ways(
                star.first_out, star.head, self.roads.through, by_star, *self._groups, self.trips.destination,
                limit * (1 - MARGIN), *self._room, found, first, self._links, counts,
            )
            == FULL
        ):  # fmt: skip
            self._links = np.concatenate([self._links, np.empty_like(self._links)])
        n = int(counts[WAYS])
        return found[:n], first[: n + 1], star.link[self._links[: counts[LINKS]]]
