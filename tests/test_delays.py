"""Waits as functions of flow: against closed forms, chains and the simulator, and what must hold for any of them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, norm
from tests import theory

import print_delays
from karvan.flow.delays.bulk import left_behind, shape_between
from karvan.flow.delays.delay import YEAR_H, Delays, ferries, joined, sections, stations
from karvan.flow.delays.full import when_full
from karvan.ground.errors import InputError
from karvan.sim import replicate

ENDLESS = 1e12
"""Hours in which every queue below saturation has settled."""


def one(delays: Delays, flow: float, horizon: float = YEAR_H) -> float:
    return float(delays.wait(flow, horizon)[0])


# a: closed forms of stations


@pytest.mark.parametrize("servers", [1, 2, 10, 160, 2000])
@pytest.mark.parametrize("load", [0.05, 0.5, 0.9, 0.999])
def test_a01_mmc(servers: int, load: float) -> None:
    made = stations(servers, 0.5, service_cv2=1)
    true = theory.mmc_wait(2 * servers * load, 2, servers)
    assert made.long_run(2 * servers * load)[0] == pytest.approx(true, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("cv2", [0.0, 0.3, 1.0, 4.0])
def test_a02_pollaczek_and_khinchine(cv2: float) -> None:
    for load in (0.01, 0.4, 0.95):
        true = theory.mg1_wait(load / 3, 3, cv2)
        assert stations(1, 3, service_cv2=cv2).long_run(load / 3)[0] == pytest.approx(true, rel=1e-12)


def test_a03_a_section_is_a_server_whose_services_are_even() -> None:
    assert sections(2.0).long_run(0.4)[0] == pytest.approx(theory.md1_wait(0.4, 2), rel=1e-12)


@pytest.mark.parametrize("servers", [2, 3, 8, 30])
def test_a04_even_services_are_near_the_chain_from_service_to_service(servers: int) -> None:
    """M/D/c is Bailey's queue with c slots, one service its headway (Crommelin 1932)."""
    for load in (0.5, 0.7, 0.9, 0.98):
        true = theory.ferry(servers, load * servers).left_behind / (load * servers)
        assert stations(servers, 1).long_run(load * servers)[0] == pytest.approx(true, rel=0.03, abs=2e-4)


@pytest.mark.parametrize("lot", [1, 2, 7])
def test_a05_lots_before_one_server(lot: int) -> None:
    for load in (0.1, 0.5, 0.95):
        true = theory.batch_arrivals_wait(load / lot, lot, lot**2, 1)
        assert stations(1, 1, service_cv2=1, lot=lot).long_run(load)[0] == pytest.approx(true, rel=1e-12)


def test_a06_lots_of_unlike_size_go_by_the_lot_that_a_unit_finds_itself_in() -> None:
    # half of the lots of one, half of two: E[X2] / E[X] = 2.5 / 1.5
    true = theory.batch_arrivals_wait(0.4, 1.5, 2.5, 1)
    assert stations(1, 1, service_cv2=1, lot=2.5 / 1.5).long_run(0.6)[0] == pytest.approx(true, rel=1e-12)


@pytest.mark.parametrize(("servers", "lot"), [(2, 3), (5, 2), (3, 12), (8, 8)])
def test_a07_lots_before_servers_are_as_their_chain(servers: int, lot: int) -> None:
    load = 0.7
    rate, size = load * servers / lot, 4000

    def moves(n: int) -> list[tuple[float, tuple[int]]]:
        return [(rate, (n + lot,)), (float(min(n, servers)), (n - 1,))]

    number = theory.stationary(moves, (size,)) @ np.maximum(np.arange(size) - servers, 0)
    found = stations(servers, 1, service_cv2=1, lot=lot).long_run(load * servers)[0]
    assert found == pytest.approx(number / (rate * lot), rel=1e-9)


@pytest.mark.parametrize(("servers", "taken"), [(1, 3), (2, 5), (4, 2)])
def test_a08_several_served_together_are_as_their_chain(servers: int, taken: int) -> None:
    """States are (idle or busy servers, waiting), services exponential and as long for few as for many."""
    load, size = 0.7, 600
    rate = load * servers * taken

    def moves(busy: int, waiting: int) -> list[tuple[float, tuple[int, int]]]:
        come = (busy, waiting + 1) if busy == servers else (busy + 1, 0)
        done = (busy, max(waiting - taken, 0)) if waiting else (busy - 1, 0)
        return [(rate, come), (float(busy), done)]

    number = theory.stationary(moves, (servers + 1, size)) @ np.arange(size)
    found = stations(servers, 1, service_cv2=1, taken=taken).long_run(rate)[0]
    assert found == pytest.approx(number.sum() / rate, rel=1e-8)


