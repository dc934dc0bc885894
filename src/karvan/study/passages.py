"""What stands where in a simulated corridor: which streams ride what, and what they and the vehicles pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from karvan.corridor import Corridor
from karvan.network.item import AFLOAT
from karvan.network.ride import Way
from karvan.sim import step as do
from karvan.sim.corridor import Compiler, Period, queue_of
from karvan.sim.stream import Pass, Ride, Stream


@dataclass(frozen=True, slots=True)
class Leg:
    """One ride of a stream: which of its rides, on what way, from which stop to which, and its share of a vehicle."""

    stream: Stream
    number: int
    way: Way
    board: int
    alight: int
    size: int

    @property
    def queue(self) -> str:
        return queue_of(self.way, self.board)

    def covers(self, hop: int) -> bool:
        return self.board <= hop < self.alight


class Passages:
    """What stands where in a simulated corridor: legs of streams, and the facilities and links that they pass."""

    def __init__(self, corridor: Corridor, streams: Sequence[Stream], period: Period) -> None:
        self.corridor, self.streams, self.period = corridor, streams, period
        self.compiler = Compiler(corridor, streams, period)
        self.system = self.compiler.system()
        self.ways = self.compiler.ways
        self.legs = {stream.id: list(self._legs(stream)) for stream in streams}
        self.on_way: dict[str, list[Leg]] = defaultdict(list)
        self.in_queue: dict[str, list[Leg]] = defaultdict(list)
        self.in_group: dict[str, list[Stream]] = defaultdict(list)
        for stream in streams:
            self.in_group[stream.group].append(stream)
            for leg in self.legs[stream.id]:
                self.on_way[leg.way.id].append(leg)
                self.in_queue[leg.queue].append(leg)

    def _legs(self, stream: Stream) -> Iterator[Leg]:
        rides = [leg for leg in stream.legs if isinstance(leg, Ride)]
        for number, ride in enumerate(rides):
            way = self.ways[ride.way]
            yield Leg(stream, number, way, ride.board, ride.alight, self.compiler.size(way, stream))

    @cached_property
    def places(self) -> dict[str, set[str]]:
        """Places that each stream passes, its ends included."""
        found: dict[str, set[str]] = {}
        for stream in self.streams:
            found[stream.id] = {stream.origin, stream.destination}
            for leg in self.legs[stream.id]:
                found[stream.id] |= {stop.place for stop in leg.way.stops[leg.board : leg.alight + 1]}
        return found

    @cached_property
    def at_facility(self) -> dict[str, list[Leg]]:
        """The leg on which, or beside which, a stream passes each facility; once for each passage."""
        found: dict[str, list[Leg]] = defaultdict(list)
        for stream in self.streams:
            legs, ridden = self.legs[stream.id], 0
            for one in stream.legs:
                if isinstance(one, Pass):
                    found[one.facility].append(legs[min(ridden, len(legs) - 1)])
                    continue
                leg, ridden = legs[ridden], ridden + 1
                for name in self._passed(leg):
                    found[name].append(leg)
        return found

    def _passed(self, leg: Leg) -> Iterator[str]:
        """Facilities that goods pass on a leg: those of the vehicle, or at sea those of its two ends."""
        way, mode = leg.way, leg.way.service.mode
        if mode not in AFLOAT:
            for hop in range(leg.board, leg.alight):
                yield from self.passed_by_vehicle[way.id][hop]
            return
        start, end = way.stops[leg.board].place, way.stops[leg.alight].place
        riding = self.compiler.riding
        yield from self._berths(way, start)
        yield from (one.id for one in riding.border_facilities(mode, start, end, "out"))
        yield from (one.id for one in riding.border_facilities(mode, end, start, "in"))
        yield from self._berths(way, end)

    def _berths(self, way: Way, place: str) -> list[str]:
        berth = self.compiler.riding.berth(place, way.service.vehicle)
        return [berth.id] if berth is not None else []

    @cached_property
    def passed_by_vehicle(self) -> dict[str, list[list[str]]]:
        """Facilities that a vehicle of each way passes between leaving stop k and leaving stop k + 1 (n_hops)."""
        return {name: [self._on_hop(way, hop) for hop in range(len(way.links))] for name, way in self.ways.items()}

    def _on_hop(self, way: Way, hop: int) -> list[str]:
        riding, mode = self.compiler.riding, way.service.mode
        a, b = way.stops[hop], way.stops[hop + 1]
        if mode in AFLOAT:
            return self._berths(way, b.place) if b.call != "pass" else []
        facilities = [
            *riding.border_facilities(mode, a.place, b.place, "out"),
            *riding.border_facilities(mode, b.place, a.place, "in"),
            *riding.train_changes(way.stops, way.links, hop + 1),
        ]
        return [facility.id for facility in facilities]

    def is_formed(self, way: Way, stop: int) -> bool:
        """Whether vehicles of a way are formed at a stop as goods come."""
        queue = self.system.queues.get(queue_of(way, stop))
        return bool(queue and queue.calls)

    def hop_steps(self, way: Way, hop: int) -> list[do.Step]:
        """Closures and the line, borders included."""
        stopped = (("service", way.service.id), ("place", way.stops[hop].place))
        gates = [step for table, name in stopped for step in self.compiler.gate_of(table, name)]
        return [*gates, *self.compiler.hop(way, hop)]

    def stop_steps(self, way: Way, stop: int, first: int) -> tuple[list[do.Step], list[do.Step]]:
        """What a vehicle that set out at `first` does at a stop until it has unloaded and loaded, and after that."""
        vehicle = self.corridor.row("vehicle", way.service.vehicle)
        steps = self.compiler.stop(way, stop, vehicle, first)
        loads = [at for at, step in enumerate(steps) if isinstance(step, do.Load)]
        unloads = [at for at, step in enumerate(steps) if isinstance(step, do.Unload)]
        at = max(loads, default=max(unloads, default=-1)) + 1
        return steps[:at], steps[at:]

    def until_unloaded(self, way: Way, stop: int, first: int) -> list[do.Step]:
        """What a vehicle does at a stop before those that alight there are off."""
        before, _ = self.stop_steps(way, stop, first)
        unloads = [at for at, step in enumerate(before) if isinstance(step, do.Unload)]
        return before[: unloads[0]] if unloads else before

    def between(self, stream: Stream) -> list[list[do.Step]]:
        """Steps of a stream's units before, between and after their rides (n_rides + 1)."""
        parts: list[list[do.Step]] = [[]]
        for step in self.system.programs[stream.id].steps:
            if isinstance(step, do.Board):
                parts.append([])
            else:
                parts[-1].append(step)
        return parts
