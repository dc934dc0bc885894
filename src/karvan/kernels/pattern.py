"""Going on in the direction in which flows on paths have moved over some rounds: a pattern move.

Hooke and Jeeves (1961). Where two classes, or two pairs of zones, would have to change places on the same links, flow
moved for one of them at a time comes only a little way before times stop it, and back; over some rounds what remains is
the change of places, and along that times hardly rise.
"""

from __future__ import annotations

from karvan.kernels.compiler import inlined, loop
from karvan.kernels.line_search import best_step
from karvan.kernels.link_time import refresh

NONE = -1
FAR = 64.0
"""How far to go at most, in units of what was moved."""


@loop
def keep(several, n, paths, was):
    """Remember the flow of each path of the first n pairs in `several`: was (n_paths,)."""
    for ix in range(n):
        path = paths.head[several[ix]]
        while path != NONE:
            was[path] = paths.flow[path]
            path = paths.following[path]
    return 0


@inlined
def room_for(pair, paths, was, most):
    """How far a pair can go on, at most `most` times what it has moved, before a path is without flow."""
    path = paths.head[pair]
    while path != NONE:
        moved = paths.flow[path] - was[path]
        if moved < 0.0:
            most = min(most, paths.flow[path] / -moved)
        path = paths.following[path]
    return most


@loop
def along(several, n, paths, was, most, toward):
    """Fill toward (n_links,) with what going on by `most`, or as far as there is room, changes; and the tolls by it."""
    steady = 0.0
    toward[:] = 0.0
    links = paths.links
    for ix in range(n):
        pair = several[ix]
        base = paths.head[pair]
        share = -1.0
        path = paths.following[base]
        while path != NONE:
            moved = paths.flow[path] - was[path]
            if moved != 0.0:
                if share < 0.0:
                    share = room_for(pair, paths, was, most)
                moved *= share
                steady += moved * paths.minded[path]
                before, after = paths.before[path], paths.after[path]
                for at in range(paths.start[path] + before, paths.start[path] + paths.length[path] - after):
                    toward[links[at]] += moved
                for at in range(paths.start[base] + before, paths.start[base] + paths.length[base] - after):
                    toward[links[at]] -= moved
            path = paths.following[path]
    return steady


@loop
def go_on(function, several, n, paths, was, toward, volume, time, slope):
    """Move flow on from `was` (n_paths,) past where it is, as far as that brings the sum of integrals down.

    Workspace: toward (n_links,). Changed: flows of paths, volume, time, slope (n_links,). How far, in units of what was
    moved.
    """
    steady = along(several, n, paths, was, FAR, toward)
    far = FAR * best_step(function, volume, toward, steady)
    if far == 0.0:
        return 0.0
    steady = along(several, n, paths, was, far, toward)
    step = best_step(function, volume, toward, steady)
    if step == 0.0:
        return 0.0
    for ix in range(n):
        pair = several[ix]
        share = step * room_for(pair, paths, was, far)
        path = paths.head[pair]
        while path != NONE:
            moved = paths.flow[path] - was[path]
            was[path] = paths.flow[path]
            paths.flow[path] = max(paths.flow[path] + share * moved, 0.0)
            path = paths.following[path]
    for link in range(volume.shape[0]):
        volume[link] = max(volume[link] + step * toward[link], 0.0)
    refresh(function, volume, time, slope)
    return step * far
