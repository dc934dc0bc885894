"""Rides: every service, each way, from any stop that loads to any later stop that unloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.corridor import Corridor
from karvan.corridor.route import joined_places, route
from karvan.corridor.row import Row
from karvan.network.carriage import Tariffs
from karvan.network.item import (
    AFLOAT,
    KM,
    NOTHING,
    RUN,
    USD_20FT,
    USD_40FT,
    USD_T,
    USD_WAGON,
    Item,
    berth_item,
    departure_item,
    dwell_item,
    facility_item,
    headway_item,
    of_hours,
    total,
    travel_item,
)
from karvan.network.measured import UNMEASURED, Measured
from karvan.network.regime import Documents

BERTHS = ("sea", "inland_waterway")
"""Modes of which the vehicles lie at berths."""


@dataclass(frozen=True)
class Way:
    """A service in one direction: its stops, and the items of each hop between them."""

    service: Row
    back: bool
    stops: tuple[Row, ...]
    links: tuple[Row, ...]
    hops: tuple[tuple[Item, ...], ...]
    """Items of riding from stop k to k + 1, borders included (n_stops - 1)."""
    stands: tuple[tuple[Item, ...], ...]
    """Items of staying on board at stop k (n_stops)."""

    @property
    def id(self) -> str:
        return way_id(self.service, back=self.back)

    def loads(self, k: int) -> bool:
        return self.stops[k].call in (("both", "unload") if self.back else ("both", "load"))

    def unloads(self, k: int) -> bool:
        return unloads(self.stops[k], back=self.back)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Every (board, alight) pair of stops."""
        for i in range(len(self.stops)):
            for j in range(i + 1, len(self.stops)):
                if self.loads(i) and self.unloads(j) and self.stops[i].place != self.stops[j].place:
                    yield i, j

    def items(self, i: int, j: int) -> list[Item]:
        """The items of riding from stop i to stop j, carriage and the ends' own not included."""
        passed = list(self.hops[i])
        for k in range(i + 1, j):
            passed += self.stands[k]
            passed += self.hops[k]
        return passed

    def sums(self, i: int) -> NDArray[np.float64]:
        """Sums of the items of riding from stop i to each later stop (n_stops - i - 1, n_sums)."""
        passed = self._hop_sums[i:].copy()
        passed[1:] += self._stand_sums[i + 1 : -1]
        return np.cumsum(passed, axis=0)

    @cached_property
    def _hop_sums(self) -> NDArray[np.float64]:
        return np.array([total(hop) for hop in self.hops])

    @cached_property
    def _stand_sums(self) -> NDArray[np.float64]:
        return np.array([total(stand) for stand in self.stands])

    @cached_property
    def clock_h(self) -> tuple[float, ...]:
        """Hours from the first stop's departure to the departure from each stop."""
        arrivals, stands = self.sums(0)[:, 0], self._stand_sums[1:, 0].copy()
        stands[-1] = 0.0
        return (0.0, *(float(hours) for hours in arrivals + stands))


def way_id(service: Row, *, back: bool) -> str:
    """What a service in one direction is called."""
    return f"{service.id}{' (back)' if back else ''}"


def unloads(stop: Row, *, back: bool) -> bool:
    """Whether goods may leave a vehicle at a stop."""
    return stop.call in (("both", "load") if back else ("both", "unload"))


