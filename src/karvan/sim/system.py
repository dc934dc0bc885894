"""A system to be simulated: stations, queues, gates, sections, and the programs of what moves between them.

The corridor is compiled into one of these (`karvan.sim.corridor`); a small one can be written by hand:

>>> from karvan.sim import Serve, System, exponential, replicate
>>> bank = System()
>>> bank.station("counter", servers=1)
>>> bank.program("customer", [Serve("counter", exponential(1.0))])
>>> bank.source("street", "customer", every=exponential(1 / 0.8))
>>> result = replicate(bank, hours=10_000, seed=1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from karvan.ground.errors import Problem, shown
from karvan.sim.check import hours as hours_wrong
from karvan.sim.check import rates as rates_wrong
from karvan.sim.check import refuse, whole
from karvan.sim.closure import Closure
from karvan.sim.step import Step
from karvan.sim.time import Time

Intervals = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Station:
    """Servers with a line in front of them."""

    name: str
    servers: int
    room: int | None
    classes: int
    batch: int
    least: int
    place: str
    cause: str
    work: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Where units wait for a vehicle. With `calls`, a vehicle of that program is formed as soon as a full load waits,
    or when the first has waited longest."""

    name: str
    stop: int
    place: str
    calls: str = ""
    at_step: int = 0
    capacity: int = 0
    longest_h: float | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Something that is shut now and then: it stops what passes it, and the stations named."""

    name: str
    shut_h: tuple[tuple[float, float], ...]
    closures: tuple[str, ...]
    stations: tuple[str, ...]
    hours: bool
    place: str


@dataclass(frozen=True, slots=True)
class Section:
    """A line that admits one vehicle in each interval."""

    name: str
    interval_h: float
    place: str
    cause: str


@dataclass(frozen=True, slots=True)
class Program:
    """Steps in their order, and the group that those are counted in who come to the end."""

    name: str
    steps: tuple[Step, ...]
    group: str
    weight: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where units or vehicles come from."""

    name: str
    program: str
    every: Time | None
    rates: tuple[tuple[float, float], ...]
    instants_h: tuple[float, ...]
    lot: int
    limit: int | None
    capacity: int
    first_h: float


@dataclass(frozen=True, slots=True)
class Fleet:
    """Vehicles that go round and round."""

    name: str
    program: str
    vehicles: int
    capacity: int


