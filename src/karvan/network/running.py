"""What of a timetable runs in some days, in absolute time, as searches want it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from karvan.corridor.timetable import Flags, Ints, Short, Timetable

Full = tuple[int, int, int | None]
"""A departure that takes nobody: trip, number of the call in it, and day of the calendars or None for every day."""


@dataclass(frozen=True)
class Running:
    """What runs between two instants, in absolute seconds (int32), as searches want it.

    Routes are patterns whose runs do not overtake. routes (n_routes, 5): first row in calls; number of calls; first
    run; number of runs, in the order of departure; row of their profile, -1 if they have several. calls (n_calls, 4):
    stop; seconds from a run's start to its arrival; whether to board (1) and to alight (2), added up; seconds to the
    departure (the seconds are -1 if runs differ). Runs (n_runs,): trip, day, starts
    (s: the first departure), rows (of the profile, in the timetable's reach_after and leave_after), route. visits
    (n_visits, 7): where each stop may be boarded, from first_visit (n_stops + 1,) on: route, call, first run, number of
    runs, seconds from their start to this departure (-1 if they differ), the route's first row in calls, their number.
    first_walk (n_stops + 1,) into the timetable's walks.
    """

    timetable: Timetable
    since: int
    until: int
    routes: Short
    calls: Short
    trip: Short
    day: Short
    starts: Short
    rows: Short
    route: Short
    first_visit: Short
    visits: Short
    first_walk: Short

    @property
    def departures(self) -> int:
        """How many departures there are."""
        return int((self.routes[:, 3].astype(np.int64) * (self.routes[:, 1] - 1)).sum())


def running(timetable: Timetable, since: int, until: int, full: Iterable[Full] = ()) -> Running:
    """What runs in [since, until) but departures that take nobody. Arrivals from `until` on may be missing."""
    from karvan.kernels.lanes import lanes

    trip, day = timetable.runs(since, until)
    pattern, first_call, call_stop, boards, alights = _parted(timetable, trip, day, full)
    start = timetable.day_starts[timetable.trip_zone[trip], day] + timetable.trip_start[trip]
    last = start + timetable.last_after[timetable.trip_profile[trip]]
    order = np.lexsort((trip, last, start, pattern))
    trip, day, pattern, start = trip[order], day[order], pattern[order], start[order]
    rows = timetable.profile_row[timetable.trip_profile[trip]]
    calls = np.diff(first_call)
    kinds, first = np.unique(pattern, return_index=True)
    lane = np.zeros(trip.size, dtype=np.int64)
    after = (timetable.reach_after, timetable.leave_after)
    lanes(np.append(first, trip.size), calls[kinds], start, rows, *after, lane, np.zeros(trip.size, np.int64))
    order = np.lexsort((np.arange(trip.size), lane, pattern))
    trip, day, pattern, lane = trip[order], day[order], pattern[order], lane[order]
    new = np.flatnonzero((np.diff(pattern, prepend=-1) != 0) | (np.diff(lane, prepend=-1) != 0))
    n = calls[pattern[new]]
    first_stop = np.cumsum(n) - n
    rows, start = rows[order], start[order]
    low, high = (np.minimum.reduceat(rows, new), np.maximum.reduceat(rows, new)) if new.size else (new, new)
    common = np.where(low == high, low, -1)
    routes = _short(np.stack([first_stop, n, new, np.diff(np.append(new, trip.size)), common], axis=1))
    source = np.repeat(first_call[pattern[new]] - first_stop, n) + np.arange(n.sum())
    may = boards[source] + 2 * alights[source]
    row = np.repeat(common, n) + np.arange(n.sum()) - np.repeat(first_stop, n)
    alike = np.repeat(common >= 0, n)
    reach, leave = (np.where(alike, column[np.where(alike, row, 0)], -1) for column in after)
    stops = _short(np.stack([call_stop[source], reach, may, leave], axis=1))
    first_walk = _short(np.searchsorted(timetable.walk_from, np.arange(timetable.stops + 1)))
    return Running(
        timetable, since, until, routes, stops, _short(trip), _short(day), _short(start), _short(rows),
        _short(np.repeat(np.arange(n.size), routes[:, 3])), *_visits(timetable.stops, routes, stops), first_walk,
    )  # fmt: skip


def _parted(
    timetable: Timetable, trip: Ints, day: Ints, full: Iterable[Full]
) -> tuple[Ints, Ints, Short, Flags, Flags]:
    """The pattern of each run, and the patterns with those of runs that a stop may not board added."""
    pattern = timetable.profile_pattern[timetable.trip_profile[trip]].copy()
    first_call, call_stop, alights = timetable.first_call, timetable.call_stop, timetable.alights
    stops, boards, outs, ends = [call_stop], [timetable.boards], [alights], [first_call]
    shut: dict[int, set[int]] = {}
    for one, call, when in full:
        for run in np.flatnonzero((trip == one) & ((day == when) if when is not None else True)).tolist():
            shut.setdefault(run, set()).add(call)
    for run, calls in sorted(shut.items()):
        rows = slice(first_call[pattern[run]], first_call[pattern[run] + 1])
        allowed = timetable.boards[rows].copy()
        allowed[sorted(calls)] = False
        pattern[run] = first_call.size - 1 + len(ends) - 1
        stops.append(call_stop[rows])
        boards.append(allowed)
        outs.append(alights[rows])
        ends.append(np.array([ends[-1][-1] + allowed.size]))
    return pattern, np.concatenate(ends), np.concatenate(stops), np.concatenate(boards), np.concatenate(outs)


def _visits(stops: int, routes: Short, calls: Short) -> tuple[Short, Short]:
    """Calls at which each stop may be boarded, but the last of a route: offsets by stop, and rows."""
    first, n, first_run, runs, _ = routes.T
    route = np.repeat(np.arange(n.size), n)
    call = np.arange(route.size) - np.repeat(first, n)
    leaving = np.flatnonzero((calls[:, 2] & 1 > 0) & (call < n[route] - 1))
    leaving = leaving[np.argsort(calls[leaving, 0], kind="stable")]
    route, call = route[leaving], call[leaving]
    first_visit = np.searchsorted(calls[leaving, 0], np.arange(stops + 1))
    columns = [route, call, first_run[route], runs[route], calls[leaving, 3], first[route], n[route]]
    return _short(first_visit), _short(np.stack(columns, axis=1))


def _short(values: npt.NDArray[Any]) -> Short:
    return values.astype(np.int32)
