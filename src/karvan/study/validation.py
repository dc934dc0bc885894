"""What was published about journeys and lines, beside what the package and the planner make of it.

A claim is one statement of one or more facts (a value, a range, rivals of one value) and says what of ours is to be
held against it. Nothing here is typed: what was published is read from the facts, what is ours is worked out.
"""

from __future__ import annotations

import csv
import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from karvan.corridor import Corridor
from karvan.corridor.route import joined_places
from karvan.itinerary import Leg, Option
from karvan.network.item import Item, facility_item, total
from karvan.network.ride import Way
from karvan.study.plan import Planner

DEPART = "2024-06-03"
"""A Monday in the base year; nothing that is held against a claim depends on the season."""
UNITS = {"d": 24.0, "days": 24.0, "h": 1.0, "hours": 1.0, "min": 1 / 60, "km": 1.0, "nm": 1.852}
"""From the units of facts to hours and km."""
TRACE = "TR-"
"""Facts that are our own traces of a map; they are no claims."""
NOT_HELD = "none"
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Claim:
    """A statement, and what of ours it is to be held against. Lists are parted by semicolons in the file."""

    part: str
    """`known` for what a traveller of the corridor would ask first."""
    measure: str
    """`time` or `distance`."""
    facts: str
    """Ids parted by `;`. `<` or `>` in front: at most, at least. Parted by `+`: what adds up."""
    perimeter: str
    """What of a way is counted; see `Holder.ours`. `none` if nothing of ours is like it: then `note` says why."""
    origin: str
    destination: str
    modes: str
    via: str
    avoid: str
    on: str
    """The service ridden, or the facilities passed: `A+B` one after another, `A;B` the mean of both."""
    ends: str
    """`stated` by the source, or `taken` by us where it names a country."""
    through: str
    """Facts worked out from these: who uses them uses these too."""
    note: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(_NAME.findall(self.facts))


@dataclass(frozen=True)
class Ours:
    """Hours or km of ours, and where there is a spread P10, P50 and P90."""

    mean: float
    quantiles: tuple[float, float, float] | None = None
    option: Option | None = None
    """The itinerary behind it, where there is one."""


@dataclass(frozen=True)
class Held:
    """A claim held against ours. `ours` is missing where there is no way at all, or nothing of ours is like it."""

    claim: Claim
    low: float
    high: float
    """What was published, in hours or km; from 0 or up to infinity where it only says at most or at least."""
    used: bool
    """Whether a number of the same kind was built from these facts, so that agreement is no proof."""
    ours: Ours | None

    @property
    def off(self) -> float | None:
        """The share by which ours is above (+) or below (-) what was published; 0 within a range."""
        if self.ours is None:
            return None
        nearest = min(max(self.ours.mean, self.low), self.high)
        return self.ours.mean / nearest - 1

    @property
    def ratio(self) -> float | None:
        """Ours over what was published: over its middle, or over its bound."""
        if self.ours is None:
            return None
        ends = [end for end in (self.low, self.high) if 0 < end < float("inf")]
        return self.ours.mean * len(ends) / sum(ends)


