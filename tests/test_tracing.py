"""The pure parts of the tracing tool, on graphs small enough to draw near the equator, where 0.01 degree is 1.11 km."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tracing.geodesy import distance_km, great_circle
from tracing.graph import Graph, Way
from tracing.sea_graph import SeaGraph
from tracing.simplify import off_chord_km, simplified
from tracing.tracer import rounded

At = tuple[float, float]
NO_VIA = np.empty((0, 2))
STEP_KM = 1.112


def draw(*rows: str) -> Graph:
    """A graph from a picture: letters are nodes 0.01 degree apart, `-` and `|` between them are edges.

    Nodes are numbered as one reads; row r lies r * 0.01 degree south of the equator.
    """
    letters = [(x, y) for y, row in enumerate(rows) for x, mark in enumerate(row) if mark.isalpha()]
    at = {place: i for i, place in enumerate(letters)}
    edges = []
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            ends = {"-": ((x - 1, y), (x + 1, y)), "|": ((x, y - 1), (x, y + 1))}.get(mark)
            edges += [(at[ends[0]], at[ends[1]])] if ends else []
    points = np.array([(x / 200, -y / 200) for x, y in at])
    pairs = np.array(edges)
    return Graph(points, pairs, distance_km(points[pairs[:, 0]], points[pairs[:, 1]]))


def between(graph: Graph, start: At, end: At, via: np.ndarray = NO_VIA, snap_km: float = 0.5) -> Way | None:
    return graph.way(np.array(start), np.array(end), via, snap_km)


TWO_PIECES = ("a-b c-d",)
SQUARE = ("a-b-c", "|   |", "d-e-f")


def test_a01_distance_of_a_degree():
    assert distance_km(np.array([0.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(111.195, abs=0.001)


def test_a02_great_circle_keeps_its_ends_and_its_step():
    line = great_circle(np.array([109.0, 34.0]), np.array([28.8, 41.0]), 100.0)
    steps = distance_km(line[:-1], line[1:])
    assert line[0].tolist() == [109.0, 34.0]
    assert line[-1].tolist() == [28.8, 41.0]
    assert steps.max() <= 100.0
    assert steps.sum() == pytest.approx(float(distance_km(line[0], line[-1])), rel=1e-9)
    assert line[:, 1].max() > 44  # it bends to the north


def test_b01_off_chord_is_measured_to_the_nearest_point_of_the_piece():
    off = off_chord_km(np.array([[0.5, 0.1], [2.0, 0.0]]), np.array([0.0, 0.0]), np.array([1.0, 0.0]))
    assert off == pytest.approx([11.1195, 111.195], rel=1e-4)


def test_b02_simplify__a_straight_line_keeps_its_ends_only():
    line = np.column_stack((np.linspace(0, 1, 11), np.zeros(11)))
    assert simplified(line, 0.1).tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_b03_simplify__a_bend_larger_than_the_tolerance_stays():
    line = np.array([[0, 0], [0.5, 0.101], [1, 0.2], [1.5, 0.101], [2, 0]])
    assert simplified(line, 1.0)[:, 0].tolist() == [0, 1, 2]


def test_b04_simplify__nothing_dropped_is_further_off_than_the_tolerance():
    x = np.linspace(0, 2, 400)
    line = np.column_stack((x, np.sin(5 * x) / 10 + np.sin(37 * x) / 200))
    kept = simplified(line, 1.0)
    nearest = np.min([off_chord_km(line, a, b) for a, b in pairwise(kept)], axis=0)
    assert len(kept) < 40
    assert nearest.max() <= 1.0


def test_b05_rounded__ends_as_given_and_no_repeats():
    line = np.array([[0.123456, 0.0], [0.20001, 0.0], [0.200011, 0.0], [0.987654, 0.0]])
    assert rounded(line)[:, 0].tolist() == [0.123456, 0.2, 0.987654]


def test_c01_join__pieces_nearer_than_the_gap_get_an_edge():
    graph = draw(*TWO_PIECES)
    assert len(set(graph.pieces)) == 2
    assert len(set(graph.joined(0.9).pieces)) == 2
    joined = graph.joined(1.2)
    assert len(set(joined.pieces)) == 1
    assert joined.edges[len(graph.edges) :].tolist() == [[1, 2]]


def test_c02_join__dead_ends_of_one_piece_too():
    graph = draw("a-b c", "|   |", "d-e-f")
    assert graph.joined(1.2).edges[len(graph.edges) :].tolist() == [[1, 2]]


def test_c03_join__other_nodes_of_one_piece_are_left_alone():
    graph = draw(*SQUARE)
    assert len(graph.joined(5.0).edges) == len(graph.edges)


def test_d01_way__shortest_of_two():
    way = between(draw(*SQUARE), (0.0, 0.0), (0.02, 0.0))
    assert way.nodes == [0, 1, 2]
    assert way.km == pytest.approx(2 * STEP_KM, rel=1e-3)


def test_d02_way__a_via_point_leads_it_round():
    way = between(draw(*SQUARE), (0.0, 0.0), (0.02, 0.0), np.array([[0.01, -0.0101]]))
    assert way.nodes == [0, 3, 4, 5, 2]


def test_d03_way__none_where_the_graph_does_not_join_the_ends():
    assert between(draw(*TWO_PIECES), (0.0, 0.0), (0.03, 0.0)) is None


def test_d04_snap__the_nearest_node_if_none_is_within_reach():
    way = between(draw("a-b-c"), (-0.02, 0.0), (0.02, 0.0))
    assert way.nodes == [0, 1, 2]
    assert way.snaps_km == pytest.approx((2 * STEP_KM, 0.0), rel=1e-3)
    assert way.km == pytest.approx(4 * STEP_KM, rel=1e-3)


def test_d05_snap__a_node_a_little_further_if_the_nearest_leads_nowhere():
    graph = draw("a b-c")
    assert between(graph, (0.003, 0.0), (0.02, 0.0)) is None
    assert between(graph, (0.003, 0.0), (0.02, 0.0), snap_km=1.0).nodes == [1, 2]


def test_d06_snap__never_leaves_the_track_to_cut_a_corner():
    way = between(draw("a-b-c-d"), (0.0, 0.0), (0.03, 0.0), snap_km=10.0)
    assert way.nodes == [0, 1, 2, 3]


def test_d07_way__an_edge_keeps_the_length_that_it_is_said_to_have():
    graph = draw("a-b")
    longer = Graph(graph.points, graph.edges, graph.km * 1.5)
    assert between(longer, (0.0, 0.0), (0.01, 0.0)).km == pytest.approx(1.5 * STEP_KM, rel=1e-3)


def test_e01_drawn_line__fills_a_gap_and_is_counted():
    graph = draw(*TWO_PIECES).with_lines([np.array([[0.01, 0.0], [0.015, 0.005], [0.02, 0.0]])])
    way = between(graph, (0.0, 0.0), (0.03, 0.0))
    assert way.drawn_km == pytest.approx(2**0.5 * STEP_KM, rel=1e-3)
    assert way.km == pytest.approx((2 + 2**0.5) * STEP_KM, rel=1e-3)


def test_e02_drawn_line__gives_bends_to_an_edge_that_keeps_its_length():
    straight = draw("a-b")
    graph = Graph(straight.points, straight.edges, straight.km * 3)
    bent = graph.with_lines([np.array([[0.0, 0.0], [0.005, 0.005], [0.01, 0.0]])])
    way = between(bent, (0.0, 0.0), (0.01, 0.0))
    assert way.km == pytest.approx(3 * STEP_KM, rel=1e-3)
    assert way.points[:, 1].max() == pytest.approx(0.005)


def test_e03_drawn_line__an_end_far_from_everything_else_is_left_free():
    graph = draw("a-b").with_lines([np.array([[0.01, 0.001], [0.01, 0.1]])])
    way = between(graph, (0.0, 0.0), (0.01, 0.1))
    assert way.km == pytest.approx(11 * STEP_KM, rel=1e-3)
    assert way.drawn_km == pytest.approx(10 * STEP_KM, rel=1e-3)
    assert between(graph, (0.01, 0.1), (0.0, 0.0)).km == pytest.approx(way.km)


def test_e04_drawn_lines__one_may_hang_on_another():
    first, second = np.array([[0.02, 0.0], [0.03, 0.0]]), np.array([[0.03, 0.001], [0.03, 0.01]])
    graph = draw("a-b").with_lines([first, second])
    assert between(graph, (0.0, 0.0), (0.03, 0.01)).km == pytest.approx(4 * STEP_KM, rel=1e-2)


def test_f01_sea__a_closed_passage_is_sailed_only_by_who_ends_there():
    lanes = draw("a-b-c", "|   |", "d   e", "|   |", "f-g-h")
    far = Graph(lanes.points * 500, lanes.edges, lanes.km * 500)  # the passage b-c is then 556 km long
    passage = np.array(["", "suez", "", "", "", "", "", ""])
    sea = SeaGraph(far, passage)
    a, c, e = far.points[[0, 2, 4]]
    round_it, to_it = sea.way(a, e, NO_VIA, 1.0), sea.way(a, c, NO_VIA, 1.0)
    assert round_it.nodes == [0, 3, 5, 6, 7, 4]
    assert sea.through(round_it) == []
    assert to_it.nodes == [0, 1, 2]
    assert sea.through(to_it) == ["suez"]
