"""Families that are closed: planner, assignment and simulator keep out of them; and goods that leave theirs by a queue.

a: who may go where; b: every engine; c: the way out of a queue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.test_service_chains import random_corridor

from karvan.corridor import Corridor
from karvan.itinerary import Choice
from karvan.network.family import closed_to
from karvan.scenario.scenario import scenario
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.routing import route_demand
from karvan.study.shift import unit_costs
from karvan.study.simulate import simulate
from karvan.testing import draw

METHODS = ("ue", "sue", "so")
PICTURE = """
    place   A CN
    place   R RU
    place   B KZ
    place   C AZ
    NORTH   rail A 10h R 10h C   every 24h  100usd
    MIDDLE  rail A 20h B 20h C   every 24h  200usd
    NEAR    rail A 5h R          every 24h  50usd
    SOUTH   road A 90h C         every 24h  900usd
    set vehicle NORTH capacity_teu=4000
    set vehicle MIDDLE capacity_teu=4000
    set vehicle NEAR capacity_teu=4000
    set vehicle SOUTH capacity_teu=4000
    family  northern places=R
    family  middle places=B
    family  southern
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=own origin=A destination=C commodity=general year=2024 teu_year=1000 families=northern
    add demand id=any origin=A destination=C commodity=general year=2024 teu_year=600
    add demand id=mid origin=A destination=C commodity=general year=2024 teu_year=400 families=middle
    add demand id=russia origin=A destination=R commodity=general year=2024 teu_year=800
