"""How fast the simulator is, beside other engines on the same models: `python -m benchmarks.bench_sim [ROUNDS]`.

What is compared runs in turn, five rounds or more, after one run of each that does not count; told is the median of the
rounds' ratios with the least and the greatest. Events are counted alike for all engines (`peers/spec.py`). The numbers
are of the machine that it runs on and of what else that machine does, whose load is printed; nothing fails here for
being slow.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from benchmarks.peers.by_cimba import cimba_mm1
from benchmarks.peers.by_cimba_servers import cimba_line
from benchmarks.peers.by_cimba_units import cimba_units_line
from benchmarks.peers.by_karvan import hours_for, karvan_line, karvan_mm1, line_system, mm1_system
from benchmarks.peers.by_simpy import simpy_line, simpy_mm1
from benchmarks.peers.spec import LINE, MM1
from benchmarks.peers.tally import Result

from karvan.corridor import load
from karvan.sim import Result as Found
from karvan.sim import Serve, System, exponential, fixed, replicate
from karvan.sim.pack import pack
from karvan.sim.replication import EVENTS_AT_A_TIME, Replication
from karvan.study.simulate import Simulate, demand_of, packed_of

FEWEST_ROUNDS = 5
UNITS = 100_000
"""Of a line; SimPy gets a fifth, as its speed does not depend on it."""
HELD = (10_000, 5_000_000)
STREETS = 16
PASSED = (1_000_000, 10_000_000)
REPLICATIONS = 20

Measure = Callable[[int], float]
"""From the number of the round."""


def speed(run: Callable[[int, int], Result], units: int) -> Measure:
    """Events a second of an engine's model."""

    def measured(number: int) -> float:
        found = run(units, number + 1)
        return found["events"] / found["seconds"]

    return measured


def compare(name: str, goal: str, a: Measure, b: Measure, rounds: int, unit: str, scale: float = 1.0) -> None:
    """Print a over b: the median of ratios by rounds, and the medians of both."""
    a(0), b(0)
    pairs = [(a(number), b(number)) for number in range(1, rounds + 1)]
    ratios = [one / other for one, other in pairs]
    one, other = (scale * statistics.median(column) for column in zip(*pairs, strict=True))
    told = f"{statistics.median(ratios):8.2f} [{min(ratios):.2f}..{max(ratios):.2f}]"
    load = os.getloadavg()[0]
    print(f"{name:44}{told:28} goal {goal:8} {one:9.3f} over {other:.3f} {unit}, load {load:.1f}", flush=True)


def line_seconds(logged: bool) -> Measure:
    """Of a line's replication alone, with or without its event log; the log is looked at and let go."""
    packed = pack(line_system(LINE, UNITS))
    rows = 0

    def hear(block: np.ndarray) -> None:
        nonlocal rows
        rows += len(block)

    def measured(number: int) -> float:
        hours = hours_for(UNITS, LINE.arrivals_per_h)
        replication = Replication(packed, 1, number, hours, sample_h=hours / 100, log=hear if logged else None)
        began = time.perf_counter()
        replication.run()
        return time.perf_counter() - began

    return measured


def crowd(held: int) -> System:
    """Streets that each begin with a queue, filled in the first hours, before a server that is never without work.

    As many come as are served, so that the queues keep their length; neighbours in a queue lie far apart in memory.
    """
    system = System()
    for street in range(STREETS):
        system.station(f"counter {street}")
        system.program(f"unit {street}", [Serve(f"counter {street}", exponential(1.0))])
        each = held // STREETS
        system.source(f"crowd {street}", f"unit {street}", every=fixed(1.0 / each), limit=each)
        system.source(f"street {street}", f"unit {street}", every=exponential(1.0), first_h=1.0)
    return system


def event_ns(held: int) -> Measure:
    """Wall time of an event, ns, while so many units wait: of the spans between two looks after the filling."""
    packed = pack(crowd(held))
    counted = 4 * EVENTS_AT_A_TIME
    hours = 1.0 + counted / (2 * STREETS)

    def measured(number: int) -> float:
        looks: list[float] = []
        replication = Replication(packed, 1, number, hours, sample_h=hours / 10)
        replication.run(watch=lambda _: looks.append(time.perf_counter()))
        spans = [later - sooner for sooner, later in pairwise(looks[:-1])]
        filling = held // EVENTS_AT_A_TIME
        return statistics.median(spans[filling:]) / EVENTS_AT_A_TIME * 1e9

    return measured


