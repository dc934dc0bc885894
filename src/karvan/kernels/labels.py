"""Label-setting searches: all Pareto-optimal chains, and the best chain of every class.

Martins (1984), with labels taken in the order of the earliest arrival that they can still lead to, as NAMOA*dr does
(Pulido, Mandow and Perez-de-la-Cruz 2015): at a node and at the target time then needs no comparing, and dominance is a
question of the other criteria. These stand in a *bag*, in the order of price. Where only price and CO2e are compared a
bag is a staircase, and one look into it answers.

A label is dropped when one in its bag is no worse, or when even with the least that is left to pay on each criterion it
is no better than a chain that was found. With a slack it is dropped too when one in its bag is worse by no more than
that share of what its last arc costs. The chain that it could have become is made of arcs that each give way once at
most, so that what is found is worse by no more than that share of the whole: the bound is proved, not only hoped.

Labels are compared within one *class*: the set of marks (bits) that a chain has picked up on its way, by which families
of routes and wished-for places are told apart; `canon` maps a set of marks to the class of sets that can no longer be
told apart.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.heap import pop, push
from karvan.kernels.passing import CHARGED, LATE_H, Flags, Floats, Ints, passed, passed_back

OK = 0
FULL = 1
"""There are more labels than room: give larger arrays and start again."""
OVER = 2
"""There are more labels than the budget: start again with a slack, or a larger one."""

NONE = -1

MADE, SETTLED, BAGS, TOP = range(4)
"""What `counts` holds: labels made and settled, bags, and how far the pool is used."""

SPANS = 4096
SPANS_A_KEY = 1024.0
"""Keys are parted into spans as wide as the first key / 1024, and only those of the span at hand are in a heap: a large
heap would take more time than all the rest."""

FIRST_BAG = 4
"""Room in a new bag; it doubles when it is full."""
LABEL = np.dtype(
    [
        ("time", "f8"), ("price", "f8"), ("co2e", "f8"), ("h2", "f8"), ("due", "f8"), ("least", "f8"),
        ("node", "i4"), ("marks", "i4"), ("parent", "i4"), ("arc", "i4"),
    ]
)  # fmt: skip
"""One label, a cache line: time (h), price (USD), CO2e (kg), variance (h2); when storage begins (h); the key that it is
taken by; node, marks, the label it was made from and the arc that led here."""

BAG = np.dtype([("at", "i8"), ("count", "i8"), ("room", "i8"), ("next", "i8"), ("marks", "i8")])
"""Where a bag's members are in the pool, how many and how many may be; the next bag of its node; its class."""


class Labels(NamedTuple):
    """The labels of a search (n_labels,), and its workspace."""

    label: Any
    """Records of LABEL."""
    settled: Flags
    key: Floats
    item: Ints
    """The heap of the labels that are next."""
    queue: Ints
    after: Ints
    """The first label of each span of keys that are later (SPANS,), and what follows a label in it (n_labels,)."""
    places: Ints
    """Places that a chain has come to, as bits (n_labels, n_words); (0, 0) where nobody asks."""
    bag_of_node: Ints
    """(n_nodes,)."""
    bag: Any
    """Records of BAG (n_labels,)."""
    price: Floats
    co2e: Floats
    h2: Floats
    member: Ints
    """The pool of all bags (n_pool,)."""
    counts: Ints
    """(4,)."""


@loop
def least_left(first_in, tail_in, weight_in, target, left, key, item):
    """Fill left (n_nodes,) with the least sum of weights on the way to `target`: Dijkstra (1959), backwards.

    Arcs by head: first_in (n_nodes + 1,), tail_in and weight_in (n_arcs,), of which an infinite or missing weight bars
    its arc. Workspace: key, item (n_arcs + 1,).
    """
    left[:] = np.inf
    left[target] = 0.0
    size = push(key, item, 0, 0.0, target)
    while size > 0:
        so_far = key[0]
        here = pop(key, item, size)
        size -= 1
        if so_far > left[here]:
            continue
        for arc in range(first_in[here], first_in[here + 1]):
            through = weight_in[arc] + so_far
            if through < left[tail_in[arc]]:
                left[tail_in[arc]] = through
                size = push(key, item, size, through, tail_in[arc])


