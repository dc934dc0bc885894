"""Trade, flows and costs in turn: fixed points worked by hand or by bisection, what does not move, what is refused.

a: costs as a share of value; b: without queues; c: with queues; d: answers that are none; e: ways that are lost, trade
that is diverted; f: the planner's matrix; g: the package that ships.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, root

from karvan.corridor import Corridor
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.ground.errors import InputError
from karvan.network.network import Floats, Ints
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.matrix import matrix
from karvan.study.trade.costs import Changes, costs_of, matrix_change, worth_of
from karvan.study.trade.demand import scaled
from karvan.study.trade.loop import (
    Balanced,
    CloseLoop,
    NotConverged,
    Respond,
    TradeBalance,
    balance,
    constant_elasticity,
    trade_loop,
)
from karvan.testing import draw
from karvan.trade.boxes import Dyad

WAYS = """
    place   A CN
    place   N RU
    place   C AZ
    MID     rail A 20h B 20h C    every 24h  400usd
    NORTH   rail A 30h N          every 24h  200usd
    set vehicle MID capacity_teu=4000
    set vehicle NORTH capacity_teu=4000
    gate    B 0h
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=600
    add demand id=nor origin=A destination=N commodity=general year=2024 teu_year=1400
"""
"""A box is worth 48,000 USD and an hour of it 10; half a day is waited: 400 + 520 to C, 200 + 420 to N."""
WORTH = 48_000.0
ASK = Assign(gap=1e-9)
SURE = CloseLoop(within=1e-9, rounds=500)
TO_C, TO_N = ("CN", "AZ"), ("CN", "RU")


def world(picture: str = WAYS) -> Problem:
    return problem_of(draw(picture), ASK)


def flows(picture: str = WAYS) -> ServiceFlows:
    return solve(world(picture), ASK)


def loop(before: str, after: str, respond: Respond | float, within: float = 1e-9, **more: object) -> TradeBalance:
    respond = constant_elasticity(respond) if isinstance(respond, float) else respond
    return balance(flows(before), world(after), ASK, respond, CloseLoop(within, 500, **more))  # type: ignore[arg-type]


def speed(kmh: float) -> str:
    """The first half of the way to C at another speed than 50 km/h: it is 1,000 km long."""
    return f"{WAYS}    set link MID-0 speed_kmh={kmh}\n"


# --- a: costs as a share of value


def test_a01_a_way_costs_its_money_and_its_days_of_the_value() -> None:
    found = flows()
    ways = Changes(found, found.problem).ways(costs_of(found))
    assert worth_of(found.problem) == pytest.approx([WORTH, WORTH])
    to_c = ways[TO_C]
    assert (to_c.days, to_c.usd_teu) == pytest.approx((52 / 24, 200), rel=1e-6)
    assert to_c.ad_valorem == pytest.approx((400 + 52 * 10) / WORTH, rel=1e-6)
    assert to_c.musd == pytest.approx(300 * WORTH / 1e6)


def test_a02_a_day_may_be_worth_something_else_to_trade_than_to_shippers() -> None:
    found = flows()
    [dear] = [Changes(found, found.problem, 2.1).ways(costs_of(found))[TO_C]]
    assert dear.ad_valorem == pytest.approx(400 / WORTH + 52 / 24 * 0.021, rel=1e-6)


def test_a03_the_change_is_that_of_the_delivered_price() -> None:
    base, fast = flows(), flows(speed(100))  # ten hours less
    change = Changes(base, fast.problem).to(costs_of(fast))
    assert change[TO_C] == pytest.approx((1 + 820 / WORTH) / (1 + 920 / WORTH) - 1, rel=1e-6)
    assert change[TO_N] == 0.0


def test_a04_goods_of_a_pair_weigh_by_their_value() -> None:
    two = WAYS + (
        "    add commodity id=dear t_per_teu=10 usd_per_t=12000 value_of_time_pct_day=0.5\n"
        "    add demand id=dear origin=A destination=C commodity=dear year=2024 teu_year=200\n"
    )
    found = flows(two)
    share = (600 * 920 / WORTH + 200 * 5 * (400 + 52 * 50) / (5 * WORTH)) / (600 + 200 * 5)
    assert Changes(found, found.problem).ways(costs_of(found))[TO_C].ad_valorem == pytest.approx(share, rel=1e-6)


def test_a05_co2e_is_paid_for_where_it_has_a_price() -> None:
    dirty = WAYS.replace("400usd", "400usd 50kg")
    plain, priced = (Assign(gap=1e-9, co2e_usd_t=price) for price in (0.0, 100.0))
    shares = []
    for ask in (plain, priced):
        found = solve(problem_of(draw(dirty), ask), ask)
        shares.append(Changes(found, found.problem).ways(costs_of(found))[TO_C].ad_valorem)
    assert shares[1] - shares[0] == pytest.approx(20 * 50 * 0.1 / WORTH, rel=1e-6)  # 20 t of 50 kg each at 0.1 USD a kg


# --- b: without queues


@pytest.mark.parametrize("elasticity", [-1.0, -5.0, -20.0])
@pytest.mark.parametrize(("kmh", "cost"), [(100.0, 820.0), (62.5, 880.0), (25.0, 1120.0)])
def test_b01_trade_answers_by_its_elasticity(elasticity: float, kmh: float, cost: float) -> None:
    found = loop(WAYS, speed(kmh), elasticity)
    assert isinstance(found, Balanced)
    assert found.factor[TO_C] == pytest.approx(((WORTH + cost) / (WORTH + 920)) ** elasticity, rel=1e-6)
    assert found.factor[TO_N] == 1.0
    units = {found.flows.problem.goods[chain.goods].id: amount for chain, amount in found.flows.flows}
    assert units == pytest.approx({"mid": 300 * found.factor[TO_C], "nor": 700})


def test_b02_without_a_change_of_costs_nothing_changes_to_the_bit() -> None:
    found = loop(WAYS, WAYS, -20.0)
    assert [turn.gap for turn in found.rounds] == [0.0]
    assert set(found.factor.values()) == {1.0}
    assert set(found.change.values()) == {0.0}
    assert found.flows.chains() == found.base.chains()
    assert found.flows.load.tobytes() == found.base.load.tobytes()
    assert scaled(draw(WAYS), 2024, found.factor).rows == ()


def test_b03_no_elasticity_is_no_answer_whatever_the_costs() -> None:
    found = loop(WAYS, speed(200), 0.0)
    assert set(found.factor.values()) == {1.0}
    assert found.change[TO_C] < 0


@settings(max_examples=15, deadline=None)
@given(st.floats(10, 300), st.floats(-30, -0.1))
def test_b04_who_gets_there_sooner_trades_more_and_nobody_else(kmh: float, elasticity: float) -> None:
    found = loop(WAYS, speed(kmh), elasticity)
    assert found.settled
    assert found.factor[TO_N] == 1.0
    assert found.factor[TO_C] == 1.0 if kmh == 50 else (found.factor[TO_C] > 1) == (kmh > 50)


def test_b05_the_answer_is_a_demand_that_bends_a_corridor() -> None:
    found = loop(WAYS, speed(100), -5.0)
    bent = scaled(draw(speed(100)), 2024, found.factor).corridor
    again = solve(problem_of(bent, ASK), ASK)
    assert again.problem.per_year == pytest.approx(found.flows.problem.per_year, rel=1e-12)
    assert again.load == pytest.approx(found.flows.load, rel=1e-9)


def test_b06_rows_tell_both_worlds() -> None:
    rows = {(row["exporter"], row["importer"]): row for row in loop(WAYS, speed(100), -5.0).pairs()}
    row = rows[TO_C]
    assert (row["teu_before"], row["teu"]) == pytest.approx((600, 600 * row["factor"]))
    assert row["days_before"] - row["days_after"] == pytest.approx(10 / 24, rel=1e-5)
    assert row["ad_valorem_after"] == pytest.approx((1 + row["ad_valorem_before"]) * (1 + row["price_change"]) - 1)


# --- c: with queues


class Linear:
    """Everybody waits so many hours for each unit a year that takes what he takes, at resources of one name."""

    def __init__(self, problem: Problem, name: str, hours: float) -> None:
        resources = problem.supply.resources
        self.hours = np.array([hours if of.id == name else 0.0 for of in resources])

    def wait(self, load: Floats, which: Ints) -> tuple[Floats, Floats]:
        return self.hours[which] * load, self.hours[which]


CRANE = """
    place   A CN
    place   N RU
    place   C AZ
    MID     rail A 20h B       every 1h  200usd
    FERRY   sea  B 20h C       every 1h  200usd
    SHORT   rail N 10h B       every 1h  100usd
    change  B rail sea {hours}h
    set facility B-rail-sea service_time_dist=exponential servers=1
    set vehicle MID capacity_teu=400
    set vehicle FERRY capacity_teu=400
    set vehicle SHORT capacity_teu=400
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=12000
    add demand id=sho origin=N destination=C commodity=general year=2024 teu_year={other}
