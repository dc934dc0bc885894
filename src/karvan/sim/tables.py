"""The tables of one replication, as they are kept in a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from karvan.kernels.fields import Flags, Floats, Ints
from karvan.sim.outcome import Columns, Outcome
from karvan.sim.pack import MS_PER_H
from karvan.sim.quantiles import edge_ms, quantile

SHARES = {"p10_h": 0.1, "p50_h": 0.5, "p90_h": 0.9, "p95_h": 0.95}


def tables_of(outcome: Outcome) -> dict[str, Columns]:
    """Tables by name: times, distribution, stations, queues, sections, gates, lost, daily, hour_of_day, balance."""
    return {
        "times": _times(outcome),
        "distribution": _distribution(outcome),
        "stations": outcome.stations,
        "queues": outcome.queues,
        "sections": outcome.sections,
        "gates": _some(outcome.gates, (outcome.gates["passed"] > 0) | (outcome.gates["left"] > 0)),
        "lost": _some(outcome.lost, (outcome.lost["unit_h"] > 0) | (outcome.lost["vehicle_h"] > 0)),
        "daily": _by(outcome, lambda at_h: (at_h // 24).astype(np.int64), "day"),
        "hour_of_day": _by(outcome, lambda at_h: at_h.astype(np.int64) % 24, "hour"),
        "balance": {name: np.array([n], dtype=np.int64) for name, n in outcome.balance.items()},
    }


def _times(outcome: Outcome) -> Columns:
    """Groups with their times from creation to delivery, and how it was spent: hours a unit, by cause."""
    table = dict(outcome.groups)
    for name, share in SHARES.items():
        table[name] = np.array([quantile(counts, share) / MS_PER_H for counts in outcome.histogram])
    delivered = np.maximum(table["delivered"], 1)
    causes = {name: column for name, column in table.items() if name.endswith("_h") and name not in SHARES}
    table.update({name: column / delivered for name, column in causes.items()})
    return table


def _distribution(outcome: Outcome) -> Columns:
    """Units delivered by group and time from creation to delivery: rows of the times in which there are any."""
    counts = outcome.histogram
    group, at = np.nonzero(counts)
    edge_h = np.array([edge_ms(k) for k in range(counts.shape[1] + 1)]) / MS_PER_H
    return {
        "group": outcome.groups["group"][group],
        "from_h": edge_h[at],
        "to_h": edge_h[at + 1],
        "units": counts[group, at].astype(np.int64),
    }


def _some(table: Columns, rows: Flags) -> Columns:
    return {name: column[rows] for name, column in table.items()}


def _by(outcome: Outcome, bucket: Callable[[Floats], Ints], name: str) -> Columns:
    """Mean number waiting and servers in use by day or hour of the day (UTC), where anyone ever was."""
    waiting, in_use = outcome.series["waiting"], outcome.series["in_use"]
    parts = np.array([*outcome.stations["station"], *outcome.queues["queue"]], dtype=object)
    if not len(waiting):
        return {name: np.zeros(0, dtype=np.int64), "part": np.zeros(0, dtype=object), "waiting": np.zeros(0),
                "in_use": np.zeros(0)}  # fmt: skip
    begins = outcome.series["at_h"] - outcome.series["at_h"][0]
    buckets = bucket(begins)
    used = np.zeros((len(waiting), len(parts)), dtype=np.float64)
    used[:, : in_use.shape[1]] = in_use
    seen = np.flatnonzero((waiting.max(axis=0) > 0) | (used.max(axis=0) > 0))
    known, inverse, counts = np.unique(buckets, return_inverse=True, return_counts=True)
    means = []
    for values in (waiting.astype(np.float64)[:, seen], used[:, seen]):
        total = np.zeros((len(known), len(seen)))
        np.add.at(total, inverse, values)
        means.append((total / counts[:, None]).reshape(-1))
    return {
        name: np.repeat(known, len(seen)),
        "part": np.tile(parts[seen], len(known)),
        "waiting": means[0].round(6),
        "in_use": means[1].round(6),
    }
