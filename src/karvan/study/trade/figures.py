"""What was published of trade, as the package has it: figures of one thing side by side, and the matrix of a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables.trading import AGGREGATES

if TYPE_CHECKING:
    from karvan.trade.panel import Panel

MATRIX = "unctad_mtm"
"""The source that has all dyads of a year, seen from exporters."""
COVARIATES = ("dist_km", "contiguous", "common_language", "common_spoken", "common_colonizer")
GDP = ("gdp_exporter", "gdp_importer")


@dataclass(frozen=True)
class Stated:
    """A figure of trade between two countries in a year, by one source."""

    fact: str
    says: str
    source: str
    grade: str
    musd: float
    made: str = ""
    """How it is made up, where it is not read as it is."""
    note: str = ""


@dataclass(frozen=True)
class Year:
    """All that was published of the trade of two countries, both ways together, in a year."""

    year: int
    stated: tuple[Stated, ...]

    @property
    def low(self) -> float:
        return min(one.musd for one in self.stated)

    @property
    def high(self) -> float:
        return max(one.musd for one in self.stated)


def known(corridor: Corridor, *codes: str) -> None:
    """Raise InputError for codes that are those of no country and no sum of countries in the package's trade."""
    there = {code for row in corridor.rows("trade") for code in (row.reporter, row.partner)}
    problems = []
    for code in codes:
        if code not in there:
            near = ", ".join(nearest(code, there)) or "none is like it"
            problems.append(Problem(f"country {shown(code)}", "no trade of it is known", f"give ISO alpha-3: {near}"))
    if not there:
        problems = [Problem("trade.csv", "no rows", "give what was published of trade")]
    if problems:
        raise InputError(corridor.name, problems)


def turnover(corridor: Corridor, one: str, other: str) -> tuple[Year, ...]:
    """Trade between two countries, both ways together, year by year: every figure that was published of a whole year.

    A turnover is taken as it is stated. Where a source states exports and imports of one side, their sum stands beside
    the turnovers; so does that of two exports by the matrix of a year, one from each side.

    Raises: InputError for countries of which nothing is known.
    """
    known(corridor, one, other)
    pair = {one, other}
    found: dict[int, list[Stated]] = defaultdict(list)
    flows: dict[tuple[int, str, str, str], list[Row]] = defaultdict(list)
    for row in corridor.rows("trade"):
        if {row.reporter, row.partner} == pair and not row.period and row.value_musd is not None:
            if row.flow == "turnover":
                found[row.year].append(_stated(row))
            else:
                flows[row.year, row.source, row.reporter, row.flow].append(row)
    for year, summed in _sums(flows):
        found[year].append(summed)
    return tuple(
        Year(year, tuple(sorted(_once(stated), key=lambda figure: (figure.musd, figure.fact))))
        for year, stated in sorted(found.items())
    )


def _once(stated: Iterable[Stated]) -> Iterable[Stated]:
    """One of those that are the same figure of the same source: some are told both as facts and as flows."""
    found: dict[tuple[str, float], Stated] = {}
    for figure in sorted(stated, key=lambda one: (one.made, one.fact)):
        found.setdefault((figure.source, round(figure.musd, 3)), figure)
    return found.values()


def _stated(row: Row) -> Stated:
    return Stated(row.id, row.says, row.source, row.confidence, row.value_musd, "", row.note)


def _sums(flows: Mapping[tuple[int, str, str, str], list[Row]]) -> Iterable[tuple[int, Stated]]:
    """Both ways of what one source states: exports and imports of one side, or the exports of both."""
    for (year, source, reporter, flow), rows in sorted(flows.items()):
        if flow != "export":
            continue
        back = flows.get((year, source, reporter, "import"), [])
        if not back:  # each pair once: from the side that comes first by code
            back = [
                row
                for (when, said, other, way), mirrored in flows.items()
                if (when, said, way) == (year, source, "export") and other > reporter
                for row in mirrored
            ]
        for out in rows:
            for into in back:
                grade = max(out.confidence, into.confidence)
                made = f"{out.id} + {into.id}"
                yield year, Stated(made, out.says or into.says, source, grade, out.value_musd + into.value_musd, made)


def years_of_matrix(corridor: Corridor) -> tuple[int, ...]:
    """Years of which the trade of all dyads is known."""
    return tuple(sorted({row.year for row in corridor.rows("trade") if row.source == MATRIX}))


def panel(corridor: Corridor, years: Iterable[int], *, gdp: bool = False) -> Panel:
    """Trade among the package's countries in years of which all dyads are known, with what lies between them.

    A dyad that the matrix does not have, of countries that it has, counts as zero: in it what is small is absent. With
    `gdp`, also what both make.

    Raises: InputError for years without a matrix, or without what countries make.
    """
    import pandas as pd

    from karvan.trade.panel import Panel

    wanted = tuple(sorted(set(years)))
    _check_years(corridor, wanted, gdp=gdp)
    countries = {row.id for row in corridor.rows("country")}
    told = {
        (row.year, row.reporter, row.partner): row.value_musd
        for row in corridor.rows("trade")
        if row.source == MATRIX and row.flow == "export" and row.value_musd is not None
    }
    made = {(row.country, row.year): row.gdp_musd for row in corridor.rows("gdp")}
    between = {(row.one, row.other): row for row in corridor.rows("dyad")}
    cells = []
    for year in wanted:
        there = sorted({code for when, a, b in told if when == year for code in (a, b)} & countries)
        for one in there:
            for other in there:
                dyad = between.get((min(one, other), max(one, other)))
                if dyad is None:
                    continue
                cell = {"year": year, "exporter": one, "importer": other, "trade": told.get((year, one, other), 0.0)}
                cell |= {name: float(getattr(dyad, name)) for name in COVARIATES}
                if gdp:
                    cell |= {name: made[code, year] for name, code in zip(GDP, (one, other), strict=True)}
                cells.append(cell)
    covariates = COVARIATES + (GDP if gdp else ())
    return Panel.of(pd.DataFrame(cells), covariates, years=wanted, name=f"{corridor.name}, trade")


def _check_years(corridor: Corridor, wanted: tuple[int, ...], *, gdp: bool) -> None:
    there = years_of_matrix(corridor)
    remedy = f"those of which all dyads are known: {', '.join(map(str, there)) or 'none'}"
    problems = [Problem(f"year {year}", "no matrix of trade", remedy) for year in wanted if year not in there]
    if not wanted:
        problems.append(Problem("years", "none", remedy))
    if gdp and not problems:
        made = {(row.country, row.year) for row in corridor.rows("gdp") if row.gdp_musd is not None}
        countries = {row.id for row in corridor.rows("country")}
        for year in wanted:
            missing = sorted(code for code in countries if (code, year) not in made)
            if missing:
                found = f"no GDP of {', '.join(missing[:5])}" + (f" and {len(missing) - 5} more" * (len(missing) > 5))
                problems.append(Problem(f"gdp.csv, year {year}", found, "leave the year out, or give its GDP"))
    if problems:
        raise InputError(corridor.name, problems)


def name_of(corridor: Corridor, code: str) -> str:
    """A country's name, or what a code that stands for several stands for."""
    row = corridor.by_key("country").get(code)
    return row.name if row else AGGREGATES.get(code, code)
