"""Timetables of others: GTFS in; earliest arrivals, arrivals by trips, windows and reach out.

A picture has a line a trip: its id, the days of the week on which it runs, and its calls; `B 06:00/06:20` comes at six
and leaves twenty past, `B- ` lets nobody off, `B+ ` nobody on.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import karvan.formats.gtfs_files as feed_files
from karvan.corridor.timetable import Timetable, distinct
from karvan.formats.gtfs import CHANGE_MIN, clock_s, read_gtfs
from karvan.ground.errors import InputError
from karvan.itinerary.timetabled import Journey, TimetableSearch
from karvan.kernels.earliest import NEVER
from karvan.network.running import Running, running
from karvan.study.timetabled import HORIZON_DAYS, MOST_TRIPS, journeys, reach

Says = Callable[..., tuple[int, str]]
MONDAY = dt.date(2026, 1, 5)
WEEKDAYS = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
CALL = re.compile(r"(\w+?)([+-]?) (\S+)")


def gtfs(picture: str, zone: str = "Asia/Baku", weeks: int = 2, **files: str) -> dict[str, str]:
    """The files of a feed drawn as a picture, from MONDAY on; `files` replaces or adds some, by name without .txt."""
    last = MONDAY + dt.timedelta(days=7 * weeks - 1)
    trips, times, stops, days = ["route_id,service_id,trip_id"], [], dict[str, None](), dict[str, None]()
    times.append("trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type")
    for line in filter(None, map(str.strip, picture.splitlines())):
        trip, on, calls = line.split(maxsplit=2)
        on = "1234567" if on == "daily" else on
        days[on] = None
        trips.append(f"R,{on},{trip}")
        for nth, (stop, way, clock) in enumerate(CALL.findall(calls)):
            stops[stop] = None
            comes, _, goes = clock.partition("/")
            comes, goes = (f"{at}:00" if at and at != "?" else "" for at in (comes, goes or comes))
            times.append(f"{trip},{comes},{goes},{stop},{nth},{int(way == '-')},{int(way == '+')}".replace("+,", ","))
    made = {
        "agency": f"agency_id,agency_name,agency_url,agency_timezone\nX,X,http://x.example,{zone}",
        "stops": "\n".join(["stop_id,stop_name", *(f"{stop},{stop}-town" for stop in stops)]),
        "routes": "route_id,agency_id,route_short_name,route_type\nR,X,Line,2",
        "calendar": "\n".join([f"service_id,{WEEKDAYS},start_date,end_date", *(
            f"{on},{','.join(str(int(day in on)) for day in '1234567')},{MONDAY:%Y%m%d},{last:%Y%m%d}" for on in days
        )]),
        "trips": "\n".join(trips),
        "stop_times": "\n".join(times),
    } | files  # fmt: skip
    return {f"{name}.txt": text + "\n" for name, text in made.items() if text is not None}


def write(files: dict[str, str], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def feed(tmp_path: Path) -> Callable[..., Path]:
    """Write a picture as a folder."""
    return lambda picture, **more: write(gtfs(picture, **more), tmp_path / "feed")


def told(answer: Any) -> list[str]:
    """Each journey in a line: `a A 05:00 - B 06:00, b B 06:15 - C 07:15`; 1+ is the day after the first departure."""
    table = answer.timetable
    lines = []
    for journey in answer.found:
        day = table.local(answer.since, answer.origin).date()
        words = []
        for hop in journey.hops:
            times = [table.local(s, stop) for s, stop in ((hop.departs, hop.from_stop), (hop.arrives, hop.to_stop))]
            clocks = [f"{(t.date() - day).days}+{t:%H:%M}" if t.date() != day else f"{t:%H:%M}" for t in times]
            ride = "walk" if hop.on_foot else table.trip_ids[answer.trip(hop)]
            ends = [table.stop_ids[stop] for stop in (hop.from_stop, hop.to_stop)]
            words.append(f"{ride} {ends[0]} {clocks[0]} - {ends[1]} {clocks[1]}")
        lines.append(", ".join(words))
    return lines


HALF_HOURLY = "\n".join(
    f"ab{nth} daily A {5 + nth // 2:02}:{30 * (nth % 2):02}  B {6 + nth // 2:02}:{30 * (nth % 2):02}\n"
    f"bc{nth} daily B {5 + nth // 2:02}:{15 + 30 * (nth % 2):02}  C {6 + nth // 2:02}:{15 + 30 * (nth % 2):02}"
    for nth in range(20)
)
"""A to B takes 60 minutes every 30 minutes from 05:00, B to C 60 minutes at :15 and :45."""


# a: plain pictures


def test_a01_the_departures_of_an_hour(feed: Callable[..., Path]) -> None:
    found = told(journeys(feed(HALF_HOURLY), "A", "C", "2026-01-06T05:00", "2026-01-06T06:00"))
    assert found == [
        "ab0 A 05:00 - B 06:00, bc2 B 06:15 - C 07:15",
        "ab1 A 05:30 - B 06:30, bc3 B 06:45 - C 07:45",
    ]


def test_a02_a_full_departure_takes_nobody(feed: Callable[..., Path]) -> None:
    folder = feed(HALF_HOURLY)
    asked = (folder, "A", "C", "2026-01-06T05:00", "2026-01-06T06:00")
    assert told(journeys(*asked, full=("bc2@B",)))[0].endswith("bc3 B 06:45 - C 07:45")
    assert told(journeys(*asked, full=("bc2@B@2026-01-06",)))[0].endswith("bc3 B 06:45 - C 07:45")
    assert told(journeys(*asked, full=("bc2@B-town@2026-01-07",)))[0].endswith("bc2 B 06:15 - C 07:15")


def test_a03_a_window_is_half_open(feed: Callable[..., Path]) -> None:
    folder = feed(HALF_HOURLY)
    assert len(journeys(folder, "A", "C", "2026-01-06T05:00", "2026-01-06T05:30").found) == 1
    assert len(journeys(folder, "A", "C", "2026-01-06T05:00", "2026-01-06T05:30:01").found) == 2


@pytest.mark.parametrize(("minutes", "leaves"), [(15, "06:15"), (15.1, "06:45"), (0, "06:15"), (46, "07:15")])
def test_a04_time_to_change(feed: Callable[..., Path], minutes: float, leaves: str) -> None:
    found = told(journeys(feed(HALF_HOURLY), "A", "C", "2026-01-06T05:00", change_min=minutes))
    assert f"B {leaves} - C" in found[0]


def test_a05_time_to_change_where_the_feed_says_it(feed: Callable[..., Path]) -> None:
    transfers = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nB,B,2,1000"
    found = told(journeys(feed(HALF_HOURLY, transfers=transfers), "A", "C", "2026-01-06T05:00"))
    assert found == ["ab0 A 05:00 - B 06:00, bc3 B 06:45 - C 07:45"]


def test_a06_fewer_trips_or_an_earlier_arrival(feed: Callable[..., Path]) -> None:
    folder = feed("""
        slow daily A 05:00  C 12:00
        k1   daily A 05:00  B 06:00
        k2   daily B 06:30  C 09:00
        late daily A 06:00  C 12:00
    """)
    assert told(journeys(folder, "A", "C", "2026-01-05")) == [
        "slow A 05:00 - C 12:00",
        "k1 A 05:00 - B 06:00, k2 B 06:30 - C 09:00",
    ]
    assert told(journeys(folder, "A", "C", "2026-01-05", most_trips=1)) == ["slow A 05:00 - C 12:00"]


def test_a07_an_earlier_run_is_changed_to_on_the_way(feed: Callable[..., Path]) -> None:
    """The run that is boarded at A is at B after one that can be caught there."""
    folder = feed("""
        one   daily A 06:00  B 09:00/09:10  C 10:00
        two   daily A 05:00  B 07:00
        three daily B 07:30/07:30  C 08:15
    """)
    assert "two A 05:00 - B 07:00, three B 07:30 - C 08:15" in told(journeys(folder, "A", "C", "2026-01-05T04:00"))


def test_a08_who_gets_on_and_off(feed: Callable[..., Path]) -> None:
    """B- takes nobody on, B+ lets nobody off."""
    folder = feed("""
        k daily A 05:00  B- 06:00  C 07:00
        m daily A 05:30  B+ 06:30  C 07:30
        n daily B 08:00  C 09:00
    """)
    assert told(journeys(folder, "A", "B", "2026-01-05")) == ["k A 05:00 - B 06:00"]
    assert told(journeys(folder, "B", "C", "2026-01-05T05:59")) == ["m B 06:30 - C 07:30"]


def test_a09_a_window_is_not_led_out_of(feed: Callable[..., Path]) -> None:
    """What leaves after the window neither is shown nor hides what leaves in it."""
    folder = feed("k daily A 05:00 C 09:00\nm daily A 06:00 C 08:00\nn daily A 05:30 B 05:40")
    assert told(journeys(folder, "A", "C", "2026-01-05T05:00", "2026-01-05T06:00")) == ["k A 05:00 - C 09:00"]
    assert not journeys(folder, "A", "C", "2026-01-05T05:10", "2026-01-05T06:00").found


# b: walks


WALK = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nB,D,2,600\nD,E,2,600"


def test_b01_a_walk_between_two_stops(feed: Callable[..., Path]) -> None:
    folder = feed("k daily A 05:00 B 06:00\nm daily D 06:10 C 07:00\nn daily E 06:20 C 06:40", transfers=WALK)
    walked = ["k A 05:00 - B 06:00, walk B 06:00 - D 06:10, m D 06:10 - C 07:00"]
    assert (
        told(journeys(folder, "A", "C", "2026-01-05")) == walked
    )  # and not on to E: a walk is not followed by another
    assert told(journeys(folder, "A", "D", "2026-01-05")) == ["k A 05:00 - B 06:00, walk B 06:00 - D 06:10"]
    assert told(journeys(folder, "B", "D", "2026-01-05T01:00")) == ["walk B 01:00 - D 01:10"]


def test_b02_a_walk_to_the_first_trip_ends_as_it_leaves(feed: Callable[..., Path]) -> None:
    folder = feed("m daily D 06:10 C 07:00", transfers=WALK, stops="stop_id\nB\nC\nD\nE")
    assert told(journeys(folder, "B", "C", "2026-01-05")) == ["walk B 06:00 - D 06:10, m D 06:10 - C 07:00"]
    assert told(journeys(folder, "B", "C", "2026-01-05", "2026-01-06")) == [
        "walk B 06:00 - D 06:10, m D 06:10 - C 07:00"
    ]


def test_b03_a_station_and_its_platforms(feed: Callable[..., Path]) -> None:
    stops = "stop_id,stop_name,location_type,parent_station\nA,Alat,0,\nS,Sara,1,\nS1,Sara,0,S\nS2,Sara,0,S\nC,Culfa,0,"
    folder = feed("k daily A 05:00 S1 06:00\nm daily S2 06:05 C 07:00\nn daily S2 06:04 C 07:30", stops=stops)
    assert told(journeys(folder, "Alat", "sara", "2026-01-05")) == ["k A 05:00 - S1 06:00, walk S1 06:00 - S 06:00"]
    assert told(journeys(folder, "Sara", "Culfa", "2026-01-05T06:00"))[0].startswith("walk S 06:05 - S2 06:05, m")
    # Between platforms it takes the time to change.
    assert "m S2 06:05" in told(journeys(folder, "A", "C", "2026-01-05", change_min=5))[0]
    assert "1+06:05" in told(journeys(folder, "A", "C", "2026-01-05", change_min=6))[0]


def test_b04_a_transfer_that_is_not_possible(feed: Callable[..., Path]) -> None:
    stops = "stop_id,stop_name,location_type,parent_station\nA,Alat,0,\nS,Sara,1,\nS1,Sara,0,S\nS2,Sara,0,S\nC,Culfa,0,"
    transfers = "from_stop_id,to_stop_id,transfer_type\nS1,S2,3"
    folder = feed("k daily A 05:00 S1 06:00\nm daily S2 06:05 C 07:00", stops=stops, transfers=transfers)
    answer = journeys(folder, "A", "C", "2026-01-05")
    assert not answer.found
    assert "2 other stops are reached" in answer.reason


# c: days and clocks


def test_c01_days_of_the_week_and_exceptions(feed: Callable[..., Path]) -> None:
    dates = "service_id,date,exception_type\n14,20260108,2\n14,20260110,1"
    folder = feed("k 14 A 05:00 B 06:00", calendar_dates=dates)
    days = [journeys(folder, "A", "B", f"2026-01-{day:02}", f"2026-01-{day + 1:02}").found for day in range(5, 13)]
    assert [bool(found) for found in days] == [True, False, False, False, False, True, False, True]


def test_c02_calendar_dates_alone(feed: Callable[..., Path]) -> None:
    dates = "service_id,date,exception_type\n1,20260204,1"
    files = gtfs("k 1 A 05:00 B 06:00", calendar_dates=dates)
    del files["calendar.txt"]
    folder = write(files, feed("k 1 A 05:00 B 06:00").parent / "dates")
    assert read_gtfs(folder).first_day == dt.date(2026, 2, 4)
    assert told(journeys(folder, "A", "B", "2026-02-01")) == ["k A 3+05:00 - B 3+06:00"]


def test_c03_over_midnight_and_caught_the_day_after(feed: Callable[..., Path]) -> None:
    folder = feed("k 1 A 23:30 B 25:10\nm 2 B 01:20 C 02:00\nn 1 C 49:00 A 50:00")
    assert told(journeys(folder, "A", "C", "2026-01-05T12:00")) == ["k A 23:30 - B 1+01:10, m B 1+01:20 - C 1+02:00"]
    # Boarded on the second day after its service day began.
    assert told(journeys(folder, "C", "A", "2026-01-07T00:30")) == ["n C 01:00 - A 02:00"]


@pytest.mark.parametrize(
    ("day", "starts"), [(dt.date(2026, 3, 28), 23), (dt.date(2026, 3, 29), 22), (dt.date(2026, 10, 25), 23)]
)
def test_c04_clocks_that_change(feed: Callable[..., Path], day: dt.date, starts: int) -> None:
    """A trip at 08:00 leaves when clocks at the stop show 08:00, on every day; service days start 12 h before noon."""
    folder = feed("k daily A 08:00 B 09:00", zone="Europe/Berlin", weeks=52)
    answer = journeys(folder, "A", "B", f"{day}T05:00", f"{day + dt.timedelta(days=1)}T05:00")
    assert told(answer) == ["k A 08:00 - B 09:00"]
    table = answer.timetable
    start = table.epoch + dt.timedelta(seconds=int(table.day_starts[0, (day - table.first_day).days]))
    noon = dt.datetime.combine(day, dt.time(12), ZoneInfo("Europe/Berlin"))
    assert noon.astimezone(dt.UTC) - start == dt.timedelta(hours=12)
    assert start.hour == starts


def test_c05_the_clock_of_each_stop(feed: Callable[..., Path], karvan_says: Says) -> None:
    stops = "stop_id,stop_name,stop_timezone\nA,Alat,\nB,Aktau,Asia/Almaty"
    folder = feed("k daily A 08:00 B 20:00", stops=stops)
    code, printed = karvan_says("gtfs", folder, "A", "B", "--depart", "2026-01-05", "--json")
    assert code == 0
    (found,) = json.loads(printed)["journeys"]
    assert found["departs"] == "2026-01-05T08:00:00+04:00"
    assert found["arrives"] == "2026-01-05T21:00:00+05:00"


def test_c06_agencies_with_zones_of_their_own(feed: Callable[..., Path]) -> None:
    agency = "agency_id,agency_name,agency_url,agency_timezone\nX,X,u,Asia/Baku\nY,Y,u,Asia/Almaty"
    routes = "route_id,agency_id,route_long_name,route_type\nR,Y,Caspian,2"
    table = read_gtfs(feed("k daily A 08:00 B 20:00", agency=agency, routes=routes))
    run = running(table, 0, 10 * 86_400)
    assert (table.epoch + dt.timedelta(seconds=int(run.starts[0]))).hour == 3  # 08:00 at +05:00
    assert table.trip_line.tolist() == ["Caspian"]


def test_c07_times_left_open_are_spread(feed: Callable[..., Path]) -> None:
    folder = feed("k daily A 05:00 B ? C ? D 06:00/06:10 E ? F 07:00")
    table = read_gtfs(folder)
    assert table.reach_after.tolist() == [0, 1200, 2400, 3600, 5700, 7200]
    assert table.leave_after.tolist() == [0, 1200, 2400, 4200, 5700, 7200]


@pytest.mark.parametrize("exact", ["0", "1", ""])
def test_c08_frequencies_are_departures(feed: Callable[..., Path], exact: str) -> None:
    rows = f"trip_id,start_time,end_time,headway_secs,exact_times\nk,06:00:00,08:00:00,1800,{exact}"
    table = read_gtfs(feed("k daily A 00:00 B 00:40", frequencies=rows))
    assert table.trip_start.tolist() == [6 * 3600 + 1800 * nth for nth in range(4)]
    assert ("exact times" in " ".join(table.notes)) == (exact != "1")
    search = TimetableSearch(running(table, 0, 3 * 86_400))
    assert len(search.profile(0, 1, 0, 2 * 86_400)) == 4


def test_c09_trips_that_overtake_are_lanes_of_their_own(feed: Callable[..., Path]) -> None:
    table = read_gtfs(feed("k daily A 05:00 B 09:00\nm daily A 06:00 B 07:00\nn daily A 06:00 B 10:00"))
    run = running(table, 0, 30 * 86_400)
    lanes = [[int(t) for t in run.trip[first : first + runs]] for _, _, first, runs, _ in run.routes.tolist()]
    assert lanes[0][:3] == [0, 2, 0]
    assert set(lanes[1]) == {1}
    assert len(table.first_call) == 2


# d: no, and why


def test_d01_no_connection(feed: Callable[..., Path], karvan_says: Says) -> None:
    folder = feed("k daily A 05:00 B 06:00\nm daily C 05:00 D 06:00")
    code, printed = karvan_says("gtfs", folder, "A", "D", "--depart", "2026-01-05")
    assert code == 4
    assert "No journey: no connection from A-town to D-town in that time; 1 other stop is reached" in printed


@pytest.mark.parametrize(
    ("ends", "depart", "until", "why"),
    [
        ("AB", "2026-01-30", None, "nothing leaves A-town"),
        ("BA", "2026-01-06", None, "nothing leaves B-town"),
        ("CA", "2026-01-06", None, "nothing comes to A-town"),
        ("AB", "2026-01-06T05:01", "2026-01-06T06:00", "nothing leaves A-town"),
    ],
)
def test_d02_why_not(feed: Callable[..., Path], ends: str, depart: str, until: str | None, why: str) -> None:
    answer = journeys(feed("k daily A 05:00 B 06:00\nm daily C 05:00 D 06:00"), *ends, depart, until)
    assert not answer.found
    assert answer.reason.startswith(why)
    assert "the timetable is for 2026-01-05 to 2026-01-18" in answer.reason


def test_d03_too_few_trips(feed: Callable[..., Path]) -> None:
    answer = journeys(feed(HALF_HOURLY), "A", "C", "2026-01-06", most_trips=1)
    assert (answer.found, answer.reason[:10]) == ((), "no journey")


def test_d04_everything_wrong_with_a_request_at_once(feed: Callable[..., Path]) -> None:
    with pytest.raises(InputError) as caught:
        journeys(
            feed(HALF_HOURLY), "Atown", "Z", "tomorrow", "2026-01-05",
            full=("ab0", "xy@A", "ab0@C", "ab0@A@2030-01-01"), horizon_days=0, most_trips=0,
        )  # fmt: skip
    said = [str(problem) for problem in caught.value.problems]
    assert [line.split(" | ")[0] for line in said] == [
        "origin",
        "destination",
        "depart",
        *["full"] * 4,
        "horizon",
        "trips",
    ]
    assert "nearest: A-town" in said[0]
    assert said[3].endswith("the nearest trips are ab0, ab10, bc0")
    assert said[5].endswith("trip ab0 leaves A")
    assert said[6].endswith("trip ab0 does not run on 2030-01-01")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("A", "A", "2026-01-05"), "give another stop"),
        (("A", "B", "2026-01-05T06:00", "2026-01-05T06:00"), "end the window after it begins"),
        (("A", "B", "1999-01-05"), "the timetable is for 2026-01-05 to 2026-01-18"),
        (("A", "B", "9999-12-31T23:59-23:00"), "give a day as"),
    ],
)
def test_d05_requests_that_cannot_be(feed: Callable[..., Path], words: tuple[str, ...], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        journeys(feed(HALF_HOURLY), *words)


def test_d06_a_name_that_several_stops_have(feed: Callable[..., Path]) -> None:
    folder = feed("k daily A 05:00 B 06:00 C 07:00", stops="stop_id,stop_name\nA,Same\nB,Same\nC,Other")
    with pytest.raises(InputError, match="2 stops have that name; give an id: A, B"):
        journeys(folder, "same", "C", "2026-01-05")


# e: the command line


def test_e01_reach(feed: Callable[..., Path], karvan_says: Says) -> None:
    folder = feed("k daily A 05:00 B 06:00\nm 3 B 05:00 C 06:00\nn 4 C 07:00 D 08:00")
    code, printed = karvan_says("gtfs", folder, "A", "--reach", "--depart", "2026-01-05", "--horizon", "3", "--json")
    stops = json.loads(printed)["stops"]
    assert (code, [(stop["id"], stop["hours"]) for stop in stops]) == (0, [("B", 6.0), ("C", 54.0)])
    code, printed = karvan_says("gtfs", folder, "A", "--reach", "--depart", "2026-01-05")
    assert (code, printed.splitlines()[0]) == (0, "3 stops reached in 7 days, leaving from 05 Jan 2026 00:00 +04")
    assert karvan_says("gtfs", folder, "D", "--reach", "--depart", "2026-01-05")[0] == 4


def test_e02_as_told_on_a_terminal(feed: Callable[..., Path], karvan_says: Says) -> None:
    ends = ("--depart", "2026-01-06T05:00", "--until", "2026-01-06T06:00", "--full", "bc2@B")
    code, printed = karvan_says("gtfs", feed(HALF_HOURLY), "A", "C", *ends)
    assert code == 0
    assert printed.splitlines() == [
        "A-town to C-town, leaving from 06 Jan 2026 05:00 +04 to 06 Jan 2026 06:00 +04",
        "",
        "06 Jan 05:30 - 06 Jan 07:45, 2 trips, 2 h 15 min",
        "  06 Jan 05:30  06 Jan 06:30  A-town - B-town (Line, trip ab1)",
        "  06 Jan 06:45  06 Jan 07:45  B-town - C-town (Line, trip bc3)",
    ]


@pytest.mark.parametrize("words", [(), ("C", "--reach"), ("--reach", "--until", "2026-01-06")])
def test_e03_wrong_usage(feed: Callable[..., Path], karvan_says: Says, words: tuple[str, ...]) -> None:
    assert karvan_says("gtfs", feed(HALF_HOURLY), "A", *words, "--depart", "2026-01-05")[0] == 2


def test_e04_the_defaults_that_help_tells_are_those_of_the_study(karvan_says: Says) -> None:
    said = " ".join(karvan_says("gtfs", "--help")[1].split())
    for option, default in (("change MINUTES", CHANGE_MIN), ("horizon DAYS", HORIZON_DAYS), ("trips N", MOST_TRIPS)):
        assert re.search(rf"--{option} [^\[]*\[default: {default}\]", said)


# f: bad feeds

TWO = "k daily A 05:00 B 06:00"
HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
BAD: list[tuple[dict[str, str | None], list[str]]] = [
    ({"stops": None}, ["stops.txt | found no such file | a feed must have it"]),
    ({"stops": None, "trips": None}, ["stops.txt | found no such file", "trips.txt | found no such file"]),
    ({"calendar": None}, ["calendar.txt | found neither it nor calendar_dates.txt"]),
    ({"stops": "stop_name\nA"}, ["stops.txt, header | found no column stop_id | add it; there is stop_name"]),
    ({"stops": ""}, ["stops.txt, line 1 | found no header"]),
    ({"stops": "stop_id,stop_id\nA,B"}, ["stops.txt, line 1 | found the column 'stop_id' twice"]),
    ({"stops": "stop_id\nA\nB\nA"}, ["stops.txt, line 4, stop_id | found 'A' | give every row an id of its own"]),
    ({"stops": "stop_id,stop_lat\nA,91\nB,x"}, ["line 2, stop_lat | found '91'", "line 3, stop_lat | found 'x'"]),
    ({"stops": "stop_id,parent_station\nA,Q\nB,"}, ["line 2, parent_station | found 'Q' | give an id of stops.txt"]),
    ({"stops": "stop_id,stop_timezone\nA,Mars/Base\nB,"}, ["stop_timezone | found 'Mars/Base'"]),
    ({"agency": "agency_id,agency_timezone\nX,Baku"}, ["agency.txt, line 2, agency_timezone | found 'Baku'"]),
    ({"agency": "agency_id,agency_timezone"}, ["agency.txt | found no agency"]),
    ({"routes": "route_id,agency_id\nR,Q"}, ["routes.txt, line 2, agency_id | found 'Q' | give an id of agency.txt"]),
    ({"trips": "route_id,service_id,trip_id\nQ,1234567,k"}, ["trips.txt, line 2, route_id | found 'Q'"]),
    ({"trips": "route_id,service_id,trip_id\nR,9,k"}, ["trips.txt, line 2, service_id | found '9'"]),
    ({"trips": "route_id,service_id,trip_id\nR,1234567,k,more"}, ["trips.txt, line 2 | found 4 cells | give 3"]),
    ({"stop_times": HEAD + "k,05:00:00,05:00:00,A,1\nk,06:00:00,06:00:00,BB,2"},
     ["stop_times.txt, line 3, stop_id | found 'BB' | give an id of stops.txt; nearest is 'B'"]),
    ({"stop_times": HEAD + "kk,05:00:00,05:00:00,A,1\nk,06:00:00,06:00:00,B,2"}, ["line 2, trip_id | found 'kk'"]),
    ({"stop_times": HEAD + "k,05:00:00,05:00:00,A,1\nk,04:00:00,06:00:00,B,2"},
     ["stop_times.txt, line 3, arrival_time | found '04:00:00' | a trip cannot run backwards"]),
    ({"stop_times": HEAD + "k,05:00:00,04:59:59,A,1\nk,06:00:00,06:00:00,B,2"}, ["line 2, arrival_time"]),
    ({"stop_times": HEAD + "k,5 Uhr,05:00:00,A,1\nk,06:60:00,06:00:00,B,2"},
     ["line 2, arrival_time | found '5 Uhr' | give hours", "line 3, arrival_time | found '06:60:00'"]),
    ({"stop_times": HEAD + "k,05:00:00,05:00:00,A,1\nk,,,B,2"}, ["line 3, arrival_time | found an empty cell"]),
    ({"stop_times": HEAD + "k,05:00:00,05:00:00,A,1\nk,06:00:00,06:00:00,B,1"}, ["line 3, stop_sequence | found '1'"]),
    ({"stop_times": HEAD + "k,05:00:00,05:00:00,A,-1\nk,06:00:00,06:00:00,B,x"},
     ["line 2, stop_sequence | found '-1'", "line 3, stop_sequence | found 'x'"]),
    ({"calendar": f"service_id,{WEEKDAYS},start_date,end_date\n1234567,1,1,1,1,1,1,2,20260105,20260230"},
     ["calendar.txt, line 2, end_date | found '20260230'", "calendar.txt, line 2, sunday | found '2'"]),
    ({"calendar": f"service_id,{WEEKDAYS},start_date,end_date\n1234567,1,1,1,1,1,1,1,20260105,20260104"},
     ["calendar.txt, line 2, end_date | found '20260104' | end no earlier than start_date"]),
    ({"calendar_dates": "service_id,date,exception_type\n1234567,2026-01-05,3"},
     ["calendar_dates.txt, line 2, date | found '2026-01-05'", "exception_type | found '3'"]),
    ({"frequencies": "trip_id,start_time,end_time,headway_secs\nk,06:00:00,05:00:00,0"},
     ["frequencies.txt, line 2, headway_secs | found '0'", "frequencies.txt, line 2, end_time | found '05:00:00'"]),
    ({"frequencies": "trip_id,start_time,end_time,headway_secs\n" + "k,00:00:00,999:00:00,1\n" * 10},
     ["frequencies.txt | found 35,964,000 departures"]),
    ({"transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nA,Q,9,-5"},
     ["line 2, to_stop_id | found 'Q'", "transfer_type | found '9'", "min_transfer_time | found '-5'"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "problems"), BAD)
def test_f01_what_is_wrong_with_a_feed(tmp_path: Path, files: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_gtfs(write(gtfs(TWO, **files), tmp_path / "feed"))
    said = str(caught.value)
    assert [problem for problem in problems if problem not in said] == [], said
    assert len(caught.value.problems) == len(problems), said


def test_f02_all_files_are_told_together(tmp_path: Path) -> None:
    bad = {"stops": "stop_id\nA", "routes": "route_id,agency_id\nR,Q", "trips": "route_id,service_id,trip_id\nR,9,k"}
    with pytest.raises(InputError) as caught:
        read_gtfs(write(gtfs(TWO, **bad), tmp_path / "feed"))
    files = {problem.address.split(",")[0] for problem in caught.value.problems}
    assert files == {"routes.txt", "trips.txt", "stop_times.txt"}


def test_f03_many_of_a_kind_are_a_number(tmp_path: Path) -> None:
    rows = "".join(f"k,05:00:00,05:00:00,Q{nth},{nth}\n" for nth in range(1000))
    with pytest.raises(InputError) as caught:
        read_gtfs(write(gtfs(TWO, stop_times=HEAD + rows), tmp_path / "feed"))
    assert len(caught.value.problems) == 6
    assert str(caught.value.problems[-1]).startswith("stop_times.txt, stop_id | found 995 more such rows")


def test_f04_a_line_keeps_its_number(tmp_path: Path) -> None:
    """Lines that are no rows count."""
    rows = 'k,05:00:00,05:00:00,A,1\n\nk,1,2\n"k",06:00:00,06:00:00,"Q",2'
    with pytest.raises(InputError) as caught:
        read_gtfs(write(gtfs(TWO, stop_times=HEAD + rows), tmp_path / "feed"))
    said = [problem.address for problem in caught.value.problems]
    assert said == ["stop_times.txt, line 4", "stop_times.txt, line 5, stop_id"]


@pytest.mark.parametrize("text", [b"stop_id\n\xff\xfe\n", b"stop_id\n\x00\n", b'stop_id\n"A\n', b"\xff\n"])
def test_f05_bytes_that_are_no_table(tmp_path: Path, text: bytes) -> None:
    folder = write(gtfs(TWO), tmp_path / "feed")
    (folder / "stops.txt").write_bytes(text)
    with pytest.raises(InputError, match=r"stops\.txt|stop_times\.txt"):
        read_gtfs(folder)


def test_f06_spellings_that_are_fine(tmp_path: Path) -> None:
    """A byte order mark, blanks, quotes, Windows line ends, columns in any order, files and columns not read."""
    files = gtfs(TWO)
    files["stops.txt"] = '\ufeff stop_name ,"stop_id", x\r\n"Alat, by the ""sea""" , A ,\r\nB,"B",1\r\n'
    files["stop_times.txt"] = files["stop_times.txt"].replace("05:00:00", " 5:00:00 ")
    files["shapes.txt"] = "anything"
    table = read_gtfs(write(files, tmp_path / "feed"))
    assert table.stop_names.tolist() == ['Alat, by the "sea"', "B"]
    assert table.trip_start.tolist() == [5 * 3600]


