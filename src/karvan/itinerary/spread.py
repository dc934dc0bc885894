"""The spread of an option: its journey made many times over, each time forward from the gate with other luck.

What comes late moves all that follows: goods that miss a sailing leave with the next one after they are ready. Journeys
of two options share the luck of what both pass, so that their difference is sharper than either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from karvan.ground.errors import InputError, Problem
from karvan.itinerary.calendar import Passed, departures, seasons, windows
from karvan.itinerary.chain import Chain
from karvan.itinerary.draws import NONE, Draws, Passage, Stages, draws_of
from karvan.itinerary.graph import handling_of, lot_h
from karvan.itinerary.request import FindItineraries
from karvan.network.network import ArcIx, Flags, Floats, Ints, Network

if TYPE_CHECKING:
    from karvan.itinerary.option import Option

LEVEL = 0.95
MOST_SAMPLES = 100_000
FREE = (0.0, 0.0)
"""The storage of a leg on which none is charged."""
NEVER = np.array([[inf, inf]])
"""The windows of what never opens: one that nobody lives to see."""
LATE = 1e-6
"""Hours (4 ms) that are not late: sums in another order differ in the last digits."""


@dataclass(frozen=True, slots=True)
class Odds:
    """A probability out of journeys drawn, and the interval of Wilson (1927) about it."""

    share: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, n: int, level: float = LEVEL) -> Odds:
        """Of `count` journeys among n."""
        p, z2 = count / n, NormalDist().inv_cdf((1 + level) / 2) ** 2
        middle, half = p + z2 / (2 * n), sqrt(z2 * (p * (1 - p) + z2 / (4 * n)) / n)
        low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
        return cls(p, low if count > 0 else 0.0, high if count < n else 1.0)


@dataclass(frozen=True, slots=True)
class Connection:
    """A departure by timetable that the plan counts on."""

    leg: int
    """Number of the ride among the option's legs, from 0."""
    planned_h: float
    """When it leaves, hours after the goods are ready."""
    missed: Odds
    """How often goods leave later than planned, because they were not there in time."""
    lost_h: float
    """By how much, on average of the journeys that miss it and find a later one."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Door-to-door times of one option, hours after its goods are ready."""

    journeys: Floats
    """Of each journey (n,); infinite where no departure was left. The same number has the same luck in all options."""
    hours: Floats
    """The same in rising order."""
    planned_h: float
    """With all at its mean: what the receiver is told."""
    mean_h: float
    """Of the journeys that arrive; more than planned where connections are missed."""
    sd_h: float
    never: int
    """Journeys for which no departure was left."""
    shares: tuple[float, ...]
    """Where the variance is from, by leg: they add up to 1; all are 0 where nothing varies. A leg that makes up for the
    others' delays has less than 0."""
    connections: tuple[Connection, ...] = ()
    storage_usd: float = 0.0
    """What storage after free days costs the whole load, on average of the journeys that arrive."""

    def __eq__(self, other: object) -> bool:
        """Whether every journey is the same, and the plan."""
        if not isinstance(other, Spread):
            return NotImplemented
        theirs = (other.planned_h, other.shares, other.connections)
        return np.array_equal(self.journeys, other.journeys) and theirs == (
            self.planned_h,
            self.shares,
            self.connections,
        )

    def __hash__(self) -> int:
        return hash((self.n, self.planned_h, self.mean_h, self.sd_h))

    @property
    def n(self) -> int:
        return len(self.hours)

    def quantile_h(self, p: float) -> float:
        """Hours that a share p of journeys do not exceed: definition 5 of Hyndman and Fan (1996)."""
        at = min(max(self.n * p - 0.5, 0.0), self.n - 1.0)
        below, part = int(at), at - int(at)
        low = float(self.hours[below])
        return low + part * (float(self.hours[below + 1]) - low) if part and low < inf else low

    def quantile_interval_h(self, p: float, level: float = LEVEL) -> tuple[float, float]:
        """An interval about `quantile_h`: order statistics a binomial's spread to either side (Conover 1999, 3.2)."""
        half = NormalDist().inv_cdf((1 + level) / 2) * sqrt(self.n * p * (1 - p))
        low, high = int(self.n * p - half) - 1, int(self.n * p + half) + 1
        return float(self.hours[max(low, 0)]), float(self.hours[min(high, self.n - 1)])

    def on_time(self, hours: float, level: float = LEVEL) -> Odds:
        """Odds of arriving within so many hours."""
        return Odds.of(int(np.searchsorted(self.hours, hours + LATE, side="right")), self.n, level)

    def before(self, other: Spread, level: float = LEVEL) -> Odds:
        """Odds of arriving before another option of the same request, of which as many journeys were drawn.

        Both share the luck of what both pass, so this is sharper than what two spreads side by side say.
        """
        return Odds.of(int(np.count_nonzero(self.journeys < other.journeys - LATE)), self.n, level)

    def buffer_h(self, p: float = 0.95) -> float:
        """Hours to add to the planned time so that a share p arrives within it."""
        return self.quantile_h(p) - self.planned_h


