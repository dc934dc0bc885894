"""CEPII Gravity: trade and what goes with it, by year, country of origin and country of destination.

Releases from V202102 have figures of trade and of GDP in thousands of current USD and population in thousands, a row
for every pair of countries there ever was, and flags of whether the two existed in the year.

Conte, M., Cotterlaz, P. and Mayer, T. (2022): The CEPII Gravity Database. CEPII Working Paper 2022-05.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from karvan.formats.trade.cells import Block, Wrong, blocks, columns_of, heading_of, numbers_of
from karvan.formats.trade.file import Remark, TradeFile
from karvan.formats.trade.rows import Countries, Rows, amounts_of, counted, years_of
from karvan.formats.trade.source import sources
from karvan.ground.errors import InputError, Problem, nearest, shown

Flow = Literal[
    "tradeflow_baci", "tradeflow_comtrade_o", "tradeflow_comtrade_d", "tradeflow_imf_o", "tradeflow_imf_d",
    "manuf_tradeflow_baci",
]  # fmt: skip
FLOWS: tuple[Flow, ...] = (
    "tradeflow_baci", "tradeflow_comtrade_d", "tradeflow_comtrade_o", "tradeflow_imf_d", "tradeflow_imf_o",
    "manuf_tradeflow_baci",
)  # fmt: skip
"""Figures of trade, in the order in which one is chosen."""
USUAL = (
    "dist", "distw", "distw_harmonic", "distw_arithmetic", "distcap", "contig", "comlang_off", "comlang_ethno",
    "comcol", "colony", "col45", "col_dep_ever", "sibling_ever", "comrelig", "comleg_posttrans", "gdp_o", "gdp_d",
    "gdpcap_o", "gdpcap_d", "pop_o", "pop_d", "gatt_o", "gatt_d", "wto_o", "wto_d", "eu_o", "eu_d", "rta", "fta_wto",
    "rta_coverage",
)  # fmt: skip
"""Covariates that are read, of those that there are."""
RENAMED = {
    "gdp_o": ("gdp_o_musd", 1e-3), "gdp_d": ("gdp_d_musd", 1e-3),
    "pop_o": ("pop_o_million", 1e-3), "pop_d": ("pop_d_million", 1e-3),
}  # fmt: skip
"""What is in thousands in the file, and what it is here."""
WANTED = {
    "year": ("year",),
    "origin": ("iso3_o", "iso_o"),
    "destination": ("iso3_d", "iso_d"),
    "exists_o": ("country_exists_o",),
    "exists_d": ("country_exists_d",),
}
ENDINGS = re.compile(r".*\.(csv|gz|txt)$", re.IGNORECASE)


def read_gravity(
    path: Path,
    *,
    flow: Flow | None = None,
    years: Collection[int] | None = None,
    covariates: Sequence[str] | None = None,
) -> TradeFile:
    """Trade and covariates out of a release of CEPII Gravity, packed or not.

    Args:
        flow: which figure of trade is taken; the first of `FLOWS` that the file has if left out.
        years: those to read; all of them if left out.
        covariates: columns to read, by their names in the file; those of `USUAL` that there are if left out.

    Raises:
        InputError: everything that is wrong with the file.
    """
    fitting = sources(path, lambda name: name.lower().startswith("gravity") and bool(ENDINGS.match(name)), "Gravity")
    source, wrong = fitting[-1], Wrong()
    heading = heading_of(source)
    there = [name for name in FLOWS if heading.find(name) is not None]
    chosen = flow or (there[0] if there else FLOWS[0])
    read = [name for name in USUAL if heading.find(name) is not None] if covariates is None else list(covariates)
    wanted = WANTED | {"trade": (chosen,)}
    columns = columns_of(heading, source.name, wanted, ("year", "origin", "destination", "trade"), wrong)
    for name in read:
        if name not in heading.names:
            near = ", ".join(nearest(name, heading.names) or heading.names[:8])
            wrong.add(f"{source.name}, heading", f"no column {shown(name)}", f"there is {near}")
    wrong.check(source.name)
    new = "exists_o" in columns and "exists_d" in columns
    rows = Rows(source.name, Countries(source.name, wrong), wrong, "kusd")
    gone = unsaid = 0
    for block in blocks(source, heading, list(dict.fromkeys([*columns.values(), *read])), wrong):
        kept, left = _kept(block, columns, years, source.name, wrong)
        gone += left
        table = _table(kept, columns, read, rows, new)
        empty = table["trade"].isna()
        unsaid += int(empty.sum())
        rows.add(table[~empty])
    rows.remarks.append(Remark("flow", source.name, f"trade is {chosen}; there is {', '.join(there)}"))
    if gone:
        said = f"{counted(gone)} of years in which one of the two countries did not exist: left out"
        rows.remarks.append(Remark("no country", source.name, said))
    if unsaid:
        said = f"{counted(unsaid)} without a figure of trade, which is not the same as none: left out"
        rows.remarks.append(Remark("no figure", source.name, said))
    if not new:
        said = "an old release: GDP and population are as the file has them"
        rows.remarks.append(Remark("units", source.name, said))
    if not rows.count:
        wrong.check(source.name)
        remedy = f"take another figure: there is {', '.join(there)}"
        raise InputError(source.name, [Problem(chosen, "no figure in these years", remedy)])
    names = tuple(RENAMED[name][0] if new and name in RENAMED else name for name in read)
    return rows.settle(names, own="kept")


def _kept(
    block: Block, columns: dict[str, str], years: Collection[int] | None, name: str, wrong: Wrong
) -> tuple[Block, int]:
    """The rows of these years whose countries existed, and how many of these years did not."""
    of = years_of(block, columns["year"], name, wrong)
    kept = np.isin(of, np.array(sorted(years))) if years is not None else np.ones(len(block), dtype=bool)
    there = kept.copy()
    for flag in ("exists_o", "exists_d"):
        if flag in columns:
            values, _ = numbers_of(block.cells[columns[flag]])
            there &= values != 0
    import pyarrow as pa

    mask = pa.array(there)
    cells = {column: cell.filter(mask) for column, cell in block.cells.items()}
    return Block(block.rows[there], cells), int(kept.sum() - there.sum())


def _table(block: Block, columns: dict[str, str], covariates: Sequence[str], rows: Rows, new: bool) -> pd.DataFrame:
    name, wrong = rows.name, rows.wrong
    data: dict[str, object] = {
        "row": block.rows,
        "file": name,
        "why": 0,
        "year": years_of(block, columns["year"], name, wrong),
        "exporter": rows.countries.places(block, columns["origin"]),
        "importer": rows.countries.places(block, columns["destination"]),
        "trade": amounts_of(block, columns["trade"], name, wrong) / 1000,
    }
    for covariate in covariates:
        values = amounts_of(block, covariate, name, wrong, low=-np.inf)
        called, factor = RENAMED.get(covariate, (covariate, 1.0)) if new else (covariate, 1.0)
        data[called] = values * factor
    return pd.DataFrame(data)
