"""The spread: journeys drawn against closed forms, the luck that options share, and the simulator."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import exp, inf, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from tests.conftest import MONDAY
from tests.test_items import having
from tests.test_simulate import drawn, goods

import karvan
from karvan.corridor import Corridor
from karvan.ground.errors import InputError
from karvan.itinerary import FindItineraries, Load, search
from karvan.itinerary.chain import Chain
from karvan.itinerary.draws import Draws, draws_of, fill, word
from karvan.itinerary.spread import MOST_SAMPLES, Odds, Spread, clock_of, spread
from karvan.kernels import sampling
from karvan.kernels.chance import SHAPE_REACH
from karvan.network import Network, pack
from karvan.network.item import Hours
from karvan.network.law import GAMMA, HEADWAY, LOGNORMAL, MOST_TRIANGULAR, SLOW, TRIANGULAR, Law, fixed, moments
from karvan.network.measured import Measured
from karvan.network.network import ArcIx
from karvan.network.shape import quantiles
from karvan.report.plan import document
from karvan.report.spread import spread_lines
from karvan.sim.corridor import Period, compile_corridor
from karvan.sim.pack import pack as pack_simulator
from karvan.sim.quantiles import edge_ms
from karvan.sim.replicate import replicate
from karvan.study.plan import Planner
from karvan.study.routing import route_demand
from karvan.testing import draw

SEED = word("seed 1")


def asked(ends: str = "A > B", **wishes: Any) -> FindItineraries:
    origin, destination = ends.split(" > ")
    return FindItineraries(origin, destination, **{"depart": MONDAY, "tonnes": 1.0, "epsilon": 0.0} | wishes)


def chains_of(network: Network, ask: FindItineraries) -> list[Chain]:
    """The Pareto set, in the order of arrival."""
    return list(search(network, ask).front)


def one(corridor: Corridor | str, ends: str = "A > B", **wishes: Any) -> Spread:
    """The spread of the quickest chain."""
    network, ask = pack(draw(corridor) if isinstance(corridor, str) else corridor), asked(ends, **wishes)
    return spread(network, ask, chains_of(network, ask)[:1])[0]


def with_wait(picture: str, **waits: float) -> Corridor:
    """A picture in which goods wait at some facilities, as an exponential with that mean."""
    corridor = draw(picture)
    for name, hours in waits.items():
        facility = next(row.id for row in corridor.rows("facility") if row.id.replace("-", "_") == name)
        corridor = having(corridor, "facility", facility, wait_h=hours)
    return corridor


def holds(odds: Odds, truth: float, slack: float = 0.0) -> bool:
    return odds.low - slack <= truth <= odds.high + slack


# --- a: one thing varies, and the odds are those of its law


LINE = "K1 rail A 5h B now"


def test_a01_nothing_varies() -> None:
    found = one(LINE)
    assert {*found.hours} == {5.0}
    assert (found.mean_h, found.sd_h, found.never, found.planned_h) == (5.0, 0.0, 0, 5.0)
    assert {found.quantile_h(p) for p in (0.0, 0.1, 0.5, 0.95, 1.0)} == {5.0}
    assert set(found.shares) == {0.0}
    assert (found.on_time(5.0).share, found.on_time(4.999).share, found.buffer_h()) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("hours", [0.0, 1.0, 4.5, 11.0, 12.0])
def test_a02_a_clockwork_headway_is_met_at_any_moment_of_it(hours: float) -> None:
    found = one("K1 rail A 5h B every 12h")
    assert found.on_time(5 + hours).share == pytest.approx(hours / 12, abs=1 / found.n)
    assert holds(found.on_time(5 + hours), hours / 12)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9, 0.95])
def test_a03_its_quantiles_and_their_intervals(p: float) -> None:
    found = one("K1 rail A 5h B every 12h")
    assert found.quantile_h(p) == pytest.approx(5 + 12 * p, abs=12 / found.n)
    low, high = found.quantile_interval_h(p)
    half = 1.96 * sqrt(p * (1 - p) / found.n) * 12
    assert (low, high) == pytest.approx((5 + 12 * p - half, 5 + 12 * p + half), abs=3 * 12 / found.n)


LAWS = {
    Law(GAMMA, 4.0, 1.0): stats.expon(scale=4),
    Law(GAMMA, 4.0, 0.5): stats.gamma(4, scale=1),
    Law(GAMMA, 4.0, 1.2): stats.gamma(1 / 1.44, scale=4 * 1.44),
    Law(LOGNORMAL, 4.0, 0.5): stats.lognorm(sqrt(np.log(1.25)), scale=4 / sqrt(1.25)),
    Law(TRIANGULAR, 4.0, MOST_TRIANGULAR): stats.triang(0.5, scale=8),
    Law(HEADWAY, 12.0): stats.uniform(scale=12),
    Law(HEADWAY, 12.0, 1.0): stats.expon(scale=12),
}


@pytest.mark.parametrize(("law", "known"), LAWS.items(), ids=[f"{law.kind} {law.cv:.2g}" for law in LAWS])
def test_a04_every_law_is_its_distribution(law: Law, known: Any) -> None:
    assert moments([law]) == pytest.approx((known.mean(), known.var()))
    hours = np.empty(2000)
    fill(law, SEED, word("a"), hours)
    # Each two-thousandth of the distribution is drawn from once.
    assert np.abs(np.sort(known.cdf(hours)) - (np.arange(2000) + 0.5) / 2000).max() < 0.52 / 2000


@pytest.mark.parametrize("cv", [0.2, 0.5, 1.7])
def test_a05_headways_that_vary_are_met_in_long_ones(cv: float) -> None:
    gap = stats.gamma(1 / cv**2, scale=12 * cv**2)
    hours = np.empty(2000)
    fill(Law(HEADWAY, 12.0, cv), SEED, word("a"), hours)
    for waited in (1.0, 6.0, 15.0, 40.0):
        met = integrate.quad(gap.sf, 0, waited)[0] / 12  # density (1 - F) / E[H]
        assert np.mean(hours <= waited) == pytest.approx(met, abs=1 / 2000)


def test_a06_a_slow_branch_takes_a_share_of_all() -> None:
    hours = np.empty(2000)
    fill(Law(SLOW, 30.0, share=0.1), SEED, word("a"), hours)
    assert np.mean(hours == 0) == pytest.approx(0.9, abs=1 / 2000)
    assert np.mean(hours > 20) == pytest.approx(0.1 * exp(-20 / 30), abs=1 / 2000)
    assert hours.mean() == pytest.approx(3.0, rel=0.01)


def test_a07_at_a_gate_of_a_corridor() -> None:
    gate = {"service_time_dist": "gamma", "service_time_h": 4.0, "service_time_cv": 0.5}
    found = one(having(draw(LINE), "facility", "A-gate", **gate))
    for hours in (2.0, 4.0, 8.0):
        assert found.on_time(5 + hours).share == pytest.approx(LAWS[Law(GAMMA, 4.0, 0.5)].cdf(hours), abs=1 / found.n)


def test_a08_cut_off_comes_before_the_wait() -> None:
    found = one(having(draw("K1 rail A 5h B every 12h"), "service", "K1", cutoff_h=3.0))
    assert (found.hours[0], found.hours[-1]) == pytest.approx((8, 20), abs=12 / found.n)


def test_a09_two_exponentials_are_an_erlang() -> None:
    found = one(with_wait(LINE, A_gate=4.0, B_gate=4.0))
    for hours in (2.0, 8.0, 16.0, 24.0):
        assert holds(found.on_time(5 + hours), stats.gamma(2, scale=4).cdf(hours))


# --- b: moments


def test_b01_every_item_of_the_package_has_laws_of_its_mean_and_variance(planner: Planner) -> None:
    network = planner.network
    items = {item for arc in range(len(network.arcs)) for item in network.items(ArcIx(arc))}
    items |= {network.riding.wait_item(way, board) for way in network.ways for board in range(len(way.links))}
    assert sum(bool(item.variance_h2) for item in items) > 1000
    for item in items:
        assert moments(item.laws or [fixed(item.hours)]) == pytest.approx((item.hours, item.variance_h2), rel=1e-12)


def test_b02_what_is_drawn_of_them_too(planner: Planner) -> None:
    network = planner.network
    laws = {law for arc in range(len(network.arcs)) for item in network.items(ArcIx(arc)) for law in item.laws}
    varying = sorted(law for law in laws if law.variance_h2)
    assert {law.kind for law in varying} == {GAMMA, HEADWAY}
    assert len(varying) > 50
    hours = np.empty(4000)
    for law in varying:
        fill(law, SEED, word(str(law)), hours)
        assert hours.mean() == pytest.approx(law.mean_h, rel=2e-3)
        assert hours.var() == pytest.approx(law.variance_h2, rel=0.05)


def test_b06_waits_from_a_run_are_gammas_with_its_moments() -> None:
    run = Measured(run="a run", facilities={"B-border-in": Hours(6.0, 12.0)}, departures={("K1", 0): Hours(2.0, 3.0)})
    network = pack(draw(MISSED), run)
    [border] = [item for arc in range(len(network.arcs)) for item in network.items(ArcIx(arc)) if item.kind == "border"]
    assert border.laws == (fixed(1.0), Law(GAMMA, 6.0, sqrt(12) / 6))
    assert (border.hours, border.variance_h2) == pytest.approx((7.0, 12.0))
    wait = network.riding.wait_item(network.ways[0], 0)
    assert moments(wait.laws) == pytest.approx((2.0, 3.0))


KINDS = st.sampled_from([GAMMA, LOGNORMAL, HEADWAY])


@settings(deadline=None, max_examples=40)
@given(KINDS, st.floats(0.002, 2.0))
def test_b03_tables_have_the_moments_of_their_laws(kind: str, cv: float) -> None:
    score, step = np.linspace(-SHAPE_REACH, SHAPE_REACH, 4097, retstep=True)
    density = np.exp(-np.abs(score)) / (1 + np.exp(-np.abs(score))) ** 2 * step
    table, law = quantiles((kind, cv, ())), Law(kind, 1.0, cv)
    assert (np.diff(table) >= 0).all()
    mean = float(table @ density)
    assert mean == pytest.approx(1.0, rel=1e-6)
    assert float((table - mean) ** 2 @ density) == pytest.approx(law.variance_h2 / law.mean_h**2, rel=1e-4)


def test_b04_means_are_surer_than_of_independent_draws() -> None:
    corridor = with_wait(LINE, A_gate=4.0, B_gate=4.0)
    errors = [one(corridor, samples=100, seed=seed).mean_h - 13 for seed in range(50)]
    assert np.std(errors) < 0.3 * sqrt(32 / 100)  # of independent draws the spread of the mean is sqrt(variance / n)


@pytest.mark.parametrize(("hours", "level"), [(3.0, 0.95), (9.0, 0.95), (20.0, 0.95), (9.0, 0.5)])
def test_b05_intervals_hold_the_truth_as_often_as_they_say(hours: float, level: float) -> None:
    network = pack(with_wait(LINE, A_gate=3.0, B_gate=3.0))
    ask = asked(samples=200)
    chains, truth = chains_of(network, ask), stats.gamma(2, scale=3).cdf(hours)
    found = [spread(network, replace(ask, seed=seed), chains)[0].on_time(5 + hours, level) for seed in range(300)]
    held = sum(holds(odds, truth) for odds in found)
    assert held >= stats.binom.ppf(1e-3, 300, level)


# --- c: timetables, and what is missed


def test_c01_an_exponential_before_a_daily_train() -> None:
    found = one(with_wait("K1 rail A 5h B at 12:00", A_gate=6.0))
    [connection] = found.connections
    assert (found.planned_h, connection.planned_h, connection.leg) == (17.0, 12.0, 1)
    assert connection.missed.share == pytest.approx(exp(-12 / 6), abs=1 / found.n)
    # Who misses it waits for the first of the next days' trains that comes in time: a geometric number of days.
    assert connection.lost_h == pytest.approx(24 / (1 - exp(-24 / 6)), rel=5e-3)
    assert set(np.round(found.hours - 17, 6) % 24) == {0.0}
    for day in range(3):
        assert found.on_time(17 + 24 * day).share == pytest.approx(1 - exp(-(12 + 24 * day) / 6), abs=1 / found.n)


def test_c02_who_is_early_goes_with_an_earlier_train() -> None:
    corridor = having(with_wait("K1 rail A 5h B at 12:00", A_gate=30.0), "facility", "A-gate", service_time_h=2.0)
    found = one(corridor)  # ready on Tuesday at 8 on average, and on Monday by noon if lucky
    assert found.planned_h == 36 + 5
    assert found.on_time(17).share == pytest.approx(1 - exp(-10 / 30), abs=1 / found.n)


MISSED = """
    place   A AA
    place   B BB
    K1      rail A 5h B  now
    K2      rail B 6h C  at 10:00
    K3      rail C 7h D  at 18:00 on 13
    border  B rail in 1h
