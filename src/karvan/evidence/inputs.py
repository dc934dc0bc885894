"""What a run is made from, in a form that can be compared: two runs with the same inputs have the same results."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from karvan.ground.errors import Problem, shown
from karvan.ground.version import VERSION
from karvan.tables import BY_NAME
from karvan.tables.cell import write

Inputs = dict[str, Any]
Row = Any
CODE = "code"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def describe(
    command: str,
    package: str,
    tables: Mapping[str, Sequence[Row]],
    *,
    seed: int,
    replications: int | None = None,
    scenario: str = "",
    changes: Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What `run.json` says of a run before it begins.

    Args:
        command: the verb: simulate.
        package: name of the corridor.
        tables: its rows, after all changes, as engines read them; of each table a digest is kept.
        seed: of the random numbers.
        replications: how many are asked for; no input, for each stands alone and more may be added later.
        scenario, changes: what was asked to be different, as it was said.
        settings: everything else that a result depends on. What it does not depend on (workers) stays out.
    """
    inputs = {
        "karvan": VERSION,
        CODE: code_digest(),
        "command": command,
        "package": package,
        "scenario": scenario,
        "changes": list(changes),
        "seed": seed,
        "settings": dict(settings or {}),
        "tables": {name: table_digest(name, rows) for name, rows in sorted(tables.items()) if rows},
    }
    return {"replications": replications, "inputs": plain(inputs)}


def table_digest(table: str, rows: Iterable[Row]) -> str:
    """SHA-256 of a table's rows as its CSV file would hold them, whatever file they came from."""
    columns = tuple(BY_NAME[table])
    digest = hashlib.sha256(repr([column.name for column in columns]).encode())
    for row in rows:
        digest.update(repr([write(value, column) for value, column in zip(row, columns, strict=True)]).encode())
    return digest.hexdigest()


@cache
def code_digest() -> str:
    """SHA-256 of karvan's own source: a version that is being worked on does not go on with an older one's run."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def short_digest(inputs: Inputs) -> str:
    """Eight hexadecimal digits for a study. The source is left out, so that a study keeps its name while we work."""
    study = {name: value for name, value in inputs.items() if name != CODE}
    return hashlib.sha256(json.dumps(study, sort_keys=True).encode()).hexdigest()[:8]


def differences(ran: Inputs, asked: Inputs) -> list[Problem]:
    """Every input that differs between a run and what is asked of it now, by its path: tables/demand, seed."""
    old, new = dict(_leaves(ran)), dict(_leaves(asked))
    remedy = "give what the run was begun with, or another folder"
    return [
        Problem(path, f"{_told(new.get(path))} where the run has {_told(old.get(path))}", remedy)
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, f"{path}/{name}" if path else str(name))
    else:
        yield path, value


def _told(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return value[:8]
    return shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).strip("'")


def plain(value: Any) -> Any:
    """A value as JSON holds it: numpy's numbers and arrays as Python's, what is not a number as missing (§2)."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if isinstance(value, float) and math.isnan(value) else value
