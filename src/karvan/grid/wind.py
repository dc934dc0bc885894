"""Wind by the hour: a field of weather made speeds, speeds made power, all moved until the yield is what is stated.

1. At each hour a place has a standard normal variable that persists (an Ornstein-Uhlenbeck process) and is shared with
   places near it: see `weather`.
2. It is mapped to a speed of the Weibull law (Weibull 1951; of wind: Justus et al. 1978) with exponent WEIBULL.
3. Speed is mapped to power by a curve for whole parks: rising as the cube of speed from CUT_IN to RATED, full up to
   STORM, and from there down to nothing at CUT_OUT.
4. The season's weights are of power. In each month (and, where a shape has weights of hours, in each hour of the day)
   speeds are multiplied by what makes the mean power that of the weights, so that the year has its capacity factor.
   A month whose weather no scale makes so strong gives the most that one does, and the others the rest by weight. It
   is the speed that is scaled, not the power: no hour passes what the park can give.

Not covered: turbines' wakes by direction, ice, and gusts within the hour. What a park loses by them is in its stated
capacity factor.
"""

from __future__ import annotations

from math import exp, gamma

import numpy as np

from karvan.grid.shapes import Clock, Ints, Shape, solve
from karvan.grid.system import Floats
from karvan.grid.weather import Field
from karvan.ground.errors import InputError, Problem

CORRELATION_H = 20.0
"""Hours after which the correlation of wind with itself is 1/e. Assumed (grade D): weather systems pass in a day or
two."""
LAG_ONE = exp(-1 / CORRELATION_H)
WEIBULL = 2.0
"""Exponent of the law of speeds. Assumed (grade D): 2 is Rayleigh's law, the usual one where none is measured."""
CUT_IN, RATED, STORM, CUT_OUT = 3.0, 12.0, 25.0, 30.0
"""m/s: power from, full power from, less power from, no power from. Assumed (grade D): as makers state for turbines on
land and at sea; the way down is even because the turbines of a park do not stop at once."""
HIGHEST_MEAN = 25
"""m/s, up to which mean speeds are tried, one after another."""
REACHED = 0.995
"""Share of the most that a month can give that it is asked for: at the top power falls with speed again."""
ROUNDS = 20
"""Times that hours of the day and months are met in turn."""
CLOSE = 1e-6
"""How near to their power hours of the day come, a share of the park's size."""


def speeds(drawn: Floats) -> Floats:
    """Speeds of a Weibull law of mean 1, of a standard normal variable (n_hours,)."""
    from scipy.special import log_ndtr

    # log_ndtr(-z) is the logarithm of the share of hours with more wind; it stays exact in the tail.
    found: Floats = (-log_ndtr(-drawn)) ** (1 / WEIBULL) / gamma(1 + 1 / WEIBULL)
    return found


def power(speed: Floats) -> Floats:
    """Share of a park's size that it gives at a speed in m/s."""
    rising = (speed**3 - CUT_IN**3) / (RATED**3 - CUT_IN**3)
    falling = (CUT_OUT - speed) / (CUT_OUT - STORM)
    return np.clip(np.minimum(rising, falling), 0.0, 1.0)


def wind(
    clock: Clock, field: Field, lon: float, lat: float, *, season: Shape, capacity_factor: float, most: float = 1.0,
    where: str = "plant",
) -> Floats:  # fmt: skip
    """What a wind park may give, a share of its size (n_hours,), whose mean is the capacity factor to 1e-9.

    Parameters: clock, with the local time; field of hours; lon and lat, degrees; season, weights of power; most, share
        that is there at most; where, an address for what is wrong.
    Raises: InputError: a capacity factor that no wind gives.
    """
    speed = speeds(field.at(lon, lat))
    months, hours = _groups(clock.month), _groups(clock.hour) if "hour" in season.spans else []
    wanted = _within_reach(season.weights(clock), capacity_factor, speed, months, most, where)
    for _ in range(ROUNDS):
        for groups in (hours, months):
            for at in groups:
                speed[at] *= _scaled(speed[at], float(wanted[at].mean()) / most)
        found = most * power(speed)
        if all(abs(found[at].mean() - wanted[at].mean()) < CLOSE for at in hours):
            break
    return most * power(speed)


def _groups(of: Ints) -> list[Ints]:
    """The hours that have each value."""
    return [np.flatnonzero(of == value) for value in np.unique(of)]


def _within_reach(
    weights: Floats, capacity_factor: float, speed: Floats, months: list[Ints], most: float, where: str
) -> Floats:
    """What each hour is to give on the mean of those like it: by weight, no month more than any scale of it gives."""
    share = np.array([weights[at].mean() for at in months])
    length = np.array([len(at) for at in months], dtype=np.float64)
    reach = (
        most
        * REACHED
        * np.array([max(power(factor * speed[at]).mean() for factor in _tried(speed[at])) for at in months])
    )
    reach[share <= 0] = 0.0
    if (reach * length).sum() < capacity_factor * length.sum():
        remedy = f"give less than {(reach * length).sum() / length.sum():.3f}: more no wind brings"
        raise InputError("wind", [Problem(f"{where}, capacity_factor", f"{capacity_factor:g}", remedy)])

    def mean(scale: float) -> float:
        return float((np.minimum(reach, scale * share) * length).sum() / length.sum())

    highest = float((reach[share > 0] / share[share > 0]).max())
    target = np.minimum(reach, solve(mean, capacity_factor, 0.0, highest) * share)
    found = np.zeros_like(weights)
    for at, wanted, told in zip(months, target, share, strict=True):
        found[at] = weights[at] * (wanted / told) if told > 0 else 0.0
    return found


def _tried(speed: Floats) -> list[float]:
    """Scales that make the mean speed a whole number of m/s."""
    return [step / float(speed.mean()) for step in range(HIGHEST_MEAN + 1)]


def _scaled(speed: Floats, wanted: float) -> float:
    """By what speeds are multiplied so that their mean power is what is wanted: the lowest that does it."""
    if wanted <= 0 or speed.mean() <= 0:
        return 0.0

    def reached(factor: float) -> float:
        return float(power(factor * speed).mean())

    tried = _tried(speed)
    # Each month is within reach; an hour of the day that is not gets the most there is, and months are met after it.
    values = [reached(factor) for factor in tried]
    enough = next((ix for ix, value in enumerate(values) if value >= wanted), int(np.argmax(values)))
    return solve(reached, wanted, tried[max(0, enough - 1)], tried[enough])
