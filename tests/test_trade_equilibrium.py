"""What changes of trade costs do, in partial and in general equilibrium, and how sure that is."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.peers.by_gegravity import COEFFICIENTS, MEMBERS, REFERENCE, SIGMA
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from karvan.ground.errors import InputError
from karvan.trade.clearing import NotConverged
from karvan.trade.equilibrium import Equilibrium, FindEquilibrium, find_equilibrium
from karvan.trade.interval import Draws, between, interval, joined, normal
from karvan.trade.partial import CostChange, factors, partial_effects
from karvan.trade.shock import Shock, together, within
from karvan.trade.world import Floats, World, with_home

CLOSURES = ("full", "conditional", "first_round")
CORRIDOR = ("AZE", "CHN", "GEO", "KAZ")
TRADE = [[90.0, 3.0, 6.0, 2.0], [4.0, 9_000.0, 5.0, 60.0], [1.0, 0.5, 40.0, 0.2], [2.0, 70.0, 0.3, 300.0]]
"""Invented; rows sell, columns buy."""


def corridor(sigma: float = 5.0) -> World:
    return World(CORRIDOR, np.array(TRADE), sigma)


def after(world: World, shock: Shock, **how: Any) -> Equilibrium:
    found = find_equilibrium(world, FindEquilibrium(shock, **how))
    assert isinstance(found, Equilibrium), found.said
    return found


def random_world(seed: int, n: int, *, balanced: bool = False) -> World:
    """Log-normal trade, a third of the cells empty, each country trading both ways with the next and at home.

    Balanced: a symmetric matrix.
    """
    lot = np.random.default_rng(seed)
    trade = np.exp(lot.normal(0, 1, (n, n)))
    ring = np.roll(np.eye(n, dtype=bool), 1, axis=0) | np.roll(np.eye(n, dtype=bool), 1, axis=1)
    trade[(lot.random((n, n)) < 1 / 3) & ~ring] = 0
    if balanced:
        trade += trade.T
    trade[np.diag_indices(n)] = trade.sum(axis=1) * lot.uniform(0.3, 4, n) + 0.01
    return World([f"C{row}" for row in range(n)], trade, float(lot.uniform(1.5, 9)))


def random_shock(seed: int, world: World, spread: float = 0.5) -> Shock:
    lot = np.random.default_rng(seed)
    pairs = list(permutations(world.countries, 2))
    chosen = [pair for pair in pairs if lot.random() < 0.5]
    return Shock("drawn", trade={pair: float(np.exp(lot.normal(0, spread))) for pair in chosen})


worlds = st.builds(random_world, st.integers(0, 2**32), st.integers(2, 9))
seeds = st.integers(0, 2**32)


# a: what adds up


def test_a01_rows_are_output_and_columns_expenditure() -> None:
    world = corridor()
    assert world.output.tolist() == [101, 9069, 41.7, 372.3]
    assert world.expenditure.tolist() == [97, 9073.5, 51.3, 362.2]


@settings(max_examples=60, deadline=None)
@given(worlds, seeds, st.sampled_from(["ratio", "share"]))
def test_a02_trade_adds_up_after_any_shock(world: World, seed: int, deficits: Any) -> None:
    found = find_equilibrium(world, FindEquilibrium(random_shock(seed, world), "full", deficits))
    if isinstance(found, NotConverged):  # only a surplus that is held can be more than a country comes to have
        assert deficits == "share"
        return
    assert found.trade.sum(axis=1) == pytest.approx(found.output, rel=1e-9)
    assert found.trade.sum(axis=0) == pytest.approx(found.expenditure, rel=1e-9)
    assert found.output.sum() == pytest.approx(world.output.sum(), rel=1e-9)
    assert found.expenditure.sum() == pytest.approx(found.output.sum(), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(worlds, seeds)
def test_a03_conditional_keeps_output_and_expenditure(world: World, seed: int) -> None:
    found = after(world, random_shock(seed, world), closure="conditional")
    assert found.trade.sum(axis=1) == pytest.approx(world.output, rel=1e-9)
    assert found.trade.sum(axis=0) == pytest.approx(world.expenditure, rel=1e-9)
    assert (found.prices == 1).all()


def test_a04_share_keeps_deficits_and_ratio_keeps_spending_per_output() -> None:
    world, shock = corridor(), Shock("area", trade=within(CORRIDOR, 1.5))
    share, ratio = (after(world, shock, deficits=held) for held in ("share", "ratio"))
    assert share.expenditure - share.output == pytest.approx(world.expenditure - world.output, rel=1e-9)
    per_output = (ratio.expenditure / ratio.output) / (world.expenditure / world.output)
    assert per_output == pytest.approx(per_output[0] * np.ones(4), rel=1e-12)


def test_a05_a_balanced_world_has_no_deficits_and_the_same_costs() -> None:
    world = corridor()
    balanced = world.balanced()
    assert isinstance(balanced, World)
    assert balanced.expenditure == pytest.approx(balanced.output, rel=1e-9)
    odds, ours = (np.log(of.trade) for of in (world, balanced))  # costs are what no seller's or buyer's size explains
    cross = [matrix[:2, :2].trace() - matrix[0, 1] - matrix[1, 0] for matrix in (odds, ours)]
    assert cross[1] == pytest.approx(cross[0], rel=1e-12)
    again = balanced.balanced()
    assert isinstance(again, World)
    assert again.trade == pytest.approx(balanced.trade, rel=1e-9)


# b: no shock, no change


@settings(max_examples=60, deadline=None)
@given(worlds, st.sampled_from(CLOSURES), st.sampled_from(["ratio", "share"]), st.booleans())
def test_b01_no_shock_changes_not_one_bit(world: World, closure: Any, deficits: Any, told_by_one: bool) -> None:
    ones = dict.fromkeys(permutations(world.countries, 2), 1.0)
    reference = world.countries[-1] if told_by_one else "world"
    for shock in (Shock("none"), Shock("ones", trade=ones, costs=ones)):
        found = after(world, shock, closure=closure, deficits=deficits, reference=reference)
        assert (found.trade == world.trade).all()
        assert (found.expenditure == world.expenditure).all()
        for change in (found.prices, found.inward_change, found.outward_change, found.welfare, found.real_output):
            assert (change == 1).all()
        assert found.gap == 0
        assert found.iterations == 0
        assert not found.members


def test_b02_a_factor_on_no_trade_is_told_and_does_nothing() -> None:
    trade = np.array(TRADE)
    trade[2, 3] = 0
    found = after(World(CORRIDOR, trade, 5), Shock("new", trade={("GEO", "KAZ"): 9.0}))
    assert (found.trade == trade).all()
    assert found.without_effect == (("GEO", "KAZ"),)


def test_b03_no_shock_in_tables() -> None:
    found = after(corridor(), Shock("none"))
    table, pairs = found.by_country(), found.by_pair()
    moved = [name for name in table if name.endswith(("_pct", "created_musd", "diverted_musd")) or name == "home_musd"]
    assert len(moved) == 13
    assert (table[moved] == 0).to_numpy().all()
    assert (pairs[["change_musd", "change_pct"]] == 0).to_numpy().all()


# c: against gegravity, which `benchmarks/peers/by_gegravity.py` ran


@pytest.fixture(scope="module")
def oracle() -> dict[str, Floats]:
    with (Path(__file__).parent / "gegravity_30.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "country"}
    return table | {"country": np.array([row["country"] for row in rows])}


@pytest.fixture(scope="module")
def thirty(oracle: dict[str, Floats]) -> World:
    """Their world from its trade costs, built by us."""
    place = oracle["x_km"] + 1j * oracle["y_km"]
    km = np.abs(place[:, None] - place[None, :]) + 200
    cost = np.exp(COEFFICIENTS["log_km"] * np.log(km) + COEFFICIENTS["border"] * (1 - np.eye(30)))
    codes = [str(code) for code in oracle["country"]]
    found = World.of_costs(codes, cost, oracle["output"], oracle["expenditure"], SIGMA, REFERENCE)
    assert isinstance(found, World)
    return found


AREA = Shock("area", trade=within(MEMBERS, float(np.exp(COEFFICIENTS["area"]))))


def test_c01_resistances_of_the_base(thirty: World, oracle: dict[str, Floats]) -> None:
    assert thirty.inward == pytest.approx(oracle["inward_before"], rel=1e-8)
    assert thirty.outward == pytest.approx(oracle["outward_before"], rel=1e-8)
    assert thirty.output == pytest.approx(oracle["output"], rel=1e-9)
    assert thirty.expenditure == pytest.approx(oracle["expenditure"], rel=1e-9)


@pytest.mark.parametrize("closure", ["conditional", "first_round"])
def test_c02_resistances_after_the_area(thirty: World, oracle: dict[str, Floats], closure: str) -> None:
    found = after(thirty, AREA, closure=closure, reference=REFERENCE)
    assert found.inward == pytest.approx(oracle["inward_after"], rel=1e-8)
    assert found.outward == pytest.approx(oracle["outward_after"], rel=1e-8)


def test_c03_prices_welfare_and_trade_in_its_way(thirty: World, oracle: dict[str, Floats]) -> None:
    found = after(thirty, AREA, closure="first_round", reference=REFERENCE)
    assert found.prices == pytest.approx(oracle["price"], rel=1e-8)
    assert 1 / found.welfare == pytest.approx(oracle["welfare_statistic"], rel=1e-8)
    table = found.by_country()
    assert table["exports_pct"].to_numpy() == pytest.approx(oracle["exports_pct"], abs=1e-6)
    assert table["imports_pct"].to_numpy() == pytest.approx(oracle["imports_pct"], abs=1e-6)
    assert found.gap > 1e-6  # it does not add up, and says so


def test_c04_full_is_where_its_rounds_settle(thirty: World, oracle: dict[str, Floats]) -> None:
    found = after(thirty, AREA, reference=REFERENCE)
    at = thirty.countries.index(REFERENCE)
    assert found.inward == pytest.approx(oracle["settled_inward"], rel=1e-8)
    assert found.outward == pytest.approx(oracle["settled_outward"], rel=1e-8)
    theirs = oracle["settled_price"] / oracle["settled_price"][at]
    assert found.prices / found.prices[at] == pytest.approx(theirs, rel=1e-8)


# d: against theory


def test_d01_two_alike_gain_alike_and_as_the_formula_says() -> None:
    world = World(("A", "B"), np.array([[70.0, 30.0], [30.0, 70.0]]), 4)
    found = after(world, Shock("cheaper", trade={("A", "B"): 2.0, ("B", "A"): 2.0}))
    assert found.welfare == pytest.approx([1.3 ** (1 / 3)] * 2, rel=1e-12)
    assert found.trade == pytest.approx(np.array([[70.0, 60.0], [60.0, 70.0]]) / 1.3, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(2, 8), seeds, st.booleans())
def test_d02_gains_follow_from_home_shares_alone(seed: int, n: int, shocked: int, symmetric: bool) -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012): W' / W = (lambda' / lambda)^(1 / (1 - sigma)), trade balanced."""
    world: World | NotConverged = random_world(seed, n, balanced=symmetric)
    if not symmetric:
        world = world.balanced()
    if isinstance(world, NotConverged):  # a country that sells abroad and buys nothing there, or the reverse
        return
    found = after(world, random_shock(shocked, world))
    share = np.diag(found.trade) / found.expenditure / (np.diag(world.trade) / world.expenditure)
    assert found.welfare == pytest.approx(share ** (1 / (1 - world.sigma)), rel=1e-9)


