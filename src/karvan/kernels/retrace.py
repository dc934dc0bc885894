"""From the labels of a search over a timetable back to its start: the hops of a journey, last first."""

from __future__ import annotations

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.earliest import ALIGHTED, BEFORE, BOARDED, NONE, RUN

HOP = 7
"""Numbers of a hop: run (NONE on foot), from stop, to stop, departs, arrives (s), calls of boarding and alighting."""


@inlined
def ride(routes, calls, route_of, starts, rows, reach_after, leave_after, run, boarded, alighted, hop):
    """Fill hop (7,) with a ride on a run."""
    first, row = routes[route_of[run], 0], rows[run]
    hop[0], hop[1], hop[2] = run, calls[first + boarded, 0], calls[first + alighted, 0]
    hop[3], hop[4] = starts[run] + leave_after[row + boarded], starts[run] + reach_after[row + alighted]
    hop[5], hop[6] = boarded, alighted


@inlined
def walk(start, end, departs, arrives, hop):
    """Fill hop (7,) with a walk."""
    hop[0], hop[1], hop[2], hop[3], hop[4], hop[5], hop[6] = NONE, start, end, departs, arrives, NONE, NONE


@loop
def retrace(routes, calls, route_of, starts, rows, reach_after, leave_after, time, labels, label, hops):
    """Fill hops (n_labels + 1, 7) with the way to a label of `earliest`, last hop first; how many there are.

    Arrays of a `Running` and of its timetable. A label comes on a way once at most.
    """
    n = 0
    while labels[label, BEFORE] != NONE:
        last = labels[label, BEFORE]
        if label & 1:
            walk(last >> 1, label >> 1, time[last], time[label], hops[n])
        else:
            run, boarded, alighted = labels[label, RUN], labels[label, BOARDED], labels[label, ALIGHTED]
            ride(routes, calls, route_of, starts, rows, reach_after, leave_after, run, boarded, alighted, hops[n])
        n += 1
        label = last
    return n


@loop
def retrace_rounds(
    routes, calls, route_of, starts, rows, reach_after, leave_after, ready, run_of, boarded, alighted, walked,
    k, stop, hops,
):  # fmt: skip
    """The same for the labels of `rounds`: the way to a stop in round k."""
    n = 0
    while k > 0 or walked[0, stop] != NONE:
        if walked[k, stop] != NONE:
            there, arrives = walked[k, stop], ready[k, stop]
            if k == 0:
                walk(there, stop, ready[0, there], arrives, hops[n])
                return n + 1
            run, on, off = run_of[k, there], boarded[k, there], alighted[k, there]
            ride(routes, calls, route_of, starts, rows, reach_after, leave_after, run, on, off, hops[n + 1])
            walk(there, stop, hops[n + 1, 4], arrives, hops[n])
            n += 1
        else:
            run, on, off = run_of[k, stop], boarded[k, stop], alighted[k, stop]
            ride(routes, calls, route_of, starts, rows, reach_after, leave_after, run, on, off, hops[n])
        stop = hops[n, 1]
        n += 1
        k -= 1
    return n
