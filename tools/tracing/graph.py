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
        first, last = self.near(start, snap_km), self.near(end, snap_km)
        here, nodes = len(self.points), list[int]()
        matrix = _with_start(self.matrix, first, STUB_COST * distance_km(start, self.points[first]))
        stops = [(np.array([self.nearest(point)]), np.zeros(1)) for point in via]
        for goals, cost in (*stops, (last, STUB_COST * distance_km(self.points[last], end))):
            leg = _leg(matrix, here, goals, cost)
            if leg is None:
                return None
            nodes += leg[1:]
            here = nodes[-1]
        line = np.vstack((start, self.points[nodes], end))
        ends = float(distance_km(start, line[1])), float(distance_km(line[-2], end))
        return Way(line, nodes, sum(ends) + self.km_along(nodes), *ends)

    def km_along(self, nodes: list[int]) -> float:
        return float(sum(self.matrix[a, b] for a, b in zip(nodes, nodes[1:], strict=False)))

    @cached_property
    def matrix(self) -> csr_array:
        """Kilometres from node to node, the shortest of parallel edges; a zero would read as no edge at all."""
        tails, heads = np.concatenate((self.edges, self.edges[:, ::-1])).T
        km = np.maximum(np.concatenate((self.km, self.km)), 1e-6)
        order = np.lexsort((km, heads, tails))
        tails, heads, km = tails[order], heads[order], km[order]
        first = np.ones(len(km), dtype=bool)
        first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
        n = len(self.points)
        return csr_array((km[first], (tails[first], heads[first])), shape=(n, n))


def _with_start(matrix: csr_array, heads: np.ndarray, cost: np.ndarray) -> csr_array:
    """One node more, from which edges lead into the graph and none back."""
    data, indices = np.concatenate((matrix.data, np.maximum(cost, 1e-6))), np.concatenate((matrix.indices, heads))
    n = matrix.shape[0] + 1
    return csr_array((data, indices, np.append(matrix.indptr, len(data))), shape=(n, n))


def _leg(matrix: csr_array, here: int, goals: np.ndarray, goal_cost: np.ndarray) -> list[int] | None:
    """The nodes from here to the goal that is cheapest to reach, its own cost included."""
    cost, before = dijkstra(matrix, indices=here, return_predecessors=True)
    total = cost[goals] + goal_cost
    if not np.isfinite(total.min()):
        return None
    nodes = [int(goals[total.argmin()])]
    while nodes[-1] != here:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]
