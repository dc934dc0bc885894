"""The arithmetic of an appraisal: answers known from outside, odd flows, and what holds of any money."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import e, exp, inf, isclose, log, nan, nextafter, prod, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from karvan.ground.errors import InputError
from karvan.study.appraisal import (
    SPREADS,
    Input,
    ModifiedRate,
    NeverPaysBack,
    NoRate,
    NoRatio,
    OneRate,
    Payback,
    Ratio,
    SeveralRates,
    benefit_cost_ratio,
    discount_factors,
    distribution,
    draws,
    first_year_return,
    internal_rate,
    modified_rate,
    monte_carlo,
    net,
    npv,
    payback,
    present_value,
    present_values,
    switching_value,
    switching_values,
    tornado,
)
from karvan.study.appraisal.monte_carlo import _hypercube

STEADY = settings(max_examples=150, deadline=None, derandomize=True)

AMOUNT = st.one_of(
    st.integers(-1000, 1000).map(float),
    st.floats(-1e6, 1e6).map(lambda amount: amount if abs(amount) > 1e-100 else 0.0),
)
FLOWS = st.lists(AMOUNT, min_size=1, max_size=25)


def exact_npv(flows: list[float], rate: float) -> Fraction:
    """NPV without rounding."""
    return sum((Fraction(flow) / (1 + Fraction(rate)) ** t for t, flow in enumerate(flows)), Fraction(0))


def from_roots(*percent: int, times: tuple[int, ...] = (1,)) -> list[float]:
    """A flow of whole numbers that is worth nothing at just these rates, and at the roots of another flow, `times`."""
    flow = [int(amount) for amount in times]
    for rate in percent:
        longer = [0] * (len(flow) + 1)
        for at, amount in enumerate(flow):  # times 100 x - (100 + rate), x being 1 + rate
            longer[at] += 100 * amount
            longer[at + 1] -= (100 + rate) * amount
        flow = longer
    return [float(amount) for amount in flow]


# a: present values


def test_a01_npv_with_the_first_year_discounted() -> None:
    """Microsoft's reference of the spreadsheet function NPV, example 1: 1,188.44."""
    found = npv((-10_000, 3_000, 4_200, 6_800), 0.10, first_year_discounted=True)
    assert found.value == pytest.approx(1188.44, abs=0.005)
    assert found.convention == "at 10 % a year, the first year discounted by one year"


def test_a02_npv_with_the_first_year_as_it_is() -> None:
    """The same, example 2, where the first amount stands before the function: 1,922.06, and -3,749.47 with a loss."""
    flows = [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500]
    assert npv(flows, 0.08).value == pytest.approx(1922.06, abs=0.005)
    assert npv([*flows, -9_000], 0.08).value == pytest.approx(-3749.47, abs=0.005)
    assert npv(flows, 0.08).convention == "at 8 % a year, the first year as it is"


@STEADY
@given(FLOWS, st.floats(-0.5, 2))
def test_a03_the_conventions_are_a_year_apart(flows: list[float], rate: float) -> None:
    plain = npv(flows, rate).value
    later = npv(flows, rate, first_year_discounted=True).value
    size = sum(abs(flow) * factor for flow, factor in zip(flows, discount_factors(rate, len(flows)), strict=True))
    assert isclose(plain, later * (1 + rate), rel_tol=1e-9, abs_tol=1e-9 * size)
    assert abs(Fraction(plain) - exact_npv(flows, rate)) <= Fraction(1e-12) * Fraction(size + 1e-300)


def test_a04_streams_add_up() -> None:
    streams = {"time": [0, 30.1, 30.2], "capital": [-50, 0, 0.0], "upkeep": np.array([0, -1.5, -1.5])}
    worth = present_values(streams, 0.06)
    assert list(worth) == ["capital", "time", "upkeep"]
    assert sum(worth.values()) == pytest.approx(npv(net(streams), 0.06).value, rel=1e-14)
    assert net({}) == ()
    assert worth["capital"] == present_value([-50], 0.5) == -50


def test_a05_at_no_rate_it_is_the_sum() -> None:
    assert npv([0.1] * 10, 0.0).value == 1.0
    assert discount_factors(0.0, 3) == (1, 1, 1)
    assert discount_factors(0.06, 0) == ()