"""


def crane(hours: float = 1.0, other: float = 0.0) -> str:
    return CRANE.format(hours=hours, other=other)


def linear(slope: float, respond: Respond, before: str, after: str, **wishes: object) -> TradeBalance:
    """The loop where the crane's queue is a straight line in its load."""
    base, problem = world(before), world(after)
    start = solve(base, ASK, delays=Linear(base, "B-rail-sea", slope))
    delays = Linear(problem, "B-rail-sea", slope)
    return balance(start, problem, ASK, respond, CloseLoop(**{"within": 1e-10, "rounds": 500, **wishes}), delays=delays)  # type: ignore[arg-type]


FREE = 400 + 10 * 41.0
"""USD of a box to C without any wait: the waits for vehicles are nothing where only the crane has one."""
SOONER = crane().replace("MID     rail A 20h", "MID     rail A 8h")


@pytest.mark.parametrize("k", [0.5, 5.0, 50.0])
def test_c01_a_straight_queue_and_a_straight_answer_by_hand(k: float) -> None:
    # c(f) = c' + b f, f = 1 - k ((V + c' + b f) / (V + c + b) - 1), so f = (1 + k - k (V + c') / (V + c + b)) / (1 + k
    # b / (V + c + b)), with c' = c - 120: twelve hours less
    slope = 0.002
    b, whole = 10 * slope * 6000, WORTH + FREE + 10 * slope * 6000

    def respond(change: Mapping[Dyad, float]) -> Mapping[Dyad, float]:
        return {dyad: 1 - k * share for dyad, share in change.items()}

    found = linear(slope, respond, crane(), SOONER)
    by_hand = (1 + k - k * (WORTH + FREE - 120) / whole) / (1 + k * b / whole)
    assert isinstance(found, Balanced)
    assert found.factor[TO_C] == pytest.approx(by_hand, rel=1e-8)
    assert by_hand > 1


