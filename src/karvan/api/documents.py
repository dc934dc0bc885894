"""The whole answer of a run as its command prints it with --json, made again from what the run's folder holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from karvan.evidence.run import RunFolder

Document = dict[str, Any]


def document_of(run: RunFolder) -> Document:
    """The document of a finished run, but for the path of its folder, which is of no use elsewhere.

    Of a command whose document does not stand in its tables: the record, and the names and sizes of the tables.

    Raises InputError where a table of it is spoilt.
    """
    command = str(run.record["inputs"].get("command"))
    document = COMMANDS.get(command, _plain)(run)
    document["run"].pop("folder", None)
    return document


def _simulate(run: RunFolder) -> Document:
    from karvan.report.simulation import document
    from karvan.study.runs import simulation_of

    return document(simulation_of(run.path))


def _assign(run: RunFolder) -> Document:
    if run.record["inputs"].get("tables"):
        from karvan.report.assignment import document_of as of_corridor

        return of_corridor(run)
    from karvan.report.loads import document

    asked = {name: value for name, value in run.record["inputs"]["settings"].items() if name != "files"}
    tables = {name: run.read(name).to_pydict() for name, number, _ in run.files() if number is None}
    found: Document = document(run.record["results"], tables, asked)
    return found


def _compare(run: RunFolder) -> Document:
    import pandas as pd

    from karvan.report.comparison import document
    from karvan.study.comparison.comparison import COLUMNS

    there = {name for name, number, _ in run.files() if number is None}
    frames = {
        name: run.read(name).to_pandas() if name in there else pd.DataFrame(columns=list(columns))
        for name, columns in COLUMNS.items()
    }
    return document(run, str(run.record["inputs"]["package"]), frames)


def _appraise(run: RunFolder) -> Document:
    from karvan.study.appraise import ANSWER

    with suppress(OSError, ValueError):
        return {**_record(run), **json.loads((run.path / ANSWER).read_bytes())}
    return _plain(run)  # made before runs kept it


def _loss(run: RunFolder) -> Document:
    from karvan.report.trade import lost_document

    tables = {name: run.read(name).to_pylist() for name, number, _ in run.files() if number is None}
    return {**_record(run), **lost_document(run.record, tables)}


def _kept(run: RunFolder) -> Document:
    from karvan.study.trade.kept import answer_of

    with suppress(OSError, ValueError):
        return {**_record(run), **answer_of(run)}
    return _plain(run)


def _power(run: RunFolder) -> Document:
    from karvan.report.power import power_document
    from karvan.study.power.run import power_called

    return {**power_document(power_called(run.path)), **_record(run)}


def _plain(run: RunFolder) -> Document:
    import pyarrow.parquet as pq

    rows = {name: pq.read_metadata(file).num_rows for name, number, file in run.files() if number is None}
    package, results = run.record["inputs"].get("package"), run.record["results"]
    return {**_record(run), "package": package, "results": results, "tables": rows}


def _record(run: RunFolder) -> Document:
    return {"run": {"name": run.name, **run.record}}


COMMANDS: dict[str, Callable[[RunFolder], Document]] = {
    "simulate": _simulate, "assign": _assign, "compare": _compare, "appraise": _appraise,
    "loss": _loss, "trade-under": _kept, "trade-carry": _kept,
    "power": _power, "power-unsolved": _kept, "power-compare": _kept,
}  # fmt: skip
