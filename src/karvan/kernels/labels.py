"""Label-setting searches: all Pareto-optimal chains, and the best chain of every class.

Martins (1984), with labels taken in time order, so that dominance at a node is a question of price and CO2e only: a
staircase (a list in rising price and falling CO2e) answers it. A label is dropped too when even with the least that is
left to pay on each criterion it could not escape a chain that is known already. Labels are compared within one *class*:
the set of marks (bits) that a chain has picked up on its way, by which families of routes and wished-for places are
told apart; `canon` maps a set of marks to the class of sets that can no longer be told apart.
"""

from __future__ import annotations

import numpy as np

from karvan.kernels.compiler import kernel

OK = 0
FULL = 1
"""There are more labels than room: give larger arrays and start again."""

NONE = -1


@kernel
def before(a, b, time, price, co2e):
    """Whether label a is taken before label b: by time, then price, then CO2e, then first come."""
    if time[a] != time[b]:
        return time[a] < time[b]
    if price[a] != price[b]:
        return price[a] < price[b]
    if co2e[a] != co2e[b]:
        return co2e[a] < co2e[b]
    return a < b


@kernel
def push(heap, size, label, time, price, co2e):
    """Add a label to the binary heap (n_labels,) of `size` labels; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if before(heap[above], label, time, price, co2e):
            break
        heap[at] = heap[above]
        at = above
    heap[at] = label
    return size + 1


@kernel
def pop(heap, size, time, price, co2e):
    """Take the first label out of the heap: it is left at heap[size - 1]."""
    first, last = heap[0], heap[size - 1]
    size -= 1
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and before(heap[below + 1], heap[below], time, price, co2e):
            below += 1
        if before(last, heap[below], time, price, co2e):
            break
        heap[at] = heap[below]
        at = below
    heap[at] = last
    heap[size] = first
    return first


@kernel
def departure_after(ready, arc, wait, opens, shuts, first_departure, departures):
    """When a vehicle of `arc` leaves for goods ready at `ready` (h); infinity if none does.

    By timetable where the arc has departures, else after the mean wait, and within the days that the service runs.
    """
    ready = max(ready, opens[arc])
    low, high = first_departure[arc], first_departure[arc + 1]
    if low == high:
        leaves = ready + wait[arc]
    else:
        end = high
        while low < high:
            middle = (low + high) >> 1
            if departures[middle] < ready + wait[arc]:
                low = middle + 1
            else:
                high = middle
        leaves = departures[low] if low < end else np.inf
    return leaves if leaves < shuts[arc] else np.inf


@kernel
def find_class(node, marks, class_of_node, class_next, class_marks):
    """The class of `marks` at a node, or NONE."""
    bag = class_of_node[node]
    while bag != NONE and class_marks[bag] != marks:
        bag = class_next[bag]
    return bag


@kernel
def beaten(bag, label_price, label_co2e, class_first, stair_next, price, co2e):
    """Whether a settled label of the class is no worse in price and CO2e (it is no later)."""
    if bag == NONE:
        return False
    stair = class_first[bag]
    while stair != NONE and price[stair] <= label_price:
        if co2e[stair] <= label_co2e:
            return True
        stair = stair_next[stair]
    return False


@kernel
def settle(bag, label, class_first, stair_next, price, co2e):
    """Put a label into the staircase of its class; stairs that it beats in price and CO2e leave it."""
    last, stair = NONE, class_first[bag]
    while stair != NONE and price[stair] < price[label]:
        last, stair = stair, stair_next[stair]
    while stair != NONE and co2e[stair] >= co2e[label]:
        stair = stair_next[stair]
    stair_next[label] = stair
    if last == NONE:
        class_first[bag] = label
    else:
        stair_next[last] = label


@kernel
def least_left(tail, head, weight, target, left):
    """Fill left (n_nodes,) with the least sum of weight (n_arcs,) on the way to `target`: Bellman (1958), Ford (1956).

    A weight that is not a number, or infinite, bars its arc.
    """
    left[:] = np.inf
    left[target] = 0.0
    changed = True
    while changed:
        changed = False
        for arc in range(tail.shape[0]):
            through = weight[arc] + left[head[arc]]
            if through < left[tail[arc]]:
                left[tail[arc]] = through
                changed = True


@kernel
def escapes(new_time, new_price, new_co2e, known):
    """Whether no known chain (n_known, 3: time, price, CO2e) is as good on all three criteria."""
    for row in range(known.shape[0]):
        if known[row, 0] <= new_time and known[row, 1] <= new_price and known[row, 2] <= new_co2e:
            return False
    return True


@kernel
def search(
    first_out, head, hours, arc_price, arc_co2e, arc_marks, canon, wait, opens, shuts, first_departure, departures,
    start, target, depart, horizon, left_h, left_usd, left_kg, known,
    time, price, co2e, marks, node, parent, arc_of, settled, heap,
    class_of_node, class_next, class_marks, class_first, stair_next, counts,
):  # fmt: skip
    """All Pareto-optimal chains from `start` to `target` leaving at `depart` (h), but those no better than a known one.

    Arcs (n_arcs,), grouped by tail: first_out (n_nodes + 1,), head, hours (h), arc_price (USD), arc_co2e (kg),
    arc_marks (bits), wait (h: the mean wait, or the cut-off before a timetabled departure), opens and shuts (h),
    first_departure (n_arcs + 1,) into departures (h). A price or CO2e that is not a number makes an arc unusable.
    Nodes (n_nodes,): left_h, left_usd, left_kg, the least left to pay to the target. known (n_known, 3): the criteria
    of chains known already.

    Labels (n_labels,), filled: time (h), price, co2e, marks, node, parent, arc_of, settled. Workspace: heap,
    class_next, class_marks, class_first, stair_next (n_labels,), class_of_node (n_nodes,). counts (2,): labels made,
    labels settled. Chains that arrive after `horizon` (h) are not followed.
    """
    counts[0], counts[1] = 0, 0
    class_of_node[:] = NONE
    classes = 0
    time[0], price[0], co2e[0], marks[0] = depart, 0.0, 0.0, canon[0]
    node[0], parent[0], arc_of[0], settled[0] = start, NONE, NONE, False
    made, size = 1, push(heap, 0, 0, time, price, co2e)
    while size > 0:
        label = pop(heap, size, time, price, co2e)
        size -= 1
        here = node[label]
        bag = find_class(here, marks[label], class_of_node, class_next, class_marks)
        if beaten(bag, price[label], co2e[label], class_first, stair_next, price, co2e):
            continue
        if bag == NONE:
            bag = classes
            classes += 1
            class_marks[bag], class_first[bag] = marks[label], NONE
            class_next[bag] = class_of_node[here]
            class_of_node[here] = bag
        settle(bag, label, class_first, stair_next, price, co2e)
        settled[label] = True
        counts[1] += 1
        if here == target:
            continue
        for arc in range(first_out[here], first_out[here + 1]):
            there = head[arc]
            new_price, new_co2e = price[label] + arc_price[arc], co2e[label] + arc_co2e[arc]
            if not (new_price + left_usd[there] < np.inf and new_co2e + left_kg[there] < np.inf):
                continue
            arrives = departure_after(time[label], arc, wait, opens, shuts, first_departure, departures) + hours[arc]
            if not arrives + left_h[there] <= horizon:
                continue
            if not escapes(arrives + left_h[there], new_price + left_usd[there], new_co2e + left_kg[there], known):
                continue
            new_marks = canon[marks[label] | arc_marks[arc]]
            bag = find_class(there, new_marks, class_of_node, class_next, class_marks)
            if beaten(bag, new_price, new_co2e, class_first, stair_next, price, co2e):
                continue
            if made == time.shape[0]:
                counts[0] = made
                return FULL
            time[made], price[made], co2e[made], marks[made] = arrives, new_price, new_co2e, new_marks
            node[made], parent[made], arc_of[made], settled[made] = there, label, arc, False
            size = push(heap, size, made, time, price, co2e)
            made += 1
    counts[0] = made
    return OK


@kernel
def champions(
    first_out, head, hours, arc_price, arc_co2e, arc_marks, arc_places, canon, wait, opens, shuts, first_departure,
    departures, start, target, depart, horizon, weights, left,
    cost, time, price, co2e, marks, places, node, parent, arc_of, settled, heap,
    class_of_node, class_next, class_marks, counts,
):  # fmt: skip
    """For every class the chain to `target` with the least weighted cost, of those that come to no place twice.

    Arcs, labels and workspace as in `search`; cost (n_labels,) is `weights` (3,) times hours, USD and kg, taken in
    its order; places (n_labels, n_words) the places that a chain has come to, as bits, and arc_places (n_arcs, n_words)
    those that an arc comes to. left (n_nodes,): infinite where the target cannot be reached.

    Dijkstra over (node, class). A chain that comes to a place twice is not followed, though it may have kept a better
    one from being followed: the chain found is straight, and the best but for such cases.
    """
    counts[0], counts[1] = 0, 0
    class_of_node[:] = NONE
    classes = 0
    cost[0], time[0], price[0], co2e[0], marks[0] = 0.0, depart, 0.0, 0.0, canon[0]
    node[0], parent[0], arc_of[0], settled[0] = start, NONE, NONE, False
    places[0, :] = 0
    made, size = 1, push(heap, 0, 0, cost, time, price)
    while size > 0:
        label = pop(heap, size, cost, time, price)
        size -= 1
        here = node[label]
        bag = find_class(here, marks[label], class_of_node, class_next, class_marks)
        if bag != NONE:
            continue
        class_marks[classes] = marks[label]
        class_next[classes] = class_of_node[here]
        class_of_node[here] = classes
        classes += 1
        settled[label] = True
        counts[1] += 1
        if here == target:
            continue
        for arc in range(first_out[here], first_out[here + 1]):
            there = head[arc]
            new_price, new_co2e = price[label] + arc_price[arc], co2e[label] + arc_co2e[arc]
            if not (left[there] < np.inf and new_price < np.inf and new_co2e < np.inf):
                continue
            new_marks = canon[marks[label] | arc_marks[arc]]
            if find_class(there, new_marks, class_of_node, class_next, class_marks) != NONE:
                continue
            met = False
            for word in range(places.shape[1]):
                met = met or (places[label, word] & arc_places[arc, word]) != 0
            arrives = departure_after(time[label], arc, wait, opens, shuts, first_departure, departures) + hours[arc]
            if met or not arrives <= horizon:
                continue
            if made == time.shape[0]:
                counts[0] = made
                return FULL
            time[made], price[made], co2e[made], marks[made] = arrives, new_price, new_co2e, new_marks
            cost[made] = weights[0] * (arrives - depart) + weights[1] * new_price + weights[2] * new_co2e
            node[made], parent[made], arc_of[made], settled[made] = there, label, arc, False
            for word in range(places.shape[1]):
                places[made, word] = places[label, word] | arc_places[arc, word]
            size = push(heap, size, made, cost, time, price)
            made += 1
    counts[0] = made
    return OK
