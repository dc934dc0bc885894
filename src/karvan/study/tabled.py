"""Batches and matrices kept as runs: the table that else goes into a file, with what it was made from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Unpack

from karvan.corridor import Corridor
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.evidence.shelf import open_run
from karvan.scenario import Change, bend, read_change
from karvan.study.answers import RESULT
from karvan.study.batch import Batch, Done, plan_batch
from karvan.study.matrix import ALL, MATRIX, Matrix, matrix
from karvan.study.open_end import Words
from karvan.study.scenarios import World, open_scenario
from karvan.study.using import open_run as used_run

MOST_TOLD = 1000
"""Problems of bad shipments that run.json tells; the table `refused` has all of them."""


def batch_run(
    shipments: Sequence[Mapping[str, object]],
    *,
    package: Corridor | str = "middle-corridor",
    scenario: str = "",
    changes: Sequence[str] = (),
    using: str | None = None,
    grid: str | None = None,
    past: bool = False,
    workers: int = 1,
    done: Done | None = None,
    **usual: Any,
) -> tuple[Batch, RunFolder]:
    """Plan every shipment of a table, as `plan_batch` does, and keep the options as the table `plans` of a run.

    Args:
        shipments, package, scenario, changes, using, grid, past, workers, done, usual: as in `plan_batch`.

    Raises:
        InputError: where no shipment is good. Where some are, the problems of the others come with the result.
    """
    world = open_scenario(package, scenario)
    usual = {name: word for name, word in usual.items() if word is not None}
    batch = plan_batch(shipments, package=world.base, changes=changes, using=using, grid=grid, scenario=scenario,
                       past=past, workers=workers, done=done, **usual)  # fmt: skip
    settings: dict[str, Any] = {"shipments": _digest(shipments), "usual": usual, "past": past, "using": _used(using)}
    if "depart" not in usual and not all(row.get("depart") for row in shipments):
        settings["today"] = str(dt.datetime.now(dt.UTC).date())
    told = [asdict(problem) for problem in batch.problems]
    results = {
        "shipments": batch.shipments, "answered": batch.answered, "without_way": batch.without_way, "bad": batch.bad,
        "options": batch.rows - batch.without_way, "problems": told[:MOST_TOLD],
    }  # fmt: skip
    tables: dict[str, Any] = {RESULT.name: batch.arrow}
    if told:
        tables["refused"] = {name: [one[name] for one in told] for name in told[0]}
    return batch, _kept("batch", world, changes, settings, tables, results, usual.get("seed"), grid)


def matrix_run(
    origins: Iterable[str] | str = ALL,
    destinations: Iterable[str] | str = ALL,
    *,
    package: Corridor | str = "middle-corridor",
    scenario: str = "",
    changes: Sequence[str] = (),
    using: str | None = None,
    depart: str | None = None,
    load: str = "1xFEU",
    horizon_days: float | None = None,
    workers: int | None = 1,
    **words: Unpack[Words],
) -> tuple[Matrix, RunFolder]:
    """Hours, USD, kg CO2e and km between places, as `matrix` finds them, kept as the table `matrix` of a run.

    Raises InputError with everything wrong in the request.
    """
    world = open_scenario(package, scenario)
    found = matrix(origins, destinations, depart, load, package=world.base, horizon_days=horizon_days,
                   changes=changes, using=using, scenario=scenario, workers=workers, **words)  # fmt: skip
    settings = {
        "origins": found.origins, "destinations": found.destinations, "load": load, "horizon_days": horizon_days,
        "departs": sorted({depart.isoformat() for depart in found.departs}), "words": dict(words),
        "using": _used(using),
    }  # fmt: skip
    results = {
        "origins": len(found.origins), "destinations": len(found.destinations), "pairs_with_a_way": found.pairs,
    }  # fmt: skip
    return found, _kept("matrix", world, changes, settings, {MATRIX.name: found.columns()}, results)


def _used(using: str | None) -> str | None:
    """A run whose waits are taken, by what it was made from: a name alone may come to mean another."""
    return None if using is None else _digest(used_run(using).record["inputs"])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _kept(
    command: str, world: World, changes: Sequence[Change | str], settings: Mapping[str, Any],
    tables: Mapping[str, Any], results: dict[str, Any], seed: int | None = None, grid: str | None = None,
) -> RunFolder:  # fmt: skip
    read = [read_change(one) if isinstance(one, str) else one for one in changes]
    corridor = bend(world.corridor, read)
    if grid is not None:
        from karvan.study.power.carbon import with_grid  # few batches need it

        corridor, told = with_grid(corridor, grid)
        settings = {**settings, "grid": [asdict(one) for one in told]}
    about = describe(command, corridor.name, corridor.tables, seed=1 if seed is None else seed, replications=0,
                     scenario=world.name, changes=tuple(map(str, changes)), settings=settings)  # fmt: skip
    with open_run(about, resume=True, register={RESULT.name: RESULT, MATRIX.name: MATRIX}) as run:
        run.finish(tables, results)
    return run
