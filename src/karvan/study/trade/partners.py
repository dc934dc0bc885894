"""Whom a country's trade hangs on, year by year, out of all that was published: values, shares and totals together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError
from karvan.study.trade.dependence import (
    EXPORTS,
    IMPORTS,
    TURNOVER,
    WORLD,
    Odd,
    TradeDependence,
    YearOf,
    trade_dependence,
)
from karvan.study.trade.figures import MATRIX, known
from karvan.tables.trading import AGGREGATES
from karvan.trade.dependence import Bounds, Part, concentration

HUNDRED = 100.0
"""The total where shares are known, and what they are shares of is not."""


class Figure(NamedTuple):
    """What one customs counted of what one country sold another."""

    year: int
    exporter: str
    importer: str
    reporter: str
    value_musd: float


def partners(corridor: Corridor, country: str) -> TradeDependence:
    """The shares and indices of a country's partners by year, with bounds.

    A year of which the matrix has all dyads is complete. Of other years there are lists of the largest partners, whose
    shares are known to their last digit, totals, and single figures; what disagrees gives an interval. Where a year has
    shares and no total, values of it are left aside. Of a year in which only turnovers are known the index is that of
    those, of the best known part of the year where the whole is not known. Sums of countries are no partners.

    Raises: InputError for a country of which nothing is known.
    """
    known(corridor, country)
    rows = [row for row in corridor.rows("trade") if country in (row.reporter, row.partner) and not row.period]
    years = sorted({row.year for row in rows})
    found: list[YearOf] = []
    odd: list[Odd] = []
    problem: InputError | None = None
    for year in years:
        own = [row for row in rows if row.year == year]
        matrix = [row for row in own if row.source == MATRIX]
        try:
            told = (
                trade_dependence(_of_matrix(matrix), country, complete=True)
                if matrix
                else trade_dependence(_of_lists(own, country), country, top=any(_listed(row, country) for row in own))
            )
        except InputError as nothing:  # a year with totals only
            problem = nothing
            continue
        summed = bool(matrix) or not _without_total(own, country)  # shares of two totals cannot be added
        found += [one for one in told.years if summed or one.direction != TURNOVER]
        odd += [one for one in told.odd if summed or one.direction != TURNOVER]
    summed_up = {one.year for one in found if one.direction == TURNOVER}
    for year in sorted({row.year for row in corridor.rows("trade") if row.reporter == country} - summed_up):
        told_of, period = _of_turnovers(corridor, country, year)
        if told_of:
            found.append(told_of)
            odd += [Odd(year, TURNOVER, "of a part of the year", period)] if period else []
    if not found and problem:
        raise problem
    order = (EXPORTS, IMPORTS, TURNOVER)
    found.sort(key=lambda one: (order.index(one.direction), one.year))
    return TradeDependence(country, tuple(found), tuple(sorted(odd)))


def _of_turnovers(corridor: Corridor, country: str, year: int) -> tuple[YearOf | None, str]:
    """The index of a year out of turnovers with single partners and with all, and the part of the year that it is of.

    The whole year where all of it is known, else the longest part.
    """
    by_period: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in corridor.rows("trade"):
        if (row.reporter, row.year, row.flow) == (country, year, "turnover") and row.value_musd is not None:
            by_period[row.period][row.partner].append(row.value_musd)
    whole = [period for period, by_partner in by_period.items() if WORLD in by_partner and len(by_partner) > 1]
    for period in sorted(whole, key=lambda period: (period != "", -len(by_period[period]), period)):
        parts = [Part.of(name, *values) for name, values in sorted(by_period[period].items()) if name not in AGGREGATES]
        if parts:
            return YearOf(year, TURNOVER, concentration(parts, Bounds(*_ends(by_period[period][WORLD])))), period
    return None, ""


def _ends(values: Iterable[float]) -> tuple[float, float]:
    every = list(values)
    return min(every), max(every)


def _of_matrix(rows: Iterable[Row]) -> list[Figure]:
    return [
        Figure(row.year, row.reporter, row.partner, row.reporter, row.value_musd)
        for row in rows
        if row.flow == "export" and row.partner not in AGGREGATES
    ]


def _listed(row: Row, country: str) -> bool:
    """Whether a row is of a list of the country's largest partners."""
    return row.share_pct is not None and row.reporter == country and row.partner not in AGGREGATES


def _of_lists(rows: list[Row], country: str) -> list[Figure]:
    """Figures of a year without a matrix: values, and shares of the totals."""
    totals, bare = _totals(rows, country), _without_total(rows, country)
    found = []
    for row in rows:
        if row.flow == "turnover" or (row.partner in AGGREGATES and row.partner != WORLD):
            continue
        seller, buyer = (row.reporter, row.partner) if row.flow == "export" else (row.partner, row.reporter)
        way = "export" if seller == country else "import"
        if row.value_musd is not None and way not in bare:
            found.append(Figure(row.year, seller, buyer, row.reporter, row.value_musd))
        elif _listed(row, country):
            whole, off = totals.get(way, Bounds(HUNDRED, HUNDRED)), _rounding(row.share_pct)
            for pct, of in ((row.share_pct - off, whole.low), (row.share_pct + off, whole.high)):
                found.append(Figure(row.year, seller, buyer, row.reporter, max(pct, 0.0) / 100 * of))
    year = rows[0].year
    for way in sorted(bare):
        seller, buyer = (country, WORLD) if way == "export" else (WORLD, country)
        found.append(Figure(year, seller, buyer, country, HUNDRED))
    return found


def _without_total(rows: Iterable[Row], country: str) -> set[str]:
    """The ways of which shares are stated, and no total."""
    own = list(rows)
    return {row.flow for row in own if _listed(row, country)} - set(_totals(own, country))


def _totals(rows: Iterable[Row], country: str) -> dict[str, Bounds]:
    """What a country sold and bought in all, where it is stated."""
    said: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if (row.reporter, row.partner) == (country, WORLD) and row.flow != "turnover" and row.value_musd is not None:
            said[row.flow].append(row.value_musd)
    return {way: Bounds(*_ends(values)) for way, values in said.items()}


def _rounding(share: float) -> float:
    """Half of the last digit of a share as it is stated."""
    exponent = Decimal(f"{share:g}").as_tuple().exponent
    return 0.5 * 10.0 ** (exponent if isinstance(exponent, int) and exponent < 0 else 0)
