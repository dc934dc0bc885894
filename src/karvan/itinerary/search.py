"""The search: from a packed network and a request to the chains that are worth telling of.

Criteria are arrival, price, CO2e and the variance of the time; all add up along a chain, waiting is always allowed, and
who is ready later never arrives earlier, so label-setting is exact (Martins 1984). The best chain of every family, by
generalised cost, is found beside the Pareto set, for a family is shown also where another beats it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from karvan.ground.errors import InputError, Problem
from karvan.ground.sphere import great_circle_km
from karvan.itinerary.calendar import hours_from
from karvan.itinerary.chain import Chain
from karvan.itinerary.labelling import Labelling, preferred
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.room import unbeaten
from karvan.network.family import UNREACHED, Families, closed_to, families
from karvan.network.network import END, START, Flags, Floats, Network, Node

__all__ = ["Chain", "Found", "best_of_families", "generalised", "pareto", "search"]

MOST_DEPARTURES = 2_000
"""Of a window; who needs more can ask day by day."""
JUST_AFTER_H = 1e-5
"""Hours after which a departure is missed ..."""
AT_ONCE_H = 1e-7
"""... and after which it is not: `kernels.passing.LATE_H` lies between."""


@dataclass(frozen=True)
class Found:
    """What a search found."""

    front: tuple[Chain, ...]
    """The full Pareto set, in the order of arrival, price, CO2e, variance."""
    champions: tuple[Chain, ...]
    """The best chain of every class by generalised cost; a family is one or more classes."""
    families: Families
    labels: int
    free: tuple[Chain, ...] = ()
    """Of the front of a departure window those that can leave later too, and then arrive so much later."""
    obstacle: str = ""
    """Why there was nothing to search, where that is so."""
    slack: float = 0.0
    """Share by which what was found may be worse, on any criterion but time, than what was not: 0 is exact."""


def search(network: Network, ask: FindItineraries) -> Found:
    """All chains from origin to destination that none beats, and the best of each family."""
    marked = families_for(network, ask)
    run = _labelling(network, ask, marked)
    if isinstance(run, str):
        return Found((), (), marked, 0, obstacle=run)
    free: list[Chain] = []
    if ask.arrive_by is not None:
        best, front = _latest(run, hours_from(ask.depart, ask.arrive_by))
    elif ask.until is not None:
        best, front, free = _profile(run, hours_from(ask.depart, ask.until))
    else:
        best, front = run.champions(), run.front()
    best = by_preference(best, ask)
    front = [*free, *pareto([*best, *front], ask)]
    return Found(
        tuple(dict.fromkeys(front)), tuple(dict.fromkeys(best)), marked, run.labels, tuple(free), slack=run.slack
    )  # fmt: skip


def families_for(network: Network, ask: FindItineraries) -> Families:
    """The families that a request's chains may be of: those that are not closed to its goods."""
    return families(network, ask.via, closed_to(network.corridor, ask.origin, ask.destination))


def alternatives(network: Network, ask: FindItineraries) -> list[Chain]:
    """The fastest chain of every class, and the one with the least CO2e: what somebody might expect to be shown."""
    run = _labelling(network, ask, families_for(network, ask))
    return [] if isinstance(run, str) else run.champions((1.0, 0.0, 0.0)) + run.champions((0.0, 0.0, 1.0))


def best_of_families(
    network: Network, ask: FindItineraries, barred: Flags | None = None, shunned: Flags | None = None
) -> dict[str, Chain]:
    """The chain of least generalised cost of each family that has any, by the family's id: no front, so quick.

    Arcs may be given that are `barred` in place of those that the request bars; of those that are `shunned` a chain has
    as few as can be.
    """
    marked = families_for(network, ask)
    run = _labelling(network, ask, marked, barred)
    if isinstance(run, str):
        return {}
    run.shun(shunned)
    best: dict[str, Chain] = {}
    for chain in by_preference(run.champions(), ask):
        best.setdefault(marked.of(chain.marks), chain)
    if shunned is None:
        return best
    run.shun(None)
    return {family: run.chain(chain.arcs, chain.start_h) for family, chain in best.items()}


def by_preference(chains: Iterable[Chain], ask: FindItineraries) -> list[Chain]:
    """Chains, the best of a family first: by generalised cost, or time or CO2e where money is no criterion."""
    by_hour, by_usd, by_kg = preferred(ask)
    by_h = None if ask.arrive_by is None else hours_from(ask.depart, ask.arrive_by)

    def key(chain: Chain) -> tuple[object, ...]:
        hours = chain.time_h if by_h is None else by_h - chain.start_h
        cost = by_hour * hours + by_usd * chain.price_usd + by_kg * chain.co2e_kg
        return cost, chain.criteria, chain.arcs, chain.start_h

    return sorted(chains, key=key)


def _latest(run: Labelling, by_h: float) -> tuple[list[Chain], list[Chain]]:
    """Chains that arrive by an hour and leave as late as they can: the best of families, and the Pareto set."""
    best = []
    for chain in run.champions():
        start = run.latest_start(chain, by_h)
        if start >= 0:
            best.append(run.chain(chain.arcs, start))
    return best, run.latest(by_h)