@inlined
def enqueue(new, least, span, size, base, scale, labels):
    """Have a label taken in the order of `least`; the new size of the heap of the span at hand."""
    labels.label[new].least = least
    own = int(min((least - base) * scale, SPANS - 1.0))
    if own <= span:
        return push(labels.key, labels.item, size, least, new)
    labels.after[new] = labels.queue[own]
    labels.queue[own] = new
    return size


@inlined
def refill(span, labels):
    """Go on to the next span that has labels and put them into the heap: that span, and how many."""
    size = 0
    while size == 0 and span + 1 < SPANS:
        span += 1
        new = labels.queue[span]
        while new != NONE:
            size = push(labels.key, labels.item, size, labels.label[new].least, new)
            new = labels.after[new]
    return span, size


@inlined
def bag_for(node, marks, labels):
    """The bag of `marks` at a node, or NONE."""
    bag = labels.bag_of_node[node]
    while bag != NONE and labels.bag[bag].marks != marks:
        bag = labels.bag[bag].next
    return bag


@inlined
def open_bag(bag, node, marks, top, labels):
    """Make the bag of `marks` at a node, with its first room in the pool at `top`."""
    labels.bag[bag].marks = marks
    labels.bag[bag].at = top
    labels.bag[bag].count = 0
    labels.bag[bag].room = FIRST_BAG
    labels.bag[bag].next = labels.bag_of_node[node]
    labels.bag_of_node[node] = bag


@inlined
def beaten(bag, price, co2e, h2, flat, labels):
    """Whether something in the bag is no worse in price, CO2e and variance (it is no later)."""
    first = labels.bag[bag].at
    low, high = first, first + labels.bag[bag].count
    while low < high:  # the first that is dearer
        middle = (low + high) >> 1
        if labels.price[middle] <= price:
            low = middle + 1
        else:
            high = middle
    if flat:  # a staircase: of those that are no dearer, the last has the least CO2e
        return low > first and labels.co2e[low - 1] <= co2e
    found = False
    while low > first and not found:
        low -= 1
        found = labels.co2e[low] <= co2e and labels.h2[low] <= h2
    return found


@inlined
def beaten_stored(bag, new, graph, labels):
    """The same of a label where storage is charged: the other must stay no worse whenever the next vehicle leaves.

    It may have come earlier, and then pays for longer: by at most its rate times the difference.
    """
    one = labels.label[new]
    first = labels.bag[bag].at
    for at in range(first, first + labels.bag[bag].count):
        if labels.price[at] > one.price:
            break
        if labels.co2e[at] <= one.co2e and labels.h2[at] <= one.h2:
            other = labels.label[labels.member[at]]
            more, rate = 0.0, graph.rate_h[other.arc]
            if rate > 0.0:
                more = rate * max(0.0, one.due - other.due) if rate <= graph.rate_h[one.arc] else np.inf
            if other.price + more <= one.price:
                return True
    return False


@inlined
def settle(bag, new, keeps, top, labels):
    """Put a label into its bag, in the order of price; what it beats on the criteria leaves, unless the bag `keeps` it.

    The new top of the pool, or NONE where the pool is full.
    """
    price, co2e, h2 = labels.label[new].price, labels.label[new].co2e, labels.label[new].h2
    first = labels.bag[bag].at
    end = first + labels.bag[bag].count
    low, high = first, end
    while low < high:  # the first that is no cheaper
        middle = (low + high) >> 1
        if labels.price[middle] < price:
            low = middle + 1
        else:
            high = middle
    here = low
    kept = here
    for at in range(here, end):
        if keeps or labels.co2e[at] < co2e or labels.h2[at] < h2:
            if kept != at:
                move(at, kept, labels)
            kept += 1
    room = labels.bag[bag].room
    if kept - first == room:
        if top + 2 * room > labels.price.shape[0]:
            return NONE
        for at in range(first, kept):
            move(at, top + at - first, labels)
        here += top - first
        kept += top - first
        first = top
        labels.bag[bag].at = top
        labels.bag[bag].room = 2 * room
        top += 2 * room
    for at in range(kept, here, -1):
        move(at - 1, at, labels)
    labels.price[here], labels.co2e[here], labels.h2[here], labels.member[here] = price, co2e, h2, new
    labels.bag[bag].count = kept + 1 - first
    return top


