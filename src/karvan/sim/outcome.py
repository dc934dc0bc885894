"""What one replication measured, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from karvan.ground.errors import KarvanError
from karvan.kernels import fields as f
from karvan.kernels.closing import close
from karvan.kernels.fields import Floats, Ints
from karvan.sim.pack import MS_PER_H, Packed

if TYPE_CHECKING:
    from karvan.sim.replication import Replication

MOST_UNIT_MS = 2**62
Columns = dict[str, np.ndarray]
"""A table: columns of one length, by name."""


@dataclass(frozen=True)
class Outcome:
    """One replication's measures since the warm-up, as tables (dicts of columns). Times are hours."""

    number: int
    hours: float
    events: int
    stations: Columns
    """served, waited, turned_away; wait_h and wait_sd_h of all that were served; queue and use (means over time), most
    waiting at once, left (waiting or blocked at the end)."""
    queues: Columns
    """on_demand (vehicles are formed as goods come), boarded, size, vehicles that loaded, units left_behind, called;
    wait_h, wait_sd_h; queue, most, left."""
    sections: Columns
    """trains."""
    gates: Columns
    """Gates that units or vehicles pass: passed, and units and vehicles left before it."""
    groups: Columns
    """created, delivered, turned_away, hours and hours_sd from creation to delivery, and the unit-hours by cause."""
    lost: Columns
    """hours of units and of vehicles by place, cause and part."""
    histogram: NDArray[np.int32]
    """Delivered by time (n_groups, HIST_BINS)."""
    series: Columns
    """Samples: at_h, waiting and in_use at each station and queue (n_samples, n)."""
    pulse: Columns
    """Samples: at_h, in_system, delivered."""
    balance: dict[str, int]
    """in_at_start + created = delivered + turned_away + in_at_end; of those: waiting, aboard, under_way."""


def outcome_of(replication: Replication) -> Outcome:
    """Close the books of a replication that has run. Raises KarvanError, a fault of ours, if a unit is missing."""
    p, s = replication.packed, replication.state
    census = np.zeros(4, dtype=np.int64)
    close(replication.model, s, census)
    _refuse_beyond(replication)
    by_cause = np.zeros(f.N_CAUSES, dtype=np.int64)
    np.add.at(by_cause, [f.CAUSES.index(account.cause) for account in p.accounts], s.lost.units)
    if (s.group_spent.sum(axis=1) != s.group.within).any() or (s.group_spent.sum(axis=0) != by_cause).any():
        raise KarvanError(f"the time of units does not add up in replication {replication.number}")
    hours = replication.hours
    rows = int(s.clock.sample[0])
    at = replication.sample_h * np.arange(1, rows + 1)
    early = np.cumsum(s.early)[:rows]
    stations = len(p.station)
    return Outcome(
        number=replication.number,
        hours=hours,
        events=int(s.clock.events[0]),
        stations=_stations(p, replication, rows),
        queues=_queues(p, replication, rows),
        sections={"section": _names(p.system.sections), "trains": s.section.trains.copy()},
        gates=_gates(p, replication),
        groups=_groups(p, replication),
        lost={
            "place": np.array([account.place for account in p.accounts], dtype=object),
            "cause": np.array([account.cause for account in p.accounts], dtype=object),
            "part": np.array([account.part for account in p.accounts], dtype=object),
            "unit_h": s.lost.units / MS_PER_H,
            "vehicle_h": s.lost.vehicles / MS_PER_H,
        },
        histogram=s.hist,
        series={"at_h": at, "waiting": s.series[:rows, :, 0], "in_use": s.series[:rows, :stations, 1]},
        pulse={"at_h": at, "in_system": s.pulse[:rows, 0] + early, "delivered": s.pulse[:rows, 1] - early},
        balance=_balance(replication, census),
    )


def _refuse_beyond(replication: Replication) -> None:
    """Raises KarvanError where the time of all units is more than a counter of whole ms holds: 146 million unit-years.

    Their number in the system, which is sampled as a real number, tells it even then.
    """
    clock = replication.state.clock
    samples = replication.state.pulse[: clock.sample[0], 0]
    most = float(samples.max(initial=0.0)) * float(clock.until[0] - clock.counted_from[0])
    if most > MOST_UNIT_MS:
        raise KarvanError(
            f"up to {samples.max():,.0f} units were in the system at once, too many for {replication.hours:,.0f} h to"
            " be counted in ms: give fewer units, or a shorter time"
        )


