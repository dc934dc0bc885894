"""The network: a corridor packed into arrays, with the way back to names.

Nodes are goods at a place: at the start, ready for a vehicle of a mode and gauge, arrived by one, or at the end.
Arcs are what happens to them: in through a gate, a ride on a service, a transfer at a place, out through a gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NewType

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.network.item import SUMS, Item
from karvan.network.measured import UNMEASURED, Measured
from karvan.network.ride import Riding, Way
from karvan.network.through import MONEY, Through, covered, through_rates

NodeIx = NewType("NodeIx", int)
ArcIx = NewType("ArcIx", int)
WayIx = NewType("WayIx", int)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

IMAGINED = tuple(1e7 * (column in MONEY) for column in range(len(SUMS)))
"""What a change costs that nothing makes: more than any way round it."""
START, READY, ARRIVED, END = "start", "ready", "arrived", "end"


class Node(NamedTuple):
    """Goods in a state at a place; mode and gauge are empty at the start and the end."""

    state: str
    place: str
    mode: str = ""
    gauge: str = ""
    rate: str = ""
    """The through rate that they travel under, paid already; empty where every leg is paid for."""


class Arc(NamedTuple):
    """Where an arc leads and what it is: a ride of a way between two of its stops, or a passage of a facility."""

    tail: Node
    head: Node
    facility: str = ""
    way: WayIx = WayIx(-1)
    board: int = -1
    alight: int = -1
    rate: str = ""
    """The through rate that covers it."""

    @property
    def is_ride(self) -> bool:
        return self.way >= 0

    @property
    def is_imagined(self) -> bool:
        """Whether it is a change that nothing at the place makes: `imagined` has such, to tell what is missing."""
        return self.way < 0 and not self.facility


@dataclass(frozen=True, eq=False)
class Network:
    """A corridor as arrays. Arcs are grouped by tail; sums are (n_arcs, 7) in the order of `item.SUMS`."""

    corridor: Corridor
    riding: Riding
    nodes: tuple[Node, ...]
    node_ix: dict[Node, NodeIx]
    ways: tuple[Way, ...]
    arcs: tuple[Arc, ...]
    first_out: Ints
    tail: Ints
    head: Ints
    sums: Floats
    wait_h: Floats
    """Mean wait before the ride, or the cut-off before a timetabled departure (n_arcs,)."""
    wait_h2: Floats
    """Its variance (n_arcs,)."""
    mode: NDArray[np.str_]
    """Mode of each ride, empty for the others (n_arcs,)."""
    way: Ints
    """Way of each ride, -1 for the others (n_arcs,)."""
    passes_place: Flags
    """(n_arcs, n_places), places in the order of the corridor's table; all False but for rides."""
    passes_link: Flags
    """(n_arcs, n_links)."""
    passes_country: Flags
    """(n_arcs, n_countries)."""
    countries: tuple[str, ...]
    comes_to: Ints
    """Places that an arc comes to, as bits: a ride's but its first, a gate's own on the way in (n_arcs, n_words)."""
    into: Ints
    """The arcs in the order of their heads (n_arcs,)."""
    first_in: Ints
    """(n_nodes + 1,) into `into`."""
    through: Mapping[str, Through]
    """Through rates by their names."""
    _items: dict[ArcIx, tuple[Item, ...]] = field(default_factory=dict, init=False, repr=False)

    def items(self, arc: ArcIx) -> list[Item]:
        """The items of an arc, the wait for a vehicle first; none of one that is only imagined."""
        if arc not in self._items:
            self._items[arc] = tuple(self._items_of(arc))
        return list(self._items[arc])

    def _items_of(self, arc: ArcIx) -> list[Item]:
        a = self.arcs[arc]
        items = self._paid_items_of(a)
        return covered(items, self.through[a.rate], pays=not a.tail.rate and a.is_ride) if a.rate else items

    def _paid_items_of(self, a: Arc) -> list[Item]:
        if a.is_imagined:
            return []
        if not a.is_ride:
            return [self.riding.passage(self.corridor.row("facility", a.facility))]
        way = self.ways[a.way]
        wait = self.riding.wait_item(way, a.board)
        on_time = way.service.departs == "timetable" and not wait.waits
        return [*([] if on_time else [wait]), *self.riding.ride_items(way, a.board, a.alight)]


