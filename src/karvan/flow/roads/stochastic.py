"""Stochastic user equilibrium: nobody believes that another path that he knows would be better, as he perceives them.

Choice is by a logit with path sizes (`path_size`), between paths found at free flow and such as congestion makes the
cheapest (`choice_set`), and flows are where choices settle (`fixed_point`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from karvan.corridor.roads import Floats, Roads
from karvan.flow.loads import Loads, Step, Unserved, beckmann, times
from karvan.flow.path_size import shares
from karvan.flow.roads.choice_set import ChoiceSets, choice_sets, with_missing
from karvan.flow.roads.fixed_point import Choosers, Delay, Delays, settle
from karvan.flow.used_paths import UsedPaths
from karvan.ground.errors import InputError, Problem, nearest

ROUGH_GAP = 1e-2
"""To which flows settle while paths are still missing."""
NEW_SHARE = 0.1
"""What a path that is added begins with, the others of its pair having 1 together."""
MOST = 1e100
"""A time or slope that is no longer told from more, so that sums of them stay finite."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StochasticLoads(Loads):
    """Flows that settled, the paths they took, and what trips are expected to cost as they are perceived.

    The gap of its steps is what another round of choosing would change of the flows of the paths, over all trips; their
    objective is Fisk's function with path sizes.
    """

    theta: tuple[float, ...]
    """Of each class, per unit of time (n_classes,)."""
    sets: ChoiceSets
    share: Floats
    """What of its pair's trips takes each path of the sets (n_paths,)."""
    perceived: Floats
    """Expected least cost as it is perceived (n_classes, n_zones, n_zones): inf where there is no way, NaN where there
    are no trips."""
    bound: float
    """The most that is known to be no more than the least of the objective with these paths."""
    missing: int = 0
    """Pairs whose cheapest path at these flows is not among theirs."""

    @property
    def converged(self) -> bool:
        return self.gap <= self.asked_gap and not self.missing


def stochastic(
    roads: Roads,
    theta: float | Mapping[str, float] = 1.0,
    *,
    detour: float = 1.5,
    most_paths: int = 10,
    beta: float = 1.0,
    gap: float = 1e-6,
    most_iterations: int = 200,
    threads: int = 1,
    watch: Callable[[Step], None] | None = None,
    keep_paths: bool = False,
) -> StochasticLoads:
    """Flows at which choices settle.

    Not covered: tastes that differ within a class, costs that are no sum over links.

    Args:
        theta: how sharply costs are told apart, per unit of the network's time, above 0; or of each class by its name.
        detour: what a path may cost at free flow, in units of the cheapest.
        most_paths: kept of a pair at free flow; what congestion makes the cheapest is added to them.
        beta: what the path size weighs, 0 for the plain logit. Sizes are by what links cost at free flow.
        gap: at which it ends, see `StochasticLoads`.
        most_iterations: it ends after so many in any case; the loads then say that they have not converged.
        threads: pairs are looked at in so many; the result is the same to the last bit.
        watch: is told every step.
        keep_paths: give the paths with the loads; they are many.

    Returns:
        Loads of the method "sue". Trips between zones with no way are unserved, trips within a zone left out.

    Raises:
        InputError: for a parameter that makes no sense.
    """
    thetas = _checked(roads, theta, detour, most_paths, beta, gap, most_iterations, threads)
    sets, missing = choice_sets(roads, detour, most_paths, threads), 0
    unserved = tuple(
        Unserved(roads.classes[of].name, int(roads.zones[start]), int(roads.zones[end]), trips, "no way")
        for of, start, end, trips in sets.no_way
    )
    n_classes, n_zones = len(roads.classes), roads.n_zones
    perceived = np.full((n_classes, n_zones, n_zones), np.nan)
    for of, start, end, _ in sets.no_way:
        perceived[of, start, end] = np.inf
    if not sets.choices.n_pairs:
        return StochasticLoads(
            roads, "sue", np.zeros((n_classes, roads.n_links)), (Step(0.0, 0.0, 0.0),), gap, unserved, theta=thetas,
            sets=sets, share=np.empty(0), perceived=perceived, bound=0.0,
        )  # fmt: skip
    delays, target = delays_of(roads), max(gap, ROUGH_GAP)
    steps: tuple[Step, ...] = ()
    choosers = _choosers(sets, thetas, beta)
    share = shares(sets.choices, sets.free, sets.sizes, choosers.theta, beta)[0]
    while True:
        settled = settle(choosers, delays, share, target, most_iterations, threads, steps, watch)
        steps, point = settled.steps, settled.point
        wider, new = with_missing(sets, point.delay.time, settled.answer.cost)
        missing = int(new.sum())
        ended = steps[-1].gap > target or len(steps) >= most_iterations
        if ended or (not missing and steps[-1].gap <= gap):
            break
        target = target if missing else gap
        sets, share = wider, np.full(len(new), NEW_SHARE)
        share[~new] = point.share
        choosers = _choosers(sets, thetas, beta)
    perceived[sets.trip_class, sets.origin, sets.destination] = settled.answer.perceived
    return StochasticLoads(
        roads, "sue", _by_class(sets, sets.trips[sets.choices.pair] * point.share), steps, gap, unserved,
        used_paths=_used(sets, point.share) if keep_paths else None, theta=thetas, sets=sets, share=point.share,
        perceived=perceived, bound=settled.bound, missing=missing,
    )  # fmt: skip


