"""Nonlinear least squares for a function that is dear, noisy and has no derivatives: a simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Residuals = Callable[[Sequence[Floats]], list[Floats]]
"""Residuals (n_residuals,) at each of some points (n_free,), which may be worked out side by side."""
STEP = 0.4
"""Of the differences that slopes are taken from: wide, so that what is left of chance is small beside it."""
FIRST_DAMPING = 0.1
LEAST_GAIN = 0.01
"""A round that lessens the sum of squares by less than this share of it is the last."""


@dataclass(frozen=True)
class Fit:
    """Where the fit ended."""

    point: Floats
    residuals: Floats
    slopes: Floats
    """Of the residuals, by differences at the end (n_residuals, n_free)."""
    start: Floats
    """Residuals at the start."""
    first_slopes: Floats
    """Of the residuals, by differences at the start (n_residuals, n_free)."""
    rounds: int
    evaluations: int
    verdict: str

    @property
    def covariance(self) -> Floats:
        """Of the point, where the residuals are in standard deviations (n_free, n_free)."""
        return np.asarray(np.linalg.pinv(self.slopes.T @ self.slopes), dtype=np.float64)


def least_squares(residuals: Residuals, start: Floats, low: Floats, high: Floats, rounds: int) -> Fit:
    """The point within bounds of the least sum of squares, as far as a few rounds find it.

    Damped Gauss-Newton (Levenberg 1944, Marquardt 1963) with slopes from differences at the start and at the end, and
    Broyden's update (1965) between, so that a round costs one or two evaluations.

    Args:
        start, low, high: (n_free,).
        rounds: the most steps that are taken.
    """
    counted = _Counted(residuals)
    point = np.clip(start, low, high)
    at_start = now = counted([point])[0]
    first = slopes = _slopes(counted, point, now, low, high)
    damping, done, verdict = FIRST_DAMPING, 0, f"stopped after {rounds} rounds"
    for done in range(1, rounds + 1):
        step = _step(slopes, now, damping, point, low, high)
        there = counted([point + step])[0]
        moved = float(step @ step)
        if moved > 0:
            slopes = slopes + np.outer(there - now - slopes @ step, step) / moved
        gain = 1 - float(there @ there) / max(float(now @ now), 1e-300)
        if gain > 0:
            point, now, damping = point + step, there, damping / 3
        else:
            damping *= 10
        if moved == 0 or 0 <= gain < LEAST_GAIN:
            verdict = f"settled after {done} rounds"
            break
    last = _slopes(counted, point, now, low, high)
    return Fit(point, now, last, at_start, first, done, counted.n, verdict)


class _Counted:
    def __init__(self, residuals: Residuals) -> None:
        self.residuals, self.n = residuals, 0

    def __call__(self, points: Sequence[Floats]) -> list[Floats]:
        self.n += len(points)
        return self.residuals(points)


def _slopes(residuals: _Counted, point: Floats, now: Floats, low: Floats, high: Floats) -> Floats:
    """Slopes by differences: upwards, or downwards where there is more room."""
    steps = np.where(high - point >= point - low, STEP, -STEP)
    steps = np.clip(point + steps, low, high) - point
    points = [point + step * axis for step, axis in zip(steps, np.eye(len(point)), strict=True)]
    there = residuals(points)
    return np.array([(one - now) / step if step else 0 * now for one, step in zip(there, steps, strict=True)]).T


def _step(slopes: Floats, now: Floats, damping: float, point: Floats, low: Floats, high: Floats) -> Floats:
    """The damped Gauss-Newton step, those parameters held that it would take beyond their bounds."""
    free = np.ones(len(point), dtype=bool)
    step = np.zeros(len(point))
    while free.any():
        s = slopes[:, free]
        inner = s.T @ s
        step[free] = np.linalg.solve(inner + damping * np.diag(np.maximum(inner.diagonal(), 1e-9)),
                                     -s.T @ (now + slopes[:, ~free] @ step[~free]))  # fmt: skip
        beyond = free & ((point + step < low) | (point + step > high))
        if not beyond.any():
            break
        step[beyond] = np.clip(point + step, low, high)[beyond] - point[beyond]
        free &= ~beyond
    return step
