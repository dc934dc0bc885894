"""Alternating renewal: spells that begin at a rate of the season while there is none, and last as drawn."""

from __future__ import annotations

import math

from karvan.kernels.chance import drawn_ms, minus_log, uniform
from karvan.kernels.compiler import loop

BEGINS, LASTS = 0x626567, 0x6C6173
"""What the draws are for."""


@loop
def spells(key, who, rate_until, rate, time, shape, d, until, spell):
    """Draw the spells up to an instant; their number, or -1 if there are more than there is room for.

    rate_until, rate (n,): rates, 1/ms, and until when each holds; time, shape, d: how long a spell lasts; spell (n, 2):
    filled with the beginnings and ends, ms, the end of each before the beginning of the next.
    """
    now, at, n = 0.0, 0, 0
    while True:
        left = minus_log(1.0 - uniform(key, who, BEGINS, n, 0))
        while at < rate.shape[0] - 1 and left > rate[at] * (rate_until[at] - now):
            left -= max(rate[at] * (rate_until[at] - now), 0.0)
            now = max(now, rate_until[at])
            at += 1
        begin = now + left / rate[at] if rate[at] > 0.0 else math.inf
        if begin >= until:
            return n
        if n == spell.shape[0]:
            return -1
        end = begin + max(drawn_ms(time, shape, d, key, who, LASTS, n), 1.0)
        spell[n, 0] = int(begin)
        spell[n, 1] = max(int(end), spell[n, 0] + 1)
        now = float(spell[n, 1] + 1)
        n += 1
