"""GMNS (General Modeling Network Specification 0.96), written: a corridor, or a network of links with its trips.

For tools that read GMNS: `node.csv`, `link.csv`, `zone.csv` and `config.csv`, which says the units, and `demand.csv` as
DTALite and Path4GMNS keep trips. What GMNS has no table for (facilities, services, tariffs, evidence) stays in our own
package. `gmns_read` reads such folders back.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.corridor.roads import Floats, Roads
from karvan.formats.line import Point, lines

NODE = ("node_id", "name", "x_coord", "y_coord", "node_type", "zone_id")
LINK = (
    "link_id", "from_node_id", "to_node_id", "directed", "geometry", "length", "facility_type", "free_speed", "lanes",
    "allowed_uses", "VDF_fftt1",
)  # fmt: skip
CONFIG = (
    "dataset_name", "short_length", "long_length", "speed", "crs", "geometry_field_format", "currency",
    "version_number", "id_type",
)  # fmt: skip

ROAD = (
    "link_id", "from_node_id", "to_node_id", "directed", "length", "free_speed", "capacity", "lanes", "toll",
    "VDF_alpha1", "VDF_beta1", "VDF_fftt1", "VDF_cap1",
)  # fmt: skip
"""Of a network of links: GMNS's own columns, then those of DTALite and Path4GMNS for the volume-delay function."""
DEMAND = ("o_zone_id", "d_zone_id", "volume", "agent_type")
CLASS = ("class", "pce", "toll_weight", "length_weight")
PERFORMANCE = ("link_id", "from_node_id", "to_node_id", "volume", "travel_time", "speed", "VOC")
HIGHEST_SPEED = 200.0
"""The highest free_speed that GMNS allows; what is faster, as an aircraft, has its time only."""

Cells = Mapping[str, object]


def gmns_files(corridor: Corridor) -> dict[str, bytes]:
    """The GMNS files of a corridor, by name.

    Places that are the end of a flow are zones, numbered from 1. Trips are the TEU a year of the latest year that there
    is demand of, by commodity; what moves by the tonne has no place in such a table.
    """
    ends = sorted({end for flow in corridor.rows("demand") for end in (flow.origin, flow.destination)})
    zone = {place: number for number, place in enumerate(ends, start=1)}
    drawn = lines(corridor)
    nodes = [
        {
            "node_id": place.id,
            "name": place.name,
            "x_coord": place.lon,
            "y_coord": place.lat,
            "node_type": place.kind,
            "zone_id": zone.get(place.id, ""),
        }
        for place in corridor.places()
    ]
    links = [
        {
            "link_id": link.id,
            "from_node_id": link.from_place,
            "to_node_id": link.to_place,
            "directed": str(link.one_way).lower(),
            "geometry": _wkt(drawn[link.id]),
            "length": link.length_km,
            "facility_type": f"rail_{link.gauge_mm}" if link.gauge_mm else link.mode,
            "free_speed": link.speed_kmh if link.speed_kmh <= HIGHEST_SPEED else "",
            "lanes": link.tracks or "",
            "allowed_uses": link.mode,
            "VDF_fftt1": 60 * link.length_km / link.speed_kmh,
        }
        for link in corridor.rows("link")
    ]
    said = (corridor.name, "m", "km", "kmh", "EPSG:4326", "WKT", "USD", "0.96", "string")
    config = dict(zip(CONFIG, said, strict=True))
    return {
        "config.csv": _csv(CONFIG, [config]),
        "node.csv": _csv(NODE, nodes),
        "link.csv": _csv(LINK, links),
        "zone.csv": _csv(
            ("zone_id", "name"), [{"zone_id": zone[end], "name": corridor.place(end).name} for end in ends]
        ),
        "demand.csv": _csv(DEMAND, _demand(corridor, zone)),
    }


def _demand(corridor: Corridor, zone: Mapping[str, int]) -> Iterable[Cells]:
    flows = [flow for flow in corridor.rows("demand") if flow.teu_year is not None]
    latest = max((flow.year for flow in flows), default=0)
    volume: dict[tuple[int, int, str], float] = defaultdict(float)
    for flow in flows:
        if flow.year == latest:
            volume[zone[flow.origin], zone[flow.destination], flow.commodity] += flow.teu_year
    for key in sorted(volume):
        yield dict(zip(DEMAND, (*key[:2], volume[key], key[2]), strict=True))


