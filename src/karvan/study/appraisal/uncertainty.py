"""How far numbers of each grade are from the truth: assumed once, here, and turned into distributions.

Each spread is an assumption (grade D itself): nobody measures how far a published number is off. Four in five draws
of a grade are within its band. Who knows better gives the input a range of its own, or other spreads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from types import MappingProxyType

from karvan.study.appraisal.given import Given

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Spread:
    """What is assumed of a grade: the coefficient of variation, and why."""

    cv: float
    why: str

    @property
    def band(self) -> tuple[float, float]:
        """P10 and P90 as multiples of the base."""
        low, high = (lognormal(1.0, self.cv, u) for u in (0.1, 0.9))
        return low, high


SPREADS: Mapping[str, Spread] = MappingProxyType(
    {
        "A": Spread(0.05, "official: counted or measured, but revised by some per cent, and of a neighbouring year"),
        "B": Spread(0.10, "reputable: reported second hand, rounded, with a scope that is a little other than ours"),
        "C": Spread(0.25, "press or loosely derived: the scope is often unclear, and rivals differ by a third"),
        "D": Spread(0.50, "assumed: right in its size, not in its digits; half or one and a half would be no surprise"),
    }
)
"""Coefficient of variation by grade of the evidence."""


@dataclass(frozen=True, slots=True)
class Input:
    """A number that an appraisal leans on. With neither grade nor range it is a convention, and does not vary."""

    name: str
    base: float
    grade: str = ""
    """A, B, C or D: it is lognormal with the base for its mean; below 0 the same mirrored; 0 stays 0."""
    low: float | None = None
    high: float | None = None
    """With a range it is triangular from low to high, most likely at the base, whatever its grade."""


def lognormal(mean: float, cv: float, u: float) -> float:
    """The quantile at u, between 0 and 1, of a lognormal of that mean (of either sign) and coefficient of variation."""
    variance = log(1 + cv * cv)
    return mean * exp(sqrt(variance) * _NORMAL.inv_cdf(u) - variance / 2)


def triangular(low: float, mode: float, high: float, u: float) -> float:
    """The quantile at u, between 0 and 1, of a triangular distribution."""
    if low == high:
        return low
    share = (mode - low) / (high - low)
    if u < share:
        return low + sqrt(u * share) * (high - low)
    return high - sqrt((1 - u) * (1 - share)) * (high - low)


def quantile_of(one: Input, u: float, spreads: Mapping[str, float]) -> float:
    """The quantile at u of a checked input."""
    if one.low is not None and one.high is not None:
        return triangular(one.low, one.base, one.high, u)
    cv = spreads[one.grade] if one.grade else 0.0
    return lognormal(one.base, cv, u) if cv and one.base else one.base


def spreads_with(changed: Mapping[str, float] | None) -> dict[str, float]:
    """Coefficients of variation by grade, some of them changed.

    Raises: InputError for a grade that there is not, and a spread below 0.
    """
    given = Given("spreads by grade")
    given.known("grade", sorted(changed or {}), SPREADS)
    spreads = {grade: spread.cv for grade, spread in SPREADS.items()}
    spreads |= {grade: given.number(grade, cv, least=0.0) for grade, cv in sorted((changed or {}).items())}
    given.refuse()
    return spreads


def check(given: Given, one: Input) -> None:
    """Note what is wrong with an input."""
    given.number(f"{one.name}, base", one.base)
    if one.grade:
        given.known(f"{one.name}, grade", [one.grade], SPREADS)
    if (one.low is None) != (one.high is None):
        given.problem(f"{one.name}, low and high", f"{one.low} and {one.high}", "give both or neither")
    elif one.low is not None and one.high is not None:
        low, high = given.number(f"{one.name}, low", one.low), given.number(f"{one.name}, high", one.high)
        if not low <= one.base <= high:
            given.problem(one.name, f"{low:g} to {high:g}, about {one.base:g}", "give a range that holds its base")
