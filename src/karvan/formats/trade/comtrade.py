"""UN Comtrade in CSV: the columns of its present service (refYear, reporterISO, primaryValue) and of the one before.

What a reporter's customs say of a partner: exports free on board, imports with cost, insurance and freight. Of a flow
that is there by mode of transport, customs procedure or second partner too, the row of the whole is taken.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from karvan.corridor.roads import Flags
from karvan.formats.trade.cells import Block, Heading, Wrong, blocks, columns_of, heading_of
from karvan.formats.trade.file import TOTAL, Remark, TradeFile
from karvan.formats.trade.rows import Countries, Rows, amounts_of, counted, is_one_of, tell, texts_of, years_of
from karvan.formats.trade.source import Source, sources

WANTED = {
    "year": ("refYear", "Year"),
    "period": ("period",),
    "frequency": ("freqCode",),
    "flow": ("flowCode", "Trade Flow Code", "flowDesc", "Trade Flow"),
    "goods": ("cmdCode", "Commodity Code"),
    "value": ("primaryValue", "Trade Value (US$)"),
    "weight": ("netWgt", "Netweight (kg)", "Net Weight (kg)"),
    "reporter": ("reporterISO", "Reporter ISO"),
    "reporter name": ("reporterDesc", "Reporter"),
    "reporter number": ("reporterCode", "Reporter Code"),
    "partner": ("partnerISO", "Partner ISO"),
    "partner name": ("partnerDesc", "Partner"),
    "partner number": ("partnerCode", "Partner Code"),
    "classification": ("classificationCode", "Classification"),
    "second partner": ("partner2Code", "2nd Partner Code"),
    "customs": ("customsCode", "Customs Proc. Code"),
    "transport": ("motCode", "Mode of Transport Code"),
    "supply": ("mosCode",),
}
BLANK = ("", "na", "n/a", "null", "nan")
WHOLE = {
    "second partner": ("0", "w00", "world", *BLANK),
    "customs": ("c00", "0", *BLANK),
    "transport": ("0", *BLANK),
    "supply": ("0", *BLANK),
}
"""What stands in a column for all of them together."""
EXPORTS, IMPORTS = ("x", "2", "export", "exports"), ("m", "1", "import", "imports")
PARTS = {
    "re-exports, which exports hold": (("rx", "3", "re-export", "re-exports"), ()),
    "domestic exports, which exports hold": (("dx", "domestic export", "domestic exports"), ()),
    "re-imports, which imports hold": ((), ("rm", "4", "re-import", "re-imports")),
    "foreign imports, which imports hold": ((), ("fm", "foreign import", "foreign imports")),
    "trade for or after processing, which the flow holds": (("xip", "xop"), ("mip", "mop")),
}
"""Flows that are part of another one: why they are set aside, and the words of those that leave and that arrive."""
EUROPE = {"492": "Europe EU, nes"}
"""A number that is Monaco with ISO, and with Comtrade what of the European Union is not specified."""


def read_comtrade(path: Path) -> TradeFile:
    """Trade out of a file, or of all files of a folder or archive, that Comtrade has given as CSV.

    `reporter` says whose customs it is: of the same trade the two sides' figures stand apart.

    Raises:
        InputError: everything that is wrong with it.
    """
    tables = sources(path, lambda name: name.lower().endswith((".csv", ".csv.gz", ".txt")), "CSV files of Comtrade")
    wrong = Wrong()
    name = tables[0].name if len(tables) == 1 else path.name
    rows = Rows(name, Countries(name, wrong, EUROPE), wrong, "usd")
    kinds: dict[str, set[str]] = {"classification": set(), "frequency": set()}
    for table in tables:
        heading = heading_of(table)
        columns = _columns(heading, table, wrong)
        wrong.check(table.name)
        for block in blocks(table, heading, list(columns.values()), wrong):
            for kind, met in kinds.items():
                if kind in columns:
                    met |= {cell.upper() for cell in block.cells[columns[kind]].unique().to_pylist() if cell}
            rows.add(_table(block, columns, table.name, rows))
    wrong.check(name)
    classification = _classification(kinds["classification"], rows)
    _whole(rows, _months(kinds["frequency"], rows))
    _light(rows)
    said = "exports are free on board, imports with cost, insurance and freight"
    rows.remarks.append(Remark("valuation", rows.name, said))
    return rows.settle(classification=classification)


def _columns(heading: Heading, source: Source, wrong: Wrong) -> dict[str, str]:
    wanted: dict[str, tuple[str, ...]] = dict(WANTED)
    columns = columns_of(heading, source.name, wanted, ("year", "flow", "goods", "value"), wrong)
    for side in ("reporter", "partner"):
        known = [role for role in (side, f"{side} name", f"{side} number") if role in columns]
        if not known:
            columns_of(heading, source.name, {side: WANTED[side]}, (side,), wrong)
        elif side not in columns:
            columns[side] = columns[known[0]]
    return columns


def _table(block: Block, columns: dict[str, str], name: str, rows: Rows) -> pd.DataFrame:
    wrong, countries = rows.wrong, rows.countries
    flow = block.cells[columns["flow"]]
    out, into = is_one_of(flow, EXPORTS), is_one_of(flow, IMPORTS)
    why = np.zeros(len(block), dtype=np.int64)
    known = out | into
    for reason, (leaving, arriving) in PARTS.items():
        away = is_one_of(flow, leaving)
        part = away | is_one_of(flow, arriving)
        why[part] = rows.reason(reason)
        known |= part
        out = out | away
    tell(~known, block, columns["flow"], name, wrong, "give X or M, Export or Import")
    sides = {}
    for side in ("reporter", "partner"):
        others = [columns[role] for role in (f"{side} name", f"{side} number") if role in columns]
        sides[side] = countries.places(block, columns[side], *others)
    value = amounts_of(block, columns["value"], name, wrong) / 1e6
    data: dict[str, object] = {
        "row": block.rows,
        "file": name,
        "why": why,
        "year": years_of(block, columns["year"], name, wrong),
        "month": _month(block, columns),
        "exporter": np.where(out, sides["reporter"], sides["partner"]),
        "importer": np.where(out, sides["partner"], sides["reporter"]),
        "reporter": sides["reporter"],
        "goods": _goods(block, columns["goods"], name, wrong),
        "trade": value,
        "part": _parts(block, columns),
    }
    if "weight" in columns:
        tonnes = amounts_of(block, columns["weight"], name, wrong) / 1000
        data["tonnes"] = tonnes
    return pd.DataFrame(data)


def _month(block: Block, columns: dict[str, str]) -> Any:
    """The month of a period of six digits, else 0 (n_rows,)."""
    if "period" not in columns:
        return np.zeros(len(block), dtype=np.int64)
    period = block.cells[columns["period"]]
    monthly = pc.match_substring_regex(period, r"^[0-9]{4}(0[1-9]|1[0-2])$")
    month = pc.utf8_slice_codeunits(pc.if_else(monthly, period, "000000"), 4, 6)
    return month.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _goods(block: Block, column: str, name: str, wrong: Wrong) -> Any:
    goods = pd.Series(texts_of(block, column)).str.strip("'")
    goods = goods.where(~goods.str.upper().isin(["TOTAL", "ALL"]), TOTAL)
    numbers = goods.str.fullmatch(r"\d{1,6}")
    tell(np.asarray(~(numbers | (goods == TOTAL)), dtype=bool), block, column, name, wrong, "give digits, or TOTAL")
    return goods.array


def _parts(block: Block, columns: dict[str, str]) -> Flags:
    """Whether a row is part of a flow only: by mode of transport, customs procedure or second partner (n_rows,)."""
    part = np.zeros(len(block), dtype=bool)
    for role, words in WHOLE.items():
        if role in columns:
            part |= ~is_one_of(block.cells[columns[role]], words)
    return part


def _classification(met: set[str], rows: Rows) -> str:
    """HS or SITC; both in one file are refused, several editions of one are told."""
    families = {"HS" if re.match(r"H\d|HS", code) else "SITC" if code.startswith("S") else code for code in met}
    if len(families) > 1:
        found = " and ".join(sorted(families))
        rows.wrong.add(
            f"{rows.name}, classification", found, "give goods of one classification: they are the same trade"
        )
    if len(met) > 1:
        said = f"goods by several editions: {', '.join(sorted(met))}; the same code may be other goods"
        rows.remarks.append(Remark("editions", rows.name, said))
    family = next(iter(families)) if len(families) == 1 else "HS"
    if family == "HS":
        for table in rows.tables:
            short = table["goods"].str.len() % 2 == 1
            table["goods"] = table["goods"].where(~short | (table["goods"] == TOTAL), "0" + table["goods"])
    return family if family in ("HS", "SITC") else ""


def _months(met: set[str], rows: Rows) -> list[str]:
    """Keep the months of a monthly file, whose flows are told apart by them; the columns that tell flows apart."""
    monthly = any((table["month"] > 0).any() for table in rows.tables)
    if monthly and (len(met & {"A", "M"}) > 1 or any((table["month"] == 0).any() for table in rows.tables)):
        rows.wrong.add(f"{rows.name}, period", "months and whole years", "give one of the two: they are the same trade")
    if monthly:
        years = pd.concat([table[["year", "month"]] for table in rows.tables]).drop_duplicates().groupby("year").size()
        short = [f"{year} ({count} months)" for year, count in years.items() if count < 12]
        if short:
            rows.remarks.append(Remark("months missing", rows.name, f"not whole: {', '.join(short)}"))
    else:
        rows.tables = [table.drop(columns="month") for table in rows.tables]
    return ["year", *(["month"] if monthly else []), "exporter", "importer", "reporter", "goods"]


def _whole(rows: Rows, keys: list[str]) -> None:
    """Set aside the parts of flows whose whole is there; tell of flows that are there in parts only."""
    if not rows.tables:
        return
    table = pd.concat(rows.tables, ignore_index=True)
    part = table["part"] & (table["why"] == 0)
    if part.any():
        whole = pd.MultiIndex.from_frame(table.loc[~table["part"] & (table["why"] == 0), keys])
        flows = pd.MultiIndex.from_frame(table.loc[part, keys])
        held = pd.Series(flows.isin(whole), index=table.index[part])
        lone = table.loc[held.index[~held]].drop_duplicates(keys)
        for row in lone.itertuples():
            found = "a part by transport, customs procedure or second partner, without the row of the whole"
            remedy = "ask Comtrade for motCode=0, customsCode=C00 and partner2Code=0 too"
            rows.wrong.add(f"{row.file}, row {row.row}", found, remedy)
        rows.wrong.check(rows.name)
        table.loc[part, "why"] = rows.reason("a part by transport, customs procedure or second partner")
        said = "by transport, customs procedure or second partner: the row of the whole is taken"
        rows.remarks.append(Remark("parts", rows.name, f"{counted(int(part.sum()))} {said}"))
    for number, reason in enumerate(rows.reasons):
        count = int((table.loc[~part, "why"] == number).sum())
        if reason and count:
            rows.remarks.append(Remark("parts", rows.name, f"{counted(count)} of {reason}: set aside"))
    rows.tables = [table.drop(columns="part")]


def _light(rows: Rows) -> None:
    """Take a weight of nothing for no weight, and say what of the trade is weighed."""
    for table in rows.tables:
        if "tonnes" in table.columns:
            none = (table["tonnes"] == 0) & (table["trade"] > 0)
            table.loc[none, "tonnes"] = np.nan
            table["weighed"] = table["trade"].where(table["tonnes"].notna(), 0.0)
            if none.any():
                said = f"{counted(int(none.sum()))} of trade that weighs nothing: taken as not weighed"
                rows.remarks.append(Remark("no weight", rows.name, said))
