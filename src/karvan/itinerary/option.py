"""Options: a chain of arcs told as legs, each with its times, money, CO2e and the numbers that it leans on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from statistics import NormalDist

from karvan.ground.vocabulary import Address
from karvan.itinerary.calendar import hours_from, instant
from karvan.itinerary.chain import Chain
from karvan.itinerary.empty import empty_item
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.spread import Odds, Spread
from karvan.network.item import KG_PER_BOX, KG_PER_T, KM, VARIANCE, Item, for_wagons, given, total
from karvan.network.network import Network

HANDLING = "handling"
"""Mode of a leg that stays at its place: gates, transfers, and waiting for the next vehicle."""


@dataclass(frozen=True)
class Leg:
    """A ride, or the handling and waiting between two rides; it starts where and when the one before ended."""

    mode: str
    service: str
    from_place: str
    to_place: str
    from_gauge_mm: str
    to_gauge_mm: str
    depart: dt.datetime
    arrive: dt.datetime
    time_h: float
    wait_h: float
    """Of that, waiting for the next vehicle (handling legs)."""
    variance_h2: float
    price_usd: float
    co2e_kg: float
    distance_km: float
    passes: tuple[str, ...]
    """Places on the way, both ends included."""
    items: tuple[Item, ...]
    grade: str
    """The weakest grade among the numbers that it leans on."""

    @property
    def waits_from(self) -> str:
        """Whose waits are in it: `package`, `run` (of the simulator), `run, package`; empty where there is none."""
        return ", ".join(sorted({item.waits for item in self.items if item.waits}, reverse=True))

    @property
    def leans_on(self) -> tuple[Address, ...]:
        return tuple(dict.fromkeys(address for item in self.items for address in item.leans_on))


@dataclass(frozen=True)
class Beaten:
    """Why an option is not among the best: another is no worse on every criterion and better on these."""

    by: str
    on: tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """One way to move the load. `beaten` is set on a family's best that an option of another family beats."""

    id: str
    family: str
    chain: Chain
    network: Network = field(repr=False, compare=False)
    ask: FindItineraries = field(repr=False)
    beaten: Beaten | None = None
    spread: Spread | None = None
    """What came of drawing its journey many times, where that was done."""

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """Its legs, told when they are first asked for."""
        return tuple(_legs(self.network, self.ask, self.chain))

    @property
    def depart(self) -> dt.datetime:
        """When the goods are to be ready."""
        return instant(self.ask.depart, self.chain.start_h)

    @property
    def arrive(self) -> dt.datetime:
        return instant(self.ask.depart, self.chain.arrive_h)

    @property
    def time_h(self) -> float:
        return self.chain.time_h

    @property
    def price_usd(self) -> float:
        return self.chain.price_usd

    @property
    def co2e_kg(self) -> float:
        return self.chain.co2e_kg

    @property
    def sd_h(self) -> float:
        """The criterion of unreliability as a time: the root of the variances of all times on the chain, added up."""
        return sqrt(self.chain.variance_h2)

    @property
    def distance_km(self) -> float:
        return float(self.network.sums[list(self.chain.arcs), KM].sum())

    @property
    def rides(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.legs if leg.mode != HANDLING)

    @property
    def reloads(self) -> int:
        """Times that the boxes are lifted from one vehicle to another."""
        return sum(self.network.arcs[arc].is_ride for arc in self.chain.arcs) - 1

    @property
    def borders(self) -> int:
        """Border facilities passed."""
        return sum(item.kind == "border" for leg in self.legs for item in leg.items)

    @property
    def places(self) -> tuple[str, ...]:
        """Every place passed, in order, each once where legs meet."""
        first = self.legs[0].from_place
        return (first, *(place for leg in self.rides for place in leg.passes[1:]))

    def quantile_h(self, p: float) -> float:
        """Door-to-door hours not exceeded with probability p, of the journeys drawn.

        Where none were drawn, by the means and variances of its legs.
        """
        return self.spread.quantile_h(p) if self.spread is not None else quantile_h(self.legs, p)

    def on_time(self, promised: dt.datetime) -> Odds | None:
        """Odds of arriving by an instant; none where no journeys were drawn."""
        hours = hours_from(self.ask.depart, promised) - self.chain.start_h
        return None if self.spread is None else self.spread.on_time(hours)


