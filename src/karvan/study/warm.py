"""Compiling every kernel before it is needed, by running each on a corridor of two places."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

from karvan.corridor import load
from karvan.itinerary import FindItineraries, search
from karvan.itinerary.one_to_all import OneToAll
from karvan.itinerary.reach import starts
from karvan.network import pack
from karvan.sim import Pass, Serve, System, exponential, replicate


def warm() -> Iterator[tuple[str, float]]:
    """Names of the kernels and the seconds that each took."""
    network = pack(load())
    place = network.nodes[0].place
    began = time.perf_counter()
    ask = FindItineraries(place, place, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), horizon_days=1)
    search(network, ask)
    yield "label-setting search", time.perf_counter() - began
    began = time.perf_counter()
    one = OneToAll(network, ask)
    tree = one.grow(starts(network)[0].id, ask.depart)
    if tree is not None:
        tree.total(one.km, tree.at(one.gates([place]), 0))
    yield "one to all", time.perf_counter() - began
    began = time.perf_counter()
    small = System()
    small.closure("storm", [(1.0, 1.0)], exponential(1.0))
    small.gate("gate", closures=["storm"])
    small.station("station")
    small.program("unit", [Pass("gate"), Serve("station", exponential(1.0))])
    small.source("source", "unit", every=exponential(1.0))
    replicate(small, hours=1.0)
    yield "event loop", time.perf_counter() - began
