"""Intervals of what-ifs: the same draws of the coefficients go through every scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from karvan.ground.errors import InputError, Problem, shown
from karvan.trade.clearing import NotConverged

Floats = NDArray[np.float64]
Law = Literal["triangular", "uniform"]
Figure = Callable[[Mapping[str, float]], ArrayLike | NotConverged]
"""From coefficients by name to what is asked: a number or an array, always of one shape."""

DRAWS = 1000
NEGATIVE_VARIANCE = 1e-10
"""Eigenvalue of a covariance, relative to its largest, that may be rounding."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Coefficients as they may be: their central values, and equally likely draws of all of them together."""

    names: tuple[str, ...]
    central: Floats
    """(n_names,)."""
    values: Floats
    """(n_draws, n_names)."""
    seed: int

    def at_centre(self) -> dict[str, float]:
        """The central values by name."""
        return dict(zip(self.names, self.central.tolist(), strict=True))

    def each(self) -> Iterator[dict[str, float]]:
        """Every draw by name."""
        for row in self.values.tolist():
            yield dict(zip(self.names, row, strict=True))


@dataclass(frozen=True, eq=False)
class Interval:
    """A figure, or an array of them, at the central values and over the draws."""

    central: Floats
    values: Floats
    """Of each draw; missing where no equilibrium was found (n_draws, ...)."""
    draws: Draws

    @property
    def unsettled(self) -> int:
        """Draws for which no equilibrium was found; they are left out of all else."""
        return len(self.values) - len(self._found())

    @property
    def mean(self) -> Floats:
        """Mean over the draws."""
        found = self._found()
        mean: Floats = found.mean(axis=0) if len(found) else np.full(self.central.shape, np.nan)
        return mean

    @property
    def p5(self) -> Floats:
        """What a draw in twenty is below."""
        return self.quantile(0.05)

    @property
    def p50(self) -> Floats:
        """Median."""
        return self.quantile(0.5)

    @property
    def p95(self) -> Floats:
        """What a draw in twenty is above."""
        return self.quantile(0.95)

    def quantile(self, at: float) -> Floats:
        """Quantile of the draws, between neighbours by a straight line."""
        found = self._found()
        if not len(found):
            return np.full(self.central.shape, np.nan)
        return np.asarray(np.quantile(found, at, axis=0), dtype=np.float64)

    def less(self, other: Interval) -> Interval:
        """This less another, draw by draw: what both owe to the same coefficients falls out.

        Raises:
            InputError: the two are not of the same draws.
        """
        if self.draws is not other.draws and not (
            self.draws.names == other.draws.names and np.array_equal(self.draws.values, other.draws.values)
        ):
            found = f"{len(self.draws.values)} draws of seed {self.draws.seed} and {len(other.draws.values)} of seed "
            remedy = "put the same draws through both"
            raise InputError("difference", [Problem("draws", f"{found}{other.draws.seed}, which differ", remedy)])
        return Interval(self.central - other.central, self.values - other.values, self.draws)

    def _found(self) -> Floats:
        """Draws in which there is an answer."""
        lost = np.isnan(self.values).reshape(len(self.values), -1).all(axis=1)
        found: Floats = self.values[~lost]
        return found


def normal(
    names: Sequence[str], central: ArrayLike, covariance: ArrayLike, n_draws: int = DRAWS, seed: int = 0
) -> Draws:
    """Draws of the coefficients of a fit: multivariate normal with its covariance.

    By the symmetric root of the covariance, which is one, so that near-equal covariances give near-equal draws.

    Args:
        central: estimates (n_names,).
        covariance: (n_names, n_names); may be singular, as that of a coefficient that is held.
        n_draws: the first 100 of 1000 are those of 100.
        seed: 0 or more. With the names it settles the draws, so other coefficients do not move them.

    Raises:
        InputError: a name twice, shapes that do not fit, what is no number, a matrix that is no covariance, no draw.
    """
    mean, cov = (
        np.atleast_1d(np.array(central, dtype=np.float64)),
        np.atleast_2d(np.array(covariance, dtype=np.float64)),
    )
    problems = [*_of_draws(names, n_draws, seed), *_of_covariance(len(names), mean, cov)]
    if problems:
        raise InputError("draws of coefficients", problems)
    size, turn = np.linalg.eigh((cov + cov.T) / 2)
    root = (turn * np.sqrt(np.maximum(size, 0.0))) @ turn.T
    bits = _stream("normal", names, seed)
    return Draws(tuple(names), mean, mean + bits.standard_normal((n_draws, len(names))) @ root, seed)


