"""The event loop: one compiled loop over tables runs any model.

Units and vehicles go through programs, step by step, until they must wait or time must pass. Between two events all
that can go on at this instant goes on: first stations with a server to give, then units that are ready, in the order in
which they became so.
"""

from __future__ import annotations

import math

from karvan.kernels import fields as f
from karvan.kernels.account import charge, note, note_at, tally
from karvan.kernels.agenda import (
    ARRIVES,
    CREATED,
    ENDS,
    LAST_INSTANT,
    NEVER,
    OPENS,
    RANK_BITS,
    RUNS_OUT,
    SAMPLED,
    SHUTS,
    SLOT_BITS,
    SLOT_MASK,
    cancel,
    make_ready,
    schedule,
    whole_ms,
)
from karvan.kernels.boarding import (
    call,
    form,
    free_unit,
    free_vehicle,
    go,
    join_queue,
    load,
    load_loaders,
    new_unit,
    new_vehicle,
    unload,
)
from karvan.kernels.chance import drawn_ms, minus_log, uniform
from karvan.kernels.compiler import inlined, loop
from karvan.kernels.serving import (
    be_blocked,
    begin,
    draw_ahead,
    give_back,
    join,
    let_go,
    look_at,
    serve,
    shut,
    take,
    time_of,
)
from karvan.kernels.word import fetch, natural

GAP = 0x6A70
"""What the draws of a source are for."""
MOST_TURNS = 1 << 22
"""Rounds of a vehicle that draws can be told apart by."""
ROUND_COUNTS = 10
"""Events at one instant that a round counts as, so that going round in no time is told before it is too many rounds."""
CROWD = 1 << 14
"""Units from which on they do not all lie near in memory."""
ENDLESS_AFTER = 20_000_000
"""Events at one instant after which a run is taken to go round for ever."""


@inlined
def next_creation(m, s, r):
    """When the next creation of a source is due, ms; infinite when there is none to come."""
    kind = s.source[r].kind
    number = s.source[r].planned
    if number * s.source[r].lot >= s.source[r].limit:
        return math.inf
    s.source[r].planned = number + 1
    who = (s.source[r].id << 32) | number
    if kind == f.LISTED:
        at = s.source[r].at
        s.source[r].at = at + 1
        return float(m.flip[at]) if at < s.source[r].last else math.inf
    if kind == f.RENEWAL:
        d = s.source[r].time
        return s.source[r].when + drawn_ms(m.time, m.shape, d, m.key[0], who, GAP, 0)
    left = minus_log(1.0 - uniform(m.key[0], who, GAP, 0, 0))
    when = s.source[r].when
    at = s.source[r].at
    while at < s.source[r].last and left > m.rate[at] * (m.rate_until[at] - when):
        left -= m.rate[at] * (m.rate_until[at] - when)
        when = m.rate_until[at]
        at += 1
    s.source[r].at = at
    return when + left / m.rate[at] if m.rate[at] > 0.0 else math.inf


@inlined
def plan_creation(m, s, r):
    """Put the next creation of a source on the agenda, and work out when the one after it is due.

    Ahead of need, so that no event has to wait for a draw.
    """
    when = s.source[r].then
    if when < math.inf:
        schedule(s, -1 - (f.FROM_SOURCE + 8 * r), whole_ms(when), CREATED)
        s.source[r].when = when
        s.source[r].then = next_creation(m, s, r)


@inlined
def create(m, s, r, now):
    """Create a lot of units or vehicles, or what is left up to the limit; the first of them, the others made ready."""
    first = f.NONE
    step = s.source[r].step
    capacity = s.source[r].capacity
    for _ in range(min(s.source[r].lot, s.source[r].limit - s.source[r].count)):
        number = s.source[r].count
        s.source[r].count = number + 1
        ident = (s.source[r].id << 32) | number
        if capacity > 0:
            a = new_vehicle(s, ident, step, capacity, now)
        else:
            a = new_unit(s, ident, step, m.op[step].weight, now)
            s.clock[0].created += m.op[step].weight
            s.group[natural(s.source[r].group)].created += m.op[step].weight
        note(s, a, step, f.LOG_CREATED, f.NONE)
        if first == f.NONE:
            first = a
        else:
            make_ready(s, a)
    return first


