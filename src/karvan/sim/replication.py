"""One replication: the arrays that a run changes, made, run, and made larger when they are too small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from karvan.ground.errors import KarvanError
from karvan.kernels import fields as f
from karvan.kernels.agenda import NEVER
from karvan.kernels.events import advance, start
from karvan.kernels.fields import Ints, Keys, Model, Records, State
from karvan.kernels.renewal import spells
from karvan.sim.closure import Closure, Spells, union
from karvan.sim.pack import MS_PER_H, Packed, ms

EVENTS_AT_A_TIME = 2_000_000
"""Events between two looks at whether to go on, and at the progress."""
CACHE_LINE = 64
LOG_ROWS = 1 << 17
LOG_MARGIN = 1 << 16


class StuckError(KarvanError):
    """A run that cannot go on: it says what is stuck, and where."""

    exit_code = 4


Watch = Callable[[float], None]
"""Hears how far a replication has come, from 0 to 1."""


@dataclass
class Replication:
    """A system with its seed and number. Times are hours; statistics begin after `warmup_h`."""

    packed: Packed
    seed: int
    number: int
    hours: float
    warmup_h: float = 0.0
    sample_h: float = 1.0
    log: Callable[[Ints], None] | None = None
    """Hears blocks of the event log (n, 3)."""

    def __post_init__(self) -> None:
        key = np.array([(self.seed << 32) | self.number], dtype=np.uint64)
        gate, flip = self._gates(key)
        self.model = model_of(self.packed, key, flip)
        self.state = self._state(gate)
        self._begin()

    def _gates(self, key: Keys) -> tuple[Records, Ints]:
        """The gates of this replication, and all instants by the clock: theirs come after those that are listed."""
        p = self.packed
        until = ms(self.warmup_h + self.hours)
        drawn = _drawn(p, key, until)
        gate, flips = p.gate.copy(), p.flip.tolist()
        for row, shut, spec in zip(gate, p.gate_shut, p.system.gates.values(), strict=True):
            row.next = len(flips)
            for begin, end in union([shut, *(drawn[name] for name in spec.closures)]):
                flips += [begin, end] if end < until else [begin]
            row.last = len(flips)
        return gate, np.array(flips, dtype=np.int64)

    def _state(self, gate: Records) -> State:
        p = self.packed
        vehicles = sum(n for _, n, _, _ in p.fleets)
        units, cars, slots = _room(64 + vehicles + p.lot), _room(16 + vehicles), _room(8 + vehicles)
        samples = int((self.hours) / self.sample_h) + 2
        return State(
            clock=_rows(f.CLOCK, 1),
            tree=_tree(slots),
            free_slot=np.arange(slots, dtype=np.int64)[::-1].copy(),
            unit=_units(units),
            marks=np.zeros((units, 2), dtype=np.int64),
            car=_cars(cars),
            toll=np.zeros((cars, f.N_CAUSES), dtype=np.int64),
            ride=np.zeros((cars, p.stops, f.N_CAUSES), dtype=np.int64),
            call=np.full((cars, p.stops, f.CALL), f.NONE, dtype=np.int64),
            station=p.station.copy(),
            line=_filled(_rows(f.LINE, p.lines), f.NONE),
            queue=p.queue.copy(),
            gate=gate,
            section=_rows(f.SECTION, len(p.interval)),
            source=p.source.copy(),
            todo=np.zeros(len(p.station) + 1, dtype=np.int64),
            lost=_rows(f.LOST, len(p.accounts)),
            group=_rows(f.GROUP, len(p.groups)),
            group_spent=np.zeros((len(p.groups), f.N_CAUSES), dtype=np.int64),
            hist=np.zeros((len(p.groups), f.HIST_BINS), dtype=np.int32),
            series=np.zeros((samples, len(p.station) + len(p.queue), 2), dtype=np.float32),
            pulse=np.zeros((samples, 2)),
            early=np.zeros(samples, dtype=np.int64),
            log=np.zeros((LOG_ROWS if self.log else 1, f.LOG_COLUMNS), dtype=np.int64),
        )

    def _begin(self) -> None:
        clock = self.state.clock
        clock.ready[0] = clock.hole[0] = f.NONE
        clock.free_units[0] = len(self.state.unit)
        clock.free_cars[0] = len(self.state.car)
        clock.free_slots[0] = len(self.state.free_slot)
        clock.counted_from[0] = ms(self.warmup_h)
        clock.until[0] = ms(self.warmup_h + self.hours)
        clock.horizon[0] = clock.counted_from[0] or clock.until[0]
        clock.step[0] = max(ms(self.sample_h), 1)
        clock.short[0] = 1
        clock.margin[0] = self.packed.lot + 8
        self._fit_log()
        self._make_room_for(self._pending())
        start(self.model, self.state, np.array(self.packed.fleets, dtype=np.int64).reshape(-1, 4))

    def _pending(self) -> int:
        p = self.packed
        return len(p.source) + len(p.gate) + 3

    def _make_room_for(self, slots: int) -> None:
        while len(self.state.free_slot) < slots + self.state.clock.margin[0]:
            self._more_slots()

    def run(self, watch: Watch | None = None, limit_events: float = inf) -> None:
        """Run to the end. Raises StuckError, KarvanError (a fault of ours)."""
        while True:
            status = advance(self.model, self.state, min(EVENTS_AT_A_TIME, limit_events))
            if status == f.ENDED:
                break
            self._mend(status)
            if watch and status == f.PAUSED:
                watch(self.now_h / (self.warmup_h + self.hours))
        self._flush_log()
        if watch:
            watch(1.0)

    @property
    def now_h(self) -> float:
        return float(self.state.clock.now[0] / MS_PER_H)

    def _mend(self, status: int) -> None:
        if status == f.MORE_UNITS:
            self._more_units()
        elif status == f.MORE_CARS:
            self._more_cars()
        elif status == f.MORE_SLOTS:
            self._more_slots()
        elif status == f.LOG_FULL:
            self._flush_log()
        elif status == f.WARMED_UP:
            self._count_anew()
        elif status == f.OUT_OF_RANGE:
            raise StuckError(
                f"at {self.now_h:,.3f} h something was to take until after the year nine million, to break down more"
                " than 500 times in one service, to go round more than four million times, or to take more than two"
                " thousand million units aboard: give times that are shorter, breakdowns that are rarer, rounds that"
                " are longer, or units of less weight"
            )
        elif status == f.ENDLESS:
            raise StuckError(f"at {self.now_h:,.3f} h events go on without end and no time passes: {self._busiest()}")
        elif status == f.BROKEN:
            raise KarvanError(f"at {self.now_h:,.3f} h the time of a unit does not add up, or a vehicle ended loaded")

    def _count_anew(self) -> None:
        """The warm-up is over: counting begins. What is in the system stays."""
        s = self.state
        s.clock.status[0], s.clock.sample[0] = f.PAUSED, 0
        s.clock.in_at_from[0] = s.clock.created[0] - s.clock.delivered[0] - s.clock.turned_away[0]
        for name in ("started", "waited", "turned_away", "wait_ms", "wait_ms2"):
            s.station[name] = 0
        for name in ("boarded", "called", "size_boarded", "left_behind", "loaded", "wait_ms", "wait_ms2"):
            s.queue[name] = 0
        s.station.most, s.queue.most, s.section.trains, s.gate.passed = s.station.waiting, s.queue.units, 0, 0
        # Not `lost` nor `group_spent`, which take no time from before that instant, and have the time after it of what
        # began before.
        s.clock.horizon[0] = s.clock.until[0]
        _filled(s.group, 0)
        s.hist[:] = 0

    def _busiest(self) -> str:
        """Who goes on without end: the last that was made ready, if there is one."""
        clock = self.state.clock
        if clock.ready[0] == f.NONE:
            return "what is created or formed there"
        return f"program {self.packed.steps[self.state.unit.at[clock.ready_tail[0]]][0]!r}"

    def _fit_log(self) -> None:
        """Room for what one event may log: at most three rows of each unit or vehicle, and a few of each step."""
        if self.log:
            margin = max(LOG_MARGIN, 3 * len(self.state.unit) + 3 * len(self.packed.op))
            self.state.clock.logging[0] = margin
            if len(self.state.log) < 2 * margin:
                self._flush_log()
                self.state = self.state._replace(log=np.zeros((2 * margin, f.LOG_COLUMNS), dtype=np.int64))

    def _flush_log(self) -> None:
        rows = self.state.clock.log[0]
        if self.log and rows:
            self.log(self.state.log[:rows].copy())
            self.state.clock.log[0] = 0

    def _more_units(self) -> None:
        old = self.state
        n = len(old.unit)
        unit = _units(2 * n)
        unit[:n] = old.unit
        old.clock.free_unit[0] = _append(unit.next, n, int(old.clock.free_unit[0]))
        old.clock.free_units[0] += n
        self.state = old._replace(unit=unit, marks=_doubled(old.marks, 0))
        self._fit_log()

    def _more_cars(self) -> None:
        old = self.state
        n = len(old.car)
        car = _cars(2 * n)
        car[:n] = old.car
        old.clock.free_car[0] = _append(car.next, n, int(old.clock.free_car[0]))
        old.clock.free_cars[0] += n
        self.state = old._replace(car=car, toll=_doubled(old.toll, 0), ride=_doubled(old.ride, 0),
                                  call=_doubled(old.call, f.NONE))  # fmt: skip

    def _more_slots(self) -> None:
        old = self.state
        n = len(old.free_slot)
        tree = _tree(2 * n, old.tree[2 * n :])
        free = int(old.clock.free_slots[0])
        free_slot = np.zeros(2 * n, dtype=np.int64)
        free_slot[:n] = np.arange(2 * n - 1, n - 1, -1)
        free_slot[n : n + free] = old.free_slot[:free]
        old.clock.free_slots[0] += n
        self.state = old._replace(tree=tree, free_slot=free_slot)


def model_of(p: Packed, key: Keys, flip: Ints) -> Model:
    """The arrays that a replication reads."""
    return Model(
        op=p.op,
        time=p.time,
        shape=p.shape,
        interval=p.interval,
        gate_station=p.gate_station,
        flip=flip,
        rate_until=p.rate_until,
        rate=p.rate,
        key=key,
    )


def closures_of(p: Packed, seed: int, number: int, hours: float) -> dict[str, list[tuple[float, float]]]:
    """When each closure that is drawn is on in a replication, by name: hours from the beginning of the warm-up.

    hours: how long the replication is, its warm-up included. What is given by dates is not among them.
    """
    drawn = _drawn(p, np.array([(seed << 32) | number], dtype=np.uint64), ms(hours))
    return {name: [(begin / MS_PER_H, end / MS_PER_H) for begin, end in spells] for name, spells in drawn.items()}


def _drawn(p: Packed, key: Keys, until: int) -> dict[str, Spells]:
    return {one.name: _spells(p, key, one, who, d, until) for one, who, d in p.closures}


def _rows(kind: np.dtype[np.void], n: int) -> Records:
    return np.zeros(n, dtype=kind).view(np.recarray)


def _lined_up(kind: np.dtype[np.void], n: int) -> Records:
    """Rows that begin at a line of the processor's cache, so that each lies in as few of them as can be."""
    room = np.zeros(n * kind.itemsize + CACHE_LINE, dtype=np.uint8)
    skip = -room.ctypes.data % CACHE_LINE
    return room[skip : skip + n * kind.itemsize].view(kind).view(np.recarray)


