"""What trade between two countries pays for its way: days, USD a TEU, and both as a share of what the goods are worth.

That share, the ad-valorem equivalent of the way, is

    (USD + days x what a day is worth, in per cent of the value) / the value of what is carried

(Hummels and Schaur 2013 for the day), a day being worth what the commodity's row says, as the assignment counts it, or
what is asked for. Delivered goods cost 1 + that share of what they cost before they leave, and it is the change of this
that trade answers: of a pair, the mean over its goods by their value in the base, so that goods that part anew among
their ways count as if they had not, and no gain of theirs is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from karvan.corridor import Corridor
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.ground.errors import InputError
from karvan.ground.errors import Problem as Wrong
from karvan.network.network import Floats
from karvan.study.matrix import Matrix
from karvan.study.trade.demand import codes_of
from karvan.trade.boxes import Dyad

USD_PER_MUSD = 1e6


@dataclass(frozen=True, slots=True)
class WayCost:
    """What a pair's trade pays for its way, mean over its goods by value; times in queues are in it."""

    days: float
    usd_teu: float
    """Over goods in boxes, as wagons and trucks have no prices of their own; missing where there are none."""
    ad_valorem: float
    """All of it, CO2e at its price included, as a share of the value."""
    musd: float
    """The value that it is of, million USD a year."""


@dataclass(frozen=True, eq=False)
class GoodsCosts:
    """What a unit of each of the goods of a problem pays on average: arrays (n_goods,), missing where none goes."""

    usd: Floats
    """Money, and CO2e at its price."""
    hours: Floats
    usd_h: Floats
    """What an hour of a unit is worth."""

    def share(self, worth: Floats, pct_day: float | None = None) -> Floats:
        """Ad valorem (n_goods,): with what a day is worth to the goods, or a per cent of their value a day."""
        time = self.hours * self.usd_h if pct_day is None else self.hours / 24 * pct_day / 100 * worth
        found = np.full(len(worth), np.nan)
        np.divide(self.usd + time, worth, out=found, where=worth > 0)
        return found


def costs_of(flows: ServiceFlows) -> GoodsCosts:
    """What the goods of flows pay, queues as these make them."""
    n, goods = len(flows.problem.goods), flows.problem.goods
    usd, hours, units = np.zeros(n), np.zeros(n), np.zeros(n)
    usd_h = np.array([of.usd_h for of in goods])
    for (chain, amount), time in zip(flows.flows, flows.hours, strict=True):
        usd[chain.goods] += amount * (chain.usd + chain.kg / 1000 * flows.problem.co2e_usd_t)
        hours[chain.goods] += amount * time
        units[chain.goods] += amount
    none = np.full(n, np.nan)
    mean = [np.divide(total, units, out=none.copy(), where=units > 0) for total in (usd, hours)]
    return GoodsCosts(mean[0], mean[1], usd_h)


def worth_of(problem: Problem) -> Floats:
    """What a unit of each of the goods is worth, USD (n_goods,); 0 where nobody says."""
    usd_per_t = {row.id: row.usd_per_t or 0.0 for row in problem.corridor.rows("commodity")}
    return np.array([of.tonnes * usd_per_t[of.commodity] for of in problem.goods])


def pairs_of(problem: Problem) -> list[Dyad | None]:
    """Whose trade each of the goods is; none of what stays in a country, or has an end in none (n_goods,)."""
    codes = codes_of(problem.corridor)
    country = {place.id: codes.get(place.country, "") for place in problem.corridor.places()}
    ends = [(country[of.origin], country[of.destination]) for of in problem.goods]
    return [dyad if all(dyad) and dyad[0] != dyad[1] else None for dyad in ends]


