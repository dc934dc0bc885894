"""Confidence intervals over replications: of a figure, and of the difference between two scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from karvan.ground.errors import InputError, Problem

LEVEL = 0.95
"""Confidence level of an interval unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the bounds that hold the true value with confidence `level`; in the unit of the values.

    A bound that the values do not give is missing (nan): both after a single replication.
    """

    mean: float
    """The estimate: the mean of the values; of one replication's quantile, that quantile."""
    low: float
    high: float
    n: int
    """How many values it rests on."""
    level: float = LEVEL

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def relative(self) -> float:
        """Half width as a share of the mean's size: zero where the width is, infinite about a mean of zero."""
        if self.mean == 0:
            return nan if np.isnan(self.half_width) else inf if self.half_width else 0.0
        return self.half_width / abs(self.mean)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two scenarios are apart, by pairs of replications that share their luck, and as if they shared none."""

    paired: Interval
    unpaired: Interval

    @property
    def narrower(self) -> float:
        """Width unpaired over width paired: what the common random numbers gain. nan if both are zero or missing."""
        if self.paired.half_width == 0:
            return inf if self.unpaired.half_width > 0 else nan
        return self.unpaired.half_width / self.paired.half_width


def interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """The mean of independent replications and its interval by Student's t: mean -+ t s / sqrt(n).

    Exact for normal values. The means of long replications are near to normal; for fewer than ten short and skewed
    ones the true confidence is some points lower than the level.

    Parameters: values (n_replications,), one figure of each replication; missing ones (nan) are left out, so that
    `Interval.n` may be less than the replications. level, between 0 and 1.
    Returns: Interval; one value gives bounds that are missing, none gives a missing mean too, equal ones a width of 0.
    Raises: InputError for an infinite value, a shape that is not (n,) or a level out of range.

    Law (2015), sections 4.5 and 9.4.1.
    """
    check_level("interval", level)
    there = _present(finite_or_missing("interval", "values", values))
    if there.size == 0:
        return Interval(nan, nan, nan, 0, level)
    mean, variance = _moments(there)
    return _around(mean, sqrt(variance / there.size), there.size - 1, there.size, level)


def paired(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """The difference a - b of a figure in two scenarios, over replications that share their random numbers.

    Paired: Student's t of the differences. Unpaired: Welch's, of the same replications taken as independent.

    Parameters: a, b (n_replications,), element r of both from replication r; a pair of which one is missing (nan) is
    left out. level, between 0 and 1.
    Returns: Difference, two intervals of mean(a) - mean(b).
    Raises: InputError if a and b differ in length, and as `interval` does.

    Law (2015), sections 10.2.1 and 11.2; Welch (1938), Satterthwaite (1946).
    """
    check_level("paired", level)
    one, other = finite_or_missing("paired", "a", a), finite_or_missing("paired", "b", b)
    if one.size != other.size:
        found = f"{one.size} and {other.size} replications"
        raise InputError("paired", [Problem("a, b", found, "give the replications that both have, in the same order")])
    both = ~(np.isnan(one) | np.isnan(other))
    one, other = one[both], other[both]
    difference = interval(one - other, level)
    return Difference(difference, _welch(one, other, difference.mean, level))


def _welch(a: NDArray[np.float64], b: NDArray[np.float64], mean: float, level: float) -> Interval:
    """Interval of the difference of two independent means; degrees of freedom after Welch (1938)."""
    n = a.size
    if n < 2:
        return Interval(mean, nan, nan, n, level)
    va, vb = (_moments(values)[1] / n for values in (a, b))
    if va + vb == 0:
        return Interval(mean, mean, mean, n, level)
    share = va / (va + vb)  # as shares, so that small variances do not underflow when squared
    return _around(mean, sqrt(va + vb), (n - 1) / (share**2 + (1 - share) ** 2), n, level)


def _around(mean: float, error: float, freedom: float, n: int, level: float) -> Interval:
    """The interval about a mean that has that standard error, with so many degrees of freedom."""
    half = student_t(freedom, level) * error if freedom > 0 else nan
    return Interval(mean, mean - half, mean + half, n, level)


@lru_cache(maxsize=4096)
def student_t(freedom: float, level: float) -> float:
    """How many standard errors the two-sided interval of that level reaches, by Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


def _moments(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and variance (over n - 1; nan for one value) of at least one value."""
    # About the first value: equal values then have a variance of exactly zero, and a large mean costs no digits.
    off = values - values[0]
    return float(values[0] + off.mean()), float(off.var(ddof=1)) if off.size > 1 else nan


def _present(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[~np.isnan(values)]


def finite_or_missing(where: str, name: str, values: ArrayLike, dims: Sequence[int] = (1,)) -> NDArray[np.float64]:
    """The values as an array; InputError if one is infinite or the shape has another number of dimensions."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in dims:
        wanted = " or ".join(str(dim) for dim in dims)
        raise InputError(where, [Problem(name, f"an array of shape {array.shape}", f"give one of {wanted} dimensions")])
    problems = [
        Problem(
            f"{name}[{', '.join(str(i) for i in at)}]", str(array[tuple(at)]), "give a finite number, or nan for none"
        )
        for at in np.argwhere(np.isinf(array))
    ]
    if problems:
        raise InputError(where, problems)
    return array


def check_level(where: str, level: float) -> None:
    """InputError unless the confidence level is between 0 and 1."""
    if not 0 < level < 1:
        raise InputError(where, [Problem("level", str(level), "give a number between 0 and 1, such as 0.95")])
