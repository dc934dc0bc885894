"""The best simple paths between pairs of nodes, best first.

Yen (1971) as Lawler (1972) parts it: whoever is not the path just found leaves it somewhere for the first time, and so
all others fall into classes, one for each arc by which it can be left. A class is put off with the least that its best
path may cost: what is fixed of it, and the tree of cheapest paths for the rest. Only when its turn comes it is seen
whether that rest stays clear of what is fixed, which it mostly does; otherwise the best clear one is searched, directed
by the same tree (Hart, Nilsson and Raphael 1968). The tree leads from the origin, so that paths are fixed from their
destination backwards, and one tree serves all pairs of an origin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.heap import pop, push

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OK = 0
FULL = 1
FULL_OF_CLASSES = 2
"""There is more than room for it: give more for paths, or for classes, and go on with the pair that was not done."""
NONE = -1

FOLLOWED, KEPT, BY, EXACT = range(4)
"""Columns of a class: the path that it leaves, how many arcs of its end it keeps, the arc, and whether its cost is
known rather than the least that it may be."""

PAIRS, PATHS, PARTS = range(3)
"""What has been filled."""


class Net(NamedTuple):
    """Arcs sorted by their tail, and by their head."""

    first_out: Ints
    """Arcs out of each node (n_nodes + 1,)."""
    head: Ints
    """(n_arcs,)."""
    tail: Ints
    first_in: Ints
    """Into each node: `arc_in[first_in[n]]` to `arc_in[first_in[n + 1]]` (n_nodes + 1,)."""
    arc_in: Ints
    """(n_arcs,)."""
    through: NDArray[np.bool_]
    """Whether a node may be passed on the way (n_nodes,)."""


class Room(NamedTuple):
    """Workspace."""

    least: Floats
    """Cost from the origin to each node (n_nodes,)."""
    into: Ints
    """The arc of the tree into each node (n_nodes,)."""
    key: Floats
    """A heap of nodes (n_arcs + 1,)."""
    item: Ints
    mark: Ints
    """At nodes that are fixed, the number of the search (n_nodes,)."""
    cost: Floats
    """Of the search (n_nodes,)."""
    by: Ints
    seen: Ints
    of: Ints
    """Classes (n_classes, 4)."""
    class_key: Floats
    """A heap of classes (n_classes,)."""
    class_item: Ints


@inlined
def grow_tree(net, cost, origin, room):
    """Fill least and into with the cheapest paths from `origin` (Dijkstra 1959); inf and NONE where none leads."""
    least, into, key, item = room.least, room.into, room.key, room.item
    least[:] = np.inf
    into[:] = NONE
    least[origin] = 0.0
    size = push(key, item, 0, 0.0, origin)
    while size > 0:
        reached = key[0]
        here = pop(key, item, size)
        size -= 1
        if reached > least[here] or (here != origin and not net.through[here]):
            continue
        for arc in range(net.first_out[here], net.first_out[here + 1]):
            there, arrives = net.head[arc], reached + cost[arc]
            if arrives < least[there]:
                least[there], into[there] = arrives, arc
                size = push(key, item, size, arrives, there)


@inlined
def search_clear(net, cost, origin, start, clock, room):
    """Cost of the cheapest path from `origin` to `start` clear of what is marked by `clock`; inf if there is none.

    Searched backwards. Leaves in `by` the arc out of each node on it.
    """
    key, item = room.key, room.item
    room.seen[start], room.cost[start] = clock, 0.0
    size = push(key, item, 0, room.least[start], start)
    while size > 0:
        least = key[0]
        here = pop(key, item, size)
        size -= 1
        if here == origin:
            return room.cost[origin]
        spent = room.cost[here]
        if least > spent + room.least[here]:
            continue
        for at in range(net.first_in[here], net.first_in[here + 1]):
            arc = net.arc_in[at]
            there, new = net.tail[arc], spent + cost[arc]
            if room.mark[there] == clock or not (net.through[there] or there == origin):
                continue
            if not room.least[there] < np.inf or (room.seen[there] == clock and room.cost[there] <= new):
                continue
            if size == key.shape[0]:
                continue  # By rounding alone could nodes come again so often.
            room.seen[there], room.cost[there], room.by[there] = clock, new, arc
            size = push(key, item, size, new + room.least[there], there)
    return np.inf


@inlined
def turn(part, first, end):
    """Turn a stretch of `part` round."""
    end -= 1
    while first < end:
        part[first], part[end] = part[end], part[first]
        first += 1
        end -= 1


@loop
def best_paths(
    net, cost, origins, first_pair, destination, detour, most, room, first_path, beyond, first_part, part, counts
):  # fmt: skip
    """Fill in the simple paths of each pair that cost at most `detour` times the cheapest, at most `most`, best first.

    cost (n_arcs,), not negative. Pairs of origins[k] are first_pair[k] to first_pair[k + 1], each with its destination.
    Filled: first_path (n_pairs + 1,), first_part (n_paths + 1,), part: the arcs of each path in the order of travel;
    beyond (n_pairs,): the cost of the best path within the detour that is left out, inf if there is none. counts (4,):
    pairs, paths and parts filled, and searches so far: begins with what it says, so that it goes on where it was FULL.
    """
    path, filled, clock = counts[PATHS], counts[PARTS], counts[3]
    first_path[counts[PAIRS]] = path
    first_part[path] = filled
    n_nodes = room.least.shape[0]
    for of_origin in range(origins.shape[0]):
        if first_pair[of_origin + 1] <= counts[PAIRS]:
            continue
        origin = origins[of_origin]
        grow_tree(net, cost, origin, room)
        for pair in range(max(first_pair[of_origin], counts[PAIRS]), first_pair[of_origin + 1]):
            end = destination[pair]
            limit = room.least[end] * detour * (1 + 1e-12)
            beyond[pair] = np.inf
            begun, first, made, size = path, filled, 0, 0
            if limit < np.inf:
                # The class of all paths: nothing is fixed.
                room.of[0, FOLLOWED], room.of[0, KEPT], room.of[0, BY], room.of[0, EXACT] = NONE, 0, NONE, 0
                size = push(room.class_key, room.class_item, 0, room.least[end], 0)
                made = 1
            while size > 0:
                least = room.class_key[0]
                one = pop(room.class_key, room.class_item, size)
                size -= 1
                followed, kept, by = room.of[one, FOLLOWED], room.of[one, KEPT], room.of[one, BY]
                clock += 1
                start, spent, searched = end, 0.0, False
                if by != NONE:
                    for at in range(first_part[followed], first_part[followed] + kept):
                        room.mark[start] = clock
                        spent += cost[part[at]]
                        start = net.tail[part[at]]
                    room.mark[start] = clock
                    spent += cost[by]
                    start = net.tail[by]
                    at = start
                    while at != origin and room.mark[at] != clock:
                        at = net.tail[room.into[at]]
                    if at != origin:
                        searched = True
                        total = spent + search_clear(net, cost, origin, start, clock, room)
                        if total > limit:
                            continue
                        if room.of[one, EXACT] == 0 and size > 0 and total > room.class_key[0]:
                            room.of[one, EXACT] = 1
                            size = push(room.class_key, room.class_item, size, total, one)
                            continue
                        least = total
                if path - begun == most:
                    beyond[pair] = least
                    break
                if path + 2 > first_part.shape[0] or filled + n_nodes > part.shape[0]:
                    counts[PAIRS], counts[PATHS], counts[PARTS], counts[3] = pair, begun, first, clock
                    return FULL
                if by != NONE:
                    for at in range(first_part[followed], first_part[followed] + kept):
                        part[filled] = part[at]
                        filled += 1
                    part[filled] = by
                    filled += 1
                if searched:
                    # Found from its start on, but kept from its end.
                    at, n_found = origin, 0
                    while at != start:
                        at = net.head[room.by[at]]
                        n_found += 1
                    filled += n_found
                    at, back = origin, filled
                    while at != start:
                        back -= 1
                        part[back] = room.by[at]
                        at = net.head[room.by[at]]
                else:
                    at = start
                    while at != origin:
                        part[filled] = room.into[at]
                        filled += 1
                        at = net.tail[room.into[at]]
                path += 1
                first_part[path] = filled
                # By what all others of its class leave it.
                clock += 1
                at, spent = end, 0.0
                for nth in range(filled - first_part[path - 1]):
                    room.mark[at] = clock
                    taken = part[first_part[path - 1] + nth]
                    if nth >= kept + (by != NONE):
                        for other in range(net.first_in[at], net.first_in[at + 1]):
                            arc = net.arc_in[other]
                            there = net.tail[arc]
                            least = spent + cost[arc] + room.least[there]
                            if arc == taken or room.mark[there] == clock or not least <= limit:
                                continue
                            if not (net.through[there] or there == origin):
                                continue
                            if made == room.of.shape[0]:
                                counts[PAIRS], counts[PATHS], counts[PARTS], counts[3] = pair, begun, first, clock
                                return FULL_OF_CLASSES
                            room.of[made, FOLLOWED], room.of[made, KEPT] = path - 1, nth
                            room.of[made, BY], room.of[made, EXACT] = arc, 0
                            size = push(room.class_key, room.class_item, size, least, made)
                            made += 1
                    spent += cost[taken]
                    at = net.tail[taken]
            for one in range(begun, path):
                turn(part, first_part[one], first_part[one + 1])
            first_path[pair + 1] = path
        counts[PAIRS] = first_pair[of_origin + 1]
    counts[PATHS], counts[PARTS], counts[3] = path, filled, clock
    return OK
