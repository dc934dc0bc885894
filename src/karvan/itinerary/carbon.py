"""The carbon of an option as a transport chain of elements: ISO 14083:2023, with the factors' sources on each.

A ride is an element of a transport operation category (TOC), a gate, a crane or a change of gauge one of a hub
operation category (HOC). A ride in the course of which the train changes gauge is parted there. What an element emits
is what the planner counted, so that the elements add up to the option; `docs/carbon.md` says what each figure means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import fsum, isnan
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.corridor.shortest import Shortest
from karvan.ground.sphere import great_circle_km
from karvan.ground.vocabulary import Address
from karvan.itinerary.element import (
    DEFAULT,
    ELECTRICITY,
    GCD,
    HOC,
    MODELLED,
    PRIMARY,
    SFD,
    TOC,
    Element,
    Number,
    Part,
    Source,
    less,
    total_of,
)
from karvan.itinerary.option import Leg, Option
from karvan.itinerary.request import FindItineraries, tonnes_of
from karvan.network.item import KG_PER_G, Item
from karvan.tables import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

HUBS = ("terminal_gate", "transshipment", "gauge_change")
"""Facilities that are hub operations also where the package has no factor for them."""
EMITTING = ("vehicle", "grid_intensity", "emission_factor")
"""Tables of the numbers that make an emission."""
BY_DISTANCE = "by tonne-kilometres: tonnes of goods, boxes not counted, times the {}"
NAMES = {SFD: "shortest feasible distance", GCD: "great-circle distance"}
BY_THROUGHPUT = {"kgco2e_container": "by containers passed", "kgco2e_t": "by tonnes of goods passed, boxes not counted"}
SPLIT = {"gco2e_tkm": "gco2e_tkm_ttw", "kgco2e_container": "kgco2e_container_ttw", "kgco2e_t": "kgco2e_t_ttw"}
"""Which column of an emission factor says how much of another is tank to wheel."""
UNKNOWN = Part("", "", "", 0.0, 1.0, None, None, DEFAULT, ())
"""What a hub operation without a factor emits."""


@dataclass(frozen=True)
class TransportChain:
    """An option as ISO 14083 sees it: its elements, in the order of travel."""

    option: str
    family: str
    origin: str
    destination: str
    depart: dt.datetime
    arrive: dt.datetime
    tonnes: float
    boxes: int
    teu: float
    elements: tuple[Element, ...]

    @property
    def activity_tkm(self) -> float:
        return fsum(element.activity_tkm for element in self.elements)

    @property
    def wtw_kg(self) -> float:
        """kg CO2e well to wheel of all elements that have a factor: the option's."""
        return fsum(element.wtw_kg or 0.0 for element in self.elements)

    @property
    def ttw_kg(self) -> float | None:
        """Of that tank to wheel; None as long as the split of some element is not known."""
        return total_of(element.ttw_kg for element in self.elements if element.wtw_kg is not None)

    @property
    def wtt_kg(self) -> float | None:
        return less(self.wtw_kg, self.ttw_kg)

    @property
    def without_factor(self) -> tuple[Element, ...]:
        """Elements whose emission is not known, and not in the sum."""
        return tuple(element for element in self.elements if element.wtw_kg is None)

    @property
    def without_split(self) -> tuple[Element, ...]:
        """Elements whose emission is known, but not how much of it is tank to wheel."""
        return tuple(e for e in self.elements if e.wtw_kg is not None and e.ttw_kg is None)

    def share_of(self, data: str) -> float:
        """Share of the emission (0 to 1) that rests on `primary`, `modelled` or `default` data."""
        parts = [part for element in self.elements for part in element.parts]
        return fsum(part.wtw_kg or 0.0 for part in parts if part.data == data) / self.wtw_kg if self.wtw_kg else 0.0

    def table(self) -> pd.DataFrame:
        """One row an element, units in the names of the columns; not a number where a figure is not known."""
        import pandas as pd

        names = (
            "kind", "category", "mode", "from_place", "to_place", "depart", "arrive", "tonnes", "boxes", "teu",
            "distance_kind", "distance_km", "sfd_km", "gcd_km", "actual_km", "activity_tkm", "wtt_kg", "ttw_kg",
            "wtw_kg", "intensity", "data", "grade", "allocation",
        )  # fmt: skip
        figures = ("wtt_kg", "ttw_kg", "wtw_kg", "intensity")
        rows = [(element.id, *(getattr(element, name) for name in names)) for element in self.elements]
        frame = pd.DataFrame(rows, columns=["element", *names]).set_index("element")
        return frame.astype(dict.fromkeys(figures, "float64"))


