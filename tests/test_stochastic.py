"""Stochastic user equilibrium: path sizes and shares, the paths to choose from, and where choices settle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from karvan.corridor.roads import Floats, Roads, TripClass
from karvan.flow.loads import beckmann, times
from karvan.flow.path_size import Choices, path_sizes, shares
from karvan.flow.roads.choice_set import ChoiceSets, choice_sets
from karvan.flow.roads.stochastic import StochasticLoads, stochastic
from karvan.ground.errors import InputError

ROOT = Path(__file__).parent.parent
FOUR = "1-2 5, 2-3 3, 2-4 2, 3-4 4"
FOUR_TRIPS = "1>4 100, 2>4 80, 3>4 60"


def roads(links: str, trips: str, *, ends: str = "", classes: dict[str, dict[str, float]] | None = None) -> Roads:
    """A network from a picture: `1-2 5` a link each way that takes 5, `1>2 5:100:4` one with capacity and power.

    trips: `1>4 100`, or `1>4 100 car` of a class. ends: nodes at which trips only begin and end.
    """
    drawn: list[tuple[int, int, float, float, float]] = []
    for word in filter(None, map(str.strip, links.split(","))):
        between, said = word.split()
        free, capacity, power = map(float, (said if ":" in said else f"{said}:inf:4").split(":"))
        tail, head = map(int, between.replace(">", "-").split("-"))
        drawn.append((tail, head, free, capacity, power))
        if ">" not in between:
            drawn.append((head, tail, free, capacity, power))
    tail, head, free, capacity, power = (np.array(column) for column in zip(*drawn, strict=True))
    n_nodes = int(max(tail.max(), head.max()))
    kinds = classes or {"all": {}}
    matrices = {name: np.zeros((n_nodes, n_nodes)) for name in kinds}
    for word in filter(None, map(str.strip, trips.split(","))):
        ends_of, amount, *name = word.split()
        start, end = map(int, ends_of.split(">"))
        matrices[name[0] if name else "all"][start - 1, end - 1] = float(amount)
    through = ~np.isin(np.arange(1, n_nodes + 1), [int(node) for node in ends.split()])
    zero = np.zeros(len(tail))
    return Roads(
        "drawn", np.arange(1, n_nodes + 1), n_nodes, through, tail - 1, head - 1, capacity, free,
        np.where(np.isfinite(capacity), 0.15, 0.0), power, zero, free.copy(),
        tuple(TripClass(name, matrices[name], **said) for name, said in kinds.items()),
    )  # fmt: skip


def nodes_of(sets: ChoiceSets, pair: int) -> list[str]:
    """The paths of a pair by their nodes, best first."""
    net, choices = sets.roads, sets.choices
    found = []
    for path in range(choices.first_path[pair], choices.first_path[pair + 1]):
        links = choices.parts(path)
        found.append("".join(str(net.nodes[ix]) for ix in [net.tail[links[0]], *net.head[links]]))
    return found


def listed(net: Roads) -> dict[tuple[int, int], list[tuple[float, tuple[int, ...]]]]:
    """All simple paths of each pair that has one, by plain search: cost at free flow and links, cheapest first."""

    def onward(path: tuple[int, ...], seen: tuple[int, ...], end: int) -> Iterator[tuple[int, ...]]:
        here = seen[-1]
        if here == end:
            yield path
        elif len(seen) == 1 or net.through[here]:
            for link in np.flatnonzero(net.tail == here):
                if net.head[link] not in seen:
                    yield from onward((*path, int(link)), (*seen, int(net.head[link])), end)

    found = {}
    for start, end in zip(*np.nonzero(net.classes[0].trips), strict=True):
        if start != end:
            paths = sorted((float(net.free_flow[list(way)].sum()), way) for way in onward((), (int(start),), int(end)))
            found[int(start), int(end)] = paths
    return {pair: paths for pair, paths in found.items() if paths}


def averaged(net: Roads, found: StochasticLoads, theta: float, rounds: int) -> Floats:
    """Link flows at which choices settle, by plain averages of ever more rounds (Powell and Sheffi 1982)."""
    choices, trips = found.sets.choices, found.sets.trips
    pair = choices.pair
    of_path = np.zeros((choices.n_paths, net.n_links))
    for path in range(choices.n_paths):
        of_path[path, choices.parts(path)] = 1.0
    size = path_sizes(choices, net.free_flow)
    flow = np.zeros(net.n_links)
    for nth in range(rounds):
        weight = size * np.exp(-theta * (of_path @ times(net, flow)))
        chosen = trips[pair] * weight / np.bincount(pair, weight)[pair]
        flow += (chosen @ of_path - flow) / (nth + 1)
    return flow


# Shares.


def test_a01_paths_apart_have_size_1_and_equal_paths_share_it() -> None:
    apart = Choices(np.array([0, 2]), np.array([0, 1, 3]), np.array([0, 1, 2], np.int32), 3)
    same = Choices(np.array([0, 3]), np.array([0, 2, 4, 6]), np.array([0, 1] * 3, np.int32), 3)
    assert path_sizes(apart, np.array([3.0, 1.0, 2.0])).tolist() == [1.0, 1.0]
    assert path_sizes(same, np.array([3.0, 1.0, 2.0])) == pytest.approx([1 / 3] * 3)


def test_a02_sizes_by_hand() -> None:
    """Two paths of length 10 that share 8 of it, and one apart: (8/2 + 2)/10 each, and 1."""
    three = Choices(np.array([0, 3]), np.array([0, 2, 4, 5]), np.array([0, 1, 0, 2, 3], np.int32), 4)
    size = path_sizes(three, np.array([8.0, 2.0, 2.0, 10.0]))
    assert size == pytest.approx([0.6, 0.6, 1.0])
    share, perceived = shares(three, np.full(3, 10.0), size, np.array([0.5]))
    assert share == pytest.approx([0.6 / 2.2, 0.6 / 2.2, 1 / 2.2])
    assert perceived == pytest.approx([10.0 - np.log(2.2) / 0.5])


def test_a03_no_length_at_all_and_no_parts() -> None:
    two = Choices(np.array([0, 2, 3]), np.array([0, 2, 3, 3]), np.array([0, 1, 0], np.int32), 2)
    assert path_sizes(two, np.zeros(2)) == pytest.approx([0.75, 0.5, 1.0])


def test_a04_a_part_that_comes_twice_is_one_user() -> None:
    twice = Choices(np.array([0, 2]), np.array([0, 3, 4]), np.array([0, 1, 0, 1], np.int32), 2)
    assert path_sizes(twice, np.ones(2)) == pytest.approx([(1 + 0.5 + 1) / 3, 0.5])


def test_a05_infinite_costs_have_no_share_unless_there_is_nothing_else() -> None:
    two = Choices(np.array([0, 2, 4, 4]), np.arange(5), np.arange(4, dtype=np.int32), 4)
    cost = np.array([1.0, np.inf, np.inf, np.inf])
    share, perceived = shares(two, cost, np.array([1.0, 1.0, 1.0, 0.5]), np.ones(3))
    assert share == pytest.approx([1.0, 0.0, 2 / 3, 1 / 3])
    assert perceived.tolist() == [1.0, np.inf, np.inf]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.floats(1e-9, 1e6), st.floats(0, 5))
def test_a06_shares_add_up_and_follow_costs(costs: list[float], theta: float, beta: float) -> None:
    n = len(costs)
    one = Choices(np.array([0, n]), np.arange(n + 1), np.arange(n, dtype=np.int32), n)
    share, perceived = shares(one, np.array(costs), np.ones(n), np.array([theta]), beta)
    assert share.sum() == pytest.approx(1.0)
    assert (np.diff(share[np.argsort(costs, kind="stable")]) <= 0).all()
    rounding = 1e-9 * (1 + max(costs) + np.log(n) / theta)
    assert perceived[0] <= min(costs) + rounding
    assert perceived[0] >= min(costs) - np.log(n) / theta - rounding


# The paths to choose from.


def test_b01_within_the_detour_best_first() -> None:
    sets = choice_sets(roads(FOUR, FOUR_TRIPS), 1.5, 10)
    assert [nodes_of(sets, pair) for pair in range(3)] == [["124"], ["24"], ["34", "324"]]
    assert sets.cut_off == 0


def test_b02_a_wide_detour_has_all_simple_paths() -> None:
    sets = choice_sets(roads(FOUR, FOUR_TRIPS), 100.0, 10)
    assert [nodes_of(sets, pair) for pair in range(3)] == [["124", "1234"], ["24", "234"], ["34", "324"]]


def test_b03_cut_off_is_told() -> None:
    sets = choice_sets(roads(FOUR, FOUR_TRIPS), 1.5, 1)
    assert [nodes_of(sets, pair) for pair in range(3)] == [["124"], ["24"], ["34"]]
    assert sets.cut_off == 1
    assert sets.beyond.tolist() == [np.inf, np.inf, 5.0]


def test_b04_ends_are_not_passed() -> None:
    net = roads("1-2 1, 2-3 1, 1-4 5, 4-3 5", "1>3 1, 2>3 1, 1>2 1", ends="2")
    sets = choice_sets(net, 100.0, 10)
    assert [nodes_of(sets, pair) for pair in range(3)] == [["12", "1432"], ["143"], ["23", "2143"]]


def test_b05_links_side_by_side_are_two_paths() -> None:
    net = roads("1>2 1, 1>2 1, 2>3 1", "1>3 1")
    sets = choice_sets(net, 1.0, 10)
    assert [sets.choices.parts(path).tolist() for path in range(2)] == [[0, 2], [1, 2]]


def test_b06_no_way_is_kept_apart() -> None:
    sets = choice_sets(roads("1>2 1, 3>2 1", "1>2 5, 2>1 7, 1>3 2"), 1.5, 10)
    assert sets.no_way == ((0, 0, 2, 2.0), (0, 1, 0, 7.0))
    assert sets.trips.tolist() == [5.0]


def test_b07_more_paths_than_the_first_room() -> None:
    """Twelve pairs of links side by side: 4,096 paths, all of a cost, none lost and none twice."""
    net = roads(", ".join(f"{n}>{n + 1} 1, {n}>{n + 1} 1" for n in range(1, 13)), "1>13 1")
    sets = choice_sets(net, 1.0, 5000)
    found = {tuple(sets.choices.parts(path).tolist()) for path in range(sets.choices.n_paths)}
    assert len(found) == sets.choices.n_paths == 4096
    assert choice_sets(net, 1.0, 4095).cut_off == 1


@st.composite
def networks(draw: st.DrawFn, most_nodes: int = 7, capacities: bool = False) -> Roads:
    """Some links, side by side and back again among them, some free, and some pairs."""
    n_nodes = draw(st.integers(2, most_nodes))
    node = st.integers(1, n_nodes)
    ends = st.tuples(node, node).filter(lambda ends: ends[0] != ends[1])
    links = draw(st.lists(st.tuples(ends, st.integers(0, 4)), min_size=1, max_size=18))
    said = [
        f"{a}>{b} {free}" + (f":{draw(st.integers(1, 50))}:{draw(st.sampled_from([0.5, 1, 4]))}" if capacities else "")
        for (a, b), free in links
    ]
    trips = draw(st.lists(st.tuples(ends, st.integers(1, 40)), min_size=1, max_size=6))
    shut = " ".join(map(str, draw(st.sets(node, max_size=2))))
    picture = [f"{n_nodes}>{n_nodes - 1} 9" + ":9:1" * capacities, *said]
    return roads(", ".join(picture), ", ".join(f"{a}>{b} {much}" for (a, b), much in trips), ends=shut)


@given(networks(), st.sampled_from([1.0, 1.5, 3.0, 100.0]), st.integers(1, 30))
@settings(deadline=None)
def test_b08_the_same_as_by_plain_search(net: Roads, detour: float, most: int) -> None:
    sets = choice_sets(net, detour, most)
    ways = {
        pair: [path for path in paths if path[0] <= detour * paths[0][0] * (1 + 1e-12)]
        for pair, paths in listed(net).items()
    }
    assert list(zip(sets.origin.tolist(), sets.destination.tolist(), strict=True)) == sorted(ways)
    for pair, key in enumerate(sorted(ways)):
        choices, expected = sets.choices, ways[key]
        first, end = choices.first_path[pair : pair + 2]
        found = [tuple(choices.parts(path).tolist()) for path in range(first, end)]
        costs = [float(net.free_flow[list(path)].sum()) for path in found]
        assert costs == [cost for cost, _ in expected[:most]]
        assert len(set(found)) == len(found)
        assert set(found) <= {path for _, path in expected}
        left = expected[most][0] if len(expected) > most else np.inf
        assert sets.beyond[pair] == left


# Where choices settle.


def test_c01_four_nodes() -> None:
    """The known answer of issue D: edge flows of the four-node example, both ways together."""
    found = stochastic(roads(FOUR, FOUR_TRIPS), 1.0, detour=1.5)
    edges = found.flow[0, ::2] + found.flow[0, 1::2]
    assert edges == pytest.approx([100.0, 16.13649, 196.13649, 43.86351], abs=1e-5)
    assert found.converged
    assert found.gap < 1e-12


@pytest.mark.parametrize("theta", [0.01, 0.3, 1.0, 10.0, 300.0])
def test_c02_two_links_side_by_side(theta: float) -> None:
    """One equation in one unknown, solved by another's solver."""
    net = roads("1>2 10:60:4, 1>2 12:40:4", "1>2 100")

    def off(flow: float) -> float:
        first, second = times(net, np.array([flow, 100.0 - flow]))
        return np.log(flow / (100.0 - flow)) + theta * (first - second)

    found = stochastic(net, theta, gap=1e-12)
    assert found.converged
    assert found.flow[0, 0] == pytest.approx(brentq(off, 1e-9, 100 - 1e-9, xtol=1e-12), rel=1e-9)


