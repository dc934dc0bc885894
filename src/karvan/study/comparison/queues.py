"""Figures of a simulation, a number a replication: times door to door, what is waited for and where, queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from karvan.corridor import Corridor
from karvan.sim.simulation import QUEUEING, Simulation
from karvan.study.comparison.ask import SIMULATE
from karvan.study.comparison.figure import Figures, Key, Values

if TYPE_CHECKING:
    import pandas as pd

DAYS_A_YEAR = 365.0
WAITING = (*QUEUEING, "weather", "hours")
SUBJECTS = {
    "total": (), "family": ("family",), "unit": ("unit",), "pair": ("pair", "unit"),
    "pair and family": ("pair", "family"), "from country": ("from_country",), "to country": ("to_country",),
}  # fmt: skip
"""What groups are put together by: the columns that name it."""


def queue_figures(found: Simulation, corridor: Corridor, replications: int, days: float) -> Figures:
    """What a simulation says, by replication (n_replications,); what counts is scaled to a year.

    Args:
        found: the simulation.
        corridor: whose places its groups name.
        replications: the first so many are taken.
        days: that it counts.
    """
    made = _Made(found, replications, DAYS_A_YEAR / days)
    _times(made, corridor)
    _balance(made, found)
    _lost(made)
    _parts(made)
    return made.figures


class _Made:
    """Figures in the making, and the tables that they are made from."""

    def __init__(self, found: Simulation, replications: int, a_year: float) -> None:
        self.found, self.numbers, self.a_year = found, list(range(replications)), a_year
        self.figures: Figures = {}

    def table(self, name: str) -> pd.DataFrame:
        frame = self.found.replications(name)
        return frame[frame["replication"].isin(self.numbers)]

    def count(self, frame: pd.DataFrame, by: Sequence[str], measures: dict[str, str], scale: float | None = None,
              subject: str = "") -> None:  # fmt: skip
        """Sums of columns a replication, a year where no other scale is given; `measures` names each column."""
        keys = [*by, "replication"]
        sums = frame.groupby(keys, sort=False)[list(measures.values())].sum()
        for measure, column in measures.items():
            self._put(sums[column], by, subject, measure, self.a_year if scale is None else scale, 0.0)

    def mean(self, frame: pd.DataFrame, by: Sequence[str], measures: dict[str, str], subject: str) -> None:
        """Columns as they stand, a row a replication."""
        indexed = frame.set_index([*by, "replication"])
        for measure, column in measures.items():
            self._put(indexed[column], by, subject, measure, 1.0, np.nan)

    def _put(
        self, column: pd.Series[float], by: Sequence[str], subject: str, measure: str, scale: float, nothing: float
    ) -> None:
        if not by:
            values = np.asarray(column.reindex(self.numbers).fillna(nothing), dtype=np.float64)
            self.put(subject, "", "", measure, values * scale)
            return
        wide = column.unstack("replication").reindex(columns=self.numbers)  # noqa: PD010 (it drops no rows)
        for name, values in zip(wide.index, wide.to_numpy(dtype=np.float64), strict=True):
            parts = name if isinstance(name, tuple) else (name,)
            known = np.where(np.isnan(values), nothing, values) * scale
            self.put(subject, str(parts[0]), ", ".join(map(str, parts[1:])), measure, known)

    def put(self, subject: str, name: str, detail: str, measure: str, values: Values) -> None:
        self.figures[Key(SIMULATE, subject, name, detail, measure)] = values


def _times(made: _Made, corridor: Corridor) -> None:
    """Units and hours of groups, and of what they are put together to."""
    times = _with_ends(made.table("times"), corridor)
    made.count(times, ["group"], {"delivered": "delivered"}, subject="group")
    made.mean(times, ["group"], {"hours": "hours", "p50_h": "p50_h", "p90_h": "p90_h"}, "group")
    times = times.assign(unit_h=times["hours"].fillna(0.0) * times["delivered"])
    for subject, by in SUBJECTS.items():
        made.count(times, by, {"delivered": "delivered"}, subject=subject)
        sums = times.groupby([*by, "replication"], sort=False)[["unit_h", "delivered"]].sum()
        sums["hours"] = sums["unit_h"] / sums["delivered"].where(sums["delivered"] > 0)
        made.mean(sums.reset_index(), by, {"hours": "hours"}, subject)
    made.count(times, [], {"created": "created", "turned_away": "turned_away"}, subject="total")


def _with_ends(times: pd.DataFrame, corridor: Corridor) -> pd.DataFrame:
    """Groups with their pair, family, unit, and the countries of their ends; those of vehicles are left out."""
    times = times[times["group"].str.contains(" | ", regex=False)]
    country = {place.id: place.country for place in corridor.places()}
    parts = times["group"].str.rsplit(" | ", n=2, expand=True)
    pair = parts[0].str.split(" - ", n=1, expand=True, regex=False)
    return times.assign(
        pair=pair[0] + " > " + pair[1], family=parts[1], unit=parts[2],
        from_country=pair[0].map(country), to_country=pair[1].map(country),
    )  # fmt: skip


def _balance(made: _Made, found: Simulation) -> None:
    """Units that are in the system at the end, and rows of demand without a way."""
    made.count(made.table("balance"), [], {"in_system": "in_at_end"}, 1.0, "total")
    unrouted = np.full(len(made.numbers), float(found.notes.get("unrouted", 0)))
    made.put("total", "", "", "unrouted", unrouted)


def _lost(made: _Made) -> None:
    """Where units spend their time, and what they wait for: unit-days a year; and shares of what is queued for."""
    lost, queues = made.table("lost"), made.table("queues")
    on_demand = set(queues.loc[queues["on_demand"], "queue"])
    days = lost.assign(days=lost["unit_h"] / 24)
    made.count(days, ["cause"], {"spent": "days"}, subject="cause")
    waiting = days[days["cause"].isin(WAITING) & ~days["part"].isin(on_demand)]
    made.count(waiting, [], {"waiting": "days"}, subject="total")
    made.count(waiting, ["place"], {"waiting": "days"}, subject="place")
    made.count(waiting, ["place", "cause"], {"waiting": "days"}, subject="place and cause")
    made.count(waiting, ["part", "place"], {"waiting": "days"}, subject="part")
    queued = waiting[waiting["cause"].isin(QUEUEING)]
    whole = queued.groupby("replication")["days"].sum()
    share = queued.assign(share=queued["days"] / queued["replication"].map(whole[whole > 0]))
    made.count(share, ["part", "place", "cause"], {"waiting": "days"}, subject="bottleneck")
    made.count(share, ["part", "place", "cause"], {"share": "share"}, 1.0, "bottleneck")


def _parts(made: _Made) -> None:
    """Queues and use of stations, queues of stops, and units that begin a ride at each place."""
    stations, stops = made.table("stations"), made.table("queues")
    made.count(stations, ["station", "place"], {"served": "served"}, subject="part")
    made.mean(stations, ["station", "place"], {"queue": "queue", "use": "use", "wait_h": "wait_h"}, "part")
    made.count(stops, ["queue", "place"], {"boarded": "boarded"}, subject="part")
    made.mean(stops, ["queue", "place"], {"queue": "waiting", "wait_h": "wait_h"}, "part")
    made.count(stops, ["place"], {"boarded": "boarded"}, subject="place")
