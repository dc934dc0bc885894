"""The paths that trips take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.corridor.roads import Floats, Ints


@dataclass(frozen=True, eq=False)
class UsedPaths:
    """Paths with flow, by class, origin and destination."""

    trip_class: Ints
    """Index into the classes of the network (n_paths,)."""
    origin: Ints
    """Nodes (n_paths,)."""
    destination: Ints
    trips: Floats
    """(n_paths,)."""
    first: Ints
    """Links of a path, in their order from the origin: `links[first[k]:first[k + 1]]` (n_paths + 1,)."""
    links: Ints
    """Indices into the links of the network."""

    def __len__(self) -> int:
        return len(self.trips)

    def over(self, link: int) -> Ints:
        """Which paths pass a link (n,), for what is asked of a single link."""
        found: Ints = np.unique(np.searchsorted(self.first, np.flatnonzero(self.links == link), side="right") - 1)
        return found

    def sums(self, of_link: Floats) -> Floats:
        """What each path adds up from its links (n_links,): its cost or length (n_paths,)."""
        path = np.repeat(np.arange(len(self)), np.diff(self.first))
        found: Floats = np.bincount(path, of_link[self.links], len(self)).astype(np.float64)
        return found
