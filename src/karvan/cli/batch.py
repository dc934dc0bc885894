"""`karvan plan --batch`: many shipments from a table into a table."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from karvan.cli.output import print_json

FINE, BAD_ROWS, NO_WAY = 0, 3, 4


def run_batch(shipments: Path, out: Path | None, workers: int | None, *, as_json: bool, **words: Any) -> int:
    """Plan every shipment of a table, say what is wrong with its rows, and give the exit code."""
    from karvan.kernels.quick import skip_blas
    from karvan.study.batch import plan_batch

    if out is None:
        raise click.UsageError("--batch needs --out: a file ending in .parquet, .csv or .jsonl")
    skip_blas()
    with progress() as done:
        batch = plan_batch(shipments, out, workers=workers or os.cpu_count() or 1, done=done, **words)
    counts = {
        "shipments": batch.shipments,
        "answered": batch.answered,
        "without_way": batch.without_way,
        "bad": batch.bad,
        "options": batch.rows - batch.without_way,
    }
    if as_json:
        print_json({"out": str(out), **counts, "problems": [asdict(problem) for problem in batch.problems]})
    else:
        for problem in batch.problems:
            click.echo(str(problem), err=True)
        told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
        click.echo(f"{told}; written to {out}")
    return BAD_ROWS if batch.bad else FINE if batch.answered else NO_WAY


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """A bar with the time that is left, on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("shipments", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
