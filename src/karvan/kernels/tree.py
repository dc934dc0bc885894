"""Trees of cheapest paths from one node to all, grown anew or mended from an earlier one.

Grown anew by Dijkstra (1959), with a heap of nodes that knows where each stands. When costs have changed a little, most
of the order in which nodes were reached still holds: a tree is mended by looking at the links in that order, and only
nodes that turn out cheaper after their own links were looked at are looked at again, cheapest first. Both end where no
link makes any node cheaper, so that costs are the same to the last bit; where paths tie, either may be taken.

Nodes that may not be passed are ends: they are in no tree, and are reached over the links into them when asked for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from karvan.kernels.compiler import inlined, loop

OK = 0
NONE = -1


class Net(NamedTuple):
    """Links in the order of a search: those into nodes that may be passed by their tail, then others by their head."""

    first_out: Any
    """Links out of each node, into nodes that may be passed: first_out[n] to first_out[n + 1] (n_nodes + 1,)."""
    first_in: Any
    """Links into each end: first_in[n] to first_in[n + 1]; none into others (n_nodes + 1,)."""
    tail: Any
    """(n_links,)."""
    head: Any


class Grove(NamedTuple):
    """Trees of several origins, as far as they serve to mend them; and room to work in."""

    order: Any
    """Nodes in the order in which they were reached, the origin left out (n_origins, n_nodes)."""
    reached: Any
    """How many there are; NONE before a tree was grown (n_origins,)."""
    cost: Any
    """Of the tree last looked at: what it costs to each node; infinite at ends and where no path leads (n_nodes,)."""
    over: Any
    """Link over which the tree comes to each node; NONE at the origin, and anything where no path leads (n_nodes,)."""
    heap: Any
    """(n_nodes,)."""
    spot: Any
    """Where a node is in the heap, IDLE or WAITING if not (n_nodes,)."""
    load: Any
    """What goes to each node; zero between trees (n_nodes,)."""


IDLE, WAITING = -1, -2
"""No need to look at a node's links; or their turn is still to come."""


@inlined
def raise_to(heap, spot, cost, at, node):
    """Let a node rise in the heap, four below each, from the place `at` to where nothing above it is dearer."""
    mine = cost[node]
    while at > 0:
        above = (at - 1) >> 2
        other = heap[above]
        if cost[other] <= mine:
            break
        heap[at] = other
        spot[other] = at
        at = above
    heap[at] = node
    spot[node] = at


@inlined
def take_first(heap, spot, cost, size):
    """Take the cheapest node out of a heap of `size`."""
    first, node = heap[0], heap[size - 1]
    spot[first] = IDLE
    size -= 1
    mine, at = cost[node], 0
    while True:
        below = 4 * at + 1
        if below >= size:
            break
        best = below
        least = cost[heap[below]]
        for other in range(below + 1, min(below + 4, size)):
            other_cost = cost[heap[other]]
            if other_cost < least:
                best, least = other, other_cost
        if mine <= least:
            break
        heap[at] = heap[best]
        spot[heap[at]] = at
        at = best
    if size > 0:
        heap[at] = node
        spot[node] = at
    return first


@inlined
def look(net, link_cost, grove, node, size):
    """Look at the links out of a node; nodes that get cheaper come into the heap unless they wait for their turn."""
    cost, over, spot, heap = grove.cost, grove.over, grove.spot, grove.heap
    here = cost[node]
    for link in range(net.first_out[node], net.first_out[node + 1]):
        there = net.head[link]
        by = here + link_cost[link]
        if by < cost[there]:
            cost[there] = by
            over[there] = link
            at = spot[there]
            if at != WAITING:
                if at == IDLE:
                    at = size
                    size += 1
                raise_to(heap, spot, cost, at, there)
    return size


@inlined
def grow(net, link_cost, origin, grove, order):
    """Grow the tree of an origin; how many nodes it reaches, and which, in `order` (n_nodes,)."""
    cost, spot = grove.cost, grove.spot
    cost[:] = np.inf
    spot[:] = IDLE
    cost[origin] = 0.0
    grove.over[origin] = NONE
    size, reached = look(net, link_cost, grove, origin, 0), 0
    while size > 0:
        node = take_first(grove.heap, spot, cost, size)
        size -= 1
        order[reached] = node
        reached += 1
        size = look(net, link_cost, grove, node, size)
    return reached


