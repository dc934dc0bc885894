"""Which methods an address takes, read from the contract: every address tells the same, whoever serves it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

PART = re.compile(r"\\\{\w+\\\}")


def methods_at(contract: Mapping[str, Any], path: str) -> list[str]:
    """The methods of a path, sorted; none where there is no such address."""
    there = (methods for known, methods in contract["paths"].items() if _like(known).fullmatch(path))
    return sorted({method.upper() for methods in there for method in methods})


@lru_cache(maxsize=1000)
def _like(known: str) -> re.Pattern[str]:
    return re.compile(PART.sub("[^/]+", re.escape(known)))
