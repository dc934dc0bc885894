"""Columns of a flow programme: ways to serve a commodity, each with its cost and what a unit of it uses."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from karvan.corridor.roads import Floats, Ints


class Column(NamedTuple):
    """One way to serve a commodity."""

    commodity: int
    cost: float
    """Of a unit."""
    resources: Sequence[int] | Ints
    """What a unit uses, and in `amounts` how much of each; one that is named twice is used twice."""
    amounts: Sequence[float] | Floats
    key: Hashable = None
    """What the caller knows the column by."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Many columns, their uses one after another."""

    commodity: Ints
    """(n_columns,)."""
    cost: Floats
    first: Ints
    """Uses of each: `first[k]` to `first[k + 1]` (n_columns + 1,)."""
    resource: Ints
    """(n_uses,)."""
    amount: Floats
    key: tuple[Hashable, ...] = ()
    """One a column, or none at all."""

    @classmethod
    def of(cls, columns: Iterable[Column]) -> Columns:
        """Columns one by one, put together."""
        rows = list(columns)
        first = np.cumsum([0, *(len(row.resources) for row in rows)], dtype=np.int64)
        return cls(
            np.array([row.commodity for row in rows], dtype=np.int64),
            np.array([row.cost for row in rows], dtype=np.float64),
            first,
            np.array([ix for row in rows for ix in row.resources], dtype=np.int64),
            np.array([amount for row in rows for amount in row.amounts], dtype=np.float64),
            tuple(row.key for row in rows) if any(row.key is not None for row in rows) else (),
        )

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """One after another."""
        parts = [part for part in parts if len(part)] or [cls.of(())]
        ends = np.cumsum([0, *(len(part.resource) for part in parts)])
        first = [part.first[1:] + end for part, end in zip(parts, ends[:-1], strict=True)]
        with_keys = any(part.key for part in parts)
        return cls(
            np.concatenate([part.commodity for part in parts]),
            np.concatenate([part.cost for part in parts]),
            np.concatenate([np.zeros(1, dtype=np.int64), *first]),
            np.concatenate([part.resource for part in parts]),
            np.concatenate([part.amount for part in parts]),
            tuple(key for part in parts for key in (part.key or (None,) * len(part))) if with_keys else (),
        )

    def __len__(self) -> int:
        return len(self.cost)

    def __getitem__(self, ix: int) -> Column:
        uses = slice(self.first[ix], self.first[ix + 1])
        key = self.key[ix] if self.key else None
        return Column(int(self.commodity[ix]), float(self.cost[ix]), self.resource[uses], self.amount[uses], key)

    def __iter__(self) -> Iterator[Column]:
        return (self[ix] for ix in range(len(self)))

    @property
    def owner(self) -> Ints:
        """The column of each use (n_uses,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def chosen(self, rows: Ints) -> Columns:
        """Some of them, in the order given."""
        rows = np.asarray(rows, dtype=np.int64)
        lengths = np.diff(self.first)[rows]
        first = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        uses = np.arange(first[-1]) + np.repeat(self.first[rows] - first[:-1], lengths)
        key = tuple(self.key[row] for row in rows) if self.key else ()
        return Columns(self.commodity[rows], self.cost[rows], first, self.resource[uses], self.amount[uses], key)

    def merged(self) -> Columns:
        """The same with each resource once a column, in order, and none of which nothing is used."""
        order = np.lexsort((self.resource, self.owner))
        owner, resource, amount = self.owner[order], self.resource[order], self.amount[order]
        new = np.ones(len(owner), dtype=np.bool_)
        new[1:] = (owner[1:] != owner[:-1]) | (resource[1:] != resource[:-1])
        at = np.flatnonzero(new)
        sums = np.add.reduceat(amount, at) if len(at) else amount
        kept = sums != 0.0
        first = np.searchsorted(owner[at][kept], np.arange(len(self) + 1)).astype(np.int64)
        return Columns(self.commodity, self.cost, first, resource[at][kept], sums[kept], self.key)

    def cost_at(self, worth: Floats) -> Floats:
        """The cost of a unit of each when what it uses is paid for (n_columns,)."""
        paid = np.bincount(self.owner, weights=worth[self.resource] * self.amount, minlength=len(self))
        found: Floats = self.cost + paid
        return found

    def load(self, flow: Floats, n_resources: int) -> Floats:
        """What flows (n_columns,) use of each resource (n_resources,)."""
        used = np.repeat(flow, np.diff(self.first)) * self.amount
        found: Floats = np.bincount(self.resource, weights=used, minlength=n_resources).astype(np.float64)
        return found
