"""A power system of a scenario or a run, as a file that PyPSA opens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from karvan.corridor import Corridor
from karvan.evidence.inputs import table_digest
from karvan.grid.export import export
from karvan.ground.errors import InputError, Problem
from karvan.study.power.cases import package_with_cases
from karvan.study.power.compare import is_run
from karvan.study.power.run import READ, PowerRun, power_called, system_of
from karvan.study.runs import run_called
from karvan.study.scenarios import World, open_scenario
from karvan.study.simulate import Progress


def export_power(
    package: Corridor | str,
    what: str,
    path: Path,
    ask: PowerRun | None = None,
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the power system of a scenario, or of a run, whose year and seed are then its own: all hours of the year.

    Returns: what was written: file, scenario, year, hours, and how many zones, plants and ties.

    Raises:
        InputError: a scenario or run that there is not, a run whose package or profiles are others by now, a file that
            cannot be written.
    """
    package, progress, ask = package_with_cases(package), progress or Progress(), ask or PowerRun()
    progress.say("opening the scenario")
    if is_run(what):
        answer = power_called(what)
        world, ask = open_scenario(package, answer.scenario), replace(answer.ask, profiles=ask.profiles)
        _same(what, world)
    else:
        world = open_scenario(package, what)
    progress.say("making load, sun, wind and water by the hour")
    system = system_of(world, ask).system
    progress.say("writing")
    written = export(system, Path(path))
    return {
        "file": str(written), "scenario": world.name, "year": system.year, "hours": system.hours,
        "zones": len(system.zones), "plants": len(system.plants) + len(system.stores) + len(system.electrolysers),
        "ties": len(system.ties),
    }  # fmt: skip


def _same(run: str, world: World) -> None:
    """Raise InputError where a run cannot be made again: its tables are others by now, or it has more than they."""
    inputs = run_called(run).record["inputs"]
    settings, tables = inputs["settings"], inputs["tables"]
    problems = [
        Problem(f"inputs/tables/{name}", "other rows than the package has", "give the scenario instead")
        for name in READ
        if name != "place" and tables.get(name) != _digest_of(world.corridor, name)
    ]
    for name, what in (("load", "load that was added"), ("profiles", "profiles of the user")):
        if settings.get(name):
            problems.append(Problem(f"inputs/settings/{name}", what, "give the scenario, and --profiles where needed"))
    if problems:
        raise InputError(f"the run {run}", problems)


def _digest_of(corridor: Corridor, name: str) -> str | None:
    rows = corridor.rows(name)
    return table_digest(name, rows) if rows else None
