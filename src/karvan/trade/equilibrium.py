"""One-sector general equilibrium of trade in an endowment economy: what a change of trade costs does to everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from karvan.ground.errors import InputError, Problem, shown
from karvan.trade.clearing import MOST_ITERATIONS, TOLERANCE, Deficits, Floats, Market, NotConverged, Settled, settle
from karvan.trade.shock import Shock
from karvan.trade.world import Pair, World, unknown

if TYPE_CHECKING:
    import pandas as pd

Closure = Literal["full", "conditional", "first_round"]
WORLD = "world"


@dataclass(frozen=True)
class FindEquilibrium:
    """What is asked."""

    shock: Shock
    closure: Closure = "full"
    """full: factory-gate prices clear all markets, and output and expenditure are worth what they make of them.
    conditional: output and expenditure stay, only multilateral resistances answer.
    first_round: prices that the resistances of `conditional` call for, without their effect on the resistances; what
    gegravity 0.3 calls full. Trade does not quite add up to output in it: `Equilibrium.gap` says how far off it is."""
    deficits: Deficits = "ratio"
    """How deficits are held in `full`. ratio: expenditure per output stays (phi of Yotov et al. 2016), times one
    factor for all that makes the world spend what it earns. share: a deficit stays the same share of world output
    (Dekle, Eaton and Kortum 2007)."""
    reference: str = WORLD
    """What prices are told in, which no real figure depends on. A country: its consumer prices (inward resistance) stay
    1. "world": world output is worth what it was in the base."""
    tolerance: float = TOLERANCE
    most_iterations: int = MOST_ITERATIONS


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The world after a shock. Changes are factors, base = 1; arrays are in the order of `world.countries`."""

    world: World
    ask: FindEquilibrium
    factors: Floats
    """What the shock makes of t_ij^(1-sigma) (n, n)."""
    prices: Floats
    """Change of factory-gate prices, and so of the value of output (n,); 1 in `conditional`."""
    inward_change: Floats
    """Change of inward multilateral resistance P, which is also the consumer price index (n,)."""
    outward_change: Floats
    """Change of outward multilateral resistance Pi (n,)."""
    expenditure: Floats
    """Million USD (n,)."""
    trade: Floats
    """Million USD (n, n)."""
    iterations: int
    gap: float
    """How far what a country sells lies from its output, relative, at the worst."""

    @property
    def output(self) -> Floats:
        """Million USD (n,)."""
        return self.world.output * self.prices

    @property
    def inward(self) -> Floats | None:
        """Inward multilateral resistance, where trade costs of the base are known (n,)."""
        return None if self.world.inward is None else self.world.inward * self.inward_change

    @property
    def outward(self) -> Floats | None:
        """Outward multilateral resistance, where trade costs of the base are known (n,)."""
        return None if self.world.outward is None else self.world.outward * self.outward_change

    @property
    def welfare(self) -> Floats:
        """Change of real expenditure, E / P (n,). In `conditional` its level rests on `reference`.

        Where deficits are held it holds what the shock does to them; `real_output` does not, `World.balanced` has none.
        """
        change: Floats = self.expenditure / self.world.expenditure / self.inward_change
        return change

    @property
    def real_output(self) -> Floats:
        """Change of output at consumer prices, p / P (n,): real GDP, and terms of trade to Yotov et al. (2016)."""
        change: Floats = self.prices / self.inward_change
        return change

    @property
    def terms_of_trade(self) -> Floats:
        """Change of export prices over import prices, both at the factory gate, imports weighted as in the base (n,).

        NaN for a country that imports nothing.
        """
        imports = _abroad(self.world.trade)
        bought = imports.sum(axis=0)
        paid = (imports * self.prices[:, None]).sum(axis=0)
        change: Floats = np.where(bought > 0, self.prices * bought / np.where(bought > 0, paid, 1), np.nan)
        return change

    @property
    def change(self) -> Floats:
        """Change of trade, million USD (n, n)."""
        return self.trade - self.world.trade

    @property
    def shocked(self) -> Floats:
        """1 where the shock touches trade between two countries, else 0 (n, n)."""
        touched: Floats = _abroad((self.factors != 1).astype(np.float64))
        return touched

    @property
    def members(self) -> tuple[str, ...]:
        """Countries for which trade with some other country was made cheaper or dearer."""
        within = (self.shocked.sum(axis=0) + self.shocked.sum(axis=1)) > 0
        return tuple(code for code, member in zip(self.world.countries, within, strict=True) if member)

    @property
    def without_effect(self) -> tuple[Pair, ...]:
        """Pairs that the shock touches and that have no trade in the base: none comes of it, whatever the factor."""
        countries = self.world.countries
        still = np.argwhere((self.factors != 1) & (self.world.trade == 0))
        return tuple((countries[i], countries[j]) for i, j in still)

    def by_country(self) -> pd.DataFrame:
        """A row by country: changes in percent, trade created and diverted in million USD.

        Of a member's imports: `created` is the change of those that the shock touches, `diverted` of those from all
        other countries, `home` of what it buys at home; and likewise of its exports. Viner's (1950) words for values.
        """
        import pandas as pd

        new, old = _abroad(self.trade), _abroad(self.world.trade)
        touched, rest = self.shocked * (new - old), (1 - self.shocked) * (new - old)
        columns: dict[str, Sequence[object] | Floats] = {
            "country": self.world.countries,
            "member": [code in self.members for code in self.world.countries],
            "welfare_pct": _percent(self.welfare),
            "real_output_pct": _percent(self.real_output),
            "terms_of_trade_pct": _percent(self.terms_of_trade),
            "price_pct": _percent(self.prices),
            "inward_resistance_pct": _percent(self.inward_change),
            "outward_resistance_pct": _percent(self.outward_change),
            "output_musd": self.output,
            "expenditure_musd": self.expenditure,
            "exports_musd": new.sum(axis=1),
            "exports_pct": _percent(_ratio(new.sum(axis=1), old.sum(axis=1))),
            "imports_musd": new.sum(axis=0),
            "imports_pct": _percent(_ratio(new.sum(axis=0), old.sum(axis=0))),
            "imports_created_musd": touched.sum(axis=0),
            "imports_diverted_musd": rest.sum(axis=0),
            "exports_created_musd": touched.sum(axis=1),
            "exports_diverted_musd": rest.sum(axis=1),
            "home_musd": np.diag(self.change),
        }
        return pd.DataFrame(columns)

    def by_pair(self) -> pd.DataFrame:
        """A row by pair of different countries, sorted by code: trade before and after; percent is missing for none."""
        import pandas as pd

        countries = self.world.countries
        pairs = sorted((a, b, i, j) for i, a in enumerate(countries) for j, b in enumerate(countries) if i != j)
        cells = [(a, b, self.world.trade[i, j], self.trade[i, j], bool(self.shocked[i, j])) for a, b, i, j in pairs]
        frame = pd.DataFrame(cells, columns=["exporter", "importer", "before_musd", "after_musd", "shocked"])
        frame["change_musd"] = frame["after_musd"] - frame["before_musd"]
        frame["change_pct"] = _percent(_ratio(frame["after_musd"].to_numpy(), frame["before_musd"].to_numpy()))
        return frame


