"""A list of runs: what each is made from and how far it is."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.evidence.durable import PART, writing
from karvan.evidence.lock import Lock
from karvan.evidence.record import LOCK, RECORD, REPLICATIONS
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import find_runs, runs_folder, shelved
from karvan.ground.errors import InputError, Problem, nearest, shown

if TYPE_CHECKING:
    from karvan.sim.simulation import Simulation


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as a list shows it. What the run does not say is missing."""

    run: str
    """Its folder's name."""
    command: str | None
    package: str | None
    scenario: str | None
    changes: str | None
    """What was asked to be different, as it was said, parted by semicolons."""
    seed: int | None
    done: int
    """Replications that are finished."""
    asked: int | None
    """Replications that were asked for."""
    status: str
    started: str
    """ISO 8601, UTC."""
    seconds: float
    """How long it was being worked on, as far as it says."""
    karvan: str | None


def list_runs(folder: Path | None = None) -> tuple[list[RunLine], list[Problem]]:
    """The runs in a folder, oldest first, and what is wrong with those that cannot be read.

    Args:
        folder: one that holds runs, or one run; by default where runs stand.

    Raises:
        InputError: there is no such folder.
    """
    runs, problems = find_runs(folder)
    lines = [line for line in map(line_of, runs) if line]
    return sorted(lines, key=lambda line: (line.started, line.run)), problems


def run_called(name: Path | str, asked: str = "run") -> RunFolder:
    """A run by its folder, or by its name where runs stand. Raises InputError on what is `asked`."""
    folder = find_run(name)
    if folder is not None:
        return RunFolder.open(folder)
    path = _given(name)
    if path is not None and str(name) and _is_there(path):
        return RunFolder.open(path)  # which says what it lacks
    raise _no_run(str(name), asked, "give a run's folder, or its name as `karvan runs` lists it")


def find_run(name: Path | str) -> Path | None:
    """The folder of a run by its folder, or by its name where runs stand; None where there is none."""
    for folder in (_given(name), runs_folder() / name):
        if folder is not None and str(name) and _is_there(folder / RECORD):
            return folder
    return None


def shelf_run(name: str, asked: str = "run") -> Path:
    """The folder of a run by its name where runs stand, and nowhere else: for those who may name no file.

    Raises InputError on what is `asked` for a path, and for a name that no run there has.
    """
    folder = shelved(name)
    if folder is None:
        raise _no_run(name, asked, "give a run's name as the list of runs has it")
    return folder


def _given(name: Path | str) -> Path | None:
    """A path as it was given; None where it is in the home of nobody."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, or a folder that may not be read
        return False


def _no_run(name: str, asked: str, remedy: str) -> InputError:
    like = nearest(name, [run.name for run in find_runs()[0]])
    return InputError("the request", [Problem(asked, shown(name), f"nearest: {', '.join(like)}" if like else remedy)])


def remove_run(run: RunFolder) -> None:
    """Remove a run with all that it holds: at once it is no run any more, whatever becomes of its files.

    Raises TakenError where a process works on it, InputError where it cannot be removed.
    """
    with writing(run.path):
        lock = Lock.take(run.path / LOCK)
        try:
            gone = run.path.with_name(f".{run.name}.{uuid.uuid4().hex}{PART}")
            run.path.rename(gone)
        finally:
            lock.release()
        (gone / RECORD).unlink(missing_ok=True)  # or a list of runs would still find it
    shutil.rmtree(gone, ignore_errors=True)


def simulation_of(run: Path | str) -> Simulation:
    """The simulation that a run is of, by its folder or name; also of one that is not complete.

    Raises InputError where there is no such run, it is of something else, or no replication of it is finished.
    """
    from karvan.sim.simulation import Simulation

    folder = run_called(run)
    command, done = folder.record["inputs"].get("command"), len(folder.done())
    if command != "simulate":
        problem = Problem(f"{RECORD}, inputs/command", shown(command), "give a run of `karvan simulate`")
        raise InputError(f"the run {folder.name}", [problem])
    if not done:
        problem = Problem(REPLICATIONS, "none that is finished", "ask for the same simulation again: it goes on")
        raise InputError(f"the run {folder.name}", [problem])
    return Simulation(folder, str(folder.record["inputs"]["package"]), folder.record["results"] or {})


def line_of(run: RunFolder) -> RunLine | None:
    """A run as a list shows it; None for one that was removed just now."""
    try:
        done = len(run.done())
    except InputError:
        return None
    inputs, clock = run.record["inputs"], run.record["clock"]
    return RunLine(
        run=run.name,
        command=_text(inputs.get("command")),
        package=_text(inputs.get("package")),
        scenario=_text(inputs.get("scenario")),
        changes="; ".join(map(str, inputs.get("changes") or ())) or None,
        seed=_whole(inputs.get("seed")),
        done=done,
        asked=_whole(run.record.get("replications")),
        status=run.status,
        started=clock["started"],
        seconds=float(clock["seconds"]),
        karvan=_text(inputs.get("karvan")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and abs(value) < 2**63 else None