def pack_zip(path: Path, members: Iterable[tuple[str, str]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize("folder", ["", "feed/"])
def test_f07_a_zip(tmp_path: Path, folder: str) -> None:
    path = pack_zip(tmp_path / "f.zip", [(folder + name, text) for name, text in gtfs(HALF_HOURLY).items()])
    assert len(journeys(path, "A", "C", "2026-01-06T05:00", "2026-01-06T06:00").found) == 2


@pytest.mark.parametrize(
    ("member", "found"),
    [
        ("../stops.txt", "a member with the path '../stops.txt'"),
        ("/stops.txt", "a member with the path '/stops.txt'"),
        ("C:\\stops.txt", "a member with the path"),
        ("other/stops.txt", "'stops.txt' twice"),
    ],
)
def test_f08_zips_that_lead_out_or_say_things_twice(tmp_path: Path, member: str, found: str) -> None:
    path = pack_zip(tmp_path / "f.zip", [*gtfs(TWO).items(), (member, "stop_id\nA\n")])
    with pytest.raises(InputError, match=re.escape(found)):
        read_gtfs(path)


def test_f09_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack_zip(tmp_path / "f.zip", [*gtfs(TWO).items(), ("shapes.txt", "0" * 2**24)])
    with pytest.raises(InputError, match="unpacks to 16,777,216 bytes"):
        read_gtfs(path)
    monkeypatch.setattr(feed_files, "LARGEST_FILE", 100)
    with pytest.raises(InputError, match="a file has at most 100"):
        read_gtfs(write(gtfs(HALF_HOURLY), tmp_path / "feed"))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"stop_id\n"])
