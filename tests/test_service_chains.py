"""Chains of services against all there are: what the search finds on random corridors, and what it may miss."""

from __future__ import annotations

import datetime as dt
import heapq
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.test_simulate import drawn, goods

from karvan.corridor import load
from karvan.corridor.corridor import Corridor
from karvan.flow.services.chains import Chains
from karvan.flow.services.problem import Problem
from karvan.network import pack
from karvan.study.assign import Assign, problem_of
from karvan.study.routing import carrying, cheapest

SEEDS = range(40)
Case = tuple[Chains, np.ndarray, list[tuple[int, ...]]]


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
        lines.append(
            f"K{n} {mode} {stops[0]} {route} {departs} {rng.integers(10, 900)}usd {rng.integers(1, 40)}kg {back}"
        )
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


def cheapest_walk(chains: Chains, cost: np.ndarray, allowed: int) -> float:
    """What the cheapest way of an allowed family costs if it may come to places twice (Dijkstra 1959)."""
    network, families = chains.network, chains.marked.families
    heap, done = [(0.0, chains.start, 0)], set()
    while heap:
        paid, node, marks = heapq.heappop(heap)
        if node == chains.end and families.family_of[marks] & allowed:
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
def cases() -> list[Case]:
    """Goods of random corridors, costs of arcs, and all their straight chains."""
    found = []
    for seed in SEEDS:
        for chains in problem(random_corridor(seed)).chains:
            found.append((chains, random_cost(chains, seed), list(straight_chains(chains))))
    return found


def test_a01_a_chain_found_is_straight_and_of_an_allowed_family(cases: list[Case]) -> None:
    for chains, cost, every in cases:
        found = chains.find(cost, chains.allowed)
        assert not found or found in every
    assert sum(bool(every) for _, _, every in cases) > 90


def test_a02_where_there_is_no_chain_none_is_found_and_the_obstacle_says_so(cases: list[Case]) -> None:
    without = [chains for chains, _, every in cases if not every]
    assert len(without) > 10
    for chains in without:
        assert chains.obstacle
        assert chains.cheapest(*np.zeros((2, len(chains.layer.supply.resources)))) is None


def test_a03_the_cheapest_of_all_is_found_where_no_crooked_way_is_cheaper(cases: list[Case]) -> None:
    """What comes to a place twice may be the cheapest way to a node, and then hides a straight one that goes on."""
    compared = 0
    for chains, cost, every in cases:
        best = min((cost_of(arcs, cost) for arcs in every), default=np.inf)
        found = cost_of(chains.find(cost, chains.allowed), cost)
        assert found >= best * (1 - 1e-12)
        if every and cheapest_walk(chains, cost, chains.allowed) >= best * (1 - 1e-12):
            assert found == pytest.approx(best, rel=1e-12)
            compared += 1
    assert compared > 80


def test_a04_without_a_place_to_pass_the_cheapest_of_all_is_always_found(cases: list[Case]) -> None:
    free = [case for case in cases if not case[0].goods.via and case[2]]
    assert len(free) > 60
    for chains, cost, every in free:
        assert cost_of(chains.find(cost, chains.allowed), cost) == pytest.approx(
            min(cost_of(arcs, cost) for arcs in every), rel=1e-12
        )


def test_a05_the_best_of_each_family_is_the_best_of_its_chains(cases: list[Case]) -> None:
    compared = 0
    for chains, _, every in cases:
        rng = np.random.default_rng(len(every))
        price, wait = rng.exponential(100, (2, len(chains.layer.supply.resources)))
        cost, families = chains.cost_at(price, wait), chains.marked.families
        best: dict[str, float] = {}
        for arcs in every:
            family = families.of(int(np.bitwise_or.reduce(families.marks[list(arcs)])))
            best[family] = min(best.get(family, np.inf), cost_of(arcs, cost))
        found = {chain.family: least for least, chain in chains.best_of_families(price, wait)}
        assert set(found) <= set(best)
        for bit, family in enumerate([rule.id for rule in families.rules] + ["other"]):
            if family in best and cheapest_walk(chains, cost, 1 << bit) >= best[family] * (1 - 1e-12):
                assert found[family] == pytest.approx(best[family], rel=1e-12)
                compared += 1
    assert compared > 120


def test_b01_a_chain_costs_what_its_arcs_cost_at_any_prices_and_waits(cases: list[Case]) -> None:
    for chains, _, every in cases:
        rng = np.random.default_rng(1)
        price, wait = rng.exponential(100, (2, len(chains.layer.supply.resources)))
        cost = chains.cost_at(price, wait)
        for arcs in every[:5]:
            chain = chains.chain(arcs)
            paid = chain.cost + price[chain.taken] @ chain.amounts
            paid += chains.goods.usd_h * (wait[chain.waited] @ chain.times)
            assert cost_of(chain.arcs, cost) == pytest.approx(paid, rel=1e-12)