def test_c03_shared_links_count_in_path_sizes_and_the_plain_logit_takes_no_notice() -> None:
    """Three ways of length 10, two of them the same but for the last 2: sizes 0.6, 0.6 and 1."""
    net = roads("1>2 8, 2>3 2, 2>3 2, 1>3 10", "1>3 22")
    assert stochastic(net, 1.0).flow[0] == pytest.approx([12.0, 6.0, 6.0, 10.0])
    assert stochastic(net, 1.0, beta=0.0).flow[0] == pytest.approx([44 / 3, 22 / 3, 22 / 3, 22 / 3])


GRID = ", ".join(
    f"{a}-{b} {3 + (7 * a + b) % 4}:{20 + 5 * (a % 3)}:4"
    for a, b in [(1, 2), (2, 3), (4, 5), (5, 6), (7, 8), (8, 9), (1, 4), (4, 7), (2, 5), (5, 8), (3, 6), (6, 9)]
)
GRID_TRIPS = "1>9 40, 3>7 30, 4>6 20, 9>1 10"


@pytest.mark.parametrize("theta", [0.05, 0.5])
def test_c04_the_same_as_by_plain_averages(theta: float) -> None:
    net = roads(GRID, GRID_TRIPS)
    found = stochastic(net, theta, gap=1e-10)
    assert found.converged
    assert found.volume == pytest.approx(averaged(net, found, theta, 20_000), abs=2e-2)