@inlined
def move(of, to, labels):
    """Copy a member of a bag to another place of the pool."""
    labels.price[to], labels.co2e[to] = labels.price[of], labels.co2e[of]
    labels.h2[to], labels.member[to] = labels.h2[of], labels.member[of]


@inlined
def begin(start, depart, marks, labels):
    """The first label: at `start`, nothing paid."""
    labels.counts[:] = 0
    labels.bag_of_node[:] = NONE
    make(0, start, NONE, NONE, marks, labels)
    labels.label[0].time = depart
    labels.label[0].price = 0.0
    labels.label[0].co2e = 0.0
    labels.label[0].h2 = 0.0
    labels.label[0].due = 0.0
    labels.queue[:] = NONE


@inlined
def make(new, node, parent, arc, marks, labels):
    """A label that is not settled; its criteria are the caller's."""
    labels.label[new].node = node
    labels.label[new].parent = parent
    labels.label[new].arc = arc
    labels.label[new].marks = marks
    labels.settled[new] = False


@loop
def front(graph, canon, start, target, depart, horizon, left, served, fixed, slack, budget, flat, back, labels):
    """All Pareto-optimal chains from `start` to `target` leaving at `depart` (h): the labels settled at the target.

    left (n_nodes, 4): the least left to pay to the target, h, USD, kg, h2. served: the class that a chain must have at
    the target. flat: whether variance is no criterion. Chains that arrive after `horizon` (h) are not followed.
    fixed: a bit that chains pick up where they wait for an hour of the clock, so that leaving a little later they would
    arrive no later; those are compared apart from the others, and may drop any. 0 is no such bit.
    slack: share by which what is found may be worse than what is dropped, on price, CO2e and variance. back: whether
    the graph is a backward one; depart and horizon are then turned too. Returns OK, FULL, or OVER at `budget` labels.
    """
    begin(start, depart, canon[0], labels)
    bags, top, goal = 0, 0, NONE
    base = depart + left[start, 0]
    scale = SPANS_A_KEY / max(left[start, 0], 1e-9)
    made, span, size = 1, 0, enqueue(0, base, 0, 0, base, scale, labels)
    while True:
        if size == 0:
            span, size = refill(span, labels)
            if size == 0:
                break
        at = pop(labels.key, labels.item, size)
        size -= 1
        label = labels.label[at]
        here = label.node
        time, price, co2e, h2 = label.time, label.price, label.co2e, label.h2
        bag = bag_for(here, label.marks, labels)
        if bag != NONE:
            if graph.stored[here]:
                if beaten_stored(bag, at, graph, labels):
                    continue
            else:
                own_price, own_co2e, own_h2 = 0.0, 0.0, 0.0
                if slack > 0.0 and label.arc >= 0:
                    arc = graph.arc[label.arc]
                    own_price, own_co2e, own_h2 = slack * arc.price, slack * arc.co2e, slack * arc.h2
                if beaten(bag, price + own_price, co2e + own_co2e, h2 + own_h2, flat, labels):
                    continue
        least_price, least_co2e, least_h2 = price + left[here, 1], co2e + left[here, 2], h2 + left[here, 3]
        if goal != NONE and beaten(goal, least_price, least_co2e, least_h2, flat, labels):
            continue
        came = label.arc
        if bag == NONE:
            if top + FIRST_BAG > labels.price.shape[0]:
                labels.counts[MADE] = made
                return FULL
            bag = bags
            open_bag(bag, here, label.marks, top, labels)
            bags += 1
            top += FIRST_BAG
            if here == target and label.marks == served:
                goal = bag
        top = settle(bag, at, graph.stored[here], top, labels)
        if top == NONE:
            labels.counts[MADE] = made
            return FULL
        labels.settled[at] = True
        labels.counts[SETTLED] += 1
        if here == target:
            continue
        charged = came >= 0 and graph.arc[came].kind & CHARGED
        for out in range(graph.first_out[here], graph.first_out[here + 1]):
            arc = graph.arc[out]
            there = arc.head
            new_price, new_co2e, new_h2 = price + arc.price, co2e + arc.co2e, h2 + arc.h2
            least_price, least_co2e, least_h2 = (
                new_price + left[there, 1], new_co2e + left[there, 2], new_h2 + left[there, 3]
            )  # fmt: skip
            if not (least_price < np.inf and least_co2e < np.inf):
                continue
            if goal != NONE and beaten(goal, least_price, least_co2e, least_h2, flat, labels):
                continue
            leaves, arrives = passed_back(time, out, graph) if back else passed(time, out, graph)
            new_marks = canon[label.marks | arc.marks]
            if fixed != 0 and leaves + arrives > time + time + arc.wait + arc.wait + arc.hours + LATE_H:
                new_marks |= fixed  # something was waited for until its hour
            elif fixed != 0 and graph.first_departure[out + 1] > graph.first_departure[out]:
                new_marks |= fixed
            if not graph.stored[there]:
                bag = bag_for(there, new_marks, labels)
                own_price, own_co2e, own_h2 = slack * arc.price, slack * arc.co2e, slack * arc.h2
                if bag != NONE and beaten(
                    bag, new_price + own_price, new_co2e + own_co2e, new_h2 + own_h2, flat, labels
                ):
                    continue
            if not arrives + left[there, 0] <= horizon:
                continue
            if charged:
                new_price += graph.rate_h[came] * max(0.0, leaves - label.due)
            if made == labels.label.shape[0] or made == budget:
                labels.counts[MADE] = made
                return OVER if made == budget else FULL
            make(made, there, at, out, new_marks, labels)
            labels.label[made].time = arrives
            labels.label[made].price = new_price
            labels.label[made].co2e = new_co2e
            labels.label[made].h2 = new_h2
            labels.label[made].due = time + graph.free_h[out]
            size = enqueue(made, arrives + left[there, 0], span, size, base, scale, labels)
            made += 1
    labels.counts[MADE], labels.counts[BAGS], labels.counts[TOP] = made, bags, top
    return OK


