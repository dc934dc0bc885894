"""Closing the books at the end of a run: time up to the end is put down, and everyone is counted where they are."""

from __future__ import annotations

from karvan.kernels import fields as f
from karvan.kernels.account import charge, charge_ride, charge_wait
from karvan.kernels.compiler import loop
from karvan.kernels.serving import draw

WAITING, CARRIED, UNDER_WAY, VEHICLES = range(4)
"""Places in the census."""


@loop
def close(m, s, census):
    """Put down the time of all that are in the system; census (4,): units waiting, aboard, under way, and vehicles."""
    now = s.clock[0].now
    for a in range(s.unit.shape[0]):
        step = s.unit[a].at
        if step == f.NONE:
            continue
        code = m.op[step].code
        since = s.unit[a].since
        where = UNDER_WAY
        if s.unit[a].mode == f.ABOARD:
            where = CARRIED
        elif code == f.SERVE or code == f.SEIZE:
            station = m.op[step].where
            if s.unit[a].held == station + 1 or s.unit[a].mode == f.IN_BATCH:
                charge(m, s, a, m.op[step].work, since, now)
            else:
                where = WAITING
                if s.unit[a].mode == f.BLOCKED:
                    charge(m, s, a, m.op[step].block, since, now)
                else:
                    charge_wait(m, s, a, m.op[step].wait, station, now)
        elif code == f.BOARD or code == f.PASS:
            where = WAITING
            charge(m, s, a, m.op[step].wait, since, now)
        elif code == f.PACE and since > now:
            uncharge(m, s, a, m.op[step].wait, since - now)
        elif since > now:
            take_back(m, s, a, step, since - now)
        else:
            charge(m, s, a, m.op[step].work, since, now)
        if s.unit[a].car != f.NONE:
            census[VEHICLES] += 1
        else:
            weight = s.unit[a].weight
            census[where] += weight
            s.group[m.op[step].group].within += weight * max(now - max(s.unit[a].born, s.clock[0].counted_from), 0)
    for car in range(s.car.shape[0]):
        if s.car[car].aboard > 0:
            close_aboard(m, s, car, now)


@loop
def take_back(m, s, a, step, beyond):
    """Delays that follow each other were put down when the first began: what lies beyond the end is taken back."""
    while beyond > 0:
        step -= 1
        part = min(draw(m, s, a, step), beyond)
        uncharge(m, s, a, m.op[step].work, part)
        beyond -= part


@loop
def uncharge(m, s, a, account, ms):
    """Take time back that was put on an account before it had passed."""
    cause = account & f.CAUSE_MASK
    account >>= f.CAUSE_BITS
    counted = ms * s.unit[a].weight
    s.lost[account].units -= counted
    car = s.unit[a].car
    if car == f.NONE:
        s.group_spent[m.op[s.unit[a].at].group, cause] -= counted
    else:
        s.lost[account].vehicles -= ms
        if s.unit[a].later == f.NONE:
            s.toll[car, cause] -= ms
        else:
            s.group_spent[s.unit[a].later, cause] -= counted


@loop
def close_aboard(m, s, car, now):
    """What those aboard waited there before their vehicle had loaded; from then on its own time counts for them."""
    for stop in range(s.ride.shape[1]):
        a = s.call[car, stop, f.FIRST]
        while a != f.NONE:
            step = s.unit[a].at
            came = m.op[step].stop
            loaded = s.call[car, came, f.LOADED]
            since = s.unit[a].since
            if loaded >= since:
                charge(m, s, a, m.op[step].wait, since, loaded)
                if s.car[car].tolled != 0:
                    charge_ride(s, car, came, m.op[step].group, m.op[step].weight)
            else:
                charge(m, s, a, m.op[step].wait, since, now)
            a = s.unit[a].next
