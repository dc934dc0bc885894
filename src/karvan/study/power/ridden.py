"""What trains of a simulation draw by the hour: every ride of its trace, with what is aboard, on electrified links."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.evidence.parquet import pieces
from karvan.evidence.run import RunFolder
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem
from karvan.network.ride import Riding
from karvan.study.played import MS_PER_H, Ints, Moves, played
from karvan.study.power.line import RAIL
from karvan.study.power.traction import KWH_A_MWH, YEAR_H, Drawn, LinkPower, Zones, ports, together
from karvan.study.reel import link_of, period_of, service_of, trace_of
from karvan.study.reopen import corridor_of
from karvan.study.routing import route_demand
from karvan.study.runs import run_called

KG_A_TONNE = 1000
AMPLE = " service"
"""What follows the name of a facility in a trace where nobody ever waits before it."""
PAPERS = "papers"
"""Cause of the time that is spent before a server of a facility is asked for."""


def drawn_by_run(run: RunFolder | Path | str, replication: int = 0, corridor: Corridor | None = None) -> Drawn:
    """What freight of a simulation draws: a ride's energy is spread evenly over the hours that it takes.

    Sums are of a year: those of another span are stretched to 8,760 hours. Ports are told by the year only.

    Args:
        run: a simulation that was asked for traces: its folder, or its name.
        replication: which one.
        corridor: the run's, if its package is not one that ships.

    Raises:
        InputError: no such run, or one without a trace, or its package is not at hand.
    """
    folder = run if isinstance(run, RunFolder) else run_called(run)
    trace, period = trace_of(folder, replication), period_of(folder)
    if corridor is None:
        reopened = corridor_of(folder)
        if reopened.corridor is None:
            raise InputError(
                f"the run {folder.name}", [Problem("package", text, "give it") for text in reopened.doubts]
            )
        corridor = reopened.corridor
    settings = folder.record["inputs"]["settings"]
    streams = route_demand(corridor, settings["year"], settings.get("demand", 1.0)).streams
    told = played(trace, {one.id: round(one.tonnes * KG_A_TONNE) for one in streams})
    begin_ms = round(period.start.timestamp() * 1000)
    stretch, span = YEAR_H / period.hours, (begin_ms, begin_ms + period.hours * MS_PER_H)
    found = _Rides(corridor, told.moves, [told.name(code) for code in range(len(told.names))], begin_ms, period.hours)
    boxes = {one.id for one in streams if one.unit == "container"}
    return Drawn(
        f"the simulation {folder.name}, replication {replication}", int(settings["year"]),
        together(corridor, found.links(stretch)),
        ports(corridor, {name: n * stretch for name, n in _passed(corridor, trace, boxes, span).items()}),
        found.by_zone(),
    )  # fmt: skip


class _Rides:
    """Rides on rail within the hours that count."""

    def __init__(self, corridor: Corridor, moves: Moves, names: list[str], begin_ms: int, hours: float) -> None:
        self.corridor, self.moves, self.names = corridor, moves, names
        self.hours = int(hours)
        self.begins = (moves.begin - begin_ms) / MS_PER_H
        open_ended = np.where(moves.end < 0, begin_ms + hours * MS_PER_H, moves.end)
        self.ends = (open_ended - begin_ms) / MS_PER_H
        self.vehicles = corridor.by_key("vehicle")
        self.services, self.by_id = corridor.by_key("service"), corridor.by_key("link")
        kinds = np.column_stack([moves.agent, moves.part, moves.place])
        self.kinds, of = np.unique(kinds, axis=0, return_inverse=True)
        self.of = of.reshape(-1)
        self._kg_per_t: dict[tuple[str, str, str], float] = {}
        for way in Riding(corridor).ways():
            for link, stop, hop in zip(way.links, way.stops, way.hops, strict=False):
                kg = next(item.kg_per_t for item in hop if item.kind == "travel")
                self._kg_per_t[way.service.id, link.id, stop.place] = kg

    def _rail(self) -> list[tuple[int, Row, Row, str]]:
        """Kinds of rides on rail: number, link, vehicle and where it sets out."""
        found = []
        for number, (agent, part, place) in enumerate(self.kinds.tolist()):
            service = self.services.get(service_of(self.names[agent]))
            link = self.by_id.get(link_of(self.names[part])) if part >= 0 else None
            if service is not None and link is not None and link.mode == RAIL:
                found.append((number, link, self.vehicles[service.vehicle], self.names[place]))
        return found

    def _share(self, rides: Ints) -> Floats:
        """Of each ride the part that lies in the hours that count."""
        begins, ends = self.begins[rides], self.ends[rides]
        inside = np.clip(ends, 0.0, self.hours) - np.clip(begins, 0.0, self.hours)
        return np.asarray(np.divide(inside, ends - begins, out=np.zeros_like(inside), where=ends > begins))

    def links(self, stretch: float) -> list[LinkPower]:
        """A row a kind of ride; of a year."""
        found = []
        for number, link, vehicle, place in self._rail():
            rides = np.flatnonzero(self.of == number)
            tonnes = float((self.moves.load[rides] * self._share(rides)).sum()) / KG_A_TONNE * stretch
            tkm = tonnes * link.length_km
            energy = vehicle.energy_kwh_tkm if link.electrified else None
            service = service_of(self.names[int(self.kinds[number, 0])])
            kg = self._kg_per_t.get((service, link.id, place), 0.0)
            found.append(
                LinkPower(link.id, link.country or self.corridor.place(place).country, "", bool(link.electrified),
                          tonnes, tkm, tkm * energy if energy is not None else 0.0, float(np.nan_to_num(tonnes * kg)))
            )  # fmt: skip
        return found

    def by_zone(self) -> dict[str, Floats]:
        """MW of each zone in each hour (n_hours,)."""
        zones = Zones(self.corridor)
        mwh: dict[str, Floats] = defaultdict(lambda: np.zeros(self.hours))
        for number, link, vehicle, place in self._rail():
            zone = zones.of(link.country or self.corridor.place(place).country, link.from_place, link.to_place)
            if not link.electrified or vehicle.energy_kwh_tkm is None or not zone:
                continue
            rides = np.flatnonzero((self.of == number) & (self.ends > self.begins) & (self.moves.load > 0))
            each = self.moves.load[rides] / KG_A_TONNE * link.length_km * vehicle.energy_kwh_tkm / KWH_A_MWH
            mwh[zone] += over_hours(each, self.begins[rides], self.ends[rides], self.hours)
        return {zone: mwh[zone] for zone in sorted(mwh)}


def over_hours(mwh: Floats, begins: Floats, ends: Floats, hours: int) -> Floats:
    """MWh in each hour of spells that each take so much evenly from one time to another, hours; those outside of
    (0, hours) are cut (hours,)."""
    mw = mwh / (ends - begins)
    edges = np.arange(hours + 1, dtype=np.float64)

    def taken(at: Floats) -> Floats:
        """MWh by each edge, were all spells without end."""
        order = np.argsort(at, kind="stable")
        known, power = at[order], mw[order]
        n = np.searchsorted(known, edges, side="left")
        total = np.concatenate([[0.0], np.cumsum(power)])
        moment = np.concatenate([[0.0], np.cumsum(power * known)])
        return np.asarray(edges * total[n] - moment[n])

    return np.diff(taken(begins) - taken(ends))


def _passed(corridor: Corridor, trace: Path, boxes: set[str], span: tuple[float, float]) -> dict[str, float]:
    """Containers that each facility began to serve within a span of time, ms since 1970."""
    names = {row.id: row.id for row in corridor.rows("facility")}
    names |= {f"{name}{AMPLE}": name for name in names}
    found: dict[str, float] = defaultdict(float)
    for piece in pieces(trace, ["agent", "kind", "part", "cause", "units", "instant"]):
        frame = piece.drop_columns(["instant"]).to_pandas()
        at = piece["instant"].cast("int64").to_numpy()
        kept = frame[
            (frame["kind"] == "starts") & (frame["cause"] != PAPERS) & frame["agent"].isin(boxes)
            & (at >= span[0]) & (at < span[1])
        ]  # fmt: skip
        for part, units in kept.groupby("part", observed=True)["units"].sum().items():
            if part in names:
                found[names[str(part)]] += float(units)
    return {name: n for name, n in found.items() if n}