@loop
def champions(
    graph, arc_places, canon, start, target, depart, horizon, weights, left, family_of, families, labels
):  # fmt: skip
    """For every class the chain to `target` with the least weighted cost, of those that come to no place twice.

    weights (3,): of hours, USD and kg; left (n_nodes,): the least that is left of that cost to the target. arc_places
    (n_arcs, n_words): places that an arc comes to, as bits. family_of (n_classes,): the bit of a class's family at the
    target, 0 if it is no answer there; families (n_classes,): bits of all families that a class may still become. A
    label whose families are all found is dropped. Returns OK or FULL.

    A* (Hart, Nilsson and Raphael 1968) over (node, class): a bag holds the cheapest label of its class so far, and is
    settled when its count is 1. A chain that comes to a place twice is not followed, though
    it may have kept a better one from being followed: the chain found is straight, and the best but for such cases, and
    but for those in which a cheaper and later one misses a departure.
    """
    begin(start, depart, canon[0], labels)
    labels.places[0, :] = 0
    open_bag(0, start, canon[0], 0, labels)
    bags, found = 1, 0
    base, scale = left[start], SPANS_A_KEY / max(left[start], 1e-9)
    made, span, size = 1, 0, enqueue(0, base, 0, 0, base, scale, labels)
    while True:
        if size == 0:
            span, size = refill(span, labels)
            if size == 0:
                break
        at = pop(labels.key, labels.item, size)
        size -= 1
        label = labels.label[at]
        here = label.node
        bag = bag_for(here, label.marks, labels)
        if families[label.marks] & ~found == 0 or labels.bag[bag].at != at:
            continue
        labels.bag[bag].count = 1
        labels.settled[at] = True
        labels.counts[SETTLED] += 1
        if here == target:
            found |= family_of[label.marks]
            continue
        came = label.arc
        charged = came >= 0 and graph.arc[came].kind & CHARGED
        time, price, co2e, h2 = label.time, label.price, label.co2e, label.h2
        for out in range(graph.first_out[here], graph.first_out[here + 1]):
            arc = graph.arc[out]
            there = arc.head
            new_price, new_co2e = price + arc.price, co2e + arc.co2e
            if not (left[there] < np.inf and new_price < np.inf and new_co2e < np.inf):
                continue
            new_marks = canon[label.marks | arc.marks]
            bag = bag_for(there, new_marks, labels)
            if bag != NONE and labels.bag[bag].count == 1:
                continue
            met = False
            for word in range(arc_places.shape[1]):
                met = met or (labels.places[at, word] & arc_places[out, word]) != 0
            if met:
                continue
            leaves, arrives = passed(time, out, graph)
            if not arrives <= horizon:
                continue
            if charged:
                new_price += graph.rate_h[came] * max(0.0, leaves - label.due)
            cost = weights[0] * (arrives - depart) + weights[1] * new_price + weights[2] * new_co2e
            if bag != NONE and labels.price[bag] <= cost:
                continue
            if made == labels.label.shape[0]:
                labels.counts[MADE] = made
                return FULL
            make(made, there, at, out, new_marks, labels)
            labels.label[made].time = arrives
            labels.label[made].price = new_price
            labels.label[made].co2e = new_co2e
            labels.label[made].h2 = h2 + arc.h2
            labels.label[made].due = time + graph.free_h[out]
            if bag == NONE:
                bag = bags
                open_bag(bag, there, new_marks, made, labels)
                bags += 1
            labels.bag[bag].at = made
            labels.price[bag] = cost
            for word in range(arc_places.shape[1]):
                labels.places[made, word] = labels.places[at, word] | arc_places[out, word]
            size = enqueue(made, cost + left[there], span, size, base, scale, labels)
            made += 1
    labels.counts[MADE], labels.counts[BAGS] = made, bags
    return OK


