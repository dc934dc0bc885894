"""Simulating a corridor: its demand routed, compiled into a system, run in replications, kept as a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor import Corridor
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.ground.errors import InputError, Problem, shown
from karvan.network.wire import RunGrid
from karvan.scenario import Change, Close, bend, read_change
from karvan.sim.corridor import Period, compile_corridor
from karvan.sim.outcome import Outcome
from karvan.sim.pack import Packed, pack
from karvan.sim.replicate import replicate
from karvan.sim.simulation import Simulation
from karvan.sim.statistics import enough
from karvan.sim.tables import tables_of
from karvan.sim.trace import Traced, Tracing
from karvan.sim.warmup import mser5
from karvan.study.one_more import asked_before, check_parts, with_one_more
from karvan.study.routing import Routing, route_demand
from karvan.study.scenarios import open_scenario

LONGEST_WARMUP_DAYS = 120
WARMUP_STEP_DAYS = 30
"""A warm-up is a whole number of these, so that two runs that differ a little mostly have the same: only then do they
share their luck."""
PILOT = 0xFFFFFFFF
"""Number of the replication in which the warm-up is looked for: none of those that count."""
BATCH = 5
"""Replications between two looks at the intervals, with --until-ci."""
MOST_REPLICATIONS = 200
SAMPLE_H = 1.0
REPLICATIONS = 20
WATCHED = 20
"""Groups with the most units whose mean time must be known as well as asked for."""
NO_INPUTS = ("replications", "until_ci", "seed", "one_more", "one_more_at", "trace")
"""What a replication does not depend on, or what a run says of itself elsewhere."""


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
    trace: bool = False
    """Whether every replication leaves a table `trace` of all that happens in it."""
    one_more: int = 0
    """For so many of the first bottlenecks, what one more server, vessel or path would give: each costs another run."""
    one_more_at: Sequence[str] = ()
    """The same for these parts, as the table of bottlenecks names them, beside those that were asked for before."""

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
                ("one-more", self.one_more, 0 <= self.one_more <= 100, "give 0 to 100"),
            )
            if not fine
        ]  # fmt: skip
        if wrong:
            raise InputError("the request", wrong)
        return self

    def meets(self, changes: Iterable[Change]) -> None:
        """Raise InputError for what is closed at times that are not simulated."""
        begin = dt.datetime(self.year, 1, 1, tzinfo=dt.UTC)
        end = begin + dt.timedelta(days=self.days)
        wrong = [
            Problem(f"close {one.table}/{one.row}", f"{one.begins:%Y-%m-%d}..{one.ends:%Y-%m-%d}",
                    f"the days asked for are {begin:%Y-%m-%d} to {end:%Y-%m-%d}: give times in them")
            for one in changes
            if isinstance(one, Close) and not (one.begins < end and begin < one.ends)
        ]  # fmt: skip
        if wrong:
            raise InputError("the request", wrong)


@dataclass
class Progress:
    """Hears what is being done, and how much of it: for a progress bar. Does nothing by itself."""

    say: Callable[[str], None] = field(default=lambda _: None)
    done: Callable[[int, int], None] = field(default=lambda _done, _all: None)
    opened: Callable[[str], None] = field(default=lambda _: None)
    """Hears the name of a run once its folder is there: from then on what is finished is kept in it."""


def simulate(
    package: Corridor | str = "middle-corridor",
    *,
    changes: Iterable[Change | str] = (),
    scenario: str = "",
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
        changes: what is different in it: facility/AKTAU-berth/servers=4, service/asco-aktau-alat/fleet=+1,
            close facility/ALAT-berth=2024-03-03..2024-03-08.
        scenario: the package as this scenario has it, as `karvan.study.scenarios` takes it; the year is then its own.
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
    read = [read_change(one) if isinstance(one, str) else one for one in changes]
    world = open_scenario(package, scenario)
    ask = replace(ask, year=world.year(ask.year))
    ask.meets(read)
    corridor = bend(world.corridor, read)
    check_parts(corridor, ask.one_more_at)
    progress.say("routing demand")
    routing = demand_of(corridor, ask)
    progress.say("looking for the warm-up")
    warmup_days, settled = (ask.warmup_days, True) if ask.warmup_days is not None else warm_up(corridor, routing, ask)
    told = tuple(str(change) for change in changes)
    study = Study(corridor, routing, ask, warmup_days, settled, told, scenario=world.name)

    def run(study: Study, out: Path | str | None, resume: bool) -> Simulation:
        return run_study(study, workers, executor, out, resume, progress)

    earlier = asked_before(study.about(), out, resume) if ask.one_more_at else []
    found = run(study, out, resume)
    return with_one_more(study, found, run, out, progress, earlier) if ask.one_more or ask.one_more_at else found


@dataclass(frozen=True)
class Study:
    """All that a run is made from: a corridor after all changes, the ways of its demand, and what is asked."""

    corridor: Corridor
    routing: Routing
    ask: Simulate
    warmup_days: float
    settled: bool
    changes: tuple[str, ...]
    after_routing: tuple[str, ...] = ()
    """Changes that came when goods had chosen their ways, so that these are as they are without."""
    scenario: str = ""
    grid: tuple[RunGrid, ...] = ()
    """Whose power trains draw in the corridor, where it is a run's."""

    def about(self) -> dict[str, Any]:
        """What run.json says of it before it begins."""
        settings = {k: v for k, v in asdict(self.ask).items() if k not in NO_INPUTS}
        if self.ask.trace:
            settings["trace"] = True
        if self.after_routing:
            settings["after_routing"] = list(self.after_routing)
        if self.grid:
            settings["grid"] = [asdict(one) for one in self.grid]
        return describe("simulate", self.corridor.name, self.corridor.tables, seed=self.ask.seed,
                        replications=self.ask.replications, scenario=self.scenario, changes=self.changes,
                        settings=settings)  # fmt: skip

    def with_change(self, change: str, replications: int) -> Study:
        """The same with one more change, and the warm-up and ways as they are, so that all luck is shared."""
        ask = replace(
            self.ask, replications=replications, until_ci=None, warmup_days=self.warmup_days, one_more=0,
            one_more_at=(), trace=False,
        )  # fmt: skip
        corridor = bend(self.corridor, [read_change(change)])
        changes, after = (*self.changes, change), (*self.after_routing, change)
        return Study(corridor, self.routing, ask, self.warmup_days, self.settled, changes, after, self.scenario)


