"""The known answers themselves: against published figures, against each other, and against chains written out anew.

The chains here state what a queue does, move by move, and share nothing with the formulas but the solver.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
import pytest
from tests.theory import (
    batch_arrivals_wait,
    blocked_tandem,
    blocked_tandem_most,
    breakdown_wait,
    cobham_waits,
    erlang_b,
    erlang_c,
    ferry,
    full_vessel_wait,
    machine_repair,
    md1_wait,
    mg1_wait,
    mm1_wait,
    mm1k_lost,
    mmc_priority_waits,
    mmc_wait,
    mmck,
    stationary,
    tandem_time,
    vessel_by_chance_wait,
)

PUBLISHED: list[tuple[str, Callable[[], float], float, float]] = [
    ("M/M/1", lambda: mm1_wait(0.8, 1), 4, 1e-12),
    ("M/M/2, share that waits", lambda: erlang_c(1.8, 2), 0.852632, 5e-7),
    ("M/M/2", lambda: mmc_wait(1.8, 1, 2), 4.263158, 5e-7),
    ("Erlang B, 12 erlangs on 15", lambda: erlang_b(12, 15), 0.0857292, 5e-8),
    ("M/D/1", lambda: md1_wait(0.8, 1), 2, 1e-12),
    ("M/G/1, cv2 4", lambda: mg1_wait(0.8, 1, 4), 10, 1e-12),
    ("two queues in a row", lambda: tandem_time(0.8, [(1, 1), (1, 1)]), 10, 1e-12),
    ("breakdowns while busy", lambda: breakdown_wait(0.5, 1, 0.1, 0.5), 2.3, 1e-12),
    ("54 slots for 45, left behind", lambda: ferry(54, 45).left_behind, 0.4003, 5e-5),
    ("54 slots for 45, wait", lambda: ferry(54, 45).wait, 0.5089, 5e-5),
    ("54 slots for 40, left behind", lambda: ferry(54, 40).left_behind, 0.0447, 5e-5),
    ("54 slots for 40, wait", lambda: ferry(54, 40).wait, 0.5011, 5e-5),
    # Six machines that run 20 h, repairs of 2 h (Anderson, Sweeney and Williams, finite calling populations).
    ("one repairman, all run", lambda: machine_repair(6, 0.05, 0.5, 1).all_run, 0.4845, 5e-5),
    ("one repairman, down", lambda: machine_repair(6, 0.05, 0.5, 1).down, 0.8451, 5e-5),
    ("one repairman, wait", lambda: machine_repair(6, 0.05, 0.5, 1).wait, 1.279, 5e-4),
    ("two repairmen, wait", lambda: machine_repair(6, 0.05, 0.5, 2).wait, 0.0834, 5e-5),
    # Two stations alike (Hunt 1956): (room + 2) / (room + 3) of what one could do.
    ("no room between", lambda: blocked_tandem_most((1, 1), (1, 1), 0), 2 / 3, 1e-12),
    ("room for one between", lambda: blocked_tandem_most((1, 1), (1, 1), 1), 3 / 4, 1e-12),
    ("room for seven between", lambda: blocked_tandem_most((1, 1), (1, 1), 7), 9 / 10, 1e-12),
]


@pytest.mark.parametrize(
    ("found", "published", "within"), [row[1:] for row in PUBLISHED], ids=[r[0] for r in PUBLISHED]
)
def test_a01_published_figures(found: Callable[[], float], published: float, within: float) -> None:
    assert found() == pytest.approx(published, abs=within)


@pytest.mark.parametrize("arrivals", [0.3, 0.9])
def test_b01_one_server_is_one_of_c(arrivals: float) -> None:
    plain = mm1_wait(arrivals, 1)
    assert mmc_wait(arrivals, 1, 1) == pytest.approx(plain)
    assert mg1_wait(arrivals, 1, cv2=1) == pytest.approx(plain)
    assert cobham_waits([arrivals], [1], [2]) == pytest.approx([plain])
    assert batch_arrivals_wait(arrivals, 1, 1, 1) == pytest.approx(plain)
    assert breakdown_wait(arrivals, 1, 0, 1) == pytest.approx(plain)
    assert full_vessel_wait(arrivals, 1, 1) == pytest.approx(plain)
    assert vessel_by_chance_wait(arrivals, 1, 1) == pytest.approx(plain + 1)  # until the vessel goes: its service, too


@pytest.mark.parametrize(("load", "servers"), [(0.7, 1), (12, 15), (40, 30)])
def test_b02_room_for_none_is_erlang_b(load: float, servers: int) -> None:
    assert mmck(load, 1, servers, servers).lost == pytest.approx(erlang_b(load, servers))


def test_b03_room_for_nearly_all_is_erlang_c() -> None:
    assert mmck(1.8, 1, 2, 400).wait == pytest.approx(mmc_wait(1.8, 1, 2))


@pytest.mark.parametrize("load", [0.5, 1, 1.7])
def test_b04_loss_of_one_server(load: float) -> None:
    assert mm1k_lost(load, 6) == pytest.approx(mmck(load, 1, 1, 6).lost)


def test_b05_as_many_machines_as_one_likes_are_poisson_arrivals() -> None:
    many = 20_000
    assert machine_repair(many, 1 / many, 1, 2).wait == pytest.approx(mmc_wait(1, 1, 2), rel=1e-3)


def test_b06_a_ferry_larger_than_any_load_leaves_nobody() -> None:
    left, wait = ferry(54, 5)
    assert left == pytest.approx(0, abs=1e-12)
    assert wait == pytest.approx(0.5)
    assert vessel_by_chance_wait(3, 0.1, inf) == pytest.approx(10)
    assert vessel_by_chance_wait(3, 0.1, 1000) == pytest.approx(10)


def test_b07_a_ferry_for_one_at_fixed_headway_is_a_clocked_queue() -> None:
    """Those left behind are M/D/1's queue at its ends of service; half a headway passes until the first chance."""
    assert ferry(1, 0.8).wait == pytest.approx(md1_wait(0.8, 1) + 0.5)


