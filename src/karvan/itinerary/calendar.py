"""The calendar of a request: when vehicles leave and things are open, in hours after the goods are ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from math import inf
from typing import NamedTuple

import numpy as np

from karvan.itinerary.request import FindItineraries
from karvan.network.calendar import Calendar, Spell, without
from karvan.network.item import Item
from karvan.network.network import ArcIx, Floats, Ints, Network

Passed = tuple[str, str, str]
"""Kind, place and row of an item."""
BEFORE_DAYS = 60
"""Goods may board far down the line a train that left its first stop long ago."""


def _days(ask: FindItineraries) -> int:
    """Days that a request looks ahead: its horizon, from the last departure of its window on."""
    window_h = hours_from(ask.depart, ask.until) if ask.until is not None else 0.0
    return int(ask.horizon_days + max(window_h, 0.0) / 24) + 2


def seasons(network: Network, ask: FindItineraries) -> tuple[Floats, Floats]:
    """First hour of each service's season, and the hour at which it is over, counted from the request's departure.

    For services without a timetable; the days of the others are those on which they leave their first stop.
    """
    opens, shuts, any_season = _seasons(network)
    since = ask.depart.timestamp() / 3600
    return (opens - since, shuts - since) if any_season else (opens, shuts)


@lru_cache(maxsize=16)
def _seasons(network: Network) -> tuple[Floats, Floats, bool]:
    """The same in hours since 1970, and whether there are any."""
    opens = np.full(len(network.arcs), -np.inf)
    shuts = np.full(len(network.arcs), np.inf)
    for ix, way in enumerate(network.ways):
        if way.service.departs != "timetable" and (way.service.valid_from or way.service.valid_to):
            zone = Calendar(network.corridor).zone(way.stops[0].place)
            if way.service.valid_from:
                begin = dt.datetime.combine(way.service.valid_from, dt.time(), zone)
                opens[network.way == ix] = begin.timestamp() / 3600
            if way.service.valid_to:
                after = dt.datetime.combine(way.service.valid_to + dt.timedelta(days=1), dt.time(), zone)
                shuts[network.way == ix] = after.timestamp() / 3600
    return opens, shuts, bool(np.isfinite(opens).any() or np.isfinite(shuts).any())


def steady(network: Network, ask: FindItineraries) -> bytes | None:
    """Which services run (n_arcs,) where nothing changes by the clock as long as the request looks; None if it does.

    Requests that are alike but for their day then have the same answer.
    """
    day, horizon_h = ask.depart.astimezone(dt.UTC).date(), ask.horizon_days * 24
    if _departures(network, day, _days(ask))[1].size or _windows(network, day, _days(ask)):
        return None
    opens, shuts = seasons(network, ask)
    on, off = (opens <= 0) & (shuts > horizon_h), (opens > horizon_h) | (shuts <= 0)
    return on.tobytes() if (on | off).all() else None


def departures(network: Network, ask: FindItineraries) -> tuple[Ints, Floats]:
    """Departures of each timetabled ride (h after the request's departure): offsets by arc, and the times."""
    day = ask.depart.astimezone(dt.UTC).date()
    first, epoch_h = _departures(network, day, _days(ask))
    return first, epoch_h - ask.depart.timestamp() / 3600


@lru_cache(maxsize=64)
def _departures(network: Network, today: dt.date, days: int) -> tuple[Ints, Floats]:
    """The same in hours since 1970: requests of one day share them."""
    calendar = Calendar(network.corridor)
    first, last = today - dt.timedelta(days=BEFORE_DAYS), today + dt.timedelta(days=days)
    counts = np.zeros(len(network.arcs) + 1, dtype=np.int64)
    times: list[Floats] = []
    timed = {ix: way for ix, way in enumerate(network.ways) if way.service.departs == "timetable"}
    runs = {
        ix: list(
            calendar.departures(way.service, back=way.back, place=way.stops[0].place, first=first, last=last)
        )
        for ix, way in timed.items()
    }  # fmt: skip
    for ix in np.flatnonzero(np.isin(network.way, list(timed))):
        arc = network.arcs[ix]
        boards = timed[arc.way].stops[arc.board].place
        leaving = [
            run.at.timestamp() / 3600 for run in runs[arc.way] if run.full is not None and boards not in run.full
        ]
        # A timetabled ride that never leaves in the horizon must not be taken for one without a timetable.
        times.append(np.sort(np.array(leaving) + timed[arc.way].clock_h[arc.board]) if leaving else np.array([np.inf]))
        counts[ix + 1] = times[-1].size
    return np.cumsum(counts), np.concatenate(times) if times else np.empty(0)


def windows(network: Network, ask: FindItineraries) -> dict[Passed, Floats]:
    """When items that are shut now and then may be begun: [from, until) in hours after the request's departure (n, 2).

    Facilities by their opening hours and dated closures, a place's with all that begins there, links by theirs. Of a
    carriage: when its vehicle may leave. What is not in it may be begun at any time.
    """
    day = ask.depart.astimezone(dt.UTC).date()
    found = _windows(network, day, _days(ask))
    since = ask.depart.timestamp() / 3600
    return {name: spells - since for name, spells in found.items()}


@lru_cache(maxsize=64)
def _windows(network: Network, today: dt.date, days: int) -> dict[Passed, Floats]:
    first, last = today - dt.timedelta(days=2), today + dt.timedelta(days=days)
    begin, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (first, last))
    ever = (begin - dt.timedelta(days=365 * 10), end + dt.timedelta(days=365 * 10))
    found: dict[Passed, Floats] = {}
    for name, open_spells, shut in _restricted(network, first, last, ever):
        cuts = [(off, on) for off, on in shut if on > begin and off < end]
        if cuts or open_spells != [ever]:
            spells = without(open_spells, cuts)
            hours = [(a.timestamp() / 3600, b.timestamp() / 3600) for a, b in spells]
            found[name] = np.array(
                [(a, inf if b == ever[1] else c) for (_, b), (a, c) in zip(spells, hours, strict=True)]
            ).reshape(-1, 2)
    return found


