"""CEPII BACI: trade by year, exporter, importer and goods of six digits of HS, in thousands of USD and tonnes.

A release is an archive or folder of files `BACI_HS92_Y2020_V202401.csv` with columns t, i, j, k, v and q and numbers
for countries, which `country_codes_V202401.csv` beside them explains. A year has about eleven million rows: they are
summed by the goods' first digits while they are read.

Gaulier, G. and Zignago, S. (2010): BACI: International Trade Database at the Product-Level. CEPII Working Paper
2010-23.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from karvan.corridor.roads import Flags, Floats
from karvan.formats.trade.cells import MISSING, Block, Ints, Wrong, blocks, columns_of, heading_of
from karvan.formats.trade.file import TradeFile
from karvan.formats.trade.rows import Countries, Rows, amounts_of, tell, years_of
from karvan.formats.trade.source import Source, sources
from karvan.ground.errors import InputError, Problem

NAME = re.compile(r"BACI_.*_Y(?P<year>\d{4})_.*\.csv(\.gz)?$", re.IGNORECASE)
CODES = re.compile(r"country_codes?.*\.csv$", re.IGNORECASE)
COLUMNS = ("t", "i", "j", "k", "v", "q")
WANTED = {name: (name,) for name in COLUMNS}
LARGEST_CODE = 999
Digits = Literal[0, 2, 4, 6]


@dataclass
class Sums:
    """Sums by year, exporter, importer and goods: v in thousands of USD, q in tonnes."""

    digits: int
    keys: list[Ints] = field(default_factory=list)
    parts: list[Floats] = field(default_factory=list)
    """Of v, of q, of v where q is known, of rows with q, of rows (5, n_keys)."""
    waiting: int = 0
    """Keys that are not yet merged with the first."""

    def add(self, keys: Ints, values: Floats, tonnes: Floats) -> None:
        """Some rows more (n_rows,)."""
        weighed = ~np.isnan(tonnes)
        if not len(keys):
            return
        self._fold(keys, (values, np.where(weighed, tonnes, 0.0), np.where(weighed, values, 0.0), weighed, None))
        self.waiting += len(self.keys[-1])
        if self.waiting > max(1 << 20, len(self.keys[0])):
            self._merge()

    def _fold(self, keys: Ints, columns: Iterable[Any]) -> None:
        unique, places = np.unique(keys, return_inverse=True)
        self.keys.append(unique)
        self.parts.append(np.array([np.bincount(places, column, len(unique)) for column in columns]))

    def _merge(self) -> None:
        keys, columns = np.concatenate(self.keys), np.concatenate(self.parts, axis=1)
        self.keys, self.parts, self.waiting = [], [], 0
        self._fold(keys, columns)

    def table(self, places: np.ndarray[tuple[int], np.dtype[np.int16]]) -> pd.DataFrame:
        """As `Rows` takes it; `places` are those of countries by their number (LARGEST_CODE + 1,)."""
        self._merge()
        rest, goods = np.divmod(self.keys[0], 10**self.digits)
        rest, importer = np.divmod(rest, LARGEST_CODE + 1)
        year, exporter = np.divmod(rest, LARGEST_CODE + 1)
        value, tonnes, weighed, weighings, count = self.parts[0]
        data: dict[str, object] = {
            "why": np.int16(0), "year": year, "exporter": places[exporter], "importer": places[importer],
        }  # fmt: skip
        if self.digits:
            each, of = np.unique(goods, return_inverse=True)
            data["goods"] = pd.array(np.array([f"{code:0{self.digits}d}" for code in each])[of], dtype="str")
        known = weighings > 0
        self.keys, self.parts = [], []
        data |= {"trade": value / 1000, "tonnes": np.where(known, tonnes, np.nan), "weighed": weighed / 1000}
        table = pd.DataFrame(data | {"count": count.astype(np.int64)})
        used = places[np.unique([exporter, importer])]
        if len(np.unique(used)) == len(used):
            return table
        # Two numbers are one country, as 250 and 251 are France.
        by = [name for name in table.columns if name not in ("trade", "tonnes", "weighed", "count")]
        return table.groupby(by, sort=True, as_index=False).sum(min_count=1)


def read_baci(path: Path, *, years: Collection[int] | None = None, goods: Digits = 2) -> TradeFile:
    """Trade of a release of BACI.

    Args:
        path: the archive, the folder, or one file (its codes of countries are then looked for beside it).
        years: those to read, of those that there are; all of them if left out.
        goods: digits of HS to sum by; 0 for all goods together. Six are the rows as they are, and take the memory.

    Raises:
        InputError: everything that is wrong with the files.
    """
    tables = sources(path, lambda name: NAME.match(name) is not None, "a release of BACI")
    if years is not None:
        tables = [one for one in tables if _year(one) is None or _year(one) in years]
    if not tables:
        raise InputError(path.name, [Problem("years", str(sorted(years or ())), "there is no file of these years")])
    wrong = Wrong()
    countries = Countries(tables[0].name, wrong, _codes(path, wrong))
    rows = Rows(tables[0].name, countries, wrong, "kusd")
    numbers = Numbers(countries)
    files: dict[int, str] = {}
    for table in tables:
        sums = Sums(goods)
        for block, keys, codes, values, tonnes in _rows(table, wrong):
            numbers.see(block, codes)
            chosen = np.ones(len(keys), dtype=bool)
            if years is not None:
                chosen = np.isin(codes[0], np.array(sorted(years)))
            sums.add((keys // 10 ** (6 - goods))[chosen], values[chosen], tonnes[chosen])
        countries.tell()
        wrong.check(table.name)
        if sums.keys:
            rows.add(part := sums.table(numbers.places))
            for year in part["year"].unique():
                if files.setdefault(int(year), table.name) != table.name:
                    remedy = "give one edition of HS, or name the years"
                    wrong.add(table.name, f"{year}, which {files[int(year)]} has too", remedy)
    return rows.settle(classification="HS" if goods else "", unique=True)


def _year(source: Source) -> int | None:
    """The year that a file's name says."""
    match = NAME.match(f"{source.stem}.csv")
    return int(match["year"]) if match else None


