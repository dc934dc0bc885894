"""Families of routes: the package's rules, as marks that chains of arcs pick up on their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from karvan.corridor.corridor import Corridor
from karvan.corridor.row import Row
from karvan.ground.errors import InputError, Problem
from karvan.network.network import Flags, Ints, Network

UNREACHED = -1
"""Wished-for marks that no chain has: some place of `via` is on no service."""
MOST_MARKS = 16
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
    canon: Ints
    """For each set of marks, the least set that no further mark can tell apart from it (2 ** n_marks,)."""
    family_of: Ints
    """The bit of the family of a chain with a set of marks; 0 where it does not serve the wishes (2 ** n_marks,)."""
    families: Ints
    """Bits of all families that it may still become (2 ** n_marks,)."""
    closed: tuple[str, ...] = ()
    """Families that no chain may be of."""
    _names: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, marks: int) -> str:
        """The family of a chain that picked up `marks`."""
        if marks not in self._names:
            rule = _first(self.rules, marks)
            self._names[marks] = self.rules[rule].id if rule >= 0 else OTHER
        return self._names[marks]

    def serves(self, marks: int) -> bool:
        """Whether a chain passed every wished-for place, and is of no closed family."""
        return bool(self.family_of[marks]) if self.closed else marks & self.wished == self.wished

    @cached_property
    def serving(self) -> Ints:
        """For each set of marks the least set from which as many chains to come serve, whatever their families
        (2 ** n_marks,)."""
        return _canon((self.family_of != 0).astype(np.int64), len(self.family_of).bit_length() - 1)


def _first(rules: tuple[Rule, ...], marks: int) -> int:
    for ix, rule in enumerate(rules):
        if not marks & rule.bars and all(marks & mark for mark in rule.needs):
            return ix
    return -1


def closed_to(corridor: Corridor, *places: str) -> tuple[str, ...]:
    """Families that are closed to goods between some places: to all but the own goods of those left open to."""
    closed = [row for row in corridor.rows("family") if row.closed]
    if not closed:
        return ()
    known = corridor.by_key("place")
    own = {known[place].country for place in places if place in known}
    return tuple(sorted(row.id for row in closed if not own & set(row.open_to)))


@lru_cache(maxsize=8)
def families(network: Network, via: tuple[str, ...] = (), closed: tuple[str, ...] = ()) -> Families:
    """Give every condition of the rules, and every place of `via`, a mark of its own.

    Conditions that hold on the same arcs share one mark, so that chains are told apart only where a rule does. A chain
    of a closed family serves nobody. Raises InputError where there are more conditions than can be told apart.
    """
    marking = _Marking(network)
    rows = sorted(network.corridor.rows("family"), key=lambda row: (row.seq, row.id))
    rules = tuple(marking.rule(row) for row in rows)
    wishes = [marking.mark(marking.places((place,))) for place in via]
    wished = UNREACHED if 0 in wishes else sum(set(wishes))
    if marking.count > MOST_MARKS:
        remedy = "wish for fewer places, or give the package fewer rules"
        raise InputError("the request", [Problem("via", f"{len(via)} places beside {len(rules)} families", remedy)])
    family_of, may_be = _outcomes(rules, wished, marking.count, closed)
    return Families(rules, marking.marks, wished, _canon(family_of, marking.count), family_of, may_be, closed)


def _canon(family_of: Ints, count: int) -> Ints:
    """Sets of marks that lead to the same answers whatever is added: minimisation as of automata (Moore 1956)."""
    every = np.arange(1 << count, dtype=np.int64)
    alike, classes = np.unique(family_of, return_inverse=True)[1].reshape(-1).astype(np.int64), 0
    while True:
        first = every
        for bit in range(count):
            after = alike[every | (1 << bit)]
            _, first, finer = np.unique(alike * (after.max() + 1) + after, return_index=True, return_inverse=True)
            alike = finer.reshape(-1).astype(np.int64)
        if len(first) == classes:
            return first[alike].astype(np.int64)
        classes = len(first)


def _outcomes(rules: tuple[Rule, ...], wished: int, count: int, closed: tuple[str, ...]) -> tuple[Ints, Ints]:
    """The family of each set of marks as a bit, and the bits of all that more marks can make of it."""
    every = np.arange(1 << count, dtype=np.int64)
    family_of = np.full(len(every), 1 << len(rules), dtype=np.int64)
    for ix, rule in reversed(list(enumerate(rules))):  # so that the first that holds stays
        holds = (every & rule.bars) == 0
        for need in rule.needs:
            holds &= (every & need) != 0
        family_of[holds] = 0 if rule.id in closed else 1 << ix
    family_of[(every & wished) != wished] = 0
    may_be = family_of.copy()
    for bit in range(count):
        may_be |= may_be[every | (1 << bit)]
    return family_of, may_be


class _Marking:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.marks: Ints = np.zeros(len(network.arcs), dtype=np.int64)
        self._known: dict[bytes, int] = {}

    @property
    def count(self) -> int:
        return len(self._known)

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
            np.isin(self.network.mode, row.modes) if row.modes else None,
            self.places(row.places) if row.places else None,
            self.countries(row.countries) if row.countries else None,
        ]
        needs = tuple(self.mark(group) for group in groups if group is not None)
        bars = self.mark(~np.isin(self.network.mode, ("", *row.only_modes))) if row.only_modes else 0
        if row.without_countries:
            bars |= self.mark(self.countries(row.without_countries))
        return Rule(row.id, row.name, needs, bars)

    def places(self, names: tuple[str, ...]) -> Flags:
        chosen = [ix for ix, place in enumerate(self.network.corridor.places()) if place.id in names]
        return np.asarray(self.network.passes_place[:, chosen].any(axis=1))

    def countries(self, names: tuple[str, ...]) -> Flags:
        chosen = [ix for ix, name in enumerate(self.network.countries) if name in names]
        return np.asarray(self.network.passes_country[:, chosen].any(axis=1))
