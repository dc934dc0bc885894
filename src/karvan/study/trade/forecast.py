"""A forecast out of the sample: fit to some years, foretell later ones, and hold it against what was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.ground.errors import InputError, Problem
from karvan.study.trade.figures import Stated, known, panel, turnover

if TYPE_CHECKING:
    import pandas as pd

    from karvan.trade.fitted import Gravity, NotConverged

REGRESSORS = ("log_gdp_exporter", "log_gdp_importer")
SAMPLE = (2005, 2015)
DRAWS = 2000


@dataclass(frozen=True)
class Forecast:
    """What is asked."""

    pairs: tuple[tuple[str, str], ...] = ()
    """Countries whose trade with each other, both ways together, is foretold; none: all of which later years were
    published."""
    sample: tuple[int, ...] = SAMPLE
    """Years that are fitted."""
    last: int = 2025
    seed: int = 1


@dataclass(frozen=True)
class Foretold:
    """The trade of two countries in a year: foretold, and published."""

    one: str
    other: str
    year: int
    musd: float
    low: float
    """What one draw in forty is below: of the coefficients, and of what the fit leaves unexplained over ten years."""
    high: float
    gdp: str
    """Where what both make in that year is from: stated, or brought on from other years."""
    stated: tuple[Stated, ...]

    @property
    def ratio(self) -> tuple[float, float] | None:
        """Foretold over published: by the highest and the lowest figure of the year."""
        if not self.stated:
            return None
        told = [one.musd for one in self.stated]
        return self.musd / max(told), self.musd / min(told)

    @property
    def inside(self) -> bool | None:
        """Whether some published figure lies in the interval."""
        return any(self.low <= one.musd <= self.high for one in self.stated) if self.stated else None


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Forecasts, the fit under them, and how far off they are."""

    ask: Forecast
    fit: Gravity
    rows: tuple[Foretold, ...]
    spread: float
    """Standard deviation of the change of log trade from one year of the sample to the next that the fit leaves."""

    @property
    def held(self) -> tuple[Foretold, ...]:
        """Those that can be held against a published figure."""
        return tuple(row for row in self.rows if row.stated)

    @property
    def error(self) -> float:
        """Median of how many times too high or too low a forecast is, against the nearest published figure."""
        off = [min(abs(np.log(row.musd / one.musd)) for one in row.stated) for row in self.held]
        return float(np.exp(np.median(off))) if off else float("nan")

    @property
    def bias(self) -> float:
        """Mean of foretold over published, as a factor: below 1 foretells too little."""
        off = [np.mean([np.log(row.musd / one.musd) for one in row.stated]) for row in self.held]
        return float(np.exp(np.mean(off))) if off else float("nan")


def forecast(corridor: Corridor, ask: Forecast) -> Forecasts | NotConverged:
    """Foretell the trade of pairs of countries by what they make.

    Trade by exporter's and importer's GDP with effects of pairs (each direction its own), fitted by PPML to the years
    of the sample; a pair's effect then holds all that stays, and a forecast is what it had, moved by GDP. Effects of
    years, which a forecast could not have, are left out: prices and exchange rates move with GDP in USD. GDP of years
    between two that are known grows evenly, after the last it goes on as before (grade D).

    Raises: InputError for countries of which nothing is known, or years without a matrix or GDP.
    """
    from karvan.trade.fitted import NotConverged
    from karvan.trade.gravity import FitGravity, fit

    for pair in ask.pairs:
        known(corridor, *pair)
    sample = panel(corridor, ask.sample, gdp=True).with_logs("gdp_exporter", "gdp_importer")
    made = fit(FitGravity(sample, REGRESSORS, fixed=("pair",)))
    if isinstance(made, NotConverged):
        return made
    pairs = ask.pairs or _published(corridor, max(ask.sample))
    spread = _spread(made)
    rows = [row for pair in pairs for row in _foretold(corridor, ask, made, spread, pair)]
    return Forecasts(ask, made, tuple(rows), spread)


def _published(corridor: Corridor, after: int) -> tuple[tuple[str, str], ...]:
    """Pairs of countries of which later years were published."""
    countries = {row.id for row in corridor.rows("country")}
    found = {
        (row.reporter, row.partner) if row.reporter < row.partner else (row.partner, row.reporter)
        for row in corridor.rows("trade")
        if row.year > after and not row.period and row.value_musd is not None
    }
    return tuple(sorted(pair for pair in found if set(pair) <= countries))