def test_c05_objective_and_bound_meet() -> None:
    found = stochastic(roads(GRID, GRID_TRIPS), 0.5, gap=1e-10)
    assert found.bound <= found.steps[-1].objective * (1 + 1e-12)
    assert found.steps[-1].objective - found.bound <= 1e-9 * abs(found.bound)
    settled = [step.objective for step in stochastic(roads(GRID, GRID_TRIPS), 0.5, gap=1e-10).steps]
    same_paths = settled[-4:]
    assert all(after <= before * (1 + 1e-12) for before, after in pairwise(same_paths))


def test_c06_theta_to_nothing_is_shares_of_sizes() -> None:
    net = roads("1>2 8:5:4, 2>3 2:5:4, 2>3 2:5:4, 1>3 10:5:4", "1>3 22")
    assert stochastic(net, 1e-12).flow[0] == pytest.approx([12.0, 6.0, 6.0, 10.0])


def test_c07_theta_to_infinity_is_the_user_equilibrium() -> None:
    from karvan.flow.roads.equilibrium import equilibrium

    net = roads(GRID, GRID_TRIPS)
    exact = equilibrium(net, 1e-10).volume
    least = beckmann(net, exact).sum()
    off = []
    for theta in (0.3, 3.0, 30.0, 300.0):
        found = stochastic(net, theta, most_iterations=1000)
        assert found.converged
        off.append(float(beckmann(net, found.volume).sum() / least - 1))
    assert off == sorted(off, reverse=True)
    assert 0 < off[-1] < 2e-6
    assert np.abs(found.volume - exact).sum() < 0.01 * exact.sum()