def quantile_h(legs: Sequence[Leg], p: float) -> float:
    """Hours not exceeded with probability p on some legs, none of which rests on a timetable.

    Of a gamma with their mean and variance, taken as independent: by the cube-root approximation of Wilson and
    Hilferty (1931).
    """
    mean, variance = sum(leg.time_h for leg in legs), sum(leg.variance_h2 for leg in legs)
    if variance == 0:
        return mean
    shape = mean**2 / variance
    z = NormalDist().inv_cdf(p)
    quantile: float = mean * max(0.0, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
    return quantile


def tell(network: Network, ask: FindItineraries, chain: Chain, name: str, family: str) -> Option:
    """A chain as an option."""
    return Option(name, family, chain, network, ask)


def _passes(network: Network, arc: int) -> tuple[str, ...]:
    a = network.arcs[arc]
    if not a.is_ride:
        return ()
    return tuple(stop.place for stop in network.ways[a.way].stops[a.board : a.alight + 1])


def _legs(network: Network, ask: FindItineraries, chain: Chain) -> Iterator[Leg]:
    """Handling legs take in the wait for the next vehicle, so that a ride departs when its vehicle does."""
    handling: list[Item] = []
    began = at = chain.start_h
    stood = ""
    for arc, leaves, ended, usd in zip(chain.arcs, chain.leaves_h, chain.arrival_h, chain.storage_usd, strict=True):
        a = network.arcs[arc]
        items = network.items(arc)
        if ask.load.wagons:
            items = for_wagons(items)
        if not a.is_ride:
            handling += items
            at, stood = ended, a.facility
            continue
        if items[0].kind == "wait":
            handling.append(items.pop(0))
        if usd:
            handling.append(_storage(network, ask, stood, usd))
        yield _leg(network, ask, arc, handling, began, leaves, leaves - at, ride=False)
        yield _leg(network, ask, arc, items, leaves, ended, 0.0, ride=True)
        handling, began, at = [], ended, ended
    empties = empty_item(network.corridor, ask)
    if empties is not None:
        handling.append(empties)
    yield _leg(network, ask, chain.arcs[-1], handling, began, at, 0.0, ride=False)


def _storage(network: Network, ask: FindItineraries, facility: str, usd: float) -> Item:
    """What was paid for standing too long after a facility; each size pays for the same days."""
    row = network.corridor.row("facility", facility)
    small, large = row.storage_usd_teu_day or 0.0, row.storage_usd_feu_day or 0.0
    days = usd / (ask.load.boxes_20ft * small + ask.load.boxes_40ft * large)
    leans_on = given("facility", row, ("free_h", "storage_usd_teu_day", "storage_usd_feu_day"))
    return Item("storage", row.place, row.id, usd_20ft=days * small, usd_40ft=days * large, leans_on=leans_on)


def _leg(
    network: Network,
    ask: FindItineraries,
    arc: int,
    items: list[Item],
    start: float,
    end: float,
    wait: float,
    *,
    ride: bool,
) -> Leg:
    a = network.arcs[arc]
    way = network.ways[a.way] if ride else None
    sums = total(items)
    place = a.tail.place
    leg_gauges = (a.tail.gauge, a.head.gauge) if ride else ("", "")
    addresses = [address for item in items for address in item.leans_on]
    return Leg(
        mode=a.head.mode if ride else HANDLING,
        service=way.service.id if way else ", ".join(item.row for item in items if item.kind != "wait"),
        from_place=place,
        to_place=a.head.place if ride else place,
        from_gauge_mm=leg_gauges[0],
        to_gauge_mm=leg_gauges[1],
        depart=instant(ask.depart, start),
        arrive=instant(ask.depart, end),
        time_h=end - start,
        wait_h=wait,
        variance_h2=sums[VARIANCE],
        price_usd=ask.price_usd(sums),
        co2e_kg=ask.tonnes * sums[KG_PER_T] + ask.load.boxes * sums[KG_PER_BOX],
        distance_km=sums[KM],
        passes=_passes(network, arc) if ride else (place,),
        items=tuple(items),
        grade=max((network.corridor.evidence.grade(*address) for address in addresses), default="A"),
    )
