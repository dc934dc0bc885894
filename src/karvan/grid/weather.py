"""Weather: random fields over the map and through time, out of which wind and clouds are made.

White noise stands on a lattice of one degree; the noise of each point goes through time as a stationary Gaussian AR(1)
process (an Ornstein-Uhlenbeck process seen at even steps), and a place has the mean of the points around it, weighted
by a Gaussian of their distance: the process convolution of Higdon (1998), "A process-convolution approach to modelling
temperatures in the North Atlantic Ocean", Environmental and Ecological Statistics 5. So each place has a standard
normal variable at each step, places near each other have much the same weather, and one more place changes nothing of
others.

The correlation of two places d km apart is exp(-(d / 2 REACH_KM)^2), up to what the lattice is too coarse for.

Numbers are of a counter-based generator, Philox4x64-10 (Salmon et al. 2011), keyed by the seed, what is drawn, and the
point of the lattice. The year is not in the key: one seed is one weather year, and two years that are compared have the
same weather.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil, cos, exp, floor, radians, sqrt

import numpy as np

from karvan.grid.system import Floats
from karvan.ground.sphere import great_circle_km

REACH_KM = 150.0
"""Spread of the weights of points around a place. Assumed (grade D): it makes the correlation 0.9 at 100 km, 0.37 at
300 km and 0.06 at 500 km, as weather systems are some hundreds of kilometres wide."""
REACHES = 3.0
"""Points that are farther than so many times that have no weight."""


@dataclass(frozen=True)
class Field:
    """A standard normal variable at each place and step."""

    seed: int
    what: str
    """What is drawn: sun, wind."""
    steps: int
    lag_one: float
    """Correlation of a step with the one before, from 0 to below 1."""
    _points: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False, compare=False)

    def at(self, lon: float, lat: float) -> Floats:
        """The variable at a place in degrees (n_steps,)."""
        around = _around(lon, lat)
        self._make([(x, y) for x, y, _ in around if (x, y) not in self._points])
        total, square = np.zeros(self.steps), 0.0
        for x, y, weight in around:
            total += weight * self._points[x, y]
            square += weight * weight
        return total / sqrt(square)

    def _make(self, points: list[tuple[int, int]]) -> None:
        if points:
            noise = np.stack([normal(self.seed, f"{self.what}|{x}|{y}", self.steps) for x, y in points], axis=1)
            self._points.update(zip(points, persistent(noise, self.lag_one).T, strict=True))


def _around(lon: float, lat: float) -> list[tuple[int, int, float]]:
    """The points of the lattice around a place and their weights; longitudes from -180 to 179."""
    high = REACHES * REACH_KM / 111.0
    wide = min(180.0, high / max(cos(radians(lat)), 0.02))
    found = []
    for y in range(max(-90, ceil(lat - high)), min(90, floor(lat + high)) + 1):
        for x in range(ceil(lon - wide), floor(lon + wide) + 1):
            far = great_circle_km(lon, lat, x, y) / REACH_KM
            if far <= REACHES:
                found.append(((x + 180) % 360 - 180, y, exp(-far * far / 2)))
    return found


def uniform(seed: int, what: str, count: int) -> Floats:
    """Numbers in (0, 1), both ends out, that a seed and a name give (count,)."""
    key = int.from_bytes(blake2b(f"{seed}|{what}".encode(), digest_size=16).digest(), "little")
    words = np.random.Philox(key=key).random_raw(count)
    return (np.asarray(words >> np.uint64(12), dtype=np.float64) + 0.5) * 2.0**-52


def normal(seed: int, what: str, count: int) -> Floats:
    """Standard normal numbers that a seed and a name give (count,)."""
    from scipy.special import ndtri

    found: Floats = ndtri(uniform(seed, what, count))
    return found


def persistent(noise: Floats, lag_one: float) -> Floats:
    """White noise made AR(1) processes of the same variance: x_t = r x_(t-1) + sqrt(1 - r^2) e_t (n_steps, ...)."""
    found: Floats = noise * sqrt(1 - lag_one * lag_one)
    found[0] = noise[0]
    for step in range(1, len(found)):
        found[step] += lag_one * found[step - 1]
    return found
