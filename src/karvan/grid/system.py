"""A power system as arrays: what its zones use, what its plants may give in each hour, what its ties carry.

This is all that a dispatch reads. It is made out of a corridor package by `karvan.grid.reading`, or by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the system, or a market beyond its border."""

    id: str
    country: str
    """ISO 3166-1 alpha-2."""
    market: bool
    """Whether it only buys and sells."""


@dataclass(frozen=True, eq=False, slots=True)
class Plant:
    """A plant that gives power."""

    id: str
    zone: str
    sort: str
    """thermal, hydro, solar or wind."""
    reported: str
    """What statistics count it to."""
    mw: float
    usd_mwh: float
    """What a megawatt-hour more costs: fuel, its CO2, and what else is used."""
    kgco2_mwh: float
    """CO2 of what it burns for a megawatt-hour of power."""
    kgco2e_mwh: float
    """Of its whole life: with what is let out until its fuel arrives, and building it."""
    m3_mwh: float
    """Gas that it burns for a megawatt-hour of power; 0 where it burns none."""
    may: Floats
    """Share of `mw` that it may give in each hour (n_hours,)."""
    least: Floats
    """Share of `mw` that it gives in each hour at least (n_hours,)."""


@dataclass(frozen=True, eq=False, slots=True)
class Store:
    """A battery, or a reservoir that water flows into."""

    id: str
    zone: str
    sort: str
    """battery or hydro."""
    reported: str
    mw: float
    """What it gives at most, and of a battery takes."""
    mwh: float
    """What it holds."""
    into: float
    """Share of what goes in that is kept; 0 of a reservoir, which takes no power."""
    out: float
    """Share of what is drawn that is given."""
    inflow: Floats
    """MW of power that flows in as water (n_hours,); nought of a battery."""
    usd_mwh: float
    kgco2e_mwh: float
    """Of building it, for a megawatt-hour that it gives."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Lines between two zones."""

    id: str
    one: str
    other: str
    mw: float
    mw_back: float
    loss: float
    rule: str
    """agreed, green or free where one end is a market, else empty."""


@dataclass(frozen=True, eq=False, slots=True)
class Market:
    """What a zone beyond the border pays, asks and has agreed to."""

    zone: str
    usd_mwh: Floats
    """(n_hours,)"""
    levy_usd_t: float
    kgco2e_mwh: float
    """Of what it sells, by its own mix."""


@dataclass(frozen=True, eq=False, slots=True)
class Agreed:
    """What goes over a tie in each hour because it was agreed."""

    tie: str
    out: Floats
    """MW from the one end (n_hours,)."""
    back: Floats
    """MW the other way (n_hours,)."""


@dataclass(frozen=True, slots=True)
class Electrolyser:
    """A plant that makes hydrogen of power that costs less than the hydrogen brings."""

    id: str
    zone: str
    mw: float
    kwh_kg: float
    usd_kg: float
    green: bool = False
    """Whether it takes in each hour at most what wind and sun give, where they hang together with its zone."""


@dataclass(frozen=True, eq=False)
class System:
    """A power system over some hours."""

    name: str
    year: int
    start: np.datetime64
    """The first hour, UTC."""
    zones: tuple[Zone, ...]
    load: Floats
    """MW of each zone in each hour (n_hours, n_zones); nought of markets."""
    plants: tuple[Plant, ...]
    stores: tuple[Store, ...] = ()
    ties: tuple[Tie, ...] = ()
    markets: tuple[Market, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    electrolysers: tuple[Electrolyser, ...] = ()
    shed_usd_mwh: float = 3000.0
    """What a megawatt-hour that cannot be brought is counted at."""
    shed_share: float = 1.0
    """At most that share of a zone's load in an hour may stay unserved."""

    @property
    def hours(self) -> int:
        """How many hours it spans."""
        return int(self.load.shape[0])

    @property
    def own(self) -> tuple[Zone, ...]:
        """Zones that are no markets."""
        return tuple(zone for zone in self.zones if not zone.market)
