"""Trips on a network of somebody else's: read it, and assign them by a method."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from karvan.corridor.roads import Floats, Roads, TripClass
from karvan.flow.loads import Loads, Unserved
from karvan.formats.foreign import Foreign, Gathered
from karvan.formats.roads_geojson import in_degrees
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.study.assigned_roads import AssignedRoads

FORMATS = ("tntp", "gmns")
OPTIONS: dict[str, tuple[str, ...]] = {
    "ue": (), "so": (), "bfw": (), "sue": ("theta", "detour"), "hard": ("penalty",),
}  # fmt: skip
"""Methods, and what can be said of each besides a gap and the most iterations."""


def assign_roads(
    folder: Path | str,
    form: str = "tntp",
    *,
    network: str | None = None,
    method: str = "ue",
    gap: float = 1e-6,
    iterations: int | None = None,
    omx: Path | str | None = None,
    matrix: str | None = None,
    uses: Sequence[str] = (),
    threads: int = 1,
    skims: bool = False,
    **options: float,
) -> AssignedRoads:
    """Assign the trips of a network of somebody else's.

    Args:
        folder: of its files; of TNTP also the `_net` file in it.
        form: tntp or gmns.
        network: which one, where a folder of TNTP files has several.
        method: ue (user equilibrium), so (system optimum), bfw (user equilibrium by bi-conjugate Frank-Wolfe), sue
            (stochastic user equilibrium), or hard (least cost within capacities, at times without traffic).
        gap: relative gap to reach.
        iterations: the most of them; by default as many as the method has by itself.
        omx: a file of trips instead of the network's own; each matrix is a class.
        matrix: the one of them to take.
        uses: of GMNS, only links that allow one of these.
        threads: any number of them gives the same bits.
        skims: whether to find times and lengths between all zones as well.
        options: what else a method takes: theta and detour of sue, penalty of hard.

    Raises:
        InputError: for a request or files that cannot be used.
    """
    tntp = form == "tntp"
    _check(form, method, gap, iterations, options, (
        ("network", network, tntp or network is None, "a folder of GMNS has one: leave it out"),
        ("uses", " ".join(uses), not (tntp and uses), "only GMNS networks say what links allow: leave it out"),
        ("matrix", matrix, not tntp or matrix is None or omx is not None, "give the file that it is in"),
    ))  # fmt: skip
    foreign = _read(Path(folder), form, network, uses, omx, matrix)
    asked = {"format": form, "method": method, "gap": gap, "iterations": iterations, "matrix": matrix,
             "uses": list(uses), "skims": skims, **options}  # fmt: skip
    loads = _run(foreign.roads, method, gap, iterations, threads, options)
    loads = replace(loads, unserved=_with_reasons(loads))
    between = _skims(loads, threads) if skims else {}
    return AssignedRoads(
        foreign, loads, asked, _digests(Path(folder), form, network, omx), between, _notes(foreign, loads)
    )


def _check(
    form: str, method: str, gap: float, iterations: int | None, options: Mapping[str, float],
    others: tuple[tuple[str, Any, bool, str], ...],
) -> None:  # fmt: skip
    """Raise InputError with all that is wrong in a request."""
    wrong = [
        Problem(name, shown(value), remedy)
        for name, value, fine, remedy in (
            ("format", form, form in FORMATS, f"give one of {', '.join(FORMATS)}"),
            ("method", method, method in OPTIONS, f"give one of {', '.join(nearest(method, OPTIONS) or OPTIONS)}"),
            ("gap", gap, 0 < gap < 1, "give a number above 0, below 1"),
            ("iterations", iterations, iterations is None or 1 <= iterations <= 10**7, "give 1 to 10000000"),
            *others,
        )
        if not fine
    ]
    allowed = OPTIONS.get(method, ())
    for name, value in options.items():
        if method in OPTIONS and name not in allowed:
            remedy = f"{method} takes {' and '.join(allowed) or 'nothing of the kind'}: leave it out"
            wrong.append(Problem(name, shown(value), remedy))
    if wrong:
        raise InputError("the request", wrong)


def _read(
    folder: Path, form: str, network: str | None, uses: Sequence[str], omx: Path | str | None, matrix: str | None
) -> Foreign:  # fmt: skip
    trips = Path(omx) if omx is not None else None
    if form == "gmns":
        from karvan.formats.gmns_read import read_gmns

        return read_gmns(folder, uses=uses, omx=trips, matrix=matrix)
    from karvan.formats.tntp import read_tntp

    foreign = read_tntp(folder, network)
    return foreign if trips is None else _with_trips(foreign, trips, matrix)


def _with_trips(foreign: Foreign, omx: Path, matrix: str | None) -> Foreign:
    """The network with the trips of another file, which mind tolls and lengths as its own do."""
    from karvan.formats.trips_omx import trips_from_omx

    roads, wrong, notes = foreign.roads, Gathered(), list(foreign.notes)
    zones = [roads.zone(ix) for ix in range(roads.n_zones)]
    trips = trips_from_omx(omx, zones, wrong, notes, matrix)
    wrong.check(omx.name)
    (own,) = roads.classes
    classes = tuple(
        TripClass(name, of, toll_weight=own.toll_weight, length_weight=own.length_weight) for name, of in trips.items()
    )
    return replace(foreign, roads=replace(roads, classes=classes), notes=tuple(notes), known=None)


def _run(
    roads: Roads, method: str, gap: float, iterations: int | None, threads: int, options: Mapping[str, Any]
) -> Loads:  # fmt: skip
    most: dict[str, Any] = {} if iterations is None else {"most_iterations": iterations}
    if method in ("ue", "so"):
        from karvan.flow.roads.equilibrium import equilibrium

        return equilibrium(roads, gap, optimum="user" if method == "ue" else "system", **most)
    if method == "bfw":
        from karvan.flow.roads.frank_wolfe import frank_wolfe

        return frank_wolfe(roads, gap, threads=threads, **most)
    if method == "sue":
        from karvan.flow.roads.stochastic import stochastic

        return stochastic(roads, gap=gap, threads=threads, **most, **options)
    from karvan.flow.roads.optimum import optimum

    rounds: dict[str, Any] = {} if iterations is None else {"most_rounds": iterations}
    return optimum(roads, gap=gap, **rounds, **options)


def _with_reasons(loads: Loads) -> tuple[Unserved, ...]:
    """Why trips found no way, where it is that no link leaves their zone, or none leads to it."""
    roads = loads.roads
    leaving, leading = (set(roads.zones[np.unique(ix[ix < roads.n_zones])].tolist()) for ix in (roads.tail, roads.head))
    names = {int(number): roads.zone(ix) for ix, number in enumerate(roads.zones)}
    found = []
    for one in loads.unserved:
        reason = one.reason
        if reason == "no way" and one.origin not in leaving:
            reason = f"no link leaves zone {names[one.origin]}"
        elif reason == "no way" and one.destination not in leading:
            reason = f"no link leads to zone {names[one.destination]}"
        found.append(one._replace(reason=reason))
    return tuple(found)


def _skims(loads: Loads, threads: int) -> dict[str, Floats]:
    """What the cheapest paths between zones come to at these flows; NaN where none leads."""
    from karvan.flow.roads.skims import skims

    return {name: np.where(np.isfinite(of), of, np.nan) for name, of in skims(loads, threads).items()}


def _notes(foreign: Foreign, loads: Loads) -> tuple[str, ...]:
    notes = list(foreign.notes)
    roads = loads.roads
    if not any((of.trips.sum() - np.trace(of.trips)) > 0 for of in roads.classes):
        notes.append("there are no trips between zones")
    if roads.toll.any() and not any(of.toll_weight for of in roads.classes):
        notes.append("links have tolls, and nobody minds them")
    if roads.lon_lat is not None and not in_degrees(roads):
        notes.append("coordinates are no degrees: a map must be told what they are")
    return tuple(notes)


def _digests(folder: Path, form: str, network: str | None, omx: Path | str | None) -> dict[str, str]:
    """SHA-256 of the files that were read, by name."""
    if form == "tntp":
        from karvan.formats.tntp_files import tntp_files

        files = tntp_files(folder, network)
        paths = [path for path in (files.net, files.trips, files.node, files.flow) if path]
    else:
        paths = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".omx") and path.is_file())
    if omx is not None:
        paths.append(Path(omx))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
