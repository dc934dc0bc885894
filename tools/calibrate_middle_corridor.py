"""Calibrate the package `middle-corridor` and write what was found for its recipe to take up.

    python tools/calibrate_middle_corridor.py [--workers N] [--rounds N]

It starts from the package as the recipes say it, without what was calibrated before, and fits the factors of the table
`free` to the targets that may be fitted. It writes `middle_corridor/calibrated.csv` (the numbers, with their basis) and
`middle_corridor/sim_parameters.csv` (the factors, and how well each is told); build_middle_corridor.py then takes them
up. It takes some minutes.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path

import build_middle_corridor as builder
import karvan
from karvan.corridor import Corridor
from karvan.corridor.package import write_tables
from karvan.report.calibration import as_csv, headline, parameter_rows, tables
from karvan.sim.calibration import Calibration
from karvan.study.calibrate import Calibrate, calibrate

PARAMETERS = builder.RECIPES / "sim_parameters.csv"
SEED = 2024
"""Of the calibration; the validation is of another, so that luck that was fitted to does not count as agreement."""


def uncalibrated() -> Corridor:
    """The package as its recipes say it. Raises RecipeError through what it prints: see build_middle_corridor.py."""
    parts = sorted(path for path in builder.RECIPES.iterdir() if path.is_dir())
    made = builder.build(parts, calibrated=False)
    with tempfile.TemporaryDirectory() as folder:
        write_tables(Path(folder) / builder.TITLE.name, made.tables, builder.TITLE)
        return karvan.load(Path(folder) / builder.TITLE.name)


def write(found: Calibration) -> None:
    builder.CALIBRATED.write_text(as_csv(found), encoding="utf-8")
    rows = parameter_rows(found)
    with PARAMETERS.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def main() -> None:
    from rich.console import Console

    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--workers", type=int, default=2, help="threads")
    ask.add_argument("--rounds", type=int, default=Calibrate().rounds, help="the most steps that are taken")
    asked = ask.parse_args()
    found = calibrate(uncalibrated(), seed=SEED, rounds=asked.rounds, workers=asked.workers)
    write(found)
    console = Console(width=120, highlight=False)
    console.print(headline(found), markup=False)
    for table in tables(found):
        console.print(table)


if __name__ == "__main__":
    main()
