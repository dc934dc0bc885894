"""Reach: every place that can be reached from one, or from which one can be reached, and the way there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.itinerary.one_to_all import OneToAll, Second, Tree
from karvan.itinerary.request import FindItineraries
from karvan.network.network import START, ArcIx, Network

if TYPE_CHECKING:
    import pandas as pd

BY: Mapping[str, tuple[Second, int]] = {
    "arrival": ("price", 0),
    "price": ("price", 1),
    "co2e": ("co2e", 1),
    "cost": ("price", 2),
}
"""What a way is the best by (cost is generalised: the price, and the time at its value): the second criterion of the
search, and which label of a node is the one."""


@dataclass(frozen=True)
class Reached:
    """A place, and the best way between it and the one that was asked about."""

    place: Row
    depart: dt.datetime
    time_h: float
    price_usd: float
    co2e_kg: float
    cost_usd: float
    """Generalised: the price, and the time at its value."""
    distance_km: float
    rides: tuple[tuple[str, str, str], ...]
    """Mode, service and where it ends, of each ride."""
    start: str
    """Where the first ride begins."""

    @property
    def arrive(self) -> dt.datetime:
        return self.depart + dt.timedelta(hours=self.time_h)

    @property
    def reloads(self) -> int:
        """Times that the boxes are lifted from one vehicle to another."""
        return len(self.rides) - 1

    @property
    def isochrone_days(self) -> int:
        """Whole days within which it is reached."""
        return ceil(self.time_h / 24)

    @property
    def way(self) -> str:
        """The rides in a line."""
        return in_a_line(self.start, self.rides)


@dataclass(frozen=True)
class Reach:
    """The answer: places in the order of what was asked for, then by id."""

    corridor: Corridor
    ask: FindItineraries
    """Its `origin` is the place asked about, or its `destination` where `back`."""
    by: str
    back: bool
    places: tuple[Reached, ...]
    reason: str = ""
    """Why there is none."""

    @property
    def found(self) -> bool:
        return bool(self.places)

    @property
    def about(self) -> Row:
        """The place asked about."""
        return self.corridor.place(self.ask.destination if self.back else self.ask.origin)

    def table(self) -> pd.DataFrame:
        """One row a place, by its id."""
        import pandas as pd

        cells = [
            {"place": one.place.id, "name": one.place.name, "country": one.place.country, **figures(one)}
            for one in self.places
        ]
        columns = ["place", "name", "country", *FIGURES]
        return pd.DataFrame(cells, columns=columns).set_index("place")


FIGURES = (
    "time_h", "price_usd", "co2e_kg", "cost_usd", "distance_km", "reloads", "depart", "arrive", "isochrone_days", "way",
)  # fmt: skip


def figures(one: Reached) -> dict[str, Any]:
    """What is told of a way, by name."""
    return {name: getattr(one, name) for name in FIGURES}


def in_a_line(start: str, rides: Iterable[tuple[str, str, str]]) -> str:
    """Rides in a line: `XIAN (rail cn-xian-altynkol) ALTYNKOL (rail titr-altynkol-aktau) AKTAU`."""
    return " ".join([start, *(f"({mode} {service}) {place}" for mode, service, place in rides)])


def reach_from(one: OneToAll, origin: str, depart: dt.datetime, by: str) -> list[Reached]:
    """Every place that can be reached from one."""
    second, which = BY[by]
    tree = one.grow(origin, depart, second)
    ends = [place for place in one.network.corridor.places() if place.id != origin]
    found = _reached(one, tree, ends, [depart] * len(ends), which) if tree else []
    return sorted(found, key=lambda reached: (_measure(reached, by), reached.place.id))


def reach_to(one: OneToAll, destination: str, departs: Mapping[str, dt.datetime], by: str) -> list[Reached]:
    """Every place from which one can be reached, leaving each at its own departure, by the place's id."""
    second, which = BY[by]
    end = one.network.corridor.place(destination)
    found = []
    for place in starts(one.network):
        if place.id != destination and place.id in departs:
            tree = one.grow(place.id, departs[place.id], second)
            ways = _reached(one, tree, [end], [departs[place.id]], which) if tree else []
            found += [replace(reached, place=place) for reached in ways]
    return sorted(found, key=lambda reached: (_measure(reached, by), reached.place.id))


def starts(network: Network) -> list[Row]:
    """The places where goods can be handed in, in the order of the corridor's table."""
    known = {node.place for node in network.nodes if node.state == START}
    return [place for place in network.corridor.places() if place.id in known]


def _reached(one: OneToAll, tree: Tree, places: list[Row], departs: list[dt.datetime], which: int) -> list[Reached]:
    labels = tree.at(one.gates(place.id for place in places), which)
    km, found = tree.total(one.km, labels), []
    for ix in np.flatnonzero(labels >= 0):
        label, chain = labels[ix], tree.chain(int(labels[ix]))
        hours, usd = float(tree.time_h[label]), float(tree.price_usd[label])
        rides, start = rides_of(one.network, chain)
        cost = usd + hours * one.ask.value_of_time_usd_h
        found.append(
            Reached(places[ix], departs[ix], hours, usd, float(tree.co2e_kg[label]), cost, float(km[ix]), rides, start)
        )
    return found


def rides_of(network: Network, chain: Iterable[ArcIx]) -> tuple[tuple[tuple[str, str, str], ...], str]:
    """Mode, service and end of each ride of a chain, and where the first begins."""
    ridden = [network.arcs[arc] for arc in chain if network.arcs[arc].is_ride]
    told = tuple((arc.head.mode, network.ways[arc.way].service.id, arc.head.place) for arc in ridden)
    return told, ridden[0].tail.place if ridden else ""


def _measure(reached: Reached, by: str) -> float:
    """What places are put in order by."""
    measures = {
        "arrival": reached.time_h,
        "price": reached.price_usd,
        "co2e": reached.co2e_kg,
        "cost": reached.cost_usd,
    }
    return measures[by]
