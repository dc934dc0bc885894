"""Refusals: what the asker will not have, and what the trade will not take; for every arc, before any search.

Not covered: goods that may not stand beside each other, and classes of dangerous goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.row import Row
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.trade import UNITS, Arcs, Trade, closed_crossing, facilities_of, trade_of
from karvan.network.network import ArcIx, Flags, Network

Codes = NDArray[np.int8]

FINE, MODE, AVOIDED, REFUSED_GOODS, DOCUMENTS, UNIT, WEIGHT, CAPACITY, PRICE, FACTOR = range(10)
"""Why an arc is refused; where there is more than one reason, the first in this order."""
GRAM_T = 1e-6
"""Masses that were shared out among boxes differ in the last bits."""


@dataclass(frozen=True, eq=False)
class Refusals:
    """Of every arc of a network whether a request can have it, and why not."""

    network: Network
    ask: FindItineraries
    code: Codes
    """One of FINE, MODE, ... (n_arcs,)."""

    @property
    def barred(self) -> Flags:
        """Arcs that are refused (n_arcs,)."""
        return np.not_equal(self.code, FINE)

    def why(self, arc: ArcIx) -> str:
        """Why an arc is refused, with the address of what refuses; empty where it is not."""
        return _Words(self.network, self.ask).why(arc, int(self.code[arc]))


def refusals(network: Network, ask: FindItineraries) -> Refusals:
    """Hold a request against every arc: modes and what is avoided, goods, documents, weight, room and price.

    Documents are those that the network was packed for.
    """
    trade = trade_of(network)
    code = np.zeros(len(network.arcs), dtype=np.int8)
    # From the last reason to the first, so that the first is what stays.
    for reason, arcs in (*_of_load(trade, ask), *_of_goods(trade, ask), *_of_asker(trade, ask)):
        code[arcs] = reason
    return Refusals(network, ask, code)


def _of_load(trade: Trade, ask: FindItineraries) -> Iterator[tuple[int, Flags]]:
    """What is refused for what the load is: its units, their weight, and how much it is."""
    load = ask.load
    small, large = load.t_in_boxes(ask.tonnes)
    yield FACTOR, trade.no_factor
    for column, _ in load.charged(ask.tonnes):
        yield PRICE, trade.unpriced[column]
    yield CAPACITY, trade.room_t < ask.tonnes
    for count, room in ((load.teu, trade.room_teu), (load.wagons, trade.room_wagons)):
        if count:
            yield CAPACITY, room < count
    for count, tonnes, most in (
        (load.boxes_20ft, small, trade.most_t_20ft),
        (load.boxes_40ft, large, trade.most_t_40ft),
        (load.wagons, ask.tonnes / max(load.wagons, 1), trade.most_t_wagon),
    ):
        if count:
            yield WEIGHT, most < tonnes - GRAM_T
    if load.wagons:
        yield UNIT, trade.no_wagons
    if load.boxes_40ft:
        yield UNIT, trade.no_40ft


def _of_goods(trade: Trade, ask: FindItineraries) -> Iterator[tuple[int, Flags]]:
    """What is refused for want of documents, or for what the goods are."""
    if trade.undocumented is not None:
        yield DOCUMENTS, trade.undocumented
    for goods in ask.goods:
        yield REFUSED_GOODS, trade.refuses[goods]


def _of_asker(trade: Trade, ask: FindItineraries) -> Iterator[tuple[int, Arcs]]:
    """What the asker will not have."""
    for _, names, arcs in _avoided(trade, ask):
        for name in names:
            if name in arcs:
                yield AVOIDED, arcs[name]
    for mode, chosen in trade.by_mode.items():
        if mode not in ask.modes:
            yield MODE, chosen


def _avoided(trade: Trade, ask: FindItineraries) -> Iterator[tuple[str, tuple[str, ...], dict[str, Arcs]]]:
    """(what they are, names, the arcs of each name there is) of what is avoided."""
    if ask.avoid_countries:
        yield "country", ask.avoid_countries, trade.by_country
    if ask.avoid_places:
        yield "place", ask.avoid_places, trade.by_place
    if ask.avoid_links:
        yield "link", ask.avoid_links, trade.by_link
    if ask.avoid_services:
        yield "service", ask.avoid_services, trade.by_service


class _Words:
    """A refusal in words."""

    def __init__(self, network: Network, ask: FindItineraries) -> None:
        self.network, self.ask = network, ask
        self.corridor = network.corridor

    def why(self, arc: ArcIx, code: int) -> str:
        tell = {
            MODE: self.mode, AVOIDED: self.avoided, REFUSED_GOODS: self.goods, DOCUMENTS: self.documents,
            UNIT: self.unit, WEIGHT: self.weight, CAPACITY: self.capacity, PRICE: self.price, FACTOR: self.factor,
        }  # fmt: skip
        return tell[code](arc) if code in tell else ""

    def vehicle(self, arc: ArcIx) -> Row:
        return self.corridor.row("vehicle", self.network.ways[self.network.arcs[arc].way].service.vehicle)

    def thing(self, arc: ArcIx) -> str:
        """Address of what an arc is: a service, or a facility."""
        a = self.network.arcs[arc]
        return f"service/{self.network.ways[a.way].service.id}" if a.is_ride else f"facility/{a.facility}"

    def mode(self, arc: ArcIx) -> str:
        return f"{self.thing(arc)}: {self.network.mode[arc]} is not among {', '.join(self.ask.modes)}"

    def avoided(self, arc: ArcIx) -> str:
        for kind, names, arcs in _avoided(trade_of(self.network), self.ask):
            for name in names:
                if arc in arcs.get(name, ()):
                    return f"{self.thing(arc)}: {kind} {name} is avoided"
        return ""

    def goods(self, arc: ArcIx) -> str:
        service = self.network.ways[self.network.arcs[arc].way].service if self.network.arcs[arc].is_ride else None
        for goods in self.ask.goods:
            if service is not None and goods in service.refuses:
                return f"service/{service.id}/refuses: {goods} goods"
            for name in facilities_of(self.network, arc):
                if goods in self.corridor.row("facility", name).refuses:
                    return f"facility/{name}/refuses: {goods} goods"
        return ""

    def documents(self, arc: ArcIx) -> str:
        riding, mode = self.network.riding, str(self.network.mode[arc])
        countries = riding.documents.carried_in(mode)
        for ix in np.flatnonzero(self.network.passes_country[arc]) if countries is not None else ():
            name = self.network.countries[ix]
            if countries is not None and name not in countries:
                known = [row.id for row in riding.documents.consignments(mode) if name in row.countries]
                return f"{self.thing(arc)}: {mode} in {name} needs {_either(known)}"
        place, other, needed = closed_crossing(self.network, arc) or ("", "", ())
        return f"{self.thing(arc)}: the border at {place} towards {other} needs {_either(needed)}"

    def unit(self, arc: ArcIx) -> str:
        a = self.network.arcs[arc]
        if not a.is_ride:
            return f"facility/{a.facility}/serves: {self.corridor.row('facility', a.facility).serves}, not wagons"
        vehicle = self.vehicle(arc)
        if self.ask.load.wagons:
            return f"vehicle/{vehicle.id}/capacity_wagons: it takes no wagons"
        return f"vehicle/{vehicle.id}/capacity_teu: {vehicle.capacity_teu:g}, a 40-foot box does not fit"

    def weight(self, arc: ArcIx) -> str:
        vehicle, load = self.vehicle(arc), self.ask.load
        small, large = load.t_in_boxes(self.ask.tonnes)
        in_wagon = self.ask.tonnes / load.wagons if load.wagons else 0.0
        for count, column, tonnes, unit in (
            (load.boxes_20ft, "max_t_20ft", small, "a 20-foot box"),
            (load.boxes_40ft, "max_t_40ft", large, "a 40-foot box"),
            (load.wagons, "max_t_wagon", in_wagon, "a wagon"),
        ):
            most = getattr(vehicle, column)
            if count and most is not None and most < tonnes - GRAM_T:
                return f"vehicle/{vehicle.id}/{column}: {most:g} t in {unit} at most, there are {tonnes:.1f}"
        return ""

    def capacity(self, arc: ArcIx) -> str:
        load, vehicle = self.ask.load, self.vehicle(arc)
        for column, count, unit in (
            ("capacity_teu", load.teu, "TEU"),
            ("capacity_wagons", load.wagons, "wagons"),
            ("capacity_t", self.ask.tonnes, "t"),
        ):
            room = getattr(vehicle, column)
            if room is not None and room < count:
                return f"vehicle/{vehicle.id}/{column}: room for {room:,g} {unit}, there are {count:,g} together"
        return ""

    def price(self, arc: ArcIx) -> str:
        sums = self.network.sums[arc]
        columns = [column for column, _ in self.ask.load.charged(self.ask.tonnes) if np.isnan(sums[column])]
        return f"{self.thing(arc)}: no price of a {UNITS[columns[0]]}"

    def factor(self, arc: ArcIx) -> str:
        return f"{self.thing(arc)}: no emission factor"


def _either(names: Iterable[str]) -> str:
    return " or ".join(names) or "a document that the package does not have"
