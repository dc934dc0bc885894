"""Supply: what of a corridor is short, how much of it there is in a year, and what vehicles take of it.

The same rows say it as for the simulator (`docs/semantics.md`, sections 3 and 4): facilities with servers, lines with
paths, pools of locomotives, and trips of services that sail by a headway, a timetable or with a fleet. What is formed
as goods come, without a fleet, takes lines, borders and pools as its goods fill it, and has no end of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.flow.delays.delay import open_shares
from karvan.network.calendar import Calendar
from karvan.network.closing import WEEK_H, YEAR_H, Closing
from karvan.network.item import AFLOAT, AMPLE, NOTHING, Hours, papers, stay
from karvan.network.law import moments
from karvan.network.measured import Measured
from karvan.network.ride import BERTHS, Riding, Way

MOST_SHUT = 0.99
"""Share of the year in which something may be shut and still has a wait that can be told."""
USUAL_T = 60.0
"""Tonnes in a unit of bulk, to say how many a ship of so many tonnes takes: that only rounds a wait for room."""
FACILITY, PATH, SLOTS, TRIPS, POOL = "facility", "path", "slots", "trips", "pool"


class Resource(NamedTuple):
    """Something of which there is only so much in a year."""

    id: str
    kind: str
    """facility, path, slots, trips or pool."""
    table: str
    row: str
    place: str
    unit: str
    """What its capacity counts: a container, wagon, truck, train or vessel served; a train let in; a vehicle that
    sails; an hour of a locomotive."""
    capacity: float
    """A year. Of slots as much as the most sailings give."""
    one_more: float = 0.0
    """What one more server, path a day, vessel or locomotive adds to it."""
    change: str = ""
    """The word that --set takes for one more."""
    servers: float = 1.0
    service_h: float = 0.0
    """Mean hours that a customer, or those taken together, hold a server; of a path its interval."""
    service_cv2: float = 0.0
    taken: float = 1.0
    """Customers taken together at most."""
    shut_share: float = 0.0
    """Share of the year in which it is closed ..."""
    shut_h: float = 0.0
    """... the mean hours of a closure ..."""
    shut_cv2: float = 1.0
    """... and their squared coefficient of variation."""
    open_h: float = 24.0
    """Hours a day open by the clock."""
    slots: float = 1.0
    """Of a vehicle that gives slots: units in the kind that it is built for."""
    headway_cv2: float = 0.0
    """Of the departures that give slots."""
    least: float = 0.0
    """Of slots: vehicles that sail whatever their load. More sail as goods fill them."""


Use = tuple[int, float]
"""A resource, by its number, and how much of it is taken."""


@dataclass(frozen=True)
class Trips:
    """Sailings of a scheduled service: what each takes, and the ways whose slots it gives."""

    resource: int
    service: str
    most: float
    """A year."""
    least: float
    """As many as there are whatever the load."""
    uses: tuple[Use, ...]
    """Of berths, borders, lines and pools, for one trip: there, or there and back."""
    gives: tuple[int, ...]
    """Resources of slots, one for every hop of its ways: one trip is one vehicle's room on each."""