def test_f10_files_that_are_no_feed(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f.zip").write_bytes(data)
    with pytest.raises(InputError, match="found a file that is not a zip"):
        read_gtfs(tmp_path / "f.zip")
    with pytest.raises(InputError, match="found nothing there"):
        read_gtfs(tmp_path / "no.zip")


def test_f11_a_damaged_zip(tmp_path: Path) -> None:
    path = pack_zip(tmp_path / "f.zip", gtfs(HALF_HOURLY).items())
    data = bytearray(path.read_bytes())
    at = data.index(b"stop_times.txt") + 40
    data[at : at + 20] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"stop_times\.txt"):
        read_gtfs(path)


def test_f12_odd_but_usable_things_are_noted(feed: Callable[..., Path]) -> None:
    calendar = f"service_id,{WEEKDAYS},start_date,end_date\n1234567,1,1,1,1,1,1,1,20260105,20991231"
    transfers = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\nA,B,1,k,k\n,,4,k,k"
    table = read_gtfs(feed(TWO + "\nm daily A 05:00", calendar=calendar, transfers=transfers))
    assert table.days == 3653
    assert [note.split()[0] for note in table.notes] == ["calendars", "2", "1"]
    assert table.trip_ids.tolist() == ["k"]


@pytest.mark.parametrize("minutes", [-1.0, float("nan"), 1441.0])
def test_f13_times_to_change_that_cannot_be(feed: Callable[..., Path], minutes: float) -> None:
    with pytest.raises(InputError, match="give minutes from 0 to 1440"):
        read_gtfs(feed(TWO), minutes)