def test_a06_a_rate_below_nought_makes_later_years_count_more() -> None:
    assert discount_factors(-0.5, 4) == (1, 2, 4, 8)
    assert discount_factors(1e308, 3) == (1, pytest.approx(1e-308), 0)
    with pytest.raises(InputError, match="give a number of 0 or more"):
        discount_factors(0.06, -1)


@pytest.mark.parametrize("rate", [-1, -1.5, nan, inf, -inf, "six"])
@pytest.mark.parametrize(
    "call",
    [
        lambda rate: npv([-1, 2], rate),
        lambda rate: present_values({"a": [1]}, rate),
        lambda rate: discount_factors(rate, 2),
        lambda rate: payback([-1, 2], rate),
        lambda rate: benefit_cost_ratio([1], [1], rate),
        lambda rate: first_year_return([0, 1], [1, 0], rate, 1),
        lambda rate: modified_rate([-1, 2], rate, 0.1),
        lambda rate: modified_rate([-1, 2], 0.1, rate),
    ],
)
def test_a07_a_rate_is_above_minus_one(call: Callable[[Any], object], rate: Any) -> None:
    with pytest.raises(InputError, match="give a yearly rate above -1") as raised:
        call(rate)
    assert len(raised.value.problems) == 1


def test_a08_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        npv([1, nan, inf, 2], -2)
    assert [problem.address for problem in raised.value.problems] == ["flows, year 1", "flows, year 2", "rate"]
    with pytest.raises(InputError, match="no years"):
        npv([], 0.1)
    with pytest.raises(InputError, match="a has 2, b has 1"):
        present_values({"a": [1, 2], "b": [1]}, 0.1)
    with pytest.raises(InputError, match="a has 2, b has 1"):
        net({"a": [1, 2], "b": [1]})


@pytest.mark.parametrize(("flows", "rate"), [([1e308, 1e308], 0.0), ([0] * 400 + [1], -0.999), ([1e308, -1e308], -0.9)])
def test_a09_what_no_float_holds_is_refused(flows: list[float], rate: float) -> None:
    with pytest.raises(InputError, match="more than a float holds"):
        npv(flows, rate)


# b: rates of return


@pytest.mark.parametrize(
    ("flows", "rate", "digits"),
    [
        ((-150_000, 15_000, 25_000, 35_000, 45_000, 60_000), 0.0524, 4),  # NumPy's reference of irr
        ((-100, 39, 59, 55, 20), 0.28095, 5),  # Gitman (2003), Principles of Managerial Finance, p. 34
        ((-100, 0, 0, 74), -0.0955, 4),  # NumPy
        ((-100, 100, 0, 7), 0.06206, 5),  # NumPy
        ((-70_000, 12_000, 15_000, 18_000, 21_000), -0.021, 3),  # Microsoft's reference of IRR, and the next two
        ((-70_000, 12_000, 15_000, 18_000, 21_000, 26_000), 0.087, 3),
        ((-70_000, 12_000, 15_000), -0.444, 3),
        ((-100_000, 10_000, 20_000, 30_000, 40_000, 50_000), 0.1201, 4),  # MathWorks' reference of irr
    ],
)
def test_b01_one_rate(flows: tuple[float, ...], rate: float, digits: int) -> None:
    found = internal_rate(flows)
    assert isinstance(found, OneRate)
    assert round(found.value, digits) == rate
    assert (found.below, found.above) == (1, -1)
    assert found.note == "worth having below this rate"


def test_b02_two_rates_say_so() -> None:
    found = internal_rate((-1000, 2300, -1320))
    assert found == SeveralRates((0.1, 0.2))
    assert found.value is None
    assert "NPV tells" in found.note


def test_b03_three_rates() -> None:
    """MathWorks' reference of irr, after Hazen (2003): -4.88 %, 100 % and 204.88 %, and worth -196 at 10 %."""
    flows = (-1000, 6000, -10_900, 5800)
    assert internal_rate(flows).rates == pytest.approx((-0.0488, 1, 2.0488), abs=5e-5)
    assert npv(flows, 0.1).value == pytest.approx(-196.0932, abs=5e-5)


