"""Which projects to build, and in which order: small cases by hand, and all subsets and orders gone through."""

from __future__ import annotations

from itertools import combinations, permutations
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.ground.errors import InputError
from karvan.study.appraisal import BuildOrder, Built, NotBuilt, best_order, best_portfolio, npv
from karvan.study.appraisal import order as order_module

STEADY = settings(max_examples=200, deadline=None, derandomize=True)

KNAPSACK: dict[str, Any] = {"values": {"a": 60, "b": 100, "c": 120}, "costs": {"a": 10, "b": 20, "c": 30}}
"""Cormen, Leiserson, Rivest and Stein (2009), Introduction to Algorithms, figure 16.2: 220 with a budget of 50."""


def subsets(names: list[str]) -> list[tuple[str, ...]]:
    return [some for n in range(len(names) + 1) for some in combinations(names, n)]


# a: a portfolio


def test_a01_the_knapsack_of_the_textbook() -> None:
    found = best_portfolio(**KNAPSACK, budget=50)
    assert (found.chosen, found.value, found.cost) == (("b", "c"), 220, 50)
    assert found.is_proven
    assert found.gap == pytest.approx(0, abs=1e-9)


def test_a02_a_budget_of_nought_builds_nothing() -> None:
    found = best_portfolio(**KNAPSACK, budget=0)
    assert (found.chosen, found.value, found.cost, found.bound) == ((), 0, 0, 0)
    assert found.is_proven
    free = best_portfolio({**KNAPSACK["values"], "paper": 3}, {**KNAPSACK["costs"], "paper": 0}, 0)
    assert free.chosen == ("paper",)


def test_a03_no_limit_and_no_projects() -> None:
    assert best_portfolio(**KNAPSACK, budget=inf).chosen == ("a", "b", "c")
    assert best_portfolio({}, {}, 5).chosen == ()
    assert best_portfolio({"bad": -1}, {"bad": 1}, 5).chosen == ()


def test_a04_two_that_take_from_each_other() -> None:
    found = best_portfolio(**KNAPSACK, budget=50, together={("c", "b"): -70})
    assert (found.chosen, found.value, found.interactions) == (("a", "c"), 180, 0)
    found = best_portfolio(**KNAPSACK, budget=60, together={("c", "b"): -70})
    assert (found.chosen, found.value, found.interactions) == (("a", "b", "c"), 210, -70)


def test_a05_two_that_are_worth_it_only_together() -> None:
    """A ferry without its port loses, and so does the port."""
    values, costs = {"ferry": -5.0, "port": -20.0, "other": 10.0}, {"ferry": 1.0, "port": 2.0, "other": 2.0}
    found = best_portfolio(values, costs, 3, together={("ferry", "port"): 60})
    assert (found.chosen, found.value, found.interactions) == (("ferry", "port"), 35, 60)
    assert best_portfolio(values, costs, 2, together={("ferry", "port"): 60}).chosen == ("other",)


def test_a06_exclusions_and_requirements() -> None:
    assert best_portfolio(**KNAPSACK, budget=50, apart=[("b", "c")]).chosen == ("a", "c")
    assert best_portfolio(**KNAPSACK, budget=50, needs=[("c", "a")]).chosen == ("a", "c")
    assert best_portfolio({"a": -1, "b": 3}, {"a": 1, "b": 1}, 2, needs=[("b", "a")]).chosen == ("a", "b")
    assert best_portfolio({"a": -4, "b": 3}, {"a": 1, "b": 1}, 2, needs=[("b", "a")]).chosen == ()
    ring = [("a", "b"), ("b", "c"), ("c", "a")]
    assert best_portfolio(**KNAPSACK, budget=50, needs=ring).chosen == ()
    assert best_portfolio(**KNAPSACK, budget=60, needs=ring).chosen == ("a", "b", "c")


def test_a07_budgets_by_period() -> None:
    by_period = {"a": [10, 0], "b": [20, 0], "c": [15, 15]}
    found = best_portfolio(**KNAPSACK, budget=50, costs_by_period=by_period, budget_by_period=[30, 20])
    assert (found.chosen, found.spent) == (("a", "c"), (25, 15))


def test_a08_what_adds_nothing_is_left_out() -> None:
    values, costs = {"a": 1.0, "b": 0.0, "c": 0.0}, {"a": 1.0, "b": 1.0, "c": 0.0}
    assert best_portfolio(values, costs, 5).chosen == ("a",)