def test_c08_braess_finds_the_way_that_congestion_opens() -> None:
    """Of one path kept at free flow; the others come when it is full, and with a high theta each has 2 of 6 trips."""
    net = roads("1>2 1, 1>3 1, 2>4 1, 3>4 1, 2>3 1", "1>4 6")
    net = replace(
        net, free_flow=np.array([1e-8, 50.0, 50.0, 1e-8, 10.0]), b=np.array([1e9, 0.02, 0.02, 1e9, 0.1]),
        capacity=np.ones(5), power=np.ones(5),
    )  # fmt: skip
    found = stochastic(net, 100.0, most_paths=1, most_iterations=1000)
    assert found.converged
    assert found.sets.added == 2
    assert found.flow[0] == pytest.approx([4.0, 2.0, 2.0, 4.0, 2.0], abs=0.01)


def test_c09_not_settled_is_an_answer() -> None:
    found = stochastic(roads(GRID, GRID_TRIPS), 5.0, gap=1e-12, most_iterations=2)
    assert not found.converged
    assert len(found.steps) == 2
    assert np.isfinite(found.flow).all()
    assert found.gap > 1e-12


def test_c10_no_gap_at_all_ends() -> None:
    found = stochastic(roads(GRID, GRID_TRIPS), 0.5, gap=0.0, most_iterations=60)
    assert found.gap < 1e-12


