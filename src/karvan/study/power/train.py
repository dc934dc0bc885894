"""A block train between two places: kg CO2e a TEU by diesel, by today's grid and by runs of the power system, by hour.

Well to wheel, by the conventions of the planner: tonnes of goods times km times `energy_kwh_tkm` of the vehicle, at the
pantograph, with no losses of lines in it; where there is no wire, the vehicle's factor of fuel. A train that sets out
at an hour draws the mix of the hours in which it is on each link, at the link's speed; stops and borders are not
counted. Links in countries that a run is not of take the package's latest figure at all hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from zoneinfo import ZoneInfo

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.gazetteer import Gazetteer
from karvan.corridor.row import Row
from karvan.evidence.run import RunFolder
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.power.carbon import GRID, Mix, intensity_of
from karvan.study.power.line import RAIL, Hop, line_between

PACKAGE = "package"
"""What stands for a run where the grid is the package's own."""
GRAMS = 1e-3


@dataclass(frozen=True, slots=True)
class Train:
    """What is asked. Defaults stand here and nowhere else."""

    start: str = "Alat"
    end: str = "Boyuk Kesik"
    teu: float = 60.0
    tonnes_teu: float = 10.0
    """Tonnes of goods in a TEU: the standard's own mean, on which its factors of ships rest."""
    vehicle: str = ""
    """Whose energy and fuel; that of the services on the line if none is named."""
    of: str = "made"
    """Whether the mix is of what is made in a country, or used there."""


@dataclass(frozen=True, eq=False)
class ByHour:
    """kg CO2e a TEU by the hour of departure."""

    kg_teu: Floats
    """(n_hours,)"""
    times: np.ndarray
    """When each hour begins, UTC (n_hours,)."""
    hour_of_day: Floats
    """Means by local hour where the train sets out (24,); nan where there is none."""
    month: Floats
    """Means by local month, January first (12,)."""

    def at(self, which: int) -> str:
        """An hour of departure, ISO 8601, UTC."""
        return f"{self.times[which].astype('datetime64[m]')}Z"


@dataclass(frozen=True, eq=False)
class UnderGrid:
    """The train by one grid."""

    name: str
    """Of the run, or `package`."""
    scenario: str
    year: int | None
    """Of the run; of the package that of the row of the country in which the train is longest under a wire."""
    gco2e_kwh: Mapping[str, float]
    """Of each country that it draws from: the mean of the year by energy."""
    kg_teu: float
    """By these means."""
    by_hour: ByHour | None
    """None of the package, and of a run whose hours do not follow each other."""


@dataclass(frozen=True, eq=False)
class TrainAnswer:
    """A block train, and what it lets out."""

    ask: Train
    hops: tuple[Hop, ...]
    vehicle: str
    kwh_teu: float
    factor: Row
    """Of diesel."""
    diesel_kg_teu: float
    diesel_ttw_kg_teu: float | None
    grids: tuple[UnderGrid, ...]

    @property
    def km(self) -> float:
        return fsum(hop.km for hop in self.hops)

    @property
    def wire_km(self) -> float:
        """Of that under a wire."""
        return fsum(hop.km for hop in self.hops if hop.electrified)

    @property
    def hours(self) -> float:
        """Under way, stops and borders not counted."""
        return self.hops[-1].ends_h


