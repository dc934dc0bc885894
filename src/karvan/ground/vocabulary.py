"""Words that every floor uses in the same sense."""

from __future__ import annotations

Address = tuple[str, str, str]
"""Table, row, column of one number of the corridor."""