def roads_gmns(roads: Roads, flow: Floats | None = None, time: Floats | None = None) -> dict[str, bytes]:
    """The GMNS files of a network of links, by name.

    What they say is read back the same by `gmns_read.read_gmns`. An infinite capacity is left empty. Cells of
    coordinates are empty where the network has none, which GMNS itself does not allow.

    Args:
        roads: the network. Its times are written as VDF_fftt1, which GMNS tools take for minutes.
        flow: trips (n_classes, n_links) and
        time: time (n_links,) that a method found, for link_performance.csv; None leaves that file out.
    """
    names = [roads.node(ix) for ix in range(roads.n_nodes)]
    zones = [roads.zone(ix) for ix in range(roads.n_zones)]
    where = np.full((roads.n_nodes, 2), np.nan) if roads.lon_lat is None else roads.lon_lat
    nodes = [
        {
            "node_id": names[ix],
            "x_coord": _cell(where[ix, 0]),
            "y_coord": _cell(where[ix, 1]),
            "node_type": "" if roads.through[ix] else "centroid",
            "zone_id": zones[ix] if ix < roads.n_zones else "",
        }
        for ix in range(roads.n_nodes)
    ]
    links = [
        {
            "link_id": roads.links[ix] if roads.links else ix + 1,
            "from_node_id": names[roads.tail[ix]],
            "to_node_id": names[roads.head[ix]],
            "directed": "true",
            "length": _cell(roads.length[ix]),
            "free_speed": _cell(_speed(roads, ix)),
            "capacity": _cell(roads.capacity[ix]),
            "lanes": 1,
            "toll": _cell(roads.toll[ix]),
            "VDF_alpha1": _cell(roads.b[ix]),
            "VDF_beta1": _cell(roads.power[ix]),
            "VDF_fftt1": _cell(roads.free_flow[ix]),
            "VDF_cap1": _cell(roads.capacity[ix]),
        }
        for ix in range(roads.n_links)
    ]
    classes = [dict(zip(CLASS, (of.name, of.pce, of.toll_weight, of.length_weight), strict=True))
               for of in roads.classes]  # fmt: skip
    said = (roads.name, "", "", "", "", "WKT", "", "0.96", "string" if roads.node_names else "integer")
    files = {
        "config.csv": _csv(CONFIG, [dict(zip(CONFIG, said, strict=True))]),
        "node.csv": _csv(tuple(name for name in NODE if name != "name"), nodes),
        "link.csv": _csv(ROAD, links),
        "zone.csv": _csv(("zone_id",), [{"zone_id": zone} for zone in zones]),
        "demand.csv": _plain_csv(DEMAND, _trips(roads, zones)),
        "classes.csv": _csv(CLASS, classes),
    }
    if flow is not None and time is not None:
        files["link_performance.csv"] = _csv(PERFORMANCE, _performance(roads, links, flow, time))
    return files


def _trips(roads: Roads, zones: Sequence[str]) -> Iterable[Sequence[object]]:
    for of in roads.classes:
        for start in range(roads.n_zones):
            ends = np.flatnonzero(of.trips[start])
            for end, trips in zip(ends.tolist(), of.trips[start, ends].tolist(), strict=True):
                yield zones[start], zones[end], trips, of.name


def _performance(roads: Roads, links: Sequence[Cells], flow: Floats, time: Floats) -> Iterable[Cells]:
    volume = np.array([of.pce for of in roads.classes]) @ flow
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = 60 * roads.length / time
    for ix, link in enumerate(links):
        found = (volume[ix], time[ix], speed[ix], volume[ix] / roads.capacity[ix])
        yield {name: link[name] for name in PERFORMANCE[:3]} | dict(
            zip(PERFORMANCE[3:], map(_cell, found), strict=True)
        )  # fmt: skip


def _speed(roads: Roads, ix: int) -> float:
    """Lengths an hour, where times are minutes; NaN where that is no speed that GMNS allows."""
    minutes, length = roads.free_flow[ix], roads.length[ix]
    return float(60 * length / minutes) if 0 < 60 * length <= HIGHEST_SPEED * minutes else float("nan")


def _cell(value: float) -> object:
    """A number to its last bit; nothing for one that is not there or has no end."""
    return float(value) if np.isfinite(value) else ""


def _wkt(points: Sequence[Point]) -> str:
    return f"LINESTRING ({', '.join(f'{lon:.10g} {lat:.10g}' for lon, lat in points)})"


def _csv(columns: Sequence[str], rows: Iterable[Cells]) -> bytes:
    return _plain_csv(columns, ([row[column] for column in columns] for row in rows))


def _plain_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