@pytest.mark.parametrize(
    ("flows", "why"),
    [
        ((1, 2, 3), "there are no costs"),
        ((-1, 0, -3), "there are only costs"),
        ((0, 0), "every year is nought, which is worth nothing at any rate"),
        ((5,), "there are no costs"),
        ((-5,), "there are only costs"),
        ((0, -5, 0), "there are only costs"),
        ((1, -1, 1), "it is worth more than nothing at every rate"),
        ((-10, 15, -10), "it is worth less than nothing at every rate"),
        ((-1e-300, 1e300), "it is worth nothing only at a rate beyond every float"),
        ((-1e300, 1e-300), "it is worth nothing only at -100 %"),
    ],
)
def test_b04_no_rate_says_why(flows: tuple[float, ...], why: str) -> None:
    found = internal_rate(flows)
    assert found == NoRate(why)
    assert (found.value, found.rates) == (None, ())


@pytest.mark.parametrize(
    ("flows", "rate", "note"),
    [
        ((1000, -1100), 0.1, "a loan: worth having above this rate"),
        ((-1000, 2200, -1210), 0.1, "worth nothing at this rate, and never more"),  # comes twice
        ((1000, -2200, 1210), 0.1, "never worth less than nothing"),
        (from_roots(10, 10, 10), 0.1, "a loan: worth having above this rate"),  # comes three times, and crosses
    ],
)
def test_b05_one_rate_that_is_not_a_return(flows: tuple[float, ...], rate: float, note: str) -> None:
    found = internal_rate(flows)
    assert (found.value, found.note) == (rate, note)


def test_b06_of_size_and_of_tiny_differences() -> None:
    assert internal_rate((-1, 1)).value == 0
    assert internal_rate((-1, nextafter(1, 2))).value == nextafter(1, 2) - 1
    assert internal_rate((-1e-310, 1.5e-310)).value == pytest.approx(0.5, rel=1e-6)  # digits are few down there
    assert internal_rate((-1.0, 1e300)).value == 1e300
    assert internal_rate((-(2.0**500), 3 * 2.0**500)).value == 2.0
    assert internal_rate((-1, *[0] * 199, e)).value == pytest.approx(exp(1 / 200) - 1, rel=1e-12)


@STEADY
@given(st.lists(st.integers(-99, 900), max_size=4), st.sampled_from([(1,), (-1,), (3, 2), (1, -1, 1), (2, 0, 1)]))
def test_b07_all_rates_that_were_put_in_are_found_and_no_others(percent: list[int], times: tuple[int, ...]) -> None:
    """(3, 2) has its root below -1, and the last two have none: what they bring in must not show."""
    found = internal_rate(from_roots(*percent, times=times))
    assert found.rates == tuple(rate / 100 for rate in sorted(set(percent)))


@STEADY
@given(FLOWS)
def test_b08_rates_are_roots(flows: list[float]) -> None:
    """A rate is the nearest float: NPV is nought there, or has another sign on one of its sides, or just touches."""
    rates = internal_rate(flows).rates
    assert list(rates) == sorted(rates)
    for rate in rates:
        x = 1 + Fraction(rate)
        rounding = Fraction(nextafter(rate, inf) - nextafter(rate, -inf)) / x * len(flows)
        assert abs(exact_npv(flows, rate)) <= rounding * sum(abs(Fraction(c)) / x**t for t, c in enumerate(flows))


@settings(STEADY, max_examples=40)
@given(FLOWS)
def test_b09_as_many_as_the_signs_of_npv_need(flows: list[float]) -> None:
    """Between two rates NPV keeps its sign; on a fine grid no change of sign is missed."""
    rates = internal_rate(flows).rates
    grid = [Fraction(k, 40) - 1 for k in range(1, 400)]
    for low, high in pairwise(grid):
        at_low, at_high = exact_npv(flows, float(low)), exact_npv(flows, float(high))
        if at_low * at_high < 0:
            assert any(float(low) <= rate <= float(high) for rate in rates)


@STEADY
@given(FLOWS, st.integers(-200, 200), st.integers(0, 4), st.integers(0, 4))
def test_b10_the_unit_of_money_and_the_year_it_begins_do_not_matter(
    flows: list[float], power: int, before: int, after: int
) -> None:
    moved = [0.0] * before + [flow * 2.0**power for flow in flows] + [0.0] * after
    assert internal_rate(moved).rates == internal_rate(flows).rates