def find_equilibrium(world: World, ask: FindEquilibrium) -> Equilibrium | NotConverged:
    """What a shock does to prices, trade and welfare everywhere.

    Structural gravity of Anderson and van Wincoop (2003) in an endowment economy with one good from each country, after
    Anderson, Larch and Yotov (2018) and Yotov et al. (2016), chapter 2, in the exact changes of Dekle, Eaton and Kortum
    (2007): trade of the base and sigma are all that it needs. Not covered: trade that begins where there was none,
    revenue of tariffs, intermediate goods, capital, more than one sector.

    No shock gives exactly no change. Trade adds up to output and expenditure within the tolerance.

    Raises:
        InputError: an unknown closure, way to hold deficits or reference; a tolerance or number of iterations that is
            none; what is wrong with the shock.
    """
    problems = _problems(world, ask)
    try:
        factors = ask.shock.factors(world)
    except InputError as wrong:
        raise InputError(wrong.subject, (*problems, *wrong.problems)) from None
    if problems:
        raise InputError("request for an equilibrium", problems)
    market = Market(
        world.trade * factors, world.output, world.expenditure, world.sigma, ask.closure == "full", ask.deficits
    )
    settled = settle(market, world.countries, ask.tolerance, ask.most_iterations)
    if isinstance(settled, NotConverged):
        return settled
    found = _full if market.moves else _conditional
    return found(world, ask, factors, settled)


