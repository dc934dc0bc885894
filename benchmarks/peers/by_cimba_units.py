"""The line in Cimba's Python with a process a unit, as in SimPy: its more natural form, and its slower one.

A unit that waits for a vessel leaves the address of its process in the vessel's queue and sleeps; the vessel wakes it
when it is loaded, and again ashore.
"""

from __future__ import annotations

from functools import cache

import cimba as cb
from cimba import random

from .by_cimba import run, run_line
from .spec import LINE, Fleet, Line, Stage
from .tally import Result


class Servers(cb.Model):
    """A stage."""

    free: cb.Resource
    mean_h: cb.Param[float]

    def __init__(self, stage: Stage) -> None:
        self.free = cb.Resource(capacity=stage.servers)
        self.mean_h = stage.mean_h

    @cb.function
    def serve(self) -> float:
        """Queue, be served, keep the server; gives the hours in the queue."""
        asked = cb.now()
        self.free.acquire()
        queued = cb.now() - asked
        cb.hold(random.exponential(self.mean_h))
        return queued


class Unit(cb.Model):
    """One unit down the line."""

    line: cb.Ref[Corridor]

    @cb.process
    def travel(self) -> None:
        line = self.line
        created = cb.now()
        queued = 0.0
        last = len(line.inland) - 1
        for i in range(last):
            queued += line.inland[i].serve()
            line.inland[i].free.release()
        queued += line.inland[last].serve()
        ready = cb.now()
        line.places.get(1)
        line.inland[last].free.release()
        landed = cb.now()
        queued += line.shore.serve()
        line.shore.free.release()
        if line.vessels_sail:
            line.waiting.put(cb.this_process().pointer)
            cb.suspend()
        else:
            line.places.put(1)
        in_yard = cb.now() - landed
        if line.vessels_sail:
            cb.suspend()
        for i in range(len(line.beyond)):
            queued += line.beyond[i].serve()
            line.beyond[i].free.release()
        line.completed += 1
        line.time_in_system_h += cb.now() - created
        line.blocked_h += landed - ready
        line.yard_h += in_yard
        line.queueing_h += queued
        cb.release(self)


class Vessel(cb.Model):
    """To and fro: full there, empty back."""

    line: cb.Ref[Corridor]
    aboard: cb.Array[int]
    sail_h: cb.Param[float]
    unload_h: cb.Param[float]

    def __init__(self, line: Corridor, fleet: Fleet) -> None:
        self.line, self.aboard = line, cb.Array(fleet.slots)
        self.sail_h, self.unload_h = fleet.sail_h, fleet.unload_h

    @cb.process
    def sail(self) -> None:
        line = self.line
        while True:
            line.near_berth.acquire()
            for slot in range(len(self.aboard)):
                unit = line.waiting.get()
                self.aboard[slot] = unit
                line.places.put(1)
                cb.Process(unit).resume()
            line.near_berth.release()
            cb.hold(self.sail_h)
            line.far_berth.acquire()
            cb.hold(self.unload_h)
            line.far_berth.release()
            for unit in self.aboard:
                cb.Process(unit).resume()
            cb.hold(self.sail_h)


class Source(cb.Model):
    """Creates the units."""

    line: cb.Ref[Corridor]
    units: cb.Param[int]
    gap_h: cb.Param[float]

    def __init__(self, corridor: Corridor, line: Line, n: int) -> None:
        self.line, self.units, self.gap_h = corridor, n, 1 / line.arrivals_per_h

    @cb.process
    def create(self) -> None:
        for _ in range(self.units):
            cb.hold(random.exponential(self.gap_h))
            cb.spawn(Unit, line=self.line)


class Corridor(cb.Model):
    """The line, and sums over the units that came out."""

    inland: list[Servers]
    shore: Servers
    beyond: list[Servers]
    vessels: list[Vessel]
    vessels_sail: cb.Param[bool]
    source: Source
    places: cb.Container
    waiting: cb.Store[int]
    near_berth: cb.Resource
    far_berth: cb.Resource
    completed: cb.Output[int]
    time_in_system_h: cb.Output[float] = 0.0
    blocked_h: cb.Output[float] = 0.0
    yard_h: cb.Output[float] = 0.0
    queueing_h: cb.Output[float] = 0.0

    def __init__(self, line: Line, n: int) -> None:
        self.inland, self.beyond = [Servers(stage) for stage in line.inland], [Servers(stage) for stage in line.beyond]
        self.shore = Servers(line.shore)
        self.places = cb.Container(initial=line.yard_places)
        self.vessels_sail = line.fleet is not None
        self.vessels = [Vessel(self, line.fleet) for _ in range(line.fleet.vessels)] if line.fleet else []
        self.source = Source(self, line, n)


@cache
def compile_once() -> None:
    run(Corridor(LINE, 1), (), seed=0)


def cimba_units_line(n: int, seed: int, line: Line = LINE) -> Result:
    """n units down a line."""
    compile_once()
    return run_line(Corridor(line, n), line, n, seed)
