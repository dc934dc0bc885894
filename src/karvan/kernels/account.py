"""Where time goes: every ms of every unit is put to one cause, and to one account (a cause at a place)."""

from __future__ import annotations

from karvan.kernels import fields as f
from karvan.kernels.compiler import inlined
from karvan.kernels.word import bits_of, natural


@inlined
def charge(m, s, a, account, since, now):
    """Put the time of unit or vehicle `a` between two instants on an account; a vehicle's counts for all aboard."""
    if now > since:
        account = natural(account)
        s.spent[natural(a * f.SPENT + m.account_cause[account])] += now - since
        within = now - max(since, s.clock[0].counted_from)
        if within > 0:
            car = s.unit[a].car
            if car == f.NONE:
                s.lost[account].units += within * m.op[s.unit[a].at].weight
            else:
                s.lost[account].units += within * s.car[natural(car)].through
                s.lost[account].vehicles += within


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
    s.spent[a * f.SPENT + f.CLOCK_WEATHER] = weather
    s.spent[a * f.SPENT + f.CLOCK_HOURS] = hours


@inlined
def charge_wait(m, s, a, account, station, now):
    """Put the wait of `a` before a station on its accounts: shut by a closure, shut by its hours, and the rest."""
    since = s.unit[a].since
    if s.station[station].gated != 0:
        weather, hours = shut_clocks(s, station, now)
        until_weather = since + weather - s.spent[a * f.SPENT + f.CLOCK_WEATHER]
        until_hours = until_weather + hours - s.spent[a * f.SPENT + f.CLOCK_HOURS]
        charge(m, s, a, s.station[station].account_weather, since, until_weather)
        charge(m, s, a, s.station[station].account_hours, until_weather, until_hours)
        since = until_hours
    charge(m, s, a, account, since, now)
    s.unit[a].since = now


@inlined
def tally(s, a, group, weight, now):
    """Count a delivered unit: its time from creation, and how it was spent. Whether its causes add up to all of it."""
    total = now - s.unit[a].born
    left = total
    for cause in range(f.N_CAUSES):
        spent = s.spent[a * f.SPENT + cause]
        s.group_spent[group, cause] += spent * weight
        left -= spent
    s.group[group].delivered += weight
    s.group[group].ms += total * weight
    s.group[group].ms2 += float(total) * total * weight
    s.hist[group, natural(bin_of(total))] += weight
    return left == 0


@inlined
def bin_of(ms):
    """The bin of a time: 64 to each doubling, read off the bits of the number."""
    return min(max((bits_of(float(ms + 64)) >> 46) - f.FIRST_BIN, 0), f.HIST_BINS - 1)


@inlined
def note(s, a, step, kind, car):
    """Write a row of the log, if there is one: instant, id, and step, kind and vehicle record in one number."""
    if s.clock[0].logging != 0:
        at = natural(s.clock[0].log)
        s.log[at, 0] = s.clock[0].now
        s.log[at, 1] = s.unit[a].id
        s.log[at, 2] = ((car + 1) << 32) | (step << 4) | kind
        s.clock[0].log = at + 1
        if at + 1 + s.clock[0].logging > s.log.shape[0]:
            s.clock[0].short = 1
