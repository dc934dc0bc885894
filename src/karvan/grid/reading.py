"""A power system out of the rows of a corridor: what is there in a year, with load, sun, wind and water by the hour.

Costs of a thermal plant: its fuel's price over its efficiency, and what its technology costs besides. CO2 of burning is
the fuel's over the efficiency; of the whole life there come what is let out until the fuel arrives, and what building
and keeping the plant let out. What burns is counted as CO2 only: the little methane and laughing gas of burning is not.

A cell that is empty is none, or all, where that is the plain meaning: no levy, no season, a plant that is always
available or need never run, a tie as wide back as forth or whose losses are in the load, nothing agreed the other way.
Any other number that is needed and missing is told.

What is available of a battery, a reservoir's turbines or an electrolyser lowers what it gives or takes at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.formats.power.profile import MW, PRICE, Profiles
from karvan.grid.load import deviation, load, parted
from karvan.grid.making import Making, Told, available
from karvan.grid.rows import Rows
from karvan.grid.shapes import Clock, capped
from karvan.grid.system import Agreed, Electrolyser, Floats, Market, Plant, Store, System, Tie, Zone
from karvan.ground.errors import InputError, Problem

T = TypeVar("T")

HYDROGEN_KWH_KG = 119.96 / 3.6
"""Lower heating value of hydrogen, kWh/kg: 119.96 MJ/kg."""
SUM_OF_SHARES = 1e-6
"""How far the load shares of a country's zones may be from 1 together."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A system, and where its profiles are from."""

    system: System
    told: tuple[Told, ...]
    notes: tuple[str, ...] = ()
    """What a reader should know: of the user's profiles, and of what was left out."""


def read_system(
    corridor: Corridor, year: int, *, seed: int = 1, profiles: Profiles | Sequence[Profiles] | None = None
) -> System:
    """The power system of a corridor in a year; see `read`."""
    return read(corridor, year, seed=seed, profiles=profiles).system


def read(
    corridor: Corridor, year: int, *, seed: int = 1, profiles: Profiles | Sequence[Profiles] | None = None
) -> Reading:
    """The power system of a corridor in a year, and where its profiles are from.

    Args:
        corridor: bent by whatever scenario; plants and ties of projects are there once they stand in `plant` and `tie`.
        year: of the calendar; each hour of it, UTC.
        seed: of the weather; one seed has the same weather in all years.
        profiles: of the user, in place of those that would be made.

    Raises:
        InputError: no power system, no load of that year, rival versions of one plant together, sizes below 0, ties to
            nowhere, numbers that are missing, capacity factors and peaks that cannot be met, profiles that fit nothing.
    """
    given = () if profiles is None else (profiles,) if isinstance(profiles, Profiles) else tuple(profiles)
    if not corridor.rows("zone"):
        remedy = "give tables zone, load, plant, technology and fuel"
        raise InputError(corridor.name, [Problem("zone.csv", "no zones", remedy)])
    making = Making(corridor, year, seed, tuple(file.of_year(year) for file in given))
    return _Reader(Rows(corridor, year, making.given), making).read()


