"""How long planning takes on the package that ships, once it is loaded: `make bench`.

The goal is a full answer in under 50 ms (median): four criteria, the best of each family, and the distribution of every
option from 2,000 journeys. What they answer is held by the tests; nothing here fails for being slow.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import karvan
from karvan.itinerary import choose, search
from karvan.network import pack
from karvan.study.plan import Planner

REQUESTS = [
    ("Xi'an", "Istanbul"), ("Xi'an", "Duisburg"), ("Chongqing", "Budapest"), ("Shanghai", "Rotterdam"),
    ("Tashkent", "Poti"), ("Almaty", "Mersin"), ("Urumqi", "Baku"), ("Constanta", "Almaty"),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner() -> Planner:
    planner = Planner(karvan.load())
    search(
        planner.network, planner.request("Xi'an", "Istanbul", "2026-12-01", past=True)
    )  # compiles what is not cached
    return planner


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_search(benchmark: BenchmarkFixture, planner: Planner, origin: str, destination: str) -> None:
    """The full Pareto set and the best of each family."""
    ask = planner.request(origin, destination, "2026-12-01", "2xFEU", past=True)
    found = benchmark(search, planner.network, ask)
    benchmark.extra_info["labels"] = found.labels
    benchmark.extra_info["front"] = len(found.front)


@pytest.mark.parametrize(("origin", "destination"), REQUESTS)
def test_full_answer(benchmark: BenchmarkFixture, planner: Planner, origin: str, destination: str) -> None:
    """The same, thinned, told, and each option's journeys drawn; legs and reasons are told when they are asked for."""
    ask = planner.request(origin, destination, "2026-12-01", "2xFEU", past=True)
    found = benchmark(lambda: choose(planner.network, ask, search(planner.network, ask)))
    benchmark.extra_info["options"] = len(found.options)


@pytest.mark.parametrize(("origin", "destination"), REQUESTS[:2])
def test_all_told(benchmark: BenchmarkFixture, planner: Planner, origin: str, destination: str) -> None:
    """And with all legs and their evidence, and by whom or what every other chain is kept out."""
    ask = planner.request(origin, destination, "2026-12-01", "2xFEU", past=True)

    def told() -> int:
        found = choose(planner.network, ask, search(planner.network, ask))
        return sum(len(option.legs) for option in found.options) + len(found.left_out)

    benchmark(told)


def test_load(benchmark: BenchmarkFixture) -> None:
    """Reading every table of the package."""
    benchmark(lambda: [len(rows) for rows in karvan.load().tables.values()])


def test_pack(benchmark: BenchmarkFixture, planner: Planner) -> None:
    """From the corridor to arrays."""
    benchmark(pack, planner.corridor)
