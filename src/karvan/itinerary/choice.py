"""The choice: of all chains found, which are shown, and for the rest by whom and on what they are beaten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from karvan.itinerary.calendar import hours_from
from karvan.itinerary.option import Beaten, Option, tell
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.room import unbeaten
from karvan.itinerary.search import Chain, Found, alternatives, by_preference, figures_of, measures_of
from karvan.itinerary.spread import with_spread
from karvan.itinerary.whynot import LeftOut, absent
from karvan.network.network import Floats, Network

LATE_SD = 1.2816
"""Standard deviations from the mean of a normal distribution to its P90."""


@dataclass(frozen=True)
class Choice:
    """What is shown, in the order of arrival, and what is not."""

    network: Network
    ask: FindItineraries
    found: Found
    options: tuple[Option, ...]

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Every other chain, and every family that has none, with the reason; worked out when it is asked for."""
        shown = [option.chain for option in self.options]
        against = _Against(self.ask, shown)
        expected = {*self.found.front, *self.found.champions}
        if self.ask.arrive_by is None and self.ask.until is None:
            expected |= {*alternatives(self.network, self.ask)}
        expected -= {*shown}
        others = _ordered(expected)
        found = [self._why(chain, against) for chain in others]
        return (*found, *absent(self.network, self.ask, self.found))

    def _why(self, chain: Chain, against: _Against) -> LeftOut:
        """By whom a chain is beaten outright, or else to whom it is as good as equal."""
        family, via = self.found.families.of(chain.marks), via_of(self.network, chain)
        other = against.no_worse(chain)
        if other is not None:
            on = ", ".join(against.better_on(other, chain)) or "equal on all"
            return LeftOut(family, self.options[other].id, on, chain, via)
        other = against.no_worse(chain, self.ask.epsilon)
        if other is not None:
            return LeftOut(family, self.options[other].id, f"within {self.ask.epsilon:.0%} on all", chain, via)
        return LeftOut(family, "", "not among the best of any class", chain, via)


def choose(network: Network, ask: FindItineraries, found: Found) -> Choice:
    """The Pareto set, thinned by epsilon-dominance, and the best of each family.

    Thinning keeps, for every chain of the Pareto set, one that is at most `epsilon` worse on each criterion.
    """
    champions: dict[str, Chain] = {}
    for chain in by_preference({*found.champions, *found.front}, ask):
        champions.setdefault(found.families.of(chain.marks), chain)
    shown = _ordered({*thin(found.front, ask, found.free), *champions.values()})
    families = [found.families.of(chain.marks) for chain in shown]
    options = [
        tell(network, ask, chain, f"{family}-{number}", family)
        for chain, family, number in zip(shown, families, _numbers(families), strict=True)
    ]
    against = _Against(ask, shown)
    front = {*found.front}
    beaten = [None if chain in front else against.no_worse(chain, besides=at) for at, chain in enumerate(shown)]
    options = [
        option if other is None else replace(option, beaten=Beaten(options[other].id, against.better_on(other, chain)))
        for option, chain, other in zip(options, shown, beaten, strict=True)
    ]
    return Choice(network, ask, found, tuple(with_spread(network, ask, options, shown)))


def via_of(network: Network, chain: Chain) -> tuple[str, ...]:
    """The places at which goods leave a vehicle."""
    return tuple(network.arcs[arc].head.place for arc in chain.arcs if network.arcs[arc].is_ride)


def thin(front: Sequence[Chain], ask: FindItineraries, free: Sequence[Chain] = ()) -> list[Chain]:
    """A part of the front of which some chain is within `epsilon` of each that is dropped, on every criterion.

    Unreliability is measured here by the time that nine of ten keep, were it normal: one more day of spread counts as
    one more day. The chains of least generalised cost come first, so that what is kept is what a shipper would look at.
    Of several departures each has its own, and those that are `free` to leave at any time too.
    """
    groups: dict[float | None, list[Chain]] = {}
    anytime = {*free}
    for chain in by_preference(front, ask):
        departs = chain.start_h if ask.until is not None else 0.0
        groups.setdefault(None if chain in anytime else departs, []).append(chain)
    return [
        chains[at] for chains in groups.values() for at in unbeaten(_figures(chains, ask), 1 + ask.epsilon)
    ]  # fmt: skip


def _ordered(chains: Iterable[Chain]) -> list[Chain]:
    return sorted(chains, key=lambda chain: (chain.criteria, chain.start_h, chain.arcs))


def _figures(chains: Sequence[Chain], ask: FindItineraries) -> Floats:
    """What chains are held against each other on where a share counts (n_chains, n_criteria); less is better.

    What is to arrive by an instant counts by the hours that it leaves before that.
    """
    arrival, price, co2e, h2, start = figures_of(chains)
    hours = arrival - start
    known = {
        "arrival": hours if ask.arrive_by is None else hours_from(ask.depart, ask.arrive_by) - start,
        "price": price,
        "co2e": co2e,
        "unreliability": hours + LATE_SD * np.sqrt(h2),
        "cost": price + hours * ask.value_of_time_usd_h,
    }
    return np.column_stack([known[name] for name in ask.criteria])


class _Against:
    """The chains that are shown, to hold others against."""

    def __init__(self, ask: FindItineraries, shown: Sequence[Chain]) -> None:
        self.ask = ask
        self.exact = measures_of(shown, ask)
        self.shares = _figures(shown, ask)

    def no_worse(self, chain: Chain, epsilon: float = 0.0, besides: int = -1) -> int | None:
        """The first that is no worse on any criterion, or by a share at most; better on one, for `besides` itself."""
        if epsilon:
            found = (self.shares <= _figures([chain], self.ask) * (1 + epsilon)).all(axis=1)
        else:
            figures = measures_of([chain], self.ask)[0]
            found = (self.exact <= figures).all(axis=1)
            if besides >= 0:
                found &= (self.exact < figures).any(axis=1)
        return int(found.argmax()) if found.any() else None

    def better_on(self, other: int, chain: Chain) -> tuple[str, ...]:
        """The criteria on which one that is shown is better than a chain."""
        better = self.exact[other] < measures_of([chain], self.ask)[0]
        names = (*self.ask.criteria, "departure")
        return tuple(name for name, is_better in zip(names, better.tolist(), strict=False) if is_better)


def _numbers(families: Iterable[str]) -> list[int]:
    """1, 2, ... within each family, in the order given."""
    seen: dict[str, int] = {}
    numbers = []
    for family in families:
        seen[family] = seen.get(family, 0) + 1
        numbers.append(seen[family])
    return numbers
