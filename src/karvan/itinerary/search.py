"""The search: from a packed network and a request to the chains that are worth telling of.

Criteria are arrival, price and CO2e; all three add up along a chain, waiting is always allowed, and a later arrival
never lets one leave earlier, so label-setting is exact (Martins 1984). First comes the best chain of every family, by
generalised cost, by time and by CO2e; with these known, and with the least that is left to pay from every node, the
full Pareto set is found quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from karvan.ground.sphere import great_circle_km
from karvan.itinerary.calendar import departures, seasons
from karvan.itinerary.request import FindItineraries
from karvan.network.family import UNREACHED, Families, families
from karvan.network.item import HOURS, KG_PER_BOX, KG_PER_T, USD_20FT, USD_40FT
from karvan.network.network import END, START, ArcIx, Flags, Floats, Ints, Network, Node

FIRST_ROOM = 1 << 15
"""Labels to begin with; where that is too few, there is room for four times as many, and so on."""


@dataclass(frozen=True)
class Chain:
    """A chain of arcs from the start to the end, its three criteria, and the marks it picked up."""

    arcs: tuple[ArcIx, ...]
    arrival_h: tuple[float, ...]
    """Hours after the request's departure at which each arc ends."""
    price_usd: float
    co2e_kg: float
    marks: int

    @property
    def time_h(self) -> float:
        return self.arrival_h[-1]

    @property
    def criteria(self) -> tuple[float, float, float]:
        return self.time_h, self.price_usd, self.co2e_kg


@dataclass(frozen=True)
class Found:
    """What a search found."""

    front: tuple[Chain, ...]
    """The full Pareto set, in the order of arrival, price, CO2e."""
    champions: tuple[Chain, ...]
    """The best chain of every class by generalised cost, by time and by CO2e; a family is one or more classes."""
    families: Families
    labels: int
    obstacle: str = ""
    """Why there was nothing to search, where that is so."""


def search(network: Network, ask: FindItineraries) -> Found:
    """All chains from origin to destination that none beats, and the best of each family."""
    marked = families(network, ask.via)
    start, end = Node(START, ask.origin), Node(END, ask.destination)
    obstacle = _obstacle(network, start, end, marked)
    if obstacle:
        return Found((), (), marked, 0, obstacle)
    run = _Run(network, ask, marked, network.node_ix[start], network.node_ix[end])
    best: list[Chain] = []
    for weights in ((ask.value_of_time_usd_h, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)):
        best += run.champions(weights)
    front = pareto(sorted({*best, *run.front(best)}, key=lambda chain: (*chain.criteria, chain.arcs)))
    return Found(tuple(front), tuple(dict.fromkeys(best)), marked, run.labels)


def best_of_families(network: Network, ask: FindItineraries) -> dict[str, Chain]:
    """The chain of least generalised cost of each family that has any, by the family's id: no front, so quick."""
    marked = families(network, ask.via)
    start, end = Node(START, ask.origin), Node(END, ask.destination)
    if _obstacle(network, start, end, marked):
        return {}
    run = _Run(network, ask, marked, network.node_ix[start], network.node_ix[end])
    best: dict[str, Chain] = {}
    chains = run.champions((ask.value_of_time_usd_h, 1.0, 0.0))
    for chain in sorted(chains, key=lambda one: (generalised(one, ask), one.criteria, one.arcs)):
        best.setdefault(marked.of(chain.marks), chain)
    return best


def generalised(chain: Chain, ask: FindItineraries) -> float:
    """Generalised cost: the price, and the time at its value, USD."""
    return chain.price_usd + chain.time_h * ask.value_of_time_usd_h


def _obstacle(network: Network, start: Node, end: Node, marked: Families) -> str:
    """What rules out every chain before the search: an end without a gate, or a wish that no service can serve."""
    for node, verb in ((start, "handed in"), (end, "taken out")):
        if node not in network.node_ix:
            return (
                f"goods cannot be {verb} at {node.place}; nearest where they can: {', '.join(_nearest(network, node))}"
            )
    return "a place that is wished for is on no service" if marked.wished == UNREACHED else ""


