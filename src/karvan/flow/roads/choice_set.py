"""The paths that trips on a network of links choose from.

Of each pair with trips: all simple paths that at free flow cost at most a detour times the cheapest, best first and at
most so many. On a network of hundreds of zones all of them could not be listed, and those cut off are those that a
logit would give least. What congestion makes attractive is added later: whenever at the flows found the cheapest path
of a pair is not among its paths, it comes to them, however long it was at free flow (column generation, Damberg,
Lundgren and Patriksson 1996).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.roads import Flags, Floats, Ints, Roads
from karvan.flow.path_size import Choices, path_sizes
from karvan.flow.roads.pairs import Pairs, Star, pairs_of, star_of


@dataclass(frozen=True, eq=False)
class ChoiceSets:
    """Pairs of all classes that have a way, class by class, and their paths over the links of the network."""

    roads: Roads
    trip_class: Ints
    """Of each pair, an index into the classes (n_pairs,)."""
    origin: Ints
    """Node of each pair (n_pairs,)."""
    destination: Ints
    trips: Floats
    choices: Choices
    beyond: Floats
    """At free flow, the cost of the best path within the detour that is left out; infinite if none is (n_pairs,)."""
    no_way: tuple[tuple[int, int, int, float], ...]
    """Class, origin, destination and trips of pairs that have none."""
    added: int = 0
    """Paths that came later."""

    @property
    def cut_off(self) -> int:
        """Pairs that have more paths within the detour than are kept."""
        return int(np.isfinite(self.beyond).sum())

    @property
    def fixed(self) -> Floats:
        """What each path costs besides time (n_paths,)."""
        return self._by_class(lambda choices, of: choices.sums(self.roads.fixed(self.roads.classes[of])))

    @property
    def free(self) -> Floats:
        """What each path costs at free flow (n_paths,)."""
        free = self.roads.free_flow
        return self._by_class(lambda choices, of: choices.sums(costs_at(self.roads, of, free)))

    @property
    def sizes(self) -> Floats:
        """The size of each path, the length of a link being what it costs at free flow (n_paths,)."""
        free = self.roads.free_flow
        return self._by_class(lambda choices, of: path_sizes(choices, costs_at(self.roads, of, free)))

    def _by_class(self, figure: Callable[[Choices, int], Floats]) -> Floats:
        """A figure of each path, from the paths of each class (n_paths,)."""
        classes = range(len(self.roads.classes))
        ends = np.searchsorted(self.trip_class, range(len(classes) + 1)).tolist()
        return np.concatenate([figure(self.choices.of_pairs(*ends[of : of + 2]), of) for of in classes])


def costs_at(roads: Roads, trip_class: int, time: Floats) -> Floats:
    """What a class minds of each link, of which none can be less than nothing (n_links,)."""
    found: Floats = np.maximum(time + roads.fixed(roads.classes[trip_class]), 0.0)
    return found


def choice_sets(roads: Roads, detour: float, most_paths: int, threads: int = 1) -> ChoiceSets:
    """The paths of each pair at free flow: within a detour, 1 or more, and at most most_paths, best first.

    threads: origins are searched in so many; the result is the same.
    """
    star = star_of(roads)
    pairs_by_class = [pairs_of(of) for of in roads.classes]
    lots = [
        (ix, pairs.of_origins(*cut))
        for ix, pairs in enumerate(pairs_by_class)
        for cut in pairwise(np.linspace(0, len(pairs.origins), threads + 1).astype(int).tolist())
    ]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda lot: _found(roads, star, lot[0], lot[1], detour, most_paths), lots))
    first_path = np.concatenate([[0], *(np.diff(paths.first_path) for paths, _ in found)]).cumsum()
    first_part = np.concatenate([[0], *(np.diff(paths.first_part) for paths, _ in found)]).cumsum()
    part = np.concatenate([np.empty(0, np.int32), *(paths.part for paths, _ in found)])
    kept = np.diff(first_path) > 0
    trip_class = np.repeat([ix for ix, _ in lots], [len(pairs) for _, pairs in lots]).astype(np.int64)
    origin = _joined([pairs.origin for _, pairs in lots], np.int64)
    destination = _joined([pairs.destination for _, pairs in lots], np.int64)
    trips = _joined([pairs.trips for _, pairs in lots], np.float64)
    lost = zip(trip_class[~kept], origin[~kept], destination[~kept], trips[~kept], strict=True)
    return ChoiceSets(
        roads, trip_class[kept], origin[kept], destination[kept], trips[kept],
        Choices(np.append(0, first_path[1:][kept]), first_part, part, roads.n_links),
        _joined([beyond for _, beyond in found], np.float64)[kept],
        tuple((int(of), int(start), int(end), float(amount)) for of, start, end, amount in lost),
    )  # fmt: skip


def _joined(arrays: list[Any], dtype: type) -> Any:
    return np.concatenate([np.empty(0, dtype), *arrays])


def _found(roads: Roads, star: Star, trip_class: int, pairs: Pairs, detour: float, most: int) -> tuple[Choices, Floats]:
    """The paths of some pairs of a class, and the cost of the best that is left out of each."""
    from karvan.kernels import best_paths

    n_pairs, n_nodes, n_links = len(pairs), roads.n_nodes, roads.n_links
    cost = costs_at(roads, trip_class, roads.free_flow)[star.link]
    tail = roads.tail[star.link]
    arc_in = np.argsort(star.head, kind="stable")
    first_in = np.searchsorted(star.head[arc_in], np.arange(n_nodes + 1))
    net = best_paths.Net(star.first_out, star.head, tail, first_in, arc_in, roads.through)
    n_classes = 1024 + 8 * n_nodes
    room = best_paths.Room(
        np.empty(n_nodes), np.empty(n_nodes, np.int64), np.empty(n_links + 1), np.empty(n_links + 1, np.int64),
        np.zeros(n_nodes, np.int64), np.empty(n_nodes), np.empty(n_nodes, np.int64), np.zeros(n_nodes, np.int64),
        np.empty((n_classes, 4), np.int64), np.empty(n_classes), np.empty(n_classes, np.int64),
    )  # fmt: skip
    first_path, beyond = np.zeros(n_pairs + 1, np.int64), np.empty(n_pairs)
    first_part, part = np.zeros(4 * n_pairs + 2, np.int64), np.empty(32 * n_pairs + n_nodes, np.int32)
    counts = np.zeros(4, np.int64)
    while True:
        status = best_paths.best_paths(
            net, cost, pairs.origins, pairs.first, pairs.destination, detour, most, room, first_path, beyond,
            first_part, part, counts,
        )  # fmt: skip
        if status == best_paths.OK:
            break
        if status == best_paths.FULL:
            first_part, part = _longer(first_part), _longer(part)
        else:
            room = room._replace(
                of=_longer(room.of), class_key=_longer(room.class_key), class_item=_longer(room.class_item)
            )
    n_paths, n_parts = counts[best_paths.PATHS], counts[best_paths.PARTS]
    links = star.link[part[:n_parts]].astype(np.int32)
    return Choices(first_path, first_part[: n_paths + 1].copy(), links, n_links), beyond


def _longer(array: Any) -> Any:
    return np.concatenate([array, np.empty_like(array)])


def with_missing(sets: ChoiceSets, time: Floats, cost: Floats) -> tuple[ChoiceSets, Flags]:
    """The same with the cheapest path of each pair at `time` (n_links,), where it is cheaper than all the pair has.

    cost: of each path at that time (n_paths,). Cheaper is what is so by more than one part in 10^9. And which paths are
    new (n_paths,): each the last of its pair, the others in the order that they had.
    """
    from karvan.kernels import choosing

    choices = sets.choices
    best = np.minimum.reduceat(cost, choices.first_path[:-1])
    pair, first, links = _cheaper(sets, time, best * (1 - 1e-9))
    of_pair = np.concatenate([choices.pair, pair])
    order = np.argsort(of_pair, kind="stable")
    begins = np.concatenate([choices.first_part[:-1], len(choices.part) + first[:-1]])[order]
    n_parts = np.concatenate([np.diff(choices.first_part), np.diff(first)])[order]
    ends = np.append(0, n_parts.cumsum())
    lined = np.empty(ends[-1], np.int32)
    choosing.lined_up(np.concatenate([choices.part, links]), begins, ends, lined)
    first_path = np.append(0, np.bincount(of_pair, minlength=choices.n_pairs).cumsum())
    more = Choices(first_path, ends, lined, choices.n_parts)
    return replace(sets, choices=more, added=sets.added + len(pair)), order >= choices.n_paths


def _cheaper(sets: ChoiceSets, time: Floats, limit: Floats) -> tuple[Ints, Ints, NDArray[np.int32]]:
    """Pairs with a path for less than their limit, where each begins, and its links."""
    from karvan.kernels import ways

    roads, star = sets.roads, star_of(sets.roads)
    cost = np.array([costs_at(roads, ix, time) for ix in range(len(roads.classes))])[:, star.link]
    groups, first = np.unique(sets.trip_class * roads.n_nodes + sets.origin, return_index=True)
    row, origin = np.divmod(groups, roads.n_nodes)
    n_nodes = roads.n_nodes
    workspace = (np.empty(n_nodes), *(np.full(n_nodes, ways.NONE) for _ in range(5)))
    found, begins = np.empty(len(limit), np.int64), np.zeros(len(limit) + 1, np.int64)
    links, counts = np.empty(8 * len(limit) + n_nodes, np.int64), np.zeros(3, np.int64)
    ends = np.append(first, len(limit))
    while True:
        status = ways.cheapest_ways(
            star.first_out, star.head, roads.through, cost, row, origin, ends, sets.destination, limit,
            *workspace, found, begins, links, counts,
        )  # fmt: skip
        if status == ways.OK:
            break
        links = _longer(links)
    n_ways, n_links = counts[ways.WAYS], counts[ways.LINKS]
    return found[:n_ways], begins[: n_ways + 1], star.link[links[:n_links]].astype(np.int32)
