"""Vehicles: units wait for them, are loaded, ride and alight; more vehicles are formed where a full load waits."""

from __future__ import annotations

from karvan.kernels import fields as f
from karvan.kernels.account import charge, charge_ride, note
from karvan.kernels.agenda import LAST_INSTANT, RUNS_OUT, cancel, make_ready, schedule
from karvan.kernels.compiler import inlined
from karvan.kernels.serving import give_back
from karvan.kernels.word import fetch, natural

MOST_ABOARD = 2**31 - 1
"""Units aboard of one vehicle, as its record counts them."""


@inlined
def new_unit(s, ident, step, weight, now):
    """A unit out of the store, at the step where it begins."""
    a = natural(s.clock[0].free_unit)
    s.clock[0].free_unit = s.unit[a].next
    left = s.clock[0].free_units - 1
    s.clock[0].free_units = left
    if left < s.clock[0].margin:
        s.clock[0].short = 1
    s.unit[a].id = ident
    s.unit[a].at = step
    s.unit[a].since = now
    s.unit[a].born = now
    s.unit[a].next = f.NONE
    s.unit[a].held = 0
    s.unit[a].mode = 0
    s.unit[a].car = f.NONE
    s.unit[a].ahead = f.NONE
    s.unit[a].weight = weight
    s.unit[a].turn = 0
    s.unit[a].later = 0
    return a


@inlined
def free_unit(s, a):
    """A unit goes back into the store."""
    s.unit[a].at = f.NONE
    s.unit[a].next = s.clock[0].free_unit
    s.clock[0].free_unit = a
    s.clock[0].free_units += 1


@inlined
def new_vehicle(s, ident, step, capacity, now):
    """A vehicle: a unit with a record of what is aboard."""
    a = new_unit(s, ident, step, 0, now)
    car = s.clock[0].free_car
    s.clock[0].free_car = s.car[car].next
    s.clock[0].free_cars -= 1
    s.clock[0].short = 1
    s.clock[0].vehicles += 1
    s.unit[a].car = car
    s.car[car].unit = a
    s.car[car].capacity = capacity
    s.car[car].free = capacity
    s.car[car].aboard = 0
    s.car[car].timer = f.NONE
    s.car[car].group = f.NONE
    s.car[car].tolled = 0
    s.unit[a].later = 0
    return a


@inlined
def free_vehicle(s, a):
    """A vehicle and its record go back into the store."""
    car = s.unit[a].car
    s.car[car].next = s.clock[0].free_car
    s.clock[0].free_car = car
    s.clock[0].free_cars += 1
    s.clock[0].vehicles -= 1
    free_unit(s, a)


@inlined
def join_queue(m, s, a, step, now):
    """A unit waits at a stop for the next vehicle with room; those that load, or are to be formed, hear of it."""
    q = m.op[step].where
    s.unit[a].next = f.NONE
    if s.queue[q].head == f.NONE:
        s.queue[q].head = a
    else:
        s.unit[s.queue[q].tail].next = a
    s.queue[q].tail = a
    tell_before(s, q, a)
    weight = m.op[step].weight
    s.queue[q].count += 1
    s.queue[q].units += weight
    s.queue[q].most = max(s.queue[q].most, s.queue[q].units)
    s.queue[q].bulk += m.op[step].n
    s.queue[q].area -= weight * (now - s.clock[0].tick)
    note(s, a, step, f.LOG_WAITS, f.NONE)
    if s.queue[q].loader_head != f.NONE:
        load_loaders(m, s, q, now)
    elif s.queue[q].call != f.NONE:
        call(s, q, now)


@inlined
def tell_before(s, q, a):
    """Leave word with the third one before it: whoever comes to that one, in the queue or aboard, will soon be here."""
    if s.queue[q].count >= 3:
        s.unit[natural(s.queue[q].before_that)].later = a
    s.queue[q].before_that = s.queue[q].before_it
    s.queue[q].before_it = s.queue[q].recent
    s.queue[q].recent = a


@inlined
def call(s, q, now):
    """Form a vehicle when a full load waits; else see to it that one is formed when the first has waited longest."""
    if s.queue[q].bulk - s.queue[q].pending > s.queue[q].capacity - s.queue[q].smallest:
        form(s, q, now)
    elif s.queue[q].timer == 0 and s.queue[q].pending == 0 and s.queue[q].longest < LAST_INSTANT:
        s.queue[q].timer = 1
        first = s.unit[s.queue[q].head].since
        schedule(s, -1 - (f.ON_CALL + 8 * q), max(first + s.queue[q].longest, now), RUNS_OUT)


@inlined
def form(s, q, now):
    """A vehicle begins at this stop, for the load that waits."""
    s.queue[q].number += 1
    s.queue[q].called += 1
    s.queue[q].pending += s.queue[q].capacity
    ident = (s.queue[q].id << 32) | s.queue[q].number
    vehicle = new_vehicle(s, ident, s.queue[q].call, s.queue[q].capacity, now)
    s.car[s.unit[vehicle].car].timer = f.CALLED
    make_ready(s, vehicle)


@inlined
def load_loaders(m, s, q, now):
    """The vehicle that stands first takes what fits; a full one goes and the next one loads. For who is left when none
    stands there any more, another may have to be formed."""
    while s.queue[q].loader_head != f.NONE:
        vehicle = s.queue[q].loader_head
        if not load(m, s, vehicle, q, now):
            return
        s.queue[q].loader_head = s.unit[vehicle].next
        go(m, s, vehicle, now)
    if s.queue[q].call != f.NONE and s.queue[q].count > 0:
        call(s, q, now)


