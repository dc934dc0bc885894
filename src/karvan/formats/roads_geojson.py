"""GeoJSON of a network of links: a line a link, with what a method found for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from karvan.corridor.roads import Floats, Roads

LONGITUDE, LATITUDE = 180.0, 90.0


def in_degrees(roads: Roads) -> bool:
    """Whether a network's coordinates can be longitudes and latitudes, as GeoJSON has them; false where it has none."""
    if roads.lon_lat is None or not np.isfinite(roads.lon_lat).any():
        return False
    return bool((np.nanmax(np.abs(roads.lon_lat), axis=0) <= (LONGITUDE, LATITUDE)).all())


def roads_geojson(roads: Roads, columns: Mapping[str, Floats]) -> dict[str, Any]:
    """A feature collection: every link whose ends have coordinates, in the order of the network.

    Args:
        roads: the network. Coordinates that are no degrees are written as they are, and the collection says so: a map
            needs to be told what they are.
        columns: numbers of each link (n_links,) by their names; what is not finite is null.
    """
    where = np.full((roads.n_nodes, 2), np.nan) if roads.lon_lat is None else roads.lon_lat
    numbers = {name: values.tolist() for name, values in columns.items()}
    finite = {name: np.isfinite(values).tolist() for name, values in columns.items()}
    features = []
    for ix in range(roads.n_links):
        ends = where[[roads.tail[ix], roads.head[ix]]]
        if not np.isfinite(ends).all():
            continue
        said: dict[str, Any] = {"from": roads.node(int(roads.tail[ix])), "to": roads.node(int(roads.head[ix]))}
        said |= {name: round(values[ix], 6) + 0.0 if finite[name][ix] else None for name, values in numbers.items()}
        geometry = {"type": "LineString", "coordinates": ends.tolist()}
        link = roads.links[ix] if roads.links else str(ix + 1)
        features.append({"type": "Feature", "id": link, "geometry": geometry, "properties": said})
    about = {} if in_degrees(roads) else {"coordinates": "as in the files of the network; they are no degrees"}
    return {"type": "FeatureCollection", "name": roads.name, **about, "features": features}
