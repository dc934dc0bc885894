"""Earliest arrival, and arrival against trips, beside nigiri: `python benchmarks/bench_timetable.py [ROUNDS]`.

Both read the same GTFS feed of `eurasia.py`: 5,000 places, 2,500 lines, 50,000 trips and 1,000,000 departures a week,
two weeks of it. 300 requests go to both in turn, in blocks of 30 as to a service that answers one after another, and
once more one by one, where each finds the caches full of the other's data. What is told is medians over all requests
and rounds, and the median of the ratios of pairs (the same request, the same round) with the range over the rounds.
Goals: earliest arrival at least 20 times as fast, arrival against trips at least 3 times, equal on 300 of 300.

A second feed says as many departures by 7,500 trips that run daily. It is the same to us, since trips are unrolled by
day and put together again by their stops; nigiri is some three times as fast on it, since it keeps fewer routes.

nigiri (`pip install pynigiri`) has no question as small as "earliest arrival": its call finds lower bounds, the whole
front of arrival against transfers, and the journeys. Ours of the second kind does the same; ours of the first finds one
journey. nigiri looks no further than five days, so places are drawn that are no further; those further must be without
answer there too. Both rebuild the journeys in every call.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.eurasia import MONDAY, write_gtfs

from karvan.corridor.timetable import DAY_S
from karvan.formats.gtfs import read_gtfs
from karvan.itinerary.timetabled import TimetableSearch
from karvan.network.running import running

REQUESTS = 300
WEEKS = 2
LONGEST_S = 5 * DAY_S
"""How far nigiri looks."""
MOST_TRIPS = 15
"""It takes 14 transfers at most."""
LANDMARKS = 16
BLOCKS = (30, 1)
Ask = tuple[int, int, int]
Front = list[tuple[int, int]]
"""Trips and arrival (s after Monday 00:00)."""


def resident_mib() -> float:
    """What this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def held_mib(thing: Any) -> float:
    """The arrays of a dataclass."""
    return sum(column.nbytes for column in vars(thing).values() if isinstance(column, np.ndarray)) / 2**20


