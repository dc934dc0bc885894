"""One place to all: at every node, all that is worth having of time and one cost.

Labels are taken in the order of time, so that at a node only a lower cost than any before is worth having: one number a
node answers whether a label is beaten (the biobjective Dijkstra of Sedeño-Noda and Colebrook 2019, here with waits for
departures). A later arrival never lets goods leave earlier, so the front of every node is exact, and with it the
earliest chain, the cheapest, and the best by any weighing of the two. Time alone would need plain Dijkstra only; a
lowest cost within a horizon, or where departures go by the clock, needs both.

Where storage is charged until the next vehicle leaves, an earlier label may come to cost more than a later one: there
every label that was taken is looked at. What is not looked at is to come later on purpose: with storage behind a
departure by the clock, a chain that misses an earlier departure and so pays for fewer days may be passed over.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels.compiler import kernel
from karvan.kernels.passing import passed

OK = 0
FULL = 1
"""There are more labels than room: give larger arrays and start again."""

NONE = -1

EARLIEST, LOWEST, BEST = 0, 1, 2
"""Columns of `chosen`: the label of a node that is first in time, lowest in cost, best by the weighing."""


@kernel
def before(a, b, time, cost):
    """Whether label a is taken before label b: by time, then cost, then first come."""
    if time[a] != time[b]:
        return time[a] < time[b]
    if cost[a] != cost[b]:
        return cost[a] < cost[b]
    return a < b


@kernel
def push(heap, size, label, time, cost):
    """Add a label to the binary heap (n_labels,) of `size` labels; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if before(heap[above], label, time, cost):
            break
        heap[at] = heap[above]
        at = above
    heap[at] = label
    return size + 1


@kernel
def pop(heap, size, time, cost):
    """Take the first label out of the heap."""
    first, last = heap[0], heap[size - 1]
    size -= 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and before(heap[below + 1], heap[below], time, cost):
            below += 1
        if before(last, heap[below], time, cost):
            break
        heap[at] = heap[below]
        at = below
    heap[at] = last
    return first


@kernel
def beaten(label, other, cost, due, rate, taken_before):
    """Whether a label at a node with storage is beaten by one taken there before: `other` is the last of these.

    That one must stay no dearer whenever the next vehicle leaves: having come earlier it may pay for longer, at most
    its rate times the difference.
    """
    while other != NONE:
        more = rate[other] * max(0.0, due[label] - due[other]) if rate[other] > 0.0 else 0.0
        if rate[other] <= rate[label] and cost[other] + more <= cost[label]:
            return True
        other = taken_before[other]
    return False


@kernel
def one_to_all(
    graph, start, horizon, by_price, worth,
    time, price, co2e, due, rate, node, parent, arc_of, heap, taken_before, least, last, chosen, counts,
):  # fmt: skip
    """Fill `chosen` with the labels worth having at each node, of chains over a `passing.Graph` that leave at 0 h.

    The second criterion, the cost, is the price if `by_price`, else the CO2e; the other is added up beside it. worth:
    what an hour is worth, in the unit of the cost. Chains that arrive after `horizon` (h) are not followed.

    Labels (n_labels,), filled: time (h), price (USD), co2e (kg), due (h) and rate (USD/h) of storage, node, parent,
    arc_of. Workspace: heap, taken_before (n_labels,), least, last (n_nodes,). chosen (n_nodes, 3): EARLIEST, LOWEST,
    BEST; NONE where a node cannot be reached. counts (2,): labels made, labels taken. FULL where there is too little
    room.
    """
    counts[0], counts[1] = 0, 0
    cost = price if by_price else co2e
    chosen[:, :] = NONE
    least[:] = np.inf
    last[:] = NONE
    time[0], price[0], co2e[0], due[0], rate[0] = 0.0, 0.0, 0.0, 0.0, 0.0
    node[0], parent[0], arc_of[0] = start, NONE, NONE
    made, size = 1, push(heap, 0, 0, time, cost)
    while size > 0:
        label = pop(heap, size, time, cost)
        size -= 1
        here = node[label]
        if by_price and graph.stored[here]:
            if beaten(label, last[here], cost, due, rate, taken_before):
                continue
            taken_before[label] = last[here]
            last[here] = label
        elif cost[label] >= least[here]:
            continue
        counts[1] += 1
        if chosen[here, EARLIEST] == NONE:
            chosen[here, :] = label
        if cost[label] < least[here]:
            least[here] = cost[label]
            chosen[here, LOWEST] = label
        best = chosen[here, BEST]
        if worth * time[label] + cost[label] < worth * time[best] + cost[best]:
            chosen[here, BEST] = label
        for arc in range(graph.first_out[here], graph.first_out[here + 1]):
            there = graph.arc[arc].head
            new_price, new_co2e = price[label] + graph.arc[arc].price, co2e[label] + graph.arc[arc].co2e
            if not (new_price < np.inf and new_co2e < np.inf):
                continue
            if not (by_price and graph.stored[there]) and (new_price if by_price else new_co2e) >= least[there]:
                continue
            leaves, arrives = passed(time[label], arc, graph)
            if not arrives <= horizon:
                continue
            if rate[label] > 0.0:
                new_price += rate[label] * max(0.0, leaves - due[label])
            if made == time.shape[0]:
                counts[0] = made
                return FULL
            time[made], price[made], co2e[made] = arrives, new_price, new_co2e
            due[made], rate[made] = time[label] + graph.free_h[arc], graph.rate_h[arc]
            node[made], parent[made], arc_of[made] = there, label, arc
            size = push(heap, size, made, time, cost)
            made += 1
    counts[0] = made
    return OK


@kernel
def add_up(labels, parent, arc_of, arc_value, sums):
    """Fill sums (n,) with what arc_value (n_arcs,) adds up to on the chain of each of labels (n,); NONE is NaN."""
    for ix in range(labels.shape[0]):
        label = labels[ix]
        if label == NONE:
            sums[ix] = np.nan
            continue
        sums[ix] = 0.0
        while parent[label] != NONE:
            sums[ix] += arc_value[arc_of[label]]
            label = parent[label]
