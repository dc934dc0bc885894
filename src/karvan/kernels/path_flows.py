"""Equilibrium by flows on paths: gradient projection after Jayakrishnan, Tsai, Prashker and Rajadhyaksha (1994).

Each pair of zones has a few paths. Flow is moved between one of them, its base, and each other by a Newton step on
what their costs differ by, and times of the links that they do not share follow at once, before the next path is
looked at. So flows are settled among the paths that there are; then trees at the times so far tell how much better the
best paths would be (the gap), and give pairs whose best path is new one path more.

Where the slope of a function is infinite at no flow (a power below 1), or Newton's steps have overshot, the flow to be
moved is found by a line search (regula falsi as modified by Anderson and Bjorck 1973): each move then brings the sum
of the integrals down.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.link_time import refresh, time_and_slope, time_at
from karvan.kernels.pattern import go_on, keep
from karvan.kernels.tree import NONE, last_link, tree

OK = 0
FULL = 1
"""There are more paths, or links on them, than room: give larger arrays, and go on where it stopped."""

PATHS, LINKS, FREE, AT_ORIGIN, AT_PAIR, SEVERAL, MARKS = range(7)
"""`state`: paths made, links on them, the first path that is free again; where to go on; pairs with several paths; how
many times two paths were compared."""
EXCESS, TOTAL = range(2)
"""`sums`: what all flow costs more than on the best paths; what it costs."""
STATE, SUMS = 7, 2
NO_MARK = 2**62
"""No number of a comparison."""
PATTERN = 4
"""After so many rounds flow is moved on in the direction of all of them."""


class Paths(NamedTuple):
    """Paths of all pairs, those of a pair being a chain that begins with its base."""

    head: Any
    """The base of each pair, NONE if it has no path (n_pairs,)."""
    following: Any
    """The next path of the pair, or of those that are free (n_paths,)."""
    start: Any
    """Links of a path: `links[start]` on, from the origin to the destination (n_paths,)."""
    length: Any
    """(n_paths,)."""
    before: Any
    """Links at its beginning that a path shares with the base (n_paths,)."""
    after: Any
    """Links at its end that it shares with it (n_paths,)."""
    crosses: Any
    """Whether it meets the base on links between (n_paths,)."""
    minded: Any
    """What it has more of toll and length than the base, as the class minds it (n_paths,)."""
    flow: Any
    """In pce (n_paths,)."""
    links: Any
    """(n_links_on_paths,)."""
    mark: Any
    """Number of the comparison that a link was last met in, negative where both met on it (n_links,)."""


@inlined
def mark_met(path, base, paths, state):
    """Mark links that both a path and its base pass between their shared ends; whether there are any, and by what."""
    links, before, after, met = paths.links, paths.before[path], paths.after[path], False
    state[MARKS] += 1
    number = state[MARKS]
    for at in range(paths.start[path] + before, paths.start[path] + paths.length[path] - after):
        paths.mark[links[at]] = number
    for at in range(paths.start[base] + before, paths.start[base] + paths.length[base] - after):
        if paths.mark[links[at]] == number:
            paths.mark[links[at]] = -number
            met = True
    return met, -number


@inlined
def compare(path, base, paths, minded, state):
    """Settle what a path shares with the base; minded: what its class minds of each link (n_links,)."""
    links, one, other = paths.links, paths.start[path], paths.start[base]
    most = min(paths.length[path], paths.length[base])
    before = 0
    while before < most and links[one + before] == links[other + before]:
        before += 1
    end, other_end = one + paths.length[path], other + paths.length[base]
    after = 0
    while after < most - before and links[end - 1 - after] == links[other_end - 1 - after]:
        after += 1
    paths.before[path], paths.after[path] = before, after
    more = 0.0
    for ix in range(one + before, end - after):
        more += minded[links[ix]]
    for ix in range(other + before, other_end - after):
        more -= minded[links[ix]]
    paths.minded[path] = more
    paths.crosses[path], _ = mark_met(path, base, paths, state)


@inlined
def rebase(pair, paths, minded, state):
    """Make the path with the most flow the base of a pair."""
    first = paths.head[pair]
    best, best_before = first, np.int32(NONE)
    last, path = first, paths.following[first]
    while path != NONE:
        if paths.flow[path] > paths.flow[best]:
            best, best_before = path, last
        last, path = path, paths.following[path]
    if best == first:
        return
    paths.following[best_before] = paths.following[best]
    paths.following[best] = first
    paths.head[pair] = best
    path = first
    while path != NONE:
        compare(path, best, paths, minded, state)
        path = paths.following[path]


@inlined
def has_room(paths, state, grove):
    """Whether a path more finds room, however long it is."""
    if state[FREE] == NONE and state[PATHS] == paths.start.shape[0]:
        return False
    return state[LINKS] + grove.cost.shape[0] <= paths.links.shape[0]


@inlined
def add(net, grove, pair, last, flow, paths, state):
    """Add the tree's path that ends with a link to a pair, as its last; there is room."""
    length, link = 0, last
    while link != NONE:
        length += 1
        link = grove.over[net.tail[link]]
    path = state[FREE]
    if path == NONE:
        path = state[PATHS]
        state[PATHS] += 1
    else:
        state[FREE] = paths.following[path]
    ix = state[LINKS] + length - 1
    paths.start[path], paths.length[path] = state[LINKS], length
    state[LINKS] += length
    link = last
    while link != NONE:
        paths.links[ix] = link
        ix -= 1
        link = grove.over[net.tail[link]]
    paths.flow[path], paths.following[path] = flow, NONE
    end = paths.head[pair]
    if end == NONE:
        paths.head[pair] = path
    else:
        while paths.following[end] != NONE:
            end = paths.following[end]
        paths.following[end] = path


