"""The simulator against SimPy and Ciw, run here and now on the same models (`benchmarks/peers/spec.py`).

Every engine draws its own numbers, so that two of them agree when their means differ by little in units of the
difference's standard error. The long version of the twelve-stage line takes some twenty minutes for each engine on one
core: `pytest -m thorough tests/test_sim_oracles.py`. `python -m benchmarks.peers` prints all means and intervals.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from benchmarks.peers.replicate import MODELS, Estimate, estimate, replicate
from benchmarks.peers.spec import LINE, Line

APART = 3.3
"""Standard errors: one comparison in a thousand is further apart by chance."""

Runs = dict[str, np.ndarray]


@cache
def run(engine: str, model: str, units: int, replications: int) -> Runs:
    return replicate(engine, MODELS[model][0], units, replications)


def both(model: str, ours: Runs, theirs: Runs) -> dict[str, tuple[Estimate, Estimate]]:
    """Each measure as two engines estimate it."""
    return {measure: (estimate(ours[measure]), estimate(theirs[measure])) for measure in MODELS[model][1]}


def told(estimates: dict[str, tuple[Estimate, Estimate]]) -> str:
    return "\n".join(
        f"{measure}: {a.mean:.4f} ± {a.half_width:.4f} and {b.mean:.4f} ± {b.half_width:.4f}, z {a.apart(b):+.2f}"
        for measure, (a, b) in estimates.items()
    )


@pytest.mark.parametrize(
    ("model", "engine", "units", "replications"),
    [
        ("mm1", "simpy", 4000, 60),
        ("mm1", "ciw", 2000, 30),
        pytest.param("line", "simpy", 2000, 60, marks=pytest.mark.thorough),
        pytest.param("line", "ciw", 800, 25, marks=pytest.mark.thorough),
        ("line_no_ferry", "simpy", 2000, 25),
        pytest.param("line_no_ferry", "ciw", 800, 25, marks=pytest.mark.thorough),
    ],
)
def test_a01_the_same_means_in_short_runs(model: str, engine: str, units: int, replications: int) -> None:
    """All engines start empty, and so short runs compare as well as long ones."""
    ours, theirs = run("karvan", model, units, 4 * replications), run(engine, model, units, replications)
    found = both(model, ours, theirs)
    assert all(abs(a.apart(b)) < APART for a, b in found.values()), told(found)
    for figure in ("completed", "events"):
        assert np.unique([*ours[figure], *theirs[figure]]).size == 1, figure


@pytest.mark.thorough
@pytest.mark.parametrize(
    "other",
    [
        replace(LINE, yard_places=10),
        replace(LINE, fleet=replace(LINE.fleet, sail_h=24.0)),
        replace(LINE, beyond=(replace(LINE.beyond[0], mean_h=1.1 * LINE.beyond[0].mean_h), LINE.beyond[1])),
    ],
    ids=["six places less", "an hour more at sea", "a tenth more at the gate"],
)
def test_a02_another_line_is_found_out(other: Line) -> None:
    """What the comparison is worth: lines that differ by as little are further apart than it lets pass."""
    found = both("line", replicate("karvan", other, 2000, 240), run("simpy", "line", 2000, 60))
    assert any(abs(a.apart(b)) > APART for a, b in found.values()), told(found)


@pytest.mark.thorough
@pytest.mark.parametrize(("engine", "units"), [("simpy", 100_000), ("ciw", 20_000)])
def test_b01_our_means_inside_their_intervals(engine: str, units: int) -> None:
    """A hundred replications of theirs and four hundred of ours, so that nearly all chance is on one side.

    One of four means may be outside, as an interval of 95 % misses now and then. Ciw is slower: its runs are shorter.
    """
    found = both("line", run("karvan", "line", units, 400), run(engine, "line", units, 100))
    assert all(abs(a.apart(b)) < APART for a, b in found.values()), told(found)
    outside = [measure for measure, (a, b) in found.items() if abs(a.mean - b.mean) > b.half_width]
    assert len(outside) <= 1, told(found)
