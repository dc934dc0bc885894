"""Quantiles of door-to-door times, out of counts in bins that grow with the time.

The event loop reads the bin of a time off the bits of ms + 64: 64 bins to each doubling, each between 1/128 and 1/64 of
ms + 64 wide. Bin k = 64 e + b begins at 64 (1 + b / 64) 2**e - 64 ms.
"""

from __future__ import annotations

from bisect import bisect_left
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from karvan.ground.errors import InputError, Problem
from karvan.kernels.fields import BINS_PER_DOUBLING
from karvan.sim.interval import LEVEL, Interval, check_level, interval

SHIFT_MS = 64
"""Added to a time before its bin is read off, so that the shortest bins are one millisecond wide."""
BIN_WIDTH = 1 / BINS_PER_DOUBLING
"""Width of a bin, at the most, as a share of its time + 64 ms."""


def edge_ms(k: float) -> float:
    """Lower edge of bin k, in ms; between two whole k, a point inside the bin."""
    doublings, inside = divmod(k, BINS_PER_DOUBLING)
    return float(SHIFT_MS * (1 + inside / BINS_PER_DOUBLING) * 2.0**doublings - SHIFT_MS)


def bins_of(ms: ArrayLike) -> NDArray[np.int64]:
    """The bin of each time (any shape, ms >= 0): the rule that counts are made by."""
    share, power = np.frexp(np.asarray(ms, dtype=np.float64) + SHIFT_MS)
    inside = (share * 2 - 1) * BINS_PER_DOUBLING
    return (power.astype(np.int64) - 7) * BINS_PER_DOUBLING + inside.astype(np.int64)


def quantile(counts: ArrayLike, q: float) -> float:
    """The time, in ms, that a share q of the units does not exceed.

    The bin is the one that holds the unit of rank ceil(q n), the inverse of the empirical distribution (definition 1 of
    Hyndman and Fan 1996); inside it, units are taken as evenly spread. Against that unit's own time the error is
    at most the bin, 1/64 of time + 64 ms, and then only if its units crowd at one of its edges; it is at most half of
    it if the unit is within half a bin of its even place. The middle of the bin would err by half a bin at most, but
    moves in steps, which would hide or double the small differences that paired runs are made for.

    Parameters: counts (n_bins,), whole numbers; q from 0 to 1, where 0 and 1 give the outer edges of all bins in use.
    Returns: ms; missing (nan) if nothing was counted.
    Raises: InputError for a q out of range, or counts that are negative, not whole or not (n_bins,).
    """
    if not 0 <= q <= 1:
        raise InputError("quantile", [Problem("q", str(q), "give a share from 0 to 1, such as 0.9")])
    upto = np.cumsum(_counted(counts, dims=(1,)))
    if upto.size == 0 or upto[-1] == 0:
        return nan
    rank = _rank(q, int(upto[-1]))
    k = max(int(np.searchsorted(upto, rank)), int(np.searchsorted(upto, 0, side="right")))
    before = int(upto[k - 1]) if k else 0
    return edge_ms(k + (rank - before) / (int(upto[k]) - before))


def quantile_interval(counts: ArrayLike, q: float, level: float = LEVEL) -> Interval:
    """A quantile, in ms, with its interval.

    Of several replications: Student's t of the quantiles of each; `Interval.n` is the replications that counted any.
    Of a single one: from the outer edges of the bins of two order statistics, chosen by the binomial distribution so
    that they hold the true quantile with at least that confidence, whatever the distribution (Conover 1999, section
    3.2); `Interval.n` is the units, and a side on which there are too few of them is missing. That takes units as
    independent. Those that share a train or a storm are not, and the true interval is then wider, by about the square
    root of how many travel together: one replication shows the spread, several say how sure it is.

    Parameters: counts (n_bins,) or (n_replications, n_bins), whole numbers; q and level, between 0 and 1.
    Returns: Interval in ms, missing (nan) where nothing was counted.
    Raises: InputError for q or level out of range, and for counts that are negative, not whole or of another shape.
    """
    check_level("quantile_interval", level)
    if not 0 < q < 1:
        raise InputError("quantile_interval", [Problem("q", str(q), "give a share between 0 and 1, such as 0.9")])
    table = np.atleast_2d(_counted(counts, dims=(1, 2)))
    if len(table) == 1:
        return _by_order(table[0], q, level)
    return interval([quantile(row, q) for row in table], level)


def _by_order(counts: NDArray[np.int64], q: float, level: float) -> Interval:
    """The interval between two order statistics of one sample."""
    upto = np.cumsum(counts)
    n = int(upto[-1]) if upto.size else 0
    first = _binomial((1 - level) / 2, n, q)
    last = _binomial((1 + level) / 2, n, q) + 1
    low = edge_ms(int(np.searchsorted(upto, first))) if first >= 1 else nan
    high = edge_ms(int(np.searchsorted(upto, last)) + 1) if last <= n else nan
    return Interval(quantile(counts, q), low, high, n, level)


def _binomial(p: float, n: int, q: float) -> int:
    """The least k such that at most k of n units fall below their true quantile q with a probability of p or more."""
    from scipy.special import bdtr

    return bisect_left(range(n), p, key=lambda k: bdtr(k, n, q))


def _rank(q: float, n: int) -> float:
    """q n, a whole number where only rounding keeps it from being one: 0.07 of 100 is 7, not 7.000000000000001."""
    rank = q * n
    whole = round(rank)
    return float(whole) if abs(rank - whole) <= 4 * np.finfo(float).eps * n else rank


def _counted(counts: ArrayLike, dims: tuple[int, ...]) -> NDArray[np.int64]:
    """Counts as an array; InputError if one is negative or not a whole number, or the shape is another."""
    array = np.asarray(counts)
    wanted = "(n_bins,)" if dims == (1,) else "(n_bins,) or (n_replications, n_bins)"
    if array.ndim not in dims:
        raise InputError("quantile", [Problem("counts", f"an array of shape {array.shape}", f"give one of {wanted}")])
    if array.size and (array.dtype.kind not in "iu" or array.min() < 0):
        least = f"type {array.dtype}, least {array.min()}"
        raise InputError("quantile", [Problem("counts", least, "give whole numbers, 0 or more")])
    return array.astype(np.int64)