@inlined
def flip(m, s, g, now):
    """A gate shuts or opens; stations and waiting units hear of it."""
    opening = s.gate[g].shut != 0
    s.gate[g].shut = 0 if opening else 1
    first = s.gate[g].station
    for at in range(first, first + s.gate[g].stations):
        shut(s, m.gate_station[at], s.gate[g].hours != 0, now, -1 if opening else 1)
    if opening:
        a = s.gate[g].head
        s.gate[g].head = f.NONE
        while a != f.NONE:
            after = s.unit[a].next
            charge(m, s, a, m.op[s.unit[a].at].wait, s.unit[a].since, now)
            s.unit[a].since = now
            make_ready(s, a)
            a = after


@inlined
def plan_flip(m, s, g):
    """Put on the agenda when a gate shuts or opens next."""
    at = s.gate[g].next
    if at < s.gate[g].last:
        s.gate[g].next = at + 1
        schedule(s, -1 - (f.AT_GATE + 8 * g), m.flip[at], OPENS if s.gate[g].shut != 0 else SHUTS)


@loop
def sample(s, now):
    """Mean queue and use of every station and queue since the last sample, and the pulse of the whole."""
    row, tick = s.clock[0].sample, s.clock[0].tick
    span = float(now - tick)
    stations = s.station.shape[0]
    if row < s.series.shape[0] and span > 0:
        for i in range(stations):
            waiting = s.station[i].waiting
            shut_by = s.station[i].shut_weather + s.station[i].shut_hours
            busy = s.station[i].servers - s.station[i].free - shut_by * f.SHUT
            s.series[row, i, 0] = (s.station[i].area_queue + waiting * (now - tick)) / span
            s.series[row, i, 1] = (s.station[i].area_busy + busy * (now - tick)) / span
        for i in range(s.queue.shape[0]):
            s.series[row, stations + i, 0] = (s.queue[i].area + s.queue[i].units * (now - tick)) / span
        s.pulse[row, 0] = s.clock[0].created - s.clock[0].delivered - s.clock[0].turned_away
        s.pulse[row, 1] = s.clock[0].delivered
        s.clock[0].sample = row + 1
    for i in range(stations):
        s.station[i].area_queue = 0
        s.station[i].area_busy = 0
    for i in range(s.queue.shape[0]):
        s.queue[i].area = 0
    s.clock[0].tick = now


@inlined
def by_the_clock(m, s, who, now):
    """What happens to no unit: creations, gates, last calls, samples; the unit that goes on, or NONE."""
    kind, ix = (-1 - who) & 7, natural((-1 - who) >> 3)
    if kind == f.FROM_SOURCE:
        plan_creation(m, s, ix)
        return create(m, s, ix, now)
    if kind == f.AT_GATE:
        flip(m, s, ix, now)
        plan_flip(m, s, ix)
    elif kind == f.ON_CALL:
        s.queue[ix].timer = 0
        if s.queue[ix].count > 0 and s.queue[ix].pending == 0:
            if s.unit[s.queue[ix].head].since + s.queue[ix].longest <= now:
                form(s, ix, now)
            else:
                call(s, ix, now)
    elif kind == f.LAST_CALL:
        s.car[s.unit[ix].car].timer = f.NONE
        leave_loaders(m, s, ix)
        go(m, s, ix, now)
    elif kind == f.SAMPLE:
        sample(s, now)
        schedule(s, who, now + s.clock[0].step, SAMPLED)
    elif kind == f.RESET:
        sample(s, now)
        s.clock[0].status = f.WARMED_UP
        s.clock[0].short = 1
    return f.NONE


@inlined
def leave_loaders(m, s, vehicle):
    """Take a vehicle out of those that stand and load at its stop."""
    q = m.op[s.unit[vehicle].at].where
    before, at = f.NONE, s.queue[q].loader_head
    while at != vehicle:
        before, at = at, s.unit[at].next
    after = s.unit[vehicle].next
    if before == f.NONE:
        s.queue[q].loader_head = after
    else:
        s.unit[before].next = after
    if s.queue[q].loader_tail == vehicle:
        s.queue[q].loader_tail = before


@inlined
def stand_and_load(m, s, a, step, q, now):
    """A vehicle stands at a stop until it is full or its longest wait is over."""
    s.unit[a].next = f.NONE
    if s.queue[q].loader_head == f.NONE:
        s.queue[q].loader_head = a
    else:
        s.unit[s.queue[q].loader_tail].next = a
    s.queue[q].loader_tail = a
    s.call[s.unit[a].car, m.op[step].stop, f.LOADED] = f.NONE
    if m.op[step].longest < LAST_INSTANT:
        s.car[s.unit[a].car].timer = schedule(s, -1 - (f.LAST_CALL + 8 * a), now + m.op[step].longest, RUNS_OUT)
    load_loaders(m, s, q, now)


