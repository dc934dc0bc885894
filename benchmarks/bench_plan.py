"""How long planning takes on the package that ships, once it is loaded: `make bench`.

The goal is under 50 ms of search for each of these requests. The tests of the same name in `tests/` hold what they
answer; nothing here fails for being slow.
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


@pytest.mark.parametrize(("origin", "destination"), REQUESTS[:2])
def test_search_and_tell(benchmark: BenchmarkFixture, planner: Planner, origin: str, destination: str) -> None:
    """The same, with the choice made and every option told as legs with their evidence."""
    ask = planner.request(origin, destination, "2026-12-01", "2xFEU", past=True)
    benchmark(lambda: choose(planner.network, ask, search(planner.network, ask)))


def test_load(benchmark: BenchmarkFixture) -> None:
    """Reading every table of the package."""
    benchmark(lambda: [len(rows) for rows in karvan.load().tables.values()])


def test_pack(benchmark: BenchmarkFixture, planner: Planner) -> None:
    """From the corridor to arrays."""
    benchmark(pack, planner.corridor)
