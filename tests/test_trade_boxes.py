"""From trade to boxes and to demand: worked by hand, what adds up, and what is refused.

a: values to boxes; b: what must add up; c: empties; d: what cannot be used; e: the package's demand, scaled; f: demand
made of boxes; g: the package that ships.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karvan.corridor import Corridor, load
from karvan.corridor.check import evidence_problems
from karvan.flow.services.goods import unit_of
from karvan.ground.errors import InputError
from karvan.scenario.cells import Why
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.trade.demand import codes_of, dyads_of, growth_of, made, mixes_of, scaled, tonnes_of
from karvan.testing import draw
from karvan.trade.boxes import (
    GENERAL,
    Boxes,
    Mix,
    PackBoxes,
    Part,
    Span,
    Traded,
    Ware,
    boxes,
    month_shares,
    profiles_of,
    total,
    wares_of,
)

WARES = {
    "general": Ware("general", 10.0, 5000.0, Why(("F1",), "B")),
    "oil": Ware("oil", 14.5, 600.0),
    "unvalued": Ware("unvalued", 10.0, None),
}
HALF_OIL = Mix((Part("general", 0.5), Part("oil", 0.5, 0.25)), Why(("F2",), "C", "as sold"))


def asked(*trade: Traded, **more: object) -> PackBoxes:
    return PackBoxes(trade, WARES, **more)  # type: ignore[arg-type]


def sold(exporter: str, importer: str, *musd: float) -> Traded:
    return Traded(exporter, importer, Span(*musd) if len(musd) == 3 else Span.at(musd[0]))


def found(*trade: Traded, **more: object) -> Boxes:
    return boxes(asked(*trade, **more))


# --- a: values to boxes


def test_a01_without_a_mix_all_is_general_cargo_and_it_says_so() -> None:
    [row] = found(sold("AZE", "CHN", 100.0)).rows
    assert row.tonnes == Span.at(20_000)  # 100 million USD at 5,000 USD a tonne
    assert row.teu == Span.at(2_000)
    assert row.loose_t == Span.at(0)
    assert (row.why.grade, row.why.facts) == ("D", ("F1",))
    assert "assumed" in row.why.note


def test_a02_a_mix_parts_value_and_a_part_of_its_tonnes_goes_in_boxes() -> None:
    general, oil = found(sold("AZE", "CHN", 60.0), mixes={("AZE", "CHN"): HALF_OIL}).rows
    assert (general.commodity, general.value_musd.value, general.tonnes.value) == ("general", 30, 6000)
    assert (oil.value_musd.value, oil.tonnes.value, oil.loose_t.value) == (30, 50_000, 37_500)
    assert oil.teu.value == pytest.approx(12_500 / 14.5, rel=1e-12)
    assert (general.why.facts, general.why.grade) == (("F2", "F1"), "D")  # the trade figure says nothing of itself


def test_a03_ends_of_an_interval_go_through() -> None:
    [row] = found(sold("AZE", "CHN", 100.0, 80.0, 150.0)).rows
    assert row.teu == Span(2000, 1600, 3000)


def test_a04_months_have_the_shape_of_their_profile() -> None:
    shape = (0.2, 0.0, *[0.08] * 10)
    mix = Mix((Part("general", 1.0, profile="winter"),))
    told = found(sold("AZE", "CHN", 100.0), default=mix, profiles={"winter": shape})
    months = told.months(told.rows[0])
    assert [round(month.value) for month in months] == [400, 0, *[160] * 10]
    even = found(sold("AZE", "CHN", 100.0))
    assert {month.value for month in even.months(even.rows[0])} == {2000 / 12}


def test_a05_columns_have_a_row_each_and_their_ends() -> None:
    told = found(sold("AZE", "CHN", 100.0, 80.0, 150.0), sold("AZE", "GEO", 50.0)).columns()
    assert told["exporter"] == ["AZE", "AZE"]
    assert (told["teu"], told["teu_low"], told["teu_high"]) == ([2000, 1000], [1600, 1000], [3000, 1000])
    assert {len(column) for column in told.values()} == {2}


def test_a06_rows_stand_in_the_order_of_pairs_however_they_were_given() -> None:
    one, other = sold("AZE", "CHN", 1.0), sold("CHN", "AZE", 2.0)
    assert found(one, other).rows == found(other, one).rows


# --- b: what must add up

MUSD = st.floats(1e-6, 1e7)


@given(st.lists(st.floats(1e-3, 1.0), min_size=1, max_size=8), MUSD, st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_b01_values_over_commodities_are_the_value_of_the_pair(
    weights: list[float], musd: float, boxed: list[float]
) -> None:
    wares = {f"w{n}": Ware(f"w{n}", 5.0 + n, 100.0 * (n + 1)) for n in range(len(weights))}
    parts = [Part(f"w{n}", weight / sum(weights), boxed[n]) for n, weight in enumerate(weights)]
    ask = PackBoxes((Traded("A", "B", Span(musd, musd / 2, musd * 3)),), wares, default=Mix(tuple(parts)))
    told = boxes(ask)
    value = total(row.value_musd for row in told.rows)
    assert (value.value, value.low, value.high) == pytest.approx((musd, musd / 2, musd * 3), rel=1e-9)
    for row in told.rows:
        of = wares[row.commodity]
        assert row.tonnes.value == pytest.approx(row.teu.value * of.t_per_teu + row.loose_t.value, rel=1e-9)
        assert row.teu.low <= row.teu.value <= row.teu.high


@given(st.lists(st.floats(0.01, 1.0), min_size=12, max_size=12), MUSD)
def test_b02_months_add_up_to_the_year(weights: list[float], musd: float) -> None:
    shares = tuple(round(weight / sum(weights), 6) for weight in weights)  # as a table holds them
    mix = Mix((Part("general", 1.0, profile="p"),))
    told = found(sold("A", "B", musd), default=mix, profiles={"p": shares})
    year = total(told.months(told.rows[0]))
    assert year.value == pytest.approx(told.teu(("A", "B")).value, rel=1e-9)
    assert math.fsum(month_shares({"p": shares}, "p")) == pytest.approx(1, abs=1e-12)


@given(MUSD, st.floats(1, 100))
def test_b03_twice_the_trade_is_twice_the_boxes(musd: float, factor: float) -> None:
    one, more = found(sold("A", "B", musd)), found(sold("A", "B", musd * factor))
    assert more.teu(("A", "B")).value == pytest.approx(factor * one.teu(("A", "B")).value, rel=1e-12)


# --- c: empties


def test_c01_what_finds_no_load_goes_back() -> None:
    told = found(sold("CHN", "AZE", 100.0), sold("AZE", "CHN", 25.0), returned=0.8)
    [back] = told.empties
    assert (back.origin, back.destination) == ("AZE", "CHN")
    assert back.teu.value == pytest.approx(0.8 * 1500)


def test_c02_balanced_trade_has_none_and_one_way_trade_all() -> None:
    assert found(sold("CHN", "AZE", 100.0), sold("AZE", "CHN", 100.0)).empties == ()
    [back] = found(sold("CHN", "AZE", 100.0)).empties
    assert (back.origin, back.destination, back.teu) == ("AZE", "CHN", Span.at(2000))


def test_c03_where_intervals_overlap_either_may_come_back_empty() -> None:
    told = found(sold("CHN", "AZE", 100.0, 80.0, 120.0), sold("AZE", "CHN", 90.0, 70.0, 110.0))
    by_way = {(one.origin, one.destination): one.teu for one in told.empties}
    assert by_way == {("AZE", "CHN"): Span(200, 0, 1000), ("CHN", "AZE"): Span(0, 0, 600)}


@given(MUSD, MUSD, st.floats(0, 1))
def test_c04_with_all_returned_as_many_boxes_come_as_go(there: float, back: float, returned: float) -> None:
    told = found(sold("A", "B", there), sold("B", "A", back), returned=returned)
    ways = {("A", "B"): told.teu(("A", "B")).value, ("B", "A"): told.teu(("B", "A")).value}
    missing = abs(ways["A", "B"] - ways["B", "A"])
    for one in told.empties:
        ways[one.origin, one.destination] += one.teu.value
    left = abs(ways["A", "B"] - ways["B", "A"])
    assert left == pytest.approx((1 - returned) * missing, rel=1e-6, abs=1e-6 * max(ways.values()))


# --- d: what cannot be used


def refused(ask: PackBoxes) -> list[str]:
    with pytest.raises(InputError) as error:
        boxes(ask)
    return [str(problem) for problem in error.value.problems]


def test_d01_everything_wrong_is_said_at_once() -> None:
    bad = Mix((Part("oill", 0.5), Part("unvalued", 0.4, 1.5, "summer")))
    trade = (sold("A", "B", -1.0), sold("A", "A", 1.0), sold("B", "A", 1.0, 2.0, 3.0), sold("A", "B", math.nan))
    told = refused(asked(*trade, default=bad, returned=2.0))
    for words in (
        "A-B | found the pair twice",
        "A-A | found trade of a country with itself",
        "A-B, value_musd | found -1",
        "A-B, value_musd | found nan",
        "B-A, value_musd | found 1, from 2 to 3",
        "default mix | found shares of 0.5, 0.4",
        "'oill' | did you mean oil?",
        "default mix, unvalued | found no value of a tonne",
        "unvalued, boxed | found 1.5",
        "profile | found 'summer'",
        "returned | found 2",
    ):
        assert any(words in line for line in told), (words, told)
    assert len(told) == 11


def test_d02_a_profile_is_twelve_shares_of_one() -> None:
    told = refused(asked(sold("A", "B", 1.0), profiles={"short": (1.0,), "little": (0.05,) * 12}))
    assert [line.split(" | ")[0] for line in told] == ["profile little", "profile short"]


def test_d03_a_commodity_twice_in_a_mix_is_no_mix() -> None:
    told = refused(asked(sold("A", "B", 1.0), default=Mix((Part("oil", 0.5), Part("oil", 0.5)))))
    assert told == ["default mix | found 'oil' twice | give each commodity once"]


# --- e: the package's demand, scaled

WORLD = """
    place   A CN
    place   B AZ
    place   C AZ
    place   D TR
    K1      rail A 20h B 20h D    every 24h  400usd back
    K2      rail B 10h C          every 24h  100usd back
    set vehicle K1 capacity_teu=4000 capacity_wagons=400 capacity_t=90000
    set vehicle K2 capacity_teu=4000 capacity_wagons=400 capacity_t=90000
    add commodity id=general t_per_teu=10 t_per_wagon=60 t_per_truck=18 usd_per_t=5000 value_of_time_pct_day=0.5
    add commodity id=oil t_per_teu=14.5 t_per_wagon=60 usd_per_t=600
    add commodity id=empty t_per_teu=2.2
    add month_profile profile=rail month=1 share=1.0
    add demand id=ab origin=A destination=B commodity=general year=2024 teu_year=600 month_profile=rail
    add demand id=ba origin=B destination=A commodity=oil year=2024 t_year=1000 unit=wagon
    add demand id=ba2 origin=C destination=A commodity=oil year=2024 teu_year=100
    add demand id=bc origin=B destination=C commodity=general year=2024 teu_year=50
    add demand id=old origin=A destination=B commodity=general year=2023 teu_year=500
