"""Runs of a comparison: each side's own, in the shelf as any other, and used again where they are there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from karvan.evidence.inputs import describe, differences
from karvan.evidence.record import COMPLETE, RECORD
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run, run_name, runs_folder
from karvan.ground.errors import InputError
from karvan.network.wire import RunGrid
from karvan.sim.simulation import Simulation
from karvan.study.assign import Assignment, results_of, tables_of
from karvan.study.comparison.ask import Compare
from karvan.study.comparison.side import Side, under
from karvan.study.flows import problem_of, solve
from karvan.study.simulate import Progress, Study, demand_of, run_study, warm_up

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where runs stand: in the user's own, or beside a folder that was wished for."""

    beside: Path | None = None

    def wished(self, about: Record) -> Path | None:
        """The folder that a new run is to have; None where the shelf chooses it."""
        return None if self.beside is None else self.beside / run_name(about)

    def kept(self, about: Record, replications: int = 0) -> RunFolder | None:
        """A complete run of the same inputs that has so many replications, if there is one."""
        first = (self.beside or runs_folder()) / run_name(about)
        path, number = first, 1
        while (path / RECORD).exists():
            try:
                run = RunFolder.open(path)
                fits = run.status == COMPLETE and not differences(run.record["inputs"], about["inputs"])
                if fits and set(range(replications)) <= run.done():
                    return run
            except InputError:
                pass  # spoilt, so it is made anew
            number += 1
            path = first.with_name(f"{first.name}-{number}")
        return None


def assign_side(
    side: Side, ask: Compare, shelf: Shelf, progress: Progress, grid: tuple[RunGrid, ...] = ()
) -> RunFolder:
    """The run of the assignment of a side; `grid` is whose power its trains draw, where it is a run's."""
    asked = ask.of_flows(side.year, side.world.co2e_usd_t(0.0))
    settings = asdict(asked) | ({"grid": [asdict(one) for one in grid]} if grid else {})
    about = describe("assign", side.corridor.name, side.corridor.tables, seed=asked.seed, replications=0,
                     scenario=side.world.name, settings=settings)  # fmt: skip
    kept = shelf.kept(about)
    if kept is not None:
        return kept
    with under(side):
        flows = solve(problem_of(side.corridor, asked), asked, progress)
    with open_run(about, shelf.wished(about), resume=True) as run:
        run.finish(tables_of(flows), results_of(Assignment(asked, flows, run, ())))
    return run


def simulate_sides(
    sides: list[Side], ask: Compare, shelf: Shelf, workers: int, progress: Progress, grid: tuple[RunGrid, ...] = ()
) -> dict[str, Simulation]:
    """The simulations of all sides, all with the longest warm-up that any of them needs, so that luck is shared."""
    routed, settled, days = {}, {}, ask.warmup_days or 0.0
    for side in sides:
        asked = ask.of_simulation(side.year)
        progress.say(f"{side.name}: routing demand")
        settled[side.name] = True
        with under(side):
            routed[side.name] = demand_of(side.corridor, asked)
            if ask.warmup_days is None:
                progress.say(f"{side.name}: looking for the warm-up")
                found, settled[side.name] = warm_up(side.corridor, routed[side.name], asked)
                days = max(days, found)
    simulations = {}
    for side in sides:
        asked = replace(ask.of_simulation(side.year), warmup_days=days)
        study = Study(
            side.corridor, routed[side.name], asked, days, settled[side.name], (), scenario=side.world.name, grid=grid
        )  # fmt: skip
        with under(side):
            simulations[side.name] = _simulation(study, side.name, shelf, workers, progress)
    return simulations


def _simulation(study: Study, name: str, shelf: Shelf, workers: int, progress: Progress) -> Simulation:
    """The run of a study: the one that is there, or made now."""
    about = study.about()
    kept = shelf.kept(about, study.ask.replications)
    if kept is not None:
        return Simulation(kept, study.corridor.name, dict(kept.record["results"]))
    told = Progress(lambda what: progress.say(f"{name}: {what}"), progress.done, progress.opened)
    return run_study(study, workers, None, shelf.wished(about), True, told)
