"""User equilibrium and system optimum by bi-conjugate Frank-Wolfe, which keeps flows on links only.

It needs little room and its iterations are cheap, but to a small gap it needs hundreds of them; see `equilibrium`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.flow.loads import Loads, Step
from karvan.flow.roads.all_or_nothing import Loading
from karvan.flow.roads.criterion import Optimum, check, no_way, priced, step_at
from karvan.flow.roads.net import Sorted, sort

NEAR = 0.01
"""A step so near to 1, or a point that much like the one before it, says nothing about the way on."""


def frank_wolfe(
    roads: Roads,
    gap: float = 1e-4,
    most_iterations: int = 1000,
    optimum: Optimum = "user",
    threads: int = 1,
    watch: Callable[[Step], None] | None = None,
) -> Loads:
    """Flows by bi-conjugate Frank-Wolfe (Mitradjieva and Lindberg 2013), with an exact line search.

    Args:
        gap: relative gap at which it ends.
        most_iterations: it ends after so many loadings in any case; the loads then say that it has not converged.
        threads: origins are searched in so many; the result is the same to the last bit.
        watch: is told every step.

    Returns:
        Loads of the method "bfw" or "so by bfw".

    Raises:
        InputError: a gap below 0, no iteration.
    """
    check("frank_wolfe", gap, most_iterations, optimum)
    links = sort(priced(roads, optimum))
    steps: list[Step] = []
    with Loading(links, threads) as loading:
        line = _Line(links)
        flow, least = loading(line.time)
        lost = np.isinf(least)
        for iteration in range(most_iterations):
            line.at(flow)
            best, least = loading(line.time)
            steps.append(step_at(links, flow, line.excess(flow, best), optimum))
            if watch is not None:
                watch(steps[-1])
            if steps[-1].gap <= gap or iteration == most_iterations - 1:
                break
            further = line.further(flow, best)
            if further is None:
                break
            flow = further
    name = "bfw" if optimum == "user" else "so by bfw"
    return Loads(roads, name, links.back(flow), tuple(steps), gap, no_way(links, lost))


class _Before(NamedTuple):
    """A point that was gone to, and how far: the step from 0 to 1."""

    point: Floats
    step: float


class _Line:
    """Where to go, and how far."""

    def __init__(self, links: Sorted) -> None:
        self.links = links
        n_links = links.roads.n_links
        self.volume, self.time, self.slope = np.zeros(n_links), np.empty(n_links), np.empty(n_links)
        self.before: list[_Before] = []
        self.at(np.zeros((len(links.roads.classes), n_links)))

    def at(self, flow: Floats) -> None:
        """Stand at flows in pce (n_classes, n_links)."""
        from karvan.kernels.link_time import refresh

        flow.sum(axis=0, out=self.volume)
        refresh(self.links.function, self.volume, self.time, self.slope)

    def excess(self, flow: Floats, best: Floats) -> float:
        """What flows cost more than those on the cheapest paths."""
        return max(float(((flow - best) * (self.time + self.links.minded)).sum()), 0.0)

    def further(self, flow: Floats, best: Floats) -> Floats | None:
        """The flows on the way to where the conjugate direction, or else the plain one, points; None if neither falls.

        best: all on the cheapest paths (n_classes, n_links).
        """
        from karvan.kernels.line_search import best_step

        for point in (self.conjugate(flow, best), best):
            along = point - flow
            steady = float((along * self.links.minded).sum())
            step = best_step(self.links.function, self.volume, along.sum(axis=0), steady)
            if step > 0:
                self.before = [*self.before[-1:], _Before(point, step)] if step < 1 - NEAR else []
                further: Floats = np.maximum(flow + step * along, 0.0)
                return further
            self.before = []
        return None

    def conjugate(self, flow: Floats, best: Floats) -> Floats:
        """The point that makes the direction conjugate to the last two, by the slopes here."""
        from karvan.kernels.line_search import curved

        if not self.before:
            return best
        along, last = (best - flow).sum(axis=0), self.before[-1]
        to_last = (last.point - flow).sum(axis=0)
        bent = curved(self.slope, to_last, to_last)
        met = curved(self.slope, to_last, along)
        if len(self.before) == 1:
            share = met / (met - bent) if met - bent != 0 else 0.0
            share = min(max(share, 0.0), 1 - NEAR)
            return share * last.point + (1 - share) * best
        other = self.before[-2]
        between = (last.step * last.point - flow + (1 - last.step) * other.point).sum(axis=0)
        apart = curved(self.slope, between, (other.point - last.point).sum(axis=0))
        if bent == 0 or apart == 0:
            return best
        mu = max(-curved(self.slope, between, along) / apart, 0.0)
        nu = max(-met / bent + mu * last.step / (1 - last.step), 0.0)
        share = 1 / (1 + mu + nu)
        found: Floats = share * (best + nu * last.point + mu * other.point)
        return found
