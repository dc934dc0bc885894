"""How long each part of a way took in a replication, and how many came by: what its tables say, put back on the ways.

A run's tables count by station, queue, section and group. Goods of many streams share those, so that a stream is taken
to have its share of every queue that it boards from (the queue is first come, first served), and the mean wait of
everyone in it. Times of vehicles add up from the steps of their program: the means that were put in, and the waits that
came out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from math import nan

import numpy as np

from karvan.corridor.row import Row
from karvan.network.ride import Way
from karvan.sim import step as do
from karvan.sim.corridor import FULL, queue_of, service_time
from karvan.sim.outcome import Columns
from karvan.sim.stream import Stream
from karvan.study.passages import Leg, Passages


class Measures:
    """One replication's tables, looked up by part. Times are hours, counts are of the days that were counted."""

    def __init__(self, passages: Passages, tables: dict[str, Columns]) -> None:
        self.passages, self.system, self.tables = passages, passages.system, tables
        self.stations, self.queues = _by(tables["stations"]), _by(tables["queues"])
        self.groups, self.sections = _by(tables["times"]), _by(tables["sections"])
        self.lost: dict[tuple[str, str], tuple[float, float]] = {}
        lost = tables["lost"]
        for cause, part, units, vehicles in zip(
            lost["cause"], lost["part"], lost["unit_h"], lost["vehicle_h"], strict=True
        ):
            self.lost[str(cause), str(part)] = float(units), float(vehicles)

    # --- counts

    def units(self, leg: Leg) -> float:
        """Units of a leg's stream that boarded there: its share of all that did."""
        queue = self.queues.get(leg.queue)
        there = sum(other.stream.per_year for other in self.passages.in_queue[leg.queue])
        return float(queue["boarded"]) * leg.stream.per_year / there if queue and there else 0.0

    def delivered(self, stream: Stream) -> float:
        """Units of a stream that came to the end: its share of its group."""
        there = sum(other.per_year for other in self.passages.in_group[stream.group])
        group = self.groups.get(stream.group)
        return float(group["delivered"]) * stream.per_year / there if group and there else 0.0

    def vehicles(self, way: Way, hop: int) -> float:
        """Vehicles that went from stop `hop` of a way to the next."""
        formed, loaded = 0.0, 0.0
        for stop in range(len(way.stops)):
            queue = self.queues.get(queue_of(way, stop))
            if queue and self.passages.is_formed(way, stop):
                formed += float(queue["called"]) * (stop <= hop)
            elif queue:
                loaded = max(loaded, float(queue["loaded"]))
        if not formed and not loaded and way.service.fleet is not None:  # goods go one way only: it comes back empty
            other = self.passages.ways.get(way.service.id if way.back else f"{way.service.id} (back)")
            return self.vehicles(other, 0) if other and self.passages.on_way[other.id] else 0.0
        return formed + loaded

    def load(self, way: Way, hop: int, goods: set[str] | None = None) -> float:
        """What the vehicles of a way carried over a hop, in vehicles' rooms; of the streams named, or of all."""
        legs = [leg for leg in self.passages.on_way[way.id] if leg.covers(hop)]
        return sum(self.units(leg) * leg.size / FULL for leg in legs if goods is None or leg.stream.id in goods)

    @cached_property
    def gate_passings(self) -> dict[str, float]:
        """Vehicles that came to each gate."""
        found: dict[str, float] = defaultdict(float)
        for way in self.passages.ways.values():
            for hop in range(len(way.links)):
                for step in self.passages.hop_steps(way, hop):
                    if isinstance(step, do.Pass):
                        found[step.gate] += self.vehicles(way, hop)
        return found

    # --- times

    def hours(self, steps: Sequence[do.Step]) -> float:
        """Mean time of steps one after another."""
        return sum(self._step_hours(step) for step in steps)

    def _step_hours(self, step: do.Step) -> float:
        hours = step.time.total_mean_h if isinstance(step, (do.Delay, do.Serve, do.Pace)) else 0.0
        match step:
            case do.Serve(station=station) | do.Seize(station=station):
                hours += self.station_wait_h(station)
            case do.Pace(section=section):
                trains = float(self.sections[section]["trains"]) if section in self.sections else 0.0
                hours += self._lost_h(self.system.sections[section].cause, section, trains)
            case do.Pass(gate=gate):
                hours += self._lost_h("weather", gate, self.gate_passings[gate])
            case do.Load(queue=queue, fill=True):
                hours += self._lost_h("vehicle", queue, float(self.queues[queue]["loaded"]))
        return hours

    def _lost_h(self, cause: str, part: str, vehicles: float) -> float:
        """What a cause cost at a part, hours a vehicle."""
        return self.lost.get((cause, part), (0.0, 0.0))[1] / vehicles if vehicles else 0.0

    def station_wait_h(self, station: str) -> float:
        """Mean wait in front of a station, weather and closing hours included; none where nobody came."""
        row = self.stations.get(station)
        return float(row["wait_h"]) if row and row["served"] else 0.0

    def board_wait_h(self, leg: Leg) -> float:
        """Mean time from coming to a stop until the vehicle there has its load."""
        queue, spec = self.queues[leg.queue], self.system.queues[leg.queue]
        fills = leg.way.service.fleet is not None and leg.way.service.departs == "when_full" and leg.board == 0
        if fills and queue["boarded"]:
            return self.lost.get(("vehicle", spec.name), (0.0, 0.0))[0] / float(queue["boarded"])
        return float(queue["wait_h"]) if queue["boarded"] else nan

    def ride_h(self, way: Way, start: int, end: int, *, left: bool = False, landed: bool = True) -> float:
        """Mean time from a vehicle's taking its load at stop `start`, or (`left`) its leaving there, until those that
        alight at stop `end` are off it, or (not `landed`) until it has come there."""
        first = self.first_stop(way, start)
        steps = [] if left else self.after_load(way, start)
        for hop in range(start, end):
            if hop > start:
                steps += [step for part in self.passages.stop_steps(way, hop, first) for step in part]
            steps += self.passages.hop_steps(way, hop)
        if landed:
            steps += self.passages.until_unloaded(way, end, first)
        return self.hours([step for step in steps if not (isinstance(step, do.Load) and not step.fill)])

    @staticmethod
    def first_stop(way: Way, stop: int) -> int:
        """Where the vehicle set out that is loaded at a stop: there, if it is formed as goods come."""
        return stop if way.service.departs == "when_full" and way.service.fleet is None else 0

    def after_load(self, way: Way, stop: int) -> list[do.Step]:
        """What a vehicle does at a stop between taking its load and leaving."""
        before, after = self.passages.stop_steps(way, stop, self.first_stop(way, stop))
        return after if any(isinstance(step, do.Load) for step in before) else []

    def passage_h(self, facility: Row, *, served: bool) -> float:
        """Mean time at a facility until service starts, or with the service; nan where nobody came by."""
        compiler = self.passages.compiler
        if facility.kind == "berth":
            steps = [*compiler.papers(facility), do.Serve(facility.id, service_time(facility))]
        else:
            steps = compiler.served(facility)
        used = self.stations.get(facility.id)
        if not (used["served"] if used else self.passages.at_facility.get(facility.id)):
            return nan
        work = steps[-1].time.total_mean_h  # type: ignore[union-attr]  # the last step serves
        return self.hours(steps) - (0.0 if served else work)

    def journey_h(self, stream: Stream) -> float:
        """Mean time from creation to delivery, added up from its parts."""
        between, legs = self.passages.between(stream), self.passages.legs[stream.id]
        rides = (self.board_wait_h(leg) + self.ride_h(leg.way, leg.board, leg.alight) for leg in legs)
        return sum(self.hours(steps) for steps in between) + sum(rides)

    def daily(self, part: str) -> np.ndarray:
        """Mean number waiting at a part, day by day (n_days,); zeros where nobody ever was."""
        table = self._days
        found = np.zeros(table[1])
        for day, waiting in table[0].get(part, ()):
            found[day] = waiting
        return found

    @cached_property
    def _days(self) -> tuple[dict[str, list[tuple[int, float]]], int]:
        daily = self.tables["daily"]
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for day, part, waiting in zip(daily["day"], daily["part"], daily["waiting"], strict=True):
            found[str(part)].append((int(day), float(waiting)))
        return found, int(daily["day"].max()) + 1 if len(daily["day"]) else 0


def _by(table: Columns) -> dict[str, dict[str, float]]:
    """Rows of a table by its first column."""
    names = list(table)
    rows = zip(*(table[name] for name in names), strict=True)
    return {str(row[0]): dict(zip(names, row, strict=True)) for row in rows}
