"""GMNS (General Modeling Network Specification 0.96): places as nodes, links as links.

Written for tools that read GMNS: `node.csv`, `link.csv` and `config.csv`, which says that lengths are km and speeds
km/h. What GMNS has no table for (facilities, services, tariffs, evidence) stays in our own package.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from karvan.corridor.corridor import Corridor
from karvan.formats.line import Point, lines

NODE = ("node_id", "name", "x_coord", "y_coord", "node_type", "zone_id")
LINK = (
    "link_id", "from_node_id", "to_node_id", "directed", "geometry", "length", "facility_type", "free_speed", "lanes",
    "allowed_uses",
)  # fmt: skip
CONFIG = (
    "dataset_name", "short_length", "long_length", "speed", "crs", "geometry_field_format", "currency",
    "version_number", "id_type",
)  # fmt: skip

Cells = Mapping[str, object]


def gmns_files(corridor: Corridor) -> dict[str, bytes]:
    """The GMNS files of a corridor, by name. Places that are the end of a flow are zones, numbered from 1."""
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
            "free_speed": link.speed_kmh,
            "lanes": link.tracks or "",
            "allowed_uses": link.mode,
        }
        for link in corridor.rows("link")
    ]
    said = (corridor.name, "m", "km", "kmh", "EPSG:4326", "WKT", "USD", "0.96", "string")
    config = dict(zip(CONFIG, said, strict=True))
    return {"config.csv": _csv(CONFIG, [config]), "node.csv": _csv(NODE, nodes), "link.csv": _csv(LINK, links)}


def _wkt(points: Sequence[Point]) -> str:
    return f"LINESTRING ({', '.join(f'{lon:.10g} {lat:.10g}' for lon, lat in points)})"


def _csv(columns: Sequence[str], rows: Iterable[Cells]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
