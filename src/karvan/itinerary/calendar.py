"""The calendar of a request: when each ride's vehicle leaves, in hours after the goods are ready."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from karvan.corridor.row import Row
from karvan.itinerary.request import FindItineraries
from karvan.network.network import Floats, Ints, Network
from karvan.network.ride import Way


def seasons(network: Network, ask: FindItineraries) -> tuple[Floats, Floats]:
    """First hour of each service's season, and the hour at which it is over, counted from the request's departure.

    For services without a timetable; the days of the others are those on which they leave their first stop.
    """
    opens = np.full(len(network.arcs), -np.inf)
    shuts = np.full(len(network.arcs), np.inf)
    for ix, way in enumerate(network.ways):
        if way.service.departs != "timetable" and (way.service.valid_from or way.service.valid_to):
            zone = zone_of(network, way.stops[0])
            if way.service.valid_from:
                opens[network.way == ix] = _hours(
                    ask.depart, dt.datetime.combine(way.service.valid_from, dt.time(), zone)
                )
            if way.service.valid_to:
                after = way.service.valid_to + dt.timedelta(days=1)
                shuts[network.way == ix] = _hours(ask.depart, dt.datetime.combine(after, dt.time(), zone))
    return opens, shuts


def departures(network: Network, ask: FindItineraries) -> tuple[Ints, Floats]:
    """Departures of each timetabled ride (h after the request's departure): offsets by arc, and the times."""
    lines: dict[tuple[str, bool], list[Row]] = {}
    for line in network.corridor.rows("timetable"):
        lines.setdefault((line.service, line.way == "back"), []).append(line)
    counts = np.zeros(len(network.arcs) + 1, dtype=np.int64)
    times = []
    timed = {ix: way for ix, way in enumerate(network.ways) if way.service.departs == "timetable"}
    first = {
        ix: departures_of(way, lines.get((way.service.id, way.back), []), network, ask) for ix, way in timed.items()
    }
    for ix in np.flatnonzero(np.isin(network.way, list(timed))):
        arc = network.arcs[ix]
        leaving = first[arc.way] + timed[arc.way].clock_h[arc.board]
        # A timetabled ride that never leaves in the horizon must not be taken for one without a timetable.
        times.append(leaving if leaving.size else np.array([np.inf]))
        counts[ix + 1] = times[-1].size
    return np.cumsum(counts), np.concatenate(times) if times else np.empty(0)


def zone_of(network: Network, stop: Row) -> ZoneInfo:
    """The time zone of a stop; UTC where its place has none."""
    return ZoneInfo(network.corridor.place(stop.place).time_zone or "UTC")


def departures_of(way: Way, lines: list[Row], network: Network, ask: FindItineraries) -> Floats:
    """Departures from the first stop within the horizon, from local times of day, as hours after the request's."""
    zone = zone_of(network, way.stops[0])
    today = ask.depart.astimezone(zone).date()
    first, last = way.service.valid_from or dt.date.min, way.service.valid_to or dt.date.max
    # Two months back: goods may board far down the line a train that left its first stop long ago.
    days = (today + dt.timedelta(days=day) for day in range(-60, int(ask.horizon_days) + 2))
    found = []
    for day in days:
        for line in lines if first <= day <= last else ():
            if str(day.isoweekday()) in line.days:
                clock = dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(hours=line.departs_at)
                found.append(_hours(ask.depart, clock))
    return np.array(sorted(found))


def _hours(since: dt.datetime, until: dt.datetime) -> float:
    return (until.astimezone(dt.UTC) - since.astimezone(dt.UTC)).total_seconds() / 3600
