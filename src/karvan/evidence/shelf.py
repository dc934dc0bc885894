"""Where runs stand, what they are called, and which folder a study gets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from karvan.evidence.durable import told
from karvan.evidence.inputs import short_digest
from karvan.evidence.lock import TakenError
from karvan.evidence.record import COMPLETE, RECORD, Record
from karvan.evidence.run import Register, RunFolder
from karvan.ground.errors import InputError, Problem

LONGEST_NAME = 40
"""Characters of the package's name that a run's name has."""
FILE_MARKS = "/\\\0:"
"""What makes a path of a word, on one system or another."""


def runs_folder() -> Path:
    """Where runs stand that were given no folder: KARVAN_RUNS, or `runs` under the user's own data."""
    if os.environ.get("KARVAN_RUNS"):
        return Path(os.environ["KARVAN_RUNS"]).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("karvan", appauthor=False) / "runs"


def shelved(name: str) -> Path | None:
    """The folder of a run that stands where runs do, by its name; None for any other word, and for a path."""
    if not name or name.startswith(".") or any(mark in name for mark in FILE_MARKS):
        return None
    folder = runs_folder() / name
    try:
        return folder if (folder / RECORD).is_file() else None
    except OSError:  # longer than a name of a file may be
        return None


def run_name(about: Record) -> str:
    """What a study's run is called: simulate-middle-corridor-3f2a91c0. The same inputs give the same name."""
    inputs = about["inputs"]
    words = (_slug(str(inputs.get(part, ""))) for part in ("command", "package"))
    return "-".join([*filter(None, words), short_digest(inputs)])


def _slug(text: str) -> str:
    """A package may be called anything; a folder may not."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:LONGEST_NAME].strip("-")


def open_run(
    about: Record, out: Path | str | None = None, *, resume: bool = False, register: Register | None = None
) -> RunFolder:
    """The folder for a study, ready to be written; close it at the end.

    A run that was interrupted is gone on with. A complete one is left as it is, and so is one that another process
    writes: the study then gets a folder of its own beside it (-2, -3, ...).

    Args:
        about: as `RunFolder.create` takes it.
        out: the folder wished for; by default one in `runs_folder()` with the name of the study.
        resume: go on with a complete run as well: its replications are used, and more may be added.
        register: as `RunFolder.create` takes it.

    Raises:
        TakenError: the folder wished for is another's, or complete without `resume`.
        InputError: it cannot be written.
    """
    if out is not None:
        run = RunFolder.create(out, about, register)
        if _usable(run, resume):
            return run
        problem = Problem(RECORD, "a complete run of the same inputs", "give --resume to use it, or another folder")
        raise TakenError(told(Path(out)), [problem])
    for path in _siblings(runs_folder() / run_name(about)):
        try:
            run = RunFolder.create(path, about, register)
        except TakenError:
            continue
        if _usable(run, resume):
            return run
    raise AssertionError  # siblings do not end


def _siblings(path: Path) -> Iterator[Path]:
    yield path
    for number in count(2):
        yield path.with_name(f"{path.name}-{number}")


def _usable(run: RunFolder, resume: bool) -> bool:
    """Whether a study may go on in this folder; if not, it is let go."""
    if run.status == COMPLETE and not resume:
        run.close()
        return False
    return True


def find_runs(folder: Path | None = None) -> tuple[list[RunFolder], list[Problem]]:
    """The runs in a folder (or the folder itself, if it is one), by name; and what is wrong with others.

    Raises:
        InputError: the folder was given and is not there, or cannot be read.
    """
    asked = folder is not None
    folder = (folder or runs_folder()).resolve()
    try:
        paths = [folder] if (folder / RECORD).exists() else sorted(folder.iterdir())
    except OSError as refused:
        if isinstance(refused, FileNotFoundError) and not asked:
            return [], []
        problem = Problem("folder", refused.strerror or str(refused), "give a folder that holds runs, or one run")
        raise InputError(told(folder), [problem]) from None
    runs, problems = [], []
    for path in paths:
        if (path / RECORD).exists():
            try:
                run = RunFolder.open(path)
                run.done()
                runs.append(run)
            except InputError as unreadable:
                problems += [Problem(f"{path.name}/{p.address}", p.found, p.remedy) for p in unreadable.problems]
    return runs, problems