def _foretold(corridor: Corridor, ask: Forecast, made: Gravity, spread: float, pair: tuple[str, str]) -> list[Foretold]:
    """A row for each year after the sample that was published, or to the last where the pair was asked for."""
    stated = {year.year: year.stated for year in turnover(corridor, *pair)}
    after = max(ask.sample)
    years = range(after + 1, ask.last + 1) if ask.pairs else sorted(year for year in stated if after < year <= ask.last)
    rows, means = [], None
    for year in years:
        table = rows_of(corridor, (pair, (pair[1], pair[0])), year)
        predicted = made.predict(table)
        if not np.isfinite(predicted.trade).all():
            raise InputError(
                f"{pair[0]} and {pair[1]}", [Problem("forecast", predicted.why[0], "ask for another pair")]
            )
        means = _means(made, table) if means is None else means
        low, high = _between(made, table, predicted.trade, means, spread, ask.seed)
        said = " and ".join(sorted({gdp_of(corridor, code, year)[1] for code in pair}))
        rows.append(Foretold(*pair, year, float(predicted.trade.sum()), low, high, said, stated.get(year, ())))
    return rows


def rows_of(corridor: Corridor, pairs: Sequence[tuple[str, str]], year: int) -> pd.DataFrame:
    """The rows of a year to predict: sellers and buyers, and the logarithms of what both make."""
    import pandas as pd

    logs = {code: float(np.log(gdp_of(corridor, code, year)[0])) for pair in pairs for code in pair}
    cells = [(year, one, other, logs[one], logs[other]) for one, other in pairs]
    return pd.DataFrame(cells, columns=["year", "exporter", "importer", *REGRESSORS])


def gdp_of(corridor: Corridor, code: str, year: int) -> tuple[float, str]:
    """What a country makes in a year, million USD, and where that is from. Raises InputError."""
    stated = {row.year: row.gdp_musd for row in corridor.rows("gdp") if row.country == code}
    if year in stated:
        return stated[year], "stated"
    if len(stated) < 2:
        raise InputError(corridor.name, [Problem(f"gdp.csv, {code}", "fewer than two years", "give two or more")])
    years = sorted(stated)
    later = max(1, next((at for at, when in enumerate(years) if when > year), len(years) - 1))
    first, last = years[later - 1], years[later]
    value = stated[first] * (stated[last] / stated[first]) ** ((year - first) / (last - first))
    return value, f"brought {'in' if first < year < last else 'on'} from {first} and {last}"


def _spread(made: Gravity) -> float:
    """How far log trade of a pair goes from one year of the sample to the next beyond what the fit says."""
    table = made.fitted[made.fitted["trade"] > 0].assign(off=lambda rows: np.log(rows["trade"] / rows["fitted"]))
    both = table.pivot_table(index=["exporter", "importer"], columns="year", values="off").dropna()
    # Weighted as the likelihood weighs them: by trade.
    weight = table.groupby(["exporter", "importer"])["fitted"].sum().loc[both.index].to_numpy()
    step = np.diff(both.to_numpy(), axis=1)
    return float(np.sqrt(np.average(step**2, axis=0, weights=weight).mean()))


def _between(
    made: Gravity, table: pd.DataFrame, central: np.ndarray, means: np.ndarray, spread: float, seed: int
) -> tuple[float, float]:
    """The interval of both ways together: draws of the coefficients, and of what the fit does not explain."""
    random = np.random.Generator(np.random.Philox(seed))
    x = table[list(made.names)].to_numpy(dtype=np.float64)
    # The pair's effect was fitted at the sample's means: errors of coefficients count for the distance from them.
    draws = random.multivariate_normal(np.zeros(len(made.names)), made.covariance, DRAWS)
    moved = (x - means) @ draws.T
    noise = random.normal(0.0, spread, (len(table), DRAWS))
    whole = (central[:, None] * np.exp(moved + noise)).sum(axis=0)
    low, high = np.quantile(whole, (0.025, 0.975))
    return float(low), float(high)


def _means(made: Gravity, table: pd.DataFrame) -> np.ndarray:
    """Regressors of each row's pair in the sample, weighted by what was fitted."""
    sample = made.ask.panel.table.merge(made.fitted[["year", "exporter", "importer", "fitted"]])
    found = []
    for row in table.itertuples():
        own = sample[(sample["exporter"] == row.exporter) & (sample["importer"] == row.importer)]
        found.append(np.average(own[list(made.names)].to_numpy(), axis=0, weights=own["fitted"]))
    return np.array(found)
