"""How far to go from one set of flows towards another: exact line search, and the products of conjugate directions."""

from __future__ import annotations

from karvan.kernels.compiler import loop
from karvan.kernels.link_time import time_and_slope, time_at


@loop
def best_step(function, volume, toward, steady):
    """The step in 0 to 1 along `toward` (n_links,) from `volume` at which the sum of integrals is least.

    steady: how fast what does not depend on flow (tolls, length) rises along it. Newton's method, halving the interval
    where it leaves it. The same volume and direction give the same step.
    """
    low, high = 0.0, 1.0
    rises = steady
    for link in range(volume.shape[0]):
        rises += toward[link] * time_at(link, max(volume[link] + toward[link], 0.0), function)
    if rises <= 0.0:
        return 1.0
    step, first = 0.0, 0.0
    for turn in range(100):
        rises, bends = steady, 0.0
        for link in range(volume.shape[0]):
            along = toward[link]
            if along != 0.0:
                time, slope = time_and_slope(link, max(volume[link] + step * along, 0.0), function)
                rises += along * time
                bends += along * along * slope
        if turn == 0:
            first = rises
            if first >= 0.0:
                return 0.0
        elif abs(rises) <= 1e-13 * abs(first):
            break
        if rises < 0.0:
            low = step
        else:
            high = step
        after = step - rises / bends if bends > 0.0 else high
        if not low < after < high:
            after = 0.5 * (low + high)
        if after in (low, high):
            break
        step = after
    return step


@loop
def curved(slope, one, other):
    """The product of two directions (n_links,) weighed by how fast times rise (n_links,)."""
    found = 0.0
    for link in range(slope.shape[0]):
        found += one[link] * slope[link] * other[link]
    return found