@pytest.mark.parametrize("elasticity", [-2.0, -30.0, -400.0])
def test_c02_a_straight_queue_and_a_constant_elasticity_by_bisection(elasticity: float) -> None:
    slope = 0.002
    whole = WORTH + FREE + 10 * slope * 6000
    found = linear(slope, constant_elasticity(elasticity), crane(), SOONER)
    rest = brentq(
        lambda f: ((WORTH + FREE - 120 + 10 * slope * 6000 * f) / whole) ** elasticity - f, 0.5, 3.0, xtol=1e-13
    )
    assert isinstance(found, Balanced)
    assert found.factor[TO_C] == pytest.approx(float(rest), rel=1e-8)


def test_c03_where_going_all_the_way_leads_away_averages_come_to_rest() -> None:
    found = linear(0.002, constant_elasticity(-1500.0 / 2), crane(), SOONER)
    assert found.settled
    steps = [turn.step for turn in found.rounds]
    assert steps[0] == 1.0
    assert min(steps[:-1]) < 0.5
    assert max(turn.gap for turn in found.rounds[1:4]) > found.rounds[0].gap / 10
    assert steps[-1] == 0.0


def test_c04_two_pairs_at_one_crane_take_room_from_each_other() -> None:
    slope, elasticity = 0.002, -40.0
    found = linear(slope, constant_elasticity(elasticity), crane(other=4000.0),
                   SOONER.replace("teu_year=0.0", "teu_year=4000.0"))  # fmt: skip
    # Boxes of N pay 300 USD and 31 hours, and wait with those of A, 6,000 f + 2,000 g of them.
    whole = [WORTH + free + 10 * slope * 8000 for free in (FREE, 300 + 310.0)]

    def off(both: Floats) -> Floats:
        wait = 10 * slope * (6000 * both[0] + 2000 * both[1])
        costs = np.array([WORTH + FREE - 120 + wait, WORTH + 610 + wait])
        return (costs / whole) ** elasticity - both

    rest = root(off, np.ones(2), tol=1e-13).x
    assert [found.factor[TO_C], found.factor["RU", "AZ"]] == pytest.approx(rest.tolist(), rel=1e-8)
    assert rest[0] > 1 > rest[1]


