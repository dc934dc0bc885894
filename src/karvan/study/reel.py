"""All that a map needs to play one replication: movements with their ends, the lines they run on, queues, closures."""

from __future__ import annotations

import datetime as dt
import io
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from karvan.corridor import Corridor
from karvan.corridor.row import Row
from karvan.evidence.durable import write_whole
from karvan.evidence.inputs import table_digest
from karvan.evidence.record import CHARTS
from karvan.evidence.run import RunFolder
from karvan.formats.line import Point, lines
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.ground.sphere import great_circle_km
from karvan.network.ride import Riding
from karvan.sim.corridor import Compiler, Period
from karvan.sim.pack import pack
from karvan.sim.replication import closures_of
from karvan.study.played import FORMAT, MS_PER_H, Played, played

TRACE = "trace"
FORMED = re.compile(r" (from \d+|at \d+ .+)$")
"""How the name of vehicles ends that are formed at a stop as goods come."""
BACK = " (back)"
CLOSURES = ("closure", "closure_rate", "closure_time")
ONE_WAY = re.compile(r" (there|back)$")
"""How the name of a link ends on which vehicles keep apart, each way by itself."""
Spell = tuple[Row, float, float]


@dataclass(frozen=True)
class Track:
    """A line one way, and how much of its length lies before each of its points, from 0 to 1."""

    link: Row
    from_place: str
    to_place: str
    points: tuple[Point, ...]
    """Longitudes go on past 180 degrees where it crosses the antimeridian."""
    at: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Reel:
    """A replication that can be played."""

    run: str
    replication: int
    corridor: Corridor
    period: Period
    played: Played
    """Every movement has its end."""
    closures: tuple[Spell, ...]
    """Rows of `closure` with when each was on, hours since the start, in order."""
    remarks: tuple[str, ...]

    @cached_property
    def lines(self) -> dict[str, list[Point]]:
        return lines(self.corridor)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """By name of the trace the service that it is of; empty for what is none (n_names,)."""
        known = self.corridor.by_key("service")
        return tuple(name if name in known else "" for name in map(service_of, self.played.names.tolist()))

    def track(self, part: str, start: str, end: str) -> Track | None:
        """The line of a part of the trace, one way; None where the corridor has none."""
        link = self.corridor.by_key("link").get(link_of(part))
        if link is None:
            return None
        points = self.lines[link.id] if link.from_place == start else self.lines[link.id][::-1]
        return Track(link, start, end, *measured(points))

    def hour(self, instants: NDArray[np.int64]) -> NDArray[np.float64]:
        """Hours since the start."""
        return np.asarray((instants - round(self.period.start.timestamp() * 1000)) / MS_PER_H)


def reel_of(run: RunFolder, replication: int, corridor: Corridor, remarks: tuple[str, ...] = ()) -> Reel:
    """A replication of a simulation, ready to be played; the slow part of it is kept in the run's folder.

    Args:
        run: a simulation that was asked for traces.
        replication: which one.
        corridor: as the run read it (`karvan.study.reopen.corridor_of`).
        remarks: in what it is not so.

    Raises:
        InputError: for a run that has no such trace, or whose warm-up is not known since it is not complete.
    """
    trace = trace_of(run, replication)
    period = period_of(run)
    found, left_out = _with_ends(_kept(run, replication, trace), corridor)
    told = list(remarks)
    if left_out:
        told.append(f"{left_out} movements that had no end yet are left out: the corridor has no such line any more.")
    spells, why = _closures(run, replication, corridor, period)
    return Reel(run.name, replication, corridor, period, found, spells, (*told, *why))


def make_ready(run: RunFolder) -> None:
    """Read the first replication's trace and keep what it tells of: whoever plays it then need not wait.

    Raises InputError for a run that has none.
    """
    _kept(run, 0, trace_of(run, 0))


def trace_of(run: RunFolder, replication: int) -> Path:
    """The file of a replication's trace. Raises InputError."""
    files = {number: file for name, number, file in run.files() if name == TRACE}
    if replication in files:
        return files[replication]
    if files:
        near = nearest(str(replication), map(str, sorted(n for n in files if n is not None)))
        problem = Problem("replication", shown(replication), f"give one of 0 to {len(files) - 1}, as {near or '0'}")
    else:
        problem = Problem(TRACE, "none in this run", "simulate with trace (karvan simulate --trace), and play that")
    raise InputError(f"the run {run.name}", [problem])


