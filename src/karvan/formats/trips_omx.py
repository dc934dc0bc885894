"""Trips between zones from matrices of OMX, which name their zones by a lookup, or have them in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from karvan.corridor.roads import Floats
from karvan.formats.foreign import Gathered, amount
from karvan.formats.omx import Omx, read_omx
from karvan.ground.errors import nearest

LOOKUPS = ("zone_id", "zone", "zones", "zone_number", "taz", "taz_id", "origin", "destination", "main_index")
"""Lookups that name zones, the likeliest first; else the first one there is."""


def trips_from_omx(
    path: Path, zones: Sequence[str], wrong: Gathered, notes: list[str], matrix: str | None = None
) -> dict[str, Floats]:
    """Trips by the name of their matrix, from zone to zone (n_zones, n_zones).

    Args:
        path: the file.
        zones: what the network calls its zones, in its order.
        wrong: takes what is wrong: an unknown zone, a cell that is negative or missing.
        notes: takes what was assumed.
        matrix: the one to take; None takes each as a class of its own.

    Raises:
        InputError: the file cannot be read.
    """
    omx = read_omx(path)
    if matrix is not None and matrix not in omx.matrices:
        there = ", ".join(nearest(matrix, omx.matrices) or sorted(omx.matrices)) or "none"
        wrong.add(f"{path.name}, matrix", matrix, f"give one of {there}", alike="matrix")
        return {}
    if not omx.matrices:
        wrong.add(path.name, "no matrix", "give one of trips")
        return {}
    names = (matrix,) if matrix is not None else sorted(omx.matrices)
    rows = _named(omx.rows, omx.matrices[names[0]].shape[0], zones, path.name, wrong, notes)
    columns = _named(omx.columns, omx.matrices[names[0]].shape[1], zones, path.name, wrong, notes)
    if rows is None or columns is None:
        return {}
    return {name: _trips(omx, name, (rows, columns), zones, path.name, wrong) for name in names}


def _named(
    lookups: Mapping[str, NDArray[Any]], size: int, zones: Sequence[str], name: str, wrong: Gathered, notes: list[str]
) -> NDArray[np.int64] | None:
    """Which zone of the network each row or column is (size,)."""
    if not lookups:
        if size != len(zones):
            wrong.add(name, f"{size} zones without a lookup", f"give {len(zones)}, as the network has, or a lookup")
            return None
        note = f"{name} names no zones: they are taken in the order of the network"
        notes.extend([note] if note not in notes else [])
        return np.arange(size)
    by_name = {key.casefold(): entries for key, entries in sorted(lookups.items(), reverse=True)}
    entries = next((by_name[key] for key in LOOKUPS if key in by_name), lookups[min(lookups)])
    said = [str(int(entry)) if isinstance(entry, np.floating) and entry == int(entry) else str(entry).strip()
            for entry in entries]  # fmt: skip
    place = {zone: ix for ix, zone in enumerate(zones)}
    for zone in said:
        if zone not in place:
            wrong.add(f"{name}, lookup", f"zone {zone}", "give zones of the network")
    if len(set(said)) < len(said):
        wrong.add(f"{name}, lookup", "a zone twice", "give each zone once")
    return np.array([place.get(zone, -1) for zone in said], dtype=np.int64)


def _trips(
    omx: Omx, name: str, ends: tuple[NDArray[np.int64], NDArray[np.int64]], zones: Sequence[str], file: str,
    wrong: Gathered,
) -> Floats:  # fmt: skip
    cells = omx.matrices[name]
    for row, column in np.argwhere(~((cells >= 0) & np.isfinite(cells))):
        start, end = zones[ends[0][row]], zones[ends[1][column]]
        found = "nothing" if np.isnan(cells[row, column]) else amount(float(cells[row, column]))
        wrong.add(f"{file}, {name}, {start} to {end}", found, "give a number of 0 or more", alike=name)
    found_trips = np.zeros((len(zones), len(zones)))
    if not wrong:
        found_trips[np.ix_(*ends)] = cells
    return found_trips
