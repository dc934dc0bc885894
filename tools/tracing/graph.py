"""A graph to trace on: points joined by edges of a known length, and the shortest way along them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from .geodesy import Points, distance_km, on_sphere

STUB_COST = 4.0
"""A kilometre off the graph is as bad as so many on it, or the way would leave the track to cut corners."""


@dataclass(frozen=True)
class Way:
    points: Points
    nodes: list[int]
    km: float
    first_snap_km: float
    last_snap_km: float


@dataclass(frozen=True, eq=False)
class Graph:
    points: Points
    edges: np.ndarray  # (n, 2) nodes; each edge once, usable both ways
    km: np.ndarray

    @cached_property
    def tree(self) -> cKDTree:
        return cKDTree(on_sphere(self.points))

    @cached_property
    def pieces(self) -> np.ndarray:
        """Which connected piece each node belongs to."""
        n = len(self.points)
        ones = np.ones(len(self.edges), dtype=np.int8)
        return connected_components(csr_array((ones, self.edges.T), shape=(n, n)), directed=False)[1]

    def joined(self, gap_km: float) -> Graph:
        """With an edge between any two nodes of different pieces that are nearer than the gap."""
        pairs = self.tree.query_pairs(gap_km, output_type="ndarray")
        pairs = pairs[self.pieces[pairs[:, 0]] != self.pieces[pairs[:, 1]]]
        gaps = distance_km(self.points[pairs[:, 0]], self.points[pairs[:, 1]])
        return Graph(self.points, np.vstack((self.edges, pairs)), np.concatenate((self.km, gaps)))

    def without(self, closed: np.ndarray) -> Graph:
        """Without the edges that the mask names."""
        return replace(self, edges=self.edges[~closed], km=self.km[~closed])

    def with_line(self, points: Points) -> Graph:
        """With one more line, whose ends are tied to the nodes nearest to them."""
        new = len(self.points) + np.arange(len(points))
        chain = np.concatenate(([self.nearest(points[0])], new, [self.nearest(points[-1])]))
        edges, all_points = np.column_stack((chain[:-1], chain[1:])), np.vstack((self.points, points))
        km = distance_km(all_points[edges[:, 0]], all_points[edges[:, 1]])
        return Graph(all_points, np.vstack((self.edges, edges)), np.concatenate((self.km, km)))

    def near(self, point: Points, within_km: float) -> np.ndarray:
        """Nodes within the distance, or the nearest one if there is none."""
        found = self.tree.query_ball_point(on_sphere(point[None])[0], within_km)
        return np.array(sorted(found) or [self.nearest(point)])

    def nearest(self, point: Points) -> int:
        return int(self.tree.query(on_sphere(point[None])[0])[1])

    def way(self, start: Points, end: Points, via: Points, snap_km: float) -> Way | None:
        """Shortest way from start through the via points to end, or None where the graph does not connect them.

        Start and end may join the graph at any node within `snap_km`; a via point stands for the node nearest to it.
        """
        stops = [self.nearest(point) for point in via]
        search = _Search(self, start, end, snap_km)
        nodes = search.through(stops)
        if nodes is None:
            return None
        line = np.vstack((start, self.points[nodes], end))
        first, last = (float(distance_km(line[i], line[j])) for i, j in ((0, 1), (-2, -1)))
        return Way(line, nodes, first + search.km_along(nodes) + last, first, last)


class _Search:
    """The graph with two nodes more: the start, which only leads in, and the end, which is only led to."""

    def __init__(self, graph: Graph, start: Points, end: Points, snap_km: float) -> None:
        self.start, self.end = len(graph.points), len(graph.points) + 1
        first, last = graph.near(start, snap_km), graph.near(end, snap_km)
        tails = [*graph.edges.T, np.full(len(first), self.start), last]
        heads = [*graph.edges.T[::-1], first, np.full(len(last), self.end)]
        stub_in, stub_out = distance_km(start, graph.points[first]), distance_km(graph.points[last], end)
        cost = np.concatenate((graph.km, graph.km, STUB_COST * stub_in, STUB_COST * stub_out))
        self.matrix = _shortest_edges(np.concatenate(tails), np.concatenate(heads), cost, self.end + 1)

    def through(self, stops: list[int]) -> list[int] | None:
        """Graph nodes from start to end, in order, without the start and the end themselves."""
        chain = [self.start, *stops, self.end]
        nodes: list[int] = []
        for here, there in zip(chain, chain[1:], strict=False):
            leg = self._leg(here, there)
            if leg is None:
                return None
            nodes += leg[1:] if nodes else leg
        return [node for node in nodes if node < self.start]

    def _leg(self, here: int, there: int) -> list[int] | None:
        _, before = dijkstra(self.matrix, indices=here, return_predecessors=True)
        nodes = [there]
        while nodes[-1] != here:
            if before[nodes[-1]] < 0:
                return None
            nodes.append(int(before[nodes[-1]]))
        return nodes[::-1]

    def km_along(self, nodes: list[int]) -> float:
        return float(sum(self.matrix[a, b] for a, b in zip(nodes, nodes[1:], strict=False)))


def _shortest_edges(tails: np.ndarray, heads: np.ndarray, km: np.ndarray, n: int) -> csr_array:
    """The shortest of parallel edges; a length of zero would read as no edge at all."""
    order = np.lexsort((km, heads, tails))
    tails, heads, km = tails[order], heads[order], np.maximum(km[order], 1e-6)
    first = np.ones(len(km), dtype=bool)
    first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    return csr_array((km[first], (tails[first], heads[first])), shape=(n, n))