@pytest.mark.parametrize(
    ("text", "seconds"), [("05:00:01", 18001), ("125:59:59", 453599), ("5:0:0", None), ("٠٥:00:00", None), ("", None)]
)
def test_f14_clocks(text: str, seconds: int | None) -> None:
    assert clock_s(text) == seconds


SPOILT = st.sampled_from(["", ",", "\n", '"', "-1", "99999999999", "\x00", "\ufeff", "é", "25:61:00", "20261301", " "])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_f15_spoilt_feeds_are_read_or_refused(data: st.DataObject) -> None:
    """Whatever is put into a feed in whatever place, it is a timetable or an error of input."""
    rows = "trip_id,start_time,end_time,headway_secs\nk,06:00:00,07:00:00,600"
    dates = "service_id,date,exception_type\n1234567,20260108,2"
    files = gtfs(TWO + "\nm 1 B 05:00 A ? C 06:00", frequencies=rows, calendar_dates=dates, transfers=WALK)
    files["stops.txt"] += "D,D-town\nE,E-town\n"
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(files)))
        start = data.draw(st.integers(0, len(files[name])))
        end = start + data.draw(st.integers(0, 8))
        files[name] = files[name][:start] + data.draw(SPOILT) + files[name][end:]
    with tempfile.TemporaryDirectory() as folder:
        try:
            table = read_gtfs(write(files, Path(folder)))
        except InputError:
            return
    run = running(table, 0, 20 * 86_400)
    assert (np.diff(table.first_call) >= 2).all()
    TimetableSearch(run).reach(0, 86_400)