def _filled(table: Records, value: int) -> Records:
    """A table with one value in all of its columns."""
    for name in table.dtype.names:
        table[name] = value
    return table


def _spells(p: Packed, key: Keys, closure: Closure, who: int, d: int, until: int) -> Spells:
    """When a closure is on in this replication."""
    rate_until = np.array([hours * MS_PER_H for hours, _ in closure.rates])
    rate = np.array([rate / MS_PER_H for _, rate in closure.rates])
    room = 64
    while True:
        found = np.zeros((room, 2), dtype=np.int64)
        n = spells(key[0], who, rate_until, rate, p.time, p.shape, d, float(until), found)
        if n >= 0:
            return [(int(begin), int(end)) for begin, end in found[:n]]
        room *= 4


def _room(least: int) -> int:
    """A power of two."""
    return 1 << (least - 1).bit_length()


def _tree(slots: int, rows: Ints | None = None) -> Ints:
    """A tournament over slots, the first few of them with these rows: all rounds played."""
    tree = np.full((2 * slots, 2), NEVER, dtype=np.int64)
    tree[slots:, 1] = np.arange(slots)
    if rows is not None:
        tree[slots : slots + len(rows) // 2] = rows.reshape(-1, 2)
    low = slots
    while low > 1:
        left, right = tree[low : 2 * low : 2], tree[low + 1 : 2 * low : 2]
        tree[low // 2 : low] = np.where((left[:, 0] <= right[:, 0])[:, None], left, right)
        low //= 2
    return tree.reshape(-1)


def _units(n: int) -> Records:
    unit = _lined_up(f.UNIT, n)
    unit.at = f.NONE
    _append(unit.next, 0, f.NONE)
    return unit


def _cars(n: int) -> Records:
    car = _lined_up(f.CAR, n)
    _append(car.next, 0, f.NONE)
    return car


def _append(column: Ints, first: int, head: int) -> int:
    """Link free rows from `first` on, in their order, after those that are free already; the first of all.

    So that rows are taken in the same order whatever size the store began with.
    """
    column[first:] = np.arange(first + 1, len(column) + 1)
    column[-1] = f.NONE
    if head == f.NONE:
        return first
    at = head
    while column[at] != f.NONE:
        at = int(column[at])
    column[at] = first
    return head


def _doubled(array: Ints, fill: int) -> Ints:
    larger = np.full((2 * len(array), *array.shape[1:]), fill, dtype=array.dtype)
    larger[: len(array)] = array
    return larger