@dataclass(frozen=True, eq=False)
class Clock:
    """When things run and are open, in hours after the request's departure."""

    first_departure: Ints
    """(n_arcs + 1,) into departures; rides without a timetable have none."""
    departures: Floats
    opens: Floats
    shuts: Floats
    """(n_arcs,): the season of services without a timetable."""
    windows: Mapping[Passed, Floats]
    """By kind, place and row of an item: when it may be begun, [from, until) in rising order (n, 2). At any time if
    absent. Of a carriage: when its vehicle may leave."""
    lot_h: Floats
    """Hours more until the last unit of the load is through (n_arcs,)."""
    rate_h: Floats
    """Storage of the whole load after an arc, USD an hour (n_arcs,) ..."""
    free_h: Floats
    """... from so many hours after the arc was begun until the next vehicle leaves (n_arcs,)."""

    def special(self, arcs: Sequence[ArcIx]) -> list[bool]:
        """Whether anything is to be looked up of those arcs but the draws."""
        at = np.array(arcs, dtype=np.int64)
        timed = (self.first_departure[at + 1] > self.first_departure[at]) | np.isfinite(self.opens[at])
        looked_up: Flags = timed | np.isfinite(self.shuts[at]) | (self.lot_h[at] > 0) | (self.rate_h[at] > 0)
        return [bool(flag) for flag in looked_up.tolist()]


def clock_of(network: Network, ask: FindItineraries) -> Clock:
    """The clock of a request as its calendar has it, and what facilities do to its load."""
    handling = handling_of(network)
    usd_day = ask.load.boxes_20ft * handling.storage_usd_20ft + ask.load.boxes_40ft * handling.storage_usd_40ft
    return Clock(
        *departures(network, ask),
        *seasons(network, ask),
        windows(network, ask),
        lot_h(network, ask),
        usd_day / 24,
        handling.free_h,
    )


def with_spread(
    network: Network,
    ask: FindItineraries,
    options: Sequence[Option],
    chains: Sequence[Chain],
    clock: Clock | None = None,
) -> list[Option]:
    """The options with their spreads; `chains` are those that they tell of."""
    spreads = spread(network, ask, chains, clock)
    return [replace(option, spread=spread) for option, spread in zip(options, spreads, strict=True)]


def spread(
    network: Network,
    ask: FindItineraries,
    chains: Sequence[Chain],
    clock: Clock | None = None,
) -> list[Spread]:
    """The spread of each chain over `ask.samples` journeys; the clock is the request's own if not given.

    Raises:
        InputError: a number of journeys that cannot be drawn.
    """
    if not 1 <= ask.samples <= MOST_SAMPLES:
        problem = Problem("samples", str(ask.samples), f"give journeys to draw, from 1 to {MOST_SAMPLES:,}")
        raise InputError("the request", [problem])
    if not chains:
        return []
    draws = draws_of(network, ask.seed, ask.samples)
    steps = _Steps(network, draws, clock_of(network, ask) if clock is None else clock)
    special = iter(steps.clock.special([arc for chain in chains for arc in chain.arcs]))
    for chain in chains:
        steps.add(chain, special)
    return steps.follow()


