"""Earliest arrival over a timetable, directed to its goal by landmarks.

Dijkstra (1959) over stops with arrivals that depend on time (Cooke and Halsey 1966). Trips of a route do not overtake,
so a stop is left by the first trip that can be caught, and a trip is ridden only until it meets one that was caught no
later. Labels are taken in the order of arrival plus the least time left, known from landmarks (Goldberg and Harrelson
2005): differences of shortest times in a graph in which each hop takes the least that any trip takes for it. That
least time never falls by more than a hop takes (it is consistent), so that a label taken is final.
"""

from __future__ import annotations

from karvan.kernels.compiler import inlined, loop

OK = 0
NONE = -1
NEVER = 2**30
"""Later than every instant of a timetable (34 years in seconds)."""

BOARD, ALIGHT = 1, 2
"""What a call allows, as bits."""
BEFORE, RUN, BOARDED, ALIGHTED, AFTER, AHEAD, COLUMNS = range(7)
"""Columns of labels: the label come from, the run and the numbers of its calls, neighbours in a bucket."""


@inlined
def least_left(from_mark, to_mark, stop, target):
    """Seconds that it takes at least from `stop` to `target`.

    from_mark, to_mark (n_stops, n_landmarks): least seconds from and to each landmark, see `network.landmarks`.
    """
    most = 0
    for mark in range(from_mark.shape[1]):
        most = max(most, from_mark[target, mark] - from_mark[stop, mark])
        most = max(most, to_mark[stop, mark] - to_mark[target, mark])
    return most


@loop
def time_left(from_mark, to_mark, target, left):
    """Fill left (n_stops,) with seconds that it takes at least from each stop to `target`; 0 if target is NONE."""
    left[:] = 0
    if target != NONE:
        for stop in range(left.shape[0]):
            left[stop] = least_left(from_mark, to_mark, stop, target)
    return OK


@inlined
def run_after(starts, rows, leave_after, first, end, call, lag, ready):
    """The first of the runs first .. first + end - 1 to leave its call at or after `ready`, counted from first; or end.

    lag: how long after its start each run leaves the call (s), NONE where that differs. Runs leave in their order.
    """
    if end == 0:
        return end
    low, n, last = first, end, first + end - 1
    if lag == NONE:
        if starts[last] + leave_after[rows[last] + call] < ready:
            return end
        while n > 1:
            half = n >> 1
            middle = low + half - 1
            low += half * (starts[middle] + leave_after[rows[middle] + call] < ready)
            n -= half
        return low - first
    start = ready - lag
    if starts[last] < start:
        return end
    while n > 1:
        half = n >> 1
        low += half * (starts[low + half - 1] < start)
        n -= half
    return low - first


@inlined
def put(heads, labels, bucket_of, label, bucket):
    """Put a label at the head of a bucket, out of that which it is in."""
    old = bucket_of[label]
    if old == bucket:
        return
    if old != NONE:
        take(heads, labels, bucket_of, label)
    second = heads[bucket]
    heads[bucket], labels[label, AFTER], labels[label, AHEAD], bucket_of[label] = label, second, NONE, bucket
    if second != NONE:
        labels[second, AHEAD] = label


@inlined
def take(heads, labels, bucket_of, label):
    """Take a label out of its bucket."""
    one, other = labels[label, AHEAD], labels[label, AFTER]
    if one == NONE:
        heads[bucket_of[label]] = other
    else:
        labels[one, AFTER] = other
    if other != NONE:
        labels[other, AHEAD] = one
    bucket_of[label] = NONE