@loop
def load_first(
    net, function, trip_class, origins, first, destination, trips, minded,
    grove, paths, state, volume, time, slope, cost,
):  # fmt: skip
    """Give each pair that has none its best path, origin after origin, each at the times that those before it left.

    Arrays of a `flow.net.Sorted`. Added to: volume. Filled: time, slope. Workspace: cost (n_links,). Where no path
    leads, a pair gets none. FULL where there is too little room: goes on at state[AT_ORIGIN].
    """
    for ix in range(state[AT_ORIGIN], origins.shape[0]):
        grows = False
        for pair in range(first[ix], first[ix + 1]):
            grows = grows or paths.head[pair] == NONE
        state[AT_ORIGIN] = ix
        if not grows:
            continue
        for link in range(cost.shape[0]):
            cost[link] = time[link] + minded[trip_class[ix], link]
        tree(net, cost, origins[ix], grove, ix)
        for pair in range(first[ix], first[ix + 1]):
            if paths.head[pair] != NONE:
                continue
            if not has_room(paths, state, grove):
                return FULL
            node = destination[pair]
            _, last = last_link(net, cost, grove, node)
            if last == NONE:
                continue
            add(net, grove, pair, last, trips[pair], paths, state)
            path = paths.head[pair]
            for at in range(paths.start[path], paths.start[path] + paths.length[path]):
                volume[paths.links[at]] += trips[pair]
        refresh(function, volume, time, slope)
    state[AT_ORIGIN] = 0
    return OK


