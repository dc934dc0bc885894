"""What the simulator's arrays hold.

`Model` is what a run does not change: programs, times, sources, who is stopped by what. `State` is everything that a
run changes; a run can be left after any event and gone on with later. All instants and durations are whole
milliseconds, counted from the start of the warm-up. Arrays of records have one record for each unit, station and so on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Records = Any
"""A `numpy.recarray` of one of the records below (n,)."""

NONE = -1

CAUSES = (
    "travel", "handling", "vehicle", "path", "crane", "berth", "border", "gate", "pool", "weather", "hours", "blocked",
    "papers",
)  # fmt: skip
"""What time goes to: moving; being served; and waiting for a vehicle with room, a path on the line, a crane or ramp, a
berth, a border post, a terminal's gate, wagons or locomotives, the weather (or another closure), opening hours, room
ahead; and papers, shunting and other things that no server is held for."""
N_CAUSES = len(CAUSES)
CAUSE_BITS = 4
CAUSE_MASK = 15
"""An account is told as its number << 4 | its cause."""
LOADED, FIRST, LAST = range(3)
CALL = 4
"""Cells of `call`: when a vehicle had loaded at a stop; first and last unit aboard that alight there; or NONE."""

(PAUSED, ENDED, IDLE, MORE_UNITS, MORE_CARS, MORE_SLOTS, LOG_FULL, OUT_OF_RANGE, ENDLESS, BROKEN,
 WARMED_UP) = range(11)  # fmt: skip
"""Why the event loop was left."""

SERVE, SEIZE, RELEASE, DELAY, PASS, PACE, BOARD, LEAVE, UNLOAD, LOAD, REPEAT, AWAIT, WHEN_EMPTY = range(13)
"""Codes of steps. Units (containers, wagons, trucks) and vehicles share them; some are for one kind only."""

TAKE, FILL = range(2)
GOES_ON = 1
"""Rules of loading: take what waits and go; wait until full or until the longest wait is over.
GOES_ON: the rule of a delay that another follows."""

POISSON, RENEWAL, LISTED = range(3)
"""Kinds of source: at a rate that changes by steps; at gaps of one kind of time; at listed instants."""

FROM_SOURCE, AT_GATE, ON_CALL, LAST_CALL, SAMPLE, RESET, END = range(7)
"""What happens by the clock and not to a unit: who = -1 - (kind + 8 * index)."""

(LOG_CREATED, LOG_WAITS, LOG_STARTS, LOG_BLOCKED, LOG_BOARDS, LOG_LOADED, LOG_ALIGHTS, LOG_LEAVES, LOG_GOES,
 LOG_ARRIVES) = range(10)  # fmt: skip
"""Rows of the log are (instant, id, (vehicle record + 1) << 32 | step << 4 | kind). What a unit or
vehicle does ends when its next row begins. Delays and paths (LOG_GOES), and their ends for vehicles (LOG_ARRIVES, which
is the end of a vehicle's program, too), are written as soon as their instants are known, as LOG_LEAVES may be: they may
lie ahead of rows that are written later."""
LOG_COLUMNS = 3

SHUT = 1 << 40
"""Taken off a station's free servers for each gate that shuts it, so that one comparison tells whether one is free."""

IN_BATCH, ABOARD, BLOCKED = 1, 2, 3
"""Modes of a unit, else 0."""

CALLED = -2
"""`timer` of a vehicle that was formed on demand and has not loaded yet."""

BINS_PER_DOUBLING = 64
HIST_BINS = 2560
FIRST_BIN = (1023 + 6) * 64
"""Bins of the time from creation to delivery. With 64 ms added to it, a time of 64 (1 + b/64) 2**k ms or more is in bin
64 k + b: a bin is between 1/128 and 1/64 of a time wide, and the last begins after 2,200 years."""


def record(whole: str, real: str = "", small: str = "") -> np.dtype[np.void]:
    """A record of whole numbers, then of real ones, then of whole ones of 32 bits."""
    kinds: list[tuple[str, type]] = [(whole, np.int64), (real, np.float64), (small, np.int32)]
    return np.dtype([(name, kind) for names, kind in kinds for name in names.split()])


STEP = record(
    "code where alight time purpose wait work block n otherwise frees priority stop rule longest weight group"
)
"""where: station, gate, section, queue, group or step; wait, work, block: accounts; n: servers or room taken;
otherwise: step to go to when there is no room, or NONE; frees: station given back on boarding, plus 1; stop: of the
vehicle; rule: how a vehicle loads, or whether a delay goes on with the next one; weight: units that one counts for;
group: of the program."""

TIME = record(
    "kind table values extras repair_kind repair_shape repair_values", "mean_ms plus slow_share slow fails repair"
)
"""See `chance`; ms, and breakdowns a busy ms. values: how many an empirical one has."""

UNIT = record("id since born ahead", small="at next held car weight mode turn later")
"""One line of the processor's cache, as it lies in an array that begins at the beginning of a line.

id: source and number; since: up to when its time is accounted for; ahead: a time drawn ahead, or NONE; at: step, NONE
when not in use; next: next in the same list; held: station whose server it keeps until it is let in further on, plus 1;
car: the record of a vehicle, or NONE; weight: units that it counts for, for a vehicle those that were aboard when it
left its last stop; mode: whether it is in a batch, aboard or blocked; turn: rounds that a vehicle has made; later: one
that came to the same stop a little after it: only a hint of what will be needed soon; for a vehicle the group of
those aboard, or NONE if they are of more than one."""

CAR = record("unit capacity free aboard next timer group tolled")
"""timer: slot of the last call; group: of those aboard, or of some of them; tolled: whether they are of more than one,
so that their groups hear of its time when they alight."""

STATION = record(
    "free servers line plain classes waiting room blocked blocked_head blocked_tail batch least todo gated shut_weather"
    " shut_hours clock_weather clock_hours clock_at started waited area_queue area_busy most account_weather"
    " account_hours turned_away",
    "wait_ms wait_ms2",
)
"""line: first of its lines, one for each class of priority; plain: whether it has one line and room without bounds, no
gates, and one server for one unit at a time; area_queue, area_busy: of the time since the last sample
that those waiting and servers in use now were not; wait_ms, wait_ms2: sums of waits and of their squares."""

LINE = record("first last")

QUEUE = record(
    "head tail count bulk loader_head loader_tail call capacity longest timer pending id number area boarded called"
    " most size_boarded left_behind loaded smallest units recent before_it before_that",
    "wait_ms wait_ms2",
)
"""call: step at which a vehicle formed on demand begins, or NONE; smallest: size of the smallest unit that waits here,
so that a vehicle with less room is full; count, units: records in the queue, and the units that they count for;
pending: room of vehicles formed and not yet loading; loaded: vehicles that loaded here; left_behind: units that they
left behind, all told; recent, before_it, before_that: the last three that came."""

GATE = record("shut head tail next last hours station stations passed")
SECTION = record("next trains")

SOURCE = record("kind step id count time lot capacity at last group limit planned", "when then")
"""when: instant of the creation on the agenda; then: of the one after it."""

LOST = record("units vehicles")
"""Ms since the warm-up."""

GROUP = record("created delivered turned_away within", "ms ms2")
"""within: ms since the warm-up of all units that left or are there at the end. ms, ms2: of the delivered, from creation
on."""

CLOCK = record(
    "now ready ready_tail free_unit free_units free_car free_cars free_slots hole counted_from until events todo log"
    " logging short sample tick step created delivered turned_away instant status margin vehicles in_at_from horizon"
)
"""Single numbers of a run. instant: events at this very instant; hole: slot of the event in hand; margin: how much room
there must be before the next event; short: whether something may have come to be short, or another reason to leave the
loop to have come up, since `short_of` last looked; logging: rows of the log that one event may need, 0 for no log;
horizon: end of the warm-up, then of the run."""


class Model(NamedTuple):
    """What a run does not change."""

    op: Records
    """Steps of all programs."""
    time: Records
    shape: Floats
    """Tabled shapes of times, see `chance`."""
    interval: Ints
    """Ms between two trains on each section (n_sections,)."""
    gate_station: Ints
    """Stations shut by gates, gate by gate."""
    flip: Ints
    """Instants at which gates shut and open in turn, gate by gate; also the instants of listed sources."""
    rate_until: Floats
    rate: Floats
    """Rates of Poisson sources, 1/ms, and until when each holds, source by source."""
    key: Keys
    """Seed and replication in one word (1,)."""


class State(NamedTuple):
    """What a run changes."""

    clock: Records
    tree: Ints
    """See `agenda` (4 n_slots,)."""
    free_slot: Ints
    unit: Records
    marks: Ints
    """Clocks of a station with gates when a unit's wait before it began: weather, hours (n_units, 2)."""
    car: Records
    toll: Ints
    """Ms of each vehicle by cause, since the warm-up (n_cars, N_CAUSES)."""
    ride: Ints
    """What each vehicle's toll was when it had loaded at each stop (n_cars, n_stops, N_CAUSES)."""
    call: Ints
    """LOADED, FIRST, LAST of each vehicle at each stop (n_cars, n_stops, CALL)."""
    station: Records
    line: Records
    queue: Records
    gate: Records
    section: Records
    source: Records
    todo: Ints
    """Stations with a server to give away (n_stations,)."""
    lost: Records
    """Time on each account."""
    group: Records
    group_spent: Ints
    """Ms of units by cause, since the warm-up (n_groups, N_CAUSES)."""
    hist: NDArray[np.int32]
    """Delivered by door-to-door time (n_groups, HIST_BINS)."""
    series: NDArray[np.float32]
    """Mean number waiting and in service by sample, at stations and then at queues (n_samples, n, 2)."""
    pulse: Floats
    """Units in the system, and delivered so far (n_samples, 2)."""
    early: Ints
    """Changes, from sample to sample, of the units whose leaving was put down ahead (n_samples,)."""
    log: Ints
