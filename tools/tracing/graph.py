"""A graph to trace on: points joined by edges of a known length, and the shortest way along them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from .geodesy import Points, distance_km, on_sphere

STUB_COST = 4.0
"""A kilometre off the graph is as bad as so many on it, or the way would leave the track to cut corners."""

TIE_KM = 5.0
"""A drawn line that ends further from everything else is a spur."""
LIMIT_KM, LIMIT_CROW = 100.0, 2.0
"""The search first looks no further than this and so many times the crow, for speed; then everywhere."""


@dataclass(frozen=True)
class Way:
    points: Points
    nodes: list[int]
    km: float
    drawn_km: float
    """How much of it is drawn by hand."""
    snaps_km: tuple[float, float]
    """How far off the graph its two ends are."""


@dataclass(frozen=True, eq=False)
class Graph:
    points: Points
    edges: np.ndarray  # (n, 2) nodes; each edge once, usable both ways
    km: np.ndarray
    by_hand: np.ndarray | None = None
    """Which nodes are of a line drawn by hand that stands for nothing on the map."""

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
        """With an edge between nodes nearer than the gap that are of different pieces, or both at a dead end."""
        pairs = self.tree.query_pairs(gap_km, output_type="ndarray")
        dead_end = np.bincount(self.edges.ravel(), minlength=len(self.points)) < 2
        apart = self.pieces[pairs[:, 0]] != self.pieces[pairs[:, 1]]
        pairs = pairs[(apart | dead_end[pairs].all(axis=1)) & ~self._adjacent(pairs)]
        gaps = distance_km(self.points[pairs[:, 0]], self.points[pairs[:, 1]])
        return replace(self, edges=np.vstack((self.edges, pairs)), km=np.concatenate((self.km, gaps)))

    def without(self, closed: np.ndarray) -> Graph:
        """Without the edges that the mask names."""
        return replace(self, edges=self.edges[~closed], km=self.km[~closed])

    def _adjacent(self, pairs: np.ndarray) -> np.ndarray:
        """Which pairs of nodes an edge joins already."""
        one, other = (np.sort(some, axis=1) @ [len(self.points), 1] for some in (pairs, self.edges))
        return np.isin(one, other)

    def _joins(self, ends: list[int]) -> np.ndarray:
        """Which edges join the two nodes, if two different ones are given."""
        if len(set(ends)) < 2:
            return np.zeros(len(self.edges), dtype=bool)
        return (self.edges == ends).all(axis=1) | (self.edges == ends[::-1]).all(axis=1)

    def with_lines(self, lines: list[Points]) -> Graph:
        """With lines drawn by hand, each end tied to the nearest node that is not of the line itself, if one is near.

        A line between two nodes that an edge joins already takes that edge's place, and its length: only the bends
        are drawn then.
        """
        points = np.vstack((self.points, *lines))
        line_of = np.repeat(np.arange(-1, len(lines)), [len(self.points), *map(len, lines)])
        tree, by_hand, replaced = cKDTree(on_sphere(points)), line_of >= 0, np.zeros(len(self.edges), dtype=bool)
        edges, km = [], []
        for i, line in enumerate(lines):
            off, near = tree.query(on_sphere(line[[0, -1]]), k=len(line) + 1, distance_upper_bound=TIE_KM)
            start, end = (_nearest(*row, line_of != i) for row in zip(near, off, strict=True))
            chain = np.array([*start, *np.flatnonzero(line_of == i), *end])
            edges.append(np.column_stack((chain[:-1], chain[1:])))
            km.append(distance_km(points[chain[:-1]], points[chain[1:]]))
            there = self._joins([*start, *end])
            if there.any():
                km[-1] *= max(1.0, self.km[there].min() / km[-1].sum())
                by_hand[line_of == i], replaced = False, replaced | there
        kept = self.without(replaced)
        return Graph(points, np.vstack((kept.edges, *edges)), np.concatenate((kept.km, *km)), by_hand)

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
        limit = LIMIT_KM + LIMIT_CROW * float(distance_km(start, end))
        matrix = _with_start(self.matrix, first, STUB_COST * distance_km(start, self.points[first]))
        stops = [(np.array([self.nearest(point)]), np.zeros(1)) for point in via]
        for goals, cost in (*stops, (last, STUB_COST * distance_km(self.points[last], end))):
            leg = _leg(matrix, here, goals, cost, limit) or _leg(matrix, here, goals, cost, np.inf)
            if leg is None:
                return None
            nodes += leg[1:]
            here = nodes[-1]
        line = np.vstack((start, self.points[nodes], end))
        ends = float(distance_km(start, line[1])), float(distance_km(line[-2], end))
        steps = [
            (float(self.matrix[a, b]), self.by_hand is not None and self.by_hand[[a, b]].any())
            for a, b in pairwise(nodes)
        ]
        drawn = sum(km for km, by_hand in steps if by_hand)
        return Way(line, nodes, sum(ends) + sum(km for km, _ in steps), drawn, ends)

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


def _nearest(nodes: np.ndarray, km: np.ndarray, allowed: np.ndarray) -> list[int]:
    """The nearest of the allowed nodes, the first of those at the same place; nothing if none is within reach."""
    found = sorted((round(float(d), 3), int(n)) for n, d in zip(nodes, km, strict=True) if d < TIE_KM and allowed[n])
    return [node for _, node in found[:1]]


def _with_start(matrix: csr_array, heads: np.ndarray, cost: np.ndarray) -> csr_array:
    """One node more, from which edges lead into the graph and none back."""
    data, indices = np.concatenate((matrix.data, np.maximum(cost, 1e-6))), np.concatenate((matrix.indices, heads))
    n = matrix.shape[0] + 1
    return csr_array((data, indices, np.append(matrix.indptr, len(data))), shape=(n, n))


def _leg(matrix: csr_array, here: int, goals: np.ndarray, goal_cost: np.ndarray, limit: float) -> list[int] | None:
    """The nodes from here to the goal that is cheapest to reach, its own cost included; None if beyond the limit."""
    cost, before = dijkstra(matrix, indices=here, return_predecessors=True, limit=limit)
    total = cost[goals] + goal_cost
    if not np.isfinite(total.min()) or total.min() > limit:
        return None
    nodes = [int(goals[total.argmin()])]
    while nodes[-1] != here:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]
