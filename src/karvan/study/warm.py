"""Compiling every kernel before it is needed, by running each on a corridor of two places."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from karvan.corridor import Corridor, load
from karvan.corridor.roads import Roads, TripClass
from karvan.flow.roads.equilibrium import equilibrium
from karvan.flow.roads.frank_wolfe import frank_wolfe
from karvan.flow.roads.optimum import optimum
from karvan.flow.roads.skims import skims
from karvan.flow.roads.stochastic import stochastic
from karvan.itinerary import FindItineraries, answer
from karvan.itinerary.one_to_all import OneToAll
from karvan.itinerary.reach import starts
from karvan.network import pack
from karvan.sim import Pass, Serve, System, exponential, replicate
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.timetabled import journeys, reach

DEPART = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FEED = {
    "agency": ("agency_name,agency_url,agency_timezone", "Two stops,https://example.org,UTC"),
    "stops": ("stop_id,stop_name,stop_lat,stop_lon", "a,A,0,0", "b,B,0,1"),
    "routes": ("route_id,route_short_name,route_type", "r,R,2"),
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        "s,1,1,1,1,1,1,1,20260101,20261231",
    ),
    "trips": ("route_id,service_id,trip_id", "r,s,t"),
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
        "t,08:00:00,08:00:00,a,1",
        "t,08:30:00,08:30:00,b,2",
    ),
}
"""A feed of one trip."""


def warm() -> Iterator[tuple[str, float]]:
    """Names of the kernels and the seconds that each took."""
    network = pack(load())
    began = time.perf_counter()
    flow = network.corridor.rows("demand")[0]
    ask = FindItineraries(flow.origin, flow.destination, DEPART, samples=10)
    options = answer(network, ask).options
    answer(network, replace(ask, arrive_by=options[0].arrive))
    yield "label-setting search", time.perf_counter() - began
    began = time.perf_counter()
    one = OneToAll(network, ask)
    tree = one.grow(starts(network)[0].id, ask.depart)
    if tree is not None:
        tree.total(one.km, tree.at(one.gates([flow.destination]), 0))
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
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in FEED.items():
            (Path(folder) / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
        journeys(folder, "a", "b", "2026-01-05T00:00", until="2026-01-05T09:00")
        journeys(folder, "a", "b", "2026-01-05T00:00")
        reach(folder, "a", "2026-01-05T00:00")
    yield "timetables", time.perf_counter() - began
    yield from _flows(network.corridor)


def _flows(corridor: Corridor) -> Iterator[tuple[str, float]]:
    began = time.perf_counter()
    roads = _two_roads()
    equilibrium(roads, 1e-3, 5)
    frank_wolfe(roads, 1e-3, 5)
    skims(stochastic(roads, gap=1e-3, most_iterations=5))
    optimum(roads)
    yield "flows on networks", time.perf_counter() - began
    began = time.perf_counter()
    problem = problem_of(corridor, Assign())
    for method in ("ue", "sue", "so"):
        solve(problem, Assign(method=method, iterations=2))
    yield "flows on corridors", time.perf_counter() - began


def _two_roads() -> Roads:
    """Two zones with two links from the first to the second."""
    ones, trips = np.ones(2), np.array([[0.0, 1.0], [0.0, 0.0]])
    return Roads(
        name="two roads", nodes=np.array([1, 2]), n_zones=2, through=np.array([True, True]),
        tail=np.zeros(2, dtype=np.int64), head=np.ones(2, dtype=np.int64), capacity=ones, free_flow=ones, b=ones,
        power=ones, toll=ones, length=ones, classes=(TripClass("all", trips),),
    )  # fmt: skip