def _full(world: World, ask: FindEquilibrium, factors: Floats, settled: Settled) -> Equilibrium:
    prices = settled.supply ** (1 / (1 - world.sigma))
    inward = (settled.index / world.expenditure) ** (1 / (1 - world.sigma))
    unit = _unit(world, ask, prices, inward)
    # p_i^(1-sigma) = (Y_i / Y) / Pi_i^(1-sigma), up to a constant of the base.
    worth = (world.output * prices).sum() / world.output.sum()
    outward = (settled.supply * worth / prices) ** (1 / (world.sigma - 1)) * unit
    spent = settled.trade.sum(axis=0)
    trade, spent = settled.trade / unit, spent / unit
    return Equilibrium(
        world, ask, factors, prices / unit, inward / unit, outward, spent, trade, settled.iterations,
        _off(trade, world.output * (prices / unit)),
    )  # fmt: skip


def _conditional(world: World, ask: FindEquilibrium, factors: Floats, settled: Settled) -> Equilibrium:
    """Output and expenditure as in the base; or, in the first round, as the prices p_i = 1 / Pi_i make them."""
    inward = (settled.index / world.expenditure) ** (1 / (1 - world.sigma))
    called_for = settled.supply ** (1 / (1 - world.sigma))
    unit = _unit(world, ask, called_for, inward)
    called_for, inward = called_for / unit, inward / unit
    prices, spent, trade = np.ones_like(inward), world.expenditure, settled.trade
    if ask.closure == "first_round":
        prices, spent = called_for, world.expenditure * called_for
        worth = (world.output * prices).sum() / world.output.sum()
        trade = trade * prices[:, None] * (prices / worth)
    return Equilibrium(
        world, ask, factors, prices, inward, 1 / called_for, spent, trade, settled.iterations,
        _off(trade, world.output * prices),
    )  # fmt: skip


def _unit(world: World, ask: FindEquilibrium, prices: Floats, inward: Floats) -> float:
    """What prices are divided by, so that they are told in the reference."""
    if ask.reference == WORLD:
        return float((world.output * prices).sum() / world.output.sum())
    return float(inward[world.countries.index(ask.reference)])


def _off(trade: Floats, output: Floats) -> float:
    return float(np.abs(trade.sum(axis=1) / output - 1).max())


def _abroad(matrix: Floats) -> Floats:
    """The matrix without its diagonal."""
    return matrix * (1 - np.eye(len(matrix)))


def _ratio(new: Floats, old: Floats) -> Floats:
    """New over old; missing where there was nothing."""
    ratio: Floats = np.where(old > 0, new / np.where(old > 0, old, 1), np.nan)
    return ratio


def _percent(factor: Floats) -> Floats:
    percent: Floats = 100 * (factor - 1)
    return percent


def _problems(world: World, ask: FindEquilibrium) -> list[Problem]:
    problems = []
    for name, known in (("closure", get_args(Closure)), ("deficits", get_args(Deficits))):
        if getattr(ask, name) not in known:
            problems.append(Problem(name, shown(getattr(ask, name)), f"give one of {', '.join(known)}"))
    if ask.reference != WORLD and ask.reference not in world.countries:
        problems.append(unknown("reference", ask.reference, (*world.countries, WORLD)))
    if not 0 < ask.tolerance < 1:
        problems.append(Problem("tolerance", shown(ask.tolerance), "give a number above 0 and below 1"))
    if not ask.most_iterations >= 1:
        problems.append(Problem("most_iterations", shown(ask.most_iterations), "give a whole number of 1 or more"))
    return problems
