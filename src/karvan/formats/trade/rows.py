"""Rows of trade out of cells: countries found by their codes, years and figures checked, and what is odd told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from karvan.corridor.roads import Flags, Floats
from karvan.formats.foreign import amount
from karvan.formats.trade.cells import MISSING, Block, Ints, Wrong, numbers_of
from karvan.formats.trade.country_codes import Area, areas, find_area, nearest_areas
from karvan.formats.trade.file import KEYS, Remark, TradeFile, years_missing
from karvan.ground.errors import shown

if TYPE_CHECKING:
    import pandas as pd

FIRST_YEAR, LAST_YEAR = 1800, 2200
MOST_ROWS = 20_000_000
"""Rows that are kept of one file."""
UNITS = {"usd": 1e-6, "kusd": 1e-3, "musd": 1.0, "busd": 1e3}
"""Million USD in one."""
SIDES = ("exporter", "importer", "reporter")


class Countries:
    """Countries by their place in a list, and the codes that nobody knows."""

    def __init__(
        self, name: str, wrong: Wrong, own: Mapping[str, str] | None = None, *, invented: bool = False
    ) -> None:
        """`own`: codes of the file to codes that are known; `invented`: unknown codes are taken as they are."""
        self._name, self._wrong, self._own, self._invented = name, wrong, dict(own or {}), invented
        self.areas: list[Area] = list(areas())
        self._places = {area.code: place for place, area in enumerate(self.areas)}
        self._unknown: dict[tuple[str, str], tuple[int, int]] = {}

    def find(self, text: str) -> int:
        """Place of what a text stands for; -1 where it is empty or unknown."""
        area = find_area(self._own.get(text, text)) if text else None
        if area is not None:
            return self._places[area.code]
        if not self._invented or not text:
            return -1
        if text not in self._places:
            self._places[text] = len(self.areas)
            self.areas.append(Area(text, "", None, text, "country", ()))
        return self._places[text]

    def places(self, block: Block, column: str, *others: str) -> Ints:
        """Places of the countries of a column (n_rows,), -1 where there is none.

        Args:
            others: columns to look in where the first is empty or unknown, such as that of the number or the name.
        """
        found = np.full(len(block), -1, dtype=np.int64)
        for name in (column, *others):
            if (found < 0).any():
                each = block.cells[name].dictionary_encode()
                words = self._words(each.dictionary.to_pylist())
                known = np.array([self.find(word) for word in words] or [-1], dtype=np.int64)
                found = np.where(found < 0, known[each.indices.to_numpy(zero_copy_only=False)], found)
        for at in np.flatnonzero(found < 0):
            texts = [block.cells[name][int(at)].as_py() for name in (column, *others)]
            key = (column, next((text for text in texts if text), ""))
            row, count = self._unknown.get(key, (int(block.rows[at]), 0))
            self._unknown[key] = (row, count + 1)
        return found

    @staticmethod
    def _words(words: list[str]) -> list[str]:
        """NA is Namibia among codes of two letters, and nothing among others."""
        short = any(len(word) == 2 and word.isalpha() and word not in MISSING for word in words)
        return ["" if word in MISSING and not (word == "NA" and short) else word for word in words]

    def tell(self) -> None:
        """Put the unknown codes to what is wrong, each once."""
        for (column, text), (row, count) in sorted(self._unknown.items(), key=lambda item: item[1][0]):
            more = f" (and {count - 1:,} rows more)" if count > 1 else ""
            remedy = "give a code of ISO 3166-1 alpha-3"
            if text:
                near = nearest_areas(text)
                remedy = f"{remedy}; {near}" if near else remedy
            at = f"{self._name}, row {row}, {column}"
            self._wrong.add(at, f"{shown(text) if text else 'nothing'}{more}", remedy, alike=f"{self._name} code")
        self._unknown.clear()

    def codes(self, places: Ints) -> Any:
        """Codes at places (n_rows,)."""
        return np.array([area.code for area in self.areas], dtype=object)[places]

    def trading(self, places: Ints) -> Flags:
        """Whether at the places are countries (n_rows,)."""
        return np.array([area.trades for area in self.areas], dtype=bool)[places]


def years_of(block: Block, column: str, name: str, wrong: Wrong) -> Ints:
    """Years of a column (n_rows,)."""
    values, bad = numbers_of(block.cells[column], comma=False)
    bad |= np.isnan(values) | (values != np.floor(values)) | (values < FIRST_YEAR) | (values > LAST_YEAR)
    tell(bad, block, column, name, wrong, f"give a year from {FIRST_YEAR} to {LAST_YEAR}")
    return np.where(bad, 0, values).astype(np.int64)


def amounts_of(block: Block, column: str, name: str, wrong: Wrong, comma: bool = True, low: float = 0.0) -> Floats:
    """Amounts of a column (n_rows,), NaN where a cell says that there is none."""
    values, bad = numbers_of(block.cells[column], comma)
    tell(bad, block, column, name, wrong, "give a number with a decimal point, or leave the cell empty")
    negative = ~bad & (values < low)
    tell(negative, block, column, name, wrong, f"give {low:g} or more: trade has no sign, and a return is no trade")
    values[bad | negative] = np.nan
    return values


def tell(bad: Flags, block: Block, column: str, name: str, wrong: Wrong, remedy: str) -> None:
    """Put the bad cells of a column to what is wrong."""
    for at in np.flatnonzero(bad):
        found = block.cells[column][int(at)].as_py()
        told = shown(found) if found else "nothing"
        wrong.add(f"{name}, row {block.rows[at]}, {column}", told, remedy, f"{name} {column} {remedy}")


def texts_of(block: Block, column: str) -> Any:
    """Text of a column as pandas has it (n_rows,)."""
    import pandas as pd

    return pd.array(block.cells[column].to_pylist(), dtype="str")


def is_one_of(column: Any, words: tuple[str, ...]) -> Flags:
    """Whether cells are one of these words, in any case (n_rows,)."""
    found: Flags = pc.is_in(pc.utf8_lower(column), pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
    return found


def counted(rows: int) -> str:
    """A number of rows as remarks say it."""
    return f"{rows:,} row{'s' * (rows != 1)}"


@dataclass
class Rows:
    """Rows of one file or of several alike, on their way to a `TradeFile`.

    A table has `year`, places of countries as `exporter`, `importer` and, it may be, `reporter`, and `trade` in million
    USD, NaN where there is no figure; `row` and `file` say where a row stands, unless rows are sums, which have their
    `count` instead; `why` is the number of a reason to be set aside, 0 for none.
    """

    name: str
    countries: Countries
    wrong: Wrong
    unit: str
    tables: list[pd.DataFrame] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    count: int = 0
    reasons: list[str] = field(default_factory=lambda: [""])

    def reason(self, said: str) -> int:
        """The number of a reason to be set aside."""
        if said not in self.reasons:
            self.reasons.append(said)
        return self.reasons.index(said)

    def add(self, table: pd.DataFrame) -> None:
        """Some rows more. Raises InputError where there are more than `MOST_ROWS`."""
        self.count += len(table)
        self.tables.append(table)
        if self.count > MOST_ROWS:
            self.wrong.add(self.name, f"more than {MOST_ROWS:,} rows", "give it in parts, such as a file a year")
            self.wrong.check(self.name)

    def settle(
        self,
        covariates: tuple[str, ...] = (),
        classification: str = "",
        own: Literal["kept", "aside"] = "aside",
        unique: bool = False,
    ) -> TradeFile:
        """The file: countries named, what is set aside told, what is there twice refused.

        Args:
            own: what becomes of the trade of a country with itself.
            unique: whether the rows are known to be there once.

        Raises:
            InputError: everything that was gathered, and rows that are there twice.
        """
        import pandas as pd

        self.countries.tell()
        self.wrong.check(self.name)
        if not self.count:
            self.wrong.add(self.name, "no rows", "give a table that has some")
            self.wrong.check(self.name)
        tables = [table for table in self.tables if len(table)]
        rows = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
        self.tables.clear()
        del tables
        self._set_aside(rows, own)
        sides = [side for side in SIDES if side in rows.columns]
        names = np.unique(np.array([area.code for area in self.countries.areas], dtype=object))
        order = np.searchsorted(names, self.countries.codes(np.arange(len(self.countries.areas)))).astype(np.int16)
        for side in sides:  # in the order of the codes, which is sorted by faster than by text
            rows[side] = order[rows[side].to_numpy()]
        keys = [name for name in (*KEYS, "goods") if name in rows.columns]
        apart = (rows["why"] != 0).to_numpy()
        aside = rows[apart]
        rows = (rows[~apart] if apart.any() else rows).drop(columns="why")
        if not unique:
            self._twice(rows, keys, names)
            self.wrong.check(self.name)
        working = [name for name in ("row", "file", "count") if name in rows.columns]
        rows = rows.drop(columns=working)
        rows = rows.sort_values(keys, kind="stable", ignore_index=True)
        aside = aside.drop(columns=working).reset_index(drop=True)
        aside["why"] = pd.array(np.array(self.reasons, dtype=object)[aside["why"].to_numpy()], dtype="str")
        for side in sides:
            rows[side] = pd.array(names[rows[side].to_numpy()], dtype="str")
            aside[side] = pd.array(names[aside[side].to_numpy()], dtype="str")
        self._zeros(rows)
        self.remarks += years_missing(rows["year"].unique().tolist(), self.name)
        return TradeFile(self.name, rows, aside, self.unit, classification, covariates, tuple(self.remarks))

    def _set_aside(self, rows: pd.DataFrame, own: str) -> None:
        """Give a reason to what is no trade between two countries, and tell of it by name."""
        for side in [side for side in SIDES if side in rows.columns]:
            places = rows[side].to_numpy()
            for place in sorted({*places[~self.countries.trading(places)]}):
                area = self.countries.areas[place]
                here = (rows[side] == place) & (rows["why"] == 0)
                kind = "a group of countries" if area.kind == "group" else "no country"
                if here.any():
                    rows.loc[here, "why"] = self.reason(f"{side} is {area}, {kind}")
                    self._told(kind, rows[here], f"{side} {area} is {kind}: set aside, and not added to its members'")
            for place in sorted({*places}):
                area = self.countries.areas[place]
                if area.kind == "former" and side != "reporter":
                    here = rows[side] == place
                    self._told("former country", rows[here], f"{side} {area} is a country that is no more: kept")
        same = (rows["exporter"] == rows["importer"]) & (rows["why"] == 0)
        if same.any():
            if own == "aside":
                rows.loc[same, "why"] = self.reason("a country with itself")
            said = "trade of a country with itself: " + ("kept" if own == "kept" else "set aside")
            self._told("own trade", rows[same], said)
        empty = rows["trade"].isna() & (rows["why"] == 0)
        if empty.any():
            rows.loc[empty, "why"] = self.reason("no figure")
            self._told("no figure", rows[empty], "no figure of trade, which is not the same as none: set aside")

    def _told(self, kind: str, rows: pd.DataFrame, said: str) -> None:
        total = float(rows["trade"].sum())
        figure = f", {amount(total)} million USD" if kind != "no figure" else ""
        count = int(rows["count"].sum()) if "count" in rows.columns else len(rows)
        self.remarks.append(Remark(kind, self.name, f"{said} ({counted(count)}{figure})"))

    def _twice(self, rows: pd.DataFrame, keys: list[str], names: Any) -> None:
        again = rows[rows.duplicated(keys, keep=False)]
        if again.empty:
            return
        for key, group in again.groupby(keys, sort=True):
            told = " ".join(names[part] if name in SIDES else str(part) for name, part in zip(keys, key, strict=True))
            first, second = group.iloc[0], group.iloc[1]
            more = f" and {len(group) - 2} more" if len(group) > 2 else ""
            if first["file"] == second["file"]:
                at = f"{first['file']}, rows {first['row']} and {second['row']}{more}"
            else:
                at = f"{first['file']}, row {first['row']} and {second['file']}, row {second['row']}{more}"
            found = f"{told} twice: {first['trade']:g} and {second['trade']:g} million USD"
            remedy = "keep one; if they are different goods, name the column that tells them apart as `goods`"
            self.wrong.add(at, found, remedy if "goods" not in keys else "keep one", alike="twice")

    def _zeros(self, rows: pd.DataFrame) -> None:
        zeros = rows[rows["trade"] == 0]
        if len(zeros):
            first = zeros.iloc[0]
            said = (
                f"{counted(len(zeros))} of zero trade: kept; they may be trade that was not reported"
                f" (the first: {first['exporter']} to {first['importer']} in {first['year']})"
            )
            self.remarks.append(Remark("zero trade", self.name, said))
