"""The choice: of all chains found, which are shown, and for the rest by whom and on what they are beaten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from karvan.itinerary.option import Beaten, Option, tell
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.search import Chain, Found, generalised, no_worse
from karvan.network.network import Network

CRITERIA = ("time", "price", "co2e")


@dataclass(frozen=True)
class LeftOut:
    """A chain, or a whole family, that is not shown. `beaten_by` is empty where there was no chain at all."""

    family: str
    beaten_by: str
    on: str
    chain: Chain | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What is shown, in the order of arrival, and what is not."""

    options: tuple[Option, ...]
    left_out: tuple[LeftOut, ...]


def choose(network: Network, ask: FindItineraries, found: Found) -> Choice:
    """The Pareto set, thinned by epsilon-dominance, and the best of each family; why the others are not shown.

    Thinning keeps, for every chain of the Pareto set, one that is at most `epsilon` worse on each criterion.
    """
    chains = sorted({*found.front, *found.champions}, key=lambda chain: (*chain.criteria, chain.arcs))
    name = {chain: found.families.of(chain.marks) for chain in chains}
    champions: dict[str, Chain] = {}
    for chain in sorted(found.champions, key=lambda chain: (generalised(chain, ask), chain.criteria, chain.arcs)):
        champions.setdefault(name[chain], chain)
    kept = {*thin(found.front, ask), *champions.values()}
    shown = [chain for chain in chains if chain in kept]
    numbers = _numbers(name[chain] for chain in shown)
    options = [
        tell(network, ask, chain, f"{name[chain]}-{number}", name[chain])
        for chain, number in zip(shown, numbers, strict=True)
    ]
    options = [
        replace(option, beaten=_beaten(chain, shown, options)) for chain, option in zip(shown, options, strict=True)
    ]
    left_out = [_why(network, chain, name[chain], shown, options, ask) for chain in chains if chain not in kept]
    absent = [
        LeftOut(rule.id, "", found.obstacle or _no_chain(ask))
        for rule in found.families.rules
        if rule.id not in set(name.values())
    ]
    return Choice(tuple(options), tuple(left_out + absent))


def thin(front: Sequence[Chain], ask: FindItineraries) -> list[Chain]:
    """A part of the front of which some chain is within `epsilon` of each that is dropped, on every criterion.

    The chains of least generalised cost come first, so that what is kept is what a shipper would look at first.
    """
    kept: list[Chain] = []
    for chain in sorted(front, key=lambda chain: (generalised(chain, ask), chain.criteria, chain.arcs)):
        if not any(no_worse(other, chain, 1 + ask.epsilon) for other in kept):
            kept.append(chain)
    return kept


def _numbers(families: Iterable[str]) -> list[int]:
    """1, 2, ... within each family, in the order given."""
    seen: dict[str, int] = {}
    numbers = []
    for family in families:
        seen[family] = seen.get(family, 0) + 1
        numbers.append(seen[family])
    return numbers


def _beaten(chain: Chain, shown: Sequence[Chain], options: Sequence[Option]) -> Beaten | None:
    for other, option in zip(shown, options, strict=True):
        if other is not chain and no_worse(other, chain) and other.criteria != chain.criteria:
            return Beaten(option.id, _better_on(other, chain))
    return None


def _better_on(one: Chain, other: Chain) -> tuple[str, ...]:
    return tuple(name for name, a, b in zip(CRITERIA, one.criteria, other.criteria, strict=True) if a < b)


def _why(
    network: Network, chain: Chain, family: str, shown: Sequence[Chain], options: Sequence[Option], ask: FindItineraries
) -> LeftOut:
    """By whom a chain is beaten outright, or else to whom it is as good as equal."""
    via = tuple(network.arcs[arc].head.place for arc in chain.arcs if network.arcs[arc].is_ride)
    for other, option in zip(shown, options, strict=True):
        if no_worse(other, chain):
            return LeftOut(family, option.id, ", ".join(_better_on(other, chain)) or "equal on all", chain, via)
    for other, option in zip(shown, options, strict=True):
        if no_worse(other, chain, 1 + ask.epsilon):
            return LeftOut(family, option.id, f"within {ask.epsilon:.0%} on all", chain, via)
    return LeftOut(family, "", "not among the best of any class", chain, via)


def _no_chain(ask: FindItineraries) -> str:
    limits = [f"in {ask.horizon_days:g} days"]
    if ask.avoid_countries or ask.avoid_places or ask.avoid_links:
        limits.append("with what is avoided")
    if ask.via:
        limits.append("through what is wished for")
    return f"no route {' and '.join(limits)}"