def test_a09_a_cost_a_hair_over_the_budget_does_not_fit() -> None:
    """Within the solver's tolerances it would."""
    values = {"a": 100.0, "b": 99.0}
    assert best_portfolio(values, {"a": 1 + 1e-10, "b": 1.0}, 1).chosen == ("b",)
    assert best_portfolio(values, {"a": 1.0, "b": 1.0}, 1).chosen == ("a",)
    tenths = {f"p{k}": 0.1 for k in range(10)}
    assert len(best_portfolio(dict.fromkeys(tenths, 1.0), tenths, 1.0).chosen) == 10


def test_a10_the_unit_of_money_does_not_matter() -> None:
    for unit in (1e-9, 1e9):
        values = {name: value * unit for name, value in KNAPSACK["values"].items()}
        costs = {name: cost / unit for name, cost in KNAPSACK["costs"].items()}
        assert best_portfolio(values, costs, 50 / unit).chosen == ("b", "c")


def test_a11_an_early_end_gives_a_bound() -> None:
    names = [f"p{k:02}" for k in range(20)]
    values = {name: 50 + 17 * k % 23 for k, name in enumerate(names)}
    costs = {name: 40.0 + 13 * k % 19 for k, name in enumerate(names)}
    together = {(a, b): float((5 * i + 7 * j) % 31 - 18) for i, a in enumerate(names) for j, b in enumerate(names[:i])}
    full = best_portfolio(values, costs, 300, together=together)
    turned = {name: values[name] for name in reversed(names)}
    assert best_portfolio(turned, costs, 300, together=dict(sorted(together.items(), reverse=True))) == full
    cut = best_portfolio(values, costs, 300, together=together, most_nodes=0)
    assert full.is_proven
    assert not cut.is_proven
    assert cut.gap > 0
    assert cut.value <= full.value <= cut.bound


@st.composite
def portfolios(draw: st.DrawFn) -> dict[str, Any]:
    names = [f"p{k}" for k in range(draw(st.integers(1, 10)))]
    whole = draw(st.booleans())
    worth = st.integers(-9, 20).map(float) if whole else st.floats(-10, 20, allow_subnormal=False)
    cost = st.integers(0, 9).map(float) if whole else st.floats(0, 10, allow_subnormal=False)
    pairs = list(combinations(names, 2))
    some = st.lists(st.sampled_from(pairs), max_size=4) if pairs else st.just([])
    periods = draw(st.integers(0, 2))
    return {
        "values": {name: draw(worth) for name in names},
        "costs": {name: draw(cost) for name in names},
        "budget": draw(st.sampled_from([0.0, 5.0, 13.0, 25.0, inf])),
        "together": {pair: draw(worth) for pair in draw(st.lists(st.sampled_from(pairs), unique=True))}
        if pairs
        else {},
        "apart": draw(some),
        "needs": [pair[::-1] if draw(st.booleans()) else pair for pair in draw(some)],
        "costs_by_period": {name: [draw(cost) for _ in range(periods)] for name in names},
        "budget_by_period": [draw(st.sampled_from([0.0, 7.0, 20.0])) for _ in range(periods)],
    }


@STEADY
@given(portfolios())
def test_a12_against_all_subsets(case: dict[str, Any]) -> None:
    def worth(some: tuple[str, ...]) -> float:
        pairs = sum(w for (i, j), w in case["together"].items() if i in some and j in some)
        return sum(case["values"][name] for name in some) + pairs

    def fits(some: tuple[str, ...]) -> bool:
        periods = range(len(case["budget_by_period"]))
        return (
            sum(case["costs"][name] for name in some) <= case["budget"]
            and all(sum(case["costs_by_period"][n][k] for n in some) <= case["budget_by_period"][k] for k in periods)
            and not any(i in some and j in some for i, j in case["apart"])
            and not any(i in some and j not in some for i, j in case["needs"])
        )

    found = best_portfolio(**case)
    best = max(worth(some) for some in subsets(sorted(case["values"])) if fits(some))
    size = sum(map(abs, case["values"].values())) + sum(map(abs, case["together"].values())) + 1e-9
    assert fits(found.chosen)
    assert found.value == pytest.approx(worth(found.chosen), abs=1e-12 * size)
    assert found.value == pytest.approx(best, abs=1e-6 * size)
    assert found.is_proven
    assert found.bound >= best - 1e-9 * size
    assert found.cost <= case["budget"]


