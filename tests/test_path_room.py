"""Flows on paths: how much room there is for the paths, and when it is gathered, changes nothing of what is found."""

from __future__ import annotations

import numpy as np
import pytest

from karvan.corridor.roads import Roads, TripClass
from karvan.flow.loads import Loads
from karvan.flow.roads import path_flows
from karvan.flow.roads.equilibrium import equilibrium
from karvan.flow.roads.net import sort


def city(seed: int = 5, side: int = 8, n_zones: int = 16, n_classes: int = 1) -> Roads:
    """A grid of streets with trips between some of its corners, so many that each pair comes to take several ways."""
    rng = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    one = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    other = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    order = rng.permutation(side * side)
    tail, head = order[np.concatenate([one, other])], order[np.concatenate([other, one])]
    n = len(tail)
    classes = tuple(
        TripClass(f"class {ix}", rng.uniform(0, 3, (n_zones, n_zones)), toll_weight=0.3 * ix) for ix in range(n_classes)
    )
    return Roads(
        "city", np.arange(1, side * side + 1), n_zones, np.ones(side * side, bool), tail, head, rng.uniform(20, 60, n),
        rng.uniform(1, 2, n), np.full(n, 0.15), np.full(n, 4.0), rng.integers(0, 3, n) * 1.0, np.ones(n), classes,
    )  # fmt: skip


def in_room(monkeypatch: pytest.MonkeyPatch, roads: Roads, times: float) -> tuple[Loads, int]:
    """The equilibrium with so many times the usual room at first, and how often it was gathered."""
    room = path_flows._room
    rooms: list[int] = []

    def first(sizes: tuple[int, int, int], n_links: int) -> object:
        pairs, paths, links = sizes
        at_least = 2 * roads.n_nodes
        scaled = sizes if rooms else (pairs, int(paths * times) + 1, int(links * times) + at_least)
        rooms.append(scaled[2])
        return room(scaled, n_links)

    with monkeypatch.context() as patch:
        patch.setattr(path_flows, "_room", first)
        return equilibrium(roads, 1e-8), len(rooms) - 1


@pytest.mark.parametrize("n_classes", [1, 2])
def test_a01_any_room_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch, n_classes: int) -> None:
    roads = city(n_classes=n_classes)
    ample, never = in_room(monkeypatch, roads, 50.0)
    assert never == 0
    assert ample.converged
    for times in (0.01, 0.3, 1.0):
        tight, often = in_room(monkeypatch, roads, times)
        assert often > 0 or times == 1.0
        assert tight.steps == ample.steps
        assert tight.flow.tobytes() == ample.flow.tobytes()


def test_a02_gathered_paths_take_no_more_than_they_need() -> None:
    """A look for better paths leaves room that is free; gathering gives it back instead of asking for ever more."""
    roads = city()
    paths = path_flows.PathFlows(sort(roads))
    for _ in range(4):
        paths.measure()
        paths.settle()
    paths.measure()
    before = paths.used()
    for _ in range(6):
        paths._grow()
    after = paths.used()
    np.testing.assert_array_equal(before.links, after.links)
    np.testing.assert_array_equal(before.trips, after.trips)
    held = int(paths.paths.length[: paths._state[0]].sum())
    assert held <= len(paths.paths.links) <= 2 * (held + roads.n_nodes)