def test_b02_a_chain_goes_through_facilities_that_work_on_its_vehicles_and_is_still_the_cheapest() -> None:
    """The cheap ramp takes one ferry, the dear one the other; a third ship goes from another quay."""
    corridor = drawn("""
        K1      rail A 5h B  now  10usd
        F1      sea  B 10h C  now  100usd
        F2      sea  B 10h C  now  90usd
        change  B rail sea 2h
    """, goods(way="A > C"), facility={"B-rail-sea": {"vehicles": ("F1",), "price_usd_feu": 20.0}}, tables={
        "facility": {"other": {"id": "other", "place": "B", "kind": "transshipment", "serves": "container",
                               "from_mode": "rail", "to_mode": "sea", "servers": 999, "service_time_h": 2.0,
                               "price_usd_feu": 50.0, "vehicles": ("F2",)}}})  # fmt: skip
    [chains] = problem(corridor).chains
    nothing = np.zeros(len(chains.layer.supply.resources))
    found = chains.cheapest(nothing, nothing)
    assert found is not None
    assert [chains.network.arcs[ix].facility for ix in found[1].arcs] == ["A-gate", "", "B-rail-sea", "", "C-gate"]
    assert found[1].usd == pytest.approx(10 + 20 + 100)
    # the mismatched chain, over the cheap ramp to the cheap ship, would cost 10 less
    assert cost_of(chains.find(chains.cost, chains.allowed), chains.cost) == pytest.approx(found[0] - 10)
    assert chains.fitted(found[1].arcs) == found[1].arcs


@pytest.mark.parametrize(("teu", "fits"), [(2.0, True), (1.0, False)])
def test_b03_what_has_no_room_for_a_whole_box_is_no_way(teu: float, fits: bool) -> None:
    [chains] = problem(drawn("K1 rail A 5h B now", goods(share_40ft=0.5), teu=teu)).chains
    assert (chains.obstacle == "") == fits


def test_b04_what_has_no_capacity_all_year_is_no_way_and_is_named() -> None:
    shut = {"closure": {"shut": {"id": "shut", "stops_table": "facility", "stops": ("B-border-in",)}},
            "closure_time": {"1": {"closure": "shut", "seq": 1, "begins": dt.datetime(2023, 5, 1, tzinfo=dt.UTC),
                                   "ends": dt.datetime(2025, 5, 1, tzinfo=dt.UTC)}}}  # fmt: skip
    picture = """
        place   A KZ
        place   B AZ
        K1      rail A 5h B  now  10usd
        border  B rail in 2h
    """
    [alone] = problem(drawn(picture, tables=shut)).chains
    assert alone.obstacle == "no capacity: B-border-in"
    [beside] = problem(drawn(picture + "K2 road A 50h B now 100usd", tables=shut)).chains
    found = beside.cheapest(*np.zeros((2, len(beside.layer.supply.resources))))
    assert found is not None
    assert found[1].usd == pytest.approx(100)


@pytest.mark.long
def test_c01_on_the_shipped_package_it_finds_what_the_planner_finds() -> None:
    """The planner looks for the best of all families by labels, over its own network and clock.

    It takes the wait for a vehicle of a given day, not the mean, where there is a timetable: there is none.
    """
    corridor = load("middle-corridor")
    on = problem(corridor)
    network = pack(carrying(corridor, "container"), on.supply.without_queues)
    compared = 0
    for n, of in enumerate(on.goods):
        row = corridor.row("demand", of.id)
        if of.unit != "container" or n % 5:
            continue
        found = cheapest(network, row, corridor.row("commodity", row.commodity))
        chains = on.chains[n]
        assert found is not None
        # as the planner counts: a 40-foot box that weighs nothing, and no service out of its season
        weight = 2 * corridor.row("commodity", row.commodity).t_per_teu
        box = replace(of, teu=2.0, share_40ft=1.0, tonnes=weight, usd_h=max(of.usd_h * weight / of.tonnes, 1e-6))
        alike = Chains(chains.layer, box, n)
        family, chain = found
        arcs = alike.find(alike.cost, alike.allowed)
        mine, theirs = (cost_of(way, alike.cost) for way in (arcs, chain.arcs))
        if not of.families or not all(name.startswith("ocean") for name in of.families):
            assert mine == pytest.approx(theirs, rel=1e-9), (of.id, family)
            compared += 1
    assert compared > 30


UNCOMPILED = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="this run is uncompiled itself")


@UNCOMPILED
def test_d01_the_same_cases_uncompiled() -> None:
    here = Path(__file__)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "test_a", str(here)]
    path = os.pathsep.join([str(here.parent.parent / "src"), str(here.parent.parent / "tools")])
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, *words], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
