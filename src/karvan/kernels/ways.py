"""Cheapest ways from each origin to its destinations, as far as they cost less than a limit.

Dijkstra (1959). A search ends when its destinations are settled, or when what is left of them cannot be reached for
less than their limits.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels.compiler import loop
from karvan.kernels.tree import raise_to, take_first

OK = 0
FULL = 1
"""There are more links on the ways than room: give larger arrays, and go on where it stopped."""

NONE = -1

WAYS, LINKS, DONE = 0, 1, 2
"""What `counts` says: ways found, links on them, groups searched."""


@loop
def cheapest_ways(
    first_out, head, through, cost, group_cost, group_origin, group_first, destination, limit,
    far, by, tail, heap, spot, wanted, found, first, link, counts,
):  # fmt: skip
    """Fill the way of each commodity that has one for less than its limit.

    Links in the order of a `pairs.Star`: first_out (n_nodes + 1,), head (n_links,); through (n_nodes,); cost (n_costs,
    n_links), at least 0. A group is an origin and a row of costs: group_cost, group_origin (n_groups,), and its
    commodities group_first (n_groups + 1,), with destination and limit (n_commodities,).

    Workspace: far, by, tail, heap, spot, wanted (n_nodes,); `spot` and `wanted` are NONE before and after. Filled:
    found (n_ways,), the commodity of each way; first (n_ways + 1,), where its links begin in link (n_filled,), which
    holds places in the star, from the origin on. counts (3,): WAYS, LINKS, DONE; a call goes on from there. FULL where
    `link` is too short; `found` has room for every commodity.
    """
    n_ways, n_filled = counts[WAYS], counts[LINKS]
    for group in range(counts[DONE], group_first.shape[0] - 1):
        row, origin = group_cost[group], group_origin[group]
        begin, end = group_first[group], group_first[group + 1]
        left, most = 0, 0.0
        for of in range(begin, end):
            if wanted[destination[of]] == NONE:
                wanted[destination[of]] = 1
                left += 1
            most = max(most, limit[of])
        far[:] = np.inf
        far[origin], by[origin] = 0.0, NONE
        heap[0], spot[origin] = origin, 0
        size = 1
        while size > 0:
            node = heap[0]
            if far[node] >= most:
                break
            take_first(heap, spot, far, size)
            size -= 1
            if wanted[node] == 1:
                wanted[node] = NONE
                left -= 1
                if left == 0:
                    break
            if not through[node] and node != origin:
                continue
            for arc in range(first_out[node], first_out[node + 1]):
                there, reached = head[arc], far[node] + cost[row, arc]
                if reached < far[there]:
                    at = spot[there]
                    if far[there] == np.inf:
                        at = size
                        size += 1
                    far[there], by[there], tail[there] = reached, arc, node
                    raise_to(heap, spot, far, at, there)
        for at in range(size):
            spot[heap[at]] = NONE
        kept_ways, kept_links = n_ways, n_filled
        full = False
        for of in range(begin, end):
            wanted[destination[of]] = NONE
            if full or not far[destination[of]] < limit[of]:
                continue
            steps, node = 0, destination[of]
            while by[node] != NONE:
                steps += 1
                node = tail[node]
            if n_filled + steps > link.shape[0]:
                full = True
                continue
            found[n_ways] = of
            n_ways += 1
            n_filled += steps
            first[n_ways] = n_filled
            at, node = n_filled, destination[of]
            while by[node] != NONE:
                at -= 1
                link[at] = by[node]
                node = tail[node]
        if full:
            counts[WAYS], counts[LINKS], counts[DONE] = kept_ways, kept_links, group
            return FULL
    counts[WAYS], counts[LINKS], counts[DONE] = n_ways, n_filled, group_first.shape[0] - 1
    return OK
