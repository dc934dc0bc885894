"""The corridor compiled into a system: its facilities become stations, its services vehicles with programs, its demand
streams of units. `docs/semantics.md` sections 1 to 5 say what each means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from zlib import crc32

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem
from karvan.network.calendar import Calendar
from karvan.network.item import AFLOAT, AMPLE, SERVICE_CV, WAIT_CV
from karvan.network.ride import BERTHS, Riding, Way
from karvan.network.room import load_share, room_for
from karvan.sim import step as do
from karvan.sim.closure import union
from karvan.sim.stream import Pass, Ride, Stream
from karvan.sim.system import System
from karvan.sim.time import Time, fixed, gamma, of_kind

FULL = 1_000_000
"""Room of a vehicle; a unit takes its share of it."""
WAITS_FOR = {"berth": "berth", "border": "border", "terminal_gate": "gate"}
"""Cause of waiting before a facility, by its kind; all others are cranes, ramps and tracks."""
MOST_IN_A_LOT = 50
ROOM_WASTED = 0.01
"""The share of a vehicle's room that lots may leave empty because they do not divide it."""


@dataclass(frozen=True)
class Period:
    """The hours that are simulated: a warm-up, then what is counted, from `start` on."""

    start: dt.datetime
    hours: float
    warmup_h: float = 0.0

    @cached_property
    def begin(self) -> dt.datetime:
        """When the warm-up begins: hour 0."""
        return self.start - dt.timedelta(hours=self.warmup_h)

    @property
    def total_h(self) -> float:
        return self.hours + self.warmup_h

    def hour(self, instant: dt.datetime) -> float:
        return (instant - self.begin).total_seconds() / 3600

    def months(self) -> Iterator[tuple[float, int, float]]:
        """(until when in hours, month 1-12, hours of that month) for each month that the period touches."""
        first = self.begin.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        while self.hour(first) < self.total_h:
            after = (first + dt.timedelta(days=32)).replace(day=1)
            yield self.hour(after), first.month, (after - first).total_seconds() / 3600
            first = after


def compile_corridor(corridor: Corridor, streams: Sequence[Stream], period: Period) -> System:
    """The system of a corridor with its streams over a period."""
    return Compiler(corridor, streams, period).system()