def test_c11_nothing_to_do() -> None:
    for trips in ("", "2>2 5"):
        found = stochastic(roads(FOUR, trips), 1.0)
        assert found.converged
        assert not found.flow.any()
        assert np.isnan(found.perceived).all()


def test_c11b_no_class_and_a_class_without_trips() -> None:
    net = roads("1>2 1", "1>2 3 a", classes={"a": {}, "b": {}})
    assert stochastic(replace(net, classes=()), 1.0).flow.shape == (0, 1)
    assert stochastic(net, {"a": 1.0, "b": 2.0}, threads=3).flow.tolist() == [[3.0], [0.0]]


def test_c12_no_way_is_unserved_and_the_others_go() -> None:
    found = stochastic(roads("1>2 1:10:4, 3>2 1", "1>2 5, 2>1 7"), 1.0)
    assert found.flow[0].tolist() == [5.0, 0.0]
    assert [tuple(lost) for lost in found.unserved] == [("all", 2, 1, 7.0, "no way")]
    assert np.isinf(found.perceived[0, 1, 0])
    assert np.isnan(found.perceived[0, 0, 2])


def test_c13_one_path_only_costs_what_it_costs() -> None:
    found = stochastic(roads("1>2 1:10:4", "1>2 20"), 1.0)
    assert found.perceived[0, 0, 1] == pytest.approx(1 + 0.15 * 2**4)
    assert found.steps[-1].total == pytest.approx(20 * 3.4)


def test_c14_classes_share_links_and_mind_each_their_own() -> None:
    """Who minds tolls keeps off the link that has one; a lorry takes 3 of a car."""
    kinds = {"car": {}, "thrifty": {"toll_weight": 1.0}, "lorry": {"pce": 3.0}}
    net = roads("1>2 10:50:4, 1>2 10:50:4", "1>2 20 car, 1>2 20 thrifty, 1>2 10 lorry", classes=kinds)
    net = replace(net, toll=np.array([4.0, 0.0]))
    found = stochastic(net, {"car": 1.0, "thrifty": 1.0, "lorry": 0.1}, gap=1e-12)
    assert found.converged
    first, second = times(net, np.array([1.0, 1.0, 3.0]) @ found.flow)
    for flow, theta, toll in zip(found.flow, found.theta, (0.0, 4.0, 0.0), strict=True):
        assert np.log(flow[0] / flow[1]) == pytest.approx(theta * (second - first - toll), abs=1e-9)
    assert found.flow.sum(axis=1) == pytest.approx([20, 20, 10])
    assert found.flow[1, 0] < 0.1 * found.flow[0, 0]
    assert found.steps[-1].objective - found.bound <= 1e-9 * abs(found.bound)


def test_c15_all_that_makes_no_sense_is_told_at_once() -> None:
    net = roads(FOUR, FOUR_TRIPS)
    for theta in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="theta of all") as told:
            stochastic(net, theta)
        assert told.value.exit_code == 3
    with pytest.raises(InputError) as told:
        stochastic(net, {"cars": 1.0}, detour=0.9, most_paths=0, beta=-1, gap=np.nan, most_iterations=0, threads=0)
    assert len(told.value.problems) == 8