def pack(
    corridor: Corridor,
    measured: Measured = UNMEASURED,
    documents: Sequence[str] | None = None,
    *,
    imagine: bool = False,
) -> Network:
    """Pack a corridor, with the waits of a run where it measured them, for goods under these documents (None: all).

    `imagine` adds changes that no facility makes, at a price that nobody pays.

    Arcs come sorted by tail, then head, then by what they are: the order is the same every time.
    """
    riding = Riding(corridor, measured, documents)
    ways = tuple(riding.ways())
    through = through_rates(corridor)
    arcs = [*_rides(ways), *_rides_under(through, ways)]
    arcs += _passages(riding, {node for arc in arcs for node in (arc.tail, arc.head)})
    if imagine:
        arcs += _changes(arcs)
    nodes = tuple(sorted({node for arc in arcs for node in (arc.tail, arc.head)}, key=_node_order))
    node_ix = {node: NodeIx(ix) for ix, node in enumerate(nodes)}
    arcs.sort(key=lambda arc: (node_ix[arc.tail], node_ix[arc.head], *arc[2:]))
    tails = np.array([node_ix[arc.tail] for arc in arcs], dtype=np.int64)
    heads = np.array([node_ix[arc.head] for arc in arcs], dtype=np.int64)
    into = np.argsort(heads, kind="stable").astype(np.int64)
    wait_h, wait_h2 = _waits(riding, ways, arcs)
    places, links, countries, names = _passed(corridor, ways, arcs)
    return Network(
        corridor=corridor,
        riding=riding,
        nodes=nodes,
        node_ix=node_ix,
        ways=ways,
        arcs=tuple(arcs),
        first_out=np.searchsorted(tails, np.arange(len(nodes) + 1)).astype(np.int64),
        tail=tails,
        head=heads,
        sums=_sums(riding, through, ways, arcs),
        wait_h=wait_h,
        wait_h2=wait_h2,
        mode=np.array([arc.head.mode if arc.is_ride else "" for arc in arcs]),
        way=np.array([arc.way for arc in arcs], dtype=np.int64),
        passes_place=places,
        passes_link=links,
        passes_country=countries,
        countries=names,
        comes_to=_comes_to(corridor, ways, arcs),
        into=into,
        first_in=np.searchsorted(heads[into], np.arange(len(nodes) + 1)).astype(np.int64),
        through=through,
    )


def _node_order(node: Node) -> tuple[str, ...]:
    return node.place, node.state, node.mode, node.gauge, node.rate


def _rides(ways: tuple[Way | None, ...]) -> Iterator[Arc]:
    for ix, way in enumerate(ways):
        if way is None:
            continue
        for i, j in way.pairs():
            out, into = way.links[i], way.links[j - 1]
            tail = Node(READY, way.stops[i].place, way.service.mode, out.gauge_mm)
            yield Arc(tail, Node(ARRIVED, way.stops[j].place, way.service.mode, into.gauge_mm), "", WayIx(ix), i, j)


def _rides_under(through: Mapping[str, Through], ways: tuple[Way, ...]) -> Iterator[Arc]:
    """The rides that a through rate covers: paid for where it begins, free from there to where it ends."""
    for name, rate in through.items():
        for ride in _rides(tuple(way if way.service.id in rate.services else None for way in ways)):
            begins, ends = ride.tail.place == rate.start, ride.head.place == rate.end
            if ride.tail.place != rate.end and ride.head.place != rate.start:
                tail, head = (
                    ride.tail._replace(rate="" if begins else name),
                    ride.head._replace(rate="" if ends else name),
                )
                yield ride._replace(tail=tail, head=head, rate=name)


def _passages(riding: Riding, ends: set[Node]) -> Iterator[Arc]:
    """Gates and transfers, between the states in which services take and leave goods at each place."""
    at: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in sorted(ends, key=_node_order):
        at[node.place, node.rate].append(node)
    for (place, rate), nodes in at.items():
        arrived = [node for node in nodes if node.state == ARRIVED]
        ready = [node for node in nodes if node.state == READY]
        for gate in riding.facilities("terminal_gate", place) if not rate else ():
            yield from (Arc(Node(START, place), to, gate.id) for to in ready if gate.from_mode in ("", to.mode))
            yield from (Arc(of, Node(END, place), gate.id) for of in arrived if gate.from_mode in ("", of.mode))
        # A change of bogies is for the train as a whole: nothing is lifted from one to another.
        changes = [facility for facility in riding.facilities("gauge_change", place) if facility.serves != "train"]
        for facility in (*riding.facilities("transshipment", place), *changes):
            joins = _joins(facility)
            yield from (Arc(of, to, facility.id, rate=rate) for of in arrived for to in ready if joins(of, to))


def _changes(arcs: list[Arc]) -> Iterator[Arc]:
    """The changes from one vehicle to another that nothing at their place makes."""
    made = {(arc.tail, arc.head) for arc in arcs}
    at: dict[str, list[Node]] = defaultdict(list)
    for node in sorted({node for arc in arcs for node in (arc.tail, arc.head) if not node.rate}, key=_node_order):
        at[node.place].append(node)
    for nodes in at.values():
        for of in nodes:
            for to in nodes:
                if (of.state, to.state) == (ARRIVED, READY) and (of, to) not in made:
                    yield Arc(of, to)


