"""The models in SimPy: a process a unit and a process a vessel, as its own examples are written."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from random import Random
from typing import Any

import simpy
from simpy.resources.resource import Request

from .spec import LINE, MM1, Fleet, Line, Mm1, Stage
from .tally import Result, Tally, line_result, mm1_result

Steps = Generator[simpy.Event, Any, Any]


def simpy_mm1(n: int, seed: int, queue: Mm1 = MM1) -> Result:
    """n arrivals at one server."""
    began = time.perf_counter()
    env = simpy.Environment()
    server = simpy.Resource(env)
    draw = Random(seed).expovariate
    waits = 0.0

    def unit() -> Steps:
        nonlocal waits
        asked = env.now
        with server.request() as request:
            yield request
            waits += env.now - asked
            yield env.timeout(draw(queue.services_per_h))

    def arrivals() -> Steps:
        for _ in range(n):
            yield env.timeout(draw(queue.arrivals_per_h))
            env.process(unit())

    env.process(arrivals())
    env.run()
    return mm1_result(n, waits / n, time.perf_counter() - began)


def simpy_line(n: int, seed: int, line: Line = LINE) -> Result:
    """n units down a line."""
    began = time.perf_counter()
    model = Corridor(line, n, Random(seed))
    model.env.run()
    return line_result(line, n, model.tally.sums(), model.tally.completed, time.perf_counter() - began)


@dataclass(slots=True)
class Waiting:
    """A unit that waits for a vessel, with the place in the yard that it holds."""

    place: Request
    loaded_at: float
    ashore: simpy.Event


class Corridor:
    """The line as processes; nothing runs before `env.run()`."""

    def __init__(self, line: Line, n: int, random: Random) -> None:
        self.env = env = simpy.Environment()
        self.line, self.draw, self.tally = line, random.expovariate, Tally()
        self.inland = [self.servers(stage) for stage in line.inland]
        self.beyond = [self.servers(stage) for stage in line.beyond]
        self.shore = self.servers(line.shore)
        self.yard = simpy.Resource(env, line.yard_places)
        self.queue = simpy.Store(env)
        self.near_berth, self.far_berth = simpy.Resource(env), simpy.Resource(env)
        for _ in range(line.fleet.vessels if line.fleet else 0):
            env.process(self.vessel(line.fleet))
        env.process(self.arrivals(n))

    def servers(self, stage: Stage) -> tuple[simpy.Resource, float]:
        return simpy.Resource(self.env, stage.servers), 1 / stage.mean_h

    def arrivals(self, n: int) -> Steps:
        for _ in range(n):
            yield self.env.timeout(self.draw(self.line.arrivals_per_h))
            self.env.process(self.unit())

    def served(self, stage: tuple[simpy.Resource, float]) -> Steps:
        """Queue, be served, free the server; gives the hours in the queue."""
        servers, rate = stage
        asked = self.env.now
        with servers.request() as request:
            yield request
            queued = self.env.now - asked
            yield self.env.timeout(self.draw(rate))
        return queued

    def unit(self) -> Steps:
        env = self.env
        created = env.now
        queued = 0.0
        for stage in self.inland[:-1]:
            queued += yield from self.served(stage)
        servers, rate = self.inland[-1]
        asked = env.now
        with servers.request() as request:
            yield request
            queued += env.now - asked
            yield env.timeout(self.draw(rate))
            ready = env.now
            place = self.yard.request()
            yield place
        landed = env.now
        queued += yield from self.served(self.shore)
        loaded = yield from self.over_the_sea(place)
        for stage in self.beyond:
            queued += yield from self.served(stage)
        self.tally.add(env.now - created, landed - ready, loaded - landed, queued)

    def over_the_sea(self, place: Request) -> Steps:
        """Wait for a vessel and sail, or only leave the yard where there is none; gives when the place was freed."""
        if not self.line.fleet:
            self.yard.release(place)
            return self.env.now
        me = Waiting(place, 0.0, self.env.event())
        self.queue.put(me)
        yield me.ashore
        return me.loaded_at

    def vessel(self, fleet: Fleet) -> Steps:
        env = self.env
        while True:
            aboard: list[Waiting] = []
            with self.near_berth.request() as berth:
                yield berth
                while len(aboard) < fleet.slots:
                    unit = yield self.queue.get()
                    unit.loaded_at = env.now
                    self.yard.release(unit.place)
                    aboard.append(unit)
            yield env.timeout(fleet.sail_h)
            with self.far_berth.request() as berth:
                yield berth
                yield env.timeout(fleet.unload_h)
            for unit in aboard:
                unit.ashore.succeed()
            yield env.timeout(fleet.sail_h)