@loop
def earliest(
    calls, starts, rows, reach_after, leave_after, first_visit, visits, first_walk, walk_to, walk_s, change_s,
    from_mark, to_mark, start, target, depart, latest, shift,
    time, labels, left, caught, heads, bucket_of, counts,
):  # fmt: skip
    """Earliest arrivals from stop `start`, left at `depart` (s) or later, up to `target`; to all stops if it is NONE.

    Arrays of a `Running`, walks and change_s of its timetable, landmarks as in `time_left`. Labels, twice n_stops:
    label 2 s is reaching stop s by a trip, label 2 s + 1 on foot. Filled: time (n_labels,): when (s), NEVER if not by
    `latest`; labels (n_labels, COLUMNS): BEFORE, NONE for the start, and by trip RUN, BOARDED, ALIGHTED. Workspace:
    left (n_stops,), caught (n_routes, 3), heads (n_buckets,), each for 2^shift seconds, bucket_of (n_labels,). counts
    (3,): labels taken, trips looked for, calls ridden. Changing takes change_s of a stop, a walk what it says.
    """
    time[:] = NEVER
    heads[:] = NONE
    bucket_of[:] = NONE
    caught[:, :] = NEVER
    left[:] = NONE
    counts[:] = 0
    if target == NONE:
        left[:] = 0
    taken, looked, ridden = 0, 0, 0
    goal = latest + 1
    on_foot = 2 * start + 1
    time[on_foot] = depart
    labels[on_foot, BEFORE] = NONE
    put(heads, labels, bucket_of, on_foot, 0)
    most = heads.shape[0] - 1
    bucket = 0
    while bucket <= min((goal - depart) >> shift, most):
        label = heads[bucket]
        if label == NONE:
            bucket += 1
            continue
        take(heads, labels, bucket_of, label)
        here, reached = label >> 1, time[label]
        if label != on_foot and reached + left[here] >= goal:
            continue
        taken += 1
        ready = reached
        if label & 1 == 0:
            ready = reached + change_s[here]
        if label & 1 == 0 or label == on_foot:
            for walk in range(first_walk[here], first_walk[here + 1]):
                there, arrival = walk_to[walk], reached + walk_s[walk]
                if left[there] == NONE:
                    left[there] = least_left(from_mark, to_mark, there, target)
                if arrival < time[2 * there + 1] and arrival + left[there] < goal:
                    time[2 * there + 1], labels[2 * there + 1, BEFORE] = arrival, label
                    nth = min((arrival + left[there] - depart) >> shift, most)
                    put(heads, labels, bucket_of, 2 * there + 1, nth)
                    if there == target:
                        goal = arrival
            if label != on_foot and time[2 * here + 1] <= ready:
                continue
        for visit in range(first_visit[here], first_visit[here + 1]):
            route, at, first, end = visits[visit, 0], visits[visit, 1], visits[visit, 2], visits[visit, 3]
            lag = visits[visit, 4]
            looked += 1
            if at >= caught[route, 1]:
                # Most often the run before the one that was caught cannot be caught here either.
                if lag != NONE and caught[route, 2] + lag < ready:
                    continue
                end = caught[route, 0]
            run = run_after(starts, rows, leave_after, first, end, at, lag, ready)
            if run == end:
                continue
            stops, until, began = visits[visit, 5], visits[visit, 6], starts[first + run]
            if run >= caught[route, 0]:
                until = min(until, caught[route, 1] + 1)
            # Where runs differ in their times, those of this one; else those of the route, which lie beside its stops.
            row = NONE if lag != NONE else rows[first + run]
            for call in range(at + 1, until):
                ridden += 1
                there = calls[stops + call, 0]
                arrival = began + (calls[stops + call, 1] if row == NONE else reach_after[row + call])
                if left[there] == NONE:
                    left[there] = least_left(from_mark, to_mark, there, target)
                if arrival + left[there] >= goal:
                    break
                if arrival < time[2 * there] and calls[stops + call, 2] & ALIGHT:
                    time[2 * there], labels[2 * there, BEFORE], labels[2 * there, RUN] = arrival, label, first + run
                    labels[2 * there, BOARDED], labels[2 * there, ALIGHTED] = at, call
                    nth = min((arrival + left[there] - depart) >> shift, most)
                    put(heads, labels, bucket_of, 2 * there, nth)
                    if there == target:
                        goal = arrival
            if run < caught[route, 0] or (run == caught[route, 0] and at < caught[route, 1]):
                caught[route, 0], caught[route, 1] = run, at
                caught[route, 2] = starts[first + run - 1] if run > 0 else -NEVER
    counts[0], counts[1], counts[2] = taken, looked, ridden
    return OK
