"""The worlds that freight is looked at in: without and with a change, by an assignment, by simulations, or by both.

No run: the flows of both worlds are assigned, and what they draw is even over the year. One run: it is the world, and
what it tells is the hours; with a second world the flows of both are assigned, and what they draw more goes by the
hours of the run. Two runs: one without and one with the change, hour by hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from karvan.corridor import Corridor
from karvan.evidence.run import RunFolder
from karvan.grid.shapes import Clock
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, shown
from karvan.network.wire import RunGrid
from karvan.scenario import bend, read_change
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.power.carbon import with_grid
from karvan.study.power.cases import package_with_cases
from karvan.study.power.ridden import drawn_by_run
from karvan.study.power.traction import Drawn, by_its_hours, drawn_by_flows, more_by_hours_of, more_load
from karvan.study.reel import period_of
from karvan.study.reopen import corridor_of
from karvan.study.runs import run_called
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress

if TYPE_CHECKING:
    from karvan.study.power.coupled import Couple

MOST_RUNS = 2
SIMULATE = "simulate"


@dataclass(frozen=True, eq=False)
class Worlds:
    """What freight draws in one world, and in another if there is one."""

    world: World
    """The first, whose power system it is."""
    before: Drawn
    after: Drawn | None
    grid: tuple[RunGrid, ...]
    more: Mapping[str, Floats]
    """MW by zone to be put on the load of the year, at the power plants (n_hours,)."""
    shape: bool = False
    """Whether that is only the hours of what freight draws, whose energy the year's load has already."""
    notes: tuple[str, ...] = ()
    """In what runs are not of the package as it is."""


def worlds_of(package: Corridor | str, ask: Couple, progress: Progress) -> Worlds:
    """The worlds of a request. Raises InputError with what is wrong in it."""
    _check(ask)
    base = package_with_cases(package)
    folders = [_simulation(name) for name in ask.runs]
    _alike(folders)
    if not folders:
        return _assigned(base, ask, progress)
    opened = [_opened(base, "" if n else ask.scenario, folder) for n, folder in enumerate(folders)]
    if ask.changes or ask.after:
        return _assigned(base, ask, progress, opened[0], folders[0])
    powered = [_powered(one.world.corridor, ask.grid) for one in opened]
    progress.say("reading traces")
    told = [drawn_by_run(folder, corridor=corridor) for folder, (corridor, _) in zip(folders, powered, strict=True)]
    hours, notes = Clock(told[0].year).hours, tuple(dict.fromkeys(note for one in opened for note in one.notes))
    if len(told) == 1:
        return Worlds(opened[0].world, told[0], None, powered[0][1], by_its_hours(told[0], hours), True, notes)
    more = more_load(told[1], told[0], hours)
    return Worlds(opened[0].world, told[0], told[1], powered[0][1], more, notes=notes)


@dataclass(frozen=True, eq=False)
class _Opened:
    world: World
    notes: tuple[str, ...]


def _check(ask: Couple) -> None:
    second = bool(ask.changes or ask.after)
    problems = []
    if ask.changes and ask.after:
        problems.append(Problem("after", shown(ask.after), "give changes or another scenario, not both"))
    if len(ask.runs) > MOST_RUNS:
        problems.append(Problem("run", f"{len(ask.runs)} runs", "give one, or one without and one with a change"))
    elif len(ask.runs) == MOST_RUNS and second:
        remedy = "two runs are two worlds: leave out changes and the other scenario, or a run"
        problems.append(Problem("run", " and ".join(map(shown, ask.runs)), remedy))
    if ask.loop and not second and not ask.runs:
        remedy = "give a change: without one freight draws no more than it did; or a run, for its hours"
        problems.append(Problem("loop", "no second world", remedy))
    if problems:
        raise InputError("the request", problems)


def _simulation(name: str) -> RunFolder:
    """A run of the simulator. Raises InputError for another."""
    folder = run_called(name)
    command = folder.record["inputs"].get("command")
    if command != SIMULATE:
        problem = Problem("run.json, inputs/command", shown(command), "give a run of `karvan simulate --trace`")
        raise InputError(f"the run {folder.name}", [problem])
    return folder


