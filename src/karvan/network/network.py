"""The network: a corridor packed into arrays, with the way back to names.

Nodes are goods at a place: at the start, ready for a vehicle of a mode and gauge, arrived by one, or at the end.
Arcs are what happens to them: in through a gate, a ride on a service, a transfer at a place, out through a gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, NewType

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.network.item import SUMS, Item
from karvan.network.measured import UNMEASURED, Measured
from karvan.network.ride import Riding, Way

NodeIx = NewType("NodeIx", int)
ArcIx = NewType("ArcIx", int)
WayIx = NewType("WayIx", int)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

START, READY, ARRIVED, END = "start", "ready", "arrived", "end"


class Node(NamedTuple):
    """Goods in a state at a place; mode and gauge are empty at the start and the end."""

    state: str
    place: str
    mode: str = ""
    gauge: str = ""


class Arc(NamedTuple):
    """Where an arc leads and what it is: a ride of a way between two of its stops, or a passage of a facility."""

    tail: Node
    head: Node
    facility: str = ""
    way: WayIx = WayIx(-1)
    board: int = -1
    alight: int = -1

    @property
    def is_ride(self) -> bool:
        return self.way >= 0


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

    def items(self, arc: ArcIx) -> list[Item]:
        """The items of an arc, the wait for a vehicle first."""
        a = self.arcs[arc]
        if not a.is_ride:
            return [self.riding.passage(self.corridor.row("facility", a.facility))]
        way = self.ways[a.way]
        wait = self.riding.wait_item(way, a.board)
        on_time = way.service.departs == "timetable" and not wait.waits
        return [*([] if on_time else [wait]), *self.riding.ride_items(way, a.board, a.alight)]


def pack(corridor: Corridor, measured: Measured = UNMEASURED) -> Network:
    """Pack a corridor, with the waits of a run where it measured them.

    Arcs come sorted by tail, then head, then by what they are: the order is the same every time.
    """
    riding = Riding(corridor, measured)
    ways = tuple(riding.ways())
    arcs = list(_rides(ways))
    arcs += _passages(riding, {node for arc in arcs for node in (arc.tail, arc.head)})
    nodes = tuple(sorted({node for arc in arcs for node in (arc.tail, arc.head)}, key=_node_order))
    node_ix = {node: NodeIx(ix) for ix, node in enumerate(nodes)}
    arcs.sort(key=lambda arc: (node_ix[arc.tail], node_ix[arc.head], *arc[2:]))
    tails = np.array([node_ix[arc.tail] for arc in arcs], dtype=np.int64)
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
        head=np.array([node_ix[arc.head] for arc in arcs], dtype=np.int64),
        sums=_sums(riding, ways, arcs),
        wait_h=_waits(riding, ways, arcs),
        mode=np.array([arc.head.mode if arc.is_ride else "" for arc in arcs]),
        way=np.array([arc.way for arc in arcs], dtype=np.int64),
        passes_place=places,
        passes_link=links,
        passes_country=countries,
        countries=names,
        comes_to=_comes_to(corridor, ways, arcs),
    )


def _node_order(node: Node) -> tuple[str, ...]:
    return node.place, node.state, node.mode, node.gauge


def _rides(ways: tuple[Way, ...]) -> Iterator[Arc]:
    for ix, way in enumerate(ways):
        for i, j in way.pairs():
            out, into = way.links[i], way.links[j - 1]
            tail = Node(READY, way.stops[i].place, way.service.mode, out.gauge_mm)
            yield Arc(tail, Node(ARRIVED, way.stops[j].place, way.service.mode, into.gauge_mm), "", WayIx(ix), i, j)


def _passages(riding: Riding, ends: set[Node]) -> Iterator[Arc]:
    """Gates and transfers, between the states in which services take and leave goods at each place."""
    at: dict[str, list[Node]] = defaultdict(list)
    for node in sorted(ends, key=_node_order):
        at[node.place].append(node)
    for place, nodes in at.items():
        arrived = [node for node in nodes if node.state == ARRIVED]
        ready = [node for node in nodes if node.state == READY]
        for gate in riding.facilities("terminal_gate", place):
            yield from (Arc(Node(START, place), to, gate.id) for to in ready if gate.from_mode in ("", to.mode))
            yield from (Arc(of, Node(END, place), gate.id) for of in arrived if gate.from_mode in ("", of.mode))
        # A change of bogies is for the train as a whole: nothing is lifted from one to another.
        changes = [facility for facility in riding.facilities("gauge_change", place) if facility.serves != "train"]
        for facility in (*riding.facilities("transshipment", place), *changes):
            joins = _joins(facility)
            yield from (Arc(of, to, facility.id) for of in arrived for to in ready if joins(of, to))


def _joins(facility: Row) -> Callable[[Node, Node], bool]:
    """Whether a facility takes goods from one state to another."""
    if facility.kind == "gauge_change":
        gauges = {(facility.from_gauge_mm, facility.to_gauge_mm), (facility.to_gauge_mm, facility.from_gauge_mm)}
        return lambda of, to: of.mode == to.mode == "rail" and (of.gauge, to.gauge) in gauges
    modes = {(facility.from_mode, facility.to_mode)}
    if not facility.one_way:
        modes.add((facility.to_mode, facility.from_mode))
    return lambda of, to: (of.mode, to.mode) in modes and (of.mode != to.mode or of.gauge == to.gauge)


def _sums(riding: Riding, ways: tuple[Way, ...], arcs: list[Arc]) -> Floats:
    """Sums over the items of each arc (n_arcs, 7)."""
    rides = {ix: riding.ride_sums(way) for ix, way in enumerate(ways)}
    passages = {f.id: riding.passage(f).sums for f in riding.corridor.rows("facility")}
    sums = [rides[arc.way][arc.board, arc.alight] if arc.is_ride else passages[arc.facility] for arc in arcs]
    return np.array(sums).reshape(len(arcs), len(SUMS))


def _waits(riding: Riding, ways: tuple[Way, ...], arcs: list[Arc]) -> Floats:
    """Mean wait for each ride's vehicle, or how long before a timetabled departure goods must be there (n_arcs,)."""
    boards = sorted({(arc.way, arc.board) for arc in arcs if arc.is_ride})
    wait_h = {(way, board): riding.wait_item(ways[way], board).hours for way, board in boards}
    return np.array([wait_h[arc.way, arc.board] if arc.is_ride else 0.0 for arc in arcs], dtype=np.float64)


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
