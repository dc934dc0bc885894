"""`karvan sql`: questions over all runs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from karvan.cli.output import json_option, print_json, print_rich
from karvan.cli.runs import in_option


@click.command("sql")
@click.argument("query", required=False)
@in_option
@click.option("--most", default=100, show_default=True, type=click.IntRange(1), help="Rows to show; --json has all.")
@json_option
def command(query: str | None, folder: Path | None, most: int, as_json: bool) -> None:
    """Answer QUERY, one SELECT, over all runs; without it, list the tables that can be asked.

    Each table has the column run and, where replications have their own, replication:

        karvan sql "select run, place, cause, sum(hours) from lost group by all"

    The table runs has a row a run. Nothing can be written.
    """
    from karvan.study import query as study

    if query is None:
        _print_tables(study.result_tables(folder).values(), as_json)
        return
    answer = study.query(query, folder)
    names = _unique(answer.column_names)
    if as_json:
        columns = [[as_json_value(value) for value in column.to_pylist()] for column in answer.columns]
        print_json(
            {"columns": names, "rows": [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]}
        )
        return
    shown = answer.slice(0, most)
    rows = zip(*(map(as_cell, column.to_pylist()) for column in shown.columns), strict=True)
    print_rich(_rich_table(names, rows, right=[_is_number(column.type) for column in shown.columns]))
    if answer.num_rows > most:
        print_rich(f"the first {most:,} of {answer.num_rows:,} rows; --most shows more, --json has all")


def _print_tables(tables: Iterable[Any], as_json: bool) -> None:
    kinds = [(table, list(table.columns())) for table in tables]
    if as_json:
        keys = ("name", "type", "unit", "doc")
        print_json(
            [
                {
                    "table": table.name,
                    "runs": table.runs,
                    "columns": [dict(zip(keys, one, strict=True)) for one in columns],
                }
                for table, columns in kinds
            ]
        )
    elif kinds:
        rows = ((table.name, *one) for table, columns in kinds for one in columns)
        print_rich(_rich_table(("table", "column", "type", "unit", "meaning"), rows, right=[False] * 5))
    else:
        print_rich("no run has tables yet")


def _rich_table(names: Iterable[str], rows: Iterable[Iterable[str]], right: list[bool]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    for name, number in zip(names, right, strict=True):
        table.add_column(escape(name), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def _is_number(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind))


def _unique(names: Iterable[str]) -> list[str]:
    """Names of columns, those that come again numbered: a, a_1."""
    unique: list[str] = []
    for name in names:
        number, tried = 0, name
        while tried in unique:
            number += 1
            tried = f"{name}_{number}"
        unique.append(tried)
    return unique


def as_cell(value: Any) -> str:
    """A value as the terminal shows it: six digits of what is not whole, nothing for what is missing."""
    match value:
        case None:
            return ""
        case float() | Decimal():
            return "" if math.isnan(value) else f"{value:.6g}"
        case _:
            return str(value)


def as_json_value(value: Any) -> Any:
    """A value as JSON holds it: what is not a number is missing, what JSON has no form for is text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            number = float(value)
            return number if math.isfinite(number) else None if math.isnan(number) else str(number)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dict():
            return {str(name): as_json_value(part) for name, part in value.items()}
        case list():
            return [as_json_value(part) for part in value]
        case _:
            return str(value)