@STEADY
@given(FLOWS)
def test_b11_turned_round_it_is_a_loan_at_the_same_rates(flows: list[float]) -> None:
    there, back = internal_rate(flows), internal_rate([-flow for flow in flows])
    assert there.rates == back.rates
    if isinstance(there, OneRate) and isinstance(back, OneRate):
        assert (there.below, there.above) == (-back.below, -back.above)


# c: the modified rate


def test_c01_modified_rate() -> None:
    """Microsoft's reference of the spreadsheet function MIRR: 12.61 %, after three years -4.80 %, at 14 % 13.48 %."""
    flows = (-120_000, 39_000, 30_000, 21_000, 37_000, 46_000)
    found = modified_rate(flows, 0.10, 0.12)
    assert found == ModifiedRate(pytest.approx(0.126094, abs=5e-7), 0.10, 0.12)
    assert "costs financed at 10 %, gains reinvested at 12 %" in found.note
    assert modified_rate(flows[:4], 0.10, 0.12).value == pytest.approx(-0.0480, abs=5e-5)
    assert modified_rate(flows, 0.10, 0.14).value == pytest.approx(0.1348, abs=5e-5)


@pytest.mark.parametrize("flows", [(1, 2), (-1, -2), (0, 0), (0,), (-5,)])
def test_c02_it_needs_costs_and_gains(flows: tuple[float, ...]) -> None:
    assert isinstance(modified_rate(flows, 0.1, 0.1), NoRate)


@STEADY
@given(st.floats(1, 1e6), st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.floats(0.001, 1e6))
def test_c03_reinvested_at_the_internal_rate_it_is_the_internal_rate(
    cost: float, gains: list[float], last: float
) -> None:
    flows = [-cost, *gains, last]
    rate = internal_rate(flows).value
    assert rate is not None
    assert modified_rate(flows, 0.07, rate).value == pytest.approx(rate, rel=1e-9, abs=1e-9)


# d: ratios and payback


def test_d01_benefits_over_costs() -> None:
    """Rogers (2003), Highway Engineering, section 3.3.6: 65,188,612 over 26,326,133 is 2.476."""
    found = benefit_cost_ratio([65_188_612], [26_326_133], 0.06)
    assert found == Ratio(pytest.approx(2.476, abs=5e-4), 65_188_612, 26_326_133)
    assert benefit_cost_ratio([0, 110], [100, 0], 0.1).value == pytest.approx(1)


def test_d02_nothing_to_divide_by() -> None:
    assert benefit_cost_ratio([0, 5], [0, 0], 0.1) == NoRatio("it costs nothing", pytest.approx(5 / 1.1), 0.0)
    saved = benefit_cost_ratio([0, 5], [-3, 0], 0.1)
    assert isinstance(saved, NoRatio)
    assert "count what is saved as a benefit" in saved.why


@STEADY
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 1e6)), min_size=1, max_size=20), st.floats(0, 1))
def test_d03_above_one_where_npv_is_above_nought(years: list[tuple[float, float]], rate: float) -> None:
    benefits, costs = zip(*years, strict=True)
    plain = benefit_cost_ratio(benefits, costs, rate)
    later = benefit_cost_ratio(benefits, costs, rate, first_year_discounted=True)
    assert isinstance(plain, Ratio)
    assert plain.value == pytest.approx(later.value, rel=1e-12)
    worth = npv([b - c for b, c in years], rate).value
    if abs(worth) > 1e-6:
        assert (plain.value > 1) == (worth > 0)


def test_d04_first_year_return() -> None:
    """100 and 100 spent in years 0 and 1 stand at 121 + 110 in year 2; 30 gained then are 12.987 %."""
    found = first_year_return([0, 0, 30, 40], [100, 100, 0, 0], 0.10, year=2)
    assert (found.value, found.capital) == (pytest.approx(30 / 231), pytest.approx(231))
    assert found.is_due
    assert not first_year_return([0, 0, 20, 40], [100, 100, 0, 0], 0.10, year=2).is_due
    assert first_year_return([0, 0, 30, 40], [100, 100, 0, 70], 0.10, year=2) == found  # renewals come later
    none = first_year_return([5, 5], [0, 3], 0.1, year=1)
    assert none == NoRatio("no capital is spent before year 1", 5.0, 0.0)