@pytest.mark.parametrize(("elasticity", "percent"), [(5, 1.4), (10, 0.7)])
def test_d03_what_the_united_states_gain_of_trade(elasticity: float, percent: float) -> None:
    """Published by the same: 7 % imports and a trade elasticity of 5 to 10 make 1.4 to 0.7 % of real income."""
    world = World(("USA", "ROW"), np.array([[93.0, 7.0], [7.0, 393.0]]), 1 + elasticity)
    found = after(world, Shock("autarky", costs={("USA", "ROW"): np.inf, ("ROW", "USA"): np.inf}))
    assert round(float(100 * (1 - found.welfare[0])), 1) == percent
    assert found.trade[0, 1] == found.trade[1, 0] == 0


@pytest.mark.parametrize("seed", range(8))
def test_d04_the_same_prices_by_a_general_solver(seed: int) -> None:
    """Ten lines of market clearing in levels, and scipy."""
    world = random_world(seed, 6)
    shock = random_shock(seed + 100, world)
    deficit = (world.expenditure - world.output) / world.output.sum()

    def excess(log_price: Floats) -> Floats:
        price = np.exp(np.append(log_price, 0.0))
        worth = world.output * price
        spent = worth + deficit * worth.sum()
        value = world.trade * shock.factors(world) * price[:, None] ** (1 - world.sigma)
        demand = (value / value.sum(axis=0) * spent).sum(axis=1)
        left: Floats = (demand / worth - 1)[:-1]
        return left

    theirs = root(excess, np.zeros(5), tol=1e-13)
    assert np.abs(theirs.fun).max() < 1e-10
    ours = after(world, shock, deficits="share")
    assert np.log(ours.prices / ours.prices[-1])[:-1] == pytest.approx(theirs.x, abs=1e-9)


