"""What to build: capacity expansion, the cost of a year of building and of running least together.

Each candidate costs an annuity, capex x rate / (1 - (1 + rate) ** -life), and a share of capex a year to keep. To stay
quick, a year may stand in weeks evenly spread over it, each hour of which counts for as many as it stands for; storage
then runs in a ring through the sampled weeks, one after another, so that water cannot be kept from season to season as
it can be in a whole year. Candidates are built in any size up to their most, not in units.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from karvan.grid.alike import grouped
from karvan.grid.checking import check
from karvan.grid.dispatch import INFEASIBLE, Dispatch, Infeasible, NotSolved, quiet, solve, why
from karvan.grid.network import Building
from karvan.grid.system import Floats, Plant, Store, System
from karvan.ground.errors import InputError, Problem, shown

HOURS_YEAR = 8760.0


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """What may be built."""

    of: Plant | Store
    """Its `mw` is the most that may be built; of a store, `mwh` over `mw` stays."""
    capex_usd_kw: float
    life_years: float
    capex_usd_kwh: float = 0.0
    """Of a store, in addition."""
    opex_pct_year: float = 0.0
    """What it costs a year to keep, in percent of what it costs to build."""

    def usd_mw_year(self, rate: float) -> float:
        """What a megawatt costs a year."""
        hours = self.of.mwh / self.of.mw if isinstance(self.of, Store) and self.of.mw > 0 else 0.0
        usd = 1000.0 * (self.capex_usd_kw + self.capex_usd_kwh * hours)
        return usd * (annuity(rate, self.life_years) + self.opex_pct_year / 100)


@dataclass(frozen=True, slots=True)
class Invest:
    """How to choose."""

    rate: float = 0.07
    """Discount rate a year; an assumption, as those who invest differ."""
    weeks: int | None = None
    """Weeks that stand for the year, evenly spread; all its hours if none."""
    solve: Dispatch = field(default_factory=Dispatch)


@dataclass(frozen=True, eq=False)
class Invested:
    """What is built at least cost."""

    ask: Invest
    built_mw: dict[str, float]
    """By candidate."""
    capital_usd_year: dict[str, float]
    """Annuity and keeping of what is built, by candidate."""
    objective: float
    """USD a year of building and running, as the dispatch counts it."""
    system: System
    """With what is built, over all hours, to be dispatched."""
    hours: int
    """How many hours it was worked out on."""
    seconds: float
    solved: ClassVar[bool] = True


def annuity(rate: float, years: float) -> float:
    """Share of a sum that is paid each year for so many years at a discount rate."""
    return 1.0 / years if rate == 0 else float(rate / (1.0 - (1.0 + rate) ** -years))


def invest(
    system: System, candidates: tuple[Candidate, ...], ask: Invest | None = None
) -> Invested | Infeasible | NotSolved:
    """Choose what to build. Raises InputError with all that is wrong with the system, a candidate or the request.

    Infeasible is a system whose load cannot be served with all candidates at their most; the hours are of the year.
    """
    ask = ask or Invest()
    _check(system, candidates, ask)
    whole = _with(system, tuple(candidate.of for candidate in candidates))
    check(whole)
    began = time.perf_counter()
    hours = _sampled_hours(system.hours, ask.weeks)
    part = at_hours(whole, hours) if ask.weeks else whole
    with quiet():
        groups = grouped(part, merged=False)
        n = Building(part, groups).network()
        n.snapshot_weightings["objective"] = system.hours / len(hours)
        share = system.hours / HOURS_YEAR
        for each in candidates:
            rows = n.generators if isinstance(each.of, Plant) else n.storage_units
            rows.loc[each.of.id, ["p_nom_extendable", "p_nom_max"]] = [True, each.of.mw]
            rows.loc[each.of.id, "capital_cost"] = each.usd_mw_year(ask.rate) * share
        condition, _ = solve(n, ask.solve)
    seconds = time.perf_counter() - began
    if condition in INFEASIBLE:
        found = why(part, groups, ask.solve)
        times = part.start + hours.astype(np.int64) * np.timedelta64(1, "h")
        return found.at(times) if isinstance(found, Infeasible) else found
    if condition != "optimal":
        return NotSolved(system, ask.solve, condition, seconds)
    mw = {}
    for each in candidates:
        rows = n.generators if isinstance(each.of, Plant) else n.storage_units
        mw[each.of.id] = max(float(rows.at[each.of.id, "p_nom_opt"]), 0.0)
    usd = {each.of.id: mw[each.of.id] * each.usd_mw_year(ask.rate) for each in candidates}
    built = _with(system, tuple(_sized(each.of, mw[each.of.id]) for each in candidates))
    return Invested(ask, mw, usd, float(n.objective or 0.0), built, len(hours), seconds)


def at_hours(system: System, hours: Floats) -> System:
    """A system in some of its hours only, one after another (n_chosen,)."""
    at = hours.astype(np.int64)
    return replace(
        system,
        load=system.load[at],
        plants=tuple(replace(row, may=row.may[at], least=row.least[at]) for row in system.plants),
        stores=tuple(replace(row, inflow=row.inflow[at]) for row in system.stores),
        markets=tuple(replace(row, usd_mwh=row.usd_mwh[at]) for row in system.markets),
        agreed=tuple(replace(row, out=row.out[at], back=row.back[at]) for row in system.agreed),
    )


def _sampled_hours(hours: int, weeks: int | None) -> Floats:
    """Hours of so many whole weeks, evenly spread from the first to the last."""
    if weeks is None:
        return np.arange(hours, dtype=np.float64)
    starts = np.floor(np.linspace(0, hours / 168, weeks, endpoint=False)).astype(np.int64) * 168
    return np.concatenate([np.arange(start, min(start + 168, hours)) for start in starts]).astype(np.float64)


def _with(system: System, more: tuple[Plant | Store, ...]) -> System:
    plants = tuple(row for row in more if isinstance(row, Plant))
    stores = tuple(row for row in more if isinstance(row, Store))
    return replace(system, plants=system.plants + plants, stores=system.stores + stores)


def _sized(row: Plant | Store, mw: float) -> Plant | Store:
    if isinstance(row, Plant):
        return replace(row, mw=mw)
    return replace(row, mw=mw, mwh=row.mwh * mw / row.mw)


def _check(system: System, candidates: tuple[Candidate, ...], ask: Invest) -> None:
    problems = []
    if not candidates:
        problems.append(Problem("candidates", "none", "give one or more"))
    for each in candidates:
        address = f"candidate {shown(each.of.id)}"
        if not each.of.mw > 0:
            problems.append(Problem(f"{address}, mw", f"{each.of.mw:g}", "give the most that may be built, above 0"))
        if not (np.isfinite(each.life_years) and each.life_years > 0):
            problems.append(Problem(f"{address}, life_years", f"{each.life_years:g}", "give years above 0"))
        for name in ("capex_usd_kw", "capex_usd_kwh", "opex_pct_year"):
            value = getattr(each, name)
            if not (np.isfinite(value) and value >= 0):
                problems.append(Problem(f"{address}, {name}", f"{value:g}", "give a number of 0 or more"))
    if not 0 <= ask.rate < 1:
        problems.append(Problem("rate", f"{ask.rate:g}", "give a share of 0 or more and below 1"))
    if ask.weeks is not None and not 1 <= ask.weeks <= system.hours // 168:
        remedy = f"give 1 to {system.hours // 168}, or none for all hours"
        problems.append(Problem("weeks", f"{ask.weeks}", remedy))
    if problems:
        raise InputError("what to build", problems)
