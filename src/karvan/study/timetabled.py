"""Journeys over a foreign timetable: from the words of whoever asks to hops with names and local times."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from karvan.corridor.timetable import DAY_S, Timetable
from karvan.formats.gtfs import CHANGE_MIN, read_gtfs
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.itinerary.timetabled import Hop, Journey, TimetableSearch
from karvan.kernels.earliest import NEVER
from karvan.network.running import Full, running

HORIZON_DAYS = 7.0
MOST_HORIZON_DAYS = 60.0
MOST_TRIPS = 15


@dataclass(frozen=True)
class Journeys:
    """Journeys that none beats: in arrival and trips from one instant on, or also in departure over a window."""

    timetable: Timetable
    search: TimetableSearch
    origin: int
    destination: int
    since: int
    until: int | None
    horizon_days: float
    found: tuple[Journey, ...]
    reason: str = ""
    """Why there is none."""

    def trip(self, hop: Hop) -> int:
        """The timetable's trip of a ride."""
        return int(self.search.running.trip[hop.run])

    def name(self, stop: int) -> str:
        """What a stop is called; its id where it has no name."""
        return str(self.timetable.stop_names[stop]) or str(self.timetable.stop_ids[stop])


@dataclass(frozen=True)
class Reached:
    """Stops that can be reached, by number, and when (s), in the order of arrival and then number."""

    timetable: Timetable
    origin: int
    since: int
    days: float
    stops: tuple[int, ...]
    arrives: tuple[int, ...]


def journeys(
    feed: Timetable | str | Path, origin: str, destination: str, depart: str, until: str | None = None, *,
    full: tuple[str, ...] = (), change_min: float = CHANGE_MIN, horizon_days: float = HORIZON_DAYS,
    most_trips: int = MOST_TRIPS,
) -> Journeys:  # fmt: skip
    """Journeys that none beats, by number of trips and arrival; for all departures in [depart, until) if that is given.

    feed: a GTFS folder or zip, or what `read_gtfs` gave. Stops go by id or name. depart, until: ISO 8601, local to the
    origin if without zone. full: departures that take nobody, TRIP@STOP or TRIP@STOP@DAY. change_min: minutes to change
    where a feed does not say. Raises InputError.
    """
    timetable = feed if isinstance(feed, Timetable) else read_gtfs(feed, change_min)
    ask = _Reading(timetable)
    start, end = ask.stop(origin, "origin"), ask.stop(destination, "destination")
    since, to = ask.instant(depart, start, "depart"), ask.instant(until, start, "until") if until else None
    if to is not None and to <= since:
        ask.problem("until", shown(until), "end the window after it begins")
    if start == end and start >= 0:
        ask.problem("destination", shown(destination), "give another stop than the origin")
    shut = [departure for word in full for departure in ask.full(word)]
    ask.bounds(horizon_days, most_trips)
    ask.done()
    latest = (since if to is None else to) + round(horizon_days * DAY_S)
    search = TimetableSearch(running(timetable, since, latest + 1, shut), most_trips=most_trips)
    ends = (start, end, since)
    found = search.front(*ends, latest) if to is None else search.profile(*ends, to, latest)
    why = "" if found else _reason(timetable, search, start, end, since, to, latest)
    return Journeys(timetable, search, start, end, since, to, horizon_days, found, why)


def reach(
    feed: Timetable | str | Path, origin: str, depart: str, *, full: tuple[str, ...] = (),
    change_min: float = CHANGE_MIN, horizon_days: float = HORIZON_DAYS,
) -> Reached:  # fmt: skip
    """When each stop can be reached, leaving at `depart` or later; arguments as in `journeys`. Raises InputError."""
    timetable = feed if isinstance(feed, Timetable) else read_gtfs(feed, change_min)
    ask = _Reading(timetable)
    start = ask.stop(origin, "origin")
    since = ask.instant(depart, start, "depart")
    shut = [departure for word in full for departure in ask.full(word)]
    ask.bounds(horizon_days, MOST_TRIPS)
    ask.done()
    latest = since + round(horizon_days * DAY_S)
    arrives = TimetableSearch(running(timetable, since, latest + 1, shut)).reach(start, since, latest)
    order = np.argsort(arrives, kind="stable")
    order = order[(arrives[order] < NEVER) & (order != start)]
    return Reached(timetable, start, since, horizon_days, tuple(order.tolist()), tuple(arrives[order].tolist()))


