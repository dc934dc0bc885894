"""Draws: the hours of everything that varies, drawn once and shared by all chains and requests that pass it.

A draw is known by what is drawn: the facility, stop or link, the place, and how many times the journey has met it
before. So two options that cross one border wait there equally long in each journey, and their difference is sharp.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from karvan.network.item import Item
from karvan.network.law import FIXED, HEADWAY, SLOW, Law
from karvan.network.network import ArcIx, Floats, Network
from karvan.network.shape import table

NONE = -1
MOST_BYTES = 1 << 26
"""Memory in which draws are kept from one request to the next."""
MOST_BANKS = 2
"""Seeds and numbers of journeys that are kept for a network."""
_NO_TABLE = np.zeros((1, 2))

Name = tuple[str, str, str, int]
"""Kind, place and row of an item, and which of its varying laws."""


class Stage(NamedTuple):
    """One item of an arc: its kind, place and row, its fixed hours, and the rows of what was drawn for it."""

    name: tuple[str, str, str]
    fixed_h: float
    rows: tuple[int, ...]


class Stages(NamedTuple):
    """Items one after another; and all of them as pieces of fixed hours and a row of drawn ones (or NONE)."""

    each: tuple[Stage, ...]
    names: frozenset[tuple[str, str, str]]
    fixed_h: tuple[float, ...]
    rows: tuple[int, ...]

    @classmethod
    def of(cls, each: tuple[Stage, ...]) -> Stages:
        """All that is fixed goes into the first piece."""
        rows = tuple(row for stage in each for row in stage.rows)
        always = sum(stage.fixed_h for stage in each)
        rows = rows or (NONE,) * (always > 0)
        return cls(each, frozenset(stage.name for stage in each), (always, *[0.0] * (len(rows) - 1))[: len(rows)], rows)


class Passage(NamedTuple):
    """An arc: what is waited for before a ride, and what comes then."""

    is_ride: bool
    before: Stages
    then: Stages
    drawn: tuple[Name, ...]


class Draws:
    """Draws of `samples` journeys with one seed. Rows are made when they are first needed, in any order."""

    def __init__(self, seed: int, samples: int) -> None:
        self.samples = samples
        self.bank: Floats = np.empty((64, samples + 1))
        """(room, samples + 1) h: the last column is the mean."""
        self._key = word(f"seed {seed}")
        self._rows: dict[tuple[Name, int, Law], int] = {}
        self._passages: dict[ArcIx, Passage] = {}
        self._lock = Lock()

    def passages(self, network: Network, arcs: Iterable[ArcIx]) -> list[Passage]:
        """The arcs of a chain. What was met before on the same chain is drawn anew."""
        met: set[Name] = set()
        found: list[Passage] = []
        for arc in arcs:
            passage = self._passages.get(arc)
            if passage is None:
                passage = self._passages[arc] = self._passage(network, arc, {})
            if not met.isdisjoint(passage.drawn):
                times = Counter(name for one in found for name in one.drawn)
                passage = self._passage(network, arc, times)
            met.update(passage.drawn)
            found.append(passage)
        return found

    def _passage(self, network: Network, arc: ArcIx, met: Mapping[Name, int]) -> Passage:
        a, items = network.arcs[arc], network.items(arc)
        waits: list[Item] = []
        if a.is_ride:
            waits = [network.riding.wait_item(network.ways[a.way], a.board)]
            items = [item for item in items if item.kind != "wait"]
        times = dict(met)
        names: list[Name] = []
        before = tuple(self._stage(item, times, names) for item in waits)
        stages = tuple(self._stage(item, times, names) for item in items)
        return Passage(a.is_ride, Stages.of(before), Stages.of(stages), tuple(names))

    def _stage(self, item: Item, times: dict[Name, int], names: list[Name]) -> Stage:
        varying = [law for law in item.laws if law.kind != FIXED]
        rows = []
        for which, law in enumerate(varying):
            name = (item.kind, item.place, item.row, which)
            rows.append(self._row(name, times.get(name, 0), law))
            times[name] = times.get(name, 0) + 1
            names.append(name)
        always = sum(law.hours for law in item.laws if law.kind == FIXED) if item.laws else item.hours
        return Stage((item.kind, item.place, item.row), always, tuple(rows))

    def _row(self, name: Name, times: int, law: Law) -> int:
        """The row of a draw. A change of a law moves its draws and no others: its name alone says which they are."""
        with self._lock:
            at = (name, times, law)
            row = self._rows.get(at)
            if row is None:
                row = len(self._rows)
                if row == len(self.bank):
                    self.bank = np.concatenate([self.bank, np.empty_like(self.bank)])
                fill(law, self._key, word("|".join(map(str, (*name, times)))), self.bank[row, :-1])
                self.bank[row, -1] = law.mean_h
                self._rows[at] = row
            return row

    @property
    def is_full(self) -> bool:
        """Whether to begin anew with the next request."""
        return len(self._rows) * (self.samples + 1) * 8 > MOST_BYTES


def fill(law: Law, key: np.uint64, what: np.uint64, out: Floats) -> None:
    """Draw a law as often as `out` is long (n,), hours: the journeys of a Latin hypercube, in the order of `what`."""
    from karvan.kernels import sampling

    shape, kind, scale, share = _NO_TABLE, sampling.EXPONENTIAL, law.hours, law.share
    if law.kind == SLOW:
        kind = sampling.SLOW
    elif law.kind == HEADWAY and law.cv == 0:
        kind = sampling.UNIFORM
    elif law.kind not in ("gamma", HEADWAY) or law.cv != 1:
        kind, scale = sampling.SHAPED, law.mean_h
        shape = table(law.kind, law.cv, _corners(law)).reshape(1, -1)
    sampling.draw(kind, scale, share, shape, key, what, out)


def _corners(law: Law) -> tuple[float, ...]:
    """Low, mode and high of a symmetric triangle with mean one; nothing of other laws."""
    half = min(law.cv * 6**0.5, 1.0)
    return (1 - half, 1.0, 1 + half) if law.kind == "triangular" else ()


def word(text: str) -> np.uint64:
    """64 bits that stand for a text, the same everywhere."""
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


_banks: WeakKeyDictionary[Network, dict[tuple[int, int], Draws]] = WeakKeyDictionary()
_banks_lock = Lock()


def draws_of(network: Network, seed: int, samples: int) -> Draws:
    """The draws on a network, kept as long as it is there and there is room."""
    with _banks_lock:
        banks = _banks.setdefault(network, {})
        draws = banks.pop((seed, samples), None)
        if draws is None or draws.is_full:
            draws = Draws(seed, samples)
        banks[seed, samples] = draws
        while len(banks) > MOST_BANKS:
            del banks[next(iter(banks))]
        return draws
