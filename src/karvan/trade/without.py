"""The world without trade with some countries: what those that are left then sell each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from karvan.ground.errors import InputError
from karvan.trade.clearing import Floats, Market, NotConverged, settle
from karvan.trade.world import World, unknown


@dataclass(frozen=True, eq=False)
class Without:
    """Countries apart. Changes are factors, base = 1; arrays are in the order of `world.countries`."""

    world: World
    """The base: everybody spends what it earns."""
    gone: tuple[str, ...]
    """Countries that trade with nobody any more."""
    prices: Floats
    """Change of factory-gate prices, so that the output of those that are left is worth what it was (n,). Those that
    are gone keep theirs: nothing ties them to anybody's."""
    trade: Floats
    """Million USD (n, n)."""
    welfare: Floats
    """Change of real spending, and of real output, which are one here (n,)."""

    @property
    def values(self) -> Floats:
        """Change of what is sold, by value (n, n); nan where there was nothing."""
        with np.errstate(invalid="ignore", divide="ignore"):
            change: Floats = np.where(self.world.trade > 0, self.trade / self.world.trade, np.nan)
        return change

    @property
    def goods(self) -> Floats:
        """Change of the amount of goods (n, n): of the value at the seller's old prices, whatever money is told in."""
        amounts: Floats = self.values / self.prices[:, None]
        return amounts


def without(world: World, gone: Collection[str]) -> Without | NotConverged:
    """End all trade with some countries, that of these among each other too, in general equilibrium.

    Structural gravity in an endowment economy as in `karvan.trade.equilibrium`. A country that trades with nobody can
    have no deficit, nor can all the others together, so deficits are taken out first (Dekle, Eaton and Kortum 2007).
    Then the markets of those that are left clear by themselves: each makes as much as before and sells all of it to the
    others and at home. One that is gone lives on its own: its welfare changes by the share of its spending that was on
    its own goods to the power of 1 / (sigma - 1) (Arkolakis, Costinot and Rodriguez-Clare 2012, eq. 1). It is what
    `find_equilibrium` tends to as the factor on trade with these countries tends to 0.

    Raises:
        InputError: countries that are not of this world; one left that would have nothing to sell or buy.
    """
    at = {code: ix for ix, code in enumerate(world.countries)}
    wrong = [unknown("gone", code, world.countries) for code in sorted(set(gone) - set(at))]
    if wrong:
        raise InputError("trade that ends", wrong)
    base = world.balanced()
    if isinstance(base, NotConverged):
        return base
    left = np.array([code not in gone for code in world.countries])
    prices, trade = np.ones(len(left)), np.diag(base.output)
    own = np.diag(base.trade) / base.output
    with np.errstate(divide="ignore"):
        welfare = own ** (1 / (base.sigma - 1))
    if left.any():
        codes = tuple(code for code in world.countries if code not in gone)
        kernel, made = base.trade[np.ix_(left, left)], base.output[left]
        World(codes, kernel, base.sigma)  # raises where one sells or buys nothing
        settled = settle(Market(kernel, made, made, base.sigma, moves=True), codes)
        if isinstance(settled, NotConverged):
            return settled
        price = settled.supply ** (1 / (1 - base.sigma))
        unit = float((made * price).sum() / made.sum())
        index = (settled.index / made) ** (1 / (1 - base.sigma))
        prices[left], welfare[left] = price / unit, price / index
        trade[np.ix_(left, left)] = settled.trade / unit
    return Without(base, tuple(sorted(set(gone))), prices, trade, welfare)
