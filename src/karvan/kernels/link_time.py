"""Time on a link with a flow: the function of the Bureau of Public Roads (1964), and its slope."""

from __future__ import annotations

from typing import Any, NamedTuple

from karvan.kernels.compiler import inlined, loop

MOST = 1e280
"""A time that is no longer told from longer ones, so that sums of it stay finite."""


class Function(NamedTuple):
    """free (1 + b (flow / capacity) ** power) of each link (n_links,)."""

    free: Any
    b: Any
    capacity: Any
    power: Any


@inlined
def raised(share, power):
    """share ** power; 1 where power is 0. The power 4 of nearly all links needs no logarithm."""
    if power == 4.0:
        square = share * share
        return square * square
    if power == 1.0:
        return share
    if power == 0.0:
        return 1.0
    return share**power


@inlined
def time_at(link, flow, function):
    """Time on a link."""
    if function.b[link] == 0.0:
        return function.free[link]
    share = flow / function.capacity[link]
    return min(function.free[link] * (1.0 + function.b[link] * raised(share, function.power[link])), MOST)


@inlined
def time_and_slope(link, flow, function):
    """Time on a link, and how fast it rises with flow; infinitely fast from no flow where the power is below 1."""
    b, power = function.b[link], function.power[link]
    free = function.free[link]
    if b == 0.0 or power == 0.0:
        return min(free * (1.0 + b), MOST), 0.0
    capacity = function.capacity[link]
    share = flow / capacity
    if power == 4.0:
        more = share * share * share
        return min(free * (1.0 + b * (more * share)), MOST), min(free * b * 4.0 * more / capacity, MOST)
    if power == 1.0:
        return min(free * (1.0 + b * share), MOST), free * b / capacity
    if free == 0.0:
        return 0.0, 0.0
    if share == 0.0:
        return free, MOST if power < 1.0 else 0.0
    slope = free * b * power * share ** (power - 1.0) / capacity
    return min(free * (1.0 + b * share**power), MOST), min(slope, MOST)


@loop
def refresh(function, volume, time, slope):
    """Fill time and slope (n_links,) at a volume."""
    for link in range(volume.shape[0]):
        time[link], slope[link] = time_and_slope(link, volume[link], function)
    return 0
