"""The waits of a run of the simulator, for the planner: `docs/semantics.md` section 6.5 says which and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.evidence.inputs import table_digest
from karvan.evidence.record import COMPLETE, INTERRUPTED, RECORD
from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError, Problem, shown
from karvan.network.measured import Measured
from karvan.scenario import Change, bend, read_change
from karvan.sim.simulation import Simulation
from karvan.study.runs import run_called
from karvan.study.waits import RunWaits


def waits_of(using: Simulation | Path | str, corridor: Corridor, changes: Iterable[Change | str] = ()) -> Measured:
    """What a run measured, for a plan on the same package.

    Args:
        using: a simulation, a run's folder, or its name as `karvan runs` lists it.
        corridor: the package, before any changes.
        changes: those of the plan. They and the run's own may differ, which is told.

    Raises:
        InputError: there is no such run; it is not complete, or of something else; it is of another package.
    """
    run = open_run(using)
    _refuse(run, list(_misfits(run)))
    inputs = run.record["inputs"]
    ran, theirs = _ran_on(run, corridor)
    settings = inputs.get("settings", {})
    return Measured(
        run=run.name,
        replications=len(run.done()),
        days=float(settings["days"]),
        year=int(settings["year"]),
        differences=tuple(_differences(inputs, theirs, list(changes))),
        **RunWaits(run, ran).waits(),
    )


def open_run(using: Simulation | Path | str) -> RunFolder:
    """A run by its folder, or by its name where runs stand. Raises InputError."""
    if isinstance(using, Simulation):
        return RunFolder.open(using.run.path)
    return run_called(using, "using")


def _refuse(run: RunFolder, problems: list[Problem]) -> None:
    if problems:
        raise InputError(f"the run {run.name}", problems)


def _misfits(run: RunFolder) -> Iterator[Problem]:
    """Why no waits can be taken from a run, whatever its package."""
    inputs, done = run.record["inputs"], len(run.done())
    if inputs.get("command") != "simulate":
        yield Problem(f"{RECORD}, inputs/command", shown(inputs.get("command")), "give a run of `karvan simulate`")
    elif run.status != COMPLETE:
        remedy = (
            "ask for the same simulation again: it goes on" if run.status == INTERRUPTED else "wait until it is done"
        )
        yield Problem(f"{RECORD}, status", f"{run.status}, {done} of {run.record['replications']} replications", remedy)
    elif not done or not {"days", "year"} <= inputs.get("settings", {}).keys():
        yield Problem(f"{RECORD}, inputs/settings", "no replications, or not how long they are", "make the run anew")


def _ran_on(run: RunFolder, corridor: Corridor) -> tuple[Corridor, list[Change]]:
    """The corridor that was simulated, and how it was changed. Raises InputError unless its rows are the run's."""
    inputs = run.record["inputs"]
    anew = "simulate this package, or plan on the one that was simulated"
    if inputs.get("package") != corridor.name:
        _refuse(run, [Problem(f"{RECORD}, inputs/package", shown(inputs.get("package")), f"{anew}: {corridor.name}")])
    try:
        changes = [read_change(word) for word in inputs.get("changes", ())]
        ran = bend(corridor, changes)
    except InputError as unfit:
        _refuse(run, [Problem(f"{RECORD}, inputs/changes", str(p), anew) for p in unfit.problems])
        raise
    theirs = inputs.get("tables", {})
    ours = {name: table_digest(name, rows) for name, rows in ran.tables.items() if rows}
    other = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    if other:
        _refuse(
            run, [Problem(f"{RECORD}, inputs/tables", f"other rows of {', '.join(other)} than the package's", anew)]
        )
    return ran, changes


def _differences(inputs: dict[str, Any], theirs: list[Change], ours: list[Change | str]) -> Iterator[str]:
    """In what a run and a plan on its package differ."""
    said = [read_change(one) if isinstance(one, str) else one for one in ours]
    yield from (
        f"only the run has {word}" for word, one in zip(inputs["changes"], theirs, strict=True) if one not in said
    )
    yield from (f"only the plan has {word}" for word, one in zip(ours, said, strict=True) if one not in theirs)
    demand = inputs["settings"].get("demand", 1.0)
    if demand != 1:
        yield f"the run has demand times {demand:g}"