def chain_of(
    corridor: Corridor, ask: FindItineraries, commodity: Row, option: Option, shortest: Shortest | None = None
) -> TransportChain:
    """An option as a transport chain. `shortest` is of the same corridor, for many options to share."""
    told = _Telling(corridor, ask, commodity, shortest or Shortest(corridor))
    elements = tuple(
        told.element(f"{option.id}/{number}", *span) for number, span in enumerate(_spans(option, corridor), start=1)
    )
    load = ask.load
    return TransportChain(
        option.id, option.family, ask.origin, ask.destination, option.depart, option.arrive, ask.tonnes, load.boxes,
        load.teu, elements,
    )  # fmt: skip


Span = tuple[Leg, tuple[Item, ...], dt.datetime, dt.datetime, str]
"""A leg, those of its items that make one element, when they begin and end, and the place where they end."""


def _spans(option: Option, corridor: Corridor) -> Iterator[Span]:
    """The items of each element, in the order of travel."""
    for leg in option.legs:
        hub_here = [_is_hub(item, corridor) for item in leg.items]
        riding: list[Item] = []
        began = at = leg.depart
        for item, is_hub in zip(leg.items, hub_here, strict=True):
            ends = min(at + dt.timedelta(hours=item.hours), leg.arrive)
            if is_hub:
                if riding:
                    yield leg, tuple(riding), began, at, item.place
                    riding = []
                yield leg, (item,), at, ends, item.place
                began = ends
            elif item.kind == "travel":
                riding.append(item)
            at = ends
        if riding:
            yield leg, tuple(riding), began, leg.arrive, leg.to_place


def _is_hub(item: Item, corridor: Corridor) -> bool:
    facility = corridor.by_key("facility").get(item.row)
    if facility is None or facility.kind != item.kind:
        return False
    return item.kind in HUBS or bool(facility.emission_factor)


