"""The gravity of trade: of the package's own panel, or of a table of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, shown
from karvan.study.trade.figures import COVARIATES, GDP, panel

if TYPE_CHECKING:
    import pandas as pd

    from karvan.formats.trade.file import TradeFile
    from karvan.study.trade.day_worth import DayWorth
    from karvan.study.trade.ways import PlannedWays
    from karvan.trade.diagnostics import Diagnosis
    from karvan.trade.fitted import Gravity, NotConverged
    from karvan.trade.forecast import Forecast
    from karvan.trade.panel import Panel

LOG = "log_"
REGRESSORS = ("log_dist_km", "contiguous", "common_language", "common_colonizer")
LOG_GDP = tuple(f"{LOG}{name}" for name in GDP)
WAYS = ("way_days", "way_usd")
"""What ways bring to a panel: `karvan.study.trade.ways`."""
YEARS = (2005, 2015)
FIXED = ("exporter-year", "importer-year")
"""Fixed effects where none are named, and no later years are foretold."""


@dataclass(frozen=True)
class FitTrade:
    """What is asked. Defaults stand here and nowhere else."""

    file: Path | None = None
    """A table of one's own; none: the package's trade."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Of the file: the heading's name by role, where the usual names are not used."""
    unit: str = ""
    """Of the file's trade: musd, usd, kusd; empty where the file says."""
    years: tuple[int, ...] = ()
    """Those to fit; none: all of the file, or those of the package of which all dyads and GDP are known."""
    regressors: tuple[str, ...] = ()
    """Covariates; log_X is the logarithm of X. None: of the package distance, border, language and past, of a file all
    its covariates as they are; with `ways` also the logarithms of what they bring; with `until` what both countries of
    the package make, and the others where there are no effects of pairs."""
    fixed: tuple[str, ...] | None = None
    """Fixed effects. None: `FIXED`; with `until` of pairs, or none at all where a single year is fitted, since a later
    year has no effects of its own."""
    cluster: tuple[str, ...] = ("pair",)
    errors: str = "clustered"
    """clustered, as most programs report them; adjusted, for leverage: wider, and nearer to the truth where a few pairs
    have most of the trade."""
    level: float = 0.95
    drop_collinear: bool = False
    ways: str = ""
    """The scenario whose ways between gateways are covariates: way_days, way_usd (USD a TEU)."""
    until: int | None = None
    """The last year that is fitted; later ones are foretold and held against what came. None: all are fitted."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit, how good it is, and what it stands on."""

    ask: FitTrade
    gravity: Gravity
    diagnosis: Diagnosis
    file: TradeFile | None
    """Where a table of the user's was read: with what was set aside, and what is odd in it."""
    ways: PlannedWays | None = None
    left: pd.DataFrame | None = None
    """Rows that left the panel as their pair has no way, and why; with `ways`."""
    alike: tuple[tuple[str, str, float], ...] = ()
    """Regressors that a fit can hardly tell from those of the ways, and their correlations; with `ways`."""
    worth: tuple[DayWorth, ...] = ()
    """What the fit says that a day on the way is worth, where days are a regressor."""
    held: Forecast | None = None
    """Later years as foretold and as they came; with `until`."""


def fit_trade(corridor: Corridor, ask: FitTrade) -> Fitted | NotConverged:
    """Fit what is asked for. Raises InputError with all that is wrong in the table or in the request."""
    from karvan.study.trade.day_worth import day_worth
    from karvan.study.trade.ways import alike, planned_ways, with_ways
    from karvan.trade.diagnostics import diagnose
    from karvan.trade.fitted import NotConverged
    from karvan.trade.forecast import forecast
    from karvan.trade.gravity import FitGravity, fit

    _check(ask)
    read = _read(ask) if ask.file else None
    table = _of_file(read, ask) if read else _of_package(corridor, ask)
    ways, left = None, None
    if ask.ways:
        ways = planned_ways(corridor, ask.ways)
        table, left = with_ways(table, ways)
    fixed = _fixed(ask, table)
    regressors = ask.regressors or _regressors(ask, table, fixed)
    logs = [name.removeprefix(LOG) for name in regressors if name.startswith(LOG) and name not in table.covariates]
    table = table.with_logs(*logs) if logs else table
    later = _later(table, ask.until)
    wanted = FitGravity(
        table.between(table.years[0], ask.until) if ask.until is not None else table, regressors, fixed, ask.cluster,
        errors=ask.errors, level=ask.level, drop_collinear=ask.drop_collinear,
    )  # fmt: skip
    found = fit(wanted)
    if isinstance(found, NotConverged):
        return found
    held = forecast(found, later) if later else None
    twins = tuple(alike(found.ask.panel, found.names)) if ways else ()
    return Fitted(ask, found, diagnose(found), read, ways, left, twins, day_worth(corridor, found), held)


