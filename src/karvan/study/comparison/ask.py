"""What is asked of a comparison."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.flows import Assign
from karvan.study.simulate import Simulate

PLAN, ASSIGN, SIMULATE = ENGINES = ("plan", "assign", "simulate")
MOST_REQUESTS = 1000
LEAP_YEAR = 2024
SHARP = 1e-8
"""Relative gap of a user equilibrium that is held against another."""


@dataclass(frozen=True, slots=True)
class Compare:
    """What is asked of each scenario. Defaults stand here and nowhere else."""

    engines: tuple[str, ...] = ENGINES
    largest: int = 12
    """Plans are made for so many of the largest flows of containers of the base: of each family in turn, as else all
    would be by sea."""
    requests: tuple[str, ...] = ()
    """And for these: "Xi'an > Istanbul: 2xFEU of machinery"; one box of 40 feet of general goods if no more is said."""
    day: str = "07-01"
    """Day of each scenario's year on which goods of plans are ready."""
    method: str = "ue"
    """Of the assignment."""
    gap: float | None = None
    """Relative gap of the assignment; None: 1e-8 of ue, since the gap of a whole continent hides what one port changes,
    and else that of the method."""
    days: float = 365.0
    """That are simulated after the warm-up."""
    replications: int = 5
    seed: int = 1
    warmup_days: float | None = None
    """The same for all; None: the longest that a pilot of any of them finds."""
    demand: float = 1.0
    """Factor on all demand that is assigned and simulated."""
    interaction: bool = False
    """Whether each two scenarios are also run together, and what that gives beyond the sum of both is told."""

    def checked(self) -> Compare:
        """The request itself. Raises InputError with all that is wrong in it."""
        wrong = [*self._of_engines(), *self._of_plans()]
        for check in (self.of_simulation().checked, self.of_flows().checked):
            try:
                check()
            except InputError as bad:
                wrong += [one for one in bad.problems if one not in wrong]
        if wrong:
            raise InputError("the request", wrong)
        return self

    def of_simulation(self, year: int = LEAP_YEAR) -> Simulate:
        """What the simulator is asked."""
        return Simulate(days=self.days, year=year, replications=self.replications, seed=self.seed, demand=self.demand,
                        warmup_days=self.warmup_days)  # fmt: skip

    def of_flows(self, year: int = LEAP_YEAR, co2e_usd_t: float = 0.0) -> Assign:
        """What the assignment is asked."""
        gap = SHARP if self.gap is None and self.method == "ue" else self.gap
        return Assign(method=self.method, year=year, gap=gap, demand=self.demand, co2e_usd_t=co2e_usd_t)

    def _of_engines(self) -> Iterator[Problem]:
        for name in dict.fromkeys(self.engines):
            if name not in ENGINES:
                near = nearest(name, ENGINES, 1)
                remedy = f"did you mean {near[0]}?" if near else f"give some of {', '.join(ENGINES)}"
                yield Problem("engines", shown(name), remedy)
            elif self.engines.count(name) > 1:
                yield Problem("engines", f"{shown(name)} {self.engines.count(name)} times", "give each once")
        if not self.engines:
            yield Problem("engines", "nothing", f"give some of {', '.join(ENGINES)}")

    def _of_plans(self) -> Iterator[Problem]:
        if not 0 <= self.largest <= MOST_REQUESTS:
            yield Problem("largest", shown(self.largest), f"give 0 to {MOST_REQUESTS} flows")
        try:
            day = dt.date.fromisoformat(f"{LEAP_YEAR}-{self.day}")
        except ValueError:
            day = None
        if day is None or (day.month, day.day) == (2, 29):
            yield Problem("day", shown(self.day), "give month and day that every year has: 07-01")
        if PLAN in self.engines and not self.largest and not self.requests:
            yield Problem("largest", "0", "give 1 or more, or a request, or leave plan out of the engines")
