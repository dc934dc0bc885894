"""`karvan appraise` on small corridors whose answers are worked out by hand.

a: what is worth what in a year; b: streams by year; c: several together; d: risk; e: portfolio and order; f: bad input;
g: the doors; h: properties.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import combinations, permutations
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan import InputError
from karvan.corridor import Corridor
from karvan.corridor.check import numbers
from karvan.corridor.package import Description
from karvan.evidence.run import RunFolder
from karvan.scenario.scenario import scenario
from karvan.study.appraisal import NoRatio, SwitchingValue
from karvan.study.appraise import appraise
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.projects.appraisal import BENEFITS, STREAMS, Appraisal
from karvan.study.projects.benefits import Benefits
from karvan.study.projects.document import document
from karvan.study.projects.grounds import DEFAULTS
from karvan.study.projects.request import Appraise
from karvan.study.projects.undertaking import Undertaking, effect_grade
from karvan.study.projects.valuation import Valuation
from karvan.study.shift import unit_costs
from karvan.testing import draw
from karvan.testing.draw import row

LINE = """
    place   A CN
    place   B KZ
    place   C AZ
    K1      rail A 10h B 6h C  every 24h  160usd 8kg
    set vehicle K1 capacity_teu=4000
    set link K1-0 country=KZ
    set link K1-1 country=AZ
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=AC origin=A destination=C commodity=general year=2024 teu_year=2000
"""
"""1,000 boxes of 20 t a year, whose hour is worth 20 x 2400 x .005 / 24 = 10 USD; an hour of running costs 10 USD."""
BOXES, USD_H = 1000.0, 10.0
BASE = b"title: Base\nyear: 2024\n"
YEARS: dict[str, Any] = {"base": "base", "start": 2026, "end": 2030, "growth": 0.0}


def project(name: str, *effects: str, **cells: object) -> str:
    """A project that opens in 2027, costs 1 million USD and nothing to keep, unless said; of its effects each is
    TABLE/ROW/COLUMN CHANGE AMOUNT."""
    said = {"kind": "rail", "status": "planned", "starts": "2026-01", "opens": "2027-01", "capex_musd": 1,
            "opex_musd_year": 0, "life_years": 10, "countries": "KZ"} | cells  # fmt: skip
    lines = [f"add project id={name} " + " ".join(f"{key}={value}" for key, value in said.items() if value != "")]
    for n, effect in enumerate(effects, start=1):
        address, change, amount = effect.split()
        table, key, column = address.split("/")
        lines.append(f"add effect project={name} seq={n} table={table} row={key} column={column} change={change} "
                     f"amount={amount}")  # fmt: skip
    return "\n".join(lines) + "\n"


FASTER = project("faster", "link/K1-0/speed_kmh scale 2")
CHEAPER = project("cheaper", "tariff/K1:40ft/price_usd_km scale 0.75")
IDLE = project("idle")


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test stand by themselves."""
    monkeypatch.setenv("KARVAN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def world(*pictures: str, **scenarios: bytes) -> Corridor:
    return replace(draw("\n".join(pictures)), scenarios={"base": BASE, **scenarios})


def worth(picture: str, *projects: str, **wishes: Any) -> Benefits:
    """What projects are worth in a year, there in full."""
    return Valuation(world(picture), "base", tuple(sorted(projects)), (2024,), 0.0, **wishes).of(projects, 2024)


def alone(picture: str, name: str, **wishes: Any) -> Appraisal:
    return appraise([name], world(picture), **YEARS | wishes).alone[name]


def problems(projects: list[str], picture: str = LINE + FASTER + IDLE, **wishes: Any) -> str:
    with pytest.raises(InputError) as refused:
        appraise(projects, world(picture), **YEARS | wishes)
    return str(refused.value)


# --- a: what is worth what in a year


def test_a01_hours_that_are_saved_are_worth_what_an_hour_is() -> None:
    found = worth(LINE + FASTER, "faster")
    assert found.time_usd == pytest.approx(BOXES * 5 * USD_H)  # from 10 hours to 5
    assert found.total[1:] == (0, 0, 0, 0)
    assert found.users == pytest.approx({"CN": BOXES * 25, "AZ": BOXES * 25})
    assert set(found.takings.values()) == set(found.carriage.values()) == {0}


def test_a02_a_lower_tariff_moves_money_and_makes_none() -> None:
    found = worth(LINE + CHEAPER, "cheaper")
    assert found.fares_usd == pytest.approx(BOXES * 40)
    assert found.revenue_usd == -found.fares_usd
    assert (found.time_usd, found.carriage_usd, found.co2e_t) == (0, 0, 0)
    assert sum(found.users.values()) + sum(found.takings.values()) == pytest.approx(0, abs=1e-9)
    assert found.takings == pytest.approx({"KZ": -BOXES * 25, "AZ": -BOXES * 15})  # by the hours, and so kilometres
    whole = alone(LINE + CHEAPER, "cheaper", capex_musd={"cheaper": 0.0})
    assert whole.npv == pytest.approx(0, abs=1e-12)
    assert whole.present["fares"] == pytest.approx(-whole.present["takings"])


TWO_WAYS = """
    place   A CN
    place   C AZ
    SLOW    rail A 40h C   every 24h  100usd 40kg
    FAST    road A 30h C   every 24h  220usd 10kg
    set vehicle SLOW capacity_teu=4000
    set vehicle FAST capacity_teu=4000
    set link SLOW-0 country=KZ
    set link FAST-0 country=RU
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=AC origin=A destination=C commodity=general year=2024 teu_year=2000
"""
QUICK = project("quick", "link/FAST-0/speed_kmh scale 2")


def test_a03_who_takes_a_better_way_pays_other_carriers_whose_running_costs_count_at_base_prices() -> None:
    found = worth(TWO_WAYS + QUICK, "quick")  # 100 + 400 before, 220 + 150 after: all go by the other
    assert found.time_usd == pytest.approx(BOXES * 25 * USD_H)
    assert found.fares_usd == pytest.approx(-BOXES * 120)
    assert found.revenue_usd == pytest.approx(BOXES * 120)
    assert found.carriage_usd == pytest.approx(-BOXES * 120)
    assert found.co2e_t == pytest.approx(BOXES * 20 * 30 / 1000)
    assert found.takings == pytest.approx({"KZ": -BOXES * 100, "RU": BOXES * 220})
    assert found.carriage == pytest.approx({"KZ": BOXES * 100, "RU": -BOXES * 220})
    one = alone(TWO_WAYS + QUICK, "quick", running_share=0.5, co2e_usd_t=50.0)
    in_full = {name: one.streams[name][2] * 1e6 for name in BENEFITS}
    assert in_full == pytest.approx(
        {"time": 250_000, "fares": -120_000, "takings": 120_000, "carriage": -60_000, "co2e": 600 * 50}
    )


def test_a04_a_price_that_moves_goods_is_counted_at_base_prices_where_they_are_carried() -> None:
    # 100 + 400 against 40 + 300 where it was 220 + 300
    cut = project("cut", "tariff/FAST:40ft/price_usd_km scale 0.181818181818181818")
    found = worth(TWO_WAYS + cut, "cut")
    assert found.time_usd == pytest.approx(BOXES * 100)
    assert found.fares_usd == pytest.approx(BOXES * 60)
    assert found.revenue_usd == pytest.approx(-BOXES * 60)
    assert found.carriage_usd == pytest.approx(-BOXES * 120)


GATE = (
    LINE.replace("teu_year=2000", "teu_year=14016")
    + """
    gate A 1h
    set facility A-gate service_time_dist=exponential
"""
)
"""Eight boxes in ten hours at a gate that takes an hour for each."""


@pytest.mark.parametrize(("servers", "erlang_c"), [(2, 0.228571428571), (3, 0.0519779270689)])
def test_a05_one_more_server_saves_what_the_formula_of_erlang_says(servers: int, erlang_c: float) -> None:
    # C(c, a) with a = .8 of Erlang (1917); W = C / (c - a) hours, and a / (1 - a) = 4 hours of one server
    more = project("more", f"facility/A-gate/servers set {servers}")
    saved = 4 - erlang_c / (servers - 0.8)
    assert worth(GATE + more, "more").time_usd == pytest.approx(7008 * USD_H * saved, rel=0.01)


NEW_LINE = """
    add project id=line name=Line kind=rail status=planned starts=2026-01 opens=2027-01 capex_musd=1 life_years=10
    add planned_link projects=line id=A-C from_place=A to_place=C mode=rail length_km=400 speed_kmh=50 gauge_mm=1520
    add planned_service projects=line id=K2 name=K2 mode=rail vehicle=K1 departs=headway headway_h=24
    add planned_stop projects=line service=K2 seq=1 place=A call=both
    add planned_stop projects=line service=K2 seq=2 place=C call=both
    add planned_tariff projects=line id=K2 kind=leg service=K2 unit=40ft price_usd=150 year=2024
"""


def test_a06_a_new_line_is_worth_what_its_users_gain_over_the_old() -> None:
    found = worth(LINE + NEW_LINE, "line")  # 160 + 16 x 10 before, 150 + 8 x 10 after, each a day apart
    assert found.time_usd == pytest.approx(BOXES * 80)
    assert (found.fares_usd, found.carriage_usd) == pytest.approx((BOXES * 10, BOXES * 10))
    assert found.co2e_t == pytest.approx(BOXES * 20 * 4 / 1000)  # 8 kg a tonne over 800 km, now 400
    assert found.newly_served_t == 0


def test_a07_goods_that_had_no_way_are_told_and_not_valued() -> None:
    new_place = """
        add demand id=AD origin=A destination=D commodity=general year=2024 teu_year=300
        add planned_place projects=line id=D name=D country=AZ kind=city lon=0 lat=0
        add planned_facility projects=line id=D-gate place=D kind=terminal_gate serves=container servers=1
        set planned_facility D-gate service_time_h=0 price_usd_teu=0 price_usd_feu=0
    """
    found = worth(LINE + NEW_LINE.replace("place=C", "place=D") + new_place, "line")
    assert found.newly_served_t == pytest.approx(3000)
    assert found.time_usd == 0


@pytest.mark.parametrize("shifts", [True, False])
def test_a08_a_project_without_effect_is_worth_exactly_nothing(shifts: bool) -> None:
    for picture in (LINE, TWO_WAYS, GATE):
        found = worth(picture + IDLE, "idle", shifts=shifts)
        assert found.total == (0.0,) * 5
        assert {*found.users.values(), *found.takings.values(), *found.carriage.values()} == {0.0}


def test_a11_demand_of_other_years_is_not_added_to_that_of_the_base() -> None:
    other = "add demand id=AC-2025 origin=A destination=C commodity=general year=2025 teu_year=7000\n"
    alone, beside = (
        Valuation(world(LINE, FASTER, more), "base", ("faster",), (2030,), 0.0).of(["faster"], 2030)
        for more in ("", other)
    )
    assert beside == alone
    assert alone.time_usd == pytest.approx(BOXES * USD_H * 5, rel=1e-9)


def test_a09_what_the_base_lists_is_taken_out_and_put_back() -> None:
    listed = world(LINE + FASTER, base=b"title: Base\nyear: 2030\ndemand: {of: 2024}\nprojects: [faster]\n")
    found = appraise(["faster"], listed, **YEARS).alone["faster"].by_year[2030]
    assert found == alone(LINE + FASTER, "faster").by_year[2026]
    assert found.time_usd == pytest.approx(BOXES * 50)


LEAVING = """
    place   A CN
    place   B KZ
    place   C AZ
    OWN     rail A 10h B  every 0.5h  200usd
    FERRY   sea  B 10h C  every 0.5h  200usd
    BACK    road A 20h C  every 24h   250usd
    change  B rail sea 1.3333333333h
    set vehicle OWN capacity_teu=2
    set vehicle FERRY capacity_teu=2
    set vehicle BACK capacity_teu=4000
    set facility B-rail-sea service_time_dist=exponential
    family  own places=B
    family  back
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=AC origin=A destination=C commodity=general year=2024 teu_year=17520 families=own
"""
"""A crane lifts 6,570 boxes a year of 8,760; a truck costs less even where there is no queue, and nobody takes it."""


@pytest.mark.parametrize("theta", [4.0, 12.3, 50.0])
def test_a10_goods_that_left_a_queue_lose_what_their_own_way_was_worth_to_them(theta: float) -> None:
    cranes = project("cranes", "facility/B-rail-sea/servers add 9")
    own = 400 + USD_H * (0.25 + 10 + 4 / 3 + 0.25 + 10)
    assert own > 250 + USD_H * 32  # a row that leaves pays less and is there sooner, and yet would rather not
    found = worth(LEAVING + cranes, "cranes", theta=theta)
    built = scenario(world(LEAVING + cranes), "base+project:cranes").on(world(LEAVING + cranes))
    ask = Assign(theta=theta, elsewhere=True, gap=1e-8)
    [after] = unit_costs(solve(problem_of(built, ask), ask))
    assert own < after < own + 20  # some wait for a wagon's room and for the crane
    assert found.time_usd + found.fares_usd == pytest.approx(8760 * (own * (1 + 1 / theta) - after), rel=1e-4)
    assert found.fares_usd < 0
    assert found.fares_usd == pytest.approx(-found.revenue_usd)


# --- b: streams by year


def test_b01_every_stream_is_what_a_plain_table_has() -> None:
    more = project("faster", "link/K1-0/speed_kmh scale 2", capex_musd=3, opens="2028-01", opex_musd_year=0.01,
                   ramp_years=2, life_years=5)  # fmt: skip
    one = alone(LINE + more, "faster")
    share = [0, 0, 0.25, 0.75, 1]
    assert one.streams["capital"] == pytest.approx([-1.5, -1.5, 0, 0, 0])
    assert one.streams["upkeep"] == pytest.approx([-0.01 * part for part in share])
    assert one.streams["time"] == pytest.approx([0.05 * part for part in share])
    assert one.streams["residual"] == pytest.approx([0, 0, 0, 0, 3 * 2 / 5])
    net = [sum(one.streams[name][n] for name in STREAMS) for n in range(5)]
    assert one.net == pytest.approx(net)
    assert one.npv == pytest.approx(sum(value / 1.06**n for n, value in enumerate(net)))
    costs = 1.5 + 1.5 / 1.06 + sum(0.01 * part / 1.06**n for n, part in enumerate(share)) - 1.2 / 1.06**4
    benefits = sum(0.05 * part / 1.06**n for n, part in enumerate(share))
    assert one.bcr.value == pytest.approx(benefits / costs)  # type: ignore[union-attr]
    assert one.fyrr.value == pytest.approx(0.04 / (1.5 * 1.06**4 + 1.5 * 1.06**3))  # type: ignore[union-attr]


def test_b02_the_rate_of_return_is_where_net_value_is_nought() -> None:
    one = alone(LINE + project("faster", "link/K1-0/speed_kmh scale 2", capex_musd=0.15), "faster")
    rate = one.eirr.value
    assert rate is not None
    assert sum(value / (1 + rate) ** n for n, value in enumerate(one.net)) == pytest.approx(0, abs=1e-12)
    mirr = one.mirr.value
    gained = sum(max(value, 0) * 1.06 ** (4 - n) for n, value in enumerate(one.net))
    assert mirr == pytest.approx((gained / 0.15) ** (1 / 4) - 1)


def test_b03_what_was_spent_before_the_first_year_is_counted_in_it() -> None:
    early = project("faster", "link/K1-0/speed_kmh scale 2", starts="2019-01", opens="2024-01", capex_musd=5)
    one = alone(LINE + early, "faster")
    assert one.streams["capital"] == (-5.0, 0, 0, 0, 0)
    assert one.streams["time"] == pytest.approx([0.05] * 5)
    assert one.streams["residual"][-1] == pytest.approx(5 * 3 / 10)  # seven of ten years are gone
    assert isinstance(one.fyrr, NoRatio)


def test_b04_capital_is_spread_from_beginning_to_opening_and_one_that_opens_late_is_worth_little() -> None:
    late = project("faster", "link/K1-0/speed_kmh scale 2", starts="2026-07", opens="2030-07", capex_musd=5)
    one = alone(LINE + late, "faster")
    assert one.streams["capital"] == pytest.approx([-1] * 5)
    assert one.streams["time"] == pytest.approx([0, 0, 0, 0, 0.05])  # from the middle of the year on
    assert one.streams["residual"][-1] == pytest.approx(5 * 9.5 / 10)


def test_b05_what_nobody_says_is_assumed_and_told() -> None:
    bare = project("faster", "link/K1-0/speed_kmh scale 2", starts="", opens="", opex_musd_year="", life_years="",
                   capex_musd=10)  # fmt: skip
    one = alone(LINE + bare, "faster", build_years=2)
    [of] = one.projects
    assert (of.opens, of.begins, of.upkeep_musd, of.life_years) == ("2028-01", 2026, 0.2, 30)
    assert {said.what for said in of.assumed} == {"opens", "begins", "upkeep", "life"}
    assert one.streams["upkeep"] == pytest.approx([0, 0, -0.2, -0.2, -0.2])
    told = alone(LINE + bare, "faster", opens={"faster": "2027-01"}, capex_musd={"faster": 4.0})
    assert told.projects[0].opens == "2027-01"
    assert sum(told.streams["capital"]) == pytest.approx(-4)


def test_b06_without_a_cost_there_is_no_net_value_but_what_it_may_cost() -> None:
    bare = project("faster", "link/K1-0/speed_kmh scale 2", capex_musd="", opex_musd_year="")
    found = appraise(["faster"], world(LINE + bare), **YEARS)
    said = document(found)["projects"]["faster"]
    assert said["npv"] is said["eirr"] is said["bcr"] is said["capital"] is said["below_zero"] is None
    assert said["may_cost"] == pytest.approx(sum(0.05 / 1.06**n for n in range(1, 5)))
    # at that price it is worth just that: all of it spent in the first year, and nothing left of it
    spent = alone(LINE + bare, "faster", capex_musd={"faster": said["may_cost"]}, upkeep_share=0.0)
    assert spent.npv - spent.present["residual"] == pytest.approx(0, abs=1e-12)


def test_b07_demand_that_grows_raises_benefits_between_the_years_that_are_modelled() -> None:
    one = alone(LINE + FASTER, "faster", growth=0.1, model_years=(2027, 2029))
    levels = [1.1**3, 1.1**4, 1.1**5, 1.1**5]  # from 2027 on; in 2030 as in 2029
    assert one.streams["time"] == pytest.approx([0, *(0.05 * level for level in levels)])  # no queue: in proportion
    early = alone(LINE + project("faster", "link/K1-0/speed_kmh scale 2", starts="2020-01", opens="2025-01"), "faster",
                  growth=0.1, model_years=(2028, 2030))  # fmt: skip
    assert early.streams["time"] == pytest.approx([0.05 * 1.1**n for n in range(2, 7)])
    falls = alone(LINE + FASTER, "faster", growth=-0.1, model_years=(2027, 2030))
    assert falls.streams["time"] == pytest.approx([0, *(0.05 * 0.9**n for n in range(3, 7))])


def test_b08_by_default_one_year_is_modelled_and_stands_for_all() -> None:
    one = alone(LINE + FASTER, "faster", growth=0.1)
    assert one.ask.model_years == (2026,)
    assert one.streams["time"] == pytest.approx([0, *[0.05 * 1.1**2] * 4])
    assert "growth" not in {part.name for part in one.inputs}


def test_b09_switching_values_make_net_value_nought() -> None:
    one = alone(TWO_WAYS + QUICK, "quick")
    parts = one._components()
    assert sum(parts.values()) == pytest.approx(one.npv)
    for switch in one.switching:
        if switch.at is not None:
            others = sum(value for name, value in parts.items() if name != switch.name)
            assert others + switch.at * parts[switch.name] == pytest.approx(0, abs=1e-9)
    time = next(switch for switch in one.switching if switch.name == "time")
    assert isinstance(time, SwitchingValue)
    assert time.at is not None
    assert one.npv_with({"value of time": time.at}) == pytest.approx(0, abs=1e-9)


def test_b10_countries_add_up_to_net_value_but_for_the_climate() -> None:
    for picture, name in ((TWO_WAYS + QUICK, "quick"), (LINE + CHEAPER, "cheaper"), (GATE + FASTER, "faster")):
        for wishes in ({}, {"growth": 0.05, "model_years": (2027, 2030)}):
            one = alone(picture, name, **wishes)
            parts = [value for by in one.by_country.values() for value in by.values()]
            assert sum(parts) == pytest.approx(one.npv - one.present["co2e"])
            users = sum(by["users"] for by in one.by_country.values())
            assert users == pytest.approx(one.present["time"] + one.present["fares"], abs=1e-9)
    no_one = project("faster", "link/K1-0/speed_kmh scale 2", countries="")
    assert alone(LINE + no_one, "faster").by_country["not told"]["payers"] < 0


def test_b11_gains_and_losses_of_users_that_cancel_out_are_still_told_by_country() -> None:
    more = "\n    add demand id=BC origin=B destination=C commodity=general year=2024 teu_year=2000\n"
    both = project("both", "link/K1-0/speed_kmh scale 2", "link/K1-1/speed_kmh scale 0.5454545454545454")
    one = alone(LINE + more + both, "both")  # A-C: 5 h less and 5 more; B-C: 5 h more
    assert one.by_country["CN"]["users"] == pytest.approx(0, abs=1e-9)
    assert one.by_country["KZ"]["users"] == pytest.approx(one.present["time"] / 2)
    swap = project("swap", "link/K1-0/speed_kmh scale 2", "link/K1-1/speed_kmh scale 0.7058823529411765")
    split = alone(LINE + more + swap, "swap")  # 2.5 h less of A-C, 2.5 h more of B-C: nothing in all
    assert split.present["time"] == pytest.approx(0, abs=1e-9)
    assert split.by_country["CN"]["users"] == pytest.approx(-split.by_country["KZ"]["users"])
    assert split.by_country["CN"]["users"] > 0.01


def test_b12_a_commitment_stands_for_the_projects_that_would_fulfil_it() -> None:
    promise = """
    add commitment id=ag1 title=Rail kind=promise made=2024 parties=KZ sector=transport says=x status=signed sources=s
    set commitment ag1 projects=faster;visas
    add commitment id=ag2 title=Visas kind=agreement made=2024 parties=KZ sector=people says=x status=signed sources=s
    set commitment ag2 outside=people
    add project id=visas name=Visas kind=rule status=planned outside=people
    """
    found = appraise(["commitment:ag1"], world(LINE + FASTER + promise), **YEARS)
    assert list(found.alone) == ["faster"]
    assert "commitment:ag2 | found nothing to model | people" in problems(["commitment:ag2"], LINE + FASTER + promise)


# --- c: several together

SAME = project("same", "link/K1-0/speed_kmh scale 2", capex_musd=2)
OTHER = project("other", "link/K1-1/speed_kmh scale 2")
SERVER = project("server", "facility/A-gate/servers add 1")
QUICKER = project("quicker", "facility/A-gate/service_time_h scale 0.5")


def test_c01_with_a_project_without_effect_the_sum_is_exact() -> None:
    idle = project("idle", ramp_years=3, opens="2026-03")
    for picture, name in ((LINE + FASTER, "faster"), (GATE + SERVER, "server"), (TWO_WAYS + QUICK, "quick")):
        found = appraise([name, "idle"], world(picture + idle), pairs=True, **YEARS)
        assert found.interaction == 0.0
        assert found.whole is not None
        assert found.whole.npv == pytest.approx(sum(one.npv for one in found.alone.values()))
        assert found.beside is not None
        assert found.beside.interaction((name, "idle") if name < "idle" else ("idle", name)) == 0.0


def test_c02_two_projects_at_one_bottleneck_do_the_same_work() -> None:
    found = appraise(["server", "quicker"], world(GATE + SERVER + QUICKER), **YEARS)
    assert found.whole is not None
    apart = sum(one.npv for one in found.alone.values())
    assert found.interaction == pytest.approx(found.whole.npv - apart)
    assert found.interaction < -0.1 * abs(apart)  # both halve a wait of four hours that is there once


def test_c03_two_that_have_nothing_to_do_with_each_other_add_up() -> None:
    found = appraise(["faster", "other"], world(LINE + FASTER + OTHER), **YEARS)
    assert found.whole is not None
    assert found.whole.present["time"] == pytest.approx(sum(one.present["time"] for one in found.alone.values()))
    assert found.interaction == pytest.approx(0, abs=1e-12)


def test_c04_two_that_scale_one_number_are_worth_less_together() -> None:
    found = appraise(["faster", "same"], world(LINE + FASTER + SAME), **YEARS)
    assert found.whole is not None
    assert found.whole.streams["time"][1] == pytest.approx(0.075)  # 10 h, 5 h with one, 2.5 h with both
    assert found.interaction == pytest.approx(sum(-0.025 / 1.06**n for n in range(1, 5)))


def test_c05_while_one_is_not_there_yet_the_other_is_worth_what_it_is_alone() -> None:
    late = project("same", "link/K1-0/speed_kmh scale 2", opens="2029-01", ramp_years=1)
    found = appraise(["faster", "same"], world(LINE + FASTER + late), **YEARS)
    assert found.whole is not None
    assert found.whole.streams["time"] == pytest.approx([0, 0.05, 0.05, 0.05 + 0.5 * 0.025, 0.075])


def test_c06_the_order_in_which_projects_are_given_does_not_matter() -> None:
    package = world(GATE + SERVER + QUICKER + FASTER)
    found = [
        appraise(list(order), package, budget=2.0, **YEARS) for order in permutations(["server", "quicker", "faster"])
    ]
    first = found[0]
    for other in found[1:]:
        assert other.run.name == first.run.name
        assert other.interaction == first.interaction
        assert {name: other.alone[name].npv for name in sorted(other.alone)} == {
            name: first.alone[name].npv for name in sorted(first.alone)
        }
        assert other.beside is not None
        assert first.beside is not None
        assert other.beside.portfolio == first.beside.portfolio
        assert other.beside.order == first.beside.order


# --- d: risk


def test_d01_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    one, again, other = (alone(LINE + FASTER, "faster", seed=seed) for seed in (1, 1, 2))
    assert one.risk == again.risk
    assert one.tornado == again.tornado == other.tornado
    assert one.risk != other.risk
    assert one.risk.p50 == pytest.approx(other.risk.p50, rel=0.05)


def graded(grade: str) -> Corridor:
    """A corridor whose project's effect and cost are of a grade."""
    made = world(LINE + FASTER)
    addresses = ("effect", "faster:1", "amount"), ("project", "faster", "capex_musd")
    basis = [
        row("basis", table=table, row=key, column=name, method="read", grade=grade) for table, key, name in addresses
    ]
    return made.with_tables({"basis": tuple(basis)})


def test_d02_the_worse_the_evidence_the_wider_the_spread() -> None:
    widths, bars = [], []
    for grade in "ABCD":
        one = appraise(["faster"], graded(grade), **YEARS).alone["faster"]
        widths.append(one.risk.p90 - one.risk.p10)
        bars.append({bar.name: bar.swing for bar in one.tornado.bars})
    assert widths == sorted(widths)
    assert widths[3] > 1.5 * widths[0]
    for name in ("capital of faster", "size of effects"):
        assert [bar[name] for bar in bars] == sorted(bar[name] for bar in bars)
        assert bars[3][name] > 5 * bars[0][name]
    assert bars[3]["value of time"] == bars[0]["value of time"]


def test_d03_a_tornado_is_net_value_at_the_ends_of_each_input() -> None:
    one = alone(TWO_WAYS + QUICK, "quick", growth=0.02, model_years=(2027, 2030))
    assert {bar.name for bar in one.tornado.bars} == {
        "capital of quick", "upkeep", "value of time", "size of effects", "running share", "price of CO2e", "growth"
    }  # fmt: skip
    assert one.tornado.base == pytest.approx(one.npv)
    for bar in one.tornado.bars:
        assert (bar.at_low, bar.at_high) == (one.npv_with({bar.name: bar.low}), one.npv_with({bar.name: bar.high}))
    time = next(bar for bar in one.tornado.bars if bar.name == "value of time")
    assert time.at_high - time.at_low == pytest.approx((time.high - time.low) * one.present["time"])


# --- e: portfolio and order

THREE = LINE + project("good", "link/K1-0/speed_kmh scale 2", capex_musd=0.02, life_years=30) + project(
    "fair", "link/K1-1/speed_kmh scale 2", capex_musd=0.05, life_years=30
) + project("bad", "link/K1-1/speed_kmh scale 1.01", capex_musd=9)  # fmt: skip


@pytest.mark.parametrize(
    ("budget", "chosen"), [(0, ()), (0.01, ()), (0.03, ("good",)), (0.07, ("fair", "good")), (inf, ("fair", "good"))]
)
def test_e01_a_portfolio_holds_what_is_worth_most_within_its_budget(budget: float, chosen: tuple[str, ...]) -> None:
    found = appraise(["good", "bad", "fair"], world(THREE), budget=budget, **YEARS)
    assert found.beside is not None
    assert found.beside.portfolio is not None
    assert found.beside.portfolio.chosen == chosen
    assert found.beside.portfolio.is_proven
    assert (found.beside.chosen is None) == (not chosen)
    json.dumps(document(found), allow_nan=False)


def test_e02_it_is_the_best_of_all_subsets() -> None:
    names = ["faster", "same", "other"]
    cheap = {"faster": 0.05, "same": 0.06, "other": 0.03}
    package = world(LINE + FASTER + SAME + OTHER)
    found = appraise(names, package, budget=0.1, capex_musd=cheap, **YEARS)
    assert found.beside is not None
    assert found.beside.portfolio is not None
    values = {}
    for n in range(len(names) + 1):
        for some in combinations(sorted(names), n):
            if sum(cheap[name] for name in some) <= 0.1:
                whole = (
                    appraise(list(some), package, capex_musd={name: cheap[name] for name in some}, **YEARS)
                    if some
                    else None
                )
                values[some] = (whole.whole or whole.alone[some[0]]).npv if whole else 0.0
    best = max(values, key=lambda some: values[some])
    assert found.beside.portfolio.chosen == best
    assert found.beside.chosen is not None
    assert found.beside.chosen.npv == pytest.approx(values[best])


def test_e03_one_project_may_be_held_against_a_budget_too() -> None:
    for budget, chosen in ((0.0, ()), (1.0, ("good",))):
        found = appraise(["good"], world(THREE), budget=budget, **YEARS)
        assert found.beside is not None
        assert found.beside.portfolio is not None
        assert found.beside.portfolio.chosen == chosen


def test_e04_what_gives_most_for_its_cost_is_built_first_and_what_a_yearly_budget_cannot_bear_is_not() -> None:
    found = appraise(["bad", "fair", "good"], world(THREE), pairs=True, **YEARS)
    assert found.beside is not None
    assert found.beside.portfolio is None
    assert found.beside.order.order == ("good", "fair")
    assert [one.name for one in found.beside.order.left_out] == ["bad"]
    poor = appraise(["bad", "fair", "good"], world(THREE), yearly_budget=0.0, **YEARS)
    assert poor.beside is not None
    assert poor.beside.order.order == ()


# --- what it stands on


def test_e05_every_number_is_told_with_its_basis_and_what_was_given_as_given() -> None:
    package = graded("C")
    fact = row("fact", id="F1", subject="K1", metric="speed", value="2", source="picture", confidence="B")
    basis = tuple(one._replace(facts=("F1",), note="twice") if one.table == "effect" else one
                  for one in package.rows("basis"))  # fmt: skip
    package = package.with_tables({"fact": (fact,), "basis": basis})
    found = appraise(["faster"], package, rate=0.09, capex_musd={"faster": 2.0}, **YEARS)
    told = document(found, package)["basis"]
    [effect] = [one for one in told if one["what"].startswith("effect/")]
    assert effect["what"] == "effect/faster:1/amount (scale link/K1-0/speed_kmh)"
    assert (effect["about"], effect["value"], effect["method"], effect["grade"]) == ("faster", 2.0, "read", "C")
    assert [(one["id"], one["source"]) for one in effect["facts"]] == [("F1", "A picture in a test")]
    by_name = {one["what"]: one for one in told}
    assert (by_name["capital"]["value"], by_name["capital"]["method"], by_name["capital"]["grade"]) == (
        2.0,
        "given",
        None,
    )
    assert "project/faster/capex_musd" not in by_name
    assert by_name["discount rate"]["method"] == "given"
    assert by_name["running costs, of fares"]["grade"] == "D"
    assert by_name["commodity/general/value_of_time_pct_day"]["value"] == 0.5
    usual = document(appraise(["faster"], package, **YEARS | {"growth": Appraise().growth}))["basis"]
    assert {one["method"] for one in usual if one["about"] == "the request"} == {"read", "derived", "assumed"}


def test_e06_the_defaults_that_are_told_are_those_of_the_request() -> None:
    assert set(DEFAULTS) <= {one.name for one in fields(Appraise)}
    assert Appraise().growth == pytest.approx(1.3 ** (1 / 9) - 1, abs=5e-5)


def test_e07_all_of_what_a_project_builds_bears_on_its_grade() -> None:
    made = world(LINE + NEW_LINE)
    for worst in "BCD":
        rows = [("planned_link", "A-C", "length_km", "A"), ("planned_tariff", "K2", "price_usd", worst)]
        basis = [row("basis", table=table, row=key, column=name, method="read", grade=grade)
                 for table, key, name, grade in rows]  # fmt: skip
        assert effect_grade(made.with_tables({"basis": tuple(basis)}), "line") == worst


# --- f: bad input


@pytest.mark.parametrize(
    ("projects", "wishes", "told"),
    [
        ([], {}, "projects | found none"),
        (["fastr"], {}, "no project 'fastr' | nearest: faster"),
        (["faster", "faster"], {}, "'faster' twice | give each once"),
        (["commitment:nothing"], {}, "nothing"),
        (["faster"], {"rate": -1}, "rate | found -1 | give a share above -1"),
        (["faster"], {"rate": -1.5}, "rate | found -1.5"),
        (["faster"], {"rate": nan}, "rate | found nan"),
        (["faster"], {"end": 2026}, "to | found 2026 | give a year after 2026"),
        (["faster"], {"end": 2020}, "to | found 2020"),
        (["faster"], {"model_years": (2020,)}, "model-years | found '2020' | give years of the period"),
        (["faster"], {"budget": -1}, "budget | found -1 | give million USD, 0 or more"),
        (["faster"], {"budget": nan}, "budget | found nan"),
        (["faster"], {"yearly_budget": -0.1}, "yearly-budget | found -0.1"),
        (["faster"], {"capex_musd": {"faster": -1.0}}, "capex faster | found -1"),
        (["faster"], {"capex_musd": {"faster": nan}}, "capex faster | found nan"),
        (["faster"], {"capex_musd": {"idel": 1.0}}, "no project 'idel' here"),
        (["faster"], {"opens": {"faster": "2025-06"}}, "opens faster | found 2025-06 | work on it begins in 2026-01"),
        (["faster"], {"opens": {"faster": "soon"}}, "opens faster | found 'soon'"),
        (["faster"], {"opens": {"faster": ""}}, "opens faster | found '' | give a month"),
        (["faster"], {"base": "bse"}, "no scenario 'bse' | nearest: base"),
        (["faster"], {"co2e_usd_t": -1.0}, "co2e-price | found -1"),
        (["faster"], {"running_share": 2.0}, "running-share | found 2"),
        (["faster"], {"growth": nan}, "growth | found nan"),
        (["faster"], {"samples": 1}, "samples | found 1"),
        (["faster"], {"life_years": 0.0}, "life-years | found 0"),
        (["faster"], {"build_years": -1}, "build-years | found -1"),
        (["faster"], {"upkeep_share": -0.1}, "upkeep-share | found -0.1"),
    ],
)  # fmt: skip
def test_f01_what_cannot_be_asked_is_told(projects: list[str], wishes: dict[str, Any], told: str) -> None:
    assert told in problems(projects, **wishes)


def test_f02_what_is_wrong_in_the_package_is_told() -> None:
    outside = "add project id=visas name=Visas kind=rule status=planned outside=people"
    assert "project/visas | found nothing to model | people" in problems(["visas"], LINE + outside)
    unpriced = project("faster", "link/K1-0/speed_kmh scale 2", capex_musd="")
    told = problems(["faster", "idle"], LINE + unpriced + IDLE, budget=1.0)
    assert "project/faster/capex_musd | found nothing | nobody says what it costs: give --capex faster=..." in told
    set_twice = project("one", "service/K1/headway_h set 10") + project("two", "service/K1/headway_h set 20")
    assert "service/K1/headway_h | found set by project/one and set by project/two" in problems(
        ["one", "two"], LINE + set_twice
    )


def test_f03_all_that_is_wrong_is_told_at_once() -> None:
    told = problems(["faster"], rate=-2, end=1, growth=9)
    assert "3 problems" in told


# --- g: the doors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package as a folder, every number of it with a basis."""
    drawn = draw(THREE)
    needed = {
        "family": (row("family", id="rail", name="By rail", seq=1, modes=("rail",)),),
        "grid_intensity": (row("grid_intensity", country="KZ", year=2024, gco2e_kwh=800.0),),
    }
    bare = Corridor(Description("picture", "A picture"), {**drawn.tables, **needed})
    fact = row("fact", id="F1", subject="all", metric="all", value="1", source="picture", confidence="B")
    basis = [row("basis", table=table, row=key, column=column, facts=("F1",), method="read", grade="B")
             for table, key, column in sorted(numbers(bare))]  # fmt: skip
    tables = {**bare.tables, "fact": (fact,), "basis": tuple(basis)}
    made = Corridor(Description("picture", "A picture"), tables, scenarios={"base": BASE})
    made.save(tmp_path / "picture")
    return tmp_path / "picture"


ASKED = ("--base", "base", "--to", "2030", "--samples", "100", "--growth", "0")
Says = Callable[..., tuple[int, str]]


def test_g01_the_command_answers_as_text_and_as_json(karvan_says: Says, folder: Path) -> None:
    code, text = karvan_says("appraise", "good", "fair", "bad", "-p", folder, *ASKED, "--budget", "0.05")
    assert code == 0, text
    for words in ("Worth, present values", "users: time", "for NPV to be nought", "what NPV hangs on", "who gains",
                  "Pairs", "Under 0.05 million USD", "Built one after another: good"):  # fmt: skip
        assert words in text
    code, text = karvan_says("appraise", "good", "-p", folder, *ASKED, "--json", "--opens", "good=2028-01", "--capex",
                             "good=0.5")  # fmt: skip
    assert code == 0, text
    said = json.loads(text)
    assert said["projects"]["good"]["streams"]["capital"] == pytest.approx([-0.25, -0.25, 0, 0, 0])
    assert said["projects"]["good"]["opens"] == {"good": "2028-01"}


def test_g02_a_report_tells_the_run_and_what_it_stands_on(karvan_says: Says, folder: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "kept", tmp_path / "report.md"
    asked = ("good", "fair", "-p", folder, *ASKED, "--budget", "0.05", "--out", out)
    assert karvan_says("appraise", *asked)[0] == 0
    code, text = karvan_says("report", out, "-p", folder, "--out", page)
    assert code == 0, text
    told = page.read_text(encoding="utf-8")
    expected = (
        "# What fair, good are worth",
        "Net present value",
        "users: time",
        "one input after another",
        "Who gains",
        "Under 0.05 million USD the best portfolio: good",
        "Numbers beside those of the corridor",
        "`effect/good:1/amount (scale link/K1-0/speed_kmh)`",
        "## Sources",
    )
    for words in expected:
        assert words in told, words
    assert "is not as the run read it" not in told
    found = RunFolder.open(out)
    [line] = [one for one in found.read("summary").to_pylist() if one["projects"] == "all together"]
    assert "| all together | 0.07 |" in told
    assert line["npv"] == pytest.approx(found.record["results"]["all_together"])
    assert karvan_says("report", out, "-p", folder, "--format", "html", "--out", tmp_path / "report.html")[0] == 0


def test_g03_a_report_of_a_project_without_a_cost_says_so(karvan_says: Says, folder: Path, tmp_path: Path) -> None:
    tables = (folder / "project.csv").read_text().replace(",0.02,", ",,", 1)
    (folder / "project.csv").write_text(tables)
    basis = [line for line in (folder / "basis.csv").read_text().splitlines() if "project,good,capex" not in line]
    (folder / "basis.csv").write_text("\n".join(basis) + "\n")
    out, page = tmp_path / "kept", tmp_path / "report.md"
    code, text = karvan_says("appraise", "good", "-p", folder, *ASKED, "--out", out)
    assert code == 0, text
    assert "it may cost" in text
    assert karvan_says("report", out, "-p", folder, "--out", page)[0] == 0
    assert "nobody says what it costs" in page.read_text(encoding="utf-8")


def test_g04_a_run_keeps_it_all(karvan_says: Says, folder: Path, tmp_path: Path) -> None:
    code, text = karvan_says("appraise", "good", "fair", "-p", folder, *ASKED, "--pairs", "--out", tmp_path / "kept")
    assert code == 0, text
    run = RunFolder.open(tmp_path / "kept")
    names = {name for name, _, _ in run.files()}
    assert {"summary", "streams", "countries", "switching", "tornado", "risk", "pairs", "order", "basis"} <= names
    assert run.record["results"]["interaction"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "words",
    [
        ("goood",), ("good", "good"), ("good", "--rate", "-1"), ("good", "--to", "2025"), ("good", "--budget", "-1"),
        ("good", "--budget", "nan"), ("good", "--capex", "good=-1"), ("good", "--capex", "good=much"),
        ("good", "--opens", "good=2020-01"), ("good", "--opens", "good=soon"), ("good", "--base", "nothing"),
        ("good", "--model-years", "2030,soon"),
    ],
)  # fmt: skip
def test_g05_what_cannot_be_used_is_told_with_exit_code_3(
    karvan_says: Says, folder: Path, words: tuple[str, ...]
) -> None:
    asked = [word for word in ASKED if "--base" not in words or word not in ("--base", "base")]
    code, text = karvan_says("appraise", *asked, *words, "-p", folder)
    assert code == 3, text
    assert "InputError" in text or "problem" in text
    assert "Traceback" not in text


# --- h: properties


def appraisal_of(usd: list[float], capex: float, rate: float) -> Appraisal:
    """An appraisal of one project with given benefits a year."""
    ask = Appraise(base="base", start=2026, end=2035, rate=rate, samples=20)
    of = Undertaking("p", "P", "2028-01", capex, "B", 0.02 * capex, 20.0, 2.0, 2026, ("AZ", "KZ"), "C", ())
    gains = Benefits(
        *usd, users={"AZ": usd[0] + usd[1]}, takings={"KZ": usd[2]}, carriage={"KZ": usd[3]}, newly_served_t=0.0
    )
    return Appraisal(ask, (of,), {2026: gains}, {2026: 1.0}, 2024)


AMOUNTS = st.lists(st.floats(-1e9, 1e9), min_size=5, max_size=5)
MONEY, RATES = st.floats(0, 1e4), st.floats(-0.5, 0.5)


@given(AMOUNTS, MONEY, RATES)
def test_h01_net_value_is_the_sum_of_present_values_and_countries_hold_it_all(
    usd: list[float], capex: float, rate: float
) -> None:
    one = appraisal_of(usd, capex, rate)
    size = sum(map(abs, one.present.values())) + 1
    assert one.npv == pytest.approx(sum(one.present.values()), abs=1e-9 * size)
    parts = sum(value for by in one.by_country.values() for value in by.values())
    assert parts == pytest.approx(one.npv - one.present["co2e"], abs=1e-9 * size)


@given(
    AMOUNTS,
    MONEY,
    RATES,
    st.floats(0, 10),
    st.sampled_from(["value of time", "price of CO2e", "running share", "upkeep", "capital of p"]),
)
def test_h02_each_input_scales_its_own_stream_and_no_other(
    usd: list[float], capex: float, rate: float, factor: float, name: str
) -> None:
    one = appraisal_of(usd, capex, rate)
    moved = {"value of time": ("time",), "price of CO2e": ("co2e",), "running share": ("carriage",),
             "upkeep": ("upkeep",), "capital of p": ("capital", "residual")}[name]  # fmt: skip
    streams = one.streams_with({name: factor * one.base_inputs[name]})
    for stream in STREAMS:
        times = factor if stream in moved else 1.0
        assert streams[stream] == pytest.approx([times * value for value in one.streams[stream]], rel=1e-9, abs=1e-9)


@given(st.floats(0.01, 100), AMOUNTS, RATES)
def test_h03_twice_of_everything_is_worth_twice_as_much_at_the_same_rates(
    times: float, usd: list[float], rate: float
) -> None:
    one, more = appraisal_of(usd, 50, rate), appraisal_of([times * value for value in usd], 50 * times, rate)
    size = sum(map(abs, one.present.values())) + 1
    assert more.npv == pytest.approx(times * one.npv, abs=1e-8 * size * times)
