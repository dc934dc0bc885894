"""Carriage: the price of riding a service between two of its stops, from the tariff table."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.vocabulary import Address
from karvan.network.item import Item

SIZES = {"20ft": ("20ft",), "40ft": ("40ft",), "truck": ("20ft", "40ft"), "wagon": ("wagon",), "t": ("t",)}
"""What a tariff's unit prices: a truck takes one container of either size."""


class Tariffs:
    """The leg tariffs of a corridor, latest year first."""

    def __init__(self, corridor: Corridor) -> None:
        found: dict[tuple[str, str, str, str], Row] = {}
        for tariff in sorted(corridor.rows("tariff"), key=lambda row: (-row.year, row.id)):
            for size in SIZES.get(tariff.unit, ()) if tariff.kind == "leg" else ():
                found.setdefault((tariff.service, size, tariff.from_place, tariff.to_place), tariff)
        self._found: Mapping[tuple[str, str, str, str], Row] = found

    def item(self, service: str, start: str, end: str, km: float) -> Item:
        """The carriage from `start` to `end`; not a number where a size, or a wagon, has no price."""
        rows = [self.row(service, size, start, end) for size in ("20ft", "40ft", "wagon", "t")]
        if rows[2] is not None:
            rows[3] = None
        leans_on, of_wagons = (
            tuple(dict.fromkeys(address for row in some for address in _addresses(row)))
            for some in (rows[:2], rows[2:])
        )
        usd_20ft, usd_40ft, usd_wagon, usd_t = self.usd(service, start, end, km)
        return Item(
            "carriage", start, service, usd_20ft=usd_20ft, usd_40ft=usd_40ft, leans_on=leans_on,
            usd_wagon=usd_wagon, usd_t=usd_t, of_wagons=of_wagons,
        )  # fmt: skip

    def usd(self, service: str, start: str, end: str, km: float) -> tuple[float, float, float, float]:
        """What `item` says of the two sizes, a wagon and a tonne in wagons, without the evidence.

        Wagons go by the price of a wagon where there is one, else by that of a tonne.
        """
        small, large, wagon = (_usd(self.row(service, size, start, end), km) for size in ("20ft", "40ft", "wagon"))
        tonne = _usd(self.row(service, "t", start, end), km)
        if isnan(wagon) and not isnan(tonne):
            return small, large, 0.0, tonne
        return small, large, wagon, 0.0

    def row(self, service: str, size: str, start: str, end: str) -> Row | None:
        """The tariff that holds between two stops: their own if there is one, else the service's."""
        return self._found.get((service, size, start, end)) or self._found.get((service, size, "", ""))


def _usd(tariff: Row | None, km: float) -> float:
    return nan if tariff is None else (tariff.price_usd or 0.0) + (tariff.price_usd_km or 0.0) * km


def _addresses(tariff: Row | None) -> list[Address]:
    columns = ("price_usd", "price_usd_km")
    return [("tariff", tariff.id, c) for c in columns if getattr(tariff, c) is not None] if tariff is not None else []