@pytest.mark.parametrize(
    "overloaded",
    [
        lambda: mm1_wait(1, 1),
        lambda: mmc_wait(2, 1, 2),
        lambda: mg1_wait(0.5, 2, 1),
        lambda: batch_arrivals_wait(0.5, 2, 4, 1),
        lambda: vessel_by_chance_wait(4, 0.5, 8),
        lambda: full_vessel_wait(4, 0.5, 8),
        lambda: ferry(54, 54),
        lambda: blocked_tandem(0.7, (1, 1), (1, 1), 0),
    ],
)
def test_b08_more_than_can_be_served_is_refused(overloaded: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="give less than"):
        overloaded()


@pytest.mark.parametrize("room", [0, 3])
def test_b09_a_quick_first_station_leaves_the_second(room: int) -> None:
    assert blocked_tandem(0.5, (1e7, 1), (1, 1), room).in_system == pytest.approx(mm1_wait(0.5, 1) + 1, rel=1e-5)


@pytest.mark.parametrize(("first", "second"), [((1, 1), (1, 1)), ((1, 2), (0.5, 4))])
def test_b10_endless_room_blocks_nobody(first: tuple[float, int], second: tuple[float, int]) -> None:
    found = blocked_tandem(0.6, first, second, 60)
    assert found.blocked == pytest.approx(0, abs=1e-8)
    assert found.wait == pytest.approx(mmc_wait(0.6, *first))
    assert found.in_system == pytest.approx(tandem_time(0.6, [first, second]))


def test_b11_two_stations_pass_no_more_than_they_can() -> None:
    """Close to the most they pass the wait grows as 1 / (most - arrivals)."""
    most = blocked_tandem_most((1, 3), (1, 3), 1)
    near, nearer = (blocked_tandem(most * (1 - gap), (1, 3), (1, 3), 1).wait for gap in (0.02, 0.01))
    assert nearer / near == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("second_class", [0.2, 0.5, 0.65])
