"""Carriage: the price of riding a service between two of its stops, from the tariff table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import nan

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.network.item import Item

SIZES = {"20ft": ("20ft",), "40ft": ("40ft",), "truck": ("20ft", "40ft")}
"""Which containers a tariff's unit prices; a truck takes one of either."""


class Tariffs:
    """The leg tariffs of a corridor, latest year first."""

    def __init__(self, corridor: Corridor) -> None:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for tariff in sorted(corridor.rows("tariff"), key=lambda row: (-row.year, row.id)):
            for size in SIZES.get(tariff.unit, ()) if tariff.kind == "leg" else ():
                found[tariff.service, size].append(tariff)
        self._found: Mapping[tuple[str, str], list[Row]] = found

    def item(self, service: str, start: str, end: str, km: float) -> Item:
        """The carriage from `start` to `end`; not a number where a size has no price."""
        usd_20ft, usd_40ft = self._price(service, "20ft", start, end, km), self._price(service, "40ft", start, end, km)
        leans_on = tuple(dict.fromkeys((*usd_20ft[1], *usd_40ft[1])))
        return Item("carriage", start, service, usd_20ft=usd_20ft[0], usd_40ft=usd_40ft[0], leans_on=leans_on)

    def _price(
        self, service: str, size: str, start: str, end: str, km: float
    ) -> tuple[float, tuple[tuple[str, str, str], ...]]:
        rows = self._found.get((service, size), [])
        for from_place, to_place in ((start, end), ("", "")):
            for row in rows:
                if (row.from_place, row.to_place) == (from_place, to_place):
                    columns = [c for c in ("price_usd", "price_usd_km") if getattr(row, c) is not None]
                    usd = (row.price_usd or 0.0) + (row.price_usd_km or 0.0) * km
                    return usd, tuple(("tariff", row.id, column) for column in columns)
        return nan, ()