def _alike(folders: list[RunFolder]) -> None:
    """Raise InputError where two runs differ in more than their corridors: the difference would not be the change's."""
    if len(folders) < MOST_RUNS:
        return
    one, other = map(_said, folders)
    problems = [
        Problem(f"{folders[1].name}, {name}", shown(other[name]), f"give one of {shown(one[name])}, as the first")
        for name in one
        if one[name] != other[name]
    ]
    if problems:
        raise InputError("the two runs", problems)


def _said(folder: RunFolder) -> dict[str, Any]:
    inputs, period = folder.record["inputs"], period_of(folder)
    settings = inputs["settings"]
    return {"package": inputs["package"], "year": settings["year"], "days": period.hours / 24, "seed": inputs["seed"],
            "demand": settings.get("demand", 1.0)}  # fmt: skip


def _opened(base: Corridor, scenario: str, folder: RunFolder) -> _Opened:
    """The world of a simulation: its own scenario and changes, in the package that is given.

    A scenario that is named is only a way to find it, as of a file: its name must be the simulation's.
    """
    inputs = folder.record["inputs"]
    if inputs["package"] != base.name:
        problem = Problem("package", shown(base.name), f"give {inputs['package']}, which the simulation is of")
        raise InputError(f"the run {folder.name}", [problem])
    own = str(inputs.get("scenario") or "")
    named = scenario or own
    world = open_scenario(base, named)
    if world.name != own:
        remedy = f"it is of {own or 'the package as it is'}: name that, or nothing"
        raise InputError("the request", [Problem("scenario", f"{shown(named)} with the run {folder.name}", remedy)])
    found = corridor_of(folder, base, named)
    if found.corridor is None:
        raise InputError(f"the run {folder.name}", [Problem("package", text, "give it") for text in found.doubts])
    return _Opened(replace(world, corridor=found.corridor), found.doubts)


def _assigned(
    base: Corridor, ask: Couple, progress: Progress, opened: _Opened | None = None, run: RunFolder | None = None
) -> Worlds:
    """Flows of one world or two; what the second draws more by the hours of a run, if there is one."""
    world = opened.world if opened else open_scenario(base, ask.scenario)
    year = world.year(_first_year(world.corridor))
    if run is not None:
        year = int(run.record["inputs"]["settings"]["year"])
    other = _other(base, world, ask, year)
    corridor, told = _powered(world.corridor, ask.grid)
    before = _flowing(corridor, year, progress)
    if other is None:
        return Worlds(world, before, None, told, {})
    second = _powered(other, ask.grid)[0]
    after = _flowing(second, year, progress)
    hours = Clock(year).hours
    if run is None or opened is None:
        return Worlds(world, before, after, told, more_load(after, before, hours))
    progress.say("reading traces")
    by_run = drawn_by_run(run, corridor=opened.world.corridor, wires=second)
    source = f"the assignment, by the hours of {by_run.source}"
    more = more_by_hours_of(after, before, by_run, hours)
    return Worlds(world, replace(before, source=source), after, told, more, notes=opened.notes)


def _other(base: Corridor, world: World, ask: Couple, year: int) -> Corridor | None:
    """The second world, if any. Raises InputError where it is of another year."""
    if ask.changes:
        return bend(world.corridor, [read_change(word) for word in ask.changes])
    if not ask.after:
        return None
    other = open_scenario(base, ask.after)
    if other.year(year) != year:
        remedy = f"give one of {year}: the load of another year has grown with all that is used"
        raise InputError("the request", [Problem("after", f"{ask.after} is of {other.year(year)}", remedy)])
    return other.corridor


def _powered(corridor: Corridor, grid: str) -> tuple[Corridor, tuple[RunGrid, ...]]:
    return with_grid(corridor, grid) if grid else (corridor, ())


def _first_year(corridor: Corridor) -> int:
    years = {row.year for row in corridor.rows("demand")}
    if not years:
        raise InputError(corridor.name, [Problem("demand", "none in the package", "add demand.csv")])
    return int(min(years & {row.year for row in corridor.rows("load")} or years))


def _flowing(corridor: Corridor, year: int, progress: Progress) -> Drawn:
    """What the user equilibrium of a year's demand draws."""
    ask = Assign(year=year)
    progress.say("assigning")
    return drawn_by_flows(solve(problem_of(corridor, ask), ask, progress), year)