def test_a09_a_lone_lot_waits_for_itself() -> None:
    # of 52 boxes and 10 cranes, even services: ten wait for none, ten for one, ... two for five
    waits = [n // 10 for n in range(52)]
    assert one(stations(10, 0.2, lot=52), 0.0) == pytest.approx(0.2 * np.mean(waits), rel=1e-9)


def test_a10_a_trainload_that_is_taken_as_a_whole_is_one_customer() -> None:
    whole = stations(2, 3, service_cv2=0.5, lot=52, taken=52)
    assert whole.long_run(20.0)[0] == pytest.approx(stations(2, 3, service_cv2=0.5).long_run(20 / 52)[0])
    # and one of which four services are made is a lot of four
    parts = stations(2, 3, service_cv2=0.5, lot=52, taken=13)
    assert parts.long_run(7.0)[0] == pytest.approx(stations(2, 3, service_cv2=0.5, lot=4).long_run(7 / 13)[0])


def test_a11_what_is_never_shut_is_a_station() -> None:
    flow = np.linspace(0, 1.5, 7)
    plain = stations(np.full(7, 2), 1, service_cv2=0.4)
    never = stations(np.full(7, 2), 1, service_cv2=0.4, shut_share=0.0, shut_h=50, open_h=24)
    assert plain.wait(flow).tolist() == never.wait(flow).tolist()


def test_a12_who_comes_to_an_idle_station_waits_for_the_rest_of_a_closure() -> None:
    # a tenth of the time shut, for exponential 20 h: a tenth wait 20 h more
    assert one(stations(3, 1, shut_share=0.1, shut_h=20), 0.0) == pytest.approx(2.0, rel=1e-6)
    # shut for 12 h of each day: half wait 6 h on average
    assert one(stations(3, 1, open_h=12), 0.0) == pytest.approx(3.0, rel=1e-6)


def test_a13_closures_of_short_services_are_a_class_that_goes_first() -> None:
    """With services of nothing against spells, mean wait is residual over gap (Avi-Itzhak and Naor 1963)."""
    made = stations(1, 1e-4, service_cv2=1, shut_share=0.2, shut_h=10)
    flow = 0.75 * made.capacity[0]
    assert made.long_run(flow)[0] == pytest.approx(0.2 * 10 / 0.25, rel=1e-3)


# b: ferries


@pytest.mark.parametrize(("slots", "load"), [(1, 0.5), (10, 0.3), (10, 0.9), (54, 0.95), (250, 0.99)])
def test_b01_bailey_by_roots_is_bailey_by_its_chain(slots: int, load: float) -> None:
    true = theory.ferry(slots, slots * load)
    assert left_behind(slots, load, 0.0)[0] == pytest.approx(true.left_behind, rel=1e-7, abs=1e-12)
    found = ferries(24, slots).long_run(slots * load / 24)[0]
    assert found == pytest.approx(24 * true.wait, rel=1e-3)


@pytest.mark.parametrize(("slots", "load", "cv2"), [(1, 0.5, 1.0), (10, 0.3, 0.25), (10, 0.8, 1.0), (54, 0.9, 0.1)])
def test_b02_uneven_headways_by_brute_force(slots: int, load: float, cv2: float) -> None:
    mean, size = slots * load, 2000
    came = nbinom.pmf(np.arange(size), 1 / cv2, 1 / (1 + mean * cv2))
    left = np.zeros(size)
    left[0] = 1.0
    for _ in range(4000):
        there = np.convolve(left, came)[:size]
        last, left = left, np.zeros(size)
        left[0], left[1 : size - slots] = there[: slots + 1].sum(), there[slots + 1 :]
        if np.abs(left - last).max() < 1e-16:
            break
    assert left_behind(slots, load, cv2)[0] == pytest.approx(left @ np.arange(size), rel=1e-9)


@pytest.mark.parametrize("slots", [2, 10, 60])
def test_b03_vessels_by_chance_have_a_closed_form(slots: int) -> None:
    for load in (0.2, 0.8, 0.97):
        true = theory.vessel_by_chance_wait(slots * load / 24, 1 / 24, slots)
        assert ferries(24, slots, headway_cv2=1).long_run(slots * load / 24)[0] == pytest.approx(true, rel=2e-3)


def test_b04_without_load_the_wait_is_half_a_headway_and_what_its_spread_adds() -> None:
    assert one(ferries(24, 54), 0.0) == pytest.approx(12, rel=1e-12)
    assert one(ferries(24, 54, headway_cv2=0.5), 0.0) == pytest.approx(18, rel=1e-12)


def test_b05_a_mean_room_lies_between_its_neighbours() -> None:
    low, here, high = (shape_between(slots, 0.1)[:, 0] for slots in (53.0, 53.4, 54.0))
    assert (np.minimum(low, high) - 1e-15 <= here).all()
    assert (here <= np.maximum(low, high) + 1e-15).all()


def test_b06_lots_take_their_slots_together() -> None:
    assert ferries(24, 54, lot=2).long_run(1.9)[0] == pytest.approx(ferries(24, 27).long_run(0.95)[0], rel=1e-12)


def test_b07_even_headways_are_a_limit() -> None:
    load = np.array([0.3, 0.9])
    assert left_behind(10, load, 1e-9) == pytest.approx(left_behind(10, load, 0.0), rel=1e-5, abs=1e-9)


# c: vehicles that leave when full


def test_c01_without_flow_the_first_waits_longest_and_with_much_half_a_load_comes() -> None:
    assert when_full([0.0, 1e-9], 40, 24.0) == pytest.approx([24, 24])
    assert when_full(1e3, 40, 24.0)[0] == pytest.approx(39 / 2e3, rel=1e-9)
    assert when_full([0.0, 3.0], 1, 24.0).tolist() == [0.0, 0.0]


def test_c02_a_load_of_two_by_hand() -> None:
    # the first waits for the second, or L: (1 - exp(-x L)) / x on average; the second not at all
    x, longest = 0.3, 5.0
    second_comes = 1 - np.exp(-x * longest)
    assert when_full(x, 2, longest)[0] == pytest.approx(second_comes / x / (1 + second_comes), rel=1e-12)


def test_c03_it_is_the_mean_of_loads_drawn_by_hand() -> None:
    rng = np.random.default_rng(1)
    gaps = rng.exponential(1 / 0.8, (200_000, 9)).cumsum(axis=1)
    leave = np.minimum(gaps[:, -1], 6.0)
    aboard = gaps <= leave[:, None]
    waits = leave.sum() + ((leave[:, None] - gaps) * aboard).sum()
    assert when_full(0.8, 10, 6.0)[0] == pytest.approx(waits / (len(leave) + aboard.sum()), rel=5e-3)


@given(st.floats(0.01, 50), st.integers(2, 300), st.floats(0.1, 200))
def test_c04_it_falls_with_the_flow(flow: float, slots: int, longest: float) -> None:
    less, more = when_full([flow, flow * 1.1], slots, longest)
    assert 0 <= more <= less * (1 + 1e-9)


# d: within a time


def brownian(drift: float) -> float:
    """Mean of reflected Brownian motion from 0 over a time of 1, by its own integral (Abate and Whitt 1987)."""
    v = (np.arange(20_000) + 0.5) / 20_000
    x = -drift
    return float(np.mean(2 * (1 - v**2) * (norm.pdf(x * v) - x * v * norm.cdf(-x * v))))


@pytest.mark.parametrize("drift", [-6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 8.0])
def test_d01_near_saturation_it_is_brownian_motion(drift: float) -> None:
    horizon = 1e9  # hours, services of one: what is not told by the variance alone is lost in it
    spread = np.sqrt(2.0 * horizon)  # M/M/1: arrivals and services of cv2 1
    load = 1 + drift * spread / horizon
    wait = one(stations(1, 1, service_cv2=1), load, horizon)
    assert wait / spread == pytest.approx(brownian(drift), rel=0.003)


def test_d02_a_long_time_is_the_long_run_below_saturation() -> None:
    made = stations([1, 4, 10], 1, service_cv2=[0, 1, 2], shut_share=[0, 0.1, 0], shut_h=20)
    flow = 0.9 * made.capacity
    assert made.wait(flow, ENDLESS) == pytest.approx(made.long_run(flow), rel=1e-6)


def test_d03_far_beyond_it_is_what_has_piled_up() -> None:
    made = joined([stations([1, 40], 1, service_cv2=1), ferries(24, 54)])
    piled = (3 - 1) * YEAR_H / 2
    assert made.wait(3 * made.capacity) == pytest.approx([piled, piled, piled + 12], abs=1)
    assert np.isinf(made.long_run(made.capacity)).all()


def test_d04_an_empty_time_is_no_time() -> None:
    for horizon in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(InputError, match="horizon"):
            stations(1, 1).wait(0.5, horizon)


# e: what holds for any


@st.composite
def anything(draw: Callable[[st.SearchStrategy], float]) -> Delays:
    """A station or a ferry."""
    cv2 = st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 4))
    if draw(st.booleans()):
        return ferries(
            draw(st.floats(0.5, 300)), draw(st.floats(1, 120)), headway_cv2=draw(st.sampled_from([0, 0.2, 1]))
        )
    return stations(
        draw(st.integers(1, 30)), draw(st.floats(0.01, 50)), service_cv2=draw(cv2), arrival_cv2=draw(cv2),
        lot=draw(st.one_of(st.just(1.0), st.floats(1, 60))),
        taken=draw(st.one_of(st.just(1.0), st.integers(1, 20).map(float))),
        shut_share=draw(st.one_of(st.just(0.0), st.floats(0, 0.5))), shut_h=draw(st.floats(0, 200)),
        shut_cv2=draw(cv2), open_h=draw(st.one_of(st.just(24.0), st.floats(4, 24))),
    )  # fmt: skip


