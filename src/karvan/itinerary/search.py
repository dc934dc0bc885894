"""The search: from a packed network and a request to every chain that is best in its class.

Criteria are arrival, price and CO2e; all three add up along a chain, waiting is always allowed, and a later arrival
never lets one leave earlier, so label-setting is exact (Martins 1984). What is found is the full Pareto set of every
*class* of chains, a class being the set of marks (families' conditions, wished-for places) that the chain picked up.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from karvan.corridor.row import Row
from karvan.itinerary.request import FindItineraries
from karvan.network.family import Families, families
from karvan.network.item import SUMS
from karvan.network.network import END, START, ArcIx, Floats, Ints, Network, Node

HOURS, VARIANCE, USD_20FT, USD_40FT, KG_PER_T, KG_PER_BOX, KM = range(len(SUMS))
FIRST_ROOM = 1 << 16
"""Labels to begin with; the room is doubled as long as it is too small."""


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
    """What a search found: the best chains of every class, and how many labels it took."""

    chains: tuple[Chain, ...]
    families: Families
    labels: int


def search(network: Network, ask: FindItineraries) -> Found:
    """All chains from origin to destination that none of the same class beats, in the order of their arrival."""
    start, end = Node(START, ask.origin), Node(END, ask.destination)
    marked = families(network, ask.via)
    if start not in network.node_ix or end not in network.node_ix:
        return Found((), marked, 0)
    labels = _Labels(network, ask, marked)
    chains = labels.chains(network.node_ix[start], network.node_ix[end])
    return Found(tuple(chain for chain in chains if marked.serves(chain.marks)), marked, labels.made)


class _Labels:
    """The arrays of one search."""

    def __init__(self, network: Network, ask: FindItineraries, marked: Families) -> None:
        self.network = network
        self.ask = ask
        self.marked = marked
        sums = network.sums
        self.price = ask.load.boxes_20ft * _used(sums[:, USD_20FT], ask.load.boxes_20ft) + ask.load.boxes_40ft * _used(
            sums[:, USD_40FT], ask.load.boxes_40ft
        )
        self.price = np.where(refused(network, ask), np.inf, self.price)
        self.co2e = ask.tonnes * sums[:, KG_PER_T] + ask.load.boxes * sums[:, KG_PER_BOX]
        self.opens, self.shuts = _seasons(network, ask)
        self.first_departure, self.departures = _departures(network, ask)

    def chains(self, start: int, end: int) -> list[Chain]:
        from karvan.kernels import labels as kernels

        room = FIRST_ROOM
        while True:
            self._make_room(room)
            status = kernels.search(
                self.network.first_out, self.network.head, self.network.sums[:, HOURS].copy(), self.price, self.co2e,
                self.marked.marks, self.network.wait_h, self.opens, self.shuts, self.first_departure, self.departures,
                start, end, 0.0, self.ask.horizon_days * 24.0,
                self.time, self.label_price, self.label_co2e, self.marks, self.node, self.parent, self.arc_of,
                self.settled, self.heap,
                self.class_of_node, self.class_next, self.class_marks, self.class_first, self.stair_next, self.counts,
            )  # fmt: skip
            if status == kernels.OK:
                return self._trace_all(end)
            room *= 4

    def _make_room(self, room: int) -> None:
        self.time, self.label_price, self.label_co2e = (np.empty(room) for _ in range(3))
        self.marks, self.node, self.parent, self.arc_of, self.heap = (np.empty(room, dtype=np.int64) for _ in range(5))
        self.class_next, self.class_marks, self.class_first, self.stair_next = (
            np.empty(room, dtype=np.int64) for _ in range(4)
        )
        self.settled = np.empty(room, dtype=np.bool_)
        self.class_of_node = np.empty(len(self.network.nodes), dtype=np.int64)
        self.counts = np.zeros(2, dtype=np.int64)

    @property
    def made(self) -> int:
        return int(self.counts[0])

    def _trace_all(self, end: int) -> list[Chain]:
        ended = np.flatnonzero((self.node[: self.made] == end) & self.settled[: self.made])
        return sorted((self._trace(int(label)) for label in ended), key=lambda chain: (*chain.criteria, chain.arcs))

    def _trace(self, label: int) -> Chain:
        arcs, arrivals = [], []
        at = label
        while self.parent[at] >= 0:
            arcs.append(ArcIx(int(self.arc_of[at])))
            arrivals.append(float(self.time[at]))
            at = int(self.parent[at])
        return Chain(
            tuple(arcs[::-1]), tuple(arrivals[::-1]), float(self.label_price[label]), float(self.label_co2e[label]),
            int(self.marks[label]),
        )  # fmt: skip


def _used(prices: Floats, boxes: int) -> Floats:
    """The price of a size, zero where none is shipped: a size that nobody ships needs no price."""
    return prices if boxes else np.zeros_like(prices)


def refused(network: Network, ask: FindItineraries) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Rides that the asker will not have: of another mode, or through what is to be avoided (n_arcs,)."""
    mode = np.array([arc.head.mode if arc.is_ride else "" for arc in network.arcs])
    barred = ~np.isin(mode, ("", *ask.modes))
    places = [ix for ix, place in enumerate(network.corridor.places()) if place.id in ask.avoid_places]
    links = [ix for ix, link in enumerate(network.corridor.rows("link")) if link.id in ask.avoid_links]
    countries = [ix for ix, name in enumerate(network.countries) if name in ask.avoid_countries]
    barred |= network.passes_place[:, places].any(axis=1)
    barred |= network.passes_link[:, links].any(axis=1)
    barred |= network.passes_country[:, countries].any(axis=1)
    return barred


