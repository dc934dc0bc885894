"""The network of one request as the kernels take it: what each arc costs this load, and when it can be passed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from karvan.itinerary.calendar import departures, seasons, stages, steady, windows
from karvan.itinerary.empty import FIELDS, empty_item
from karvan.itinerary.refusal import refusals
from karvan.itinerary.request import FindItineraries
from karvan.network.carriage import SIZES
from karvan.network.item import HOURS, KG_PER_BOX, KG_PER_T, VARIANCE
from karvan.network.network import END, Flags, Floats, Network

if TYPE_CHECKING:
    from karvan.kernels.passing import Graph

EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LIFTED = ("container", "truck", "wagon")
"""Customers of facilities that take the units of a load one by one."""


class Costs(NamedTuple):
    """What an arc costs the whole load (n_arcs,): USD, kg CO2e, infinite where it cannot be had, and variance, h2."""

    price: Floats
    co2e: Floats
    h2: Floats


class Handling(NamedTuple):
    """What facilities do to loads, by arc (n_arcs,)."""

    service_h: Floats
    """Hours that one unit holds a server, 0 where units are not taken one by one."""
    servers: Floats
    free_h: Floats
    storage_usd_20ft: Floats
    storage_usd_40ft: Floats
    """USD for a box and a day beyond free_h."""
    gates_out: Flags


def costs_of(network: Network, ask: FindItineraries, barred: Flags | None = None) -> Costs:
    """Price, CO2e and variance of each arc for the whole load; the empty boxes are paid for at the last gate."""
    sums = network.sums
    barred = refusals(network, ask).barred if barred is None else barred
    price = np.zeros(len(sums))
    for column, count in ask.load.charged(ask.tonnes):
        price += count * sums[:, column]
    empties = empty_item(network.corridor, ask)
    if empties is not None:
        price[handling_of(network).gates_out] += ask.price_usd(empties.sums)
    co2e = ask.tonnes * sums[:, KG_PER_T] + ask.load.boxes * sums[:, KG_PER_BOX]
    bad = barred | ~np.isfinite(price) | ~np.isfinite(co2e)
    price[bad] = np.inf
    co2e[bad] = np.inf
    return Costs(price, co2e, sums[:, VARIANCE] + network.wait_h2)


def graph_of(network: Network, ask: FindItineraries, barred: Flags | None = None) -> Graph:
    """The network for a request, with everything that bears on when an arc is passed. Marks are left at none.

    Not to be written to: requests of the same goods share it where nothing changes by the clock.
    """
    running = steady(network, ask) if barred is None else None
    if running is not None:
        return _steady(network, goods_of(network, ask), running)
    return _timed(network, ask, _load(network, ask, barred), *seasons(network, ask))


@lru_cache(maxsize=64)
def _steady(network: Network, ask: FindItineraries, running: bytes) -> Graph:
    """The network while the same services run."""
    shuts = np.where(np.frombuffer(running, dtype=np.bool_), np.inf, -np.inf)
    return _timed(network, None, _load(network, ask, None), np.full(len(shuts), -np.inf), shuts)


def _timed(
    network: Network, ask: FindItineraries | None, load: tuple[Any, Floats, Flags], opens: Floats, shuts: Floats
) -> Graph:  # fmt: skip
    """Arcs of a load with the calendar of a request, or none."""
    from karvan.kernels.passing import CHARGED, STAGED, TIMED, Graph

    arc, rate_h, stored = load
    none = np.zeros(len(arc) + 1, dtype=np.int64), np.empty(0)
    first_departure, leaving = departures(network, ask) if ask else none
    passed = stages(network, windows(network, ask) if ask else {})
    timed = (np.diff(first_departure) > 0) | np.isfinite(opens) | (shuts < np.inf)
    arc.kind = TIMED * timed + STAGED * (np.diff(passed.first_stage) > 0) + CHARGED * (rate_h > 0)
    free_h = handling_of(network).free_h
    return Graph(network.first_out, arc, opens, shuts, first_departure, leaving, *passed, rate_h, free_h, stored)


def goods_of(network: Network, ask: FindItineraries) -> FindItineraries:
    """Of a request what it is of and how it may go, and nothing of where and when: requests alike in it share work."""
    alike = replace(
        ask, depart=EVER, until=None, arrive_by=None, promised=None, via=(), samples=0, seed=0, epsilon=0.0,
        horizon_days=0.0,
    )  # fmt: skip
    pays_empties = {unit for unit, field, _ in FIELDS if getattr(ask.load, field)} & _empties(network)
    return alike if pays_empties else replace(alike, origin="", destination="")


@lru_cache(maxsize=16)
def _empties(network: Network) -> frozenset[str]:
    """What is paid for when it is brought back empty."""
    tariffs = (row for row in network.corridor.rows("tariff") if row.kind == "empty")
    return frozenset(size for row in tariffs for size in SIZES[row.unit])


def _load(network: Network, ask: FindItineraries, barred: Flags | None) -> tuple[Any, Floats, Flags]:
    """Arcs of a load at any time, USD an hour of its storage after each, and where that may be charged."""
    from karvan.kernels.passing import ARC

    handling = handling_of(network)
    rate_h = ask.load.boxes_20ft * handling.storage_usd_20ft + ask.load.boxes_40ft * handling.storage_usd_40ft
    rate_h /= 24.0
    arc = np.recarray(len(network.arcs), dtype=ARC)
    arc.hours, arc.wait, arc.head = network.sums[:, HOURS] + lot_h(network, ask), network.wait_h, network.head
    arc.price, arc.co2e, arc.h2 = costs_of(network, ask, barred)
    arc.marks, arc.row = 0, np.arange(len(arc))
    stored = np.zeros(len(network.nodes), dtype=np.bool_)
    stored[network.head[rate_h > 0]] = True
    return arc, rate_h, stored


def backward(network: Network, graph: Graph) -> Graph:
    """The same, to be followed from the target: storage is left out, for it rests on what comes later."""
    arc = graph.arc[network.into]
    arc.head = network.tail[network.into]
    arc.kind &= 3
    return graph._replace(first_out=network.first_in, arc=arc, stored=np.zeros_like(graph.stored))


def lot_h(network: Network, ask: FindItineraries) -> Floats:
    """Hours more until the last unit of a load is through a facility that serves a few at a time (n_arcs,)."""
    units = ask.load.boxes + ask.load.wagons
    handling = handling_of(network)
    return handling.service_h * (np.ceil(units / handling.servers) - 1.0)


@lru_cache(maxsize=16)
def handling_of(network: Network) -> Handling:
    """Gather what facilities do to loads."""
    n = len(network.arcs)
    service_h, servers, free_h, small, large = np.zeros(n), np.ones(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for ix, arc in enumerate(network.arcs):
        if not arc.is_ride and not arc.is_imagined:
            row = network.corridor.row("facility", arc.facility)
            if row.serves in LIFTED:
                service_h[ix], servers[ix] = row.service_time_h or 0.0, row.servers * (row.batch or 1)
            # Who hands in or takes out at a gate does not leave goods there.
            if arc.tail.state != "start" and arc.head.state != END:
                free_h[ix], small[ix] = row.free_h or 0.0, row.storage_usd_teu_day or 0.0
                large[ix] = row.storage_usd_feu_day or 0.0
    gates_out = np.array([arc.head.state == END for arc in network.arcs], dtype=np.bool_)
    return Handling(service_h, servers, free_h, small, large, gates_out)
