"""The way that goods take, hop by hop: out of the services that a chain rides and the places where it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from karvan.corridor import Corridor
from karvan.corridor.route import joined_places, route
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem, shown

FAMILY, ENTRY, PORT, BORDER, STRAIT, OPERATOR = "family", "entry", "port", "border", "strait", "operator"
BACK, AND = " (back)", " + "
AFLOAT = ("sea", "inland_waterway")


class Hop(NamedTuple):
    """From one stop of a service to the next."""

    from_place: str
    to_place: str
    service: Row
    link: Row


@dataclass(frozen=True, eq=False)
class Taken:
    """One way of some goods."""

    corridor: Corridor
    origin: str
    destination: str
    family: str
    hops: tuple[Hop, ...]

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Every place on the way, its ends included, in order."""
        return (self.hops[0].from_place, *(hop.to_place for hop in self.hops)) if self.hops else (self.origin,)

    @cached_property
    def countries(self) -> frozenset[str]:
        """Every country on the way, its ends' included."""
        found = {self._country(place) for place in self.places} | {hop.link.country for hop in self.hops}
        return frozenset(found - {""})

    @property
    def ends(self) -> tuple[str, str]:
        """The countries of origin and destination."""
        return self._country(self.origin), self._country(self.destination)

    @cached_property
    def waters(self) -> frozenset[str]:
        return frozenset(hop.link.waters for hop in self.hops if hop.link.waters)

    @cached_property
    def ports(self) -> frozenset[str]:
        """Places where goods go on a ship or leave one."""
        found = set()
        for ride in self._rides():
            if ride[0].service.mode in AFLOAT:
                found |= {ride[0].from_place, ride[-1].to_place}
        return frozenset(found)

    @cached_property
    def borders(self) -> frozenset[str]:
        """Crossings by land, whichever way: the two places of the hop that crosses, by name."""
        return frozenset(
            " - ".join(sorted((hop.from_place, hop.to_place)))
            for hop in self.hops
            if hop.link.mode not in (*AFLOAT, "air") and self._crosses(hop)
        )

    @cached_property
    def straits(self) -> frozenset[str]:
        return frozenset(place for place in self.places if self.corridor.place(place).kind == "passage")

    @cached_property
    def operators(self) -> frozenset[tuple[str, ...]]:
        """Of the vessels on the way, each those who may be the operator; none where it is not known."""
        return frozenset(operators_of(hop.service) for hop in self.hops if hop.service.mode in AFLOAT)

    def entry(self, country: str) -> str:
        """Where goods for a country come into it for good, or goods of it leave it for good."""
        there = self.ends[1] == country
        places = self.places[::-1] if there else self.places
        found = places[0]
        for place in places:
            if self._country(place) != country:
                break
            found = place
        return found

    def _country(self, place: str) -> str:
        return str(self.corridor.place(place).country)

    def _crosses(self, hop: Hop) -> bool:
        ends = self._country(hop.from_place), self._country(hop.to_place)
        return all(ends) and ends[0] != ends[1]

    def _rides(self) -> Iterator[list[Hop]]:
        ride: list[Hop] = []
        for hop in self.hops:
            if ride and ride[-1].service.id != hop.service.id:
                yield ride
                ride = []
            ride.append(hop)
        if ride:
            yield ride


def operators_of(service: Row) -> tuple[str, ...]:
    """Who runs a service: several where it is one or all of them; none where it is not known."""
    return tuple(sorted({name.strip() for name in service.operator.split(",")} - {""}))


class Ways:
    """Finds the ways of chains over a corridor. Every service and stop that they name must be in it."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor = corridor
        self._joined = joined_places(corridor)
        self._stops: dict[str, list[Row]] = {}
        for stop in sorted(corridor.rows("stop"), key=lambda stop: (stop.service, stop.seq)):
            self._stops.setdefault(stop.service, []).append(stop)
        self._lines: dict[str, tuple[tuple[str, ...], tuple[Row, ...]]] = {}

    def of(self, row: Mapping[str, Any]) -> Taken:
        """The way of a row of `ServiceFlows.chains`, or of the table of a run.

        Raises:
            InputError: the corridor is not the one that the row is of.
        """
        services = str(row["services"]).split(AND)
        places = [row["origin"], *([one for one in str(row["by"]).split(" - ") if one]), row["destination"]]
        if len(places) != len(services) + 1:
            raise self._stranger(row)
        hops = tuple(
            hop for way, (start, end) in zip(services, pairwise(places), strict=True)
            for hop in self._ridden(row, way, start, end)
        )  # fmt: skip
        return Taken(self.corridor, str(row["origin"]), str(row["destination"]), str(row["family"]), hops)

    def passes(self, service: str, waters: str) -> bool:
        """Whether a service sails on some waters."""
        return any(link.waters == waters for link in self._line(service)[1])

    def waters(self) -> frozenset[str]:
        """Every water that a link runs on."""
        return frozenset(link.waters for link in self.corridor.rows("link")) - {""}

    def _ridden(self, row: Mapping[str, Any], way: str, start: str, end: str) -> Iterator[Hop]:
        name = way.removesuffix(BACK)
        if name not in self.corridor.by_key("service"):
            raise self._stranger(row)
        places, links = self._line(way)
        rides = [
            (j - i, i) for i, a in enumerate(places) if a == start
            for j, b in enumerate(places[i + 1 :], i + 1) if b == end
        ]  # fmt: skip
        if not rides:
            raise self._stranger(row)
        hops, first = min(rides)
        service = self.corridor.row("service", name)
        for k in range(first, first + hops):
            yield Hop(places[k], places[k + 1], service, links[k])

    def _line(self, way: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """The places of a service in one direction, and the links between them."""
        if way not in self._lines:
            name = way.removesuffix(BACK)
            places = tuple(stop.place for stop in self._stops[name])
            places = places[::-1] if way.endswith(BACK) else places
            mode = self.corridor.row("service", name).mode
            self._lines[way] = places, tuple(route(self._joined, mode, places))
        return self._lines[way]

    @staticmethod
    def _stranger(row: Mapping[str, Any]) -> InputError:
        problem = Problem("services", shown(str(row["services"])), "give the corridor that the run read")
        return InputError(f"the chain of {row['demand']}", [problem])
