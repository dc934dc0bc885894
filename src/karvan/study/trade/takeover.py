"""What others take over of the trade that ends with a partner, as factors on the demand that the corridor carries.

By the general equilibrium of one sector (`karvan.trade.without`), which begins from a world without deficits: nobody
can owe anybody where there is no trade. What it makes of each pair is told as a factor on the trade of the base year;
demand in tonnes is multiplied by the factor of the amount of goods, which prices are not in. Trade with others need not
grow: exports pay for imports, so that who loses more of the one has less need of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.network.network import Floats
from karvan.study.trade.base import TradeBase, trade_base
from karvan.study.trade.demand import Left, codes_of, dyads_of, tonnes_of

if TYPE_CHECKING:
    from karvan.trade.elasticity import Elasticity
    from karvan.trade.interval import Interval

COST = "cost"
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What is asked of the equilibrium. Defaults stand here and nowhere else."""

    year: int = 2024
    """Whose trade the factors are found for; demand may be of another."""
    draws: int = 400
    """Of the elasticity, for the intervals."""
    seed: int = 1
    elasticity: Elasticity | None = None
    """Of trade to the delivered price, in place of the package's `cost`."""


@dataclass(frozen=True, eq=False)
class TakenOver:
    """Trade and welfare without the partners, at the central elasticity and over the draws."""

    ask: TakeOver
    partners: tuple[str, ...]
    """As figures of trade name them."""
    base: TradeBase
    elasticity: Elasticity
    values: Interval
    """Trade after over before, by value; world prices are such that the output of those left is worth what it was
    (n, n). NaN where there was none."""
    goods: Interval
    """The same by the amount of goods (n, n)."""
    welfare: Interval
    """Real spending, after over before (n,)."""
    places: Mapping[str, str]
    """Codes of countries as places have them, by those of the figures of trade."""
    dyads: Mapping[str, tuple[str, str]]
    """Whose trade each row of demand is, by its id."""
    tonnes: Mapping[str, float]
    """Of each row of demand before, a year, by its id."""

    @property
    def factors(self) -> dict[str, float]:
        """What each row of demand between two that are left is multiplied by, by its id."""
        at = {code: ix for ix, code in enumerate(self.base.countries)}
        found = {
            name: float(self.goods.central[at[one], at[other]])
            for name, (one, other) in sorted(self.dyads.items())
            if {one, other} <= set(at) - set(self.partners)
        }
        return {name: factor for name, factor in found.items() if np.isfinite(factor)}

    @property
    def left(self) -> tuple[Left, ...]:
        """Pairs whose demand stays as it is for want of a factor."""
        told = {self.dyads[name] for name in self.factors}
        pairs = sorted({pair for pair in self.dyads.values() if not set(pair) & set(self.partners)} - told)
        return tuple(Left(*pair, self._why(pair)) for pair in pairs)

    def _why(self, pair: tuple[str, str]) -> str:
        unknown = [code for code in pair if code not in self.base.countries]
        return f"no trade of {' and '.join(unknown)} is known" if unknown else "no trade between them is known"

    @property
    def lost(self) -> int:
        """Draws without an equilibrium."""
        return int(np.isnan(self.welfare.values).all(axis=1).sum())

    def rows(self) -> list[dict[str, Any]]:
        """A row a country, those that lose the most trade first: million USD, per cent and tonnes, with P5 and P95."""
        asked = self._asked()
        rows = []
        for i, code in enumerate(self.base.countries):
            gone = code in self.partners
            cells: dict[str, Any] = {"country": self.places.get(code, code), "code": code, "partner": gone}
            parts = [self._turn(i, axis) for axis in (0, 1)]
            for way, (ended, central, _) in zip(("exports", "imports"), parts, strict=True):
                cells |= {f"lost_{way}_musd": ended, f"taken_{way}_musd": central}
            cells["lost_musd"] = parts[0][0] + parts[1][0]
            cells |= _told("taken", "musd", parts[0][1] + parts[1][1], parts[0][2] + parts[1][2])
            cells |= _told("welfare", "pct", 100 * (self.welfare.central[i] - 1), 100 * (self.welfare.values[:, i] - 1))
            if code in asked:
                cells |= _told("asked", "t", *asked[code])
            else:
                cells |= {"asked_t": None, "asked_t_low": None, "asked_t_high": None}
            rows.append(cells)
        return sorted(rows, key=lambda row: (-row["lost_musd"], row["code"]))

    def pairs(self) -> list[dict[str, Any]]:
        """A row for each pair that has demand and a factor: its trade, and the factors on it with P5 and P95."""
        at = {code: ix for ix, code in enumerate(self.base.countries)}
        with_factor = self.factors
        rows = []
        for one, other in sorted({self.dyads[name] for name in with_factor}):
            i, j = at[one], at[other]
            cells = {"exporter": one, "importer": other, "before_musd": float(self.base.trade[i, j])}
            cells |= {"stands_on": self.base.stands_on[one, other]}
            for name, of in (("value", self.values), ("goods", self.goods)):
                cells |= _told(name, "factor", of.central[i, j], of.values[:, i, j])
            rows.append(cells)
        return rows

    def _turn(self, i: int, axis: int) -> tuple[float, float, Floats]:
        """Of one country's exports (axis 0) or imports (1), million USD: what ends, and what others take over of it in
        the centre and in each draw (n_draws,)."""
        before = self.base.trade[i] if axis == 0 else self.base.trade[:, i]
        stays = np.array([code not in self.partners for code in self.base.countries])
        stays &= self.base.countries[i] not in self.partners
        central, drawn = (of.take(i, axis=axis - 2) for of in (self.values.central, self.values.values))
        counted = stays & (before > 0)
        more, drawn_more = (np.where(counted, before * (of - 1), 0.0).sum(axis=-1) for of in (central, drawn))
        return float(before[~stays].sum()), float(more), np.asarray(drawn_more)

    def _asked(self) -> dict[str, tuple[float, Floats]]:
        """Tonnes a year more that are to be carried from and to each country: in the centre, and in each draw."""
        at = {code: ix for ix, code in enumerate(self.base.countries)}
        found: dict[str, tuple[float, Floats]] = {}
        for name in self.factors:
            one, other = self.dyads[name]
            i, j = at[one], at[other]
            central = self.tonnes[name] * float(self.goods.central[i, j] - 1)
            drawn = self.tonnes[name] * (self.goods.values[:, i, j] - 1)
            for code in (one, other):
                old = found.get(code, (0.0, np.zeros(len(drawn))))
                found[code] = old[0] + central, old[1] + drawn
        return found


