"""gCO2e/kWh of a country's power by hour and year: of what is made and of what is used.

Two ways: `direct`, the CO2 of burning alone; `life`, of the whole life of the fuel and the plants.

Of what is made: emissions of the country's plants, and of building its stores, over what the plants give and water
gives. Of what is used: (emissions of what is made + imports at the intensity of where they come from - exports at the
mean of what is made) / (made + imports - exports); what goes through the country beyond what it makes leaves at the
mean of what came in. A store that takes power is neither: what it takes has the hour's intensity of what is used, it
carries the mean of what it holds, losses and all, and gives that back. Lines' losses are used like any power.

Known of a market is one intensity, `kgco2e_mwh`: it stands for both ways. Imports from another country of the system
itself have the intensity of what that country makes in the hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.grid.dispatched import Dispatched
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, shown

WAYS = ("direct", "life")
ROUNDS = 4
"""Passes over the year until what batteries hold at its start is what they hold at its end."""


@dataclass(frozen=True, eq=False)
class Intensity:
    """Of one country, in gCO2e/kWh, which is kgCO2e/MWh; nan in hours with no power."""

    country: str
    way: str
    """direct or life."""
    made: Floats
    """Of what is made (n_hours,)."""
    used: Floats
    """Of what is used (n_hours,)."""
    made_mwh: Floats
    """Energy that `made` is of (n_hours,)."""
    used_mwh: Floats
    """Energy that `used` is of, without what batteries take (n_hours,)."""
    made_year: float
    used_year: float
    """Emissions of all hours over the energy of all hours."""


def intensity(found: Dispatched, country: str, way: str = "life") -> Intensity:
    """Intensity of a country's power.

    Raises InputError for a country without a zone that is no market, or a way that is none.
    """
    problems = []
    countries = sorted({zone.country for zone in found.system.own})
    if country not in countries:
        problems.append(Problem(f"country {shown(country)}", "no zone of the system", f"give {', '.join(countries)}"))
    if way not in WAYS:
        problems.append(Problem("way", shown(way), f"give one of {', '.join(WAYS)}"))
    if problems:
        raise InputError("intensity", problems)
    made_mwh, made_kg = _made(found, country, way)
    in_mwh, in_kg, out_mwh = _border(found, country, way)
    with np.errstate(invalid="ignore", divide="ignore"):
        made = np.where(made_mwh > 0, made_kg / made_mwh, np.nan)
        own_out = np.minimum(out_mwh, made_mwh)
        through = np.minimum(out_mwh - own_out, in_mwh)
        kept_kg = (
            made_kg
            - own_out * np.nan_to_num(made)
            + in_kg * (1.0 - np.divide(through, in_mwh, out=np.zeros_like(through), where=in_mwh > 0))
        )
    kept_mwh = np.maximum(made_mwh + in_mwh - out_mwh, 0.0)
    used, used_mwh = _with_batteries(found, country, kept_mwh, kept_kg)
    total = float(np.nansum(used * used_mwh))
    year_mwh, made_year_mwh = float(used_mwh.sum()), float(made_mwh.sum())
    return Intensity(
        country, way, made, used, made_mwh, used_mwh,
        float(made_kg.sum()) / made_year_mwh if made_year_mwh > 0 else np.nan,
        total / year_mwh if year_mwh > 0 else np.nan,
    )  # fmt: skip


def _made(found: Dispatched, country: str, way: str) -> tuple[Floats, Floats]:
    """MWh and kg in each hour of what a country's plants and reservoirs give."""
    system = found.system
    zones = {zone.id for zone in system.own if zone.country == country}
    mwh, kg = np.zeros(system.hours), np.zeros(system.hours)
    for ix, plant in enumerate(system.plants):
        if plant.zone in zones:
            mwh = mwh + found.generation[:, ix]
            kg = kg + found.generation[:, ix] * (plant.kgco2_mwh if way == "direct" else plant.kgco2e_mwh)
    for ix, store in enumerate(system.stores):
        if store.zone in zones:
            mwh = mwh + found.discharge[:, ix] * (store.into == 0)
            kg = kg + found.discharge[:, ix] * (store.kgco2e_mwh if way == "life" else 0.0)
    return mwh, kg


def _border(found: Dispatched, country: str, way: str) -> tuple[Floats, Floats, Floats]:
    """MWh that arrive, kg that come with them, and MWh that leave, in each hour."""
    system = found.system
    own = {zone.id: zone.country for zone in system.own}
    markets = {market.zone: market.kgco2e_mwh for market in system.markets}
    in_mwh, in_kg, out_mwh = (np.zeros(system.hours) for _ in range(3))
    for ix, tie in enumerate(system.ties):
        for here, there, leaves, arrives in (
            (tie.one, tie.other, found.out[:, ix], found.back[:, ix]),
            (tie.other, tie.one, found.back[:, ix], found.out[:, ix]),
        ):
            if own.get(here) != country or own.get(there) == country:
                continue
            arriving = arrives * (1.0 - tie.loss)
            in_mwh, out_mwh = in_mwh + arriving, out_mwh + leaves
            if there in markets:
                in_kg = in_kg + arrives * markets[there]
            else:
                mwh, kg = _made(found, own[there], way)
                in_kg = in_kg + arrives * np.divide(kg, mwh, out=np.zeros_like(kg), where=mwh > 0)
    return in_mwh, in_kg, out_mwh


def _with_batteries(found: Dispatched, country: str, mwh: Floats, kg: Floats) -> tuple[Floats, Floats]:
    """kg/MWh and MWh of what is used in each hour when batteries carry what they hold from hour to hour."""
    system = found.system
    zones = {zone.id for zone in system.own if zone.country == country}
    rows = [ix for ix, store in enumerate(system.stores) if store.zone in zones and store.into > 0]
    used = np.full(system.hours, np.nan)
    given, taken = found.discharge[:, rows].sum(axis=1), found.charge[:, rows].sum(axis=1)
    total_mwh = mwh + given
    zero = np.zeros(system.hours)
    drawn = sum((found.discharge[:, ix] / system.stores[ix].out for ix in rows), zero)
    inflow = sum((system.stores[ix].inflow - found.spilled[:, ix] for ix in rows), zero)
    before = np.roll(found.level[:, rows].sum(axis=1), 1) + inflow
    held_kg = 0.0
    for _ in range(ROUNDS if rows else 1):
        for hour in range(system.hours):
            share = min(drawn[hour] / before[hour], 1.0) if before[hour] > 1e-9 else float(drawn[hour] > 0)
            comes = held_kg * share
            mixed = (kg[hour] + comes) / total_mwh[hour] if total_mwh[hour] > 1e-9 else np.nan
            used[hour] = mixed
            held_kg += (0.0 if np.isnan(mixed) else mixed * taken[hour]) - comes
    return used, np.maximum(total_mwh - taken, 0.0)
