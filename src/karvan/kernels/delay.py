"""Mean waits before servers and for vehicles, in the long run and within a time: the loops of `karvan.flow.delays`.

Each row of `numbers` is one thing waited for (its columns are named below); a kernel takes them row by row. All is told
by `gap`, the share of the capacity that the load leaves free (1 less the load), so that nothing is lost where it comes
near 0. Where a wait is from is said in `karvan.flow.delays.delay`.
"""

from __future__ import annotations

import math

from karvan.kernels.compiler import inlined, loop

OK = 0
NO_FLOW = 1
"""A flow is negative, infinite or missing."""
NO_ANSWER = 2
"""The search for a load did not end: a fault of ours."""

FIELDS = (
    "capacity", "servers", "service_h", "service_cv2", "arrival_cv2", "lot", "taken", "open_share", "shut_share",
    "shut_rest_h", "night_share", "night_rest_h", "headway_h", "headway_cv2", "slots", "table", "pole_h",
)  # fmt: skip
(CAPACITY, SERVERS, SERVICE_H, SERVICE_CV2, ARRIVAL_CV2, LOT, TAKEN, OPEN_SHARE, SHUT_SHARE, SHUT_REST_H,
 NIGHT_SHARE, NIGHT_REST_H, HEADWAY_H, HEADWAY_CV2, SLOTS, TABLE, POLE_H) = range(len(FIELDS))  # fmt: skip
"""Units an hour; of a station its servers and what they do, lots that come and those taken together, the share of a day
in which it works, shares shut by chance and by the clock, and what is left of such a spell to who comes in it; of a
ferry its headway and slots; the table of its bulk queue; and what wait x gap tends to."""

NODES = 129
"""A table has the value and slope of its function of sqrt(gap) at so many steps from 0 to 1."""

MOST_STEPS = 200
LARGE = 1e200
NEAR = 1e-7
"""The gap at which wait x gap is taken for what it tends to."""
LEAST_CV2 = 0.01
"""Of arrivals and services together: nothing is regular beyond this, and the wait stays smooth through saturation."""
WEAK, STRONG = 7.214, 14.566
"""Fitted to the mean of reflected Brownian motion from 0 over a time: within 0.25% of it at any drift."""
STRETCHED = 8
"""Power of the load with which a wait comes to span closed hours."""
LEAST_LOAD = 1e-15
"""Below it nobody meets another."""
MANY = 0.65
"""How much less those wait who come evenly before several servers, fitted to simulations of one and four."""
STEP = 1e-5
"""Of a slope by differences, as a share of the gap."""


@inlined
def lag(wait, spread, horizon):
    """By how much the load that makes a mean wait in the long run is below the one that makes it within a time."""
    w2 = (wait / spread) ** 2
    return 2 * wait / horizon * (1 - 0.5 / (1 + WEAK * w2 + STRONG * w2 * w2))


@inlined
def lag_slope(wait, spread, horizon):
    """How fast the lag rises with the wait."""
    w2 = (wait / spread) ** 2
    q = 1 + WEAK * w2 + STRONG * w2 * w2
    return 2 / horizon * (1 - 0.5 / q + (WEAK * w2 + 2 * STRONG * w2 * w2) / (q * q))


