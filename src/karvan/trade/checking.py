"""What is wrong, and what is odd, in a table of trade."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import trading

KEY = ("year", "exporter", "importer")
MOST_OF_A_KIND = 25
"""Problems of one kind that are told one by one; of the rest, their number."""
FIRST_YEAR, LAST_YEAR = 1800, 2200
AGGREGATES = trading.AGGREGATES | {
    "W00": "the world", "WORLD": "the world", "ALL": "all partners", "TOT": "the total",
    "EUN": "the European Union", "EU": "the European Union", "EU27": "the European Union",
    "EU28": "the European Union", "EU25": "the European Union", "EU15": "the European Union", "EMU": "the euro area",
    "CIS": "the Commonwealth of Independent States",
    "EAU": "the Eurasian Economic Union", "EAEU": "the Eurasian Economic Union", "ASEAN": "ASEAN",
    "OED": "members of the OECD", "OECD": "members of the OECD", "ECS": "Europe and Central Asia",
    "ECA": "Europe and Central Asia without high income", "EAS": "East Asia and the Pacific", "SAS": "South Asia",
    "MEA": "the Middle East and North Africa", "NAC": "North America", "LCN": "Latin America and the Caribbean",
    "SSF": "Sub-Saharan Africa", "ARB": "the Arab world", "CEB": "Central Europe and the Baltics",
    "HIC": "countries of high income", "MIC": "countries of middle income", "LIC": "countries of low income",
    "LDC": "the least developed countries", "LLD": "landlocked developing countries",
    "_X": "places not specified", "XX": "places not specified", "UNS": "places not specified",
}  # fmt: skip
"""Codes that files use for sums of countries, and what each is; none is an ISO 3166 alpha-3 code."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd but usable."""

    kind: str
    address: str
    said: str

    def __str__(self) -> str:
        return f"{self.address} | {self.said}"


class Checking:
    """One table as it is read, and the problems found in it."""

    def __init__(self, frame: pd.DataFrame, covariates: tuple[str, ...], name: str) -> None:
        self.name, self.covariates = name, covariates
        self.frame = frame.reset_index(drop=True)
        self.problems: list[Problem] = []

    def table(self, codes: Collection[str] | None, years: Iterable[int] | None, home: bool) -> pd.DataFrame:
        self._columns()
        self._stop()
        clean = pd.DataFrame({"year": self._years(years)})
        for side in ("exporter", "importer"):
            clean[side] = self._codes(side, codes)
        clean["trade"] = self._numbers(
            "trade", "give million USD; for none, give 0 if none was sold or leave the row out"
        )
        self._each(clean["trade"] < 0, "trade", "negative", lambda row: str(clean["trade"][row]), "trade is 0 or more")
        for name in self.covariates:
            clean[name] = self._numbers(name, "give a number, or leave the row out: what is missing is never zero")
        if not home:
            self._home(clean)
        self._twice(clean)
        self._stop()
        clean = clean.astype({"year": np.int64}).sort_values(list(KEY), ignore_index=True)
        return clean

    def _stop(self) -> None:
        if self.problems:
            raise InputError(self.name, self.problems)

    def _columns(self) -> None:
        there = [str(column) for column in self.frame.columns]
        for column in (*KEY, "trade", *self.covariates):
            if there.count(column) != 1:
                found = "no such column" if column not in there else f"{there.count(column)} columns of that name"
                self.problems.append(Problem(f"column {shown(column)}", found, pick(column, there)))
        for column in sorted({c for c in self.covariates if self.covariates.count(c) > 1 or c in (*KEY, "trade")}):
            self.problems.append(Problem(f"covariate {shown(column)}", "named twice", "name each column once"))
        if not len(self.frame):
            self.problems.append(Problem("rows", "none", "give one or more"))

    def _years(self, wanted: Iterable[int] | None) -> pd.Series:
        years = pd.to_numeric(self.frame["year"], errors="coerce").astype(np.float64)
        bad = ~(years.between(FIRST_YEAR, LAST_YEAR) & (years % 1 == 0))
        self._each(bad, "year", "bad", lambda row: _cell(self.frame["year"][row]), "give the year as a whole number")
        for year in sorted({*(wanted or ())} - {int(year) for year in years[~bad]}):
            self.problems.append(Problem(f"year {year}", "no rows", "give its trade, or do not ask for the year"))
        return years

    def _codes(self, side: str, known: Collection[str] | None) -> pd.Series:
        codes = self.frame[side]
        text = codes.map(lambda code: isinstance(code, str) and bool(code.strip()) and code == code.strip())
        self._each(
            ~text, side, "no text", lambda row: _cell(codes[row]), "give the country's code as text, without blanks"
        )
        for code in sorted({*codes[text]}):
            where = np.flatnonzero((codes == code).to_numpy())
            address = f"{side} {shown(code)}, row {where[0] + 1}" + (f" and {where.size - 1} more" * (where.size > 1))
            if code.upper() in AGGREGATES and not (known and code in known):
                what = AGGREGATES[code.upper()]
                remedy = "leave sums of countries out: their members' trade would be counted twice"
                self.problems.append(Problem(address, f"{what}, which is no country", remedy))
            elif known is not None and code not in known:
                self.problems.append(Problem(address, "no code that is known", pick(code, known)))
        return codes.where(text, "").astype(object)

    def _numbers(self, name: str, remedy: str) -> pd.Series:
        values = pd.to_numeric(self.frame[name], errors="coerce").astype(np.float64)
        bad = ~pd.Series(np.isfinite(values), index=values.index)
        self._each(bad, name, "bad", lambda row: _cell(self.frame[name][row]), remedy)
        return values

    def _home(self, clean: pd.DataFrame) -> None:
        same = (clean["exporter"] == clean["importer"]) & (clean["exporter"] != "")
        remedy = "leave it out, or say that trade at home is meant (home=True)"
        self._each(same, "importer", "home", lambda row: f"{clean['exporter'][row]} trading with itself", remedy)

    def _twice(self, clean: pd.DataFrame) -> None:
        keyed = clean["year"].notna() & (clean["exporter"] != "") & (clean["importer"] != "")
        again = keyed & clean[list(KEY)].duplicated()
        if not again.any():
            return
        once = clean[keyed & ~again]
        first = dict(zip(once[list(KEY)].itertuples(index=False, name=None), once.index, strict=True))

        def found(row: int) -> str:
            return f"the dyad of row {first[tuple(clean.loc[row, list(KEY)])] + 1}"

        remedy = "a dyad is there once a year: choose one figure, or add them up"
        self._each(again, "year, exporter, importer", "twice", found, remedy)

    def _each(self, bad: pd.Series, column: str, kind: str, found: Callable[[int], str], remedy: str) -> None:
        """A problem for each row that is bad, up to a number of them."""
        rows = np.flatnonzero(bad.to_numpy())
        for row in rows[:MOST_OF_A_KIND]:
            address = f"row {row + 1} ({dyad(self.frame, int(row))}), {column}"
            self.problems.append(Problem(address, found(int(row)), remedy))
        if rows.size > MOST_OF_A_KIND:
            more = f"{rows.size - MOST_OF_A_KIND} rows more with the same ({kind})"
            self.problems.append(Problem(column, more, remedy))


