"""A list of runs: what each is made from and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import find_runs
from karvan.ground.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as a list shows it. What the run does not say is missing."""

    run: str
    """Its folder's name."""
    command: str | None
    package: str | None
    scenario: str | None
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
    lines = [line for line in map(_line, runs) if line]
    return sorted(lines, key=lambda line: (line.started, line.run)), problems


def _line(run: RunFolder) -> RunLine | None:
    """None for a run that was removed just now."""
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
