"""Validation: published times and distances beside what the package and the planner make of them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from math import inf

from karvan.corridor.route import joined_places
from karvan.itinerary import Leg, Option
from karvan.itinerary.option import quantile_h
from karvan.network.item import Item, facility_item, total
from karvan.network.ride import Way
from karvan.study.claim import NOT_HELD, Claim, Held, Ours
from karvan.study.plan import Planner

DEPART = "2024-06-03"
"""A Monday in the base year of the shipped package."""
PERIMETERS = {
    "gates": "the fastest itinerary, from gate to gate",
    "departure": "the fastest itinerary, from its first departure to its last arrival",
    "in XX": "of the fastest itinerary what is passed in country XX",
    "ride": "riding one service from place to place, with the borders and stands on the way",
    "running": "of a ride the travel alone",
    "headway": "the mean time between departures of a service",
    "sojourn": "a facility, its queue included",
    "work": "a facility without its queue",
    "wait": "the queue of a facility",
    "links": "the shortest chain of links of the modes",
    NOT_HELD: "nothing of ours is like it",
}
"""What of a way is counted, so that like is compared with like."""


def hold(planner: Planner, claims: Sequence[Claim]) -> list[Held]:
    """Each claim beside what is ours."""
    holder = Holder(planner)
    corridor = planner.corridor
    return [Held(claim, *claim.published(corridor), claim.used(corridor), holder.ours(claim)) for claim in claims]


class Holder:
    """Works out what is ours, claim by claim; plans each request once."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.corridor = planner.corridor
        self._fastest: dict[tuple[str, ...], Option | None] = {}

    def ours(self, claim: Claim) -> Ours | None:
        """What is ours within the claim's perimeter; None where there is no way. Raises ValueError."""
        match claim.perimeter.split():
            case [("gates" | "departure")] | ["in", _]:
                return self._journey(claim)
            case [("ride" | "running" | "headway")]:
                return next(self._rides(claim), None)
            case [("sojourn" | "work" | "wait")]:
                return self._facilities(claim)
            case ["links"]:
                return self._chain(claim)
            case [perimeter] if perimeter == NOT_HELD:
                return None
        raise ValueError(f"{claim.facts}: perimeter {claim.perimeter!r} is none of {', '.join(PERIMETERS)}")

    def _journey(self, claim: Claim) -> Ours | None:
        option = self.fastest(claim)
        if option is None:
            return None
        legs = option.legs
        match claim.perimeter.split():
            case ["departure"]:  # without gate and wait before, and gate after
                legs = legs[1:-1]
            case ["in", country]:
                legs = tuple(self._within(leg, country) for leg in legs)
        p10, p50, p90 = (quantile_h(legs, p) for p in (0.1, 0.5, 0.9))
        return Ours(sum(leg.time_h for leg in legs), (p10, p50, p90), option)

    def fastest(self, claim: Claim) -> Option | None:
        """The fastest itinerary between the claim's ends, by its modes and places; a box of general goods."""
        key = (claim.origin, claim.destination, claim.modes, claim.via, claim.avoid)
        if key not in self._fastest:
            modes, via, avoid = (words.split(";") for words in (claim.modes, claim.via, claim.avoid))
            ask = self.planner.request(
                claim.origin, claim.destination, DEPART, modes=modes, via=via, avoid=avoid, epsilon=0.0, past=True
            )
            options = self.planner.plan(ask).options
            self._fastest[key] = min(options, key=lambda option: option.time_h) if options else None
        return self._fastest[key]

    def _within(self, leg: Leg, country: str) -> Leg:
        """The part of a leg that is passed in a country."""
        items = tuple(item for item in leg.items if self._country(item) == country)
        hours, variance, *_ = total(items)
        return replace(leg, items=items, time_h=hours, variance_h2=variance)

    def _country(self, item: Item) -> str:
        on_the_way = item.kind == "travel"
        return str(
            self.corridor.row("link", item.row).country if on_the_way else self.corridor.place(item.place).country
        )

    def _rides(self, claim: Claim) -> Iterator[Ours]:
        """Ours on the service of the claim, in each direction in which it passes both ends."""
        service = self.corridor.row("service", claim.on).id
        for way in self.planner.network.ways:
            places = [stop.place for stop in way.stops]
            if way.service.id == service and claim.origin in places:
                start = places.index(claim.origin)
                if claim.destination in places[start + 1 :]:
                    yield self._ride(claim, way, start, places.index(claim.destination, start))

    def _ride(self, claim: Claim, way: Way, start: int, end: int) -> Ours:
        if claim.perimeter == "headway":
            return Ours(self.planner.network.riding.headway_h(way))
        items = [item for item in way.items(start, end) if claim.perimeter == "ride" or item.kind == "travel"]
        return Ours(sum(item.km if claim.measure == "distance" else item.hours for item in items))

    def _facilities(self, claim: Claim) -> Ours:
        chains = [[self._passage(name, claim.perimeter) for name in one.split("+")] for one in claim.on.split(";")]
        return Ours(sum(map(sum, chains)) / len(chains))

    def _passage(self, name: str, perimeter: str) -> float:
        facility = self.corridor.row("facility", name)
        whole, wait = facility_item(facility, None).hours, float(facility.wait_h or 0.0)
        return {"sojourn": whole, "work": whole - wait, "wait": wait}[perimeter]

    def _chain(self, claim: Claim) -> Ours | None:
        stops = (
            [claim.origin, *claim.via.split(";"), claim.destination] if claim.via else [claim.origin, claim.destination]
        )
        km = sum(self._shortest_km(start, end, claim) for start, end in pairwise(stops))
        return Ours(km) if km < inf else None

    def _shortest_km(self, start: str, end: str, claim: Claim) -> float:
        """Length of the shortest chain of links of the claim's modes (Dijkstra 1959); infinite where there is none."""
        heap, done = [(0.0, self.corridor.place(start).id)], set(claim.avoid.split(";"))
        while heap:
            km, place = heapq.heappop(heap)
            if place == end:
                return km
            if place not in done:
                done.add(place)
                for mode, beyond, length in self._beside.get(place, ()):
                    if mode in claim.modes.split(";"):
                        heapq.heappush(heap, (km + length, beyond))
        return inf

    @cached_property
    def _beside(self) -> dict[str, list[tuple[str, str, float]]]:
        """Where links lead from each place: mode, place, km."""
        beside: dict[str, list[tuple[str, str, float]]] = {}
        for (mode, start, end), links in joined_places(self.corridor).items():
            beside.setdefault(start, []).append((mode, end, float(links[0].length_km)))
        return beside
