"""Options: a chain of arcs told as legs, each with its times, money, CO2e and the numbers that it leans on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from karvan.ground.vocabulary import Address
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.search import Chain
from karvan.network.item import Item, total
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
    depart: dt.datetime
    legs: tuple[Leg, ...]
    price_usd: float
    co2e_kg: float
    beaten: Beaten | None = None

    @property
    def arrive(self) -> dt.datetime:
        return self.legs[-1].arrive

    @property
    def time_h(self) -> float:
        return sum(leg.time_h for leg in self.legs)

    @property
    def distance_km(self) -> float:
        return sum(leg.distance_km for leg in self.legs)

    @property
    def rides(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.legs if leg.mode != HANDLING)

    @property
    def reloads(self) -> int:
        """Times that the boxes are lifted from one vehicle to another."""
        return len(self.rides) - 1

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
        """Door-to-door hours not exceeded with probability p.

        A gamma with the mean and variance of the chain, whose times are taken as independent: the first form of the
        spread, by the cube-root approximation of Wilson and Hilferty (1931).
        """
        mean, variance = self.time_h, sum(leg.variance_h2 for leg in self.legs)
        if variance == 0:
            return mean
        shape = mean**2 / variance
        z = NormalDist().inv_cdf(p)
        quantile: float = mean * max(0.0, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
        return quantile


def tell(network: Network, ask: FindItineraries, chain: Chain, name: str, family: str) -> Option:
    """A chain as an option with its legs."""
    return Option(name, family, ask.depart, tuple(_legs(network, ask, chain)), chain.price_usd, chain.co2e_kg)


def _passes(network: Network, arc: int) -> tuple[str, ...]:
    a = network.arcs[arc]
    if not a.is_ride:
        return ()
    return tuple(stop.place for stop in network.ways[a.way].stops[a.board : a.alight + 1])


def _legs(network: Network, ask: FindItineraries, chain: Chain) -> Iterator[Leg]:
    """Handling legs take in the wait for the next vehicle, so that a ride departs when its vehicle does."""
    handling: list[Item] = []
    began = at = 0.0
    for arc, ended in zip(chain.arcs, chain.arrival_h, strict=True):
        a = network.arcs[arc]
        items = network.items(arc)
        if not a.is_ride:
            handling += items
            at = ended
            continue
        leaves = ended - float(network.sums[arc, 0])
        wait = leaves - at
        if items[0].kind == "wait":
            handling.append(items.pop(0))
        yield _leg(network, ask, arc, handling, began, leaves, wait, ride=False)
        yield _leg(network, ask, arc, items, leaves, ended, 0.0, ride=True)
        handling, began, at = [], ended, ended
    yield _leg(network, ask, chain.arcs[-1], handling, began, at, 0.0, ride=False)


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
    _, variance, usd_20ft, usd_40ft, kg_per_t, kg_per_box, km = total(items)
    place = a.tail.place
    leg_gauges = (a.tail.gauge, a.head.gauge) if ride else ("", "")
    price = sum(n * usd for n, usd in ((ask.load.boxes_20ft, usd_20ft), (ask.load.boxes_40ft, usd_40ft)) if n)
    addresses = [address for item in items for address in item.leans_on]
    return Leg(
        mode=a.head.mode if ride else HANDLING,
        service=way.service.id if way else ", ".join(item.row for item in items if item.kind != "wait"),
        from_place=place,
        to_place=a.head.place if ride else place,
        from_gauge_mm=leg_gauges[0],
        to_gauge_mm=leg_gauges[1],
        depart=ask.depart + dt.timedelta(hours=start),
        arrive=ask.depart + dt.timedelta(hours=end),
        time_h=end - start,
        wait_h=wait,
        variance_h2=variance,
        price_usd=price,
        co2e_kg=ask.tonnes * kg_per_t + ask.load.boxes * kg_per_box,
        distance_km=km,
        passes=_passes(network, arc) if ride else (place,),
        items=tuple(items),
        grade=max((network.corridor.evidence.grade(*address) for address in addresses), default="A"),
    )
