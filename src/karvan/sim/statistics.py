"""What replications say together: pooled moments, and whether there are enough of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, isnan, nan, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from karvan.ground.errors import InputError, Problem
from karvan.sim.interval import Interval, finite_or_missing, student_t

FEWEST = 3
"""Replications before a run may stop by itself: the spread of two says next to nothing."""
MOST = 10**9
"""Replications beyond which no number of them is told as needed."""
ROUNDING = 1e-6
"""Share by which a sum of squares may fall short of sum^2 / n: more than 10^9 additions lose by rounding."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """Mean and standard deviation of the units of all replications; missing (nan) where there are too few."""

    n: int
    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class Enough:
    """Whether to stop after the replications so far."""

    verdict: Literal["go on", "met", "limit reached"]
    more: int | None
    """Replications still needed, about; None where that cannot be told. The limit does not bound it."""
    worst: int | None
    """Index of the interval that is furthest from the target; a missing one first. None if none is watched."""

    @property
    def stop(self) -> bool:
        return self.verdict != "go on"


def enough(intervals: Sequence[Interval], target_relative: float, n: int, limit: int) -> Enough:
    """The stop rule: go on until every interval's half width is within the target share of its mean.

    Met if, of at least three replications, `Interval.relative` <= target_relative for every interval; a missing one is
    not met. Else the limit is reached if n >= limit. A run that stops when its interval happens to be narrow covers the
    true value less often than the level says: a level of 95 % comes to 90-93 % where some 5 to 30 replications were
    enough, and to 93-95 % where it took a hundred or more.

    Parameters: intervals of the figures that are watched, over the n replications so far (a figure that only some of
    them have is expected to go on being missing as often); target_relative > 0; limit, the most replications allowed.
    Returns: Enough, with how many more replications would do if mean and variance stayed as they are.
    Raises: InputError for a target that is not above 0, or infinite.

    Law (2015), section 9.4.1, without its correction of the target by 1 / (1 + target); Chow and Robbins (1965).
    """
    if not 0 < target_relative < inf:
        found = str(target_relative)
        raise InputError("enough", [Problem("target_relative", found, "give a share above 0, such as 0.02")])
    widths = [inf if isnan(one.relative) else one.relative for one in intervals]
    worst = max(range(len(widths)), key=widths.__getitem__, default=None)
    if n >= FEWEST and all(width <= target_relative for width in widths):
        return Enough("met", 0, worst)
    needed = [_needed(one, target_relative, n) for one in intervals] if n >= FEWEST else [FEWEST]
    told = [count for count in needed if count is not None]
    more = max(told) - n if len(told) == len(needed) else None
    return Enough("limit reached" if n >= limit else "go on", more, worst)


def _needed(now: Interval, target: float, n: int) -> int | None:
    """Replications at which t s / sqrt(n) comes down to the target share of the mean; None if that cannot be told."""
    width = now.relative
    if width <= target:
        return n
    # t falls as replications grow, so that more than this are never needed.
    at_most = now.n * (width / target) ** 2
    if not at_most * max(1.0, n / max(now.n, 1)) <= MOST:
        return None
    spread = width * sqrt(now.n) / student_t(now.n - 1, now.level)
    counts = range(now.n + 1, max(now.n + 1, ceil(at_most)) + 1)
    at = bisect_left(counts, True, key=lambda count: student_t(count - 1, now.level) * spread <= target * sqrt(count))
    return ceil(counts[min(at, len(counts) - 1)] * n / now.n)


def combine(n: ArrayLike, sums: ArrayLike, squares: ArrayLike) -> Pooled:
    """Mean and standard deviation over the units of all replications, out of what each has added up.

    Spread within replications and between their means are added apart, which costs fewer digits than the plain
    formula: Chan, Golub and LeVeque (1983).

    Parameters: n, sums, squares (n_replications,): how many units, the sum of their values and that of the squares, in
    any unit (floats: squares of milliseconds do not fit into 64-bit integers).
    Returns: Pooled, its standard deviation over n - 1.
    Raises: InputError if the shapes differ, a count is negative, a value is missing or infinite, or a sum of squares
    is less than its count and sum allow.
    """
    count, total, square = (
        finite_or_missing("combine", name, values) for name, values in (("n", n), ("sums", sums), ("squares", squares))
    )
    _check_sums(count, total, square)
    units = int(count.sum())
    if units == 0:
        return Pooled(0, nan, nan)
    count, total, square = (values[count > 0] for values in (count, total, square))
    means = total / count
    mean = float(means[0] + ((means - means[0]) * count).sum() / units)
    within = np.maximum(square - total * means, 0.0).sum()
    between = (count * (means - mean) ** 2).sum()
    return Pooled(units, mean, sqrt((within + between) / (units - 1)) if units > 1 else nan)


def _check_sums(n: NDArray[np.float64], sums: NDArray[np.float64], squares: NDArray[np.float64]) -> None:
    """InputError unless there can be n values with that sum and that sum of squares."""
    if not n.shape == sums.shape == squares.shape:
        shapes = f"shapes {n.shape}, {sums.shape}, {squares.shape}"
        raise InputError("combine", [Problem("n, sums, squares", shapes, "give one of each for every replication")])
    least = np.divide(sums**2, n, out=np.where(sums == 0, 0.0, inf), where=n > 0)
    sound = (n >= 0) & (n % 1 == 0) & (squares >= least * (1 - ROUNDING)) & ((n > 0) | (squares == 0))
    problems = [
        Problem(
            f"replication {r}",
            f"n {n[r]:g}, sum {sums[r]:g}, squares {squares[r]:g}",
            "give a whole count >= 0 and squares >= sum^2 / n; an overflow of integers looks like this",
        )
        for r in np.flatnonzero(~sound)
    ]
    if problems:
        raise InputError("combine", problems)
