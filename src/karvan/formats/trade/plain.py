"""A plain table of trade in CSV: a row for each year, exporter and importer, columns by whatever name is usual."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from karvan.corridor.roads import Flags
from karvan.formats.trade.cells import Block, Heading, Wrong, blocks, columns_of, heading_of, numbers_of, squeeze
from karvan.formats.trade.file import Remark, TradeFile
from karvan.formats.trade.rows import UNITS, Countries, Rows, amounts_of, is_one_of, tell, texts_of, years_of
from karvan.formats.trade.source import Source, sources
from karvan.ground.errors import InputError, Problem, nearest, shown

EXPORTER = (
    "exporter", "exporter_iso3", "exporter_code", "exporteriso3", "iso3_o", "iso_o", "iso3_origin", "origin",
    "origin_iso3", "orig", "exp", "iso_ex", "exporter_iso", "exporting_country", "from", "i", "o", "exporter_name",
    "country_o", "source",
)  # fmt: skip
IMPORTER = (
    "importer", "importer_iso3", "importer_code", "importeriso3", "iso3_d", "iso_d", "iso3_destination", "destination",
    "destination_iso3", "dest", "imp", "iso_im", "importer_iso", "importing_country", "to", "j", "d", "importer_name",
    "country_d", "target",
)  # fmt: skip
TRADE = (
    "trade", "trade_musd", "trade_kusd", "trade_usd", "trade_busd", "trade_value", "trade_flow", "tradeflow", "value",
    "value_musd", "value_kusd", "value_usd", "value_busd", "export_musd", "export_usd", "export_kusd", "export_busd",
    "exports_musd", "exports_usd", "import_musd", "imports_musd", "exports", "export", "imports", "import", "flow",
    "flows", "trade_value_usd", "trade_million_usd", "trade_usd_million", "trade_value_usd_million", "amount", "v",
    "x_ij", "xij", "x",
)  # fmt: skip
WANTED: dict[str, tuple[str, ...]] = {
    "year": ("year", "yr", "t", "time", "period", "ref_year"),
    "exporter": EXPORTER,
    "importer": IMPORTER,
    "trade": TRADE,
    "unit": ("unit", "units", "trade_unit", "currency_unit"),
    "goods": (
        "goods", "hs", "hs2", "hs4", "hs6", "hs_code", "product", "product_code", "cmd_code", "cmdcode", "commodity",
        "commodity_code", "k", "sector", "industry", "industry_id", "sector_id",
    ),
    "reporter": ("reporter", "reporter_iso3", "reporter_iso", "reporter_code"),
    "partner": ("partner", "partner_iso3", "partner_iso", "partner_code"),
    "direction": ("flow", "direction", "trade_flow", "flow_code", "flow_type"),
}  # fmt: skip
"""Roles of columns, and the names they go by; capitals, blanks and signs are left out of account."""
NESTED = ("hs", "hs2", "hs4", "hs6", "hscode", "cmdcode", "k")
EXPORTS, IMPORTS = ("export", "exports", "x", "exp"), ("import", "imports", "m", "imp")
SCALES = {
    "": "usd",
    **dict.fromkeys(("k", "th", "thousand", "thousands", "1000"), "kusd"),
    **dict.fromkeys(("m", "mn", "mln", "mio", "million", "millions"), "musd"),
    **dict.fromkeys(("b", "bn", "bln", "billion", "billions"), "busd"),
}
"""What stands beside the currency, and the unit that the two are."""


@dataclass(frozen=True)
class Layout:
    """Which column of a plain table is what."""

    columns: dict[str, str]
    """The heading's name by role."""
    covariates: tuple[str, ...]
    texts: tuple[str, ...]
    """Further columns that are no numbers, and are kept as text."""


