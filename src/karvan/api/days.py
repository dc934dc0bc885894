"""Days in requests."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BeforeValidator

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _as_written(text: object) -> object:
    """Only what OpenAPI calls a date: pydantic would take 0 for the first of January 1970."""
    if isinstance(text, str) and not DAY.fullmatch(text):
        raise ValueError("give a day as 2026-12-01")
    return text


Day = Annotated[dt.date, BeforeValidator(_as_written)]
