"""What the numbers in the log of the event loop say: agents, kinds, places and parts by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from karvan.kernels import fields as f
from karvan.kernels.fields import Flags, Ints
from karvan.sim import step as do
from karvan.sim.pack import Packed

KINDS = (
    "created", "waits", "starts", "blocked", "boards", "loaded", "alights", "departs", "arrives", "leaves",
    "turned away",
)  # fmt: skip
"""What rows say: waits (before a station, for a path, a gate or a vehicle; a vehicle: at a stop, for its load); starts
(a service, or another span of time); blocked (no room ahead); departs and arrives (a vehicle, between two places)."""
NOWHERE = -1
_LOGGED = {
    f.LOG_CREATED: "created", f.LOG_WAITS: "waits", f.LOG_STARTS: "starts", f.LOG_BLOCKED: "blocked",
    f.LOG_BOARDS: "boards", f.LOG_LOADED: "loaded", f.LOG_ALIGHTS: "alights", f.LOG_LEAVES: "leaves",
    f.LOG_GOES: "departs", f.LOG_ARRIVES: "arrives",
}  # fmt: skip
_AT_STATION = (f.LOG_WAITS, f.LOG_STARTS, f.LOG_BLOCKED)
_LOGS_OF: dict[type, tuple[int, ...]] = {
    do.Serve: _AT_STATION, do.Seize: _AT_STATION,
    do.Delay: (f.LOG_GOES, f.LOG_ARRIVES), do.Pace: (f.LOG_WAITS, f.LOG_GOES, f.LOG_ARRIVES),
    do.Pass: (f.LOG_WAITS,), do.Await: (f.LOG_WAITS,), do.Load: (f.LOG_WAITS, f.LOG_LOADED),
    do.Board: (f.LOG_WAITS, f.LOG_BOARDS, f.LOG_ALIGHTS), type(None): (f.LOG_LEAVES, f.LOG_ARRIVES),
}  # fmt: skip
"""What each step may log; others log nothing."""
_LOG_KINDS = 16
"""Kinds of log rows that there is room for."""


class Words:
    """Names of the numbers in the log."""

    def __init__(self, packed: Packed) -> None:
        import pyarrow as pa

        self._pa = pa
        self._packed = packed
        self._places: dict[str, int] = {}
        self._parts: dict[str, int] = {}
        table = np.full((len(packed.steps), _LOG_KINDS, 5), NOWHERE, dtype=np.int32)
        for at, logged, (kind, place, part, to) in self._rows():
            cause = self._cause(packed.steps[at][1], logged)
            table[at, logged] = (
                KINDS.index(kind),
                _code(self._places, place),
                _code(self._parts, part),
                _code(self._places, to),
                f.CAUSES.index(cause) if cause else NOWHERE,
            )
        self._table = table.reshape(-1, 5)
        """Kind, place, part, destination and cause of a log row, by step << 4 | kind."""
        agents = sorted(_agents(packed))
        self._idents = np.array([ident for ident, _, _ in agents], dtype=np.int64)
        self._of_units = np.array([units for _, _, units in agents], dtype=bool)
        self._dictionaries = {
            "agent": pa.array([name for _, name, _ in agents], pa.string()),
            "kind": pa.array(KINDS, pa.string()),
            "cause": pa.array(f.CAUSES, pa.string()),
            "place": pa.array(list(self._places), pa.string()),
            "part": pa.array(list(self._parts), pa.string()),
        }

    def kept(self, words: Ints) -> Flags:
        """Whether rows are told (n,): the end of a span that ends where it began is not."""
        return np.asarray(self._table[words & 0xFFFFFFFF, 0] != NOWHERE)

    def columns(self, rows: Ints) -> dict[str, Any]:
        """Arrow columns of rows (n, 4), but for the instant."""
        word = rows[:, 2] & 0xFFFFFFFF
        kind, place, part, to, cause = self._table[word].T
        agent = np.searchsorted(self._idents, rows[:, 1] >> 32).astype(np.int32)
        aboard = rows[:, 3] >= 0
        vehicle = np.searchsorted(self._idents, np.where(aboard, rows[:, 3] >> 32, 0)).astype(np.int32)
        weight = self._packed.op.weight[word >> 4].astype(np.int32)
        array = self._pa.array
        return {
            "agent": self._named("agent", agent),
            "number": array((rows[:, 1] & 0xFFFFFFFF).astype(np.int32)),
            "units": array(weight, mask=~self._of_units[agent]),
            "kind": self._named("kind", kind),
            "place": self._named("place", place),
            "cause": self._named("cause", cause),
            "part": self._named("part", part),
            "to_place": self._named("place", to),
            "vehicle": self._named("agent", np.where(aboard, vehicle, NOWHERE)),
            "vehicle_number": array((rows[:, 3] & 0xFFFFFFFF).astype(np.int32), mask=~aboard),
        }

    def _named(self, names: str, codes: Any) -> Any:
        codes = np.ascontiguousarray(codes, dtype=np.int32)
        indices = self._pa.array(codes, mask=codes < 0)
        return self._pa.DictionaryArray.from_arrays(indices, self._dictionaries[names])

    def _rows(self) -> Iterator[tuple[int, int, tuple[str, str, str, str]]]:
        """For each step and kind of log row: kind, place, part and destination."""
        alights = _alights(self._packed)
        for program, steps in _programs(self._packed):
            here = first = next((place for place, _ in map(self._put_down, steps) if place), "")
            early = any(isinstance(step, do.WhenEmpty) for step in steps)  # it may end where it last was
            for number, step in enumerate(steps):
                at = program + number
                place, part = self._put_down(step)
                place = place or here
                part = part or (self._packed.steps[at][0] if isinstance(step, (do.Delay, do.Await)) else "")
                to = step.to if isinstance(step, (do.Delay, do.Pace)) else ""
                lands = alights.get((step.queue, step.alight), "") if isinstance(step, do.Board) else ""
                for logged in (*(() if number else (f.LOG_CREATED,)), *_LOGS_OF.get(type(step), ())):
                    kind = _LOGGED[logged]
                    match logged:
                        case f.LOG_CREATED:
                            row = (kind, first, "", "")
                        case f.LOG_GOES:
                            row = ("departs" if to else "starts", place, part, to)
                        case f.LOG_ARRIVES if step is None:
                            row = ("leaves", "" if early else here, "", "")
                        case f.LOG_ARRIVES if not to:
                            continue
                        case f.LOG_ARRIVES:
                            row = (kind, to, part, "")
                        case f.LOG_ALIGHTS:
                            row = (kind, lands, part, "")
                        case f.LOG_LEAVES:
                            row = ("turned away" if self._packed.op.n[at] else kind, here, "", "")
                        case _:
                            row = (kind, place, part, "")
                    yield at, logged, row
                if isinstance(step, (do.Serve, do.Load)):
                    here = place
                here = to or lands or here

    def _put_down(self, step: do.Step | None) -> tuple[str, str]:
        """The place and the part that a step is put down to, as in the table `lost`; empty where it has none."""
        system = self._packed.system
        match step:
            case do.Serve() | do.Seize() | do.Release():
                return system.stations[step.station].place, step.station
            case do.Delay():
                return step.place, step.name
            case do.Pace():
                return system.sections[step.section].place, step.section
            case do.Pass():
                return system.gates[step.gate].place, step.gate
            case do.Board() | do.Load():
                return system.queues[step.queue].place, step.queue
        return "", ""

    def _cause(self, step: do.Step | None, logged: int) -> str:
        """What the time after a row is put down to, as in the table `lost`; empty where the row is of an instant.

        Before a station that is shut meanwhile, some of a wait may be the weather's, or that of opening hours.
        """
        system, causes = self._packed.system, dict[int, str]()
        match step:
            case do.Serve() | do.Seize():
                station = system.stations[step.station]
                causes = {f.LOG_WAITS: station.cause, f.LOG_STARTS: station.work, f.LOG_BLOCKED: "blocked"}
            case do.Delay():
                causes = {f.LOG_GOES: step.cause}
            case do.Pace():
                causes = {f.LOG_WAITS: system.sections[step.section].cause, f.LOG_GOES: "travel"}
            case do.Pass():
                causes = {f.LOG_WAITS: "hours" if system.gates[step.gate].hours else "weather"}
            case do.Board() | do.Load() | do.Await():
                causes = {f.LOG_WAITS: "vehicle"}
        return causes.get(logged, "")


def _code(known: dict[str, int], name: str) -> int:
    return known.setdefault(name, len(known)) if name else NOWHERE


def _programs(packed: Packed) -> Iterator[tuple[int, list[do.Step | None]]]:
    """Programs: the row of their first step, and their steps with the two ends."""
    first = 0
    for program in packed.system.programs.values():
        n = len(program.steps) + 2
        yield first, [step for _, step in packed.steps[first : first + n]]
        first += n


def _alights(packed: Packed) -> dict[tuple[str, int], str]:
    """Where one alights who boarded from a queue for a stop: where the vehicle is by then that loads there."""
    found: dict[tuple[str, int], str] = {}
    for program in packed.system.programs.values():
        for number, step in enumerate(program.steps):
            if isinstance(step, do.Load):
                start = packed.system.queues[step.queue].place
                for stop, place in _stops_after(program.steps, number, start):
                    found.setdefault((step.queue, stop), place)
    return found


def _stops_after(steps: Sequence[do.Step], number: int, place: str) -> Iterator[tuple[int, str]]:
    """Stops at which a vehicle is unloaded, and where those are, from a step on and round again."""
    for step in (*steps[number:], *steps[:number]):
        if isinstance(step, (do.Delay, do.Pace)) and step.to:
            place = step.to
        elif isinstance(step, do.Unload):
            yield step.stop, place


def _agents(packed: Packed) -> Iterator[tuple[int, str, bool]]:
    """Number, name and whether it is of units of all that agents come from: sources, fleets, queues that call."""
    system = packed.system
    calls = Counter([*system.sources, *system.fleets, *(queue.calls for queue in system.queues.values())])
    for row, source in zip(packed.source, system.sources.values(), strict=True):
        yield int(row.id), source.name, source.capacity == 0
    for fleet, name in zip(packed.fleets, system.fleets, strict=True):
        yield fleet[3], name, False
    for row, queue in zip(packed.queue, system.queues.values(), strict=True):
        if queue.calls:
            yield int(row.id), queue.calls if calls[queue.calls] == 1 else queue.name, False
