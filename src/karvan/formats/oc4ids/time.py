"""Months, days and instants: karvan's tables hold months, OC4IDS instants."""

from __future__ import annotations

import datetime as dt

DAYS_A_YEAR = 365.25


def instant_of(month: str) -> str:
    """The beginning of a month, in UTC."""
    return f"{month}-01T00:00:00Z"


def day_of(text: str) -> str | None:
    """The beginning of a day, in UTC; None for what says less than a day."""
    try:
        return f"{dt.date.fromisoformat(text)}T00:00:00Z" if len(text) == len("2025-04-23") else None
    except ValueError:
        return None


def after_months(month: str, months: int) -> str:
    """The month so many months later; past the year 9999 there is none: ''."""
    year, rest = divmod(12 * int(month[:4]) + int(month[5:]) - 1 + months, 12)
    return f"{year:04d}-{rest + 1:02d}" if year <= 9999 else ""


def when(text: str) -> dt.datetime:
    """The instant that a text of the standard says."""
    return dt.datetime.fromisoformat(text.upper())


def month_after(text: str) -> str:
    """The first month that begins at an instant or after it, by the clock of its own zone."""
    at = when(text)
    if at.day == 1 and at.time() == dt.time():
        return text[:7]
    year, month = divmod(12 * at.year + at.month, 12)
    return f"{year:04d}-{month + 1:02d}"


def whole_months(start: str | None, end: str | None) -> int | None:
    """Months between two beginnings of months in one zone; None for anything else."""
    if not start or not end:
        return None
    first, last = when(start), when(end)
    whole = all(at.day == 1 and at.time() == dt.time() for at in (first, last))
    if not whole or first.utcoffset() != last.utcoffset():
        return None
    return 12 * (last.year - first.year) + last.month - first.month
