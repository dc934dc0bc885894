"""Where choices settle: the flows that cause the times at which they would be chosen again.

A pair's trips choose between its paths by a logit with path sizes. The flows that cause just the times which make them
are the one minimum of Fisk's (1980) function, here with path sizes in it and trips that take w of a part's capacity,

    Z(f) = sum over parts of the integral of t + sum over paths of w f (fixed + (log f - beta log PS) / theta),

and the maximum of its dual, the function of Sheffi and Powell (1982) and Daganzo (1982). Both are worked out at every
step, so that the optimum lies between two known numbers. The gap is |f - D P(c(f))| / |f|, sums over all paths: what
another round of choosing would change of the flows.

A step goes from f to what would be chosen, f* = D P(c(f)), corrected for how times answer and choices yield to that:

    d = f* - f - M (dc - mean dc),   dc = what T A d adds to costs,

T being the slopes of the times, A the parts of the paths, M theta times the logarithmic mean of f and f*. Where nothing
is congested it is the answer at once, near the answer it is Newton's step for Z, and far off, where one path is to grow
by a factor of a thousand and the next to vanish, it still is a descent of Z, and one of the right size: Newton's own
trusts f, or f*, beyond where they hold. With v the volumes and H what M makes of times, (I + H T) dv = A (f* - f) is
solved by conjugate gradients (Hestenes and Stiefel 1952) on its symmetric form; no matrix is made. A line search on Z
makes it safe (Armijo 1966).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats
from karvan.flow.loads import Step
from karvan.flow.path_size import Choices


class Delay(NamedTuple):
    """What parts take at their volumes, each (n_parts,)."""

    time: Floats
    slope: Floats
    """By how much time grows with volume, finite and not negative."""
    integral: Floats
    """Of time, from no volume on."""


Delays = Callable[[Floats], Delay]
"""From volumes, of which none is negative, to what parts take."""


@dataclass(frozen=True, eq=False)
class Choosers:
    """Who chooses, between what, and how."""

    choices: Choices
    """Each pair has a path."""
    trips: Floats
    """(n_pairs,), above 0."""
    weight: Floats
    """What one trip takes of a part's capacity (n_pairs,)."""
    theta: Floats
    """(n_pairs,)."""
    bonus: Floats
    """Beta times the logarithm of each path's size (n_paths,)."""
    fixed: Floats
    """What a path costs besides the times of its parts (n_paths,)."""

    @property
    def load(self) -> Floats:
        """What a pair's trips take of capacities (n_pairs,)."""
        return self.weight * self.trips


class Point(NamedTuple):
    """Shares, and what comes of them."""

    share: Floats
    """(n_paths,)."""
    volume: Floats
    """(n_parts,)."""
    delay: Delay
    objective: float


class Answer(NamedTuple):
    """What would be chosen at the times of a point."""

    cost: Floats
    """Of each path (n_paths,)."""
    chosen: Floats
    """Shares (n_paths,)."""
    metric: Floats
    """(n_paths,)."""
    perceived: Floats
    """(n_pairs,)."""
    more: Floats
    """By how much volumes would differ (n_parts,)."""


class Settled(NamedTuple):
    """Where the steps ended."""

    point: Point
    answer: Answer
    steps: tuple[Step, ...]
    bound: float
    """The most that is known to be no more than the least of the objective."""


BLOCKS = 16
LEAST_PARTS = 200_000
"""Parts on paths from which on pairs are taken in blocks, which different threads may do. By size alone, so that sums
are the same on any number of threads."""
HALVINGS = 40
MOST_TURNS = 250
"""Turns of conjugate gradients at most: a rougher direction leads downhill too."""


def settle(
    of: Choosers,
    delays: Delays,
    start: Floats,
    gap: float,
    most_steps: int,
    threads: int = 1,
    done: Sequence[Step] = (),
    watch: Callable[[Step], None] | None = None,
) -> Settled:
    """Take steps from shares `start` (n_paths,) until the gap is reached, or the steps that are allowed are taken.

    Steps are added to those `done`, whose number counts too; watch is told every one. It also ends where none leads
    farther down.
    """
    work = Work(of, delays, threads)
    try:
        point, steps, bound = work.begin(start), list(done), -np.inf
        while True:
            answer = work.answer(point)
            step, least = work.judged(point, answer)
            steps.append(step)
            if watch is not None:
                watch(step)
            bound = max(bound, least)
            found = None
            if step.gap > gap and len(steps) < most_steps:
                found = work.searched(point, answer, work.direction(point, answer, step.gap, gap))
            if found is None:
                return Settled(point, answer, tuple(steps), bound)
            point = found
    finally:
        work.close()


