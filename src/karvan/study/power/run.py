"""A year of the power system under a scenario, kept as a run, so that it is solved once.

The scenario's projects are built, the system of the year is read, and all its hours are dispatched at least cost at
once (`karvan.grid`). What went over each tie because it was agreed is given by the package, and so are the year's load
and its peak; what plants do, prices and emissions are found.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from karvan.corridor import Corridor
from karvan.evidence.inputs import describe
from karvan.evidence.record import COMPLETE, RECORD
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.formats.power.profile import Profiles, read_profiles
from karvan.grid.dispatch import Dispatch, Infeasible, NotSolved, dispatch
from karvan.grid.dispatched import Dispatched
from karvan.grid.intensity import intensity
from karvan.grid.invest import at_hours
from karvan.grid.load import with_load
from karvan.grid.outage import without
from karvan.grid.reading import Reading, read
from karvan.grid.system import Floats, System
from karvan.ground.errors import InputError, Problem, shown
from karvan.study.power.hours import Columns, Times, hour_tables
from karvan.study.power.register import (
    COUNTRIES,
    PLANTS,
    PROFILES,
    REGISTER,
    TECHNOLOGIES,
    TIES,
    ZONES,
)
from karvan.study.power.sums import Sums
from karvan.study.runs import remove_run, run_called
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress
from karvan.tables import Table
from karvan.tables.power import POWER

COMMAND = "power"
READ = (*sorted(table.name for table in POWER if table.name != "power_figure"), "grid_intensity", "place")
"""Tables of a package that a run hangs on."""
WEEK_H = 168


@dataclass(frozen=True, slots=True)
class PowerRun:
    """What is asked. Defaults stand here and nowhere else."""

    year: int | None = None
    """Whose load and plants; that of the scenario if none."""
    seed: int = 1
    """Of the weather."""
    profiles: tuple[Path, ...] = ()
    """Files of the user's own profiles, in place of those that are made."""
    weeks: int | None = None
    """Weeks that stand for the year, evenly spread, for a quick look; all its hours if none."""
    solve: Dispatch = field(default_factory=Dispatch)
    lost: tuple[str, ...] = ()
    """Plants and ties that are not there all year."""
    shed_share: float = 0.1
    """At most that share of a zone's load in an hour may stay unserved, else there is no dispatch. An assumption."""


@dataclass(frozen=True, eq=False)
class PowerAnswer:
    """A year of the power system."""

    ask: PowerRun
    package: str
    scenario: str
    """Its name; empty is the package as it is."""
    results: Mapping[str, Any]
    """The main figures, as run.json has them."""
    tables: Mapping[str, Columns] = field(repr=False)
    """As `karvan.study.power.register` has them; of a run that was opened, those by the hour are read when asked."""
    clock: Mapping[str, Any]
    """Seconds of building, solving and reading, and megabytes at most; of the run that solved it."""
    run: RunFolder | None = None
    opened: bool = False
    """Whether it was there already and nothing was solved."""
    solved: ClassVar[bool] = True

    @property
    def year(self) -> int:
        return int(self.results["year"])

    def columns(self, table: str) -> Columns:
        """A table as arrays of shape (n_rows,). Raises InputError for one that there is not."""
        if table in self.tables:
            return self.tables[table]
        if self.run is not None and any(name == table for name, _, _ in self.run.files()):
            return _columns_of(self.run, table)
        if table in REGISTER:
            return {column.name: np.array([]) for column in REGISTER[table]}
        raise InputError("the run", [Problem("table", shown(table), f"give one of {', '.join(REGISTER)}")])

    def rows(self, table: str | Table) -> list[dict[str, Any]]:
        """A table as rows; what is missing is None."""
        columns = self.columns(table if isinstance(table, str) else table.name)
        lists = [[_plain(value) for value in values.tolist()] for values in columns.values()]
        return [dict(zip(columns, cells, strict=True)) for cells in zip(*lists, strict=True)]

    def country(self, code: str) -> dict[str, Any]:
        """The year of a country. Raises InputError where it has no zone that is no market."""
        lines = {line["country"]: line for line in self.rows(COUNTRIES)}
        if code not in lines:
            raise InputError("the run", [Problem("country", shown(code), f"give one of {', '.join(lines)}")])
        return lines[code]