def read_trade_csv(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    year: int | None = None,
    covariates: Sequence[str] | None = None,
    codes: Literal["iso", "any"] = "iso",
) -> TradeFile:
    """Trade out of a plain table, packed by gzip or zip or not.

    Args:
        columns: the heading's name by role (`WANTED`), where the usual names are not used.
        unit: usd, kusd, musd or busd; else what the column's name or a column `unit` says, else million USD, which is
            then remarked.
        year: of all rows, where the table has no column for it.
        covariates: columns that must be numbers; else all further columns are that are.
        codes: whether codes of countries are to be known ones, or any (made-up countries).

    Raises:
        InputError: everything that is wrong with it.
    """
    source = sources(path, lambda name: name.lower().endswith((".csv", ".txt", ".tsv", ".gz")), "a CSV file")
    if len(source) > 1:
        told = ", ".join(one.name for one in source[:8])
        raise InputError(path.name, [Problem(path.name, f"{len(source)} tables: {told}", "give one of them")])
    one, wrong = source[0], Wrong()
    if unit is not None and unit not in UNITS:
        raise InputError("unit", [Problem("unit", shown(unit), f"give one of {', '.join(UNITS)}")])
    heading = heading_of(one)
    layout = _layout(one, heading, columns or {}, covariates, year, wrong)
    wrong.check(one.name)
    countries = Countries(one.name, wrong, invented=codes == "any")
    rows = Rows(one.name, countries, wrong, "")
    read = [*layout.columns.values(), *layout.covariates, *layout.texts]
    units: set[str] = set()
    for block in blocks(one, heading, list(dict.fromkeys(read)), wrong):
        rows.add(_table(block, layout, one, heading, rows, year, units))
    rows.unit, factor = _unit(one, layout, unit, units, rows)
    for table in rows.tables:
        table["trade"] *= factor
    named = squeeze(layout.columns.get("goods", ""))
    return rows.settle(layout.covariates, "HS" if named in NESTED else "", own="kept")


def _layout(
    source: Source, heading: Heading, given: Mapping[str, str], covariates: Sequence[str] | None, year: int | None,
    wrong: Wrong,
) -> Layout:  # fmt: skip
    """Which column is what; the columns that are left are covariates where they are numbers."""
    for role, name in given.items():
        if role not in WANTED:
            wrong.add("columns", shown(role), f"give one of {', '.join(WANTED)}")
        elif name not in heading.names:
            there = ", ".join(nearest(name, heading.names) or heading.names[:8])
            wrong.add(f"{source.name}, heading", f"no column {shown(name)}", f"there is {there}")
    start = _start(source, heading, wrong)
    wanted = {role: (given[role],) if role in given else names for role, names in WANTED.items()}
    mirrored = _mirrored(heading, wanted)
    if not mirrored:
        for role in ("partner", "direction"):
            wanted.pop(role)
    elif _is_direction(start, columns_of(heading, source.name, wanted, (), Wrong())["direction"]):
        taken = columns_of(heading, source.name, wanted, (), Wrong())["direction"]
        wanted["trade"] = tuple(name for name in wanted["trade"] if squeeze(name) != squeeze(taken))
    needed = ["trade", *(("reporter", "partner") if mirrored else ("exporter", "importer"))]
    found = columns_of(heading, source.name, wanted, needed if year is not None else ["year", *needed], wrong)
    if year is not None:
        found.pop("year", None)
    if mirrored:
        found = {role: name for role, name in found.items() if role not in ("exporter", "importer")}
    elif "reporter" not in given:
        found.pop("reporter", None)
    rest = [name for name in heading.names if name and name not in found.values()]
    for name in covariates or ():
        if name not in rest:
            told = "is used already" if name in heading.names else "no such column"
            there = ", ".join(nearest(name, rest) or rest[:8]) or "nothing"
            wrong.add(f"covariate {shown(name)}", told, f"there is {there}")
    chosen = covariates if covariates is not None else [name for name in rest if _is_number(start, name)]
    texts = () if covariates is not None else tuple(name for name in rest if name not in chosen)
    return Layout(found, tuple(name for name in chosen if name in rest), texts)


def _start(source: Source, heading: Heading, wrong: Wrong) -> Block | None:
    """The first rows, with all columns."""
    return next(blocks(source, heading, [name for name in heading.names if name], Wrong()), None) if not wrong else None