def between(
    name: str,
    central: float,
    low: float,
    high: float,
    law: Law = "triangular",
    n_draws: int = DRAWS,
    seed: int = 0,
) -> Draws:
    """Draws of a published coefficient of which a low and a high value are known.

    Args:
        law: triangular with its peak at the central value, or uniform.

    Raises:
        InputError: values out of order or no numbers, an unknown law, no draw.
    """
    problems = list(_of_draws([name], n_draws, seed))
    if not -np.inf < low <= central <= high < np.inf:
        found = f"{low:g}, {central:g}, {high:g}"
        problems.append(Problem(f"low, central and high of {name}", found, "give numbers in rising order"))
    if law not in get_args(Law):
        problems.append(Problem(f"law of {name}", shown(law), f"give one of {', '.join(get_args(Law))}"))
    if problems:
        raise InputError("draws of coefficients", problems)
    at = _stream("between", [name], seed).random(n_draws)
    if law == "triangular" and low < high:
        # The inverse of the distribution function, so that one uniform number is used whatever the law.
        peak = (central - low) / (high - low)
        left = low + np.sqrt(at * (high - low) * (central - low))
        right = high - np.sqrt((1 - at) * (high - low) * (high - central))
        values = np.where(at < peak, left, right)
    else:
        values = low + at * (high - low)
    return Draws((name,), np.array([central]), np.clip(values, low, high)[:, None], seed)


def joined(*draws: Draws) -> Draws:
    """Coefficients from several sources, drawn independently of each other.

    Raises:
        InputError: different numbers of draws or seeds, a name twice, none at all.
    """
    problems = []
    for what, found in (("number of draws", {len(of.values) for of in draws}), ("seed", {of.seed for of in draws})):
        if len(found) != 1:
            problems.append(Problem(what, ", ".join(map(str, sorted(found))) or "none", "give the same one to all"))
    names = [name for of in draws for name in of.names]
    problems += [_twice(name, names) for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise InputError("draws of coefficients", problems)
    central, values = np.concatenate([of.central for of in draws]), np.hstack([of.values for of in draws])
    return Draws(tuple(names), central, values, draws[0].seed)


def interval(draws: Draws, figure: Figure) -> Interval:
    """A figure at the central values and for every draw.

    Where `figure` gives NotConverged the draw is left out and counted. The same draws give the same bits.

    Raises:
        InputError: there is no equilibrium at the central values, or the figure's shape differs from draw to draw.
    """
    centre = figure(draws.at_centre())
    if isinstance(centre, NotConverged):
        raise InputError("interval", [Problem("central values", centre.said, "give a milder change")])
    central = np.array(centre, dtype=np.float64)
    values = np.full((len(draws.values), *central.shape), np.nan)
    for row, drawn in enumerate(draws.each()):
        found = figure(drawn)
        if isinstance(found, NotConverged):
            continue
        told = np.asarray(found, dtype=np.float64)
        if told.shape != central.shape:
            remedy = f"give {central.shape}, the shape at the central values"
            raise InputError("interval", [Problem(f"draw {row}", f"a shape of {told.shape}", remedy)])
        values[row] = told
    return Interval(central, values, draws)


def _stream(kind: str, names: Sequence[str], seed: int) -> np.random.Generator:
    """Counter-based random numbers of their own for these names (Philox4x64-10, Salmon et al. 2011)."""
    digest = blake2b("\n".join([kind, *names]).encode(), digest_size=8).digest()
    return np.random.Generator(
        np.random.Philox(key=np.array([seed, int.from_bytes(digest, "little")], dtype=np.uint64))
    )


def _twice(name: str, names: Sequence[str]) -> Problem:
    return Problem(f"coefficient {name}", f"{list(names).count(name)} times", "give each name once")


def _of_draws(names: Sequence[str], n_draws: int, seed: int) -> Iterator[Problem]:
    if not names:
        yield Problem("names", "none", "give at least one coefficient")
    for name in sorted(set(names)):
        if list(names).count(name) > 1:
            yield _twice(name, names)
    if n_draws < 1:
        yield Problem("n_draws", shown(n_draws), "give a whole number of 1 or more")
    if not 0 <= seed < 2**64:
        yield Problem("seed", shown(seed), "give a whole number of 0 or more, below 2^64")


def _of_covariance(n: int, mean: Floats, cov: Floats) -> Iterator[Problem]:
    if mean.shape != (n,):
        yield Problem("central", f"a shape of {mean.shape}", f"give one number for each of {n} names")
    elif not np.isfinite(mean).all():
        yield Problem("central", "what is no number", "give an estimate for each name")
    if cov.shape != (n, n):
        yield Problem("covariance", f"a shape of {cov.shape}", f"give a row and a column for each of {n} names")
    elif not np.isfinite(cov).all():
        yield Problem("covariance", "what is no number", "give a number for each two names")
    elif n:
        sizes = np.linalg.eigvalsh((cov + cov.T) / 2)
        if not np.allclose(cov, cov.T, rtol=1e-8, atol=0.0):
            yield Problem("covariance", "a matrix that is not symmetric", "give the covariance of the estimates")
        elif sizes[0] < -NEGATIVE_VARIANCE * max(sizes[-1], 0.0):
            yield Problem("covariance", f"an eigenvalue of {sizes[0]:g}", "give the covariance of the estimates")
