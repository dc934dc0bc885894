"""How many shipments a second, and how long a matrix takes, on the package that ships.

    python -m benchmarks.bench_batch [REQUESTS] [WORKERS]

Requests are the flows of the package's demand on different days with different loads, every one answered in full: the
Pareto set over four criteria, thinned, the best of each family, the spread by sampling. Processes are counted with
their start and, in a second figure, from the first answer that came back from them on. The goals are 500 a second on
two cores, and 20 s for a matrix of 200 x 200.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import karvan
from karvan.corridor import Corridor
from karvan.study.batch import Batch

DAYS = range(1, 29)
LOADS = ("1xFEU", "2xFEU", "4xTEU", "10xFEU")
Row = dict[str, str]


def requests(corridor: Corridor, n: int) -> list[Row]:
    """Different requests, in a random order that is the same every time."""
    pairs = sorted({(flow.origin, flow.destination) for flow in corridor.rows("demand")})
    rows = [
        {"origin": origin, "destination": destination, "depart": f"2026-12-{day:02}", "load": load}
        for (origin, destination), day, load in product(pairs, DAYS, LOADS)
    ]
    return random.Random(1).sample(rows, min(n, len(rows)))


class Clock:
    """Hears of every shipment that is done, and remembers when."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.at: list[float] = []

    def __call__(self, done: int, of: int) -> None:  # noqa: ARG002 (progress is told so)
        self.at.append(time.perf_counter() - self.began)

    def steady(self, skipped: int = 32) -> float:
        """Shipments a second after the first few, which wait for processes to start."""
        return (len(self.at) - skipped) / (self.at[-1] - self.at[skipped - 1])


def planned(corridor: Corridor, rows: list[Row], workers: int) -> tuple[Batch, Clock]:
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        batch = karvan.plan_batch(rows, Path(folder) / "plans.parquet", package=corridor, past=True, workers=workers,
                                  done=clock)  # fmt: skip
    return batch, clock


def main(n: int, workers: int) -> None:
    corridor = karvan.load()
    rows = requests(corridor, n)
    planned(corridor, rows[:3], 1)  # compiles what is not cached
    lanes = len({(row["origin"], row["destination"], row["load"]) for row in rows})
    print(f"{lanes:,} lanes: requests that differ in their day alone are searched for once")
    for used in dict.fromkeys((1, workers)):
        batch, clock = planned(corridor, rows, used)
        per_s, options = n / clock.at[-1], batch.rows / batch.shipments
        print(f"{len(rows):,} different requests, {used} processes: {clock.at[-1]:.1f} s, {per_s:.0f} a second, "
              f"{clock.steady():.0f} once they run; {options:.1f} options each")  # fmt: skip
    many = (rows[:10] * 1_000)[:10_000]
    batch, clock = planned(corridor, many, 1)
    print(f"{len(many):,} requests, {batch.different} of them different: {clock.at[-1]:.2f} s")
    for used in dict.fromkeys((1, workers)):
        began = time.perf_counter()
        found = karvan.matrix(depart="2026-12-01", package=corridor, past=True, workers=used)
        size = len(found.origins), len(found.destinations)
        print(f"matrix {size[0]} x {size[1]}, packing included, {used} threads: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    said = [int(word) for word in sys.argv[1:]]
    main(*said, *(2_000, os.cpu_count() or 1)[len(said) :])