def take_over(corridor: Corridor, partners: Sequence[str], ask: TakeOver, year: int) -> TakenOver:
    """What others take over when all trade with some countries ends, of each of these with each other too.

    Args:
        partners: by the codes that places have, or that figures of trade have.
        year: of the demand.

    Raises:
        InputError: partners whose trade is not known, a package without trade, an elasticity that is none, a base or an
            equilibrium that is not found.
    """
    from karvan.trade.clearing import NotConverged as Unsettled
    from karvan.trade.interval import Interval, between, interval
    from karvan.trade.without import without
    from karvan.trade.world import HOME_RATIO, World, with_home

    base = trade_base(corridor, ask.year)
    if not isinstance(base, TradeBase):
        raise InputError("take over", [Problem(f"trade of {ask.year}", base.said, "give another year")])
    codes = codes_of(corridor)
    named = tuple(sorted({codes.get(one, one) for one in partners}))
    _check(named, base, ask)
    elasticity = _elasticity(corridor, ask)
    draws = between(COST, elasticity.value, elasticity.low, elasticity.high, n_draws=ask.draws, seed=ask.seed)
    n = len(base.countries)
    ratios = {code: base.output_ratio.get(code, HOME_RATIO) for code in base.countries}
    whole = with_home(base.countries, base.trade, base.gdp, ratios)

    def figure(drawn: Mapping[str, float]) -> Any:
        found = without(World(base.countries, whole, 1 - drawn[COST]), named)
        if isinstance(found, Unsettled):
            return found
        return np.concatenate([found.values.ravel(), found.goods.ravel(), found.welfare])

    told = interval(draws, figure)

    def part(first: int, *shape: int) -> Interval:
        last = first + int(np.prod(shape))
        return Interval(told.central[first:last].reshape(shape), told.values[:, first:last].reshape(-1, *shape), draws)

    return TakenOver(
        ask, named, base, elasticity, part(0, n, n), part(n * n, n, n), part(2 * n * n, n),
        {code: place for place, code in codes.items()}, dyads_of(corridor, year), tonnes_of(corridor, year),
    )  # fmt: skip


def _check(partners: Sequence[str], base: TradeBase, ask: TakeOver) -> None:
    wrong = []
    for code in partners:
        if code not in base.countries:
            near = ", ".join(nearest(code, base.countries)) or "none is like it"
            wrong.append(Problem(f"partner {shown(code)}", "no trade of it is known", f"nearest: {near}"))
    if not set(base.countries) - set(partners):
        wrong.append(Problem("partners", "all countries", "leave one that may take over"))
    if not 2 <= ask.draws <= 100_000:
        wrong.append(Problem("draws", shown(ask.draws), "give 2 to 100,000"))
    if wrong:
        raise InputError("take over", wrong)


def _elasticity(corridor: Corridor, ask: TakeOver) -> Elasticity:
    from karvan.trade.elasticity import PER_CENT, pick, published

    found = ask.elasticity or pick(published(corridor), COST)
    wrong = []
    if found.unit != PER_CENT:
        wrong.append(Problem(f"elasticity {COST}", f"in {shown(found.unit)}", f"give one in {shown(PER_CENT)}"))
    elif found.high >= 0:
        remedy = "give a range below 0: trade falls as it becomes dearer"
        wrong.append(Problem(f"elasticity {COST}", f"up to {found.high:g}", remedy))
    if wrong:
        raise InputError("take over", wrong)
    return found


def _told(name: str, unit: str, central: float, drawn: Floats) -> dict[str, float]:
    """A figure with its P5 and P95 over the draws."""
    low, high = np.nanquantile(drawn, (LOW, HIGH)) if not np.isnan(drawn).all() else (np.nan, np.nan)
    return {f"{name}_{unit}": float(central), f"{name}_{unit}_low": float(low), f"{name}_{unit}_high": float(high)}