def test_d05_two_blocs_that_do_not_trade_clear_each_in_itself() -> None:
    """Prices of one bloc in those of the other are open, and Newton's equations have no single answer."""
    one, nothing = np.array([[80.0, 20.0], [20.0, 50.0]]), np.zeros((2, 2))
    world = World(("A", "B", "C", "D"), np.block([[one, nothing], [nothing, 2 * one]]), 4)
    found = after(world, Shock("in each", trade={("A", "B"): 1.3, ("D", "C"): 0.8}))
    for codes, factor in ((("A", "B"), 1.3), (("D", "C"), 0.8)):
        order = [world.countries.index(code) for code in codes]
        alone = after(World(codes, world.trade[np.ix_(order, order)], 4), Shock("in it", trade={codes: factor}))
        assert found.welfare[order] == pytest.approx(alone.welfare, rel=1e-9)


def test_d06_a_pair_too_small_to_be_felt_does_what_the_partial_effect_says() -> None:
    """General equilibrium tends to the partial effect as the pair's share in the world tends to nothing."""
    gaps = []
    for share in (1e-1, 1e-3, 1e-5):
        trade = np.array([[1.0, share], [share, 1.0]])
        found = after(World(("A", "B"), trade, 5), Shock("s", trade=within(["A", "B"], 1.5)))
        gaps.append(abs(found.trade[0, 1] / share - 1.5))
    assert all(later < sooner / 50 for sooner, later in pairwise(gaps))