@loop
def measure(
    net, trip_class, origins, first, destination, trips, minded, time, grove, paths, state, sums, flow, several, cost,
):  # fmt: skip
    """How far the flows are from the best paths at these times; paths that are new, with no flow yet, are added.

    Filled: sums (SUMS,); flow (n_classes, n_links), what the paths' flows add up to; several (n_pairs,), the pairs with
    more than one path, state[SEVERAL] of them. Paths without flow are given up, and each base has what is left of the
    trips, so that what was rounded does not add up. Workspace: cost (n_links,). FULL where
    there is too little room: goes on at state[AT_ORIGIN], state[AT_PAIR].
    """
    links = paths.links
    if state[AT_ORIGIN] == 0 and state[AT_PAIR] == 0:
        sums[:] = 0.0
        flow[:, :] = 0.0
        state[SEVERAL] = 0
    begin = state[AT_ORIGIN]
    known = np.int64(NONE)
    for ix in range(begin, origins.shape[0]):
        of = trip_class[ix]
        if of != known:
            for link in range(cost.shape[0]):
                cost[link] = time[link] + minded[of, link]
            known = of
        load = flow[of]
        tree(net, cost, origins[ix], grove, ix)
        start = first[ix]
        if ix == begin:
            start = max(start, state[AT_PAIR])
        for pair in range(start, first[ix + 1]):
            base = paths.head[pair]
            if base == NONE:
                continue
            if not has_room(paths, state, grove):
                state[AT_ORIGIN], state[AT_PAIR] = ix, pair
                return FULL
            node = destination[pair]
            least, last = last_link(net, cost, grove, node)
            cheapest = np.inf
            excess, total, others = 0.0, 0.0, 0.0
            if paths.following[base] != NONE:
                rebase(pair, paths, minded[of], state)
                base = paths.head[pair]
                other = paths.following[base]
                while other != NONE:
                    others += paths.flow[other]
                    other = paths.following[other]
                paths.flow[base] = max(trips[pair] - others, 0.0)
            path, before = base, np.int32(NONE)
            while path != NONE:
                after = paths.following[path]
                on = paths.flow[path]
                if on == 0.0 and before != NONE:
                    paths.following[before] = after
                    paths.following[path] = state[FREE]
                    state[FREE] = path
                    path = after
                    continue
                by = 0.0
                for at in range(paths.start[path], paths.start[path] + paths.length[path]):
                    link = links[at]
                    by += cost[link]
                    load[link] += on
                excess += on * (by - least)
                total += on * by
                cheapest = min(cheapest, by)
                before, path = path, after
            if least < cheapest:
                add(net, grove, pair, last, 0.0, paths, state)
                compare(paths.following[before], base, paths, minded[of], state)
            sums[EXCESS] += excess
            sums[TOTAL] += total
            if paths.following[base] != NONE:
                several[state[SEVERAL]] = pair
                state[SEVERAL] += 1
    state[AT_ORIGIN], state[AT_PAIR] = 0, 0
    return OK


@inlined
def differs_by(path, base, by, met, paths, volume, function):
    """What a path costs more than the base with `by` of its flow moved to it; met: the mark of links that both pass."""
    links, before, after = paths.links, paths.before[path], paths.after[path]
    more = paths.minded[path]
    for at in range(paths.start[path] + before, paths.start[path] + paths.length[path] - after):
        if paths.mark[links[at]] != met:
            more += time_at(links[at], max(volume[links[at]] - by, 0.0), function)
    for at in range(paths.start[base] + before, paths.start[base] + paths.length[base] - after):
        if paths.mark[links[at]] != met:
            more -= time_at(links[at], max(volume[links[at]] + by, 0.0), function)
    return more


@inlined
def searched(path, base, most, differ, met, paths, volume, function):
    """The flow to move, from 0 (where costs differ by `differ`) to `most`, so that a path and its base cost the same.

    To a millionth of what they differed by: it is looked at again in the next round.
    """
    low, at_low, high = 0.0, differ, most
    at_high = differs_by(path, base, high, met, paths, volume, function)
    if at_high == 0.0 or (at_high > 0.0) == (at_low > 0.0):
        return high
    by = high
    for _ in range(100):
        by = low - at_low * (high - low) / (at_high - at_low)
        found = differs_by(path, base, by, met, paths, volume, function)
        if abs(found) <= 1e-6 * abs(differ):
            break
        if (found > 0.0) == (at_high > 0.0):
            share = 1.0 - found / at_high
            at_low *= share if share > 0.0 else 0.5
        else:
            low, at_low = high, at_high
        high, at_high = by, found
    return by


@loop
def kept(paths):
    """How many paths the pairs have, and links on them."""
    n_paths, n_links = 0, 0
    for pair in range(paths.head.shape[0]):
        path = paths.head[pair]
        while path != NONE:
            n_paths += 1
            n_links += paths.length[path]
            path = paths.following[path]
    return n_paths, n_links


