"""Sampling journeys: laws drawn once for all who share them, then chains of steps followed forward in time.

A draw is a function of (key, what is drawn, number of the journey): it has no state and no order. The n journeys of a
law are a Latin hypercube (McKay, Beckman and Conover 1979): each nth part of the distribution is drawn from once, in an
order of its own, so that sums vary less from seed to seed than with n independent draws; and never is an average of
them less sure than one of n - 1 independent ones (Owen 1997), so that the usual intervals stay honest.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels.chance import ROUNDS, minus_log, philox, shaped
from karvan.kernels.compiler import inlined, kernel
from karvan.kernels.word import high_product

EXPONENTIAL, SHAPED, UNIFORM, SLOW = range(4)
"""Laws that are drawn: an exponential; a multiple of a tabled shape of mean one; even from nought; nothing but for a
share, and for that an exponential."""

LEAST = 2.4e-16
"""No draw is closer to 0 or 1: tables end at log(u / (1 - u)) = 36."""
LATE = 1e-6
"""Hours (4 ms) by which goods may be behind a departure that they catch: sums in another order are not quite equal."""

_TWELVE = np.uint64(12)


@kernel
def draw(kind, scale, share, shape, key, what, out):
    """Fill out (n,) with hours of a law: `scale` hours times a quantile of its kind, each nth part of it met once.

    shape (1, SHAPE_NODES + 1): the table of a SHAPED law; share: of a SLOW one. key, what (uint64): seed, and name of
    the draw.
    """
    n = out.shape[0]
    part = np.empty(n, dtype=np.int64)
    for i in range(n):  # a shuffle from the inside out; the second word says where in its part a draw is
        first, second = philox(what, np.uint64(i), key, ROUNDS)
        at = np.int64(high_product(first, np.uint64(i + 1)))
        part[i] = part[at]
        part[at] = i
        out[i] = (np.float64(second >> _TWELVE) + 0.5) * 2.220446049250313e-16
    for i in range(n):
        u = min(max((part[i] + out[i]) / n, LEAST), 1.0 - LEAST)
        if kind == EXPONENTIAL:
            out[i] = scale * minus_log(1.0 - u)
        elif kind == SHAPED:
            out[i] = scale * shaped(shape, 0, u)
        elif kind == UNIFORM:
            out[i] = scale * u
        else:
            out[i] = scale * minus_log((1.0 - u) / share) if 1.0 - u < share else 0.0


@inlined
def next_departure(ready, first, last, departures):
    """The first departure of a slice in rising order that goods ready at `ready` catch; infinity if none."""
    end = last
    while first < last:
        middle = (first + last) >> 1
        if departures[middle] < ready - LATE:
            first = middle + 1
        else:
            last = middle
    return departures[first] if first < end else np.inf


@inlined
def opening(at, first, last, opens, shuts):
    """When work that is ready at `at` can begin within a slice of windows [opens, shuts) in rising order."""
    end = last
    while first < last:
        middle = (first + last) >> 1
        if shuts[middle] <= at:
            first = middle + 1
        else:
            last = middle
    return max(at, opens[first]) if first < end else np.inf


@inlined
def dot(a, b, n):
    """Sum of products of the first n: four sums at once, always in the same order."""
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    whole = n - n % 4
    for i in range(0, whole, 4):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
    for i in range(whole, n):
        s0 += a[i] * b[i]
    return (s0 + s1) + (s2 + s3)


@inlined
def took(at, since):
    """Fill `since`, when a leg was begun (n,), with the hours that it took until `at`; none for who cannot go on."""
    for i in range(at.shape[0]):
        since[i] = at[i] - since[i] if at[i] < np.inf else 0.0


@inlined
def copied(at, since):
    """Fill `since` (n,) with `at`."""
    for i in range(at.shape[0]):
        since[i] = at[i]


@kernel
def follow(
    first_step, first_leg, start, fixed, row, leg, departs, first_departure, departures, windows, opens, shuts, over,
    charged, bank, arrive, leg_h, share, mean, sd, storage, never, planned, missed, lost,
):  # fmt: skip
    """Follow every chain n times, and once more with everything at its mean: that journey is the plan.

    Chains: first_step, first_leg (n_chains + 1,) into steps and legs; start (n_chains,) h. Steps, in the order of
    travel: at the beginning of a step goods wait until a window of slice `windows` (n_steps, 2) of opens, shuts (h) is
    open; then it takes fixed (h) and a row of bank (n_rows, n + 1; h, the mean in the last column; -1 for none); if it
    ends at or after `over` (h) there is no going on; at its end goods wait for a departure of timetable `departs`
    (-1 for none): a slice of departures (h), first_departure (n_timetables + 1,). leg: which leg of its chain its time
    counts to, never falling. charged (n_legs, 2): what is beyond so many hours (h) of a leg costs so much (USD an
    hour).

    Filled: arrive (n_chains, n + 1) h, infinite for journeys that cannot go on; leg_h (most legs of a chain, n + 1)
    workspace; share (n_legs,) of the variance by leg; mean, sd (n_chains,) h and storage (n_chains,) USD of those that
    arrive, never (n_chains,) how many do not; and by step with a departure planned (n_steps,) h, missed (n_steps, 2)
    how many leave later than planned or never, and how many of them leave at all, lost (n_steps,) h, by how much these
    do in sum.
    """
    n = bank.shape[1] - 1
    centred = np.empty(n)
    for chain in range(first_step.shape[0] - 1):
        at = arrive[chain]
        legs = first_leg[chain + 1] - first_leg[chain]
        at[:] = start[chain]
        leg_h[:legs] = 0.0
        now = 0
        copied(at, leg_h[now])
        for step in range(first_step[chain], first_step[chain + 1]):
            if leg[step] != now:
                took(at, leg_h[now])
                now = leg[step]
                copied(at, leg_h[now])
            if windows[step, 0] < windows[step, 1]:
                for i in range(n + 1):
                    at[i] = opening(at[i], windows[step, 0], windows[step, 1], opens, shuts)
            if row[step] >= 0:
                drawn, always = bank[row[step]], fixed[step]
                for i in range(n + 1):
                    at[i] += always + drawn[i]
            elif fixed[step] > 0.0:
                for i in range(n + 1):
                    at[i] += fixed[step]
            if over[step] < np.inf:
                for i in range(n + 1):
                    if at[i] >= over[step]:
                        at[i] = np.inf
            if departs[step] >= 0:
                first, last = first_departure[departs[step]], first_departure[departs[step] + 1]
                leaves = next_departure(at[n], first, last, departures)
                planned[step], missed[step, 0], missed[step, 1], lost[step] = leaves, 0, 0, 0.0
                for i in range(n + 1):
                    at[i] = next_departure(at[i], first, last, departures)
                    if i < n and at[i] > leaves + LATE:
                        missed[step, 0] += 1
                        if at[i] < np.inf:
                            missed[step, 1] += 1
                            lost[step] += at[i] - leaves
        took(at, leg_h[now])
        some = 0
        total = 0.0
        for i in range(n):
            if at[i] < np.inf:
                some += 1
                total += at[i] - start[chain]
        never[chain] = n - some
        mean[chain] = total / some if some > 0 else np.inf
        for i in range(n):
            centred[i] = at[i] - start[chain] - mean[chain] if at[i] < np.inf else 0.0
        storage[chain] = 0.0
        for which in range(legs):
            free, rate = charged[first_leg[chain] + which]
            if rate > 0.0:
                for i in range(n):
                    if at[i] < np.inf and leg_h[which, i] > free:
                        storage[chain] += (leg_h[which, i] - free) * rate / some
        squares = dot(centred, centred, n)
        sd[chain] = np.sqrt(squares / (some - 1)) if some > 1 else 0.0
        for which in range(legs):
            covered = dot(leg_h[which], centred, n)
            share[first_leg[chain] + which] = covered / squares if squares > 0.0 else 0.0