class Numbers:
    """Places of countries by the number that BACI has for them."""

    def __init__(self, countries: Countries) -> None:
        self._countries = countries
        self.places = np.full(LARGEST_CODE + 1, -1, dtype=np.int16)
        self._met = np.zeros(LARGEST_CODE + 1, dtype=bool)
        self.places[0], self._met[0] = countries.find("0"), True

    def see(self, block: Block, codes: tuple[Ints, Ints, Ints]) -> None:
        """Look up the numbers of some rows."""
        for column, numbers in (("i", codes[1]), ("j", codes[2])):
            there = np.unique(numbers)
            for number in there[~self._met[there]]:
                self._met[number] = True
                first = int(np.flatnonzero(numbers == number)[0])
                one = Block(block.rows[first : first + 1], {column: block.cells[column].slice(first, 1)})
                self.places[number] = self._countries.places(one, column)[0]


def _codes(path: Path, wrong: Wrong) -> dict[str, str]:
    """Codes of three letters by number, out of the table of codes beside the files, where there is one."""
    folder = path if path.is_dir() or path.suffix.lower() == ".zip" else path.parent
    try:
        found = sources(folder, lambda name: CODES.match(name) is not None, "a table of codes")
    except InputError:
        return {}
    table = found[-1]
    if not CODES.match(Path(table.member or table.path.name).name):
        return {}
    heading = heading_of(table)
    wanted = {"number": ("country_code", "code", "i"), "letters": ("country_iso3", "iso_3digit_alpha", "iso3")}
    columns = columns_of(heading, table.name, wanted, list(wanted), wrong)
    wrong.check(table.name)
    codes: dict[str, str] = {}
    for block in blocks(table, heading, list(columns.values()), wrong):
        letters = block.cells[columns["letters"]].to_pylist()
        numbers = block.cells[columns["number"]].to_pylist()
        # What has no code of three letters is known by its number, or not at all.
        codes |= {number: code for number, code in zip(numbers, letters, strict=True) if re.fullmatch("[A-Z]{3}", code)}
    return codes


Read = tuple[Block, Ints, tuple[Ints, Ints, Ints], Floats, Floats]


def _rows(source: Source, wrong: Wrong) -> Iterator[Read]:
    """Rows of a file by block: key of year, exporter, importer and six digits; year and numbers; v; q."""
    heading = heading_of(source)
    found = columns_of(heading, source.name, WANTED, COLUMNS, wrong)
    wrong.check(source.name)
    seen: list[Ints] = []
    ordered, last = True, -1
    for block in blocks(source, heading, list(found.values()), wrong):
        cells = Block(block.rows, {role: block.cells[name] for role, name in found.items()})
        years = years_of(cells, "t", source.name, wrong)
        exporters, importers = (_whole(cells, side, source.name, wrong, LARGEST_CODE) for side in ("i", "j"))
        goods = _whole(cells, "k", source.name, wrong, 999_999)
        values = amounts_of(cells, "v", source.name, wrong)
        empty: Flags = pc.is_in(cells.cells["v"], pa.array(MISSING)).to_numpy(zero_copy_only=False)
        tell(empty, cells, "v", source.name, wrong, "give a number of 0 or more")
        tonnes = amounts_of(cells, "q", source.name, wrong)
        keys = ((years * (LARGEST_CODE + 1) + exporters) * (LARGEST_CODE + 1) + importers) * 1_000_000 + goods
        seen.append(keys)
        ordered = ordered and bool(keys[0] > last) and bool((keys[1:] > keys[:-1]).all())
        last = int(keys[-1])
        yield cells, keys, (years, exporters, importers), values, tonnes
    if not ordered:  # as releases are; then nothing is there twice
        _twice(source.name, seen, wrong)


def _whole(block: Block, column: str, name: str, wrong: Wrong, most: int) -> Ints:
    """Whole numbers of a column (n_rows,); what is none is told, and 0."""
    text = block.cells[column]
    try:
        values: Ints = text.cast(pa.int64()).to_numpy(zero_copy_only=False)
        bad: Flags = (values < 0) | (values > most)
    except pa.ArrowInvalid:
        whole = pc.match_substring_regex(text, r"^0*[0-9]{1,9}$")
        bad = ~whole.to_numpy(zero_copy_only=False)
        values = pc.if_else(whole, text, "0").cast(pa.int64()).to_numpy(zero_copy_only=False)
        bad |= values > most
    tell(bad, block, column, name, wrong, f"give a whole number from 0 to {most:,}")
    return np.where(bad, 0, values)


def _twice(name: str, seen: list[Ints], wrong: Wrong) -> None:
    """Tell of rows with the year, exporter, importer and goods of one before."""
    keys = np.concatenate(seen) if seen else np.empty(0, dtype=np.int64)
    seen.clear()
    ordered = np.sort(keys)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    for key in again[:100]:
        first, second = (int(at) + 2 for at in np.flatnonzero(keys == key)[:2])
        rest, goods = divmod(int(key), 1_000_000)
        rest, importer = divmod(rest, LARGEST_CODE + 1)
        year, exporter = divmod(rest, LARGEST_CODE + 1)
        found = f"{year} {exporter} {importer} {goods:06d} twice"
        wrong.add(f"{name}, rows {first} and {second}", found, "keep one", alike="twice")
