"""What is used most after a loss: how much of it, and how long is waited for it, before and after."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from karvan.flow.services.flows import ServiceFlows
from karvan.flow.services.supply import TRIPS

MOST = 10
"""Rows that are told at the least: all queues that grow are."""


class Loaded(NamedTuple):
    """A facility, line, pool or the room of a service's vehicles."""

    resource: str
    kind: str
    place: str
    used_before: float
    """Load over capacity; 0 where it was not used, or not there."""
    used_after: float
    wait_days_before: float
    wait_days_after: float
    """Mean of those who come in the year; of a queue that grows, the longer the year goes on the longer."""
    tonnes_after: float
    grows: bool
    """Whether more comes than is let through, so that its queue grows all year."""


def most_loaded(before: ServiceFlows, after: ServiceFlows) -> tuple[Loaded, ...]:
    """The ten that are used most after, the most used first, and all whose queues grow.

    Sailings are left out, as all of them may sail anyway; the room on board is told.
    """
    old = {of.id: ix for ix, of in enumerate(before.problem.supply.resources)}
    used_before, used_after = (_used(flows) for flows in (before, after))
    order = sorted(
        (ix for ix, of in enumerate(after.problem.supply.resources) if of.kind != TRIPS and used_after[ix] > 0),
        key=lambda ix: (-used_after[ix], after.problem.supply.resources[ix].id),
    )
    rows = []
    for n, ix in enumerate(order):
        of, was = after.problem.supply.resources[ix], old.get(after.problem.supply.resources[ix].id)
        grows = bool(after.overloaded[ix])
        if n >= MOST and not grows:
            break
        rows.append(
            Loaded(
                of.id, of.kind, of.place,
                float(used_before[was]) if was is not None else 0.0, float(used_after[ix]),
                float(before.wait_h[was] / 24) if was is not None else 0.0, float(after.wait_h[ix] / 24),
                float(after.tonnes[ix]), grows,
            )
        )  # fmt: skip
    return tuple(rows)


def _used(flows: ServiceFlows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Load over capacity of each resource (n_resources,)."""
    room = flows.problem.capacity
    return np.divide(flows.load, room, out=np.zeros_like(flows.load), where=room > 0)
