"""Times: how long something takes, as a distribution with a mean in hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from karvan.ground.errors import InputError, Problem, shown

KINDS = ("deterministic", "exponential", "gamma", "lognormal", "triangular", "empirical")


@dataclass(frozen=True, slots=True)
class Time:
    """A time: its mean in hours, and the shape that it is drawn from.

    On top may come a slow branch (a share of all takes `slow_h` more, exponential), a constant part, and breakdowns: at
    a constant rate while busy, each adding a repair after which the work goes on where it stopped.
    """

    mean_h: float
    kind: str = "deterministic"
    cv: float = 0.0
    values: tuple[float, ...] = ()
    plus_h: float = 0.0
    slow_share: float = 0.0
    slow_h: float = 0.0
    breakdowns_per_h: float = 0.0
    repair: Time | None = None

    def __post_init__(self) -> None:
        """Raises InputError for what is no time."""
        at_least_0 = ("mean_h", "cv", "plus_h", "slow_share", "slow_h", "breakdowns_per_h")
        problems = [
            Problem(f"time, {name}", str(getattr(self, name)), "give a number of 0 or more")
            for name in at_least_0
            if not 0 <= getattr(self, name) < inf
        ]
        if self.kind not in KINDS:
            problems.append(Problem("time, kind", shown(self.kind), f"give one of {', '.join(KINDS)}"))
        if self.slow_share > 1:
            problems.append(Problem("time, slow_share", str(self.slow_share), "give a share from 0 to 1"))
        if any(not 0 <= value < inf for value in self.values):
            problems.append(Problem("time, values", shown(str(self.values)), "give numbers of 0 or more"))
        repair = self.repair
        if repair and (repair.plus_h or repair.slow_share or repair.breakdowns_per_h):
            problems.append(Problem("time, repair", shown(str(repair)), "give a plain time, with nothing on top"))
        if self.breakdowns_per_h > 0 and repair is None:
            problems.append(Problem("time, repair", "none", "say how long a repair takes"))
        if problems:
            raise InputError("a time", problems)

    def with_breakdowns(self, per_busy_h: float, repair: Time) -> Time:
        return replace(self, breakdowns_per_h=per_busy_h, repair=repair)

    def with_slow_branch(self, share: float, mean_h: float) -> Time:
        return replace(self, slow_share=share, slow_h=mean_h)

    def plus(self, hours: float) -> Time:
        """The same with a constant part before it."""
        return replace(self, plus_h=self.plus_h + hours)

    @property
    def shape(self) -> tuple[str, float, tuple[float, ...]] | None:
        """What a table of quantiles is made from, or None where none is needed."""
        if self.kind in ("deterministic", "exponential") or self.mean_h == 0 or self.cv == 0:
            return None
        if self.kind in ("empirical", "triangular"):
            return self.kind, 0.0, tuple(value / self.mean_h for value in self.values)
        return self.kind, self.cv, ()

    @property
    def total_mean_h(self) -> float:
        """Mean with all that comes on top, hours."""
        busy = self.mean_h + self.slow_share * self.slow_h
        repairs = busy * self.breakdowns_per_h * (self.repair.total_mean_h if self.repair else 0.0)
        return busy + repairs + self.plus_h


def fixed(hours: float) -> Time:
    """Always the same."""
    return Time(hours)


def exponential(mean_h: float) -> Time:
    """As likely to end in the next instant however long it has been: gaps of a Poisson process."""
    return Time(mean_h, "exponential", 1.0)


def gamma(mean_h: float, cv: float) -> Time:
    """A gamma distribution of this mean and coefficient of variation."""
    return Time(mean_h, "gamma", cv)


def lognormal(mean_h: float, cv: float) -> Time:
    """A lognormal distribution of this mean and coefficient of variation."""
    return Time(mean_h, "lognormal", cv)


def triangular(low_h: float, mode_h: float, high_h: float) -> Time:
    """Raises InputError unless 0 <= low <= mode <= high."""
    if not 0 <= low_h <= mode_h <= high_h < inf:
        found = f"{low_h}, {mode_h}, {high_h}"
        raise InputError("a time", [Problem("triangular", found, "give 0 or more, each no less than the one before")])
    mean = (low_h + mode_h + high_h) / 3
    spread = low_h**2 + mode_h**2 + high_h**2 - low_h * mode_h - low_h * high_h - mode_h * high_h
    cv = sqrt(spread / 18) / mean if low_h < high_h else 0.0
    return Time(mean, "triangular", cv, (low_h, mode_h, high_h))


def empirical(values_h: Sequence[float]) -> Time:
    """One of the values, each as likely: what was measured, and nothing between."""
    values = tuple(sorted(values_h))
    if not values:
        raise InputError("a time", [Problem("empirical", "no values", "give the values that were measured")])
    mean = float(np.mean(values))
    return Time(mean, "empirical", float(np.std(values)) / mean if mean else 0.0, values)


def of_kind(kind: str, mean_h: float, cv: float) -> Time:
    """A time by the name of its distribution, as the corridor package has it. A triangular one is symmetric."""
    if kind == "triangular" and cv > 0:
        half = min(cv * sqrt(6), 1.0) * mean_h
        return triangular(mean_h - half, mean_h, mean_h + half)
    if kind == "exponential":
        return exponential(mean_h)
    return Time(mean_h, kind, cv) if cv > 0 and kind != "deterministic" else fixed(mean_h)
