"""Simulating a corridor: its demand routed, compiled into a system, run in replications, kept as a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.evidence.inputs import describe
from karvan.evidence.shelf import open_run
from karvan.ground.errors import InputError, Problem, shown
from karvan.scenario import Change, bend, read_change
from karvan.sim.corridor import Period, compile_corridor
from karvan.sim.outcome import Outcome
from karvan.sim.pack import Packed, pack
from karvan.sim.replicate import replicate
from karvan.sim.simulation import Simulation
from karvan.sim.statistics import enough
from karvan.sim.tables import tables_of
from karvan.sim.warmup import mser5
from karvan.study.routing import Routing, route_demand

LONGEST_WARMUP_DAYS = 120
PILOT = 0xFFFFFFFF
"""Number of the replication in which the warm-up is looked for: none of those that count."""
BATCH = 5
"""Replications between two looks at the intervals, with --until-ci."""
MOST_REPLICATIONS = 200
SAMPLE_H = 1.0
REPLICATIONS = 20
WATCHED = 20
"""Groups with the most units whose mean time must be known as well as asked for."""


@dataclass(frozen=True, slots=True)
class Simulate:
    """What is asked of the simulator. Defaults stand here and nowhere else."""

    days: float = 365.0
    year: int = 2024
    """Whose demand; the days begin on its first of January, after the warm-up."""
    replications: int = REPLICATIONS
    until_ci: float | None = None
    """Instead of `replications`: go on until the half width of every watched mean time is this share of it, or there
    are 200."""
    seed: int = 1
    demand: float = 1.0
    """Factor on all demand."""
    warmup_days: float | None = None
    """Not counted; None: found by MSER-5 in a pilot replication."""

    def checked(self) -> Simulate:
        """The request itself. Raises InputError with all that is wrong in it."""
        wrong = [
            Problem(name, shown(value), remedy)
            for name, value, fine, remedy in (
                ("days", self.days, 0 < self.days <= 36_525, "give a number above 0, at most 36525"),
                ("replications", self.replications, 0 < self.replications <= 100_000, "give 1 to 100000"),
                ("until-ci", self.until_ci, self.until_ci is None or 0 < self.until_ci < 1, "give a share: 0.02"),
                ("seed", self.seed, 0 <= self.seed < 2**32, "give a whole number from 0 to 4294967295"),
                ("demand", self.demand, 0 <= self.demand <= 1000, "give a factor from 0 to 1000"),
                ("warmup-days", self.warmup_days, self.warmup_days is None or 0 <= self.warmup_days <= 3652,
                 "give 0 to 3652, or leave it out"),
            )
            if not fine
        ]  # fmt: skip
        if wrong:
            raise InputError("the request", wrong)
        return self


@dataclass
class Progress:
    """Hears what is being done, and how much of it: for a progress bar. Does nothing by itself."""

    say: Callable[[str], None] = field(default=lambda _: None)
    done: Callable[[int, int], None] = field(default=lambda _done, _all: None)


def simulate(
    package: Corridor | str = "middle-corridor",
    *,
    changes: Iterable[Change | str] = (),
    ask: Simulate | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    out: Path | str | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    **wishes: Any,
) -> Simulation:
    """Simulate a corridor, container by container.

    Args:
        package: a corridor, or what `karvan.load` takes.
        changes: what is different in it: facility/AKTAU-berth/servers=4.
        ask: the request; or its fields by name: days=365, replications=20, seed=1, ...
        workers: threads. Any number of them gives the same bits.
        executor: runs the replications instead of threads, as a cluster's does.
        out: the run's folder; by default one under the user's data that is named by what is asked.
        resume: use the replications of a complete run of the same inputs.
        progress: hears how far it is.

    Raises:
        InputError: for a request, package or change that cannot be used.
        StuckError: where events go on without end and no time passes.
    """
    ask = (ask or Simulate(**wishes)).checked()
    progress = progress or Progress()
    changes = list(changes)
    words = [str(change) for change in changes]
    corridor = package if isinstance(package, Corridor) else load_corridor(package)
    corridor = bend(corridor, [read_change(one) if isinstance(one, str) else one for one in changes])
    progress.say("routing demand")
    routing = demand_of(corridor, ask)
    progress.say("looking for the warm-up")
    warmup_days, settled = (ask.warmup_days, True) if ask.warmup_days is not None else warm_up(corridor, routing, ask)
    settings = {k: v for k, v in asdict(ask).items() if k not in ("replications", "until_ci", "seed")}
    about = describe("simulate", corridor.name, corridor.tables, seed=ask.seed, replications=ask.replications,
                     changes=words, settings=settings)  # fmt: skip
    packed = packed_of(corridor, routing, ask, warmup_days)
    with open_run(about, out, resume=resume) as run:
        notes = {"warmup_days": warmup_days, "warmup_settled": settled, "unrouted": len(routing.unrouted)}
        simulation = Simulation(run, corridor.name, notes)

        def keep(outcome: Outcome) -> None:
            run.put(outcome.number, tables_of(outcome))
            progress.done(len(run.done()), ask.replications)

        progress.say("running")
        for numbers in filter(None, _batches(ask, simulation)):
            replicate(packed, hours=ask.days * 24, warmup_h=warmup_days * 24, seed=ask.seed, replications=numbers,
                      sample_h=SAMPLE_H, workers=workers, executor=executor, watch=keep)  # fmt: skip
        run.finish(simulation.summaries(), simulation.results())
    return simulation


def demand_of(corridor: Corridor, ask: Simulate) -> Routing:
    """The demand of the year asked for, on its ways. Raises InputError where there is none of that year."""
    years = sorted({row.year for row in corridor.rows("demand")})
    if ask.year not in years:
        remedy = f"the package has demand of {', '.join(map(str, years))}" if years else "the package has no demand"
        raise InputError("the request", [Problem("year", shown(ask.year), remedy)])
    return route_demand(corridor, ask.year, ask.demand)


def packed_of(corridor: Corridor, routing: Routing, ask: Simulate, warmup_days: float) -> Packed:
    """The system of a corridor over the days asked for, and the warm-up before them."""
    start = dt.datetime(ask.year, 1, 1, tzinfo=dt.UTC)
    return pack(compile_corridor(corridor, routing.streams, Period(start, ask.days * 24, warmup_days * 24)))


def warm_up(corridor: Corridor, routing: Routing, ask: Simulate) -> tuple[float, bool]:
    """Days until the system no longer shows that it began empty, and whether it ever settled.

    MSER-5 on the number of units in the system, day by day, in a pilot of twice the longest warm-up.
    """
    days = 2 * LONGEST_WARMUP_DAYS
    packed = packed_of(corridor, routing, Simulate(days=days, year=ask.year), 0.0)
    result = replicate(packed, hours=days * 24.0, seed=ask.seed, replications=[PILOT], sample_h=24.0)
    series = result.outcomes[0].pulse["in_system"]
    if not np.any(series):
        return 0.0, True
    found = mser5(series)
    return (float(min(found.cut, LONGEST_WARMUP_DAYS)), True) if found.settled else (float(LONGEST_WARMUP_DAYS), False)


def _batches(ask: Simulate, simulation: Simulation) -> Iterable[list[int]]:
    """Numbers of the replications still to run, until there are as many as asked for, or the intervals are met."""
    if ask.until_ci is None:
        yield sorted(set(range(ask.replications)) - simulation.run.done())
        return
    n = 0
    while True:
        n = min(n + BATCH, MOST_REPLICATIONS)
        yield sorted(set(range(n)) - simulation.run.done())
        verdict = enough(simulation.watched(WATCHED), ask.until_ci, n, MOST_REPLICATIONS)
        simulation.notes["until_ci"] = verdict.verdict
        if verdict.stop:
            return
