"""The best flow within hard capacities: pictures worked by hand, and what must hold, against another solver.

A line of a picture is `tail > head  cost @ capacity`, capacities without end unless said; trips are `from > to  trips`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_matrix, hstack, vstack

from karvan.corridor.roads import Roads, TripClass
from karvan.flow.loads import Step
from karvan.flow.programme.column import Column, Columns
from karvan.flow.programme.generation import Optimum, column_generation
from karvan.flow.programme.programme import Activities, Activity
from karvan.flow.roads.optimum import dearest, optimum
from karvan.flow.roads.ways import Trips, Ways
from karvan.ground.errors import InputError

TESTS = Path(__file__).parent
INF = np.inf


def picture(links: str, *classes: str, through: str = "", **more: float) -> Roads:
    """A network drawn in text; `through` names the nodes that may not be passed."""
    rows = [line.replace(">", " ").replace("@", " ").split() for line in links.strip().splitlines()]
    tail, head = (np.array([int(row[at]) - 1 for row in rows]) for at in (0, 1))
    demand = [[line.replace(">", " ").split() for line in text.strip().splitlines()] for text in classes]
    ends = [int(word) for trips in demand for row in trips for word in row[:2]]
    n = max([*(tail + 1), *(head + 1), *ends])
    tables = np.zeros((len(classes), n, n))
    for trips, table in zip(demand, tables, strict=True):
        for start, end, count in trips:
            table[int(start) - 1, int(end) - 1] = float(count)
    passed = np.ones(n, dtype=bool)
    passed[[int(word) - 1 for word in through.split()]] = False
    zero = np.zeros(len(rows))
    return Roads(
        "picture", np.arange(1, n + 1), n, passed, tail, head,
        np.array([float(row[3]) if len(row) > 3 else INF for row in rows]),
        np.array([float(row[2]) for row in rows]), zero, zero, zero, zero + 1,
        tuple(TripClass(f"c{nth}", table, **more) for nth, table in enumerate(tables)),
    )  # fmt: skip


ROW = """
    1 > 2  1 @400
    2 > 3  1 @100
    3 > 4  1 @50
"""


def test_a01_three_links_in_a_row() -> None:
    """Capacities 400, 100, 50, demands 30, 90, 100: read as 1 to 3, 1 to 2, and 3 to 4."""
    found = optimum(picture(ROW, "1 > 3 30 \n 1 > 2 90 \n 3 > 4 100"))
    assert found.volume.tolist() == [120, 30, 50]
    assert [(row.origin, row.destination, row.trips, row.reason) for row in found.unserved] == [
        (3, 4, 50, "no room on 3 - 4")
    ]
    assert found.converged


def test_a02_the_cheap_way_fills_and_is_worth_what_the_other_costs_more() -> None:
    roads = picture("1 > 2 10 @30 \n 1 > 3 8 \n 3 > 2 9", "1 > 2 50")
    found = optimum(roads)
    assert found.volume.tolist() == [30, 20, 20]
    assert found.worth.tolist() == [7, 0, 0]
    assert found.unserved == ()
    assert found.steps[-1].objective == 30 * 10 + 20 * 17


def test_a03_what_a_class_takes_of_capacity_decides_who_goes() -> None:
    """A lorry takes two cars' room: the car goes first, whatever the order of the classes."""
    roads = picture("1 > 2 1 @10", "1 > 2 8", "1 > 2 8")
    lorry, car = replace(roads.classes[0], pce=2.0), roads.classes[1]
    for classes in ((lorry, car), (car, lorry)):
        found = optimum(replace(roads, classes=classes))
        assert {of.name: flow for of, flow in zip(classes, found.flow[:, 0], strict=True)} == {"c0": 1, "c1": 8}
        assert [(row.trip_class, row.trips) for row in found.unserved] == [("c0", 7)]


