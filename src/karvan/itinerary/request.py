"""What is asked of the planner. Defaults stand here and nowhere else."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from math import ceil, inf
from typing import Any

from karvan.ground.errors import InputError, Problem, shown
from karvan.network.item import USD_20FT, USD_40FT, USD_T, USD_WAGON

CRITERIA = ("arrival", "price", "co2e", "unreliability", "cost")
"""Cost is generalised: the price, and the time at its value. Unreliability is the variance of the time."""
MODES = ("rail", "sea", "road", "inland_waterway", "air")
MOST_BOXES = 100_000
MOST_T_20FT, MOST_T_40FT = 28.2, 26.6
"""Goods that a box holds at most, t: ISO 668 lets a box weigh 30.48 t with its goods; empty ones weigh about 2.3 and
3.9 t."""
FILL_T_20FT, FILL_T_40FT = 24.0, 22.0
"""Goods that are put in a box where nobody says how heavy it is, t: no more than trucks of 40 t take, so that it can go
by any mode. Such are the limits of carriers in Germany (MacAndrews, maximum payloads by country)."""
_PART = re.compile(r"(?:(\d+(?:\.\d+)?)\s*[x*×]\s*)?(TEU|FEU|20ft|40ft|wagons?)", re.IGNORECASE)
_MASS = re.compile(r"(\d+(?:\.\d+)?)\s*t", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be moved together: 20-foot and 40-foot boxes, or rail wagons, or tonnes that are yet to be boxed."""

    boxes_20ft: int = 0
    boxes_40ft: int = 0
    wagons: int = 0
    """Rail wagons; a load is either boxes or wagons."""
    tonnes: float = 0.0
    """Mass of the goods where it is stated; 0 where the commodity gives it."""

    @property
    def teu(self) -> int:
        return self.boxes_20ft + 2 * self.boxes_40ft

    @property
    def boxes(self) -> int:
        return self.boxes_20ft + self.boxes_40ft

    @property
    def most_t(self) -> float:
        """Goods that its boxes hold at most, t; of wagons the vehicles say it."""
        boxed = self.boxes_20ft * MOST_T_20FT + self.boxes_40ft * MOST_T_40FT
        return inf if self.wagons else boxed

    def __str__(self) -> str:
        counts = ((self.boxes_40ft, "FEU"), (self.boxes_20ft, "TEU"), (self.wagons, "wagon"))
        return "+".join(f"{n}x{unit}" for n, unit in counts if n) or "nothing"

    @classmethod
    def parse(cls, text: str) -> Load:
        """A load as people write it: 2xFEU, 1x40ft+3x20ft, 3xwagon, 60t, and with its mass 2xFEU:40t.

        Raises InputError.
        """
        what, colon, mass = text.partition(":")
        weighed = _MASS.fullmatch((mass if colon else what).strip())
        if weighed is None and colon:
            raise _unusable(text)
        tonnes = float(weighed[1]) if weighed else 0.0
        if weighed and not 0 < tonnes <= MOST_BOXES * MOST_T_40FT:
            raise _unusable(text)
        counts = {"TEU": 0, "FEU": 0, "WAGON": 0}
        for part in what.split("+") if colon or not weighed else ():
            match = _PART.fullmatch(part.strip())
            count = float(match[1] or 1) if match else 0.0
            if match is None or not 0 < count <= MOST_BOXES or count != int(count):
                raise _unusable(text)
            unit = match[2].upper().removesuffix("S")
            counts[{"20FT": "TEU", "40FT": "FEU"}.get(unit, unit)] += int(count)
        return cls(counts["TEU"], counts["FEU"], counts["WAGON"], tonnes).checked()

    def checked(self) -> Load:
        """The load itself, if it can be shipped. Raises InputError."""
        numbers = (self.boxes_20ft, self.boxes_40ft, self.wagons, self.tonnes)
        if not (min(numbers) >= 0 and 0 < self.boxes + self.wagons + self.tonnes < inf):
            raise _unusable(str(self))
        if self.boxes and self.wagons:
            raise _refused(str(self), "boxes and wagons go by other trains: ask for each on its own")
        if self.boxes + self.wagons > MOST_BOXES:
            raise _unusable(str(self))
        if self.boxes and self.tonnes > self.most_t:
            raise _refused(f"{self.tonnes:g} t in {self}", f"they hold {self.most_t:g} t at most: give more boxes")
        return self

    def of(self, t_per_teu: float, t_per_wagon: float | None = None) -> tuple[Load, float]:
        """Boxes or wagons, and the mass of goods in them (t): tonnes alone fill as many 40-foot boxes as they need.

        A box holds goods by its room (`t_per_teu`, of light ones) or its weight (of heavy ones). Raises InputError
        where nothing says what a wagon holds.
        """
        if self.tonnes and not self.boxes and not self.wagons:
            boxes = ceil(self.tonnes / min(2 * t_per_teu, FILL_T_40FT) - 1e-9)
            return Load(boxes_40ft=boxes).checked(), self.tonnes
        if self.wagons and not self.tonnes and t_per_wagon is None:
            raise _refused(str(self), f"the goods have no weight in a wagon: state it, as {self}:60t")
        tonnes = self.tonnes or tonnes_of(self, t_per_teu, t_per_wagon or 0.0)
        return replace(self, tonnes=0.0), tonnes

    def charged(self, tonnes: float) -> tuple[tuple[int, float], ...]:
        """(column of SUMS, how many are paid for) of what is in the load; nothing else needs a price."""
        counts = (
            (USD_20FT, self.boxes_20ft),
            (USD_40FT, self.boxes_40ft),
            (USD_WAGON, self.wagons),
            (USD_T, tonnes if self.wagons else 0.0),
        )
        return tuple((column, float(n)) for column, n in counts if n)

    def t_in_boxes(self, tonnes: float) -> tuple[float, float]:
        """Goods in each 20-foot and each 40-foot box, t: shared by room, but no more in a large one than it may hold
        while the small ones hold more."""
        if not self.boxes:
            return 0.0, 0.0
        even = tonnes / self.teu
        if 2 * even <= MOST_T_40FT or not self.boxes_20ft:
            return even, 2 * even
        large = min(2 * even, MOST_T_40FT)
        return (tonnes - large * self.boxes_40ft) / self.boxes_20ft, large