@inlined
def lots_wait(gap, servers, lot, p):
    """M[X]/M/c, services of mean 1: mean wait; `lot` is E[X2]/E[X], and X one of the two whole numbers next to it.

    States 0 to c - 1 by the balance of moves up and down between n and n + 1, (n + 1) p(n + 1) = rate x the sum over
    i <= n of p(i) P(X > n - i); all above from the same balance summed, which needs no state above, and no difference
    of like numbers. p (servers,) is scratch.
    """
    c = servers
    low = int(lot)
    # with a share q of the lots of low + 1: (low2 + q (2 low + 1)) / (low + q) = lot
    q = low * (lot - low) / (2 * low + 1 - lot)
    mean = low + q
    each = (1 - gap) * c / mean  # lots in the time of a service
    p[0] = 1.0
    below = 1.0
    for n in range(c - 1):
        coming = 0.0
        for i in range(max(0, n - low + 1), n + 1):
            coming += p[i]
        if n >= low:
            coming += q * p[n - low]
        p[n + 1] = each * coming / (n + 1)
        below += p[n + 1]
        if p[n + 1] > LARGE:
            for i in range(n + 2):
                p[i] /= LARGE
            below /= LARGE
    beyond = 0.0
    waiting = 0.0
    for i in range(max(0, c - low - 1), c):
        free = c - 1 - i  # servers left when the first of a lot has come
        over = max(low - free, 0)
        beyond += p[i] * ((1 - q) * over + q * (low + 1 - free))
        over = max(low - free - 1, 0)
        waiting += p[i] * ((1 - q) * over * (over + 1) + q * (low - free) * (low - free + 1)) / 2
    all_busy = each * beyond / (c * gap)
    total = below + all_busy
    own = ((1 - q) * low * (low + 1) + q * (low + 1) * (low + 2)) / 2
    return (all_busy / total * own + waiting / total) / (mean * c * gap)


@inlined
def taken_wait(gap, servers, taken):
    """M/M/c where a server takes up to `taken` who wait: mean wait, services of mean 1.

    With all servers busy the number waiting is geometric, its ratio the root of Bailey's queue for exponential gaps
    (Gross and Harris 1998, section 3.2); below, the states are those of M/M/c.
    """
    c, b = servers, taken
    if gap >= 1.0:
        return 0.0
    low, high = 0.0, 1.0
    y = 1.0  # 1 less the root
    for _ in range(MOST_STEPS):
        y = 0.5 * (low + high)
        if b * y < 1e-3:
            idle = b * (b + 1) / 2 * y * (1 - (b - 1) / 3 * y * (1 - (b - 2) / 4 * y))
        else:
            idle = b + math.expm1(b * math.log1p(-y)) * (1 - y) / y
        if idle > gap * b:
            high = y
        else:
            low = y
        if high - low <= 2e-16 * high:
            break
    rate = (1 - gap) * c * b
    lost = 1.0
    for n in range(1, c + 1):
        lost = rate * lost / (n + rate * lost)
    return lost / (y + lost * (1 - y)) * (1 - y) / (y * rate)


@inlined
def even_share(gap, servers):
    """The wait with even services over that with exponential ones: Kimura (1991), after Cosmetatos (1975)."""
    c = servers
    if c == 1 or gap <= 0.0:
        return 0.5
    light = (c - 1) / (c + 1)
    heavy = gap * (c - 1) * (math.sqrt(4.0 + 5 * c) - 2) / (16.0 * c)
    load = 1 - gap
    if load * light > 700 * heavy:
        return 0.5 * (1 + heavy / load)
    return 0.5 * (1 + light) if load <= 1e-12 * heavy else 0.5 * (1 - heavy / load * math.expm1(-light * load / heavy))


@inlined
def own_lot(servers, n, cv2):
    """How much longer than with exponential services is the mean wait of a lot of n before idle servers, in services.

    With even ones they go by turns; between the two in proportion, and beyond as much shorter at most.
    """
    c = servers
    if n <= c:
        return 0.0
    turns = n // c
    even = (c * turns * (turns - 1) / 2 + turns * (n - turns * c)) / n
    chance = (n - c) * (n - c + 1) / (2.0 * c * n)
    return (1 - cv2) * (even - chance) if cv2 < 1 else chance * ((chance / even) ** min(cv2 - 1, 1.0) - 1)


@inlined
def tabled(table, gap):
    """The shape of a bulk queue, by cubic interpolation: see `karvan.flow.delays.bulk.shape_of`."""
    at = math.sqrt(gap) * (NODES - 1)
    n = min(int(at), NODES - 2)
    t = at - n
    s = 1 - t
    value = table[n, 0] * s * s * (1 + 2 * t) + table[n + 1, 0] * t * t * (1 + 2 * s)
    return value + s * t * (table[n, 1] * s - table[n + 1, 1] * t)


