"""The world without a country: it is the limit of trade that fades, its markets clear, and simple cases by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karvan.ground.errors import InputError
from karvan.trade.equilibrium import Equilibrium, FindEquilibrium, find_equilibrium
from karvan.trade.shock import Shock
from karvan.trade.without import Without, without
from karvan.trade.world import World


def random_world(seed: int, n: int) -> World:
    """Log-normal trade with deficits, everybody trading with everybody."""
    lot = np.random.default_rng(seed)
    trade = np.exp(lot.normal(0, 1, (n, n)))
    trade[np.diag_indices(n)] = trade.sum(axis=1) * lot.uniform(0.5, 4, n)
    return World([f"C{row}" for row in range(n)], trade, float(lot.uniform(2, 9)))


def apart(world: World, *gone: str) -> Without:
    found = without(world, gone)
    assert isinstance(found, Without), found.said
    return found


def fading(world: World, gone: set[str], factor: float) -> Equilibrium:
    """The equilibrium as the factor on trade with these countries, over the balanced world, comes near 0."""
    base = world.balanced()
    assert isinstance(base, World)
    pairs = {pair: factor for pair in permutations(world.countries, 2) if set(pair) & gone}
    found = find_equilibrium(base, FindEquilibrium(Shock("fading", pairs)))
    assert isinstance(found, Equilibrium), found.said
    return found


@given(st.integers(0, 10_000), st.integers(3, 7), st.integers(1, 2))
@settings(max_examples=25, deadline=None)
def test_a01_it_is_the_limit_of_trade_that_fades(seed: int, n: int, many: int) -> None:
    world = random_world(seed, n)
    gone = {f"C{k}" for k in range(many)}
    found = apart(world, *gone)
    left = np.array([code not in gone for code in world.countries])
    among = np.ix_(left, left)
    errors = []
    for factor in (1e-2, 1e-4, 1e-6):
        near = fading(world, gone, factor)
        goods = near.trade[among] / near.world.trade[among] / near.prices[left][:, None]
        off = np.abs(near.welfare / found.welfare - 1).max(), np.abs(goods / found.goods[among] - 1).max()
        errors.append(max(off))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 2e-4


@given(st.integers(0, 10_000), st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_a02_all_sell_what_they_make_and_spend_what_they_earn(seed: int, n: int) -> None:
    found = apart(random_world(seed, n), "C0")
    worth = found.world.output * found.prices
    assert found.trade.sum(axis=1) == pytest.approx(worth, rel=1e-9)
    assert found.trade.sum(axis=0) == pytest.approx(worth, rel=1e-9)
    assert found.trade[0, 1:].sum() == found.trade[1:, 0].sum() == 0
    assert worth[1:].sum() == pytest.approx(found.world.output[1:].sum())
    # each one's welfare goes with the share of its own goods in what it buys; one that is left may gain by its prices
    own = [np.diag(trade) / trade.sum(axis=0) for trade in (found.world.trade, found.trade)]
    assert found.welfare == pytest.approx((own[1] / own[0]) ** (1 / (1 - found.world.sigma)), rel=1e-9)
    assert found.welfare[0] < 1


def test_a03_one_that_is_gone_loses_by_the_share_of_its_own_goods() -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012), eq. 1; here worked out by hand."""
    world = World(("A", "B"), [[80.0, 20.0], [20.0, 180.0]], 5.0)
    found = apart(world, "A")
    assert found.welfare == pytest.approx([0.8**0.25, 0.9**0.25])
    assert found.trade == pytest.approx(np.diag([100.0, 200.0]))


def test_a04_three_alike_take_over_from_a_fourth() -> None:
    """Of four alike, each with 40 % at home and 20 % with each other, the three left part its 20 % as they part all."""
    trade = np.full((4, 4), 20.0) + 20 * np.eye(4)
    found = apart(World(("A", "B", "C", "D"), trade, 4.0), "D")
    assert found.trade[:3, :3] == pytest.approx(trade[:3, :3] / 0.8)
    assert found.goods[:3, :3] == pytest.approx(np.full((3, 3), 1.25))
    assert found.welfare == pytest.approx([0.8 ** (1 / 3)] * 3 + [0.4 ** (1 / 3)])


def test_a05_the_amount_of_goods_does_not_hang_on_what_money_is_told_in() -> None:
    world = random_world(7, 5)
    found = apart(world, "C4")
    told_otherwise = (found.trade * 3)[:4, :4] / found.world.trade[:4, :4] / (found.prices * 3)[:4, None]
    assert told_otherwise == pytest.approx(found.goods[:4, :4])


def test_a06_with_deficits_held_there_is_no_such_world() -> None:
    """Who trades with nobody can owe nobody: this is why deficits are taken out first."""
    world = World(("A", "B", "C"), [[50.0, 5.0, 5.0], [20.0, 100.0, 20.0], [20.0, 10.0, 90.0]], 5.0)
    pairs = dict.fromkeys([("A", "B"), ("B", "A"), ("A", "C"), ("C", "A")], 0.0)
    assert not isinstance(find_equilibrium(world, FindEquilibrium(Shock("ended", pairs))), Equilibrium)
    assert isinstance(without(world, ["A"]), Without)


def test_a07_nobody_goes_and_nothing_changes_but_deficits() -> None:
    world = random_world(3, 5)
    found = apart(world)
    assert found.welfare == pytest.approx(np.ones(5), abs=1e-9)
    assert found.values == pytest.approx(np.ones((5, 5)), abs=1e-9)


def test_a08_who_is_not_there_cannot_go() -> None:
    with pytest.raises(InputError, match="C9"):
        without(random_world(1, 3), ["C9"])
    lonely = World(("A", "B", "C"), [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 1.0]], 4.0)
    with pytest.raises(InputError, match="sells nothing"):
        without(lonely, ["A"])
