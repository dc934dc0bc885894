"""The warm-up of a run: where the traces of its empty beginning end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from karvan.sim.interval import finite_or_missing

BATCH = 5
"""Values to a batch: the 5 in MSER-5."""
EDGE = 0.9
"""Share of the cuts allowed from which one counts as at the edge: under a trend, noise moves the best cut a little off
the last one."""
FEWEST_LEFT = 10
"""Batches that a cut in the second half must leave for its error to count against those in the first."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What to drop: the values before index `cut` of the series.

    Not `settled`: the best cut is among the latest that are allowed, or a later one would be better still. The series
    was on its way when the run ended, and a longer run is needed; or it never settles, as under overload.
    """

    cut: int
    settled: bool


def mser5(series: ArrayLike) -> WarmUp:
    """The truncation point by MSER-5: where the mean of the rest has the least marginal standard error.

    The series is cut into k batches of five; of the cuts d = 0 .. k // 2 (in batches) the one is taken that minimises
    the sum of squares of batches d + 1 .. k about their mean, over (k - d)^2; the earliest of equals. Later cuts rest
    on too few batches to be trusted. A tail of less than five values takes no part.

    Settled is a best cut before the last tenth of those allowed, unless one of the cuts after them that leave ten
    batches or more has a smaller error. A trend that rises over the whole series by less than some seven standard
    deviations of a batch (three of a value, if values are independent) is not told from noise, and passes for settled.

    Parameters: series, in any unit, equally weighted and in order of time: (n,), or (n_replications, n), of which the
    mean over replications is then used (Hoad, Robinson and Davies 2010). A missing value (nan) is passed over: batches
    are of five values that are there.
    Returns: WarmUp, its cut an index into the n. Of less than ten values nothing can be said: cut 0, not settled.
    Raises: InputError if the series has more than two dimensions or an infinite value.

    White (1997); batches of five: Spratt (1998), White, Cobb and Spratt (2000).
    """
    values = finite_or_missing("mser5", "series", series, dims=(1, 2))
    if values.ndim == 2:
        values = _mean_of_present(values)
    there = np.flatnonzero(~np.isnan(values))
    k = there.size // BATCH
    if k < 2:
        return WarmUp(0, settled=False)
    batches = values[there[: k * BATCH]].reshape(k, BATCH).mean(axis=1)
    error = _marginal_error(batches)
    best = int(np.argmin(error[: k // 2 + 1]))
    later = error[k // 2 + 1 : max(k - FEWEST_LEFT + 1, 0)]
    settled = best < EDGE * (k // 2) and not bool((later < error[best]).any())
    return WarmUp(int(there[best * BATCH]) if best else 0, settled)


def _mean_of_present(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over replications (n,) of the values (n_replications, n) that are there; nan where none is."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    mean = np.full(values.shape[1], np.nan)
    np.divide(values.sum(axis=0, where=there), count, out=mean, where=count > 0)
    return mean


def _marginal_error(batches: NDArray[np.float64]) -> NDArray[np.float64]:
    """The statistic that MSER minimises, for each number of batches dropped (k,)."""
    # About the last batch, which every rest contains: a constant rest then has an error of exactly zero.
    off = (batches - batches[-1])[::-1]
    left = np.arange(1, off.size + 1)
    squares = np.cumsum(off**2) - np.cumsum(off) ** 2 / left
    error: NDArray[np.float64] = np.maximum(squares, 0.0) / left**2
    return error[::-1]
