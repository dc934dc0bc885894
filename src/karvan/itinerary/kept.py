"""What is kept from one request to the next, in tables that several threads read and write."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
_writing = Lock()


def keep(known: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Put a value into a table, and take out the oldest where there are more than so many.

    Reading needs no lock: `known.get(key)` gives a whole value or none.
    """
    with _writing:
        known[key] = value
        while len(known) > most:
            del known[next(iter(known))]
