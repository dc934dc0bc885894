"""A transport chain element of ISO 14083:2023, with the numbers that it leans on and the documents they are from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from karvan.network.item import KG_PER_G

TOC, HOC = "TOC", "HOC"
PRIMARY, MODELLED, DEFAULT = "primary", "modelled", "default"
"""Where a figure is from, best first: measured by who runs it, worked out from what is known of the operation, or a
standard's value for operations of its kind."""
ELECTRICITY = "electricity"
SFD, GCD = "sfd", "gcd"


@dataclass(frozen=True)
class Source:
    """A document that a number is from."""

    id: str
    title: str
    publisher: str
    date: str
    url: str
    kind: str


@dataclass(frozen=True)
class Number:
    """A number of the corridor under an element: its value, its grade, and the documents it is from."""

    where: str
    value: float
    unit: str
    grade: str
    method: str
    note: str
    sources: tuple[Source, ...]

    @property
    def primary(self) -> bool:
        """Whether it was measured: read, not worked out, from those who run the operation, at grade A or B."""
        told = bool(self.sources) and all(source.kind == "operator" for source in self.sources)
        return told and self.method in ("read", "mean of rivals") and self.grade in "AB"


@dataclass(frozen=True)
class Part:
    """What is emitted with one energy carrier, in one country where that is the grid's current."""

    energy: str
    country: str
    factor: str
    """Id of the emission factor; of current, the vehicle whose energy use is multiplied with the country's grid."""
    km: float
    share: float
    """Of the element's transport activity; 1 at a hub."""
    wtw_kg: float | None
    ttw_kg: float | None
    """None where the factor's source does not split it."""
    data: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Element:
    """A transport chain element (TCE): one ride, or one passage of a hub."""

    id: str
    kind: str
    category: str
    """Id of its TOC or HOC."""
    mode: str
    """Of transport; at a hub the kind of facility."""
    from_place: str
    to_place: str
    depart: dt.datetime
    arrive: dt.datetime
    tonnes: float
    boxes: int
    teu: float
    distance_kind: str
    """Which of the standard's distances the activity is on: SFD, or GCD in the air; empty at a hub."""
    sfd_km: float
    gcd_km: float
    actual_km: float
    """The way the service runs; what the emission is worked out on."""
    allocation: str
    quality: tuple[tuple[str, str], ...]
    """What it leans on, and the weakest grade of each: factor, distance, mass unless the shipper stated it."""
    parts: tuple[Part, ...]

    @property
    def distance_km(self) -> float:
        """The standard's distance; 0 at a hub."""
        return {SFD: self.sfd_km, GCD: self.gcd_km}.get(self.distance_kind, 0.0)

    @property
    def activity_tkm(self) -> float:
        """Transport activity: tonnes of goods by the standard's distance; 0 at a hub, whose activity is its tonnes."""
        return self.tonnes * self.distance_km

    @property
    def wtw_kg(self) -> float | None:
        """kg CO2e well to wheel; None where the package has no factor."""
        return total_of(part.wtw_kg for part in self.parts)

    @property
    def ttw_kg(self) -> float | None:
        """Of that tank to wheel; None where a factor's source does not split it."""
        return total_of(part.ttw_kg for part in self.parts)

    @property
    def wtt_kg(self) -> float | None:
        """Of that well to tank."""
        return less(self.wtw_kg, self.ttw_kg)

    @property
    def intensity(self) -> float | None:
        """Well to wheel by activity: g CO2e a tonne-km of a ride, g a tonne at a hub; None where not known."""
        activity = self.activity_tkm if self.kind == TOC else self.tonnes
        return None if self.wtw_kg is None or not activity else self.wtw_kg / KG_PER_G / activity

    @property
    def data(self) -> str:
        """The weakest kind of data among its parts."""
        return max((part.data for part in self.parts), key=(PRIMARY, MODELLED, DEFAULT).index)

    @property
    def grade(self) -> str:
        return max(grade for _, grade in self.quality)


def total_of(values: Iterable[float | None]) -> float | None:
    """The sum; None as soon as one of the values is not known."""
    known = list(values)
    return None if any(value is None for value in known) else fsum(value or 0.0 for value in known)


def less(whole: float | None, part: float | None) -> float | None:
    """The rest; None as soon as one of the two is not known."""
    return None if whole is None or part is None else whole - part