@inlined
def wait_listed(m, s, a, step, now):
    """Wait for the next of the listed instants; past the last of them, for ever."""
    low, high = m.op[step].where, m.op[step].alight
    while low < high:
        middle = (low + high) >> 1
        if m.flip[middle] < now:
            low = middle + 1
        else:
            high = middle
    if low < m.op[step].alight:
        schedule(s, a, m.flip[low], RUNS_OUT)


@inlined
def foretell(s, a, step, since, until):
    """Log, if there is a log, a delay or path that is known to begin and end at these instants."""
    if s.clock[0].logging != 0:
        write_ahead(s, a, step, since, until)


@loop
def write_ahead(s, a, step, since, until):
    """Rows of a delay or path, and of its end if it is a vehicle's."""
    at = s.clock[0].log
    note(s, a, step, f.LOG_GOES, f.NONE)
    s.log[at, 0] = since
    if s.unit[a].car != f.NONE:
        note(s, a, step, f.LOG_ARRIVES, f.NONE)
        s.log[at + 1, 0] = until


@inlined
def pass_time(m, s, a, step, now):
    """Let a delay pass, and those that follow it at once: each on its account, all as one event."""
    until = now
    while m.op[step].rule == f.GOES_ON:
        later = until + time_of(m, s, a, step)
        charge(m, s, a, m.op[step].work, until, later)
        foretell(s, a, step, until, later)
        until = later
        step += 1
        s.unit[a].at = step
    s.unit[a].since = until
    ends = until + time_of(m, s, a, step)
    foretell(s, a, step, until, ends)
    if m.op[step + 1].code == f.LEAVE and s.unit[a].car == f.NONE and ends <= s.clock[0].horizon:
        leave_ahead(m, s, a, step, now, ends)
        return
    schedule(s, a, ends, ARRIVES)
    draw_ahead(m, s, a, step + 1)


