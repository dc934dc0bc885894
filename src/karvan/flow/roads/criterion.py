"""What is minimised: by each for himself, the user equilibrium; by all together, the system optimum.

In both all classes are counted in what they take of capacity (pce), their tolls and lengths too. Then there is one
function whose slope, by flow on a path, is pce times the path's cost, and as it is convex its least value is at most
`total - least total` below where one stands: objective - optimum <= gap x total, whatever the classes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.flow.loads import Step, Unserved, beckmann, times
from karvan.flow.roads.net import Sorted
from karvan.ground.errors import InputError, Problem

Optimum = Literal["user", "system"]
MOST = 1e270
"""A total cost beyond which kernels cut times off."""


def priced(roads: Roads, optimum: Optimum) -> Roads:
    """The network on whose links trips are charged what the optimum asks for.

    For the system that is the marginal cost, time and what one trip more costs the others: of this function
    free_flow (1 + b (power + 1) (x / capacity) ** power), so the same function with a larger b, at any power. Its
    integral is flow times time.
    """
    return roads if optimum == "user" else replace(roads, b=roads.b * (roads.power + 1))


def check(method: str, gap: float, most_iterations: int, optimum: str) -> None:
    """Refuse what no run could be asked for.

    Raises:
        InputError: a gap below 0 or not finite, no iteration, an optimum of another name.
    """
    problems = []
    if not 0 <= gap < np.inf:
        problems.append(Problem("gap", str(gap), "give a number of 0 or more, such as 1e-6"))
    if most_iterations < 1:
        problems.append(Problem("most_iterations", str(most_iterations), "give 1 or more"))
    if optimum not in ("user", "system"):
        problems.append(Problem("optimum", repr(optimum), "give 'user' or 'system'"))
    if problems:
        raise InputError(method, problems)


def step_at(links: Sorted, flow: Floats, excess: float, optimum: Optimum) -> Step:
    """Where flows in pce (n_classes, n_links) stand, given what they are charged more than on the cheapest paths.

    Of the system optimum the total, and with it the objective, is what trips really cost, and the gap is relative to
    that: it bounds the part of the cost that is too much.

    Raises:
        InputError: flows so far over capacity that times are beyond all numbers.
    """
    roads = links.roads
    volume = np.empty(roads.n_links)
    volume[links.order] = flow.sum(axis=0)
    minded = float((links.minded * flow).sum())
    with np.errstate(over="ignore"):
        objective = float(beckmann(roads, volume).sum()) + minded
        total = objective if optimum == "system" else float(volume @ times(roads, volume)) + minded
    if not total < MOST:
        ix = int(np.argmax(volume / roads.capacity))
        found = f"{roads.capacity[ix]} under a flow of {volume[ix]:g}"
        raise InputError(roads.name, [Problem(f"link {roads.link(ix)}, capacity", found, "give it in the trips' unit")])
    return Step(excess / total if total > 0 else 0.0, objective, total)


def no_way(links: Sorted, lost: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[Unserved, ...]:
    """The pairs between which no path leads; lost (n_pairs,): whether that is so."""
    roads = links.roads
    of = np.repeat(np.arange(len(links.origins)), np.diff(links.first))
    found = []
    for pair in np.flatnonzero(lost):
        trips = roads.classes[links.trip_class[of[pair]]]
        origin, destination = links.origins[of[pair]], links.destination[pair]
        ends = int(roads.zones[origin]), int(roads.zones[destination])
        found.append(Unserved(trips.name, *ends, float(trips.trips[origin, destination]), "no way"))
    return tuple(found)
