"""A chain: the arcs from gate to gate that a search found, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from karvan.network.network import ArcIx, Floats

if TYPE_CHECKING:
    from karvan.kernels.passing import Graph


@dataclass(frozen=True, eq=False)
class Chain:
    """A chain of arcs from the start to the end, its criteria, and the marks it picked up."""

    arcs: tuple[ArcIx, ...]
    start_h: float
    """When the goods are ready, hours after the request's departure."""
    arrive_h: float
    """When they are out of the last gate, of the same."""
    price_usd: float
    co2e_kg: float
    variance_h2: float
    marks: int
    graph: Graph = field(repr=False)
    floats: bool = False
    """Whether it waits for no hour of the clock: who leaves a little later arrives so much later."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Chain) and (self.arcs, self.start_h) == (other.arcs, other.start_h)

    def __hash__(self) -> int:
        return hash((self.arcs, self.start_h))

    @property
    def time_h(self) -> float:
        return self.arrive_h - self.start_h

    @property
    def criteria(self) -> tuple[float, float, float, float]:
        """Arrival (h), price (USD), CO2e (kg) and variance (h2)."""
        return self.arrive_h, self.price_usd, self.co2e_kg, self.variance_h2

    @property
    def leaves_h(self) -> tuple[float, ...]:
        """Hours after the request's departure at which each arc is left for, its wait over."""
        return self._followed[0]

    @property
    def arrival_h(self) -> tuple[float, ...]:
        """And at which each is passed."""
        return self._followed[1]

    @property
    def storage_usd(self) -> tuple[float, ...]:
        """Storage that each departure ended."""
        return self._followed[2]

    @cached_property
    def _followed(self) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(figures.tolist()) for figures in follow(self.graph, self.arcs, self.start_h))


def follow(graph: Graph, arcs: Iterable[int], start_h: float) -> tuple[Floats, Floats, Floats]:
    """When each arc of a chain is left for and passed, h, and the storage paid there, USD (n,)."""
    from karvan.kernels.passing import follow

    ix = np.array(tuple(arcs), dtype=np.int64)
    leaves, arrives, storage = (np.empty(len(ix)) for _ in range(3))
    follow(ix, start_h, graph, leaves, arrives, storage)
    return leaves, arrives, storage