def _check(ask: FitTrade) -> None:
    """Raise InputError for what can be seen before a table is read."""
    from karvan.trade.forecast import effects_by_year

    problems = [
        Problem(f"regressor {shown(name)}", "no ways to take it from", "name their scenario, as --ways base-2024")
        for name in ask.regressors
        if name.removeprefix(LOG) in WAYS and not ask.ways and ask.file is None
    ]
    if ask.until is not None:
        problems += effects_by_year(ask.fixed or ())
    if problems:
        raise InputError("the options", problems)


def _fixed(ask: FitTrade, table: Panel) -> tuple[str, ...]:
    """The fixed effects that are asked for, or those that suit what is."""
    if ask.fixed is not None:
        return ask.fixed
    if ask.until is None:
        return FIXED
    return ("pair",) if sum(year <= ask.until for year in table.years) > 1 else ()


def _regressors(ask: FitTrade, table: Panel, fixed: tuple[str, ...]) -> tuple[str, ...]:
    """The covariates where none are named."""
    ways = tuple(f"{LOG}{name}" for name in WAYS) if ask.ways else ()
    if ask.file is not None:
        return tuple(name for name in table.covariates if name not in WAYS) + ways
    if ask.until is None:
        return REGRESSORS + ways
    return LOG_GDP if "pair" in fixed else LOG_GDP + REGRESSORS + ways


def _later(table: Panel, until: int | None) -> Panel | None:
    """The years that are foretold. Raises InputError where none are left to fit, or to foretell."""
    if until is None:
        return None
    first, last = table.years[0], table.years[-1]
    if not first <= until < last:
        remedy = f"give a year from {first} to {last - 1}: what comes later is foretold"
        raise InputError(table.name, [Problem("until", shown(until), remedy)])
    return table.between(until + 1, last)


def _of_package(corridor: Corridor, ask: FitTrade) -> Panel:
    wanted = {name.removeprefix(LOG) for name in ask.regressors} - set(WAYS)
    by_gdp = not ask.regressors and ask.until is not None
    return panel(corridor, ask.years or YEARS, gdp=by_gdp or not wanted <= set(COVARIATES))


def _read(ask: FitTrade) -> TradeFile:
    """The file, by what its heading says it is."""
    from karvan.formats.trade.any import read_trade, trade_kind
    from karvan.formats.trade.gravity import read_gravity
    from karvan.formats.trade.plain import read_trade_csv

    assert ask.file
    named = dict.fromkeys(name.removeprefix(LOG) for name in ask.regressors)
    covariates = tuple(name for name in named if not (ask.ways and name in WAYS)) or None
    kind = trade_kind(ask.file)
    if kind == "csv":
        return read_trade_csv(ask.file, columns=ask.columns, unit=ask.unit or None, covariates=covariates, codes="any")
    said = {"--column": ask.columns, "--unit": ask.unit}
    problems = [
        Problem(name, shown(str(words)), f"leave it out: {ask.file.name} is a file of {kind}, whose columns are known")
        for name, words in said.items()
        if words
    ]
    if problems:
        raise InputError("the options", problems)
    if kind == "gravity":
        return read_gravity(ask.file, years=ask.years or None, covariates=covariates)
    return read_trade(ask.file, years=ask.years or None)


def _of_file(read: TradeFile, ask: FitTrade) -> Panel:
    """The table of a file as a panel: all goods together, seen from one side where it has both."""
    from karvan.trade.panel import Panel

    whole = read.of_years(ask.years) if ask.years else read
    if "reporter" in whole.frame.columns:
        both = {"exporter", "importer"}
        sides = {side for side in both if (whole.frame["reporter"] == whole.frame[side]).any()}
        whole = whole.seen_from("importer") if sides == both else whole  # imports are counted with more care
    rows = whole.total()
    missing = [name for name in read.covariates if name not in rows.columns]
    if missing:
        remedy = "it differs by goods: give one value a pair and year"
        raise InputError(read.source, [Problem(f"column {shown(name)}", "lost", remedy) for name in missing])
    home = bool((rows["exporter"] == rows["importer"]).any())
    return Panel.of(rows, read.covariates, home=home, name=read.source)