@loop
def repack(old, new, pair_of, state):
    """Put the paths of all pairs one after another into `new`, which has room for them; pair_of (n_paths,).

    Those without flow too: they may be new ones that flow has yet to be moved to.
    """
    made, used = 0, 0
    for pair in range(old.head.shape[0]):
        new.head[pair] = NONE
        path, last = old.head[pair], NONE
        while path != NONE:
            new.start[made], new.length[made] = used, old.length[path]
            for ix in range(old.length[path]):
                new.links[used + ix] = old.links[old.start[path] + ix]
            used += old.length[path]
            new.before[made], new.after[made] = old.before[path], old.after[path]
            new.crosses[made] = old.crosses[path]
            new.minded[made], new.flow[made], new.following[made] = old.minded[path], old.flow[path], NONE
            pair_of[made] = pair
            if last == NONE:
                new.head[pair] = made
            else:
                new.following[last] = made
            last = made
            made += 1
            path = old.following[path]
    state[PATHS], state[LINKS], state[FREE] = made, used, NONE
    return OK


@loop
def settle(
    function, several, pair_class, minded, search, most, goal, paths, state, was, toward, volume, time, slope,
):  # fmt: skip
    """Move flow between the paths of pairs that have several, until what it costs more than the base is under `goal`.

    pair_class (n_pairs,): class of each. search: find every move by a line search. Changed: flows of paths, volume,
    time, slope (n_links,). Workspace: was (n_paths,), toward (n_links,). At most `most` rounds over all pairs; how many
    there were.
    """
    links = paths.links
    n = state[SEVERAL]
    rounds = 0
    for turn in range(most):
        rounds += 1
        left = 0.0
        if turn % PATTERN == 1:
            keep(several, n, paths, was)
        for ix in range(n):
            pair = several[ix]
            base = paths.head[pair]
            path = paths.following[base]
            lowest, spent, every = 0.0, 0.0, paths.flow[base]
            while path != NONE:
                before, after = paths.before[path], paths.after[path]
                begin, end = paths.start[path] + before, paths.start[path] + paths.length[path] - after
                other, other_end = paths.start[base] + before, paths.start[base] + paths.length[base] - after
                more, steep, met = paths.minded[path], 0.0, NO_MARK
                if paths.crosses[path]:
                    _, met = mark_met(path, base, paths, state)
                for at in range(begin, end):
                    more += time[links[at]]
                    if met == NO_MARK or paths.mark[links[at]] != met:
                        steep += slope[links[at]]
                for at in range(other, other_end):
                    more -= time[links[at]]
                    if met == NO_MARK or paths.mark[links[at]] != met:
                        steep += slope[links[at]]
                lowest = min(lowest, more)
                spent += more * paths.flow[path]
                every += paths.flow[path]
                on = paths.flow[path] if more > 0.0 else -paths.flow[base]
                if more * on > 0.0:
                    if search:
                        by = searched(path, base, on, more, met, paths, volume, function)
                    else:
                        by = more / steep if abs(more) < steep * abs(on) else on
                    paths.flow[path] = max(paths.flow[path] - by, 0.0)
                    paths.flow[base] = max(paths.flow[base] + by, 0.0)
                    for at in range(begin, end):
                        link = links[at]
                        volume[link] = max(volume[link] - by, 0.0)
                        time[link], slope[link] = time_and_slope(link, volume[link], function)
                    for at in range(other, other_end):
                        link = links[at]
                        volume[link] = max(volume[link] + by, 0.0)
                        time[link], slope[link] = time_and_slope(link, volume[link], function)
                path = paths.following[path]
            left += spent - lowest * every
            if paths.flow[base] == 0.0:
                rebase(pair, paths, minded[pair_class[pair]], state)
        if left <= goal:
            break
        if turn % PATTERN == 0 and turn > 0:
            go_on(function, several, n, paths, was, toward, volume, time, slope)
    return rounds
