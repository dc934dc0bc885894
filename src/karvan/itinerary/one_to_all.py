"""From one place to all: a request whose destination is open, as arrays, and what the search finds on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from karvan.itinerary.empty import empty_item
from karvan.itinerary.graph import graph_of, handling_of
from karvan.itinerary.request import FindItineraries
from karvan.network.item import KM
from karvan.network.network import END, START, ArcIx, Floats, Ints, Network, Node

if TYPE_CHECKING:
    from karvan.kernels.passing import Graph

Second = Literal["price", "co2e"]
"""What is weighed beside time."""
FIRST_ROOM = 1 << 15
"""Labels to begin with; where that is too few, there is room for four times as many, and so on."""


@dataclass(frozen=True, eq=False)
class Tree:
    """What is worth having from one place: labels, each a chain that is earlier or costs less than the others there."""

    time_h: Floats
    """Hours after the departure (n_labels,)."""
    price_usd: Floats
    co2e_kg: Floats
    """Of the whole load (n_labels,)."""
    parent: Ints
    arc_of: Ints
    chosen: Ints
    """Label that is earliest, lowest in cost, and best by both, -1 where there is none (n_nodes, 3)."""

    def at(self, nodes: Ints, which: int) -> Ints:
        """The labels chosen at nodes (n,); -1 where a node is -1 or cannot be reached."""
        return np.where(nodes < 0, -1, self.chosen[nodes, which])

    def picked(self, values: Floats, labels: Ints) -> Floats:
        """Values of labels (n,); NaN where there is no label."""
        return np.where(labels < 0, np.nan, values[labels])

    def total(self, arc_value: Floats, labels: Ints) -> Floats:
        """The sum of a value of arcs (n_arcs,) over the chains of labels (n,); NaN where there is no label."""
        from karvan.kernels.one_to_all import add_up

        sums = np.empty(len(labels))
        add_up(labels, self.parent, self.arc_of, arc_value, sums)
        return sums

    def chain(self, label: int) -> tuple[ArcIx, ...]:
        """The arcs of the chain that a label stands for."""
        arcs = []
        while self.parent[label] >= 0:
            arcs.append(ArcIx(int(self.arc_of[label])))
            label = int(self.parent[label])
        return tuple(arcs[::-1])


class OneToAll:
    """A request without ends, ready to be asked of any place; several threads may ask at once.

    Exact for the least of time, price and CO2e, and for the price with time at its value: see `kernels.one_to_all`.
    Wished-for places are not looked at.
    """

    def __init__(self, network: Network, ask: FindItineraries) -> None:
        self.network, self.ask = network, ask
        self.km = np.ascontiguousarray(network.sums[:, KM])
        self._graphs: dict[tuple[dt.datetime, str], Graph] = {}
        empties = [tariff for tariff in network.corridor.rows("tariff") if tariff.kind == "empty"]
        self._named = {tariff.from_place for tariff in empties}
        """Origins that a price of empty boxes names; all others are alike."""

    def know(self, departs: Iterable[dt.datetime]) -> None:
        """Work out the calendars of these departures, before threads ask for them."""
        for depart in departs:
            self._graph("", depart)

    def _graph(self, origin: str, depart: dt.datetime) -> Graph:
        """The graph of a departure, with the empty boxes paid for at each last gate as from this origin."""
        instant, named = depart.astimezone(dt.UTC), origin if origin in self._named else ""
        if (instant, named) not in self._graphs:
            ask = replace(self.ask, depart=depart, origin=named, destination="")
            graph = graph_of(self.network, ask) if not named else self._graph("", depart)
            if self._named:
                graph = graph._replace(arc=self._paid(graph.arc.copy(), ask))
            self._graphs[instant, named] = graph
        return self._graphs[instant, named]

    def _paid(self, arc: Any, ask: FindItineraries) -> Any:
        """Arcs of which each last gate has the price of empty boxes to its own place."""
        sums = self.network.sums
        gates = [ix for ix in np.flatnonzero(handling_of(self.network).gates_out) if np.isfinite(arc.price[ix])]
        places = {ix: self.network.arcs[ix].head.place for ix in gates}
        items = {
            place: empty_item(self.network.corridor, replace(ask, destination=place)) for place in {*places.values()}
        }
        for ix in gates:
            item = items[places[ix]]
            price = sum(count * sums[ix, column] for column, count in ask.load.charged(ask.tonnes))
            arc.price[ix] = price + (ask.price_usd(item.sums) if item else 0.0)
        return arc

    def grow(self, origin: str, depart: dt.datetime, second: Second = "price") -> Tree | None:
        """What is worth having from a place, of time and a second cost; None where goods cannot be handed in there."""
        from karvan.kernels.one_to_all import OK, one_to_all

        start = self.network.node_ix.get(Node(START, origin))
        if start is None:
            return None
        by_price = second == "price"
        worth = self.ask.value_of_time_usd_h if by_price else 0.0
        graph, nodes, room = self._graph(origin, depart), len(self.network.nodes), FIRST_ROOM
        chosen, workspace = np.empty((nodes, 3), dtype=np.int64), (np.empty(nodes), np.empty(nodes, dtype=np.int64))
        while True:
            time, price, co2e, due, rate = (np.empty(room) for _ in range(5))
            node, parent, arc_of, heap, taken = (np.empty(room, dtype=np.int64) for _ in range(5))
            status = one_to_all(
                graph, start, self.ask.horizon_days * 24.0, by_price, worth,
                time, price, co2e, due, rate, node, parent, arc_of, heap, taken,
                *workspace, chosen, np.zeros(2, dtype=np.int64),
            )  # fmt: skip
            if status == OK:
                return Tree(time, price, co2e, parent, arc_of, chosen)
            room *= 4

    def gates(self, places: Iterable[str]) -> Ints:
        """The nodes at which goods leave places (n,); -1 where they cannot."""
        return np.array([self.network.node_ix.get(Node(END, place), -1) for place in places], dtype=np.int64)