@pytest.mark.parametrize(("before", "after"), [(1.0, 0.6), (0.6, 1.2)])
def test_c05_the_queueing_models_own_fixed_point_by_bisection(before: float, after: float) -> None:
    start, problem, respond = flows(crane(before)), world(crane(after)), constant_elasticity(-15.0)
    found = balance(start, problem, ASK, respond, CloseLoop(within=1e-7, rounds=500))
    changes = Changes(start, problem)

    def off(factor: float) -> float:
        at = solve(problem.with_demand([6000 * factor, 0.0]), ASK)
        return respond(changes.to(costs_of(at)))[TO_C] - factor

    assert found.settled
    assert found.factor[TO_C] == pytest.approx(float(brentq(off, 0.3, 2.4, xtol=1e-10)), rel=1e-6)
    assert (found.factor[TO_C] > 1) == (after < before)


def test_c06_a_queue_holds_trade_back() -> None:
    respond = constant_elasticity(-20.0)
    free, held = (linear(slope, respond, crane(), SOONER) for slope in (0.0, 0.01))
    assert 1 < held.factor[TO_C] < free.factor[TO_C]
    assert free.factor[TO_C] == pytest.approx(((WORTH + FREE - 120) / (WORTH + FREE)) ** -20.0, rel=1e-8)


def test_c07_too_few_rounds_are_an_answer_of_their_own() -> None:
    found = linear(0.002, constant_elasticity(-400.0), crane(), SOONER, rounds=3)
    assert isinstance(found, NotConverged)
    assert not found.settled
    assert len(found.rounds) == 3
    assert found.gap > 1e-10
    assert "after 3 rounds" in found.reason
    first = linear(0.002, constant_elasticity(-400.0), crane(), SOONER, rounds=1)
    assert set(first.factor.values()) == {1.0}  # the flows that are told are those of the demand that is told


def test_c08_an_assignment_that_does_not_settle_is_no_fixed_point() -> None:
    rivals = crane() + "    ROUND rail A 90h C every 12h 300usd\n    set vehicle ROUND capacity_teu=400\n"
    hasty = Assign(gap=1e-12, iterations=1)
    start = solve(problem_of(draw(rivals), ASK), ASK)
    problem = problem_of(draw(rivals.replace("change  B rail sea 1.0h", "change  B rail sea 1.4h")), ASK)
    found = balance(start, problem, hasty, constant_elasticity(0.0))
    assert found.gap == 0
    assert isinstance(found, NotConverged)
    assert "the assignment" in found.reason


def test_c09_the_same_again_gives_the_same_bits() -> None:
    one, other = (linear(0.002, constant_elasticity(-30.0), crane(), SOONER) for _ in range(2))
    assert one.rounds == other.rounds
    assert one.factor == other.factor
    assert one.flows.load.tobytes() == other.flows.load.tobytes()


# --- d: answers that are none


def test_d01_requests_are_checked_and_all_is_said() -> None:
    with pytest.raises(InputError) as error:
        CloseLoop(within=0.0, rounds=0, pct_day=-1.0).checked()
    assert [problem.address for problem in error.value.problems] == ["within", "rounds", "pct_day"]


def test_d02_an_optimum_has_no_costs_to_answer() -> None:
    with pytest.raises(InputError, match="method"):
        balance(flows(), world(), Assign(method="so"), constant_elasticity(-1.0))


@pytest.mark.parametrize("factor", [-1.0, math.nan, math.inf])
def test_d03_an_answer_of_trade_is_a_factor(factor: float) -> None:
    with pytest.raises(InputError, match="factor of CN-AZ"):
        loop(WAYS, speed(100), lambda _: {TO_C: factor})


@pytest.mark.parametrize("elasticity", [0.5, math.nan, -math.inf])
def test_d04_trade_does_not_grow_as_it_becomes_dearer(elasticity: float) -> None:
    with pytest.raises(InputError, match="elasticity"):
        constant_elasticity(elasticity)


