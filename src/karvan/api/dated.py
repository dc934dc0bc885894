"""The document of a plan for another day: the same text with other dates, where nothing changes by the clock."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from karvan.api.answers import encoded

MARK = "\ue000date\ue000"
"""Stands for a date in the text; of a private use, so that no name has it."""
MARKED = f'"{MARK}"'.encode()


@dataclass(frozen=True, slots=True)
class Dated:
    """The text of a document without its dates, compressed, and how long after the departure each of them is."""

    text: bytes
    after: tuple[dt.timedelta, ...]
    """Each different one once."""
    which: tuple[int, ...]
    """Of each date in the text, in its order."""

    def at(self, depart: dt.datetime) -> bytes:
        """The document for a departure, as it would be sent."""
        since, zone = depart.astimezone(dt.UTC), depart.tzinfo
        dates = [f'"{(since + after).astimezone(zone).isoformat()}"'.encode() for after in self.after]
        parts = zlib.decompress(self.text).split(MARKED)
        between = [dates[which] for which in self.which]
        return b"".join(chain.from_iterable(zip_longest(parts, between, fillvalue=b"")))


def dated(document: dict[str, Any], depart: dt.datetime) -> Dated | None:
    """A plan's document for that departure without its dates; None where more rests on the day than these.

    Dates are `depart` and `arrive` of the request, of options and of legs.
    """
    if any(option["spread"] is not None and option["spread"]["connections"] for option in document["options"]):
        return None
    dates: list[str] = []

    def marked(told: dict[str, Any], *names: str) -> dict[str, Any]:
        dates.extend(told[name] for name in names)
        return told | dict.fromkeys(names, MARK)

    # In the order in which they stand in the text: an option's own dates are before those of its legs.
    request = marked(document["request"], "depart")
    options = []
    for option in document["options"]:
        told = marked(option, "depart", "arrive")
        options.append(told | {"legs": [marked(leg, "depart", "arrive") for leg in option["legs"]]})
    text = encoded(document | {"request": request, "options": options})
    if text.count(MARKED) != len(dates):
        return None
    number: dict[dt.timedelta, int] = {}
    which = [number.setdefault(dt.datetime.fromisoformat(date) - depart, len(number)) for date in dates]
    return Dated(zlib.compress(text, 1), tuple(number), tuple(which))
