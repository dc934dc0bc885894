"""The corridor of a run made before: the package as it is now, with the run's own changes, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from karvan.corridor import Corridor
from karvan.corridor import load as load_corridor
from karvan.evidence.inputs import table_digest
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import shelved
from karvan.ground.errors import InputError, KarvanError
from karvan.ground.version import VERSION
from karvan.scenario import bend, read_change
from karvan.study.scenarios import open_scenario
from karvan.tables.plans import PLANNED

GRID = "grid_intensity"
LACKING = "no map, and no word on assumptions."
CHANGED = ("assign", "simulate")
"""Commands whose `changes` are made to a corridor; those of others name scenarios or projects."""
NAMED = 6
"""Tables that a sentence names."""
UNREAD = {
    "source", "fact", "basis", "target", "trace", "waypoint", "place_name", "project", "effect", "commitment",
    "commitment_status", "contradiction",
}  # fmt: skip
"""Tables that no engine reads: what is known, drawn and promised."""


class Reopened(NamedTuple):
    """A corridor, and sentences on what of it is not as a run read it."""

    corridor: Corridor | None
    doubts: tuple[str, ...] = ()
    """What bears on figures, or is why there is no corridor."""
    remarks: tuple[str, ...] = ()
    """What bears on none."""


def corridor_of(run: RunFolder, package: Corridor | str | None = None, scenario: str | None = None) -> Reopened:
    """The corridor that a run read, as far as it can be had now, and sentences on what is not as it was.

    Args:
        run: the run.
        package: where its package is, if not among those that ship; or the package itself.
        scenario: its scenario as `open_scenario` takes it, if not one that comes with the package.

    Returns:
        the corridor in the run's scenario and after its changes, if it can be had; and in what it differs.

    Raises:
        InputError: for a package or scenario that is given and cannot be used.
    """
    inputs = run.record["inputs"]
    name, named = str(inputs.get("package", "")), str(inputs.get("scenario") or "")
    doubts = []
    if inputs.get("karvan") != VERSION:
        doubts.append(f"The run was made by karvan {inputs.get('karvan')}; this report is by karvan {VERSION}.")
    try:
        corridor = package if isinstance(package, Corridor) else load_corridor(package or name)
    except InputError:
        if package is not None:
            raise
        return Reopened(None, (*doubts, f"The package {name} is not at hand: {LACKING} Give it with --package."))
    if corridor.name != name:
        doubts.append(f"The run is of the package {name}, while {corridor.name} is given.")
    corridor, gone = _powered(corridor, inputs)
    doubts += gone
    try:
        world = open_scenario(corridor, named if scenario is None else scenario)
    except InputError:
        if scenario is not None:
            raise
        return Reopened(None, (*doubts, f"The scenario {named} is not at hand: {LACKING} Give it with --scenario."))
    changes = inputs.get("changes") or () if inputs.get("command") in CHANGED else ()
    try:
        bent = bend(world.corridor, [read_change(str(change)) for change in changes])
    except KarvanError:
        return Reopened(None, (*doubts, f"The run's changes can no longer be made to {name}: {LACKING}"))
    then = inputs.get("tables") or {}
    now = {table: table_digest(table, rows) for table, rows in bent.tables.items() if rows}
    others = [
        table for table in sorted(then.keys() | now.keys())
        if then.get(table) != now.get(table) and not (gone and table == GRID)
    ]  # fmt: skip
    read = [table for table in others if _read(table)]
    if read:
        said = "Figures are the run's own; the map and what is said of assumptions are of the package as it is now."
        return Reopened(bent, (*doubts, f"The package is not as the run read it: {_named(read)}. {said}"))
    if others:
        said = f"Since the run the package has changed in what no engine reads: {_named(others)}."
        return Reopened(bent, tuple(doubts), (said,))
    return Reopened(bent, tuple(doubts))


def _powered(corridor: Corridor, inputs: Mapping[str, Any]) -> tuple[Corridor, list[str]]:
    """A corridor whose trains draw the power of the run that a record names; and a sentence where that run is gone."""
    said = (inputs.get("settings") or {}).get("grid") or ()
    name = next((str(one["run"]) for one in said if isinstance(one, dict) and "run" in one), None)
    if name is None:
        return corridor, []
    from karvan.study.power.carbon import with_grid  # few runs need it

    folder = shelved(name)
    with suppress(InputError):
        if folder is not None:
            return with_grid(corridor, folder)[0], []
    told = f"Trains drew power by the run {name}, which is gone: what is said of it here is the package's own."
    return corridor, [told]


def _read(table: str) -> bool:
    """Whether an engine reads a table, or may."""
    return table not in UNREAD and not table.startswith(PLANNED)


def _named(tables: list[str]) -> str:
    return ", ".join(tables[:NAMED]) + (f" and {len(tables) - NAMED} more" if len(tables) > NAMED else "")
