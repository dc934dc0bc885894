"""Load by the hour out of what a country uses in a year, its highest hour, and a shape.

The weights of the shape, times a deviation from day to day, are raised to a power and scaled: L = c (w d)^k. The
scale c meets the year's energy and the power k its peak, as the highest hour over the mean never falls with k. Raising
to a power keeps the order of the hours, so that the peak stands where the shape has it.

The deviation is what temperature does to the days of a month: d = exp(DAY_SPREAD z), z a standard normal AR(1) process
by day, between whose noons it runs evenly. Without it the weeks of a month would be alike, and the peak would be there
in each of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from karvan.grid.shapes import Clock, solve
from karvan.grid.system import Floats, System
from karvan.grid.weather import normal, persistent
from karvan.ground.errors import InputError, Problem, nearest, shown

DAY_SPREAD = 0.04
"""Spread of a day's use around what its month and weekday have. Assumed (grade D): a heat wave of two spreads brings
8 % more, about as much as peak summers lie above mean ones."""
DAY_LAG = 0.8
"""Correlation of a day's deviation with that of the day before. Assumed (grade D): spells of heat or cold last some
days."""
LEAST_POWER = 1e-9
"""At which all hours with weight are alike; at nought those without would be so, too."""
MOST_POWER = 12.0
"""A power beyond which a shape is not bent, but told to be too flat for its peak."""


def deviation(clock: Clock, seed: int, country: str) -> Floats:
    """What the days of a country take more or less than their month and weekday have, a factor (n_hours,)."""
    days = int(clock.day[-1]) + 1
    drawn = persistent(normal(seed, f"load|{country}", days), DAY_LAG)
    hours = clock.day + clock.hour / 24 - 0.5
    factor: Floats = np.exp(DAY_SPREAD * np.interp(hours, np.arange(days), drawn))
    return factor


def load(weights: ArrayLike, twh: float, peak_mw: float | None, where: str = "load") -> Floats:
    """Load by the hour whose sum is `twh` to 1e-12 and whose highest hour is `peak_mw` to 1e-9, relative.

    Parameters: weights of 0 or more, in any unit (n_hours,); twh, TWh; peak_mw, MW, None for what the weights give.
    Returns: MW (n_hours,).
    Raises: InputError: a peak below the mean of the hours with weight; weights too flat for the peak, as where all are
        alike.
    """
    shape = np.asarray(weights, dtype=np.float64)
    mean = twh * 1e6 / len(shape)
    if peak_mw is None:
        level: Floats = shape * (mean / shape.mean())
        return level
    # An hour without weight has no load whatever the power is.
    least = mean / float((shape > 0).mean())
    if peak_mw < least * (1 - 1e-12):
        remedy = f"give a peak of {least:,.0f} MW or more, or less energy"
        raise InputError("load", [Problem(where, f"a peak of {peak_mw:,g} MW with {twh:g} TWh", remedy)])
    relative = shape / shape.max()

    def over_mean(power: float) -> float:
        return float(1 / np.mean(relative**power))

    if over_mean(MOST_POWER) * mean < peak_mw * (1 - 1e-12):
        most = over_mean(MOST_POWER) * mean
        remedy = f"give a load_shape that rises more to its highest hour, or a peak below {most:,.0f} MW"
        raise InputError("load", [Problem(where, f"a peak of {peak_mw:,g} MW with {twh:g} TWh", remedy)])
    power = solve(over_mean, peak_mw / mean, LEAST_POWER, MOST_POWER)
    bent = relative**power
    found: Floats = bent * (mean / bent.mean())
    return found


def parted(total: Floats, shares: ArrayLike, weights: ArrayLike) -> Floats:
    """A country's load among its zones: by share, and by how each zone's own shape stands to the others in the hour.

    Parameters: total, MW (n_hours,); shares, which sum to 1 (n_zones,); weights of mean 1 (n_hours, n_zones).
    Returns: MW, whose sum over zones is the total (n_hours, n_zones).
    """
    each = np.asarray(shares, dtype=np.float64) * np.asarray(weights, dtype=np.float64)
    together = each.sum(axis=1, keepdims=True)
    # Where no zone has weight the country has no load either.
    found: Floats = total[:, None] * np.divide(each, together, out=np.zeros_like(each), where=together > 0)
    return found


def with_load(system: System, zone: str, mw: ArrayLike) -> System:
    """The system with more load in a zone: of trains, of a port.

    Parameters: mw, MW, of each hour (n_hours,) or of all of them ().
    Raises: InputError: an unknown zone or a market, another number of hours, what is no number, load below 0.
    """
    own = [place.id for place in system.own]
    more = np.asarray(mw, dtype=np.float64)
    problems = []
    if zone not in own:
        near = ", ".join(nearest(zone, own) or own)
        problems.append(Problem("zone", shown(zone), f"give a zone that is no market; nearest: {near}"))
    if more.shape not in ((), (system.hours,)):
        found = f"{more.size:,} hours" if more.ndim == 1 else f"a shape of {more.shape}"
        problems.append(Problem(f"load of {zone}", found, f"give {system.hours:,} hours, or one number"))
    elif not np.isfinite(more).all():
        problems.append(Problem(f"load of {zone}", "what is no number", "give MW for each hour"))
    elif not problems:
        load_mw = system.load.copy()
        column = [place.id for place in system.zones].index(zone)
        load_mw[:, column] += more
        lowest = int(load_mw[:, column].argmin())
        if load_mw[lowest, column] >= 0:
            return replace(system, load=load_mw)
        found = f"{load_mw[lowest, column]:,g} MW in hour {lowest}"
        problems.append(Problem(f"load of {zone}", found, "take off no more than there is"))
    raise InputError("more load", problems)
