"""The gravity of trade: of the package's own panel, or of a table of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem, shown
from karvan.study.trade.figures import COVARIATES, panel

if TYPE_CHECKING:
    from karvan.formats.trade.file import TradeFile
    from karvan.trade.diagnostics import Diagnosis
    from karvan.trade.fitted import Gravity, NotConverged
    from karvan.trade.panel import Panel

LOG = "log_"
REGRESSORS = ("log_dist_km", "contiguous", "common_language", "common_colonizer")
YEARS = (2005, 2015)


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
    its covariates as they are."""
    fixed: tuple[str, ...] = ("exporter-year", "importer-year")
    cluster: tuple[str, ...] = ("pair",)
    errors: str = "clustered"
    """clustered, as most programs report them; adjusted, for leverage: wider, and nearer to the truth where a few pairs
    have most of the trade."""
    level: float = 0.95
    drop_collinear: bool = False


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit, how good it is, and what it stands on."""

    ask: FitTrade
    gravity: Gravity
    diagnosis: Diagnosis
    file: TradeFile | None
    """Where a table of the user's was read: with what was set aside, and what is odd in it."""


def fit_trade(corridor: Corridor, ask: FitTrade) -> Fitted | NotConverged:
    """Fit what is asked for. Raises InputError with all that is wrong in the table or in the request."""
    from karvan.trade.diagnostics import diagnose
    from karvan.trade.fitted import NotConverged
    from karvan.trade.gravity import FitGravity, fit

    read = _read(ask) if ask.file else None
    table = _of_file(read, ask) if read else _of_package(corridor, ask)
    regressors = ask.regressors or (REGRESSORS if read is None else table.covariates)
    logs = [name.removeprefix(LOG) for name in regressors if name.startswith(LOG) and name not in table.covariates]
    table = table.with_logs(*logs) if logs else table
    wanted = FitGravity(
        table, regressors, ask.fixed, ask.cluster, errors=ask.errors, level=ask.level, drop_collinear=ask.drop_collinear
    )
    found = fit(wanted)
    return found if isinstance(found, NotConverged) else Fitted(ask, found, diagnose(found), read)


def _of_package(corridor: Corridor, ask: FitTrade) -> Panel:
    wanted = {name.removeprefix(LOG) for name in ask.regressors}
    return panel(corridor, ask.years or YEARS, gdp=not wanted <= set(COVARIATES))


def _read(ask: FitTrade) -> TradeFile:
    """The file, by what its heading says it is."""
    from karvan.formats.trade.any import read_trade, trade_kind
    from karvan.formats.trade.gravity import read_gravity
    from karvan.formats.trade.plain import read_trade_csv

    assert ask.file
    covariates = tuple(dict.fromkeys(name.removeprefix(LOG) for name in ask.regressors)) or None
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
