"""The trade: what each arc of a network takes, whatever is asked; worked out once for a network.

Not covered: whether there is room on the day, which is for the simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.row import Row
from karvan.network.item import AFLOAT, KG_PER_BOX, KG_PER_T, USD_20FT, USD_40FT, USD_T, USD_WAGON
from karvan.network.network import ArcIx, Flags, Floats, Network
from karvan.tables.register import FACILITY_KINDS, GOODS

Arcs = NDArray[np.intp]

UNITS = {USD_20FT: "20-foot box", USD_40FT: "40-foot box", USD_WAGON: "wagon", USD_T: "tonne in wagons"}
"""What is charged for, by column of the sums."""
SERVES_WAGONS = ("wagon", "train", "vessel")
PARTED = ("road",)
"""Modes whose vehicles take a box or two: a load goes on as many as it needs, by all others together."""
HANDLES = ("transshipment", "gauge_change")
"""Facilities that lift or shift goods; gates, borders and the like let any unit through."""


@dataclass(frozen=True, eq=False)
class Trade:
    """What the arcs of a network take, whatever is asked (each array n_arcs)."""

    network: Network
    by_mode: dict[str, Arcs]
    refuses: dict[str, Flags]
    undocumented: Flags | None
    """None where nothing is refused for want of documents."""
    no_wagons: Flags
    no_40ft: Flags
    room_teu: Floats
    room_wagons: Floats
    room_t: Floats
    most_t_20ft: Floats
    most_t_40ft: Floats
    most_t_wagon: Floats
    unpriced: dict[int, Flags]
    """By column of the sums."""
    no_factor: Flags

    @cached_property
    def by_country(self) -> dict[str, Arcs]:
        """The rides through each country; likewise below."""
        return _columns(self.network.passes_country, self.network.countries)

    @cached_property
    def by_place(self) -> dict[str, Arcs]:
        return _columns(self.network.passes_place, [place.id for place in self.network.corridor.places()])

    @cached_property
    def by_link(self) -> dict[str, Arcs]:
        return _columns(self.network.passes_link, [link.id for link in self.network.corridor.rows("link")])

    @cached_property
    def by_service(self) -> dict[str, Arcs]:
        return _by_service(self.network)


@lru_cache(maxsize=8)
def trade_of(network: Network) -> Trade:
    """Work out what the arcs of a network take."""
    ways, passed = network.ways, _Passed(network)
    vehicles = [network.corridor.row("vehicle", way.service.vehicle) for way in ways]
    rides = network.way >= 0

    def of_ride(figure: Callable[[Row], float | None]) -> Floats:
        limits = np.array([_or_inf(figure(vehicle)) for vehicle in vehicles] + [inf])
        return limits[np.where(rides, network.way, len(vehicles))]

    return Trade(
        network=network,
        by_mode={mode: np.flatnonzero(network.mode == mode) for mode in sorted({*network.mode.tolist()} - {""})},
        refuses={goods: _refusing(network, passed, goods) for goods in GOODS},
        undocumented=_undocumented(network),
        no_wagons=(of_ride(lambda v: inf if _takes_wagons(v) else 0.0) == 0.0) | passed.arcs(_shifts_no_wagons),
        no_40ft=of_ride(lambda vehicle: vehicle.capacity_teu if vehicle.mode in PARTED else inf) < 2,
        room_teu=of_ride(lambda vehicle: inf if vehicle.mode in PARTED else vehicle.capacity_teu),
        room_wagons=of_ride(lambda vehicle: vehicle.capacity_wagons),
        room_t=of_ride(lambda vehicle: inf if vehicle.mode in PARTED else vehicle.capacity_t),
        most_t_20ft=of_ride(lambda vehicle: vehicle.max_t_20ft),
        most_t_40ft=of_ride(lambda vehicle: vehicle.max_t_40ft),
        most_t_wagon=of_ride(lambda vehicle: vehicle.max_t_wagon),
        unpriced={column: np.isnan(network.sums[:, column]) for column in UNITS},
        no_factor=np.isnan(network.sums[:, KG_PER_T]) | np.isnan(network.sums[:, KG_PER_BOX]),
    )


def _or_inf(limit: float | None) -> float:
    return inf if limit is None else float(limit)


def _takes_wagons(vehicle: Row) -> bool:
    """Trains, ferries with tracks, and ships that take goods in bulk as wagons bring them."""
    bulk = vehicle.mode == "sea" and not vehicle.capacity_teu and vehicle.capacity_t
    return bool(vehicle.mode == "rail" or vehicle.capacity_wagons or bulk)


def _shifts_no_wagons(facility: Row) -> bool:
    """Whether a facility that handles goods has nothing for wagons; trains are made up anew in any rail yard."""
    shunts = facility.from_mode == facility.to_mode == "rail"
    return facility.kind in HANDLES and not shunts and facility.serves not in SERVES_WAGONS


def _columns(flags: Flags, names: Sequence[str]) -> dict[str, Arcs]:
    """The arcs on which each column of (n_arcs, n_names) holds."""
    arcs, columns = np.nonzero(flags)
    return _grouped(arcs, columns, names)


def _grouped(arcs: Arcs, groups: Arcs, names: Sequence[str]) -> dict[str, Arcs]:
    """Arcs by the name of the group that each is in."""
    if not names:
        return {}
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(1, len(names)))
    return dict(zip(names, np.split(arcs[order], bounds), strict=True))


def _by_service(network: Network) -> dict[str, Arcs]:
    names = sorted({way.service.id for way in network.ways})
    number = {name: ix for ix, name in enumerate(names)}
    of_way = np.array([number[way.service.id] for way in network.ways], dtype=np.intp)
    rides = np.flatnonzero(network.way >= 0)
    return _grouped(rides, of_way[network.way[rides]], names)


def _refusing(network: Network, passed: _Passed, goods: str) -> Flags:
    """Arcs of a service, or by a facility, that refuses these goods (n_arcs,)."""
    services = [ix for ix, way in enumerate(network.ways) if goods in way.service.refuses]
    return np.isin(network.way, services) | passed.arcs(lambda row: goods in row.refuses)


class _Passed:
    """Which arcs pass which facilities: gates and transfers, and borders, gauge changes and berths of rides."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.rows = network.corridor.by_key("facility")
        self.at: dict[str, list[int]] = {}
        for ix, arc in enumerate(network.arcs):
            if arc.facility:
                self.at.setdefault(arc.facility, []).append(ix)

    def arcs(self, chosen: Callable[[Row], bool]) -> Flags:
        """Arcs that pass one of the chosen facilities (n_arcs,)."""
        return np.isfinite(self.least(lambda row: 0.0 if chosen(row) else None))

    def least(self, figure: Callable[[Row], float | None]) -> Floats:
        """The least figure of the facilities that an arc passes, infinite where none has one (n_arcs,)."""
        least = np.full(len(self.network.arcs), inf)
        figures = {name: value for name, row in self.rows.items() if (value := figure(row)) is not None}
        for name, value in figures.items():
            least[self.at.get(name, [])] = value
        if not any(_is_on_rides(self.rows[name]) for name in figures):
            return least
        for ix, arc in enumerate(self.network.arcs):
            if arc.is_ride:
                met = [figures[name] for name in facilities_of(self.network, ArcIx(ix)) if name in figures]
                least[ix] = min(met, default=inf)
        return least


