"""Packing again after a change: what no changed row bears on is taken over from the network that there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.network.network import ArcIx, Floats, Network, pack
from karvan.network.ride import Riding, Way
from karvan.network.through import MONEY

PACKED = {
    "place", "link", "facility", "vehicle", "service", "stop", "tariff", "emission_factor", "grid_intensity", "regime",
}  # fmt: skip
"""Tables that a network is made of; the others are looked up when a request is answered."""
SHAPES = {
    "facility": {"place", "kind", "serves", "from_mode", "to_mode", "from_gauge_mm", "to_gauge_mm", "one_way"},
    "service": {"mode", "both_ways"},
    "vehicle": {"mode"},
    "tariff": {"kind", "service", "services", "unit", "from_place", "to_place"},
}
"""Columns that decide which arcs there are, of the tables whose other columns only say what an arc costs."""
Pair = tuple[Row, Row]
"""A row as it was, and as it is."""


def repack(network: Network, corridor: Corridor) -> Network:
    """The network of a changed corridor: the same as `pack` gives, number by number.

    Where rows of services, vehicles, facilities or prices of legs have other figures, only the ways on which they bear
    are worked out anew; where the change is of another kind, everything is.
    """
    measured, documents = network.riding.measured, network.riding.documents.names
    changed = _changed(network.corridor, corridor)
    if changed is None:
        return pack(corridor, measured, documents)
    if not changed:
        return replace(network, corridor=corridor)
    riding = Riding(corridor, measured, documents)
    near = _Near(corridor, changed)
    anew = {ix: riding.again(way) for ix, way in enumerate(network.ways) if near.bears_on(way)}
    sums, wait_h, wait_h2 = network.sums.copy(), network.wait_h.copy(), network.wait_h2.copy()
    for arc, figures in _sums(network, riding, anew, near.facilities):
        sums[arc] = figures
        if network.arcs[arc].rate:  # a through rate holds as it did
            sums[arc, MONEY] = network.sums[arc, MONEY]
    for arc, hours, variance in _waits(network, riding, anew):
        wait_h[arc], wait_h2[arc] = hours, variance
    ways = tuple(anew.get(ix, way) for ix, way in enumerate(network.ways))
    return replace(
        network, corridor=corridor, riding=riding, ways=ways, sums=sums, wait_h=wait_h, wait_h2=wait_h2
    )  # fmt: skip


def _changed(old: Corridor, new: Corridor) -> dict[str, list[Pair]] | None:
    """The rows of PACKED that have other figures, by table; None where there are other arcs, or may be."""
    found = {}
    for table in sorted(PACKED):
        before, after = old.rows(table), new.rows(table)
        if before is after or before == after:
            continue
        if table not in SHAPES or len(before) != len(after):
            return None
        pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        shape = {"id", *SHAPES[table]}
        if any(getattr(a, name) != getattr(b, name) for a, b in pairs for name in shape):
            return None
        if table == "tariff" and any(row.kind == "through" for row, _ in pairs):
            return None
        found[table] = pairs
    return found


class _Near:
    """What changed rows bear on."""

    def __init__(self, corridor: Corridor, changed: dict[str, list[Pair]]) -> None:
        self.facilities = {row.id: row for _, row in changed.get("facility", ())}
        self.places = {row.place for row in self.facilities.values()}
        vehicles = {row.id for _, row in changed.get("vehicle", ())}
        self.services = {
            *(row.id for _, row in changed.get("service", ())),
            *(row.service for _, row in changed.get("tariff", ())),
            *(row.id for row in corridor.rows("service") if row.vehicle in vehicles),
        }

    def bears_on(self, way: Way) -> bool:
        """Whether a way may cost something else than it did: by itself, or by what it passes at its stops."""
        return way.service.id in self.services or any(stop.place in self.places for stop in way.stops)


def _sums(
    network: Network, riding: Riding, anew: dict[int, Way], facilities: dict[str, Row]
) -> Iterator[tuple[ArcIx, Floats | tuple[float, ...]]]:
    """The sums of the arcs that may have others."""
    rides = {ix: riding.ride_sums(way) for ix, way in anew.items()}
    for at in np.flatnonzero(np.isin(network.way, list(anew))).tolist():
        arc = network.arcs[at]
        yield ArcIx(at), rides[arc.way][arc.board, arc.alight]
    passages = {name: riding.passage(row).sums for name, row in facilities.items()}
    for ix, arc in enumerate(network.arcs if passages else ()):
        if arc.facility in passages:
            yield ArcIx(ix), passages[arc.facility]


def _waits(network: Network, riding: Riding, anew: dict[int, Way]) -> Iterator[tuple[ArcIx, float, float]]:
    """Mean wait before each ride that may have another, and its variance."""
    known = {}
    for at in np.flatnonzero(np.isin(network.way, list(anew))).tolist():
        arc = network.arcs[at]
        if (arc.way, arc.board) not in known:
            known[arc.way, arc.board] = riding.wait_item(anew[arc.way], arc.board)
        wait = known[arc.way, arc.board]
        yield ArcIx(at), wait.hours, wait.variance_h2
