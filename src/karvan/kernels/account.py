"""Where time goes: every ms of every unit is put to one account (a cause at a place), and to a cause of its group."""

from __future__ import annotations

import numpy as np

from karvan.kernels import fields as f
from karvan.kernels.compiler import inlined, loop
from karvan.kernels.word import bits_of, natural


@inlined
def charge(m, s, a, account, since, now):
    """Put the time of unit or vehicle `a` between two instants, if the warm-up is over, on an account.

    A vehicle's counts for all aboard. If they are of more than one group, these hear of it when they alight.
    """
    within = now - max(since, s.clock[0].counted_from)
    if within > 0:
        account = natural(account)
        cause = natural(account & f.CAUSE_MASK)
        account >>= f.CAUSE_BITS
        counted = within * s.unit[a].weight
        s.lost[account].units += counted
        car = s.unit[a].car
        if car == f.NONE:
            s.group_spent[natural(m.op[natural(s.unit[a].at)].group), cause] += counted
        else:
            s.lost[account].vehicles += within
            group = s.unit[a].later
            if group == f.NONE:
                s.toll[natural(car), cause] += within
            else:
                s.group_spent[natural(group), cause] += counted


@inlined
def charge_ride(s, car, stop, group, weight):
    """Put the time of units that rode from a stop on to their group: what their vehicle's toll grew by."""
    for cause in range(f.N_CAUSES):
        grown = s.toll[car, cause] - s.ride[car, stop, cause]
        if grown != 0:
            s.group_spent[group, cause] += grown * weight


@inlined
def shut_clocks(s, station, now):
    """Ms for which a station has been shut so far, by closures and by its hours."""
    passed = now - s.station[station].clock_at
    weather = s.station[station].clock_weather
    hours = s.station[station].clock_hours
    if s.station[station].shut_weather > 0:
        weather += passed
    elif s.station[station].shut_hours > 0:
        hours += passed
    return weather, hours


@inlined
def mark_clocks(s, a, station, now):
    """Remember the station's clocks, so that a wait that begins now can be parted."""
    weather, hours = shut_clocks(s, station, now)
    s.marks[a, 0] = weather
    s.marks[a, 1] = hours


@inlined
def charge_wait(m, s, a, account, station, now):
    """Put the wait of `a` before a station on its accounts: shut by a closure, shut by its hours, and the rest."""
    since = s.unit[a].since
    if s.station[station].gated != 0:
        weather, hours = shut_clocks(s, station, now)
        until_weather = since + weather - s.marks[a, 0]
        until_hours = until_weather + hours - s.marks[a, 1]
        charge(m, s, a, s.station[station].account_weather, since, until_weather)
        charge(m, s, a, s.station[station].account_hours, until_weather, until_hours)
        since = until_hours
    charge(m, s, a, account, since, now)
    s.unit[a].since = now


@inlined
def tally(s, a, group, weight, now):
    """Count a delivered unit, and its time from creation."""
    total = now - s.unit[a].born
    s.group[group].delivered += weight
    s.group[group].ms += total * weight
    s.group[group].ms2 += float(total) * total * weight
    s.hist[group, natural(bin_of(total))] += weight


@inlined
def bin_of(ms):
    """The bin of a time: 64 to each doubling, read off the bits of the number."""
    return min(max((bits_of(float(ms + 64)) >> 46) - f.FIRST_BIN, 0), f.HIST_BINS - 1)


@inlined
def note(s, a, step, kind, car):
    """Write a row of the log, if there is one: instant, id, and step, kind and vehicle record in one number."""
    note_at(s, a, step, kind, car, s.clock[0].now)


@inlined
def note_at(s, a, step, kind, car, instant):
    """Write a row of the log of a given instant."""
    if s.clock[0].logging != 0:
        write(s, s.unit[a].id, ((np.int64(car) + 1) << 32) | (step << 4) | kind, instant)


@loop
def write(s, ident, what, instant):
    """Write a row of the log."""
    at = natural(s.clock[0].log)
    s.log[at, 0] = instant
    s.log[at, 1] = ident
    s.log[at, 2] = what
    s.clock[0].log = at + 1
    if at + 1 + s.clock[0].logging > s.log.shape[0]:
        s.clock[0].short = 1