def test_d07_cheaper_trade_among_members_is_created_and_that_of_outsiders_diverted() -> None:
    found = after(corridor(), Shock("area", trade=within(["AZE", "GEO", "KAZ"], 1.6)))
    table = found.by_country().set_index("country")
    assert found.members == ("AZE", "GEO", "KAZ")
    members = table.loc[list(found.members)]
    assert (members["imports_created_musd"] > 0).all()
    assert members["imports_diverted_musd"].sum() < 0
    assert table.loc["CHN", "exports_diverted_musd"] < 0
    assert (members["welfare_pct"] > 0).all()
    assert table.loc["CHN", "real_output_pct"] < 0
    assert table.loc["CHN", "terms_of_trade_pct"] < 0
    assert table.loc["CHN", "imports_created_musd"] == 0
    assert table["imports_created_musd"].sum() == pytest.approx(table["exports_created_musd"].sum(), rel=1e-12)
    # What a country buys more abroad and at home is what it spends more.
    bought = table["imports_created_musd"] + table["imports_diverted_musd"] + table["home_musd"]
    assert bought.to_numpy() == pytest.approx(found.expenditure - found.world.expenditure, rel=1e-7)


def test_d08_an_ad_valorem_factor_is_its_power_on_trade() -> None:
    pair = ("AZE", "CHN")
    by_costs = after(corridor(), Shock("s", costs={pair: 0.95}))
    by_trade = after(corridor(), Shock("s", trade={pair: 0.95**-4}))
    assert by_costs.trade == pytest.approx(by_trade.trade, rel=1e-12)


# e: what no answer may depend on


