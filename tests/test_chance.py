"""Chance: Philox against its published answers, its numbers against what they are to be, times against scipy."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log

import numba
import numpy as np
import pytest
from scipy import integrate, stats

from karvan.kernels import fields
from karvan.kernels.chance import SHAPED, minus_log, philox, shaped, uniform
from karvan.kernels.word import bits_of, high_product, low_product, low_sum, real_of
from karvan.network.shape import quantiles
from karvan.sim import Delay, System, Time, empirical, fixed, gamma, lognormal, triangular
from karvan.sim.pack import MS_PER_H, pack
from karvan.sim.replication import Replication

KEY = np.uint64(7 << 32 | 3)


@numba.njit
def words(x, y, key):
    return philox(x, y, key, 10)


@numba.njit
def logs(u, out):
    for i in range(u.size):
        out[i] = minus_log(u[i])


@numba.njit
def draws(key, who, purpose, turn, which, out):
    """One draw for each agent, purpose, round and number."""
    for i in range(out.size):
        out[i] = uniform(key, who[i], purpose[i], turn[i], which[i])


@numba.njit
def quantile_at(shape, u, out):
    for i in range(u.size):
        out[i] = shaped(shape, 0, u[i])


def drawn(n: int, **over: np.ndarray) -> np.ndarray:
    """n draws, of which what is named goes through its values."""
    columns = {name: np.full(n, value) for name, value in (("who", 5 << 32), ("purpose", 9), ("turn", 0), ("which", 0))}
    out = np.empty(n)
    draws(KEY, *(columns | over).values(), out)
    return out


# a: Philox


@pytest.mark.parametrize(
    ("x", "y", "key", "answer"),
    [
        # The known answers of philox2x64-10 that come with Random123 (Salmon et al. 2011).
        (0x0, 0x0, 0x0, (0xCA00A0459843D731, 0x66C24222C9A845B5)),
        (2**64 - 1, 2**64 - 1, 2**64 - 1, (0x65B021D60CD8310F, 0x4D02F3222F86DF20)),
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, (0x0A5E742C2997341C, 0xB0F883D38000DE5D)),
    ],
)
def test_a01_known_answers(x: int, y: int, key: int, answer: tuple[int, int]) -> None:
    assert tuple(map(int, words(np.uint64(x), np.uint64(y), np.uint64(key)))) == answer


def test_a02_the_words_of_the_machine_and_their_plain_twins() -> None:
    from karvan.kernels import word

    @numba.njit
    def compiled(a, b, x):
        return high_product(a, b), low_product(a, b), low_sum(a, b), bits_of(x), real_of(bits_of(x))

    rng = np.random.default_rng(1)
    for a, b in rng.integers(0, 2**64, (200, 2), dtype=np.uint64):
        x = rng.normal() * 10.0 ** rng.integers(-300, 300)
        plain = (
            word._high_product(a, b), word._low_product(a, b), word._low_sum(a, b),
            word._bits(x), word._real(word._bits(x)),
        )  # fmt: skip
        assert tuple(compiled(a, b, x)) == plain
        assert int(plain[0]) << 64 | int(plain[1]) == int(a) * int(b)
        assert float(plain[4]) == x


def test_a03_a_product_and_a_sum_rounded_once() -> None:
    from karvan.kernels import word

    @numba.njit
    def compiled(a, b, c):
        return word.fused(a, b, c)

    rng = np.random.default_rng(2)
    for a, b, small in rng.normal(size=(300, 3)).tolist():
        for c in (small, -a * b, -a * b * (1 + 1e-9)):  # of the last two little more than the rounding is left
            assert compiled(a, b, c) == word._fused(a, b, c)
    assert word._fused(1 + 2**-30, 1 - 2**-30, -1.0) == -(2.0**-60)


# b: numbers between 0 and 1

N = 200_000
WAYS: dict[str, Callable[[], np.ndarray]] = {
    "agent after agent": lambda: drawn(N, who=(5 << 32) + np.arange(N)),
    "source after source": lambda: drawn(N, who=np.arange(N) << 32),
    "purpose after purpose": lambda: drawn(N, purpose=np.arange(N)),
    "round after round": lambda: drawn(N, turn=np.arange(N)),
    "draw after draw": lambda: drawn(N, who=np.arange(N) // 1000, which=np.arange(N) % 1000),
}


@pytest.mark.parametrize("way", WAYS)
def test_b01_uniform_and_each_by_itself(way: str) -> None:
    u = WAYS[way]()
    assert 0 < u.min() < u.max() < 1
    assert np.unique(u).size == N
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    for lag in (1, 2, 7):
        # Of independent numbers a correlation has a standard error of 1 / sqrt(n).
        assert abs(np.corrcoef(u[lag:], u[:-lag])[0, 1]) < 4 / N**0.5
    cells = np.histogram2d(u[1:], u[:-1], bins=32, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > 1e-3
    runs = np.diff(np.flatnonzero(np.diff(u > 0.5))).mean()
    assert runs == pytest.approx(2, abs=4 * (2 / (N / 2)) ** 0.5)


def test_b02_seeds_and_replications_are_apart() -> None:
    who = np.arange(N)
    columns = [np.zeros(N, dtype=np.int64)] * 3
    found = []
    for key in (1 << 32, 1 << 32 | 1, 2 << 32):
        out = np.empty(N)
        draws(np.uint64(key), who, *columns, out)
        found.append(out)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(found[a], found[b])[0, 1]) < 4 / N**0.5


def test_b03_what_a_draw_is_of_does_not_run_into_each_other() -> None:
    """The fields of a counter at their ends: each draw is another."""
    ends = [
        (who, purpose, turn, which)
        for who in (0, (1 << 32) - 1, 1 << 32, (1 << 63) - 1)
        for purpose in (0, 1, (1 << 32) - 1)
        for turn in (0, 1, (1 << 22) - 1)
        for which in (0, 1, 1022)
    ]
    out = np.empty(len(ends))
    draws(KEY, *np.array(ends, dtype=np.int64).T.copy(), out)
    assert np.unique(out).size == len(ends)


# c: logarithms


def test_c01_as_good_as_the_library() -> None:
    u = np.concatenate([np.random.default_rng(2).random(N), 2.0 ** -np.arange(1, 53), 1 - 2.0 ** -np.arange(2, 54)])
    u = u[u > 0]
    out = np.empty(u.size)
    logs(u, out)
    true = -np.log(u)
    np.testing.assert_allclose(out[u < 0.5], true[u < 0.5], rtol=2e-15)
    np.testing.assert_allclose(out, true, rtol=2e-15, atol=2.5e-16)


def test_c02_it_falls_and_is_never_below_zero() -> None:
    u = np.sort(
        np.concatenate([np.linspace(1e-6, 1 - 1e-6, N), 1 - 2.0 ** -np.arange(2, 54), 2.0 ** -np.arange(1, 53)])
    )
    out = np.empty(u.size)
    logs(u, out)
    assert out.min() >= 0
    assert (np.diff(out) < 3e-16).all()


# d: shapes

SPREADS = [0.1, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0]
SHAPES: dict[str, tuple[Time, stats.rv_continuous]] = (
    {f"gamma {cv}": (gamma(1, cv), stats.gamma(1 / cv**2, scale=cv**2)) for cv in SPREADS}
    | {
        f"lognormal {cv}": (lognormal(1, cv), stats.lognorm(log(1 + cv**2) ** 0.5, scale=(1 + cv**2) ** -0.5))
        for cv in SPREADS
    }
    | {
        f"triangular {low} {mode} {high}": (
            triangular(low, mode, high),
            stats.triang((mode - low) / (high - low), loc=low, scale=high - low),
        )
        for low, mode, high in ((0, 1, 2), (0.5, 0.5, 2), (0.25, 1.25, 1.5), (0.4, 1.3, 1.3))
    }
)


def table(time: Time) -> np.ndarray:
    assert time.shape
    return quantiles(time.shape)[None, :]


@pytest.mark.parametrize("name", SHAPES)
def test_d01_quantiles_as_scipys(name: str) -> None:
    time, true = SHAPES[name]
    u = np.concatenate([[1e-12, 1e-9, 1e-6, 1e-4], np.linspace(0.001, 0.999, 999), 1 - 10.0 ** -np.arange(4.0, 12.0)])
    out = np.empty(u.size)
    quantile_at(table(time), u, out)
    assert (np.diff(out) >= 0).all()
    expected = true.ppf(u) / time.mean_h
    # Between two nodes of the table the quantile is taken as straight.
    np.testing.assert_allclose(out, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_d02_the_mean_and_the_spread_are_the_ones_asked_for(name: str) -> None:
    time, _ = SHAPES[name]
    mean, square = (expectation(table(time), power) for power in (1, 2))
    assert mean == pytest.approx(1, rel=1e-4)
    assert (square - mean**2) ** 0.5 == pytest.approx(time.cv, rel=1e-3)


def expectation(shape: np.ndarray, power: int) -> float:
    """Of a power of what is drawn: over the score log(u / (1 - u)), of which the table has its nodes."""
    score = np.linspace(-36, 36, (shape.shape[1] - 1) * 16 + 1)
    at = np.interp(score, np.linspace(-36, 36, shape.shape[1]), shape[0])
    density = 1 / (2 + np.exp(score) + np.exp(-score))
    return float(integrate.trapezoid(at**power * density, score))


@pytest.mark.parametrize("values", [[3.0], [1.0, 1.0, 4.0, 10.0], list(range(1, 101))])
def test_d03_of_measured_values_nothing_between_is_drawn(values: list[float]) -> None:
    found = sample(empirical(values), 50_000)
    counts = [int((np.abs(found - value) < 1e-6).sum()) for value in sorted(set(values))]
    assert sum(counts) == found.size
    shares = [values.count(value) / len(values) for value in sorted(set(values))]
    if len(counts) > 1:
        assert stats.chisquare(counts, np.array(shares) * found.size).pvalue > 1e-3


def test_d04_of_very_many_as_many_quantiles_as_a_table_holds() -> None:
    values = np.random.default_rng(3).gamma(2.0, 1.0, 30_000)
    found = sample(empirical(values), 50_000)
    assert stats.ks_2samp(found, values).pvalue > 1e-3
    assert empirical(values).mean_h == pytest.approx(values.mean())


@pytest.mark.parametrize(
    ("time", "true"),
    [
        (gamma(2, 0.5), stats.gamma(4, scale=0.5)),
        (gamma(2, 1.5), stats.gamma(1 / 2.25, scale=4.5)),
        (lognormal(2, 1), stats.lognorm(log(2) ** 0.5, scale=2**0.5)),
        (triangular(1, 2, 4), stats.triang(1 / 3, loc=1, scale=3)),
        (fixed(0).with_slow_branch(1, 3), stats.expon(scale=3)),
        (gamma(2, 0.5).plus(1), stats.gamma(4, scale=0.5, loc=1)),
    ],
)
def test_d05_drawn_in_a_run(time: Time, true: stats.rv_continuous) -> None:
    found = sample(time, 50_000)
    found = found + np.random.default_rng(4).uniform(-0.5, 0.5, found.size) / MS_PER_H  # times are whole milliseconds
    assert stats.kstest(found, true.cdf).pvalue > 1e-3


def sample(time: Time, n: int) -> np.ndarray:
    """n times as a run draws them, hours: read from its log."""
    system = System()
    system.program("u", [Delay(time)])
    system.source("u", "u", every=fixed(1e-3), limit=n)
    rows: list[np.ndarray] = []
    Replication(pack(system), 1, 0, 1e5, sample_h=1e5, log=rows.append).run()
    at = np.concatenate(rows)
    at = at[np.isin(at[:, 2] & 15, (fields.LOG_CREATED, fields.LOG_LEAVES))]
    at = at[np.argsort(at[:, 1], kind="stable")]
    return np.diff(at[:, 0])[::2] / MS_PER_H


def test_d06_a_longer_mean_moves_every_draw_the_same_way() -> None:
    for kind in (gamma, lognormal):
        assert sample(kind(3, 0.8), 1000) == pytest.approx(1.5 * sample(kind(2, 0.8), 1000), abs=2 / MS_PER_H)


def test_d07_equal_values_and_no_spread_need_no_table() -> None:
    for time in (gamma(2, 0), triangular(2, 2, 2), triangular(0.1, 0.1, 0.1), fixed(2)):
        assert time.shape is None
    for mean in (0.0, 1e-9, 1e6):
        system = System()
        system.program("u", [Delay(gamma(mean, 2))])
        assert (pack(system).time.kind[1] == SHAPED) == (mean > 0)
    assert inf not in quantiles(("lognormal", 3.0, ()))
