"""Compiling every kernel before it is needed, by running each on a corridor of two places."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

from karvan.corridor import load
from karvan.itinerary import FindItineraries, search
from karvan.network import pack


def warm() -> Iterator[tuple[str, float]]:
    """Names of the kernels and the seconds that each took."""
    network = pack(load())
    place = network.nodes[0].place
    began = time.perf_counter()
    search(network, FindItineraries(place, place, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), horizon_days=1))
    yield "label-setting search", time.perf_counter() - began
