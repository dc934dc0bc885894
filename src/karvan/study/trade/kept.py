"""Studies of trade kept as runs: their tables, their main figures, and the whole answer as one document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from karvan.evidence.durable import write_whole, writing
from karvan.evidence.inputs import describe, table_digest
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.study.assign import columns
from karvan.study.scenarios import World

ANSWER = "answer.json"
"""The whole answer in the folder of a run: its tables do not hold every part."""


def keep(
    command: str,
    world: World,
    document: Mapping[str, Any],
    *,
    base: World | None = None,
    settings: Mapping[str, Any],
    seed: int = 0,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    results: Mapping[str, Any],
    out: Path | str | None = None,
) -> RunFolder:
    """Keep an answer as a run.

    Args:
        command: what was asked: trade-under.
        world: what it was asked of, and `base` what that was compared with.
        document: the whole answer, as JSON has it.
        settings, seed: what was asked.
        tables: rows by table; None in a cell is a missing number.
        results: the main figures.
        out: the run's folder; by default one that is named by what is asked.

    Raises: InputError where it cannot be written.
    """
    tables_of = world.corridor.tables
    if base is not None:
        others = {
            name: table_digest(name, rows)
            for name, rows in sorted(base.corridor.tables.items())
            if rows is not tables_of.get(name)
        }
        settings = {**settings, "base": base.name, "base_tables": others}
    about = describe(command, world.corridor.name, tables_of, seed=seed, replications=0, scenario=world.name,
                     settings=settings)  # fmt: skip
    content = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).encode()
    rows = {name: [{key: _cell(value) for key, value in row.items()} for row in some] for name, some in tables.items()}
    with open_run(about, out, resume=True) as run:
        with writing(run.path):
            write_whole(run.path / ANSWER, lambda file: file.write(content))
        run.finish({name: columns(some) for name, some in rows.items() if some}, dict(results))
    return run


def answer_of(run: RunFolder) -> dict[str, Any]:
    """The whole answer of a run that `keep` made. Raises OSError and ValueError where it is spoilt."""
    found: dict[str, Any] = json.loads((run.path / ANSWER).read_bytes())
    return found


def _cell(value: Any) -> Any:
    return np.nan if value is None else value
