"""What is waited for each resource of a corridor at its load, from the queueing models of `karvan.flow.delays.delay`.

Units that a vehicle brings come to a crane all at once, but for what papers part them that take now longer and now
shorter. Trains before a border, ships before a berth come one by one, by chance. Slots are those of vehicles at
headways, as many as sail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from karvan.flow.delays.delay import Delays, ferries, joined, sections, stations
from karvan.flow.services.chains import Chain
from karvan.flow.services.problem import Problem
from karvan.flow.services.supply import PATH, POOL, SLOTS, TRIPS, Resource, Use
from karvan.network.closing import YEAR_H
from karvan.network.item import papers
from karvan.network.network import Floats, Ints

NOTHING = 1e-12
"""Of a capacity."""


class ServiceDelays:
    """Waits and their slopes, for the resources of a problem.

    Lots are those of the chains that are cheapest where nothing is short.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        resources = problem.supply.resources
        self.capacity, self.least = problem.capacity, np.array([of.least for of in resources])
        self.fills = np.array([of.kind == SLOTS and of.least < of.capacity for of in resources], dtype=np.bool_)
        """Slots of vehicles that stand until they are full, or until the longest wait."""
        self.waited = np.array([of.kind != TRIPS and of.capacity > 0 for of in resources], dtype=np.bool_)
        self.customers = np.array([self._customers(ix, of) for ix, of in enumerate(resources)])
        """Customers an hour for a load of one a year (n_resources,)."""
        models = [self._model(ix, of) for ix, of in enumerate(resources)]
        self._models = joined(models or [sections(1.0)])  # where nothing is short, one that nobody asks for

    def wait(self, load: Floats, which: Ints) -> tuple[Floats, Floats]:
        """Mean wait (h) for some resources at their loads (n,), and its slope, h for one more a year.

        Where nothing sails there is no wait: that there is no room is for capacities to say.
        """
        wait, slope = np.zeros(len(which)), np.zeros(len(which))
        fine = np.flatnonzero(self.waited[which])
        at, customers = which[fine], self.customers[which[fine]]
        # What is left of nothing when much came and went is nothing.
        used = np.where(load[fine] > NOTHING * self.capacity[at], load[fine], 0.0)
        found = Delays(self._models.numbers[at], self._models.tables).at(used * customers)
        wait[fine], slope[fine] = found.wait + self._for_load(used, at), found.slope * customers
        return wait, slope

    def _for_load(self, load: Floats, at: Ints) -> Floats:
        """What the wait for a vehicle is longer because it stands until it is full: half of what the headway is.

        It falls as the load grows, which no slope here says: it is small beside the wait for room.
        """
        sails, longer = np.clip(load, self.least[at], self.capacity[at]), np.zeros(len(at))
        fills = np.flatnonzero(sails < self.capacity[at])
        fills = fills[self.fills[at[fills]] & (sails[fills] > 0)]
        longer[fills] = YEAR_H / 2 * (1 / sails[fills] - 1 / self.capacity[at[fills]])
        return longer

    def _model(self, ix: int, of: Resource) -> Delays:
        if of.kind == PATH:
            return sections(of.service_h)
        if of.kind == SLOTS:
            return ferries(YEAR_H / of.capacity if of.capacity else YEAR_H, of.slots, headway_cv2=of.headway_cv2)
        if of.kind == TRIPS:
            return sections(1.0)  # never asked for: goods wait for slots
        if of.kind == POOL:
            return stations(of.servers, self.pool_h[ix], service_cv2=1.0)
        return stations(
            of.servers, of.service_h, service_cv2=of.service_cv2, arrival_cv2=self.regular.get(ix, 1.0),
            lot=self.lots[ix], taken=of.taken,
            shut_share=of.shut_share, shut_h=of.shut_h, shut_cv2=of.shut_cv2, open_h=of.open_h,
        )  # fmt: skip

    def _customers(self, ix: int, of: Resource) -> float:
        """Customers an hour for a load of one a year: of a pool a load is an hour, of slots a vehicle's room."""
        each = {SLOTS: of.slots, POOL: 1 / self.pool_h.get(ix, 1.0)}.get(of.kind, 1.0)
        return each / YEAR_H

    @cached_property
    def pool_h(self) -> dict[int, float]:
        """Mean hours for which one of each pool is taken, by its resource."""
        supply = self.problem.supply
        found = {}
        for pool in supply.corridor.rows("pool"):
            ix = supply.ix[f"pool {pool.id}"]
            ways = [way for way in supply.ways.values() if supply.pool_of.get(way.service.id) is pool]
            hours = [amount for way in ways for at, amount in supply.vehicle_uses(way, 0, len(way.links)) if at == ix]
            found[ix] = sum(hours) / len(hours) if hours else 1.0
        return found

    @cached_property
    def regular(self) -> dict[int, float]:
        """Squared cv of the arrivals at resources that vehicles by a headway come to, by resource; others are chance.

        Several streams together tend to chance, the sooner the less there is to do: Whitt's (1983) superposition. A
        fleet comes as its rounds end, which is taken as chance.
        """
        supply = self.problem.supply
        load = self.problem.loads([(chain, self.problem.per_year[n]) for n, chain in self.problem.best.items()])
        busy = self.problem.with_sailings(load, {trips.resource: trips.most for trips in supply.trips})
        streams: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for trips in supply.trips:
            service = supply.corridor.row("service", trips.service)
            cv2 = 1.0 if service.fleet is not None else (service.headway_cv or 0.0) ** 2
            for ix, _ in trips.uses:
                streams[ix].append((trips.most, cv2))
        found = {}
        for ix, scheduled in streams.items():
            of = [*scheduled, (float(load[ix]), 1.0)] if load[ix] > 0 else scheduled
            whole = sum(rate for rate, _ in of)
            if not whole:
                continue
            shares = np.array([rate / whole for rate, _ in of])
            used = min(busy[ix] / self.capacity[ix], 1.0) if self.capacity[ix] else 1.0
            weight = 1 / (1 + 4 * (1 - used) ** 2 * (1 / float(shares @ shares) - 1))
            found[ix] = weight * float(shares @ [cv2 for _, cv2 in of]) + 1 - weight
        return found

    @cached_property
    def lots(self) -> Floats:
        """How many customers come to each facility together, as each of them sees it (n_resources,)."""
        lots, units = np.zeros(self.problem.n_resources), np.zeros(self.problem.n_resources)
        for n, chain in self.problem.best.items():
            for ix, lot in self._brought(chain):
                lots[ix] += self.problem.per_year[n] * lot
                units[ix] += self.problem.per_year[n]
        found = np.divide(lots, units, out=np.ones_like(lots), where=units > 0)
        return np.maximum(found, 1.0)

    def _brought(self, chain: Chain) -> Iterator[Use]:
        """The facilities that units of a chain pass one by one, and how many the vehicle before brought at once."""
        chains = self.problem.chains[chain.goods]
        lot = 1.0
        for arc in chain.arcs:
            if chains.network.arcs[arc].is_ride:
                lot = 1 / chains.share[arc]
            for ix, _ in chains.layer.passing(chains.network.arcs[arc].facility):
                yield ix, self._together(ix, lot)

    def _together(self, ix: int, lot: float) -> float:
        """The lot that waits as long as one whose units papers have parted.

        Evenly over a time A they come, with the spread that papers have, where all at once it takes W to serve them: as
        of a fluid, the mean wait is (W - A) / 2 then, and W / 2 where they come at once.
        """
        of = self.problem.supply.resources[ix]
        serving_h = lot * of.service_h / (of.servers * of.taken)
        parted_h = self._parted_h.get(ix, 0.0)
        return max(1.0, lot * (1 - parted_h / serving_h)) if serving_h > 0 else 1.0

    @cached_property
    def _parted_h(self) -> dict[int, float]:
        """Over how many hours papers part the units of a lot before each facility where they do."""
        rows, ix = self.problem.corridor.rows("facility"), self.problem.supply.ix
        return {ix[row.id]: (12 * papers(row).variance_h2) ** 0.5 for row in rows if row.id in ix}