"""


def test_c03_a_missed_train_moves_everything_after_it() -> None:
    found = one(with_wait(MISSED, B_border_in=3.0), "A > D")
    first, second = found.connections  # at the border at 6, slack of 4 h; at C at 16, slack of 2 h
    assert (first.planned_h, second.planned_h, found.planned_h) == (10.0, 18.0, 25.0)
    assert (first.leg, second.leg) == (3, 5)
    late = exp(-4 / 3)
    assert first.missed.share == pytest.approx(late, abs=1 / found.n)
    assert second.missed.share == first.missed.share  # nothing varies in between
    assert second.lost_h >= 48  # the train of Monday is followed by that of Wednesday
    assert found.on_time(25 + 47).share == pytest.approx(1 - late, abs=1 / found.n)
    assert found.on_time(25 + 48).share == pytest.approx(1 - exp(-(4 + 48) / 3), abs=1 / found.n)


@pytest.mark.parametrize(("border", "crane"), [(3.0, 1.0), (8.0, 4.0)])
def test_c04_two_chances_to_miss(border: float, crane: float) -> None:
    corridor = with_wait(MISSED, B_border_in=border, C_rail_rail=crane)
    found = one(corridor, "A > D", samples=20_000)
    caught = (1 - exp(-4 / border)) * (1 - exp(-2 / crane))
    # Those of Tuesday's train reach C at 16 on Tuesday, 26 h before the next one leaves; and so on.
    days = [1 - exp(-(4 + 24 * day) / border) for day in range(3)]
    slack = [2.0, 26.0, 2.0]
    by_wednesday = sum(
        (days[day] - (days[day - 1] if day else 0.0)) * (1 - exp(-(slack[day] + 48 * (day == 0)) / crane))
        for day in range(3)
    )
    assert holds(found.on_time(25, 0.999), caught)
    assert holds(found.on_time(25 + 48, 0.999), by_wednesday)


def test_c05_no_departure_is_left() -> None:
    found = one(with_wait("K1 rail A 5h B at 12:00 to 2026-01-06", A_gate=20.0))
    stranded = exp(-36 / 20)  # the last train leaves on Tuesday
    assert found.never / found.n == pytest.approx(stranded, abs=1 / found.n)
    assert found.hours[-1] == inf
    assert found.quantile_h(0.95) == inf
    assert found.quantile_h(0.5) == 17 + 24
    assert found.mean_h < 17 + 24
    assert found.on_time(1e9).share == pytest.approx(1 - stranded, abs=1 / found.n)


def test_c06_the_season_of_a_service_without_timetable() -> None:
    corridor = with_wait("K1 rail A 5h B every 12h from 2026-01-06 to 2026-01-06", A_gate=20.0)
    found = one(corridor)
    ready = np.maximum(np.quantile(stats.expon(scale=20).rvs(200_000, random_state=1), np.linspace(0, 1, 2001)), 24)
    assert found.hours[0] >= 24 + 5
    assert max(found.hours[np.isfinite(found.hours)]) <= 48 + 5
    in_time = np.mean([np.clip((48 - at) / 12, 0, 1) for at in ready])
    assert 1 - found.never / found.n == pytest.approx(in_time, abs=0.01)


@pytest.mark.parametrize(("ready", "leaves"), [(0.1 + 0.2, 0.3), (0.3, 0.3), (0.3 + 1e-5, 2.0), (2.5, inf)])
def test_c07_last_digits_miss_no_train(ready: float, leaves: float) -> None:
    assert sampling.next_departure(ready, 1, 3, np.array([-9.0, 0.3, 2.0, 9.0])) == leaves


@pytest.mark.parametrize("load", ["1xFEU", "40xTEU"])
@pytest.mark.parametrize("ends", ["Xi'an > Istanbul", "Shanghai > Rotterdam"])
def test_c08_the_plan_is_the_journey_at_means(planner: Planner, ends: str, load: str) -> None:
    origin, destination = ends.split(" > ")
    ask = planner.request(origin, destination, "2026-12-01", load, past=True)
    chains = chains_of(planner.network, ask)[:10]
    for chain, found in zip(chains, spread(planner.network, ask, chains), strict=True):
        assert found.planned_h == pytest.approx(chain.time_h, rel=1e-12)
        assert found.mean_h == pytest.approx(chain.time_h, rel=5e-3)
        assert found.sd_h**2 == pytest.approx(chain.variance_h2, rel=0.15)


def test_c09_what_a_run_measured_beyond_the_timetable_is_a_cut_off_that_varies() -> None:
    run = Measured(run="a run", departures={("K2", 0): Hours(3.0, 9.0)})  # a gamma with that spread is exponential
    network, ask = pack(draw(MISSED), run), asked("A > D")
    [found] = spread(network, ask, chains_of(network, ask)[:1])
    assert found.connections[0].missed.share == pytest.approx(exp(-4 / 3), abs=1 / found.n)


# --- d: opening hours


def windowed(windows: dict[tuple[str, str, str], np.ndarray], picture: str = "K1 rail A 5h B every 24h") -> Spread:
    network, ask = pack(draw(picture)), asked()
    clock = replace(clock_of(network, ask), windows=windows)
    return spread(network, ask, chains_of(network, ask), clock=clock)[0]


def days_open(first: float, last: float, days: int = 60) -> np.ndarray:
    return np.array([[24 * day + first, 24 * day + last] for day in range(days)])


def test_d01_who_comes_at_night_waits_for_the_morning() -> None:
    found = windowed({("terminal_gate", "B", "B-gate"): days_open(8, 16)})
    # Arrival is even over a day; a third of all meets the open gate, the others leave at 8.
    at_eight = np.mean(np.abs(found.hours % 24 - 8) < 1e-9)
    assert at_eight == pytest.approx(16 / 24, abs=2 / found.n)
    assert ((found.hours % 24 >= 8) & (found.hours % 24 < 16)).all()


def test_d02_windows_hold_to_the_instant() -> None:
    gate = ("terminal_gate", "A", "A-gate")
    assert windowed({gate: np.array([[0.0, 1.0]])}, LINE).hours[0] == 5.0
    assert windowed({gate: np.array([[-1.0, 0.0], [2.0, 3.0]])}, LINE).hours[0] == 7.0
    assert windowed({("carriage", "A", "K1"): np.array([[4.0, 5.0]])}, LINE).hours[0] == 9.0


def test_d03_what_never_opens_lets_nobody_through() -> None:
    found = windowed({("terminal_gate", "A", "A-gate"): np.empty((0, 2))}, LINE)
    assert (found.never, found.mean_h, found.planned_h) == (found.n, inf, inf)
    assert windowed({("terminal_gate", "A", "A-gate"): np.array([[-9.0, -1.0]])}, LINE).never == found.n


def test_d04_opening_hours_of_the_corridor() -> None:
    corridor = having(draw("K1 rail A 5h B every 24h"), "facility", "B-gate", opens=8.0, closes=16.0)
    found = one(corridor)
    at_eight = np.mean(np.abs(found.hours % 24 - 8) < 1e-9)
    assert at_eight == pytest.approx(16 / 24, abs=2 / found.n)


def test_d05_storage_is_paid_by_who_waits_too_long() -> None:
    corridor = draw("K1 rail A 5h B now\n K2 rail B 6h C every 168h")
    yard = {"free_h": 24.0, "storage_usd_feu_day": 48.0}
    found = one(having(corridor, "facility", "B-rail-rail", **yard), "A > C", load=Load(boxes_40ft=3))
    # A wait is even from none to a week; what is beyond a day costs 2 USD an hour and box.
    assert found.storage_usd == pytest.approx(3 * 2 * (168 - 24) ** 2 / (2 * 168), rel=2e-3)
    assert one(corridor, "A > C").storage_usd == 0.0


# --- e: luck that is shared


FORK = """
    K1      rail A 5h B  every 48h  100usd
    K2      rail B 6h C  now        500usd
    K3      road B 9h C  now        100usd