@inlined
def mend(net, link_cost, origin, grove, order, reached):
    """Find the tree of an origin at other costs, from the order in which nodes were reached; settle the new order."""
    cost, spot, heap = grove.cost, grove.spot, grove.heap
    cost[:] = np.inf
    spot[:] = WAITING
    cost[origin] = 0.0
    grove.over[origin] = NONE
    spot[origin] = IDLE
    size = look(net, link_cost, grove, origin, 0)
    for ix in range(reached):
        node = order[ix]
        while size > 0 and cost[heap[0]] < cost[node]:
            again = take_first(heap, spot, cost, size)
            size = look(net, link_cost, grove, again, size - 1)
        spot[node] = IDLE
        if cost[node] < np.inf:
            size = look(net, link_cost, grove, node, size)
    while size > 0:
        again = take_first(heap, spot, cost, size)
        size = look(net, link_cost, grove, again, size - 1)
    for ix in range(1, reached):
        node = order[ix]
        mine, at = cost[node], ix
        while at > 0 and cost[order[at - 1]] > mine:
            order[at] = order[at - 1]
            at -= 1
        order[at] = node


@inlined
def tree(net, link_cost, origin, grove, ix):
    """The tree of an origin, whose earlier one, if any, is number `ix` of the grove."""
    if grove.reached[ix] == NONE:
        grove.reached[ix] = grow(net, link_cost, origin, grove, grove.order[ix])
    else:
        mend(net, link_cost, origin, grove, grove.order[ix], grove.reached[ix])


@inlined
def last_link(net, link_cost, grove, node):
    """Cost to a node, and the last link on the way; infinite and NONE where no path leads."""
    if net.first_in[node] == net.first_in[node + 1]:
        if grove.cost[node] < np.inf:
            return grove.cost[node], np.int64(grove.over[node])
        return np.inf, np.int64(NONE)
    least, last = np.inf, np.int64(NONE)
    for link in range(net.first_in[node], net.first_in[node + 1]):
        by = grove.cost[net.tail[link]] + link_cost[link]
        if by < least:
            least, last = by, np.int64(link)
    return least, last


@loop
def all_or_nothing(net, link_cost, origins, first, destination, trips, grove, start, end, anew, flow, least):
    """Put the trips of origins `start` to `end` on the cheapest paths.

    link_cost, flow (n_links,); origins (n_origins,); first (n_origins + 1,): the pairs of each; destination, trips,
    least (n_pairs,). Added to: flow. Filled: least, the cost of each pair, infinite where no path leads, whose trips
    are put nowhere. anew: grow every tree, whatever the grove knows.
    """
    cost, over, load = grove.cost, grove.over, grove.load
    for ix in range(start, end):
        origin = origins[ix]
        if anew:
            grove.reached[ix] = NONE
        tree(net, link_cost, origin, grove, ix)
        for pair in range(first[ix], first[ix + 1]):
            node = destination[pair]
            least[pair], link = last_link(net, link_cost, grove, node)
            if link == NONE:
                continue
            if net.first_in[node] == net.first_in[node + 1]:
                load[node] += trips[pair]
            else:
                flow[link] += trips[pair]
                load[net.tail[link]] += trips[pair]
        for back in range(grove.reached[ix]):
            node = grove.order[ix, grove.reached[ix] - 1 - back]
            more = load[node]
            load[node] = 0.0
            if more == 0.0:
                continue
            # Where a link costs nothing its head may come before its tail: go on to a node that is surely to come.
            here = cost[node]
            while True:
                link = over[node]
                flow[link] += more
                node = net.tail[link]
                if node == origin or cost[node] < here:
                    break
            load[node] += more
        load[origin] = 0.0
    return OK


@loop
def add_up(net, columns, start, end, grove, sums, found):
    """What paths from zones `start` to `end` add up from columns (n_columns, n_links), the first being the cost.

    Zones are the first nodes. Filled: found (n_columns, n_zones, n_zones), where a path leads; 0 from a zone to itself.
    Workspace: sums (n_columns, n_nodes).
    """
    link_cost = columns[0]
    for origin in range(start, end):
        sums[:, origin] = 0.0
        reached = grow(net, link_cost, origin, grove, grove.order[0])
        for ix in range(reached):
            node = grove.order[0, ix]
            link = grove.over[node]
            for column in range(columns.shape[0]):
                sums[column, node] = sums[column, net.tail[link]] + columns[column, link]
        for zone in range(found.shape[2]):
            if zone == origin:
                found[:, origin, zone] = 0.0
                continue
            _, link = last_link(net, link_cost, grove, zone)
            if link != NONE:
                for column in range(columns.shape[0]):
                    found[column, origin, zone] = sums[column, net.tail[link]] + columns[column, link]
    return OK
