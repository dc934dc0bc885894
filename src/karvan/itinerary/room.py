"""Room: kernels are run with as much of it for their labels as they need, and within a budget of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import local
from typing import TYPE_CHECKING

import numpy as np

from karvan.network.network import Floats, Ints

if TYPE_CHECKING:
    from karvan.kernels.labels import Labels
    from karvan.kernels.passing import Graph

FIRST_ROOM = 1 << 17
"""Labels to begin with; where that is too few, there is room for sixteen times as many, and so on."""
BUDGET = 2_000_000
"""Labels that an exact search may make: a second or so. Beyond it there is a slack."""
SLACKS = (0.0, 0.1, 0.3, 1.0, 3.0)
"""Tried in turn, each within the budget; the last without one."""
_kept = local()


def front_labels(
    graph: Graph, left: Floats, start: int, end: int, depart: float, horizon: float, *,
    served: int = 0, fixed: int = 0, flat: bool = False, back: bool = False, slacks: Sequence[float] = SLACKS,
    canon: Ints | None = None,
) -> tuple[Labels, float, int]:  # fmt: skip
    """The labels of a Pareto search: exact within the budget, else with the first slack that is.

    Arguments are those of `kernels.labels.front`; without a `canon` each set of marks is a class of its own. Returns
    the labels, the slack, and how many labels were made in all.
    """
    from karvan.kernels.labels import OK, front

    if canon is None or not len(canon):
        canon = np.arange((served | fixed) + 1, dtype=np.int64)
    elif fixed:
        canon = np.concatenate([canon, canon | fixed])
    every = 0
    for slack in slacks:
        budget = BUDGET if slack < slacks[-1] else 1 << 62

        def run(labels: Labels, slack: float = slack, budget: int = budget) -> int:
            asked = start, end, depart, horizon, left, served | fixed, fixed, slack, budget, flat, back
            return int(front(graph, canon, *asked, labels))

        status, labels, made = with_room(run, len(graph.stored), 0)
        every += made
        if status == OK:
            return labels, slack, every
    raise AssertionError("the last search has no budget")


def with_room(run: Callable[[Labels], int], nodes: int, words: int) -> tuple[int, Labels, int]:
    """Run a kernel with as much room as it needs: its status, its labels, and how many were made in all."""
    from karvan.kernels.labels import FULL, MADE

    room, every = FIRST_ROOM, 0
    while True:
        labels = _room(room, nodes, words)
        status = run(labels)
        every += int(labels.counts[MADE])
        if status != FULL:
            return status, labels, every
        room *= 16


def unbeaten(figures: Floats, more: float = 1.0) -> list[int]:
    """Rows of figures (n, n_criteria), in order, that no kept one before is at most `more` times as bad as."""
    from karvan.kernels import labels as kernels

    kept = np.empty(len(figures), dtype=np.int64)
    rows: list[int] = kept[: kernels.unbeaten(np.ascontiguousarray(figures, dtype=np.float64), more, kept)].tolist()
    return rows


def _room(room: int, nodes: int, words: int) -> Labels:
    """Arrays for so many labels; those of the usual size are kept from one search to the next."""
    from karvan.kernels.labels import BAG, LABEL, SPANS, Labels

    known: dict[tuple[int, int, int], Labels] = _kept.__dict__.setdefault("labels", {})
    found = known.get((room, nodes, words))
    if found is None:
        whole = np.int64
        found = Labels(
            label=np.recarray(room, dtype=LABEL), settled=np.empty(room, dtype=np.bool_),
            key=np.empty(room), item=np.empty(room, dtype=whole),
            queue=np.empty(SPANS, dtype=whole), after=np.empty(room, dtype=whole),
            places=np.empty((room if words else 0, words), dtype=whole),
            bag_of_node=np.empty(nodes, dtype=whole), bag=np.recarray(room, dtype=BAG),
            price=np.empty(2 * room), co2e=np.empty(2 * room), h2=np.empty(2 * room),
            member=np.empty(2 * room, dtype=whole), counts=np.zeros(4, dtype=whole),
        )  # fmt: skip
        if room <= FIRST_ROOM:
            while len(known) >= 4:
                known.pop(next(iter(known)))
            known[room, nodes, words] = found
    return found
