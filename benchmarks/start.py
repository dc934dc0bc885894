"""How quickly commands start, as ratios of whole processes run in turn: `python benchmarks/start.py [ROUNDS]`.

Goals: `karvan --help` within 0.3 s of a bare interpreter; `karvan plan`, its kernels cached, within 1.5 times the wall
time of a process that only imports numba and pandas.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

HELP = ["-m", "karvan", "--help"]
PLAN = ["-m", "karvan", "plan", "Xi'an", "Istanbul", "--depart", "2026-12-01", "--load", "2xFEU", "--past"]


def seconds(arguments: list[str]) -> float:
    """Wall time of a Python process with these arguments."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def pairs(ours: list[str], theirs: list[str], rounds: int) -> list[tuple[float, float]]:
    """Times of two commands run in turn, after one run of each that does not count."""
    seconds(ours), seconds(theirs)
    return [(seconds(ours), seconds(theirs)) for _ in range(rounds)]


def main(rounds: int) -> None:
    for name, ours, theirs in (
        ("karvan --help over a bare interpreter", HELP, ["-c", "pass"]),
        ("karvan plan over import numba, pandas", PLAN, ["-c", "import numba, pandas"]),
    ):
        times = pairs(ours, theirs, rounds)
        ratios = [a / b for a, b in times]
        a, b = (statistics.median(column) for column in zip(*times, strict=True))
        spread = f"[{min(ratios):.2f}..{max(ratios):.2f}]"
        print(f"{name}: {a:.3f} s, {b:.3f} s, difference {a - b:.3f} s, ratio {statistics.median(ratios):.2f} {spread}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
