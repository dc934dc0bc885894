"""Goods: a row of demand as a flow of units, and what it minds on its way."""

from __future__ import annotations

from dataclasses import dataclass

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row

TEU_PER_TRUCK = 2.0
UNITS = ("container", "wagon", "truck")


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one row of demand. A container is the mean of its 20- and 40-foot boxes."""

    id: str
    """The row of demand."""
    origin: str
    destination: str
    commodity: str
    unit: str
    """container, wagon or truck."""
    per_year: float
    """Units a year."""
    teu: float
    """TEU in one unit, or that a truck carries; 0 for a wagon."""
    tonnes: float
    """Goods in one unit."""
    share_40ft: float
    """Of the containers, those that are 40 feet long."""
    usd_h: float
    """What an hour of one unit is worth, USD."""
    families: tuple[str, ...]
    """Families of routes that it may take; any where there are none."""
    via: tuple[str, ...]
    """Places that it must pass."""


def goods_of(corridor: Corridor, year: int, factor: float = 1.0, *, free: bool = False) -> tuple[Goods, ...]:
    """The demand of a year, every row times `factor`; `free` of the families and places that the rows name."""
    return tuple(_goods(corridor, row, factor, free) for row in corridor.rows("demand") if row.year == year)


def unit_of(row: Row) -> str:
    """What a row of demand moves in."""
    return str(row.unit or ("container" if row.teu_year is not None else "wagon"))


def _goods(corridor: Corridor, row: Row, factor: float, free: bool) -> Goods:
    of, unit = corridor.row("commodity", row.commodity), unit_of(row)
    share = (1.0 if row.share_40ft is None else row.share_40ft) if unit == "container" else 0.0
    if unit == "container":
        boxes_a_teu = share / 2 + (1 - share)
        teu, share = 1 / boxes_a_teu, share / 2 / boxes_a_teu
        tonnes = teu * of.t_per_teu
        per_year = (row.t_year / of.t_per_teu if row.teu_year is None else row.teu_year) / teu
    else:
        teu = TEU_PER_TRUCK if unit == "truck" else 0.0
        tonnes = of.t_per_wagon if unit == "wagon" else of.t_per_truck
        per_year = row.t_year / tonnes if row.teu_year is None else row.teu_year / TEU_PER_TRUCK
    usd_h = tonnes * (of.usd_per_t or 0.0) * (of.value_of_time_pct_day or 0.0) / 100 / 24
    return Goods(
        row.id, row.origin, row.destination, row.commodity, unit, per_year * factor, teu, tonnes, share, usd_h,
        () if free else tuple(row.families), () if free else tuple(row.via),
    )  # fmt: skip
