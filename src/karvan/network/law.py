"""Laws: how a time varies, so that it can be drawn. A time is a sum of laws, each drawn by itself."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

FIXED, GAMMA, LOGNORMAL, TRIANGULAR, HEADWAY, SLOW = "fixed", "gamma", "lognormal", "triangular", "headway", "slow"
MOST_TRIANGULAR = 1 / sqrt(6)
"""The coefficient of variation of a symmetric triangle from nought: with more it would have negative times."""


class Law(NamedTuple):
    """One part of a time.

    `fixed` is always its hours. `gamma`, `lognormal` and `triangular` (symmetric) have mean `hours` and that cv; a
    gamma of cv 1 is the exponential. `headway` is the wait of who comes at any time for departures whose headways are
    gamma with mean `hours` and that cv, clockwork with none. `slow` is nothing but for a `share` of all, and for those
    an exponential of mean `hours`.
    """

    kind: str
    hours: float
    cv: float = 0.0
    share: float = 1.0

    @property
    def mean_h(self) -> float:
        if self.kind == HEADWAY:  # E[H2] / 2 E[H] (Osuna and Newell 1972)
            return self.hours / 2 * (1 + self.cv**2)
        return self.share * self.hours

    @property
    def variance_h2(self) -> float:
        """Of a wait for a departure from its second moment, E[H3] / 3 E[H]."""
        if self.kind == HEADWAY:
            cv2 = self.cv**2
            return self.hours**2 * (1 + cv2) * (1 + 2 * cv2) / 3 - self.mean_h**2
        if self.kind == SLOW:
            return self.share * (2 - self.share) * self.hours**2
        return (self.cv * self.hours) ** 2

    def scaled(self, share: float) -> Law:
        """The same law of a time that is a share as long."""
        return self._replace(hours=share * self.hours)


def fixed(hours: float) -> Law:
    """Always the same."""
    return Law(FIXED, hours)


def gamma(hours: float, variance_h2: float) -> Law:
    """A time of which only mean and variance are known."""
    return Law(GAMMA, hours, sqrt(variance_h2) / hours) if hours > 0 and variance_h2 > 0 else Law(FIXED, hours)


def of_kind(kind: str, hours: float, cv: float) -> Law:
    """A time by the name of its distribution, as the corridor package has it; a gamma where the name will not do."""
    if hours <= 0 or cv <= 0:
        return Law(FIXED, hours)
    fits = kind == LOGNORMAL or (kind == TRIANGULAR and cv <= MOST_TRIANGULAR * (1 + 1e-9))
    return Law(kind if fits else GAMMA, hours, cv)


def moments(laws: Iterable[Law]) -> tuple[float, float]:
    """Mean (h) and variance (h2) of a sum of laws, each drawn by itself."""
    mean = variance = 0.0
    for law in laws:
        mean += law.mean_h
        variance += law.variance_h2
    return mean, variance
