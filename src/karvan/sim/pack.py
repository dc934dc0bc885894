"""A system packed into the arrays that the event loop runs on, and the names back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np

from karvan.ground.errors import Problem, nearest, shown
from karvan.kernels import chance
from karvan.kernels import fields as f
from karvan.kernels.agenda import LAST_INSTANT
from karvan.kernels.fields import Floats, Ints, Records
from karvan.network.shape import quantiles
from karvan.sim.check import inconsistencies, numbers, refuse
from karvan.sim.closure import Closure, Spells
from karvan.sim.step import Await, Board, Delay, Load, Pace, Pass, Release, Repeat, Seize, Serve, Step, Unload
from karvan.sim.system import Program, System
from karvan.sim.time import Time

MS_PER_H = 3_600_000.0
NO_LIMIT = 1 << 60
KINDS = {"exponential": chance.EXPONENTIAL}


class Account(NamedTuple):
    """What time is put down to: a cause, at a place, because of a part of the system."""

    place: str
    cause: str
    part: str


def ms(hours: float) -> int:
    """Whole milliseconds of hours; what is beyond the clock's range stays beyond it."""
    return round(min(hours * MS_PER_H, 2.0 * LAST_INSTANT))


def purpose(*words: object) -> int:
    """What a draw is for, as 32 bits, from its words: not from any order, so that scenarios share their luck."""
    return crc32(":".join(map(str, words)).encode())


def records(kind: np.dtype[np.void], rows: Sequence[Mapping[str, float]]) -> Records:
    """An array of records; what a row does not name is 0."""
    array = np.zeros(len(rows), dtype=kind).view(np.recarray)
    for at, row in enumerate(rows):
        for name, value in row.items():
            array[name][at] = value
    return array


@dataclass(frozen=True)
class Packed:
    """Arrays of a system, the same for every replication."""

    system: System
    op: Records
    time: Records
    shape: Floats
    station: Records
    lines: int
    queue: Records
    gate: Records
    gate_station: Ints
    gate_shut: tuple[Spells, ...]
    """When each gate is shut whatever happens, ms; closures come to it in each replication."""
    closures: tuple[tuple[Closure, int, int], ...]
    """Closures, the number that their draws go by, and the row of their duration among the times."""
    flip: Ints
    """Instants of listed sources and steps."""
    interval: Ints
    source: Records
    rate_until: Floats
    rate: Floats
    fleets: tuple[tuple[int, int, int, int], ...]
    """First step, number, capacity and id of each fleet."""
    accounts: tuple[Account, ...]
    groups: tuple[str, ...]
    stops: int
    lot: int
    steps: tuple[tuple[str, Step | None], ...]
    """Program and step of each row of `op`; None where a program ends."""


def pack(system: System) -> Packed:
    """Pack a system. Raises InputError with all names that are not there, and all that cannot go together."""
    refuse(numbers(system))
    return _Packer(system).packed()


