"""Earliest arrivals by number of trips: RAPTOR (Delling, Pajor and Werneck 2012), and its range form.

Round k finds what can be reached by k trips: every route that calls at a stop reached in round k - 1 is ridden once,
from the first such stop, changing to an earlier run wherever one can be caught. In the range form the rounds are run
for one departure after another, the latest first; what a later departure reaches bounds what an earlier one need look
at. An arrival that even with the least time left could not beat what is known at the target is left out.
"""

from __future__ import annotations

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.earliest import ALIGHT, BOARD, NEVER, NONE, run_after

OK = 0


@inlined
def lower(bound, row, stop, time):
    """Make `time` the bound of a stop in this row and in all after it."""
    while row < bound.shape[0] and time < bound[row, stop]:
        bound[row, stop] = time
        row += 1


@inlined
def lower_goal(goal, row, time):
    """Make `time` the bound at the target in this row and in all after it."""
    while row < goal.shape[0] and time < goal[row]:
        goal[row] = time
        row += 1


@loop
def rounds(
    routes, calls, starts, rows, reach_after, leave_after, first_visit, visits,
    first_walk, walk_to, walk_s, change_s, left, start, target, depart, patience, latest,
    by_trip, on_foot, goal, ready, run_of, boarded, alighted, walked, marked, arrived, queued, counts,
):  # fmt: skip
    """Run the rounds for goods at stop `start` from `depart` (s) on; to all stops if target is NONE.

    The first trip leaves at most `patience` (s) after it could: 0 in the range form, where each departure is one call.

    Arrays of a `Running` and walks and change_s of its timetable; left (n_stops,): see `earliest.time_left`.

    Bounds (n_rows, n_stops), NEVER before the first call: by_trip and on_foot, the earliest arrivals found so far by a
    trip and by a walk; goal (n_rows,), by either at the target. With n_rows = 1 they hold for any number of trips, as
    one departure wants it; with n_rows = most trips + 1, row k is by at most k trips, as the range form wants it,
    which calls for one departure after another and keeps the bounds.

    Labels (most trips + 1, n_stops), filled for this departure: ready (s, when another trip may be boarded, NEVER
    where nothing better than the bounds was found), run_of, boarded, alighted (run and the numbers of its calls, where
    a trip came to the stop in this round; else run_of is NONE) and walked (the stop that a walk to it was from, where
    that made it ready, else NONE). Workspace: marked and arrived (n_stops,), queued (n_routes,), counts (4,): rounds
    run, routes ridden, calls ridden, trips looked for. Rounds that were not run are not filled.
    """
    wide = by_trip.shape[0] > 1
    counts[:] = 0
    for row in range(goal.shape[0]):
        goal[row] = min(goal[row], latest + 1)
    ready[0, :] = NEVER
    walked[0, :] = NONE
    run_of[0, :] = NONE
    queued[:] = NEVER
    ready[0, start] = depart
    marked[0] = start
    marks = 1
    lower(by_trip, 0, start, depart)
    lower(on_foot, 0, start, depart)
    for walk in range(first_walk[start], first_walk[start + 1]):
        there, arrival = walk_to[walk], depart + walk_s[walk]
        if arrival < ready[0, there] and arrival < on_foot[0, there] and arrival + left[there] < goal[0]:
            if ready[0, there] == NEVER:
                marked[marks] = there
                marks += 1
            ready[0, there], walked[0, there] = arrival, start
            lower(on_foot, 0, there, arrival)
            if there == target:
                lower_goal(goal, 0, arrival)
    for k in range(1, ready.shape[0]):
        if marks == 0:
            break
        counts[0] += 1
        kept = k if wide else 0
        low_route, high_route = routes.shape[0], 0
        for ix in range(marks):
            here = marked[ix]
            for visit in range(first_visit[here], first_visit[here + 1]):
                route = visits[visit, 0]
                if visits[visit, 1] < queued[route]:
                    queued[route] = visits[visit, 1]
                    low_route, high_route = min(low_route, route), max(high_route, route + 1)
        ready[k, :] = NEVER
        walked[k, :] = NONE
        run_of[k, :] = NONE
        marks = 0
        for route in range(low_route, high_route):
            begin = queued[route]
            if begin == NEVER:
                continue
            queued[route] = NEVER
            counts[1] += 1
            stops, until, first, runs = routes[route, 0], routes[route, 1], routes[route, 2], routes[route, 3]
            common = routes[route, 4] != NONE
            run, since, began, row = runs, begin, 0, 0
            for call in range(begin, until):
                counts[2] += 1
                here = calls[stops + call, 0]
                if run < runs:
                    arrival = began + (calls[stops + call, 1] if common else reach_after[row + call])
                    if (
                        arrival < by_trip[kept, here]
                        and arrival + left[here] < goal[kept]
                        and calls[stops + call, 2] & ALIGHT
                    ):
                        if run_of[k, here] == NONE:
                            marked[marks] = here
                            marks += 1
                        run_of[k, here], boarded[k, here], alighted[k, here] = first + run, since, call
                        arrived[here], ready[k, here] = arrival, arrival + change_s[here]
                        lower(by_trip, kept, here, arrival)
                        if here == target:
                            lower_goal(goal, kept, arrival)
                if ready[k - 1, here] < NEVER and calls[stops + call, 2] & BOARD:
                    # Only a run before the one we are on is worth changing to.
                    last = first + run - 1
                    lag = calls[stops + call, 3]
                    after = lag if common else leave_after[rows[last] + call]
                    if run == runs or starts[last] + after >= ready[k - 1, here]:
                        counts[3] += 1
                        found = run_after(starts, rows, leave_after, first, run, call, lag, ready[k - 1, here])
                        waited = k > 1 or patience == NEVER
                        if found < run and not waited:
                            after = lag if common else leave_after[rows[first + found] + call]
                            waited = starts[first + found] + after - ready[0, here] <= patience
                        if found < run and waited:
                            run, since = found, call
                            began, row = starts[first + run], rows[first + run]
        for ix in range(marks):
            here = marked[ix]
            for walk in range(first_walk[here], first_walk[here + 1]):
                there, arrival = walk_to[walk], arrived[here] + walk_s[walk]
                if (
                    arrival < ready[k, there] and arrival < on_foot[kept, there]
                    and arrival < by_trip[kept, there] + change_s[there] and arrival + left[there] < goal[kept]
                ):  # fmt: skip
                    if ready[k, there] == NEVER:
                        marked[marks] = there
                        marks += 1
                    ready[k, there], walked[k, there] = arrival, here
                    lower(on_foot, kept, there, arrival)
                    if there == target:
                        lower_goal(goal, kept, arrival)
    return OK
