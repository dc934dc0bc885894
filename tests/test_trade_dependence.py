"""Shares and indices with bounds, and what a country's goods depend on.

a: figures all known; b: what is missing or disputed; c: properties of the bounds; d: what is refused; e: rows of trade;
f: routes, ports, borders and operators of drawn corridors.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from karvan.ground.errors import InputError
from karvan.study.flows import Assign, problem_of, solve
from karvan.study.trade.dependence import reliance, trade_dependence
from karvan.study.trade.taken import BORDER, ENTRY, FAMILY, OPERATOR, PORT
from karvan.testing import draw
from karvan.trade.dependence import MOST_OPEN, Bounds, Concentration, Part, concentration, moved

SLACK = 1e-9


def points(*values: float) -> list[Part]:
    return [Part.of(f"p{n}", value) for n, value in enumerate(values)]


def index_of(values: list[float]) -> float:
    return sum(value**2 for value in values) / sum(values) ** 2


# --- a: figures all known


@pytest.mark.parametrize("n", [1, 2, 3, 7, 100])
def test_a01_equal_parts_give_one_over_n_and_one_part_gives_one(n: int) -> None:
    found = concentration(points(*[2.5] * n), others=0)
    assert found.index == pytest.approx((1 / n, 1 / n))
    assert found.effective == pytest.approx((n, n))
    assert found.top_share == pytest.approx((1 / n, 1 / n))
    assert found.known == (1, 1)
    assert found.exact


def test_a02_the_index_of_a_market_as_the_guidelines_work_it_out() -> None:
    # Four firms of 30, 30, 20 and 20 per cent: 2600 on the scale of 10000, US DOJ, Herfindahl-Hirschman Index
    found = concentration(points(0.3, 0.3, 0.2, 0.2), 1.0)
    assert found.index == pytest.approx((0.26, 0.26))
    assert found.index.known


# --- b: what is missing or disputed


def test_b01_a_rest_is_one_or_dust() -> None:
    found = concentration(points(40, 30), 100.0)
    assert found.index == pytest.approx((0.16 + 0.09, 0.16 + 0.09 + 0.09))
    assert found.top_share == pytest.approx((0.4, 0.4))
    assert found.shares["p1"] == pytest.approx((0.3, 0.3))
    assert concentration(points(20, 10), 100.0).index == pytest.approx((0.05, 0.05 + 0.49))
    assert concentration(points(20, 10), 100.0).top_share == pytest.approx((0.2, 0.7))


def test_b02_a_rest_of_others_that_are_counted_is_at_least_spread_over_them() -> None:
    assert concentration(points(40, 30), 100.0, others=3).index.low == pytest.approx(0.25 + 3 * 0.01)


def test_b03_no_unknown_part_exceeds_the_least_of_the_top_ones() -> None:
    # 20, 10 and of the rest of 70 seven parts of 10; without the order one of 70
    assert concentration(points(20, 10), 100.0, top=True).index.high == pytest.approx(0.04 + 8 * 0.01)
    # 25 are two parts of 10 and one of 5
    assert concentration(points(65, 10), 100.0, top=True).index.high == pytest.approx(0.4225 + 3 * 0.01 + 0.0025)
    assert concentration(points(20, 10), 100.0, top=True).top_share == pytest.approx((0.2, 0.2))


def test_b04_without_a_total_only_an_order_bounds_anything() -> None:
    assert concentration(points(4, 3)).index == (0, 1)
    assert concentration(points(4, 3)).effective == (1, inf)
    assert concentration(points(4, 3), top=True).index == pytest.approx((0, 25 / 49))
    # with three more of at most 3 the least is where all three are 3: 25 / 7 is above 3
    assert concentration(points(4, 3), top=True, others=3).index.low == pytest.approx((25 + 27) / 16**2)


def test_b05_rival_figures_of_one_part_give_the_ends() -> None:
    found = concentration([Part.of("CHN", 3.7, 3.1), *points(2, 5)], others=0)
    assert found.index == pytest.approx((index_of([3.1, 2, 5]), index_of([3.1, 2, 5])), abs=0.02)
    # 3.7 is nearer the mean of the parts than 3.1 is: the index falls all the way
    assert found.index == pytest.approx((index_of([3.7, 2, 5]), index_of([3.1, 2, 5])))
    assert found.shares["CHN"] == pytest.approx((3.1 / 10.1, 3.7 / 10.7))


def test_b06_the_least_may_lie_inside() -> None:
    found = concentration([Part("a", 1, 9), *points(2, 4)], others=0)
    inside = 20 / 6  # the level at which one more of a part moves nothing: sum of squares over sum of the others
    assert found.index.low == pytest.approx(index_of([inside, 2, 4]))
    assert found.index.high == pytest.approx(max(index_of([1, 2, 4]), index_of([9, 2, 4])))


def test_b07_a_part_that_is_known_by_what_the_others_leave() -> None:
    found = concentration([Part("a", 0, inf), *points(2, 5)], 10.0, others=0)
    assert found.parts[0] == Part("a", 3, 3)
    assert found.index == pytest.approx((0.38, 0.38))


def test_b08_a_change_is_told_only_where_bounds_are_apart() -> None:
    assert moved(Bounds(0.1, 0.2), Bounds(0.25, 0.3)) == "rose"
    assert moved(Bounds(0.25, 0.3), Bounds(0.1, 0.2)) == "fell"
    assert moved(Bounds(0.1, 0.2), Bounds(0.2, 0.3)) == moved(Bounds(0.1, 0.3), Bounds(0.2, 0.25)) == "unknown"
    assert moved(Bounds(0.1, 0.1), Bounds(0.1, 0.1)) == "stayed"


# --- c: properties of the bounds

AMOUNTS = st.floats(min_value=1e-3, max_value=1e3)


class World(NamedTuple):
    """All parts, and how much of them is told."""

    known: list[float]
    unknown: list[float]
    found: Concentration


@st.composite
def worlds(draw_: Any) -> World:
    known = draw_(st.lists(AMOUNTS, min_size=1, max_size=6))
    top = draw_(st.booleans())
    least = min(known)
    unknown = draw_(st.lists(st.floats(min_value=least / 50, max_value=least) if top else AMOUNTS, max_size=6))
    wide = [draw_(st.sampled_from([(1.0, 1.0), (0.7, 1.0), (1.0, 1.5), (0.5, 2.0)])) for _ in known]
    parts = [Part(f"p{n}", value * a, value * b) for n, (value, (a, b)) in enumerate(zip(known, wide, strict=True))]
    whole = sum(known) + sum(unknown)
    total = draw_(st.sampled_from([None, whole, Bounds(whole * 0.8, whole * 1.2), Bounds(whole, inf)]))
    others = draw_(st.sampled_from([None, len(unknown), len(unknown) + 3]))
    return World(known, unknown, concentration(parts, total, others=others, top=top))


@given(worlds())
def test_c01_the_bounds_contain_the_index_of_any_completion(world: World) -> None:
    whole, every = sum(world.known) + sum(world.unknown), [*world.known, *world.unknown]

    def holds(bounds: Bounds, value: float) -> bool:
        return bounds.low * (1 - SLACK) - SLACK <= value <= bounds.high * (1 + SLACK) + SLACK

    assert holds(world.found.index, index_of(every))
    assert holds(world.found.top_share, max(every) / whole)
    assert holds(world.found.known, sum(world.known) / whole)
    for value, bounds in zip(world.known, world.found.shares.values(), strict=True):
        assert holds(bounds, value / whole)
    assert 0 <= world.found.index.low <= world.found.index.high <= 1


@given(worlds(), st.floats(min_value=1e-3, max_value=1e3))
def test_c02_the_unit_does_not_matter(world: World, factor: float) -> None:
    one = world.found
    parts = [Part(part.name, part.low * factor, part.high * factor) for part in one.parts]
    total = Bounds(one.total.low * factor, one.total.high * factor)
    other = concentration(parts, total, others=one.others, top=one.top)
    assert other.index == pytest.approx(one.index, rel=1e-6, abs=1e-12)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=4), st.booleans())
@example([(1.0, 4.0), (2.0, 2.0), (0.5, 7.0)], True)
def test_c03_both_ends_are_reached(ends: list[tuple[float, float]], fixed: bool) -> None:
    """The least against a solver, the greatest against every vertex found another way: no better, and no worse."""
    parts = [Part.of(f"p{n}", *pair) for n, pair in enumerate(ends)]
    low, high = (np.array([getattr(part, name) for part in parts]) for name in ("low", "high"))
    whole = float(low.sum() + high.sum()) / 2
    found = concentration(parts, whole if fixed else None, others=0)
    start = (low + high) / 2

    def index(z: Any) -> float:
        return float(z @ z / z.sum() ** 2)

    unit = float(high.max())  # the solver wants figures near one
    sums = [{"type": "eq", "fun": lambda z: z.sum() - whole / unit}] if fixed else []
    box = list(zip(low / unit, high / unit, strict=True))
    least = minimize(index, start / unit, bounds=box, constraints=sums, method="SLSQP", options={"ftol": 1e-14})
    assert found.index.low <= index(least.x) + 1e-6
    assert found.index.low >= index(least.x) * (1 - 1e-2)
    # walks between parts that raise the index: no exchange of two parts does from any vertex that they end at
    best, random = 0.0, np.random.default_rng(1)
    for _ in range(40):
        best = max(best, index(_climbed(low, high, start, random, fixed)))
    assert best <= found.index.high * (1 + 1e-9)
    assert found.exact
    assert best == pytest.approx(found.index.high, rel=1e-6)


def _climbed(low: Any, high: Any, start: Any, random: Any, fixed: bool) -> Any:
    """To a vertex along random exchanges, or random steps to an end, and then uphill while any move is uphill."""
    z = start.copy()
    n = len(z)
    for i in random.permutation(n) if not fixed else ():
        z[i] = random.choice([low[i], high[i]])
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    for k in random.permutation(len(pairs)) if fixed else ():
        i, j = pairs[k]
        step = min(high[i] - z[i], z[j] - low[j])
        z[i], z[j] = z[i] + step, z[j] - step
    for _ in range(50):
        options = [z]
        for i, j in pairs if fixed else ():
            step = min(high[i] - z[i], z[j] - low[j])
            other = z.copy()
            other[i], other[j] = z[i] + step, z[j] - step
            options.append(other)
        for i in range(0 if fixed else n):
            for end in (low[i], high[i]):
                other = z.copy()
                other[i] = end
                options.append(other)
        better = max(options, key=lambda one: one @ one / one.sum() ** 2)
        if better @ better / better.sum() ** 2 <= z @ z / z.sum() ** 2 * (1 + 1e-13):
            return z
        z = better
    return z


@given(st.lists(AMOUNTS, min_size=1, max_size=5), st.floats(min_value=1.0, max_value=30.0))
def test_c04_the_greatest_with_an_order_is_full_pieces_and_one_left(known: list[float], more: float) -> None:
    rest, cap = more * min(known), min(known)
    found = concentration(points(*known), sum(known) + rest, top=True)
    full = [*known, *[cap] * int(rest / cap), rest - cap * int(rest / cap)]
    assert found.index.high == pytest.approx(index_of(full))
    assert found.exact


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=MOST_OPEN + 1, max_size=40), st.booleans(), st.data())
def test_c05_of_many_intervals_the_upper_bound_is_an_outer_one(
    ends: list[tuple[float, float]], fixed: bool, data: st.DataObject
) -> None:
    parts = [Part.of(f"p{n}", *pair) for n, pair in enumerate(ends)]
    seed = data.draw(st.integers(0, 1000))
    random = np.random.default_rng(seed)
    z = [part.low + random.random() ** 3 * (part.high - part.low) for part in parts]
    found = concentration(parts, sum(z) if fixed else None, others=0)
    assert found.index.low * (1 - SLACK) <= index_of(z) <= found.index.high * (1 + SLACK)
    few = concentration(parts[:MOST_OPEN], others=0)
    assert few.exact


@given(worlds())
def test_c06_what_is_told_more_never_widens_the_bounds(world: World) -> None:
    whole = sum(world.known) + sum(world.unknown)
    told = concentration(points(*world.known), whole, others=len(world.unknown), top=world.found.top)
    assert told.index.low >= world.found.index.low - SLACK
    assert told.index.high <= world.found.index.high + SLACK


# --- d: what is refused


def test_d01_every_problem_is_told_at_once() -> None:
    with pytest.raises(InputError) as bad:
        concentration([Part("a", -1, 2), Part("b", 3, 2), Part("a", 1, 1)], -5.0, others=-1)
    assert [one.address for one in bad.value.problems] == ["'a'", "'a'", "'b'", "total", "others"]


@pytest.mark.parametrize(
    ("parts", "total", "others", "top", "address"),
    [
        ([3.0, 4.0], 6.0, None, False, "total"),
        ([3.0, 4.0], 10.0, 0, False, "others"),
        ([3.0, 1.0], 10.0, 5, True, "others"),
        ([], 10.0, 0, False, "parts"),
        ([], 10.0, None, True, "top"),
        ([0.0, 0.0], None, 0, False, "parts"),
    ],
)
def test_d02_what_cannot_be_is_refused(
    parts: list[float], total: float | None, others: int | None, top: bool, address: str
) -> None:
    with pytest.raises(InputError) as bad:
        concentration(points(*parts), total, others=others, top=top)
    assert [one.address for one in bad.value.problems] == [address]


# --- e: rows of trade


class Row(NamedTuple):
    """As the table of the package has it."""

    year: int
    exporter: str
    importer: str
    reporter: str
    value_musd: float | None


def test_e01_a_country_has_exports_imports_and_turnover_by_year() -> None:
    rows = [
        Row(2023, "AZE", "ITA", "AZE", 60.0), Row(2023, "AZE", "TUR", "AZE", 40.0),
        Row(2023, "RUS", "AZE", "AZE", 30.0), Row(2023, "TUR", "AZE", "AZE", 10.0),
        Row(2023, "RUS", "TUR", "RUS", 500.0),
    ]  # fmt: skip
    found = trade_dependence(rows, "AZE", complete=True)
    assert found.at(2023, "exports").index == pytest.approx((0.52, 0.52))
    assert found.at(2023, "imports").index == pytest.approx((0.625, 0.625))
    assert found.at(2023, "exports").shares["ITA"] == (0.6, 0.6)
    assert found.at(2023, "turnover").shares["ITA"] == pytest.approx((60 / 140, 60 / 140))
    assert not found.odd
    # not said to be complete, Italy's imports and Russia's exports are missing and not nought
    open_ = trade_dependence(rows, "AZE")
    assert open_.at(2023, "turnover").shares["ITA"] == (0, 1)
    assert [(one.what, one.who) for one in open_.odd] == [
        ("turnover known one way only", "ITA"), ("turnover known one way only", "RUS"),
    ]  # fmt: skip


def test_e02_rival_figures_stay_side_by_side_as_bounds() -> None:
    rows = [
        Row(2024, "CHN", "AZE", "AZE", 3.1), Row(2024, "CHN", "AZE", "CHN", 3.7), Row(2024, "TUR", "AZE", "AZE", 2.0),
        Row(2024, "WLD", "AZE", "AZE", 20.0),
    ]  # fmt: skip
    found = trade_dependence(rows, "AZE").at(2024, "imports")
    assert found.shares["CHN"] == pytest.approx((0.155, 0.185))
    assert found.index == pytest.approx((0.155**2 + 0.01, 0.185**2 + 0.01 + (14.3 / 20) ** 2), rel=0.1)
    one = trade_dependence(rows, "AZE", reporters=("AZE",)).at(2024, "imports")
    assert one.shares["CHN"].known
    assert one.index.low == pytest.approx(0.155**2 + 0.01)


def test_e03_changes_between_years_are_told_only_where_bounds_are_apart() -> None:
    rows = [
        *(Row(2020, name, "AZE", "AZE", 10.0) for name in ("A", "B", "C", "D")),
        *(Row(2021, name, "AZE", "AZE", value) for name, value in (("A", 90.0), ("B", 10.0))),
        Row(2022, "A", "AZE", "AZE", 80.0), Row(2022, "A", "AZE", "A", 120.0), Row(2022, "B", "AZE", "AZE", 12.0),
    ]  # fmt: skip
    found = trade_dependence(rows, "AZE", complete=True)
    assert [(one.since, one.year, one.how) for one in found.changes("imports")] == [
        (2020, 2021, "rose"), (2021, 2022, "unknown"),
    ]  # fmt: skip


def test_e04_a_total_below_its_parts_is_kept_and_told() -> None:
    rows = [Row(2024, "CHN", "AZE", "CHN", 30.0), Row(2024, "WLD", "AZE", "AZE", 20.0)]
    found = trade_dependence(rows, "AZE")
    assert found.at(2024, "imports").index == pytest.approx((1, 1))
    assert [(one.year, one.what) for one in found.odd] == [(2024, "the parts are more than the total")]


def test_e05_a_missing_value_is_a_partner_of_whom_nothing_is_known() -> None:
    rows = [
        Row(2024, "CHN", "AZE", "CHN", 5.0),
        Row(2024, "TUR", "AZE", "AZE", None),
        Row(2024, "WLD", "AZE", "", 20.0),
    ]
    found = trade_dependence(rows, "AZE").at(2024, "imports")
    assert found.shares["TUR"] == pytest.approx((0, 0.75))


def test_e06_a_country_without_trade_and_a_bad_figure_are_told() -> None:
    with pytest.raises(InputError, match="AZR"):
        trade_dependence([Row(2024, "CHN", "AZE", "CHN", 5.0)], "AZR")
    with pytest.raises(InputError) as bad:
        trade_dependence([Row(2024, "CHN", "AZE", "CHN", -5.0), Row(2024, "AZE", "AZE", "AZE", 5.0)], "AZE")
    assert len(bad.value.problems) == 2


def test_e07_partners_in_all_bound_the_index_from_below() -> None:
    rows = [Row(2024, "CHN", "AZE", "AZE", 5.0), Row(2024, "WLD", "AZE", "AZE", 20.0)]
    found = trade_dependence(rows, "AZE", partners=4).at(2024, "imports")
    assert found.index.low == pytest.approx(0.25)  # all four equal
    assert trade_dependence(rows, "AZE").at(2024, "imports").index.low == pytest.approx(1 / 16)


# --- f: routes, ports, borders and operators

PICTURE = """
    place   A CN
    place   K KZ
    place   P KZ
    place   Q AZ
    place   R RU
    place   B AZ
    K1      rail A 5h K 5h P       every 24h  100usd
    F1      sea  P 10h Q           every 24h  100usd
    F2      sea  P 11h Q           every 24h  100usd
    K2      rail Q 5h B            every 24h  100usd
    N1      rail A 30h R 10h B     every 24h  900usd
    change  P rail sea 1h
    change  Q sea rail 1h
    set vehicle K1 capacity_teu=4000
    set vehicle F1 capacity_teu=4000
    set vehicle F2 capacity_teu=4000
    set vehicle K2 capacity_teu=4000
    set vehicle N1 capacity_teu=4000
    set service F1 operator=ASCO
    set service F2 operator=ASCO,KMTF
    family  middle places=P
    family  northern places=R
    add commodity id=general t_per_teu=10 usd_per_t=2400 value_of_time_pct_day=0.5
    add demand id=mid origin=A destination=B commodity=general year=2024 teu_year=3000 families=middle
    add demand id=nor origin=A destination=B commodity=general year=2024 teu_year=1000 families=northern
    add demand id=kaz origin=A destination=K commodity=general year=2024 teu_year=500
    add demand id=own origin=Q destination=B commodity=general year=2024 teu_year=70