LOADS = np.array([0, 1e-6, 0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 0.9999, 1, 1.0001, 1.01, 1.1, 1.5, 5])


@settings(max_examples=150, deadline=None)
@given(anything(), st.sampled_from([100.0, YEAR_H]))
def test_e01_waits_are_finite_and_rise(made: Delays, horizon: float) -> None:
    found = [made.at(load * made.capacity, horizon) for load in LOADS]
    waits, slopes = np.array([one.wait[0] for one in found]), np.array([one.slope[0] for one in found])
    assert np.isfinite(waits).all()
    assert np.isfinite(slopes).all()
    assert (waits >= 0).all()
    assert (slopes >= 0).all()
    assert (np.diff(waits) >= -1e-9 * waits[1:]).all()


@settings(max_examples=150, deadline=None)
@given(anything(), st.floats(0.02, 3))
def test_e02_the_slope_is_that_of_the_waits(made: Delays, load: float) -> None:
    flow, step = load * made.capacity[0], 1e-4 * load * made.capacity[0]
    rise = (one(made, flow + step) - one(made, flow - step)) / (2 * step)
    slope = made.slope(flow)[0]
    # a table is cubic between its nodes, so that a difference across one is off by its bend
    scale = one(made, flow) / flow
    # and a wait of all but nothing has no digits left to tell a difference by
    assert slope == pytest.approx(rise, rel=2e-2, abs=1e-3 * scale + 1e-300)