def _profile(run: Labelling, until_h: float) -> tuple[list[Chain], list[Chain], list[Chain]]:
    """Chains for all departures before an hour: the best of families, the Pareto set, and those that can leave later.

    After each departure that is missed the set is another: range queries as of Delling et al. (2012), the earliest
    first. Chains that wait for no hour of the clock move with the departure; each is told once, from when on it does.
    Raises InputError where there are more departures than anyone could choose among.
    """
    waiting: list[Chain] = []
    floating: dict[Chain, float] = {}
    at = 0.0
    for _ in range(MOST_DEPARTURES):
        nexts = []
        for chain in run.front(at, apart=True, window_h=until_h):
            if chain.floats:
                ends = at + run.float_h(chain)
                nexts.append(max(ends, at + AT_ONCE_H))
                earlier = next(
                    (known for known in floating if known.arcs == chain.arcs and floating[known] >= at), chain
                )
                floating[earlier] = ends
            else:
                start = run.latest_start(chain, chain.arrive_h)
                nexts.append(max(start, at) + JUST_AFTER_H)
                waiting.append(run.chain(chain.arcs, start))
        at = min(nexts, default=until_h)
        if at >= until_h:
            break
    else:
        remedy = f"ask for a shorter window: of more than {MOST_DEPARTURES:,} departures nobody could choose"
        raise InputError("the request", [Problem("until", f"{MOST_DEPARTURES:,} departures and more", remedy)])
    waiting = [chain for chain in waiting if chain.start_h < until_h and chain.time_h <= run.horizon_h]
    floating = {chain: ends for chain, ends in floating.items() if chain.time_h <= run.horizon_h}
    kept = [
        chain
        for chain in waiting
        if not any(
            known.start_h <= chain.start_h < ends and _no_later(known, chain, run.ask)
            for known, ends in floating.items()
        )
    ]
    best = [run.chain(chain.arcs, run.latest_start(chain, chain.arrive_h)) for chain in run.champions()]
    floats = {chain.arcs for chain in floating}
    return [chain for chain in best if chain.start_h < until_h and chain.arcs not in floats], kept, list(floating)


def _no_later(floating: Chain, chain: Chain, ask: FindItineraries) -> bool:
    """Whether a chain that can leave later is no worse than another, leaving with it."""
    shifted = replace(floating, start_h=chain.start_h, arrive_h=floating.time_h + chain.start_h)
    one, other = measures_of([shifted, chain], ask)
    return bool((one <= other).all())


def _labelling(
    network: Network, ask: FindItineraries, marked: Families, barred: Flags | None = None
) -> Labelling | str:
    """What is needed to search, or what rules out every chain: an end without a gate, or a wish that none can serve."""
    start, end = Node(START, ask.origin), Node(END, ask.destination)
    for node, verb in ((start, "handed in"), (end, "taken out")):
        if node not in network.node_ix:
            near = ", ".join(_nearest(network, node))
            return f"goods cannot be {verb} at {node.place}; nearest where they can: {near}"
    if marked.wished == UNREACHED:
        return "a place that is wished for is on no service"
    return Labelling(network, ask, marked, network.node_ix[start], network.node_ix[end], barred)


def _nearest(network: Network, node: Node, most: int = 3) -> list[str]:
    """The places nearest to a node's where goods can be in its state."""
    here = network.corridor.place(node.place)
    known = [network.corridor.place(other.place) for other in network.nodes if other.state == node.state]
    known.sort(key=lambda place: (great_circle_km(here.lon, here.lat, place.lon, place.lat), place.id))
    return [place.id for place in known[:most]]


def generalised(chain: Chain, ask: FindItineraries) -> float:
    """Generalised cost: the price, and the time at its value, USD."""
    return chain.price_usd + chain.time_h * ask.value_of_time_usd_h


def figures_of(chains: Sequence[Chain]) -> Floats:
    """Arrival (h), price (USD), CO2e (kg), variance (h2) and start (h) of chains, a row each (5, n_chains)."""
    figures = [(*chain.criteria, chain.start_h) for chain in chains]
    return np.array(figures, dtype=np.float64).reshape(len(chains), 5).T


def measures_of(chains: Sequence[Chain], ask: FindItineraries) -> Floats:
    """What chains are compared on, by the criteria of the request (n_chains, n_criteria); less is better.

    Of several departures the later is better too, in a last column; where the latest is sought it stands for arriving.
    """
    arrival, price, co2e, h2, start = figures_of(chains)
    known = {
        "arrival": arrival if ask.arrive_by is None else -start,
        "price": price,
        "co2e": co2e,
        "unreliability": h2,
        "cost": price + (arrival - start) * ask.value_of_time_usd_h,
    }
    columns = [known[name] for name in ask.criteria]
    return np.column_stack([*columns, -start] if ask.until is not None and ask.arrive_by is None else columns)


def pareto(chains: Sequence[Chain], ask: FindItineraries) -> list[Chain]:
    """Those that none other beats, in the order of their criteria; of equals the first."""
    ordered = list(dict.fromkeys(chains))
    rows = measures_of(ordered, ask).tolist()
    keys = sorted(
        (row, chain.criteria, chain.arcs, at) for at, (row, chain) in enumerate(zip(rows, ordered, strict=True))
    )
    ordered = [ordered[key[-1]] for key in keys]
    return [ordered[at] for at in unbeaten(np.array([key[0] for key in keys]))] if keys else []