def test_b12_priorities_only_move_waiting_about(second_class: float) -> None:
    """Kleinrock's conservation law: loads times waits add up to the same in any order."""
    arrivals, means, squares = [0.3, second_class], [0.8, 1.1], [0.7, 3.0]
    ahead = np.dot(np.multiply(arrivals, means), cobham_waits(arrivals, means, squares))
    behind = np.dot(np.multiply(arrivals, means)[::-1], cobham_waits(arrivals[::-1], means[::-1], squares[::-1]))
    load, residual = np.dot(arrivals, means), np.dot(arrivals, squares) / 2
    assert ahead == pytest.approx(behind)
    assert ahead == pytest.approx(load * residual / (1 - load))


def mean_number(moves: Callable, shape: tuple[int, ...], axis: int) -> float:
    """Of the units that one of a state's numbers counts."""
    p = stationary(moves, shape)
    assert np.take(p, -1, axis).sum() < 1e-9, "the chain is cut too early"
    return float((p * np.indices(shape)[axis]).sum())


def test_c01_batches_as_a_chain() -> None:
    """Carloads of one, two or three (1/4, 1/2, 1/4), four an hour, served at 20 an hour."""

    def moves(n: int) -> list:
        return [(1, (n + 1,)), (2, (n + 2,)), (1, (n + 3,)), (20, (n - 1,))]

    wait = mean_number(moves, (120,), 0) / 8 - 1 / 20
    assert batch_arrivals_wait(4, 2, 4.5, 20) == pytest.approx(wait)


def test_c02_vessels_by_chance_as_a_chain() -> None:
    def moves(n: int) -> list:
        return [(3.0, (n + 1,)), (0.5, (max(n - 8, 0),))]

    assert vessel_by_chance_wait(3, 0.5, 8) == pytest.approx(mean_number(moves, (300,), 0) / 3)


def test_c03_a_vessel_that_sails_when_full_as_a_chain() -> None:
    def moves(n: int, away: int) -> list:
        if not away:
            return [(3.0, (n + 1, 0) if n < 7 else (0, 1))]
        return [(3.0, (n + 1, 1)), (0.5, (n - 8, 1) if n >= 8 else (n, 0))]

    assert full_vessel_wait(3, 0.5, 8) == pytest.approx(mean_number(moves, (300, 2), 0) / 3)


def test_c04_priorities_as_a_chain() -> None:
    """Two classes of their own rates; who is served (0 nobody, else the class) is kept until the end of service."""
    rates, serves = (0.3, 0.4), (0.0, 1.0, 1.5)

    def moves(first: int, second: int, served: int) -> list:
        if not served:
            return [(rates[0], (0, 0, 1)), (rates[1], (0, 0, 2))]
        after = (first - 1, second, 1) if first else (0, second - 1, 2) if second else (0, 0, 0)
        arrive = [(rates[0], (first + 1, second, served)), (rates[1], (first, second + 1, served))]
        return [*arrive, (serves[served], after)]

    shape = (26, 50, 3)
    waits = cobham_waits(rates, [1, 1 / 1.5], [2, 2 / 1.5**2])
    assert waits == pytest.approx([mean_number(moves, shape, i) / rates[i] for i in (0, 1)], rel=1e-6)


def test_c05_priorities_at_two_servers_as_a_chain() -> None:
    rates = (0.4, 0.8)

    def moves(first: int, second: int, busy: int) -> list:
        if busy < 2:
            return [(sum(rates), (0, 0, busy + 1)), (busy, (0, 0, busy - 1))]
        after = (first - 1, second, 2) if first else (0, second - 1, 2) if second else (0, 0, 1)
        return [(rates[0], (first + 1, second, 2)), (rates[1], (first, second + 1, 2)), (2, after)]

    waits = mmc_priority_waits(rates, 1, 2)
    assert waits == pytest.approx([mean_number(moves, (18, 50, 3), i) / rates[i] for i in (0, 1)], rel=1e-6)


def test_c06_breakdowns_as_a_chain() -> None:
    def moves(n: int, down: int) -> list:
        if down:
            return [(0.5, (n + 1, 1)), (0.4, (n, 0))]
        return [(0.5, (n + 1, 0)), (1.0, (n - 1, 0)), (0.2 if n else 0.0, (n, 1))]

    wait = mean_number(moves, (300, 2), 0) / 0.5 - (1 + 0.2 / 0.4)
    assert breakdown_wait(0.5, 1, 0.2, 0.4) == pytest.approx(wait)