def _unusable(load: str) -> InputError:
    remedy = (
        f"give boxes as 2xFEU, 1xTEU or 1x40ft+2x20ft, wagons as 3xwagon, whole ones from 1 to {MOST_BOXES:,} in all, "
        "or tonnes as 60t; the mass may follow: 2xFEU:40t"
    )
    return _refused(load, remedy)


def _refused(load: str, remedy: str) -> InputError:
    return InputError("the request", [Problem("load", "nothing" if load == "nothing" else shown(load), remedy)])


@dataclass(frozen=True, slots=True)
class FindItineraries:
    """Ways to move a load between two places: all that no other beats on arrival, price and CO2e together.

    Places are ids of the corridor; `depart` has a zone. `tonnes` is the goods' mass, boxes not counted.
    """

    origin: str
    destination: str
    depart: dt.datetime
    load: Load = field(default_factory=lambda: Load(boxes_40ft=1))
    tonnes: float = 0.0
    value_of_time_usd_h: float = 0.0
    """What an hour is worth to the shipper, all boxes together; it ranks, and chooses the best of a family."""
    modes: tuple[str, ...] = MODES
    avoid_countries: tuple[str, ...] = ()
    avoid_places: tuple[str, ...] = ()
    avoid_links: tuple[str, ...] = ()
    avoid_services: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    horizon_days: float = 150.0
    """Chains that take longer are not followed."""
    epsilon: float = 0.1
    """An option within this share of another on every criterion is not shown apart from it."""
    criteria: tuple[str, ...] = ("arrival", "price", "co2e", "unreliability")
    """What options are compared on: some of CRITERIA."""
    goods: tuple[str, ...] = ()
    """What the goods are besides dry: reefer, dangerous."""
    documents: tuple[str, ...] | None = None
    """Ids of the regimes under whose papers the goods travel; None is all that the corridor has."""
    until: dt.datetime | None = None
    """All departures from `depart` until then, that instant not included; None is the first only."""
    arrive_by: dt.datetime | None = None
    """Then the latest departures that arrive by this are sought, and none before `depart`."""
    promised: dt.datetime | None = None
    """Date promised to the receiver: each option tells how likely it is kept."""
    samples: int = 2000
    """Journeys drawn of each option for its spread."""
    seed: int = 1

    def price_usd(self, sums: Any) -> Any:
        """What the whole load pays: of one item's sums (n_sums,) a number, of `network.sums.T` an array (n_arcs,).

        Not a number where something in the load has no price.
        """
        return sum(n * sums[column] for column, n in self.load.charged(self.tonnes))


def tonnes_of(load: Load, t_per_teu: float, t_per_wagon: float = 0.0) -> float:
    """Mass of goods that fill a load, in whole kilograms: boxes by their room, heavy goods up to what trucks carry."""
    small = load.boxes_20ft * min(t_per_teu, FILL_T_20FT)
    large = load.boxes_40ft * min(2 * t_per_teu, FILL_T_40FT)
    return ceil((small + large + load.wagons * t_per_wagon) * 1000 - 1e-6) / 1000
