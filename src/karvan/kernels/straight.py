"""The cheapest straight chain of a family: from one node to another, coming to no place twice.

Dijkstra directed by lower bounds (Hart, Nilsson and Raphael 1968) over (node, class), a class being what conditions of
the families a chain has met so far. Costs are given by arc and do not depend on the hour.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels.compiler import loop
from karvan.kernels.heap import pop, push

FOUND = 0
NO_WAY = 1
FULL = 2
"""The heap was too small: give a larger one and start again."""
NONE = -1


@loop
def straight(
    first_out, head, cost, left, marks, comes_to, rank, mask, after, may_be, family_of, allowed, start, end,
    least, came, places, key, item, chain,
):  # fmt: skip
    """Fill `chain` with the arcs of the cheapest straight chain of an allowed family, the last first; its length.

    first_out (n_nodes + 1,), head, cost (n_arcs,): infinite costs bar an arc. left (n_nodes,): no more than what is
    left to pay from each node. marks (n_arcs,): conditions that an arc meets, as bits; rank (n_masks,): the class of
    each set of conditions; mask, may_be, family_of (n_classes,): its conditions, and bits of the families that it may
    become and is. comes_to (n_arcs, n_words): places that an arc comes to, as bits.

    Workspace: least, came (n_nodes * n_classes,), places (n_nodes * n_classes, n_words), key, item (n_heap,).
    Returns (status, length).
    """
    n_classes = mask.shape[0]
    least[:] = np.inf
    begin = start * n_classes + rank[0]
    least[begin] = 0.0
    came[begin] = NONE
    places[begin, :] = 0
    size = 1
    key[0], item[0] = left[start], begin
    if not left[start] < np.inf:
        return NO_WAY, 0
    while size > 0:
        bound = key[0]
        state = pop(key, item, size)
        size -= 1
        here, of = state // n_classes, state % n_classes
        if bound > least[state] + left[here]:
            continue  # it was reached for less meanwhile
        if here == end and family_of[of] & allowed:
            length = 0
            while came[state] != NONE:
                arc = came[state]
                chain[length] = arc
                length += 1
                state = after[state]
            return FOUND, length
        if here == end:
            continue
        for arc in range(first_out[here], first_out[here + 1]):
            there = head[arc]
            more = least[state] + cost[arc]
            if not more + left[there] < np.inf:
                continue
            into = rank[mask[of] | marks[arc]]
            if may_be[into] & allowed == 0:
                continue
            to = there * n_classes + into
            if more >= least[to]:
                continue
            met = False
            for word in range(comes_to.shape[1]):
                met = met or (places[state, word] & comes_to[arc, word]) != 0
            if met:
                continue
            if size == key.shape[0]:
                return FULL, 0
            least[to] = more
            came[to] = arc
            after[to] = state
            for word in range(comes_to.shape[1]):
                places[to, word] = places[state, word] | comes_to[arc, word]
            size = push(key, item, size, more + left[there], to)
    return NO_WAY, 0