@dataclass(eq=False)
class _Reader:
    rows: Rows
    making: Making

    def read(self) -> Reading:
        with self.rows.gathering():
            _ = self.making.shapes
        self.rows.check()
        self.rows.raise_if_any()
        zones, year = list(self.rows.zones.values()), self.rows.year
        plants: dict[str, list[Row]] = {"plant": [], "store": [], "electrolyser": []}
        for row in self.rows.plants:
            plants[self.rows.kind(row)].append(row)
        system = System(
            name=self.rows.corridor.name,
            year=year,
            start=Clock(year).start,
            zones=tuple(Zone(row.id, row.country, row.load_share is None) for row in zones),
            load=self.load(zones),
            plants=self.each(self.plant, plants["plant"]),
            stores=self.each(self.store, plants["store"]),
            ties=tuple(map(self.tie, self.rows.ties)),
            markets=self.each(self.market, (row for row in zones if row.load_share is None)),
            agreed=self.each(self.agreed, filter(self.is_agreed, self.rows.ties)),
            electrolysers=self.each(self.electrolyser, plants["electrolyser"]),
        )
        self.rows.raise_if_any()
        notes = [note for file in self.making.given for note in file.notes]
        return Reading(system, tuple(self.making.told), (*notes, *self.rows.notes))

    def each(self, make: Callable[[Row], T], rows: Iterable[Row]) -> tuple[T, ...]:
        """What is made of each row; what cannot be made is a problem."""
        found = []
        for row in rows:
            with self.rows.gathering():
                found.append(make(row))
        return tuple(found)

    def plant(self, row: Row) -> Plant:
        technology = self.rows.technologies[row.technology]
        may = self.making.may(row, technology, self.rows.zones[row.zone])
        usd, burnt, upstream, gas = technology.usd_mwh, 0.0, 0.0, 0.0
        if technology.sort == "thermal":
            fuel, efficiency = self.rows.fuels[technology.fuel], efficiency_of(row, technology)
            usd += fuel.usd_mwh / efficiency
            burnt, upstream = fuel.kgco2_mwh / efficiency, fuel.kgco2e_mwh_upstream / efficiency
            gas = 1000 / fuel.kwh_m3 / efficiency if fuel.kwh_m3 else 0.0
        return Plant(
            id=row.id, zone=row.zone, sort=technology.sort, reported=technology.reported, mw=row.mw, usd_mwh=usd,
            kgco2_mwh=burnt, kgco2e_mwh=burnt + upstream + technology.gco2e_kwh, m3_mwh=gas, may=may,
            least=may * (technology.least or 0.0),
        )  # fmt: skip

    def store(self, row: Row) -> Store:
        technology, zone = self.rows.technologies[row.technology], self.rows.zones[row.zone]
        mw = row.mw * available(technology)
        if technology.sort == "battery":
            if self.making.own(row.id, (MW,)) is not None:
                raise InputError("profiles", [Problem(row.id, "a profile of a battery", "leave it out: it has none")])
            # What is lost there and back is lost in equal parts.
            into = out = efficiency_of(row, technology) ** 0.5
            water = np.zeros(Clock(self.rows.year).hours)
        else:
            into, out, water = 0.0, 1.0, self.making.inflow(row, zone)
        return Store(
            id=row.id, zone=row.zone, sort=technology.sort, reported=technology.reported, mw=mw, mwh=row.mwh,
            into=into, out=out, inflow=water, usd_mwh=technology.usd_mwh, kgco2e_mwh=technology.gco2e_kwh,
        )  # fmt: skip

    def electrolyser(self, row: Row) -> Electrolyser:
        """Its technology's fuel is what it makes: green hydrogen, at that price by its lower heating value."""
        technology = self.rows.technologies[row.technology]
        efficiency, price = efficiency_of(row, technology), self.rows.fuels[technology.fuel].usd_mwh
        mw = row.mw * available(technology)
        kwh_kg = HYDROGEN_KWH_KG / efficiency
        return Electrolyser(row.id, row.zone, mw, kwh_kg, usd_kg=price * HYDROGEN_KWH_KG / 1000, green=True)

    def tie(self, row: Row) -> Tie:
        back = row.mw if row.mw_back is None else row.mw_back
        rule = row.rule if self.rows.at_border(row) else ""
        return Tie(row.id, row.from_zone, row.to_zone, row.mw, back, row.loss or 0.0, rule)

    def market(self, row: Row) -> Market:
        address = f"zone.csv, row {row.id}"
        given = self.making.own(row.id, (PRICE,))
        if given is None and row.price_usd_mwh is None:
            remedy = "give it: a zone without load_share is a market"
            raise InputError("markets", [Problem(f"{address}, price_usd_mwh", "nothing", remedy)])
        if given is not None:
            price, source = given[0], given[2]
        else:
            shape = self.making.shape(row.price_shape, f"{address}, price_shape")
            price, source = shape.weights(self.making.clock(row)) * row.price_usd_mwh, "made"
        self.making.told.append(Told(row.id, source, float(price.mean())))
        return Market(row.id, price, row.levy_usd_t or 0.0, self.intensity(row))

    def intensity(self, zone: Row) -> float:
        """kgCO2e/MWh of what a market makes: that of its country in the nearest year that is known, the earlier one."""
        known = {
            row.year: row.gco2e_kwh for row in self.rows.corridor.rows("grid_intensity")
            if row.country == zone.country and row.gco2e_kwh is not None
        }  # fmt: skip
        if not known:
            found = f"none of {zone.country}, of market {zone.id}"
            raise InputError("markets", [Problem("grid_intensity.csv", found, "give it for a year")])
        return float(known[min(known, key=lambda year: (abs(year - self.rows.year), year))])

    def is_agreed(self, row: Row) -> bool:
        """Whether anything is ever agreed to go over a tie."""
        return self.rows.at_border(row) and any(each.tie == row.id for each in self.rows.corridor.rows("exchange"))

    def agreed(self, row: Row) -> Agreed:
        """What is agreed to go over a tie."""
        by_year = {each.year: each for each in self.rows.corridor.rows("exchange") if each.tie == row.id}
        address = f"exchange.csv, tie {row.id}"
        if self.rows.year not in by_year:
            years = ", ".join(map(str, sorted(by_year)))
            raise InputError(
                "exchange", [Problem(address, f"nothing of {self.rows.year}", f"give it; there are {years}")]
            )
        exchange = by_year[self.rows.year]
        own = next((end for end in (row.from_zone, row.to_zone) if self.rows.zones[end].load_share is not None),
                   row.from_zone)  # fmt: skip
        clock = self.making.clock(self.rows.zones[own])
        shapes = (("shape", exchange.shape), ("back_shape", exchange.back_shape or exchange.shape))
        of_way = [self.making.shape(name, f"{address}:{self.rows.year}, {column}").weights(clock)
                  for column, name in shapes]  # fmt: skip
        back_mw = row.mw if row.mw_back is None else row.mw_back
        flows = []
        for column, most, weights in (("out_twh", row.mw, of_way[0]), ("back_twh", back_mw, of_way[1])):
            twh = getattr(exchange, column) or 0.0
            flow = capped(weights, twh * 1e6 / clock.hours, most)
            if flow is None:
                remedy = (
                    f"give less, or a wider tie: its {most:,g} MW carry {most * clock.hours / 1e6:.3g} TWh in a year"
                )
                problem = Problem(f"{address}:{self.rows.year}, {column}", f"{twh:g} TWh", remedy)
                raise InputError("exchange", [problem])
            flows.append(flow)
        return Agreed(row.id, flows[0], flows[1])

    def load(self, zones: Sequence[Row]) -> Floats:
        """MW of each zone in each hour, nought of markets (n_hours, n_zones)."""
        total = np.zeros((Clock(self.rows.year).hours, len(zones)))
        countries: dict[str, list[int]] = {}
        for column, row in enumerate(zones):
            if row.load_share is not None:
                countries.setdefault(row.country, []).append(column)
        for country, columns in sorted(countries.items()):
            with self.rows.gathering():
                total[:, columns] = self.load_of(country, [zones[column] for column in columns])
        return total

    def load_of(self, country: str, zones: Sequence[Row]) -> Floats:
        """MW of each zone of a country (n_hours, n_zones)."""
        given = {zone.id: found for zone in zones if (found := self.making.own(zone.id, (MW,))) is not None}
        if len(given) == len(zones):
            made = np.zeros((Clock(self.rows.year).hours, len(zones)))
        else:
            made = self.made_load(country, zones)
        for column, zone in enumerate(zones):
            source = "made"
            if zone.id in given:
                made[:, column], source = given[zone.id][0], given[zone.id][2]
            self.making.told.append(Told(zone.id, source, float(made[:, column].mean())))
        return made

    def made_load(self, country: str, zones: Sequence[Row]) -> Floats:
        years = {row.year: row for row in self.rows.corridor.rows("load") if row.country == country}
        row = years.get(self.rows.year)
        if row is None or row.twh is None:
            known = ", ".join(str(year) for year in sorted(years) if years[year].twh is not None)
            remedy = f"give it; there are {known}" if known else "give a row of twh and peak_mw"
            raise InputError("load", [Problem("load.csv", f"none of {country} in {self.rows.year}", remedy)])
        shares = np.array([zone.load_share for zone in zones])
        if abs(shares.sum() - 1) > SUM_OF_SHARES:
            problem = Problem(f"zone.csv, load_share of {country}", f"{shares.sum():g} together", "let them sum to 1")
            raise InputError("load", [problem])
        weights = np.column_stack([
            self.making.shape(zone.load_shape, f"zone.csv, row {zone.id}, load_shape").weights(self.making.clock(zone))
            for zone in zones
        ])  # fmt: skip
        days = deviation(self.making.clock(zones[0]), self.making.seed, country)
        whole = load((weights @ shares) * days, row.twh, row.peak_mw, f"load.csv, row {country}:{self.rows.year}")
        return parted(whole, shares / shares.sum(), weights)


def efficiency_of(row: Row, technology: Row) -> float:
    """A plant's own, or else its technology's."""
    return float(technology.efficiency if row.efficiency is None else row.efficiency)