def test_d05_a_base_of_other_demand_is_no_base() -> None:
    other = WAYS.replace("id=mid", "id=mid-2024").replace("id=nor", "id=nor-2024")
    with pytest.raises(InputError, match="mid-2024, and 1 more"):
        loop(WAYS, other, -5.0)


# --- e: ways that are lost, and trade that is diverted


def test_e01_a_pair_whose_way_is_gone_is_told_and_left() -> None:
    found = loop(
        WAYS, WAYS.replace("destination=C", "destination=C families=none") + "    family none modes=sea\n", -5.0
    )
    assert found.lost == {TO_C: 1.0}
    assert TO_C not in found.change
    assert found.factor[TO_C] == 1.0
    assert {row["demand"] for row in found.flows.unserved()} == {"mid"}


def test_e02_trade_may_be_diverted_to_pairs_whose_costs_stay() -> None:
    found = loop(WAYS, speed(100), lambda _: {TO_C: 1.2, TO_N: 0.9, ("CN", "US"): 5.0})
    assert found.factor == {TO_C: 1.2, TO_N: 0.9}
    assert found.flows.problem.per_year == pytest.approx([360, 630])


def test_e03_trade_may_cease_and_begin_again() -> None:
    asked = iter([0.0])
    found = loop(WAYS, speed(100), lambda _: {TO_C: next(asked, 1.0)}, within=1e-6)
    assert found.settled
    assert found.factor[TO_C] == pytest.approx(1.0, abs=1e-5)
    assert sum(row["units"] for row in found.flows.chains() if row["demand"] == "mid") == pytest.approx(300, rel=1e-5)


def test_e04_what_stays_in_a_country_is_no_trade() -> None:
    inside = WAYS.replace("place   N RU", "place   N CN")
    found = loop(inside, f"{inside}    set link NORTH-0 speed_kmh=100\n    set link MID-0 speed_kmh=100\n", -20.0)
    assert set(found.factor) == {TO_C}
    assert found.flows.problem.per_year[1] == 700


# --- f: the planner's matrix


def test_f01_costs_may_be_those_of_the_planner() -> None:
    def told(corridor: Corridor) -> object:
        return matrix("A", "C,N", "2024-03-04", package=corridor, past=True, commodity="general")

    base, fast = told(draw(WAYS)), told(draw(speed(100)))
    change = matrix_change(base, fast, WORTH, 0.5)  # type: ignore[arg-type]
    figures = [found.figures for found in (base, fast)]  # type: ignore[attr-defined]
    shares = [1 + (one["price_usd"][0, 0] + one["time_h"][0, 0] * 10) / WORTH for one in figures]
    assert figures[0]["time_h"][0, 0] - figures[1]["time_h"][0, 0] == pytest.approx(10)
    assert change == {TO_C: pytest.approx(shares[1] / shares[0] - 1), TO_N: 0.0}
    with pytest.raises(InputError, match="value_usd"):
        matrix_change(base, fast, 0.0, 0.5)  # type: ignore[arg-type]


# --- g: the package that ships


@pytest.mark.thorough
def test_g01_the_partnership_of_2030_and_its_trade_come_to_rest() -> None:
    respond = constant_elasticity(-5.0)
    found = trade_loop("middle-corridor", "partnership-2030", respond, base="base-2030")
    assert isinstance(found, Balanced)
    wanted = respond(found.changes.to(costs_of(found.flows)))
    assert found.factor == pytest.approx({dyad: wanted.get(dyad, 1.0) for dyad in found.factor}, rel=1e-3)
    assert found.factor["KAZ", "TUR"] > 1.05
    assert sum(factor == 1.0 for factor in found.factor.values()) < len(found.factor)
    assert found.flows.problem.corridor.rows("demand")[0].year == 2030


@pytest.mark.thorough
def test_g02_a_world_against_itself_has_exactly_the_trade_that_it_has() -> None:
    found = trade_loop("middle-corridor", "base-2030", constant_elasticity(-5.0), base="base-2030")
    assert [turn.gap for turn in found.rounds] == [0.0]
    assert set(found.factor.values()) == {1.0}
    assert found.flows.chains() == found.base.chains()