def run_study(
    study: Study, workers: int, executor: Executor | None, out: Path | str | None, resume: bool, progress: Progress
) -> Simulation:
    """Run the replications of a study that its folder does not have yet."""
    ask, warmup_days = study.ask, study.warmup_days
    packed = packed_of(study.corridor, study.routing, ask, warmup_days)
    with open_run(study.about(), out, resume=resume) as run, traces_of(run, ask, warmup_days) as tracing:
        notes = {
            "warmup_days": warmup_days, "warmup_settled": study.settled, "unrouted": len(study.routing.unrouted),
        }  # fmt: skip
        simulation = Simulation(run, study.corridor.name, notes)

        def keep(outcome: Outcome) -> None:
            run.put(outcome.number, tables_of(outcome), {"trace": outcome.trace} if isinstance(outcome, Traced) else {})
            progress.done(len(run.done()), ask.replications)

        progress.opened(run.name)
        progress.say("running")
        for numbers in filter(None, _batches(ask, simulation)):
            replicate(packed, hours=ask.days * 24, warmup_h=warmup_days * 24, seed=ask.seed, replications=numbers,
                      sample_h=SAMPLE_H, workers=workers, executor=executor, watch=keep, tracing=tracing)  # fmt: skip
        run.finish(simulation.summaries(), simulation.results())
    return simulation


@contextmanager
def traces_of(run: RunFolder, ask: Simulate, warmup_days: float) -> Iterator[Tracing | None]:
    """Where traces are made, and since when; None where none are asked for."""
    if not ask.trace:
        yield None
        return
    start = dt.datetime(ask.year, 1, 1, tzinfo=dt.UTC)
    with run.workshop() as folder:
        yield Tracing(Period(start, ask.days * 24, warmup_days * 24).begin, str(folder))


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

    MSER-5 on the number of units in the system, day by day, in a pilot of twice the longest warm-up. What is closed on
    given dates is open in it: that is no way in which the system begins.
    """
    if corridor.rows("closure_time"):
        corridor = replace(corridor, tables={**corridor.tables, "closure_time": ()}, digest="")
    days = 2 * LONGEST_WARMUP_DAYS
    packed = packed_of(corridor, routing, Simulate(days=days, year=ask.year), 0.0)
    result = replicate(packed, hours=days * 24.0, seed=ask.seed, replications=[PILOT], sample_h=24.0)
    series = result.outcomes[0].pulse["in_system"]
    if not np.any(series):
        return 0.0, True
    found = mser5(series)
    whole = ceil(found.cut / WARMUP_STEP_DAYS) * WARMUP_STEP_DAYS
    return (float(min(whole, LONGEST_WARMUP_DAYS)), True) if found.settled else (float(LONGEST_WARMUP_DAYS), False)


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