# g: held against a search that leaves nothing out


@dataclass(frozen=True)
class Run:
    """A trip on a day: stops, arrivals, departures, boardings and alightings of its calls."""

    key: tuple[int, int]
    stops: list[int]
    arrives: list[int]
    departs: list[int]
    boards: list[bool]
    alights: list[bool]


def runs_of(table: Timetable, full: set[tuple[int, int, int]]) -> list[Run]:
    """Every trip on every day, by itself."""
    found = []
    for trip in range(len(table.trip_ids)):
        profile = table.trip_profile[trip]
        rows = slice(
            table.first_call[table.profile_pattern[profile]], table.first_call[table.profile_pattern[profile] + 1]
        )
        stops = table.call_stop[rows].tolist()
        at = table.profile_row[profile]
        for day in np.flatnonzero(table.calendars[table.trip_calendar[trip]]).tolist():
            start = int(table.day_starts[table.trip_zone[trip], day]) + int(table.trip_start[trip])
            times = [
                [start + int(s) for s in column[at : at + len(stops)]]
                for column in (table.reach_after, table.leave_after)
            ]
            boards = [bool(may) and (trip, n, day) not in full for n, may in enumerate(table.boards[rows])]
            found.append(Run((trip, day), stops, *times, boards, table.alights[rows].tolist()))
    return found


