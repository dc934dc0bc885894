"""Cimba's Python: the one queue, and how a trial of any of its models is run and told.

Cimba compiles model classes when they are first run; each module makes such a run beforehand, so `seconds` is the
engine's time alone. Its own statistics of stores and servers are kept out by a window that opens after the last event.
"""

from __future__ import annotations

import time
from functools import cache

import cimba as cb
from cimba import random

from .spec import LINE_MEASURES, MM1, Line, Mm1
from .tally import Result, line_result, mm1_result

AFTER_ALL = cb.Window(warmup=1e15, duration=1.0)


class Queue1(cb.Model):
    """M/M/1."""

    units: cb.Param[int]
    gap_h: cb.Param[float]
    service_h: cb.Param[float]
    queue: cb.Store[float]
    waits: float = 0.0
    wait_h: cb.Output[float]

    @cb.process
    def arrivals(self) -> None:
        for _ in range(self.units):
            cb.hold(random.exponential(self.gap_h))
            self.queue.put(cb.now())

    @cb.process
    def server(self) -> None:
        while True:
            came = self.queue.get()
            self.waits += cb.now() - came
            cb.hold(random.exponential(self.service_h))

    @cb.on_end
    def tell(self) -> None:
        self.wait_h = self.waits / self.units


def queue1(n: int, queue: Mm1) -> Queue1:
    model = Queue1()
    model.units, model.gap_h, model.service_h = n, 1 / queue.arrivals_per_h, 1 / queue.services_per_h
    return model


@cache
def compile_once() -> None:
    run(queue1(1, MM1), (), seed=0)


def cimba_mm1(n: int, seed: int, queue: Mm1 = MM1) -> Result:
    """n arrivals at one server."""
    compile_once()
    (wait_h,), seconds = run(queue1(n, queue), ("wait_h",), seed)
    return mm1_result(n, wait_h, seconds)


def run(model: cb.Model, outputs: tuple[str, ...], seed: int) -> tuple[list[float], float]:
    """These outputs of one trial, and its wall time in seconds; RuntimeError if the trial failed."""
    experiment = cb.Experiment(model, window=AFTER_ALL, seed=seed)
    began = time.perf_counter()
    results = experiment.run(workers=1)
    seconds = time.perf_counter() - began
    if results.failed.any():
        raise RuntimeError(results.failure_reasons[0, 0])
    return [float(getattr(results[model], name)[0, 0]) for name in outputs], seconds


def run_line(model: cb.Model, line: Line, n: int, seed: int) -> Result:
    """The result of a line's model, whose outputs are sums over the units that came out, and their number."""
    (completed, *sums), seconds = run(model, ("completed", *LINE_MEASURES), seed)
    return line_result(line, n, tuple(sums), int(completed), seconds)
