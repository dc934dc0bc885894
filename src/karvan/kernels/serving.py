"""Stations: servers, lines by priority, finite room with blocking, batches, and gates that shut them."""

from __future__ import annotations

from karvan.kernels import fields as f
from karvan.kernels.account import charge, charge_wait, mark_clocks, note, shut_clocks
from karvan.kernels.agenda import SERVED, make_ready, schedule, whole_ms
from karvan.kernels.chance import drawn_ms
from karvan.kernels.compiler import inlined
from karvan.kernels.word import fetch, natural


@inlined
def draw(m, s, a, step):
    """The time of a step for a unit or vehicle, whole ms."""
    row = m.op[step]
    return whole_ms(drawn_ms(m.time, m.shape, row.time, m.key[0], s.unit[a].id, row.purpose, s.unit[a].turn))


@inlined
def draw_ahead(m, s, a, step):
    """Draw the time of the step after this one already, so that no event has to wait for it."""
    code = m.op[step].code
    if code == f.SERVE or code == f.DELAY or code == f.PACE:
        s.unit[a].ahead = draw(m, s, a, step)


@inlined
def time_of(m, s, a, step):
    """The time of a step: as drawn ahead, or drawn now."""
    ahead = s.unit[a].ahead
    s.unit[a].ahead = f.NONE
    return draw(m, s, a, step) if ahead == f.NONE else ahead


@inlined
def give_back(s, station, n, now):
    """Take n servers of a station back, and have it looked at before the next event if anyone waits there."""
    s.station[station].free += n
    s.station[station].area_busy += n * (now - s.clock[0].tick)
    if s.station[station].waiting + s.station[station].blocked > 0:
        look_at(s, station)


@inlined
def look_at(s, station):
    """Have a station looked at before the next event."""
    if s.station[station].todo == 0:
        s.station[station].todo = 1
        at = natural(s.clock[0].todo)
        s.todo[at] = station
        s.clock[0].todo = at + 1


@inlined
def let_go(s, a, now):
    """One that was let in further on, or goes on without asking, gives back the server that it kept."""
    held = s.unit[a].held
    if held != 0:
        s.unit[a].held = 0
        give_back(s, natural(held - 1), 1, now)


@inlined
def take(s, station, n, now):
    """Take n servers of a station."""
    s.station[station].free -= n
    s.station[station].area_busy -= n * (now - s.clock[0].tick)
    s.station[station].started += 1


@inlined
def begin(m, s, a, step, station, now):
    """Start the service of a unit, or of the batch that it leads."""
    take(s, station, 1, now)
    s.unit[a].held = station + 1
    schedule(s, a, now + time_of(m, s, a, step), SERVED)
    draw_ahead(m, s, a, step + 1)
    note(s, a, step, f.LOG_STARTS, f.NONE)


@inlined
def join(m, s, a, step, station, now):
    """Wait in the line of its class."""
    line = natural(s.station[station].line + m.op[step].priority)
    s.unit[a].next = f.NONE
    if s.line[line].first == f.NONE:
        s.line[line].first = a
    else:
        s.unit[natural(s.line[line].last)].next = a
    s.line[line].last = a
    waiting = s.station[station].waiting + 1
    s.station[station].waiting = waiting
    s.station[station].most = max(s.station[station].most, waiting)
    s.station[station].area_queue -= now - s.clock[0].tick
    if s.station[station].gated != 0:
        mark_clocks(s, a, station, now)
    if s.unit[a].ahead == f.NONE:
        draw_ahead(m, s, a, step)
    note(s, a, step, f.LOG_WAITS, f.NONE)


@inlined
def be_blocked(s, a, step, station):
    """Wait for room in front of a station, keeping the server before it."""
    s.unit[a].next = f.NONE
    if s.station[station].blocked == 0:
        s.station[station].blocked_head = a
    else:
        s.unit[s.station[station].blocked_tail].next = a
    s.station[station].blocked_tail = a
    s.station[station].blocked += 1
    s.unit[a].mode = f.BLOCKED
    note(s, a, step, f.LOG_BLOCKED, f.NONE)