def _is_on_rides(facility: Row) -> bool:
    """Whether a vehicle may pass a facility on its way with goods on board."""
    return facility.kind in ("border", "berth") or (facility.kind == "gauge_change" and facility.serves == "train")


def facilities_of(network: Network, arc: ArcIx) -> list[str]:
    """Ids of the facilities that an arc passes, in order."""
    a = network.arcs[arc]
    if not a.is_ride:
        return [a.facility] * (not a.is_imagined)
    way = network.ways[a.way]
    before, after = network.riding.end_items(way, a.board, a.alight)
    items = [*before, *way.items(a.board, a.alight), *after]
    return [item.row for item in items if item.kind in FACILITY_KINDS]


def _undocumented(network: Network) -> Flags | None:
    """Rides that goods with the network's documents cannot take (n_arcs,)."""
    documents = network.riding.documents
    refused = np.zeros(len(network.arcs), dtype=np.bool_)
    for mode in sorted({*network.mode.tolist()} - {""}):
        countries = documents.carried_in(mode)
        if countries is not None:
            without = [ix for ix, name in enumerate(network.countries) if name not in countries]
            refused |= (network.mode == mode) & network.passes_country[:, without].any(axis=1)
    if any(row.regimes for row in network.corridor.rows("facility")):
        for ix, arc in enumerate(network.arcs):
            refused[ix] |= arc.is_ride and bool(closed_crossing(network, ArcIx(ix)))
    return refused if refused.any() else None


def closed_crossing(network: Network, arc: ArcIx) -> tuple[str, str, tuple[str, ...]] | tuple[()]:
    """(place, other place, documents of which one is needed) of the first crossing where none is held."""
    a, riding = network.arcs[arc], network.riding
    way = network.ways[a.way]
    stops = [stop.place for stop in way.stops[a.board : a.alight + 1]]
    mode = way.service.mode
    hops = [(stops[0], stops[-1])] if mode in AFLOAT else list(pairwise(stops))
    for here, there in hops:
        for place, other, direction in ((here, there, "out"), (there, here, "in")):
            needed = riding.lacking(mode, place, other, direction)
            if needed:
                return place, other, needed
    return ()
