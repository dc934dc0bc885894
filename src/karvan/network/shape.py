"""Shapes of times: distributions with mean one, as tables of quantiles from which kernels draw by inverse transform."""

from __future__ import annotations

import hashlib
import tempfile
from functools import lru_cache
from importlib.metadata import version
from math import log, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Shape = tuple[str, float, tuple[float, ...]]
"""Kind, coefficient of variation, and the numbers of a shape that is made of numbers."""

FINEST_CV = 1e-3
"""Below it the inverse of the incomplete gamma function is not monotone any more in floating point."""


@lru_cache(maxsize=256)
def table(kind: str, cv: float, values: tuple[float, ...] = ()) -> Floats:
    """`quantiles` of a shape, made once and never to be written to.

    They are kept on disk beside the compiled kernels: what makes them takes longer to import than a plan takes.
    """
    made = _kept((kind, cv, values)) if kind in ("gamma", "lognormal", "headway") else quantiles((kind, cv, values))
    made.flags.writeable = False
    return made


def _kept(shape: Shape) -> Floats:
    """The table of a shape from the cache; made, and put there, where it is not in it or cannot be read."""
    from karvan.kernels.chance import SHAPE_NODES  # it brings the compiler with it

    # What makes a table is a part of its name, as with kernels: an edit must not find the table of before.
    name = f"{version('scipy')} {version('numpy')} {SHAPE_NODES} {shape}".encode() + Path(__file__).read_bytes()
    folder = user_cache_path("karvan") / "shapes"
    path = folder / f"{hashlib.sha256(name).hexdigest()[:24]}.npy"
    try:
        made: Floats = np.load(path, allow_pickle=False)
        if made.dtype == np.float64 and made.ndim == 1 and made.size == SHAPE_NODES + 1:
            return made
    except (OSError, ValueError, EOFError):
        pass
    made = quantiles(shape)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            np.save(file, made, allow_pickle=False)
        Path(file.name).replace(path)
    except OSError:  # no room, or nowhere to write: it is made again next time
        pass
    return made


def quantiles(shape: Shape) -> Floats:
    """Quantiles of a shape with mean one, at even steps of log(u / (1 - u)) from -36 to 36 (SHAPE_NODES + 1,).

    Kinds are gamma, lognormal, triangular (low, mode, high), headway (the wait of who comes at any time for the next of
    departures with gamma headways of that cv) and empirical, of which the values themselves stand at the beginning.
    """
    kind, cv, values = shape
    from karvan.kernels.chance import SHAPE_NODES, SHAPE_REACH  # it brings the compiler with it

    score = np.linspace(-SHAPE_REACH, SHAPE_REACH, SHAPE_NODES + 1)
    lower = score < 0
    tail = np.exp(-np.abs(score)) / (1 + np.exp(-np.abs(score)))
    if kind == "empirical":
        return _listed(np.asarray(values), SHAPE_NODES)
    if kind == "triangular":
        return _triangle(values, lower, tail)
    if kind == "headway":
        return _residual(max(cv, FINEST_CV), score, lower, tail)
    from scipy import special

    if kind == "gamma" and cv >= FINEST_CV:
        a = 1 / cv**2
        q = np.where(lower, special.gammaincinv(a, tail), special.gammainccinv(a, tail)) / a
    elif kind == "gamma":  # the cube root of Wilson and Hilferty (1931), here exact to a millionth of the spread
        z = np.where(lower, special.ndtri(tail), -special.ndtri(tail))
        q = (1 - cv**2 / 9 + z * cv / 3) ** 3
    else:
        sigma = sqrt(log(1 + cv**2))
        q = np.exp(sigma * np.where(lower, special.ndtri(tail), -special.ndtri(tail)) - sigma**2 / 2)
    return np.asarray(q, dtype=np.float64)


def _listed(values: Floats, nodes: int) -> Floats:
    """Values in order, and zeros up to the width of a table; of more than it holds, as many quantiles as it does."""
    if len(values) > nodes:
        values = values[((np.arange(nodes) + 0.5) / nodes * len(values)).astype(np.int64)]
        values = values / values.mean()
    return np.pad(values, (0, nodes + 1 - len(values)))


def _triangle(values: tuple[float, ...], lower: Flags, tail: Floats) -> Floats:
    low, mode, high = values
    u, rest = np.where(lower, tail, 1 - tail), np.where(lower, 1 - tail, tail)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    return np.where(u < (mode - low) / (high - low), rising, high - np.sqrt(rest * (high - low) * (high - mode)))


def _residual(cv: float, score: Floats, lower: Flags, tail: Floats) -> Floats:
    """The wait for the next of departures with gamma headways: density (1 - F) / E[H] (Cox 1962, section 5.2).

    Headways are gamma of shape a in units of their scale, P and Q the lower and upper incomplete gamma functions. What
    is beyond z is Q(a, z) (1 - z/a) + z^a e^-z / Gamma(a + 1), what is within is z/a Q(a, z) + P(a + 1, z). A grid
    gives the first guess of each quantile, and Newton's rule on the logarithm of the smaller tail the rest.
    """
    from scipy import special

    a = 1 / cv**2

    def of(z: Floats) -> tuple[Floats, Floats, Floats]:
        above = special.gammaincc(a, z)
        peak = np.exp(a * np.log(z) - z - special.gammaln(a + 1))
        within = z / a * above + special.gammainc(a + 1, z)
        return within, np.maximum(above * (1 - z / a) + peak, np.finfo(np.float64).tiny), above / a

    longest = special.gammainccinv(a + 1, tail[-1])  # a headway that is met by chance is longer than the wait in it
    grid = longest * np.concatenate([np.geomspace(1e-18, 1e-3, 1000)[:-1], np.linspace(1e-3, 1, 4000)])
    within, beyond, _ = of(grid)
    z = np.exp(np.interp(score, np.log(within) - np.log(beyond), np.log(grid)))
    for _ in range(4):
        within, beyond, density = of(z)
        here = np.where(lower, within, beyond)
        miss = np.log(here) - np.log(tail)
        z = np.clip(z - np.where(lower, 1, -1) * miss * here / np.maximum(density, 1e-300), z / 2, z * 2)
    return np.maximum.accumulate(z) * 2 / (a + 1)
