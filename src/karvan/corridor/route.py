"""The links under a service: which line its vehicles take between its stops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row

Joined = Mapping[tuple[str, str, str], Sequence[Row]]
"""(mode, from, to) -> links, shortest first."""


def joined_places(corridor: Corridor) -> dict[tuple[str, str, str], list[Row]]:
    """The links from one place to another of a mode: (mode, from, to) -> links, shortest first."""
    joined: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for link in sorted(corridor.rows("link"), key=lambda link: (link.length_km, link.id)):
        joined[link.mode, link.from_place, link.to_place].append(link)
        if not link.one_way:
            joined[link.mode, link.to_place, link.from_place].append(link)
    return joined


def route(joined: Joined, mode: str, places: Sequence[str]) -> list[Row]:
    """The link of each hop: with the fewest changes of gauge, then the shortest, then by id.

    Every two neighbours of `places` must be joined.
    """
    best: dict[str, tuple[int, float, list[Row]]] = {}
    for start, end in pairwise(places):
        reached: dict[str, tuple[int, float, list[Row]]] = {}
        for link in joined[mode, start, end]:
            for gauge, (changes, km, links) in (best or {link.gauge_mm: (0, 0.0, [])}).items():
                way = changes + (gauge != link.gauge_mm), km + link.length_km, [*links, link]
                known = reached.get(link.gauge_mm)
                if known is None or way[:2] < known[:2]:
                    reached[link.gauge_mm] = way
        best = reached
    return min(best.values(), key=lambda way: (way[0], way[1], way[2][-1].id))[2] if best else []