"""


def fork(corridor: Corridor | str, **wishes: Any) -> list[Spread]:
    """The spreads of both ways."""
    network, ask = pack(draw(corridor) if isinstance(corridor, str) else corridor), asked("A > C", **wishes)
    chains = chains_of(network, ask)
    assert len(chains) == 2
    return spread(network, ask, chains)


def test_e01_options_that_differ_in_what_is_fixed_differ_by_it_in_every_journey() -> None:
    quick, slow = fork(FORK)
    assert quick.sd_h == pytest.approx(48 / sqrt(12), rel=1e-3)
    assert np.allclose(slow.journeys - quick.journeys, 3.0, atol=1e-9)
    assert (quick.before(slow).share, slow.before(quick).share) == (1.0, 0.0)


def test_e02_the_difference_varies_with_what_is_not_shared_only() -> None:
    quick, slow = fork(with_wait(FORK, B_rail_road=2.0))
    difference = slow.journeys - quick.journeys
    assert np.var(difference) == pytest.approx(4.0, rel=0.05)
    assert np.var(slow.journeys) == pytest.approx(48**2 / 12 + 4, rel=0.05)


def journeys(found: list[Spread]) -> list[bytes]:
    return [one.journeys.tobytes() for one in found]


def test_e03_the_same_bits_in_any_order_and_company() -> None:
    corridor = with_wait(FORK, B_rail_road=2.0, A_gate=3.0)
    network, ask = pack(corridor), asked("A > C")
    chains = chains_of(network, ask)
    first = journeys(spread(network, ask, chains))
    assert journeys(spread(network, ask, chains[::-1])) == first[::-1]
    assert journeys(spread(pack(corridor), ask, chains[1:])) == first[1:]
    assert journeys(spread(network, replace(ask, seed=2), chains)) != first
    assert journeys(spread(network, ask, chains)) == first


def test_e04_a_draw_is_known_by_its_name() -> None:
    hours = np.empty(5)
    fill(Law(GAMMA, 1.0, 1.0), SEED, word("border|B|B-border-in|0|0"), hours)
    pinned = [0.8300619035069577, 0.09836713424461152, 1.5730096475278874, 1.7396909234229285, 0.4923463648314264]
    assert hours.tolist() == pinned


def test_e05_what_is_passed_twice_is_drawn_twice() -> None:
    corridor = with_wait(
        """
        K1      rail A 5h B  now
        K2      rail B 1h C  now
        K3      rail C 1h B  now
        K4      rail B 5h D  now
        """,
        B_rail_rail=4.0,
    )
    found = one(corridor, "A > D", via=("C",))
    assert found.planned_h == 12 + 8
    assert found.sd_h**2 == pytest.approx(2 * 16, rel=0.1)  # and not 4 * 16


def test_e06_a_change_elsewhere_moves_no_other_draw() -> None:
    plain, changed = (fork(with_wait(FORK, A_gate=3.0, B_rail_road=wait))[1] for wait in (2.0, 4.0))
    moved = changed.journeys - plain.journeys
    assert (moved > 0).all()  # all of them by the same draws of the crane, twice as long
    assert np.var(moved) == pytest.approx(4.0, rel=0.05)


def test_e07_full_banks_are_given_up_and_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    network, ask = pack(with_wait(FORK, B_rail_road=2.0)), asked("A > C")
    chains = chains_of(network, ask)
    first, bank = journeys(spread(network, ask, chains)), draws_of(network, ask.seed, ask.samples)
    assert draws_of(network, ask.seed, ask.samples) is bank
    monkeypatch.setattr("karvan.itinerary.draws.MOST_BYTES", 0)
    assert journeys(spread(network, ask, chains)) == first
    assert draws_of(network, ask.seed, ask.samples) is not bank


def test_e08_a_bank_grows() -> None:
    picture = "\n".join(f"K{k} rail P{k} 1h P{k + 1} every {k + 1}h" for k in range(80))
    network, ask = pack(draw(picture)), asked("P0 > P80")
    [found] = spread(network, ask, chains_of(network, ask))
    mean = sum(1 + (k + 1) / 2 for k in range(80))
    assert len(Draws(1, 2).bank) < 80
    assert found.mean_h == pytest.approx(mean, rel=1e-3)
    assert found.sd_h == pytest.approx(sqrt(sum((k + 1) ** 2 / 12 for k in range(80))), rel=0.05)


# --- f: where the spread is from


def test_f01_shares_are_those_of_the_variances_where_nothing_connects() -> None:
    corridor = with_wait("K1 rail A 5h B every 12h\n K2 rail B 5h C every 24h", A_gate=3.0, C_gate=5.0)
    found = one(corridor, "A > C")
    variance = np.array([9 + 12, 0, 48, 0, 25])  # handling, ride, handling, ride, handling
    assert found.shares == pytest.approx(variance / variance.sum(), abs=0.05)


def test_f02_a_wait_for_a_train_makes_up_for_what_was_late() -> None:
    found = one(with_wait("K1 rail A 5h B now\n K2 rail B 5h C at 20:00", A_gate=1.0, C_gate=1.0), "A > C")
    at_gate, _, at_b, _, at_c = found.shares
    assert sum(found.shares) == pytest.approx(1.0)
    assert at_gate + at_b == pytest.approx(0.0, abs=1e-9)  # what is lost at A is won back at B
    assert at_c == pytest.approx(1.0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from(["now", "every 9h", "at 12:00"])), min_size=1, max_size=4))
def test_f03_they_add_up(legs: list[tuple[float, str]]) -> None:
    picture = "\n".join(f"K{k} rail P{k} 7h P{k + 1} {rule}" for k, (_, rule) in enumerate(legs))
    waits = {"P0_gate" if k == 0 else f"P{k}_rail_rail": wait for k, (wait, _) in enumerate(legs) if wait >= 0.01}
    found = one(with_wait(picture, **waits), f"P0 > P{len(legs)}", samples=50)
    assert len(found.shares) == 2 * len(legs) + 1
    assert sum(found.shares) == pytest.approx(1.0 if found.sd_h > 0 else 0.0)
    assert (np.diff(found.hours) >= 0).all()
    assert found.mean_h == pytest.approx(found.journeys.mean())
    assert found.sd_h == pytest.approx(found.journeys.std(ddof=1), abs=1e-9)
    for connection in found.connections:
        assert 0 <= connection.missed.low <= connection.missed.share <= connection.missed.high <= 1
        assert (connection.lost_h > 0) == (connection.missed.share > 0)


@pytest.mark.parametrize("samples", [1, 2, 3, 5, 7])
def test_f04_few_journeys(samples: int) -> None:
    found = one(with_wait(LINE, A_gate=3.0), samples=samples)
    assert found.n == samples
    assert found.hours[0] <= found.quantile_h(0.5) <= found.hours[-1]
    low, high = found.quantile_interval_h(0.5)
    assert low <= found.quantile_h(0.5) <= high


@pytest.mark.parametrize("samples", [0, -1, MOST_SAMPLES + 1])
def test_f05_numbers_of_journeys_that_cannot_be_drawn(samples: int) -> None:
    with pytest.raises(InputError, match="samples"):
        one(LINE, samples=samples)


# --- g: against the simulator


REACH = """
    K1      rail A 7h B  every 10h
    K2      rail B 11h C  at 06:00 on 1357
    change  B rail rail 3h