@STEADY
@given(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(0.01, 0.3), st.integers(1, 5))
def test_d05_waiting_loses_a_year_of_gains_and_saves_a_year_of_interest(
    gain: float, capital: float, rate: float, build: int
) -> None:
    flows = [-capital] * build + [gain] * 20
    spent = [capital] * build + [0.0] * 20
    found = first_year_return([0.0] * build + [gain] * 20, spent, rate, build)
    waits = [0.0, *[-capital] * build, *[gain] * 19]
    better = (npv(waits, rate).value - npv(flows, rate).value) * (1 + rate) ** build
    assert found.gained_by_waiting == pytest.approx(better, rel=1e-6, abs=1e-6 * (gain + capital))
    if found.is_due:
        assert found.gained_by_waiting <= 0


def test_d06_payback() -> None:
    """-35,000, then 20,000 and 15,000: two years; 10,000, 10,000, 15,000: three. -100 and 40 a year: two and a half."""
    assert payback([-35_000, 20_000, 15_000, 10_000]) == Payback(2.0, 0.0)
    assert payback([-35_000, 10_000, 10_000, 15_000, 20_000]) == Payback(3.0, 0.0)
    assert payback([-100, 40, 40, 40]) == Payback(2.5, 0.0)
    assert payback([-100, 110], 0.1) == Payback(pytest.approx(1), 0.1)
    assert payback([-100, 109], 0.1) == NeverPaysBack(pytest.approx(1 / 1.1), 0.1)
    assert payback([3, 4]) == Payback(0.0, 0.0)
    assert payback([-0.3, 0.1, 0.1, 0.1]).years == pytest.approx(3)
    assert payback([-10, 20, -15, 5]).years == pytest.approx(3)  # behind once more
    assert payback([-10, 20, -15]) == NeverPaysBack(5.0, 0.0)


def test_d07_bad_ratios() -> None:
    with pytest.raises(InputError) as raised:
        first_year_return([1, 2], [1, -2, 0], 0.1, year=5)
    assert [problem.address for problem in raised.value.problems] == ["capital, year 1", "years", "year"]
    with pytest.raises(InputError, match="as many years"):
        benefit_cost_ratio([1], [1, 2], 0.1)
    with pytest.raises(InputError, match="more than a float holds"):
        first_year_return([0] * 400, [1] * 400, 100.0, year=399)


# e: switching values


def test_e01_of_components() -> None:
    """Benefits of 150 and costs of 100 and 20: NPV is 30. Benefits may fall by a fifth, costs rise by three tenths."""
    found = {one.name: one for one in switching_values({"time": 150, "capital": -100, "upkeep": -20, "none": 0})}
    assert list(found) == ["time", "capital", "upkeep", "none"]
    assert (found["time"].change, found["time"].at) == (pytest.approx(-0.2), pytest.approx(0.8))
    assert found["capital"].change == pytest.approx(0.3)
    assert found["upkeep"].change == pytest.approx(1.5)
    assert (found["none"].at, found["none"].change) == (None, None)
    assert "stays so" in found["none"].note
    assert switching_values({}) == ()


@STEADY
@given(st.dictionaries(st.text(max_size=3), st.integers(-1000, 1000).map(float), max_size=6))
def test_e02_at_the_switching_value_npv_is_nought(components: dict[str, float]) -> None:
    for one in switching_values(components):
        if one.at is not None:
            rest = sum(components.values()) - components[one.name]
            assert rest + components[one.name] * one.at == pytest.approx(0, abs=1e-9)


def test_e03_of_any_function() -> None:
    """NPV as a function of the rate is nought at the internal rate; the nearer of two rates is taken."""
    one = switching_value("rate", lambda r: npv((-100, 39, 59, 55, 20), r).value, 0.06, -0.5, 1)
    assert one.at == pytest.approx(0.2809484211599611, rel=1e-10)
    assert one.change == pytest.approx((0.2809484211599611 - 0.06) / 0.06, rel=1e-9)
    two = switching_value("rate", lambda r: npv((-1000, 2300, -1320), r).value, 0.16, 0, 1)
    assert two.at == pytest.approx(0.2)
    none = switching_value("rate", lambda r: npv((-100, 39, 59, 55, 20), r).value, 0.06, 0, 0.2)
    assert (none.at, none.note) == (None, "it keeps its sign from 0 to 0.2")
    there = switching_value("x", lambda x: x, 0.0, 0.0, 1.0)
    assert (there.at, there.change) == (0.0, None)
    end = switching_value("x", lambda x: x - 3, 1.0, 1.0, 3.0)
    assert (end.at, end.change) == (3.0, 2.0)


