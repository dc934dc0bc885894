"""How goods part anew among families when costs change: the incremental logit against its formula, and what stays.

a: without queues; b: with queues; c: what does not part.
"""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.shift import SETTLED, Shift, alternatives, shift, unit_costs, wanted_units
from karvan.testing import draw

TWO = """
    place   A CN
    place   B KZ
    place   N RU
    place   C AZ
    MID     rail A 20h B 20h C    every 24h  400usd
    NORTH   rail A 30h N 40h C    every 24h  200usd
    set vehicle MID capacity_teu=4000
    set vehicle NORTH capacity_teu=4000
    gate    B 0h
    family  middle places=B
    family  northern places=N
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=600 families=middle
    add demand id=nor origin=A destination=C commodity=general year=2024 teu_year=1400 families=northern
"""
"""An hour is worth 10 USD a box, and half a day is waited: 400 + 520 by the middle, 200 + 820 by the north."""
MID, NORTH = 920.0, 1020.0
THETA = 12.3


def world(picture: str = TWO, **wishes: object) -> Problem:
    return problem_of(draw(picture), Assign(**wishes))  # type: ignore[arg-type]


def flows(picture: str = TWO) -> ServiceFlows:
    return solve(world(picture), Assign(gap=1e-8))


def shifted(before: str, after: str, theta: float = THETA) -> Shift:
    return shift(flows(before), world(after), Assign(gap=1e-8, theta=theta))


def amounts(found: Shift) -> dict[str, float]:
    """Boxes a year of each row."""
    return {of.id: float(units) for of, units in zip(found.flows.problem.goods, found.per_year, strict=True)}


def logit(cheaper: float, theta: float = THETA) -> float:
    """The share of the middle after it has become so much cheaper, of .3 before."""
    weight = 0.3 * exp(theta * cheaper / MID)
    return weight / (weight + 0.7)


# --- a: without queues


@pytest.mark.parametrize("theta", [1.0, 4.0, THETA])
@pytest.mark.parametrize(("speed", "cheaper"), [(100, 100.0), (62.5, 40.0), (25, -200.0)])
def test_a01_shares_move_as_the_incremental_logit_says(theta: float, speed: float, cheaper: float) -> None:
    # 1,000 km of the way from A to B: 20 h at 50 km/h; Ben-Akiva and Lerman (1985), section 5.4
    found = shifted(TWO, f"{TWO}    set link MID-0 speed_kmh={speed}", theta)
    wanted = 1000 * logit(cheaper, theta)
    assert found.settled
    assert amounts(found)["mid"] == pytest.approx(wanted, abs=SETTLED * abs(wanted - 300) * 1.01)
    pivot = wanted_units(
        found.before, alternatives(found.flows.problem), unit_costs(flows()), unit_costs(found.flows), theta
    )
    assert pivot == pytest.approx([wanted, 1000 - wanted], rel=1e-6)


def test_a02_costs_are_those_of_money_time_and_waits() -> None:
    assert unit_costs(flows()) == pytest.approx([MID, NORTH], rel=1e-6)


def test_a03_without_a_change_of_costs_all_stays_to_the_bit() -> None:
    found = shifted(TWO, TWO)
    assert found.per_year.tolist() == found.before.tolist() == [300.0, 700.0]
    assert (found.unsettled, found.rounds) == (0.0, 0)
    assert [units for _, units in found.flows.flows] == [units for _, units in flows().flows]


def test_a04_the_whole_stays_as_it_is() -> None:
    found = shifted(TWO, f"{TWO}    set link MID-0 speed_kmh=200\n    set link NORTH-1 speed_kmh=40")
    assert sum(amounts(found).values()) == pytest.approx(1000, rel=1e-12)
    assert amounts(found)["mid"] > 300


def test_a05_it_falls_as_much_as_it_rose_when_the_change_is_undone() -> None:
    fast = f"{TWO}    set link MID-0 speed_kmh=100"
    there = shifted(TWO, fast)
    share = amounts(there)["mid"] / 1000
    back = wanted_units(
        there.per_year,
        alternatives(there.flows.problem),
        unit_costs(there.flows),
        unit_costs(flows()),
        THETA * 820 / MID,
    )
    assert share > 0.5
    assert back == pytest.approx([300, 700], rel=0.02)  # costs are told in shares of the least, which is 820 now


# --- b: with queues

CRANES = """
    place   A CN
    place   N RU
    place   C AZ
    MID     rail A 20h B       every 0.5h  200usd
    FERRY   sea  B 20h C       every 0.5h  200usd
    NORTH   rail A 30h N 40h C every 24h   200usd
    change  B rail sea {hours}h
    set facility B-rail-sea service_time_dist=exponential
    set vehicle MID capacity_teu=2
    set vehicle FERRY capacity_teu=2
    set vehicle NORTH capacity_teu=9000
    family  middle places=B
    family  northern places=N
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=12000 families=middle
    add demand id=nor origin=A destination=C commodity=general year=2024 teu_year=14000 families=northern
"""
"""A crane that takes an hour lifts 8,760 boxes a year, of which 6,000 come."""


