"""Published quantities as a simulation has them: for each target of the package, the like figure of each replication.

What a target's columns mean stands in the column register (table `target`). Times and waits are means over those who
passed; throughputs and departures are stretched to a year. A figure is missing (nan) where nobody passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.network.ride import Way
from karvan.sim.corridor import Period
from karvan.sim.held import Held
from karvan.sim.interval import interval
from karvan.sim.outcome import Columns
from karvan.sim.simulation import Simulation
from karvan.sim.stream import Stream
from karvan.study import journeys
from karvan.study.measures import Measures
from karvan.study.passages import Leg, Passages
from karvan.study.simulate import Simulate, demand_of

if TYPE_CHECKING:
    import pyarrow as pa

DAYS_A_YEAR = 365.0
READ = ("times", "stations", "queues", "sections", "lost", "daily")
"""Tables of a run that figures are made from."""
MONTH_DAYS = 30
"""Days of the worst month of a queue or a wait."""


def hold(corridor: Corridor, streams: Sequence[Stream], period: Period, tables: Iterable[dict[str, Columns]],
         targets: Sequence[Row] | None = None) -> list[Held]:  # fmt: skip
    """Every target beside its figure in the replications whose tables are given.

    Args:
        streams, period: as they were simulated.
        targets: rows of table `target`; all of the package if not given.
    """
    passages = Passages(corridor, streams, period)
    targets = corridor.rows("target") if targets is None else targets
    each = [Figures(Measures(passages, one), period.hours / 24) for one in tables]
    return [Held(target, interval([figures.of(target) for figures in each])) for target in targets]


def hold_run(corridor: Corridor, ask: Simulate, found: Simulation, targets: Sequence[Row] | None = None) -> list[Held]:
    """Every target beside its figure in a finished simulation of a corridor.

    Args:
        corridor: as it was simulated, after all changes.
        ask: the request that the simulation answered.
    """
    start = dt.datetime(ask.year, 1, 1, tzinfo=dt.UTC)
    period = Period(start, ask.days * 24, float(found.notes["warmup_days"]) * 24)
    tables = ({name: _columns(found.run.read(name, n)) for name in READ} for n in sorted(found.run.done()))
    return hold(corridor, demand_of(corridor, ask).streams, period, tables, targets)


def _columns(table: pa.Table) -> Columns:
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}


def demand_year(target: Row, years: Iterable[int]) -> int:
    """The year whose demand a target is held against: its own, else the last before it, else the first there is."""
    years = sorted(years)
    return max((year for year in years if year <= target.year), default=years[0])


class Figures:
    """The figures of one replication."""

    def __init__(self, measures: Measures, days: float) -> None:
        self.measures, self.passages, self.days = measures, measures.passages, days
        self.corridor = self.passages.corridor
        self.per_year = DAYS_A_YEAR / days

    def of(self, target: Row) -> float:
        """The figure for a target, in its unit."""
        rule, _, what = str(target.quantity).partition("_")
        match rule:
            case "throughput":
                return self.throughput(target, what)
            case "departures":
                return self.departures(target)
            case "wait" | "sojourn":
                return self.passing_h(target, served=rule == "sojourn")
            case "door":
                return self.door_to_door_d(target)
            case "queue":
                return self.queue(target)
        return self.use(target)

    # --- which goods

    def goods(self, target: Row) -> list[Stream]:
        """Streams that a target is of."""
        return [stream for stream in self.passages.streams if self._is_of(stream, target)]

    def _is_of(self, stream: Stream, target: Row) -> bool:
        there = self._among(stream.origin, target.origin) and self._among(stream.destination, target.destination)
        back = self._among(stream.destination, target.origin) and self._among(stream.origin, target.destination)
        return (there or (target.both_ways and back)) and self._goes_by(stream, target)

    def _goes_by(self, stream: Stream, target: Row) -> bool:
        passed = self.passages.places[stream.id]
        return (
            (not target.families or stream.family in target.families)
            and passed.issuperset(target.via)
            and passed.isdisjoint(target.avoid)
        )

    def _among(self, place: str, words: Sequence[str]) -> bool:
        """Whether a place is one of places and countries; a minus before a word says all but that."""
        names = {place, self._country[place]}
        wanted = {word for word in words if not word.startswith("-")}
        unwanted = {word[1:] for word in words if word.startswith("-")}
        return names.isdisjoint(unwanted) and (not wanted or not names.isdisjoint(wanted))

    @cached_property
    def _country(self) -> dict[str, str]:
        return {place.id: place.country for place in self.corridor.places()}

    # --- how much

    def throughput(self, target: Row, what: str) -> float:
        """What passed in a year: TEU, tonnes, wagons or trucks. A stream counts once, however often it came by."""
        total, found = 0.0, False
        for stream in self.goods(target):
            legs = self.legs_there(stream, target)
            each = _amount(stream, what)
            if what == "wagons" and stream.unit == "container":
                each = max((self.wagons_of(stream, leg) for leg in legs), default=0.0)
            if not each or not legs:
                continue
            found = True
            if target.where_kind in ("family", "flow"):
                total += each * self.measures.delivered(stream)
            else:
                total += each * max(self.measures.units(leg) for leg in legs)
        return total * self.per_year if found else nan

    def wagons_of(self, stream: Stream, leg: Leg) -> float:
        """Wagons that a box takes on a ferry of wagons, where those with boxes are counted with the others."""
        vehicle = self.corridor.row("vehicle", leg.way.service.vehicle)
        if leg.way.service.mode != "sea" or not vehicle.capacity_wagons or not vehicle.capacity_teu:
            return 0.0
        return float(vehicle.capacity_wagons * stream.teu / vehicle.capacity_teu)

    def legs_there(self, stream: Stream, target: Row) -> list[Leg]:
        """Legs of a stream on which it is counted."""
        legs = self.passages.legs[stream.id]
        match target.where_kind:
            case "service":
                return [leg for leg in legs if leg.way.service.id in target.where and _calls_at(leg, target.at)]
            case "facility":
                return [leg for name in target.where for leg in self.passages.at_facility[name] if leg.stream is stream]
            case "link":
                return [
                    leg
                    for leg in legs
                    if any(link.id in target.where for link in leg.way.links[leg.board : leg.alight])
                ]
            case "family":
                return legs if stream.family in target.where else []
        return legs

    def departures(self, target: Row) -> float:
        """Vehicles a year; of those with other goods too, the share of the load that is asked for."""
        chosen = [target.origin, target.destination, target.families, target.via, target.avoid]
        goods = {stream.id for stream in self.goods(target)} if any(chosen) else None
        hops = list(self.hops_there(target, arriving=goods is not None))
        used = [(way, hop) for way, hop in hops if self.passages.on_way[way.id] or way.service.fleet is not None]
        if not used:
            return nan
        return sum(self._vehicles(way, hop, goods) for way, hop in used) * self.per_year

    def _vehicles(self, way: Way, hop: int, goods: set[str] | None) -> float:
        vehicles = self.measures.vehicles(way, hop)
        if goods is None:
            return vehicles
        load = self.measures.load(way, hop)
        return vehicles * self.measures.load(way, hop, goods) / load if load else 0.0

    def hops_there(self, target: Row, *, arriving: bool) -> Iterator[tuple[Way, int]]:
        """Hops of ways on which vehicles are counted: at the places named those that set out, and of ways that end
        there (`arriving`) those that come."""
        for way in self.passages.ways.values():
            last = len(way.links)
            match target.where_kind:
                case "service" if way.service.id in target.where:
                    at = set(target.at) or {way.stops[0].place}
                    yield from ((way, k) for k in range(last) if way.stops[k].place in at)
                    if arriving and way.stops[last].place in at:
                        yield way, last - 1
                case "facility":
                    passed = self.passages.passed_by_vehicle[way.id]
                    yield from ((way, k) for k in range(last) for name in target.where if name in passed[k])
                case "link":
                    yield from ((way, k) for k in range(last) if way.links[k].id in target.where)

    # --- how long

    def passing_h(self, target: Row, *, served: bool) -> float:
        """Mean wait at facilities (with the service, if `served`): sums over A+B, the mean over those listed."""
        return _mean(
            sum(self._passage_h(name, target, served=served) for name in word.split("+")) for word in target.where
        )

    def _passage_h(self, name: str, target: Row, *, served: bool) -> float:
        usual = self.measures.passage_h(self.corridor.row("facility", name), served=served)
        if not target.statistic or name not in self.measures.stations:
            return usual
        come = self.measures.stations[name]["served"] / self.days
        waiting = self.measures.daily(name)
        most = worst(waiting, 1 if target.statistic == "worst_day" else MONTH_DAYS)
        # Little's law, L = lambda W, of the days in which most waited
        return usual - self.measures.station_wait_h(name) + (24 * most / come if come else nan)

    def queue(self, target: Row) -> float:
        """Customers waiting in front of facilities, added up: the mean, or that of the worst day."""
        there = [name for name in target.where if name in self.measures.stations]
        if not there:
            return nan
        if not target.statistic:
            return sum(float(self.measures.stations[name]["queue"]) for name in there)
        waiting = np.sum([self.measures.daily(name) for name in there], axis=0)
        return worst(waiting, 1 if target.statistic == "worst_day" else MONTH_DAYS)

    def use(self, target: Row) -> float:
        """Share of the servers of facilities that are busy, of the paths of links, or of the room of vehicles."""
        if target.where_kind == "facility":
            return _mean(
                float(self.measures.stations[name]["use"]) for name in target.where if name in self.measures.stations
            )
        if target.where_kind == "link":
            return _mean(self._path_use(name) for name in target.where)
        goods = {stream.id for stream in self.goods(target)}
        hops = [
            (way, hop) for way, hop in self.hops_there(target, arriving=False) if self.measures.load(way, hop, goods)
        ]
        vehicles = sum(self.measures.vehicles(way, hop) for way, hop in hops)
        return sum(self.measures.load(way, hop) for way, hop in hops) / vehicles if vehicles else nan

    def _path_use(self, name: str) -> float:
        link = self.corridor.row("link", name)
        trains = [
            float(self.measures.sections[s]["trains"])
            for s in (f"{name} there", f"{name} back")
            if s in self.measures.sections
        ]
        return max(trains) / (link.paths_per_day * self.days) if trains else nan

    def door_to_door_d(self, target: Row) -> float:
        """Mean days between two places, over the streams that go that way, by their units."""
        [start], [end] = target.origin, target.destination
        if target.where_kind == "service":
            return _mean(self._on_service_h(name, start, end) for name in target.where) / 24
        hours, units = 0.0, 0.0
        streams = [stream for stream in self.passages.streams if self._goes_by(stream, target)]
        boxes = [stream for stream in streams if stream.unit == "container"]
        for stream in boxes or streams:
            took = journeys.span_h(self.measures, stream, start, end, target.span or "ride")
            n = self.measures.delivered(stream)
            if not isnan(took) and n:
                hours, units = hours + took * n, units + n
        return hours / units / 24 if units else nan

    def _on_service_h(self, service: str, start: str, end: str) -> float:
        for way in self.passages.ways.values():
            places = [stop.place for stop in way.stops]
            if way.service.id == service and start in places and end in places:
                first, last = places.index(start), places.index(end)
                if first < last and self.passages.on_way[way.id]:
                    return self.measures.ride_h(way, first, last, left=True, landed=False)
        return nan


def _amount(stream: Stream, what: str) -> float:
    """TEU, tonnes, wagons or trucks of a unit."""
    if what == "teu":
        return float(stream.teu)
    if what == "t":
        return stream.tonnes
    return float(stream.unit == what.removesuffix("s"))


def _calls_at(leg: Leg, places: Sequence[str]) -> bool:
    """Whether a leg begins or ends at one of the places; at any, if none is named."""
    return not places or not {leg.way.stops[k].place for k in (leg.board, leg.alight)}.isdisjoint(places)


def _mean(values: Iterable[float]) -> float:
    """The mean of those that are there."""
    there = [value for value in values if not isnan(value)]
    return sum(there) / len(there) if there else nan


def worst(waiting: np.ndarray, days: int) -> float:
    """The highest mean over so many days one after another."""
    if len(waiting) < days:
        return float(waiting.mean()) if len(waiting) else nan
    return float(np.convolve(waiting, np.full(days, 1 / days), mode="valid").max())
