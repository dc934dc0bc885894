"""What a map plays of a run: the movements of vehicles and the queues of a replication, out of its event trace.

The trace is read piece by piece; what spans pieces is carried over, so that memory goes by what is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from karvan.evidence.parquet import pieces

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Strings = NDArray[np.str_]
MS_PER_H = 3_600_000
DEPARTS, WAITS, BLOCKED, BOARDS, ALIGHTS = "departs", "waits", "blocked", "boards", "alights"
NAMES = ("agent", "kind", "place", "cause", "part", "to_place", "vehicle")
NUMBERS = ("number", "units", "vehicle_number")
FOR_ITS_LOAD = "vehicle"
"""Cause of a wait: of a unit for a vehicle; of a vehicle, at a stop, for its load."""
NOBODY = -1
FORMAT = 1
"""Of what `save` writes; raised when it changes, or what is read out of a trace."""


class Moves(NamedTuple):
    """Movements, a column each (n_moves,)."""

    agent: Ints
    """Who moves: a service, its way back, or vehicles of it that are formed at a stop."""
    number: Ints
    """Which one of those."""
    part: Ints
    """What it moves on: a link, or a link one way."""
    place: Ints
    to_place: Ints
    begin: Ints
    end: Ints
    """-1 where it is still under way at the end of the trace."""
    load: Ints
    """Units aboard."""

    def at(self, rows: Ints | Flags) -> Moves:
        """Some of them."""
        return Moves(*(column[rows] for column in self))


class Queues(NamedTuple):
    """Queues: what they are at (n_queues,), and how many wait at each full hour (n_queues, n_hours)."""

    part: Ints
    place: Ints
    units: Flags
    """Whether units wait there; else vehicles."""
    waiting: NDArray[np.int32]
    first_hour: Ints
    """Hours since 1970 of the first column of `waiting` (1,)."""


@dataclass(frozen=True, eq=False)
class Played:
    """Movements in the order in which they begin, and queues. Instants are ms since 1970, UTC."""

    names: Strings
    """Of agents, places and parts, by their number; -1 is none."""
    moves: Moves
    queues: Queues

    def save(self, file: Any) -> None:
        """Write to an open file."""
        moves = {f"move_{name}": column for name, column in self.moves._asdict().items()}
        queues = {f"queue_{name}": column for name, column in self.queues._asdict().items()}
        np.savez_compressed(file, names=self.names, **moves, **queues)

    @classmethod
    def load_from(cls, path: Path) -> Played:
        """What `save` wrote. Raises OSError, ValueError, KeyError and BadZipFile where it is something else."""
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            moves = {name: file[f"move_{name}"] for name in Moves._fields}
            queues = {name: file[f"queue_{name}"] for name in Queues._fields}
            return cls(file["names"], Moves(**moves), Queues(**queues))

    def name(self, code: int) -> str:
        """The name that a number stands for; empty for none."""
        return str(self.names[code]) if code >= 0 else ""


def played(trace: Path, kg: Mapping[str, int] | None = None) -> Played:
    """The movements and queues that a trace tells of. Raises InputError where it cannot be read.

    With `kg` of a unit by its agent, loads are in kg, of the units that are named, and queues are not told.
    """
    reader = _Reader(kg)
    for piece in pieces(trace, [*NAMES, *NUMBERS, "instant"]):
        reader.hear(piece)
    return reader.found()


class _Reader:
    """Turns pieces of a trace, in their order, into movements and queues."""

    def __init__(self, kg: Mapping[str, int] | None = None) -> None:
        self.kg = kg
        self.codes: dict[str, int] = {}
        self.open: dict[str, Ints] = {}
        """Last rows of agents that move or wait as the piece before ends."""
        self.aboard = np.zeros((0, 2), dtype=np.int64)
        """Vehicles with anyone aboard as the piece before ends, and how many."""
        self.moves: list[Moves] = []
        self.queues: dict[tuple[int, int, int], int] = {}
        """Numbers of queues, by part, place and whether units wait."""
        self.changes: list[Ints] = []
        """Of each piece: queue, full hour, and by how many more wait from then on (n, 3)."""

    def hear(self, piece: Any) -> None:
        rows = self._rows(piece)
        rows["load"] = self._loads(rows)
        for name, kept in self.open.items():
            rows[name] = np.concatenate([kept, rows[name]])
        key = _key(rows["agent"], rows["number"])
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        next_row = np.full(len(key), NOBODY, dtype=np.int64)
        next_row[order[:-1]] = np.where(same, order[1:], NOBODY)
        spans = self._is(rows, DEPARTS) | self._waits(rows)
        ended = spans & (next_row >= 0)
        self._keep(rows, np.flatnonzero(ended), rows["instant"][next_row[ended]])
        left = np.flatnonzero(spans & (next_row < 0))
        self.open = {name: column[left] for name, column in rows.items()}

    def found(self) -> Played:
        left = np.arange(len(self.open.get("instant", ())))
        if len(left):
            self._keep(self.open, left, np.full(len(left), NOBODY, dtype=np.int64))
        none = np.zeros(0, dtype=np.int64)
        moves = Moves(**{name: np.concatenate([none, *(getattr(one, name) for one in self.moves)])
                         for name in Moves._fields})  # fmt: skip
        order = np.lexsort((moves.number, moves.agent, moves.begin))
        return Played(np.array(list(self.codes) or [""], dtype=np.str_), moves.at(order), self._queues())

    def _rows(self, piece: Any) -> dict[str, Ints]:
        """Columns of a piece as whole numbers; names by their code, what is missing -1."""
        rows = {name: self._coded(piece[name]) for name in NAMES}
        for name in NUMBERS:
            rows[name] = piece[name].fill_null(NOBODY).to_numpy().astype(np.int64)
        rows["instant"] = piece["instant"].cast("int64").to_numpy()
        if self.kg is not None:
            each = np.array([self.kg.get(name, 0) for name in self.codes] or [0], dtype=np.int64)
            of_units = rows["units"] >= 0
            rows["units"][of_units] *= each[rows["agent"][of_units]]
        return rows

    def _coded(self, column: Any) -> Ints:
        """A column with a dictionary of its own in the codes of all pieces."""
        whole = column.combine_chunks()
        codes = np.array(
            [self.codes.setdefault(name, len(self.codes)) for name in whole.dictionary.to_pylist()] + [NOBODY],
            dtype=np.int64,
        )
        found: Ints = codes[whole.indices.fill_null(len(codes) - 1).to_numpy()]
        return found

    def _code(self, name: str) -> int:
        return self.codes.get(name, NOBODY - 1)

    def _is(self, rows: dict[str, Ints], kind: str) -> Flags:
        return np.asarray(rows["kind"] == self._code(kind))

    def _waits(self, rows: dict[str, Ints]) -> Flags:
        """Whether someone waits from a row on; a vehicle that stands for its load does not."""
        stands = (rows["cause"] == self._code(FOR_ITS_LOAD)) & (rows["units"] < 0)
        return np.asarray((self._is(rows, WAITS) | self._is(rows, BLOCKED)) & ~stands & (rows["part"] >= 0))

    def _loads(self, rows: dict[str, Ints]) -> Ints:
        """Units aboard of each vehicle that departs, by row; 0 for all other rows."""
        load = np.zeros(len(rows["instant"]), dtype=np.int64)
        boards, alights, departs = (self._is(rows, kind) for kind in (BOARDS, ALIGHTS, DEPARTS))
        of_units = (boards | alights) & (rows["vehicle"] >= 0)
        at = np.flatnonzero(of_units | departs)
        key = np.where(of_units[at], _key(rows["vehicle"][at], rows["vehicle_number"][at]),
                       _key(rows["agent"][at], rows["number"][at]))  # fmt: skip
        more = np.where(of_units[at], np.where(boards[at], rows["units"][at], -rows["units"][at]), 0)
        key = np.concatenate([self.aboard[:, 0], key])
        more = np.concatenate([self.aboard[:, 1], more])
        order = np.argsort(key, kind="stable")
        key, total = key[order], np.cumsum(more[order])
        first = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
        before = np.append(0, total)[first]
        within = total - np.repeat(before, np.diff(np.append(first, len(key))))
        last = np.append(first[1:] - 1, len(key) - 1)[: len(first)]
        self.aboard = np.column_stack([key[last], within[last]])[within[last] != 0]
        known = len(order) - len(at)
        old = order >= known
        load[at[order[old] - known]] = within[old]
        return load

    def _keep(self, rows: dict[str, Ints], at: Ints, end: Ints) -> None:
        """Keep the spans of some rows that end then."""
        goes = self._is(rows, DEPARTS)[at]
        move, wait = at[goes], at[~goes]
        names = ("agent", "number", "part", "place", "to_place")
        self.moves.append(Moves(**{name: rows[name][move] for name in names}, begin=rows["instant"][move],
                                end=end[goes], load=rows["load"][move]))  # fmt: skip
        self._count(rows["part"][wait], rows["place"][wait], rows["units"][wait], rows["instant"][wait], end[~goes])

    def _count(self, part: Ints, place: Ints, units: Ints, begin: Ints, end: Ints) -> None:
        """Count spells of waiting: at a full hour wait those whose wait began by then and has not ended."""
        if self.kg is not None:
            return
        of_units = units >= 0
        kinds, of = np.unique((part << 32) | (place + 1 << 1) | of_units, return_inverse=True)
        queue = np.array(
            [
                self.queues.setdefault((kind >> 32, (kind & 0xFFFFFFFF) >> 1, kind & 1), len(self.queues))
                for kind in kinds.tolist()
            ],
            dtype=np.int64,
        )[of]
        n = np.where(of_units, units, 1)
        ended = end >= 0
        at = np.concatenate([(queue << 32) | -(-begin // MS_PER_H), ((queue << 32) | -(-end // MS_PER_H))[ended]])
        known, of = np.unique(at, return_inverse=True)
        more = np.bincount(of, np.concatenate([n, -n[ended]]), len(known)).astype(np.int64)
        self.changes.append(np.column_stack([known >> 32, known & 0xFFFFFFFF, more])[more != 0])

    def _queues(self) -> Queues:
        changes = np.concatenate([np.zeros((0, 3), dtype=np.int64), *self.changes])
        hours = changes[:, 1]
        first, last = (int(hours.min()), int(hours.max())) if len(hours) else (0, 0)
        waiting = np.zeros((len(self.queues), last - first + 1), dtype=np.int32)
        np.add.at(waiting, (changes[:, 0], hours - first), changes[:, 2])
        np.cumsum(waiting, axis=1, dtype=np.int32, out=waiting)
        kinds = np.array(list(self.queues) or np.zeros((0, 3)), dtype=np.int64)
        return Queues(kinds[:, 0], kinds[:, 1] - 1, kinds[:, 2] > 0, waiting, np.array([first]))


def _key(agent: Ints, number: Ints) -> Ints:
    return agent << 32 | number