@inlined
def load(m, s, vehicle, q, now):
    """Load first come, first served, until the next does not fit; whether the vehicle is full."""
    car = s.unit[vehicle].car
    while s.queue[q].count > 0:
        a = natural(s.queue[q].head)
        fetch(s.unit, s.unit[a].later)
        step = natural(s.unit[a].at)
        size = m.op[step].n
        if size > s.car[car].free:
            return True
        s.queue[q].head = s.unit[a].next
        s.queue[q].count -= 1
        s.queue[q].bulk -= size
        weight = m.op[step].weight
        s.queue[q].units -= weight
        s.queue[q].area += weight * (now - s.clock[0].tick)
        s.queue[q].boarded += weight
        s.queue[q].size_boarded += size
        waited = float(now - s.unit[a].since)
        s.queue[q].wait_ms += waited * weight
        s.queue[q].wait_ms2 += waited * waited * weight
        charge(m, s, a, m.op[step].wait, s.unit[a].since, now)
        s.unit[a].since = now
        s.unit[a].mode = f.ABOARD
        s.unit[a].next = f.NONE
        if m.op[step].group != s.car[car].group:
            meet(s, car, m.op[step].group)
        s.car[car].free -= size
        s.car[car].aboard += weight
        alight = m.op[step].alight
        if s.call[car, alight, f.FIRST] == f.NONE:
            s.call[car, alight, f.FIRST] = a
        else:
            s.unit[s.call[car, alight, f.LAST]].next = a
        s.call[car, alight, f.LAST] = a
        if m.op[step].frees > 0:
            give_back(s, m.op[step].frees - 1, 1, now)
        note(s, a, step, f.LOG_BOARDS, car)
    return s.car[car].free < s.queue[q].smallest


@inlined
def meet(s, car, group):
    """A unit of another group than those aboard comes aboard: from then on a vehicle's time is kept as a toll."""
    if s.car[car].aboard == 0:
        s.car[car].group = group
        s.car[car].tolled = 0
    elif s.car[car].tolled == 0:
        s.car[car].tolled = 1
        for cause in range(f.N_CAUSES):
            s.toll[car, cause] = 0
        for stop in range(s.ride.shape[1]):
            for cause in range(f.N_CAUSES):
                s.ride[car, stop, cause] = 0


@inlined
def go(m, s, vehicle, now):
    """Loading is over: those aboard share the vehicle's time from here, and it goes on."""
    step = s.unit[vehicle].at
    car = s.unit[vehicle].car
    q = m.op[step].where
    charge(m, s, vehicle, m.op[step].work, s.unit[vehicle].since, now)
    s.unit[vehicle].since = now
    s.unit[vehicle].weight = s.car[car].aboard
    if s.car[car].aboard > MOST_ABOARD:
        s.clock[0].status = f.OUT_OF_RANGE
        s.clock[0].short = 1
    stop = natural(m.op[step].stop)
    s.call[car, stop, f.LOADED] = now
    if s.car[car].tolled == 0:
        s.unit[vehicle].later = max(s.car[car].group, 0)
    else:
        s.unit[vehicle].later = f.NONE
        for cause in range(f.N_CAUSES):
            s.ride[car, stop, cause] = s.toll[car, cause]
    s.queue[q].loaded += 1
    if s.queue[q].count > 0:
        s.queue[q].left_behind += s.queue[q].units
    if s.car[car].timer != f.NONE:
        cancel(s, s.car[car].timer)
        s.car[car].timer = f.NONE
    note(s, vehicle, step, f.LOG_LOADED, car)
    s.unit[vehicle].at = step + 1
    make_ready(s, vehicle)


@inlined
def unload(m, s, vehicle, step, now):
    """All that alight here go on by themselves; what the vehicle spent since each was loaded is theirs.

    Those of one group who boarded at one stop mostly follow each other, and are told of it together.
    """
    car = natural(s.unit[vehicle].car)
    stop = natural(m.op[step].stop)
    a = s.call[car, stop, f.FIRST]
    s.call[car, stop, f.FIRST] = f.NONE
    tolled = s.car[car].tolled != 0
    group, came, together = 0, 0, 0
    while a != f.NONE:
        a = natural(a)
        after = s.unit[a].next
        fetch(s.unit, s.unit[a].later)
        boarding = natural(s.unit[a].at)
        at = natural(m.op[boarding].stop)
        charge(m, s, a, m.op[boarding].wait, s.unit[a].since, s.call[car, at, f.LOADED])
        if tolled:
            if m.op[boarding].group != group or at != came:
                charge_ride(s, car, came, group, together)
                group, came, together = natural(m.op[boarding].group), at, 0
            together += m.op[boarding].weight
        s.unit[a].since = now
        s.unit[a].at = boarding + 1
        s.unit[a].mode = 0
        s.car[car].free += m.op[boarding].n
        s.car[car].aboard -= m.op[boarding].weight
        note(s, a, boarding, f.LOG_ALIGHTS, car)
        make_ready(s, a)
        a = after
    if tolled:
        charge_ride(s, car, came, group, together)
    s.unit[vehicle].weight = s.car[car].aboard