"""
SHUT = "title: Shut\nyear: 2024\nclosed: [{family: northern, why: war}]\n"
OPEN_TO = "title: Shut\nyear: 2024\nclosed: [{family: northern, open_to: [RU], why: war}]\n"


def bent(text: str, picture: str = PICTURE) -> Corridor:
    package = replace(draw(picture), scenarios={"s": text.encode()})
    return scenario(package, "s").on(package)


def taken(corridor: Corridor, method: str) -> dict[str, set[str]]:
    """The families that each row of demand takes; none where it stays."""
    ask = Assign(method=method)
    flows = solve(problem_of(corridor, ask), ask)
    found: dict[str, set[str]] = {of.id: set() for of in flows.problem.goods}
    for chain, units in flows.flows:
        if units > 1e-6:
            found[flows.problem.goods[chain.goods].id].add(chain.family)
    return found


# --- a: who may go where


def test_a01_a_family_is_closed_to_all_but_the_goods_of_those_whom_it_is_left_open_to() -> None:
    assert closed_to(draw(PICTURE), "A", "C") == ()
    assert closed_to(bent(SHUT), "A", "C") == closed_to(bent(SHUT), "A", "R") == ("northern",)
    assert closed_to(bent(OPEN_TO), "A", "C") == ("northern",)
    assert closed_to(bent(OPEN_TO), "A", "R") == closed_to(bent(OPEN_TO), "R", "C") == ()


def test_a02_rows_that_name_only_closed_families_are_freed() -> None:
    shut = bent(SHUT)
    assert shut.row("demand", "own").families == ()
    assert shut.row("demand", "mid").families == ("middle",)
    assert draw(PICTURE).row("demand", "own").families == ("northern",)


# --- b: every engine


@pytest.mark.parametrize("method", METHODS)
def test_b01_an_assignment_keeps_out_of_it(method: str) -> None:
    before, after = taken(draw(PICTURE), method), taken(bent(SHUT), method)
    assert before["own"] == {"northern"}
    assert "northern" in before["any"]
    for row in ("own", "any"):
        assert "middle" in after[row]
        assert "northern" not in after[row]
    assert before["mid"] == after["mid"] == {"middle"}
    assert after["russia"] == set()


@pytest.mark.parametrize("method", METHODS)
def test_b02_it_stays_open_to_the_goods_of_those_named(method: str) -> None:
    after = taken(bent(OPEN_TO), method)
    assert after["russia"] == {"northern"}
    assert "northern" not in after["own"] | after["any"]


@pytest.mark.parametrize("method", METHODS)
def test_b03_goods_for_which_there_is_no_other_way_stay_and_say_why(method: str) -> None:
    ask = Assign(method=method)
    flows = solve(problem_of(bent(SHUT), ask), ask)
    [left] = flows.left
    assert flows.problem.goods[left.goods].id == "russia"
    assert left.units == 400
    assert "way" in left.reason


def test_b04_a_plan_keeps_out_of_it(find: Callable[..., Choice]) -> None:
    def families(corridor: Corridor, ends: str) -> set[str]:
        return {option.family for option in find(corridor, ends).options}

    assert {"northern", "middle"} <= families(draw(PICTURE), "A > C")
    assert families(bent(SHUT), "A > C") == families(draw(PICTURE), "A > C") - {"northern"}
    assert families(bent(SHUT), "A > R") == set()
    assert families(bent(OPEN_TO), "A > R") == {"northern"}
    assert "northern" not in families(bent(OPEN_TO), "A > C")


def test_b05_a_simulation_keeps_out_of_it(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARVAN_RUNS", f"{tmp_path}/runs")
    routes = {stream.demand: stream.family for stream in route_demand(draw(PICTURE), 2024).streams}
    assert routes == {"own": "northern", "any": "northern", "mid": "middle", "russia": "northern"}
    routing = route_demand(bent(SHUT), 2024)
    assert {stream.demand: stream.family for stream in routing.streams} == dict.fromkeys(
        ("own", "any", "mid"), "middle"
    )
    assert [one.demand for one in routing.unrouted] == ["russia"]
    found = simulate(bent(OPEN_TO), days=60.0, warmup_days=10.0, replications=1)
    assert set(found.times().index) == {"A - C | middle | container", "A - R | northern | container"}


def test_b06_two_scenarios_that_close_one_leave_it_open_to_whom_both_do() -> None:
    more = b"title: T\nyear: 2024\nclosed: [{family: northern, open_to: [RU, AZ], why: war}]\n"
    package = replace(draw(PICTURE), scenarios={"s": OPEN_TO.encode(), "t": more})
    assert scenario(package, "s+t").on(package).row("family", "northern").open_to == ("RU",)


# --- c: the way out of a queue

CRANE = """
    place   A CN
    place   B KZ
    place   C AZ
    OWN     rail A 10h B  every 0.5h  200usd
    FERRY   sea  B 10h C  every 0.5h  200usd
    BACK    road A 20h C  every {headway}h  {usd}usd
    change  B rail sea 1h
    set vehicle OWN capacity_teu=2
    set vehicle FERRY capacity_teu=2
    set vehicle BACK capacity_teu=9000
    set facility B-rail-sea service_time_dist=exponential
    family  own places=B
    family  back
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=AC origin=A destination=C commodity=general year=2024 teu_year={teu} families=own
"""
"""A crane that lifts 8,760 boxes a year. 400 USD and 21.5 hours of 10 USD, half an interval of each train counted."""
OWN = 400 + 215


def crane(teu: float, usd: float = 250, headway: float = 24, **wishes: object) -> tuple[float, float]:
    """The share of the boxes that leaves, and what one pays on its mean way as it minds it."""
    ask = Assign(**{"gap": 1e-8, "iterations": 300, "elsewhere": True} | wishes)  # type: ignore[arg-type]
    flows = solve(problem_of(draw(CRANE.format(teu=teu, usd=usd, headway=headway)), ask), ask)
    assert flows.settled
    gone = sum(units for chain, units in flows.flows if chain.family == "back")
    [cost] = unit_costs(flows)
    return gone / (teu / 2), float(cost)


@pytest.mark.parametrize("theta", [4.0, 12.3, 50.0])
@pytest.mark.parametrize("usd", [50, 250, 600])
def test_c01_goods_leave_when_the_queue_costs_more_than_their_way_is_worth_to_them(usd: float, theta: float) -> None:
    back = usd + 10 * 32
    bears = max(OWN, back) + OWN / theta
    for teu in (2000, 8000, 14000, 17000, 20000, 30000):
        gone, cost = crane(teu, usd, theta=theta)
        _, stay = crane(teu, usd, theta=theta, elsewhere=False)
        if stay < bears * (1 - 1e-6):
            assert (gone, cost) == (0, pytest.approx(stay))
        else:
            assert gone > 0
            assert cost == pytest.approx(bears, rel=1e-6)


def test_c02_the_interval_of_trains_is_no_queue() -> None:
    # a week between trains is waited for by all who go that way, on the first day as on any: nobody leaves for it
    weekly = CRANE.replace("OWN     rail A 10h B  every 0.5h", "OWN     rail A 10h B  every 168h").replace(
        "set vehicle OWN capacity_teu=2\n", "set vehicle OWN capacity_teu=900\n"
    ).replace("B rail sea 1h", "B rail sea 0.01h")  # fmt: skip
    ask = Assign(elsewhere=True)
    flows = solve(problem_of(draw(weekly.format(teu=100, usd=50, headway=24)), ask), ask)
    assert {chain.family for chain, _ in flows.flows} == {"own"}


def test_c03_who_leaves_waits_for_the_trains_of_the_other_way() -> None:
    for headway in (24, 168):
        ask = Assign(elsewhere=True)
        problem = problem_of(draw(CRANE.format(teu=20000, usd=250, headway=headway)), ask)
        way_out = problem.chains[0].way_out
        assert way_out is not None
        assert way_out.hours == pytest.approx(20 + headway / 2)
        assert way_out.cost == pytest.approx(max(OWN, 250 + 10 * (20 + headway / 2)) + OWN / ask.theta)


@pytest.mark.parametrize("seed", range(25))
def test_c04_without_a_queue_nobody_leaves(seed: int) -> None:
    corridor = random_corridor(seed, teu=4000.0)
    asks = [Assign(gap=1e-8, demand=1e-6, theta=1000.0, elsewhere=elsewhere) for elsewhere in (False, True)]
    stay, leave = (solve(problem_of(corridor, ask), ask) for ask in asks)
    assert leave.load == pytest.approx(stay.load, rel=1e-6, abs=1e-12)
    assert [chain.arcs for chain, _ in leave.flows] == [chain.arcs for chain, _ in stay.flows]


def test_c05_a_closed_family_is_no_way_out() -> None:
    shut = "title: S\nyear: 2024\nclosed: [{family: back, why: war}]\n"
    ask = Assign(elsewhere=True)
    problem = problem_of(bent(shut, CRANE.format(teu=30000, usd=250, headway=24)), ask)
    assert problem.chains[0].way_out is None
    flows = solve(problem, ask)
    assert {chain.family for chain, _ in flows.flows} == {"own"}
    assert np.all(flows.through <= 1)
