"""Railways and main roads of OpenStreetMap, as `scgraph-data` carries them. (c) OpenStreetMap contributors, ODbL 1.0.

The package's modules are read as text: importing them needs one certain older version of `scgraph`.
An edge's length is that of the mapped track, which may bend between the two nodes that are kept of it.
"""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from .geodesy import distance_km
from .graph import Graph

JOIN_KM = 1.5
"""The rail file comes in 787 pieces that in truth touch; the gaps at stations and borders are of this order."""


def rail_graph() -> Graph:
    return read("world_railways").joined(JOIN_KM)


def road_graph() -> Graph:
    return read("world_highways").joined(JOIN_KM)


def read(name: str) -> Graph:
    folder = find_spec("scgraph_data").submodule_search_locations[0]  # type: ignore[union-attr,index]
    lines = (Path(folder) / f"{name}.py").read_text(encoding="utf-8").splitlines()
    text = {line.partition("=")[0]: line.partition("=")[2] for line in lines}
    points = np.array(ast.literal_eval(text["nodes"]))[:, ::-1]  # the file says latitude first
    edges, km = _edges(text["graph"])
    straight = distance_km(points[edges[:, 0]], points[edges[:, 1]])
    return Graph(points, edges, np.maximum(km, straight))


def _edges(text: str) -> tuple[np.ndarray, np.ndarray]:
    """`[{1: 2.02, 2: 0.445}, {0: 2.02}]`: for each node its neighbours with the kilometres to them."""
    found = [
        (tail, int(head), float(km))
        for tail, neighbours in enumerate(text.strip()[2:-2].split("}, {"))
        for head, _, km in (pair.partition(": ") for pair in neighbours.split(", ") if pair)
        if tail < int(head)
    ]
    table = np.array(found)
    return table[:, :2].astype(int), table[:, 2]