class _Packer:
    """Gathers rows while programs are gone through."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.problems: list[Problem] = []
        self.times: dict[Time, int] = {}
        self.shapes: dict[object, int] = {}
        self.tables: list[Floats] = []
        self.accounts: dict[Account, int] = {}
        self.groups: dict[str, int] = {}
        self.rows: list[dict[str, int]] = []
        self.steps: list[tuple[str, Step | None]] = []
        self.flips: list[int] = []
        self.first_step: dict[str, int] = {}
        self.stops = 1
        self.idents: set[int] = set()
        self.ix = {
            kind: {name: i for i, name in enumerate(parts)}
            for kind, parts in (
                ("station", system.stations),
                ("queue", system.queues),
                ("gate", system.gates),
                ("closure", system.closures),
                ("section", system.sections),
                ("program", system.programs),
            )
        }

    def packed(self) -> Packed:
        system = self.system
        self.time(Time(0.0))
        for program in system.programs.values():
            self.program(program)
        gate, gate_station = self.gates()
        closures = tuple(
            (closure, self.ident("closure", closure.name), self.time(closure.duration))
            for closure in system.closures.values()
        )
        queue = self.queues()
        source, until, rates = self.sources()
        fleets = tuple(
            (self.begins(fleet.program, fleet.name), fleet.vehicles, fleet.capacity, self.ident("fleet", fleet.name))
            for fleet in system.fleets.values()
        )
        stations = self.stations()
        self.problems += inconsistencies(system)
        refuse(self.problems)
        times = self.time_rows()
        return Packed(
            system=system,
            op=records(f.STEP, self.rows),
            time=times,
            shape=np.array(self.tables or [np.zeros(chance.SHAPE_NODES + 1)]),
            station=stations,
            lines=sum(station.classes for station in system.stations.values()),
            queue=queue,
            gate=gate,
            gate_station=gate_station,
            gate_shut=tuple([(ms(a), ms(b)) for a, b in gate.shut_h] for gate in system.gates.values()),
            closures=closures,
            flip=np.array(self.flips, dtype=np.int64),
            interval=np.array([ms(section.interval_h) for section in system.sections.values()], dtype=np.int64),
            source=source,
            rate_until=until,
            rate=rates,
            fleets=fleets,
            accounts=tuple(self.accounts),
            groups=tuple(self.groups),
            stops=self.stops,
            lot=max((one.lot for one in system.sources.values()), default=1),
            steps=tuple(self.steps),
        )

    def at(self, kind: str, name: str, where: str) -> int:
        """Index of a named part; a problem if there is none of that name."""
        known = self.ix[kind]
        if name not in known:
            like = nearest(name, known)
            remedy = f"did you mean {', '.join(like)}?" if like else f"add a {kind} of that name first"
            self.problems.append(Problem(where, f"{kind} {shown(name)}", remedy))
            return 0
        return known[name]

    def begins(self, program: str, where: str) -> int:
        self.at("program", program, where)
        return self.first_step.get(program, 0)

    def time(self, time: Time) -> int:
        if time not in self.times:
            self.times[time] = len(self.times)
        return self.times[time]

    def drawn(self, time: Time) -> tuple[int, int, int]:
        """Kind of a time, row of its table, and how many values there are to choose from."""
        shape = time.shape
        if shape is None:
            return KINDS.get(time.kind, chance.FIXED), 0, 0
        if shape not in self.shapes:
            self.shapes[shape] = len(self.tables)
            self.tables.append(quantiles(shape))
        if time.kind == "empirical":
            return chance.LISTED, self.shapes[shape], min(len(time.values), chance.SHAPE_NODES)
        return chance.SHAPED, self.shapes[shape], 0

    def time_rows(self) -> Records:
        rows: list[dict[str, float]] = []
        for time in self.times:
            kind, shape, values = self.drawn(time)
            repair = time.repair or Time(0.0)
            repair_kind, repair_shape, repair_values = self.drawn(repair)
            rows.append({
                "kind": kind,
                "table": shape,
                "values": values,
                "extras": bool(time.slow_share or time.breakdowns_per_h or time.plus_h),
                "repair_kind": repair_kind,
                "repair_shape": repair_shape,
                "repair_values": repair_values,
                "mean_ms": time.mean_h * MS_PER_H,
                "plus": time.plus_h * MS_PER_H,
                "slow_share": time.slow_share,
                "slow": time.slow_h * MS_PER_H,
                "fails": time.breakdowns_per_h / MS_PER_H,
                "repair": repair.mean_h * MS_PER_H,
            })  # fmt: skip
        return records(f.TIME, rows)

    def account(self, place: str, cause: str, part: str) -> int:
        if cause not in f.CAUSES:
            remedy = f"give one of {', '.join(f.CAUSES)}"
            self.problems.append(Problem(f"{part} at {place}, cause", shown(cause), remedy))
            return 0
        number = self.accounts.setdefault(Account(place, cause, part), len(self.accounts))
        return number << f.CAUSE_BITS | f.CAUSES.index(cause)

    def ident(self, *words: str) -> int:
        """A number of 31 bits of its own for a source, fleet or queue, from its name."""
        salt = 0
        while (found := purpose(*words, *([salt] if salt else [])) & 0x7FFFFFFF) in self.idents:
            salt += 1
        self.idents.add(found)
        return found

    def program(self, program: Program) -> None:
        first = len(self.rows)
        self.first_step[program.name] = first
        group = self.groups.setdefault(program.group, len(self.groups))
        out = first + len(program.steps) + 1
        seen: Counter[object] = Counter()
        for number, step in enumerate(program.steps):
            where = f"program {program.name}, step {number}"
            row = self.row(step, where, first, out, seen, program)
            if isinstance(step, Delay) and isinstance((*program.steps, None)[number + 1], Delay):
                row["rule"] = f.GOES_ON
            self.rows.append({**row, "weight": program.weight, "group": group})
            self.steps.append((program.name, step))
        for turned_away in (0, 1):
            self.rows.append(
                {"code": f.LEAVE, "where": group, "n": turned_away, "weight": program.weight, "group": group}
            )
            self.steps.append((program.name, None))

    def row(
        self, step: Step, where: str, first: int, out: int, seen: Counter[object], program: Program
    ) -> dict[str, int]:
        """The row of one step."""
        row = {"n": 1, "otherwise": f.NONE, "longest": LAST_INSTANT}
        if isinstance(step, (Serve, Seize)):
            self.asks(row, step, where, out, seen)
        elif isinstance(step, Release):
            row["code"], row["where"], row["n"] = f.RELEASE, self.at("station", step.station, where), step.n
        elif isinstance(step, Delay):
            name = step.name or program.name
            row["code"], row["time"] = f.DELAY, self.time(step.time)
            row["work"] = self.account(step.place, step.cause, name)
            row["purpose"] = self.named(seen, "delay", name)
        elif isinstance(step, Pass):
            gate = self.system.gates.get(step.gate)
            row["code"], row["where"] = f.PASS, self.at("gate", step.gate, where)
            if gate:
                row["wait"] = self.account(gate.place, "hours" if gate.hours else "weather", gate.name)
        elif isinstance(step, Pace):
            section = self.system.sections.get(step.section)
            row["code"], row["where"] = f.PACE, self.at("section", step.section, where)
            row["time"], row["purpose"] = self.time(step.time), self.named(seen, "pace", step.section)
            if section:
                row["wait"] = self.account(section.place, section.cause, section.name)
                row["work"] = self.account(section.place, "travel", section.name)
        elif isinstance(step, Board):
            self.boards(row, step, where)
        elif isinstance(step, Unload):
            row["code"], row["stop"] = f.UNLOAD, step.stop
            self.stops = max(self.stops, step.stop + 1)
        elif isinstance(step, Load):
            self.loads(row, step, where)
        elif isinstance(step, Await):
            row["code"], row["where"] = f.AWAIT, len(self.flips)
            self.flips += [ms(hours) for hours in sorted(step.instants_h)]
            row["alight"] = len(self.flips)
            row["work"] = self.account(program.name, "vehicle", program.name)
        else:
            row["code"] = f.REPEAT if isinstance(step, Repeat) else f.WHEN_EMPTY
            row["where"] = first + step.step
        return row

    def named(self, seen: Counter[object], *words: str) -> int:
        seen[words] += 1
        return purpose(*words, seen[words])

    def asks(self, row: dict[str, int], step: Serve | Seize, where: str, out: int, seen: Counter[object]) -> None:
        row["where"] = self.at("station", step.station, where)
        station = self.system.stations.get(step.station)
        if station is None:
            return
        if not 0 <= step.priority < station.classes:
            remedy = f"give 0 to {station.classes - 1}, or the station more classes"
            self.problems.append(Problem(f"{where}, priority", shown(step.priority), remedy))
        row["priority"] = step.priority
        row["wait"] = self.account(station.place, station.cause, station.name)
        row["block"] = self.account(station.place, "blocked", station.name)
        if isinstance(step, Serve):
            row["code"], row["time"] = f.SERVE, self.time(step.time)
            row["purpose"] = self.named(seen, "serve", station.name)
            row["work"] = self.account(station.place, station.work, station.name)
            if step.turned_away:
                row["otherwise"] = out
        else:
            row["code"], row["n"] = f.SEIZE, step.n
            if not 0 < step.n <= station.servers:
                remedy = f"the station has {station.servers}"
                self.problems.append(Problem(f"{where}, n", shown(step.n), remedy))

    def boards(self, row: dict[str, int], step: Board, where: str) -> None:
        row["code"], row["where"] = f.BOARD, self.at("queue", step.queue, where)
        queue = self.system.queues.get(step.queue)
        row["alight"], row["n"] = step.alight, step.size
        row["frees"] = self.at("station", step.frees, where) + 1 if step.frees else 0
        self.stops = max(self.stops, step.alight + 1)
        if queue:
            row["stop"] = queue.stop
            row["wait"] = self.account(queue.place, "vehicle", queue.name)
            self.stops = max(self.stops, queue.stop + 1)

    def loads(self, row: dict[str, int], step: Load, where: str) -> None:
        row["code"], row["where"] = f.LOAD, self.at("queue", step.queue, where)
        queue = self.system.queues.get(step.queue)
        row["rule"] = f.FILL if step.fill else f.TAKE
        if step.longest_h is not None:
            row["longest"] = min(ms(step.longest_h), LAST_INSTANT)
        if queue:
            row["stop"] = queue.stop
            row["work"] = self.account(queue.place, "vehicle", queue.name)

    def stations(self) -> Records:
        rows = np.zeros(len(self.system.stations), dtype=f.STATION).view(np.recarray)
        seized = {step.station for _, step in self.steps if isinstance(step, Seize)}
        line = 0
        for row, station in zip(rows, self.system.stations.values(), strict=True):
            row.free = row.servers = station.servers
            row.line, row.classes = line, station.classes
            row.room = NO_LIMIT if station.room is None else station.room
            row.blocked_head = row.blocked_tail = f.NONE
            row.batch, row.least = station.batch, station.least
            row.gated = any(station.name in gate.stations for gate in self.system.gates.values())
            if row.gated:
                row.account_weather = self.account(station.place, "weather", station.name)
                row.account_hours = self.account(station.place, "hours", station.name)
            row.plain = (
                station.room is None
                and station.classes == station.batch == station.least == 1
                and not row.gated
                and station.name not in seized
            )
            line += station.classes
        return rows

    def queues(self) -> Records:
        rows = np.zeros(len(self.system.queues), dtype=f.QUEUE).view(np.recarray)
        smallest: dict[str, int] = {}
        for program in self.system.programs.values():
            for step in program.steps:
                if isinstance(step, Board):
                    smallest[step.queue] = min(smallest.get(step.queue, step.size), step.size)
        for row, queue in zip(rows, self.system.queues.values(), strict=True):
            row.head = row.tail = row.loader_head = row.loader_tail = row.call = f.NONE
            row.id, row.smallest = self.ident("queue", queue.name), smallest.get(queue.name, 1)
            row.longest = LAST_INSTANT
            if queue.calls:
                row.call = self.begins(queue.calls, f"queue {queue.name}") + queue.at_step
                row.capacity = queue.capacity
                if queue.longest_h is not None:
                    row.longest = ms(queue.longest_h)
        return rows

    def gates(self) -> tuple[Records, Ints]:
        rows = np.zeros(len(self.system.gates), dtype=f.GATE).view(np.recarray)
        stopped: list[int] = []
        for row, gate in zip(rows, self.system.gates.values(), strict=True):
            row.head = row.tail = f.NONE
            row.hours = gate.hours
            for name in gate.closures:
                self.at("closure", name, f"gate {gate.name}")
            row.station, row.stations = len(stopped), len(gate.stations)
            stopped += [self.at("station", name, f"gate {gate.name}") for name in gate.stations]
        return rows, np.array(stopped, dtype=np.int64)

    def sources(self) -> tuple[Records, Floats, Floats]:
        rows = np.zeros(len(self.system.sources), dtype=f.SOURCE).view(np.recarray)
        until: list[float] = []
        rates: list[float] = []
        for row, source in zip(rows, self.system.sources.values(), strict=True):
            row.step = self.begins(source.program, f"source {source.name}")
            row.id, row.when = self.ident("source", source.name), source.first_h * MS_PER_H
            row.lot, row.capacity = source.lot, source.capacity
            row.limit = NO_LIMIT if source.limit is None else source.limit
            program = self.system.programs.get(source.program)
            row.group = self.groups[program.group] if program else 0
            if source.every is not None:
                row.kind, row.time = f.RENEWAL, self.time(source.every)
            elif source.rates:
                over = sum(end <= source.first_h for end, _ in source.rates[:-1])
                row.kind, row.at = f.POISSON, len(rates) + over
                until += [end * MS_PER_H for end, _ in source.rates]
                rates += [rate / MS_PER_H for _, rate in source.rates]
                row.last = len(rates) - 1
            else:
                row.kind, row.at = f.LISTED, len(self.flips)
                self.flips += [ms(instant) for instant in sorted(source.instants_h)]
                row.last = len(self.flips)
        return rows, np.array(until, dtype=np.float64), np.array(rates, dtype=np.float64)
