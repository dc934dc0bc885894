"""Least-cost dispatch by the hour: a linear programme, built by PyPSA and solved by HiGHS as a whole.

PyPSA: Brown, Hörsch and Schlachtberger (2018), Journal of Open Research Software 6(1), 4. HiGHS: Huangfu and Hall
(2018), Mathematical Programming Computation 10(1), 119-142. What the model means stands in `karvan.grid.network`.

Not covered: the flow of power by Kirchhoff's laws, starting and stopping of plants, reserves, foresight that ends.
All hours are known at once.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from karvan.grid.alike import Group, grouped, parted
from karvan.grid.checking import check
from karvan.grid.dispatched import TOLERANCE_MW, Dispatched
from karvan.grid.network import Building, agreed_flows, matrix, shedding_usd_mwh
from karvan.grid.system import Floats, System
from karvan.ground.errors import InputError, Problem, shown

if TYPE_CHECKING:
    import pypsa

SOLVERS = {"simplex": {"solver": "simplex"}, "ipm": {"solver": "ipx", "run_crossover": "on"}}
"""What each word means to HiGHS. The dual simplex is quicker on a year, and ends at a corner, as crossover does."""
INFEASIBLE = {"infeasible", "infeasible_or_unbounded"}
"""Last words of the solver where there is no dispatch at all."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How to solve."""

    time_limit_s: float = 900.0
    """Of the solver; building the model comes on top."""
    solver: str = "simplex"
    """simplex, or ipm: interior point with crossover."""
    threads: int = 1
    """Of the solver. The simplex uses one, whatever is given."""
    merged: bool = True
    """Whether plants that are alike are solved as one, and parted again."""

    def __post_init__(self) -> None:
        problems = []
        if not self.time_limit_s > 0:
            problems.append(Problem("time_limit_s", f"{self.time_limit_s:g}", "give seconds above 0"))
        if self.solver not in SOLVERS:
            problems.append(Problem("solver", shown(self.solver), f"give one of {', '.join(SOLVERS)}"))
        if self.threads < 1:
            problems.append(Problem("threads", f"{self.threads}", "give a whole number of 1 or more"))
        if problems:
            raise InputError("dispatch", problems)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A zone and hour whose balance cannot be met."""

    zone: str
    hour: int
    mw: float
    """What is lacking; less than nothing is too much that must run or come in."""


@dataclass(frozen=True, eq=False)
class Infeasible:
    """A system that cannot be dispatched within what was allowed, and where.

    The hours are those of a dispatch that leaves as little energy unbalanced as can be: with storage, it could be left
    in other hours as well.
    """

    system: System
    ask: Dispatch
    unmet: tuple[Unmet, ...]
    """All hours, the worst first; empty where it could not be found out."""
    said: str
    solved: ClassVar[bool] = False

    @property
    def mwh(self) -> float:
        """Energy that is out of balance over the year, both ways."""
        return float(sum(abs(row.mw) for row in self.unmet))

    def at(self, times: NDArray[np.datetime64]) -> Infeasible:
        """The same where the system stands for some hours of a year, which begin then (n_hours,)."""
        of_year = ((times - self.system.start) / np.timedelta64(1, "h")).astype(np.int64)
        rows = tuple(replace(row, hour=int(of_year[row.hour])) for row in self.unmet)
        return replace(self, unmet=rows, said=_told(self.system, rows))


@dataclass(frozen=True, eq=False)
class NotSolved:
    """A dispatch that the solver did not end."""

    system: System
    ask: Dispatch
    status: str
    """What the solver said: time_limit and so on."""
    seconds: float
    solved: ClassVar[bool] = False

    @property
    def said(self) -> str:
        """In a sentence."""
        return f"the solver stopped after {self.seconds:.1f} s without a solution: {self.status}"


def dispatch(system: System, ask: Dispatch | None = None) -> Dispatched | Infeasible | NotSolved:
    """Dispatch a system at least cost over all its hours.

    The same system gives the same bits. Raises InputError with all that is wrong with the system (`check`).
    """
    ask = ask or Dispatch()
    check(system)
    groups = grouped(system, merged=ask.merged)
    building = Building(system, groups)
    with quiet():
        began = time.perf_counter()  # without the time until others are done
        n = building.network()
        condition, solving = solve(n, ask)
    if condition == "optimal":
        found = _dispatched(building, n, ask, time.perf_counter() - began, solving)
        off = max(float(np.abs(found.imbalance()).max()), float(np.abs(found.leak()).max(initial=0.0)))
        if off > TOLERANCE_MW:
            return NotSolved(system, ask, f"the balance is off by {off:.1e} MW", time.perf_counter() - began)
        return found
    if condition in INFEASIBLE:
        return why(system, groups, ask)
    return NotSolved(system, ask, condition, time.perf_counter() - began)


_ONE_AT_A_TIME = threading.RLock()
"""Who is quiet: what it changes is the whole process's, and must be put back before another one looks at it."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep PyPSA, linopy and HiGHS from telling what they do; threads wait for each other.

    HiGHS prints its name before linopy sets an option: it is made silent from the start.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import highspy
        import linopy  # noqa: F401
        import pypsa  # noqa: F401

        loud = highspy.Highs

        class Silent(loud):  # type: ignore[misc, valid-type]
            def __init__(self) -> None:
                super().__init__()
                self.setOptionValue("output_flag", False)

        loggers = [logging.getLogger(name) for name in ("pypsa", "linopy")]
        levels = [logger.level for logger in loggers]
        try:
            highspy.Highs = Silent  # type: ignore[misc]
            for logger in loggers:
                logger.setLevel(logging.CRITICAL)
            yield
        finally:
            highspy.Highs = loud  # type: ignore[misc]
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def solve(n: pypsa.Network, ask: Dispatch) -> tuple[str, float]:
    """Solve any PyPSA network: the solver's last word, `optimal` if all is well, and its seconds."""
    with quiet():
        n.optimize.create_model(include_objective_constant=False)
        options = SOLVERS[ask.solver] | {"threads": ask.threads, "time_limit": ask.time_limit_s, "random_seed": 0}
        began = time.perf_counter()
        _, condition = n.optimize.solve_model(solver_name="highs", io_api="direct", solver_options=options)
    return str(condition), time.perf_counter() - began