@inlined
def even_together(row, table, gap):
    """The wait, in services, where up to b are served together for as long each time.

    Until the next server is free, and as those left behind by vehicles with b slots that come as often. Servers that
    take all who wait come to begin one right after another, so that it is longer than were they free in turn.
    """
    c, b = int(row[SERVERS]), row[TAKEN]
    load = max(1 - gap, 0.0)
    rate = load * c * b
    lost = 1.0
    for n in range(1, c + 1):
        lost = rate * lost / (n + rate * lost)
    y = c / (rate + c)  # the root of the bulk queue with room for all, as in taken_wait
    spread = c / (c + 1)
    phases = spread + (min(c / 2, 1.0) - spread) * load * load * (1 - 1 / b) ** (2 * c)
    return lost / (y + lost * (1 - y)) * phases / c + tabled(table, gap) / (2 * b * c * gap)


@inlined
def behind(rest, load, start):
    """What those wait on average who come while it is shut or before the queue of it is gone, hours.

    As many servers begin at once when it opens, so that a queue of y hours of work is `start` sooner done, or less
    where it is short.
    """
    y = rest * load
    return rest - start * y / (y + start) if y > 0 else rest


@inlined
def station_wait(row, table, gap, p):
    """Mean wait before the servers of a station, hours, at a gap above 0."""
    c = int(row[SERVERS])
    cs2, ca2, lot, b = row[SERVICE_CV2], row[ARRIVAL_CV2], row[LOT], row[TAKEN]
    share = even_share(gap, c)
    load = max(1 - gap, 0.0)
    if b > 1:
        chance = taken_wait(gap, c, b)
        even = even_together(row, table, gap)
        wait = chance + (cs2 - 1) * (chance - even if cs2 < 1 else max(chance - even, 0.0))
    else:
        chance = lots_wait(gap, c, 1.0, p)
        wait = chance * (cs2 + (1 - cs2) * share)
    if ca2 < 1:
        varied = max(ca2 / b + cs2, LEAST_CV2)
        regular = 2 * (1 - ca2) ** 2 / (3 * varied) + MANY * (1 - ca2) * (math.sqrt(c) - 1)
        wait *= varied / (1 / b + cs2) * math.exp(-regular * gap / load) if load > 0 else 0.0
    elif ca2 > 1 and b > 1:
        wait *= (ca2 / b + cs2) / (1 / b + cs2)
    elif ca2 > 1:
        # half as a wait that is longer throughout, half as if they came in lots
        wait *= 1 + lot * (ca2 - 1) / (2 * (1 + cs2))
        before = lots_wait(gap, c, lot, p) if lot > 1 else chance
        wait += (lots_wait(gap, c, lot * ca2, p) - before) * (1 - gap**4) / 2
    if lot > 1:
        more = lots_wait(gap, c, lot, p) - chance
        if ca2 < 1:
            own = lots_wait(1.0, c, lot, p)
            more = own + (more - own) * ca2
        wait += more + own_lot(c, int(lot), cs2) * (1 - load * min(ca2, 1.0))
    opened = row[OPEN_SHARE]
    wait *= row[SERVICE_H] * (1 + (1 / opened - 1) * load**STRETCHED)
    start = row[SERVICE_H] * (1 + cs2) / 2 * (c - 1) / c
    wait += row[SHUT_SHARE] / gap * behind(row[SHUT_REST_H], load, start)
    return wait + row[NIGHT_SHARE] / (1 - opened * load) * behind(row[NIGHT_REST_H], opened * load, start)


