"""The simulator gives the same bits uncompiled, so that what coverage counts is what runs.

Run as a script, this file prints what its systems come to; the test has that done in a process without a compiler.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import fields
from hashlib import sha256
from math import inf
from pathlib import Path

import numba
import numpy as np
import pytest

from karvan.ground.errors import KarvanError
from karvan.sim import (
    Await,
    Board,
    Delay,
    Load,
    Pace,
    Pass,
    Release,
    Repeat,
    Seize,
    Serve,
    System,
    Unload,
    empirical,
    exponential,
    fixed,
    gamma,
    lognormal,
    triangular,
)
from karvan.sim.outcome import outcome_of
from karvan.sim.pack import pack
from karvan.sim.replication import Replication


def stations() -> System:
    """Every kind of time; priorities, batches, finite room, breakdowns, lots and a station that turns away."""
    system = System()
    system.station("a", 2, classes=2)
    system.station("b", room=2)
    system.station("c", batch=3, least=2, room=6)
    system.station("d", room=0)
    repaired = gamma(0.3, 2).with_breakdowns(0.2, empirical([0.5, 2])).with_slow_branch(0.1, 1)
    for name, priority, time in (("high", 0, lognormal(0.5, 1)), ("low", 1, repaired)):
        system.program(
            name,
            [Serve("a", time, priority), Serve("b", triangular(0.1, 0.2, 0.9)), Serve("c", empirical([0.2, 0.7])),
             Delay(exponential(3)), Delay(gamma(1, 0.5).plus(1)), Serve("d", fixed(0.1), turned_away=True)],
        )  # fmt: skip
    system.source("high", "high", every=exponential(1.5))
    system.source("low", "low", rates=[(50, 0.5), (90, 0), (inf, 0.3)], lot=2)
    return system


def ships() -> System:
    """A fleet, a timetable and trains on demand; closures, hours, a pool, a path and a yard."""
    system = System()
    system.station("yard", 20, room=0)
    system.station("berth", cause="berth")
    system.station("wagons", 3, cause="pool")
    system.section("line", 0.5)
    system.closure("storm", [(60, 1 / 30), (inf, 1 / 15)], gamma(5, 0.7))
    system.gate("sea", closures=["storm"])
    system.gate("night", [(24.0 * day, 24.0 * day + 8) for day in range(10)], stations=["berth"], hours=True)
    system.queue("quay")
    system.queue("far", stop=1, calls="train", capacity=4, longest_h=9)
    system.queue("bus")
    system.program("u", [Seize("yard"), Board("quay", 1, frees="yard"), Board("far", 2), Board("bus", 1)])
    system.source("u", "u", every=gamma(0.8, 1.5))
    system.program(
        "ship",
        [Load("quay", fill=True, longest_h=6), Pass("sea"), Pace("line", exponential(3)), Seize("berth"),
         Delay(fixed(1), "handling"), Unload(1), Release("berth"), Delay(triangular(2, 3, 7)), Repeat()],
    )  # fmt: skip
    system.fleet("ships", "ship", 2, 8)
    system.program("train", [Seize("wagons"), Load("far"), Delay(lognormal(4, 0.3)), Unload(2), Release("wagons")])
    system.program("bus", [Await(tuple(range(3, 200, 3))), Load("bus"), Delay(fixed(1)), Unload(1), Repeat()])
    system.fleet("buses", "bus", 1, 50)
    return system


def endless() -> System:
    """An error is the same, too."""
    system = System()
    system.station("a")
    system.program("u", [Serve("a", fixed(1e13))])
    system.source("u", "u", every=fixed(1))
    return system


SYSTEMS: list[Callable[[], System]] = [stations, ships, endless]
HOURS = 400.0


def told(system: System, *, warmup: float = 0.0) -> list[str]:
    """The tables of a replication, one hash each, and that of its log; or the error."""
    rows: list[np.ndarray] = []
    try:
        replication = Replication(pack(system), 4, 3, HOURS, warmup, 5.0, log=rows.append)
        replication.run()
        one = outcome_of(replication)
    except KarvanError as error:
        return [f"{type(error).__name__}: {error}"]
    tables = {field.name: getattr(one, field.name) for field in fields(one)}
    told = {"log": sha256(np.concatenate(rows).tobytes()).hexdigest()}
    for name, table in tables.items():
        columns = table if isinstance(table, dict) else {name: table}
        hashes = [sha256(repr(np.asarray(column).tolist()).encode()).hexdigest()[:16] for column in columns.values()]
        told[name] = " ".join(hashes)
    return [f"{name}: {hashes}" for name, hashes in told.items()]


def all_told() -> list[list[str]]:
    return [told(make(), warmup=warmup) for make in SYSTEMS for warmup in (0.0, 40.0)]


def test_a01_the_systems_are_busy_enough_to_tell() -> None:
    for make in (stations, ships):
        replication = Replication(pack(make()), 4, 3, HOURS, 0.0, 5.0)
        replication.run()
        one = outcome_of(replication)
        assert one.balance["delivered"] > 200
        assert one.events > 1000
        spent = {cause for cause, hours in zip(one.lost["cause"], one.lost["unit_h"], strict=True) if hours}
        expected = {"blocked", "crane"} if make is stations else {"weather", "path", "vehicle", "berth", "hours"}
        assert expected <= spent


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is uncompiled itself")
def test_a02_the_same_bits_uncompiled() -> None:
    path = str(Path(__file__).parent.parent / "src")
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, __file__], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == all_told()


if __name__ == "__main__":
    if not numba.config.DISABLE_JIT:
        sys.exit("this process has a compiler")
    warnings.simplefilter("error")  # as in the test run: an overflow of numpy's is one
    sys.stdout.write(json.dumps(all_told()))