def test_e04_bad_switching() -> None:
    with pytest.raises(InputError, match="give a finite number"):
        switching_values({"time": nan})
    with pytest.raises(InputError, match="holds its base"):
        switching_value("x", lambda x: x, 5.0, 0.0, 1.0)
    with pytest.raises(InputError, match="x at 0"):
        switching_value("x", lambda x: nan if x == 0 else x, 1.0, 0.0, 2.0)


# f: the tornado


def test_f01_widest_first_and_ties_by_name() -> None:
    base = {"a": 10, "b": 10, "c": 10, "d": 1}

    def worth(x: dict[str, float]) -> float:
        return x["a"] + x["b"] + 2 * x["c"] - (x["d"] - 1) ** 2

    found = tornado(worth, base, {"b": (9, 11), "a": (9, 11), "c": (9, 11), "d": (-1, 3)})
    assert found.base == 40
    assert [(bar.name, bar.swing) for bar in found.bars] == [("c", 4), ("d", 4), ("a", 2), ("b", 2)]
    assert (found.bars[1].at_low, found.bars[1].at_high) == (36, 36)  # both ends below the base
    assert (found.bars[0].at_low, found.bars[0].at_high) == (38, 42)
    assert tornado(worth, base, {}).bars == ()


def test_f02_bad_ranges() -> None:
    with pytest.raises(InputError) as raised:
        tornado(lambda x: x["time"], {"time": 1}, {"tme": (0, 1), "time": (2, 1)})
    assert [str(problem) for problem in raised.value.problems] == [
        "ranges | found 'tme' | nearest is 'time'",
        "time | found 'low 2 above high 1' | give the low value first",
    ]
    with pytest.raises(InputError, match="value at time 0"):
        tornado(lambda x: nan if x["time"] == 0 else 1, {"time": 1}, {"time": (0, 1)})


# g: Monte Carlo


def total(x: dict[str, float]) -> float:
    return sum(x.values())


def test_g01_a_lower_grade_is_spread_wider() -> None:
    widths = {g: monte_carlo(total, [Input("x", 100.0, g)]) for g in SPREADS}
    for grade, found in widths.items():
        assert found.sd == pytest.approx(100 * SPREADS[grade].cv, rel=0.02)
        assert found.mean == pytest.approx(100, rel=1e-3)
        assert (found.p10, found.p90) == pytest.approx([100 * end for end in SPREADS[grade].band], rel=0.01)
    assert [g for g, _ in sorted(widths.items(), key=lambda item: item[1].sd)] == ["A", "B", "C", "D"]
    assert all(spread.why for spread in SPREADS.values())


def test_g02_a_product_of_lognormals_is_lognormal() -> None:
    """Its log is normal, with the sum of the variances: quantiles, and the odds to be below one, are known."""
    inputs = [Input("a", 2.0, "C"), Input("b", 3.0, "D"), Input("c", 0.5)]
    found = monte_carlo(lambda x: prod(x.values()) - 2, inputs, samples=20_000, seed=3)
    variance = log(1 + 0.25**2) + log(1 + 0.5**2)
    law = stats.lognorm(sqrt(variance), scale=3 * exp(-variance / 2))
    for ours, q in ((found.p10, 0.1), (found.p50, 0.5), (found.p90, 0.9)):
        assert ours + 2 == pytest.approx(law.ppf(q), rel=0.02)
    assert found.below_zero == pytest.approx(law.cdf(2), abs=0.01)
    assert found.mean == pytest.approx(1, rel=0.02)


def test_g03_of_one_input_the_odds_are_right_to_one_draw() -> None:
    found = monte_carlo(lambda x: x["x"] - 90, [Input("x", 100.0, "B")], samples=1000)
    true = stats.norm.cdf((log(0.9) + log(1.01) / 2) / sqrt(log(1.01)))
    assert abs(found.below_zero - true) <= 1.001e-3
    assert found.shares[0].share == pytest.approx(1)
    assert found.rest == pytest.approx(0)


