"""The hours of a year and the weights of its months, weekdays and hours: how something moves through the year.

A year is that of UTC, 8,760 or 8,784 hours. Weights are by local time: the hours of a year that are in another local
year, at one of its ends, have the weights of the month that they are in there. A weight is of power, not of energy: a
month of weight 2 has twice the mean power of one of weight 1, whatever its length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, shown

Ints = NDArray[np.int64]

FIRST = {"month": 1, "weekday": 1, "hour": 0}
COUNT = {"month": 12, "weekday": 7, "hour": 24}
FAINT = 1e-9
"""Weights that are less of the highest one are taken as none."""
HALVINGS = 200
"""Halvings after which an interval of float64 is as narrow as it gets."""


@dataclass(frozen=True)
class Clock:
    """The hours of a year, UTC, and what they are by local time."""

    year: int
    time_zone: str = "UTC"
    """IANA time zone of the local time."""

    @property
    def start(self) -> np.datetime64:
        """The first hour, UTC."""
        return np.datetime64(f"{self.year:04d}-01-01T00", "h")

    @cached_property
    def hours(self) -> int:
        """8,760, or 8,784 in a leap year."""
        return int((np.datetime64(f"{self.year + 1:04d}-01-01T00", "h") - self.start).astype(np.int64))

    @cached_property
    def local(self) -> NDArray[np.datetime64]:
        """What a local clock shows at the start of each hour (n_hours,)."""
        import pandas as pd

        index = pd.date_range(str(self.start), periods=self.hours, freq="h", tz="UTC").tz_convert(self.time_zone)
        local: NDArray[np.datetime64] = index.tz_localize(None).to_numpy().astype("datetime64[m]")
        return local

    @cached_property
    def month(self) -> Ints:
        """1 to 12, local (n_hours,)."""
        return self.local.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @cached_property
    def day(self) -> Ints:
        """Which local day it is, from 0 on (n_hours,)."""
        days = self.local.astype("datetime64[D]").astype(np.int64)
        found: Ints = days - days[0]
        return found

    @cached_property
    def weekday(self) -> Ints:
        """1 (Monday) to 7, local (n_hours,)."""
        # 1 January 1970 was a Thursday.
        found: Ints = (self.local.astype("datetime64[D]").astype(np.int64) + 3) % 7 + 1
        return found

    @cached_property
    def hour(self) -> Ints:
        """0 to 23, local (n_hours,)."""
        found: Ints = self.local.astype("datetime64[h]").astype(np.int64) % 24
        return found


@dataclass(frozen=True)
class Shape:
    """The weights of one id of table `load_shape`; a span without any is level."""

    id: str
    spans: Mapping[str, tuple[float, ...]]
    """Weights by span: month (12,), weekday (7,), hour (24,)."""

    def weights(self, clock: Clock) -> Floats:
        """The product of the weights of each hour's month, weekday and hour, over its mean (n_hours,)."""
        product = np.ones(clock.hours)
        for span, weights in sorted(self.spans.items()):
            product *= np.array(weights)[getattr(clock, span) - FIRST[span]]
        found: Floats = product / product.mean()
        return found


LEVEL = Shape("", {})
"""The same at all hours."""


def shapes(rows: Iterable[Any]) -> dict[str, Shape]:
    """The shapes of rows of table `load_shape`, by their id.

    Raises:
        InputError: a span that lacks a weight or has one too many, a weight below 0, a span of nothing but noughts.
    """
    found: dict[str, dict[str, dict[int, float]]] = {}
    for row in rows:
        found.setdefault(row.shape, {}).setdefault(row.span, {})[row.seq] = row.weight
    problems = [
        problem
        for shape, spans in sorted(found.items())
        for span, weights in sorted(spans.items())
        for problem in _span_problems(shape, span, weights)
    ]
    if problems:
        raise InputError("load_shape.csv", problems)
    return {
        shape: Shape(shape, {span: tuple(weights[seq] for seq in sorted(weights)) for span, weights in spans.items()})
        for shape, spans in sorted(found.items())
    }


def _span_problems(shape: str, span: str, weights: Mapping[int, float]) -> Iterable[Problem]:
    address = f"shape {shown(shape)}, {span}"
    wanted = range(FIRST[span], FIRST[span] + COUNT[span])
    missing = [seq for seq in wanted if seq not in weights]
    odd = [seq for seq in sorted(weights) if seq not in wanted]
    if missing or odd:
        told = [f"no {', '.join(map(str, missing))}"] * bool(missing) + [f"a {seq}" for seq in odd]
        yield Problem(address, "; ".join(told), f"give {wanted[0]} to {wanted[-1]}, each once")
    for seq, weight in sorted(weights.items()):
        if not 0 <= weight < np.inf:
            yield Problem(f"{address} {seq}", shown(weight), "give a weight of 0 or more")
    if not any(weights.values()):
        yield Problem(address, "no weight above 0", "give one at least")


def solve(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where a rising function meets a target, by halving, to the last bit; `low` or `high` if it does so beyond."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return low if abs(rising(low) - target) < abs(rising(high) - target) else high


def capped(weights: Floats, mean: float, most: float) -> Floats | None:
    """Weights scaled to a mean, with nothing above `most`: what is cut off is put where there is room, by weight.

    Parameters: weights of 0 or more (n_hours,); mean and most, in one unit.
    Returns: min(most, s weights) with the s that meets the mean (n_hours,), or None where even `most` wherever there is
    weight does not.
    """
    if mean == 0:
        return np.zeros_like(weights)
    if not weights.any():
        return None
    share = weights / weights.max()
    share[share < FAINT] = 0.0
    falling = np.sort(share)[::-1]
    # With the highest m hours at the most, the others share what is left.
    left = np.cumsum(falling[::-1])[::-1]
    hours = np.flatnonzero(falling > 0)
    scale = (mean * len(weights) - most * hours) / left[hours]
    enough = np.flatnonzero(scale * falling[hours] <= most)
    if len(enough):
        found: Floats = np.minimum(most, scale[enough[0]] * share)
        return found
    # Rounding aside, a mean of just what there is room for is met by the most in every hour with weight.
    return np.where(share > 0, most, 0.0) if mean * len(weights) <= most * len(hours) * (1 + 1e-12) else None
