"""Replications of a model in an engine, and what they say: means with their intervals, and differences in units of
their standard error."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from typing import NamedTuple

import numpy as np
from scipy.stats import t

from .spec import LINE, LINE_MEASURES, LINE_NO_FERRY, MM1, MM1_MEASURES, Line, Mm1
from .tally import Result

Model = Mm1 | Line

MODELS: dict[str, tuple[Model, tuple[str, ...]]] = {
    "mm1": (MM1, MM1_MEASURES),
    "line": (LINE, LINE_MEASURES),
    "line_no_ferry": (LINE_NO_FERRY, LINE_MEASURES),
}
"""Each model by name, with its measures."""

QUEUES = {
    "simpy": "by_simpy.simpy_mm1",
    "ciw": "by_ciw.ciw_mm1",
    "cimba": "by_cimba.cimba_mm1",
    "karvan": "by_karvan.karvan_mm1",
}
LINES = {
    "simpy": "by_simpy.simpy_line",
    "ciw": "by_ciw.ciw_line",
    "cimba": "by_cimba_servers.cimba_line",
    "cimba_units": "by_cimba_units.cimba_units_line",
    "karvan": "by_karvan.karvan_line",
}
"""Where each engine's function of a kind of model is; an engine is only imported when it is to run."""

SEEDS_APART = 1_000_003
"""Between engines: two that share a generator must not share its numbers, or their results would lean together."""


class Estimate(NamedTuple):
    """A mean over replications and its standard error."""

    mean: float
    error: float
    count: int

    @property
    def half_width(self) -> float:
        """Of the 95 % interval by Student's t."""
        return float(t.ppf(0.975, self.count - 1)) * self.error

    def apart(self, other: Estimate) -> float:
        """The difference in units of its standard error; about normal if both have the same true mean."""
        difference, error = self.mean - other.mean, math.hypot(self.error, other.error)
        if not error:
            return math.copysign(math.inf, difference) if difference else 0.0
        return difference / error


def estimate(values: np.ndarray) -> Estimate:
    """From independent values (replications,); at least two."""
    return Estimate(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values)), len(values))


def engines(model: Model) -> dict[str, str]:
    """The engines that have this kind of model."""
    return QUEUES if isinstance(model, Mm1) else LINES


def runner(engine: str, model: Model) -> Callable[[int, int, Model], Result]:
    """The function (n, seed, model) of an engine; KeyError if it has no such model."""
    module, name = engines(model)[engine].split(".")
    return getattr(import_module(f".{module}", __package__), name)


def once(engine: str, model: Model, n: int, seed: int) -> Result:
    """One replication; a function of the module, so that it can be sent to another process."""
    return runner(engine, model)(n, seed, model)


def replicate(
    engine: str, model: Model, n: int, replications: int, seed: int = 1, workers: int = 1
) -> dict[str, np.ndarray]:
    """Every figure of `replications` runs of n units, (replications,) each; more workers are processes."""
    first = seed + SEEDS_APART * list(engines(model)).index(engine)
    run = partial(once, engine, model, n)
    seeds = range(first, first + replications)
    if workers == 1:
        results = [run(seed) for seed in seeds]
    else:
        with ProcessPoolExecutor(workers) as pool:
            results = list(pool.map(run, seeds, chunksize=-(-replications // workers)))
    return {figure: np.array([result[figure] for result in results]) for figure in results[0]}
