"""Plants that are one to the dispatch, put together before it is solved and parted again after.

Plants of one zone, sort, cost and CO2 are told apart by nothing that the dispatch minimises, so that any parting of
what they give together is as good as any other. They are parted alike: each gives the same share of what it may give
above its least. So curtailed power of several parks in a zone is borne by all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karvan.grid.system import Floats, Plant, System


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Plants that are dispatched as one."""

    name: str
    zone: str
    sort: str
    usd_mwh: float
    plants: tuple[int, ...]
    """Their places in the system's plants."""
    mw: float
    most: Floats
    """MW that they may give together in each hour (n_hours,)."""
    least: Floats
    """MW that they give together at least (n_hours,)."""


def grouped(system: System, *, merged: bool = True) -> tuple[Group, ...]:
    """The plants of a system in groups, those of no size left out; each by itself if not `merged`."""
    places: dict[tuple[object, ...], list[int]] = {}
    for ix, plant in enumerate(system.plants):
        key = (plant.zone, plant.sort, plant.usd_mwh, plant.kgco2_mwh, plant.m3_mwh) if merged else (ix,)
        if plant.mw > 0:
            places.setdefault(key, []).append(ix)
    return tuple(_group(system.plants, tuple(rows)) for rows in places.values())


def parted(system: System, groups: tuple[Group, ...], given: Floats) -> Floats:
    """MW of each plant in each hour (n_hours, n_plants) out of MW of each group (n_hours, n_groups)."""
    of_each = np.zeros((given.shape[0], len(system.plants)))
    for column, group in enumerate(groups):
        room = group.most - group.least
        share = np.divide(given[:, column] - group.least, room, out=np.zeros_like(room), where=room > 0)
        for ix in group.plants:
            plant = system.plants[ix]
            of_each[:, ix] = plant.mw * (plant.least + share * np.maximum(plant.may - plant.least, 0.0))
    return of_each


def _group(plants: tuple[Plant, ...], rows: tuple[int, ...]) -> Group:
    first = plants[rows[0]]
    most: Floats = np.sum([plants[ix].mw * np.maximum(plants[ix].may, plants[ix].least) for ix in rows], axis=0)
    least: Floats = np.sum([plants[ix].mw * plants[ix].least for ix in rows], axis=0)
    more = f" and {len(rows) - 1} more" * (len(rows) > 1)
    total = float(sum(plants[ix].mw for ix in rows))
    return Group(first.id + more, first.zone, first.sort, first.usd_mwh, rows, total, most, least)
