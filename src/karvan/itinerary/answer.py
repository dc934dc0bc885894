"""The answer to a request: what is found, and what of it is shown.

Where nothing changes by the clock, requests that differ in their day alone have the same answer but for the dates:
it is worked out once.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from karvan.itinerary.calendar import steady
from karvan.itinerary.choice import Choice, choose
from karvan.itinerary.graph import EVER
from karvan.itinerary.kept import keep
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.search import search
from karvan.network.network import Network

MOST_KEPT = 1_000
"""Answers that are kept for a network: some 50 kB each."""


def answer(network: Network, ask: FindItineraries) -> Choice:
    """Search, and choose what to show."""
    running = None if ask.until is not None or ask.arrive_by is not None else steady(network, ask)
    if running is None:
        return choose(network, ask, search(network, ask))
    known, key = _answers(network), (replace(ask, depart=EVER, promised=None), running)
    kept = known.get(key)
    if kept is None:
        kept = choose(network, ask, search(network, ask))
        keep(known, key, kept, MOST_KEPT)
        return kept
    return kept.for_another_day(ask)


@lru_cache(maxsize=16)
def _answers(network: Network) -> dict[Any, Choice]:  # noqa: ARG001 (a table of its own for each network)
    return {}