def _nearest(network: Network, node: Node, most: int = 3) -> list[str]:
    """The places nearest to a node's where goods can be in its state."""
    here = network.corridor.place(node.place)
    known = [network.corridor.place(other.place) for other in network.nodes if other.state == node.state]
    known.sort(key=lambda place: (great_circle_km(here.lon, here.lat, place.lon, place.lat), place.id))
    return [place.id for place in known[:most]]


def pareto(chains: Sequence[Chain]) -> list[Chain]:
    """Those that none other beats, of chains in the order of arrival, price and CO2e; of equals the first."""
    kept: list[Chain] = []
    for chain in chains:  # only an earlier one can beat
        if not any(no_worse(other, chain) for other in kept):
            kept.append(chain)
    return kept


def no_worse(one: Chain, other: Chain, slack: float = 1.0) -> bool:
    """Whether one chain is at most `slack` times the other on every criterion."""
    return all(a <= b * slack for a, b in zip(one.criteria, other.criteria, strict=True))


class _Run:
    """The arrays of one request, and the kernels on them."""

    def __init__(self, network: Network, ask: FindItineraries, marked: Families, start: int, end: int) -> None:
        from karvan.kernels import labels as kernels

        self.kernels = kernels
        self.network, self.ask, self.marked, self.start, self.end = network, ask, marked, start, end
        self.labels = 0
        self.horizon_h = ask.horizon_days * 24.0
        self.hours = np.ascontiguousarray(network.sums[:, HOURS])
        self.price, self.co2e = _costs(network, ask)
        self.first_departure, self.departures = departures(network, ask)
        usable = np.isfinite(self.price) & np.isfinite(self.co2e)
        self.left_h, self.left_usd, self.left_kg = (
            self._least_left(np.where(usable, weight, np.inf))
            for weight in (self.hours + network.wait_h, self.price, self.co2e)
        )
        self.timing = (network.wait_h, *seasons(network, ask), self.first_departure, self.departures)

    def _least_left(self, weight: Floats) -> Floats:
        left = np.empty(len(self.network.nodes))
        self.kernels.least_left(self.network.tail, self.network.head, weight, self.end, left)
        # Sums in another order differ in the last bits: a bound must not be above what it bounds.
        return left * (1 - 1e-12)

    def champions(self, weights: tuple[float, float, float]) -> list[Chain]:
        """The best chain of every class that serves the wishes, by weighted cost."""

        def run(room: int) -> tuple[int, _Labels]:
            labels = _Labels(room, len(self.network.nodes), self.network.comes_to.shape[1])
            status = self.kernels.champions(
                self.network.first_out, self.network.head, self.hours, self.price, self.co2e, self.marked.marks,
                self.network.comes_to, self.marked.canon, *self.timing, self.start, self.end, 0.0, self.horizon_h,
                np.array(weights), self.left_h, *labels.costed,
            )  # fmt: skip
            return status, labels

        chains = self._chains(run)
        straight = [chain for chain in chains if self.marked.serves(chain.marks)]
        return sorted(straight, key=lambda c: (sum(w * x for w, x in zip(weights, c.criteria, strict=True)), c.arcs))

    def front(self, known: Sequence[Chain]) -> list[Chain]:
        """The Pareto set, but for chains that are no better than a known one."""
        bounds = np.array([chain.criteria for chain in known]).reshape(len(known), 3)
        wishes = self.marked.marks & self.marked.wished
        asis = np.arange(self.marked.canon.shape[0], dtype=np.int64)

        def run(room: int) -> tuple[int, _Labels]:
            labels = _Labels(room, len(self.network.nodes), 0)
            status = self.kernels.search(
                self.network.first_out, self.network.head, self.hours, self.price, self.co2e, wishes, asis,
                *self.timing, self.start, self.end, 0.0, self.horizon_h,
                self.left_h, self.left_usd, self.left_kg, bounds, *labels.plain,
            )  # fmt: skip
            return status, labels

        return [chain for chain in self._chains(run) if self.marked.serves(chain.marks)]

    def _chains(self, run: Callable[[int], tuple[int, _Labels]]) -> list[Chain]:
        """Run a kernel with as much room as it needs, and trace what arrived."""
        room = FIRST_ROOM
        status, labels = run(room)
        while status != self.kernels.OK:
            room *= 4
            status, labels = run(room)
        self.labels += labels.made
        return [labels.trace(label, self.marked.marks) for label in labels.ended(self.end)]