@pytest.mark.parametrize(("before", "after"), [(1.0, 0.5), (0.9, 0.7), (0.5, 1.2), (1.0, 1.5)])
def test_b01_shares_and_queues_come_to_rest_together(before: float, after: float) -> None:
    # Against the fixed point by Brent's method: the share at which the queue that it makes asks for just that share.
    start, problem, ask = flows(CRANES.format(hours=before)), world(CRANES.format(hours=after)), Assign(gap=1e-8)
    found = shift(start, problem, ask)
    assert found.settled
    groups, old = alternatives(problem), unit_costs(start)

    def excess(mid: float) -> float:
        now = unit_costs(solve(problem.with_demand([mid, 13000 - mid]), ask))
        return float(wanted_units(found.before, groups, old, now, ask.theta)[0]) - mid

    rest = brentq(excess, 10.0, 12990.0, xtol=0.01)
    moved = abs(float(rest) - 6000)
    assert amounts(found)["mid"] == pytest.approx(float(rest), abs=max(0.02 * moved, 1))
    assert sum(amounts(found).values()) == pytest.approx(13000, rel=1e-12)
    assert (amounts(found)["mid"] > 6000) == (after < before)


def test_b02_a_queue_that_they_make_holds_goods_back() -> None:
    found = shifted(
        CRANES.format(hours=1.0), CRANES.format(hours=0.9).replace("MID     rail A 20h", "MID     rail A 10h")
    )
    free = shifted(
        CRANES.format(hours=0.01), CRANES.format(hours=0.01).replace("MID     rail A 20h", "MID     rail A 10h")
    )
    assert 6000 < amounts(found)["mid"] < amounts(free)["mid"]


# --- c: what does not part


def test_c01_wagons_and_goods_without_an_alternative_keep_their_ways() -> None:
    more = """
    add demand id=wag origin=A destination=C commodity=general year=2024 t_year=50000 unit=wagon families=middle
    add demand id=wan origin=A destination=C commodity=general year=2024 t_year=50000 unit=wagon families=northern
    add demand id=one origin=A destination=B commodity=general year=2024 teu_year=800
    set commodity general t_per_wagon=50
    set vehicle MID capacity_wagons=500 capacity_t=90000
    set vehicle NORTH capacity_wagons=500 capacity_t=90000
    """
    found = shifted(TWO + more, f"{TWO}{more}    set link MID-0 speed_kmh=100")
    said = amounts(found)
    assert (said["wag"], said["wan"], said["one"]) == (1000, 1000, 400)
    assert said["mid"] > 400


def test_c02_what_nobody_takes_nobody_takes_later() -> None:
    none = TWO.replace("teu_year=600", "teu_year=0")
    found = shifted(none, f"{none}    set link MID-0 speed_kmh=500")
    assert amounts(found) == {"mid": 0, "nor": 700}
    three = (
        TWO
        + "    R road A 50h C every 24h 500usd\n    set vehicle R capacity_teu=4000\n    family road modes=road\n"
        + ("    add demand id=truck origin=A destination=C commodity=general year=2024 teu_year=0 families=road\n")
    )
    both = shifted(three, f"{three}    set link MID-0 speed_kmh=100")
    assert amounts(both)["truck"] == 0
    assert amounts(both)["mid"] == pytest.approx(1000 * logit(100.0), rel=0.01)


def test_c03_rows_of_the_same_families_part_as_counted_whatever_their_border() -> None:
    split = TWO.replace("teu_year=600 families=middle", "teu_year=200 families=middle via=B") + (
        "    add demand id=mid2 origin=A destination=C commodity=general year=2024 teu_year=400 families=middle\n"
    )
    said = amounts(shifted(split, f"{split}    set link MID-0 speed_kmh=100"))
    assert said["mid2"] == pytest.approx(2 * said["mid"], rel=1e-12)
    assert said["mid"] + said["mid2"] == pytest.approx(1000 * logit(100.0), rel=0.01)


def test_c04_goods_of_another_commodity_or_place_are_others() -> None:
    other = TWO.replace(
        "destination=C commodity=general year=2024 teu_year=1400",
        "destination=N commodity=general year=2024 teu_year=1400",
    )
    found = shifted(other, f"{other}    set link MID-0 speed_kmh=100")
    assert amounts(found) == {"mid": 300, "nor": 700}
    assert alternatives(found.flows.problem) == []


COSTS = st.lists(st.floats(10, 1e4), min_size=3, max_size=3)


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=3), COSTS, COSTS, st.floats(0.1, 50))
def test_c05_totals_stay_and_who_becomes_dearer_loses(
    units: list[float], old: list[float], now: list[float], theta: float
) -> None:
    before, groups = np.array(units), [[np.array([0]), np.array([1]), np.array([2])]]
    wanted = wanted_units(before, groups, np.array(old), np.array(now), theta)
    assert wanted.sum() == pytest.approx(before.sum())
    assert all(after == 0 for after, was in zip(wanted, units, strict=True) if was == 0)
    there = [n for n in range(3) if units[n] > 1e-3]
    if len(there) > 1:
        dearest = max(there, key=lambda n: now[n] - old[n])
        assert wanted[dearest] <= before[dearest] * (1 + 1e-9)
