"""Passing an arc of the planner's network: when one who is ready leaves, and when he arrives.

An arc takes its hours; before it comes the wait for a vehicle (a mean wait, or the next departure of a timetable), and
on it there may be *stages*, points that are passed only while they are open. Whoever is ready later never arrives
earlier, which label-setting rests on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from karvan.kernels.compiler import inlined, loop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LATE_H = 1e-6
"""Hours (4 ms) that are not late for a departure: sums in another order differ in the last digits."""
TIMED, STAGED, CHARGED = 1, 2, 4
"""Bits of an arc's `kind`: it has departures or a season; stages; or storage is charged after it."""

ARC = np.dtype(
    [
        ("hours", "f8"), ("wait", "f8"), ("price", "f8"), ("co2e", "f8"), ("h2", "f8"),
        ("head", "i4"), ("marks", "i4"), ("kind", "i4"), ("row", "i4"),
    ]
)  # fmt: skip
"""One arc: hours from leaving to its end; the mean wait, or the cut-off before a departure (h); price (USD), CO2e (kg)
and variance (h2), of which a missing or infinite one bars the arc; the node it leads to; marks (bits); kind; and the
row of the other arrays that is its own."""


class Graph(NamedTuple):
    """The planner's network for one request: arcs (n_arcs,) grouped by the node that they leave.

    Or, to be followed backwards from the target, by the node that they lead to, their head being the node they leave;
    instants are then counted backwards, below zero. The other arrays stay in the order of the network's arcs.
    """

    first_out: Ints
    """(n_nodes + 1,)."""
    arc: Any
    """Records of ARC (n_arcs,)."""
    opens: Floats
    shuts: Floats
    """Season of each arc: ready from, and leaving before, h (n_arcs,)."""
    first_departure: Ints
    """(n_arcs + 1,) into `departures`; none where there is no timetable."""
    departures: Floats
    """h, rising for each arc; infinite is never."""
    first_stage: Ints
    """(n_arcs + 1,) into the stages."""
    stage_h: Floats
    """Hours from the stage before, or from leaving, without any wait (n_stages,)."""
    stage_window: Ints
    """(n_stages,) into `first_open`."""
    first_open: Ints
    """(n_windows + 1,) into the spells."""
    open_h: Floats
    shut_h: Floats
    """Spells [open_h, shut_h) in which a window is open, in order (n_spells,)."""
    rate_h: Floats
    """Storage of the whole load after an arc, USD an hour ... (n_arcs,)."""
    free_h: Floats
    """... from so many hours after the arc was begun until the next vehicle leaves (n_arcs,)."""
    stored: Flags
    """Whether storage may be charged at a node (n_nodes,)."""


@inlined
def departure_after(ready, at, graph):
    """When the vehicle of arc `at` leaves for goods ready at `ready` (h); infinity if none does.

    By timetable where the arc has departures, else after the mean wait, and within the days that the service runs.
    """
    ready = max(ready, graph.opens[at])
    low, end = graph.first_departure[at], graph.first_departure[at + 1]
    if low == end:
        leaves = ready + graph.arc[at].wait
    else:
        ready += graph.arc[at].wait - LATE_H
        high = end
        while low < high:
            middle = (low + high) >> 1
            if graph.departures[middle] < ready:
                low = middle + 1
            else:
                high = middle
        leaves = graph.departures[low] if low < end else np.inf
    return leaves if leaves < graph.shuts[at] else np.inf


@inlined
def open_after(at, window, graph):
    """The first instant from `at` on (h) at which a window is open; infinity if it is never again."""
    low, end = graph.first_open[window], graph.first_open[window + 1]
    high = end
    while low < high:
        middle = (low + high) >> 1
        if graph.shut_h[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return max(at, graph.open_h[low]) if low < end else np.inf


@inlined
def through_stages(leaves, at, graph):
    """When one who leaves at `leaves` (h) is through arc `at`, waiting at each stage of it until that is open."""
    now, done = leaves, 0.0
    for stage in range(graph.first_stage[at], graph.first_stage[at + 1]):
        now = open_after(now + graph.stage_h[stage], graph.stage_window[stage], graph)
        done += graph.stage_h[stage]
    return now + (graph.arc[at].hours - done)


@inlined
def passed(ready, at, graph):
    """When one who is ready at `ready` (h) leaves on arc `at`, and when he arrives."""
    kind = graph.arc[at].kind
    leaves = departure_after(ready, at, graph) if kind & TIMED else ready + graph.arc[at].wait
    arrives = through_stages(leaves, at, graph) if kind & STAGED else leaves + graph.arc[at].hours
    return leaves, arrives


@inlined
def departure_before(by, at, own, graph):
    """When the last vehicle of an arc leaves that leaves by `by` (h); minus infinity if none does."""
    low, high = graph.first_departure[own], graph.first_departure[own + 1]
    if low == high:
        leaves = min(by, np.nextafter(graph.shuts[own], -np.inf))
        return leaves if leaves - graph.arc[at].wait >= graph.opens[own] else -np.inf
    first = low
    while low < high:
        middle = (low + high) >> 1
        if graph.departures[middle] <= by + LATE_H:
            low = middle + 1
        else:
            high = middle
    return graph.departures[low - 1] if low > first else -np.inf


@inlined
def open_before(by, window, graph):
    """The last instant up to `by` (h) at which a window is open; minus infinity if it never was."""
    first, low, high = graph.first_open[window], graph.first_open[window], graph.first_open[window + 1]
    while low < high:
        middle = (low + high) >> 1
        if graph.open_h[middle] <= by:
            low = middle + 1
        else:
            high = middle
    return min(by, np.nextafter(graph.shut_h[low - 1], -np.inf)) if low > first else -np.inf


@inlined
def passed_back(minus_by, at, graph):
    """Who must be through arc `at` of a backward graph by -`minus_by` (h): when he leaves, and is ready, at the latest.

    Both with their signs turned; infinity where it cannot be.
    """
    arc = graph.arc[at]
    own = arc.row
    leaves = -minus_by - arc.hours
    if arc.kind & STAGED:
        for stage in range(graph.first_stage[own], graph.first_stage[own + 1]):
            leaves += graph.stage_h[stage]
        for stage in range(graph.first_stage[own + 1] - 1, graph.first_stage[own] - 1, -1):
            leaves = open_before(leaves, graph.stage_window[stage], graph) - graph.stage_h[stage]
    if arc.kind & TIMED:
        leaves = departure_before(leaves, at, own, graph)
    return -leaves, arc.wait - leaves


@loop
def follow(chain, depart, graph, leaves, arrives, storage):
    """Follow a chain of arcs (n,) from `depart` (h): when each is left for and passed, and the storage paid, USD (n,).

    Storage stands at the ride whose departure ended it.
    """
    ready, begun, before = depart, 0.0, -1
    for k in range(chain.shape[0]):
        at = chain[k]
        leaves[k], arrives[k] = passed(ready, at, graph)
        storage[k] = 0.0
        if before >= 0 and graph.rate_h[before] > 0.0:
            storage[k] = graph.rate_h[before] * max(0.0, leaves[k] - begun - graph.free_h[before])
        begun, before, ready = ready, at, arrives[k]


@loop
def follow_back(chain, by, graph):
    """When one must be ready at the latest to be through a chain of arcs (n,) by `by` (h); minus infinity is never.

    Of a graph in the network's own order.
    """
    for k in range(chain.shape[0] - 1, -1, -1):
        _, minus_ready = passed_back(-by, chain[k], graph)
        by = -minus_ready
    return by
