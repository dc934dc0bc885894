"""Claims: what was published about journeys and lines, and what of ours each is to be held against.

A claim is one statement of one or more facts: a value, a range, or rivals of one value. The table of claims says only
where to look; what was published is read from the facts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from karvan.corridor import Corridor
from karvan.ground.units import factor_between
from karvan.itinerary import Option

UNITS = {"d": "h", "days": "h", "h": "h", "hours": "h", "min": "h", "km": "km", "nm": "km"}
"""Units of facts that state a time or a distance, and the one in which it is held against ours."""
TRACED = "TR-"
"""Facts that are our own traces on a map: no claims."""
WITHIN = {"time": 0.20, "distance": 0.05}
"""The share by which ours may be off and still count as agreeing."""
NOT_HELD = "none"
"""Perimeter of a claim that nothing of ours is like; its note says why."""
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Claim:
    """A row of the table of claims. Lists are parted by semicolons."""

    part: str
    """`known` for what anyone who knows the corridor would ask first."""
    measure: str
    """`time` or `distance`."""
    facts: str
    """Their ids, parted by `;`; joined by `+` where they add up; `<` or `>` in front for at most or at least."""
    perimeter: str
    """What of a way counts: see `validation.Holder`."""
    origin: str
    destination: str
    modes: str
    via: str
    avoid: str
    on: str
    """The service ridden; or facilities, `A+B` one after the other, `A;B` for their mean."""
    ends: str
    """`stated` by the source, or `taken` by us, where it names a country or less."""
    through: str
    """Facts on which the package stands and that were worked out from this one."""
    note: str
    why: str
    """Why ours is off, as far as known; shown only where it is."""

    @property
    def names(self) -> tuple[str, ...]:
        """The facts it states."""
        return tuple(_NAME.findall(self.facts))

    def published(self, corridor: Corridor) -> tuple[float, float]:
        """The range of what the facts say (h or km): from 0 for at most, to infinity for at least."""
        values = [sum(_value(corridor, name) for name in _NAME.findall(part)) for part in self.facts.split(";")]
        return (0.0 if self.facts.startswith("<") else min(values), inf if self.facts.startswith(">") else max(values))

    def used(self, corridor: Corridor) -> bool:
        """Whether lengths (for a distance), or hours and speeds (for a time) of the package stand on these facts."""
        names = {*self.names, *_NAME.findall(self.through)}
        return any(
            _is_of(self.measure, basis.column) and not names.isdisjoint(basis.facts) for basis in corridor.rows("basis")
        )


def _value(corridor: Corridor, name: str) -> float:
    fact = corridor.row("fact", name)
    factor = factor_between(fact.unit, UNITS[fact.unit])
    assert factor is not None, f"{fact.unit} is no time or distance"
    return float(fact.value) * factor


def _is_of(measure: str, column: str) -> bool:
    """Whether a column is of what is measured."""
    return column == "length_km" if measure == "distance" else column == "speed_kmh" or column.endswith("_h")


@dataclass(frozen=True)
class Ours:
    """What is ours (h or km), with P10, P50 and P90 and the itinerary where there is one."""

    mean: float
    quantiles: tuple[float, float, float] | None = None
    option: Option | None = None


@dataclass(frozen=True)
class Held:
    """A claim beside ours, which is missing where there is no way, or nothing to compare."""

    claim: Claim
    low: float
    high: float
    used: bool
    ours: Ours | None

    @property
    def compared(self) -> bool:
        return self.claim.perimeter != NOT_HELD

    @property
    def ratio(self) -> float | None:
        """Ours over the middle of what was published, or over its one bound."""
        ends = [end for end in (self.low, self.high) if 0 < end < inf]
        return self.ours.mean * len(ends) / sum(ends) if self.ours else None

    @property
    def off(self) -> float | None:
        """The share by which ours is above (+) or below (-) what was published; 0 within its range."""
        if self.ours is None:
            return None
        return self.ours.mean / min(max(self.ours.mean, self.low), self.high) - 1

    @property
    def agrees(self) -> bool:
        """Whether ours is as near as WITHIN asks."""
        return self.off is not None and abs(self.off) <= WITHIN[self.claim.measure]


def read_claims(path: Path) -> list[Claim]:
    """The table of claims, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Claim(**row) for row in csv.DictReader(file)]


def undecided(corridor: Corridor, claims: Sequence[Claim]) -> list[str]:
    """Facts in units of time or length that no claim states: each is to be compared, or to say why not."""
    stated = {name for claim in claims for name in claim.names}
    facts = corridor.rows("fact")
    return [
        fact.id for fact in facts if fact.unit in UNITS and fact.id not in stated and not fact.id.startswith(TRACED)
    ]
