"""Layer: the network of one kind of unit, with what each of its arcs takes of what is short, and waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor.row import Row
from karvan.flow.services.goods import Goods
from karvan.flow.services.supply import PATH, Supply, Use, is_scheduled
from karvan.network.item import HOURS, KG_PER_BOX, KG_PER_T, USD_20FT, USD_40FT, USD_T, USD_WAGON
from karvan.network.network import Arc, Flags, Floats, Network
from karvan.network.ride import Way
from karvan.network.room import load_share, room_for

if TYPE_CHECKING:
    from scipy.sparse import csr_array

AT_SEA = ("sea",)


@dataclass(frozen=True, eq=False)
class Layer:
    """A packed network for containers, wagons or trucks, without queues, over the supply of its corridor."""

    unit: str
    network: Network
    supply: Supply
    _shares: dict[tuple[float, float, bool], Floats] = field(default_factory=dict, init=False, repr=False)
    """Known shares of vehicles, by what tells units apart."""

    @cached_property
    def by_unit(self) -> csr_array:
        """What a unit takes of each resource on each arc (n_arcs, n_resources)."""
        return self._matrix(self._unit_uses)

    @cached_property
    def by_room(self) -> csr_array:
        """What a vehicle's full load takes, of which a unit has a share (n_arcs, n_resources)."""
        return self._matrix(self._room_uses)

    @cached_property
    def waits(self) -> csr_array:
        """How often goods wait for each resource on each arc (n_arcs, n_resources)."""
        return self._matrix(self._waits)

    @cached_property
    def runs(self) -> Flags:
        """Whether an arc's service runs at the start of the year (n_arcs,)."""
        fine = {way.service.id: self.supply.runs(way.service) for way in self.network.ways}
        found = [not arc.is_ride or fine[self.network.ways[arc.way].service.id] for arc in self.network.arcs]
        return np.array(found, dtype=np.bool_)

    @cached_property
    def lacking(self) -> csr_array:
        """Which resources without any capacity in the year each arc needs (n_arcs, n_resources)."""
        none = np.array([resource.capacity <= 0 for resource in self.supply.resources], dtype=np.float64)
        return (self.by_unit + self.by_room + self.waits) * none

    @cached_property
    def shut(self) -> Flags:
        """Whether an arc needs something that has no capacity all year (n_arcs,)."""
        found: Flags = self.lacking.sum(axis=1) > 0
        return found

    def _matrix(self, uses: Any) -> csr_array:
        from scipy.sparse import csr_array

        rows: list[int] = []
        columns: list[int] = []
        amounts: list[float] = []
        for ix, arc in enumerate(self.network.arcs):
            for resource, amount in uses(arc):
                rows.append(ix)
                columns.append(resource)
                amounts.append(amount)
        shape = len(self.network.arcs), len(self.supply.resources)
        return csr_array(
            (np.array(amounts), (np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64))), shape
        )

    # --- what arcs take

    def _unit_uses(self, arc: Arc) -> Iterator[Use]:
        if arc.is_ride:
            way = self._way(arc)
            yield from ((ix, 1.0) for ix in self.supply.borders_of_goods(way, arc.board, arc.alight))
        else:
            yield from self.passing(arc.facility)

    def passing(self, facility: str) -> Iterator[Use]:
        """What a unit takes of a facility that it passes; what lifts boxes does nothing to others."""
        ix = self.supply.ix.get(facility)
        if ix is not None and (self.unit == "container" or self.supply.resources[ix].unit != "container"):
            yield ix, 1.0

    def _room_uses(self, arc: Arc) -> Iterator[Use]:
        if not arc.is_ride:
            return
        way = self._way(arc)
        if is_scheduled(way.service):
            if self.supply.runs(way.service):
                yield from ((self.supply.slots(way, hop), 1.0) for hop in range(arc.board, arc.alight))
        else:
            yield from self.supply.vehicle_uses(way, arc.board, arc.alight)

    def _waits(self, arc: Arc) -> Iterator[Use]:
        """On a ride: for a slot, a berth and a locomotive where it begins, and all that the vehicle passes."""
        if not arc.is_ride:
            yield from self.passing(arc.facility)
            return
        supply, way, i, j = self.supply, self._way(arc), arc.board, arc.alight
        if is_scheduled(way.service) and supply.runs(way.service):
            yield supply.slots(way, i), 1.0
        yield from ((ix, 1.0) for ix in supply.borders_of_goods(way, i, j))
        slowest = 0.0
        for ix in (ix for hop in range(i, j) for ix in supply.passed(way, hop)):
            of = supply.resources[ix]
            if of.kind == PATH and of.service_h <= slowest:
                continue  # trains come out of a section with its interval between them, so that a quicker one is free
            if of.kind == PATH:
                slowest = of.service_h
            yield ix, 1.0
        fills = i == 0 and way.service.fleet is not None and way.service.departs == "when_full"
        for k in range(i if fills else i + 1, j + 1):  # where it fills off the berth, it waits for one with its load
            yield from ((ix, 1.0) for ix, _ in supply.stood(way, k, i - 1 if k > i else i, j))
        pool = supply.pool_of.get(way.service.id)
        joins = is_scheduled(way.service) and (i > 0 or way.service.fleet is not None)
        if pool is not None and not joins:  # the locomotive is there already
            yield supply.ix[f"pool {pool.id}"], 1.0

    def _way(self, arc: Arc) -> Way:
        return self.supply.ways[self.network.ways[arc.way].id]

    # --- what they cost

    def share_of(self, goods: Goods) -> Floats:
        """Share of a vehicle that a unit takes on each arc: 0 where it rides none, infinite without room (n_arcs,)."""
        alike = goods.teu, goods.tonnes, goods.share_40ft > 0
        if alike not in self._shares:
            by_way = [self._share(*one, goods) for one in self._vehicles]
            self._shares[alike] = np.array([*by_way, 0.0])[self.network.way]
        return self._shares[alike]

    @cached_property
    def _vehicles(self) -> list[tuple[Row, float]]:
        """Of each way its vehicle, and the share of its capacity that it may load."""
        row, riding = self.network.corridor.row, self.supply.riding
        return [(row("vehicle", way.service.vehicle), load_share(riding, way)) for way in self.network.ways]

    @staticmethod
    def _share(vehicle: Row, part: float, goods: Goods) -> float:
        largest = replace(goods, teu=2.0) if goods.share_40ft > 0 else goods
        return 1 / room_for(vehicle, goods, part) if room_for(vehicle, largest, part) >= 1 else np.inf

    def price_of(self, goods: Goods) -> Floats:
        """USD of a unit on each arc (n_arcs,); infinite where it cannot be had, or does not run."""
        sums, price = self.network.sums, np.zeros(len(self.network.arcs))
        if goods.unit == "container":
            for column, share in ((USD_40FT, goods.share_40ft), (USD_20FT, 1 - goods.share_40ft)):
                price += share * sums[:, column] if share else 0.0
        elif goods.unit == "wagon":  # they have no price lists, but for what is charged where it is known
            price += self._priced(USD_WAGON) + goods.tonnes * self._priced(USD_T)
        else:
            price += sums[:, USD_40FT]
        price[~np.isfinite(price) | ~self.runs | ~np.isfinite(self.share_of(goods))] = np.inf
        return price

    def _priced(self, column: int) -> Floats:
        """A price that is known of some arcs only; nothing where it is not."""
        return np.nan_to_num(self.network.sums[:, column], nan=0.0)

    @cached_property
    def hours(self) -> Floats:
        """Hours on each arc without queues (n_arcs,)."""
        found: Floats = self.network.sums[:, HOURS] + self.network.wait_h
        return found

    def co2e_of(self, goods: Goods) -> Floats:
        """kg CO2e of a unit on each arc (n_arcs,)."""
        sums = self.network.sums
        boxes = 1.0 if goods.unit == "container" else 0.0
        found: Floats = np.nan_to_num(goods.tonnes * sums[:, KG_PER_T] + boxes * sums[:, KG_PER_BOX], nan=0.0)
        return found
