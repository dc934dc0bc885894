"""Shipping lanes: the marnet network that `searoute` carries, less the short cuts that no link may take by chance.

A passage is a place of its own here, so a link sails Suez or Panama only if one of its ends lies there. The lanes go up
the Volga and down the Don, and through Corinth, where no container ship fits; both are left out. The Caspian lanes are
too few to follow: a link there is drawn from coast to coast by its via points.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .geodesy import Points, distance_km
from .graph import Graph, Way

CLOSED = ("suez", "panama", "northwest", "bering", "chili")
AT_PASSAGE_KM = 100.0
LEFT_OUT = {"Volga, Don": (39.5, 44.0, 60.0, 60.0), "Corinth": (22.85, 37.85, 23.05, 38.0)}
CASPIAN = (46.5, 36.3, 54.8, 47.4)
"""Boxes of west, south, east, north."""


@dataclass(frozen=True, eq=False)
class SeaGraph:
    lanes: Graph
    passage: np.ndarray
    """The strait or canal that an edge of the lanes is part of, or nothing."""

    def way(self, start: Points, end: Points, via: Points, snap_km: float) -> Way | None:
        """Shortest way; Suez, Panama and the like are closed to it unless it starts or ends there."""
        closed = [name for name in CLOSED if not (self._at(name, start) or self._at(name, end))]
        return self.lanes.without(np.isin(self.passage, closed)).way(start, end, via, snap_km)

    def with_lines(self, lines: list[Points]) -> SeaGraph:
        """With lanes drawn by hand; they belong to no passage."""
        lanes = self.lanes.with_lines(lines)
        label = {tuple(edge): name for edge, name in zip(self.lanes.edges.tolist(), self.passage, strict=True)}
        return SeaGraph(lanes, np.array([label.get(tuple(edge), "") for edge in lanes.edges.tolist()]))

    def through(self, way: Way) -> list[str]:
        """The passages that a way uses, in alphabetical order."""
        used = {frozenset(pair) for pair in pairwise(way.nodes)}
        names = {
            str(name)
            for pair, name in zip(self.lanes.edges, self.passage, strict=True)
            if name and frozenset(pair) in used
        }
        return sorted(names)

    def _at(self, name: str, point: Points) -> bool:
        nodes = np.unique(self.lanes.edges[self.passage == name])
        return bool(len(nodes)) and bool(distance_km(self.lanes.points[nodes], point).min() < AT_PASSAGE_KM)


def sea_graph() -> SeaGraph:
    from searoute.data.marnet_dict import edge_list

    number = {node: i for i, node in enumerate(sorted(set(edge_list).union(*edge_list.values())))}
    found = [
        (number[a], number[b], edge.get("passage") or "")
        for a, edges in edge_list.items()
        for b, edge in edges.items()
        if a < b
    ]
    points = np.array(sorted(number))
    edges = np.array([(a, b) for a, b, _ in found])
    passage = np.array([name if not name.startswith(("segment", "pacific")) else "" for _, _, name in found])
    dry = np.any([in_box(points, box)[edges].any(axis=1) for box in LEFT_OUT.values()], axis=0)
    edges, passage = edges[~dry], passage[~dry]
    return SeaGraph(Graph(points, edges, distance_km(points[edges[:, 0]], points[edges[:, 1]])), passage)


def in_box(points: Points, box: tuple[float, float, float, float]) -> np.ndarray:
    west, south, east, north = box
    lon, lat = points[..., 0], points[..., 1]
    return (lon > west) & (lon < east) & (lat > south) & (lat < north)


def in_caspian(point: Points) -> bool:
    return bool(in_box(point, CASPIAN))