def threads(workers: int, kept: list[Found]) -> Measure:
    """Seconds of all replications of a line on so many threads."""
    packed = pack(line_system(LINE, UNITS))
    hours = hours_for(UNITS, LINE.arrivals_per_h)

    def measured(number: int) -> float:
        began = time.perf_counter()
        found = replicate(
            packed, hours=hours, seed=number, replications=REPLICATIONS, workers=workers, sample_h=hours / 100
        )
        seconds = time.perf_counter() - began
        kept.append(found)
        return seconds

    return measured


def state_bytes(replication: Replication) -> int:
    """Of all that a run changes but its samples, which are as many as were asked for."""
    arrays = replication.state._asdict()
    return sum(array.nbytes for name, array in arrays.items() if name not in {"series", "pulse", "early"})


def year(rounds: int) -> None:
    """Print the seconds of a replication of the shipped corridor's year, container by container, from empty."""
    corridor = load()
    packed = packed_of(corridor, demand_of(corridor, Simulate()), Simulate(), 0.0)
    Replication(packed, 1, 0, 24.0).run()
    seconds, events = [], 0
    for number in range(rounds):
        replication = Replication(packed, 1, number, Simulate().days * 24)
        began = time.perf_counter()
        replication.run()
        seconds.append(time.perf_counter() - began)
        events = int(replication.state.clock.events[0])
    told = f"{statistics.median(seconds):8.2f} [{min(seconds):.2f}..{max(seconds):.2f}]"
    print(f"{'a year of the shipped corridor, s':44}{told:28} goal {'< 3':8} {events:,} events", flush=True)


def memory() -> None:
    """Print the bytes of a run's state after units have passed through, and with units that stay."""
    for units in PASSED:
        replication = Replication(pack(mm1_system()), 1, 0, units / MM1.arrivals_per_h, sample_h=1000.0)
        replication.run()
        most = int(replication.state.station.most[0])
        print(f"state after {units:>10,} units of M/M/1, at most {most} waiting: {state_bytes(replication):>13,} bytes")
    for held in HELD:
        replication = Replication(pack(crowd(held)), 1, 0, 2.0)
        replication.run()
        print(f"state with  {held:>10,} units that wait: {state_bytes(replication):>34,} bytes")


def same(one: Found, other: Found) -> bool:
    """Whether two results are the same to the last bit, as far as units go."""
    return all(
        np.array_equal(a.histogram, b.histogram) and np.array_equal(a.lost["unit_h"], b.lost["unit_h"])
        for a, b in zip(one.outcomes, other.outcomes, strict=True)
    )


def main(rounds: int) -> None:
    line, mm1 = speed(karvan_line, UNITS), speed(karvan_mm1, 10 * UNITS)
    speeds = (
        ("line, over SimPy", ">= 100", line, speed(simpy_line, UNITS // 5)),
        ("line, over Cimba, a process a unit, re-used", ">= 10", line, speed(cimba_units_line, UNITS)),
        ("line, over Cimba, a process a server", ">= 10", line, speed(cimba_line, UNITS)),
        ("M/M/1, over SimPy", ">= 120", mm1, speed(simpy_mm1, UNITS)),
        ("M/M/1, over Cimba", "", mm1, speed(cimba_mm1, 10 * UNITS)),
    )
    for name, goal, ours, theirs in speeds:
        compare(name, goal, ours, theirs, rounds, "M events/s", 1e-6)
    compare("line with the event log, over without", "<= 1.25", line_seconds(True), line_seconds(False), rounds, "s")
    few, many = (event_ns(held) for held in HELD)
    compare("an event with 5 M waiting, over 10 thousand", "<= 1.3", many, few, rounds, "ns")
    on_one: list[Found] = []
    on_two: list[Found] = []
    compare("20 replications on 1 thread, over 2", ">= 1.7", threads(1, on_one), threads(2, on_two), rounds, "s")
    equal = all(same(a, b) for a, b in zip(on_one, on_two, strict=True))
    print(f"the same bits on 1 and 2 threads: {'yes' if equal else 'NO'}")
    year(rounds)
    memory()


if __name__ == "__main__":
    main(max(int(sys.argv[1]) if len(sys.argv) > 1 else FEWEST_ROUNDS, FEWEST_ROUNDS))