def delays_of(roads: Roads) -> Delays:
    """What links take at their volumes, with slopes that are finite where the function's is not."""
    least = np.where((roads.power < 1) & np.isfinite(roads.capacity), 1e-9 * roads.capacity, 0.0)
    scale = roads.free_flow * roads.b * roads.power / roads.capacity
    grows = scale > 0

    def delays(volume: Floats) -> Delay:
        slope = np.zeros(roads.n_links)
        with np.errstate(over="ignore"):
            load = np.maximum(volume, least)[grows] / roads.capacity[grows]
            slope[grows] = scale[grows] * load ** (roads.power[grows] - 1)
            found = times(roads, volume), slope, beckmann(roads, volume)
        return Delay(*(np.minimum(each, MOST) for each in found))

    return delays


def _choosers(sets: ChoiceSets, theta: tuple[float, ...], beta: float) -> Choosers:
    """Who chooses on the network; path sizes are by cost at free flow."""
    which = sets.trip_class
    pce = np.array([of.pce for of in sets.roads.classes])
    bonus = beta * np.log(sets.sizes)
    return Choosers(sets.choices, sets.trips, pce[which], np.array(theta)[which], bonus, sets.fixed)


def _used(sets: ChoiceSets, share: Floats) -> UsedPaths:
    """The paths of the sets with their trips."""
    choices, pair = sets.choices, sets.choices.pair
    return UsedPaths(
        sets.trip_class[pair], sets.origin[pair], sets.destination[pair], sets.trips[pair] * share,
        choices.first_part, choices.part.astype(np.int64),
    )  # fmt: skip


def _by_class(sets: ChoiceSets, trips: Floats) -> Floats:
    """Trips of each class on each link (n_classes, n_links), of those on each path (n_paths,)."""
    from karvan.kernels import choosing

    choices, flow = sets.choices, np.zeros((len(sets.roads.classes), sets.roads.n_links))
    ends = choices.first_path[np.searchsorted(sets.trip_class, range(len(flow) + 1))]
    for of, volume in enumerate(flow):
        choosing.loaded(ends[of], ends[of + 1], choices.first_part, choices.part, trips, volume)
    return flow


def _checked(
    roads: Roads,
    theta: float | Mapping[str, float],
    detour: float,
    most_paths: int,
    beta: float,
    gap: float,
    most_iterations: int,
    threads: int,
) -> tuple[float, ...]:
    """The theta of each class; InputError for all that makes no sense."""
    names = [of.name for of in roads.classes]
    problems = []
    thetas = dict(theta) if isinstance(theta, Mapping) else dict.fromkeys(names, theta)
    for name in sorted(thetas.keys() - set(names)):
        like = nearest(name, names)
        remedy = f"no class is called that; nearest is '{like[0]}'" if like else f"give one of {', '.join(names)}"
        problems.append(Problem(f"theta of {name}", str(thetas[name]), remedy))
    for name in names:
        if name not in thetas:
            problems.append(Problem(f"theta of {name}", "none", "give one for each class, or one number for all"))
        elif not 0 < thetas[name] < np.inf:
            problems.append(Problem(f"theta of {name}", str(thetas[name]), "give a number above 0, per unit of time"))
    for what, value, fine, remedy in (
        ("detour", detour, 1 <= detour < np.inf, "give a number of 1 or more"),
        ("most paths", most_paths, most_paths >= 1, "give 1 or more"),
        ("beta", beta, 0 <= beta < np.inf, "give a number of 0 or more; 0 leaves path sizes out"),
        ("gap", gap, 0 <= gap < np.inf, "give a number of 0 or more, such as 1e-6"),
        ("most iterations", most_iterations, most_iterations >= 1, "give 1 or more"),
        ("threads", threads, threads >= 1, "give 1 or more"),
    ):
        if not fine:
            problems.append(Problem(what, str(value), remedy))
    if problems:
        raise InputError("stochastic equilibrium", problems)
    return tuple(float(thetas[name]) for name in names)
