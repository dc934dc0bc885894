"""Families of routes: the package's rules, as marks that chains of arcs pick up on their way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.corridor.row import Row
from karvan.network.network import Flags, Ints, Network

UNREACHED = -1
"""Wished-for marks that no chain has: some place of `via` is on no service."""
OTHER = "other"
"""The family of a chain that no rule names."""


@dataclass(frozen=True)
class Rule:
    """A family's conditions as marks: some mark of each group in `needs`, and none of `bars`."""

    id: str
    name: str
    needs: tuple[int, ...]
    bars: int


@dataclass(frozen=True)
class Families:
    """The rules in their order, and the marks of each arc (n_arcs,)."""

    rules: tuple[Rule, ...]
    marks: Ints
    wished: int
    """Marks that a chain must have: the places that the asker wants to pass."""

    def of(self, marks: int) -> str:
        """The family of a chain that picked up `marks`."""
        for rule in self.rules:
            if not marks & rule.bars and all(marks & mark for mark in rule.needs):
                return rule.id
        return OTHER

    def serves(self, marks: int) -> bool:
        """Whether a chain passed every wished-for place."""
        return marks & self.wished == self.wished


def families(network: Network, via: tuple[str, ...] = ()) -> Families:
    """Give every condition of the rules, and every place of `via`, a mark of its own.

    Conditions that hold on the same arcs share one mark, so that chains are told apart only where a rule does.
    """
    marking = _Marking(network)
    rules = tuple(
        marking.rule(row) for row in sorted(network.corridor.rows("family"), key=lambda row: (row.seq, row.id))
    )
    wishes = [marking.mark(marking.places((place,))) for place in via]
    wished = UNREACHED if 0 in wishes else sum(set(wishes))
    return Families(rules, marking.marks, wished)


class _Marking:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.marks: Ints = np.zeros(len(network.arcs), dtype=np.int64)
        self._known: dict[bytes, int] = {}
        self._mode = np.array([arc.head.mode if arc.is_ride else "" for arc in network.arcs])

    def mark(self, arcs: Flags) -> int:
        """The bit that stands for passing one of these arcs; no bit where there are none."""
        if not arcs.any():
            return 0
        pattern = arcs.tobytes()
        if pattern not in self._known:
            self._known[pattern] = 1 << len(self._known)
            self.marks[arcs] |= self._known[pattern]
        return self._known[pattern]

    def rule(self, row: Row) -> Rule:
        groups = [
            np.isin(self._mode, row.modes) if row.modes else None,
            self.places(row.places) if row.places else None,
            self.countries(row.countries) if row.countries else None,
        ]
        needs = tuple(self.mark(group) for group in groups if group is not None)
        bars = self.mark(~np.isin(self._mode, ("", *row.only_modes))) if row.only_modes else 0
        if row.without_countries:
            bars |= self.mark(self.countries(row.without_countries))
        return Rule(row.id, row.name, needs, bars)

    def places(self, names: tuple[str, ...]) -> Flags:
        chosen = [ix for ix, place in enumerate(self.network.corridor.places()) if place.id in names]
        return np.asarray(self.network.passes_place[:, chosen].any(axis=1))

    def countries(self, names: tuple[str, ...]) -> Flags:
        chosen = [ix for ix, name in enumerate(self.network.countries) if name in names]
        return np.asarray(self.network.passes_country[:, chosen].any(axis=1))
