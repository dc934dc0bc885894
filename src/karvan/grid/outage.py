"""A system without some of its plants and ties, as after a failure or where a neighbour closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from karvan.grid.system import System
from karvan.ground.errors import InputError, Problem, nearest, shown


def without(system: System, lost: Sequence[str]) -> System:
    """The system without plants, stores, electrolysers and ties of these ids, and what was agreed over such ties.

    Raises InputError for an id that the system does not have.
    """
    if not lost:
        return system
    there = [plant.id for plant in system.plants] + [store.id for store in system.stores]
    there += [row.id for row in system.electrolysers] + [tie.id for tie in system.ties]
    unknown = [name for name in dict.fromkeys(lost) if name not in there]
    if unknown:
        raise InputError(
            f"power system of {system.year}",
            [Problem("lost", shown(name), f"give a plant or tie that is there, such as {_such(name, there)}")
             for name in unknown],
        )  # fmt: skip
    gone = set(lost)
    return replace(
        system,
        plants=tuple(row for row in system.plants if row.id not in gone),
        stores=tuple(row for row in system.stores if row.id not in gone),
        electrolysers=tuple(row for row in system.electrolysers if row.id not in gone),
        ties=tuple(row for row in system.ties if row.id not in gone),
        agreed=tuple(row for row in system.agreed if row.tie not in gone),
    )


def size_mw(system: System, name: str) -> float:
    """MW of a plant, store or electrolyser, or that a tie carries in its wider way; as much of it as is there."""
    mw = {plant.id: plant.mw for plant in system.plants}
    mw |= {store.id: store.mw for store in system.stores}
    mw |= {row.id: row.mw for row in system.electrolysers}
    mw |= {tie.id: max(tie.mw, tie.mw_back) for tie in system.ties}
    return mw[name]


def _such(name: str, there: Sequence[str]) -> str:
    return ", ".join(nearest(name, there) or sorted(there)[:3])