def test_a13_bad_portfolios_are_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        best_portfolio({"dostyk": nan, "b": 1, "c": 1}, {"dostik": 1, "b": -1, "c": 1}, -5, budget_by_period=[1])
    assert [problem.address for problem in raised.value.problems] == [
        "dostyk, value", "costs", "dostyk, cost", "b, cost", "budget",
        "b, costs by period", "c, costs by period", "dostyk, costs by period",
    ]  # fmt: skip
    assert "nearest is 'dostyk'" in str(raised.value)
    for budget in (nan, -inf, -1e-300):
        with pytest.raises(InputError, match="budget"):
            best_portfolio(**KNAPSACK, budget=budget)
    with pytest.raises(InputError, match="budget of period 0"):
        best_portfolio({"a": 1}, {"a": 1}, 1, costs_by_period={"a": [1]}, budget_by_period=[nan])
    with pytest.raises(InputError) as raised:
        best_portfolio(**KNAPSACK, budget=1, together={("a", "b"): 1, ("b", "a"): 2}, apart=[("a", "a")])
    assert [problem.address for problem in raised.value.problems] == ["together", "apart"]
    with pytest.raises(InputError, match="more than a float holds"):
        best_portfolio({"a": 1e308, "b": 1e308}, {"a": 1, "b": 1}, 1)
    with pytest.raises(InputError, match="needs"):
        best_portfolio(**KNAPSACK, budget=1, needs=[("a", "x")])


# b: an order


def played(case: dict[str, Any], order: tuple[str, ...]) -> float:
    """The value of an order, year by year."""
    begins, at = {}, 0
    for name in order:
        begins[name] = at
        at += took(case, name)
    flows = [0.0] * max(at, case["years"])
    for name, year in begins.items():
        for t in range(year, year + took(case, name)):
            flows[t] -= case["costs"][name] / took(case, name)
    for t in range(case["years"]):
        there = [name for name in order if begins[name] + took(case, name) <= t]
        gives = sum(case["values"][name] for name in there)
        gives += sum(w for (i, j), w in case["together"].items() if i in there and j in there)
        flows[t] += gives * (case["growth"][t] if case["growth"] else 1)
    return npv(flows, case["rate"]).value


