"""A file of trade of whatever kind: which one it is, by its heading, and what is read from it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from karvan.formats.trade.baci import NAME, read_baci
from karvan.formats.trade.cells import Heading, heading_of
from karvan.formats.trade.comtrade import read_comtrade
from karvan.formats.trade.file import TradeFile
from karvan.formats.trade.gravity import FLOWS, read_gravity
from karvan.formats.trade.plain import read_trade_csv
from karvan.formats.trade.source import sources
from karvan.ground.errors import InputError, Problem

TradeKind = Literal["baci", "gravity", "comtrade", "tariffs", "csv"]


def trade_kind(path: Path) -> TradeKind:
    """Which kind of file it is: one of BACI, of Gravity or of Comtrade, tariffs of WITS, or a plain table.

    Raises:
        InputError: it cannot be read.
    """
    tables = sources(path, lambda name: name.lower().endswith((".csv", ".txt", ".tsv", ".gz")), "a table of trade")
    if any(NAME.match(Path(table.member or table.path.name).name) for table in tables):
        return "baci"
    return _kind(heading_of(tables[0]))


def _kind(heading: Heading) -> TradeKind:
    def has(*names: str) -> bool:
        return all(heading.find(name) is not None for name in names)

    if has("t", "i", "j", "k", "v"):
        return "baci"
    if has("iso3_o", "iso3_d") and any(has(flow) for flow in FLOWS):
        return "gravity"
    if has("refYear", "primaryValue") or has("Reporter", "Partner", "Trade Flow", "Trade Value (US$)"):
        return "comtrade"
    return "tariffs" if has("Simple Average") or has("Weighted Average") else "csv"


def read_trade(path: Path, *, years: Collection[int] | None = None) -> TradeFile:
    """Trade of a file of any of these kinds, with what each reader takes where nothing is said.

    Raises:
        InputError: everything that is wrong with it; it has tariffs, which are no trade.
    """
    kind = trade_kind(path)
    if kind == "tariffs":
        raise InputError(path.name, [Problem(path.name, "tariffs", "give a file of trade")])
    if kind == "baci":
        return read_baci(path, years=years)
    if kind == "gravity":
        return read_gravity(path, years=years)
    read = read_comtrade(path) if kind == "comtrade" else read_trade_csv(path)
    return read if years is None else read.of_years(years)
