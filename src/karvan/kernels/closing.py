"""Closing the books at the end of a run: time up to the end is put down, and everyone is counted where they are."""

from __future__ import annotations

from karvan.kernels import fields as f
from karvan.kernels.account import charge, charge_wait
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
        weight = m.op[step].weight if s.unit[a].car == f.NONE else s.car[s.unit[a].car].through
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
        elif code == f.PACE:
            charge(m, s, a, m.op[step].wait, s.spent[a * f.SPENT + f.CAME], min(since, now))
            charge(m, s, a, m.op[step].work, since, now)
        elif since > now:
            take_back(m, s, a, step, since - now, weight)
        else:
            charge(m, s, a, m.op[step].work, since, now)
        if s.unit[a].car != f.NONE:
            where = VEHICLES
            weight = 1
        census[where] += weight
    for car in range(s.car.shape[0]):
        if s.car[car].aboard > 0:
            close_aboard(m, s, car, now)


@loop
def take_back(m, s, a, step, beyond, weight):
    """Delays that follow each other were put down when the first began: what lies beyond the end is taken back."""
    while beyond > 0:
        step -= 1
        part = min(draw(m, s, a, step), beyond)
        account = m.op[step].work
        s.lost[account].units -= part * weight
        if s.unit[a].car != f.NONE:
            s.lost[account].vehicles -= part
        beyond -= part


@loop
def close_aboard(m, s, car, now):
    """What those aboard waited there before their vehicle had loaded; from then on its own time counts for them."""
    for stop in range(s.hold.shape[1]):
        a = s.hold[car, stop, 0]
        while a != f.NONE:
            step = s.unit[a].at
            loaded = s.snap[car, m.op[step].stop, f.N_CAUSES]
            since = s.unit[a].since
            charge(m, s, a, m.op[step].wait, since, loaded if loaded >= since else now)
            a = s.unit[a].next