@dataclass(frozen=True)
class _Telling:
    """What all elements of a chain have in common."""

    corridor: Corridor
    ask: FindItineraries
    commodity: Row
    shortest: Shortest

    def element(
        self, name: str, leg: Leg, items: tuple[Item, ...], depart: dt.datetime, arrive: dt.datetime, end: str
    ) -> Element:
        if items[0].kind != "travel":
            return self._hub(name, items[0], depart, arrive)
        start, service = items[0].place, leg.service
        actual = fsum(item.km for item in items)
        gauges = frozenset(self.corridor.row("link", item.row).gauge_mm for item in items)
        # The way that the service runs is feasible too, whatever the order in which lengths are added up.
        sfd = min(self.shortest.km(leg.mode, gauges, start, end), actual)
        gcd = self._great_circle(start, end)
        kind = GCD if leg.mode == "air" and gcd > 0 else SFD
        parts = tuple(self._parts(items, actual))
        lengths = [("link", item.row, "length_km") for item in items]
        return Element(
            name, TOC, f"{service}:{start}-{end}", leg.mode, start, end, depart, arrive, self.ask.tonnes,
            self.ask.load.boxes, self.ask.load.teu, kind, sfd, gcd, actual, BY_DISTANCE.format(NAMES[kind]),
            self._quality(parts, lengths), parts,
        )  # fmt: skip

    def _great_circle(self, start: str, end: str) -> float:
        a, b = self.corridor.place(start), self.corridor.place(end)
        return great_circle_km(a.lon, a.lat, b.lon, b.lat)

    def _parts(self, items: Sequence[Item], actual: float) -> Iterator[Part]:
        """The ride by energy carrier and, under the wire, by country, in the order in which they are first met."""
        kinds: dict[tuple[Address, ...], list[Item]] = {}
        for item in items:
            kinds.setdefault(tuple(a for a in item.leans_on if _emits(a)), []).append(item)
        for addresses, ridden in kinds.items():
            km = fsum(item.km for item in ridden)
            wtw = self.ask.tonnes * fsum(item.kg_per_t for item in ridden)
            yield self._part(addresses, km, km / actual, wtw, self.ask.tonnes * km * KG_PER_G)

    def _part(self, addresses: tuple[Address, ...], km: float, share: float, wtw: float, gram_tkm: float) -> Part:
        tables = {table: row for table, row, _ in addresses}
        known = None if isnan(wtw) else wtw
        if "grid_intensity" in tables:
            numbers = self._numbers(addresses)
            country = self.corridor.row("grid_intensity", tables["grid_intensity"]).country
            data = PRIMARY if numbers[0].primary else MODELLED
            return Part(ELECTRICITY, country, tables["vehicle"], km, share, known, 0.0, data, numbers)
        if not addresses:
            return Part("", "", "", km, share, None, None, DEFAULT, ())
        factor = self.corridor.row("emission_factor", tables["emission_factor"])
        numbers = self._numbers(_with_split(addresses, factor))
        ttw = None if known is None or factor.gco2e_tkm_ttw is None else factor.gco2e_tkm_ttw * gram_tkm
        return Part(factor.energy, "", factor.id, km, share, known, ttw, _kind(numbers), numbers)

    def _hub(self, name: str, item: Item, depart: dt.datetime, arrive: dt.datetime) -> Element:
        factor = self.corridor.by_key("emission_factor").get(self.corridor.row("facility", item.row).emission_factor)
        # What a factor says of a container says nothing of a wagon.
        amounts = {"kgco2e_container": self.ask.load.boxes, "kgco2e_t": self.ask.tonnes}
        columns = [c for c, amount in amounts.items() if amount and getattr(factor, c, None) is not None]
        part, allocation = UNKNOWN, "not known"
        if factor is not None and columns:
            ttw = total_of(_times(amounts[c], getattr(factor, SPLIT[c])) for c in columns)
            wtw = fsum(amounts[c] * getattr(factor, c) for c in columns)
            numbers = self._numbers(_with_split([("emission_factor", factor.id, c) for c in columns], factor))
            part = Part(factor.energy, "", factor.id, 0.0, 1.0, wtw, ttw, _kind(numbers), numbers)
            allocation = " and ".join(BY_THROUGHPUT[c] for c in columns)
        return Element(
            name, HOC, item.row, item.kind, item.place, item.place, depart, arrive, self.ask.tonnes,
            self.ask.load.boxes, self.ask.load.teu, "", 0.0, 0.0, 0.0, allocation, self._quality((part,), []), (part,),
        )  # fmt: skip

    def _quality(self, parts: Iterable[Part], lengths: Sequence[Address]) -> tuple[tuple[str, str], ...]:
        """The weakest grades of what makes the emission, of the lengths, and of the mass if no shipper stated it."""
        ledger = self.corridor.evidence
        grades = {
            "factor": [number.grade for part in parts for number in part.numbers] or ["D"],
            "distance": [ledger.grade(*address) for address in lengths],
            "mass": [ledger.grade("commodity", self.commodity.id, self._mass_from())] if self._mass_from() else [],
        }
        return tuple((what, max(found)) for what, found in grades.items() if found)

    def _mass_from(self) -> str:
        """The column of the commodity that the mass is from; empty where the shipper stated it."""
        load, goods = self.ask.load, self.commodity
        if self.ask.tonnes != tonnes_of(load, goods.t_per_teu, goods.t_per_wagon or 0.0):
            return ""
        return "t_per_wagon" if load.wagons else "t_per_teu"

    def _numbers(self, addresses: Iterable[Address]) -> tuple[Number, ...]:
        return tuple(number_at(self.corridor, address) for address in addresses)


def number_at(corridor: Corridor, address: Address) -> Number:
    """A number of the corridor with the documents under it, through the ledger: basis, facts, sources."""
    table, row, column = address
    ledger = corridor.evidence
    basis = ledger.find_basis(*address)
    found = {}
    if basis is not None:
        found = {source.id: source for role, _, source in ledger.cited(basis) if role == "used"}
    return Number(
        "/".join(address),
        getattr(corridor.row(table, row), column),
        BY_NAME[table].column(column).unit,
        ledger.grade(*address),
        basis.method if basis else "",
        basis.note if basis else "no basis",
        tuple(Source(s.id, s.title, s.publisher, s.date, s.url, s.kind) for s in found.values()),
    )


def _emits(address: Address) -> bool:
    table, _, column = address
    return table in EMITTING and (table != "vehicle" or column == "energy_kwh_tkm")


def _with_split(addresses: Iterable[Address], factor: Row) -> list[Address]:
    """The addresses, each followed by that of its tank-to-wheel share where the factor has one."""
    found: list[Address] = []
    for table, row, column in addresses:
        found.append((table, row, column))
        if getattr(factor, SPLIT[column]) is not None:
            found.append((table, row, SPLIT[column]))
    return found


def _kind(numbers: Sequence[Number]) -> str:
    return PRIMARY if numbers and all(number.primary for number in numbers) else DEFAULT


def _times(amount: float, factor: float | None) -> float | None:
    return None if factor is None else amount * factor
