"""What freight of a simulation draws by the hour, out of its trace: trains on every ride, with what is aboard, on
electrified links; ports for the containers that are moved between ship and shore."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.evidence.parquet import pieces
from karvan.evidence.run import RunFolder
from karvan.grid.shapes import Clock
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem
from karvan.network.ride import Riding
from karvan.study.played import MS_PER_H, Ints, Moves, played
from karvan.study.power.line import RAIL
from karvan.study.power.traction import KWH_A_MWH, PORT_KWH_BOX, Drawn, LinkPower, Zones, ports, together
from karvan.study.reel import link_of, period_of, service_of, trace_of
from karvan.study.reopen import corridor_of
from karvan.study.routing import route_demand
from karvan.study.runs import run_called

KG_A_TONNE = 1000
AMPLE = " service"
"""What follows the name of a facility in a trace where nobody ever waits before it."""
PAPERS = "papers"
"""Cause of the time that is spent before a server of a facility is asked for."""


def drawn_by_run(
    run: RunFolder | Path | str, replication: int = 0, corridor: Corridor | None = None, wires: Corridor | None = None
) -> Drawn:
    """What freight of a simulation draws: a ride's energy is spread evenly over the hours that it takes, and that of a
    container in a port is drawn in the hour in which its move begins.

    Sums are of a year: those of another span are stretched to it.

    Args:
        run: a simulation that was asked for traces: its folder, or its name.
        replication: which one.
        corridor: the run's, if its package is not one that ships.
        wires: another corridor of the same services, whose lines, vehicles and grid are counted with in its place.

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
    wires = corridor if wires is None else wires
    settings = folder.record["inputs"]["settings"]
    year = int(settings["year"])
    streams = route_demand(corridor, year, settings.get("demand", 1.0)).streams
    told = played(trace, {one.id: round(one.tonnes * KG_A_TONNE) for one in streams})
    begin_ms = round(period.start.timestamp() * 1000)
    stretch = Clock(year).hours / period.hours
    found = _Rides(wires, told.moves, [told.name(code) for code in range(len(told.names))], begin_ms, period.hours)
    moved = _moved(wires, trace, {one.id for one in streams if one.unit == "container"}, begin_ms, int(period.hours))
    harbours = ports(wires, {name: float(boxes.sum()) * stretch for name, boxes in moved.items()})
    by_port: dict[str, Floats] = defaultdict(lambda: np.zeros(int(period.hours)))
    for port in harbours:
        if port.zone:
            by_port[port.zone] += moved[port.facility] * PORT_KWH_BOX / KWH_A_MWH
    return Drawn(
        f"the simulation {folder.name}, replication {replication}", year, together(wires, found.links(stretch)),
        harbours, found.by_zone(), {zone: by_port[zone] for zone in sorted(by_port)},
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


def _moved(corridor: Corridor, trace: Path, boxes: set[str], begin_ms: int, hours: int) -> dict[str, Floats]:
    """Containers that each facility began to serve in each hour from an instant on, ms since 1970 (hours,)."""
    names = {row.id: row.id for row in corridor.rows("facility")}
    names |= {f"{name}{AMPLE}": name for name in names}
    found: dict[str, Floats] = defaultdict(lambda: np.zeros(hours))
    for piece in pieces(trace, ["agent", "kind", "part", "cause", "units", "instant"]):
        frame = piece.drop_columns(["instant"]).to_pandas()
        frame["hour"] = (piece["instant"].cast("int64").to_numpy() - begin_ms) // MS_PER_H
        kept = frame[
            (frame["kind"] == "starts") & (frame["cause"] != PAPERS) & frame["agent"].isin(boxes)
            & (frame["hour"] >= 0) & (frame["hour"] < hours)
        ]  # fmt: skip
        for part, some in kept.groupby("part", observed=True):
            if str(part) in names:
                np.add.at(found[names[str(part)]], some["hour"].to_numpy(), some["units"].to_numpy(dtype=np.float64))
    return {name: n for name, n in found.items() if n.any()}
