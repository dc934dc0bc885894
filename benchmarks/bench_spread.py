"""How long the spread takes on the package that ships, once it is loaded and searched: `make bench`.

The goal is under 2 ms for all options of a request, of 2,000 journeys each, and under 15 ns for one draw. Draws are
kept from one request to the next, so the first request of a process makes more of them than those after it: the two
are timed apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import karvan
from karvan.itinerary import FindItineraries, search
from karvan.itinerary.chain import Chain
from karvan.itinerary.draws import fill, word
from karvan.itinerary.spread import clock_of, spread
from karvan.network.law import GAMMA, HEADWAY, SLOW, Law
from karvan.study.plan import Planner

REQUESTS = [("Xi'an", "Istanbul"), ("Shanghai", "Rotterdam"), ("Chongqing", "Budapest")]
OPTIONS = 12
LAWS = {
    "exponential": Law(GAMMA, 5.0, 1.0),
    "gamma": Law(GAMMA, 5.0, 0.4),
    "clockwork headway": Law(HEADWAY, 24.0),
    "headway": Law(HEADWAY, 24.0, 0.3),
    "slow branch": Law(SLOW, 24.0, share=0.1),
}


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(karvan.load())


def chains(planner: Planner, origin: str, destination: str) -> tuple[FindItineraries, list[Chain]]:
    """As many chains as an answer has options."""
    ask = planner.request(origin, destination, "2026-12-01", past=True)
    found = search(planner.network, ask)
    kept = list(dict.fromkeys([*found.champions, *found.front]))[:OPTIONS]
    assert len(kept) == OPTIONS
    return ask, kept


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_spread(benchmark: BenchmarkFixture, planner: Planner, origin: str, destination: str) -> None:
    """Twelve options, 2,000 journeys each, of which the draws are there."""
    ask, kept = chains(planner, origin, destination)
    clock = clock_of(planner.network, ask)
    found = benchmark(spread, planner.network, ask, kept, clock=clock)
    assert min(one.sd_h for one in found) > 0
    benchmark.extra_info["draws"] = len(found) * ask.samples


@pytest.mark.parametrize(("origin", "destination"), REQUESTS[:2])
def test_spread_of_a_new_process(benchmark: BenchmarkFixture, planner: Planner, origin: str, destination: str) -> None:
    """The same with another seed each time, so that everything is drawn anew; kernels and tables are there."""
    ask, kept = chains(planner, origin, destination)
    clock = clock_of(planner.network, ask)
    seeds = iter(range(10, 10_000))

    def anew() -> tuple[tuple[object, ...], dict[str, object]]:
        return (planner.network, replace(ask, seed=next(seeds)), kept), {"clock": clock}

    benchmark.pedantic(spread, setup=anew, rounds=50)


@pytest.mark.parametrize("name", LAWS)
def test_two_thousand_draws(benchmark: BenchmarkFixture, name: str) -> None:
    """One law drawn 2,000 times: a two-thousandth of this is a draw."""
    out = np.empty(2000)
    benchmark(fill, LAWS[name], word("seed"), word(name), out)
    benchmark.extra_info["ns_a_draw"] = benchmark.stats.stats.median * 1e9 / len(out)
