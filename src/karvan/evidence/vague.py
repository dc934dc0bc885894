"""Dates that are as vague as their source: a day, a month, a year, or some years."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange

_SHAPE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?|(\d{4})-(\d{4})")


def span(text: str) -> tuple[dt.date, dt.date] | None:
    """First and last day that a date may mean; None where it is none (`not known`).

    >>> span("2025-04")
    (datetime.date(2025, 4, 1), datetime.date(2025, 4, 30))
    >>> span("2023-2024")
    (datetime.date(2023, 1, 1), datetime.date(2024, 12, 31))
    """
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    year, month, day, first, last = found.groups()
    try:
        if first:
            days = dt.date(int(first), 1, 1), dt.date(int(last), 12, 31)
            return days if days[0] < days[1] else None
        if day:
            one = dt.date(int(year), int(month), int(day))
            return one, one
        low, high = (int(month), int(month)) if month else (1, 12)
        return dt.date(int(year), low, 1), dt.date(int(year), high, monthrange(int(year), high)[1])
    except ValueError:  # there is no 13th month, 30th of February or year 0
        return None


def earliest(text: str) -> dt.date:
    """The first day that a date may mean, to order by; what has no date comes last."""
    days = span(text)
    return days[0] if days else dt.date.max