def by_force(
    table: Timetable, runs: list[Run], origin: int, depart: int, most: int, patience: int = NEVER
) -> list[list[int]]:
    """Earliest arrival at each stop with at most k trips, k = 0 to most, by trying everything once a round.

    The first trip leaves at most `patience` after it could.
    """
    walks = list(zip(table.walk_from.tolist(), table.walk_to.tolist(), table.walk_s.tolist(), strict=True))
    n = table.stops
    arrives = [NEVER] * n
    ready = [NEVER] * n
    arrives[origin] = ready[origin] = depart
    for one, other, seconds in walks:
        if one == origin:
            arrives[other], ready[other] = (min(t[other], depart + seconds) for t in (arrives, ready))
    rounds = [list(arrives)]
    for k in range(most):
        by_trip = [NEVER] * n
        for run in runs:
            on = False
            for call, stop in enumerate(run.stops):
                if on and run.alights[call]:
                    by_trip[stop] = min(by_trip[stop], run.arrives[call])
                wait = run.departs[call] - ready[stop]
                on = on or (run.boards[call] and 0 <= wait <= (NEVER if k else patience))
        by_trip[origin] = NEVER  # who comes back gains nothing
        if k == 0:
            ready = [NEVER] * n
        for stop in range(n):
            arrives[stop] = min(arrives[stop], by_trip[stop])
            ready[stop] = min(ready[stop], by_trip[stop] + int(table.change_s[stop]))
        for one, other, seconds in walks:
            if other != origin:
                arrives[other], ready[other] = (min(t[other], by_trip[one] + seconds) for t in (arrives, ready))
        rounds.append(list(arrives))
    return rounds