def test_a04_each_class_minds_toll_and_length_by_its_own_weights() -> None:
    roads = picture("1 > 2 10 \n 1 > 3 6 \n 3 > 2 6", "1 > 2 5", "1 > 2 7")
    toll = np.array([5.0, 0.0, 0.0])
    classes = replace(roads.classes[0], toll_weight=1.0), replace(roads.classes[1], length_weight=2.5)
    found = optimum(replace(roads, toll=toll, classes=classes))
    assert found.flow.tolist() == [[0, 5, 5], [7, 0, 0]]


def test_a05_nodes_that_must_not_be_passed_are_not() -> None:
    links = "1 > 2 1 \n 2 > 3 1 \n 1 > 4 5 \n 4 > 3 5"
    assert optimum(picture(links, "1 > 3 1")).volume.tolist() == [1, 1, 0, 0]
    found = optimum(picture(links, "1 > 3 1 \n 2 > 3 4 \n 1 > 2 2", through="2"))
    assert found.volume.tolist() == [2, 4, 1, 1]
    assert optimum(picture(links, "1 > 3 1", through="2 4")).unserved[0].reason == "no way"


def test_a06_no_way_is_told_and_keeps_nobody_else_back() -> None:
    found = optimum(picture("1 > 2 1 @5 \n 3 > 4 1", "1 > 2 3 \n 2 > 1 4 \n 1 > 4 2"))
    assert found.volume.tolist() == [3, 0]
    assert [(row.origin, row.destination, row.trips, row.reason) for row in found.unserved] == [
        (1, 4, 2, "no way"),
        (2, 1, 4, "no way"),
    ]


def test_a07_whose_way_costs_more_than_to_stay_stays() -> None:
    found = optimum(picture("1 > 2 10 \n 2 > 3 10", "1 > 2 3 \n 1 > 3 4"), penalty=15)
    assert found.volume.tolist() == [3, 0]
    assert found.unserved[0].reason == "the way costs 20, to leave it 15"
    assert found.steps[-1].objective == 3 * 10 + 4 * 15


def test_a08_the_reason_names_the_dearest_three() -> None:
    links = "\n".join(f"{node} > {node + 1} 1 @{10 - node}" for node in range(1, 6))
    trips = "1 > 6 20 \n" + "\n".join(f"{node} > {node + 1} 12" for node in range(1, 6))
    reasons = {row[1:3]: row.reason for row in optimum(picture(links, trips)).unserved}
    assert reasons[1, 6] == "no room on 1 - 2, 2 - 3, 3 - 4 and 2 more"
    assert reasons[5, 6] == "no room on 5 - 6"


@pytest.mark.parametrize("trips", ["1 > 1 5", "1 > 2 0", ""])
def test_a09_nobody_to_carry(trips: str) -> None:
    found = optimum(picture("1 > 2 1 @1", trips))
    assert found.volume.tolist() == [0]
    assert (found.unserved, found.gap, found.converged) == ((), 0, True)


def test_a10_no_classes_at_all() -> None:
    found = optimum(picture("1 > 2 1 @1"))
    assert found.flow.shape == (0, 1)
    assert found.converged


def test_a11_ways_that_cost_nothing_are_taken() -> None:
    found = optimum(picture("1 > 2 0 @4 \n 1 > 3 0 @4 \n 3 > 2 0", "1 > 2 9"))
    assert found.volume.sum() == pytest.approx(4 + 4 + 4)
    assert found.unserved[0].trips == pytest.approx(1)


@pytest.mark.parametrize(
    ("asked", "address"),
    [({"penalty": 0}, "penalty"), ({"penalty": np.nan}, "penalty"), ({"gap": -1}, "gap"), ({"most_rounds": 0}, "most")],
)
def test_a12_what_cannot_be_asked_is_refused(asked: dict[str, float], address: str) -> None:
    with pytest.raises(InputError, match=address):
        optimum(picture(ROW, "1 > 2 1"), **asked)