def _joins(facility: Row) -> Callable[[Node, Node], bool]:
    """Whether a facility takes goods from one state to another."""
    if facility.kind == "gauge_change":
        gauges = {(facility.from_gauge_mm, facility.to_gauge_mm), (facility.to_gauge_mm, facility.from_gauge_mm)}
        return lambda of, to: of.mode == to.mode == "rail" and (of.gauge, to.gauge) in gauges
    modes = {(facility.from_mode, facility.to_mode)}
    if not facility.one_way:
        modes.add((facility.to_mode, facility.from_mode))
    return lambda of, to: (of.mode, to.mode) in modes and (of.mode != to.mode or of.gauge == to.gauge)


def _sums(riding: Riding, through: Mapping[str, Through], ways: tuple[Way, ...], arcs: list[Arc]) -> Floats:
    """Sums over the items of each arc (n_arcs, 7)."""
    rides = {ix: riding.ride_sums(way) for ix, way in enumerate(ways)}
    passages = {f.id: riding.passage(f).sums for f in riding.corridor.rows("facility")} | {"": IMAGINED}
    sums = [rides[arc.way][arc.board, arc.alight] if arc.is_ride else passages[arc.facility] for arc in arcs]
    found = np.array(sums).reshape(len(arcs), len(SUMS))
    for ix, arc in enumerate(arcs):
        if arc.rate:
            found[ix, MONEY] = through[arc.rate].usd if arc.is_ride and not arc.tail.rate else 0.0
    return found


def _waits(riding: Riding, ways: tuple[Way, ...], arcs: list[Arc]) -> tuple[Floats, Floats]:
    """Mean wait for each ride's vehicle, or how long before a timed departure goods must be there; its variance."""
    boards = sorted({(arc.way, arc.board) for arc in arcs if arc.is_ride})
    waits = {(way, board): riding.wait_item(ways[way], board) for way, board in boards}
    found = np.zeros((2, len(arcs)))
    for ix, arc in enumerate(arcs):
        if arc.is_ride:
            wait = waits[arc.way, arc.board]
            found[:, ix] = wait.hours, wait.variance_h2
    return found[0], found[1]


def _passed(corridor: Corridor, ways: tuple[Way, ...], arcs: list[Arc]) -> tuple[Flags, Flags, Flags, tuple[str, ...]]:
    """Which places, links and countries each ride passes, its ends included."""
    place_ix = {place.id: ix for ix, place in enumerate(corridor.places())}
    link_ix = {link.id: ix for ix, link in enumerate(corridor.rows("link"))}
    country = {place.id: place.country for place in corridor.places()}
    names = tuple(sorted({*country.values(), *(link.country for link in corridor.rows("link"))} - {""}))
    country_ix = {name: ix for ix, name in enumerate(names)}
    passed: tuple[list[int], ...] = ([], [], [])
    through: tuple[list[int], ...] = ([], [], [])
    for ix, arc in enumerate(arcs):
        if arc.is_ride:
            way = ways[arc.way]
            stops = [stop.place for stop in way.stops[arc.board : arc.alight + 1]]
            ridden = way.links[arc.board : arc.alight]
            land = {country[place] for place in stops} | {link.country for link in ridden}
            met = (
                [place_ix[place] for place in stops],
                [link_ix[link.id] for link in ridden],
                [country_ix[name] for name in land if name],
            )
            for kind in range(3):
                passed[kind].extend(met[kind])
                through[kind].extend([ix] * len(met[kind]))
    flags = [np.zeros((len(arcs), size), dtype=np.bool_) for size in (len(place_ix), len(link_ix), len(names))]
    for flag, columns, rows in zip(flags, passed, through, strict=True):
        flag[rows, columns] = True
    return flags[0], flags[1], flags[2], names


def _comes_to(corridor: Corridor, ways: tuple[Way, ...], arcs: list[Arc]) -> Ints:
    bits = {place.id: divmod(ix, 63) for ix, place in enumerate(corridor.places())}
    words = np.zeros((len(arcs), len(bits) // 63 + 1), dtype=np.int64)
    for ix, arc in enumerate(arcs):
        if arc.is_ride:
            met = [0] * words.shape[1]
            for stop in ways[arc.way].stops[arc.board + 1 : arc.alight + 1]:
                word, bit = bits[stop.place]
                met[word] |= 1 << bit
            words[ix] = met
        elif arc.tail.state == START:
            word, bit = bits[arc.tail.place]
            words[ix, word] = 1 << bit
    return words
