"""User equilibrium and system optimum: pictures, known answers, odd functions, and what holds on any network."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.corridor.roads import Roads, TripClass
from karvan.flow.loads import Loads, Step, beckmann, times
from karvan.flow.roads.all_or_nothing import Loading, all_or_nothing
from karvan.flow.roads.equilibrium import equilibrium
from karvan.flow.roads.frank_wolfe import frank_wolfe
from karvan.flow.roads.net import sort
from karvan.flow.roads.skims import skims
from karvan.ground.errors import InputError

Method = Callable[..., Loads]
BOTH = pytest.mark.parametrize("method", [equilibrium, frank_wolfe])
COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
EXAMPLES = 60 if COMPILED else 4


def drawn(picture: str, trips: str, *, ends: str = "", **weights: float) -> Roads:
    """A network as lines `from to  free b capacity power toll length` (the last five may be left out), trips as
    `from to number`; places with trips are zones, and those in `ends` are not passed."""
    rows = [line.split() for line in picture.strip().splitlines()]
    wanted = [line.split() for line in trips.strip().splitlines()]
    zones = sorted({place for row in wanted for place in row[:2]})
    places = zones + sorted({place for row in rows for place in row[:2]} - set(zones))
    ix = {place: at for at, place in enumerate(places)}
    number = np.array([[*map(float, row[2:]), *(0.0, 1.0, 1.0, 0.0, 1.0)[len(row) - 3 :]] for row in rows])
    matrix = np.zeros((len(zones), len(zones)))
    for origin, destination, some in wanted:
        matrix[ix[origin], ix[destination]] = float(some)
    free, b, capacity, power, toll, length = number.T
    return Roads(
        "picture", 1 + np.arange(len(places)), len(zones), np.array([place not in ends.split() for place in places]),
        np.array([ix[row[0]] for row in rows]), np.array([ix[row[1]] for row in rows]),
        capacity, free, b, power, toll, length, (TripClass("car", matrix, **weights),),
    )  # fmt: skip


BRAESS = """
    A B  1e-8 1e9
    A C  50 0.02
    B C  10 0.1
    B D  50 0.02
    C D  1e-8 1e9
