"""A vehicle that is formed as units come, and leaves when it is full or when the first has waited longest.

Its wait *falls* with the flow, so that an equilibrium of such waits alone need not be the only one: it is for the
record and for studies, not for a method that counts on rising delays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from karvan.corridor.roads import Floats
from karvan.ground.errors import InputError, Problem


def when_full(flow: ArrayLike, slots: ArrayLike, longest_h: ArrayLike) -> Floats:
    """Mean wait from coming until the vehicle leaves, units coming one by one by chance.

    The first of a load waits for slots - 1 more, or for the longest wait. With Y of Poisson's distribution, flow x
    longest_h its mean, and m = min(Y, slots - 1), a load has 1 + E[m] units, which wait E[m (m + 1)] / (2 flow)
    together: the time for which j wait is that of j arrivals before the longest wait is over, P(Y >= j) / flow on
    average. Without flow it is the longest wait, with much half the time in which the others come.

    Args:
        flow: units an hour, 0 or more (n,).
        slots: of a vehicle, 1 or more; whole.
        longest_h: hours that the first waits at most (n,).

    Returns:
        hours (n,).

    Raises:
        InputError: for numbers that cannot be.
    """
    from scipy.special import pdtr, pdtrc

    x, k, longest = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, float)) for v in (flow, slots, longest_h)))
    problems = [
        Problem(name, f"{value:g}", remedy)
        for name, values, least, remedy in (
            ("flow", x, 0.0, "give units an hour, 0 or more"),
            ("slots", k, 1.0, "give a whole number of 1 or more"),
            ("longest_h", longest, 0.0, "give hours, 0 or more"),
        )
        for value in values
        if not least <= value < np.inf or (name == "slots" and value != int(value))
    ]
    if problems:
        raise InputError("vehicles that leave when full", problems)
    most, mean = k - 1, x * longest

    def upto(n: Floats) -> Floats:
        return np.where(n >= 0, pdtr(np.maximum(n, 0.0), mean), 0.0)

    full = np.where(most > 0, pdtrc(np.maximum(most - 1, 0.0), mean), 1.0)
    """P(Y >= slots - 1)"""
    first = mean * upto(most - 2) + most * full
    second = mean**2 * upto(most - 3) + most * (most - 1) * full
    """E[m] and E[m (m - 1)]"""
    alone = np.where(most > 0, longest, 0.0)
    return np.where(x > 0, (second + 2 * first) / np.where(x > 0, 2 * x * (1 + first), 1.0), alone)