@inlined
def leave_ahead(m, s, a, step, now, ends):
    """Nothing but a delay is left for a unit, and it will be over before the horizon: it is put down at once.

    One event less; the samples between now and then count it as in the system all the same.
    """
    charge(m, s, a, m.op[step].work, s.unit[a].since, ends)
    passed = now - s.clock[0].counted_from
    if passed >= 0:
        span = s.clock[0].step
        weight = s.unit[a].weight
        s.early[max((passed - 1) // span, 0)] += weight
        s.early[(ends - s.clock[0].counted_from - 1) // span] -= weight
    leave(m, s, a, step + 1, ends)


@inlined
def leave(m, s, a, step, now):
    """The end of a program: a unit is delivered or was turned away, a vehicle goes out of service. False: a fault."""
    if s.unit[a].car != f.NONE:
        empty = s.car[s.unit[a].car].aboard == 0
        note(s, a, step, f.LOG_ARRIVES, f.NONE)
        free_vehicle(s, a)
        return empty
    group = natural(m.op[step].where)
    weight = m.op[step].weight
    within = now - max(s.unit[a].born, s.clock[0].counted_from)
    if within > 0:
        s.group[group].within += within * weight
    if m.op[step].n == 0:
        s.clock[0].delivered += weight
        tally(s, a, group, weight, now)
    else:
        s.clock[0].turned_away += weight
        s.group[group].turned_away += weight
    note_at(s, a, step, f.LOG_LEAVES, f.NONE, now)
    free_unit(s, a)
    return True


@inlined
def walk(m, s, a, now):
    """Take a unit or vehicle through its program until it waits, until time must pass, or until it leaves."""
    while True:
        step = natural(s.unit[a].at)
        code = m.op[step].code
        where = natural(m.op[step].where)
        if code == f.SERVE or code == f.SEIZE:
            n = m.op[step].n
            idle = s.station[where].waiting + s.station[where].blocked == 0
            if idle and s.station[where].free >= n and s.station[where].least <= 1:
                let_go(s, a, now)
                if code == f.SERVE:
                    begin(m, s, a, step, where, now)
                    return True
                take(s, where, n, now)
                note(s, a, step, f.LOG_STARTS, f.NONE)
            elif s.station[where].waiting < s.station[where].room:
                let_go(s, a, now)
                join(m, s, a, step, where, now)
                if s.station[where].least > 1 or s.station[where].free > 0:
                    look_at(s, where)
                return True
            elif m.op[step].otherwise >= 0:
                s.station[where].turned_away += 1
                s.unit[a].at = m.op[step].otherwise
                continue
            elif s.unit[a].held == where + 1:
                let_go(s, a, now)  # who comes back to the same station does not block itself
                be_blocked(s, a, step, where)
                look_at(s, where)
                return True
            else:
                be_blocked(s, a, step, where)
                return True
        elif code == f.DELAY:
            let_go(s, a, now)
            pass_time(m, s, a, step, now)
            return True
        elif code == f.BOARD:
            let_go(s, a, now)
            join_queue(m, s, a, step, now)
            return True
        elif code == f.LEAVE:
            let_go(s, a, now)
            return leave(m, s, a, step, now)
        elif code == f.PACE:
            let_go(s, a, now)
            goes = max(now, s.section[where].next)
            s.section[where].next = goes + m.interval[where]
            charge(m, s, a, m.op[step].wait, now, goes)
            s.unit[a].since = goes
            ends = goes + time_of(m, s, a, step)
            if goes > now:
                note(s, a, step, f.LOG_WAITS, f.NONE)
            foretell(s, a, step, goes, ends)
            schedule(s, a, ends, ARRIVES)
            draw_ahead(m, s, a, step + 1)
            return True
        elif code == f.PASS:
            let_go(s, a, now)
            if s.gate[where].shut != 0:
                s.unit[a].next = f.NONE
                if s.gate[where].head == f.NONE:
                    s.gate[where].head = a
                else:
                    s.unit[s.gate[where].tail].next = a
                s.gate[where].tail = a
                note(s, a, step, f.LOG_WAITS, f.NONE)
                return True
            s.gate[where].passed += 1
        elif code == f.RELEASE:
            let_go(s, a, now)
            give_back(s, where, m.op[step].n, now)
        elif code == f.UNLOAD:
            let_go(s, a, now)
            unload(m, s, a, step, now)
        elif code == f.LOAD:
            let_go(s, a, now)
            if s.car[s.unit[a].car].timer == f.CALLED:
                s.car[s.unit[a].car].timer = f.NONE
                s.queue[where].pending -= s.queue[where].capacity
            note(s, a, step, f.LOG_WAITS, s.unit[a].car)
            if m.op[step].rule == f.FILL:
                stand_and_load(m, s, a, step, where, now)
                return True
            load(m, s, a, where, now)
            go(m, s, a, now)
            if s.queue[where].call != f.NONE and s.queue[where].count > 0:
                call(s, where, now)
            return True
        elif code == f.REPEAT:
            let_go(s, a, now)
            s.unit[a].turn += 1
            if s.unit[a].turn == MOST_TURNS:
                s.clock[0].status = f.OUT_OF_RANGE
                s.clock[0].short = 1
            s.unit[a].at = where
            if s.clock[0].instant > ENDLESS_AFTER:
                s.clock[0].short = 1
                make_ready(s, a)
                return True
            s.clock[0].instant += ROUND_COUNTS
            continue
        elif code == f.WHEN_EMPTY:
            let_go(s, a, now)
            if s.car[natural(s.unit[a].car)].aboard == 0:
                s.unit[a].at = where
                continue
        else:
            let_go(s, a, now)
            wait_listed(m, s, a, step, now)
            note(s, a, step, f.LOG_WAITS, f.NONE)
            return True
        s.unit[a].at = step + 1


@inlined
def finish(m, s, a, now):
    """The time of a step has passed: it is accounted for, and the unit stands before its next step."""
    step = natural(s.unit[a].at)
    charge(m, s, a, m.op[step].work, s.unit[a].since, now)
    s.unit[a].since = now
    s.unit[a].at = step + 1
    if m.op[step].code == f.SERVE:
        if s.station[natural(m.op[step].where)].batch > 1:
            finish_others(m, s, a, now)
    elif m.op[step].code == f.PACE:
        s.section[natural(m.op[step].where)].trains += 1


@loop
def finish_others(m, s, leader, now):
    """The others of a batch have been served with its leader."""
    a = s.unit[leader].next
    s.unit[leader].next = f.NONE
    while a != f.NONE:
        after = s.unit[a].next
        charge(m, s, a, m.op[s.unit[a].at].work, s.unit[a].since, now)
        s.unit[a].since = now
        s.unit[a].at += 1
        s.unit[a].mode = 0
        make_ready(s, a)
        a = after


@inlined
def short_of(s):
    """Why the loop must be left before anything else can happen; ENDED, which is no such reason, if it need not."""
    margin = s.clock[0].margin
    if s.clock[0].free_units < margin:
        return f.MORE_UNITS
    if s.clock[0].free_cars < margin:
        return f.MORE_CARS
    if s.clock[0].free_slots < margin:
        return f.MORE_SLOTS
    if s.clock[0].status != f.PAUSED:
        return s.clock[0].status
    if s.clock[0].instant > ENDLESS_AFTER:
        return f.ENDLESS
    if s.clock[0].log + s.clock[0].logging > s.log.shape[0]:
        return f.LOG_FULL
    s.clock[0].short = 0
    return f.ENDED


@inlined
def serve_next(m, s, now):
    """Look at one of the stations with a server to give; False if the agenda ran out of slots meanwhile."""
    at = natural(s.clock[0].todo - 1)
    station = natural(s.todo[at])
    s.clock[0].todo = at
    s.station[station].todo = 0
    if serve(m, s, station, now):
        return True
    look_at(s, station)
    return False


@inlined
def close_hole(s):
    """The slot of the event just handled is free, unless what followed it has taken it."""
    hole = s.clock[0].hole
    if hole != f.NONE:
        s.clock[0].hole = f.NONE
        cancel(s, hole)


@loop
def advance(m, s, budget):
    """Run until the end, for `budget` events, or until something is short; the status. It can be called again."""
    now = s.clock[0].now
    events = s.clock[0].events
    last = events + budget
    crowded = s.unit.shape[0] > CROWD
    while True:
        if s.clock[0].todo > 0:
            if serve_next(m, s, now):
                continue
            status = f.MORE_SLOTS
            break
        if s.clock[0].short != 0:
            status = short_of(s)
            if status != f.ENDED:
                break
        a = s.clock[0].ready
        if a != f.NONE:
            a = natural(a)
            s.clock[0].ready = s.unit[a].next
            s.unit[a].next = f.NONE
        else:
            close_hole(s)
            status = f.PAUSED
            if events >= last:
                break
            key = s.tree[2]
            a = s.tree[3]
            status = f.IDLE
            if key == NEVER:
                break
            instant = key >> RANK_BITS
            if instant != now:
                s.clock[0].instant = 0
            else:
                s.clock[0].instant += 1
                if s.clock[0].instant > ENDLESS_AFTER:
                    s.clock[0].short = 1
            now = instant
            s.clock[0].now = now
            s.clock[0].hole = a & SLOT_MASK
            a >>= SLOT_BITS
            if crowded:  # one of these four is most likely the next
                fetch(s.unit, s.tree[9] >> SLOT_BITS)
                fetch(s.unit, s.tree[11] >> SLOT_BITS)
                fetch(s.unit, s.tree[13] >> SLOT_BITS)
                fetch(s.unit, s.tree[15] >> SLOT_BITS)
            events += 1
            if a >= 0:
                a = natural(a)
                finish(m, s, a, now)
            else:
                status = f.ENDED
                if a == -1 - f.END:
                    break
                a = by_the_clock(m, s, a, now)
                if a == f.NONE:
                    continue
        status = f.BROKEN
        if not walk(m, s, natural(a), now):
            break
    s.clock[0].events = events
    return status


@loop
def start(m, s, fleets):
    """Put on the agenda what goes by the clock, and the fleets at the beginning of their programs.

    fleets (n, 4): first step, number of vehicles, capacity, id.
    """
    for r in range(s.source.shape[0]):
        s.source[r].then = next_creation(m, s, r)
        while s.source[r].then < 0.0:  # a first gap may begin before the run
            s.source[r].when = s.source[r].then
            s.source[r].then = next_creation(m, s, r)
        plan_creation(m, s, r)
    for g in range(s.gate.shape[0]):
        if s.gate[g].next < s.gate[g].last and m.flip[s.gate[g].next] == 0:
            s.gate[g].next += 1
            flip(m, s, g, 0)  # shut from the start, before anything else happens
        plan_flip(m, s, g)
    for i in range(fleets.shape[0]):
        for number in range(fleets[i, 1]):
            make_ready(s, new_vehicle(s, (fleets[i, 3] << 32) | number, fleets[i, 0], fleets[i, 2], 0))
    first = s.clock[0].counted_from % s.clock[0].step  # so that one sample ends with the warm-up
    schedule(s, -1 - f.SAMPLE, first if first > 0 else s.clock[0].step, SAMPLED)
    if s.clock[0].counted_from > 0:
        schedule(s, -1 - f.RESET, s.clock[0].counted_from, ENDS)
    schedule(s, -1 - f.END, s.clock[0].until, ENDS)