def _dispatched(building: Building, n: pypsa.Network, ask: Dispatch, seconds: float, solving: float) -> Dispatched:
    system = building.system
    power, sent, stores = n.generators_t.p, n.links_t.p0, n.storage_units_t
    names = [store.id for store in system.stores]
    makers = [f"electrolyser:{row.id}" for row in system.electrolysers]
    out, back = (_columns(sent, [f"{tie.id}:{way}" for tie in system.ties]) for way in ("out", "back"))
    for ix, tie in enumerate(system.ties):
        if not tie.rule and not tie.loss:  # nothing is lost or earned by sending power to and fro: only the rest counts
            both = np.minimum(out[:, ix], back[:, ix])
            out[:, ix] -= both
            back[:, ix] -= both
    given, given_back = agreed_flows(system)
    given_by_groups = _columns(power, [group.name for group in building.groups])
    price = _columns(n.buses_t.marginal_price, [zone.id for zone in system.zones])
    for market in system.markets:
        price[:, [zone.id for zone in system.zones].index(market.zone)] = market.usd_mwh
    inflow = matrix([store.inflow for store in system.stores], system.hours)
    spill = _columns(stores.spill, names)
    for ix, store in enumerate(system.stores):
        if store.mw <= 0:
            spill[:, ix] = inflow[:, ix]
    return Dispatched(
        system=system,
        generation=parted(system, building.groups, given_by_groups),
        discharge=_columns(stores.p_dispatch, names),
        charge=_columns(stores.p_store, names),
        level=_columns(stores.state_of_charge, names),
        spilled=spill,
        out=out + given,
        back=back + given_back,
        shed=_columns(power, [f"shed:{zone.id}" for zone in system.zones]),
        electrolysis=_columns(power, makers) + _columns(sent, makers),
        price=price,
        objective=float(n.objective or 0.0),
        solver=ask.solver,
        threads=ask.threads,
        seconds=seconds,
        solver_seconds=solving,
    )


def _columns(frame: pd.DataFrame, names: list[str]) -> Floats:
    """Columns by name, 0 where there is none (n_hours, n_names)."""
    return frame.reindex(columns=names, fill_value=0.0).to_numpy(dtype=np.float64, copy=True)


def why(system: System, groups: tuple[Group, ...], ask: Dispatch) -> Infeasible | NotSolved:
    """Where it cannot be served: solved again with power out of nowhere and into nowhere, dearer than all else."""
    penalty = 10.0 * (
        shedding_usd_mwh(system) + max((float(market.usd_mwh.max()) for market in system.markets), default=0.0)
    )
    with quiet():
        n = Building(system, groups, penalty).network()
        condition, seconds = solve(n, ask)
    if condition != "optimal":
        return NotSolved(system, ask, f"infeasible; where it is was not found: {condition}", seconds)
    zones = [zone.id for zone in system.zones]
    lacking, over = (_columns(n.generators_t.p, [f"{way}:{zone}" for zone in zones]) for way in ("lacking", "over"))
    net = lacking - over
    hours, columns = np.nonzero(np.abs(net) > TOLERANCE_MW)
    rows = [Unmet(zones[z], int(h), float(net[h, z])) for h, z in zip(hours, columns, strict=True)]
    rows.sort(key=lambda row: (-abs(row.mw), row.hour, row.zone))
    if not rows:
        return NotSolved(system, ask, "the solver calls it infeasible, and cannot say where", seconds)
    return Infeasible(system, ask, tuple(rows), _told(system, rows))


def _told(system: System, rows: Sequence[Unmet]) -> str:
    """Which zones, how many hours, how much, and the worst."""
    told = []
    for lacks, what in ((True, "cannot be served"), (False, "cannot get rid of what must run or come in")):
        for zone in sorted({row.zone for row in rows if (row.mw > 0) is lacks}):
            of = [row for row in rows if row.zone == zone and (row.mw > 0) is lacks]
            worst = system.start + np.timedelta64(of[0].hour, "h")
            mwh = sum(abs(row.mw) for row in of)
            told.append(
                f"{zone} {what} in {len(of):,} hours, {mwh:,.1f} MWh; the worst is {worst} UTC with "
                f"{abs(of[0].mw):,.1f} MW, where at most {system.shed_share:.1%} of the load may be shed"
            )
    return "; ".join(told)