def jam(n: int = 12, seed: int = 5) -> Roads:
    """A city of n nodes in a ring with chords, too small for its trips."""
    rng = np.random.default_rng(seed)
    pairs = [(at, (at + step) % n) for at in range(n) for step in (1, n - 1, 3)]
    links = "\n".join(f"{a + 1} > {b + 1} {rng.integers(5, 30)} @{rng.integers(3, 12)}" for a, b in pairs)
    trips = "\n".join(f"{a + 1} > {b + 1} {rng.integers(1, 5)}" for a in range(n) for b in range(n) if (a + b) % 3 == 0)
    return picture(links, trips)


def test_a13_rounds_that_do_not_suffice_give_an_answer_that_says_so() -> None:
    """And what was reached, its gap and its bound hold: the optimum lies between."""
    roads, seen = jam(), list[Step]()
    best = optimum(roads, watch=seen.append)
    assert best.converged
    assert tuple(seen) == best.steps
    cut = optimum(roads, most_rounds=1)
    assert not cut.converged
    assert len(cut.steps) == 1
    optimal = best.steps[-1].objective
    for step in best.steps:
        assert step.objective >= optimal * (1 - 1e-12)
        assert step.objective - optimal <= step.gap * step.total * (1 + 1e-9)
    assert (cut.volume <= roads.capacity * (1 + 1e-9)).all()
    assert np.isfinite(cut.worth).all()


def test_a14_the_same_bits_twice_and_the_same_cost_in_any_order_of_links() -> None:
    roads = jam()
    first, again = optimum(roads), optimum(roads)
    assert first.flow.tobytes() == again.flow.tobytes()
    assert first.worth.tobytes() == again.worth.tobytes()
    order = np.random.default_rng(1).permutation(roads.n_links)
    names = ("tail", "head", "capacity", "free_flow", "b", "power", "toll", "length")
    other = optimum(replace(roads, **{name: getattr(roads, name)[order] for name in names}))
    assert other.steps[-1].objective == pytest.approx(first.steps[-1].objective, rel=1e-12)


def test_a15_units_of_any_size() -> None:
    """Trips by the million at a thousandth of a unit each come to the same as one by one."""
    roads = jam()
    table = replace(roads.classes[0], trips=roads.classes[0].trips * 1e6)
    large = optimum(replace(roads, capacity=roads.capacity * 1e6, free_flow=roads.free_flow * 1e-3, classes=(table,)))
    one = optimum(roads)
    assert large.steps[-1].objective == pytest.approx(one.steps[-1].objective * 1e3, rel=1e-10)
    assert sum(row.trips for row in large.unserved) == pytest.approx(sum(row.trips for row in one.unserved) * 1e6)


def test_a16_ways_longer_than_there_was_room_for() -> None:
    """A hundred links in a row, and trips all along it: the search is given more room and goes on where it stopped."""
    links = "\n".join(f"{node} > {node + 1} 1 @{6 if node == 60 else 9}" for node in range(1, 101))
    found = optimum(picture(links, "1 > 101 4 \n 2 > 101 3 \n 3 > 100 2 \n 61 > 99 1"))
    # Those whose way is longest are left.
    assert found.volume[[0, 1, 2, 59, 60, 98, 99]] == pytest.approx([1, 4, 6, 6, 7, 6, 4])
    assert [(row.origin, row.reason) for row in found.unserved] == [(1, "no room on 60 - 61")]
    assert found.unserved[0].trips == pytest.approx(3)


def test_a17_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = "{'highspy', 'numba', 'scipy', 'pandas'}"
    line = f"import sys, karvan.flow.roads.optimum; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0


def listed(columns: list[Column], demand: list[float], capacity: list[float], penalty: float, **more) -> Optimum:
    """Column generation where the columns are a list that anybody could read."""

    def price(worth: np.ndarray, limit: np.ndarray) -> list[Column]:
        paid = [column.cost + worth[list(column.resources)] @ column.amounts for column in columns]
        return [column for column, cost in zip(columns, paid, strict=True) if cost < limit[column.commodity]]

    given = np.array(demand, dtype=float), np.array(capacity, dtype=float)
    return column_generation(*given, price, np.full(len(demand), float(penalty)), **more)