def _seasons(network: Network, ask: FindItineraries) -> tuple[Floats, Floats]:
    """First and last hour at which each arc's service departs, counted from the request's departure."""
    opens = np.full(len(network.arcs), -np.inf)
    shuts = np.full(len(network.arcs), np.inf)
    for ix, way in enumerate(network.ways):
        zone = zone_of(network, way.stops[0])
        if way.service.valid_from:
            opens[network.way == ix] = _hours(ask.depart, dt.datetime.combine(way.service.valid_from, dt.time(), zone))
        if way.service.valid_to:
            last = dt.datetime.combine(way.service.valid_to + dt.timedelta(days=1), dt.time(), zone)
            shuts[network.way == ix] = _hours(ask.depart, last)
    return opens, shuts


def _departures(network: Network, ask: FindItineraries) -> tuple[Ints, Floats]:
    """Departures of each timetabled ride (h after the request's departure): offsets by arc, and the times."""
    lines: dict[tuple[str, bool], list[Row]] = {}
    for line in network.corridor.rows("timetable"):
        lines.setdefault((line.service, line.way == "back"), []).append(line)
    first = {
        ix: departures_of(lines.get((way.service.id, way.back), []), zone_of(network, way.stops[0]), ask)
        for ix, way in enumerate(network.ways)
        if way.service.departs == "timetable"
    }
    offsets = np.zeros(len(network.arcs) + 1, dtype=np.int64)
    times = []
    for ix, arc in enumerate(network.arcs):
        leaving = first[arc.way] + network.ways[arc.way].clock_h[arc.board] if arc.way in first else np.empty(0)
        # A timetabled ride that never leaves in the horizon must not be taken for one without a timetable.
        leaving = leaving if leaving.size or arc.way not in first else np.array([np.inf])
        times.append(leaving)
        offsets[ix + 1] = offsets[ix] + leaving.size
    return offsets, np.concatenate(times) if times else np.empty(0)


def zone_of(network: Network, stop: Row) -> ZoneInfo:
    """The time zone of a stop; UTC where its place has none."""
    return ZoneInfo(network.corridor.place(stop.place).time_zone or "UTC")


def departures_of(lines: list[Row], zone: ZoneInfo, ask: FindItineraries) -> Floats:
    """Departures from the first stop within the horizon, from local times of day, as hours after the request's."""
    today = ask.depart.astimezone(zone).date()
    # Two months back: goods may board far down the line a train that left its first stop long ago.
    days = (today + dt.timedelta(days=day) for day in range(-60, int(ask.horizon_days) + 2))
    found = []
    for day in days:
        for line in lines:
            if str(day.isoweekday()) in line.days:
                clock = dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(hours=line.departs_at)
                found.append(_hours(ask.depart, clock))
    return np.array(sorted(found))


def _hours(since: dt.datetime, until: dt.datetime) -> float:
    return (until.astimezone(dt.UTC) - since.astimezone(dt.UTC)).total_seconds() / 3600
