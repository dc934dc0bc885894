"""Flows on a network of somebody else's: the tables, the map and the few numbers that come of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.evidence.durable import write_whole, writing
from karvan.evidence.inputs import describe
from karvan.evidence.run import RunFolder
from karvan.flow.loads import Loads, Unserved
from karvan.formats.foreign import Foreign
from karvan.formats.gmns import roads_gmns
from karvan.formats.roads_geojson import roads_geojson
from karvan.tables import Column, Table
from karvan.tables.column import Kind

GEOJSON, SKIMS = "flows.geojson", "skims.omx"
DOCS = {
    "link": "What the network calls the link, or its place in the file.",
    "from": "Node that it leads from.",
    "to": "Node that it leads to.",
    "volume": "What all trips take of its capacity.",
    "capacity": "Missing where there is no limit.",
    "volume_over_capacity": "Volume over capacity.",
    "time": "Time on it at this volume.",
    "free_flow_time": "Time on it without traffic.",
    "worth": "What one more unit of capacity would save.",
    "known_volume": "The volume that came with the network.",
    "length": "Length of the cheapest way.",
    "toll": "Toll of the cheapest way.",
    "cost": "Time, and what is minded of toll and length, of the cheapest way.",
    "trip_class": "Class of the trips.",
    "origin": "Zone.",
    "destination": "Zone.",
    "trips": "Trips that were not assigned.",
    "reason": "Why not.",
    "iteration": "From 1.",
    "gap": "Relative gap after it.",
    "objective": "What is minimised, after it.",
    "total_cost": "Flow times cost, after it.",
}
ABOUT = {
    "links": "A row a link, in the order of the network.",
    "unserved": "A row a pair of zones whose trips were not assigned.",
    "iterations": "A row an iteration.",
    "skims": "A row a pair of zones; figures are missing where there is no way.",
}
OF_TIME = ("time", "free_flow_time", "cost", "objective", "total_cost")
TEXTS = ("link", "from", "to", "trip_class", "origin", "destination", "reason")


class Difference(NamedTuple):
    """Where volumes are furthest from those that came with the network."""

    link: str
    found: float
    known: float
    links: int
    """Links that it knows the volume of."""


@dataclass(frozen=True, eq=False)
class AssignedRoads:
    """A network of somebody else's and the flows on it."""

    foreign: Foreign
    loads: Loads
    asked: Mapping[str, Any]
    """Method, gap and the rest as it was asked for."""
    inputs: Mapping[str, str]
    """SHA-256 of each file that was read."""
    skims: Mapping[str, Floats]
    """Between zones (n_zones, n_zones) by what they are of; NaN where there is no way. Empty if not asked for."""
    notes: tuple[str, ...]
    """What a reader should know."""

    @property
    def roads(self) -> Roads:
        return self.loads.roads

    @property
    def trips(self) -> float:
        """Trips between zones that were to be assigned."""
        return sum(float(of.trips.sum() - np.trace(of.trips)) for of in self.roads.classes)

    @property
    def unserved(self) -> float:
        """Trips that found no way, or no room."""
        return sum(one.trips for one in self.loads.unserved)

    @property
    def found(self) -> bool:
        """Whether any trips could be assigned, or there were none to assign."""
        return not self.trips or self.unserved < self.trips * (1 - 1e-12)

    @property
    def difference(self) -> Difference | None:
        """The largest difference to the volumes that came with the network; None where none did."""
        known = self.foreign.known
        if known is None:
            return None
        volume = self.loads.volume
        off = np.abs(volume - known)
        ix = int(np.nanargmax(off))
        return Difference(self.roads.link(ix), float(volume[ix]), float(known[ix]), int(np.isfinite(known).sum()))

    def links(self) -> dict[str, Any]:
        """The links as columns (n_links,): ends, flow of each class, and what comes of it."""
        roads, volume, time = self.roads, self.loads.volume, self.loads.time
        several = len(roads.classes) > 1
        flows = {f"flow_{of.name}": flow for of, flow in zip(roads.classes, self.loads.flow, strict=True) if several}
        worth = {} if self.loads.worth is None else {"worth": self.loads.worth}
        known = {} if self.foreign.known is None else {"known_volume": self.foreign.known}
        return {
            "link": list(roads.links) or [str(ix) for ix in range(1, roads.n_links + 1)],
            "from": [roads.node(int(ix)) for ix in roads.tail],
            "to": [roads.node(int(ix)) for ix in roads.head],
            **flows,
            "volume": volume,
            "capacity": np.where(np.isinf(roads.capacity), np.nan, roads.capacity),
            "volume_over_capacity": volume / roads.capacity,
            "time": time,
            "free_flow_time": roads.free_flow,
            **worth,
            **known,
        }

    def tables(self) -> dict[str, dict[str, Any]]:
        """The result as tables of columns."""
        roads, names = self.roads, Unserved._fields
        zone = {int(number): roads.zone(ix) for ix, number in enumerate(roads.zones)}
        rows = [(one.trip_class, zone[one.origin], zone[one.destination], *one[3:]) for one in self.loads.unserved]
        unserved = dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))
        steps = self.loads.steps
        tables: dict[str, dict[str, Any]] = {
            "links": self.links(),
            "unserved": {name: list(column) for name, column in unserved.items()},
            "iterations": {
                "iteration": np.arange(1, len(steps) + 1),
                "gap": np.array([step.gap for step in steps], dtype=float),
                "objective": np.array([step.objective for step in steps], dtype=float),
                "total_cost": np.array([step.total for step in steps], dtype=float),
            },
        }
        if self.skims:
            start, end = np.indices((roads.n_zones, roads.n_zones)).reshape(2, -1)
            zones = np.array([roads.zone(ix) for ix in range(roads.n_zones)])
            ends = {"origin": zones[start], "destination": zones[end]}
            tables["skims"] = ends | {name: of.ravel() for name, of in self.skims.items()}
        return tables

    def results(self) -> dict[str, Any]:
        """The result in a few numbers."""
        loads, difference = self.loads, self.difference
        last = loads.steps[-1] if loads.steps else None
        return {
            "network": self.roads.name,
            "zones": self.roads.n_zones,
            "nodes": self.roads.n_nodes,
            "links": self.roads.n_links,
            "classes": [of.name for of in self.roads.classes],
            "trips": self.trips,
            "unserved": self.unserved,
            "within_zones": sum(float(np.trace(of.trips)) for of in self.roads.classes),
            "converged": loads.converged,
            "gap": loads.gap,
            "asked_gap": loads.asked_gap,
            "iterations": len(loads.steps),
            "objective": last.objective if last else None,
            "total_cost": last.total if last else None,
            "total_time": loads.total_time,
            "time_unit": self.foreign.time_unit or None,
            "largest_difference": difference._asdict() if difference else None,
            "notes": list(self.notes),
        }

    def geojson(self) -> dict[str, Any] | None:
        """The links as lines with their flows; None where the network has no coordinates."""
        if self.roads.lon_lat is None:
            return None
        columns = {name: of for name, of in self.links().items() if isinstance(of, np.ndarray)}
        return roads_geojson(self.roads, columns)

    def gmns(self) -> dict[str, bytes]:
        """The network with its flows as the files of a GMNS folder, by name."""
        return roads_gmns(self.roads, self.loads.flow, self.loads.time)

    def write(self, folder: Path | str) -> None:
        """Keep it as a run: run.json, a table each in Parquet, flows.geojson and skims.omx.

        Raises InputError where it cannot be written, or the folder holds something else.
        """
        about = describe("assign", self.roads.name, {}, seed=0, settings={**self.asked, "files": dict(self.inputs)})
        unit = self.foreign.time_unit
        register = {name: _table(name, columns, unit) for name, columns in self.tables().items()}
        with RunFolder.create(folder, about, register) as run:
            run.finish(self.tables(), self.results())
            for name, content in self._files().items():
                with writing(run.path):
                    write_whole(run.path / name, _writer(content))

    def _files(self) -> dict[str, bytes]:
        files = {}
        lines = self.geojson()
        if lines is not None:
            files[GEOJSON] = json.dumps(lines, ensure_ascii=False, allow_nan=False).encode()
        if self.skims:
            content = _omx(self.roads, self.skims)
            if content is not None:
                files[SKIMS] = content
        return files


def _table(name: str, columns: Mapping[str, Any], unit: str) -> Table:
    """What the columns of a table mean. Of several classes the names of skims begin with that of the class."""
    about = []
    for column in columns:
        plain = column if column in DOCS else column.rpartition("_")[2]
        kind: Kind = "text" if column in TEXTS else "number"
        if column.startswith("flow_") or plain not in DOCS:
            about.append(Column(column, kind, "Trips of this class."))
        else:
            about.append(Column(column, kind, DOCS[plain], unit if plain in OF_TIME else ""))
    return Table(name, ABOUT[name], (), tuple(about))


def _writer(content: bytes) -> Callable[[Any], object]:
    return lambda file: file.write(content)


def _omx(roads: Roads, skims: Mapping[str, Floats]) -> bytes | None:
    """The skims as OMX; None where h5py is not installed."""
    from importlib.util import find_spec

    if find_spec("h5py") is None:
        return None
    from karvan.formats.omx import Omx, omx_bytes

    names = np.array([roads.zone(ix) for ix in range(roads.n_zones)]) if roads.zone_names else roads.zones
    return omx_bytes(Omx(skims, {"origin": names}, {"destination": names}), about={"network": roads.name})
