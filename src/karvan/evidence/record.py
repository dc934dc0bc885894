"""What `run.json` says of a run, and what of a run's folder is finished, half-written or somebody else's."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from karvan.evidence.durable import PART, told, write_whole
from karvan.evidence.inputs import plain
from karvan.evidence.lock import TakenError
from karvan.evidence.parquet import SUFFIX
from karvan.ground.errors import InputError, Problem, shown

Record = dict[str, Any]
RECORD = "run.json"
LOCK = "run.lock"
REPLICATIONS = "replications"
CHARTS = "charts"
"""A folder for what can be made again from the tables; of no run's digest."""
FORMAT = 1
"""Of run.json; raised when what is in it changes its meaning."""
COMPLETE, RUNNING, INTERRUPTED = "complete", "running", "interrupted"
MAKE_ANEW = "remove the folder and make the run again"


def now() -> str:
    """This instant, ISO 8601, UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def new_record(about: Mapping[str, Any], clock: Record | None) -> Record:
    """The record of a run that begins, or goes on with the clock that it had."""
    clock = clock or {"started": now(), "finished": None, "seconds": 0.0, "sessions": 0}
    return {"format": FORMAT, **plain(about), "status": RUNNING, "done": None, "results": None, "clock": clock}


def read_record(path: Path) -> Record:
    """run.json of a run's folder. Raises InputError where there is none, or one that cannot be used."""
    try:
        record = json.loads((path / RECORD).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        found, remedy = f"no {RECORD}", "this is no run: give the folder of one"
    except OSError as refused:
        found, remedy = f"a file that cannot be read ({refused.strerror})", "mend that, or give another folder"
    except (ValueError, RecursionError) as spoilt:
        found, remedy = f"no JSON ({spoilt})", MAKE_ANEW
    else:
        found, remedy = _misfit(record), MAKE_ANEW
        if not found:
            return dict(record)
    raise InputError(told(path), [Problem(RECORD, found, remedy)])


def _misfit(record: Any) -> str:
    """Why a run.json cannot be used; empty if it can."""
    if not isinstance(record, dict) or not isinstance(record.get("inputs"), dict):
        return "no inputs"
    if record.get("format") != FORMAT:
        return f"format {shown(record.get('format'))}, while this karvan reads format {FORMAT}"
    if record.get("status") not in (COMPLETE, RUNNING, INTERRUPTED):
        return f"status {shown(record.get('status'))}"
    clock = record.get("clock")
    wanted: dict[str, Any] = {"started": str, "seconds": (int, float), "sessions": int}
    if not isinstance(clock, dict) or not all(isinstance(clock.get(name), kind) for name, kind in wanted.items()):
        return "no clock"
    return ""


def write_record(path: Path, record: Record) -> None:
    """Replace run.json. Raises OSError, and ValueError for an infinite number."""
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_whole(path / RECORD, lambda file: file.write(text.encode()))


def finished(path: Path) -> list[tuple[int, Path]]:
    """Finished replications of a run and their folders, by number. Raises InputError where the folder is gone."""
    try:
        folders = [entry for entry in (path / REPLICATIONS).iterdir() if entry.name.isdecimal() and entry.is_dir()]
    except OSError as refused:
        found = refused.strerror or str(refused)
        problem = Problem(REPLICATIONS, found, "the run was removed or spoilt: make it again")
        raise InputError(told(path), [problem]) from None
    return sorted((int(folder.name), folder) for folder in folders)


def refuse_strangers(path: Path) -> None:
    """Raise TakenError where a folder holds anything but a run, or what a run leaves that was cut off at once."""
    there = _names(path)  # looked at once: another process may be beginning its run there just now
    others = [] if RECORD in there else sorted(name for name in there - {LOCK, REPLICATIONS} if not _is_part(name))
    if others:
        problem = Problem("folder", f"{shown(others[0])} and no {RECORD}", "give a new or empty folder, or a run's")
        raise TakenError(told(path), [problem])


def sweep(path: Path) -> None:
    """Remove from a run that is to go on what was half-written, and the outdated tables and charts over all of it."""
    for folder in (path, path / REPLICATIONS):
        for entry in (folder / name for name in _names(folder) if _is_part(name)):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for table in path.glob(f"*{SUFFIX}"):
        table.unlink()
    shutil.rmtree(path / CHARTS, ignore_errors=True)


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def _is_part(name: str) -> bool:
    return name.startswith(".") and name.endswith(PART)