def took(case: dict[str, Any], name: str) -> int:
    years, needed = case["years_to_build"][name], case["costs"][name] / case.get("yearly_budget", inf)
    return max(years, -int(-needed // 1))


def test_b01_the_quick_and_the_rich_first() -> None:
    found = best_order({"slow": 10, "quick": 10}, {"slow": 0, "quick": 0}, {"slow": 3, "quick": 1}, years=10, rate=0)
    assert found.built == (Built("quick", 0, 1), Built("slow", 1, 4))
    assert found.value == 9 * 10 + 6 * 10
    assert found.is_proven
    found = best_order({"poor": 1, "rich": 9}, {"poor": 0, "rich": 0}, {"poor": 2, "rich": 2}, years=10, rate=0)
    assert found.order == ("rich", "poor")


def test_b02_the_port_before_its_ferry() -> None:
    """The ferry alone gives little, the port a bit more, both a lot; and a third is worth less than either."""
    found = best_order(
        {"ferry": 1, "port": 2, "road": 10}, dict.fromkeys(("ferry", "port", "road"), 0.0),
        dict.fromkeys(("ferry", "port", "road"), 1), years=12, rate=0.06, together={("port", "ferry"): 20},
    )  # fmt: skip
    assert found.order == ("port", "ferry", "road")


def test_b03_building_stops_when_it_gains_no_more() -> None:
    case: dict[str, Any] = {
        "values": {"a": 10, "b": 1},
        "costs": {"a": 20, "b": 20},
        "years_to_build": {"a": 1, "b": 1},
    }
    found = best_order(**case, years=10, rate=0.06)
    assert (found.order, found.left_out) == (("a",), (NotBuilt("b", "nothing is gained by building it, too"),))
    both = best_order(**case, years=10, rate=0.06, build_all=True)
    assert both.order == ("a", "b")
    assert both.value < found.value


def test_b04_a_budget_stretches_and_none_stops() -> None:
    case: dict[str, Any] = {
        "values": {"a": 10, "b": 9},
        "costs": {"a": 30, "b": 10},
        "years_to_build": {"a": 1, "b": 1},
    }
    assert best_order(**case, years=10, rate=0.0).order == ("a", "b")
    tight = best_order(**case, years=10, rate=0.0, yearly_budget=10)
    assert tight.built == (Built("b", 0, 1), Built("a", 1, 4))
    none = best_order(**case, years=10, rate=0.0, yearly_budget=0)
    why = "it would take more than all of the 10 years"
    assert none == BuildOrder((), (NotBuilt("a", why), NotBuilt("b", why)), 0.0, 0.0, is_proven=True)
    assert best_order({"a": 1}, {"a": 0}, {"a": 1}, years=3, rate=0.0, yearly_budget=0).order == ("a",)
    tenths = best_order({"a": 1}, {"a": 0.3}, {"a": 1}, years=9, rate=0.0, yearly_budget=0.1)
    assert tenths.built == (Built("a", 0, 3),)  # and not 4, for 0.3 / 0.1 in floats


def test_b05_what_is_open_gives_more_as_values_grow() -> None:
    found = best_order({"a": 1}, {"a": 5}, {"a": 1}, years=4, rate=0.0, growth=[0, 1, 2, 3])
    assert found.value == pytest.approx(1 + 2 + 3 - 5)


@st.composite
def sites(draw: st.DrawFn) -> dict[str, Any]:
    names = [f"p{k}" for k in range(draw(st.integers(1, 6)))]
    years = draw(st.integers(1, 25))
    pairs = list(combinations(names, 2))
    case: dict[str, Any] = {
        "values": {name: draw(st.integers(-3, 12)) for name in names},
        "costs": {name: float(draw(st.integers(0, 40))) for name in names},
        "years_to_build": {name: draw(st.integers(1, 5)) for name in names},
        "together": {pair: draw(st.integers(-6, 6)) for pair in pairs},
        "years": years,
        "rate": draw(st.sampled_from([0.0, 0.06, 0.3, -0.1])),
        "growth": [1 + 0.1 * t for t in range(years)] if draw(st.booleans()) else [],
    }
    if draw(st.booleans()):
        case["yearly_budget"] = float(draw(st.sampled_from([4, 10])))
    return case


def all_orders(case: dict[str, Any], build_all: bool) -> list[float]:
    fits = sorted(name for name in case["values"] if took(case, name) < case["years"])
    sizes = [len(fits)] if build_all else range(len(fits) + 1)
    return [played(case, order) for n in sizes for order in permutations(fits, n)]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(sites(), st.booleans())
def test_b06_against_all_orders(case: dict[str, Any], build_all: bool) -> None:
    found = best_order(**case, build_all=build_all)
    assert found.value == pytest.approx(played(case, found.order), abs=1e-9)
    assert found.value == pytest.approx(max(all_orders(case, build_all)), abs=1e-9)
    assert sorted([*found.order, *(one.name for one in found.left_out)]) == sorted(case["values"])
    assert found.is_proven


@settings(max_examples=80, deadline=None, derandomize=True)
@given(sites(), st.booleans())
def test_b07_step_by_step_keeps_its_bound(case: dict[str, Any], build_all: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_module, "MOST_EXACT", 0)
        found = best_order(**case, build_all=build_all)
    best = max(all_orders(case, build_all))
    assert found.value == pytest.approx(played(case, found.order), abs=1e-9)
    assert found.value <= best + 1e-9
    assert found.bound >= best - 1e-9
    if found.is_proven:
        assert found.value == pytest.approx(best, rel=1e-5, abs=1e-9)


def test_b08_many_projects_get_a_bound() -> None:
    names = [f"p{k:02}" for k in range(22)]
    found = best_order(
        {name: 3.0 + 7 * k % 11 for k, name in enumerate(names)}, {name: 10.0 + k for k, name in enumerate(names)},
        {name: 1 + k % 3 for k, name in enumerate(names)}, years=30, rate=0.06,
        together={(a, b): float((3 * i + j) % 5 - 2) for i, a in enumerate(names) for j, b in enumerate(names[:i])},
    )  # fmt: skip
    assert not found.is_proven
    assert 0 < found.value < found.bound < 2 * found.value


def test_b09_bad_sites_are_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        best_order({"a": 1, "b": nan}, {"a": -1}, {"a": 0, "b": 1, "c": 1}, years=0, rate=-1, yearly_budget=-1,
                   growth=[1], together={("a", "a"): 1, ("a", "z"): 2})  # fmt: skip
    assert [problem.address for problem in raised.value.problems] == [
        "b, cost", "years to build", "b, value", "a, cost", "a, years to build", "yearly budget", "rate", "years",
        "growth", "together", "together",
    ]  # fmt: skip