def _reason(
    timetable: Timetable, search: TimetableSearch, start: int, end: int, since: int, until: int | None, latest: int
) -> str:
    """Why there is no journey."""
    name, other = (str(timetable.stop_names[stop]) or str(timetable.stop_ids[stop]) for stop in (start, end))
    first = timetable.first_day
    last = first + dt.timedelta(days=timetable.days - 1)
    covered = f"the timetable is for {first} to {last}"
    if not search.departures(start, since, latest if until is None else until).size:
        return f"nothing leaves {name} in that time; {covered}"
    reached = search.reach(start, since, latest)
    if not search.arrivals(end, since, latest).size:
        return f"nothing comes to {other} in that time; {covered}"
    stops = int((reached < NEVER).sum()) - 1
    if reached[end] < NEVER:
        return f"no journey from {name} to {other} has so few trips or leaves in that window"
    others = "1 other stop is" if stops == 1 else f"{stops:,} other stops are"
    return f"no connection from {name} to {other} in that time; {others} reached; {covered}"


class _Reading:
    """Reads words about a timetable and gathers what is wrong with them."""

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self.problems: list[Problem] = []

    def problem(self, address: str, found: str, remedy: str) -> None:
        self.problems.append(Problem(address, found, remedy))

    def done(self) -> None:
        if self.problems:
            raise InputError("the request", self.problems)

    def stop(self, word: str, address: str) -> int:
        """The stop with that id or name, a station rather than its platforms; -1 and a problem if there is none."""
        table = self.timetable
        exact = np.flatnonzero(table.stop_ids == word)
        if exact.size:
            return int(exact[0])
        folded = [name.casefold() for name in table.stop_names.tolist()]
        wanted = word.strip().casefold()
        named = [stop for stop, name in enumerate(folded) if name == wanted and wanted]
        stations = [stop for stop in named if set(named) - {stop} <= self._platforms(stop)]
        if len(named) == 1 or stations:
            return stations[0] if stations else named[0]
        if named:
            ids = ", ".join(sorted(str(table.stop_ids[stop]) for stop in named)[:8])
            self.problem(address, shown(word), f"{len(named)} stops have that name; give an id: {ids}")
        else:
            names = nearest(wanted, set(folded))
            near = [str(table.stop_names[folded.index(name)]) for name in names] or nearest(
                word, table.stop_ids.tolist()
            )
            self.problem(address, shown(word), f"no such stop; nearest: {', '.join(near) or 'none'}")
        return -1

    def _platforms(self, stop: int) -> set[int]:
        """Stops that are no time away from this one both ways: the platforms of a station."""
        table = self.timetable
        free = table.walk_s == 0
        there = set(table.walk_to[free & (table.walk_from == stop)].tolist())
        return there & set(table.walk_from[free & (table.walk_to == stop)].tolist())

    def instant(self, text: str, stop: int, address: str) -> int:
        """Seconds after the epoch."""
        table = self.timetable
        zone = ZoneInfo(table.zones[table.stop_zone[stop]]) if stop >= 0 else dt.UTC
        try:
            instant = dt.datetime.fromisoformat(text)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=zone)
            instant = instant.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            self.problem(address, shown(text), "give a day as 2026-12-01, or an instant as 2026-12-01T08:00+08:00")
            return 0
        second = table.second(instant)
        if not -MOST_HORIZON_DAYS * DAY_S <= second <= (table.days + MOST_HORIZON_DAYS) * DAY_S:
            last = table.first_day + dt.timedelta(days=table.days - 1)
            self.problem(address, shown(text), f"the timetable is for {table.first_day} to {last}")
            return 0
        return second

    def full(self, word: str) -> list[Full]:
        """A departure that takes nobody, from TRIP@STOP or TRIP@STOP@DAY; as often as the trip calls there."""
        table = self.timetable
        parts = re.fullmatch(r"(.+?)(?:@(\d{4}-\d{2}-\d{2}))?", word)
        body, date = (parts[1], parts[2]) if parts else (word, None)
        name, at, place = body.rpartition("@")
        trips = np.flatnonzero(table.trip_ids == name)
        if not at or not trips.size:
            near = nearest(name or word, table.trip_ids[:100_000].tolist())
            remedy = f"give TRIP@STOP or TRIP@STOP@2026-12-01; the nearest trips are {', '.join(near) or 'none'}"
            self.problem("full", shown(word), remedy)
            return []
        pattern = int(table.profile_pattern[table.trip_profile[trips[0]]])
        stops = table.call_stop[table.first_call[pattern] : table.first_call[pattern + 1] - 1]
        calls = [
            call for call, stop in enumerate(stops.tolist())
            if place.casefold() in (str(table.stop_ids[stop]).casefold(), str(table.stop_names[stop]).casefold())
        ]  # fmt: skip
        if not calls:
            known = ", ".join(str(table.stop_ids[stop]) for stop in stops[:8].tolist())
            self.problem("full", shown(word), f"trip {name} leaves {known}")
            return []
        try:
            day = None if date is None else (dt.date.fromisoformat(date) - table.first_day).days
        except ValueError:
            self.problem("full", shown(word), "give the day as 2026-12-01")
            return []
        if day is not None and not (0 <= day < table.days and table.calendars[table.trip_calendar[trips], day].any()):
            self.problem("full", shown(word), f"trip {name} does not run on {date}")
            return []
        return [(int(trip), call, day) for trip in trips for call in calls]

    def bounds(self, horizon_days: float, most_trips: int) -> None:
        if not (math.isfinite(horizon_days) and 0 < horizon_days <= MOST_HORIZON_DAYS):
            self.problem("horizon", f"{horizon_days:g}", f"give days above 0, at most {MOST_HORIZON_DAYS:g}")
        if not 1 <= most_trips <= 60:
            self.problem("trips", str(most_trips), "give 1 to 60")