def test_e03_the_slope_is_exact_where_nothing_is_tabled() -> None:
    made = stations([1, 3, 10], [1, 9, 0.1], service_cv2=[0, 0.5, 1], lot=[1, 1, 52], shut_share=[0, 0.1, 0], shut_h=86)
    for load in (0.05, 0.5, 0.9, 0.99, 1.0, 1.01, 1.3):
        flow, step = load * made.capacity, 1e-5 * load * made.capacity
        rise = (made.wait(flow + step) - made.wait(flow - step)) / (2 * step)
        assert made.slope(flow) == pytest.approx(rise, rel=3e-5)


@settings(max_examples=100, deadline=None)
@given(anything(), st.floats(0, 2))
def test_e04_no_jumps(made: Delays, load: float) -> None:
    flow = load * made.capacity[0]
    here, there = made.at(flow), made.at(flow * (1 + 1e-9))
    assert (
        there.wait[0] - here.wait[0]
        <= 1e-6 * max(here.wait[0], 1e-9) + 2e-9 * max(here.slope[0], there.slope[0]) * flow
    )


def test_e05_each_stands_alone() -> None:
    many = joined([stations([1, 5], 1, service_cv2=1), ferries(24, [10, 54], headway_cv2=[0, 0.1]), sections(2.0)])
    flow = 0.9 * many.capacity
    alone = [one(stations(1, 1, service_cv2=1), flow[0]), one(stations(5, 1, service_cv2=1), flow[1]),
             one(ferries(24, 10), flow[2]), one(ferries(24, 54, headway_cv2=0.1), flow[3]),
             one(sections(2.0), flow[4])]  # fmt: skip
    assert many.wait(flow).tolist() == alone


def test_e06_what_takes_no_time_makes_nobody_wait() -> None:
    none = stations(2, 0.0)
    assert (one(none, 1e9), float(none.slope(1e9)[0])) == (0.0, 0.0)