class _Labels:
    """The labels of one kernel run, and its workspace."""

    def __init__(self, room: int, nodes: int, words: int) -> None:
        self.cost, self.time, self.price, self.co2e = (np.empty(room) for _ in range(4))
        self.marks, self.node, self.parent, self.arc_of, self.heap = (np.empty(room, dtype=np.int64) for _ in range(5))
        self.places = np.empty((room if words else 0, words), dtype=np.int64)
        self.settled = np.empty(room, dtype=np.bool_)
        self.counts = np.zeros(2, dtype=np.int64)
        self.classes = (np.empty(nodes, dtype=np.int64), *(np.empty(room, dtype=np.int64) for _ in range(4)))

    @property
    def plain(self) -> tuple[object, ...]:
        """Arguments of `search`."""
        return (
            self.time, self.price, self.co2e, self.marks, self.node, self.parent, self.arc_of, self.settled, self.heap,
            *self.classes, self.counts,
        )  # fmt: skip

    @property
    def costed(self) -> tuple[object, ...]:
        """Arguments of `champions`."""
        return (
            self.cost, self.time, self.price, self.co2e, self.marks, self.places, self.node, self.parent, self.arc_of,
            self.settled, self.heap, *self.classes[:3], self.counts,
        )  # fmt: skip

    @property
    def made(self) -> int:
        return int(self.counts[0])

    def ended(self, end: int) -> list[int]:
        ended = np.flatnonzero((self.node[: self.made] == end) & self.settled[: self.made])
        return [int(label) for label in ended]

    def trace(self, label: int, arc_marks: Ints) -> Chain:
        """The chain that a label stands for."""
        arcs, arrivals, marks, at = [], [], 0, label
        while self.parent[at] >= 0:
            arcs.append(ArcIx(int(self.arc_of[at])))
            arrivals.append(float(self.time[at]))
            marks |= int(arc_marks[self.arc_of[at]])
            at = int(self.parent[at])
        return Chain(tuple(arcs[::-1]), tuple(arrivals[::-1]), float(self.price[label]), float(self.co2e[label]), marks)


def _costs(network: Network, ask: FindItineraries) -> tuple[Floats, Floats]:
    """Price (USD) and CO2e (kg) of each arc for the whole load; infinite where it will not or cannot be taken."""
    sums, load = network.sums, ask.load
    usd_20ft = load.boxes_20ft * _used(sums[:, USD_20FT], load.boxes_20ft)
    usd_40ft = load.boxes_40ft * _used(sums[:, USD_40FT], load.boxes_40ft)
    price = np.where(refused(network, ask), np.inf, usd_20ft + usd_40ft)
    co2e = ask.tonnes * sums[:, KG_PER_T] + load.boxes * sums[:, KG_PER_BOX]
    return price, co2e


def _used(prices: Floats, boxes: int) -> Floats:
    """The price of a size, zero where none is shipped: a size that nobody ships needs no price."""
    return prices if boxes else np.zeros_like(prices)


def refused(network: Network, ask: FindItineraries) -> Flags:
    """Rides that the asker will not have: of another mode, or through what is to be avoided (n_arcs,)."""
    barred = ~np.isin(network.mode, ("", *ask.modes))
    places = [ix for ix, place in enumerate(network.corridor.places()) if place.id in ask.avoid_places]
    links = [ix for ix, link in enumerate(network.corridor.rows("link")) if link.id in ask.avoid_links]
    countries = [ix for ix, name in enumerate(network.countries) if name in ask.avoid_countries]
    for passes, chosen in (
        (network.passes_place, places),
        (network.passes_link, links),
        (network.passes_country, countries),
    ):
        if chosen:
            barred |= passes[:, chosen].any(axis=1)
    return barred
