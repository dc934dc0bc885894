"""The problem: the goods of a year, and what a corridor can carry of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.flow.services.chains import Chain, Chains
from karvan.flow.services.goods import Goods
from karvan.flow.services.layer import Layer
from karvan.flow.services.supply import Supply
from karvan.network.network import Floats, Network


class Problem:
    """Goods, the layers that they move on, and the supply that all of these share.

    Args:
        supply: of the corridor in the year.
        networks: one packed for each kind of unit, with the waits of `supply.without_queues`.
        goods: of the year.
        co2e_usd_t: what a tonne of CO2e is worth, USD.
    """

    def __init__(
        self, supply: Supply, networks: Mapping[str, Network], goods: tuple[Goods, ...], co2e_usd_t: float = 0.0
    ) -> None:
        self.supply, self.goods, self.co2e_usd_t = supply, goods, co2e_usd_t
        self.layers = {unit: Layer(unit, network, supply) for unit, network in networks.items()}
        self.chains = [Chains(self.layers[of.unit], of, n, co2e_usd_t) for n, of in enumerate(goods)]

    def with_demand(self, per_year: Sequence[float]) -> Problem:
        """The same goods on the same supply, so many units a year of each (n_goods,): all that is packed is shared."""
        other = copy(self)
        other.goods = tuple(replace(of, per_year=float(units)) for of, units in zip(self.goods, per_year, strict=True))
        other.__dict__.pop("per_year", None)
        return other

    @property
    def corridor(self) -> Corridor:
        return self.supply.corridor

    @property
    def n_resources(self) -> int:
        return len(self.supply.resources)

    @cached_property
    def per_year(self) -> Floats:
        """Units a year of each of the goods (n_goods,)."""
        return np.array([of.per_year for of in self.goods])

    @cached_property
    def usd_h(self) -> Floats:
        """What an hour of a unit is worth (n_goods,)."""
        return np.array([of.usd_h for of in self.goods])

    @cached_property
    def obstacles(self) -> dict[int, str]:
        """The goods that have no way even where nothing is short, and why."""
        return {n: chains.obstacle for n, chains in enumerate(self.chains) if chains.obstacle}

    @cached_property
    def best(self) -> dict[int, Chain]:
        """The cheapest chain of each of the goods where nothing is short."""
        nothing = np.zeros(self.n_resources)
        found = {n: chains.cheapest(nothing, nothing) for n, chains in enumerate(self.chains)}
        return {n: cheapest[1] for n, cheapest in found.items() if cheapest}

    @cached_property
    def capacity(self) -> Floats:
        """Of each resource in a year; of slots, if all sail that can (n_resources,)."""
        return np.array([resource.capacity for resource in self.supply.resources])

    def loads(self, flows: Mapping[Chain, float] | list[tuple[Chain, float]]) -> Floats:
        """What flows of chains, units a year, take of each resource; scheduled trips not counted (n_resources,)."""
        load = np.zeros(self.n_resources)
        for chain, units in flows.items() if isinstance(flows, Mapping) else flows:
            load[chain.taken] += units * chain.amounts
        return load

    def sailings(self, load: Floats) -> dict[int, float]:
        """Sailings that carry the loads of slots, by their resource: at least as many as sail anyway, at most all."""
        return {
            trips.resource: float(np.clip(load[list(trips.gives)].max(), trips.least, trips.most))
            for trips in self.supply.trips
        }

    def with_sailings(self, load: Floats, sailings: Mapping[int, float]) -> Floats:
        """Loads with what scheduled sailings take themselves (n_resources,)."""
        total = load.copy()
        for trips in self.supply.trips:
            for resource, amount in trips.uses:
                total[resource] += amount * sailings[trips.resource]
            total[trips.resource] = sailings[trips.resource]
        return total
