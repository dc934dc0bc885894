"""Through rates: one price for a chain of services, in place of the sum of its legs and of what is charged between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan, nan

from karvan.corridor.corridor import Corridor
from karvan.ground.vocabulary import Address
from karvan.network.carriage import SIZES
from karvan.network.item import USD_20FT, USD_40FT, USD_T, USD_WAGON, Item

UNITS = ("20ft", "40ft", "wagon", "t")
MONEY = [USD_20FT, USD_40FT, USD_WAGON, USD_T]
"""Columns of the sums in the order of UNITS."""


@dataclass(frozen=True, slots=True)
class Through:
    """A rate from one place to another, by its services alone. A size that it does not price cannot have it."""

    start: str
    end: str
    services: tuple[str, ...]
    usd: tuple[float, float, float, float]
    """In the order of UNITS."""
    leans_on: tuple[Address, ...]


def through_rates(corridor: Corridor) -> dict[str, Through]:
    """The through rates that say which services they cover, by name; of each size the latest year."""
    found: dict[str, Through] = {}
    for tariff in sorted(corridor.rows("tariff"), key=lambda row: (-row.year, row.id)):
        if tariff.kind == "through" and tariff.services:
            name = f"{tariff.from_place}-{tariff.to_place} by {', '.join(tariff.services)}"
            known = found.get(name)
            usd = list(known.usd if known else (nan,) * len(UNITS))
            for size in SIZES.get(tariff.unit, ()):
                at = UNITS.index(size)
                usd[at] = tariff.price_usd if isnan(usd[at]) else usd[at]
            leans_on = (*(known.leans_on if known else ()), ("tariff", tariff.id, "price_usd"))
            ends = tariff.from_place, tariff.to_place
            found[name] = Through(*ends, tariff.services, (usd[0], usd[1], usd[2], usd[3]), leans_on)
    return dict(sorted(found.items()))


def covered(items: Sequence[Item], rate: Through, *, pays: bool) -> list[Item]:
    """Items under a through rate: nothing is paid for any of them, but for the rate itself where it begins."""
    free = [replace(item, usd_20ft=0.0, usd_40ft=0.0, usd_wagon=0.0, usd_t=0.0) for item in items]
    return [
        _carriage(item, rate, pays=pays) if item.kind == "carriage" else item
        for item in free
    ]  # fmt: skip


def _carriage(item: Item, rate: Through, *, pays: bool) -> Item:
    if not pays:
        return replace(item, leans_on=())
    small, large, wagon, tonne = rate.usd
    if isnan(wagon) != isnan(tonne):  # wagons go by the one that there is
        wagon, tonne = (0.0, tonne) if isnan(wagon) else (wagon, 0.0)
    return replace(item, usd_20ft=small, usd_40ft=large, usd_wagon=wagon, usd_t=tonne, leans_on=rate.leans_on)