def test_b01_a_ferry_sails_as_often_as_it_pays() -> None:
    """Slots come from sailings, 40 each at 1,000; the bridge holds 50. 130 units: 50 over it, two sailings for 80."""
    bridge, ferry = Column(0, 5.0, [0], [1.0], "bridge"), Column(0, 3.0, [1], [1.0], "ferry")
    sailing = Activity(1000.0, [1, 2], [-40.0, 1.0], most=5)
    found = listed([bridge, ferry], [130], [50, 0, 1], 200, activities=Activities.of([sailing]))
    # One berth: only one sailing.
    assert found.level.tolist() == [1]
    assert dict(zip(found.columns.key, found.flow, strict=True)) == {"bridge": 50, "ferry": 40}
    assert found.unserved.tolist() == [40]
    assert found.worth == pytest.approx([195, 197, 40 * 197 - 1000])
    assert found.marginal.tolist() == [200]
    two = listed([bridge, ferry], [130], [50, 0, INF], 200, activities=Activities.of([sailing]))
    assert two.level.tolist() == [2]
    assert two.worth == pytest.approx([3 + 25 - 5, 25, 0])
    assert two.marginal == pytest.approx([28])
    assert two.objective == pytest.approx(50 * 5 + 80 * 3 + 2000)


def test_b02_one_more_of_the_most_is_worth_what_it_saves() -> None:
    ferry = Column(0, 3.0, [0], [1.0])

    def cost(most: float, least: float = 0.0) -> Optimum:
        doing = Activities.of([Activity(1000.0, [0], [-40.0], most, least)])
        return listed([ferry], [130], [0], 200, activities=doing)

    found = cost(2.0)
    assert found.worth_of_most == pytest.approx([40 * 197 - 1000])
    assert found.objective - cost(2.5).objective == pytest.approx(found.worth_of_most[0] / 2)
    assert found.cost_of_least.tolist() == [0]
    forced = cost(9.0, least=4.0)
    assert forced.level.tolist() == [4]
    assert forced.cost_of_least.tolist() == [1000]
    assert cost(9.0, least=4.5).objective - forced.objective == pytest.approx(500)


def test_b03_activities_without_end() -> None:
    doing = Activities.of([Activity(100.0, [0], [-40.0])])
    found = listed([Column(0, 3.0, [0], [1.0])], [130], [0], 200, activities=doing)
    assert found.level == pytest.approx([3.25])
    assert found.unserved.tolist() == [0]
    assert found.converged
    free = listed([Column(0, 3.0, [0], [1.0])], [130], [0], 200, activities=Activities.of([Activity(0.0, [0], [-1.0])]))
    assert (free.objective, free.converged) == (390, True)


def test_b04_a_least_that_cannot_be_done_names_what_is_short() -> None:
    trips = Activities.of([Activity(1.0, [0, 1], [2.0, 1.0], most=9, least=4)])
    with pytest.raises(InputError, match=r"resource 0 \| found capacity 5, short by 3") as refused:
        listed([Column(0, 1.0, [1], [1.0])], [1], [5, 9], 10, activities=trips)
    assert len(refused.value.problems) == 1
    helped = Activities.of([Activity(1.0, [0], [2.0], most=9, least=4), Activity(1.0, [0], [-1.0], most=3)])
    assert listed([Column(0, 1.0, [], [])], [1], [5], 10, activities=helped).level.tolist() == [4, 3]


def test_b05_a_resource_that_is_not_there_and_one_used_twice() -> None:
    """A crane lifts a box twice on its way, which takes twice its hours."""
    closed, twice = Column(0, 1.0, [0], [1.0]), Column(0, 4.0, [1, 1], [1.0, 1.0])
    found = listed([closed, twice], [10], [0, 8], 50)
    assert found.load.tolist() == [0, 8]
    assert found.unserved.tolist() == [6]
    assert found.worth == pytest.approx([49, 23])


