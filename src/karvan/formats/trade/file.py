"""What is read from a file of trade or of tariffs: a table by year, exporter, importer and goods, and what is odd."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from karvan.ground.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "TOTAL"
"""All goods together, among goods."""
KEYS = ("year", "month", "exporter", "importer", "reporter")
"""What tells one flow from another, goods aside; a file has the first, third and fourth, and it may have the others."""
AMOUNTS = ("trade", "tonnes", "weighed")
Side = Literal["exporter", "importer"]


@dataclass(frozen=True, slots=True)
class Remark:
    """What is odd in a file and yet usable."""

    kind: str
    address: str
    said: str

    def __str__(self) -> str:
        return f"{self.address}: {self.said}"


@dataclass(frozen=True, eq=False)
class TradeFile:
    """Trade as a file has it, in million USD."""

    source: str
    """Name of the file, or of the first where there are several."""
    frame: pd.DataFrame
    """`year`, `exporter`, `importer` (alpha-3) and `trade` (million USD); where the file has them `month`, `reporter`
    (whose customs say it), `goods`, `tonnes`, `weighed` (million USD of the trade whose tonnes are known) and further
    columns. Sorted, and unique by the keys and goods."""
    aside: pd.DataFrame
    """Rows that are not in `frame`, in the same columns, and `why`: partners that are groups of countries or belong to
    nobody, parts of what another row has whole, rows without a figure."""
    unit: str
    """Of trade in the file."""
    classification: str = ""
    """Of goods: HS, SITC, or empty where codes of goods are not nested, or there are no goods."""
    covariates: tuple[str, ...] = ()
    """Further columns that are numbers."""
    remarks: tuple[Remark, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The columns that tell one flow from another, goods aside."""
        return [name for name in KEYS if name in self.frame.columns]

    @property
    def codes(self) -> tuple[str, ...]:
        """The countries in it, sorted."""
        return tuple(sorted({*self.frame["exporter"].unique(), *self.frame["importer"].unique()}))

    def total(self) -> pd.DataFrame:
        """Trade in all goods by year, exporter, importer and, where there are several sides, reporter.

        A row of goods counts unless the same flow has a row of broader goods that holds it: what a file has as a
        total, by chapter and by heading is not added up twice. Months are added up.

        Raises:
            InputError: a covariate differs between the goods of one flow.
        """
        rows = self.frame
        if "goods" not in rows.columns and "month" not in rows.columns:
            return rows
        if "goods" in rows.columns:
            rows = rows[~self._held(rows, 0)]
        return self._summed(rows, [name for name in self.keys if name != "month"])

    def by_goods(self, digits: int = 2) -> pd.DataFrame:
        """Trade by year, exporter, importer, reporter and goods of that many digits of HS.

        Rows of broader goods, such as a total, are left out; of the others a row counts unless one that holds it does.

        Raises:
            InputError: the file has no goods, or goods of no nested classification.
        """
        if "goods" not in self.frame.columns or not self.classification:
            found = "no goods" if "goods" not in self.frame.columns else "goods of no known classification"
            raise InputError(self.source, [Problem("goods", found, "give a file by goods of HS")])
        rows = self.frame[(self.frame["goods"] != TOTAL) & (self.frame["goods"].str.len() >= digits)]
        rows = rows[~self._held(rows, digits)]
        rows = rows.assign(goods=rows["goods"].str[:digits])
        return self._summed(rows, [*(name for name in self.keys if name != "month"), "goods"])

    def seen_from(self, side: Side) -> TradeFile:
        """Only what the customs of one side say: of the exporter, or of the importer. The other side's rows go aside.

        Raises:
            InputError: the file does not say who reports.
        """
        if "reporter" not in self.frame.columns:
            raise InputError(self.source, [Problem("reporter", "not told", "take the file as it is")])
        import pandas as pd

        kept = self.frame["reporter"] == self.frame[side]
        other = self.frame[~kept].assign(why=f"not said by the {side}")
        return replace(
            self,
            frame=self.frame[kept].reset_index(drop=True),
            aside=pd.concat([self.aside, other], ignore_index=True) if len(other) else self.aside,
        )

    def of_years(self, years: Collection[int]) -> TradeFile:
        """Only the rows of these years. Raises InputError where there are none."""
        kept = self.frame["year"].isin(list(years))
        if not kept.any():
            there = f"{self.frame['year'].min()} to {self.frame['year'].max()}" if len(self.frame) else "none"
            raise InputError(self.source, [Problem("years", f"nothing in {sorted(years)}", f"there is {there}")])
        aside = self.aside[self.aside["year"].isin(list(years))].reset_index(drop=True)
        return replace(self, frame=self.frame[kept].reset_index(drop=True), aside=aside)

    def _held(self, rows: pd.DataFrame, least: int) -> pd.Series:
        """Whether the same flow has a row of broader goods, of `least` digits or more, which holds the row's."""
        import pandas as pd

        keys = self.keys
        held = pd.Series(data=False, index=rows.index)
        digits = rows["goods"].str.len().where(rows["goods"] != TOTAL, 0)
        for level in sorted(digits.unique())[:-1]:
            if level < least or (level and not self.classification):
                continue
            broad = rows.loc[digits == level, keys].assign(_goods=rows["goods"].str[:level] if level else "")
            narrow = rows.loc[digits > level, keys].assign(_goods=rows["goods"].str[:level] if level else "")
            found = pd.MultiIndex.from_frame(narrow).isin(pd.MultiIndex.from_frame(broad))
            held.loc[narrow.index[found]] = True
        return held

    def _summed(self, rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
        amounts = [name for name in AMOUNTS if name in rows.columns]
        groups = rows.groupby(by, sort=True)
        sums = groups[amounts].sum(min_count=1)
        for name in self.covariates:
            if int(groups[name].nunique(dropna=False).max() if len(rows) else 0) > 1:
                found = "several values in one flow"
                raise InputError(self.source, [Problem(name, found, "sum the goods yourself, or leave it out")])
            sums[name] = groups[name].first()
        return sums.reset_index()


@dataclass(frozen=True, eq=False)
class TariffFile:
    """Tariffs as a file has them, in per cent of value."""

    source: str
    frame: pd.DataFrame
    """`year`, `importer` (who levies), `exporter` (WLD where it is any), `duty` (MFN, AHS, PRF, BND or empty), `goods`,
    `simple_pct`, `weighted_pct`, `min_pct`, `max_pct`, `lines` and `imports_musd`; NaN where the file has none."""
    aside: pd.DataFrame
    remarks: tuple[Remark, ...] = ()

    def by_dyad(self, measure: Literal["weighted", "simple"] = "weighted", duty: str = "") -> pd.DataFrame:
        """One tariff for each year, exporter and importer: `year`, `exporter`, `importer`, `tariff_pct`.

        The row of all goods where there is one. Else a mean of the goods' simple averages: plain, or weighted by the
        imports on the rows (goods without imports then have no weight).

        Args:
            measure: weighted by imports, or simple.
            duty: MFN, AHS, PRF or BND; may be left out where the file has one only.

        Raises:
            InputError: several kinds of duty to choose from, or none of that name; nothing to weight by.
        """
        rows = self._of_duty(duty)
        keys = ["year", "exporter", "importer"]
        whole = rows[rows["goods"] == TOTAL]
        column = f"{measure}_pct"
        known = whole.dropna(subset=[column]).set_index(keys)[column]
        parts = rows[rows["goods"] != TOTAL].dropna(subset=["simple_pct"]).set_index(keys)
        parts = parts[~parts.index.isin(known.index)]
        if measure == "simple":
            means = parts.groupby(level=keys)["simple_pct"].mean()
        else:
            parts = parts[parts["imports_musd"] > 0]
            paid = (parts["simple_pct"] * parts["imports_musd"]).groupby(level=keys).sum()
            means = paid / parts.groupby(level=keys)["imports_musd"].sum()
        import pandas as pd

        together = pd.concat([part for part in (known, means) if len(part)]) if len(known) or len(means) else known
        if together.empty and len(rows):
            remedy = "take the simple averages: measure='simple'" if measure == "weighted" else "give their averages"
            raise InputError(self.source, [Problem(column, "no averages, nor imports to weight by", remedy)])
        return together.rename("tariff_pct").sort_index().reset_index()

    def _of_duty(self, duty: str) -> pd.DataFrame:
        known = sorted(self.frame["duty"].unique())
        if not duty and len(known) > 1:
            raise InputError(self.source, [Problem("duty", ", ".join(known), f"name one: duty='{known[0]}'")])
        if duty and duty not in known:
            raise InputError(self.source, [Problem("duty", f"no {duty}", f"there is {', '.join(known)}")])
        return self.frame[self.frame["duty"] == duty] if duty else self.frame


def years_missing(years: Sequence[int], source: str) -> list[Remark]:
    """A remark where the range of years has gaps."""
    there = sorted(set(years))
    gaps = sorted(set(range(there[0], there[-1] + 1)) - set(there)) if there else []
    if not gaps:
        return []
    told = ", ".join(str(year) for year in gaps[:10]) + (f" and {len(gaps) - 10} more" if len(gaps) > 10 else "")
    return [Remark("years missing", source, f"{there[0]} to {there[-1]}, without {told}")]
