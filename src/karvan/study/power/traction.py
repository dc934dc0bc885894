"""Power that trains and ports draw: by link and year, and as load of zones by the hour.

Traction is tonnes of goods times km on electrified links times `energy_kwh_tkm` of the vehicle, at the pantograph: the
goods of the model, not passengers, nor freight that the package has no demand of. A link belongs to the nearest zone
of its own country that has a load, from the middle between its two ends; a port to the nearest to it. What is drawn in
a country without such a zone is told, and loads none.

The load of a year in `load` is all that a country used, with what is lost on the lines: what trains draw in the world
without any change is in it. Only the difference to that is added (`more_load`), so that nothing is counted twice; or
only the hours of it (`by_its_hours`), whose energy is in the year's load already. What is added is at the power plants:
what is drawn over one less `LOSS_SHARE`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import fsum

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.flow.services.flows import ServiceFlows
from karvan.grid.shapes import Clock
from karvan.grid.system import Floats
from karvan.ground.sphere import great_circle_km
from karvan.network.ride import Way
from karvan.study.power.line import RAIL
from karvan.study.projects.grounds import Ground

PORT_KWH_BOX = 45.0
"""Power for each container that passes between ship and shore, kWh: see PORT_BASIS."""
PORT_BASIS = Ground(
    "ports", "power for a container handled", PORT_KWH_BOX, "kWh", "derived", "D", ("EF-057", "EF-466"),
    "10.7 kgCO2e a container (EF-057) over 237.5 gCO2e/kWh (EF-466): as though all energy of a terminal were power of "
    "the mean of Europe. It is part diesel, so this is the most that it can be; no source tells the part.",
)  # fmt: skip
LOSS_SHARE = 0.4 / 6.4
"""Share of what plants make for trains and ports that is lost on the way to them: see LOSS_BASIS."""
LOSS_BASIS = Ground(
    "the power of trains", "share lost between plants and wire", LOSS_SHARE, "", "derived", "D", ("EF-096",),
    "0.4 of the 6.4 gCO2e/tkm of an electric train are loss of the grid (EF-096). It is of the EU in 2020, and taken "
    "for every country here: a load by the year has losses in it, and no source tells those of the lines to railways.",
)  # fmt: skip
NOTHING_MW = 1e-3
"""A difference that is none: flows are found to a gap only."""
KWH_A_MWH = 1000.0


@dataclass(frozen=True, slots=True)
class LinkPower:
    """What freight does on a link of rail in a year, both ways together."""

    link: str
    country: str
    zone: str
    """That it loads; empty where its country has none."""
    electrified: bool
    tonnes: float
    tkm: float
    kwh: float
    """Drawn from the wire at the pantograph."""
    kg_co2e: float
    """Well to wheel, by wire or diesel."""


@dataclass(frozen=True, slots=True)
class PortPower:
    """What a port draws for containers between ship and shore in a year."""

    facility: str
    place: str
    country: str
    zone: str
    boxes: float
    kwh: float


@dataclass(frozen=True, eq=False)
class Drawn:
    """What freight draws from the wires."""

    source: str
    """Of what it was worked out."""
    year: int
    links: tuple[LinkPower, ...]
    ports: tuple[PortPower, ...]
    by_hour: Mapping[str, Floats] = field(default_factory=dict)
    """MW that trains draw in each zone from the first hour of the year on (n_hours,), where a run tells; else it is
    even."""
    ports_by_hour: Mapping[str, Floats] = field(default_factory=dict)
    """The same of ports, by the hour in which containers begin to be moved."""
    all_kg_co2e: float | None = None
    """Of all modes together, where it is known."""

    def zones(self) -> dict[str, float]:
        """kWh a year of each zone."""
        found: dict[str, float] = defaultdict(float)
        taken = [(one.zone, one.kwh) for one in self.links] + [(one.zone, one.kwh) for one in self.ports]
        for zone, kwh in taken:
            if zone:
                found[zone] += kwh
        return dict(sorted(found.items()))

    def countries(self) -> dict[str, dict[str, float]]:
        """Of each country tonne-km and kg CO2e with and without a wire, and kWh of trains and ports."""
        names = ("wire_tkm", "diesel_tkm", "wire_kg_co2e", "diesel_kg_co2e", "train_kwh", "port_kwh")
        found: dict[str, dict[str, float]] = {}
        for link in self.links:
            of = found.setdefault(link.country, dict.fromkeys(names, 0.0))
            by = "wire" if link.kwh else "diesel"
            of[f"{by}_tkm"] += link.tkm
            of[f"{by}_kg_co2e"] += link.kg_co2e
            of["train_kwh"] += link.kwh
        for port in self.ports:
            found.setdefault(port.country, dict.fromkeys(names, 0.0))["port_kwh"] += port.kwh
        return dict(sorted(found.items()))

    @property
    def kg_co2e(self) -> float:
        """Of all rail, well to wheel."""
        return fsum(link.kg_co2e for link in self.links)

    @property
    def year_h(self) -> int:
        """Hours of its year."""
        return Clock(self.year).hours

    def hours(self) -> dict[str, Floats]:
        """MW drawn in each zone in each hour that a run tells of, trains and ports (n_hours,)."""
        told = [*self.by_hour.items(), *self.ports_by_hour.items()]
        return {name: np.sum([mw for zone, mw in told if zone == name], axis=0) for name in sorted(dict(told))}

    def load(self, hours: int) -> dict[str, Floats]:
        """MW of each zone at the power plants in each hour of its year, or of the first hours (hours,).

        Trains and ports are as the run had them, round and round, scaled so that the year's energy is met; else even.
        """
        found: dict[str, Floats] = {}
        for some, by_hour in ((self.links, self.by_hour), (self.ports, self.ports_by_hour)):
            for zone in sorted({one.zone for one in some if one.zone}):
                mean = fsum(one.kwh for one in some if one.zone == zone) / KWH_A_MWH / self.year_h
                shape = shaped(by_hour.get(zone), max(self.year_h, hours))[:hours]
                found[zone] = found.get(zone, np.zeros(hours)) + mean / (1.0 - LOSS_SHARE) * shape
        return dict(sorted(found.items()))


def shaped(mw: Floats | None, hours: int) -> Floats:
    """A load over other hours, round and round, whose mean is 1; even where there is none (hours,)."""
    if mw is None or not mw.sum() > 0:
        return np.ones(hours)
    found = round_and_round(mw, hours)
    mean = float(found.mean())
    return found / mean if mean > 0 else np.ones(hours)


def round_and_round(mw: Floats, hours: int) -> Floats:
    """A load over other hours: cut off, or begun anew at its end, after whole weeks where it has any (hours,)."""
    week = 7 * 24
    whole = len(mw) // week * week or len(mw)
    return np.resize(mw if len(mw) >= hours else mw[:whole], hours)


def more_load(after: Drawn, before: Drawn, hours: int) -> dict[str, Floats]:
    """MW by zone that freight draws more in one world than in another (n_hours,): less where it is below nought."""
    return _that_count(_less(after.load(hours), before.load(hours), hours))


def by_its_hours(drawn: Drawn, hours: int) -> dict[str, Floats]:
    """MW by zone that freight draws in each hour more than on the mean of the hours (n_hours,).

    Put on the load of a year, which has the energy already, it takes the place of a level share of it.
    """
    return _that_count({zone: mw - mw.mean() for zone, mw in drawn.load(hours).items()})


def more_by_hours_of(after: Drawn, before: Drawn, run: Drawn, hours: int) -> dict[str, Floats]:
    """`more_load` of two assignments, by the hours in which the freight of a run draws power in each zone by the wires
    of the second world; even in zones where it draws none (n_hours,)."""
    told = [replace(one, by_hour=run.by_hour, ports_by_hour=run.ports_by_hour) for one in (after, before)]
    return more_load(told[0], told[1], hours)


def _less(one: Mapping[str, Floats], other: Mapping[str, Floats], hours: int) -> dict[str, Floats]:
    none = np.zeros(hours)
    return {zone: one.get(zone, none) - other.get(zone, none) for zone in sorted({*one, *other})}


def _that_count(more: Mapping[str, Floats]) -> dict[str, Floats]:
    """Zones where it is not nothing."""
    return {zone: mw for zone, mw in more.items() if np.abs(mw).max() > NOTHING_MW}


class Zones:
    """Which zone a link or a place loads."""

    def __init__(self, corridor: Corridor) -> None:
        self._own: dict[str, list[Row]] = defaultdict(list)
        for row in corridor.rows("zone"):
            if row.load_share is not None:
                self._own[row.country].append(row)
        self._places = corridor.by_key("place")

    def of(self, country: str, *places: str) -> str:
        """The zone of a country that is nearest to the middle of places; empty where the country has none."""
        lon = fsum(self._places[name].lon for name in places) / len(places)
        lat = fsum(self._places[name].lat for name in places) / len(places)
        far = {row.id: great_circle_km(lon, lat, row.lon, row.lat) for row in self._own.get(country, ())}
        return min(far, key=lambda zone: (far[zone], zone), default="")


def drawn_by_flows(flows: ServiceFlows, year: int) -> Drawn:
    """What the flows of an assignment draw in a year; over its hours it is spread evenly.

    What is not through by the end of the year, being in a queue that grows, is left out.
    """
    corridor = flows.problem.corridor
    riding: dict[tuple[str, str], tuple[Way, int]] = {}
    tonnes: dict[tuple[str, str], float] = defaultdict(float)
    boxes: dict[str, float] = defaultdict(float)
    for (chain, units), through in zip(flows.flows, flows.through.tolist(), strict=True):
        goods, network = flows.problem.goods[chain.goods], flows.problem.chains[chain.goods].network
        for ix in chain.arcs:
            arc = network.arcs[ix]
            if arc.facility and goods.unit == "container":
                boxes[arc.facility] += units * through
            way = network.ways[arc.way] if arc.is_ride else None
            if way is not None and way.service.mode == RAIL:
                for hop in range(arc.board, arc.alight):
                    key = way.links[hop].id, way.id
                    riding.setdefault(key, (way, hop))
                    tonnes[key] += units * through * goods.tonnes
    links = [_link(corridor, *riding[key], tonnes[key]) for key in sorted(riding)]
    return Drawn("the assignment", year, together(corridor, links), ports(corridor, boxes),
                 all_kg_co2e=flows.totals()["t_co2e"] * 1000)  # fmt: skip


def _link(corridor: Corridor, way: Way, hop: int, tonnes: float) -> LinkPower:
    """Of one way over a link, its zone not told yet."""
    row, start = way.links[hop], way.stops[hop].place
    vehicle = corridor.row("vehicle", way.service.vehicle)
    grams = next(item.kg_per_t for item in way.hops[hop] if item.kind == "travel")
    tkm = tonnes * row.length_km
    country = row.country or corridor.place(start).country
    kwh = tkm * vehicle.energy_kwh_tkm if row.electrified and vehicle.energy_kwh_tkm is not None else 0.0
    return LinkPower(row.id, country, "", bool(row.electrified), tonnes, tkm, kwh, float(np.nan_to_num(tonnes * grams)))


def together(corridor: Corridor, links: Iterable[LinkPower]) -> tuple[LinkPower, ...]:
    """One row a link and country, with its zone."""
    zones, by_id = Zones(corridor), corridor.by_key("link")
    found: dict[tuple[str, str], list[LinkPower]] = defaultdict(list)
    for one in links:
        found[one.link, one.country].append(one)
    return tuple(
        LinkPower(
            name, country, zones.of(country, by_id[name].from_place, by_id[name].to_place), some[0].electrified,
            *(fsum(getattr(one, what) for one in some) for what in ("tonnes", "tkm", "kwh", "kg_co2e")),
        )
        for (name, country), some in sorted(found.items())
    )  # fmt: skip


def ports(corridor: Corridor, boxes: Mapping[str, float]) -> tuple[PortPower, ...]:
    """What ports draw for so many containers a year by facility, of which those between ship and shore count."""
    zones, by_id = Zones(corridor), corridor.by_key("facility")
    found = []
    for name, passed in sorted(boxes.items()):
        row = by_id[name]
        if row.kind == "transshipment" and "sea" in (row.from_mode, row.to_mode) and passed:
            country = corridor.place(row.place).country
            found.append(PortPower(name, row.place, country, zones.of(country, row.place), passed,
                                   passed * PORT_KWH_BOX))  # fmt: skip
    return tuple(found)
