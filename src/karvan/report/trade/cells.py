"""Cells of documents and of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def clean(value: Any) -> Any:
    """A cell as JSON has it: what is no finite number is missing."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not isfinite(value) else value


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as JSON has them."""
    return [{str(name): clean(value) for name, value in row.items()} for row in frame.to_dict("records")]


def cleaned(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON has them."""
    return [{name: clean(value) for name, value in row.items()} for row in rows]


def span(low: float, high: float | None, form: str) -> str:
    """Bounds as they are shown: one figure where both are the same to its last digit."""
    if high is None:
        return f"{low:{form}} or more"
    first, last = f"{low:{form}}", f"{high:{form}}"
    return first if first == last else f"{first} to {last}"
