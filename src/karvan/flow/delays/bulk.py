"""The bulk-service queue of Bailey (1954): who is left behind by vehicles with so many slots that come at intervals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.roads import Floats
from karvan.kernels.delay import NODES

Complex = NDArray[np.complex128]
MOST_STEPS = 64
"""Newton's method needs far fewer for every root."""


def left_behind(slots: int, load: float | Floats, cv2: float) -> Floats:
    """Mean number left behind by a vehicle in the long run.

    Those left are a chain, next = (left + came - slots)+, with Poisson arrivals in gamma intervals. Its mean is told by
    the roots of z^slots = A(z) in the unit disc, A being the generating function of those who come in an interval:
    Bailey (1954) and Downton (1955); found one by one from z = w A(z)^(1/slots), w a root of unity, as Janssen and van
    Leeuwaarden (2005).

    Args:
        slots: on each vehicle, 1 or more.
        load: those who come in a mean interval over the slots, below 1 (n,).
        cv2: squared coefficient of variation of the intervals.

    Returns:
        (n,) units.
    """
    load = np.atleast_1d(np.asarray(load, dtype=np.float64))
    mean = slots * load
    half = np.arange(1, slots // 2 + 1)  # the others are their conjugates
    angle = 2j * np.pi * half / slots
    weight = np.where(2 * half == slots, 1.0, 2.0)
    z = np.zeros((len(load), len(half)), dtype=np.complex128)
    a = load[:, None]
    theta = mean[:, None] * cv2
    for _ in range(MOST_STEPS):
        inner = 1 + theta * (1 - z)
        power = np.exp(angle - (a * (1 - z) if cv2 == 0 else _log1p(theta * (1 - z)) / (cv2 * slots)))
        rise = power * a / inner
        new = z - (z - power) / (1 - rise)
        # a step out of the disc is a step too far: one by substitution never is
        new = np.where(np.abs(new) < 1, new, power)
        done = np.abs(new - z).max(initial=0.0) < 1e-15
        z = new
        if done:
            break
    variance = mean + cv2 * mean**2
    roots = (weight / (1 - z)).real.sum(axis=1)
    found: Floats = variance / (2 * (slots - mean)) - (slots - 1 + mean) / 2 + roots
    return np.maximum(found, 0.0)


def _log1p(z: Complex) -> Complex:
    """log(1 + z), as exact near 0 as anywhere; numpy's own is not for complex numbers."""
    x, y = z.real, z.imag
    return 0.5 * np.log1p(2 * x + x * x + y * y) + 1j * np.arctan2(y, 1 + x)


@lru_cache(maxsize=4096)
def shape_of(slots: int, cv2: float) -> Floats:
    """Those left behind, over what they tend to near saturation, (1 + slots cv2) load / 2 gap: from 0 up to 1.

    Returns:
        (NODES, 2): value and slope, by one step, at even steps of sqrt(gap) from 0 to 1, for cubic interpolation that
        keeps it monotone (Fritsch and Carlson 1980).
    """
    from scipy.interpolate import PchipInterpolator

    at = np.linspace(0.0, 1.0, NODES)
    gap = at[1:-1] ** 2
    value = np.empty(NODES)
    value[1:-1] = left_behind(slots, 1 - gap, cv2) * gap / (1 - gap) * 2 / (1 + slots * cv2)
    value[0] = 1.0
    value[-1] = 0.0
    value = np.minimum.accumulate(np.minimum(value, 1.0))
    slope = PchipInterpolator(at, value).derivative()(at) * (at[1] - at[0])
    return np.column_stack([value, slope])


def shape_between(slots: float, cv2: float) -> Floats:
    """The same where units take unlike room, so that slots are no whole number: between its neighbours."""
    low = int(slots)
    more = slots - low
    found = shape_of(low, cv2)
    return found if more == 0 else (1 - more) * found + more * shape_of(low + 1, cv2)
