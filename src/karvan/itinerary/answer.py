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
    known = _answers(network)
    key = replace(ask, depart=EVER, promised=None), running
    if key not in known:
        while len(known) >= MOST_KEPT:
            known.pop(next(iter(known)), None)
        known[key] = choose(network, ask, search(network, ask))
        return known[key]
    kept = known[key]
    return Choice(network, ask, kept.found, tuple(replace(option, ask=ask) for option in kept.options))


@lru_cache(maxsize=16)
def _answers(network: Network) -> dict[Any, Choice]:  # noqa: ARG001 (a table of its own for each network)
    return {}
