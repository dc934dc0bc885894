"""The line in Cimba's Python, a process a server: units are numbers that wander from store to store.

This is the quickest way that we found to write it there; `by_cimba_units` has the more natural one.
"""

from __future__ import annotations

from functools import cache

import cimba as cb
from cimba import random

from .by_cimba import run, run_line
from .spec import LINE, Fleet, Line, Stage
from .tally import Result


class Queue(cb.Model):
    """Units that wait, in order; a model of its own so that there can be a list of them."""

    units: cb.Store[int]


class Server(cb.Model):
    """Takes the next unit, holds it for a service, hands it on."""

    line: cb.Ref[Corridor]
    come: cb.Ref[cb.Store[int]]
    go: cb.Ref[cb.Store[int]]
    mean_h: cb.Param[float]

    @cb.process
    def serve(self) -> None:
        line = self.line
        while True:
            unit = self.come.get()
            line.queued[unit] += cb.now() - line.asked[unit]
            cb.hold(random.exponential(self.mean_h))
            line.asked[unit] = cb.now()
            self.go.put(unit)


class YardServer(cb.Model):
    """A server of the last inland stage, or of the shore without vessels: the yard's places change hands here."""

    line: cb.Ref[Corridor]
    come: cb.Ref[cb.Store[int]]
    go: cb.Ref[cb.Store[int]]
    mean_h: cb.Param[float]
    enters: cb.Param[bool]

    @cb.process
    def serve(self) -> None:
        line = self.line
        while True:
            unit = self.come.get()
            line.queued[unit] += cb.now() - line.asked[unit]
            cb.hold(random.exponential(self.mean_h))
            if self.enters:
                ready = cb.now()
                line.places.get(1)
                line.blocked[unit] = cb.now() - ready
                line.landed[unit] = cb.now()
            else:
                line.places.put(1)
                line.in_yard[unit] = cb.now() - line.landed[unit]
            line.asked[unit] = cb.now()
            self.go.put(unit)


class Vessel(cb.Model):
    """To and fro: full there, empty back."""

    line: cb.Ref[Corridor]
    come: cb.Ref[cb.Store[int]]
    go: cb.Ref[cb.Store[int]]
    aboard: cb.Array[int]
    sail_h: cb.Param[float]
    unload_h: cb.Param[float]

    @cb.process
    def sail(self) -> None:
        line = self.line
        while True:
            line.near_berth.acquire()
            for slot in range(len(self.aboard)):
                unit = self.come.get()
                self.aboard[slot] = unit
                line.in_yard[unit] = cb.now() - line.landed[unit]
                line.places.put(1)
            line.near_berth.release()
            cb.hold(self.sail_h)
            line.far_berth.acquire()
            cb.hold(self.unload_h)
            line.far_berth.release()
            for unit in self.aboard:
                line.asked[unit] = cb.now()
                self.go.put(unit)
            cb.hold(self.sail_h)


class Ends(cb.Model):
    """Where units come from and where they go to."""

    line: cb.Ref[Corridor]
    first: cb.Ref[cb.Store[int]]
    last: cb.Ref[cb.Store[int]]
    gap_h: cb.Param[float]

    @cb.process
    def create(self) -> None:
        for unit in range(len(self.line.created)):
            cb.hold(random.exponential(self.gap_h))
            self.line.created[unit] = cb.now()
            self.line.asked[unit] = cb.now()
            self.first.put(unit)

    @cb.process
    def take(self) -> None:
        line = self.line
        while True:
            unit = self.last.get()
            line.completed += 1
            line.time_in_system_h += cb.now() - line.created[unit]
            line.blocked_h += line.blocked[unit]
            line.yard_h += line.in_yard[unit]
            line.queueing_h += line.queued[unit]


class Corridor(cb.Model):
    """The line: what it is made of, what is known of each unit, and sums over those that came out."""

    queues: list[Queue]
    servers: list[Server]
    yard_servers: list[YardServer]
    vessels: list[Vessel]
    ends: Ends
    places: cb.Container
    near_berth: cb.Resource
    far_berth: cb.Resource
    created: cb.Array[float]
    asked: cb.Array[float]
    landed: cb.Array[float]
    queued: cb.Array[float]
    blocked: cb.Array[float]
    in_yard: cb.Array[float]
    completed: cb.Output[int]
    time_in_system_h: cb.Output[float] = 0.0
    blocked_h: cb.Output[float] = 0.0
    yard_h: cb.Output[float] = 0.0
    queueing_h: cb.Output[float] = 0.0

    def __init__(self, line: Line, n: int) -> None:
        for name in ("created", "asked", "landed", "queued", "blocked", "in_yard"):
            setattr(self, name, cb.Array(n))
        self.places = cb.Container(initial=line.yard_places)
        sea = [None] if line.fleet else []
        stages = [*line.inland, line.shore, *sea, *line.beyond]
        queues = [Queue() for _ in range(len(stages) + 1)]
        for queue in queues:
            queue.units = cb.Store()
        self.queues = queues
        self.servers, self.yard_servers, self.vessels = [], [], []
        for stage, come, go in zip(stages, queues[:-1], queues[1:], strict=True):
            if stage is None:
                self.vessels = [self.vessel(line.fleet, come, go) for _ in range(line.fleet.vessels)]
            else:
                self.staff(line, stage, come, go)
        self.ends = self.tied(Ends(), first=queues[0].units, last=queues[-1].units, gap_h=1 / line.arrivals_per_h)

    def staff(self, line: Line, stage: Stage, come: Queue, go: Queue) -> None:
        """Put a stage's servers between two queues."""
        fields = {"come": come.units, "go": go.units, "mean_h": stage.mean_h}
        enters = stage is line.inland[-1]
        if enters or (stage is line.shore and not line.fleet):
            self.yard_servers += [self.tied(YardServer(), **fields, enters=enters) for _ in range(stage.servers)]
        else:
            self.servers += [self.tied(Server(), **fields) for _ in range(stage.servers)]

    def vessel(self, fleet: Fleet, come: Queue, go: Queue) -> Vessel:
        """One of a fleet, between two queues."""
        fields = {"come": come.units, "go": go.units, "sail_h": fleet.sail_h, "unload_h": fleet.unload_h}
        return self.tied(Vessel(), **fields, aboard=cb.Array(fleet.slots))

    def tied(self, model: cb.Model, **fields: object) -> cb.Model:
        """A part of this line, with its fields set."""
        model.line = self
        for name, value in fields.items():
            setattr(model, name, value)
        return model


@cache
def compile_once() -> None:
    run(Corridor(LINE, 1), (), seed=0)


def cimba_line(n: int, seed: int, line: Line = LINE) -> Result:
    """n units down a line."""
    compile_once()
    return run_line(Corridor(line, n), line, n, seed)
