"""Flows on paths between all pairs, while they are being worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.corridor.roads import Flags
from karvan.flow.roads.net import Sorted
from karvan.flow.used_paths import UsedPaths

if TYPE_CHECKING:
    from karvan.kernels.path_flows import Paths

MOST_ROUNDS = 40
"""Rounds in which flow is settled among the paths that there are, between one look for better ones and the next."""
SETTLED = 0.03
"""Share of the excess found at that look that is left when they are settled."""


class PathFlows:
    """What the kernels of the same name work on."""

    def __init__(self, links: Sorted) -> None:
        """Load every pair on its best path, origin after origin, at the times that those before it left."""
        from karvan.kernels.link_time import refresh
        from karvan.kernels.path_flows import FREE, STATE, SUMS, load_first
        from karvan.kernels.tree import NONE

        n_links, n_pairs = links.roads.n_links, len(links.trips)
        self.links = links
        self.paths = _room((n_pairs, n_pairs + n_pairs // 4, 16 * n_pairs + 2 * links.roads.n_nodes), n_links)
        self.volume, self.time, self.slope, self._cost, self._toward = (np.zeros(n_links) for _ in range(5))
        self.flow = np.zeros((len(links.roads.classes), n_links))
        """What the paths added up to when they were last measured, in pce (n_classes, n_links)."""
        self.excess = 0.0
        self.search = bool(((links.function.power < 1) & (links.function.power > 0) & (links.function.b > 0)).any())
        """Whether every move of flow is found by a line search."""
        self._grove = links.grove()
        self._was = np.empty(0)
        self._several = np.empty(n_pairs, dtype=np.int32)
        self._pair_class = np.repeat(links.trip_class, np.diff(links.first))
        self._state, self._sums = np.zeros(STATE, dtype=np.int64), np.zeros(SUMS)
        self._state[FREE] = NONE
        refresh(links.function, self.volume, self.time, self.slope)
        while load_first(
            links.net, links.function, links.trip_class, links.origins, links.first, links.destination, links.trips,
            links.minded, self._grove, self.paths, self._state, self.volume, self.time, self.slope, self._cost,
        ):  # fmt: skip
            self._grow()

    def lost(self) -> Flags:
        """Which pairs have no path (n_pairs,)."""
        return np.asarray(self.paths.head < 0)

    def measure(self) -> float:
        """What flows cost more than on the best paths; paths that are better are added, with no flow yet."""
        from karvan.kernels.link_time import refresh
        from karvan.kernels.path_flows import EXCESS, measure

        links = self.links
        while measure(
            links.net, links.trip_class, links.origins, links.first, links.destination, links.trips, links.minded,
            self.time, self._grove, self.paths, self._state, self._sums, self.flow, self._several, self._cost,
        ):  # fmt: skip
            self._grow()
        self.excess = float(self._sums[EXCESS])
        self.flow.sum(axis=0, out=self.volume)
        refresh(links.function, self.volume, self.time, self.slope)
        return self.excess

    def settle(self) -> int:
        """Move flow between the paths that there are until they cost nearly the same; the rounds that it took."""
        from karvan.kernels.path_flows import settle

        if len(self._was) < len(self.paths.flow):
            self._was = np.empty(len(self.paths.flow))
        rounds: int = settle(
            self.links.function, self._several, self._pair_class, self.links.minded, self.search, MOST_ROUNDS,
            SETTLED * self.excess, self.paths, self._state, self._was, self._toward, self.volume, self.time, self.slope,
        )  # fmt: skip
        return rounds

    def used(self) -> UsedPaths:
        """The paths with flow."""
        from karvan.kernels.path_flows import LINKS, PATHS

        links = self.links
        paths, pair = self._packed(len(self.paths.start), len(self.paths.links))
        kept = np.flatnonzero(paths.flow[: self._state[PATHS]] > 0)
        first = np.concatenate([[0], np.cumsum(paths.length[kept], dtype=np.int64)])
        on = np.repeat(paths.flow[: self._state[PATHS]] > 0, paths.length[: self._state[PATHS]])
        pair = pair[kept]
        ix = np.searchsorted(links.first, pair, side="right") - 1
        pce = np.array([of.pce for of in links.roads.classes])[links.trip_class[ix]]
        return UsedPaths(
            links.trip_class[ix], links.origins[ix], links.destination[pair], paths.flow[kept] / pce, first,
            links.order[paths.links[: self._state[LINKS]][on]],
        )  # fmt: skip

    def _grow(self) -> None:
        """Gather the paths, and give them twice the room that they take."""
        from karvan.kernels.path_flows import kept

        n_paths, n_on = kept(self.paths)
        longest = len(self._grove.cost)
        self.paths, _ = self._packed(2 * n_paths + 16, 2 * (n_on + longest))

    def _packed(self, n_paths: int, n_links: int) -> tuple[Paths, Any]:
        from karvan.kernels.path_flows import repack

        paths, pair = (
            _room((len(self.paths.head), n_paths, n_links), len(self.volume)),
            np.empty(n_paths, dtype=np.int64),
        )
        repack(self.paths, paths, pair, self._state)
        return paths, pair


def _room(sizes: tuple[int, int, int], n_links: int) -> Paths:
    """Room for paths, with none in it: for so many pairs, paths and links on them."""
    from karvan.kernels.path_flows import Paths
    from karvan.kernels.tree import NONE

    n_pairs, n_paths, n_on = sizes
    following, length, before, after = (np.empty(n_paths, dtype=np.int32) for _ in range(4))
    start = np.empty(n_paths, dtype=np.int64)
    minded, flow, on = np.empty(n_paths), np.empty(n_paths), np.empty(n_on, dtype=np.int32)
    crosses, mark = np.zeros(n_paths, dtype=np.bool_), np.zeros(n_links, dtype=np.int64)
    head = np.full(n_pairs, NONE, dtype=np.int32)
    return Paths(head, following, start, length, before, after, crosses, minded, flow, on, mark)