@dataclass
class System:
    """A collection of named parts. Names are what random numbers go by: a part keeps its luck under another order."""

    stations: dict[str, Station] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    closures: dict[str, Closure] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    fleets: dict[str, Fleet] = field(default_factory=dict)

    def station(
        self,
        name: str,
        servers: int = 1,
        *,
        room: int | None = None,
        classes: int = 1,
        batch: int = 1,
        least: int = 1,
        place: str = "",
        cause: str = "crane",
        work: str = "handling",
    ) -> None:
        """Add a station.

        Args:
            room: places in front of it, those in service not counted; None is no limit.
            classes: classes of priority.
            batch: how many one server takes together, in one service.
            least: how many must wait before a service begins.
            cause, work: what waiting and being served count as.
        """
        low = {"servers": (servers, 0), "room": (room, 0), "classes": (classes, 1), "batch": (batch, 1),
               "least": (least, 1)}  # fmt: skip
        problems = [
            problem
            for what, (value, lowest) in low.items()
            if value is not None or what != "room"
            for problem in whole(f"station {name}, {what}", value, lowest)
        ]
        if not problems and least > 1 and room is not None and room < least:
            problems.append(
                Problem(f"station {name}, room", shown(room), f"give at least {least}, as many as must wait")
            )
        refuse(problems)
        self._new(self.stations, name)
        self.stations[name] = Station(name, servers, room, classes, batch, least, place or name, cause, work)

    def queue(
        self,
        name: str,
        *,
        stop: int = 0,
        place: str = "",
        calls: str = "",
        at_step: int = 0,
        capacity: int = 0,
        longest_h: float | None = None,
    ) -> None:
        """Add a queue for vehicles at one of their stops; see `Queue`."""
        problems = whole(f"queue {name}, stop", stop, 0) + whole(f"queue {name}, at_step", at_step, 0)
        if calls:
            problems += whole(f"queue {name}, capacity", capacity, 1)
        if longest_h is not None:
            problems += hours_wrong(f"queue {name}, longest_h", longest_h)
        refuse(problems)
        self._new(self.queues, name)
        self.queues[name] = Queue(name, stop, place or name, calls, at_step, capacity, longest_h)

    def gate(
        self,
        name: str,
        shut_h: Intervals = (),
        *,
        closures: Sequence[str] = (),
        stations: Sequence[str] = (),
        hours: bool = False,
        place: str = "",
    ) -> None:
        """Add a gate that is shut in some intervals (hours from the start, in order, not touching), and by closures."""
        last = -1.0
        for start, end in shut_h:
            if not last < start < end or start < 0:
                remedy = "give intervals from 0 on, in order, each with its start before its end, that do not touch"
                refuse([Problem(f"gate {name}", f"{start} to {end}", remedy)])
            last = end
        self._new(self.gates, name)
        self.gates[name] = Gate(name, tuple(shut_h), tuple(closures), tuple(stations), hours, place or name)

    def closure(self, name: str, rates: Sequence[tuple[float, float]], duration: Time) -> None:
        """Add something that shuts gates now and then. rates: (until when in hours, starts per hour), in order;
        the last one goes on.
        """
        refuse(rates_wrong(f"closure {name}, rates", rates))
        if not rates:
            refuse([Problem(f"closure {name}, rates", "none", "say how often it begins")])
        self._new(self.closures, name)
        self.closures[name] = Closure(name, tuple(rates), duration)

    def section(self, name: str, interval_h: float, *, place: str = "", cause: str = "path") -> None:
        """Add a section that admits one vehicle in each interval; 0 is no limit."""
        refuse(hours_wrong(f"section {name}, interval_h", interval_h))
        self._new(self.sections, name)
        self.sections[name] = Section(name, interval_h, place or name, cause)

    def program(self, name: str, steps: Sequence[Step], *, group: str = "", weight: int = 1) -> None:
        """Add a program.

        Args:
            group: what its units are counted in; the program's name if not given.
            weight: how many units each counts for: lots that always move together. At stations a lot is one customer.
        """
        self._new(self.programs, name)
        self.programs[name] = Program(name, tuple(steps), group or name, weight)

    def source(
        self,
        name: str,
        program: str,
        *,
        every: Time | None = None,
        rates: Sequence[tuple[float, float]] = (),
        instants_h: Sequence[float] | None = None,
        lot: int = 1,
        limit: int | None = None,
        capacity: int = 0,
        first_h: float = 0.0,
    ) -> None:
        """Add a source of units, or of vehicles if they have a capacity.

        Args:
            every: gaps between two creations; exponential gaps make a Poisson process.
            rates: or a Poisson process whose rate changes: (until when in hours, rate per hour), in order; the last one
                goes on.
            instants_h: or listed instants, hours.
            lot: created together.
            limit: created in all; None is no limit.
            first_h: from when on, hours; of gaps, it may be before the start.
        """
        problems = whole(f"source {name}, lot", lot, 1) + whole(f"source {name}, capacity", capacity, 0)
        problems += hours_wrong(f"source {name}, first_h", first_h, -inf)
        if limit is not None:
            problems += whole(f"source {name}, limit", limit, 0)
        for instant in instants_h or ():
            problems += hours_wrong(f"source {name}, instants_h", instant)
        problems += rates_wrong(f"source {name}, rates", rates)
        if every is not None and every.total_mean_h <= 0:
            problems.append(Problem(f"source {name}, every", "gaps of 0 h", "give gaps that are longer than nothing"))
        rules = (every is not None) + bool(rates) + (instants_h is not None)
        if rules != 1:
            problems.append(Problem(f"source {name}", f"{rules} rules", "give one: every, rates or instants_h"))
        refuse(problems)
        self._new(self.sources, name)
        self.sources[name] = Source(
            name, program, every, tuple(rates), tuple(instants_h or ()), lot, limit, capacity, first_h
        )  # fmt: skip

    def fleet(self, name: str, program: str, vehicles: int, capacity: int) -> None:
        """Add vehicles that begin their program at the start."""
        refuse(whole(f"fleet {name}, vehicles", vehicles, 0) + whole(f"fleet {name}, capacity", capacity, 0))
        self._new(self.fleets, name)
        self.fleets[name] = Fleet(name, program, vehicles, capacity)

    @staticmethod
    def _new(parts: Mapping[str, object], name: str) -> None:
        if name in parts:
            refuse([Problem("names", shown(name), "give every part a name of its own")])
