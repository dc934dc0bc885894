"""Tables whose rows are published figures: each number is a fact and its own basis."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from karvan.ground.vocabulary import Address
from karvan.tables import BY_NAME, Table
from karvan.tables.trading import PUBLISHED

Row = Any
Rows = Callable[[str], Sequence[Row]]
ROWS: dict[str, Any] = {name: namedtuple(name, BY_NAME[name].names) for name in ("fact", "basis")}
TRADE = "trade"


def facts(rows: Rows) -> Iterator[Row]:
    """The facts that published rows are, one for each of their numbers."""
    for table in PUBLISHED:
        for row in rows(table.name):
            for column in _columns(table):
                if getattr(row, column) is not None:
                    yield _fact(table, row, column)


def basis(rows: Rows, address: Address) -> Row | None:
    """The basis of a published number: itself. None where there is no such number, or it is none that is published."""
    name, key, column = address
    table = next((one for one in PUBLISHED if one.name == name), None)
    if table is None or column not in _columns(table):
        return None
    for row in rows(name):
        if _key(table, row) == key and getattr(row, column) is not None:
            return ROWS["basis"](
                name, key, column, (_fact(table, row, column).id,), (), "read", row.confidence, row.note
            )
    return None


def _fact(table: Table, row: Row, column: str) -> Row:
    fact, said = ROWS["fact"], table.column(column)
    value, key = f"{getattr(row, column):.10g}", _key(table, row)
    if table.name == TRADE:  # its rows have ids as facts do, and one number each
        metric = f"goods {row.flow}" + (", share of all" if column == "share_pct" else "")
        subject, period = f"trade:{row.reporter}-{row.partner}", row.period or str(row.year)
        return fact(row.id, subject, metric, value, said.unit, period, row.says, row.source, row.confidence, row.note)
    period = str(getattr(row, "year", ""))
    name = f"{table.name}/{key}/{column}"
    return fact(name, f"{table.name}:{key}", column, value, said.unit, period, "", row.source, row.confidence, row.note)


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table if column.use == "published")


def _key(table: Table, row: Row) -> str:
    return ":".join(str(getattr(row, name)) for name in table.key)
