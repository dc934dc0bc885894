"""Trade of later years as a gravity model foretells it, beside what came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from karvan.ground.errors import InputError, Problem
from karvan.trade.diagnostics import squared_correlation
from karvan.trade.gravity import Gravity
from karvan.trade.panel import KEY, Panel, Remark

OF_YEARS = ("year", "exporter-year", "importer-year")


KINDS = ("forecast", "anchored", "unchanged")


@dataclass(frozen=True, slots=True)
class Miss:
    """How far forecasts are from what came, over some rows."""

    name: str
    n: int
    trade: float
    """What came, million USD; likewise below."""
    forecast: float
    """What the model says."""
    anchored: float
    """The last trade that the fit has seen of each dyad, times what the model says of the change since."""
    unchanged: float
    """That last trade: the forecast of one who changes nothing."""
    off: tuple[float, float, float]
    """Of each of `KINDS`, what the rows are off, either way, as a share of what came; nan where nothing came."""

    def error(self, kind: str = "forecast") -> float:
        """Of the total, as a share of what came, of one of `KINDS`; nan where nothing came."""
        return float(getattr(self, kind)) / self.trade - 1 if self.trade else np.nan


@dataclass(frozen=True, eq=False)
class Forecast:
    """Later trade as foretold and as it came."""

    table: pd.DataFrame
    """year, exporter, importer, trade, forecast, anchored, unchanged (million USD, nan where there is none), why."""
    by_year: tuple[Miss, ...]
    """Over the rows that have all of these; likewise below."""
    total: Miss
    r2: float
    """Squared correlation of forecast and trade."""
    stands_on: tuple[str, ...]
    """What the forecast takes as known or as staying."""
    remarks: tuple[Remark, ...]


def forecast(of: Gravity, later: Panel) -> Forecast:
    """Foretell trade of years that a model was not fitted to, and compare.

    A fit with effects by year cannot: a later year has none. Fit with effects of exporter and importer, or of pair, and
    what changes from year to year, such as the logarithms of both GDPs, as regressors.

    Parameters: of, the fit; later, rows of years after those of the fit, with its regressors: what these are later is
    taken as known.
    Raises: InputError for effects by year, years that are not later, and as `Gravity.predict` does.
    """
    fixed, seen = of.ask.fixed, of.ask.panel
    problems = effects_by_year(fixed)
    early = [year for year in later.years if year <= seen.years[-1]]
    if early:
        found = ", ".join(str(year) for year in early)
        problems.append(Problem("years", found, f"give years after {seen.years[-1]}, the last of the fit"))
    if problems:
        raise InputError("forecast", problems)
    predicted = of.predict(later.table)
    last = of.fitted.groupby(["exporter", "importer"])[["trade", "fitted"]].last()
    at = last.reindex(pd.MultiIndex.from_frame(later.table[["exporter", "importer"]]))
    unchanged, fitted = (at[column].to_numpy(dtype=np.float64) for column in ("trade", "fitted"))
    table = later.table[[*KEY, "trade"]].assign(
        forecast=predicted.trade, anchored=unchanged * predicted.trade / fitted, unchanged=unchanged, why=predicted.why
    )
    both = table[table[list(KINDS)].notna().all(axis=1)]
    trade, told = (both[column].to_numpy(dtype=np.float64) for column in ("trade", "forecast"))
    return Forecast(
        table=table,
        by_year=tuple(_miss(str(year), rows) for year, rows in both.groupby("year")),
        total=_miss("all", both),
        r2=squared_correlation(trade, told) if len(both) else np.nan,
        stands_on=_stands_on(of),
        remarks=(*predicted.remarks, *_unseen(table)),
    )


def effects_by_year(fixed: Iterable[str]) -> list[Problem]:
    """What is wrong with fixed effects for a forecast: a later year has none of those by year."""
    remedy = "fit with those of exporter, importer or pair, and with log GDPs as regressors"
    return [
        Problem(f"fixed {kind}", "effects by year, which a later year has none of", remedy)
        for kind in fixed
        if kind in OF_YEARS
    ]


def _miss(name: str, rows: pd.DataFrame) -> Miss:
    trade = float(rows["trade"].sum())
    off = [float((rows[kind] - rows["trade"]).abs().sum()) / trade if trade else np.nan for kind in KINDS]
    told, anchored, same = (float(rows[kind].sum()) for kind in KINDS)
    return Miss(name, len(rows), trade, told, anchored, same, (off[0], off[1], off[2]))


def _stands_on(of: Gravity) -> tuple[str, ...]:
    years = of.ask.panel.years
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}-{years[-1]} ({len(years)} years)"
    effects = ", ".join(of.ask.fixed) or "a constant"
    return (
        f"coefficients of {', '.join(of.names)} as fitted to {span}",
        f"effects of {effects} as fitted, and staying as they were",
        f"{', '.join(of.names)} of the later years as they came: known, not foretold",
        "no change of trade costs, of sanctions or of prices but by these",
    )


def _unseen(table: pd.DataFrame) -> list[Remark]:
    n = int(table["unchanged"].isna().sum())
    return [Remark("new dyad", f"{n} rows", "the fit has not used these dyads: they are not compared")] if n else []
