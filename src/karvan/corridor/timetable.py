"""A timetable of somebody else's: stops, trips and the days they run on, as arrays.

Times of a trip are seconds after the start of its service day, which is noon of that day in the trip's time zone less
twelve hours (so it is midnight but on the days on which clocks change). Instants are seconds after `epoch`, midnight
UTC of the day before the first day of the calendars.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Short = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

DAY_S = 86_400


@dataclass(frozen=True)
class Timetable:
    """What a timetable says.

    Stops (n_stops,): ids, names, zones (into `zones`), lon and lat (degrees, NaN where not said), change_s: the least
    seconds between leaving one trip there and boarding another. Walks (n_walks,), by stop they start at: walk_from,
    walk_to, walk_s; a walk is not followed by another.

    Patterns, the sequences of stops that trips follow: first_call (n_patterns + 1,) into call_stop, boards, alights.
    Profiles, the times that trips take over a pattern: profile_pattern (n_profiles,), profile_row into reach_after and
    leave_after (s after the first departure), which have a row for each call. Trips (n_trips,): ids, line names,
    profile, start (s: the first departure), calendar, zone. calendars (n_calendars, n_days): whether it runs on a day
    after first_day.
    """

    name: str
    first_day: dt.date
    stop_ids: Words
    stop_names: Words
    stop_zone: Short
    lon: Floats
    lat: Floats
    change_s: Short
    walk_from: Short
    walk_to: Short
    walk_s: Short
    first_call: Ints
    call_stop: Short
    boards: Flags
    alights: Flags
    profile_pattern: Ints
    profile_row: Ints
    reach_after: Short
    leave_after: Short
    trip_ids: Words
    trip_line: Words
    trip_profile: Ints
    trip_start: Short
    trip_calendar: Short
    trip_zone: Short
    calendars: Flags
    zones: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What was said but is not used, or is used in a way that needs saying."""

    @property
    def stops(self) -> int:
        return len(self.stop_ids)

    @property
    def days(self) -> int:
        return int(self.calendars.shape[1])

    @cached_property
    def epoch(self) -> dt.datetime:
        """Second 0."""
        return dt.datetime.combine(self.first_day - dt.timedelta(days=1), dt.time(), dt.UTC)

    def second(self, instant: dt.datetime) -> int:
        """An instant as whole seconds after the epoch, parts of a second taken up."""
        return -int((self.epoch - instant) // dt.timedelta(seconds=1))

    def local(self, second: int, stop: int) -> dt.datetime:
        """A second as the clock of a stop shows it."""
        zone = ZoneInfo(self.zones[self.stop_zone[stop]])
        return (self.epoch + dt.timedelta(seconds=int(second))).astimezone(zone)

    @cached_property
    def day_starts(self) -> Ints:
        """The second at which each service day starts in each zone, (n_zones, n_days)."""
        noons = [
            [
                dt.datetime.combine(self.first_day + dt.timedelta(days=day), dt.time(12), zone)
                for day in range(self.days)
            ]
            for zone in map(ZoneInfo, self.zones)
        ]
        starts = [[self.second(noon.astimezone(dt.UTC)) - DAY_S // 2 for noon in row] for row in noons]
        return np.array(starts, dtype=np.int64).reshape(len(self.zones), self.days)

    @cached_property
    def calls(self) -> Ints:
        """How many calls each pattern has."""
        return np.diff(self.first_call)

    @cached_property
    def last_after(self) -> Short:
        """The last arrival of each profile, in seconds after its first departure."""
        last: Short = self.reach_after[self.profile_row + self.calls[self.profile_pattern] - 1]
        return last

    def runs(self, since: int, until: int) -> tuple[Ints, Ints]:
        """(trip, day) of all that is under way at some second of [since, until), by day and then trip."""
        begins, lasts = self.trip_start.astype(np.int64), self.last_after[self.trip_profile]
        found_trips, found_days = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        longest = int(self.last_after.max(initial=0)) + int(self.trip_start.max(initial=0))
        # Zones are up to 14 hours from UTC; a day starts within two days of its midnight there.
        low, high = (since - longest) // DAY_S - 2, until // DAY_S + 2
        for day in range(max(low, 0), min(high, self.days)):
            start = self.day_starts[:, day][self.trip_zone] + begins
            runs = self.calendars[self.trip_calendar, day] & (start < until) & (start + lasts >= since)
            found_trips.append(np.flatnonzero(runs))
            found_days.append(np.full(found_trips[-1].size, day))
        return np.concatenate(found_trips), np.concatenate(found_days)


def distinct(columns: Sequence[npt.NDArray[Any]], first: Ints) -> tuple[Ints, Ints]:
    """The kind of each list and the first list of each kind; lists are of a kind if they are alike in all columns.

    first (n_lists + 1,) parts the rows of the columns, whole numbers, into lists. Kinds are numbered in the order in
    which they are met. Lists are told apart by a sum of products, and then held against the first of their kind row by
    row; on a false match the factors are drawn anew.
    """
    n = np.diff(first)
    row = np.arange(first[-1]) - np.repeat(first[:-1], n)
    which = np.repeat(np.arange(n.size), n)
    for salt in range(8):
        rng = np.random.default_rng(salt)
        total = np.zeros(n.size, dtype=np.uint64)
        for column in columns:
            mixed = (column.astype(np.int64).view(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
            mixed *= rng.integers(1, 2**63, int(n.max(initial=0)), dtype=np.uint64)[row]
            sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
            total += sums[first[1:]] - sums[first[:-1]]
        keys = np.stack([n.astype(np.uint64), total])
        _, found, kind = np.unique(keys, axis=1, return_index=True, return_inverse=True)
        kind = kind.reshape(-1)
        like = first[found[kind[which]]] + row
        if all(np.array_equal(column, column[like]) for column in columns):
            order = np.argsort(found, kind="stable")
            rank = np.empty_like(order)
            rank[order] = np.arange(order.size)
            return rank[kind], found[order]
    raise AssertionError("eight false matches in a row")
