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
SPENT = 16
"""Cells of `spent` for a unit: its causes, and three marks."""
CLOCK_WEATHER, CLOCK_HOURS, AHEAD = N_CAUSES, N_CAUSES + 1, N_CAUSES + 2
CAME = CLOCK_WEATHER
"""The marks: the clocks of a station with gates when the wait before it began; a time drawn ahead, or NONE. The first
also tells of one on a section when it came there; its `since` is when it goes."""

(PAUSED, ENDED, IDLE, MORE_UNITS, MORE_CARS, MORE_SLOTS, LOG_FULL, OUT_OF_RANGE, ENDLESS, BROKEN,
 WARMED_UP) = range(11)  # fmt: skip
"""Why the event loop was left."""

SERVE, SEIZE, RELEASE, DELAY, PASS, PACE, BOARD, LEAVE, UNLOAD, LOAD, REPEAT, AWAIT = range(12)
"""Codes of steps. Units (containers, wagons, trucks) and vehicles share them; some are for one kind only."""

TAKE, FILL = range(2)
GOES_ON = 1
"""Rules of loading: take what waits and go; wait until full or until the longest wait is over.
GOES_ON: the rule of a delay that another follows."""

POISSON, RENEWAL, LISTED = range(3)
"""Kinds of source: at a rate that changes by steps; at gaps of one kind of time; at listed instants."""

FROM_SOURCE, AT_GATE, ON_CALL, LAST_CALL, SAMPLE, RESET, END = range(7)
"""What happens by the clock and not to a unit: who = -1 - (kind + 8 * index)."""

LOG_CREATED, LOG_WAITS, LOG_STARTS, LOG_BLOCKED, LOG_BOARDS, LOG_LOADED, LOG_ALIGHTS, LOG_LEAVES = range(8)
"""Rows of the log are (instant, id, (vehicle record + 1) << 32 | step << 4 | kind). What a unit does ends when its next
row begins."""
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


def record(whole: str, real: str = "") -> np.dtype[np.void]:
    """A record of whole numbers and then of real ones."""
    return np.dtype([(name, np.int64) for name in whole.split()] + [(name, np.float64) for name in real.split()])


STEP = record("code where alight time purpose wait work block n otherwise frees priority stop rule longest weight")
"""where: station, gate, section, queue, group or step; wait, work, block: accounts; n: servers or room taken;
otherwise: step to go to when there is no room, or NONE; frees: station given back on boarding, plus 1; stop: of the
vehicle; rule: how a vehicle loads, or whether a delay goes on with the next one; weight: units that one counts for."""

TIME = record(
    "kind table values extras repair_kind repair_shape repair_values", "mean_ms plus slow_share slow fails repair"
)
"""See `chance`; ms, and breakdowns a busy ms. values: how many an empirical one has."""

UNIT = record("id at since born next held car mode")
"""id: source and number; at: step, NONE when not in use; since: up to when its time is accounted for; next: next in the
same list; held: station whose server it keeps until it is let in further on, plus 1; car: its vehicle, or NONE; mode:
whether it is in a batch, aboard or blocked."""

CAR = record("unit capacity free aboard through turn next timer")
"""through: aboard when loading began; turn: rounds made; timer: slot of the last call."""

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
    " most size_boarded left_behind loaded smallest units",
    "wait_ms wait_ms2",
)
"""call: step at which a vehicle formed on demand begins, or NONE; smallest: size of the smallest unit that waits here,
so that a vehicle with less room is full; count, units: records in the queue, and the units that they count for;
pending: room of vehicles formed and not yet loading; loaded: vehicles that loaded here; left_behind: units that they
left behind, all told."""

GATE = record("shut head tail next last hours station stations")
SECTION = record("next trains")

SOURCE = record("kind step id count time lot capacity at last group limit planned", "when then")
"""when: instant of the creation on the agenda; then: of the one after it."""

LOST = record("units vehicles")
"""Ms since the warm-up."""

GROUP = record("created delivered turned_away", "ms ms2")

CLOCK = record(
    "now ready ready_tail free_unit free_units free_car free_cars free_slots hole counted_from until events todo log"
    " logging short sample tick step created delivered turned_away instant status margin vehicles in_at_from"
)
"""Single numbers of a run. instant: events at this very instant; hole: slot of the event in hand; margin: how much room
there must be before the next event; short: whether something may have come to be short, or another reason to leave the
loop to have come up, since `short_of` last looked; logging: rows of the log that one event may need, 0 for no log."""


class Model(NamedTuple):
    """What a run does not change."""

    op: Records
    """Steps of all programs."""
    time: Records
    shape: Floats
    """Tabled shapes of times, see `chance`."""
    account_cause: Ints
    """Cause of each account (n_accounts,)."""
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
    slot_who: Ints
    unit: Records
    spent: Ints
    """Ms of each unit by cause, and its marks (n_units * SPENT,)."""
    car: Records
    snap: Ints
    """What each vehicle had spent when loaded at each stop, and when that was (n_cars, n_stops, N_CAUSES + 1)."""
    hold: Ints
    """First and last unit aboard for each stop (n_cars, n_stops, 2)."""
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
    """Ms by cause of the delivered (n_groups, N_CAUSES)."""
    hist: NDArray[np.int32]
    """Delivered by door-to-door time (n_groups, HIST_BINS)."""
    series: NDArray[np.float32]
    """Mean number waiting and in service by sample, at stations and then at queues (n_samples, n, 2)."""
    pulse: Floats
    """Units in the system, and delivered so far (n_samples, 2)."""
    log: Ints
