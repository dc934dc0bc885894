"""Landmarks of a timetable: stops to and from which the least times are known, so that searches know what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.corridor.timetable import Floats, Ints, Short
from karvan.network.running import Running

NO_WAY = 2**29
"""Seconds where there is no way: far more than any way takes, and differences still fit."""
TRIFLE = 2.0**-22
"""Seconds added to each hop, since scipy takes a zero for no link: exact in float64, and below 1 in all on any way."""


@dataclass(frozen=True)
class Landmarks:
    """Least seconds from each landmark and to it, (n_stops, n_landmarks); NO_WAY where there is no way."""

    from_mark: Short
    to_mark: Short


def no_landmarks(stops: int) -> Landmarks:
    """One landmark that tells nothing."""
    nothing = np.zeros((stops, 1), dtype=np.int32)
    return Landmarks(nothing, nothing)


def landmarks(running: Running, most: int) -> Landmarks:
    """At most `most` landmarks, each as far as can be from those before (Goldberg and Harrelson 2005, section 6).

    Way there and way back are added. Times are those of a graph in which each hop takes the least that any run takes
    for it; from arrival to arrival no journey is quicker.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    tail, head, seconds = _hops(running)
    n = running.timetable.stops
    if tail.size == 0:
        return no_landmarks(n)
    there = csr_array((seconds + TRIFLE, (tail, head)), shape=(n, n))
    back = csr_array(there.T)
    mark, found_from, found_to = int(tail[0]), list[Short](), list[Short]()
    nearest = np.full(n, np.inf)
    for _ in range(most):
        out, home = dijkstra(there, indices=mark), dijkstra(back, indices=mark)
        found_from.append(_whole(out))
        found_to.append(_whole(home))
        nearest = np.minimum(nearest, out + home)
        reached = np.where(np.isfinite(nearest), nearest, 0.0)
        mark = int(np.argmax(reached))
        if reached[mark] == 0:
            break
    return Landmarks(np.stack(found_from, axis=1), np.stack(found_to, axis=1))


def _whole(seconds: Floats) -> Short:
    return np.where(np.isfinite(seconds), np.floor(seconds), NO_WAY).astype(np.int32)


def _hops(running: Running) -> tuple[Ints, Ints, Floats]:
    """Each pair of stops that follow each other on a run, or that a walk joins, with the least seconds between.

    From arriving at the first stop to arriving at the second: the run's stay is part of it, or the time to change where
    that is less. Who comes on foot is ready at once, so stops that walks lead to count without.
    """
    table = running.timetable
    change = table.change_s.copy()
    change[table.walk_to] = 0
    tails, heads, least = [table.walk_from.astype(np.int64)], [table.walk_to.astype(np.int64)], [table.walk_s]
    for stop, calls, first, runs, _ in running.routes.tolist():
        rows = np.unique(running.rows[first : first + runs])[:, None] + np.arange(calls)
        reaches, leaves = table.reach_after[rows].T, table.leave_after[rows].T
        stops = running.calls[stop : stop + calls, 0].astype(np.int64)
        stays = np.broadcast_to(change[stops[:-1], None], reaches[1:].shape).copy()
        stays[1:] = np.minimum(stays[1:], leaves[1:-1] - reaches[1:-1])
        tails.append(stops[:-1])
        heads.append(stops[1:])
        least.append((reaches[1:] - leaves[:-1] + stays).min(axis=1))
    tail, head, seconds = np.concatenate(tails), np.concatenate(heads), np.concatenate(least)
    order = np.lexsort((seconds, head, tail))
    tail, head, seconds = tail[order], head[order], seconds[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0)) if tail.size else np.empty(0, bool)
    return tail[first], head[first], seconds[first].astype(np.float64)
