"""The trade among the package's countries in a recent year: published where it was, else foretold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem
from karvan.study.trade.figures import MATRIX, panel, years_of_matrix
from karvan.study.trade.forecast import REGRESSORS, gdp_of, rows_of

if TYPE_CHECKING:
    from karvan.trade.fitted import NotConverged

NEAR = 2
"""Years by which a published figure may be off the year that is asked for."""
FORETOLD, ABSENT = "foretold", ""
ROOM = 1.25
"""Gross output of goods over exports, at least, of countries that sell abroad more than they are thought to make."""


@dataclass(frozen=True, eq=False)
class TradeBase:
    """Trade among countries in a year, and what each figure stands on."""

    year: int
    countries: tuple[str, ...]
    trade: NDArray[np.float64]
    """Million USD; the row sells, the column buys, nothing on the diagonal (n, n)."""
    gdp: NDArray[np.float64]
    """Million USD (n,)."""
    stands_on: dict[tuple[str, str], str]
    """By pair: the fact, or `foretold`; empty where the matrix of the year has no row, and the figure is 0."""
    output_ratio: dict[str, float]
    """Gross output of goods per GDP of countries for which the general assumption leaves no sales at home."""

    def musd(self, exporter: str, importer: str) -> float:
        """What one sells the other."""
        at = {code: ix for ix, code in enumerate(self.countries)}
        return float(self.trade[at[exporter], at[importer]])

    @property
    def counts(self) -> Counter[str]:
        """How many pairs are published, and how many foretold."""
        return Counter(FORETOLD if said == FORETOLD else "published" for said in self.stands_on.values())


def trade_base(corridor: Corridor, year: int) -> TradeBase | NotConverged:
    """The trade of a year, for what-ifs to begin with.

    A pair has the figure of exports or imports that was published of the year, or of a year within two of it: of rivals
    the best graded, then the nearest in time, then the exporter's. Others have what a gravity model fitted to the years
    of the matrix foretells from what both make: effects of pairs, so that each begins from what it was.

    Raises: InputError for a package without such trade.
    """
    from karvan.trade.fitted import NotConverged
    from karvan.trade.gravity import FitGravity, fit

    years = tuple(when for when in years_of_matrix(corridor) if _has_gdp(corridor, when))
    if not years:
        raise InputError(corridor.name, [Problem("trade.csv", "no matrix of a year with GDP", "give one, and gdp.csv")])
    if year in years:
        return _of_matrix(corridor, year)
    sample = panel(corridor, years, gdp=True).with_logs("gdp_exporter", "gdp_importer")
    made = fit(FitGravity(sample, REGRESSORS, fixed=("pair",)))
    if isinstance(made, NotConverged):
        return made
    countries = sample.countries
    table = rows_of(corridor, [(a, b) for a in countries for b in countries if a != b], year)
    told = dict(zip(zip(table["exporter"], table["importer"], strict=True), made.predict(table).trade, strict=True))
    published = published_flows(corridor, year)
    cells, stands_on = np.zeros((len(countries),) * 2), {}
    for i, one in enumerate(countries):
        for j, other in enumerate(countries):
            if i != j:
                row = published.get((one, other))
                cells[i, j] = row.value_musd if row else np.nan_to_num(told[one, other])
                stands_on[one, other] = row.id if row else FORETOLD
    return _base(corridor, year, countries, cells, stands_on)


def _has_gdp(corridor: Corridor, year: int) -> bool:
    there = {row.country for row in corridor.rows("gdp") if row.year == year and row.gdp_musd is not None}
    return {row.id for row in corridor.rows("country")} <= there


def _of_matrix(corridor: Corridor, year: int) -> TradeBase:
    sample = panel(corridor, (year,), gdp=True)
    countries = sample.countries
    at = {code: ix for ix, code in enumerate(countries)}
    told = {row.id for row in corridor.rows("trade") if row.year == year}
    cells, stands_on = np.zeros((len(countries),) * 2), {}
    sellers, buyers = sample.table["exporter"].tolist(), sample.table["importer"].tolist()
    for one, other, musd in zip(sellers, buyers, sample.trade.tolist(), strict=True):
        cells[at[one], at[other]] = musd
        fact = f"TF-{year}-{one}-{other}-export"
        stands_on[one, other] = fact if fact in told else ABSENT
    return _base(corridor, year, countries, cells, stands_on)


def _base(
    corridor: Corridor,
    year: int,
    countries: tuple[str, ...],
    cells: NDArray[np.float64],
    stands_on: dict[tuple[str, str], str],
) -> TradeBase:
    from karvan.trade.world import HOME_RATIO

    gdp = np.array([gdp_of(corridor, code, year)[0] for code in countries])
    wanted = ROOM * cells.sum(axis=1) / gdp
    ratio = {
        code: float(least) for code, least in zip(countries, wanted, strict=True) if least > HOME_RATIO
    }  # fmt: skip
    return TradeBase(year, countries, cells, gdp, stands_on, ratio)


def published_flows(corridor: Corridor, year: int) -> dict[tuple[str, str], Row]:
    """The figure of each pair, from seller to buyer, that is the best for a year or one within two of it."""
    found: dict[tuple[str, str], tuple[tuple[object, ...], Row]] = {}
    for row in corridor.rows("trade"):
        near = abs(row.year - year)
        if row.flow == "turnover" or row.period or row.value_musd is None or near > NEAR or row.source == MATRIX:
            continue
        pair = (row.reporter, row.partner) if row.flow == "export" else (row.partner, row.reporter)
        rank = (row.confidence, near, row.flow, row.id)
        if pair not in found or rank < found[pair][0]:
            found[pair] = rank, row
    return {pair: row for pair, (_, row) in found.items()}
