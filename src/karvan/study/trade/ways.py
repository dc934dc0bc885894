"""What the planner finds between countries: days and USD a TEU from gateway to gateway, in the world of a scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.study.flows import Assign
from karvan.study.matrix import FIGURES, Matrix, matrix
from karvan.study.open_end import Words
from karvan.study.scenarios import open_scenario

if TYPE_CHECKING:
    import pandas as pd

    from karvan.trade.panel import Panel, Remark

Pair = tuple[str, str]
LOAD, TEU = "1xFEU", 2
"""What is moved, and how many TEU it is."""
COMMODITY = "general"
"""Of the load: the planner's own default."""
DAYS = ((1, 15), (4, 15), (7, 15), (10, 15))
"""Month and day of the departures whose mean counts: one a quarter, as timetables and closures have their seasons."""
COVARIATES = ("way_days", "way_usd")
"""Of a panel with ways."""


@dataclass(frozen=True, slots=True)
class Way:
    """What it takes to move goods from one country to another."""

    days: float
    usd_teu: float
    """Missing where nothing in boxes goes."""


@dataclass(frozen=True, eq=False)
class PlannedWays:
    """The best ways between the gateways of countries by generalised cost."""

    scenario: str
    year: int
    matrix: Matrix
    """Each figure is the mean of the departures, and missing where one of these finds no way."""
    country: Mapping[str, str]
    """Whose gateway each place is."""
    remarks: tuple[Remark, ...]
    """Countries without a gateway, and pairs without a way."""

    @cached_property
    def pairs(self) -> dict[Pair, Way]:
        """Every two countries with a way, in its direction."""
        days, usd = self.matrix.figures["time_h"] / 24, self.matrix.figures["price_usd"] / TEU
        return {
            (self.country[one], self.country[other]): Way(float(days[i, j]), float(usd[i, j]))
            for i, one in enumerate(self.matrix.origins)
            for j, other in enumerate(self.matrix.destinations)
            if np.isfinite(days[i, j]) and np.isfinite(usd[i, j])
        }

    @property
    def load(self) -> str:
        """What is moved, by which choice, and when."""
        days = ", ".join(f"{month:02}-{day:02}" for month, day in DAYS)
        return f"{LOAD}, {COMMODITY}, the best way by generalised cost, mean of those who leave on {days}"

    def why_not(self, one: str, other: str) -> str:
        """Why a pair has no way; empty where it has one."""
        if (one, other) in self.pairs:
            return ""
        if one == other:
            return "no way: trade at home"
        if not {one, other} <= set(self.country.values()):
            return "no way: a country without a gateway"
        return "no way: the planner finds none"


def planned_ways(package: Corridor | str, scenario: str, value_of_time_usd_h: float | None = None) -> PlannedWays:
    """Days and USD a TEU between the gateways of a package's countries (column `gateway` of `country`).

    A box of 40 feet of general cargo takes the way of least generalised cost from each gateway to each other. One
    leaves on each of `DAYS` in the scenario's year, and their mean is told. Waits are the package's, not those that
    queues would make of a load.

    Args:
        scenario: as `open_scenario` takes it; the package as it is if empty.
        value_of_time_usd_h: what an hour is worth where ways are chosen, the whole box; by the commodity if not given.

    Raises:
        InputError: fewer than two gateways, and what `karvan.study.matrix` cannot be asked.
    """
    world = open_scenario(package, scenario)
    gateway = {row.id: row.gateway for row in world.corridor.rows("country") if row.gateway}
    if len(gateway) < 2:
        remedy = "name the places where the goods of two countries or more begin and end"
        raise InputError(world.corridor.name, [Problem("country.csv, gateway", f"{len(gateway)} of them", remedy)])
    year, places = world.year(Assign().year), list(gateway.values())
    words: Words = {"commodity": COMMODITY, "past": True}
    if value_of_time_usd_h is not None:
        words["value_of_time_usd_h"] = value_of_time_usd_h
    found = [matrix(places, places, dt.date(year, *day), LOAD, package=world.corridor, **words) for day in DAYS]
    mean = {name: np.mean([one.figures[name] for one in found], axis=0) for name in FIGURES}
    whole = replace(found[0], figures=mean)
    country = {place: code for code, place in gateway.items()}
    return PlannedWays(scenario, year, whole, country, tuple(_remarks(world.corridor, whole, country)))


def _remarks(corridor: Corridor, found: Matrix, country: Mapping[str, str]) -> list[Remark]:
    from karvan.trade.panel import Remark

    without = ", ".join(row.id for row in corridor.rows("country") if not row.gateway)
    said = [Remark("no gateway", without, "no place of the package stands for them: no ways")] if without else []
    usable = np.isfinite(found.figures["time_h"]) & np.isfinite(found.figures["price_usd"])
    dates = ", ".join(f"{month:02}-{day:02}" for month, day in DAYS)
    for i, one in enumerate(found.origins):
        none = [country[other] for j, other in enumerate(found.destinations) if other != one and not usable[i, j]]
        if none:
            said.append(Remark("no way", f"{country[one]} to {', '.join(none)}", f"none for one who leaves on {dates}"))
    return said


def alike(panel: Panel, regressors: Sequence[str], least: float = 0.7) -> list[tuple[str, str, float]]:
    """Regressors that go with those of the ways: the correlation of each such two, from `least` either way."""
    ours = {*COVARIATES, *(f"log_{name}" for name in COVARIATES)}
    told = np.atleast_2d(np.corrcoef(panel.table[list(regressors)].to_numpy(dtype=np.float64), rowvar=False))
    return [
        (one, other, float(told[i, j]))
        for i, one in enumerate(regressors)
        for j, other in enumerate(regressors)
        if i < j and ours & {one, other} and abs(told[i, j]) >= least
    ]


def with_ways(panel: Panel, ways: PlannedWays) -> tuple[Panel, pd.DataFrame]:
    """A panel with `COVARIATES`, the same in every year, and the rows that leave it as their pair has no way.

    Returns:
        The panel, and year, exporter, importer, trade and why of each row that is not in it.

    Raises:
        InputError: no pair of the panel has a way.
    """
    table = panel.table
    pairs = list(zip(table["exporter"], table["importer"], strict=True))
    why = np.array([ways.why_not(*pair) for pair in pairs], dtype=object)
    if not (why == "").any():
        remedy = f"give countries by ISO alpha-3, of those with a gateway: {', '.join(sorted(ways.country.values()))}"
        raise InputError(panel.name, [Problem("exporter, importer", "no pair with a way", remedy)])
    left = table.loc[why != "", ["year", "exporter", "importer", "trade"]].assign(why=why[why != ""])
    kept = panel.where(why == "")
    there = [ways.pairs[pair] for pair, reason in zip(pairs, why, strict=True) if not reason]
    for name, values in zip(COVARIATES, ([way.days for way in there], [way.usd_teu for way in there]), strict=True):
        kept = kept.with_covariate(name, np.array(values, dtype=np.float64))
    return kept, left.reset_index(drop=True)
