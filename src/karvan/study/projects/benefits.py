"""What a change is worth in a year: flows without it beside flows with it.

Users gain what their generalised cost falls by, times the mean of their number before and after: the rule of one half
(Dupuit 1844; Williams 1977; European Commission, Guide to cost-benefit analysis of investment projects, 2014, section
3.8). What they pay is a transfer to carriers, who gain what they take more less what running costs more. Running costs
are a share of the prices of the base, so that a lower tariff moves money and saves none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.flow.services.chains import Chain
from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.problem import Problem
from karvan.network.network import Floats

PRICES = {
    "facility": ("price_usd_teu", "price_usd_feu", "price_usd_wagon", "price_usd_t"),
    "tariff": ("price_usd", "price_usd_km"),
}
"""Columns that say what is paid."""
AT_SEA = "at sea"
"""Where no country is crossed."""
Gains = Mapping[str, float]
"""USD a year by country."""


@dataclass(frozen=True)
class Benefits:
    """What a change is worth in a year, losses below 0. Before anything that it costs to build or to keep."""

    time_usd: float
    """Users' time."""
    fares_usd: float
    """What users pay less."""
    revenue_usd: float
    """What carriers and facilities take more: of goods that stay on their way the other side of `fares_usd`."""
    carriage_usd: float
    """What carriage costs less at the prices of the base; a share of it is what running costs less."""
    co2e_t: float
    """Tonnes of CO2e less, well-to-wheel."""
    users: Gains
    """Of time and fares, half by the country of origin and half by that of destination."""
    takings: Gains
    """Of revenue, by the countries passed, in proportion to the kilometres."""
    carriage: Gains
    """Of carriage, likewise."""
    newly_served_t: float
    """Tonnes that had no way at all without it, and go now: told, not valued."""

    @property
    def total(self) -> tuple[float, ...]:
        """The numbers that are valued."""
        return self.time_usd, self.fares_usd, self.revenue_usd, self.carriage_usd, self.co2e_t


NOTHING = Benefits(0.0, 0.0, 0.0, 0.0, 0.0, {}, {}, {}, 0.0)


@dataclass(frozen=True)
class Rows:
    """A side of the comparison, by the goods' number (n_goods,)."""

    units: Floats
    time_usd: Floats
    """What a unit's time is worth, waits counted; missing where none goes. Of what left its families as these became
    too dear, also what their own way is worth to it beyond money and time: `Chains.leave`."""
    usd: Floats
    """What a unit pays."""
    paid: float
    carriage: float
    """At the prices of the base."""
    kg: float
    takings: Gains
    by_country: Gains


def benefits(without: ServiceFlows, with_: ServiceFlows, at_base: Problem | None = None) -> Benefits:
    """What the change from one to the other is worth in a year.

    Args:
        without, with_: flows of goods with the same ids in the same order, whose amounts may differ.
        at_base: the problem of `with_` at the prices of the base, where the change moves prices.
    """
    before, after = rows_of(without, None), rows_of(with_, at_base)
    goods = with_.problem.goods
    both = ~(np.isnan(before.usd) | np.isnan(after.usd))
    mean = np.where(both, (before.units + after.units) / 2, 0.0)
    less_time = np.where(both, before.time_usd - after.time_usd, 0.0)
    less_usd = np.where(both, before.usd - after.usd, 0.0)
    users: dict[str, float] = defaultdict(float)
    place = with_.problem.corridor.by_key("place")
    gain = mean * (less_time + less_usd)
    for of, amount in zip(goods, gain.tolist(), strict=True):
        for end in (of.origin, of.destination):
            users[place[end].country] += amount / 2
    tonnes = np.array([of.tonnes for of in goods])
    new = np.isnan(before.usd) & ~np.isnan(after.usd)
    return Benefits(
        float(mean @ less_time), float(mean @ less_usd), after.paid - before.paid,
        before.carriage - after.carriage, (before.kg - after.kg) / 1000,
        _sorted(users), _less(after.takings, before.takings), _less(before.by_country, after.by_country),
        float(tonnes[new] @ after.units[new]),
    )  # fmt: skip


def rows_of(flows: ServiceFlows, at_base: Problem | None) -> Rows:
    """What goods do on one side; queues that grow all year are waited for, not left."""
    problem = flows.problem
    n = len(problem.goods)
    units, time_usd, usd = np.zeros(n), np.zeros(n), np.zeros(n)
    paid = carriage = kg = 0.0
    takings: dict[str, float] = defaultdict(float)
    costs: dict[str, float] = defaultdict(float)
    km = km_of(problem)
    for (chain, amount), took in zip(flows.flows, flows.hours.tolist(), strict=True):
        reference = chain.usd if at_base is None else float(at_base.chains[chain.goods].price[list(chain.arcs)].sum())
        units[chain.goods] += amount
        time_usd[chain.goods] += amount * (problem.goods[chain.goods].usd_h * took + _beyond(problem, chain))
        usd[chain.goods] += amount * chain.usd
        paid += amount * chain.usd
        carriage += amount * reference
        kg += amount * chain.kg
        for country, share in km(chain).items():
            takings[country] += share * amount * chain.usd
            costs[country] += share * amount * reference
    none = units == 0
    units_or_one = np.where(none, 1.0, units)
    return Rows(
        units, np.where(none, np.nan, time_usd / units_or_one), np.where(none, np.nan, usd / units_or_one),
        paid, carriage, kg, takings, costs,
    )  # fmt: skip


def _beyond(problem: Problem, chain: Chain) -> float:
    """What a unit on its way out minds beyond the price, the time and the CO2e of that way, USD."""
    if chain is not problem.chains[chain.goods].way_out:
        return 0.0
    usd_h = problem.goods[chain.goods].usd_h
    return chain.cost - chain.usd - usd_h * chain.hours - problem.co2e_usd_t / 1000 * chain.kg


def km_of(problem: Problem) -> Callable[[Chain], Gains]:
    """Shares of a chain's kilometres by country; of one that rides nothing, none."""
    known: dict[tuple[str, int], dict[str, float]] = {}

    def of_arc(unit: str, ix: int) -> dict[str, float]:
        key = (unit, ix)
        if key not in known:
            network = problem.layers[unit].network
            arc = network.arcs[ix]
            found: dict[str, float] = defaultdict(float)
            if arc.is_ride:
                for link in network.ways[arc.way].links[arc.board : arc.alight]:
                    found[link.country or AT_SEA] += link.length_km
            known[key] = found
        return known[key]

    def shares(chain: Chain) -> Gains:
        unit = problem.goods[chain.goods].unit
        total: dict[str, float] = defaultdict(float)
        for ix in chain.arcs:
            for country, length in of_arc(unit, ix).items():
                total[country] += length
        whole = sum(total.values())
        return {country: length / whole for country, length in total.items()} if whole else {}

    return shares


def at_prices_of(corridor: Corridor, base: Corridor) -> Corridor:
    """A corridor with the base's prices, wherever the base has that row; the same one where no price differs."""
    tables = {}
    for table, columns in PRICES.items():
        old = base.by_key(table)
        rows = tuple(
            row._replace(**{name: getattr(old[key], name) for name in columns}) if key in old else row
            for key, row in corridor.by_key(table).items()
        )
        if rows != corridor.rows(table):
            tables[table] = rows
    return corridor.with_tables(tables) if tables else corridor


def _less(one: Gains, other: Gains) -> Gains:
    return _sorted({name: one.get(name, 0.0) - other.get(name, 0.0) for name in {*one, *other}})


def _sorted(gains: Gains) -> Gains:
    return dict(sorted(gains.items()))
