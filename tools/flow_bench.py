"""What the runs behind docs/validation-flows.md share: the shipped package, regions of the world, and kept tables."""

from __future__ import annotations

import csv
from functools import cached_property
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np

import build_middle_corridor as builder
import karvan
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.goods import Goods
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.settle import Settled, settle

YEAR, LATER = 2024, 2025
SETTLING = Assign(method="ue", simulate=10, replications=5)
"""Rounds at most of assignment and simulation in turn, and how much each simulates."""
REGIONS = {
    "Europe": "AT BE BG CZ DE ES FR GB GR HU IT NL PL RO SK",
    "China": "CN",
    "Russia and Belarus": "RU BY",
    "Türkiye and the Caucasus": "AM AZ GE TR",
    "Central Asia": "KG KZ TJ TM UZ",
}
ELSEWHERE = "Iran and India"
Table = list[dict[str, Any]]
Rows = list[dict[str, str]]
MODELS = ("named", "ue", "sue", "so")
"""Goods that take the families which their rows name; and free ones by each method."""
TABLES = ("theta", "families", "targets", "passed", "prices", "needed", "rounds", "bottlenecks", "worth_settled",
          "solves", "worth", "unserved", "duals", "waits", "causes")  # fmt: skip


def path_of(name: str) -> Path:
    """Where a table is kept."""
    return builder.RECIPES / f"flow_{name}.csv"


def kept(name: str) -> Rows:
    """The rows of a table as they were kept."""
    return builder.read(path_of(name))


def keep(name: str, rows: Table) -> None:
    """Write a table, numbers with six digits."""
    with path_of(name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows({column: cell(value) for column, value in row.items()} for row in rows)


def cell(value: object) -> str:
    """A value as a file holds it; what is no number is an empty cell."""
    if isinstance(value, float | np.floating):
        return "" if isnan(value) else f"{float(value):.6g}"
    return str(value)


def number(text: str) -> float:
    """A kept number; an empty cell is none."""
    return float(text) if text else nan


class Bench:
    """The shipped package and what several steps need of it."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self.corridor = karvan.load()
        self.country = {place.id: place.country for place in self.corridor.places()}

    def flows(self, **wishes: Any) -> ServiceFlows:
        """Flows of a request."""
        ask = Assign(**wishes).checked()
        return solve(problem_of(self.corridor, ask), ask)

    @cached_property
    def named(self) -> ServiceFlows:
        """The flows of goods that take the families and places which their rows of demand name."""
        return self.flows()

    @cached_property
    def settled(self) -> Settled:
        """The same, in turn with simulations."""
        return settle(self.corridor, SETTLING, workers=self.workers)

    def region(self, place: str) -> str:
        return next((name for name, of in REGIONS.items() if self.country[place] in of.split()), ELSEWHERE)

    def group(self, goods: Goods) -> str:
        """The two regions between which goods go, whichever way."""
        return " - ".join(sorted((self.region(goods.origin), self.region(goods.destination))))