def test_b06_at_a_kink_the_last_unit_is_worth_more_than_the_next() -> None:
    """The cheap way has room for exactly everybody: the last unit saves 4, one more would save nothing."""
    found = listed([Column(0, 1.0, [0], [1.0]), Column(0, 5.0, [], [])], [10], [10], 50)
    assert found.one_sided(0) == pytest.approx((4, 0), abs=1e-9)
    assert 0 <= found.worth[0] <= 4
    less = listed([Column(0, 1.0, [0], [1.0]), Column(0, 5.0, [], [])], [10], [9], 50)
    assert less.one_sided(0) == pytest.approx((4, 4))
    assert less.worth.tolist() == [4]
    none = listed([Column(0, 1.0, [0], [1.0]), Column(0, 5.0, [], [])], [10], [0], 50)
    assert none.one_sided(0) == (INF, pytest.approx(4))
    free = listed([Column(0, 1.0, [0], [1.0])], [10], [INF], 50)
    assert free.one_sided(0) == (0, 0)


def test_b07_columns_to_begin_with_spare_rounds() -> None:
    roads = jam()
    ways = Ways(roads, Trips.of(roads))
    asked = (ways.trips.trips, roads.capacity, ways.price, np.full(len(ways.trips), dearest(ways)))
    cold = column_generation(*asked)
    warm = column_generation(*asked, start=cold.columns)
    felt = column_generation(*asked, feel=20)
    assert warm.rounds == 1
    assert warm.rounds < felt.rounds < cold.rounds
    assert warm.objective == pytest.approx(cold.objective, rel=1e-12)
    assert felt.objective == pytest.approx(cold.objective, rel=1e-12)


def test_b08_what_is_no_number_is_refused_all_at_once() -> None:
    with pytest.raises(InputError) as refused:
        listed([], [1, -1, np.nan], [np.nan, 1], np.nan)
    addresses = [problem.address for problem in refused.value.problems]
    assert addresses == [
        "demand of commodity 1", "demand of commodity 2",
        "penalty of commodity 0", "penalty of commodity 1", "penalty of commodity 2", "capacity of resource 0",
    ]  # fmt: skip
    for bad in (Column(3, 1.0, [0], [1.0]), Column(0, 1.0, [7], [1.0]), Column(0, np.nan, [0], [1.0])):
        with pytest.raises(InputError, match="column 0"):
            listed([], [1], [1], 9, start=[bad])
    for doing in (Activity(-1.0, [], []), Activity(1.0, [5], [1.0]), Activity(1.0, [], [], 1.0, 2.0)):
        with pytest.raises(InputError, match="activity"):
            listed([], [1], [1], 9, activities=Activities.of([doing]))


def test_b09_columns_put_together_and_taken_apart() -> None:
    rows = [Column(0, 1.0, [2, 0, 2], [1.0, 2.0, 3.0], "a"), Column(1, 2.0, [], [], "b"), Column(0, 3.0, [1], [0.0])]
    columns = Columns.joined([Columns.of(rows[:2]), Columns.of(rows[2:])])
    assert [(row.commodity, row.cost, list(row.resources), row.key) for row in columns] == [
        (0, 1.0, [2, 0, 2], "a"), (1, 2.0, [], "b"), (0, 3.0, [1], None),
    ]  # fmt: skip
    merged = columns.merged()
    assert [(list(row.resources), list(row.amounts)) for row in merged] == [([0, 2], [2, 4]), ([], []), ([], [])]
    assert [row.key for row in columns.chosen(np.array([1, 0]))] == ["b", "a"]
    assert columns.load(np.array([1.0, 5.0, 2.0]), 3).tolist() == [2, 0, 4]


amount = st.integers(0, 12)
link = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9), st.sampled_from([1, 2, 3, 5, 8, INF]))
trip = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9))
weights = st.tuples(st.sampled_from([1.0, 2.0]), st.sampled_from([0.0, 1.0]))


