"""Hours of a kept run of the power system: a window of them, and the year by month, out of its Parquet files.

Nothing is solved, and what solves need not be installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.evidence.run import RunFolder
from karvan.grid.system import Floats
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.power.register import (
    CARBON_HOURS,
    PLANT_HOURS,
    PLANTS,
    STORE_HOURS,
    TIE_HOURS,
    TIES,
    ZONE_HOURS,
    ZONES,
)
from karvan.tables import Table

WEEK_H = 168
DIGITS = 3
"""kW, and a thousandth of a dollar or a gram."""
THERMAL = "thermal"
STEPS = 100
"""Of the duration of prices."""
CARBON = ("direct_made", "direct_used", "life_made", "life_used")
Rows = list[dict[str, Any]]
Instants = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Grid:
    """A table by the hour: ids, and matrices by column."""

    ids: tuple[str, ...]
    values: Mapping[str, Floats]
    """(n_hours, n_ids)"""

    def of(self, name: str, ids: Iterable[str]) -> Floats:
        """A column added up over some ids (n_hours,); what is missing counts nothing."""
        wanted = set(ids)
        at = [ix for ix, one in enumerate(self.ids) if one in wanted]
        return np.asarray(np.nansum(self.values[name][:, at], axis=1))


@dataclass(frozen=True, eq=False)
class Window:
    """Some hours of a run, for some of its zones."""

    run: RunFolder
    begin: np.datetime64 | None = None
    """First hour; None: of the run."""
    end: np.datetime64 | None = None
    """The hour after the last; None: of the run."""
    zone: str = ""
    """Empty: all but markets."""

    @cached_property
    def zone_rows(self) -> Rows:
        found: Rows = self.run.read(ZONES.name).to_pylist()
        return found

    @cached_property
    def zones(self) -> list[str]:
        """Those that are added up. Raises InputError where there is none of that name, or it is a market."""
        own = [row["zone"] for row in self.zone_rows if not row["market"]]
        if not self.zone:
            return own
        if self.zone not in own:
            remedy = f"give one of {', '.join(nearest(self.zone, own) or own)}"
            raise InputError("the request", [Problem("zone", shown(self.zone), remedy)])
        return [self.zone]

    @cached_property
    def plants(self) -> Rows:
        """Plants in the zones, as the run has their year."""
        return [row for row in self.run.read(PLANTS.name).to_pylist() if row["zone"] in self.zones]

    @cached_property
    def times(self) -> Instants:
        """When each hour begins, UTC (n_hours,)."""
        return np.unique(self._columns(ZONE_HOURS)["time"])

    def read(self, table: Table, key: str) -> Grid:
        """A table by the hour. Of a table that the run has not, no ids."""
        names = [column.name for column in table if column.kind == "number"]
        if not self._has(table):
            return Grid((), {name: np.zeros((len(self.times), 0)) for name in names})
        columns = self._columns(table)
        ids, which = np.unique(columns[key].astype(str), return_inverse=True)
        at = np.searchsorted(self.times, columns["time"])
        found = {}
        for name in names:
            values = np.full((len(self.times), len(ids)), np.nan)
            values[at, which] = columns[name]
            found[name] = values
        return Grid(tuple(ids.tolist()), found)

    @cached_property
    def by_zone(self) -> Grid:
        return self.read(ZONE_HOURS, "zone")

    @cached_property
    def by_plant(self) -> Grid:
        return self.read(PLANT_HOURS, "plant")

    @cached_property
    def by_store(self) -> Grid:
        return self.read(STORE_HOURS, "store")

    @cached_property
    def load(self) -> Floats:
        return self.by_zone.of("load_mw", self.zones)

    @cached_property
    def shed(self) -> Floats:
        return self.by_zone.of("shed_mw", self.zones)

    @cached_property
    def price(self) -> Floats:
        """Mean of the zones by load, of the hours without load the plain mean (n_hours,)."""
        if not len(self.times):
            return np.zeros(0)
        at = [ix for ix, zone in enumerate(self.by_zone.ids) if zone in self.zones]
        price, load = (np.nan_to_num(self.by_zone.values[name][:, at]) for name in ("price_usd_mwh", "load_mw"))
        plain = price.mean(axis=1)
        return np.asarray(np.divide((price * load).sum(axis=1), self.load, out=plain, where=self.load > 0))

    @cached_property
    def curtailed(self) -> Floats:
        """What wind, sun and water is let pass by (n_hours,)."""
        free = [row["plant"] for row in self.plants if row["sort"] != THERMAL]
        left = self.by_plant.of("could_mw", free) - self.by_plant.of("mw", free)
        return np.maximum(left, 0.0) + self.by_store.of("spilled_mw", free)

    @cached_property
    def made(self) -> dict[str, Floats]:
        """By technology, what makes most first (n_hours,)."""
        found = {}
        for technology, ids in self._technologies().items():
            mw = self.by_plant.of("mw", ids) + self.by_store.of("given_mw", ids)
            if mw.any():
                found[technology] = mw
        return dict(sorted(found.items(), key=lambda item: (-item[1].sum(), item[0])))

    @cached_property
    def taken(self) -> dict[str, Floats]:
        """By technology of batteries and electrolysers (n_hours,)."""
        found = {name: self.by_store.of("taken_mw", ids) for name, ids in self._technologies().items()}
        return {name: mw for name, mw in sorted(found.items()) if mw.any()}

    def over(self, *, markets: bool) -> tuple[Floats, Floats]:
        """What leaves the zones and what is sent to them (n_hours,), over ties to markets or to whatever is beyond."""
        out, back = np.zeros(len(self.times)), np.zeros(len(self.times))
        if not self._has(TIE_HOURS):
            return out, back
        grid = self.read(TIE_HOURS, "tie")
        for row in self.run.read(TIES.name).to_pylist():
            ends = [row[end] in self.zones for end in ("from_zone", "to_zone")]
            if ends[0] == ends[1] or (markets and not row["market"]):
                continue
            sent = [grid.of(name, [row["tie"]]) for name in ("out_mw", "back_mw")]
            leaves, comes = sent if ends[0] else sent[::-1]
            out += leaves
            back += comes
        return out, back

    def carbon(self) -> Rows:
        """Of each country that the zones are of."""
        wanted = sorted({row["country"] for row in self.zone_rows if row["zone"] in self.zones})
        grid = self.read(CARBON_HOURS, "country")
        return [
            {"country": one, **{name: _numbers(grid.values[name][:, grid.ids.index(one)]) for name in CARBON}}
            for one in wanted
            if one in grid.ids
        ]

    def _technologies(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.plants:
            found.setdefault(row["technology"], []).append(row["plant"])
        return found

    def _has(self, table: Table) -> bool:
        return table.name in {name for name, number, _ in self.run.files() if number is None}

    def _columns(self, table: Table) -> dict[str, NDArray[Any]]:
        """The rows of a table that lie in the window."""
        kept = self.run.read(table.name)
        times = kept["time"].to_numpy().astype("datetime64[s]")
        inside = np.ones(len(times), dtype=bool)
        if self.begin is not None:
            inside &= times >= self.begin
        if self.end is not None:
            inside &= times < self.end
        found = kept if inside.all() else kept.filter(inside)
        columns = {name: found[name].to_numpy() for name in found.column_names}
        return columns | {"time": times[inside]}


def hours_document(window: Window) -> dict[str, Any]:
    """Hours of a window, as arrays. Raises InputError for a zone that there is not."""
    zones, times = window.zones, window.times
    out, back = window.over(markets=False)
    return {
        **_about(window.run), "zones": zones, "weeks": weeks_of(window.run), "times": _instants(times),
        "load_mw": _numbers(window.load), "shed_mw": _numbers(window.shed), "out_mw": _numbers(out),
        "in_mw": _numbers(back), "curtailed_mw": _numbers(window.curtailed),
        "price_usd_mwh": _numbers(window.price),
        "made": [{"technology": name, "mw": _numbers(mw)} for name, mw in window.made.items()],
        "taken": [{"technology": name, "mw": _numbers(mw)} for name, mw in window.taken.items()],
        "carbon": window.carbon(),
    }  # fmt: skip


def year_document(window: Window) -> dict[str, Any]:
    """The year by month, of the hours that were worked out, and how prices last."""
    months = window.times.astype("datetime64[M]").astype(np.int64) % 12 + 1
    out, back = window.over(markets=True)
    return {
        **_about(window.run), "hours": len(window.times),
        "hours_each_stands_for": float(window.run.record["results"]["hours_each_stands_for"]),
        "months": [_month(window, month, months == month, out, back) for month in range(1, 13)],
        "price_duration": _duration(window.price),
    }  # fmt: skip


def ties_document(run: RunFolder) -> dict[str, Any]:
    """What went over ties, and what zones came to."""
    has = {name for name, number, _ in run.files() if number is None}
    rows = {table: run.read(table).to_pylist() if table in has else [] for table in (TIES.name, ZONES.name)}
    return {**_about(run), "ties": rows[TIES.name], "zones": rows[ZONES.name]}


def weeks_of(run: RunFolder) -> list[str]:
    """When each stretch of 168 hours of a run begins."""
    return _instants(Window(run).times[::WEEK_H])


def _month(window: Window, month: int, of: NDArray[np.bool_], out: Floats, back: Floats) -> dict[str, Any]:
    load = float(window.load[of].sum())
    price = float((window.price * window.load)[of].sum()) / load if load > 0 else None
    return {
        "month": month, "hours": int(of.sum()), "load_gwh": _gwh(window.load, of), "shed_gwh": _gwh(window.shed, of),
        "made_gwh": {name: _gwh(mw, of) for name, mw in window.made.items()},
        "curtailed_gwh": _gwh(window.curtailed, of), "exports_gwh": _gwh(out, of), "imports_gwh": _gwh(back, of),
        "price_usd_mwh": None if price is None else round(price, DIGITS),
    }  # fmt: skip


def _duration(price: Floats) -> Rows:
    """The price that is reached or passed in so much of the time."""
    shares = np.arange(STEPS + 1) / STEPS
    values = np.quantile(price, 1 - shares)
    return [{"share": share, "usd_mwh": round(value, DIGITS)}
            for share, value in zip(shares.tolist(), values.tolist(), strict=True)]  # fmt: skip


def _gwh(mw: Floats, of: NDArray[np.bool_]) -> float:
    return round(float(mw[of].sum()) / 1e3, DIGITS) + 0.0


def _about(run: RunFolder) -> dict[str, Any]:
    return {"run": run.name, "scenario": run.record["inputs"].get("scenario") or "",
            "year": int(run.record["results"]["year"])}  # fmt: skip


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else value + 0.0 for value in np.round(values, DIGITS).tolist()]


def _instants(times: Sequence[np.datetime64] | Instants) -> list[str]:
    return [f"{time}Z" for time in np.asarray(times).astype("datetime64[m]").astype(str).tolist()]