class _Steps:
    """The steps of some chains, in the order of travel, as the kernel takes them."""

    def __init__(self, network: Network, draws: Draws, clock: Clock) -> None:
        self.network, self.draws, self.clock = network, draws, clock
        self.start: list[float] = []
        self.first_step, self.first_leg = [0], [0]
        self.charged: list[tuple[float, float]] = []
        """By leg: the hours that storage is free, and what an hour costs after that, USD."""
        self.fixed: list[float] = []
        self.row: list[int] = []
        self.leg: list[int] = []
        self.departs: dict[int, int] = {}
        """Arc of the timetable at the end of a step."""
        self.over: dict[int, float] = {}
        """Hour at which a season is over, by the step at whose end a vehicle leaves."""
        self.windows: dict[int, tuple[int, int]] = {}
        """Slice of the windows to be waited for, by step."""
        self.opens: list[float] = []
        self.shuts: list[float] = []

    def add(self, chain: Chain, special: Iterator[bool]) -> None:
        """The steps of a chain, given which of its arcs are special. Legs are counted as the option's."""
        leg, clock, stored = 0, self.clock, FREE
        for arc, passage in zip(chain.arcs, self.draws.passages(self.network, chain.arcs), strict=True):
            looked_up = next(special)
            if passage.is_ride:
                self._wait(arc, passage, leg, special=looked_up)
                self._pass(passage.then, leg + 1)
                self.charged += [stored, FREE]
                leg, stored = leg + 2, FREE
            else:
                self._pass(passage.then, leg)
                if looked_up:
                    self._step(float(clock.lot_h[arc]), leg)
                    stored = float(clock.free_h[arc]), float(clock.rate_h[arc])
        self.charged.append(FREE)
        self.start.append(chain.start_h)
        self.first_step.append(len(self.row))
        self.first_leg.append(self.first_leg[-1] + leg + 1)

    def _wait(self, arc: int, passage: Passage, leg: int, *, special: bool) -> None:
        """Until a vehicle leaves: by its timetable, else after a wait that is drawn, and within its season."""
        if not special:
            self._pass(passage.before, leg)
            return
        clock, first = self.clock, len(self.row)
        if clock.opens[arc] > -inf:
            self._window(leg, np.array([[clock.opens[arc], inf]]))
        self._pass(passage.before, leg)
        timetabled = clock.first_departure[arc] < clock.first_departure[arc + 1]
        if timetabled or clock.shuts[arc] < inf:
            if len(self.row) == first:
                self._step(0.0, leg)
            last = len(self.row) - 1
            self.over[last] = float(clock.shuts[arc])
            if timetabled:
                self.departs[last] = arc

    def _pass(self, stages: Stages, leg: int) -> None:
        """Items one after another; in one go where none of them has to wait until it is open."""
        windows = self.clock.windows
        if not windows or stages.names.isdisjoint(windows):
            self._add(stages, leg)
            return
        for stage in stages.each:
            alone = Stages.of((stage,))
            window = windows.get(stage.name)
            if window is not None:
                self._window(leg, window)
            self._add(alone, leg)

    def _add(self, stages: Stages, leg: int) -> None:
        self.fixed += stages.fixed_h
        self.row += stages.rows
        self.leg += (leg,) * len(stages.rows)

    def _window(self, leg: int, windows: Floats) -> None:
        """A step of no length that begins only within some windows."""
        windows = windows if len(windows) else NEVER
        self.windows[len(self.row)] = len(self.opens), len(self.opens) + len(windows)
        self.opens += windows[:, 0].tolist()
        self.shuts += windows[:, 1].tolist()
        self._step(0.0, leg)

    def _step(self, hours: float, leg: int) -> None:
        """A step in which nothing varies."""
        self.fixed.append(hours)
        self.row.append(NONE)
        self.leg.append(leg)

    def follow(self) -> list[Spread]:
        """Follow every chain, and tell what became of it."""
        from karvan.kernels import sampling

        n, chains, steps = self.draws.samples, len(self.start), len(self.row)
        start, charged = np.array(self.start, dtype=np.float64), np.array(self.charged, dtype=np.float64)
        first_step, first_leg = np.array(self.first_step), np.array(self.first_leg)
        departs, over, windows = np.full(steps, NONE), np.full(steps, inf), np.zeros((steps, 2), dtype=np.int64)
        for step, arc in self.departs.items():
            departs[step] = arc
        for step, hour in self.over.items():
            over[step] = hour
        for step, ends in self.windows.items():
            windows[step] = ends
        arrive, leg_h = np.empty((chains, n + 1)), np.empty((int(np.diff(first_leg).max()), n + 1))
        share, planned, lost = np.empty(first_leg[-1]), np.empty(steps), np.zeros(steps)
        missed, never = np.zeros((steps, 2), dtype=np.int64), np.zeros(chains, dtype=np.int64)
        mean, sd, storage = np.empty(chains), np.empty(chains), np.empty(chains)
        sampling.follow(
            first_step, first_leg, start, np.array(self.fixed, dtype=np.float64), np.array(self.row, dtype=np.int64),
            np.array(self.leg, dtype=np.int64), departs, self.clock.first_departure, self.clock.departures, windows,
            np.array(self.opens, dtype=np.float64), np.array(self.shuts, dtype=np.float64), over,
            charged, self.draws.bank, arrive, leg_h, share, mean, sd, storage, never, planned, missed, lost,
        )  # fmt: skip
        arrive -= start[:, None]
        journeys = arrive[:, :-1]
        hours = np.sort(journeys, axis=1)
        shares = share.tolist()
        return [
            Spread(
                journeys[chain],
                hours[chain],
                float(arrive[chain, -1]),
                float(mean[chain]),
                float(sd[chain]),
                int(never[chain]),
                tuple(shares[self.first_leg[chain] : self.first_leg[chain + 1]]),
                tuple(self._connections(chain, float(start[chain]), planned, missed, lost)),
                float(storage[chain]),
            )
            for chain in range(chains)
        ]

    def _connections(self, chain: int, start: float, planned: Floats, missed: Ints, lost: Floats) -> list[Connection]:
        """The departures by timetable on a chain."""
        return [
            Connection(
                self.leg[step] + 1,
                float(planned[step]) - start,
                Odds.of(int(missed[step, 0]), self.draws.samples),
                float(lost[step] / missed[step, 1]) if missed[step, 1] else 0.0,
            )
            for step in self.departs
            if self.first_step[chain] <= step < self.first_step[chain + 1]
        ]