class Work:
    """The parts of a step, block by block."""

    def __init__(self, of: Choosers, delays: Delays, threads: int) -> None:
        self.of, self.delays, self.load = of, delays, of.load
        choices = of.choices
        n_blocks = BLOCKS if len(choices.part) >= LEAST_PARTS else 1
        before = choices.first_part[choices.first_path]
        self._edges = np.searchsorted(before, np.linspace(0, before[-1], n_blocks + 1)).tolist()
        self._edges[-1] = choices.n_pairs
        self._arrays = choices.first_path, choices.first_part, choices.part
        self._volumes = np.empty((n_blocks, choices.n_parts))
        self._pool = ThreadPoolExecutor(threads) if threads > 1 and n_blocks > 1 else None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def begin(self, start: Floats) -> Point:
        """The point of some shares, which are mended where they add up to 1 but for rounding, or are none."""
        from karvan.kernels.choosing import LEAST

        start = np.maximum(start, LEAST)
        return self._stepped(start, start, np.zeros_like(start), 0.0, gently=True)

    def answer(self, point: Point) -> Answer:
        """What would be chosen."""
        from karvan.kernels.choosing import choose

        of, n_paths = self.of, self.of.choices.n_paths
        cost, chosen, metric, perceived = (np.empty(n) for n in (n_paths, n_paths, n_paths, of.choices.n_pairs))

        def do(first: int, end: int, volumes: Floats, _: int) -> None:
            choose(
                first, end, self._arrays, of.fixed, of.bonus, of.theta, self.load, point.delay.time, point.share,
                cost, chosen, metric, perceived, volumes,
            )  # fmt: skip

        return Answer(cost, chosen, metric, perceived, self._added(do))

    def judged(self, point: Point, answer: Answer) -> tuple[Step, float]:
        """Gap, objective and total cost at a point, and the bound that it gives."""
        of, pair = self.of, self.of.choices.pair
        moved = np.sum(of.trips[pair] * np.abs(point.share - answer.chosen))
        total = np.sum(self.load[pair] * point.share * answer.cost)
        dual = np.sum(self.load * (answer.perceived + np.log(of.trips) / of.theta))
        bound = dual + np.sum(point.delay.integral - point.volume * point.delay.time)
        return Step(float(moved / of.trips.sum()), point.objective, float(total)), float(bound)

    def direction(self, point: Point, answer: Answer, gap: float, asked: float) -> Floats:
        """How shares yield to what times answer (n_paths,): the more exactly the nearer the end, as far as is asked."""
        root = np.sqrt(point.delay.slope)
        left = root * answer.more
        found, along, norm = np.zeros_like(left), left.copy(), float(np.sum(left * left))
        enough = norm * max(min(0.1, gap), 0.01 * asked / gap) ** 2
        move = np.empty(self.of.choices.n_paths)
        for _ in range(MOST_TURNS):
            if norm <= enough:
                break
            image = along + root * self._yielded(answer, root * along, move)
            far = norm / float(np.sum(along * image))
            found += far * along
            left -= far * image
            norm, before = float(np.sum(left * left)), norm
            along = left + norm / before * along
        self._yielded(answer, root * found, move)
        return move

    def searched(self, point: Point, answer: Answer, move: Floats) -> Point | None:
        """A point on the way that is enough better, or not worse but for rounding; None where there is none."""
        of, pair = self.of, self.of.choices.pair
        grows = answer.cost + (np.log(of.trips[pair] * point.share) - of.bonus) / of.theta[pair]
        downhill = float(np.sum(self.load[pair] * grows * (answer.chosen - point.share + move)))
        length, gently = 1.0, False
        for _ in range(HALVINGS):
            found = self._stepped(point.share, answer.chosen, move, length, gently=gently)
            better = found.objective <= point.objective + 1e-4 * length * min(downhill, 0.0)
            if better or abs(found.objective - point.objective) <= 1e-13 * abs(point.objective):
                return found
            length, gently = (length / 2 if gently else length), True
        return None

    def _stepped(self, share: Floats, chosen: Floats, move: Floats, length: float, *, gently: bool) -> Point:
        from karvan.kernels.choosing import step

        of, new, sums = self.of, np.empty_like(share), np.empty((len(self._volumes), 1))

        def do(first: int, end: int, volumes: Floats, block: int) -> None:
            step(
                first, end, self._arrays, of.fixed, of.bonus, of.theta, of.trips, self.load, share, chosen, move,
                length, gently, new, volumes, sums[block],
            )  # fmt: skip

        volume = self._added(do)
        delay = self.delays(volume)
        return Point(new, volume, delay, float(sums.sum() + delay.integral.sum()))

    def _yielded(self, answer: Answer, longer: Floats, move: Floats) -> Floats:
        from karvan.kernels.choosing import yielded

        def do(first: int, end: int, volumes: Floats, _: int) -> None:
            yielded(first, end, self._arrays, self.load, answer.metric, longer, move, volumes)

        return self._added(do)

    def _added(self, do: Callable[[int, int, Floats, int], None]) -> Floats:
        """Do it for each block, and add up the volumes that they fill, in order."""
        blocks = range(len(self._volumes))

        def one(block: int) -> None:
            do(self._edges[block], self._edges[block + 1], self._volumes[block], block)

        for _ in self._pool.map(one, blocks) if self._pool is not None else map(one, blocks):
            pass
        added: Floats = self._volumes.sum(axis=0)
        return added
