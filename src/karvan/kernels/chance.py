"""Chance: counter-based random numbers, and times drawn from them by inverse transform.

A draw is a function of (seed, replication) and of (who, purpose, turn, which): it has no state and no order.
Philox2x64-7 after Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", section 4.3 and
table 2: six rounds pass all of BigCrush, and one more is for safety. One number gives one time, so that a change of a
parameter moves every draw the same way.
"""

from __future__ import annotations

import math

import numpy as np

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.word import bits_of, fused, high_product, low_product, low_sum, natural, real_of

FIXED, EXPONENTIAL, SHAPED, LISTED = range(4)
"""Kinds of time: always its mean; exponential; its mean times a quantile of a tabled shape of mean one; its mean times
one of some listed numbers."""

SHAPE_NODES = 4096
SHAPE_REACH = 36.0
"""A shape is tabled at this many steps of log(u / (1 - u)) from -36 to 36; no u of 52 bits lies beyond."""
_NODES_PER_UNIT = SHAPE_NODES / (2.0 * SHAPE_REACH)

ROUNDS = 7
_MULTIPLIER = np.uint64(0xD2B74407B1CE6E93)
_WEYL = np.uint64(0x9E3779B97F4A7C15)
_TWELVE = np.uint64(12)


@inlined
def philox(x, y, key, rounds):
    """Two random words from a counter of two words and a key, all uint64."""
    for _ in range(rounds):
        high = high_product(_MULTIPLIER, x)
        low = low_product(_MULTIPLIER, x)
        x = high ^ key ^ y
        y = low
        key = low_sum(key, _WEYL)
    return x, y


_CELLS = 128
_CENTRE = 1.0 + (np.arange(_CELLS) + 0.5) / _CELLS
_INVERSE = 1.0 / _CENTRE
_LOG_INVERSE = -np.log(_INVERSE)
_LN2 = math.log(2.0)
_MANTISSA = np.int64((1 << 52) - 1)
_ONE_BITS = np.int64(1023 << 52)


@inlined
def minus_log(u):
    """-log(u) of a number in (0, 1), to 1e-15 or so (relative below one half): a table of 128 cells and a short series.

    Only of products and sums, so that it gives the same bits on every machine, which libraries' logarithms do not.
    """
    bits = bits_of(u)
    mantissa = real_of((bits & _MANTISSA) | _ONE_BITS)
    cell = natural((bits >> 45) & 127)
    r = fused(mantissa, _INVERSE[cell], -1.0)
    r2 = r * r
    last = fused(r2, 1 / 7, fused(r, -1 / 6, 0.2))
    later = fused(r2, last, fused(r, -0.25, 1 / 3))
    series = fused(r2, later, fused(r, -0.5, 1.0))
    return -fused(r, series, fused(float((bits >> 52) - 1023), _LN2, _LOG_INVERSE[cell]))


@inlined
def uniform(key, who, purpose, turn, which):
    """A number in (0, 1), both ends out, of 52 bits.

    key uint64: seed and replication; who: the agent; purpose: what it is for, 32 bits; turn: how many rounds the agent
    has made, up to 4 million; which: how many draws it made for this purpose in this round, up to 1,023.
    """
    word, _ = philox(np.uint64(who), np.uint64((purpose << 32) | (turn << 10) | which), key, ROUNDS)
    return (np.float64(word >> _TWELVE) + 0.5) * 2.220446049250313e-16


@inlined
def shaped(shape, row, u):
    """The quantile at u of row `row` of shape (n, SHAPE_NODES + 1): quantiles at even steps of log(u / (1 - u))."""
    at = (minus_log(1.0 - u) - minus_log(u) + SHAPE_REACH) * _NODES_PER_UNIT
    node = int(at)
    return shape[row, node] + (at - node) * (shape[row, node + 1] - shape[row, node])


@inlined
def times_mean(shape, kind, row, values, u):
    """The quantile at u of a kind of time, as a multiple of its mean."""
    if kind == EXPONENTIAL:
        return minus_log(1.0 - u)
    if kind == SHAPED:
        return shaped(shape, row, u)
    return shape[row, int(u * values)] if kind == LISTED else 1.0


@loop
def extra_time(time, shape, d, served, key, who, purpose, turn):
    """What comes on top of a service of `served` ms: the slow branch, and repairs of breakdowns while busy.

    Breakdowns come at a constant rate over busy time, and the service goes on where it stopped, so that their number
    and length can be drawn when the service starts. More than 509 of them are more than can be drawn: infinite.
    """
    extra = 0.0
    if time[d].slow_share > 0.0 and uniform(key, who, purpose, turn, 1) < time[d].slow_share:
        extra += minus_log(1.0 - uniform(key, who, purpose, turn, 2)) * time[d].slow
    which = 3
    left = served + extra
    while time[d].fails > 0.0:
        if which > 1020:
            return math.inf
        left -= minus_log(1.0 - uniform(key, who, purpose, turn, which)) / time[d].fails
        if left <= 0.0:
            break
        u = uniform(key, who, purpose, turn, which + 1)
        kind, row, values = time[d].repair_kind, time[d].repair_shape, time[d].repair_values
        extra += times_mean(shape, kind, row, values, u) * time[d].repair
        which += 2
    return extra + time[d].plus


@inlined
def drawn_ms(time, shape, d, key, who, purpose, turn):
    """A time of kind d in ms, as a float. time (n,) records, shape (n_shapes, SHAPE_NODES + 1)."""
    d = natural(d)
    ms = time[d].mean_ms
    kind = time[d].kind
    if kind != FIXED:
        u = uniform(key, who, purpose, turn, 0)
        ms *= times_mean(shape, kind, time[d].table, time[d].values, u)
    if time[d].extras != 0:
        ms += extra_time(time, shape, d, ms, key, who, purpose, turn)
    return ms
