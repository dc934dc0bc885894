"""Chains of services against all there are: what the search finds on random corridors, and what it may miss."""

from __future__ import annotations

import heapq
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from karvan.corridor.corridor import Corridor
from karvan.flow.chains import Chains
from karvan.flow.problem import Problem
from karvan.study.assign import Assign, problem_of
from tests.test_simulate import drawn, goods

SEEDS = range(60)
HERE = Path(__file__)


def random_picture(seed: int) -> str:
    """Six places in three countries, six to nine lines of two to four stops, borders, changes, gates and families."""
    rng = np.random.default_rng(seed)
    places = "ABCDEF"
    lines = [f"place {place} {rng.choice(['KZ', 'AZ', 'CN'])}" for place in places]
    for n in range(rng.integers(6, 10)):
        stops = rng.permutation(list(places))[: rng.integers(2, 5)]
        mode = rng.choice(["rail", "sea", "road"])
        route = " ".join(f"{rng.integers(2, 30)}h {stop}" for stop in stops[1:])
        departs = rng.choice(["now", f"every {rng.integers(6, 60)}h"])
        back = rng.choice(["back", ""])
        lines.append(f"K{n} {mode} {stops[0]} {route} {departs} {rng.integers(10, 900)}usd {rng.integers(1, 40)}kg {back}")
    for place in rng.permutation(list(places))[:2]:
        lines.append(f"border {place} {rng.choice(['rail', 'sea', 'road'])} {rng.choice(['in', 'out'])} "
                     f"{rng.integers(1, 9)}h {rng.integers(1, 90)}usd")  # fmt: skip
        lines.append(f"change {place} rail sea {rng.integers(1, 9)}h {rng.integers(1, 90)}usd")
    lines += ["family byland only_modes=rail,road", "family kazakh countries=KZ", "family sailing modes=sea"]
    return "\n".join(lines)


def random_corridor(seed: int, *demand: object, teu: float = 20.0) -> Corridor:
    """A random picture with some demand between random places: of any family, of some, and by a place."""
    rng = np.random.default_rng((seed, 1))

    def pair() -> str:
        return " > ".join(rng.permutation(list("ABCDEF"))[:2])

    rows = demand or (
        goods("any", pair()), goods("some", pair(), families=("byland", "kazakh")),
        goods("via", pair(), via=(str(rng.choice(list("ABCDEF"))),)),
    )  # fmt: skip
    return drawn(random_picture(seed), *rows, teu=teu)


def problem(corridor: Corridor) -> Problem:
    """The assignment's problem of a corridor."""
    return problem_of(corridor, Assign())


def random_cost(chains: Chains, seed: int) -> np.ndarray:
    """What arcs cost when everything that is short has some price and some wait."""
    rng = np.random.default_rng((seed, 2))
    n = len(chains.layer.supply.resources)
    price, wait = (rng.exponential(scale, n) * (rng.random(n) < 0.7) for scale in (300.0, 40.0))
    return chains.cost_at(price, wait)


def straight_chains(chains: Chains) -> Iterator[tuple[int, ...]]:
    """Every chain from start to end that comes to no place twice, of an allowed family: by going all ways."""
    network, of = chains.network, chains.marked

    def onwards(node: int, marks: int, met: np.ndarray, arcs: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if node == chains.end:
            if of.families.family_of[marks] & chains.allowed:
                yield arcs
            return
        for arc in range(network.first_out[node], network.first_out[node + 1]):
            comes = network.comes_to[arc]
            if np.isfinite(chains.cost[arc]) and not (met & comes).any():
                more = int(of.families.marks[arc]) | marks
                yield from onwards(int(network.head[arc]), more, met | comes, (*arcs, arc))

    if chains.start >= 0 and chains.end >= 0:
        yield from onwards(chains.start, 0, np.zeros_like(network.comes_to[0]), ())


def cheapest_walk(chains: Chains, cost: np.ndarray) -> float:
    """What the cheapest way of an allowed family costs if it may come to places twice (Dijkstra 1959)."""
    network, families = chains.network, chains.marked.families
    heap, done = [(0.0, chains.start, 0)], set()
    while heap:
        paid, node, marks = heapq.heappop(heap)
        if node == chains.end and families.family_of[marks] & chains.allowed:
            return paid
        if (node, marks) in done:
            continue
        done.add((node, marks))
        for arc in range(network.first_out[node], network.first_out[node + 1]):
            if np.isfinite(cost[arc]):
                heapq.heappush(heap, (paid + cost[arc], int(network.head[arc]), marks | int(families.marks[arc])))
    return np.inf


def cost_of(arcs: tuple[int, ...], cost: np.ndarray) -> float:
    """Infinite for no chain."""
    return float(cost[list(arcs)].sum()) if arcs else np.inf


@pytest.fixture(scope="module")
def cases() -> list[tuple[Chains, np.ndarray, list[tuple[int, ...]]]]:
    """Goods of random corridors, costs of arcs, and all their straight chains."""
    found = []
    for seed in SEEDS:
        for chains in problem(random_corridor(seed)).chains:
            found.append((chains, random_cost(chains, seed), list(straight_chains(chains))))
    return found


def test_a01_a_chain_is_straight_and_of_an_allowed_family(cases: list) -> None:
    for chains, cost, every in cases:
        arcs = chains.find(cost, chains.allowed) if chains.start >= 0 and chains.end >= 0 else ()
        assert not arcs or arcs in every
    assert sum(bool(every) for _, _, every in cases) > 60


def test_a02_none_is_cheaper_where_the_cheapest_way_of_all_is_straight(cases: list) -> None:
    compared = 0
    for chains, cost, every in cases:
        if not every:
            continue
        best, walk = min(cost_of(arcs, cost) for arcs in every), cheapest_walk(chains, cost)
        found = cost_of(chains.find(cost, chains.allowed), cost)
        assert found >= best * (1 - 1e-12)
        if walk >= best * (1 - 1e-12):
            assert found == pytest.approx(best, rel=1e-12)
            compared += 1
    assert compared > 60