class Changes:
    """Pairs' costs, and their changes from those of a base.

    Args:
        base: the flows that changes are counted from.
        problem: of goods of the same ids, on a corridor that may be another; its amounts are those of the base of
            trade, and goods weigh by their value in it.
        pct_day: what a day is worth, per cent of the value; None: what the commodity's row says.

    Raises:
        InputError: where goods that trade are none of the base's.
    """

    def __init__(self, base: ServiceFlows, problem: Problem, pct_day: float | None = None) -> None:
        self.problem, self.pct_day = problem, pct_day
        self.worth, self.pairs = worth_of(problem), pairs_of(problem)
        self.value = self.worth * problem.per_year
        """USD a year of each of the goods (n_goods,)."""
        found = costs_of(base)
        at = {of.id: n for n, of in enumerate(base.problem.goods)}
        self._check(at)
        old = np.array([at.get(of.id, -1) for of in problem.goods], dtype=np.int64)
        columns = [np.where(old >= 0, column[old], np.nan) for column in (found.usd, found.hours, found.usd_h)]
        self.before = GoodsCosts(*columns)
        self.goods: dict[Dyad, list[int]] = defaultdict(list)
        for n, dyad in enumerate(self.pairs):
            if dyad is not None and self.value[n] > 0:
                self.goods[dyad].append(n)

    def _check(self, base: Mapping[str, int]) -> None:
        goods = zip(self.problem.goods, self.pairs, self.value, strict=True)
        new = [of.id for of, dyad, value in goods if dyad and value > 0 and of.id not in base]
        if new:
            found = f"{new[0]}, and {len(new) - 1:,} more" if len(new) > 1 else new[0]
            remedy = "the base has no such row: compare with a base of the same demand"
            raise InputError("costs of trade", [Wrong("demand", found, remedy)])

    @property
    def dyads(self) -> tuple[Dyad, ...]:
        """Pairs that have trade."""
        return tuple(sorted(self.goods))

    def to(self, now: GoodsCosts) -> dict[Dyad, float]:
        """By what share the delivered price of each pair changes; of pairs none of whose goods has a way in both
        worlds, nothing."""
        old, new = self.before.share(self.worth, self.pct_day), now.share(self.worth, self.pct_day)
        found = {}
        for dyad in self.dyads:
            both = [n for n in self.goods[dyad] if np.isfinite(old[n]) and np.isfinite(new[n])]
            if both:
                weight = self.value[both] / self.value[both].sum()
                found[dyad] = float((1 + weight @ new[both]) / (1 + weight @ old[both]) - 1)
        return found

    def lost(self, now: GoodsCosts) -> dict[Dyad, float]:
        """Of each pair, the share of its value that had a way in the base and has none now; those without any loss
        left out."""
        gone = np.isfinite(self.before.usd) & ~np.isfinite(now.usd)
        shares = {
            dyad: float(self.value[of] @ gone[of] / self.value[of].sum()) for dyad, of in sorted(self.goods.items())
        }
        return {dyad: share for dyad, share in shares.items() if share > 0}

    def ways(self, costs: GoodsCosts) -> dict[Dyad, WayCost]:
        """What each pair pays, for those of its goods that have a way."""
        share = costs.share(self.worth, self.pct_day)
        teu = np.array([of.teu if of.unit == "container" else 0.0 for of in self.problem.goods])
        found = {}
        for dyad in self.dyads:
            there = [n for n in self.goods[dyad] if np.isfinite(share[n])]
            if not there:
                continue
            weight = self.value[there] / self.value[there].sum()
            boxes = np.array([n for n in there if teu[n] > 0], dtype=np.int64)
            amount = self.problem.per_year[boxes] * teu[boxes]
            usd_teu = float(amount @ (costs.usd[boxes] / teu[boxes]) / amount.sum()) if len(boxes) else np.nan
            found[dyad] = WayCost(
                float(weight @ costs.hours[there]) / 24, usd_teu, float(weight @ share[there]),
                float(self.value[there].sum()) / USD_PER_MUSD,
            )  # fmt: skip
        return found


def matrix_change(
    before: Matrix, after: Matrix, value_usd: float, pct_day: float, places: Mapping[str, str] | None = None
) -> dict[Dyad, float]:
    """By what share the delivered price between countries changes, of what the planner finds between their places.

    Args:
        before, after: of the same places and load.
        value_usd: what the load is worth.
        pct_day: what a day of it is worth, per cent of that.
        places: the country of each place, by the code of the trade figures; the package's where it is not given.

    Returns:
        Of pairs with a way in both, the mean over their pairs of places.

    Raises:
        InputError: for matrices of different places, or a value that is none.
    """
    wrong = []
    if (before.origins, before.destinations) != (after.origins, after.destinations):
        wrong.append(Wrong("after", "other places than before", "ask for the same origins and destinations"))
    if not value_usd > 0:
        wrong.append(Wrong("value_usd", f"{value_usd:g}", "give what the load is worth, above 0 USD"))
    if not pct_day >= 0:
        wrong.append(Wrong("pct_day", f"{pct_day:g}", "give per cent of the value a day, 0 or more"))
    if wrong:
        raise InputError("costs of trade", wrong)
    country = dict(places) if places is not None else _countries(before.corridor)
    shares = [
        (found.figures["price_usd"] + found.figures["time_h"] / 24 * pct_day / 100 * value_usd) / value_usd
        for found in (before, after)
    ]
    pairs: dict[Dyad, list[tuple[float, float]]] = defaultdict(list)
    for i, origin in enumerate(before.origins):
        for j, destination in enumerate(before.destinations):
            dyad = country.get(origin, ""), country.get(destination, "")
            old, new = float(shares[0][i, j]), float(shares[1][i, j])
            if all(dyad) and dyad[0] != dyad[1] and np.isfinite(old) and np.isfinite(new):
                pairs[dyad].append((old, new))
    return {dyad: _mean(both, 1) / _mean(both, 0) - 1 for dyad, both in sorted(pairs.items())}


def _mean(both: Sequence[tuple[float, float]], at: int) -> float:
    return 1 + sum(pair[at] for pair in both) / len(both)


def _countries(corridor: Corridor) -> dict[str, str]:
    codes = codes_of(corridor)
    return {place.id: codes.get(place.country, "") for place in corridor.places()}
