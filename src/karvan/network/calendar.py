"""The calendar of a corridor: on which days timetables run, and when what is shut now and then is open.

Times of day are local to their place and held against its zone's clock, summer time included.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row

Spell = tuple[dt.datetime, dt.datetime]


class Departure(NamedTuple):
    """A departure from the first stop of a way. `full` is where it lets nobody on; None is everywhere."""

    at: dt.datetime
    full: frozenset[str] | None = frozenset()


class Calendar:
    """Timetables, opening hours and dated closures of a corridor."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor = corridor
        self._lines: dict[tuple[str, bool], list[Row]] = defaultdict(list)
        for line in corridor.rows("timetable"):
            self._lines[line.service, line.way == "back"].append(line)
        self._exceptions: dict[tuple[str, bool, dt.date], list[Row]] = defaultdict(list)
        for row in corridor.rows("timetable_exception"):
            self._exceptions[row.service, row.way == "back", row.date].append(row)

    def zone(self, place: str) -> ZoneInfo:
        """The time zone of a place; UTC where it has none."""
        return ZoneInfo(self.corridor.place(place).time_zone or "UTC")

    def departures(self, service: Row, *, back: bool, place: str, first: dt.date, last: dt.date) -> Iterator[Departure]:
        """Departures from a way's first stop, at `place`, on the days from `first` to `last`, both included."""
        zone = self.zone(place)
        first = max(first, service.valid_from or first)
        last = min(last, service.valid_to or last)
        lines = self._lines[service.id, back]
        for number in range((last - first).days + 1):
            day = first + dt.timedelta(days=number)
            midnight = dt.datetime.combine(day, dt.time(), zone)
            hours = {line.departs_at: frozenset[str]() for line in lines if str(day.isoweekday()) in line.days}
            for hour, full in sorted(self._excepted(service.id, back, day, hours).items()):
                yield Departure(midnight + dt.timedelta(hours=hour), full)

    def _excepted(
        self, service: str, back: bool, day: dt.date, hours: dict[float, frozenset[str]]
    ) -> dict[float, frozenset[str] | None]:
        """The departures of a day by their hour, with its exceptions."""
        runs: dict[float, frozenset[str] | None] = dict(hours)
        for row in self._exceptions.get((service, back, day), ()):
            if row.change == "added":
                runs.setdefault(row.departs_at, frozenset())
                continue
            for hour in list(runs) if row.departs_at is None else [row.departs_at] * (row.departs_at in runs):
                known = runs[hour]
                if row.change == "cancelled":
                    del runs[hour]
                elif known is not None:
                    runs[hour] = known | {row.place} if row.place else None
        return runs

    def open_days(self, facility: Row, first: dt.date, last: dt.date) -> Iterator[Spell]:
        """When a facility with opening hours is open, of the days from `first` to `last`."""
        zone = self.zone(facility.place)
        overnight = 24 if facility.closes <= facility.opens else 0
        for number in range((last - first).days + 1):
            midnight = dt.datetime.combine(first + dt.timedelta(days=number), dt.time(), zone)
            opens, closes = (
                (midnight + dt.timedelta(hours=hour)).astimezone(dt.UTC)
                for hour in (facility.opens, facility.closes + overnight)
            )
            if closes > opens:  # not so on the night that clocks leap over those hours
                yield opens, closes

    def shut(self, table: str, name: str) -> list[Spell]:
        """When a row is shut by dated closures."""
        closures = {
            row.times_of or row.id
            for row in self.corridor.rows("closure")
            if row.stops_table == table and name in row.stops
        }
        return [(row.begins, row.ends) for row in self.corridor.rows("closure_time") if row.closure in closures]


def without(open_spells: Iterable[Spell], shut: Iterable[Spell]) -> list[Spell]:
    """Spells less others, in order, those that meet joined."""
    cuts = sorted(shut)
    left: list[Spell] = []
    for begin, end in sorted(open_spells):
        at = begin
        for off, on in cuts:
            if on > at and off < end:
                if off > at:
                    left.append((at, off))
                at = max(at, on)
        if at < end:
            left.append((at, end))
    joined: list[Spell] = []
    for begin, end in left:
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined
