"""What is asked of the planner. Defaults stand here and nowhere else."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from math import ceil

from karvan.ground.errors import InputError, Problem, shown

CRITERIA = ("arrival", "price", "co2e", "unreliability", "cost")
"""Cost is generalised: the price, and the time at its value. Unreliability is the variance of the time."""
MODES = ("rail", "sea", "road", "inland_waterway", "air")
_PART = re.compile(r"(?:(\d+(?:\.\d+)?)\s*[x*×]\s*)?(TEU|FEU|20ft|40ft)", re.IGNORECASE)
MOST_BOXES = 100_000


@dataclass(frozen=True, slots=True)
class Load:
    """Containers to be moved together: 20-foot and 40-foot boxes."""

    boxes_20ft: int = 0
    boxes_40ft: int = 0
    wagons: int = 0
    """Rail wagons; a load is either boxes or wagons."""

    @property
    def teu(self) -> int:
        return self.boxes_20ft + 2 * self.boxes_40ft

    @property
    def boxes(self) -> int:
        return self.boxes_20ft + self.boxes_40ft

    def __str__(self) -> str:
        parts = [f"{self.boxes_40ft}xFEU"] * bool(self.boxes_40ft) + [f"{self.boxes_20ft}xTEU"] * bool(self.boxes_20ft)
        return "+".join(parts) or "nothing"

    @classmethod
    def parse(cls, text: str) -> Load:
        """A load as people write it: 2xFEU, TEU, 1x40ft+3x20ft. Raises InputError."""
        twenty = forty = 0
        for part in text.split("+"):
            match = _PART.fullmatch(part.strip())
            count = float(match[1] or 1) if match else 0.0
            if match is None or not 0 < count <= MOST_BOXES or count != int(count):
                raise _unusable(text)
            if match[2].upper() in ("FEU", "40FT"):
                forty += int(count)
            else:
                twenty += int(count)
        return cls(twenty, forty).checked()

    def checked(self) -> Load:
        """The load itself, if it can be shipped. Raises InputError."""
        if min(self.boxes_20ft, self.boxes_40ft) < 0 or not 0 < self.boxes <= MOST_BOXES:
            raise _unusable(str(self))
        return self


def _unusable(load: str) -> InputError:
    remedy = f"give boxes as 2xFEU, 1xTEU or 1x40ft+2x20ft, whole boxes from 1 to {MOST_BOXES:,} in all"
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


def tonnes_of(load: Load, t_per_teu: float) -> float:
    """Mass of goods in a load, in whole kilograms."""
    return ceil(load.teu * t_per_teu * 1000 - 1e-6) / 1000