@settings(max_examples=40, deadline=None)
@given(worlds, seeds, st.sampled_from([1e-6, 0.37, 1e9]))
def test_e01_units_of_trade_do_not_matter(world: World, seed: int, unit: float) -> None:
    shock = random_shock(seed, world)
    ours, theirs = (after(of, shock) for of in (world, replace(world, trade=world.trade * unit)))
    assert theirs.welfare == pytest.approx(ours.welfare, rel=1e-9)
    assert theirs.trade == pytest.approx(ours.trade * unit, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(worlds, seeds)
def test_e02_the_order_of_countries_does_not_matter(world: World, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(world.countries))
    turned = World([world.countries[ix] for ix in order], world.trade[np.ix_(order, order)], world.sigma)
    shock = random_shock(seed, world)
    ours, theirs = after(world, shock), after(turned, shock)
    assert theirs.welfare == pytest.approx(ours.welfare[order], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(worlds, seeds, st.sampled_from(["full", "first_round"]))
def test_e03_what_prices_are_told_in_does_not_matter_to_real_figures(world: World, seed: int, closure: Any) -> None:
    shock, code = random_shock(seed, world), world.countries[0]
    ours, theirs = (after(world, shock, closure=closure, reference=of) for of in ("world", code))
    for name in ("welfare", "real_output", "terms_of_trade"):
        assert getattr(theirs, name) == pytest.approx(getattr(ours, name), rel=1e-9, nan_ok=True)
    assert theirs.inward_change[0] == pytest.approx(1, rel=1e-12)
    assert theirs.inward_change * theirs.outward_change[0] == pytest.approx(
        ours.inward_change * ours.outward_change[0], rel=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(worlds, seeds, seeds)
def test_e04_one_shock_after_another_is_both_at_once(world: World, first: int, then: int) -> None:
    """Exact changes: a world that has been shocked is a world."""
    one, two = random_shock(first, world), random_shock(then, world)
    both = after(world, together("both", one, two))
    half = after(world, one)
    whole = after(replace(world, trade=half.trade), two)
    assert whole.welfare * half.welfare == pytest.approx(both.welfare, rel=1e-8)


@settings(max_examples=40, deadline=None)
@given(worlds, seeds)
def test_e05_not_everyone_gains_of_dearer_trade_nor_loses_of_cheaper(world: World, seed: int) -> None:
    """An equilibrium is efficient, and what can be had at higher costs can be had at lower ones."""
    lot = np.random.default_rng(seed)
    by_pair = {pair: float(1 + lot.random()) for pair in permutations(world.countries, 2)}
    dearer = after(world, Shock("dearer", costs=by_pair))
    cheaper = after(world, Shock("cheaper", costs={pair: 1 / factor for pair, factor in by_pair.items()}))
    assert dearer.welfare.min() <= 1 + 1e-12
    assert cheaper.welfare.max() >= 1 - 1e-12


# f: trade at home


def test_f01_home_is_output_less_exports() -> None:
    trade = [[7.0, 3.0], [4.0, 8.0]]
    assert with_home(("A", "B"), trade, [10.0, 20.0], 1.5).tolist() == [[12.0, 3.0], [4.0, 26.0]]
    assert with_home(("A", "B"), trade, [10.0, 20.0], {"A": 2}).tolist() == [[17.0, 3.0], [4.0, 16.0]]
    assert trade == [[7.0, 3.0], [4.0, 8.0]]


def test_f02_more_trade_at_home_makes_the_same_area_worth_less() -> None:
    gdp = [80.0, 9_000.0, 35.0, 300.0]
    area, gains, trades = Shock("area", trade=within(CORRIDOR, 1.4)), [], []
    for ratio in (0.5, 1.0, 2.0, 4.0):
        found = after(World(CORRIDOR, with_home(CORRIDOR, TRADE, gdp, ratio), 5), area)
        gains.append(found.welfare - 1)
        trades.append(found.by_country()["exports_pct"].to_numpy())
    for more, less in pairwise(gains):
        assert (less < more).all()
        assert less / more == pytest.approx(np.full(4, 0.5), abs=0.12)  # about as one over the ratio
    assert np.abs(trades[3] / trades[1] - 1).max() < 0.5  # while trade moves much less with it


def test_f03_exports_above_output_are_told_with_the_country() -> None:
    with pytest.raises(InputError, match=r"home trade of KAZ \| found exports of 72 million USD, output of 50"):
        with_home(CORRIDOR, TRADE, [80.0, 9_000.0, 35.0, 50.0])
    with pytest.raises(InputError, match=r"3 problems(.|\n)*gdp of B(.|\n)*ratio of Bee(.|\n)*ratio of A"):
        with_home(("A", "B"), [[0, 1], [1, 0]], [1.0, np.nan], {"Bee": 1, "A": 0})
    with pytest.raises(InputError, match=r"trade \| found a shape of \(2, 3\)"):
        with_home(("A", "B"), [[0, 1, 2], [1, 0, 2]], [1.0, 1.0])


# g: partial effects


def test_g01_coefficient_times_change() -> None:
    area = CostChange("rta", {("AZE", "CHN"): 1.0, ("CHN", "AZE"): 1.0})
    days = CostChange("days", {("AZE", "CHN"): -10.0})
    both, back = partial_effects([area, days], {"rta": 0.5, "days": -0.02, "log_km": -0.9}, {("AZE", "CHN"): 40.0})
    assert (both.exporter, both.importer, back.exporter) == ("AZE", "CHN", "CHN")
    assert both.percent == pytest.approx(100 * (np.exp(0.7) - 1))
    assert both.after_musd == pytest.approx(40 * np.exp(0.7))
    assert back.percent == pytest.approx(64.87212707)
    assert back.after_musd is None


def test_g02_small_effects_lose_no_digits() -> None:
    (effect,) = partial_effects([CostChange("days", {("A", "B"): 1e-12})], {"days": 1.0})
    assert effect.percent == pytest.approx(1e-10, rel=1e-11)


def test_g03_a_change_of_nothing_is_nothing() -> None:
    (effect,) = partial_effects([CostChange("days", {("A", "B"): 0.0})], {"days": -0.02})
    assert (effect.percent, effect.factor) == (0.0, 1.0)


def test_g04_what_is_wrong_is_told_at_once() -> None:
    changes = [CostChange("rta", {("A", "B"): np.nan}), CostChange("dayz", {}), CostChange("rta", {})]
    with pytest.raises(InputError) as told:
        partial_effects(changes, {"rta": 0.4, "days": 1.0}, {("A", "B"): -1.0})
    assert [str(problem) for problem in told.value.problems] == [
        "change of rta | found 2 times | give each variable once",
        "change of rta, A to B | found nan | give a number",
        "coefficient of dayz | found none | give one; nearest: 'days'",
        "trade, A to B | found -1.0 | give a number of 0 or more",
    ]
    with pytest.raises(InputError, match="an exponent of 400"):
        partial_effects([CostChange("rta", {("A", "B"): 1000.0})], {"rta": 0.4})
    with pytest.raises(InputError, match=r"coefficient of rta \| found inf"):
        factors([CostChange("rta", {("A", "B"): 1.0})], {"rta": np.inf})


# h: intervals


RTA = CostChange("rta", within(CORRIDOR, 1.0))
DAYS = CostChange("days", within(CORRIDOR, -10.0))


def drawn(n: int = 400, seed: int = 7) -> Draws:
    fit = normal(["rta", "log_km"], [0.4, -0.9], [[0.01, 0.002], [0.002, 0.004]], n, seed)
    return joined(fit, between("days", -0.015, -0.021, -0.006, n_draws=n, seed=seed))


def test_h01_draws_have_the_moments_that_were_asked() -> None:
    cov = np.array([[0.01, 0.002], [0.002, 0.004]])
    found = normal(["rta", "log_km"], [0.4, -0.9], cov, 200_000)
    n = len(found.values)
    assert found.values.mean(axis=0) == pytest.approx([0.4, -0.9], abs=4 * 0.1 / n**0.5)
    assert np.cov(found.values.T) == pytest.approx(cov, abs=5 * 0.01 * (2 / n) ** 0.5)


@pytest.mark.parametrize("law", ["triangular", "uniform"])
def test_h02_published_values_stay_between_low_and_high(law: Any) -> None:
    low, mode, high = 0.006, 0.015, 0.021
    values = between("days", mode, low, high, law, 200_000).values[:, 0]
    assert low <= values.min() < low * 1.05
    assert high * 0.98 < values.max() <= high
    mean = (low + mode + high) / 3 if law == "triangular" else (low + high) / 2
    squares = low**2 + mode**2 + high**2 - low * mode - low * high - mode * high
    spread = squares / 18 if law == "triangular" else (high - low) ** 2 / 12
    assert values.mean() == pytest.approx(mean, abs=4 * (spread / 200_000) ** 0.5)
    assert values.var() == pytest.approx(spread, rel=0.01)


def test_h03_the_same_seed_gives_the_same_bits_and_fewer_draws_are_the_first_of_more() -> None:
    assert (drawn().values == drawn().values).all()
    assert (drawn(seed=8).values != drawn().values).all()
    assert (drawn(50).values == drawn(400).values[:50]).all()


def test_h04_another_coefficient_does_not_move_the_draws_of_this_one() -> None:
    alone = between("days", -0.015, -0.021, -0.006, n_draws=400, seed=7)
    assert (alone.values[:, 0] == drawn().values[:, 2]).all()


def test_h05_no_spread_gives_the_central_value_for_all() -> None:
    held = joined(normal(["rta"], [0.4], [[0.0]], 20), between("days", 0.01, 0.01, 0.01, n_draws=20))
    found = interval(held, lambda by: by["rta"] + by["days"])
    assert found.p5 == found.p50 == found.p95 == found.central
    assert found.mean == pytest.approx(0.41, rel=1e-15)


def test_h06_an_area_and_ten_days_in_general_equilibrium() -> None:
    def gain(*changes: CostChange) -> Any:
        def figure(by: Any) -> Any:
            found = find_equilibrium(corridor(), FindEquilibrium(Shock("s", trade=factors(changes, by))))
            return found if isinstance(found, NotConverged) else 100 * (found.welfare - 1)

        return interval(drawn(), figure)

    area, both = gain(RTA), gain(RTA, DAYS)
    for found in (area, both):
        assert found.unsettled == 0
        assert found.central.shape == (4,)
        assert (found.p5 < found.p50).all()
        assert (found.p50 < found.p95).all()
        assert (found.p5 < found.central).all()
        assert (found.central < found.p95).all()
    days = both.less(area)
    # Common draws: the difference is known far better than if each scenario had luck of its own.
    assert (days.p5 > 0).all()
    apart = np.std(both.values, axis=0) ** 2 + np.std(area.values, axis=0) ** 2
    assert (np.std(days.values, axis=0) ** 2 < 0.25 * apart).all()


def test_h07_draws_without_an_equilibrium_are_left_out_and_counted() -> None:
    def figure(by: Any) -> Any:
        return NotConverged("AZE", 0.1, 1e-12, 200) if by["days"] < -0.018 else by["days"]

    found = interval(drawn(), figure)
    lost = int((drawn().values[:, 2] < -0.018).sum())
    assert 0 < lost < 400
    assert found.unsettled == lost
    assert found.p5 > -0.018
    none = interval(drawn(), lambda by: NotConverged("AZE", 0.1, 1e-12, 200) if by["rta"] != 0.4 else 1.0)
    assert none.unsettled == 400
    assert np.isnan([none.mean, none.p50]).all()


def test_h08_bad_draws_are_told() -> None:
    with pytest.raises(InputError) as told:
        normal(["a", "a"], [0.1, np.nan], [[1.0, 2.0], [2.0, 1.0]], 0, -1)
    said = [str(problem) for problem in told.value.problems]
    assert [line.split(" | ")[0] for line in said] == ["coefficient a", "n_draws", "seed", "central", "covariance"]
    assert "an eigenvalue of -1" in said[-1]
    with pytest.raises(InputError, match=r"central \| found a shape of \(1,\)"):
        normal(["a", "b"], [0.1], np.eye(2))
    for cov, word in (([[1.0]], "shape"), ([[1.0, 0.5], [0.4, 1.0]], "symmetric"), ([[np.nan] * 2] * 2, "no number")):
        with pytest.raises(InputError, match=word):
            normal(["a", "b"], [0, 0], cov)
    with pytest.raises(InputError, match=r"2 problems(.|\n)*rising order(.|\n)*triangular, uniform"):
        between("days", 0.03, 0.01, 0.02, "normal")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"3 problems(.|\n)*10, 20(.|\n)*0, 1(.|\n)*coefficient a"):
        joined(between("a", 1, 0, 2, n_draws=10), between("a", 1, 0, 2, n_draws=20, seed=1))
    with pytest.raises(InputError, match="names"):
        normal([], [], np.zeros((0, 0)))
    with pytest.raises(InputError, match="which differ"):
        interval(drawn(), lambda by: by["rta"]).less(interval(drawn(seed=8), lambda by: by["rta"]))
    with pytest.raises(InputError, match=r"draw 0 \| found a shape of \(2,\)"):
        interval(drawn(), lambda by: by["rta"] if by["rta"] == 0.4 else [1.0, 2.0])
    with pytest.raises(InputError, match="central values"):
        interval(drawn(), lambda _: NotConverged("AZE", 0.1, 1e-12, 200))


# i: what cannot be answered


def bad_world(trade: Any, sigma: float = 5.0, countries: tuple[str, ...] = ("A", "B")) -> list[str]:
    with pytest.raises(InputError) as told:
        World(countries, trade, sigma)
    return [str(problem) for problem in told.value.problems]


def test_i01_all_that_is_wrong_with_a_world() -> None:
    assert bad_world([[1.0, -2.0], [np.nan, 1.0]], 1.0, ("A", "B")) == [
        "sigma | found 1.0 | give a number above 1; studies of trade find 3 to 8",
        "trade from A to B | found -2.0 | give a number of 0 or more",
        "trade from B to A | found nan | give a number of 0 or more",
    ]
    assert bad_world([[1.0, 0.0], [1.0, 0.0]]) == [
        "country B | found buys nothing | leave it out, or give its trade at home"
    ]
    assert bad_world([[0.0, 0.0], [1.0, 1.0]]) == [
        "country A | found sells nothing | leave it out, or give its trade at home"
    ]
    assert bad_world([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]) == [
        "trade | found a shape of (2, 3) | give a row and a column for each of 2 countries"
    ]
    assert bad_world([[1.0, 1.0], [1.0, 1.0]], countries=("A", "A"))[0].startswith("country A | found 2 times")
    assert bad_world(np.full((9, 9), -1.0), countries=tuple("ABCDEFGHI"))[-1].startswith("trade | found 61 more")
    assert bad_world(np.zeros((0, 0)), np.nan, ()) == [
        "countries | found none | give at least one",
        "sigma | found nan | give a number above 1; studies of trade find 3 to 8",
    ]


def test_i02_all_that_is_wrong_with_costs() -> None:
    with pytest.raises(InputError) as told:
        World.of_costs(("A", "B"), [[1.0, np.inf], [0.1, 1.0]], [10.0, 0.0], [10.0], 5, "C")
    assert [str(problem).split(" | ")[0] for problem in told.value.problems] == [
        "costs from A to B", "output of B", "expenditure", "reference",
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"expenditure \| found 21 of the world, whose output is 20"):
        World.of_costs(("A", "B"), np.ones((2, 2)), [10.0, 10.0], [10.0, 11.0], 5)


def test_i03_all_that_is_wrong_with_a_shock() -> None:
    shock = together(
        "both",
        Shock("area", trade={("AZE", "CHM"): 1.2, ("AZE", "CHN"): -0.1, ("CHN", "AZE"): np.inf}),
        Shock("days", costs={("CHN", "GEO"): 0.0, ("KAZ", "GEO"): np.nan}),
    )
    with pytest.raises(InputError) as told:
        find_equilibrium(corridor(), FindEquilibrium(shock, "half", "none", "EUU", 0.0, 0))  # type: ignore[arg-type]
    assert [str(problem) for problem in told.value.problems] == [
        "closure | found 'half' | give one of full, conditional, first_round",
        "deficits | found 'none' | give one of ratio, share",
        "reference | found 'EUU' | not a country of this world; nearest: none is like it",
        "tolerance | found 0.0 | give a number above 0 and below 1",
        "most_iterations | found 0 | give a whole number of 1 or more",
        "area, trade from AZE to CHM | found 'CHM' | not a country of this world; nearest: 'CHN'",
        "area, trade from AZE to CHN | found -0.1 | give a factor of 0 or more; 1 changes nothing",
        "area, trade from CHN to AZE | found inf | give a factor of 0 or more; 1 changes nothing",
        "days, costs from CHN to GEO | found 0.0 | give a factor above 0; 1 changes nothing",
        "days, costs from KAZ to GEO | found nan | give a factor above 0; 1 changes nothing",
    ]
    with pytest.raises(InputError, match="request for an equilibrium"):
        find_equilibrium(corridor(), FindEquilibrium(Shock("none"), tolerance=np.nan))


def test_i04_a_country_that_a_shock_leaves_with_nothing() -> None:
    trade = np.array([[0.0, 5.0], [5.0, 9.0]])
    with pytest.raises(InputError, match=r"country A \| found nothing left to sell(.|\n)*nothing left to buy"):
        find_equilibrium(World(("A", "B"), trade, 5), FindEquilibrium(Shock("end", trade=within(["A", "B"], 0))))
    with pytest.raises(InputError, match="trade without end"):
        find_equilibrium(corridor(), FindEquilibrium(Shock("free", costs={("AZE", "CHN"): 1e-300})))


def test_i05_a_deficit_without_trade_has_no_equilibrium() -> None:
    """Who buys more than it sells cannot go on once nobody sells to it: an answer, not a number."""
    world = World(("A", "B"), np.array([[60.0, 10.0], [20.0, 50.0]]), 5)
    for deficits in ("ratio", "share"):
        found = find_equilibrium(world, FindEquilibrium(Shock("end", trade=within(["A", "B"], 0)), "full", deficits))
        assert isinstance(found, NotConverged)
        assert found.gap > 0.01
        assert "not converged" in found.said
        assert found.worst in {"A", "B"}


def test_i06_a_surplus_that_is_more_than_all_a_country_has() -> None:
    """Most of what A makes it sells and buys nothing for; when nobody wants it, A cannot go on giving as much."""
    world = World(("A", "B", "C"), np.array([[10.0, 90.0, 0.0], [5.0, 900.0, 20.0], [0.0, 20.0, 50.0]]), 3)
    found = find_equilibrium(world, FindEquilibrium(Shock("wall", trade={("A", "B"): 0.1}), "full", "share"))
    assert isinstance(found, NotConverged)
    assert found.said.endswith("to keep its surplus A would have to spend less than nothing")
    assert isinstance(after(world, Shock("wall", trade={("A", "B"): 0.1})), Equilibrium)


def test_i07_too_few_iterations_are_said() -> None:
    found = find_equilibrium(corridor(), FindEquilibrium(Shock("s", trade=within(CORRIDOR, 3)), most_iterations=1))
    assert isinstance(found, NotConverged)
    assert found.iterations == 1
    assert found.said.startswith("not converged after 1 iterations: demand for the goods of ")
    costs = [[1.0, 0.0], [0.1, 1.0]]
    never = World.of_costs(("A", "B"), costs, [10.0, 20.0], [5.0, 25.0], 5)
    assert isinstance(never, NotConverged)


def test_i08_a_world_is_not_written_to() -> None:
    given = np.array(TRADE)
    world = World(CORRIDOR, given, 5)
    given[0, 0] = -1
    assert world.trade[0, 0] == 90
    with pytest.raises(ValueError, match="read-only"):
        world.trade[0, 0] = 1