def power_run(
    package: Corridor | str = "middle-corridor",
    scenario: str = "",
    ask: PowerRun | None = None,
    *,
    load: Mapping[str, Floats] | None = None,
    keep: bool = True,
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> PowerAnswer | Infeasible | NotSolved:
    """A year of the power system under a scenario.

    Args:
        package: a corridor, or what `karvan.load` takes.
        scenario: as `open_scenario` takes it; the year is its own unless `ask` has one.
        load: MW of more load by zone, of each hour of the year (n_hours,) or of all of them ().
        keep: whether to keep a run. The same inputs open the run that is there, and nothing is solved.
        out: its folder, by default one that is named by what is asked.
        progress: hears how far it is.

    Returns:
        The answer; Infeasible where load cannot be served within what may be shed, with the hours; NotSolved where the
        solver stopped. These are not kept.

    Raises:
        InputError: for a scenario, a package or a profile that cannot be used.
    """
    progress = progress or Progress()
    progress.say("opening the scenario")
    return power_of(open_scenario(package, scenario), ask, load=load, keep=keep, out=out, progress=progress)


def power_of(
    world: World,
    ask: PowerRun | None = None,
    *,
    load: Mapping[str, Floats] | None = None,
    keep: bool = True,
    out: Path | str | None = None,
    progress: Progress | None = None,
) -> PowerAnswer | Infeasible | NotSolved:
    """The same of a world that is open. Args, returns and raises as `power_run`."""
    ask, progress, load = ask or PowerRun(), progress or Progress(), load or {}
    ask = _checked(replace(ask, year=ask.year if ask.year is not None else world.year(_first_year(world.corridor))))
    if not (keep or out):
        return _solved(world, ask, load, progress)
    about = describe(COMMAND, world.corridor.name, {name: world.corridor.rows(name) for name in READ}, seed=ask.seed,
                     replications=0, scenario=world.name, settings=_settings(ask, load))  # fmt: skip
    run = open_run(about, out, resume=True, register=REGISTER)
    try:
        with run:
            progress.opened(run.name)
            if run.status == COMPLETE:
                return _opened(run, ask)
            found = _solved(world, ask, load, progress)
            if isinstance(found, PowerAnswer):
                run.record["clock"] |= found.clock
                progress.say("keeping the run")
                run.finish(found.tables, dict(found.results))
                return replace(_opened(run, ask), opened=False)  # so that what goes by the hour leaves the memory
            return found
    finally:
        if run.record["status"] != COMPLETE:  # there is nothing in it that could be gone on with
            remove_run(RunFolder.open(run.path))


def power_called(name: Path | str) -> PowerAnswer:
    """A year of the power system by its run: a folder, or the name that `karvan runs` lists.

    Raises InputError where there is no such run, it is of something else, or is not complete.
    """
    run = run_called(name)
    command = run.record["inputs"].get("command")
    if command != COMMAND:
        problem = Problem(f"{RECORD}, inputs/command", shown(command), "give a run of `karvan power run`")
        raise InputError(f"the run {run.name}", [problem])
    if run.status != COMPLETE:
        raise InputError(f"the run {run.name}", [Problem(RECORD, run.status, "ask for the same again")])
    said = run.record["inputs"]["settings"]
    lost = tuple(said.get("lost", ()))
    return _opened(run, PowerRun(said["year"], run.record["inputs"]["seed"], (), said["weeks"], lost=lost))


def system_of(world: World, ask: PowerRun, load: Mapping[str, Floats] | None = None) -> Reading:
    """The system that a run dispatches, before weeks are taken out of it. Raises InputError."""
    given: list[Profiles] = [read_profiles(path) for path in ask.profiles]
    year = ask.year if ask.year is not None else world.year(_first_year(world.corridor))
    reading = read(world.corridor, year, seed=ask.seed, profiles=given)
    system = reading.system
    for zone, mw in sorted((load or {}).items()):
        system = with_load(system, zone, mw)
    notes = (*reading.notes, *([f"without {', '.join(ask.lost)}, all year"] if ask.lost else []))
    system = replace(without(system, ask.lost), shed_share=ask.shed_share)
    return replace(reading, system=system, notes=notes)


def _solved(
    world: World, ask: PowerRun, load: Mapping[str, Floats], progress: Progress
) -> PowerAnswer | Infeasible | NotSolved:
    progress.say("making load, sun, wind and water by the hour")
    reading = system_of(world, ask, load)
    system, times, weight_h = _part(reading.system, ask.weeks)
    progress.say(f"dispatching {system.hours:,} hours")
    found = dispatch(system, ask.solve)
    gc.collect()  # networks point to themselves: what one holds, some gigabytes, would else be there with the next
    if isinstance(found, Infeasible):
        return found.at(times)
    if not isinstance(found, Dispatched):
        return found
    progress.say("adding up")
    carbon = {
        country: {way: intensity(found, country, way) for way in ("direct", "life")}
        for country in sorted({zone.country for zone in system.own})
    }
    sums = Sums(found, world.corridor, carbon, weight_h)
    tables = hour_tables(found, times, carbon) | {
        table.name: _in_columns(rows, table)
        for table, rows in (
            (PLANTS, sums.plants), (TECHNOLOGIES, sums.technologies), (TIES, sums.ties), (ZONES, sums.zones),
            (COUNTRIES, sums.countries), (PROFILES, [asdict(one) for one in reading.told]),
        )
        if rows
    }  # fmt: skip
    clock = {
        "dispatch_seconds": round(found.seconds, 3), "solver_seconds": round(found.solver_seconds, 3),
        "peak_mb": _peak_mb(),
    }  # fmt: skip
    results = _results(found, sums, reading, world, weight_h)
    return PowerAnswer(ask, world.corridor.name, world.name, results, tables, clock)


def _results(found: Dispatched, sums: Sums, reading: Reading, world: World, weight_h: float) -> dict[str, Any]:
    """What run.json tells."""
    return {
        "year": found.system.year, "hours": found.system.hours, "hours_each_stands_for": weight_h,
        "countries": sums.countries,
        "objective_musd": found.objective * weight_h / 1e6,
        "worst_imbalance_mw": float(np.abs(found.imbalance()).max()),
        "to_and_fro_h": found.to_and_fro,
        "projects": list(world.scenario.projects) if world.scenario else [],
        "not_there": list(world.scenario.not_there) if world.scenario else [],
        "notes": list(reading.notes),
    }  # fmt: skip


def _part(system: System, weeks: int | None) -> tuple[System, Times, float]:
    """The system in its weeks, when its hours begin, and how many hours of the year each stands for."""
    every = system.start.astype("datetime64[h]") + np.arange(system.hours)
    if weeks is None:
        return system, every, 1.0
    most = system.hours // WEEK_H
    if not 1 <= weeks <= most:
        raise InputError("the request", [Problem("weeks", f"{weeks}", f"give 1 to {most}, or none for all hours")])
    starts = np.floor(np.linspace(0, system.hours / WEEK_H, weeks, endpoint=False)).astype(np.int64) * WEEK_H
    at = np.concatenate([np.arange(start, start + WEEK_H) for start in np.minimum(starts, system.hours - WEEK_H)])
    return at_hours(system, at.astype(np.float64)), every[at], system.hours / len(at)


def _opened(run: RunFolder, ask: PowerRun) -> PowerAnswer:
    """A run that is there: its tables of the year are read, those by the hour when they are asked for."""
    inputs, clock = run.record["inputs"], run.record["clock"]
    small = [table.name for table in (PLANTS, TECHNOLOGIES, TIES, ZONES, COUNTRIES, PROFILES)]
    there = {name for name, number, _ in run.files() if number is None}
    tables = {name: _columns_of(run, name) for name in small if name in there}
    return PowerAnswer(ask, inputs["package"], inputs["scenario"], run.record["results"] or {}, tables, clock, run,
                       opened=True)  # fmt: skip


def _columns_of(run: RunFolder, table: str) -> Columns:
    kept = run.read(table)
    found = {name: kept[name].to_numpy() for name in kept.column_names}
    return {name: values.astype("datetime64[s]") if values.dtype.kind == "M" else values
            for name, values in found.items()}  # fmt: skip


def _in_columns(rows: Sequence[Mapping[str, Any]], table: Table) -> Columns:
    """Rows as the register has their columns; a number that is missing is nan."""
    found: Columns = {}
    for column in table:
        values = [row[column.name] for row in rows]
        if column.kind == "number":
            found[column.name] = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        else:
            found[column.name] = np.array(values, dtype=bool if column.kind == "flag" else object)
    return found


def _settings(ask: PowerRun, load: Mapping[str, Floats]) -> dict[str, Any]:
    """What a run depends on besides its tables; files and arrays by their digest."""
    said = asdict(ask)
    said.pop("seed")
    said["solve"].pop("time_limit_s")  # it tells whether there is an answer, not which
    said["profiles"] = [_file_digest(path) for path in ask.profiles]
    said["load"] = {zone: _digest(np.asarray(mw, dtype=np.float64).tobytes()) for zone, mw in sorted(load.items())}
    return said


def _file_digest(path: Path) -> str:
    try:
        return _digest(Path(path).read_bytes())
    except OSError as refused:
        remedy = "give a file of CSV or netCDF"
        raise InputError("profiles", [Problem(str(path), refused.strerror or str(refused), remedy)]) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _checked(ask: PowerRun) -> PowerRun:
    problems = []
    if ask.seed < 0:
        problems.append(Problem("seed", f"{ask.seed}", "give 0 or more"))
    if not 0 <= ask.shed_share <= 1:
        problems.append(Problem("shed_share", f"{ask.shed_share:g}", "give a share of 0 to 1"))
    if ask.weeks is not None and not 1 <= ask.weeks <= 52:
        problems.append(Problem("weeks", f"{ask.weeks}", "give 1 to 52, or none for all hours"))
    if problems:
        raise InputError("the request", problems)
    return ask


def _first_year(corridor: Corridor) -> int:
    """The first year of which the package has a load, where neither request nor scenario names one."""
    years = [row.year for row in corridor.rows("load")]
    if not years:
        raise InputError(corridor.name, [Problem("load.csv", "no load of any year", "give tables zone, load, plant")])
    return int(min(years))


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


def _peak_mb() -> float | None:
    """Most memory that this process has held so far, MB; None where the system does not tell."""
    try:
        import resource
        import sys
    except ImportError:  # Windows has none
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
