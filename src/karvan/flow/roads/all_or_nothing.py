"""All trips on the cheapest paths at given times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Self

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.flow.loads import times
from karvan.flow.roads.net import Sorted, sort

MOST_BLOCKS = 8
LEAST_BLOCK = 50_000
"""Parts that origins are loaded in, and links looked at in the smallest of them.

They do not depend on the number of threads: sums in the same order are the same bits.
"""


def all_or_nothing(roads: Roads, time: Floats | None = None, threads: int = 1) -> Floats:
    """Trips of each class on each link when all take the cheapest path at `time` (n_links,); at no flow if not given.

    Returns:
        Trips (n_classes, n_links); those of pairs between which no path leads are on none.
    """
    links = sort(roads)
    at = times(roads, np.zeros(roads.n_links)) if time is None else time
    with Loading(links, threads) as loading:
        return links.back(loading(at[links.order])[0])


class Loading:
    """Loading the same trips at one set of costs after another, where each tree starts from the one before it."""

    def __init__(self, links: Sorted, threads: int = 1) -> None:
        self.links = links
        self._parts = _parts(links)
        grove = links.grove()
        self._groves = [links.grove()._replace(order=grove.order, reached=grove.reached) for _ in self._parts]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 and len(self._parts) > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def __call__(self, time: Floats, *, anew: bool = False) -> tuple[Floats, Floats]:
        """Put all trips on the cheapest paths.

        Args:
            time: of each link, in the order of the search (n_links,).
            anew: let no tree start from the one before it.

        Returns:
            Flows in pce (n_classes, n_links), and the cost of each pair (n_pairs,), infinite where no path leads.
        """
        from karvan.kernels.tree import all_or_nothing as load

        links = self.links
        cost = time + links.minded
        flows = np.zeros((len(self._parts), links.roads.n_links))
        least = np.empty(len(links.trips))

        def put(ix: int) -> None:
            trip_class, start, end = self._parts[ix]
            load(
                links.net, cost[trip_class], links.origins, links.first, links.destination, links.trips,
                self._groves[ix], start, end, anew, flows[ix], least,
            )  # fmt: skip

        for _ in (map if self._pool is None else self._pool.map)(put, range(len(self._parts))):
            pass
        flow = np.zeros_like(cost)
        for (trip_class, _, _), part in zip(self._parts, flows, strict=True):
            flow[trip_class] += part
        return flow, least


def _parts(links: Sorted) -> list[tuple[int, int, int]]:
    """Class, first origin and the one after the last of each part."""
    parts = []
    for ix in range(len(links.roads.classes)):
        start, end = (int(cut) for cut in np.searchsorted(links.trip_class, [ix, ix + 1]))
        n_parts = min(MOST_BLOCKS, 1 + (end - start) * links.roads.n_links // LEAST_BLOCK)
        cuts = np.linspace(start, end, n_parts + 1).astype(int).tolist()
        parts += [(ix, one, other) for one, other in pairwise(cuts) if one < other]
    return parts