class Riding:
    """Works out the ways of a corridor's services and the items of a ride on them.

    Waits are those of the package, or of a run where it `measured` them. Borders are those that goods with these
    `documents` pass, ids of the regimes; None is all that the corridor has.
    """

    def __init__(
        self, corridor: Corridor, measured: Measured = UNMEASURED, documents: Sequence[str] | None = None
    ) -> None:
        self.corridor = corridor
        self.measured = measured
        self.documents = Documents(corridor, documents)
        self.tariffs = Tariffs(corridor)
        self._joined = joined_places(corridor)
        self._country = {place.id: place.country for place in corridor.places()}
        self._factors = corridor.by_key("emission_factor")
        self._grid: dict[str, Row] = {}
        for row in sorted(corridor.rows("grid_intensity"), key=lambda row: row.year):
            self._grid[row.country] = row
        self._at: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for facility in corridor.rows("facility"):
            self._at[facility.kind, facility.place].append(facility)

    def facilities(self, kind: str, place: str) -> list[Row]:
        return self._at.get((kind, place), [])

    def passage(self, facility: Row) -> Item:
        measured = self.measured.facilities.get(facility.id)
        return facility_item(facility, self._factors.get(facility.emission_factor), measured)

    def berth(self, place: str, vehicle: str) -> Row | None:
        """The berth of a place that works on a vehicle: one that names it, else one that names none."""
        berths = self.facilities("berth", place)
        named = [berth for berth in berths if vehicle in berth.vehicles]
        free = [berth for berth in berths if not berth.vehicles]
        return next(iter(named or free), None)

    def ways(self) -> Iterator[Way]:
        """Every service in each direction that it runs."""
        stops: dict[str, list[Row]] = defaultdict(list)
        for stop in self.corridor.rows("stop"):
            stops[stop.service].append(stop)
        for service in self.corridor.rows("service"):
            line = tuple(sorted(stops[service.id], key=lambda stop: stop.seq))
            yield self._way(service, line, back=False)
            if service.both_ways:
                yield self._way(service, line[::-1], back=True)

    def again(self, way: Way) -> Way:
        """A way by the rows of this corridor, in which its service stops where it did."""
        return self._way(self.corridor.row("service", way.service.id), way.stops, back=way.back)

    def _way(self, service: Row, stops: tuple[Row, ...], back: bool) -> Way:
        links = tuple(route(self._joined, service.mode, [stop.place for stop in stops]))
        vehicle = self.corridor.row("vehicle", service.vehicle)
        hops = tuple(
            self._hop(link, vehicle, a.place, b.place) for link, (a, b) in zip(links, pairwise(stops), strict=True)
        )
        stands = tuple(self._stand(service, stops, links, k, back=back) for k in range(len(stops)))
        return Way(service, back, stops, links, hops, stands)

    def _hop(self, link: Row, vehicle: Row, start: str, end: str) -> tuple[Item, ...]:
        country = link.country or self._country[start]
        travel = travel_item(link, vehicle, self._factors.get(vehicle.emission_factor), self._grid.get(country), start)
        closed, path = self.measured.closure("link", link.id, start), self.measured.path(link, start)
        if link.mode in AFLOAT:
            return (*closed, *path, travel)
        out, into = self.borders(link.mode, start, end, "out"), self.borders(link.mode, end, start, "in")
        return (*closed, *out, *path, travel, *into)

    def borders(self, mode: str, place: str, other: str, direction: str) -> list[Item]:
        """The border facility of a place, on the way out of its country towards another place's or in from it."""
        return [self.passage(facility) for facility in self.border_facilities(mode, place, other, direction)]

    def border_facilities(self, mode: str, place: str, other: str, direction: str) -> list[Row]:
        """Those of `borders`: of all that fit the crossing the ones that apply to the goods' documents."""
        fitting = self._fitting(mode, place, other, direction)
        return self.documents.applying(fitting, mode, self._country[place], self._country[other]) if fitting else []

    def lacking(self, mode: str, place: str, other: str, direction: str) -> tuple[str, ...]:
        """Documents of which one is needed at that crossing and none is held."""
        fitting = self._fitting(mode, place, other, direction)
        return self.documents.lacking(fitting, mode, self._country[place], self._country[other]) if fitting else ()

    def _fitting(self, mode: str, place: str, other: str, direction: str) -> list[Row]:
        """Border facilities of a place by mode, direction and neighbour, whatever the goods' documents."""
        here, there = self._country[place], self._country[other]
        if not here or not there or here == there:
            return []
        return [
            facility
            for facility in self.facilities("border", place)
            if facility.from_mode == mode
            and facility.direction in (direction, "both", "")
            and facility.neighbour in (there, "")
        ]

    def _stand(
        self, service: Row, stops: tuple[Row, ...], links: tuple[Row, ...], k: int, *, back: bool
    ) -> tuple[Item, ...]:
        items = [dwell_item(stops[k])] if stops[k].dwell_h else []
        changes = [self.passage(change) for change in self.train_changes(stops, links, k)]
        loads = (way_id(service, back=back), k) in self.measured.departures
        halves = unloads(stops[k], back=back) + loads
        berth = self._berthing(service, stops[k], comes=True, halves=halves) if halves else []
        return (*items, *changes, *berth, *self._closures(service, stops[k]))

    def _berthing(self, service: Row, stop: Row, *, comes: bool, halves: int) -> list[Item]:
        """A ship's stay at a stop, where a run measured it."""
        berth = self.berth(stop.place, service.vehicle) if service.mode in BERTHS and stop.call != "pass" else None
        if berth is None or berth.id not in self.measured.facilities:
            return []
        return [self.measured.berthing(berth, comes=comes, halves=halves)]

    def _closures(self, service: Row, stop: Row) -> list[Item]:
        """What holds a departure from a stop, as a run measured it."""
        closure = self.measured.closure
        return [*closure("service", service.id, stop.place), *closure("place", stop.place, stop.place)]

    def train_changes(self, stops: tuple[Row, ...], links: tuple[Row, ...], k: int) -> list[Row]:
        """The facility that changes the gauge of a train as a whole at its stop k, if the gauge changes there."""
        if not 0 < k < len(links) or links[k - 1].gauge_mm == links[k].gauge_mm:
            return []
        return [f for f in self.facilities("gauge_change", stops[k].place) if f.serves == "train"][:1]

    def ride_items(self, way: Way, i: int, j: int) -> list[Item]:
        """Everything that goods pass from their loading at stop i to their unloading at stop j."""
        passed = way.items(i, j)
        before, after = self.end_items(way, i, j)
        km = sum(item.km for item in passed)
        carriage = self.tariffs.item(way.service.id, way.stops[i].place, way.stops[j].place, km)
        return [carriage, *before, *passed, *after]

    def end_items(self, way: Way, i: int, j: int) -> tuple[list[Item], list[Item]]:
        """What goods pass where they are loaded and where they are unloaded.

        Those of a ship or an aircraft the borders and the berth; all of them what a run measured of their vehicle.
        """
        mode, start, end = way.service.mode, way.stops[i].place, way.stops[j].place
        before, after = self._vehicle_ends(way, i, j) if self.measured.run else ([], [])
        if mode not in AFLOAT:
            return before, after
        if not after and mode == "sea":
            after = [berth_item(berth) for berth in self.facilities("berth", end)[:1]]
        return [*self.borders(mode, start, end, "out"), *before], [*self.borders(mode, end, start, "in"), *after]

    def _vehicle_ends(self, way: Way, i: int, j: int) -> tuple[list[Item], list[Item]]:
        """What a run measured of a vehicle at the ends of a ride: loading and leaving, berthing and unloading."""
        service, start, end = way.service, way.stops[i], way.stops[j]
        fills = (
            i == 0 and service.fleet is not None and service.departs == "when_full"
        )  # and then it comes to the berth
        loading = self._berthing(service, start, comes=fills, halves=1)
        return [*loading, *self._closures(service, start)], self._berthing(service, end, comes=True, halves=1)

    def ride_sums(self, way: Way) -> dict[tuple[int, int], NDArray[np.float64]]:
        """Sums of `ride_items` for every pair of stops."""
        found = {}
        for i, pairs in groupby(way.pairs(), key=itemgetter(0)):
            passed = way.sums(i)
            for _, j in pairs:
                sums = passed[j - i - 1]
                before, after = self.end_items(way, i, j)
                if before or after:
                    sums += total([*before, *after])
                start, end = way.stops[i].place, way.stops[j].place
                sums[[USD_20FT, USD_40FT, USD_WAGON, USD_T]] += self.tariffs.usd(way.service.id, start, end, sums[KM])
                found[i, j] = sums
        return found

    def wait_item(self, way: Way, i: int) -> Item:
        """The wait for the next vehicle where there is no timetable; where there is one, what comes on top of it."""
        service, place = way.service, way.stops[i].place
        wait = self.measured.departures.get((way.id, i))
        if service.departs == "timetable":
            return departure_item(service, place, of_hours(wait or NOTHING), RUN if wait and wait.mean else "")
        if wait is not None:
            return departure_item(service, place, of_hours(wait), RUN)
        return headway_item(service, place, self.headway_h(way))

    def headway_h(self, way: Way) -> float:
        """Hours between departures: as published, at most the longest wait, or from the fleet's turn-round."""
        service = way.service
        headway: float | None = service.headway_h
        if headway is None and service.fleet is not None:
            headway = 2 * (way.clock_h[-1] + self._port_time(way)) / service.fleet
        if service.departs == "when_full" and service.longest_wait_h is not None:
            headway = min(service.longest_wait_h, headway or service.longest_wait_h)
        if headway is None:
            raise ValueError(f"service {service.id} has no rule of departure")
        return headway

    def _port_time(self, way: Way) -> float:
        """Hours that a vehicle stands at the end of its line before it turns: wait for the berth and stay there."""
        berths = [berth for stop in (way.stops[0], way.stops[-1]) for berth in self.facilities("berth", stop.place)[:1]]
        return sum(float(berth.wait_h or 0.0) + float(berth.service_time_h) for berth in berths) / 2