"""


def world(more: str = "") -> Corridor:
    return draw(WORLD + more)


def amounts(corridor: Corridor) -> dict[str, float]:
    return {row.id: row.teu_year if row.teu_year is not None else row.t_year for row in corridor.rows("demand")}


def test_e01_rows_between_two_countries_grow_as_their_trade_does() -> None:
    told = scaled(world(), 2024, {("CN", "AZ"): 1.5, ("AZ", "CN"): 0.5})
    assert amounts(told.corridor) == {"ab": 900, "ba": 500, "ba2": 50, "bc": 50, "old": 500}
    assert [row.id for row in told.rows] == ["ab", "ba", "ba2"]
    assert told.left == ()


def test_e02_demand_that_trade_leaves_as_it_is_is_the_same_to_the_bit() -> None:
    base = world()
    told = scaled(base, 2024, {("CN", "AZ"): 1.0, ("AZ", "CN"): 1.0})
    assert told.corridor is base
    assert told.rows == ()
    ask = Assign(gap=1e-8)
    flows = [solve(problem_of(corridor, ask), ask) for corridor in (base, told.corridor)]
    assert flows[0].chains() == flows[1].chains()
    assert flows[0].load.tobytes() == flows[1].load.tobytes()


def test_e03_what_has_no_factor_or_no_demand_is_told() -> None:
    told = scaled(world(), 2024, {("CN", "AZ"): 2.0, ("CN", "TR"): 2.0})
    assert [(one.exporter, one.importer) for one in told.left] == [("CN", "TR"), ("AZ", "CN")]
    assert "no demand" in told.left[0].reason
    assert "no factor" in told.left[1].reason


def test_e04_a_number_that_grew_stands_on_what_it_stood_on_and_on_the_model() -> None:
    base = world("    add fact id=F1 source=picture confidence=B\n    add fact id=F2 source=picture confidence=C\n")
    base = draw_basis(base, "ab", ("F1",), "B")
    told = scaled(base, 2024, {("CN", "AZ"): 1.5}, Why(("F2",), "C", "ten days less"))
    basis = told.corridor.evidence.find_basis("demand", "ab", "teu_year")
    assert basis is not None
    assert (basis.facts, basis.method, basis.grade) == (("F1", "F2"), "derived", "C")
    assert "times 1.5: ten days less" in basis.note
    assert "before: " in basis.note


def draw_basis(corridor: Corridor, row: str, facts: tuple[str, ...], grade: str) -> Corridor:
    from karvan.corridor.row import new_row

    new = new_row("basis", table="demand", row=row, column="teu_year", facts=facts, method="read", grade=grade)
    return corridor.with_tables({"basis": (*corridor.rows("basis"), new)})


@pytest.mark.parametrize("factor", [-0.1, math.nan, math.inf])
def test_e05_a_factor_is_no_less_than_nothing(factor: float) -> None:
    with pytest.raises(InputError, match="factor of CN-AZ"):
        scaled(world(), 2024, {("CN", "AZ"): factor})


def test_e06_countries_have_the_codes_of_trade_where_the_package_tells_them() -> None:
    base = world("    add country id=CHN code=CN name=China\n    add country id=AZE code=AZ name=Azerbaijan\n")
    assert codes_of(base) == {"CN": "CHN", "AZ": "AZE", "TR": "TR"}
    assert dyads_of(base, 2024) == {"ab": ("CHN", "AZE"), "ba": ("AZE", "CHN"), "ba2": ("AZE", "CHN")}
    assert amounts(scaled(base, 2024, {("CHN", "AZE"): 3.0}).corridor)["ab"] == 1800


def test_e07_growth_is_of_pairs_that_trade() -> None:
    before = {("A", "B"): 10.0, ("B", "A"): 0.0, ("A", "C"): 5.0}
    assert growth_of(before, {("A", "B"): 15.0, ("B", "A"): 3.0}) == {("A", "B"): 1.5}


# --- f: mixes, and demand made of boxes


def test_f01_a_mix_is_that_of_the_demand_between_the_two_by_value() -> None:
    mixes = mixes_of(world("    add demand id=o origin=A destination=B commodity=oil year=2024 t_year=10000\n"), 2024)
    general, oil = mixes["CN", "AZ"].parts
    assert general.share == pytest.approx(30 / 36)  # 600 TEU of 10 t at 5,000 USD, and 10,000 t at 600 USD
    assert (general.boxed, general.profile) == (1.0, "rail")
    assert (oil.share, oil.boxed) == (pytest.approx(6 / 36), 0.0)
    [back] = mixes["AZ", "CN"].parts
    assert back.boxed == pytest.approx(1450 / 2450)


def test_f02_the_value_of_a_package_comes_back_as_its_own_boxes() -> None:
    base = world()
    musd = tonnes_of(base, 2024)["ab"] * 5000 / 1e6
    told = boxes(PackBoxes((sold("CN", "AZ", musd),), wares_of(base), mixes_of(base, 2024), profiles=profiles_of(base)))
    assert told.teu(("CN", "AZ")).value == pytest.approx(600, rel=1e-12)
    assert [month.value for month in told.months(told.rows[0])] == pytest.approx([600, *[0] * 11])


def test_f03_pairs_without_demand_get_it_between_their_gateways() -> None:
    base = world()
    ask = PackBoxes((sold("CN", "TR", 50.0), sold("CN", "AZ", 9.0)), wares_of(base), {("CN", "TR"): HALF_OIL})
    told = made(base, 2024, boxes(ask), {"CN": "A", "TR": "D", "AZ": "B"})
    new = {row.id: row for row in told.rows}
    box, loose = new["A-D-general-trade-container-2024"], new["A-D-oil-trade-wagon-2024"]
    assert (box.origin, box.destination, box.teu_year, box.unit) == ("A", "D", 500, "container")
    assert loose.t_year == pytest.approx(0.75 * 25e6 / 600)
    assert set(new) == {box.id, loose.id, "A-D-oil-trade-container-2024"}
    assert [(one.exporter, one.importer) for one in told.left] == [("CN", "AZ")]
    flows = solve(problem_of(told.corridor, Assign(gap=1e-6)), Assign(gap=1e-6))
    assert {row["demand"] for row in flows.chains()} >= set(new)


def test_f04_it_stands_on_something_as_a_check_of_the_package_finds() -> None:
    base = world("    add fact id=F2 source=picture confidence=C\n")
    ask = PackBoxes((sold("CN", "TR", 50.0),), wares_of(base), {("CN", "TR"): HALF_OIL})
    told = made(base, 2024, boxes(ask), {"CN": "A", "TR": "D"})
    before, after = ({str(one) for one in evidence_problems(corridor)} for corridor in (base, told.corridor))
    assert after <= before
    basis = told.corridor.evidence.find_basis("demand", "A-D-oil-trade-wagon-2024", "t_year")
    assert basis is not None
    assert (basis.method, basis.facts, basis.grade) == ("derived", ("F2",), "D")
    assert "CN-TR" in basis.note


def test_f05_what_has_no_gateway_is_told_and_a_gateway_that_is_not_there_is_refused() -> None:
    base = world()
    trade = boxes(PackBoxes((sold("CN", "TR", 50.0), sold("CN", "GE", 1.0)), wares_of(base)))
    told = made(base, 2024, trade, {"CN": "A", "TR": "A"})
    assert told.corridor is base
    reasons = {one.importer: one.reason for one in told.left}
    assert reasons == {"TR": "one place stands for both", "GE": "no place stands for GE"}
    with pytest.raises(InputError, match="gateway of TR"):
        made(base, 2024, trade, {"CN": "A", "TR": "DD"})


def test_f06_empties_are_demand_where_they_have_a_commodity() -> None:
    base = world()
    trade = boxes(PackBoxes((sold("CN", "TR", 50.0),), wares_of(base)))
    assert len(made(base, 2024, trade, {"CN": "A", "TR": "D"}).rows) == 1
    _, back = made(base, 2024, trade, {"CN": "A", "TR": "D"}, empties="empty").rows
    assert (back.origin, back.destination, back.commodity, back.teu_year) == ("D", "A", "empty", 1000)
    with pytest.raises(InputError, match="did you mean empty"):
        made(base, 2024, trade, {"CN": "A", "TR": "D"}, empties="emty")


def test_f07_made_demand_is_not_made_twice() -> None:
    base = world()
    trade = boxes(PackBoxes((sold("CN", "TR", 50.0),), wares_of(base)))
    once = made(base, 2024, trade, {"CN": "A", "TR": "D"}).corridor
    again = made(once, 2024, trade, {"CN": "A", "TR": "D"})
    assert again.corridor is once
    assert "grows by their trade" in again.left[0].reason


# --- g: the package that ships


def test_g01_its_mixes_give_back_its_own_containers() -> None:
    package = load("middle-corridor")
    wares, mixes, of = wares_of(package), mixes_of(package, 2024), dyads_of(package, 2024)
    tonnes = tonnes_of(package, 2024)
    musd, teu = dict.fromkeys(mixes, 0.0), dict.fromkeys(mixes, 0.0)
    for row in package.rows("demand"):
        if row.id in of:
            ware = wares[row.commodity]
            musd[of[row.id]] += tonnes[row.id] * (ware.usd_per_t or 0.0) / 1e6
            teu[of[row.id]] += tonnes[row.id] / ware.t_per_teu if unit_of(row) == "container" else 0.0
    trade = tuple(sold(*dyad, value) for dyad, value in sorted(musd.items()))
    told = boxes(PackBoxes(trade, wares, mixes, profiles=profiles_of(package)))
    assert len(mixes) > 100
    assert {dyad: told.teu(dyad).value for dyad in mixes} == pytest.approx(teu, rel=1e-9, abs=1e-6)
    assert {row.why.grade for row in told.rows} <= {"B", "C", "D"}


def test_g02_a_factor_changes_its_rows_and_nothing_else_and_all_numbers_keep_a_basis() -> None:
    package = load("middle-corridor")
    codes = codes_of(package)
    dyad = codes["CN"], codes["AZ"]
    told = scaled(package, 2024, {dyad: 1.25}, Why((), "D", "a test"))
    before, after = ({row.id: row for row in corridor.rows("demand")} for corridor in (package, told.corridor))
    changed = {name for name in before if before[name] != after[name]}
    assert (
        changed == {row.id for row in told.rows} == {name for name, of in dyads_of(package, 2024).items() if of == dyad}
    )
    assert all(after[name].teu_year == before[name].teu_year * 1.25 for name in changed)
    assert list(evidence_problems(told.corridor)) == []


def test_g03_default_mix_is_a_commodity_of_the_package() -> None:
    package = load("middle-corridor")
    [row] = boxes(PackBoxes((sold("ARM", "MNG", 54.4986),), wares_of(package))).rows
    assert row.teu.value == pytest.approx(1000, rel=1e-3)  # 10.428 t of 5,226.2 USD a TEU
    assert replace(GENERAL.why).grade == "D"