"""


def relied(country: str = "") -> Any:
    corridor = draw(PICTURE)
    ask = Assign(gap=1e-8)
    return reliance(solve(problem_of(corridor, ask), ask).chains(), corridor, country)


def test_f01_shares_of_families_entries_and_borders_of_one_country() -> None:
    found = relied("AZ")
    assert found.goods.teu == 4000  # not what stays inside, nor what never comes there
    assert found.kind(FAMILY).share("middle") == pytest.approx((0.75, 0.75))
    assert found.kind(FAMILY).index == pytest.approx((0.625, 0.625))
    assert found.kind(ENTRY).share("Q") == pytest.approx((0.75, 0.75))
    assert found.kind(ENTRY).share("B") == pytest.approx((0.25, 0.25))
    assert found.kind(PORT).share("P") == found.kind(PORT).share("Q") == pytest.approx((0.75, 0.75))
    assert found.kind(PORT).index == pytest.approx((0.5, 0.5))
    assert found.kind(PORT).without == pytest.approx(0.25)
    assert {name: bounds.low for name, bounds in found.kind(BORDER).shares.items()} == pytest.approx(
        {"A - K": 0.75, "A - R": 0.25, "B - R": 0.25}
    )


def test_f02_a_service_of_several_operators_bounds_the_shares_of_each() -> None:
    found = relied("AZ").kind(OPERATOR)
    assert found.shares["KMTF"].low == 0
    alone = found.shares["ASCO"].low
    assert found.shares["ASCO"].high == pytest.approx(0.75)
    assert found.shares["KMTF"].high == pytest.approx(0.75 - alone)
    assert found.index.low == pytest.approx(index_of([alone, 0.75 - alone]) if alone > 0.375 else 0.5)
    assert found.index.high == pytest.approx(1)


def test_f03_the_corridor_as_a_whole_and_a_country_that_it_has_not() -> None:
    found = relied()
    assert found.goods.teu == 4570
    assert ENTRY not in {one.kind for one in found.kinds}
    with pytest.raises(InputError, match="XX"):
        relied("XX")


def test_f04_rows_of_a_stored_run_tell_the_same() -> None:
    corridor = draw(PICTURE)
    ask = Assign(gap=1e-8)
    rows = solve(problem_of(corridor, ask), ask).chains()
    stored = [dict(sorted(row.items())) for row in reversed(rows)]
    one, other = (reliance(some, corridor, "AZ") for some in (rows, stored))
    for a, b in zip(one.kinds, other.kinds, strict=True):
        assert a.shares.keys() == b.shares.keys()
        assert a.index == pytest.approx(b.index)


def test_f05_kinds_come_in_order() -> None:
    kinds = [one.kind for one in relied("AZ").kinds]
    assert all(a != b for a, b in pairwise(kinds))
    assert kinds[:2] == [FAMILY, ENTRY]
