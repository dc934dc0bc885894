"""Journeys over a timetable: earliest arrival, arrival against trips, all departures of a window, and reach.

Not covered: delays, prices, headways (they are not in a timetable; `itinerary.search` has them).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from karvan.corridor.timetable import Ints, Short
from karvan.kernels.earliest import ALIGHT, COLUMNS, NEVER, NONE, earliest, time_left
from karvan.kernels.retrace import HOP, retrace, retrace_rounds
from karvan.kernels.rounds import rounds
from karvan.network.landmarks import Landmarks, landmarks, no_landmarks
from karvan.network.running import Running

BUCKETS = 4096
"""Into which labels are put by arrival."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A ride on one trip, or a walk. Stops by number, seconds after the timetable's epoch."""

    run: int
    """Of the `Running`; NONE for a walk."""
    from_stop: int
    to_stop: int
    departs: int
    arrives: int
    boarded: int = NONE
    alighted: int = NONE
    """Numbers of the run's calls."""

    @property
    def on_foot(self) -> bool:
        return self.run == NONE


@dataclass(frozen=True, slots=True)
class Journey:
    """Hops one after another, from leaving the origin to arriving at the destination."""

    hops: tuple[Hop, ...]

    @property
    def departs(self) -> int:
        return self.hops[0].departs

    @property
    def arrives(self) -> int:
        return self.hops[-1].arrives

    @property
    def trips(self) -> int:
        return sum(not hop.on_foot for hop in self.hops)


@dataclass(frozen=True)
class Work:
    """What the last search did: labels or rounds, routes ridden, calls ridden, trips looked for."""

    labels: int = 0
    rounds: int = 0
    routes: int = 0
    calls: int = 0
    looked: int = 0