def journeys_document(answer: Journeys) -> dict[str, Any]:
    """The whole answer. Times are ISO 8601 with the zone of the stop."""
    table = answer.timetable
    return {
        "feed": table.name,
        "notes": list(table.notes),
        "origin": _stop(table, answer.origin),
        "destination": _stop(table, answer.destination),
        "depart": table.local(answer.since, answer.origin).isoformat(),
        "until": None if answer.until is None else table.local(answer.until, answer.origin).isoformat(),
        "horizon_days": answer.horizon_days,
        "journeys": [
            {
                "departs": table.local(journey.departs, journey.hops[0].from_stop).isoformat(),
                "arrives": table.local(journey.arrives, journey.hops[-1].to_stop).isoformat(),
                "trips": journey.trips,
                "hops": [_hop(answer, hop) for hop in journey.hops],
            }
            for journey in answer.found
        ],
        "reason": answer.reason or None,
    }


def reach_document(answer: Reached) -> dict[str, Any]:
    """Stops in the order of arrival, with local times and hours after the departure."""
    table = answer.timetable
    return {
        "feed": table.name,
        "notes": list(table.notes),
        "origin": _stop(table, answer.origin),
        "depart": table.local(answer.since, answer.origin).isoformat(),
        "days": answer.days,
        "stops": [
            _stop(table, stop)
            | {"arrives": table.local(arrives, stop).isoformat(), "hours": round((arrives - answer.since) / 3600, 6)}
            for stop, arrives in zip(answer.stops, answer.arrives, strict=True)
        ],
    }


def _stop(table: Timetable, stop: int) -> dict[str, Any]:
    return {"id": str(table.stop_ids[stop]), "name": str(table.stop_names[stop])}


def _hop(answer: Journeys, hop: Hop) -> dict[str, Any]:
    table = answer.timetable
    ride = None if hop.on_foot else answer.trip(hop)
    return {
        "trip": None if ride is None else str(table.trip_ids[ride]),
        "line": None if ride is None else str(table.trip_line[ride]),
        "from": _stop(table, hop.from_stop),
        "to": _stop(table, hop.to_stop),
        "departs": table.local(hop.departs, hop.from_stop).isoformat(),
        "arrives": table.local(hop.arrives, hop.to_stop).isoformat(),
    }