def test_c16_capacities_next_to_nothing_give_no_nan() -> None:
    found = stochastic(roads("1>2 1:1e-300:4, 1>2 2:1e-300:4", "1>2 20"), 1.0, most_iterations=5)
    assert np.isfinite(found.flow).all()
    assert found.flow.sum() == pytest.approx(20)
    assert not np.isnan([tuple(step) for step in found.steps]).any()


def test_c17_paths_add_up_to_flows() -> None:
    found = stochastic(roads(GRID, GRID_TRIPS), 0.5, keep_paths=True)
    assert found.used_paths is not None
    again = np.zeros(found.roads.n_links)
    for path, trips in enumerate(found.used_paths.trips):
        again[found.used_paths.links[found.used_paths.first[path] : found.used_paths.first[path + 1]]] += trips
    assert again == pytest.approx(found.flow[0])
    assert stochastic(roads(GRID, GRID_TRIPS), 0.5).used_paths is None


def test_c18_watched_step_by_step() -> None:
    heard: list[float] = []
    found = stochastic(roads(GRID, GRID_TRIPS), 0.5, watch=lambda step: heard.append(step.gap))
    assert heard == [step.gap for step in found.steps]


@given(networks(capacities=True), st.sampled_from([0.01, 0.3, 2.0]))
@settings(deadline=None, max_examples=60)
def test_d01_on_any_network(net: Roads, theta: float) -> None:
    """Settled, conserved, chosen again the same, no cheaper path left out, and the two bounds meet."""
    found = stochastic(net, theta, gap=1e-8, most_iterations=500)
    assert found.converged
    choices, trips = found.sets.choices, found.sets.trips
    assert np.bincount(choices.pair, found.share, choices.n_pairs) == pytest.approx(np.ones(choices.n_pairs))
    balance = np.zeros(net.n_nodes)
    np.add.at(balance, net.tail, found.flow[0])
    np.subtract.at(balance, net.head, found.flow[0])
    np.subtract.at(balance, found.sets.origin, trips)
    np.add.at(balance, found.sets.destination, trips)
    assert balance == pytest.approx(np.zeros(net.n_nodes), abs=1e-9 * (1 + trips.sum()))
    if choices.n_pairs:
        cost = choices.sums(found.time)
        again, perceived = shares(choices, cost, found.sets.sizes, np.full(choices.n_pairs, theta))
        assert (trips[choices.pair] * np.abs(again - found.share)).sum() <= 1.001e-8 * trips.sum()
        assert found.perceived[0][found.sets.origin, found.sets.destination] == pytest.approx(perceived)
        assert found.steps[-1].objective - found.bound <= 1e-6 * (1 + abs(found.bound))
        for pair, key in enumerate(zip(found.sets.origin.tolist(), found.sets.destination.tolist(), strict=True)):
            least = min(found.time[list(way)].sum() for _, way in listed(net)[key])
            first, end = choices.first_path[pair : pair + 2]
            assert cost[first:end].min() <= least * (1 + 1e-6) + 1e-9


UNCOMPILED = """
import json
from test_stochastic import settled_grid
print(json.dumps(settled_grid()))
"""


def settled_grid() -> list[float]:
    """Flows and perceived costs, of sets that are cut off and grow."""
    found = stochastic(roads(GRID, GRID_TRIPS), 0.5, most_paths=3, gap=1e-10)
    assert found.sets.cut_off
    return [*found.flow[0], *found.perceived[0][found.sets.origin, found.sets.destination]]


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is uncompiled itself")
def test_d02_the_same_uncompiled() -> None:
    """Of each kernel; but for the last digit, as logarithms are another library's."""
    words = [sys.executable, "-W", "error", "-c", UNCOMPILED]
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run(words, check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout) == pytest.approx(settled_grid(), rel=1e-9)


def test_d03_the_same_bits_on_two_threads_and_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("karvan.flow.roads.fixed_point.LEAST_PARTS", 1)
    one, two = (stochastic(roads(GRID, GRID_TRIPS), 0.5, threads=threads) for threads in (1, 2))
    assert (one.flow == two.flow).all()
    assert one.steps == two.steps
    monkeypatch.undo()
    assert stochastic(roads(GRID, GRID_TRIPS), 0.5).flow == pytest.approx(one.flow, rel=1e-6)