@inlined
def ferry_wait(row, table, gap):
    """Mean wait for a vehicle with room, hours, at a gap above 0: until the next one, and for those left behind."""
    h, cv2, k = row[HEADWAY_H], row[HEADWAY_CV2], row[SLOTS]
    return h * (1 + cv2) / 2 + h * tabled(table, gap) * (1 + k * cv2) / (2 * k * gap)


@inlined
def long_run(row, tables, gap, p):
    """Mean wait in the long run, hours."""
    table = tables[int(row[TABLE])]
    return ferry_wait(row, table, gap) if row[HEADWAY_H] > 0 else station_wait(row, table, gap, p)


@loop
def waits(numbers, tables, gap, p, wait):
    """Fill wait (n_rows,), hours in the long run, at gaps (n_rows,). tables (n_tables, NODES, 2), p (most servers,)."""
    for i in range(len(gap)):
        wait[i] = long_run(numbers[i], tables, gap[i], p)
    return OK


@loop
def settled(numbers, tables, flow, horizon, p, wait, slope):
    """Fill wait (n_rows,), mean hours of those who come within a time, and its slope, hours per unit an hour.

    flow (n_rows,), units an hour; horizon in hours; tables (n_tables, NODES, 2); p (most servers,) is scratch.
    """
    for i in range(len(flow)):
        x = flow[i]
        if not (0.0 <= x < math.inf):
            return NO_FLOW
        row = numbers[i]
        load = x / row[CAPACITY]
        pole = row[POLE_H]
        idle = long_run(row, tables, 1.0, p)
        if pole <= 0.0:
            wait[i], slope[i] = idle, 0.0
            continue
        spread = math.sqrt(2 * pole * horizon)
        # the gap at which load = 1 - gap + lag: Ridders' method (1979) on its logarithm
        low = max(1 - load, 0.0)
        if low <= 0.0 or 1 - load < pole / spread:
            low = min(max(low, pole / (spread + max(load - 1, 0.0) * horizon)), 1.0)
            steps = 0
            while low > 1 - load and 1 - low + lag(long_run(row, tables, low, p) - idle, spread, horizon) < load:
                low = max(low / 4, 1 - load)
                steps += 1
                if steps > MOST_STEPS:
                    return NO_ANSWER
        a, b = math.log(low), 0.0
        fa = 1 - low - load + lag(long_run(row, tables, low, p) - idle, spread, horizon)
        fb = -load
        u = a if fa == 0.0 else b
        last = math.inf
        found = fa == 0.0 or load < LEAST_LOAD
        for _ in range(MOST_STEPS):
            if found:
                break
            m = 0.5 * (a + b)
            g = math.exp(m)
            fm = 1 - g - load + lag(long_run(row, tables, g, p) - idle, spread, horizon)
            u = m + (m - a) * fm / math.sqrt(fm * fm - fa * fb)
            g = math.exp(u)
            fu = 1 - g - load + lag(long_run(row, tables, g, p) - idle, spread, horizon)
            found = fu == 0.0 or abs(u - last) <= 1e-15 * max(abs(u), 1e-3)
            last = u
            if fm > 0.0:
                a, fa = m, fm
            else:
                b, fb = m, fm
            if fu > 0.0:
                if u > a:
                    a, fa = u, fu
            elif u < b:
                b, fb = u, fu
            found = found or b - a <= 1e-15 * max(abs(a), 1e-3)
        if not found:
            return NO_ANSWER
        g = math.exp(u)
        here = long_run(row, tables, g, p)
        step = STEP * g
        if g + step <= 1.0:
            rise = (long_run(row, tables, g - step, p) - long_run(row, tables, g + step, p)) / (2 * step)
        else:
            near, far = long_run(row, tables, g - step, p), long_run(row, tables, g - 2 * step, p)
            rise = (4 * near - 3 * here - far) / (2 * step)
        rise = max(rise, 0.0)  # where it is flat, what is left of two like numbers
        wait[i] = here
        slope[i] = rise / (1 + lag_slope(here - idle, spread, horizon) * rise) / row[CAPACITY]
    return OK
