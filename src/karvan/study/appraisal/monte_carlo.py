"""Monte Carlo: many NPVs, each with its own draw of every number that is not sure.

Each input is drawn as a Latin hypercube (McKay, Beckman and Conover 1979) by inverse transform. Its draws are a
function of the seed, of its name and of how many there are, and of nothing else: another input more moves none of them,
and the difference between two appraisals with the same seed is theirs, and not luck. Inputs are taken as independent of
each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, hypot, sqrt
from typing import SupportsFloat

from karvan.study.appraisal.cash import exact_sum
from karvan.study.appraisal.given import Given
from karvan.study.appraisal.uncertainty import Input, check, quantile_of, spreads_with

SAMPLES = 2000
LEAST_SAMPLES = 10


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the spread goes with one input alone."""

    name: str
    correlation: float
    """Spearman's rank correlation of the input with the result, -1 to 1."""
    share: float
    """Its square: the share of the variance of the result's ranks that goes with the input's rank."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What many draws say of a result."""

    samples: int
    p10: float
    p50: float
    p90: float
    mean: float
    sd: float
    """Standard deviation, over n - 1."""
    below_zero: float
    """The share of draws below 0: the probability that the project loses, if the inputs are as assumed."""
    shares: tuple[Share, ...]
    """Of each input that varies, the largest first, ties by name; none if the result does not vary."""

    @property
    def rest(self) -> float:
        """What no input alone has: how they act together, and curves that are not monotone. Not below 0."""
        return max(0.0, 1.0 - fsum(share.share for share in self.shares))


def monte_carlo(
    value_of: Callable[[dict[str, float]], SupportsFloat],
    inputs: Sequence[Input],
    *,
    seed: int = 1,
    samples: int = SAMPLES,
    spreads: Mapping[str, float] | None = None,
) -> Distribution:
    """Draw all inputs `samples` times, and tell how the value is spread.

    Parameters: value_of, NPV of inputs by name; inputs, also those that do not vary; spreads, coefficients of variation
    of grades that are to differ from `SPREADS`.
    Returns: Distribution; the same bits for the same seed, inputs and samples.
    Raises: InputError for inputs that cannot be, two of one name, fewer than 10 samples, and a value that is missing.
    """
    drawn = draws(inputs, seed=seed, samples=samples, spreads=spreads)
    values = [value_of({name: column[i] for name, column in drawn.items()}) for i in range(samples)]
    varying = {name: column for name, column in drawn.items() if max(column) > min(column)}
    return distribution(values, varying)


def draws(
    inputs: Sequence[Input], *, seed: int = 1, samples: int = SAMPLES, spreads: Mapping[str, float] | None = None
) -> dict[str, tuple[float, ...]]:
    """Values of each input (samples,), by name in order; for who works them out all at once.

    Raises: as `monte_carlo`.
    """
    given = Given("Monte Carlo")
    cv = spreads_with(spreads)
    if samples < LEAST_SAMPLES:
        given.problem("samples", samples, f"give {LEAST_SAMPLES} or more")
    names = [one.name for one in inputs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        given.problem("inputs", name, "give each input once")
    for one in inputs:
        check(given, one)
    given.refuse()
    found = {}
    for one in sorted(inputs, key=lambda one: one.name):
        varies = one.low != one.high or (one.grade != "" and one.low is None)
        shares = _hypercube(seed, one.name, samples) if varies else (0.5,) * samples
        found[one.name] = tuple(quantile_of(one, u, cv) for u in shares)
    return found


def distribution(values: Sequence[SupportsFloat], inputs: Mapping[str, Sequence[float]]) -> Distribution:
    """What values (samples,) say, and how they go with the inputs (samples,) that made them.

    Quantiles are between order statistics, definition 7 of Hyndman and Fan (1996).

    Raises: InputError for fewer than two values, one that is not finite, and inputs of another length.
    """
    given = Given("Monte Carlo")
    found = [given.number(f"value of draw {i}", value) for i, value in enumerate(values)]
    if len(found) < 2:
        given.problem("values", len(found), "give two or more")
    for name in sorted(inputs):
        if len(inputs[name]) != len(found):
            given.problem(name, f"{len(inputs[name])} draws", f"give {len(found)}, one a value")
    given.refuse()
    n, ordered = len(found), sorted(found)
    mean = exact_sum("Monte Carlo", found) / n
    sd = hypot(*(value - mean for value in found)) / sqrt(n - 1)
    shares: list[Share] = []
    if ordered[0] < ordered[-1]:
        ranks = _ranks(found)
        for name in sorted(inputs):
            rho = _correlation(ranks, _ranks(inputs[name]))
            shares.append(Share(name, rho, rho * rho))
    p10, p50, p90 = (_quantile(ordered, q) for q in (0.1, 0.5, 0.9))
    loses = sum(value < 0 for value in found) / n
    shares.sort(key=lambda share: (-share.share, share.name))
    return Distribution(n, p10, p50, p90, mean, sd, loses, tuple(shares))


def _hypercube(seed: int, name: str, samples: int) -> tuple[float, ...]:
    """Numbers between 0 and 1 (samples,), one in each of as many even parts, in an order of the seed and the name."""
    import numpy as np

    from karvan.itinerary.draws import word
    from karvan.kernels import sampling

    found = np.empty(samples)
    key, what = word(f"appraisal seed {seed}"), word(f"input {name}")
    sampling.draw(sampling.UNIFORM, 1.0, 0.0, np.zeros((1, 2)), key, what, found)
    return tuple(found.tolist())


def _quantile(ordered: Sequence[float], q: float) -> float:
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 0 on; equal values have the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for at in range(start, end + 1):
            ranks[order[at]] = (start + end) / 2
        start = end + 1
    return ranks


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's, of two lists whose mean is (n - 1) / 2; 0 if one does not vary."""
    middle = (len(one) - 1) / 2
    both = fsum((a - middle) * (b - middle) for a, b in zip(one, other, strict=True))
    squares = (fsum((a - middle) ** 2 for a in ranks) for ranks in (one, other))
    size = sqrt(next(squares)) * sqrt(next(squares))
    return both / size if size else 0.0