@loop
def trace(ended, arc_marks, first, arcs, marks, labels):
    """Fill first (n_ended + 1,) and arcs (n,) with the chains that end in labels (n_ended,), their last arcs first.

    And marks (n_ended,) with all that they picked up of arc_marks (n_arcs,). Returns how many arcs there are; where
    that is more than the room, arcs is not filled.
    """
    n = 0
    for k in range(ended.shape[0]):
        first[k] = n
        marks[k] = 0
        at = ended[k]
        while labels.label[at].parent >= 0:
            if n < arcs.shape[0]:
                arcs[n] = labels.label[at].arc
            marks[k] |= arc_marks[labels.label[at].arc]
            n += 1
            at = labels.label[at].parent
    first[ended.shape[0]] = n
    return n


@loop
def unbeaten(figures, more, kept):
    """Fill kept (n,) with the rows of figures (n, n_criteria) of which no kept one before is as good, times `more`.

    Returns how many are kept. Of rows in lexicographic order with `more` = 1 these are the Pareto set.
    """
    count = 0
    for row in range(figures.shape[0]):
        good = True
        for k in range(count):
            worse = False
            for column in range(figures.shape[1]):
                worse = worse or figures[kept[k], column] > more * figures[row, column]
            if not worse:
                good = False
                break
        if good:
            kept[count] = row
            count += 1
    return count
