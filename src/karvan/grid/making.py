"""What makes the profiles of plants: sun, wind and water of one year and one seed, or the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.formats.power.profile import MW, SHARE, Profiles
from karvan.grid.shapes import LEVEL, Clock, Shape, shapes
from karvan.grid.solar import CLOUD_LAG, sunshine
from karvan.grid.system import Floats
from karvan.grid.water import inflow, run_of_river
from karvan.grid.weather import Field
from karvan.grid.wind import LAG_ONE, wind
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.ground.sphere import great_circle_km


@dataclass(frozen=True, slots=True)
class Told:
    """Where the profile of a plant, or the load or price of a zone, is from."""

    name: str
    source: str
    """made, or the user's file."""
    mean: float
    """Of plants the capacity factor, of reservoirs that of what flows in; of zones MW, of markets USD/MWh."""
    factor: float = 1.0
    """Of sun: by what the panels' power was multiplied to meet a stated capacity factor."""


@dataclass(frozen=True, eq=False)
class Making:
    """A year and its weather."""

    corridor: Corridor
    year: int
    seed: int
    given: Sequence[Profiles] = ()
    """The user's own, of the same year."""
    told: list[Told] = field(default_factory=list)
    _clocks: dict[str, Clock] = field(default_factory=dict)

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """Those of table `load_shape`. Raises InputError."""
        return shapes(self.corridor.rows("load_shape"))

    @cached_property
    def radiation(self) -> Mapping[str, Mapping[int, float | None]]:
        """MJ/m2 by month, by site."""
        found: dict[str, dict[int, float | None]] = {}
        for row in self.corridor.rows("radiation"):
            found.setdefault(row.site, {})[row.month] = row.mj_m2
        return found

    @cached_property
    def wind(self) -> Field:
        """Wind by the hour of the year, UTC."""
        return Field(self.seed, "wind", Clock(self.year).hours, LAG_ONE)

    @cached_property
    def sky(self) -> Field:
        """Clouds by the day; a local year may begin and end within days of UTC's."""
        return Field(self.seed, "sun", Clock(self.year).hours // 24 + 2, CLOUD_LAG)

    def clock(self, zone: Row) -> Clock:
        """Hours by the local time of a zone: that of the nearest place of its country, UTC where there is none."""
        places = [row for row in self.corridor.places() if row.country == zone.country and row.time_zone]
        near = min(
            places, key=lambda row: (great_circle_km(row.lon, row.lat, zone.lon, zone.lat), row.id), default=None
        )
        time_zone = near.time_zone if near is not None else "UTC"
        return self._clocks.setdefault(time_zone, Clock(self.year, time_zone))

    def shape(self, name: str, address: str) -> Shape:
        """The shape of that id, level if there is none. Raises InputError for an unknown one."""
        if not name:
            return LEVEL
        if name not in self.shapes:
            raise InputError("shapes", [unknown(address, name, self.shapes, "load_shape")])
        return self.shapes[name]

    def own(self, name: str, units: tuple[str, ...]) -> tuple[Floats, str, str] | None:
        """Values (n_hours,), unit and file of what the user gave for a plant or zone.

        Raises InputError for a unit that is none of those.
        """
        for file in self.given:
            if name in file.values:
                if file.units[name] not in units:
                    found = f"unit {file.units[name]}"
                    raise InputError(
                        "profiles", [Problem(f"{file.source}, {name}", found, f"give {' or '.join(units)}")]
                    )
                return file.values[name], file.units[name], file.source
        return None

    def share(self, plant: Row, most: float | None) -> tuple[Floats, str] | None:
        """What the user gave for a plant as a share of its size (n_hours,), and the file. Raises InputError."""
        given = self.own(plant.id, (SHARE, MW))
        if given is None:
            return None
        values, unit, source = given
        if unit == MW and not plant.mw > 0:
            found, remedy = f"MW of a plant of {plant.mw:g} MW", f"give shares (unit {SHARE}), or the plant a size"
            raise InputError("profiles", [Problem(f"{source}, {plant.id}", found, remedy)])
        share = values / plant.mw if unit == MW else values
        if most is not None and share.max(initial=0.0) > most + 1e-9:
            found = f"{share.max() * plant.mw:,g} MW"
            remedy = f"give at most the {plant.mw:,g} MW that it has"
            raise InputError("profiles", [Problem(f"{source}, {plant.id}", found, remedy)])
        return (share if most is None else np.minimum(share, most)), source

    def may(self, plant: Row, technology: Row, zone: Row) -> Floats:
        """Share of its size that a plant may give in each hour (n_hours,). Raises InputError."""
        most = available(technology)
        given = self.share(plant, 1.0)
        if given is not None:
            self.told.append(Told(plant.id, given[1], float(given[0].mean())))
            return given[0]
        factor = 1.0
        clock, where = self.clock(zone), f"plant {plant.id}"
        if technology.sort == "thermal":
            may = np.full(clock.hours, most)
        elif technology.sort == "solar":
            made = sunshine(
                clock, self.sky, *place(plant, zone), mj_m2=self._measured(plant), mount=plant.mount,
                dc_ac=plant.dc_ac or 1.0, most=most, capacity_factor=plant.capacity_factor, where=where,
            )  # fmt: skip
            may, factor = made.may, made.factor
        else:
            season = self.shape(plant.season, f"{where}, season")
            if technology.sort == "wind":
                may = wind(clock, self.wind, *place(plant, zone), season=season, most=most,
                           capacity_factor=plant.capacity_factor, where=where)  # fmt: skip
            else:
                may = run_of_river(clock, season, plant.capacity_factor, most, where)
        self.told.append(Told(plant.id, "made", float(may.mean()), factor))
        return may

    def inflow(self, plant: Row, zone: Row) -> Floats:
        """What flows into a reservoir as power, MW (n_hours,). Raises InputError."""
        given = self.share(plant, None)
        if given is not None:
            water, source = given[0] * plant.mw, given[1]
        else:
            season = self.shape(plant.season, f"plant {plant.id}, season")
            water, source = inflow(self.clock(zone), season, plant.mw, plant.capacity_factor), "made"
        self.told.append(Told(plant.id, source, float(water.mean()) / plant.mw))
        return np.asarray(water, dtype=np.float64)

    def _measured(self, plant: Row) -> tuple[float, ...] | None:
        if not plant.radiation:
            return None
        address = f"plant {plant.id}, radiation"
        if plant.radiation not in self.radiation:
            raise InputError("radiation", [unknown(address, plant.radiation, self.radiation, "radiation")])
        months = self.radiation[plant.radiation]
        missing = [number for number in range(1, 13) if months.get(number) is None]
        if missing:
            found = f"{shown(plant.radiation)} without month {', '.join(map(str, missing))}"
            raise InputError("radiation", [Problem(address, found, "give mj_m2 of each month")])
        return tuple(float(months[number] or 0.0) for number in range(1, 13))


def available(technology: Row) -> float:
    """Share of the size that is there on the mean; all where nothing is said."""
    return 1.0 if technology.available is None else float(technology.available)


def place(plant: Row, zone: Row) -> tuple[float, float]:
    """Longitude and latitude of a plant, or of its zone where it has none."""
    at = zone if plant.lon is None or plant.lat is None else plant
    return at.lon, at.lat


def unknown(address: str, name: str, known: Iterable[str], table: str) -> Problem:
    """The problem of a name that no row has."""
    there = sorted(known)
    near = nearest(name, there) or there[:3]
    return Problem(
        address, shown(name), f"not in {table}.csv; {'nearest: ' + ', '.join(near) if near else 'it is empty'}"
    )