def train(corridor: Corridor, ask: Train | None = None, runs: Sequence[RunFolder | str] = ()) -> TrainAnswer:
    """A block train by diesel, by the package's grid, and by each of some runs of the power system.

    Raises InputError with all that is wrong in the request, and for a run that is not of the power system.
    """
    ask = ask or Train()
    gazetteer = Gazetteer(corridor)
    problems = [
        Problem(name, f"{value:g}", "give a number above 0")
        for name, value in (("teu", ask.teu), ("tonnes_teu", ask.tonnes_teu)) if not 0 < value < np.inf
    ]  # fmt: skip
    if problems:
        raise InputError("the request", problems)
    start, end = gazetteer.place(ask.start, "from"), gazetteer.place(ask.end, "to")
    hops = line_between(corridor, start.id, end.id)
    vehicle, factor = _vehicle(corridor, ask.vehicle, hops)
    latest = {row.country: row for row in sorted(corridor.rows(GRID), key=lambda row: row.year)}
    riding = _Riding(ask.tonnes_teu, hops, vehicle, factor, start.time_zone or "UTC", latest)
    fuel = ask.tonnes_teu * riding.km * GRAMS
    return TrainAnswer(
        ask, hops, vehicle.id, riding.kwh_teu, factor, fuel * factor.gco2e_tkm,
        None if factor.gco2e_tkm_ttw is None else fuel * factor.gco2e_tkm_ttw,
        (riding.by_package(), *(riding.by_run(intensity_of(run, ask.of)) for run in runs)),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Riding:
    """A TEU on its line."""

    tonnes: float
    hops: tuple[Hop, ...]
    vehicle: Row
    factor: Row
    zone: str
    latest: Mapping[str, Row]
    """The package's grid by country."""

    @property
    def km(self) -> float:
        return fsum(hop.km for hop in self.hops)

    def kwh(self, hop: Hop) -> float:
        """At the pantograph; 0 without a wire."""
        return self.tonnes * hop.km * float(self.vehicle.energy_kwh_tkm) if hop.electrified else 0.0

    @property
    def kwh_teu(self) -> float:
        return fsum(map(self.kwh, self.hops))

    @property
    def fuel_kg(self) -> float:
        """Of the part without a wire."""
        tkm = fsum(self.tonnes * hop.km for hop in self.hops if not hop.electrified)
        return tkm * float(self.factor.gco2e_tkm) * GRAMS

    @property
    def countries(self) -> list[str]:
        """Those that it draws power from, most first."""
        km: dict[str, float] = {}
        for hop in self.hops:
            if hop.electrified:
                km[hop.country] = km.get(hop.country, 0.0) + hop.km
        return sorted(km, key=lambda name: (-km[name], name))

    def by_package(self) -> UnderGrid:
        lacking = [name for name in self.countries if name not in self.latest]
        if lacking:
            problems = [Problem("grid_intensity.csv", f"no row for {name}", "add one") for name in lacking]
            raise InputError("the package", problems)
        grams = {name: float(self.latest[name].gco2e_kwh) for name in self.countries}
        first = self.latest[self.countries[0]] if self.countries else None
        return UnderGrid(PACKAGE, "", first.year if first else None, grams, self._mean_kg(grams), None)

    def by_run(self, mixes: Mapping[str, Mix]) -> UnderGrid:
        one = next(iter(mixes.values()))
        own = self.by_package().gco2e_kwh
        grams = {name: mixes[name].mean if name in mixes else own[name] for name in self.countries}
        hours = self._by_hour(mixes, grams) if all(mix.in_a_row for mix in mixes.values()) else None
        return UnderGrid(one.run, one.scenario, one.year, grams, self._mean_kg(grams), hours)

    def _mean_kg(self, grams: Mapping[str, float]) -> float:
        return self.fuel_kg + fsum(self.kwh(hop) * grams[hop.country] for hop in self.hops if hop.electrified) * GRAMS

    def _by_hour(self, mixes: Mapping[str, Mix], grams: Mapping[str, float]) -> ByHour:
        times = next(iter(mixes.values())).times
        kg = np.full(len(times), self.fuel_kg)
        for hop in self.hops:
            if hop.electrified and hop.country in mixes:
                kg += self.kwh(hop) * GRAMS * _means(mixes[hop.country].life, hop.begins_h, hop.ends_h)
            elif hop.electrified:
                kg += self.kwh(hop) * GRAMS * grams[hop.country]
        hour, month = _local(times, self.zone)
        return ByHour(kg, times, _grouped(kg, hour, 24), _grouped(kg, month - 1, 12))


def _means(life: Floats, begins_h: float, ends_h: float) -> Floats:
    """Mean of what lies between so and so many hours after the beginning of each hour, the year closed to a ring
    (n_hours,)."""
    n = len(life)
    around = np.tile(life, int(np.ceil(ends_h / n)) + 1)
    total = np.concatenate([[0.0], np.cumsum(around)])
    at, known = np.arange(n, dtype=np.float64), np.arange(len(total), dtype=np.float64)
    inside = np.interp(at + ends_h, known, total) - np.interp(at + begins_h, known, total)
    return np.asarray(inside / (ends_h - begins_h))


def _local(times: np.ndarray, zone: str) -> tuple[np.ndarray, np.ndarray]:
    """Hour of the day and month, by the clock of a time zone (n_hours,)."""
    import pandas as pd

    local = pd.DatetimeIndex(times.astype("datetime64[s]")).tz_localize("UTC").tz_convert(ZoneInfo(zone))
    return local.hour.to_numpy(), local.month.to_numpy()


def _grouped(values: Floats, of: np.ndarray, n: int) -> Floats:
    """Means by group (n,); nan of an empty one."""
    counts = np.bincount(of, minlength=n)
    total = np.bincount(of, values, minlength=n)
    return np.asarray(np.divide(total, counts, out=np.full(n, np.nan), where=counts > 0))


def _vehicle(corridor: Corridor, name: str, hops: Sequence[Hop]) -> tuple[Row, Row]:
    """The vehicle of a train, and its factor of fuel: that named, else the first that the services on the line run.

    Raises InputError where it draws no power or burns no fuel that is known.
    """
    fitting = {row.id: row for row in corridor.rows("vehicle") if row.mode == RAIL and row.energy_kwh_tkm is not None}
    if not name:
        name = _on_line(corridor, fitting, hops)
    if name not in fitting:
        near = nearest(name, fitting)
        remedy = f"give one of {', '.join(near or sorted(fitting)[:3])}" if fitting else "give one energy_kwh_tkm"
        found = f"no train that draws power is called {shown(name)}" if name else "no such train runs on the line"
        raise InputError("the request", [Problem("vehicle", found, remedy)])
    vehicle = fitting[name]
    factor = corridor.by_key("emission_factor").get(vehicle.emission_factor)
    if factor is None or factor.gco2e_tkm is None:
        problem = Problem(f"vehicle/{name}/emission_factor", "no factor of diesel", "give one with gco2e_tkm")
        raise InputError("the package", [problem])
    return vehicle, factor


def _on_line(corridor: Corridor, fitting: Mapping[str, Row], hops: Sequence[Hop]) -> str:
    """The vehicle whose services stop at most of a line's ends of links, the first by id; empty where none does."""
    ends = {frozenset((hop.from_place, hop.to_place)) for hop in hops}
    stops: dict[str, list[Row]] = {}
    for stop in corridor.rows("stop"):
        stops.setdefault(stop.service, []).append(stop)
    served: dict[str, set[frozenset[str]]] = {}
    for service in corridor.rows("service"):
        if service.vehicle in fitting:
            line = sorted(stops.get(service.id, []), key=lambda stop: stop.seq)
            pairs = {frozenset((a.place, b.place)) for a, b in pairwise(line)}
            served.setdefault(service.vehicle, set()).update(pairs & ends)
    return min((name for name in served if served[name]), key=lambda name: (-len(served[name]), name), default="")