class TimetableSearch:
    """Searches over what runs in some days; it keeps its working space, so one serves one thread at a time.

    Landmarks make many searches quicker and take a while to find (two searches of all stops each): a search that is
    made once does better without.
    """

    def __init__(self, running: Running, marks: int = 0, most_trips: int = 15) -> None:
        self.running = running
        self.most_trips = most_trips
        self.work = Work()
        table = running.timetable
        n, routes = table.stops, len(running.routes)
        self.landmarks: Landmarks = landmarks(running, marks) if marks else no_landmarks(n)
        r = running
        after = (table.reach_after, table.leave_after)
        self._runs = (r.routes, r.calls, r.route, r.starts, r.rows, *after)
        self._hops = np.zeros((2 * (n + most_trips) + 2, HOP), np.int64)
        self._times = (r.starts, r.rows, *after, r.first_visit, r.visits)
        self._walks = (r.first_walk, table.walk_to, table.walk_s, table.change_s)
        self._left = np.zeros(n, np.int32)
        self._left_to = NONE
        self._time = np.zeros(2 * n, np.int32)
        self._labels = np.zeros((2 * n, COLUMNS), np.int32)
        last = table.last_after.max(initial=0) + running.starts.max(initial=0)
        self._shift = max(0, int(last).bit_length() - BUCKETS.bit_length() + 1)
        self._agenda = [np.zeros(n, np.int32), np.zeros((routes, 3), np.int32), np.zeros(BUCKETS, np.int32)]
        self._agenda += [np.zeros(2 * n, np.int32)]
        self._rounds: list[Short] = [np.zeros((most_trips + 1, n), np.int32) for _ in range(5)]
        self._marks = [np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(routes, np.int32)]

    def earliest(self, origin: int, destination: int, depart: int, latest: int = NEVER - 1) -> Journey | None:
        """The journey that arrives first, leaving from `depart` on and arriving by `latest` (s); None if none does."""
        self._run_earliest(origin, destination, depart, latest)
        return self._rebuilt(origin, destination)

    def reach(self, origin: int, depart: int, latest: int = NEVER - 1) -> Ints:
        """Earliest arrival at each stop (s, NEVER if later than `latest`), leaving `origin` at `depart` or later."""
        self._run_earliest(origin, NONE, depart, latest)
        arrives: Ints = self._time.reshape(-1, 2).min(axis=1).astype(np.int64)
        return arrives

    def front(self, origin: int, destination: int, depart: int, latest: int = NEVER - 1) -> tuple[Journey, ...]:
        """All that none beats in arrival and number of trips, fewest trips first; leaving at `depart` or later."""
        by_trip, on_foot = (np.full((1, self.running.timetable.stops), NEVER, np.int32) for _ in range(2))
        self._bound(destination)
        goal = np.full(1, NEVER, np.int32)
        return self._departing(origin, destination, depart, NEVER, latest, by_trip, on_foot, goal)

    def profile(
        self, origin: int, destination: int, since: int, until: int, latest: int = NEVER - 1
    ) -> tuple[Journey, ...]:
        """All that none beats in departure, arrival and number of trips, leaving in [since, until); by departure.

        A walk all the way, which can be begun at any time, is told once, at `since`; rides are quicker than it.
        Range RAPTOR (Delling et al. 2012, section 4): one departure after another, the latest first.
        """
        shape = (self.most_trips + 1, self.running.timetable.stops)
        by_trip, on_foot = np.full(shape, NEVER, np.int32), np.full(shape, NEVER, np.int32)
        goal = np.full(shape[0], NEVER, np.int32)
        self._bound(destination)
        found: list[tuple[Journey, ...]] = []
        for depart in self.departures(origin, since, until)[::-1].tolist():
            found.append(self._departing(origin, destination, depart, 0, latest, by_trip, on_foot, goal))
        rides = tuple(journey for journeys in reversed(found) for journey in journeys if journey.trips)
        return (*self._walked(origin, destination, since, latest), *rides)

    def departures(self, origin: int, since: int, until: int) -> Ints:
        """Seconds in [since, until) at which one can leave `origin` for a departure from it, or from a stop near it."""
        running, table = self.running, self.running.timetable
        walks = slice(running.first_walk[origin], running.first_walk[origin + 1])
        starts = [(origin, 0), *zip(table.walk_to[walks].tolist(), table.walk_s[walks].tolist(), strict=True)]
        found = [np.empty(0, np.int64)]
        for stop, walk in starts:
            visits = running.visits[running.first_visit[stop] : running.first_visit[stop + 1]]
            for call, first, runs in visits[:, 1:4].tolist():
                rows = slice(first, first + runs)
                found.append(
                    running.starts[rows] + table.leave_after[running.rows[rows] + call].astype(np.int64) - walk
                )
        every = np.unique(np.concatenate(found))
        return every[(every >= since) & (every < until)]

    def arrivals(self, destination: int, since: int, until: int) -> Ints:
        """Seconds in [since, until) at which something comes to a stop, or to one from which a walk leads to it."""
        running, table = self.running, self.running.timetable
        near = np.append(table.walk_from[table.walk_to == destination], destination)
        route = np.repeat(np.arange(len(running.routes)), running.routes[:, 1])
        found = [np.empty(0, np.int64)]
        for at in np.flatnonzero(np.isin(running.calls[:, 0], near) & (running.calls[:, 2] & ALIGHT > 0)).tolist():
            first_call, _, first, runs, _ = running.routes[route[at]].tolist()
            rows = slice(first, first + runs)
            if at > first_call:
                found.append(
                    running.starts[rows] + table.reach_after[running.rows[rows] + at - first_call].astype(np.int64)
                )
        every = np.unique(np.concatenate(found))
        return every[(every >= since) & (every < until)]

    def _bound(self, destination: int) -> None:
        """Know the least time left from every stop to the destination."""
        if self._left_to != destination:
            time_left(self.landmarks.from_mark, self.landmarks.to_mark, destination, self._left)
            self._left_to = destination

    def _run_earliest(self, origin: int, destination: int, depart: int, latest: int) -> None:
        r, marks = self.running, self.landmarks
        counts = np.zeros(3, np.int64)
        earliest(
            r.calls, *self._times, *self._walks, marks.from_mark, marks.to_mark,
            origin, destination, depart, min(latest, NEVER - 1), self._shift,
            self._time, self._labels, *self._agenda, counts,
        )  # fmt: skip
        self.work = Work(labels=int(counts[0]), looked=int(counts[1]), calls=int(counts[2]))

    def _rebuilt(self, origin: int, destination: int) -> Journey | None:
        """The journey that the labels of `earliest` lead back along."""
        label = 2 * destination + int(self._time[2 * destination + 1] < self._time[2 * destination])
        if self._time[label] == NEVER or destination == origin:
            return None
        return _journey(self._hops[: retrace(*self._runs, self._time, self._labels, label, self._hops)])

    def _departing(
        self, origin: int, destination: int, depart: int, patience: int, latest: int, by_trip: Short, on_foot: Short,
        goal: Short,
    ) -> tuple[Journey, ...]:  # fmt: skip
        """What one departure adds to the bounds: journeys by number of trips."""
        if origin == destination:
            return ()
        r, counts = self.running, np.zeros(4, np.int64)
        rounds(
            r.routes, r.calls, *self._times, *self._walks,
            self._left, origin, destination, depart, patience, min(latest, NEVER - 1), by_trip, on_foot, goal,
            *self._rounds, *self._marks, counts,
        )  # fmt: skip
        self.work = Work(0, *(int(count) for count in counts))
        return tuple(
            _journey(self._hops[: retrace_rounds(*self._runs, *self._rounds, k, destination, self._hops)])
            for k in range(self.work.rounds + 1)
            if self._rounds[1][k, destination] != NONE or self._rounds[4][k, destination] != NONE
        )

    def _walked(self, origin: int, destination: int, depart: int, latest: int) -> tuple[Journey, ...]:
        """The walk all the way, if there is one."""
        running, table = self.running, self.running.timetable
        walks = slice(running.first_walk[origin], running.first_walk[origin + 1])
        times = table.walk_s[walks][table.walk_to[walks] == destination].tolist()
        return tuple(
            Journey((Hop(NONE, origin, destination, depart, depart + walk),))
            for walk in times
            if depart + walk <= latest
        )


def _journey(rows: Ints) -> Journey:
    """A journey from its hops (n_hops, 7), last first; a walk to the first trip ends as that leaves."""
    hops = [Hop(*row) for row in rows[::-1].tolist()]
    if len(hops) > 1 and hops[0].on_foot:
        early = hops[1].departs - hops[0].arrives
        hops[0] = replace(hops[0], departs=hops[0].departs + early, arrives=hops[0].arrives + early)
    return Journey(tuple(hops))