def test_g04_a_range_is_a_triangle() -> None:
    found = draws([Input("x", 2.0, "D", low=1.0, high=5.0)], samples=4000)["x"]
    law = stats.triang(c=0.25, loc=1, scale=4)
    assert stats.kstest(found, law.cdf).statistic < 1 / 2000
    assert min(found) >= 1
    assert max(found) <= 5
    assert set(draws([Input("x", 2.0, "D", low=2.0, high=2.0)])["x"]) == {2.0}


def test_g05_another_input_moves_no_draws() -> None:
    a, b = Input("a", 1.0, "D"), Input("b", -1.0, "D")
    alone, both = draws([a], seed=5), draws([b, a], seed=5)
    assert alone["a"] == both["a"]
    assert list(both) == ["a", "b"]
    assert draws([a], seed=6)["a"] != alone["a"]
    assert max(both["b"]) < 0
    assert abs(stats.spearmanr(both["a"], both["b"]).statistic) < 0.06  # not the same luck twice


def test_g06_the_same_bits_again_and_in_any_order() -> None:
    inputs = [Input(name, 10.0, grade) for name, grade in zip("abcd", "ABCD", strict=True)]
    assert monte_carlo(total, inputs) == monte_carlo(total, inputs[::-1])
    assert monte_carlo(total, inputs) != monte_carlo(total, inputs, seed=2)


@pytest.mark.parametrize("samples", [10, 37, 1000])
def test_g07_each_part_is_met_once(samples: int) -> None:
    shares = _hypercube(1, "x", samples)
    assert sorted(int(u * samples) for u in shares) == list(range(samples))


def test_g08_shares_are_of_the_ranks() -> None:
    rng = np.random.default_rng(1)
    a, b, c = rng.normal(size=(3, 500)).round(1)  # with ties
    values = np.exp(a) + 0.3 * b
    found = distribution(values, {"a": a, "b": b, "c": c, "flat": np.ones(500)})
    for share in found.shares[:-1]:
        theirs = stats.spearmanr({"a": a, "b": b, "c": c}[share.name], values).statistic
        assert share.correlation == pytest.approx(theirs, abs=1e-12)
        assert share.share == pytest.approx(theirs**2, abs=1e-12)
    assert [share.name for share in found.shares] == ["a", "b", "c", "flat"]
    assert found.shares[-1].share == 0
    assert (found.p10, found.p50, found.p90) == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]), rel=1e-13)
    assert (found.mean, found.sd) == pytest.approx((values.mean(), values.std(ddof=1)), rel=1e-12)


def test_g09_what_does_not_vary() -> None:
    found = monte_carlo(total, [Input("rate", 0.06), Input("nought", 0.0, "D")])
    assert (found.p10, found.p90, found.sd, found.shares) == (0.06, 0.06, 0.0, ())
    assert found.below_zero == 0
    none = monte_carlo(total, [Input("x", 3.0, "D")], spreads={"D": 0.0})
    assert none.sd == 0


def test_g10_spreads_may_be_changed() -> None:
    wide = monte_carlo(total, [Input("x", 100.0, "D")], spreads={"D": 0.8})
    assert wide.sd == pytest.approx(80, rel=0.05)


def test_g11_bad_inputs_are_told_at_once() -> None:
    inputs = [
        Input("a", nan, "A"),
        Input("b", 1.0, "E"),
        Input("c", 1.0, low=0.5),
        Input("d", 1.0, low=2.0, high=3.0),
        Input("d", 1.0),
    ]
    with pytest.raises(InputError) as raised:
        monte_carlo(total, inputs, samples=3)
    assert [problem.address for problem in raised.value.problems] == [
        "samples", "inputs", "a, base", "b, grade", "c, low and high", "d",
    ]  # fmt: skip
    with pytest.raises(InputError, match="Z"):
        monte_carlo(total, [], spreads={"Z": 0.1})
    with pytest.raises(InputError, match="number of 0 or more"):
        monte_carlo(total, [], spreads={"D": -0.1})
    with pytest.raises(InputError, match="value of draw 0"):
        monte_carlo(lambda _: nan, [Input("x", 1.0, "A")])
    with pytest.raises(InputError, match="give two or more"):
        distribution([1.0], {})
    with pytest.raises(InputError, match="give 2, one a value"):
        distribution([1.0, 2.0], {"x": [1.0]})
