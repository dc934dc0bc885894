"""Cells of CSV tables: from text to values and back, by what the column says."""

from __future__ import annotations

import datetime as dt
import math
import re

from karvan.tables.column import Column

Cell = str | float | int | bool | dt.date | dt.datetime | tuple[str, ...] | None

LONGEST_TEXT = 200
"""Characters that an id, a name or a code may have; notes and statements may be longer."""
LARGEST = 1e12
"""The largest number that a cell may hold: whatever the quantity, a larger one is a slip, and its square overflows."""
LONGEST_NOTE = 5000
LONG_COLUMNS = (
    "note", "value", "title", "url", "scope", "facts", "rivals", "stops", "places", "where", "perimeter", "cells",
    "says", "tells", "outside", "parties", "sources", "projects", "commitments",
)  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class BadCell(ValueError):
    """A cell that the column does not admit; the message is the remedy."""


def parse(text: str, column: Column) -> Cell:
    """The value of a cell. An empty cell is None (text: '', flag: False, list: ()). Raises BadCell."""
    text = text.strip()
    if not text:
        if column.required:
            raise BadCell(f"give {column.expects()}")
        return empty(column)
    value = _of_kind(text, column)
    if column.one_of and not set(value if column.many else (value,)) <= set(column.one_of):  # type: ignore[arg-type]
        raise BadCell(f"give {column.expects()}")
    if column.numeric:
        _check_bounds(float(text), column)
    return value


def empty(column: Column) -> Cell:
    """What an empty cell holds."""
    if column.many:
        return ()
    if column.kind == "text":
        return ""
    return False if column.kind == "flag" else None


def _of_kind(text: str, column: Column) -> Cell:
    match column.kind:
        case "date" | "month" | "hour" | "instant":
            return _of_time(text, column)
        case "number" | "whole":
            return _number(text, column)
        case "flag":
            if text.lower() not in ("true", "false"):
                raise BadCell("give true or false")
            return text.lower() == "true"
        case _:
            return _text(text, column)


def _of_time(text: str, column: Column) -> Cell:
    match column.kind:
        case "hour":
            clock = _matched(_HOUR, text, column)
            return int(clock[1]) + int(clock[2]) / 60
        case "month":
            return _matched(_MONTH, text, column)[0]
        case "date":
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                raise BadCell(f"give {column.expects()}") from None
        case _:
            return _instant(text, column)


def _matched(pattern: re.Pattern[str], text: str, column: Column) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if not found:
        raise BadCell(f"give {column.expects()}")
    return found


def _number(text: str, column: Column) -> float | int:
    try:
        value = float(text)
    except ValueError:
        raise BadCell(f"give {column.expects()}") from None
    if "_" in text:  # Python reads 1_000; nobody else does
        raise BadCell(f"give {column.expects()}, without underscores")
    if not math.isfinite(value):
        raise BadCell(f"give {column.expects()}; a missing value is an empty cell")
    if abs(value) > LARGEST:
        raise BadCell(f"give {column.expects()}, {LARGEST:g} at most")
    if column.kind == "whole":
        if value != int(value):
            raise BadCell(f"give {column.expects()}")
        return int(value)
    return value


def _instant(text: str, column: Column) -> dt.datetime:
    """An instant in UTC. A date alone is its midnight there; a time of day needs a zone, for there are many."""
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is None and len(text) == len("2024-03-03"):
            found = found.replace(tzinfo=dt.UTC)
        if found.tzinfo is None:
            raise BadCell(f"give {column.expects()}")
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadCell(f"give {column.expects()}") from None


def _text(text: str, column: Column) -> Cell:
    longest = LONGEST_NOTE if column.name in LONG_COLUMNS else LONGEST_TEXT
    if len(text) > longest:
        raise BadCell(f"give at most {longest} characters")
    if _CONTROL.search(text):
        raise BadCell("give text without control characters")
    if column.many:
        return tuple(part.strip() for part in text.split(";") if part.strip())
    return text


def _check_bounds(value: float, column: Column) -> None:
    low, high = column.low, column.high
    if low is not None and (value < low or (column.above and value == low)):
        raise BadCell(f"give {column.expects()}")
    if high is not None and value > high:
        raise BadCell(f"give {column.expects()}")


def write(value: Cell, column: Column) -> str:
    """A value as the CSV table holds it; `parse` reads it back unchanged."""
    match value:
        case None | "" | ():
            return ""
        case bool():
            return str(value).lower() if value else ""
        case tuple():
            return ";".join(value)
        case float() if column.kind == "hour":
            minutes = round(value * 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
        case float():
            return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
        case _:
            return _instant_text(value) if isinstance(value, dt.datetime) else str(value)


def _instant_text(value: dt.datetime) -> str:
    return f"{value:%Y-%m-%d}" if value.time() == dt.time() else value.isoformat().replace("+00:00", "Z")