def _restricted(
    network: Network, first: dt.date, last: dt.date, ever: Spell
) -> Iterator[tuple[Passed, list[Spell], list[Spell]]]:
    """(item, when it is open by its hours, when it is shut by dates) of all that may be shut."""
    corridor, calendar = network.corridor, Calendar(network.corridor)
    stopped = {(row.stops_table, name) for row in corridor.rows("closure") for name in row.stops}
    places = {name for table, name in stopped if table == "place"}
    for row in corridor.rows("facility"):
        if row.opens is not None or row.place in places or ("facility", row.id) in stopped:
            hours = [ever] if row.opens is None else list(calendar.open_days(row, first, last))
            yield (
                (row.kind, row.place, row.id),
                hours,
                [*calendar.shut("facility", row.id), *calendar.shut("place", row.place)],
            )
    for link in corridor.rows("link"):
        for place in (link.from_place, link.to_place):
            if place in places or ("link", link.id) in stopped:
                yield (
                    ("travel", place, link.id),
                    [ever],
                    [*calendar.shut("link", link.id), *calendar.shut("place", place)],
                )
    for way in network.ways:
        if ("service", way.service.id) in stopped:
            for stop in way.stops[:-1]:
                yield ("carriage", stop.place, way.service.id), [ever], calendar.shut("service", way.service.id)


class Stages(NamedTuple):
    """Points on arcs that are passed only while they are open: `kernels.passing` says what the arrays hold."""

    first_stage: Ints
    stage_h: Floats
    stage_window: Ints
    first_open: Ints
    open_h: Floats
    shut_h: Floats


def stages(network: Network, spells: dict[Passed, Floats]) -> Stages:
    """The stages of every arc: an item that may be shut is begun when it is open, what is before it is before it."""
    names = sorted(spells)
    number = {name: ix for ix, name in enumerate(names)}
    counts = np.zeros(len(network.arcs) + 1, dtype=np.int64)
    hours: list[float] = []
    which: list[int] = []
    for ix in _passing(network, frozenset(names)):
        last = at = 0.0
        for item in _begun(network, ix):
            window = number.get((item.kind, item.place, item.row))
            if window is not None:
                hours.append(at - last)
                which.append(window)
                counts[ix + 1] += 1
                last = at
            at += item.hours
    sizes = [len(spells[name]) for name in names]
    every = np.concatenate([spells[name] for name in names]) if names else np.empty((0, 2))
    return Stages(
        np.cumsum(counts),
        np.array(hours, dtype=np.float64),
        np.array(which, dtype=np.int64),
        np.cumsum([0, *sizes]).astype(np.int64),
        np.ascontiguousarray(every[:, 0]),
        np.ascontiguousarray(every[:, 1]),
    )


def _begun(network: Network, arc: ArcIx) -> list[Item]:
    """The items of an arc in order, but for the wait for its vehicle."""
    return [item for item in network.items(arc) if item.kind != "wait"]


@lru_cache(maxsize=16)
def _passing(network: Network, names: frozenset[Passed]) -> tuple[ArcIx, ...]:
    """The arcs that have one of these items."""
    at = {place for _, place, _ in names}
    columns = [ix for ix, place in enumerate(network.corridor.places()) if place.id in at]
    near = np.asarray(network.passes_place[:, columns].any(axis=1))
    return tuple(
        ArcIx(ix)
        for ix, arc in enumerate(network.arcs)
        if (near[ix] or (not arc.is_ride and arc.tail.place in at))
        and any((item.kind, item.place, item.row) in names for item in _begun(network, ArcIx(ix)))
    )


def hours_from(since: dt.datetime, until: dt.datetime) -> float:
    """Hours from one instant to another, whatever their zones' clocks do in between."""
    return (until.astimezone(dt.UTC) - since.astimezone(dt.UTC)).total_seconds() / 3600


def instant(since: dt.datetime, hours: float) -> dt.datetime:
    """The instant so many hours later, by the clock of the same zone."""
    return (since.astimezone(dt.UTC) + dt.timedelta(hours=hours)).astimezone(since.tzinfo)
