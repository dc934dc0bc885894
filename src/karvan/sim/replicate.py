"""Replications of a system, one after another or side by side, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.sim import check
from karvan.sim.interval import Interval, interval
from karvan.sim.outcome import Columns, Outcome, outcome_of
from karvan.sim.pack import MS_PER_H, Packed, pack
from karvan.sim.quantiles import quantile_interval
from karvan.sim.replication import Replication
from karvan.sim.system import System
from karvan.sim.trace import Tracing, run_traced


@dataclass(frozen=True)
class Result:
    """Outcomes of replications, in the order of their numbers."""

    outcomes: tuple[Outcome, ...]

    def station(self, name: str, measure: str) -> Interval:
        """A measure of a station over the replications: wait_h, queue, use, served, ... (see `Outcome`)."""
        return self._interval("stations", "station", name, measure)

    def queue(self, name: str, measure: str) -> Interval:
        """A measure of a queue for vehicles: wait_h, waiting, boarded, left_behind, ..."""
        return self._interval("queues", "queue", name, measure)

    def group(self, name: str, measure: str) -> Interval:
        """A measure of a group: delivered, hours (from creation to delivery), <cause>_h, ..."""
        return self._interval("groups", "group", name, measure)

    def quantile_h(self, group: str, q: float) -> Interval:
        """A quantile of the hours from creation to delivery."""
        at = self._at("groups", "group", group)
        found = quantile_interval(np.array([outcome.histogram[at] for outcome in self.outcomes]), q)
        return Interval(found.mean / MS_PER_H, found.low / MS_PER_H, found.high / MS_PER_H, found.n, found.level)

    @cached_property
    def events(self) -> int:
        return sum(outcome.events for outcome in self.outcomes)

    def _at(self, table: str, key: str, name: str) -> int:
        known = list(getattr(self.outcomes[0], table)[key])
        if name not in known:
            like = ", ".join(nearest(name, known)) or ", ".join(known[:5])
            raise InputError("the result", [Problem(key, shown(name), f"give one of {like}")])
        return known.index(name)

    def _interval(self, table: str, key: str, name: str, measure: str) -> Interval:
        at = self._at(table, key, name)
        columns: Columns = getattr(self.outcomes[0], table)
        if measure not in columns:
            raise InputError("the result", [Problem("measure", shown(measure), f"give one of {', '.join(columns)}")])
        return interval([float(getattr(outcome, table)[measure][at]) for outcome in self.outcomes])


def run_one(
    packed: Packed,
    seed: int,
    number: int,
    hours: float,
    warmup_h: float,
    sample_h: float,
    tracing: Tracing | None = None,
) -> Outcome:
    """One replication: the same bits wherever and whenever it is run."""
    if tracing:
        return run_traced(packed, seed, number, hours, warmup_h, sample_h, tracing)
    replication = Replication(packed, seed, number, hours, warmup_h, sample_h)
    replication.run()
    return outcome_of(replication)


def replicate(
    system: System | Packed,
    *,
    hours: float,
    seed: int = 1,
    replications: int | Sequence[int] = 1,
    warmup_h: float = 0.0,
    sample_h: float | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    watch: Callable[[Outcome], None] | None = None,
    tracing: Tracing | None = None,
) -> Result:
    """Run replications of a system.

    Args:
        hours: how long each is counted, after `warmup_h` that are not.
        replications: how many, or the numbers of those to run.
        sample_h: span of one sample of queues and use; a thousandth of `hours` if not given.
        workers: threads; the loop holds no lock. Any number of them gives the same bits.
        executor: runs them instead of threads: a cluster's.
        watch: hears each outcome as it comes, in any order.
        tracing: that each is to leave a trace: outcomes are then `Traced`.

    Raises:
        InputError: for a system that is not complete, or hours, seeds and numbers that are none.
        StuckError: where events go on without end, or beyond the clock's range.
    """
    numbers = list(range(replications)) if isinstance(replications, int) else list(replications)
    wrong = check.run(hours, warmup_h, sample_h, seed, numbers, workers)
    if wrong:
        raise InputError("the run", wrong)
    packed = system if isinstance(system, Packed) else pack(system)
    arguments = (hours, warmup_h, sample_h or hours / 1000, tracing)
    if executor is None and workers == 1:
        return Result(tuple(_heard(watch, (run_one(packed, seed, n, *arguments) for n in numbers))))
    if executor is not None:
        return Result(_spread(executor, packed, seed, numbers, arguments, watch))
    with ThreadPoolExecutor(workers) as threads:
        return Result(_spread(threads, packed, seed, numbers, arguments, watch))


def _heard(watch: Callable[[Outcome], None] | None, outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
    for outcome in outcomes:
        if watch:
            watch(outcome)
        yield outcome


def _spread(
    executor: Executor,
    packed: Packed,
    seed: int,
    numbers: list[int],
    arguments: tuple[float, float, float, Tracing | None],
    watch: Callable[[Outcome], None] | None,
) -> tuple[Outcome, ...]:
    futures = [executor.submit(run_one, packed, seed, n, *arguments) for n in numbers]
    outcomes = sorted(_heard(watch, (done.result() for done in as_completed(futures))), key=lambda o: o.number)
    return tuple(outcomes)