def test_e07_kernels_run_uncompiled_and_give_the_same() -> None:
    code = (
        "from karvan.flow.delays.delay import *; import karvan.kernels.delay as k\n"
        "assert not hasattr(k.settled, 'signatures')\n"
        "m = joined([stations([1, 10], 0.5, service_cv2=0.5, lot=[1, 5], shut_share=0.1, shut_h=9, open_h=20),"
        " stations(2, 1, taken=4), ferries(24, 53.5, headway_cv2=0.1)])\n"
        "print([float(x).hex() for f in (0, 0.5, 0.97, 1.2) for x in m.wait(f * m.capacity)])\n"
    )
    plain = dict(os.environ, NUMBA_DISABLE_JIT="1")
    uncompiled = subprocess.run([sys.executable, "-c", code], env=plain, check=True, capture_output=True, text=True)
    made = joined([stations([1, 10], 0.5, service_cv2=0.5, lot=[1, 5], shut_share=0.1, shut_h=9, open_h=20),
                   stations(2, 1, taken=4), ferries(24, 53.5, headway_cv2=0.1)])  # fmt: skip
    compiled = [float(x) for f in (0, 0.5, 0.97, 1.2) for x in made.wait(f * made.capacity)]
    found = [float.fromhex(text) for text in uncompiled.stdout.strip("[]\n' ").split("', '")]
    assert found == pytest.approx(compiled, rel=1e-9)


# f: what cannot be


def test_f01_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as told:
        stations([0, 2], [1, -3], service_cv2=[np.nan, 1], lot=0.5, shut_share=1.0)
    text = str(told.value)
    for part in ("servers 0", "service_h 1", "service_cv2 0", "lot 0", "shut_share 0"):
        assert part in text
    with pytest.raises(InputError, match="whole number"):
        stations(1.5, 1)
    with pytest.raises(InputError, match="open_h 0"):
        stations(1, 1, open_h=0)


def test_f02_ferries_and_loads() -> None:
    for wrong in ({"headway_h": 0}, {"slots": 0.5}, {"headway_cv2": -1}, {"lot": np.inf}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            ferries(**{"headway_h": 24, "slots": 10, **wrong})
    for flow, slots, longest in ((-1, 5, 1), (1, 0, 1), (1, 2.5, 1), (1, 5, np.nan)):
        with pytest.raises(InputError):
            when_full(flow, slots, longest)


@pytest.mark.parametrize("flow", [-1e-9, np.nan, np.inf])
def test_f03_a_flow_that_is_none_is_named(flow: float) -> None:
    with pytest.raises(InputError, match="flow 1"):
        stations([1, 1], 1).wait([0.5, flow])


# g: the page


def test_g01_the_page_is_what_the_stored_figures_print() -> None:
    printed = print_delays.PAGE.read_text(encoding="utf-8")
    assert printed == print_delays.page(), "run python tools/print_delays.py"


def test_g02_the_stored_figures_are_of_the_cases() -> None:
    assert [held.case for held in print_delays.stored()] == list(print_delays.cases())
    with print_delays.RESULT.open(encoding="utf-8", newline="") as file:
        assert all(int(row["n"]) >= print_delays.FEWEST for row in csv.DictReader(file))


def test_g03_errors_are_small() -> None:
    """As the page says they are, and little more: a change that makes the models worse is to be seen."""
    helds = print_delays.stored()
    for group, median, p90 in (("station", 0.01, 0.05), ("lots", 0.02, 0.1), ("closures", 0.05, 0.1),
                               ("hours", 0.06, 0.13), ("ferry", 0.01, 0.05), ("section", 0.01, 0.03),
                               ("full", 0.01, 0.03)):  # fmt: skip
        errors = np.abs([held.error for held in helds if held.case.group == group])
        assert np.median(errors) < median, group
        assert np.quantile(errors, 0.9) < p90, group


@pytest.mark.parametrize("group", list(print_delays.TITLES))
def test_g04_a_simulation_of_each_kind_comes_to_what_is_stored(group: str) -> None:
    """One case of each kind, few replications: within what so few can tell."""
    held = next(held for held in print_delays.stored() if held.case.group == group and held.case.load >= 0.5)
    system = print_delays.system_of(held.case, 1.5 * YEAR_H)
    found = print_delays.waited(replicate(system, hours=1.5 * YEAR_H, seed=11, replications=8), held.case)
    assert abs(found.mean - held.found_h) < 3 * found.half_width + held.half_h
