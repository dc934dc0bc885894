"""A network of links with volume-delay functions and the trips between its zones, as TNTP and GMNS folders hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from karvan.ground.errors import InputError, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TripClass:
    """Trips of one kind: how many there are between zones, what each takes of a link, what it minds besides time."""

    name: str
    trips: Floats
    """From zone to zone (n_zones, n_zones); what stays in its zone is kept here and put on no link."""
    pce: float = 1.0
    """What one trip takes of a link's capacity."""
    toll_weight: float = 0.0
    """Units of time that it minds a unit of toll as much as."""
    length_weight: float = 0.0
    """Units of time that it minds a unit of length as much as."""


@dataclass(frozen=True, eq=False)
class Roads:
    """Nodes, links and trips. Time, length and toll are in the units of the files that they come from.

    A trip on a link with flow x takes free_flow (1 + b (x / capacity) ** power), the function of the Bureau of Public
    Roads (1964), and to that adds what its class minds of toll and length.
    """

    name: str
    nodes: Ints
    """What the files call each node (n_nodes,); the zones come first."""
    n_zones: int
    through: Flags
    """Whether a node may be passed on the way; at others trips only begin and end (n_nodes,)."""
    tail: Ints
    """Node that a link leads from, an index into `nodes` (n_links,)."""
    head: Ints
    capacity: Floats
    """Flow per unit of the trips' time; infinite where there is no limit (n_links,)."""
    free_flow: Floats
    b: Floats
    power: Floats
    toll: Floats
    length: Floats
    classes: tuple[TripClass, ...]
    links: tuple[str, ...] = ()
    """What the files call each link, where they do."""
    lon_lat: Floats | None = None
    """Where nodes are, in whatever coordinates the files have; NaN where they do not say (n_nodes, 2)."""
    node_names: tuple[str, ...] = ()
    """What the files call each node, where that is no number (n_nodes,)."""
    zone_ids: Ints | None = None
    """What the files call each zone, where that is not what they call its node (n_zones,)."""
    zone_names: tuple[str, ...] = ()
    """What the files call each zone, where that is no number (n_zones,)."""

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise InputError(self.name, problems)

    @property
    def zones(self) -> Ints:
        """What the files call each zone, or its place among those that they call by names (n_zones,)."""
        return self.nodes[: self.n_zones] if self.zone_ids is None else self.zone_ids

    @property
    def n_nodes(self) -> int:
        return len(self.nodes)

    @property
    def n_links(self) -> int:
        return len(self.tail)

    def fixed(self, trips: TripClass) -> Floats:
        """What a class minds of each link's toll and length, units of time (n_links,)."""
        return trips.toll_weight * self.toll + trips.length_weight * self.length

    def node(self, ix: int) -> str:
        """What the files call a node."""
        return self.node_names[ix] if self.node_names else str(self.nodes[ix])

    def zone(self, ix: int) -> str:
        """What the files call a zone."""
        if self.zone_names:
            return self.zone_names[ix]
        return str(self.zone_ids[ix]) if self.zone_ids is not None else self.node(ix)

    def link(self, ix: int) -> str:
        """How a message calls a link."""
        ends = f"{self.node(int(self.tail[ix]))} - {self.node(int(self.head[ix]))}"
        return f"{self.links[ix]} ({ends})" if self.links else ends

    def _problems(self) -> Iterator[Problem]:
        """What no method could work with, each with the first place where it is found."""
        none_negative = "give a number of 0 or more"
        columns = (
            ("free_flow", self.free_flow >= 0, none_negative),
            ("capacity", self.capacity > 0, "give a number above 0; leave out a link that nobody can use"),
            ("b", self.b >= 0, none_negative),
            ("power", self.power >= 0, none_negative),
            ("toll", np.isfinite(self.toll), "give a number"),
            ("length", self.length >= 0, none_negative),
        )
        for name, fine, remedy in columns:
            values: Floats = getattr(self, name)
            bad = np.flatnonzero(~fine | np.isnan(values) | ((name != "capacity") & np.isinf(values)))
            for ix in bad[:5]:
                yield Problem(f"link {self.link(int(ix))}, {name}", str(values[ix]), remedy)
        for of in self.classes:
            bad = np.flatnonzero(~((of.trips >= 0) & np.isfinite(of.trips)).ravel())
            for cell in bad[:5]:
                start, end = divmod(int(cell), self.n_zones)
                address = f"trips of {of.name}, {self.zone(start)} to {self.zone(end)}"
                yield Problem(address, str(of.trips[start, end]), none_negative)
            if not 0 < of.pce < np.inf:
                yield Problem(f"class {of.name}, pce", str(of.pce), "give a number above 0")
            if (self.fixed(of) + self.free_flow < 0).any():
                ix = int(np.argmin(self.fixed(of) + self.free_flow))
                yield Problem(f"link {self.link(ix)}", "less than no time, by its toll", "give a toll that is no bribe")
