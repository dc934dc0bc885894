"""The choice: of all chains found, which are shown, and for the rest by whom and on what they are beaten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from karvan.itinerary.calendar import hours_from
from karvan.itinerary.option import Beaten, Option, tell
from karvan.itinerary.request import FindItineraries
from karvan.itinerary.room import unbeaten
from karvan.itinerary.search import Chain, Found, alternatives, by_preference, figures_of, measures_of
from karvan.itinerary.spread import with_spread
from karvan.itinerary.whynot import LeftOut, absent
from karvan.network.network import Flags, Floats, Network

LATE_SD = 1.2816
"""Standard deviations from the mean of a normal distribution to its P90."""


@dataclass(frozen=True)
class Choice:
    """What is shown, in the order of arrival, and what is not."""

    network: Network
    ask: FindItineraries
    found: Found
    options: tuple[Option, ...]
    _left_out: list[tuple[LeftOut, ...]] = field(default_factory=list, repr=False, compare=False)
    """Once it was asked for; answers that are alike but for their day share it."""

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Every other chain, and every family that has none, with the reason; worked out when it is asked for."""
        # No cached_property: up to Python 3.11 its lock would have the threads of a service wait for each other.
        if not self._left_out:
            self._left_out.append(self._all_left_out())
        return self._left_out[0]

    def for_another_day(self, ask: FindItineraries) -> Choice:
        """The same for a request that differs in its day alone, where nothing changes by the clock."""
        return replace(self, ask=ask, options=tuple(replace(option, ask=ask) for option in self.options))

    def _all_left_out(self) -> tuple[LeftOut, ...]:
        shown = [option.chain for option in self.options]
        expected = {*self.found.front, *self.found.champions}
        if self.ask.arrive_by is None and self.ask.until is None:
            expected |= {*alternatives(self.network, self.ask)}
        expected -= {*shown}
        found = self._why(_ordered(expected), _Against(self.ask, shown))
        return (*found, *absent(self.network, self.ask, self.found))

    def _why(self, chains: Sequence[Chain], against: _Against) -> Iterator[LeftOut]:
        """By whom each chain is beaten outright, or else to whom it is as good as equal."""
        beaten, alike = against.no_worse(chains), against.no_worse(chains, self.ask.epsilon)
        on = against.better_on(beaten, chains)
        nearly = f"within {self.ask.epsilon:.0%} on all"
        for chain, outright, other, better in zip(chains, beaten, alike, on, strict=True):
            family, via = self.found.families.of(chain.marks), via_of(self.network, chain)
            if outright is not None:
                yield LeftOut(family, self.options[outright].id, ", ".join(better) or "equal on all", chain, via)
            elif other is not None:
                yield LeftOut(family, self.options[other].id, nearly, chain, via)
            else:
                yield LeftOut(family, "", "not among the best of any class", chain, via)


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
    best = [chain in front for chain in shown]
    beaten = [None if one else other for one, other in zip(best, against.others(), strict=True)]
    options = [
        option if other is None else replace(option, beaten=Beaten(options[other].id, on))
        for option, other, on in zip(options, beaten, against.better_on(beaten, shown), strict=True)
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

    def no_worse(self, chains: Sequence[Chain], epsilon: float = 0.0) -> list[int | None]:
        """Of each chain the first that is no worse on any criterion, or by a share at most."""
        if epsilon:
            return _first(self.shares[None] <= (_figures(chains, self.ask) * (1 + epsilon))[:, None])
        return _first(self.exact[None] <= measures_of(chains, self.ask)[:, None])

    def others(self) -> list[int | None]:
        """Of each that is shown the first that is no worse on any criterion, and better on one."""
        known, other = self.exact[None], self.exact[:, None]
        return _first((known <= other) & (known < other).any(axis=2, keepdims=True))

    def better_on(self, others: Sequence[int | None], chains: Sequence[Chain]) -> list[tuple[str, ...]]:
        """The criteria on which one that is shown is better than a chain, for each pair; none without a pair."""
        names = (*self.ask.criteria, "departure")
        figures = self.exact[[other or 0 for other in others]] if others else self.exact[:0]
        better = (figures < measures_of(chains, self.ask)).tolist()
        return [
            () if other is None else tuple(name for name, is_better in zip(names, row, strict=False) if is_better)
            for other, row in zip(others, better, strict=True)
        ]


def _first(found: Flags) -> list[int | None]:
    """Of each row of (n_chains, n_shown, n_criteria) the first that holds on all criteria."""
    whole: Flags = np.asarray(found.all(axis=2))
    if not whole.shape[1]:
        return [None] * len(whole)
    first, some = whole.argmax(axis=1).tolist(), np.asarray(whole.any(axis=1)).tolist()
    return [at if is_any else None for at, is_any in zip(first, some, strict=True)]


def _numbers(families: Iterable[str]) -> list[int]:
    """1, 2, ... within each family, in the order given."""
    seen: dict[str, int] = {}
    numbers = []
    for family in families:
        seen[family] = seen.get(family, 0) + 1
        numbers.append(seen[family])
    return numbers