@st.composite
def feeds(draw: st.DrawFn) -> dict[str, str]:
    """Small feeds with everything in them: few stops and times, so that much falls together."""
    n = draw(st.integers(2, 5))
    minutes = st.integers(0, 12).map(lambda tens: 10 * tens)
    trips, times = ["route_id,service_id,trip_id"], [HEAD.strip() + ",pickup_type,drop_off_type"]
    for trip in range(draw(st.integers(1, 7))):
        clock = draw(st.sampled_from([0, 300, 600, 23 * 60, 25 * 60]))
        trips.append(f"R,{draw(st.sampled_from('DEF'))},t{trip}")
        for call in range(draw(st.integers(2, 4))):
            comes = clock + draw(minutes) * (call > 0)
            clock = comes + draw(st.sampled_from([0, 0, 10]))
            may = f"{draw(st.sampled_from('0001'))},{draw(st.sampled_from('0001'))}"
            marks = [f"{at // 60:02}:{at % 60:02}:00" for at in (comes, clock)]
            times.append(f"t{trip},{','.join(marks)},{'ABCDE'[draw(st.integers(0, n - 1))]},{call},{may}")
    transfers = ["from_stop_id,to_stop_id,transfer_type,min_transfer_time"]
    for one in range(n):
        for other in range(n):
            seconds = draw(st.sampled_from([None, None, None, 0, 600, 1200]))
            if seconds is not None:
                transfers.append(f"{'ABCDE'[one]},{'ABCDE'[other]},2,{seconds}")
    dates = [f"D,202601{6 + day:02},{draw(st.integers(1, 2))}" for day in range(draw(st.integers(0, 3)))]
    return gtfs(
        "", zone=draw(st.sampled_from(["UTC", "Asia/Baku"])),
        stops="\n".join(["stop_id", *"ABCDE"[:n]]), trips="\n".join(trips), stop_times="\n".join(times),
        transfers="\n".join(transfers), calendar_dates="\n".join(["service_id,date,exception_type", *dates]),
        calendar=f"service_id,{WEEKDAYS},start_date,end_date\nD,1,1,1,1,1,1,1,20260105,20260108\n"
        "E,1,0,1,0,1,0,1,20260105,20260108\nF,0,1,1,1,1,1,1,20260106,20260107",
    )  # fmt: skip


@st.composite
def asked(draw: st.DrawFn) -> tuple[Timetable, Running, list[Run], int, int, int]:
    """A feed read, what runs of it, by itself too, with some departures full; origin, destination and departure."""
    with tempfile.TemporaryDirectory() as folder:
        table = read_gtfs(write(draw(feeds()), Path(folder)), draw(st.sampled_from([0, 10])))
    trips = range(len(table.trip_ids))
    full = draw(st.sets(st.tuples(st.sampled_from(trips), st.integers(0, 1), st.integers(0, 3)), max_size=3))
    origin, destination = draw(st.permutations(range(table.stops)))[:2]
    depart = draw(st.integers(0, 9 * 24)) * 600 + 86_400 - 5 * 3600
    return table, running(table, 0, 20 * 86_400, sorted(full)), runs_of(table, full), origin, destination, depart