def _names(parts: Mapping[str, object]) -> np.ndarray:
    return np.array(list(parts), dtype=object)


def _mean_sd(n: Ints, total: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation from sums in ms, hours; missing where there are none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        sd = np.sqrt(np.maximum(squares / n - mean**2, 0.0))
    return mean / MS_PER_H, sd / MS_PER_H


def _stations(p: Packed, replication: Replication, rows: int) -> Columns:
    station = replication.state.station
    mean, sd = _mean_sd(station.started, station.wait_ms, station.wait_ms2)
    n = len(station)
    series = replication.state.series[:rows, :n].astype(np.float64).mean(axis=0) if rows else np.full((n, 2), np.nan)
    return {
        "station": _names(p.system.stations),
        "place": np.array([one.place for one in p.system.stations.values()], dtype=object),
        "servers": station.servers.copy(),
        "served": station.started.copy(),
        "waited": station.waited.copy(),
        "turned_away": station.turned_away.copy(),
        "wait_h": mean,
        "wait_sd_h": sd,
        "queue": series[:, 0],
        "use": np.divide(series[:, 1], station.servers, out=np.zeros(n), where=station.servers > 0),
        "most": station.most.copy(),
        "left": station.waiting + station.blocked,
    }


def _queues(p: Packed, replication: Replication, rows: int) -> Columns:
    queue = replication.state.queue
    mean, sd = _mean_sd(queue.boarded, queue.wait_ms, queue.wait_ms2)
    n, stations = len(queue), len(replication.state.station)
    series = replication.state.series[:rows, stations:, 0].astype(np.float64)
    return {
        "queue": _names(p.system.queues),
        "place": np.array([one.place for one in p.system.queues.values()], dtype=object),
        "on_demand": np.array([bool(one.calls) for one in p.system.queues.values()]),
        "boarded": queue.boarded.copy(),
        "size": queue.size_boarded.copy(),
        "loaded": queue.loaded.copy(),
        "left_behind": queue.left_behind.copy(),
        "called": queue.called.copy(),
        "wait_h": mean,
        "wait_sd_h": sd,
        "waiting": series.mean(axis=0) if rows else np.full(n, np.nan),
        "most": queue.most.copy(),
        "left": queue.units.copy(),
    }


def _gates(p: Packed, replication: Replication) -> Columns:
    unit, op = replication.state.unit, p.op
    there = unit[(unit.at != f.NONE) & (unit.mode == 0)]
    there = there[op.code[there.at] == f.PASS]
    n, where = len(replication.state.gate), op.where[there.at]
    return {
        "gate": _names(p.system.gates),
        "place": np.array([one.place for one in p.system.gates.values()], dtype=object),
        "passed": replication.state.gate.passed.copy(),
        "left": np.bincount(where, weights=there.weight, minlength=n).astype(np.int64),
        "vehicles_left": np.bincount(where[there.car != f.NONE], minlength=n),
    }


def _groups(p: Packed, replication: Replication) -> Columns:
    group = replication.state.group
    mean, sd = _mean_sd(group.delivered, group.ms, group.ms2)
    columns: Columns = {
        "group": np.array(p.groups, dtype=object),
        "created": group.created.copy(),
        "delivered": group.delivered.copy(),
        "turned_away": group.turned_away.copy(),
        "hours": mean,
        "hours_sd": sd,
    }
    for ix, cause in enumerate(f.CAUSES):
        columns[f"{cause}_h"] = replication.state.group_spent[:, ix] / MS_PER_H
    return columns


def _balance(replication: Replication, census: Ints) -> dict[str, int]:
    clock = replication.state.clock
    waiting, aboard, under_way, _ = (int(n) for n in census)
    group = replication.state.group
    balance = {
        "in_at_start": int(clock.in_at_from[0]),
        "created": int(group.created.sum()),
        "delivered": int(group.delivered.sum()),
        "turned_away": int(group.turned_away.sum()),
        "in_at_end": waiting + aboard + under_way,
        "waiting": waiting,
        "aboard": aboard,
        "under_way": under_way,
    }
    gone = balance["delivered"] + balance["turned_away"] + balance["in_at_end"]
    if balance["in_at_start"] + balance["created"] != gone:
        raise KarvanError(f"units were lost or made up in replication {replication.number}: {balance}")
    return balance
