"""Statistics of simulation output: against numpy and scipy, and by how often the intervals cover what is true."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, inf, isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import signal, stats

from karvan.ground.errors import InputError
from karvan.sim.interval import Interval, interval, paired, student_t
from karvan.sim.quantiles import BIN_WIDTH, _binomial, bins_of, edge_ms, quantile, quantile_interval
from karvan.sim.statistics import Pooled, combine, enough
from karvan.sim.warmup import BATCH, EDGE, WarmUp, mser5

TRIALS = 2000
"""Trials of a coverage: of 95 % the standard error is then half a percent, and 93-97 % is four of them either way."""

STEADY = settings(max_examples=200, deadline=None, derandomize=True)

SHARES = st.sampled_from(["0", "0.01", "0.07", "0.1", "0.25", "0.5", "0.57", "0.9", "0.95", "0.99", "1"])


def covers(one: Interval, true: float) -> bool:
    return one.low <= true <= one.high


def ends(one: Interval) -> tuple[float, float]:
    return one.low, one.high


def counted(ms: np.ndarray) -> np.ndarray:
    return np.bincount(bins_of(ms))


# a: intervals over replications


@pytest.mark.parametrize(
    ("freedom", "level", "table"),
    [(1, 0.95, 12.706), (2, 0.95, 4.303), (9, 0.95, 2.262), (9, 0.9, 1.833), (19, 0.99, 2.861), (120, 0.95, 1.980)],
)
def test_a01_students_t_as_in_printed_tables(freedom: int, level: float, table: float) -> None:
    assert student_t(freedom, level) == pytest.approx(table, abs=5e-4)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("n", [2, 3, 10, 400])
def test_a02_against_scipy(n: int, level: float) -> None:
    values = np.random.default_rng(n).gamma(2.0, 50.0, n)
    ours = interval(values, level)
    assert (ours.n, ours.level) == (n, level)
    assert ours.mean == pytest.approx(values.mean(), rel=1e-12)
    theirs = stats.t.interval(level, n - 1, loc=values.mean(), scale=stats.sem(values))
    assert ends(ours) == pytest.approx(theirs, rel=1e-9)
    assert ours.half_width == pytest.approx((theirs[1] - theirs[0]) / 2, rel=1e-9)
    assert ours.relative == pytest.approx(ours.half_width / values.mean(), rel=1e-12)


@pytest.mark.parametrize("n", [2, 3, 10, 30])
def test_a03_covers_the_mean_as_often_as_it_says(n: int) -> None:
    trials = np.random.default_rng(1).normal(480.0, 60.0, (TRIALS, n))
    assert 0.93 <= np.mean([covers(interval(values), 480.0) for values in trials]) <= 0.97


def test_a04_covers_less_often_when_replications_are_few_short_and_skewed() -> None:
    trials = np.random.default_rng(2).exponential(10.0, (TRIALS, 5))
    assert 0.85 <= np.mean([covers(interval(values), 10.0) for values in trials]) <= 0.92


def test_a05_one_replication_has_a_mean_and_no_bounds() -> None:
    one = interval([7.5])
    assert (one.mean, one.n) == (7.5, 1)
    assert all(map(isnan, (one.low, one.high, one.half_width, one.relative)))


@pytest.mark.parametrize("values", [[], [nan], [nan, nan, nan]])
def test_a06_no_replication_has_nothing(values: list[float]) -> None:
    none = interval(values)
    assert none.n == 0
    assert all(map(isnan, (none.mean, none.low, none.high, none.half_width, none.relative)))


def test_a07_what_is_missing_is_left_out() -> None:
    assert interval([3.0, nan, 5.0, 10.0, nan]) == interval([3.0, 5.0, 10.0])
    assert interval([nan, 4.0]).n == 1


@STEADY
@given(st.floats(-1e12, 1e12), st.integers(2, 40))
@example(0.1, 3)
def test_a08_equal_values_have_a_width_of_zero(value: float, n: int) -> None:
    same = interval([value] * n)
    assert (same.mean, same.low, same.high, same.half_width, same.relative) == (value, value, value, 0.0, 0.0)


def test_a09_about_zero_no_width_is_narrow() -> None:
    assert interval([-1.0, 1.0]).relative == inf
    assert interval([-4.0, -2.0]).relative == -interval([-4.0, -2.0]).half_width / -3.0


def test_a10_a_large_mean_costs_no_digits() -> None:
    values = np.array([0.0, 1.0, 2.0, 4.0])
    assert interval(values + 2.0**40).half_width == pytest.approx(interval(values).half_width, rel=1e-3)
    assert stats.sem(values + 2.0**40) * student_t(3, 0.95) == pytest.approx(interval(values).half_width)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95.0, nan])
def test_a11_a_level_is_a_share(level: float) -> None:
    with pytest.raises(InputError, match=rf"level \| found {level} \| give a number between 0 and 1"):
        interval([1.0, 2.0], level)


def test_a12_every_infinite_value_is_named() -> None:
    with pytest.raises(InputError) as refused:
        interval([1.0, inf, nan, -inf])
    assert [(p.address, p.found) for p in refused.value.problems] == [("values[1]", "inf"), ("values[3]", "-inf")]
    with pytest.raises(InputError, match=r"values \| found an array of shape \(1, 2\) \| give one of 1 dimensions"):
        interval([[1.0, 2.0]])


# b: differences


@pytest.mark.parametrize("n", [2, 5, 50])
def test_b01_against_scipy(n: int) -> None:
    rng = np.random.default_rng(n)
    luck = rng.normal(0.0, 30.0, n)
    a, b = 400.0 + luck + rng.normal(0.0, 3.0, n), 390.0 + 1.5 * luck
    both = paired(a, b, 0.9)
    assert both.paired.mean == both.unpaired.mean == pytest.approx((a - b).mean(), rel=1e-12)
    assert (both.paired.n, both.unpaired.n) == (n, n)
    assert ends(both.paired) == pytest.approx(tuple(stats.ttest_rel(a, b).confidence_interval(0.9)), rel=1e-9)
    welch = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert ends(both.unpaired) == pytest.approx(tuple(welch), rel=1e-9)
    assert both.narrower == both.unpaired.half_width / both.paired.half_width


def test_b02_both_cover_the_difference_and_shared_luck_makes_the_paired_narrower() -> None:
    """With correlation 0.99, widths are as 1 to sqrt(1 / (1 - 0.99)) = 10, but for the degrees of freedom."""
    rng = np.random.default_rng(3)
    shared, own = rng.normal(0.0, sqrt(0.99), (TRIALS, 20)), rng.normal(0.0, 0.1, (2, TRIALS, 20))
    trials = [paired(7.0 + s + x, 5.0 + s + y) for s, x, y in zip(shared, own[0], own[1], strict=True)]
    assert 0.93 <= np.mean([covers(one.paired, 2.0) for one in trials]) <= 0.97
    assert np.mean([covers(one.unpaired, 2.0) for one in trials]) == 1.0
    assert 9.0 <= np.median([one.narrower for one in trials]) <= 11.0


def test_b03_without_shared_luck_the_unpaired_covers_too() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(9.0, 5.0, (TRIALS, 8)), rng.normal(4.0, 1.0, (TRIALS, 8))
    trials = [paired(x, y) for x, y in zip(a, b, strict=True)]
    assert 0.93 <= np.mean([covers(one.unpaired, 5.0) for one in trials]) <= 0.97
    assert 0.93 <= np.mean([covers(one.paired, 5.0) for one in trials]) <= 0.97


def test_b04_the_same_luck_and_nothing_else_leaves_no_doubt() -> None:
    a = np.array([5.0, 9.0, 1.0])
    both = paired(a, a - 2.0)
    assert ends(both.paired) == (2.0, 2.0)
    assert both.narrower == inf
    assert isnan(paired([3.0, 3.0], [1.0, 1.0]).narrower)
    assert ends(paired([3.0, 3.0], [1.0, 1.0]).unpaired) == (2.0, 2.0)


def test_b05_a_pair_of_which_one_is_missing_is_left_out() -> None:
    assert paired([1.0, nan, 4.0, 8.0], [0.0, 5.0, nan, 2.0]) == paired([1.0, 8.0], [0.0, 2.0])


def test_b06_of_one_pair_only_the_difference_is_known() -> None:
    one = paired([5.0, nan], [2.0, 1.0])
    assert (one.paired.mean, one.unpaired.mean, one.paired.n, one.unpaired.n) == (3.0, 3.0, 1, 1)
    bounds = (*ends(one.paired), *ends(one.unpaired), one.narrower)
    assert all(map(isnan, bounds))
    assert isnan(paired([], []).unpaired.mean)


def test_b07_replications_without_a_partner_are_refused() -> None:
    with pytest.raises(InputError, match="found 2 and 3 replications"):
        paired([1.0, 2.0], [1.0, 2.0, 3.0])


# c: the warm-up


def by_formula(series: np.ndarray) -> WarmUp:
    """MSER-5 as the papers print it, one cut after another."""
    k = len(series) // BATCH
    batches = [np.mean(series[BATCH * j : BATCH * (j + 1)]) for j in range(k)]
    errors = [np.var(batches[d:]) / (k - d) for d in range(k)]
    best = min(range(k // 2 + 1), key=errors.__getitem__)
    later = errors[k // 2 + 1 : max(k - 9, 0)]  # those that leave ten batches or more
    return WarmUp(BATCH * best, bool(best < EDGE * (k // 2) and min(later, default=inf) >= errors[best]))


def noise(seed: int, n: int, memory: float) -> np.ndarray:
    """AR(1) in its steady state, with unit innovations."""
    return signal.lfilter([1.0], [1.0, -memory], np.random.default_rng(seed).standard_normal(n + 500))[500:]


@STEADY
@given(st.integers(0, 10**6), st.integers(10, 400), st.floats(-20, 20), st.floats(0.0, 0.9))
@example(seed=97932, n=35, rise=0.0, memory=0.0)  # fewer than ten batches
def test_c01_against_the_formula(seed: int, n: int, rise: float, memory: float) -> None:
    series = noise(seed, n, memory) + rise * np.exp(-8 * np.arange(n) / n)
    assert mser5(series) == by_formula(series)


@pytest.mark.parametrize(("memory", "earliest", "latest"), [(0.0, 2.0, 5.0), (0.5, 1.5, 5.0), (0.9, 0.3, 6.0)])
def test_c02_an_exponential_transient_is_cut_within_a_few_of_its_time_constants(
    memory: float, earliest: float, latest: float
) -> None:
    """The more the noise hides of the transient, the earlier the cut may come."""
    n, constant = 5000, 100
    transient = 10.0 * np.exp(-np.arange(n) / constant)
    found = [mser5(noise(seed, n, memory) - transient) for seed in range(200)]
    assert all(one.settled for one in found)
    cuts = np.array([one.cut for one in found]) / constant
    assert cuts.min() >= earliest
    assert cuts.max() <= latest


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_c03_of_mere_noise_next_to_nothing_is_cut(memory: float) -> None:
    found = [mser5(noise(seed, 5000, memory)) for seed in range(200)]
    assert all(one.settled for one in found)
    assert np.median([one.cut for one in found]) == 0
    assert np.quantile([one.cut for one in found], 0.95) <= 50


@pytest.mark.parametrize("slope", [1.0, -0.01])
def test_c04_a_trend_never_settles(slope: float) -> None:
    assert mser5(slope * np.arange(1000)) == WarmUp(500, settled=False)


def test_c05_nor_does_a_trend_under_noise() -> None:
    trend = np.arange(1000) / 50  # rises by 20 standard deviations
    assert not any(mser5(trend + noise(seed, 1000, 0.0)).settled for seed in range(200))


@pytest.mark.parametrize(("zeros", "cut"), [(50, 50), (52, 55), (55, 55), (1, 5), (0, 0)])
def test_c06_a_step_is_cut_at_the_batch_after_it(zeros: int, cut: int) -> None:
    assert mser5([0.0] * zeros + [0.1] * (503 - zeros)) == WarmUp(cut, settled=True)


@pytest.mark.parametrize(("zeros", "settled"), [(40, True), (45, False), (50, False)])
def test_c07_from_nine_tenths_of_the_cuts_allowed_on_it_is_the_edge(zeros: int, settled: bool) -> None:
    assert mser5([0.0] * zeros + [1.0] * (100 - zeros)) == WarmUp(zeros, settled)


@pytest.mark.parametrize(("ones", "settled"), [(45, True), (50, False), (100, False)])
def test_c08_a_jump_that_leaves_ten_batches_has_not_settled(ones: int, settled: bool) -> None:
    assert mser5([0.0] * (500 - ones) + [1.0] * ones) == WarmUp(0, settled)


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_c09_what_changes_in_the_second_half_has_not_settled(memory: float) -> None:
    """A jump at four fifths of the run; and an overload that begins at seven tenths of it."""
    at = np.arange(1000) / 1000
    for shape in (12.0 * (at > 0.8), 200.0 * np.maximum(at - 0.7, 0.0)):
        assert not any(mser5(noise(seed, 1000, memory) + shape).settled for seed in range(100))


def test_c10_many_replications_show_what_one_hides() -> None:
    n, reps = 1000, 100
    transient = 1.5 * np.exp(-np.arange(n) / 40)
    runs = np.array([noise(seed, n, 0.0) - transient for seed in range(reps)])
    assert mser5(runs) == mser5(runs.mean(axis=0))
    assert 2.5 * 40 <= mser5(runs).cut <= 7 * 40
    assert np.median([mser5(run).cut for run in runs]) < 2.5 * 40


def test_c11_missing_values_are_passed_over_and_the_cut_is_in_the_units_of_the_series() -> None:
    series = np.repeat([0.0, 0.1], [50, 150])
    holes = np.insert(series, [0, 10, 30, 30, 120], nan)
    assert mser5(holes) == WarmUp(54, settled=True)
    assert mser5(np.insert(series, 0, nan)[1:]) == mser5(series)
    assert mser5([nan] + [3.0] * 20) == WarmUp(0, settled=True)
    other = np.where(np.arange(200) % 7 == 3, nan, series)
    assert mser5([series, other, np.full(200, nan)]) == mser5(series)


@pytest.mark.parametrize("series", [[], [1.0] * 9, [nan] * 50, [[], []], [[nan] * 20, [nan] * 20]])
def test_c12_of_too_little_nothing_is_said(series: list[float]) -> None:
    assert mser5(series) == WarmUp(0, settled=False)


@STEADY
@given(st.lists(st.integers(-9, 9), min_size=10, max_size=80), st.integers(-(10**6), 10**6), st.integers(-8, 8))
def test_c13_the_unit_and_the_zero_do_not_matter(series: list[int], shift: int, power: int) -> None:
    values = 5.0 * np.array(series)  # batch means are then whole, and sums exact
    assert mser5((values + 5 * shift) * 2.0**power) == mser5(values)


def test_c14_infinite_values_and_other_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"series\[1, 0\] \| found inf"):
        mser5([[1.0, 2.0], [inf, 2.0]])
    with pytest.raises(InputError, match=r"found an array of shape \(1, 1, 1\) \| give one of 1 or 2 dimensions"):
        mser5([[[1.0]]])


# d: when to stop

WIDE, NARROW = Interval(100.0, 90.0, 110.0, 10), Interval(100.0, 99.0, 101.0, 10)


def test_d01_the_three_verdicts() -> None:
    assert enough([NARROW, NARROW], 0.02, 10, 50).verdict == "met"
    assert enough([NARROW, WIDE], 0.02, 10, 50).verdict == "go on"
    assert enough([NARROW, WIDE], 0.02, 10, 10).verdict == "limit reached"
    assert enough([NARROW], 0.02, 10, 10).verdict == "met"
    assert [enough([one], 0.02, 10, limit).stop for one, limit in ((NARROW, 50), (WIDE, 50), (WIDE, 10))] == [1, 0, 1]


def test_d02_the_worst_is_named() -> None:
    assert enough([NARROW, WIDE, NARROW], 0.02, 10, 50).worst == 1
    assert enough([WIDE, interval([nan] * 10), WIDE], 0.02, 10, 50).worst == 1
    assert enough([NARROW, interval([-1.0, 1.0])], 0.02, 10, 50).worst == 1


def test_d03_never_fewer_than_three() -> None:
    for n in (0, 1, 2):
        told = enough([interval([5.0] * n)], 0.02, n, 50)
        assert (told.verdict, told.more) == ("go on", 3 - n)
    assert enough([interval([5.0] * 3)], 0.02, 3, 50).verdict == "met"
    assert enough([interval([5.0] * 2)], 0.02, 2, 2).verdict == "limit reached"


@pytest.mark.parametrize("seed", range(10))
def test_d04_exactly_the_target_is_met_and_a_hair_less_asks_for_one_more(seed: int) -> None:
    """With some of these seeds rounding alone would say that none is needed."""
    one = interval(np.random.default_rng(seed).normal(100.0, 20.0, 10))
    assert enough([one], one.relative, 10, 50).verdict == "met"
    less = enough([one], float(np.nextafter(one.relative, 0.0)), 10, 50)
    assert (less.verdict, less.more) == ("go on", 1)


@STEADY
@given(st.integers(0, 10**6), st.integers(3, 30), st.floats(0.005, 0.5))
def test_d05_more_is_the_least_count_that_narrows_the_interval_to_the_target(seed: int, n: int, target: float) -> None:
    values = np.random.default_rng(seed).normal(100.0, 30.0, n)
    told = enough([interval(values)], target, n, 10**9)
    spread = values.std(ddof=1) / abs(values.mean())
    counts = np.arange(max(n, 2), n + told.more + 1)
    widths = stats.t.ppf(0.975, counts - 1) * spread / np.sqrt(counts)
    assert widths[-1] <= target * (1 + 1e-9)
    assert np.all(widths[:-1] > target * (1 - 1e-9))


def test_d06_the_figure_that_needs_most_decides() -> None:
    alone = enough([WIDE], 0.02, 10, 50).more
    assert alone is not None
    assert enough([NARROW, WIDE, Interval(100.0, 95.0, 105.0, 10)], 0.02, 10, 50).more == alone


def test_d07_a_figure_that_every_other_replication_has_needs_twice_as_many() -> None:
    values = np.random.default_rng(5).normal(100.0, 20.0, 10)
    always = enough([interval(values)], 0.02, 10, 10**6).more
    halved = enough([interval(np.insert(values, range(10), nan))], 0.02, 20, 10**6).more
    assert always is not None
    assert halved == 2 * (always + 10) - 20


@pytest.mark.parametrize("values", [[nan] * 5, [4.0, nan, nan, nan, nan], [-1.0, 1.0, 0.0]])
def test_d08_what_has_no_width_is_never_met_and_nobody_knows_when(values: list[float]) -> None:
    told = enough([NARROW, interval(values)], 0.5, len(values), 50)
    assert (told.verdict, told.more, told.worst) == ("go on", None, 1)


def test_d09_beyond_reckoning_no_number_is_told() -> None:
    assert enough([WIDE], 1e-12, 10, 50).more is None
    more = enough([WIDE], 1e-4, 10, 50).more
    assert more is not None
    assert 10**6 < more < 10**7


def test_d10_nothing_watched_is_met_at_three() -> None:
    assert [enough([], 0.02, n, 50).verdict for n in (0, 2, 3)] == ["go on", "go on", "met"]
    assert enough([], 0.02, 3, 50).worst is None


@pytest.mark.parametrize("target", [0.0, -0.02, nan, inf])
def test_d11_a_target_is_a_share(target: float) -> None:
    with pytest.raises(InputError, match="give a share above 0"):
        enough([WIDE], target, 10, 50)


@pytest.mark.parametrize(("target", "least", "most"), [(0.02, 0.90, 0.97), (0.05, 0.86, 0.94)])
def test_d12_stopping_at_a_lucky_moment_costs_some_coverage(target: float, least: float, most: float) -> None:
    """About 97 and 17 replications of a figure with a spread of 10 %; the estimate made at ten is near the truth."""
    rng = np.random.default_rng(6)
    covered, ratios = [], []
    for _ in range(500):
        values = list(rng.normal(100.0, 10.0, 3))
        guess = nan
        while not (told := enough([interval(values)], target, len(values), 1000)).stop:
            guess = len(values) + (told.more or 0) if len(values) == 10 else guess
            values.append(rng.normal(100.0, 10.0))
        covered.append(covers(interval(values), 100.0))
        ratios.append(guess / len(values))
    assert least <= np.mean(covered) <= most
    assert 0.85 <= np.nanmedian(ratios) <= 1.15


# e: quantiles of counts


def by_rank(ms: list[int], q: str) -> int:
    """The inverse of the empirical distribution, in whole numbers."""
    return sorted(ms)[max(ceil(Fraction(q) * len(ms)) - 1, 0)]


@STEADY
@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=200), SHARES)
@example([0], "0.5")
@example([10**9] * 100 + [2 * 10**9], "0.99")
def test_e01_never_off_by_more_than_a_bin(ms: list[int], q: str) -> None:
    true = by_rank(ms, q)
    found = quantile(counted(np.array(ms)), float(q))
    assert abs(found - true) <= BIN_WIDTH * (true + 64) * (1 + 1e-9)


@STEADY
@given(st.integers(0, 10**11))
def test_e02_one_unit_is_within_half_a_bin(ms: int) -> None:
    found = quantile(counted(np.array([ms])), 0.5)
    assert abs(found - ms) <= 0.5 * BIN_WIDTH * (ms + 64) * (1 + 1e-9)


@STEADY
@given(st.integers(10**5, 10**9), st.integers(2, 300), SHARES)
def test_e03_evenly_spread_units_are_within_half_a_bin(least: int, n: int, q: str) -> None:
    """Where a bin is filled from edge to edge; the two at the ends are cut off by the sample."""
    ms = np.exp(np.log(least) + 0.01 / 7 * np.arange(7 * n)).astype(np.int64)
    true, bins = by_rank(list(ms), q), bins_of(ms)
    if bins[0] < bins_of(true) < bins[-1]:
        assert abs(quantile(np.bincount(bins), float(q)) - true) <= 0.5 * BIN_WIDTH * (true + 64)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("cv", [0.1, 0.5, 1.0])
def test_e04_of_many_units_it_is_far_nearer(q: float, cv: float) -> None:
    hours = np.random.default_rng(8).gamma(1 / cv**2, 480 * cv**2, 50_000)
    ms = (hours * 3.6e6).astype(np.int64)
    assert quantile(counted(ms), q) == pytest.approx(np.quantile(ms, q, method="inverted_cdf"), rel=1e-3)


@STEADY
@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_e05_rises_with_the_share_and_stays_in_the_bins_in_use(counts: list[int], shares: list[float]) -> None:
    used = np.flatnonzero(counts)
    found = [quantile(counts, q) for q in sorted(shares)]
    if not used.size:
        assert all(map(isnan, found))
        return
    assert found == sorted(found)
    assert edge_ms(used[0]) == quantile(counts, 0.0) <= found[0]
    assert found[-1] <= quantile(counts, 1.0) == edge_ms(used[-1] + 1)


def test_e06_inside_a_bin_units_are_evenly_spread() -> None:
    counts = np.zeros(1001, dtype=np.int64)
    counts[1000] = 4
    edges = edge_ms(1000) + np.array([0.25, 0.5, 0.75]) * (edge_ms(1001) - edge_ms(1000))
    assert [quantile(counts, q) for q in (0.25, 0.5, 0.75)] == pytest.approx(edges, rel=1e-12)


def test_e07_a_share_that_rounds_up_is_not_taken_for_the_next_unit() -> None:
    assert 0.07 * 100 > 7
    assert quantile([7] + [0] * 500 + [93], 0.07) == edge_ms(1)


@pytest.mark.parametrize("counts", [[], [0], np.zeros(4367, dtype=np.int32)])
def test_e08_of_nothing_a_quantile_is_missing(counts: list[int]) -> None:
    assert isnan(quantile(counts, 0.5))


@STEADY
@given(st.integers(0, 2**53))
@example(0)
@example(1)
def test_e09_bins_hold_what_they_say(ms: int) -> None:
    k = int(bins_of(ms))
    assert edge_ms(k) - 1e-9 * (ms + 64) <= ms <= edge_ms(k + 1) + 1e-9 * (ms + 64)


def test_e10_every_64_bit_time_has_a_bin() -> None:
    assert bins_of([0, 2**63 - 1]).tolist() == [0, 57 * 64]


@pytest.mark.parametrize("counts", [[1, -1], [0.5, 1.0], [[1, 2]], 3, [True, False]])
def test_e11_counts_are_whole_numbers_in_a_row(counts: object) -> None:
    with pytest.raises(InputError, match="counts"):
        quantile(counts, 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("q", [-0.1, 1.1, 90, nan])
def test_e12_a_share_is_a_share(q: float) -> None:
    with pytest.raises(InputError, match=rf"q \| found {q} \| give a share from 0 to 1"):
        quantile([1], q)


# f: intervals of quantiles


def true_ms(q: float) -> float:
    """Quantile of the lognormal that the trials draw from: median 20 days, log-spread 0.4."""
    return 20 * 86.4e6 * float(np.exp(0.4 * stats.norm.ppf(q)))


def lognormal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return (20 * 86.4e6 * np.exp(0.4 * rng.standard_normal(shape))).astype(np.int64)


@STEADY
@given(st.integers(1, 5000), st.sampled_from([0.1, 0.5, 0.9, 0.95]), st.sampled_from([0.005, 0.025, 0.05, 0.95, 0.975]))
def test_f01_binomial_ranks_against_scipy(n: int, q: float, p: float) -> None:
    assert _binomial(p, n, q) == stats.binom.ppf(p, n, q)


def test_f02_ranks_as_in_a_printed_table() -> None:
    """Of 16 units the 4th and the 13th hold the median with 97.9 %, the 5th and the 12th with only 92.3 %."""
    counts = np.zeros(161, dtype=np.int64)
    counts[10:161:10] = 1
    assert ends(quantile_interval(counts, 0.5)) == (edge_ms(40), edge_ms(131))
    assert ends(quantile_interval(counts, 0.5, 0.9)) == (edge_ms(50), edge_ms(121))


def test_f03_six_units_are_the_fewest_that_bound_a_median() -> None:
    six = [0, 1, 1, 1, 1, 1, 1]
    assert ends(quantile_interval(six, 0.5)) == (edge_ms(1), edge_ms(7))
    assert all(map(isnan, ends(quantile_interval(six[:-1], 0.5))))


@pytest.mark.parametrize(("q", "n"), [(0.5, 30), (0.5, 300), (0.9, 300), (0.95, 3000)])
def test_f04_one_replication_covers_at_least_as_often_as_it_says(q: float, n: int) -> None:
    samples = lognormal(np.random.default_rng(9), TRIALS, n)
    share = np.mean([covers(quantile_interval(counted(ms), q), true_ms(q)) for ms in samples])
    assert 0.94 <= share <= 0.99


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_f05_several_replications_cover_as_often_as_they_say(q: float) -> None:
    samples = bins_of(lognormal(np.random.default_rng(10), TRIALS, 10, 500))
    found = [quantile_interval([np.bincount(r, minlength=3000) for r in trial], q) for trial in samples]
    assert 0.93 <= np.mean([covers(one, true_ms(q)) for one in found]) <= 0.97
    assert {one.n for one in found} == {10}


def test_f06_over_replications_it_is_the_interval_of_their_quantiles() -> None:
    table = [np.bincount(bins_of(ms), minlength=3000) for ms in lognormal(np.random.default_rng(11), 4, 200)]
    table.insert(2, np.zeros(3000, dtype=np.int64))
    alone = [quantile(row, 0.9) for row in table]
    assert isnan(alone[2])
    assert quantile_interval(table, 0.9) == interval(alone)
    assert quantile_interval(table, 0.9).n == 4


def test_f07_boxes_of_one_train_are_not_independent() -> None:
    """Trains of 50 boxes with one time for all: one replication is then sure of too much, ten are not."""
    trains = lognormal(np.random.default_rng(12), 300, 10, 40)
    tables = [[50 * np.bincount(bins_of(r), minlength=3000) for r in trial] for trial in trains]
    one = np.mean([covers(quantile_interval(table[0], 0.5), true_ms(0.5)) for table in tables])
    ten = np.mean([covers(quantile_interval(table, 0.5), true_ms(0.5)) for table in tables])
    assert one < 0.4
    assert 0.91 <= ten <= 0.98


def test_f08_a_side_with_too_few_units_is_missing() -> None:
    counts = [0, 1, 1, 1, 1, 1]
    few = quantile_interval(counts, 0.9)
    assert few.low == edge_ms(3)  # the third of five
    assert isnan(few.high)
    assert isnan(few.half_width)
    assert (few.mean, few.n) == (quantile(counts, 0.9), 5)
    assert all(map(isnan, ends(quantile_interval([1], 0.5))))


@pytest.mark.parametrize("counts", [[], [0, 0], [[0, 0]], [[0, 0], [0, 0]], np.zeros((0, 5), dtype=int)])
def test_f09_of_nothing_all_is_missing(counts: list[int]) -> None:
    none = quantile_interval(counts, 0.5)
    assert none.n == 0
    assert all(map(isnan, (none.mean, none.low, none.high)))


def test_f10_a_table_of_one_replication_is_that_replication() -> None:
    counts = np.arange(30)
    assert quantile_interval(counts[None], 0.3) == quantile_interval(counts, 0.3)


@pytest.mark.parametrize(("q", "level"), [(0.0, 0.95), (1.0, 0.95), (0.5, 95)])
def test_f11_shares_and_levels_are_checked(q: float, level: float) -> None:
    with pytest.raises(InputError, match=r"(q|level) \| found"):
        quantile_interval([1, 2], q, level)


# g: pooling


@STEADY
@given(st.lists(st.lists(st.floats(-1e4, 1e4).map(lambda hours: round(hours, 6)), max_size=8), min_size=1, max_size=6))
def test_g01_against_all_units_at_once(replications: list[list[float]]) -> None:
    arrays = [np.array(values) for values in replications]
    pooled = combine([a.size for a in arrays], [a.sum() for a in arrays], [(a**2).sum() for a in arrays])
    units = np.concatenate(arrays)
    assert pooled.n == units.size
    scale = np.abs(units).max(initial=0.0)
    assert pooled.mean == pytest.approx(units.mean() if units.size else nan, abs=1e-12 * scale, nan_ok=True)
    std = units.std(ddof=1) if units.size > 1 else nan
    assert pooled.std == pytest.approx(std, abs=1e-6 * scale, nan_ok=True)


def test_g02_milliseconds_of_many_days() -> None:
    """Twenty days, known to an hour: the plain sums have fifteen digits, and the spread keeps nine."""
    ms = np.random.default_rng(13).normal(20 * 86.4e6, 3.6e6, (20, 10_000))
    pooled = combine([10_000] * 20, ms.sum(axis=1), (ms**2).sum(axis=1))
    assert pooled.mean == pytest.approx(ms.mean(), rel=1e-13)
    assert pooled.std == pytest.approx(ms.std(ddof=1), rel=1e-9)


def test_g03_too_few_units() -> None:
    assert [str(one) for one in (combine([], [], []), combine([0, 0], [0, 0], [0, 0]))] == [
        str(Pooled(0, nan, nan))
    ] * 2
    assert str(combine([0, 1], [0.0, 7.0], [0.0, 49.0])) == str(Pooled(1, 7.0, nan))
    assert combine([1, 1], [7.0, 9.0], [49.0, 81.0]) == Pooled(2, 8.0, sqrt(2))


def test_g04_replications_that_counted_nothing_change_nothing() -> None:
    assert combine([3, 0, 2], [6.0, 0.0, 9.0], [14.0, 0.0, 41.0]) == combine([3, 2], [6.0, 9.0], [14.0, 41.0])


def test_g05_equal_values_have_no_spread() -> None:
    value = 0.1
    pooled = combine([3, 5], [3 * value, 5 * value], [3 * value**2, 5 * value**2])
    assert pooled.std == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("n", "sums", "squares"),
    [
        ([2, -1], [2.0, 1.0], [2.0, 1.0]),
        ([2, 1.5], [2.0, 1.0], [2.0, 1.0]),
        ([2, 0], [2.0, 1.0], [2.0, 1.0]),
        ([2, 0], [2.0, 0.0], [2.0, 1.0]),
        ([2, 2], [2.0, 4.0], [2.0, 7.9]),
        ([2, 2], [2.0, nan], [2.0, 7.9]),
    ],
)
def test_g06_sums_that_no_units_have_are_refused(n: list[float], sums: list[float], squares: list[float]) -> None:
    with pytest.raises(InputError, match=r"1 problem in combine\n  \* replication 1 \| found n") as refused:
        combine(n, sums, squares)
    assert "squares >= sum^2 / n" in str(refused.value)


def test_g07_an_overflow_of_integers_is_caught() -> None:
    ms = np.full(4, 20 * 86_400_000)
    squares = int(np.sum(ms.astype(np.int64) ** 2).astype(np.int32))
    with pytest.raises(InputError, match="an overflow of integers looks like this"):
        combine([4], [ms.sum()], [squares])


def test_g08_shapes_are_held_against_each_other() -> None:
    with pytest.raises(InputError, match=r"shapes \(2,\), \(2,\), \(1,\)"):
        combine([1, 1], [1.0, 1.0], [1.0])
