"""Tariffs out of WITS: the results of its queries (Reporter, Partner, Product, Tariff Year, DutyType, Simple Average,
Weighted Average) and the bulk files of TRAINS (NomenCode, Reporter_ISO_N, ProductCode, SimpleAverage).

A tariff is levied by the reporter, who is the importer here, and is in per cent of value.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from karvan.formats.trade.cells import Block, Wrong, blocks, columns_of, heading_of
from karvan.formats.trade.file import TOTAL, Remark, TariffFile, years_missing
from karvan.formats.trade.rows import Countries, Rows, amounts_of, counted, is_one_of, tell, texts_of, years_of
from karvan.formats.trade.source import sources
from karvan.ground.errors import InputError, Problem

WANTED = {
    "year": ("Tariff Year", "Year", "Tariff_Year"),
    "importer": ("Reporter_ISO3", "Reporter ISO3", "ReporterISO3", "Reporter", "Reporter_ISO_N", "Reporter Code"),
    "importer name": ("Reporter Name", "ReporterName"),
    "exporter": ("Partner_ISO3", "Partner ISO3", "PartnerISO3", "Partner", "Partner Code"),
    "exporter name": ("Partner Name", "PartnerName"),
    "goods": ("Product", "ProductCode", "Product Code", "HS"),
    "duty": ("DutyType", "Duty Type", "Tariff Type", "Duty Code"),
    "simple": ("Simple Average", "SimpleAverage", "Simple Average (%)", "Simple Tariff Line Average"),
    "weighted": ("Weighted Average", "WeightedAverage", "Weighted Average (%)"),
    "min": ("Minimum Rate", "Min_Rate", "MinRate"),
    "max": ("Maximum Rate", "Max_Rate", "MaxRate"),
    "lines": ("Nbr of Total Lines", "TotalNoOfLines", "Total Number of Lines", "Number of Lines"),
    "imports": ("Imports Value in 1000 USD", "Imports Value (1000 USD)"),
}
DUTIES = ("MFN", "AHS", "PRF", "BND")
EVERYTHING = re.compile(r"(?i)total|all( products)?|all goods|")
MOST = 10_000.0
"""Per cent; the highest duties of the world stand below."""
KEYS = ["year", "exporter", "importer", "duty", "goods"]


def read_tariffs(path: Path, *, duty: str = "") -> TariffFile:
    """Tariffs out of a file, or of all tables of a folder or archive, that WITS has given as CSV.

    Args:
        duty: MFN, AHS, PRF or BND, where the file does not say of what kind its tariffs are.

    Raises:
        InputError: everything that is wrong with it.
    """
    if duty and duty not in DUTIES:
        raise InputError("duty", [Problem("duty", duty, f"give one of {', '.join(DUTIES)}")])
    tables = sources(path, lambda name: name.lower().endswith((".csv", ".csv.gz", ".txt")), "CSV files of WITS")
    name = tables[0].name if len(tables) == 1 else path.name
    wrong = Wrong()
    rows = Rows(name, Countries(name, wrong), wrong, "pct")
    for table in tables:
        heading = heading_of(table)
        columns = columns_of(heading, table.name, WANTED, ("year", "importer"), wrong)
        if "simple" not in columns and "weighted" not in columns:
            years = [column for column in heading.names if re.fullmatch(r"(19|20)\d\d", column)]
            found = "a column for each year" if years else "no column for an average"
            wrong.add(f"{table.name}, heading", found, "ask WITS for rows by year, with Simple Average")
        wrong.check(table.name)
        for block in blocks(table, heading, list(dict.fromkeys(columns.values())), wrong):
            rows.add(_table(block, columns, table.name, rows, duty))
    return _settled(rows)


def _table(block: Block, columns: dict[str, str], name: str, rows: Rows, duty: str) -> pd.DataFrame:
    wrong = rows.wrong
    data: dict[str, object] = {
        "row": block.rows,
        "file": name,
        "year": years_of(block, columns["year"], name, wrong),
        "importer": rows.countries.places(block, columns["importer"], *_there(columns, "importer name")),
    }
    world = rows.countries.find("WLD")
    data["exporter"] = (
        rows.countries.places(block, columns["exporter"], *_there(columns, "exporter name"))
        if "exporter" in columns
        else np.full(len(block), world)
    )
    data["duty"] = duty
    if "duty" in columns and not duty:
        words = pd.Series(texts_of(block, columns["duty"])).str.upper()
        known = is_one_of(block.cells[columns["duty"]], (*(word.lower() for word in DUTIES), ""))
        tell(~known, block, columns["duty"], name, wrong, f"give one of {', '.join(DUTIES)}")
        data["duty"] = words.array
    data["goods"] = _goods(block, columns, name, wrong)
    for measure in ("simple", "weighted", "min", "max"):
        data[f"{measure}_pct"] = _percent(block, columns, measure, name, wrong)
    data["lines"] = _number(block, columns, "lines", name, wrong)
    data["imports_musd"] = _number(block, columns, "imports", name, wrong) / 1000
    return pd.DataFrame(data)


def _there(columns: dict[str, str], role: str) -> tuple[str, ...]:
    return (columns[role],) if role in columns else ()


def _number(block: Block, columns: dict[str, str], role: str, name: str, wrong: Wrong) -> np.ndarray:
    if role not in columns:
        return np.full(len(block), np.nan)
    return amounts_of(block, columns[role], name, wrong)


def _percent(block: Block, columns: dict[str, str], role: str, name: str, wrong: Wrong) -> np.ndarray:
    values = _number(block, columns, role, name, wrong)
    if role in columns:
        tell(values > MOST, block, columns[role], name, wrong, f"give per cent, {MOST:,.0f} at most")
    return values


def _goods(block: Block, columns: dict[str, str], name: str, wrong: Wrong) -> object:
    if "goods" not in columns:
        return TOTAL
    goods = pd.Series(texts_of(block, columns["goods"]))
    goods = goods.where(~goods.str.fullmatch(EVERYTHING), TOTAL)
    digits = goods.str.fullmatch(r"\d{1,12}")
    tell(
        np.asarray(~(digits | (goods == TOTAL)), dtype=bool), block, columns["goods"], name, wrong,
        "give goods of HS by their digits, or Total",
    )  # fmt: skip
    return goods.where(~digits | (goods.str.len() % 2 == 0), "0" + goods).array


def _settled(rows: Rows) -> TariffFile:
    """Countries named, and what is there twice, or has no rate, told."""
    name, wrong, countries = rows.name, rows.wrong, rows.countries
    countries.tell()
    if not rows.count and not wrong:
        wrong.add(name, "no rows", "give a table that has some")
    wrong.check(name)
    table = pd.concat([part for part in rows.tables if len(part)], ignore_index=True)
    for side in ("exporter", "importer"):
        for place in sorted(set(table[side])):
            area = countries.areas[place]
            if area.kind == "group" and area.code != "WLD":
                said = f"{side} {area} is a group of countries: kept under its own code, its members are not named"
                rows.remarks.append(Remark("a group of countries", name, said))
        table[side] = pd.array(countries.codes(table[side].to_numpy()), dtype="str")
    empty = table["simple_pct"].isna() & table["weighted_pct"].isna()
    if empty.any():
        said = f"{counted(int(empty.sum()))} without a rate, which is not the same as free: set aside"
        rows.remarks.append(Remark("no figure", name, said))
    aside, table = table[empty].assign(why="no figure"), table[~empty]
    again = table[table.duplicated(KEYS, keep=False)]
    for key, group in again.groupby(KEYS, sort=True):
        first, second = group.iloc[0], group.iloc[1]
        found = f"{' '.join(str(part) for part in key).replace('  ', ' ')} twice"
        at = f"{first['file']}, row {first['row']} and {second['file']}, row {second['row']}"
        wrong.add(at, found, "keep one; TRAINS has estimates beside what was reported: take one of the two", "twice")
    wrong.check(name)
    rows.remarks += years_missing(table["year"].unique().tolist(), name)
    table = table.drop(columns=["row", "file"]).sort_values(KEYS, kind="stable").reset_index(drop=True)
    return TariffFile(name, table, aside.drop(columns=["row", "file"]).reset_index(drop=True), tuple(rows.remarks))