@st.composite
def cities(draw: st.DrawFn) -> Roads:
    """Six nodes, a few links with hard capacities, one or two classes; some nodes not to be passed."""
    links = draw(st.lists(link.filter(lambda row: row[0] != row[1]), min_size=3, max_size=16))
    m = len(links)
    classes = []
    for nth in range(draw(st.integers(1, 2))):
        table = np.zeros((6, 6))
        for start, end, count in draw(st.lists(trip, max_size=6)):
            table[start, end] += count
        pce, toll = draw(weights)
        classes.append(TripClass(f"c{nth}", table, pce, toll))
    through = np.array(draw(st.lists(st.sampled_from([True, True, False]), min_size=6, max_size=6)))
    tail, head, cost, capacity = (np.array(column) for column in zip(*links, strict=True))
    zero, toll = np.zeros(m), np.array(draw(st.lists(st.integers(0, 4), min_size=m, max_size=m)), dtype=float)
    return Roads(
        "drawn", np.arange(1, 7), 6, through, tail, head,
        capacity.astype(float), cost.astype(float), zero, zero, toll, zero, tuple(classes),
    )  # fmt: skip


def by_arcs(roads: Roads, penalty: float) -> float:
    """What the optimum costs: a flow on every link for every pair, by another solver's doors."""
    n, m, blocks, shared, costs, rhs = roads.n_nodes, roads.n_links, [], [], [], []
    incidence = np.zeros((n, m))
    for at in range(m):
        incidence[roads.tail[at], at] += 1
        incidence[roads.head[at], at] -= 1
    for of in roads.classes:
        for start, end in zip(*np.nonzero(of.trips), strict=True):
            if start == end:
                continue
            # Whose tail may not be passed is out of use, but where the trip begins there; its end is left by nobody.
            usable = (roads.through[roads.tail] | (roads.tail == start)).astype(float)
            unserved = np.zeros((n, 1))
            unserved[start], unserved[end] = 1, -1
            blocks.append(np.hstack([incidence * usable, unserved]))
            shared.append(np.hstack([np.eye(m) * of.pce * usable, np.zeros((m, 1))]))
            costs.append(np.append(roads.free_flow + roads.fixed(of), penalty))
            supply = np.zeros(n)
            supply[start], supply[end] = of.trips[start, end], -of.trips[start, end]
            rhs.append(supply)
    if not blocks:
        return 0.0
    limited = np.flatnonzero(np.isfinite(roads.capacity))
    rows = csr_matrix(hstack([csr_matrix(part) for part in shared]))[limited]
    done = linprog(
        np.concatenate(costs),
        A_ub=vstack([rows]) if len(limited) else None, b_ub=roads.capacity[limited] if len(limited) else None,
        A_eq=csr_matrix(block_diag(blocks)), b_eq=np.concatenate(rhs), method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )  # fmt: skip
    assert done.status == 0, done.message
    return float(done.fun)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(roads=cities(), penalty=st.sampled_from([6.0, 40.0, None]))
def test_c01_as_good_as_the_formulation_by_links(roads: Roads, penalty: float | None) -> None:
    found = optimum(roads, penalty)
    every = Trips.of(roads)
    each = penalty or dearest(Ways(roads, every))
    lost = sum(row.trips for row in found.unserved if row.reason == "no way")
    costs = sum(flow @ (roads.free_flow + roads.fixed(of)) for of, flow in zip(roads.classes, found.flow, strict=True))
    total = costs + each * sum(row.trips for row in found.unserved)
    assert found.converged
    assert total == pytest.approx(by_arcs(roads, each), rel=1e-9, abs=1e-9)
    assert total == pytest.approx((found.steps[-1].objective if found.steps else 0.0) + each * lost, rel=1e-9, abs=1e-9)
    assert (found.volume <= roads.capacity + 1e-9).all()
    for nth, of in enumerate(roads.classes):
        served = np.array(of.trips)
        np.fill_diagonal(served, 0.0)
        for row in found.unserved:
            if row.trip_class == of.name:
                served[row.origin - 1, row.destination - 1] -= row.trips
        out = np.bincount(roads.tail, found.flow[nth], 6) - np.bincount(roads.head, found.flow[nth], 6)
        assert out == pytest.approx(served.sum(axis=1) - served.sum(axis=0), abs=1e-8)
    assert (found.worth >= 0).all()
    spare = found.volume < roads.capacity - 1e-9
    assert (found.worth[spare] == 0).all()
    for row in found.unserved:
        assert row.trips > 0
        assert row.reason.startswith(("no way", "no room on", "the way costs"))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(roads=cities(), at=st.integers(0, 15))
