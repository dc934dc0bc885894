"""User equilibrium and system optimum of a network of links, by flows on paths."""

from __future__ import annotations

from collections.abc import Callable

from karvan.corridor.roads import Roads
from karvan.flow.loads import Loads, Step
from karvan.flow.roads.criterion import Optimum, check, no_way, priced, step_at
from karvan.flow.roads.net import sort
from karvan.flow.roads.path_flows import PathFlows

ROUNDED = 1e-12
"""A rise of the objective, relative to it, that may be rounding."""


def equilibrium(
    roads: Roads,
    gap: float = 1e-6,
    most_iterations: int = 500,
    optimum: Optimum = "user",
    watch: Callable[[Step], None] | None = None,
    *,
    keep_paths: bool = False,
) -> Loads:
    """Flows at which nobody can do better alone, or all together: path-based gradient projection.

    After Jayakrishnan, Tsai, Prashker and Rajadhyaksha (1994), see `kernels.path_flows`. Not covered: hard capacities
    (`optimum`), tastes that differ (`stochastic`).

    Args:
        gap: relative gap at which it ends.
        most_iterations: it ends after so many in any case; the loads then say that it has not converged.
        optimum: "user" or "system", where trips are charged their marginal cost and the objective is the total cost.
        watch: is told every step.
        keep_paths: give the paths with the loads; they are many.

    Returns:
        Loads of the method "ue" or "so". Trips between zones with no way are unserved, and the others as if those
        were not; where flows are not unique (of the single classes, or where times do not rise) one of many.

    Raises:
        InputError: a gap below 0, no iteration.
    """
    check("equilibrium", gap, most_iterations, optimum)
    links = sort(priced(roads, optimum))
    paths = PathFlows(links)
    steps: list[Step] = []
    for iteration in range(most_iterations):
        if iteration > 0:
            paths.settle()
        excess = paths.measure()
        steps.append(step_at(links, paths.flow, excess, optimum))
        if watch is not None:
            watch(steps[-1])
        if steps[-1].gap <= gap:
            break
        if iteration > 0 and steps[-1].objective > steps[-2].objective * (1 + ROUNDED):
            paths.search = True
    return Loads(
        roads,
        "ue" if optimum == "user" else "so",
        links.back(paths.flow),
        tuple(steps),
        gap,
        no_way(links, paths.lost()),
        used_paths=paths.used() if keep_paths else None,
    )