def read_claims(path: Path) -> list[Claim]:
    """The claims of a file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Claim(**row) for row in csv.DictReader(file)]


def hold(planner: Planner, claims: Sequence[Claim]) -> list[Held]:
    """Every claim held against what the planner makes of it."""
    holder = Holder(planner)
    return [holder.held(claim) for claim in claims]


def undecided(corridor: Corridor, claims: Sequence[Claim]) -> list[str]:
    """Facts on times and distances that no claim speaks of."""
    spoken = {name for claim in claims for name in claim.names}
    return [fact.id for fact in corridor.rows("fact") if fact.unit in UNITS and fact.id not in spoken and not fact.id.startswith(TRACE)]


class Holder:
    """Works out what is ours, claim by claim."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.corridor = planner.corridor
        self._plans: dict[tuple[str, ...], Option | None] = {}

    def held(self, claim: Claim) -> Held:
        low, high = self.published(claim)
        return Held(claim, low, high, self.used(claim), self.ours(claim))

    def published(self, claim: Claim) -> tuple[float, float]:
        """The range of what the facts say, in hours or km."""
        values = [sum(self._value(name) for name in _NAME.findall(part)) for part in claim.facts.split(";")]
        low = 0.0 if claim.facts.startswith("<") else min(values)
        return low, float("inf") if claim.facts.startswith(">") else max(values)

    def _value(self, name: str) -> float:
        fact = self.corridor.row("fact", name)
        return float(fact.value) * UNITS[fact.unit]

    def used(self, claim: Claim) -> bool:
        """Whether lengths (of a distance) or hours and speeds (of a time) of the package are built from the facts."""
        return bool({*claim.names, *_NAME.findall(claim.through)} & self._used[claim.measure])

    @cached_property
    def _used(self) -> dict[str, set[str]]:
        used: dict[str, set[str]] = {"distance": set(), "time": set()}
        for basis in self.corridor.rows("basis"):
            if basis.column == "length_km":
                used["distance"].update(basis.facts)
            elif basis.column == "speed_kmh" or basis.column.endswith("_h"):
                used["time"].update(basis.facts)
        return used

    def ours(self, claim: Claim) -> Ours | None:
        """What is ours, by the perimeter of the claim.

        | Perimeter | Is counted |
        | --- | --- |
        | `gates` | the fastest itinerary, from gate to gate |
        | `departure` | the same from the first departure to the last arrival |
        | `in XX` | of the same what is passed in a country |
        | `ride` | riding a service from place to place, borders and stands on the way included |
        | `running` | of a ride the travel alone |
        | `headway` | the mean time between departures of a service |
        | `sojourn`, `work`, `wait` | a facility: all of it, without the queue, the queue |
        | `links` | the shortest chain of links of the modes |
        """
        match claim.perimeter:
            case "gates" | "departure":
                return self._journey(claim)
            case "ride" | "running" | "headway":
                return self._ride(claim)
            case "sojourn" | "work" | "wait":
                return self._facilities(claim)
            case "links":
                return self._shortest(claim)
            case perimeter if perimeter.startswith("in "):
                return self._journey(claim)
            case perimeter if perimeter == NOT_HELD:
                return None
        raise ValueError(f"{claim.facts}: no perimeter {claim.perimeter!r}")

    def _journey(self, claim: Claim) -> Ours | None:
        option = self._fastest(claim)
        if option is None:
            return None
        if claim.perimeter == "departure":
            option = replace(option, legs=option.legs[1:-1])
        elif claim.perimeter != "gates":
            option = replace(option, legs=tuple(self._within(leg, claim.perimeter[3:]) for leg in option.legs))
        p10, p50, p90 = (option.quantile_h(p) for p in (0.1, 0.5, 0.9))
        return Ours(option.time_h, (p10, p50, p90), option)

    def _fastest(self, claim: Claim) -> Option | None:
        key = (claim.origin, claim.destination, claim.modes, claim.via, claim.avoid)
        if key not in self._plans:
            modes, via, avoid = (words.split(";") if words else () for words in (claim.modes, claim.via, claim.avoid))
            ask = self.planner.request(
                claim.origin, claim.destination, DEPART, modes=modes, via=via, avoid=avoid, epsilon=0.0, past=True
            )
            self._plans[key] = next(iter(self.planner.plan(ask).options), None)
        return self._plans[key]

    def _within(self, leg: Leg, country: str) -> Leg:
        """The part of a leg that is passed in a country."""
        items = tuple(item for item in leg.items if self._country(item) == country)
        hours, variance, *_ = total(items)
        return replace(leg, items=items, time_h=hours, variance_h2=variance)

    def _country(self, item: Item) -> str:
        if item.kind == "travel":
            return str(self.corridor.row("link", item.row).country)
        return str(self.corridor.place(item.place).country)

    def _ride(self, claim: Claim) -> Ours | None:
        for way, i, j in self._rides(claim.on, claim.origin, claim.destination):
            items = way.items(i, j)
            if claim.measure == "distance":
                return Ours(sum(item.km for item in items))
            if claim.perimeter == "headway":
                return Ours(self.planner.network.riding.headway_h(way))
            counted = [item for item in items if claim.perimeter == "ride" or item.kind == "travel"]
            return Ours(sum(item.hours for item in counted))
        return None

    def _rides(self, service: str, start: str, end: str) -> Iterator[tuple[Way, int, int]]:
        self.corridor.row("service", service)
        for way in self.planner.network.ways:
            places = [stop.place for stop in way.stops]
            if way.service.id == service and start in places and end in places[places.index(start) :]:
                yield way, places.index(start), places.index(end)

    def _facilities(self, claim: Claim) -> Ours:
        chains = [[self._passed(name, claim.perimeter) for name in chain.split("+")] for chain in claim.on.split(";")]
        return Ours(sum(map(sum, chains)) / len(chains))

    def _passed(self, name: str, perimeter: str) -> float:
        facility = self.corridor.row("facility", name)
        wait = float(facility.wait_h or 0.0)
        whole = facility_item(facility, None).hours
        return {"sojourn": whole, "work": whole - wait, "wait": wait}[perimeter]

    def _shortest(self, claim: Claim) -> Ours | None:
        stops = [claim.origin, *filter(None, claim.via.split(";")), claim.destination]
        legs = [self._shortest_km(start, end, claim.modes, claim.avoid) for start, end in pairwise(stops)]
        return Ours(sum(legs)) if all(km < float("inf") for km in legs) else None

    def _shortest_km(self, start: str, end: str, modes: str, avoid: str) -> float:
        """Length of the shortest chain of links of the modes (Dijkstra 1959); infinite if there is none."""
        heap, done = [(0.0, self.corridor.place(start).id)], set(avoid.split(";"))
        while heap:
            km, place = heapq.heappop(heap)
            if place == end:
                return km
            if place not in done:
                done.add(place)
                for mode, beyond, length in self._beside[place]:
                    if mode in modes.split(";"):
                        heapq.heappush(heap, (km + length, beyond))
        return float("inf")

    @cached_property
    def _beside(self) -> dict[str, list[tuple[str, str, float]]]:
        """For each place the places that links lead to: (mode, place, km)."""
        beside: dict[str, list[tuple[str, str, float]]] = {place.id: [] for place in self.corridor.places()}
        for (mode, start, end), links in joined_places(self.corridor).items():
            beside[start].append((mode, end, links[0].length_km))
        return beside