@inlined
def unblock(m, s, station, now):
    """The first that is blocked is let in: what it kept is given back."""
    a = s.station[station].blocked_head
    s.station[station].blocked_head = s.unit[a].next
    s.station[station].blocked -= 1
    s.unit[a].mode = 0
    charge(m, s, a, m.op[s.unit[a].at].block, s.unit[a].since, now)
    s.unit[a].since = now
    let_go(s, a, now)
    return a


@inlined
def first_line(s, station):
    """The first line that has anyone in it: the first class goes first."""
    line = natural(s.station[station].line)
    while s.line[line].first == f.NONE:
        line += 1
    return line


@inlined
def fetch_unit(s, a):
    """Begin to bring near what is known of the unit that will be next: in a long line it may lie far away in memory."""
    fetch(s.unit, a)


@inlined
def leave_line(m, s, line, station, now):
    """The first of a line goes to a server; its wait is over."""
    a = natural(s.line[line].first)
    after = s.unit[a].next
    s.line[line].first = after
    fetch_unit(s, after)
    s.unit[a].next = f.NONE
    s.station[station].waiting -= 1
    s.station[station].area_queue += now - s.clock[0].tick
    waited = float(now - s.unit[a].since)
    s.station[station].waited += 1
    s.station[station].wait_ms += waited
    s.station[station].wait_ms2 += waited * waited
    charge_wait(m, s, a, m.op[natural(s.unit[a].at)].wait, station, now)
    return a


@inlined
def gather(m, s, leader, line, station, now):
    """Others of the leader's line, and then of those after it, join a batch: chained to it, they keep no server."""
    last, end = leader, s.station[station].line + s.station[station].classes
    s.unit[leader].next = f.NONE
    for _ in range(s.station[station].batch - 1):
        while line < end and s.line[line].first == f.NONE:
            line += 1
        if line == end:
            break
        a = leave_line(m, s, line, station, now)
        s.unit[a].next = f.NONE
        s.unit[a].mode = f.IN_BATCH
        note(s, a, s.unit[a].at, f.LOG_STARTS, f.NONE)
        s.unit[a].ahead = f.NONE  # the batch takes its leader's time
        s.station[station].started += 1
        s.unit[last].next = a
        last = a


@inlined
def serve(m, s, station, now):
    """Give the free servers of a station to those that wait, and its room to those that are blocked.

    Stops early, with the station still to be looked at, when the agenda runs out of slots.
    """
    while s.clock[0].free_slots > 1:
        if s.station[station].plain != 0:
            if s.station[station].waiting == 0 or s.station[station].free <= 0:
                return True
            a = leave_line(m, s, natural(s.station[station].line), station, now)
            begin(m, s, a, natural(s.unit[a].at), station, now)
            continue
        if s.station[station].blocked > 0 and s.station[station].waiting < s.station[station].room:
            a = unblock(m, s, station, now)
            join(m, s, a, s.unit[a].at, station, now)
            continue
        if s.station[station].free <= 0:
            return True
        if s.station[station].waiting > 0:
            if s.station[station].waiting < s.station[station].least:
                return True
            line = first_line(s, station)
            n = m.op[natural(s.unit[natural(s.line[line].first)].at)].n
            if s.station[station].free < n:
                return True
            a = leave_line(m, s, line, station, now)
            if s.station[station].batch > 1:
                gather(m, s, a, line, station, now)
        elif s.station[station].blocked > 0:
            n = m.op[s.unit[s.station[station].blocked_head].at].n
            if s.station[station].free < n:
                return True
            a = unblock(m, s, station, now)
            s.unit[a].next = f.NONE
        else:
            return True
        step = natural(s.unit[a].at)
        if m.op[step].code == f.SERVE:
            begin(m, s, a, step, station, now)
        else:
            take(s, station, n, now)
            note(s, a, step, f.LOG_STARTS, f.NONE)
            s.unit[a].at = step + 1
            make_ready(s, a)
    return False


@inlined
def shut(s, station, hours, now, sign):
    """A gate shuts a station (sign 1) or opens it again (-1): no service starts while any gate is shut."""
    weather_ms, hours_ms = shut_clocks(s, station, now)
    s.station[station].clock_weather = weather_ms
    s.station[station].clock_hours = hours_ms
    s.station[station].clock_at = now
    if hours:
        s.station[station].shut_hours += sign
    else:
        s.station[station].shut_weather += sign
    s.station[station].free -= sign * f.SHUT
    if sign < 0:
        look_at(s, station)