def check_journey(table: Timetable, run: Running, runs: dict[tuple[int, int], Run], journey: Journey) -> None:
    """Every hop is as the timetable has it, and there is time between any two."""
    for hop in journey.hops:
        if hop.on_foot:
            walk = np.flatnonzero((table.walk_from == hop.from_stop) & (table.walk_to == hop.to_stop))
            assert table.walk_s[walk].tolist() == [hop.arrives - hop.departs]
            continue
        ride = runs[int(run.trip[hop.run]), int(run.day[hop.run])]
        assert ride.boards[hop.boarded]
        assert ride.alights[hop.alighted]
        assert (ride.stops[hop.boarded], ride.departs[hop.boarded]) == (hop.from_stop, hop.departs)
        assert (ride.stops[hop.alighted], ride.arrives[hop.alighted]) == (hop.to_stop, hop.arrives)
        assert hop.boarded < hop.alighted
    for one, other in pairwise(journey.hops):
        assert one.to_stop == other.from_stop
        assert not (one.on_foot and other.on_foot)
        change = 0 if one.on_foot or other.on_foot else int(table.change_s[one.to_stop])
        assert one.arrives + change <= other.departs


MOST = 5
UNCOMPILED = os.environ.get("NUMBA_DISABLE_JIT") == "1"
EXAMPLES = settings(max_examples=25 if UNCOMPILED else 100, deadline=None)


@EXAMPLES
@given(asked(), st.sampled_from([0, 3]))
def test_g01_fronts_earliest_arrivals_and_reach(case: tuple[Any, ...], marks: int) -> None:
    table, run, runs, origin, destination, depart = case
    search = TimetableSearch(run, marks=marks, most_trips=MOST)
    rounds = by_force(table, runs, origin, depart, MOST)
    by_key = {ride.key: ride for ride in runs}
    best = [rounds[k][destination] for k in range(MOST + 1)]
    front = search.front(origin, destination, depart)
    assert [(j.trips, j.arrives) for j in front] == [
        (k, best[k]) for k in range(MOST + 1) if best[k] < (best[k - 1] if k else NEVER)
    ]
    for journey in front:
        check_journey(table, run, by_key, journey)
        assert journey.departs >= depart
    most = len(runs) + table.stops  # more trips than any journey needs
    last = by_force(table, runs, origin, depart, most)[-1]
    first = search.earliest(origin, destination, depart)
    assert (NEVER if first is None else first.arrives) == last[destination]
    if first is not None:
        check_journey(table, run, by_key, first)
    last[origin] = depart
    assert search.reach(origin, depart).tolist() == last
    # No later than asked, and the same with a bound that is just met.
    if first is not None:
        assert search.earliest(origin, destination, depart, first.arrives) == first
        assert search.earliest(origin, destination, depart, first.arrives - 1) is None
        assert [j.arrives for j in search.front(origin, destination, depart, first.arrives)] == [
            j.arrives for j in front if j.arrives == first.arrives
        ]


@EXAMPLES
@given(asked(), st.integers(1, 40), st.sampled_from([0, 3]))
def test_g02_windows(case: tuple[Any, ...], hours: int, marks: int) -> None:
    table, run, runs, origin, destination, since = case
    until = since + hours * 3600
    search = TimetableSearch(run, marks=marks, most_trips=MOST)
    found = search.profile(origin, destination, since, until)
    near = {origin: 0} | {
        int(there): int(walk)
        for one, there, walk in zip(table.walk_from, table.walk_to, table.walk_s, strict=True)
        if one == origin
    }
    times = {ride.departs[n] - near[stop] for ride in runs for n, stop in enumerate(ride.stops) if stop in near}
    every = []
    for depart in sorted(time for time in times if since <= time < until):
        best = [row[destination] for row in by_force(table, runs, origin, depart, MOST, patience=0)]
        every += [(depart, best[k], k) for k in range(1, MOST + 1) if best[k] < best[k - 1]]
    wanted = [
        a for a in every if not any(b != a and b[0] >= a[0] and b[1] <= a[1] and b[2] <= a[2] for b in every)
    ]  # fmt: skip
    walk = [(since, since + near[destination], 0)] if destination in near else []
    assert [(journey.departs, journey.arrives, journey.trips) for journey in found] == walk + wanted
    for journey in found:
        check_journey(table, run, {ride.key: ride for ride in runs}, journey)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 1)), max_size=4), max_size=12))
def test_g03_lists_that_are_alike(lists: list[list[tuple[int, int]]]) -> None:
    first = np.cumsum([0, *map(len, lists)])
    columns = [np.array([row[n] for rows in lists for row in rows], dtype=np.int64) for n in range(2)]
    kind, met = distinct(columns, first)
    order = list(dict.fromkeys(map(tuple, lists)))
    assert kind.tolist() == [order.index(tuple(rows)) for rows in lists]
    assert met.tolist() == [lists.index(list(rows)) for rows in order]


def test_g04_the_same_twice(feed: Callable[..., Path]) -> None:
    folder = feed(HALF_HOURLY)
    one, other = (running(read_gtfs(folder), 0, 10**6) for _ in range(2))
    for name in ("routes", "calls", "trip", "day", "starts", "rows", "visits"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.skipif(UNCOMPILED, reason="this run is uncompiled itself")
def test_h01_the_same_cases_uncompiled() -> None:
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", __file__, "-k", "a0 or b0 or g0"]
    path = os.pathsep.join(str(Path(__file__).parents[1] / name) for name in ("src", "tools"))
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, *words], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_h02_reach_from_python(feed: Callable[..., Path]) -> None:
    folder = feed(HALF_HOURLY)
    answer = reach(folder, "A", "2026-01-06T05:00", full=("bc2@B",))
    assert [(answer.arrives[n] - answer.since) / 3600 for n in range(2)] == [1.0, 2.75]
