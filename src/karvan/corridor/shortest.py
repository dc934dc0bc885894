"""Shortest ways over the links of a corridor: the shortest feasible distance between two places by one mode."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from math import inf

from karvan.corridor.corridor import Corridor


class Shortest:
    """Shortest lengths over links of one mode, of those gauges where it is rail; whether or not a service runs there.

    Services, prices, borders and opening hours are not looked at: the distance is the infrastructure's, and so the same
    for everybody. What has been worked out is kept.
    """

    def __init__(self, corridor: Corridor) -> None:
        self._out: dict[tuple[str, str], list[tuple[str, float, str]]] = defaultdict(list)
        for link in corridor.rows("link"):
            self._out[link.mode, link.from_place].append((link.to_place, link.length_km, link.gauge_mm))
            if not link.one_way:
                self._out[link.mode, link.to_place].append((link.from_place, link.length_km, link.gauge_mm))
        self._found: dict[tuple[str, frozenset[str], str, str], float] = {}

    def km(self, mode: str, gauges: frozenset[str], start: str, end: str) -> float:
        """Length (km) of the shortest way; infinite where there is none. Dijkstra (1959)."""
        key = mode, gauges, start, end
        if key not in self._found:
            self._found[key] = self._search(mode, gauges, start, end)
        return self._found[key]

    def _search(self, mode: str, gauges: frozenset[str], start: str, end: str) -> float:
        agenda, settled = [(0.0, start)], set[str]()
        while agenda:
            km, place = heappop(agenda)
            if place == end:
                return km
            if place not in settled:
                settled.add(place)
                for head, length, gauge in self._out.get((mode, place), ()):
                    if head not in settled and gauge in gauges:
                        heappush(agenda, (km + length, head))
        return inf