def test_c02_worth_lies_between_the_last_unit_and_the_next(roads: Roads, at: int) -> None:
    ways = Ways(roads, Trips.of(roads))
    found = column_generation(ways.trips.trips, roads.capacity, ways.price, np.full(len(ways.trips), 40.0))
    ix = at % roads.n_links
    last, following = found.one_sided(ix)
    assert following - 1e-6 <= found.worth[ix] <= last + 1e-6


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_c03_activities_as_another_solver_has_them(data: st.DataObject) -> None:
    """Columns and activities drawn at random, all of them put before linprog at once."""
    n, r = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))

    def uses(low: int) -> list[float]:
        return [float(value) for value in data.draw(st.lists(st.integers(low, 3), min_size=r, max_size=r))]

    columns = [
        Column(data.draw(st.integers(0, n - 1)), float(data.draw(st.integers(0, 20))), list(range(r)), uses(0))
        for _ in range(data.draw(st.integers(1, 6)))
    ]
    doing = []
    for _ in range(data.draw(st.integers(0, 3))):
        most = data.draw(st.sampled_from([0.0, 2.0, 5.0, INF]))
        doing.append(Activity(float(data.draw(st.integers(0, 30))), list(range(r)), uses(-3), most))
    demand = [float(data.draw(st.integers(0, 9))) for _ in range(n)]
    capacity = [data.draw(st.sampled_from([0.0, 1.0, 4.0, 9.0, INF])) for _ in range(r)]
    found = listed(columns, demand, capacity, 25.0, activities=Activities.of(doing))
    limited = [ix for ix, value in enumerate(capacity) if value < INF]
    table = np.array([row.amounts for row in columns] + [row.amounts for row in doing]).T.reshape(r, -1)
    served = np.array([[float(column.commodity == of) for column in columns] + [0.0] * len(doing) for of in range(n)])
    done = linprog(
        [*(row.cost for row in columns), *(row.cost for row in doing), *[25.0] * n],
        A_ub=np.hstack([table, np.zeros((r, n))])[limited] if limited else None,
        b_ub=[capacity[ix] for ix in limited] if limited else None,
        A_eq=np.hstack([served, np.eye(n)]), b_eq=demand,
        bounds=[(0, None)] * len(columns) + [(0, row.most) for row in doing] + [(0, None)] * n,
        method="highs",
    )  # fmt: skip
    assert found.objective == pytest.approx(done.fun, rel=1e-9, abs=1e-9)
    assert found.bound <= done.fun * (1 + 1e-9) + 1e-9
    assert found.converged
    assert (found.load <= np.array(capacity) + 1e-9).all()
    # What binds pays for all: the optimum costs no more and no less than its prices say (strong duality).
    paid = np.array(demand) @ found.marginal - sum(
        worth * room for worth, room in zip(found.worth, capacity, strict=True) if worth
    )
    bounded = [(worth, row.most) for worth, row in zip(found.worth_of_most, doing, strict=True) if row.most < INF]
    assert paid - sum(worth * most for worth, most in bounded) == pytest.approx(found.objective, rel=1e-9, abs=1e-7)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is uncompiled itself")
def test_d01_the_same_uncompiled() -> None:
    path = os.pathsep.join([str(TESTS.parent / "src"), str(TESTS.parent / "tools"), str(TESTS.parent)])
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(TESTS / "test_optimum.py")]
    done = subprocess.run([sys.executable, *words], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
