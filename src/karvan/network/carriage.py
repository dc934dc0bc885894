"""Carriage: the price of riding a service between two of its stops, from the tariff table."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.vocabulary import Address
from karvan.network.item import Item

SIZES = {"20ft": ("20ft",), "40ft": ("40ft",), "truck": ("20ft", "40ft")}
"""Which containers a tariff's unit prices; a truck takes one of either."""


class Tariffs:
    """The leg tariffs of a corridor, latest year first."""

    def __init__(self, corridor: Corridor) -> None:
        found: dict[tuple[str, str, str, str], Row] = {}
        for tariff in sorted(corridor.rows("tariff"), key=lambda row: (-row.year, row.id)):
            for size in SIZES.get(tariff.unit, ()) if tariff.kind == "leg" else ():
                found.setdefault((tariff.service, size, tariff.from_place, tariff.to_place), tariff)
        self._found: Mapping[tuple[str, str, str, str], Row] = found

    def item(self, service: str, start: str, end: str, km: float) -> Item:
        """The carriage from `start` to `end`; not a number where a size has no price."""
        small, large = self.row(service, "20ft", start, end), self.row(service, "40ft", start, end)
        leans_on = dict.fromkeys((*_addresses(small), *_addresses(large)))
        return Item(
            "carriage", start, service, usd_20ft=_usd(small, km), usd_40ft=_usd(large, km), leans_on=tuple(leans_on)
        )  # fmt: skip

    def usd(self, service: str, start: str, end: str, km: float) -> tuple[float, float]:
        """What `item` says of the two sizes, without the evidence."""
        return _usd(self.row(service, "20ft", start, end), km), _usd(self.row(service, "40ft", start, end), km)

    def row(self, service: str, size: str, start: str, end: str) -> Row | None:
        """The tariff that holds between two stops: their own if there is one, else the service's."""
        return self._found.get((service, size, start, end)) or self._found.get((service, size, "", ""))


def _usd(tariff: Row | None, km: float) -> float:
    return nan if tariff is None else (tariff.price_usd or 0.0) + (tariff.price_usd_km or 0.0) * km


def _addresses(tariff: Row | None) -> list[Address]:
    columns = ("price_usd", "price_usd_km")
    return [("tariff", tariff.id, c) for c in columns if getattr(tariff, c) is not None] if tariff is not None else []