def dyad(frame: pd.DataFrame, row: int) -> str:
    """A row as messages name it: year, exporter, importer."""
    year, exporter, importer = (frame[column].iloc[row] for column in KEY)
    at = str(int(year)) if isinstance(year, float) and year % 1 == 0 else str(year)
    return f"{at} {exporter} > {importer}"


def _cell(value: object) -> str:
    return (
        "nothing" if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) else shown(value)
    )


def pick(word: str, known: Iterable[str]) -> str:
    """A remedy: the known words nearest to one that is not known, or else what there is."""
    near = nearest(word, known)
    return f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(sorted(known)[:20]) or 'none'}"


def remarks(table: pd.DataFrame) -> Iterator[Remark]:
    """What is odd in a table that can be used."""
    years = sorted(int(year) for year in table["year"].unique())
    for before, after in pairwise(years):
        if after > before + 1:
            gap = str(before + 1) if after == before + 2 else f"{before + 1}-{after - 1}"
            yield Remark("gap", gap, f"no rows between {before} and {after}")
    zeros = int((table["trade"] == 0).sum())
    if zeros:
        share = f"{zeros} of {len(table)} rows ({zeros / len(table):.1%})"
        yield Remark("zero", "trade", f"zero in {share}: nothing sold, or nothing told; the table does not say which")
    for side, does in (("exporter", "sells"), ("importer", "buys")):
        sums = table.groupby(side)["trade"].sum()
        for code in sums.index[sums == 0]:
            yield Remark("no trade", f"{side} {code}", f"{does} nothing to any partner in any year")
        there = table.groupby(side)["year"].unique()
        for code, of in there.items():
            absent = [str(year) for year in years if year not in set(of)]
            if absent:
                yield Remark("not there", f"{side} {code}", f"has no rows in {', '.join(absent)}")
    yield from _holes(table)


def _holes(table: pd.DataFrame) -> Iterator[Remark]:
    """Years in which not every exporter that is there is there with every importer."""
    home = bool((table["exporter"] == table["importer"]).any())
    for year, of in table.groupby("year"):
        exporters, importers = set(of["exporter"]), set(of["importer"])
        full = len(exporters) * len(importers) - (0 if home else len(exporters & importers))
        if len(of) < full:
            yield Remark("hole", f"year {year}", f"{full - len(of)} of {full} dyads have no row: absent, not zero")