def _mirrored(heading: Heading, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether rows have a reporter, a partner and a direction instead of an exporter and an importer."""
    sides = all(heading.find(*wanted[role]) is not None for role in ("exporter", "importer"))
    return not sides and all(heading.find(*wanted[role]) is not None for role in ("reporter", "partner", "direction"))


def _is_direction(start: Block | None, name: str) -> bool:
    return start is not None and bool(is_one_of(start.cells[name], EXPORTS + IMPORTS).any())


def _is_number(start: Block | None, name: str) -> bool:
    """Whether at least half of what is said in a column's first rows is numbers; the rest must then be mended."""
    if start is None:
        return False
    values, bad = numbers_of(start.cells[name])
    return int((~np.isnan(values) & ~bad).sum()) >= max(1, int(bad.sum()))


def _table(
    block: Block, layout: Layout, source: Source, heading: Heading, rows: Rows, year: int | None, units: set[str]
) -> pd.DataFrame:
    columns, name, wrong = layout.columns, source.name, rows.wrong
    comma = heading.separator != ";"
    data: dict[str, object] = {"row": block.rows, "file": name, "why": 0}
    data["year"] = np.full(len(block), year) if year is not None else years_of(block, columns["year"], name, wrong)
    if "partner" in columns:
        reporter = rows.countries.places(block, columns["reporter"])
        partner = rows.countries.places(block, columns["partner"])
        out = is_one_of(block.cells[columns["direction"]], EXPORTS)
        known = out | is_one_of(block.cells[columns["direction"]], IMPORTS)
        tell(~known, block, columns["direction"], name, wrong, "give export or import")
        data |= {"exporter": np.where(out, reporter, partner), "importer": np.where(out, partner, reporter)}
        data["reporter"] = reporter
    else:
        for side in ("exporter", "importer", "reporter"):
            if side in columns:
                data[side] = rows.countries.places(block, columns[side])
    if "unit" in columns:
        units |= {word for word in block.cells[columns["unit"]].unique().to_pylist() if word}
    data["trade"] = amounts_of(block, columns["trade"], name, wrong, comma)
    if "goods" in columns:
        data["goods"] = _goods(block, columns["goods"], name, wrong)
    for covariate in layout.covariates:
        data[covariate] = amounts_of(block, covariate, name, wrong, comma, low=-np.inf)
    for text in layout.texts:
        data[text] = texts_of(block, text)
    return pd.DataFrame(data)


def _goods(block: Block, column: str, name: str, wrong: Wrong) -> object:
    goods = texts_of(block, column)
    empty: Flags = np.asarray(goods == "", dtype=bool)
    tell(empty, block, column, name, wrong, "give the goods; TOTAL for all of them")
    series = pd.Series(goods)
    series = series.where(~series.str.upper().isin(["TOTAL", "ALL"]), "TOTAL")
    if squeeze(column) in NESTED:
        digits = series.str.fullmatch(r"\d+") & (series.str.len() % 2 == 1)
        series = series.where(~digits, "0" + series)
    return series.array


def _unit(source: Source, layout: Layout, given: str | None, units: set[str], rows: Rows) -> tuple[str, float]:
    """The unit of trade and what it is in million USD."""
    column = layout.columns["trade"]
    read = {word: unit_of(word) for word in sorted(units)}
    for word in [word for word, unit in read.items() if unit is None]:
        rows.wrong.add(f"{source.name}, {layout.columns['unit']}", shown(word), f"give one of {', '.join(UNITS)}")
    said = {unit for unit in read.values() if unit is not None}
    words = re.split(r"[^a-z0-9$]+", column.lower())
    ends = (unit_of("".join(words[start:])) for start in range(len(words)))
    named = next((unit for unit in ends if unit), None)
    everything = said | ({named} if named else set()) | ({given} if given else set())
    if len(everything) > 1:
        remedy = "give all rows in one unit" if len(said) > 1 else "say one unit only"
        rows.wrong.add(f"{source.name}, unit", " and ".join(sorted(everything)), remedy)
    if not everything:
        said_so = f"no unit is said of {shown(column)}: read as million USD"
        rows.remarks.append(Remark("unit assumed", source.name, said_so))
    unit = min(everything) if everything else "musd"
    return unit, UNITS[unit]


def unit_of(words: str) -> str | None:
    """The unit of words such as 'USD', 'million US$' and 'usd_bn'; None where they are none."""
    text = re.sub(r"[^a-z0-9$]", "", words.lower())
    scale, found = re.subn(r"usdollars?|dollars?|usd|us\$|\$", "", text, count=1)
    return SCALES.get(scale.removesuffix("of")) if found else None
