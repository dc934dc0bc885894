"""Which way goods go: every row of demand as streams of units, each on the cheapest chain of its families.

All of a row takes the way of least generalised cost; how flows part when capacity is short is the assignment's matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.flow.services.goods import TEU_PER_TRUCK, UNITS, unit_of
from karvan.itinerary import FindItineraries, Load
from karvan.itinerary.request import MODES
from karvan.itinerary.search import Chain, best_of_families, generalised
from karvan.network import Network, pack
from karvan.network.room import facility_for
from karvan.sim.stream import EVEN, Pass, Ride, Stream

AT_SEA = ("sea",)
"""What is counted at a port and goes by an ocean goes from that port by ship, where there is a ship."""


@dataclass(frozen=True)
class Unrouted:
    """Demand that no chain of its families serves."""

    demand: str
    unit: str
    families: tuple[str, ...]


@dataclass(frozen=True)
class Routing:
    """Streams, and what finds no way."""

    streams: tuple[Stream, ...]
    unrouted: tuple[Unrouted, ...]


def route_demand(corridor: Corridor, year: int, factor: float = 1.0) -> Routing:
    """Streams of a year's demand, every row times `factor`."""
    shares = month_shares(corridor)
    streams: list[Stream] = []
    unrouted: list[Unrouted] = []
    for unit in UNITS:
        rows = [row for row in corridor.rows("demand") if row.year == year and unit_of(row) == unit]
        if not rows:
            continue
        network = pack(carrying(corridor, unit))
        for row in rows:
            goods = corridor.row("commodity", row.commodity)
            found = cheapest(network, row, goods)
            if found is None:
                unrouted.append(Unrouted(row.id, unit, row.families))
                continue
            family, chain = found
            legs = legs_of(network, chain.arcs)
            for suffix, teu, tonnes, per_year in amounts(row, goods, unit):
                streams.append(
                    Stream(f"{row.id}{suffix}", row.id, row.origin, row.destination, family, unit, teu, tonnes,
                           per_year * factor, shares[row.month_profile or ""], legs)
                )  # fmt: skip
    return Routing(tuple(streams), tuple(unrouted))


def month_shares(corridor: Corridor) -> dict[str, tuple[float, ...]]:
    """Shares of the year by month of each profile (12,); of none, "", even."""
    shares: dict[str, list[float]] = {"": list(EVEN)}
    for row in corridor.rows("month_profile"):
        shares.setdefault(row.profile, [0.0] * 12)[row.month - 1] = row.share
    return {profile: tuple(months) for profile, months in shares.items()}


def amounts(row: Row, goods: Row, unit: str) -> list[tuple[str, int, float, float]]:
    """(suffix, TEU of a unit, tonnes in it, units a year) of a row."""
    if unit == "container":
        share = 1.0 if row.share_40ft is None else row.share_40ft
        boxes = [("", 2, share), ("-20ft", 1, 1 - share)]
        teu_year = row.t_year / goods.t_per_teu if row.teu_year is None else row.teu_year
        return [(suffix, teu, teu * goods.t_per_teu, teu_year * part / teu) for suffix, teu, part in boxes if part > 0]
    tonnes = goods.t_per_wagon if unit == "wagon" else goods.t_per_truck
    if row.teu_year is not None:
        return [("", 0, tonnes, row.teu_year / TEU_PER_TRUCK)]
    return [("", 0, tonnes, row.t_year / tonnes)]


def carrying(corridor: Corridor, unit: str) -> Corridor:
    """The part of a corridor that takes a unit: services with room for it, facilities that work on it.

    Goods of a year go by what is usual: hours and closures are for the simulator to wait for.

    Wagons and trucks have no price lists, so that for them the quickest way is the cheapest.
    """
    vehicle = corridor.by_key("vehicle")

    def takes(service: Row) -> bool:
        of = vehicle[service.vehicle]
        if unit == "wagon":
            return bool(of.capacity_wagons or (service.mode == "sea" and not of.capacity_teu and of.capacity_t))
        if unit == "truck":
            return bool(of.capacity_trucks or service.mode == "road")
        return bool(of.capacity_teu) and service.mode != "air"

    services = {service.id for service in corridor.rows("service") if takes(service)}
    tables = dict(corridor.tables)
    tables["service"] = tuple(row for row in corridor.rows("service") if row.id in services)
    for table in ("stop", "timetable"):
        tables[table] = tuple(row for row in corridor.rows(table) if row.service in services)
    tables["facility"] = tuple(
        row._replace(opens=None, closes=None) for row in corridor.rows("facility") if _works_on(row, unit)
    )
    tables["closure_time"] = ()
    if unit != "container":
        free = corridor.rows("tariff")[0]._replace(
            kind="leg", from_place="", to_place="", price_usd=0.0, price_usd_km=None
        )
        tables["tariff"] = tuple(
            free._replace(id=f"{service}:{size}", service=service, unit=size)
            for service in sorted(services)
            for size in ("20ft", "40ft")
        )
    return replace(corridor, tables=tables, digest="")


def _works_on(facility: Row, unit: str) -> bool:
    """Whether a facility works on a unit; wagons change trains in the yards where boxes do."""
    if facility.kind not in ("transshipment", "gauge_change") or facility.serves == "train":
        return True
    if unit == "container":
        on_wagons = facility.serves == "wagon" and facility.to_mode == "inland_waterway"
        return bool(facility.serves == "container" or on_wagons)
    if unit == "wagon" and facility.kind == "transshipment" and facility.from_mode == facility.to_mode == "rail":
        return True
    return bool(facility.serves == unit)


def cheapest(network: Network, row: Row, goods: Row) -> tuple[str, Chain] | None:
    """Family and chain of least generalised cost among those that a row of demand may take."""
    tonnes = 2 * goods.t_per_teu
    usd_h = tonnes * (goods.usd_per_t or 0.0) * (goods.value_of_time_pct_day or 0.0) / 100 / 24
    depart = dt.datetime(row.year, 1, 1, tzinfo=dt.UTC)  # of the services those that run at the start of its year
    # A box stands for any unit here, and every unit is as heavy as what carries it allows: so none is weighed.
    ask = FindItineraries(
        row.origin, row.destination, depart, Load(boxes_40ft=1), 0.0, max(usd_h, 1e-6), via=tuple(row.via)
    )
    for modes in (
        (AT_SEA, MODES) if row.families and all(name.startswith("ocean") for name in row.families) else (MODES,)
    ):
        best = best_of_families(network, replace(ask, modes=modes))
        allowed = [(family, chain) for family, chain in best.items() if not row.families or family in row.families]
        if allowed:
            return min(allowed, key=lambda found: (generalised(found[1], ask), found[0]))
    return None


def legs_of(network: Network, chain: Sequence[int]) -> tuple[Pass | Ride, ...]:
    """The legs of a chain of arcs; a facility gives way to one like it that names the vessel ridden there."""
    arcs = [network.arcs[ix] for ix in chain]
    legs: list[Pass | Ride] = []
    for at, arc in enumerate(arcs):
        if arc.is_ride:
            legs.append(Ride(network.ways[arc.way].id, arc.board, arc.alight))
            continue
        beside = [network.ways[arcs[n].way] for n in (at - 1, at + 1) if 0 <= n < len(arcs) and arcs[n].is_ride]
        legs.append(Pass(facility_for(network.riding, arc.facility, [way.service.vehicle for way in beside])))
    return tuple(legs)