def period_of(run: RunFolder) -> Period:
    """When a simulation is counted, and its warm-up. Raises InputError where it does not say so yet."""
    settings = run.record["inputs"].get("settings") or {}
    warmup = (run.record.get("results") or {}).get("warmup_days", settings.get("warmup_days"))
    if warmup is None:
        problem = Problem("run.json, status", shown(run.status), "how long its warm-up was is said once it is complete")
        raise InputError(f"the run {run.name}", [problem])
    return Period(dt.datetime(settings["year"], 1, 1, tzinfo=dt.UTC), settings["days"] * 24.0, warmup * 24.0)


def service_of(agent: str) -> str:
    """The service that a vehicle of the trace is of: those formed at a stop, and its way back, are its own too."""
    return FORMED.sub("", agent).removesuffix(BACK)


def link_of(part: str) -> str:
    """The link that a part of the trace is."""
    return ONE_WAY.sub("", part)


def measured(points: list[Point]) -> tuple[tuple[Point, ...], tuple[float, ...]]:
    """A line that does not jump where it crosses the antimeridian, and the share of its length before each point."""
    on, turns = [points[0]], 0.0
    for (lon, _), (next_lon, next_lat) in pairwise(points):
        turns -= 360.0 * round((next_lon - lon) / 360.0)
        on.append((next_lon + turns, next_lat))
    km = np.cumsum([0.0, *(great_circle_km(*a, *b) for a, b in pairwise(points))])
    whole = float(km[-1])
    shares = km / whole if whole else np.linspace(0.0, 1.0, len(points))
    return tuple(on), tuple(float(share) for share in shares)


def _kept(run: RunFolder, replication: int, trace: Path) -> Played:
    """What the trace tells of, from where it was kept the last time it was read, if it was."""
    place = run.path / CHARTS / f"played-{replication:04d}-{trace.stat().st_size}-{FORMAT}.npz"
    with suppress(OSError, ValueError, KeyError, BadZipFile, EOFError):
        return Played.load_from(place)
    found = played(trace)
    content = io.BytesIO()
    found.save(content)
    with suppress(OSError):  # a folder that may only be read is played as well
        place.parent.mkdir(exist_ok=True)
        write_whole(place, lambda file: file.write(content.getvalue()))
    return found


def _with_ends(found: Played, corridor: Corridor) -> tuple[Played, int]:
    """Movements that have no end in the trace end when the corridor says; how many it knows nothing of."""
    moves = found.moves
    open_ended = np.flatnonzero(moves.end < 0)
    if not len(open_ended):
        return found, 0
    hours = _hours(corridor)
    end = moves.end.copy()
    for move in open_ended.tolist():
        agent, part, place = (found.name(int(column[move])) for column in (moves.agent, moves.part, moves.place))
        h = hours.get((service_of(agent), link_of(part), place))
        if h is not None:
            end[move] = moves.begin[move] + round(h * MS_PER_H)
    kept = end >= 0
    return replace(found, moves=moves._replace(end=end).at(kept)), int((~kept).sum())


def _hours(corridor: Corridor) -> dict[tuple[str, str, str], float]:
    """Hours on each link by service, link and where one sets out, as the simulation has them."""
    found = {}
    for way in Riding(corridor).ways():
        for link, stop, hop in zip(way.links, way.stops, way.hops, strict=False):
            travel = next(item.hours for item in hop if item.kind == "travel")
            found[way.service.id, link.id, stop.place] = travel
            found.setdefault((way.service.id, link.id, _other_end(link, stop.place)), travel)  # a ferry sails back
    return found


def _other_end(link: Row, place: str) -> str:
    return str(link.to_place if link.from_place == place else link.from_place)


def _closures(
    run: RunFolder, replication: int, corridor: Corridor, period: Period
) -> tuple[tuple[Spell, ...], tuple[str, ...]]:
    """When each closure was on in a replication: drawn again, as nothing in a simulation changes it."""
    then: dict[str, Any] = run.record["inputs"].get("tables") or {}
    now = {name: table_digest(name, rows) for name in CLOSURES if (rows := corridor.rows(name))}
    if any(then.get(name) != now.get(name) for name in CLOSURES):
        return (), ("Closures are not shown: the package has others now than when the run was made.",)
    compiler = Compiler(corridor, (), period)
    compiler.closures()
    drawn = closures_of(pack(compiler.made), run.record["inputs"]["seed"], replication, period.total_h)
    spells = []
    for row in corridor.rows("closure"):
        name = row.times_of or row.id
        given = [(begin, min(end, period.total_h)) for begin, end in compiler.dated.get(name, [])]
        spells += [(row, a - period.warmup_h, b - period.warmup_h) for a, b in (*given, *drawn.get(name, []))]
    return tuple(sorted(spells, key=lambda one: (one[1], one[0].id))), ()