"""


@BOTH
def test_a01_braess(method: Method) -> None:
    """Braess (1968): six units, two on each of three paths, 92 each; without the link in the middle 83."""
    roads = drawn(BRAESS, "A D 6")
    loads = method(roads, 1e-10)
    assert loads.converged
    assert loads.flow[0] == pytest.approx([4, 2, 2, 2, 4], abs=1e-4)
    assert loads.steps[-1].total == pytest.approx(552, abs=1e-4)
    assert skims(loads)["cost"][0, 1] == pytest.approx(92, abs=1e-4)
    assert method(roads, 1e-10, optimum="system").total_time == pytest.approx(498, abs=1e-6)
    assert method(drawn(BRAESS.replace("    B C  10 0.1\n", ""), "A D 6"), 1e-10).total_time == pytest.approx(498)


@BOTH
@pytest.mark.parametrize("power", [0.5, 1, 2, 4, 7.5])
def test_a02_pigou(method: Method, power: float) -> None:
    """Pigou (1920): a road that takes x ** power beside one that takes 1. Alone everybody takes the first."""
    roads = drawn(f"A B 1e-9 1e9 1 {power}\nA C 0.5\nC B 0.5", "A B 1")
    assert method(roads, 1e-9).flow[0, 0] == pytest.approx(1, abs=1e-4)
    best = (power + 1) ** (-1 / power)
    together = method(roads, 1e-9, optimum="system")
    assert together.flow[0, 0] == pytest.approx(best, abs=1e-4)
    assert together.total_time == pytest.approx(best ** (power + 1) + 1 - best, abs=1e-7)


@BOTH
def test_a03_a_power_below_one_rises_infinitely_fast_at_first(method: Method) -> None:
    """1 + sqrt x against 2: x is 1, and 4 / 9 for all together; then against 1.5 + sqrt y with x + y = 2."""
    roads = drawn("A B 1 1 1 0.5\nA C 1\nC B 1", "A B 4")
    assert method(roads, 1e-10).flow[0] == pytest.approx([1, 3, 3], abs=1e-4)
    assert method(roads, 1e-10, optimum="system").flow[0] == pytest.approx([4 / 9, 32 / 9, 32 / 9], abs=1e-4)
    other = drawn("A B 1 1 1 0.5\nA C 0\nC B 1.5 0.6666666666666666 1 0.5", "A B 2")
    root = (np.sqrt(15) - 1) / 4
    assert method(other, 1e-11).flow[0, 1] == pytest.approx(root**2, abs=1e-5)


def test_a04_a_way_that_is_worth_a_trickle_only() -> None:
    """1 + sqrt x against 1.0001: a part in 1e8."""
    loads = equilibrium(drawn("A B 1 1 1 0.5\nA C 1\nC B 0.0001", "A B 1"), 1e-13)
    assert loads.converged
    assert loads.flow[0, 0] == pytest.approx(1e-8, rel=1e-3)


@BOTH
@pytest.mark.parametrize("optimum", ["user", "system"])
def test_b01_flat_functions(method: Method, optimum: str) -> None:
    """No b, power 0, no limit, no time at all: constant costs, the cheapest takes all."""
    roads = drawn("A B 3 0 1 4\nA C 1 1 1 0\nC B 0 5 2 3\nA D 9 0.15 inf 4\nD B 0", "A B 2\nB A 1\nB B 5")
    back = {"tail": 1, "head": 0, "capacity": np.inf, "free_flow": 0, "b": 1, "power": 0.5, "toll": 0, "length": 1}
    roads = replace(roads, **{name: np.append(getattr(roads, name), value) for name, value in back.items()})
    loads = method(roads, 0.0, optimum=optimum)
    assert loads.converged
    assert loads.flow[0].tolist() == [0, 2, 2, 0, 0, 1]
    assert loads.steps[-1] == Step(0.0, 4.0, 4.0)


def test_b02_high_powers_and_volumes_far_over_capacity() -> None:
    """Two ways of power 16 from 100 times their capacity: no number overflows, and they are shared."""
    roads = drawn("A B 1 1 1 16\nA C 1 1 2 16\nC B 0", "A B 300")
    loads = equilibrium(roads, 1e-10)
    assert loads.converged
    assert loads.flow[0, :2] == pytest.approx([100, 200], rel=1e-6)
    absurd = equilibrium(replace(roads, capacity=roads.capacity * 1e-12), 1e-10)
    assert absurd.converged
    assert absurd.flow[0, :2] == pytest.approx([100, 200], rel=1e-6)


@BOTH
@pytest.mark.skipif(not COMPILED, reason="numpy warns of the overflow that the compiled kernel cuts off")
def test_b03_times_beyond_all_numbers_are_refused(method: Method) -> None:
    roads = drawn("A B 1 1 1e-30 16\nA C 1 1 1e-30 16\nC B 0", "A B 300")
    with pytest.raises(InputError, match=r"capacity \| found 1e-30 under a flow of .* \| give it in the trips' unit"):
        method(roads)


def test_c01_ends_are_not_passed() -> None:
    roads = drawn("A B 1\nB C 1\nA D 5\nD C 5", "A C 7\nA B 1\nB C 2", ends="A B C")
    assert all_or_nothing(roads)[0].tolist() == [1, 2, 7, 7]
    assert equilibrium(roads).flow[0].tolist() == [1, 2, 7, 7]
    assert all_or_nothing(replace(roads, through=np.ones(4, bool)))[0].tolist() == [8, 9, 0, 0]
    assert skims(equilibrium(roads))["cost"][0].tolist() == [0, 1, 10]


@BOTH
def test_c02_no_way_is_an_answer(method: Method) -> None:
    """B is a dead end, C has no connector, and what stays in its zone is on no link."""
    roads = drawn("A B 1\nA D 1\nD B 1", "A B 3\nB A 2\nA C 4\nC B 0.5\nA A 9")
    loads = method(roads)
    told = [(one.origin, one.destination, one.trips, one.reason) for one in loads.unserved]
    assert told == [(1, 3, 4.0, "no way"), (2, 1, 2.0, "no way"), (3, 2, 0.5, "no way")]
    assert loads.flow[0].tolist() == [3, 0, 0]
    assert loads.steps[-1].total == 3
    assert np.isinf(skims(loads)["time"][1, 0])


@BOTH
def test_c03_no_trips(method: Method) -> None:
    roads = drawn("A B 1", "A B 0")
    loads = method(roads)
    assert loads.converged
    assert loads.steps == (Step(0.0, 0.0, 0.0),)
    assert not loads.flow.any()
    nobody = method(replace(roads, classes=()))
    assert nobody.converged
    assert nobody.flow.shape == (0, 1)


@BOTH
def test_c04_a_gap_out_of_reach_is_told(method: Method) -> None:
    roads = drawn(BRAESS, "A D 6")
    loads = method(roads, 1e-15, 2)
    assert not loads.converged
    assert len(loads.steps) == 2
    assert np.isfinite(loads.flow).all()
    assert 1e-15 < loads.gap < 1
    seen: list[Step] = []
    assert method(roads, 1e-15, 2, watch=seen.append).steps == tuple(seen) == loads.steps


@BOTH
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"gap": -1e-6}, "gap \\| found -1e-06"),
        ({"gap": float("nan")}, "gap \\| found nan"),
        ({"most_iterations": 0}, "most_iterations \\| found 0"),
        ({"optimum": "both"}, "optimum \\| found 'both'"),
    ],
)
def test_c05_requests_that_cannot_be(method: Method, asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        method(drawn("A B 1", "A B 1"), **asked)


def test_d01_classes_share_links_and_mind_tolls() -> None:
    """Cars mind a toll of 1 as 1, lorries (pce 2) as 4, against 3 more on the free way: only cars pay.

    The toll road takes 1 + x / 10, x at most 20 from ten cars; so all cars stay, and no lorry comes.
    """
    roads = drawn("A B 1 1 10 1 1\nA C 4\nC B 0", "A B 10", toll_weight=1)
    lorry = TripClass("lorry", roads.classes[0].trips / 2, pce=2, toll_weight=4)
    loads = equilibrium(replace(roads, classes=(*roads.classes, lorry)), 1e-12)
    assert loads.flow == pytest.approx(np.array([[10, 0, 0], [0, 5, 5]]))
    assert loads.steps[-1].total == pytest.approx(10 * (2 + 1) + 2 * 5 * 4)
    assert loads.volume.tolist() == [10, 10, 10]
    assert skims(loads)["lorry_cost"][0, 1] == 4
    assert skims(loads)["car_toll"][0, 1] == 1


def random_city(
    seed: int, n_zones: int = 4, n_nodes: int = 9, n_classes: int = 1, *, odd: bool = True, crowd: float = 0.5
) -> Roads:
    """A random network: a ring that connects all, and links across; functions of every kind if `odd`."""
    rng = np.random.default_rng(seed)
    ring = rng.permutation(n_nodes)
    more = rng.integers(0, n_nodes, (2, 2 * n_nodes))
    more = more[:, more[0] != more[1]]
    tail, head = np.concatenate([ring, more[0]]), np.concatenate([np.roll(ring, -1), more[1]])
    n = len(tail)
    power = rng.choice([0.0, 0.5, 1.0, 2.5, 4.0, 9.0], n) if odd else np.full(n, 4.0)
    classes = tuple(
        TripClass(
            f"class {ix}",
            rng.integers(0, 9, (n_zones, n_zones)) * crowd / n_classes,
            pce=1.0 + 0.5 * ix,
            toll_weight=0.5 * ix,
        )
        for ix in range(n_classes)
    )
    through = np.ones(n_nodes, bool)
    through[:n_zones] = rng.random(n_zones) < 0.7 if odd else True
    return Roads(
        "random", 10 + np.arange(n_nodes), n_zones, through, tail, head,
        np.where(rng.random(n) < 0.1 * odd, np.inf, rng.uniform(5, 20, n)), rng.integers(0 if odd else 1, 9, n) * 1.0,
        np.where(rng.random(n) < 0.1 * odd, 0.0, rng.uniform(0.1, 1, n)), power, rng.integers(0, 4, n) * 1.0,
        np.ones(n), classes,
    )  # fmt: skip


def distances(roads: Roads, cost: np.ndarray) -> np.ndarray:
    """Between all zones, by Bellman and Ford: rounds over all links."""
    found = np.full((roads.n_zones, roads.n_nodes), np.inf)
    for zone in range(roads.n_zones):
        far = found[zone]
        far[zone] = 0.0
        leaves = roads.through[roads.tail] | (roads.tail == zone)
        for _ in range(roads.n_nodes):
            np.minimum.at(far, roads.head[leaves], (far[roads.tail] + cost)[leaves])
    return found[:, : roads.n_zones]


SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(1, 3), st.sampled_from(["user", "system"]))
@settings(deadline=None, max_examples=EXAMPLES)
def test_e01_nobody_does_better_on_another_path(seed: int, n_classes: int, optimum: Any) -> None:
    """Wardrop (1952): a path with trips costs what the cheapest does; trips are kept; the gap bounds the objective."""
    roads = random_city(seed, n_classes=n_classes)
    loads = equilibrium(roads, 1e-9, 2000, optimum, keep_paths=True)
    assert loads.converged
    assert loads.used_paths is not None
    charged = roads if optimum == "user" else replace(roads, b=roads.b * (roads.power + 1))
    time = times(charged, loads.volume)
    lost = {(one.trip_class, one.origin, one.destination) for one in loads.unserved}
    flow, used = np.zeros_like(loads.flow), loads.used_paths
    excess = 0.0
    for ix, of in enumerate(roads.classes):
        cost = time + roads.fixed(of)
        far = distances(roads, cost)
        trips, mine = np.zeros_like(of.trips), np.flatnonzero(used.trip_class == ix)
        np.add.at(trips, (used.origin[mine], used.destination[mine]), used.trips[mine])
        due = of.trips * (1 - np.eye(roads.n_zones))
        for origin, destination in np.argwhere(np.isinf(far) & (due > 0)):
            assert (of.name, roads.zones[origin], roads.zones[destination]) in lost
            due[origin, destination] = 0.0
        assert trips == pytest.approx(due, rel=1e-12)
        more = used.sums(cost)[mine] - far[used.origin[mine], used.destination[mine]]
        assert (more > -1e-9).all()
        excess += of.pce * float(used.trips[mine] @ more)
    for path in range(len(used)):
        links = used.links[used.first[path] : used.first[path + 1]]
        assert roads.tail[links[0]] == used.origin[path]
        assert roads.head[links[-1]] == used.destination[path]
        assert (roads.head[links[:-1]] == roads.tail[links[1:]]).all()
        assert roads.through[roads.tail[links[1:]]].all()
        flow[used.trip_class[path], links] += used.trips[path]
    assert loads.flow == pytest.approx(flow, rel=1e-12)
    last = loads.steps[-1]
    assert excess <= (1e-9 + 1e-12) * last.total
    least = last.objective - last.gap * last.total
    for step in loads.steps:
        assert step.objective >= least - 1e-9 * last.objective
        assert step.objective - last.objective <= step.gap * step.total + 1e-9 * last.objective


@given(SEEDS, st.integers(1, 2))
@settings(deadline=None, max_examples=EXAMPLES // 2)
def test_e02_frank_wolfe_comes_to_the_same(seed: int, n_classes: int) -> None:
    roads = random_city(seed, n_classes=n_classes, odd=False)
    one, other = equilibrium(roads, 1e-10), frank_wolfe(roads, 1e-6, 5000)
    assert one.converged
    last = one.steps[-1]
    for step in other.steps:
        assert step.objective >= last.objective - 1e-9 * last.objective
        assert step.objective - last.objective <= step.gap * step.total + 1e-9 * last.objective
    if other.converged:
        assert other.steps[-1].objective == pytest.approx(last.objective, rel=2e-6)
    assert other.flow.sum() > 0


@given(SEEDS)
@settings(deadline=None, max_examples=EXAMPLES // 2)
def test_e03_the_order_of_links_and_the_number_of_threads_do_not_matter(seed: int) -> None:
    roads = random_city(seed, odd=False)
    order = np.random.default_rng(seed).permutation(roads.n_links)
    names = ("tail", "head", "capacity", "free_flow", "b", "power", "toll", "length")
    other = replace(roads, **{name: getattr(roads, name)[order] for name in names})
    here, there = equilibrium(roads, 1e-13), equilibrium(other, 1e-13)
    assert there.time == pytest.approx(here.time[order], rel=1e-6)
    # Where a link is all but empty its time does not rise, and tells nothing of its volume.
    rising = (here.time > roads.free_flow * (1 + 1e-6))[order]
    assert there.volume[rising] == pytest.approx(here.volume[order][rising], rel=1e-4, abs=1e-4)
    assert there.steps[-1].objective == pytest.approx(here.steps[-1].objective, rel=1e-9)
    one, two = frank_wolfe(roads, 1e-4, threads=1), frank_wolfe(roads, 1e-4, threads=2)
    assert one.flow.tobytes() == two.flow.tobytes()
    assert one.steps == two.steps
    assert equilibrium(roads, 1e-8).flow.tobytes() == equilibrium(roads, 1e-8).flow.tobytes()
    for name, matrix in skims(one, 1).items():
        assert matrix.tobytes() == skims(one, 2)[name].tobytes()


@given(SEEDS)
@settings(deadline=None, max_examples=EXAMPLES // 2)
def test_e04_where_times_do_not_rise_both_optima_are_the_same(seed: int) -> None:
    roads = random_city(seed)
    roads = replace(roads, b=np.zeros(roads.n_links))
    alone, together = equilibrium(roads, 0.0), equilibrium(roads, 0.0, optimum="system")
    assert alone.flow.tobytes() == together.flow.tobytes()
    assert len(alone.steps) == 1
    assert alone.flow.tobytes() == frank_wolfe(roads, 0.0).flow.tobytes() or alone.total_time == pytest.approx(
        frank_wolfe(roads, 0.0).total_time
    )


@given(SEEDS)
@settings(deadline=None, max_examples=EXAMPLES)
def test_e05_a_tree_that_is_mended_is_as_short_as_one_that_is_grown(seed: int) -> None:
    """At costs that change by little or by much, some of them 0; and trips of each pair go all the way."""
    roads = random_city(seed, n_zones=8, n_nodes=30, n_classes=2)
    links, rng = sort(roads), np.random.default_rng(seed)
    time = roads.free_flow[links.order]
    with Loading(links) as loading:
        for spread in (0.0, 0.0, 0.01, 1.0, 3.0, 0.0):
            now = time * np.exp(rng.normal(0, spread, len(time)))
            flow, least = loading(now)
            grown, least_grown = Loading(links)(now, anew=True)
            assert least.tobytes() == least_grown.tobytes()
            cost = np.empty_like(now)
            cost[links.order] = now
            pairs = np.repeat(links.origins, np.diff(links.first)), links.destination
            of = np.repeat(links.trip_class, np.diff(links.first))
            for ix, some in enumerate(roads.classes):
                far = distances(roads, cost + roads.fixed(some))[pairs]
                assert least[of == ix] == pytest.approx(far[of == ix], rel=1e-12)
            there = np.isfinite(least)
            assert ((now + links.minded) * flow).sum() == pytest.approx(least[there] @ links.trips[there])
            assert ((now + links.minded) * grown).sum() == pytest.approx(least[there] @ links.trips[there])


@given(SEEDS)
@settings(deadline=None, max_examples=EXAMPLES // 2)
def test_e06_skims_are_of_the_cheapest_path(seed: int) -> None:
    roads = random_city(seed, n_classes=2)
    loads = equilibrium(roads, 1e-3)
    found = skims(loads)
    for of in roads.classes:
        far = distances(roads, loads.time + roads.fixed(of))
        assert found[f"{of.name}_cost"] == pytest.approx(far, rel=1e-12)
        minded = of.toll_weight * np.nan_to_num(found[f"{of.name}_toll"], posinf=0.0)
        assert found[f"{of.name}_cost"] == pytest.approx(found[f"{of.name}_time"] + minded, rel=1e-12)


@pytest.mark.skipif(not COMPILED, reason="takes long")
@pytest.mark.parametrize("seed", [0, 23, 106, 112, 194, 233])
def test_e07_classes_that_must_change_places_on_crowded_links(seed: int) -> None:
    """Far too many trips of three classes that mind tolls differently: slow in the last digits, never wrong."""
    roads = random_city(seed, n_classes=3, crowd=3.0)
    loads = equilibrium(roads, 1e-5)
    assert loads.converged
    further = equilibrium(roads, 1e-9, 1000)
    assert np.isfinite(further.flow).all()
    assert further.steps[-1].objective <= loads.steps[-1].objective * (1 + 1e-12)
    assert loads.steps[-1].objective - further.steps[-1].objective <= loads.gap * loads.steps[-1].total


def test_f01_paths_over_a_link() -> None:
    loads = equilibrium(drawn(BRAESS, "A D 6"), 1e-12, keep_paths=True)
    used = loads.used_paths
    assert used is not None
    assert len(used) == 3
    middle = used.over(2)
    assert used.trips[middle] == pytest.approx([2])
    assert used.links[used.first[middle[0]] : used.first[middle[0] + 1]].tolist() == [0, 2, 4]
    assert used.sums(loads.time) == pytest.approx([92, 92, 92])


def test_f02_many_paths_need_more_room() -> None:
    """Twelve stretches in a row with three ways each, so that the first room is too little several times."""
    steps = 12
    stretch = [(at, way) for at in range(steps) for way in range(3)]
    picture = "".join(f"N{at} M{at}{way} {1 + 0.1 * way * at} 1 1 4\nM{at}{way} N{at + 1} 0\n" for at, way in stretch)
    loads = equilibrium(drawn(picture, f"N0 N{steps} 9"), 1e-10, keep_paths=True)
    assert loads.converged
    assert loads.used_paths is not None
    assert len(loads.used_paths) > 3
    through = loads.flow[0].reshape(steps, 3, 2)
    assert through.sum(axis=1) == pytest.approx(np.full((steps, 2), 9.0))
    time = loads.time.reshape(steps, 3, 2).sum(axis=2)
    assert time == pytest.approx(np.broadcast_to(time[:, :1], time.shape), rel=1e-5)


def test_f03_objective_of_the_loads_is_that_of_the_last_step() -> None:
    loads = equilibrium(random_city(7), 1e-6)
    assert beckmann(loads.roads, loads.volume).sum() == pytest.approx(loads.steps[-1].objective, rel=1e-12)
    assert loads.volume @ loads.time == pytest.approx(loads.steps[-1].total, rel=1e-12)


@pytest.mark.skipif(not COMPILED, reason="this run is uncompiled itself")
@pytest.mark.long
def test_g01_the_same_cases_uncompiled() -> None:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", __file__]
    root = Path(__file__).parents[1]
    env = os.environ | {
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root / "tools")]),
    }
    done = subprocess.run(words, check=False, env=env, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
