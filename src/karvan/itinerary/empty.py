"""The empty box: what it costs to bring back the box that goods came in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.vocabulary import Address
from karvan.itinerary.request import FindItineraries
from karvan.network.carriage import SIZES
from karvan.network.item import Item

FIELDS = (("20ft", "boxes_20ft", "usd_20ft"), ("40ft", "boxes_40ft", "usd_40ft"), ("wagon", "wagons", "usd_wagon"))


def empty_item(corridor: Corridor, ask: FindItineraries) -> Item | None:
    """The repositioning of a request's empties, by the tariffs of kind `empty`; None where none is said to be paid.

    Of each size that is shipped the price that names most of its ends holds: both, then the destination, where the
    empties stay, then the origin, then none; of equals the latest year.
    """
    item = Item("empties", ask.destination, "")
    leans_on: list[Address] = []
    for unit, count, field in FIELDS:
        row = _tariff(corridor, unit, ask) if getattr(ask.load, count) else None
        if row is not None:
            price: dict[str, Any] = {field: row.price_usd or 0.0}
            leans_on.append(("tariff", row.id, "price_usd"))
            item = replace(item, row=item.row or row.id, leans_on=tuple(dict.fromkeys(leans_on)), **price)
    return item if leans_on else None


def _tariff(corridor: Corridor, unit: str, ask: FindItineraries) -> Row | None:
    fitting = [
        row
        for row in corridor.rows("tariff")
        if row.kind == "empty"
        and unit in SIZES[row.unit]
        and row.from_place in ("", ask.origin)
        and row.to_place in ("", ask.destination)
    ]
    fitting.sort(key=lambda row: (not row.to_place, not row.from_place, -row.year, row.id))
    # Both ends before one: a row of both is sorted first by the destination, then by the origin.
    return fitting[0] if fitting else None