class Supply:
    """The resources of a corridor in a year, and what rides and passages take of them.

    Waits for vehicles that are formed as goods come are the package's, or those that are given in `departures`, by way
    and stop.
    """

    def __init__(
        self, corridor: Corridor, year: int, departures: Mapping[tuple[str, int], Hours] | None = None
    ) -> None:
        self.corridor, self.year, self.departures = corridor, year, departures or {}
        self.closing = Closing(corridor, year)
        self.riding = Riding(corridor, self.without_queues)
        self.ways = {way.id: way for way in self.riding.ways()}
        self.resources: list[Resource] = []
        self.ix: dict[str, int] = {}
        self.pool_of = {service: pool for pool in corridor.rows("pool") for service in pool.services}
        for facility in corridor.rows("facility"):
            if facility.servers < AMPLE and moments(stay(facility))[0] > 0:
                self._add(self._facility(facility))
        for link in corridor.rows("link"):
            if link.paths_per_day:
                for side in ("there", "back"):
                    self._add(_paths(link, side))
        for pool in corridor.rows("pool"):
            hours = YEAR_H * pool.count
            self._add(
                Resource(f"pool {pool.id}", POOL, "pool", pool.id, "", f"hour of a {pool.kind}", hours, YEAR_H,
                         f"pool/{pool.id}/count=+1", servers=pool.count)
            )  # fmt: skip
        self.trips = tuple(self._trips())

    def _add(self, resource: Resource) -> int:
        self.ix[resource.id] = len(self.resources)
        self.resources.append(resource)
        return self.ix[resource.id]

    @cached_property
    def without_queues(self) -> Measured:
        """The waits with every queue taken out: what is short is told by its load. Closures keep theirs."""
        facilities = {row.id: NOTHING for row in self.corridor.rows("facility") if row.servers < AMPLE}
        closures: dict[tuple[str, str], Hours] = {}
        for table, name in self.closing.stopped:
            if table in ("service", "place", "link"):
                closures[table, name] = self.closing.wait(table, name)
        departures = dict(self.departures) | {
            (way.id, k): NOTHING
            for way in Riding(self.corridor).ways()
            for k in range(len(way.stops) - 1)
            if is_scheduled(way.service)
        }
        return Measured("assignment", facilities=facilities, departures=departures, closures=closures)

    # --- resources

    def _facility(self, facility: Row) -> Resource:
        mean, variance = moments(stay(facility))
        batch = facility.batch or 1
        share, spell, cv2 = self.closing.spell(("facility", facility.id), ("place", facility.place))
        clock = facility.opens is not None and facility.closes is not None
        hours = ((facility.closes - facility.opens) % 24 or 24.0) if clock else 24.0
        by_chance, by_clock = open_shares(mean, variance / mean**2, share, spell, hours)
        each = YEAR_H * float(by_chance[0] * by_clock[0]) * batch / mean if share < 1 else 0.0
        return Resource(
            facility.id, FACILITY, "facility", facility.id, facility.place, facility.serves, each * facility.servers,
            each, f"facility/{facility.id}/servers=+1", facility.servers, mean, variance / mean**2, batch,
            min(share, MOST_SHUT), spell, cv2, hours,
        )  # fmt: skip

    def _trips(self) -> Iterator[Trips]:
        """The sailings of each scheduled service; of a fleet a round, of others one way."""
        for service in self.corridor.rows("service"):
            if not is_scheduled(service) or not self.runs(service):
                continue
            ways = self._ways_of(service)
            for together in [ways] if service.fleet is not None else [[way] for way in ways]:
                yield self._sailings(service, together)

    def runs(self, service: Row) -> bool:
        """Whether a service runs at the start of the year, when goods of a year choose their ways, and ever sails."""
        return service.id in self._running

    @cached_property
    def _running(self) -> frozenset[str]:
        return frozenset(service.id for service in self.corridor.rows("service") if self._runs(service))

    def _runs(self, service: Row) -> bool:
        day = dt.date(self.year, 1, 1)
        if not (service.valid_from or day) <= day <= (service.valid_to or day):
            return False
        return not is_scheduled(service) or self._a_year(service, self._ways_of(service))[0] > 0

    def _ways_of(self, service: Row) -> list[Way]:
        return [way for way in (self.ways[service.id], self.ways.get(f"{service.id} (back)")) if way]

    def _sailings(self, service: Row, ways: list[Way]) -> Trips:
        most, least = self._a_year(service, ways)
        gives = []
        for way in ways:
            for hop in range(len(way.links)):
                name = f"{way.id} at {hop}"
                cv2 = (service.headway_cv or 0.0) ** 2
                of = Resource(name, SLOTS, "service", service.id, way.stops[hop].place, "vehicle", most)
                gives.append(self._add(of._replace(slots=self._slots(service), headway_cv2=cv2, least=least)))
        one_more, change = self._one_more(service, ways)
        ix = self._add(
            Resource(f"trips {ways[0].id}", TRIPS, "service", service.id, ways[0].stops[0].place, "sailing", most,
                     one_more, change)
        )  # fmt: skip
        return Trips(ix, service.id, most, least, tuple(self._round(ways)), tuple(gives))

    def _one_more(self, service: Row, ways: list[Way]) -> tuple[float, str]:
        """Sailings that one more vessel adds, or one more departure a week where that adds more, and its word.

        Where vessels lie idle until the hour of their headway, another one adds none.
        """
        most, found = self._a_year(service, ways)[0], (0.0, "")
        more = []
        if service.fleet is not None:
            more.append(("fleet=+1", service._replace(fleet=service.fleet + 1)))
        if service.departs == "headway":
            factor = WEEK_H / (WEEK_H + service.headway_h)
            more.append((f"headway_h*{factor:.6g}", service._replace(headway_h=factor * service.headway_h)))
        for word, changed in more:
            adds = self._a_year(changed, ways)[0] - most
            if adds > found[0]:
                found = adds, f"service/{service.id}/{word}"
        return found

    def _a_year(self, service: Row, ways: list[Way]) -> tuple[float, float]:
        """The most and the fewest sailings of a year."""
        if service.departs == "timetable":
            n = sum(1 for _ in self._timetabled(ways[0]))
            return float(n), float(n)
        by_headway = YEAR_H / service.headway_h if service.departs == "headway" else float("inf")
        if service.fleet is None:
            return by_headway, by_headway
        hours = self.round_h(ways)
        most = min(by_headway, YEAR_H * service.fleet / hours)
        if service.departs != "when_full":
            return most, most
        longest = service.longest_wait_h
        return most, 0.0 if longest is None else YEAR_H * service.fleet / (hours + len(ways) * longest)

    def _slots(self, service: Row) -> float:
        """Units that a vehicle takes of the kind that it is built for: wagons, trucks or 40-foot boxes."""
        vehicle = self.corridor.row("vehicle", service.vehicle)
        known = (vehicle.capacity_wagons, vehicle.capacity_trucks, vehicle.capacity_teu and vehicle.capacity_teu / 2,
                 vehicle.capacity_t and vehicle.capacity_t / USUAL_T)  # fmt: skip
        return max(1.0, float(next((number for number in known if number), 1.0)))

    def _timetabled(self, way: Way) -> Iterator[object]:
        first, last = dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)
        place = way.stops[0].place
        runs = Calendar(self.corridor).departures(way.service, back=way.back, place=place, first=first, last=last)
        return (run for run in runs if run.full is not None)

    def round_h(self, ways: list[Way]) -> float:
        """Hours of a round of a fleet's vehicle without any queue: there and back, its stays at berths with it."""
        hours = 0.0
        for way in ways:
            hours += sum(item.hours for hop in way.hops for item in hop)
            hours += sum(stop.dwell_h or 0.0 for stop in way.stops[1:-1])
            for k in range(len(way.stops)):
                changes = self.riding.train_changes(way.stops, way.links, k)
                hours += sum(self.riding.passage(change).hours for change in changes)
                berth = self.berth(way, k)
                halves = self.halves(way, k, 0, len(way.links))
                if berth is not None and halves:
                    hours += papers(berth).mean_h + halves / 2 * moments(stay(berth))[0]
            hours += sum(self.closing.wait(*at).mean for k in range(len(way.links)) for at in self._gates(way, k))
        if len(ways) == 1:  # it comes back empty
            hours += sum(item.hours for hop in ways[0].hops for item in hop)
        return hours

    def _gates(self, way: Way, k: int) -> tuple[tuple[str, str], ...]:
        return ("service", way.service.id), ("place", way.stops[k].place)

    # --- what is taken

    def berth(self, way: Way, k: int) -> Row | None:
        """The berth at which a vehicle lies at a stop where it loads or unloads."""
        stop = way.stops[k]
        if way.service.mode not in BERTHS or stop.call == "pass":
            return None
        return self.riding.berth(stop.place, way.service.vehicle)

    def passed(self, way: Way, hop: int) -> list[int]:
        """The facilities and the line that a vehicle passes from a stop to the next, in their order."""
        link, a, b = way.links[hop], way.stops[hop].place, way.stops[hop + 1].place
        afloat = link.mode in AFLOAT
        out = [] if afloat else self.riding.border_facilities(link.mode, a, b, "out")
        into = [] if afloat else self.riding.border_facilities(link.mode, b, a, "in")
        line = f"{link.id} {'there' if link.from_place == a else 'back'}"
        names = [*(row.id for row in out), line, *(row.id for row in into)]
        return [self.ix[name] for name in names if name in self.ix]

    def stood(self, way: Way, k: int, first: int, last: int) -> Iterator[Use]:
        """What a vehicle that goes from stop `first` to `last` takes at stop k: a change of gauge as a whole, a berth.

        Half of the stay at a berth is for unloading, half for loading.
        """
        if first < k < last:
            yield from ((self.ix[row.id], 1.0) for row in self.riding.train_changes(way.stops, way.links, k))
        berth, halves = self.berth(way, k), self.halves(way, k, first, last)
        if berth is not None and berth.id in self.ix and halves:
            yield self.ix[berth.id], halves / 2

    @staticmethod
    def halves(way: Way, k: int, first: int, last: int) -> int:
        """Of unloading and loading, how many a vehicle that goes from stop `first` to `last` does at stop k."""
        return (first < k <= last and way.unloads(k)) + (first <= k < last and way.loads(k))

    def _round(self, ways: list[Way]) -> Iterator[Use]:
        """What one trip takes; a vehicle of a fleet that comes back empty passes everything twice."""
        taken: dict[int, float] = defaultdict(float)
        for way in ways:
            times = 2.0 if way.service.fleet is not None and len(ways) == 1 else 1.0
            for hop in range(len(way.links)):
                for ix in self.passed(way, hop):
                    taken[ix] += times
            if way.service.fleet is None:
                for ix, amount in self.pooled(way, 0, len(way.links)):
                    taken[ix] += amount
            for k in range(len(way.stops)):
                for ix, amount in self.stood(way, k, 0, len(way.links)):
                    taken[ix] += amount
        yield from sorted(taken.items())

    def vehicle_uses(self, way: Way, i: int, j: int) -> Iterator[Use]:
        """What a vehicle that is formed at stop i and ends at stop j takes, for each of its full loads."""
        for hop in range(i, j):
            yield from ((ix, 1.0) for ix in self.passed(way, hop))
        for k in range(i, j + 1):
            yield from self.stood(way, k, i, j)
        yield from self.pooled(way, i, j)

    def pooled(self, way: Way, i: int, j: int) -> Iterator[Use]:
        """Hours of the pool's locomotives for a trip from stop i to stop j."""
        pool = self.pool_of.get(way.service.id)
        if pool is not None:
            hours = sum(item.hours for item in way.items(i, j)) + (pool.turnaround_h or 0.0)
            yield self.ix[f"pool {pool.id}"], hours * pool.per_trip

    def slots(self, way: Way, hop: int) -> int:
        """The resource of a scheduled way's room from a stop to the next."""
        return self.ix[f"{way.id} at {hop}"]

    def borders_of_goods(self, way: Way, i: int, j: int) -> list[int]:
        """Border facilities that goods afloat meet where they are loaded and unloaded."""
        if way.service.mode not in AFLOAT:
            return []
        start, end = way.stops[i].place, way.stops[j].place
        rows = [
            *self.riding.border_facilities(way.service.mode, start, end, "out"),
            *self.riding.border_facilities(way.service.mode, end, start, "in"),
        ]
        return [self.ix[row.id] for row in rows if row.id in self.ix]


def is_scheduled(service: Row) -> bool:
    """Whether a service sails whether or not goods fill it: by a headway, a timetable, or with a fleet."""
    return bool(service.departs != "when_full" or service.fleet is not None)


def _paths(link: Row, side: str) -> Resource:
    place = link.from_place if side == "there" else link.to_place
    a_year = YEAR_H / 24 * link.paths_per_day
    return Resource(
        f"{link.id} {side}", PATH, "link", link.id, place, "train", a_year, YEAR_H / 24,
        f"link/{link.id}/paths_per_day=+1", service_h=24 / link.paths_per_day,
    )  # fmt: skip
