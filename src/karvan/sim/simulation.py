"""A simulation: the replications of a run, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from karvan.evidence.run import RunFolder
from karvan.ground.errors import InputError, Problem
from karvan.sim.interval import Difference, Interval, interval, paired

if TYPE_CHECKING:
    import pandas as pd

TIMES = ("delivered", "hours", "p10_h", "p50_h", "p90_h", "p95_h")
QUEUEING = ("crane", "berth", "border", "gate", "pool", "path", "vehicle", "blocked")
"""Causes that more capacity could lessen."""


class Simulation:
    """Tables over the replications of a run: means, with the half width of their 95 % interval as `..._ci`."""

    def __init__(self, run: RunFolder, package: str, notes: dict[str, Any]) -> None:
        self.run, self.package, self.notes = run, package, notes

    def replications(self, table: str) -> pd.DataFrame:
        """A table of all replications under each other, with a column `replication`."""
        import pandas as pd

        frames = []
        for number in sorted(self.run.done()):
            frame = self.run.read(table, number).to_pandas()
            frame.insert(0, "replication", number)
            frames.append(frame)
        under: pd.DataFrame = pd.concat(frames, ignore_index=True)
        return under

    def times(self) -> pd.DataFrame:
        """Door to door by origin, destination, family and unit: delivered, mean hours, P10 to P95, hours by cause."""
        frame = self._means("times", "group")
        return frame[frame["created"] + frame["delivered"] > 0].sort_values("delivered", ascending=False)

    def queues(self) -> pd.DataFrame:
        """Queues before stations, and for vehicles at stops: wait, mean and longest queue, use, left at the end."""
        import pandas as pd

        stations = self._means("stations", "station").assign(kind="station")
        stops = self._means("queues", "queue").rename(columns={"waiting": "queue"}).assign(kind="stop")
        both = pd.concat([stations, stops])
        both.index.name = "part"
        return both.sort_values("queue", ascending=False)

    def lost(self) -> pd.DataFrame:
        """Time by place, cause and part: unit-hours and vehicle-hours a replication, with those that lost none."""
        import pandas as pd

        numbers = sorted(self.run.done())
        lost = self.replications("lost")
        each: dict[str, pd.DataFrame] = {
            name: lost.pivot_table(
                values=name, index=["place", "cause", "part"], columns="replication", aggfunc="sum", fill_value=0.0
            ).reindex(columns=numbers, fill_value=0.0)
            for name in ("unit_h", "vehicle_h")
        }
        half = self._t(len(numbers)) / len(numbers) ** 0.5
        means = {name: per.mean(axis=1) for name, per in each.items()}
        halves = {f"{name}_ci": half * per.std(axis="columns", ddof=1) for name, per in each.items()}
        return pd.DataFrame(means | halves).sort_values("unit_h", ascending=False, kind="stable")

    def bottlenecks(self) -> pd.DataFrame:
        """Parts ranked by the unit-hours that are lost waiting for them, with their share of all time.

        Waiting until a vehicle that is formed on demand has its load is none: more vehicles would not lessen it.
        """
        lost = self.lost().reset_index()
        total = lost["unit_h"].sum()
        queued = self._queued(lost).copy()
        queued["share"] = queued["unit_h"] / total if total else 0.0
        return queued[["part", "place", "cause", "unit_h", "unit_h_ci", "vehicle_h", "share"]].reset_index(drop=True)

    def _queued(self, lost: pd.DataFrame) -> pd.DataFrame:
        """Rows of a table of lost time whose waiting more capacity could lessen."""
        queues = self.replications("queues")
        on_demand = set(queues.loc[queues["on_demand"], "queue"])
        return lost[lost["cause"].isin(QUEUEING) & ~lost["part"].isin(on_demand)]

    def one_more(self) -> pd.DataFrame:
        """What one more server, vessel or path gives at bottlenecks: this run with it less without, `karvan.simulate`'s
        `one_more` asking for it. Means with the bounds of paired 95 % intervals; empty where it was not asked for.

        hours: mean time of a unit; waiting_h, here_h: unit-hours a year of waiting, everywhere and there; delivered:
        units a year.
        """
        import pandas as pd

        there = any(name == "one_more" for name, _, _ in self.run.files())
        found: pd.DataFrame = self.run.read("one_more").to_pandas() if there else pd.DataFrame()
        return found

    def waiting_by_replication(self, part: str | None = None) -> NDArray[np.float64]:
        """Unit-hours of waiting that more capacity could lessen, everywhere or for one part (n_replications,)."""
        lost = self.replications("lost")
        rows = self._queued(lost) if part is None else lost[(lost["part"] == part) & lost["cause"].isin(QUEUEING)]
        return self._sums(rows.groupby("replication")["unit_h"].sum())

    def delivered_by_replication(self) -> NDArray[np.float64]:
        """Units delivered (n_replications,)."""
        return self._sums(self.replications("times").groupby("replication")["delivered"].sum())

    def hours_by_replication(self) -> NDArray[np.float64]:
        """Mean time from creation to delivery over all units (n_replications,); missing where none is delivered."""
        frame = self.replications("times")
        total = (frame["hours"].fillna(0.0) * frame["delivered"]).groupby(frame["replication"]).sum()
        delivered = self.delivered_by_replication()
        hours = np.full(len(delivered), np.nan)
        np.divide(self._sums(total), delivered, out=hours, where=delivered > 0)
        return hours

    def _sums(self, by_replication: pd.Series[float]) -> NDArray[np.float64]:
        return np.array(by_replication.reindex(sorted(self.run.done()), fill_value=0.0), dtype=np.float64)

    def by_cause(self) -> pd.DataFrame:
        """All time by cause, unit-hours and share."""
        return self._by("cause", self.replications("lost"))

    def by_place(self) -> pd.DataFrame:
        """Waiting by place, unit-hours and share: as `bottlenecks`, and for weather and opening hours."""
        return self._by("place", self._waiting(self.replications("lost")))

    def waiting(self) -> pd.DataFrame:
        """The same by place and cause: unit-hours."""
        lost = self._waiting(self.replications("lost"))
        return (lost.groupby(["place", "cause"])[["unit_h"]].sum() / max(len(self.run.done()), 1)).reset_index()

    def _waiting(self, lost: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd

        return pd.concat([self._queued(lost), lost[lost["cause"].isin(("weather", "hours"))]])

    def _by(self, what: str, lost: pd.DataFrame) -> pd.DataFrame:
        per = lost.pivot_table(values="unit_h", index="replication", columns=what, aggfunc="sum", fill_value=0.0)
        per = per.reindex(sorted(self.run.done()), fill_value=0.0)
        frame = self._summary({str(name): per[name].to_numpy() for name in per})
        frame.index.name = what
        frame["share"] = frame["mean"] / max(float(frame["mean"].sum()), 1e-12)
        return frame.sort_values("mean", ascending=False, kind="stable")

    def daily(self, parts: Sequence[str]) -> pd.DataFrame:
        """Queues of one or more stations and stops by day: mean over replications, 10th and 90th of a hundred."""
        import pandas as pd

        rows = self.replications("daily")
        days = pd.RangeIndex(int(rows["day"].max()) + 1 if len(rows) else 0, name="day")
        numbers = sorted(self.run.done())
        found = {}
        for part in parts:
            one = rows[rows["part"] == part].pivot_table(values="waiting", index="day", columns="replication")
            one = one.reindex(index=days, columns=numbers, fill_value=0.0).fillna(0.0)
            low, high = one.quantile(0.1, axis=1), one.quantile(0.9, axis=1)
            found[part] = pd.DataFrame({"mean": one.mean(axis=1), "p10": low, "p90": high})
        return pd.concat(found, names=["part"])

    def distribution(self, groups: Sequence[str]) -> pd.DataFrame:
        """Delivered units of some groups by time door to door, from_h to to_h: a replication's mean, and the share."""
        rows = self.replications("distribution")
        rows = rows[rows["group"].isin(list(groups))]
        frame = rows.groupby(["group", "from_h", "to_h"])[["units"]].sum().reset_index()
        frame["units"] /= max(len(self.run.done()), 1)
        frame["share"] = frame["units"] / frame.groupby("group")["units"].transform("sum")
        return frame

    def trace(self, replication: int = 0) -> pd.DataFrame:
        """All that happened in a replication of a run that was asked for traces. Raises InputError where it was not."""
        found: pd.DataFrame = self.run.read("trace", replication).to_pandas()
        return found

    def watched(self, most: int) -> list[Interval]:
        """The mean time of all units, and of the groups with the most units among those of every replication."""
        frame = self.replications("times")
        least = frame.groupby("group")["delivered"].min()
        biggest = least[least > 0].sort_values(ascending=False, kind="stable").index[:most]
        groups = [interval(frame.loc[frame["group"] == group, "hours"].to_numpy()) for group in sorted(biggest)]
        return [self.mean_hours(), *groups]

    def compare(self, other: Simulation, by: str = "hours") -> pd.DataFrame:
        """This simulation less another by group: paired intervals, which share their luck, and unpaired ones.

        Raises InputError where their warm-ups differ, since then they share none.
        """
        import pandas as pd

        days: list[Any] = [one.notes.get("warmup_days") for one in (self, other)]
        if None not in days and days[0] != days[1]:
            remedy = f"give both warmup_days={max(days):g}, so that they share their luck"
            raise InputError("the comparison", [Problem("warm-up", f"{days[0]:g} and {days[1]:g} days", remedy)])
        mine, theirs = (one.replications("times").set_index(["replication", "group"])[by] for one in (self, other))
        both = pd.concat({"mine": mine, "theirs": theirs}, axis=1).dropna().reset_index()
        rows = {group: paired(part["mine"], part["theirs"]) for group, part in both.groupby("group")}
        return _differences(rows)

    def mean_hours(self) -> Interval:
        """Mean time from creation to delivery over all units."""
        return interval(self.hours_by_replication())

    def balance(self) -> dict[str, float]:
        """Means over replications: in at the start and created; delivered, turned away, and in at the end."""
        frame = self.replications("balance").drop(columns="replication")
        return {str(name): float(frame[name].mean()) for name in frame}

    def stuck(self) -> pd.DataFrame:
        """Where someone waits at the end and nobody was served, loaded or let pass: what is stuck, and where."""
        import pandas as pd

        queues, gates = self.queues(), self._means("gates", "gate")
        shut = gates[(gates["left"] + gates["vehicles_left"] > 0) & (gates["passed"] == 0)].assign(kind="gate")
        shut.index.name = "part"
        idle = queues[(queues["left"] > 0) & (queues["served"].fillna(queues["loaded"]) == 0)]
        return pd.concat([idle, shut]) if len(shut) else idle

    def summaries(self) -> dict[str, Any]:
        """Tables that are kept beside the replications."""
        tables = {
            "summary_times": self.times(), "summary_queues": self.queues(), "summary_lost": self.lost(),
            "bottlenecks": self.bottlenecks(),
        }  # fmt: skip
        return {name: _columns(frame) for name, frame in tables.items()}

    def results(self) -> dict[str, Any]:
        """What run.json tells."""
        mean = self.mean_hours()
        return {
            **self.notes,
            "replications": len(self.run.done()),
            "mean_hours": None if np.isnan(mean.mean) else mean.mean,
            "balance": self.balance(),
        }

    def _means(self, table: str, key: str | list[str]) -> pd.DataFrame:
        """Means over replications of every number, and the half widths of their intervals."""
        import pandas as pd

        frame = self.replications(table)
        keys = [key] if isinstance(key, str) else key
        numbers = [name for name in frame.columns if name != "replication" and frame[name].dtype.kind in "iuf"]
        words = [name for name in frame.columns if frame[name].dtype.kind not in "iuf" and name not in keys]
        groups = frame.groupby(key, sort=False)
        n = groups[numbers].count()
        t = n.map(self._t)
        half = groups[numbers].std(ddof=1) / n**0.5 * t
        parts: list[pd.DataFrame] = [groups[words].first(), groups[numbers].mean(), half.add_suffix("_ci")]
        return pd.concat(parts, axis=1)

    @staticmethod
    def _t(n: int) -> float:
        from scipy.special import stdtrit

        return float(stdtrit(n - 1, 0.975)) if n > 1 else float("nan")

    def _summary(self, rows: dict[str, Any]) -> pd.DataFrame:
        import pandas as pd

        found = {name: interval(values) for name, values in rows.items()}
        return pd.DataFrame(
            {"mean": {k: i.mean for k, i in found.items()}, "ci": {k: i.half_width for k, i in found.items()}}
        )

    @cached_property
    def name(self) -> str:
        return self.run.name


def _differences(rows: dict[Any, Difference]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "difference": {k: d.paired.mean for k, d in rows.items()},
            "low": {k: d.paired.low for k, d in rows.items()},
            "high": {k: d.paired.high for k, d in rows.items()},
            "unpaired_low": {k: d.unpaired.low for k, d in rows.items()},
            "unpaired_high": {k: d.unpaired.high for k, d in rows.items()},
            "narrower": {k: d.narrower for k, d in rows.items()},
        }
    ).rename_axis("group")


def _columns(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    flat = frame.reset_index()
    return {str(name): flat[name].to_numpy() for name in flat}
