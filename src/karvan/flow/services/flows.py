"""What a method gives for a corridor: which chains goods take, what that loads, and what finds no room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from karvan.flow.loads import Step
from karvan.flow.services.chains import Chain
from karvan.flow.services.problem import Problem
from karvan.flow.services.supply import SLOTS
from karvan.network.network import Flags, Floats

LEAST = 1e-9
"""The share of its goods below which a flow is none."""
FULL = 1 - 1e-6
"""The use from which on something is short."""


class Left(NamedTuple):
    """Goods that stay where they are."""

    goods: int
    units: float
    """A year."""
    reason: str


@dataclass(frozen=True, eq=False)
class ServiceFlows:
    """Flows of goods over a corridor."""

    problem: Problem
    method: str
    flows: tuple[tuple[Chain, float], ...]
    """Chains and units a year, by the goods' number and then the most first."""
    left: tuple[Left, ...]
    sailings: dict[int, float]
    """Of each scheduled service, by the number of its resource."""
    wait_h: Floats
    """What those wait who come to each resource (n_resources,)."""
    steps: tuple[Step, ...] = ()
    asked_gap: float = 0.0
    worth: Floats = field(default_factory=lambda: np.empty(0))
    """USD a year that one more of each resource would save (n_resources,): in all, where capacities are hard; else
    those who wait for it, where they are."""
    settled: bool = True

    @property
    def gap(self) -> float:
        return self.steps[-1].gap if self.steps else 0.0

    @cached_property
    def load(self) -> Floats:
        """What is taken of each resource, scheduled sailings counted (n_resources,)."""
        return self.problem.with_sailings(self.problem.loads(list(self.flows)), self.sailings)

    @cached_property
    def teu(self) -> Floats:
        """TEU a year that take each resource; of wagons none (n_resources,)."""
        return self._sum("teu")

    @cached_property
    def tonnes(self) -> Floats:
        """Tonnes a year that take each resource (n_resources,)."""
        return self._sum("tonnes")

    @cached_property
    def waiting(self) -> Floats:
        """Hours of a year that units wait for each resource (n_resources,)."""
        found = np.zeros(self.problem.n_resources)
        for chain, units in self.flows:
            found[chain.waited] += units * chain.times * self.wait_h[chain.waited]
        return found

    def _sum(self, what: str) -> Floats:
        """Of sailings, what takes a slot of theirs on any hop."""
        found = np.zeros(self.problem.n_resources)
        for chain, units in self.flows:
            amount = units * getattr(self.problem.goods[chain.goods], what)
            found[chain.taken] += amount
            found[list({self._sailing_of[ix] for ix in chain.taken.tolist() if ix in self._sailing_of})] += amount
        return found

    @cached_property
    def _sailing_of(self) -> dict[int, int]:
        """The resource of the sailings that give each slot."""
        return {slot: trips.resource for trips in self.problem.supply.trips for slot in trips.gives}

    @cached_property
    def through(self) -> Floats:
        """Share of each flow that is through by the end of the year, the others being in queues that grow (n_flows,).

        What is loaded beyond its capacity lets through no more than that: of a chain the least of such shares.
        """
        over = np.divide(self.problem.capacity, self.load, out=np.ones_like(self.load), where=self.load > 0)
        share = np.minimum(over, 1.0)
        return np.array([share[chain.taken].min(initial=1.0) for chain, _ in self.flows])

    @cached_property
    def hours(self) -> Floats:
        """Hours of each flow, waits included (n_flows,)."""
        return np.array([chain.hours + chain.times @ self.wait_h[chain.waited] for chain, _ in self.flows])

    @cached_property
    def overloaded(self) -> Flags:
        """Whether more comes to each resource in a year than it lets through: its queue grows (n_resources,)."""
        return np.asarray(self.load * FULL > self.problem.capacity)

    @cached_property
    def queue_hours(self) -> Floats:
        """Of the hours of each flow, those in queues that grow all year: means of that year (n_flows,)."""
        grown = np.where(self.overloaded, self.wait_h, 0.0)
        return np.array([chain.times @ grown[chain.waited] for chain, _ in self.flows])

    def resources(self) -> list[dict[str, Any]]:
        """A row for each resource that is used, or would be if there were more of it."""
        worth = self.worth if len(self.worth) else np.full(self.problem.n_resources, np.nan)
        rows, room = [], self.problem.capacity
        for ix, of in enumerate(self.problem.supply.resources):
            if not self.load[ix] and not worth[ix] > 0:
                continue
            a_teu = self.load[ix] / self.teu[ix] if self.teu[ix] else np.nan
            a_tonne = self.load[ix] / self.tonnes[ix] if self.tonnes[ix] else np.nan
            rows.append(
                {
                    "resource": of.id, "kind": of.kind, "place": of.place, "unit": of.unit,
                    "load": float(self.load[ix]), "capacity": float(room[ix]),
                    "used": float(self.load[ix] / room[ix]) if room[ix] else np.nan,
                    "teu": float(self.teu[ix]), "tonnes": float(self.tonnes[ix]), "wait_h": float(self.wait_h[ix]),
                    "unit_days": float(self.waiting[ix] / 24),
                    "worth_usd": float(worth[ix]), "worth_usd_teu": float(worth[ix] * a_teu),
                    "worth_usd_t": float(worth[ix] * a_tonne),
                    "one_more": of.change, "one_more_usd": float(worth[ix] * of.one_more),
                }
            )  # fmt: skip
        return rows

    def worth_most(self) -> list[dict[str, Any]]:
        """Resources by what one more tonne of goods that they let through would save; slots by their sailings."""
        return worth_most(self.resources())

    def bottlenecks(self) -> list[dict[str, Any]]:
        """Resources by the time that units wait for them, the most first."""
        rows = [row for row in self.resources() if row["unit_days"] > LEAST]
        return sorted(rows, key=lambda row: (-row["unit_days"], row["resource"]))

    def links(self) -> list[dict[str, Any]]:
        """Goods and full vehicles over each link, each way."""
        found: dict[tuple[str, bool], Floats] = defaultdict(lambda: np.zeros(4))
        for chain, units in self.flows:
            goods, chains = self.problem.goods[chain.goods], self.problem.chains[chain.goods]
            network = chains.network
            for ix in chain.arcs:
                arc = network.arcs[ix]
                if arc.is_ride:
                    way = network.ways[arc.way]
                    amount = units * np.array([1.0, goods.teu, goods.tonnes, chains.share[ix]])
                    for hop in range(arc.board, arc.alight):
                        link = way.links[hop]
                        found[link.id, link.from_place == way.stops[hop].place] += amount
        rows = []
        for (link, there), (units, teu, tonnes, vehicles) in sorted(
            found.items(), key=lambda one: (one[0][0], not one[0][1])
        ):
            row = self.problem.corridor.row("link", link)
            ends = (row.from_place, row.to_place) if there else (row.to_place, row.from_place)
            rows.append(
                {"link": link, "from_place": ends[0], "to_place": ends[1], "mode": row.mode, "units": float(units),
                 "teu": float(teu), "tonnes": float(tonnes), "vehicles": float(vehicles)}
            )  # fmt: skip
        return rows

    def chains(self) -> list[dict[str, Any]]:
        """A row for each flow: goods, family, the services ridden, units, what one pays, how long it takes."""
        rows = []
        for (chain, units), hours in zip(self.flows, self.hours, strict=True):
            goods, network = self.problem.goods[chain.goods], self.problem.chains[chain.goods].network
            rides = [network.arcs[ix] for ix in chain.arcs if network.arcs[ix].is_ride]
            services = " + ".join(network.ways[arc.way].id for arc in rides)
            changes = [network.ways[arc.way].stops[arc.board].place for arc in rides[1:]]
            rows.append(
                {"demand": goods.id, "origin": goods.origin, "destination": goods.destination,
                 "commodity": goods.commodity, "unit": goods.unit, "family": chain.family,
                 "by": " - ".join(changes), "services": services, "units": float(units),
                 "teu": float(units * goods.teu), "tonnes": float(units * goods.tonnes), "hours": float(hours),
                 "usd_unit": chain.usd, "kg_co2e_unit": chain.kg,
                 "cost_usd_unit": float(chain.cost + goods.usd_h * (hours - chain.hours))}
            )  # fmt: skip
        return rows

    def families(self) -> list[dict[str, Any]]:
        """TEU and tonnes of each family between each pair of places, and its share of the pair's tonnes."""
        found: dict[tuple[str, str, str, str], Floats] = defaultdict(lambda: np.zeros(2))
        for chain, units in self.flows:
            of = self.problem.goods[chain.goods]
            key = of.origin, of.destination, of.unit, chain.family
            found[key] += units * np.array([of.teu, of.tonnes])
        whole: dict[tuple[str, str], float] = defaultdict(float)
        for (origin, destination, _, _), amount in found.items():
            whole[origin, destination] += amount[1]
        return [
            {"origin": origin, "destination": destination, "unit": unit, "family": family, "teu": float(teu),
             "tonnes": float(tonnes), "share": float(tonnes / whole[origin, destination])}
            for (origin, destination, unit, family), (teu, tonnes) in sorted(found.items())
        ]  # fmt: skip

    def unserved(self) -> list[dict[str, Any]]:
        """Goods that stay where they are, or in a queue that grows all year, with the reason."""
        rows = []
        for one in (*self.left, *self._queued()):
            of = self.problem.goods[one.goods]
            rows.append(
                {"demand": of.id, "origin": of.origin, "destination": of.destination, "commodity": of.commodity,
                 "unit": of.unit, "units": one.units, "teu": one.units * of.teu, "tonnes": one.units * of.tonnes,
                 "share": one.units / of.per_year if of.per_year else np.nan, "reason": one.reason}
            )  # fmt: skip
        return rows

    def _queued(self) -> Iterator[Left]:
        """What of flows is not through by the end of the year, and the queue in which most of it is."""
        for (chain, units), through in zip(self.flows, self.through, strict=True):
            if through < FULL:
                used = self.load[chain.taken] / self.problem.capacity[chain.taken]
                name = self.problem.supply.resources[chain.taken[int(np.argmax(used))]].id
                yield Left(chain.goods, float(units * (1 - through)), f"a queue that grows all year: {name}")

    def skims(self) -> list[dict[str, Any]]:
        """What the next unit of each of the goods would pay: the cheapest chain as things stand.

        Where capacities are hard, what is short is paid for at its worth.
        """
        price = self.worth if self.method == "so" else np.zeros(self.problem.n_resources)
        rows = []
        for n, goods in enumerate(self.problem.goods):
            found = self.problem.chains[n].cheapest(price, self.wait_h)
            row: dict[str, Any] = {
                "demand": goods.id, "origin": goods.origin, "destination": goods.destination, "unit": goods.unit,
                "family": "", "cost_usd_unit": np.nan, "usd_unit": np.nan, "hours": np.nan, "kg_co2e_unit": np.nan,
            }  # fmt: skip
            if found:
                cost, chain = found
                hours = chain.hours + float(chain.times @ self.wait_h[chain.waited])
                row |= {"family": chain.family, "cost_usd_unit": cost, "usd_unit": chain.usd, "hours": hours,
                        "kg_co2e_unit": chain.kg}  # fmt: skip
            rows.append(row)
        return rows

    def totals(self) -> dict[str, float]:
        """Sums over all that is through in a year: TEU, tonnes, USD paid, hours' worth, CO2e; and what is not."""
        goods, left = self.problem.goods, self.unserved()
        units = np.array([units for _, units in self.flows]) * self.through
        of = [goods[chain.goods] for chain, _ in self.flows]

        def total(each: list[float]) -> float:
            return float(units @ np.array(each)) if each else 0.0

        return {
            "teu": total([one.teu for one in of]),
            "tonnes": total([one.tonnes for one in of]),
            "usd": total([chain.usd for chain, _ in self.flows]),
            "time_usd": total([one.usd_h * hours for one, hours in zip(of, self.hours, strict=True)]),
            "t_co2e": total([chain.kg / 1000 for chain, _ in self.flows]),
            "unserved_teu": float(sum(row["teu"] for row in left)),
            "unserved_tonnes": float(sum(row["tonnes"] for row in left)),
        }


def worth_most(resources: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of rows of `ServiceFlows.resources` those of which one more would save something, in order; None is missing."""
    rows = [dict(row) for row in resources if (row["worth_usd"] or 0.0) > LEAST and row["kind"] != SLOTS]
    return sorted(rows, key=lambda row: (-np.nan_to_num(row["worth_usd_t"] or 0.0), row["resource"]))
