"""The models in karvan's own engine: systems of stations, queues and vessels, run by its one event loop.

The loop is compiled when it is first run, and kept on disk; a run of one unit makes sure of that beforehand, so that
`seconds` is the time of packing, running and telling alone.
"""

from __future__ import annotations

import time
from functools import cache

from karvan.sim import (
    Board,
    Delay,
    Load,
    Release,
    Repeat,
    Seize,
    Serve,
    System,
    Unload,
    exponential,
    fixed,
    replicate,
)
from karvan.sim.replicate import Result as Found
from karvan.sim.step import Step

from .spec import LINE, MM1, Fleet, Line, Mm1, Stage
from .tally import Result, line_result, mm1_result

SAMPLES = 100
"""Of queues and use, in a run: nothing here is read off them, but a run always takes some."""


def mm1_system(queue: Mm1 = MM1, units: int | None = None) -> System:
    """One queue; None is no end of units."""
    system = System()
    system.station("counter")
    system.program("unit", [Serve("counter", exponential(1 / queue.services_per_h))])
    system.source("street", "unit", every=exponential(1 / queue.arrivals_per_h), limit=units)
    return system


def line_system(line: Line = LINE, units: int | None = None) -> System:
    """A line. What a unit waits for counts by itself: servers as `crane`, the quay as `berth` and `papers`."""
    system = System()
    steps: list[Step] = [served(system, stage) for stage in line.inland]
    system.station("yard places", line.yard_places, room=0)
    system.station(line.shore.name, line.shore.servers, cause="berth", work="papers")
    steps += [Seize("yard places"), Serve(line.shore.name, exponential(line.shore.mean_h))]
    steps.append(over_the_sea(system, line.fleet) if line.fleet else Release("yard places"))
    steps += [served(system, stage) for stage in line.beyond]
    system.program("unit", steps)
    system.source("inland", "unit", every=exponential(1 / line.arrivals_per_h), limit=units)
    return system


def served(system: System, stage: Stage) -> Serve:
    """A stage's servers, and the step that passes them."""
    system.station(stage.name, stage.servers)
    return Serve(stage.name, exponential(stage.mean_h))


def over_the_sea(system: System, fleet: Fleet) -> Board:
    """The vessels, and the step that rides on one: it gives the place in the yard back when the unit is loaded."""
    system.queue("quay")
    system.station("near berth")
    system.station("far berth")
    sail = Delay(fixed(fleet.sail_h))
    there = [Seize("near berth"), Load("quay", fill=True), Release("near berth"), sail]
    back = [Seize("far berth"), Delay(fixed(fleet.unload_h)), Unload(1), Release("far berth"), sail, Repeat()]
    system.program("vessel", there + back)
    system.fleet("vessels", "vessel", fleet.vessels, fleet.slots)
    return Board("quay", alight=1, frees="yard places")


def hours_for(units: int, per_h: float) -> float:
    """More than enough for all units to come out; once nothing moves any more, hours cost nothing."""
    return 2 * units / per_h + 10_000


def timed(system: System, units: int, per_h: float, seed: int) -> tuple[Found, float]:
    """One replication, and its wall time in seconds."""
    compile_once()
    hours = hours_for(units, per_h)
    began = time.perf_counter()
    found = replicate(system, hours=hours, seed=seed, sample_h=hours / SAMPLES)
    return found, time.perf_counter() - began


@cache
def compile_once() -> None:
    replicate(mm1_system(units=1), hours=100.0)


def karvan_mm1(n: int, seed: int, queue: Mm1 = MM1) -> Result:
    """n arrivals at one server."""
    found, seconds = timed(mm1_system(queue, n), n, queue.arrivals_per_h, seed)
    return mm1_result(n, found.station("counter", "wait_h").mean, seconds)


def karvan_line(n: int, seed: int, line: Line = LINE) -> Result:
    """n units down a line.

    With vessels, the mean wait for one is over all who were loaded, so that n should be a multiple of `slots`: else up
    to `slots - 1` units count in `yard_h` that a vessel which never sailed had loaded.
    """
    found, seconds = timed(line_system(line, n), n, line.arrivals_per_h, seed)
    completed = int(found.group("unit", "delivered").mean)
    of_units = {cause: found.group("unit", f"{cause}_h").mean for cause in ("crane", "berth", "papers", "blocked")}
    boarding_h = completed * found.queue("quay", "wait_h").mean if line.fleet else 0.0
    sums = (
        completed * found.group("unit", "hours").mean,
        of_units["blocked"],
        of_units["berth"] + of_units["papers"] + boarding_h,
        of_units["crane"] + of_units["berth"],
    )
    return line_result(line, n, sums, completed, seconds)
