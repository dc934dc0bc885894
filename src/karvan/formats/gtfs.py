"""GTFS (General Transit Feed Specification, reference of 2025): a feed as a `Timetable`.

Read: stops with their stations, routes, trips, stop times (times that a feed leaves open are spread evenly), calendars
and their exceptions, frequencies (each departure by itself), transfers between stops with their least times. A station
is a stop without trips, no time away from its platforms; between two platforms it takes the time to change. Not read,
and noted where a feed has them: transfers of certain trips or routes, vehicles that go on as another trip, areas that
are served on demand, fares, shapes, pathways.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from karvan.corridor.timetable import Flags, Floats, Short, Timetable, distinct
from karvan.formats.gtfs_files import Feed, Ints, Sheet, open_feed
from karvan.ground.errors import InputError, Problem

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_DAYS = 3_653
"""Ten years: what a calendar says of later days is left out."""
MOST_TRIPS = 20_000_000
CHANGE_MIN = 2.0
"""Minutes to change where a feed does not say."""
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")
CLOCK = "give hours, minutes and seconds as 23:45:00; hours go on after 24 for the day after"


def read_gtfs(path: str | Path, change_min: float = CHANGE_MIN) -> Timetable:
    """The timetable of a feed, a folder or zip; change_min: minutes to change where it does not say.

    Raises InputError with all that is wrong: file, line, column, what was found, what to do.
    """
    if not (math.isfinite(change_min) and 0 <= change_min <= 24 * 60):
        raise InputError("the request", [Problem("change", f"{change_min:g}", "give minutes from 0 to 1440")])
    feed = open_feed(Path(path))
    zones, agencies = _agencies(feed)
    stops = _stops(feed, zones)
    routes = feed.sheet("routes.txt", ("route_id",), ("agency_id", "route_short_name", "route_long_name"))
    route_rows = routes.keys("route_id")
    trips = feed.sheet("trips.txt", ("route_id", "service_id", "trip_id"))
    trip_rows = trips.keys("trip_id")
    route = trips.index("route_id", route_rows, "routes.txt")
    services, first_day, calendars, notes = _calendars(feed)
    service = trips.index("service_id", services, "calendar.txt or calendar_dates.txt")
    agency = (
        routes.index("agency_id", agencies, "agency.txt", default=0) if agencies else np.zeros(routes.rows, np.int64)
    )
    calls = _calls(feed, trip_rows, stops.rows)
    starts = _starts(feed, trip_rows, calls, notes)
    walks, change_s = _transfers(feed, stops, round(change_min * 60), notes)
    if feed.problems:
        raise InputError(feed.name, feed.problems)
    return _packed(
        feed, stops, walks, change_s, calls, starts, trips.texts("trip_id"), _lines(routes)[route], service,
        np.array(list(agencies.values()), dtype=np.int32)[agency[route]], calendars, first_day, zones, notes,
    )  # fmt: skip


def clock_s(text: str) -> float | None:
    """Seconds of a GTFS time of day, which may go beyond 24 hours; None if it is none."""
    parts = _CLOCK.fullmatch(text)
    return None if parts is None else 3600.0 * int(parts[1]) + 60.0 * int(parts[2]) + int(parts[3])


def _day(text: str) -> float | None:
    """The ordinal of a day written as 20261201; None if it is none."""
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        return None


def _whole(low: int, high: int) -> Any:
    """A parser of whole numbers within bounds."""

    def parse(text: str) -> float | None:
        return float(text) if re.fullmatch(r"[0-9]{1,10}", text) and low <= int(text) <= high else None

    return parse


def _degrees(most: float) -> Any:
    def parse(text: str) -> float | None:
        try:
            value = float(text)
        except ValueError:
            return None
        return value if abs(value) <= most else None

    return parse


def _zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _agencies(feed: Feed) -> tuple[list[str], dict[str, int]]:
    """Time zones, and by agency the number of its own."""
    sheet = feed.sheet("agency.txt", ("agency_timezone",), ("agency_id",))
    codes, names = sheet.coded("agency_timezone")
    bad = np.array([not _zone(name) for name in names] + [True])
    sheet.tell(np.flatnonzero(bad[codes]), "agency_timezone", "give a name of the tz database, as Asia/Baku")
    if "agency.txt" in feed.sizes and not sheet.rows and not feed.problems:
        feed.problems.append(Problem("agency.txt", "no agency", "times need an agency's time zone"))
    ids = sheet.texts("agency_id").tolist()
    return names, {agency: int(code) for agency, code in zip(ids, codes, strict=True)}


@dataclass(frozen=True)
class Stops:
    """Stops (n_stops,) of a feed: rows by id, names, zone (-1: the agency's), place, and station (-1: none)."""

    rows: dict[str, int]
    names: npt.NDArray[Any]
    zone: Ints
    lon: Floats
    lat: Floats
    station: Ints


def _stops(feed: Feed, zones: list[str]) -> Stops:
    """The stops; zones of their own are added to `zones`."""
    columns = ("stop_name", "stop_lat", "stop_lon", "parent_station", "stop_timezone")
    sheet = feed.sheet("stops.txt", ("stop_id",), columns)
    rows = sheet.keys("stop_id")
    station = sheet.index("parent_station", rows, "stops.txt", default=-1)
    codes, own = sheet.coded("stop_timezone")
    bad = np.array([not _zone(name) for name in own] + [False])
    sheet.tell(np.flatnonzero(bad[codes]), "stop_timezone", "give a name of the tz database, as Asia/Baku")
    zones += [name for name in own if name not in zones]
    zone = np.array([zones.index(name) for name in own] + [-1], dtype=np.int64)[codes]
    zone = np.where((zone < 0) & (station >= 0), zone[station] if zone.size else zone, zone)
    lon = sheet.parsed("stop_lon", _degrees(180), "give degrees east of Greenwich", default=np.nan)
    lat = sheet.parsed("stop_lat", _degrees(90), "give degrees north of the equator", default=np.nan)
    return Stops(rows, sheet.texts("stop_name"), zone, lon, lat, station)


def _lines(routes: Sheet) -> npt.NDArray[Any]:
    """What each route is called: its short name, else its long one, else its id."""
    names = routes.texts("route_short_name")
    for other in ("route_long_name", "route_id"):
        names = np.where(names == "", routes.texts(other), names)
    return names


def _calendars(feed: Feed) -> tuple[dict[str, int], dt.date, Flags, list[str]]:
    """Services by id, the first day, whether each runs on each day after it, and notes."""
    notes: list[str] = []
    if not {"calendar.txt", "calendar_dates.txt"} & set(feed.sizes):
        feed.unread.add("calendar.txt")
        feed.problems.append(Problem("calendar.txt", "neither it nor calendar_dates.txt", "a feed must have one"))
    weeks = feed.find_sheet("calendar.txt", ("service_id", "start_date", "end_date", *WEEKDAYS))
    dates = feed.find_sheet("calendar_dates.txt", ("service_id", "date", "exception_type"))
    weekly = weeks.keys("service_id")
    services = dict(weekly)
    for name in dict.fromkeys(dates.texts("service_id").tolist()):
        services.setdefault(name, len(services))
    day = "give a day as 20261201"
    opens, shuts = (weeks.parsed(name, _day, day) for name in ("start_date", "end_date"))
    weeks.tell(np.flatnonzero(shuts < opens), "end_date", "end no earlier than start_date")
    runs = np.stack([weeks.parsed(name, _whole(0, 1), "give 1 if it runs, else 0") for name in WEEKDAYS], axis=1) == 1
    on = dates.parsed("date", _day, day)
    kind = dates.parsed("exception_type", _whole(1, 2), "give 1 for a day added, 2 for one removed")
    named = np.concatenate([opens, on])
    ends = np.concatenate([shuts, on])
    if not np.isfinite(named).any() or not np.isfinite(ends).any():
        return services, dt.date(2000, 1, 1), np.zeros((max(len(services), 1), 1), dtype=bool), notes
    first = int(np.nanmin(named))
    n = int(np.nanmax(ends)) - first + 1
    if n > MOST_DAYS:
        notes.append(f"calendars go on to {dt.date.fromordinal(first + n - 1)}; ten years of them are used")
        n = MOST_DAYS
    calendars = np.zeros((len(services), max(n, 1)), dtype=bool)
    weekday = (np.arange(calendars.shape[1]) + first - 1) % 7  # day 1 of the ordinals was a Monday
    rows = np.array(list(weekly.values()), dtype=np.int64)
    for row in rows[np.isfinite(opens[rows]) & np.isfinite(shuts[rows])].tolist():
        within = slice(int(opens[row]) - first, max(int(shuts[row]) - first + 1, 0))
        calendars[row, within] = runs[row][weekday[within]]
    good = np.isfinite(on) & np.isfinite(kind) & (on < first + n)
    service = dates.index("service_id", services, "calendar.txt")
    at = (service[good], on[good].astype(np.int64) - first)
    calendars[at] = kind[good] == 1
    return services, dt.date.fromordinal(first), calendars, notes


@dataclass(frozen=True)
class Calls:
    """Calls of trips in order: trip, stop, arrives, departs (s after the day's start), whether to board and alight."""

    trip: Ints
    stop: Ints
    arrives: Ints
    departs: Ints
    boards: Flags
    alights: Flags

    @property
    def first(self) -> Ints:
        """The first call of each trip that has any, and the end."""
        return np.append(np.flatnonzero(np.diff(self.trip, prepend=-1)), self.trip.size)


def _calls(feed: Feed, trips: dict[str, int], stops: dict[str, int]) -> Calls:
    """The stop times, in order, with times that were left open filled in."""
    columns = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
    sheet = feed.sheet("stop_times.txt", columns, ("pickup_type", "drop_off_type"))
    trip = sheet.index("trip_id", trips, "trips.txt")
    stop = sheet.index("stop_id", stops, "stops.txt")
    at = sheet.parsed("stop_sequence", _whole(0, 2**31), "give a whole number, rising along the trip")
    arrives, departs = (sheet.parsed(name, clock_s, CLOCK, default=np.nan) for name in columns[3:])
    may = [
        sheet.parsed(name, _whole(0, 3), "give 0 to 3, or leave it empty", default=0.0) != 1
        for name in ("pickup_type", "drop_off_type")
    ]
    sound = not any(problem.address.startswith("stop_times.txt") for problem in feed.problems)
    row = np.flatnonzero((trip >= 0) & (stop >= 0) & np.isfinite(at))
    row = row[np.lexsort((at[row], trip[row]))]
    trip, stop, at, arrives, departs = trip[row], stop[row], at[row], arrives[row], departs[row]
    new = np.diff(trip, prepend=-1) != 0
    sheet.tell(np.sort(row[~new & (np.diff(at, prepend=-1) == 0)]), "stop_sequence", "give each stop of a trip its own")
    arrives, departs = np.where(np.isnan(arrives), departs, arrives), np.where(np.isnan(departs), arrives, departs)
    last = np.append(new[1:], True) if new.size else new
    if sound:
        sheet.tell(np.sort(row[(new | last) & np.isnan(arrives)]), "arrival_time", "the first and last stop need times")
    known = np.flatnonzero(~np.isnan(arrives))
    if known.size:
        place = np.arange(trip.size)
        # Spread evenly between the departure before and the arrival after.
        before = np.maximum(np.searchsorted(known, place, side="right") - 1, 0)
        after = np.minimum(before + 1, known.size - 1)
        share = (place - known[before]) / np.maximum(known[after] - known[before], 1)
        between = departs[known[before]] + share * (arrives[known[after]] - departs[known[before]])
        open_ = np.isnan(arrives)
        arrives, departs = (np.where(open_, np.floor(between), times) for times in (arrives, departs))
    backwards = (departs < arrives) | (~new & (arrives < np.concatenate([[0.0], departs[:-1]]) if new.size else new))
    sheet.tell(np.sort(row[backwards]), "arrival_time", "a trip cannot run backwards: leave no earlier than it came")
    came, left = (np.nan_to_num(times).astype(np.int64) for times in (arrives, departs))
    return Calls(trip, stop, came, left, may[0][row], may[1][row])


def _starts(feed: Feed, trips: dict[str, int], calls: Calls, notes: list[str]) -> tuple[Ints, Ints]:
    """Trips that run by frequency and the seconds at which they start; each such trip has no other departures."""
    columns = ("trip_id", "start_time", "end_time", "headway_secs")
    sheet = feed.find_sheet("frequencies.txt", columns, ("exact_times",))
    trip = sheet.index("trip_id", trips, "trips.txt")
    begins, ends = (sheet.parsed(name, clock_s, CLOCK) for name in columns[1:3])
    headway = sheet.parsed("headway_secs", _whole(1, 10**6), "give whole seconds of 1 or more")
    exact = sheet.parsed("exact_times", _whole(0, 1), "give 0 or 1, or leave it empty", default=0.0)
    sheet.tell(np.flatnonzero(ends <= begins), "end_time", "end later than start_time")
    good = (trip >= 0) & np.isfinite(begins) & np.isfinite(ends) & np.isfinite(headway) & (ends > begins)
    if (exact[good] == 0).any():
        notes.append(
            f"{int((exact[good] == 0).sum()):,} rows of frequencies.txt are without exact times; "
            "they are read as if their first departure were at start_time"
        )
    trip, begins, headway = trip[good], begins[good].astype(np.int64), headway[good].astype(np.int64)
    count = -(-(ends[good].astype(np.int64) - begins) // np.maximum(headway, 1)).astype(np.int64)
    if count.sum() + len(trips) > MOST_TRIPS:
        feed.problems.append(Problem("frequencies.txt", f"{int(count.sum()):,} departures", f"at most {MOST_TRIPS:,}"))
        return np.empty(0, np.int64), np.empty(0, np.int64)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    start = np.repeat(begins, count) + nth * np.repeat(headway, count)
    which = np.repeat(trip, count)
    _, once = np.unique(np.stack([which, start]), axis=1, return_index=True)
    # A departure of a trip is the time at its first stop that is served.
    served = np.isin(which[once], calls.trip)
    return which[once][served], start[once][served]


def _transfers(feed: Feed, stops: Stops, change_s: int, notes: list[str]) -> tuple[tuple[Short, Short, Short], Short]:
    """Walks from stop to stop with their seconds, by stop; and the seconds to change at each stop."""
    extra = ("min_transfer_time", "transfer_type", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
    sheet = feed.find_sheet("transfers.txt", ("from_stop_id", "to_stop_id"), extra)
    start, end = (sheet.index(name, stops.rows, "stops.txt", default=-1) for name in ("from_stop_id", "to_stop_id"))
    kind = sheet.parsed("transfer_type", _whole(0, 5), "give 0 to 5, or leave it empty", default=0.0)
    least = sheet.parsed("min_transfer_time", _whole(0, 10 * 86_400), "give whole seconds", default=np.nan)
    certain = np.any([sheet.texts(name) != "" for name in extra[2:]], axis=0) if sheet.rows else np.empty(0, bool)
    other = certain | (kind > 3) | (start < 0) | (end < 0)
    if other.any():
        notes.append(f"{int(other.sum()):,} rows of transfers.txt are for certain trips or routes and are not used")
    children: dict[int, list[int]] = {}
    for child, station in enumerate(stops.station.tolist()):
        if station >= 0:
            children.setdefault(station, []).append(child)
    change = np.full(len(stops.rows), change_s, dtype=np.int32)
    walks: dict[tuple[int, int], int] = {}
    for station, platforms in children.items():
        for one in platforms:
            walks[one, station] = walks[station, one] = 0
            walks.update({(one, two): change_s for two in platforms if two != one})
    barred = set[tuple[int, int]]()
    for a, b, what, seconds in zip(*(column[~other].tolist() for column in (start, end, kind, least)), strict=True):
        time = change_s if math.isnan(seconds) else int(seconds)
        for one in children.get(a, [a]):
            for two in children.get(b, [b]):
                if what == 3:
                    barred.add((one, two))
                elif one == two and what == 2 and not math.isnan(seconds):
                    change[one] = time
                elif one != two:
                    walks[one, two] = time
    kept = sorted((pair, seconds) for pair, seconds in walks.items() if pair not in barred)
    columns = [np.array(column, dtype=np.int32) for column in (
        [a for (a, _), _ in kept], [b for (_, b), _ in kept], [seconds for _, seconds in kept])]  # fmt: skip
    return (columns[0], columns[1], columns[2]), change


def _packed(
    feed: Feed, stops: Stops, walks: tuple[Short, Short, Short], change_s: Short, calls: Calls,
    starts: tuple[Ints, Ints], trip_ids: npt.NDArray[Any], lines: npt.NDArray[Any], service: Ints, zone: Short,
    calendars: Flags, first_day: dt.date, zones: list[str], notes: list[str],
) -> Timetable:  # fmt: skip
    """Patterns and profiles of the trips, and everything in its place."""
    first = calls.first
    n = np.diff(first)
    if (n < 2).any() or len(trip_ids) > n.size:
        few = int((n < 2).sum()) + len(trip_ids) - n.size
        notes.append(f"{few:,} trips with fewer than two stops are not used")
    keep = np.repeat(n >= 2, n)
    calls = Calls(*(getattr(calls, name)[keep] for name in ("trip", "stop", "arrives", "departs", "boards", "alights")))
    first = calls.first
    n, trip, start = np.diff(first), calls.trip[first[:-1]], calls.departs[first[:-1]]
    after = [times - np.repeat(start, n) for times in (calls.arrives, calls.departs)]
    after[0][first[:-1]] = 0
    profile, met = distinct([calls.stop, calls.boards, calls.alights, *after], first)
    rows, first_row = _rows(first[met], n[met])
    pattern, like = distinct([column[rows] for column in (calls.stop, calls.boards, calls.alights)], first_row)
    shown_rows, first_call = _rows(first[met][like], n[met][like])
    by_clock = ~np.isin(trip, starts[0])
    profile_of = np.zeros(len(trip_ids), dtype=np.int64)
    profile_of[trip] = profile
    usable = np.isin(starts[0], trip)
    every = np.concatenate([trip[by_clock], starts[0][usable]])
    begin = np.concatenate([start[by_clock], starts[1][usable]])
    order = np.lexsort((begin, every))
    every, begin = every[order], begin[order]
    return Timetable(
        name=feed.name, first_day=first_day, stop_ids=np.array(list(stops.rows), dtype=np.dtypes.StringDType()),
        stop_names=stops.names, stop_zone=np.where(stops.zone < 0, 0, stops.zone).astype(np.int32), lon=stops.lon,
        lat=stops.lat, change_s=change_s, walk_from=walks[0], walk_to=walks[1], walk_s=walks[2], first_call=first_call,
        call_stop=calls.stop[shown_rows].astype(np.int32), boards=calls.boards[shown_rows],
        alights=calls.alights[shown_rows], profile_pattern=pattern, profile_row=first_row[:-1],
        reach_after=after[0][rows].astype(np.int32), leave_after=after[1][rows].astype(np.int32),
        trip_ids=trip_ids[every], trip_line=lines[every], trip_profile=profile_of[every],
        trip_start=begin.astype(np.int32), trip_calendar=service[every].astype(np.int32), trip_zone=zone[every],
        calendars=calendars, zones=tuple(zones), notes=tuple(notes),
    )  # fmt: skip


def _rows(first: Ints, n: Ints) -> tuple[Ints, Ints]:
    """The rows of some lists, one after another, and where each list begins among them, with the end."""
    begin = np.concatenate([[0], np.cumsum(n)])
    return np.repeat(first - begin[:-1], n) + np.arange(begin[-1]), begin