@contextmanager
def quiet() -> Any:
    """Let nobody write to standard error: nigiri tells its log there."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def ours(feed: Path) -> tuple[TimetableSearch, dict[str, float]]:
    """Our search over the feed, and the seconds that each step to it took."""
    seconds, clock = {}, time.perf_counter()
    for name in ("first", "read"):  # the first reading also imports
        table = read_gtfs(feed)
        seconds[name], clock = time.perf_counter() - clock, time.perf_counter()
    for name in ("compile", "unroll"):
        run = running(table, 0, (7 * WEEKS + 2) * DAY_S)
        seconds[name], clock = time.perf_counter() - clock, time.perf_counter()
    search = TimetableSearch(run, LANDMARKS, MOST_TRIPS)
    seconds["landmarks"] = time.perf_counter() - clock
    return search, seconds


def theirs(feed: Path) -> tuple[Callable[[Ask], Front], float]:
    """What nigiri answers, as a function, and the seconds that it took to load the feed."""
    import pynigiri

    clock = time.perf_counter()
    end = MONDAY + dt.timedelta(days=7 * WEEKS)
    table = pynigiri.load_timetable([pynigiri.TimetableSource("feed", str(feed))], str(MONDAY), str(end))
    seconds = time.perf_counter() - clock
    start = int(dt.datetime.combine(MONDAY, dt.time(), dt.UTC).timestamp()) // 60

    def ask(request: Ask) -> Front:
        origin, destination, depart = request
        query = pynigiri.Query()
        query.start_time = start + depart // 60
        query.start = [pynigiri.Offset(table.find_location(f"P{origin}"), 0, 0)]
        query.destination = [pynigiri.Offset(table.find_location(f"P{destination}"), 0, 0)]
        found = pynigiri.route(table, query)
        return sorted((journey.transfers + 1, 60 * (journey.arrival_time() - start)) for journey in found)

    return ask, seconds


def drawn(
    search: TimetableSearch, served: list[int], ask: Callable[[Ask], Front], seed: int
) -> tuple[list[Ask], int, int]:
    """Requests that have an answer in five days; how many had none, and of these how many had one from nigiri."""
    rng = np.random.default_rng(seed)
    asks: list[Ask] = []
    none = wrong = 0
    while len(asks) < REQUESTS:
        origin, destination = (int(place) for place in rng.choice(served, 2, replace=False))
        request = (origin, destination, 60 * int(rng.integers(0, 2 * 24 * 60)))
        if search.earliest(*at(request)) is None:
            none += 1
            wrong += bool(ask(request))
        else:
            asks.append(request)
    return asks, none, wrong


def at(request: Ask) -> tuple[int, int, int, int]:
    """A request in seconds of our timetable, whose day 1 is the Monday, with the latest arrival that nigiri sees."""
    origin, destination, depart = request
    return origin, destination, depart + DAY_S, depart + DAY_S + LONGEST_S


def main(rounds: int, seed: int = 1) -> None:
    for daily in (False, True):
        print("7,500 trips that run daily" if daily else "50,000 trips, each on one day of the week")
        beside(rounds, seed, daily)


def beside(rounds: int, seed: int, daily: bool) -> None:
    """One feed, both engines."""
    with tempfile.TemporaryDirectory() as folder:
        feed = Path(folder)
        _, lines = write_gtfs(feed, seed, WEEKS, daily)
        before = resident_mib()
        with quiet():
            ask, load_s = theirs(feed)
        between = resident_mib()
        search, seconds = ours(feed)
        after = resident_mib()
    run = search.running
    print(f"{len(run.trip):,} runs, {run.departures:,} departures, {len(run.routes):,} routes in {WEEKS} weeks")
    steps = ", ".join(f"{name} {took:.2f} s" for name, took in seconds.items())
    print(f"loading: nigiri {load_s:.2f} s; ours {steps}")
    if not daily:  # what is freed after the first feed is used again by the second
        print(f"memory: nigiri {between - before:.0f} MiB more; ours {after - between:.0f} MiB more, with the compiler")
    asks, none, wrong = drawn(search, np.unique(lines.stops).tolist(), ask, seed)
    held = sum(held_mib(thing) for thing in (run.timetable, run, search.landmarks))
    print(f"our arrays, of these two weeks: {held:.0f} MiB")
    print(f"{len(asks)} requests; {none} more have no answer in five days, of these nigiri answers {wrong}")
    search.front(*at(asks[0]))  # compiles what is not cached
    for block in BLOCKS:
        compared(search, asks, ask, rounds, block)
    print(*where_it_goes(search, asks), sep="\n")


def compared(search: TimetableSearch, asks: list[Ask], ask: Callable[[Ask], Front], rounds: int, block: int) -> None:
    """Put every request to both, in blocks in turn, and print how long each took and how often they agree."""
    times = np.zeros((rounds, len(asks), 3))
    answers: list[list[Any]] = [[], [], []]
    questions = (ask, lambda request: search.earliest(*at(request)), lambda request: search.front(*at(request)))
    for nth in range(rounds):
        for first in range(0, len(asks), block):
            for column, question in enumerate(questions):
                for ix in range(first, min(first + block, len(asks))):
                    clock = time.perf_counter()
                    answer = question(asks[ix])
                    times[nth, ix, column] = time.perf_counter() - clock
                    if nth == 0:
                        answers[column].append(answer)
    fronts, firsts, ours_fronts = answers
    pairs = [zip(ours, fronts, strict=True) for ours in (firsts, ours_fronts)]
    same = (
        sum(first.arrives - DAY_S == min(arrival for _, arrival in front) for first, front in pairs[0]),
        sum(sorted((j.trips, j.arrives - DAY_S) for j in ours) == front for ours, front in pairs[1]),
    )
    print(f"in blocks of {block}: nigiri {spread(times[..., 0])}")
    for column, name in ((1, "earliest arrival"), (2, "arrival x trips")):
        ratios = [statistics.median(row) for row in times[..., 0] / times[..., column]]
        ratio = f"nigiri/ours {statistics.median(ratios):.1f} [{min(ratios):.1f}..{max(ratios):.1f}]"
        print(f"  {name} {spread(times[..., column])}, {ratio}, equal {same[column - 1]} of {len(asks)}")


def spread(seconds: Any) -> str:
    """Median and 95 % quantile in microseconds."""
    return f"{1e6 * np.median(seconds):,.0f} us (p95 {1e6 * np.quantile(seconds, 0.95):,.0f})"


def where_it_goes(search: TimetableSearch, asks: list[Ask]) -> list[str]:
    """What a request of each kind does, in medians, and ns for each thing done."""
    lines = []
    for name, question, things in (
        ("earliest arrival", search.earliest, ("labels", "looked", "calls")),
        ("arrival x trips", search.front, ("rounds", "routes", "looked", "calls")),
    ):
        done, took = [], []
        for request in asks:
            clock = time.perf_counter()
            question(*at(request))
            took.append(time.perf_counter() - clock)
            done.append([getattr(search.work, thing) for thing in things])
        each = ", ".join(f"{count:,.0f} {thing}" for count, thing in zip(np.median(done, axis=0), things, strict=True))
        ns = 1e9 * np.array(took) / (np.array(done)[:, -1] + np.array(done)[:, -2])
        lines.append(
            f"{name} alone: {1e6 * np.median(took):,.0f} us; {each}; {np.median(ns):.0f} ns a trip looked for or call"
        )
    return lines


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