class Compiler:
    """Compiles one corridor with its streams; what a vehicle or a unit does at each of its parts can be asked for."""

    def __init__(self, corridor: Corridor, streams: Sequence[Stream], period: Period) -> None:
        self.corridor, self.streams, self.period = corridor, streams, period
        self.riding = Riding(corridor)
        self.calendar = Calendar(corridor)
        self.ways = {way.id: way for way in self.riding.ways()}
        self.made = System()
        self.pools = {service: pool for pool in corridor.rows("pool") for service in pool.services}
        self.boarded = {(leg.way, leg.board) for stream in streams for leg in stream.legs if isinstance(leg, Ride)}
        """Stops of ways where anyone boards: only there is there a queue."""
        self.alighted = {(leg.way, leg.alight) for stream in streams for leg in stream.legs if isinstance(leg, Ride)}
        """Stops of ways where anyone alights: only there is a vehicle unloaded."""
        self.ridden = {way for way, _ in self.boarded}
        self.stop_of: dict[tuple[str, int], int] = {}
        """Stops of ways where anyone boards or alights, numbered way by way."""
        for _, used in groupby(sorted(self.boarded | self.alighted), key=itemgetter(0)):
            self.stop_of |= {stop: number for number, stop in enumerate(used)}

    def system(self) -> System:
        self.closures()
        for pool in self.corridor.rows("pool"):
            self.made.station(pool.id, pool.count, place=pool.name, cause="pool")
        for service in self.corridor.rows("service"):
            self.service(service)
        for stream in self.streams:
            self.stream(stream)
        self.gates()
        return self.made

    # --- closures and hours

    def closures(self) -> None:
        rates: dict[str, dict[int, float]] = {}
        for row in self.corridor.rows("closure_rate"):
            rates.setdefault(row.closure, {})[row.month] = row.starts
        self.dated: dict[str, list[tuple[float, float]]] = {}
        for row in self.corridor.rows("closure_time"):
            spell = max(self.period.hour(row.begins), 0.0), self.period.hour(row.ends)
            if spell[0] < min(spell[1], self.period.total_h):
                self.dated.setdefault(row.closure, []).append(spell)
        told = {(row.closure, row.begins.year) for row in self.corridor.rows("closure_time")}
        self.stopped: dict[tuple[str, str], list[str]] = {}
        for closure in self.corridor.rows("closure"):
            times_of = closure.times_of or closure.id
            for name in closure.stops:
                self.stopped.setdefault((closure.stops_table, name), []).append(times_of)
            if times_of == closure.id:
                months = []
                for until, month, h in self.period.months():
                    year = (self.period.begin + dt.timedelta(hours=until - h / 2)).year
                    starts = 0.0 if (closure.id, year) in told else rates.get(closure.id, {}).get(month, 0.0)
                    months.append((until, starts / h))
                cv = closure.duration_cv
                usual = SERVICE_CV.get(closure.duration_dist, 1.0 if closure.duration_dist else 0.0)
                spread = usual if cv is None else cv
                mean_h = closure.duration_h or 0.0  # without rates none is drawn
                self.made.closure(closure.id, months, of_kind(closure.duration_dist or "gamma", mean_h, spread))

    def given(self, closures: Sequence[str]) -> list[tuple[float, float]]:
        """When any of some closures is on by dates, hours."""
        return union(self.dated.get(name, []) for name in closures)

    def gate_of(self, table: str, name: str) -> list[do.Step]:
        """Passing whatever closures stop that thing."""
        if (table, name) not in self.stopped:
            return []
        gate = f"{table} {name}"
        if gate not in self.made.gates:
            closures = self.stopped[table, name]
            self.made.gate(gate, self.given(closures), closures=closures, place=name)
        return [do.Pass(gate)]

    def gates(self) -> None:
        """Closures and opening hours of stations."""
        for name in list(self.made.stations):
            facility = self.corridor.by_key("facility").get(name)
            if facility is None:
                continue
            closures = [*self.stopped.get(("facility", name), []), *self.stopped.get(("place", facility.place), [])]
            if closures:
                self.made.gate(
                    f"closures {name}", self.given(closures), closures=closures, stations=[name], place=facility.place
                )
            if facility.opens is not None and facility.closes is not None:
                shut = list(self.shut_hours(facility))
                self.made.gate(f"hours {name}", shut, stations=[name], hours=True, place=facility.place)

    def shut_hours(self, facility: Row) -> Iterator[tuple[float, float]]:
        """When a facility is out of its hours, by the clock of its place."""
        zone = self.calendar.zone(facility.place)
        first = self.period.begin.astimezone(zone).date() - dt.timedelta(days=1)
        last = (self.period.begin + dt.timedelta(hours=self.period.total_h)).astimezone(zone).date()
        shut_from = 0.0
        for spell in self.calendar.open_days(facility, first, last + dt.timedelta(days=1)):
            opens, closes = (self.period.hour(instant) for instant in spell)
            if opens > shut_from:
                yield shut_from, opens
            shut_from = max(shut_from, closes)
            if shut_from >= self.period.total_h:
                return

    # --- facilities

    def station(self, facility: Row) -> str:
        """The station of a facility, made when first asked for."""
        if facility.id not in self.made.stations:
            self.made.station(
                facility.id,
                facility.servers,
                room=facility.buffer,
                batch=facility.batch or 1,
                place=facility.place,
                cause=WAITS_FOR.get(facility.kind, "crane"),
            )
        return str(facility.id)

    def served(self, facility: Row) -> list[do.Step]:
        """Going through a facility: papers and the like, then a server, unless there are so many that none waits."""
        if self.is_ample(facility):
            done = do.Delay(service_time(facility), "handling", facility.place, f"{facility.id} service")
            return [*self.papers(facility), done]
        return [*self.papers(facility), do.Serve(self.station(facility), service_time(facility))]

    def is_ample(self, facility: Row) -> bool:
        """Whether a facility is one that never makes anyone wait: as many servers as one likes, nothing shuts it."""
        shut = ("facility", facility.id) in self.stopped or ("place", facility.place) in self.stopped
        return facility.servers >= AMPLE and not shut and facility.opens is None and (facility.batch or 1) == 1

    def papers(self, facility: Row) -> list[do.Step]:
        hours = facility.wait_h if facility.papers_h is None else facility.papers_h
        if not hours:
            return []
        cv = WAIT_CV if facility.wait_cv is None else facility.wait_cv
        time = gamma(hours, cv) if cv else fixed(hours)
        return [do.Delay(time, "papers", facility.place, facility.id)]

    # --- services

    def service(self, service: Row) -> None:
        there = self.ways[service.id]
        back = self.ways.get(f"{service.id} (back)")
        if not {way.id for way in (there, back) if way} & self.ridden:
            return
        for way in (there, back):
            if way:
                for k in self.calls(way):
                    self.queue(way, k)
        if service.fleet is not None:
            self.fleet(there, back)
            return
        for way in (there, back):
            if way and service.departs == "when_full":
                for k in self.calls(way):
                    self.made.program(f"{way.id} from {k}", self.trip(way, k))
            elif way:
                self.made.program(way.id, [*self.round(way, 0), *self.end(way)])
                self.departures(way)

    def calls(self, way: Way) -> list[int]:
        """Stops of a way where goods board."""
        return [k for k in range(len(way.stops) - 1) if (way.id, k) in self.boarded]

    def queue(self, way: Way, k: int) -> None:
        """The queue at a stop; where vehicles are formed as goods come, it calls them."""
        service, place = way.service, way.stops[k].place
        if service.fleet is not None or service.departs != "when_full":
            self.made.queue(queue_of(way, k), stop=self.stop_of[way.id, k], place=place)
            return
        longest = service.longest_wait_h if service.longest_wait_h is not None else service.headway_h
        self.made.queue(
            queue_of(way, k), stop=self.stop_of[way.id, k], place=place, calls=f"{way.id} from {k}", capacity=FULL,
            longest_h=longest,
        )  # fmt: skip

    def departures(self, way: Way) -> None:
        """Vehicles of a service that goes by a headway or a timetable."""
        service = way.service
        if service.departs == "timetable":
            instants = list(self.timetable(way))
            self.made.source(way.id, way.id, instants_h=instants, capacity=FULL)
            return
        cv = service.headway_cv or 0.0
        every = gamma(service.headway_h, cv) if cv else fixed(service.headway_h)
        phase = crc32(way.id.encode()) / 2**32
        self.made.source(way.id, way.id, every=every, capacity=FULL, first_h=-phase * service.headway_h)

    def timetable(self, way: Way) -> Iterator[float]:
        """Departures from the first stop. One that is full everywhere is none here."""
        begin, end = self.period.begin, self.period.start + dt.timedelta(hours=self.period.hours)
        place = way.stops[0].place
        zone = self.calendar.zone(place)
        days = begin.astimezone(zone).date(), end.astimezone(zone).date()
        for run in self.calendar.departures(way.service, back=way.back, place=place, first=days[0], last=days[1]):
            hour = self.period.hour(run.at)
            if hour >= 0 and run.at < end and run.full is not None:
                yield hour

    def fleet(self, there: Way, back: Way | None) -> None:
        """Vehicles that turn round: there and back, or back empty."""
        service = there.service
        steps = self.round(there, 0)
        if back:
            steps += self.round(back, 0)
        else:
            for k in reversed(range(len(there.links))):
                steps += [_turned(step) for step in self.hop(there, k)]
        self.made.program(service.id, [*steps, do.Repeat()])
        self.made.fleet(service.id, service.id, service.fleet, FULL)

    def trip(self, way: Way, first: int) -> list[do.Step]:
        """The trip of a vehicle that is formed at a stop as goods come: it ends where the last of them alight."""
        steps = self.round(way, first, on_demand=True)
        end = do.WhenEmpty(len(steps))
        return [*(end if isinstance(step, do.WhenEmpty) else step for step in steps), *self.end(way)]

    def begin(self, way: Way) -> list[do.Step]:
        """Before the first departure, whether or not anything boards there: what it draws from a pool."""
        pool = self.pools.get(way.service.id)
        return [] if pool is None or way.service.fleet is not None else [do.Seize(pool.id, pool.per_trip)]

    def end(self, way: Way) -> list[do.Step]:
        """After the last stop: what was drawn from a pool comes back empty."""
        pool = self.pools.get(way.service.id)
        if pool is None or way.service.fleet is not None:
            return []
        back = [do.Delay(fixed(pool.turnaround_h), "travel", pool.name, pool.id)] if pool.turnaround_h else []
        return [*back, do.Release(pool.id, pool.per_trip)]

    def round(self, way: Way, first: int, *, on_demand: bool = False) -> list[do.Step]:
        """A vehicle's way from stop `first` to the last one, or to where nobody is aboard any more."""
        vehicle = self.corridor.row("vehicle", way.service.vehicle)
        steps: list[do.Step] = []
        for k in range(first, len(way.stops)):
            steps += self.stop(way, k, vehicle, first=first)
            if k == first:
                steps += self.begin(way)
            if on_demand and first < k < len(way.links) and (way.id, k) in self.alighted:
                steps.append(do.WhenEmpty(0))
            if k < len(way.links):
                steps += [step for at in ("service", "place") for step in self.gate_of(at, _thing(way, k, at))]
                steps += self.hop(way, k)
        return steps

    def stop(self, way: Way, k: int, vehicle: Row, first: int) -> list[do.Step]:
        """What a vehicle does at a stop: berth, unload, stand, load."""
        stop, last = way.stops[k], len(way.stops) - 1
        lands = k > first and way.unloads(k)
        loads = (way.id, k) in self.boarded
        stands: list[do.Step] = []
        if 0 < k < last and k > first:
            if stop.dwell_h:
                stands.append(do.Delay(fixed(stop.dwell_h), "handling", stop.place, way.id))
            stands += [
                step for change in self.riding.train_changes(way.stops, way.links, k) for step in self.served(change)
            ]
        alights = (way.id, k) in self.alighted and k > first
        work: list[do.Step] = [do.Unload(self.stop_of[way.id, k])] if alights else []
        work += stands
        before, at = self.load(way, k, first) if loads else ([], [])
        berth = self.riding.berth(stop.place, vehicle.id) if way.service.mode in BERTHS else None
        if berth is None or stop.call == "pass" or not (lands or loads):
            return [*work, *before, *at]
        half = service_time(berth, share=0.5)
        stay: list[do.Step] = [
            do.Delay(half, "handling", stop.place, f"{berth.id} {side}") for side in ("unloading", "loading")
        ]
        work = [*([stay[0]] if lands else []), *work, *at, *([stay[1]] if loads else [])]
        return [*before, *self.papers(berth), do.Seize(self.station(berth)), *work, do.Release(berth.id)]

    def load(self, way: Way, k: int, first: int) -> tuple[list[do.Step], list[do.Step]]:
        """What a vehicle does to load: before it takes a berth, and at it.

        A ship that waits for its load, or for its hour, does so off the berth.
        """
        service = way.service
        filling = service.fleet is not None and service.departs == "when_full" and k == 0
        if filling:
            return [do.Load(queue_of(way, k), fill=True, longest_h=service.longest_wait_h)], []
        before: list[do.Step] = []
        at: list[do.Step] = [do.Load(queue_of(way, k))]
        if k == first and service.fleet is not None and service.departs == "headway" and service.headway_h:
            section = f"departures {way.id}"
            if section not in self.made.sections:
                self.made.section(section, service.headway_h, place=way.stops[k].place, cause="vehicle")
            before = [do.Pace(section, fixed(0.0))]
        return before, at

    def hop(self, way: Way, k: int) -> list[do.Step]:
        """From stop k to the next: border out, the line, border in."""
        link, a, b = way.links[k], way.stops[k].place, way.stops[k + 1].place
        mode = link.mode
        hours = next(item.hours for item in way.hops[k] if item.kind == "travel")
        steps = [*self.gate_of("link", link.id)]
        if mode not in AFLOAT:
            for facility in self.riding.border_facilities(mode, a, b, "out"):
                steps += self.served(facility)
        if link.paths_per_day:
            section = f"{link.id} {'there' if link.from_place == a else 'back'}"
            if section not in self.made.sections:
                self.made.section(section, 24 / link.paths_per_day, place=a)
            steps.append(do.Pace(section, fixed(hours), to=b))
        else:
            steps.append(do.Delay(fixed(hours), "travel", a, link.id, to=b))
        if mode not in AFLOAT:
            for facility in self.riding.border_facilities(mode, b, a, "in"):
                steps += self.served(facility)
        return steps

    # --- streams

    def stream(self, stream: Stream) -> None:
        steps: list[do.Step] = []
        for leg in stream.legs:
            steps += self.passed(leg, stream) if isinstance(leg, Pass) else self.ridden_leg(leg, stream)
        lot = 1 if any(isinstance(step, (do.Serve, do.Seize)) for step in steps) else self.lot(stream)
        if lot > 1:
            steps = [replace(step, size=step.size * lot) if isinstance(step, do.Board) else step for step in steps]
        self.made.program(stream.id, steps, group=stream.group, weight=lot)
        per_year = stream.per_year / lot
        rates = [(until, per_year * stream.month_shares[month - 1] / h) for until, month, h in self.period.months()]
        self.made.source(stream.id, stream.id, rates=rates)

    def lot(self, stream: Stream) -> int:
        """How many units of a stream move together where none of them ever meets a server that is not at once free.

        One by one they would do the same, only that they would be many millions. A lot is at most a tenth of the
        vehicles that it rides and of a day's units, and fills them.
        """
        rooms = [FULL // self.size(self.ways[leg.way], stream) for leg in stream.legs if isinstance(leg, Ride)]
        most = min(int(min(rooms, default=1) / 10), int(stream.per_year / 365), MOST_IN_A_LOT)
        return next((n for n in range(most, 1, -1) if all(room % n <= ROOM_WASTED * room for room in rooms)), 1)

    def passed(self, leg: Pass, stream: Stream) -> list[do.Step]:
        facility = self.corridor.row("facility", leg.facility)
        if stream.unit != "container" and facility.serves == "container":
            return self.papers(facility)
        return self.served(facility)

    def ridden_leg(self, leg: Ride, stream: Stream) -> list[do.Step]:
        way = self.ways[leg.way]
        start, end = way.stops[leg.board].place, way.stops[leg.alight].place
        board = do.Board(queue_of(way, leg.board), self.stop_of[way.id, leg.alight], size=self.size(way, stream))
        if way.service.mode not in AFLOAT:
            return [board]
        out = self.riding.border_facilities(way.service.mode, start, end, "out")
        into = self.riding.border_facilities(way.service.mode, end, start, "in")
        return [
            *(step for facility in out for step in self.served(facility)),
            board,
            *(step for facility in into for step in self.served(facility)),
        ]

    def size(self, way: Way, stream: Stream) -> int:
        """The share of a vehicle that a unit takes, so that a whole number of units fill it."""
        vehicle, share = self.corridor.row("vehicle", way.service.vehicle), load_share(self.riding, way)
        room = room_for(vehicle, stream, share)
        if room < 1:
            found = f"no room for a {stream.unit} of {stream.id} at a load share of {share:g}"
            remedy = "give the vehicle more capacity, or its berths a larger load_share"
            raise InputError("the corridor", [Problem(f"vehicle.csv, row {vehicle.id}", found, remedy)])
        return int(FULL / room)


def _thing(way: Way, k: int, table: str) -> str:
    return str(way.service.id if table == "service" else way.stops[k].place)


def _turned(step: do.Step) -> do.Step:
    """A way sailed back."""
    return replace(step, place=step.to, to=step.place) if isinstance(step, do.Delay) and step.to else step


def queue_of(way: Way, k: int) -> str:
    """The queue at a stop of a way."""
    return f"{way.id} at {k} {way.stops[k].place}"


def service_time(facility: Row, share: float = 1.0) -> Time:
    """The time that one customer, or one batch, holds a server; or a share of it."""
    usual = SERVICE_CV.get(facility.service_time_dist, 0.0)
    cv = usual if facility.service_time_cv is None else facility.service_time_cv
    time = of_kind(facility.service_time_dist or "gamma", facility.service_time_h * share, cv)
    if facility.slow_share and facility.slow_h:
        time = time.with_slow_branch(facility.slow_share, facility.slow_h * share)
    return time.plus(facility.setup_h * share) if facility.setup_h else time