"""
LEVEL = 0.999


def simulated(corridor: Corridor, hours: list[int], replications: int) -> Iterator[tuple[float, float, float]]:
    """Share of all that arrive within those bins of the simulator: its hours, and its interval over replications."""
    period = Period(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 364 * 24, 28 * 24)
    packed = pack_simulator(compile_corridor(corridor, route_demand(corridor, 2024).streams, period))
    outcomes = replicate(packed, hours=336 * 24, warmup_h=28 * 24, replications=replications, workers=2).outcomes
    counts = np.array([outcome.histogram.sum(axis=0) for outcome in outcomes])
    shares = counts.cumsum(axis=1) / counts.sum(axis=1, keepdims=True)
    t = stats.t.ppf((1 + LEVEL) / 2, replications - 1)
    for k in hours:
        mean, half = shares[:, k - 1].mean(), t * shares[:, k - 1].std(ddof=1) / sqrt(replications)
        yield edge_ms(k) / 3_600_000, float(mean), float(half)


def test_g01_on_time_odds_are_those_of_the_simulator() -> None:
    crane = {"service_time_cv": 0.6, "service_time_dist": "gamma"}
    corridor = drawn(
        REACH, goods(way="A > C", teu_year=4000.0), teu=4000.0, facility={"B-rail-rail": crane},
        service={"K1": {"headway_cv": 1.0}},
    )  # fmt: skip
    network = pack(corridor)
    # Goods come at any hour of a week whose trains leave on four days.
    middles = [MONDAY + dt.timedelta(hours=hour) for hour in range(1, 168, 2)]
    weeks = [asked("A > C", depart=depart, samples=1000) for depart in middles]
    found = [spread(network, ask, chains_of(network, ask)[:1])[0] for ask in weeks]
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    bins = [int(64 * np.log2(1 + hours * 3_600_000 / 64)) for hours in (36, 48, 60, 72, 90, 120)]
    compared = 0
    for hours, share, half in simulated(corridor, bins, 16):
        ours = float(np.mean([one.on_time(hours).share for one in found]))
        own = z * sqrt(max(ours * (1 - ours), 1e-4) / (1000 * len(found)))
        assert abs(ours - share) <= half + own, (hours, ours, share, half)
        assert half < 0.03  # so that it says something
        compared += 0.05 < ours < 0.95
    assert compared >= 4


# --- h: asked for


def test_h01_a_promised_day_is_kept_until_its_end_where_it_was_promised(
    karvan_says: Callable[..., tuple[int, str]],
) -> None:
    said = ("plan", "Xi'an", "Poti", "--depart", "2026-12-01", "--past", "--modes", "rail,sea", "--promised")
    code, printed = karvan_says(*said, "2026-12-20")
    assert code == 0
    assert "on time" in printed
    assert "arrive by the end of 20 Dec 2026" in printed
    code, printed = karvan_says(*said, "2026-11-30")
    assert code == 3
    assert "promised | found '2026-11-30' | goods are ready no sooner than 2026-12-01T00:00:00+08:00" in printed


def test_h02_everything_wrong_at_once(planner: Planner) -> None:
    with pytest.raises(InputError) as wrong:
        planner.request("Xi'an", "Poti", "2026-12-01", past=True, promised="soon", samples=0, epsilon=7.0)
    assert sorted(problem.address for problem in wrong.value.problems) == ["epsilon", "promised", "samples"]


def told(corridor: Corridor, **wishes: Any) -> tuple[str, dict[str, Any]]:
    """What the terminal says of the spread of the first option, and the whole document."""
    plan = karvan.plan("A", "D", "2024-06-03", package=corridor, commodity="goods", past=True, **wishes)
    text = json.dumps(document(plan), allow_nan=False)
    return "\n".join(spread_lines(plan, plan.options[0])), json.loads(text)


def test_h03_missed_connections_are_told() -> None:
    picture = drawn(MISSED, facility={"B-border-in": {"wait_h": 3.0}}, service={"K1": {"departs": "headway"}})
    lines, said = told(picture, promised="2024-06-04")
    assert "miss K2 at B, 03 Jun 10:00, and lose 1.0 d" in lines
    assert "miss K3 at C, 03 Jun 18:00, and lose 2.0 d" in lines
    found = said["options"][0]["spread"]
    assert [connection["service"] for connection in found["connections"]] == ["K2", "K3"]
    assert found["connections"][0]["planned"] == "2024-06-03T10:00:00+00:00"
    assert found["connections"][0]["missed"]["share"] == pytest.approx(exp(-4 / 3), abs=1e-3)
    assert found["on_time"]["share"] == pytest.approx(1 - exp(-4 / 3), abs=1e-3)
    assert sum(found["share_by_leg"]) == pytest.approx(1, abs=1e-5)
    assert len(found["share_by_leg"]) == len(said["options"][0]["legs"])
    assert said["request"]["promised"] == "2024-06-05T00:00:00+00:00"


def test_h04_journeys_that_never_arrive_are_told_and_no_number() -> None:
    last = MISSED.replace("at 10:00", "at 10:00 to 2024-06-03")
    picture = drawn(last, facility={"B-border-in": {"wait_h": 3.0}}, service={"K1": {"departs": "headway"}})
    lines, said = told(picture)
    assert "find no departure any more" in lines
    found = said["options"][0]["spread"]
    assert found["never"] == pytest.approx(found["samples"] * exp(-4 / 3), abs=1)
    assert found["quantiles_h"]["p95"] == {"value": None, "low": None, "high": None}
    assert said["options"][0]["time_h"]["p95"] is None


# --- i: uncompiled


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is uncompiled itself")
def test_i01_the_same_uncompiled() -> None:
    """The bits of draws among them, which e04 has pinned."""
    here = Path(__file__)
    path = os.pathsep.join([str(here.parent.parent / "src"), str(here.parent.parent / "tools")])
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    words = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        here,
        "-k",
        "c01 or c03 or c05 or d0 or e04",
    ]
    done = subprocess.run([sys.executable, *map(str, words)], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
