"""The event trace of a replication as Parquet: who does what, when and where, in the order of time.

What a unit or vehicle does ends when its next row begins. The log of the event loop is turned into names, put in order
and written as it comes, so that memory goes by what is in the system and not by what has passed through it.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from karvan.evidence.durable import writing
from karvan.evidence.parquet import ROWS_A_GROUP, SUFFIX, parquet_writer
from karvan.kernels import fields as f
from karvan.kernels.fields import Ints
from karvan.sim.outcome import Outcome, outcome_of
from karvan.sim.pack import Packed, ms
from karvan.sim.replication import Replication
from karvan.sim.wording import Words


@dataclass(frozen=True)
class Tracing:
    """That traces are to be kept."""

    begin: dt.datetime
    """Hour 0: when the warm-up begins."""
    folder: str
    """Where files are made. A worker that does not see it sends what is in the file instead."""


@dataclass(frozen=True)
class Traced(Outcome):
    """What one replication measured, with its trace: a file in the folder of traces, or what is in it."""

    trace: Path | bytes


def run_traced(
    packed: Packed, seed: int, number: int, hours: float, warmup_h: float, sample_h: float, tracing: Tracing
) -> Traced:
    """One replication with its trace. Raises as `Replication`, and InputError where the trace cannot be written."""
    seen = os.access(tracing.folder, os.W_OK)
    with writing(Path(tracing.folder)):
        handle, name = tempfile.mkstemp(suffix=SUFFIX, dir=tracing.folder if seen else None)
        path, kept = Path(name), False
        try:
            with os.fdopen(handle, "wb") as file, TraceWriter(packed, tracing.begin, warmup_h + hours, file) as trace:
                replication = traced_replication(packed, seed, number, hours, warmup_h, sample_h, trace)
                replication.run()
            one = Traced(**vars(outcome_of(replication)), trace=path if seen else path.read_bytes())
            kept = seen
        finally:
            if not kept:
                path.unlink(missing_ok=True)
    return one


def traced_replication(
    packed: Packed, seed: int, number: int, hours: float, warmup_h: float, sample_h: float, trace: TraceWriter
) -> Replication:
    """A replication whose log goes to a trace."""
    made: list[Replication] = []

    def hear(block: Ints) -> None:
        trace.hear(block, int(made[0].state.clock.now[0]) if made else 0)

    made.append(Replication(packed, seed, number, hours, warmup_h, sample_h, log=hear))
    return made[0]


class TraceWriter:
    """Writes the log of one replication to an open file, row group by row group; a context, finished at its end."""

    def __init__(self, packed: Packed, begin: dt.datetime, hours: float, file: BinaryIO) -> None:
        import pyarrow as pa

        self._pa = pa
        self._words = Words(packed)
        self._begin_ms = round(begin.timestamp() * 1000)
        self._until = ms(hours)
        self._ahead = np.zeros((0, 4), dtype=np.int64)
        """Rows of instants up to which not all is known yet: instant, id, log word, vehicle's id."""
        self._vehicle = np.full(64, f.NONE, dtype=np.int64)
        """Id of the vehicle that last began to load on each record of one."""
        self._ready: list[Ints] = []
        self._n_ready = self._written = 0
        kinds = {"string": pa.dictionary(pa.int32(), pa.string()), "number": pa.int32()}
        self._schema = pa.schema([
            ("seq", pa.int64()), ("instant", pa.timestamp("ms", tz="UTC")),
            ("agent", kinds["string"]), ("number", kinds["number"]), ("units", pa.int32()),
            *((name, kinds["string"]) for name in ("kind", "place", "cause", "part", "to_place", "vehicle")),
            ("vehicle_number", kinds["number"]),
        ])  # fmt: skip
        self._writer = parquet_writer(file, self._schema, deltas=("seq", "instant", "number", "vehicle_number"))

    def hear(self, block: Ints, now: int) -> None:
        """Take rows of the log (n, 3) in the order in which they were written; later ones lie at `now` ms or after it.

        Some tell ahead what is sure to come: those that lie after `now` are kept back.
        """
        rows = np.column_stack([block, self._aboard_of(block)])
        self._ahead = np.concatenate([self._ahead, rows])
        self._pass_on(now - 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write what is left, up to the end of the run, unless it broke off, and finish the file."""
        with self._writer:
            if error is None:
                self._pass_on(self._until)
                while self._n_ready:
                    self._write(min(ROWS_A_GROUP, self._n_ready))

    def _pass_on(self, until: int) -> None:
        """Rows up to an instant are complete: they are put in order, ties as they were written."""
        rows = self._ahead[np.argsort(self._ahead[:, 0], kind="stable")]
        n = int(np.searchsorted(rows[:, 0], until, side="right"))
        self._ahead = rows[n:].copy()
        kept = rows[:n][self._words.kept(rows[:n, 2])]
        self._ready.append(kept)
        self._n_ready += len(kept)
        while self._n_ready >= ROWS_A_GROUP:
            self._write(ROWS_A_GROUP)

    def _write(self, n: int) -> None:
        """Write the first n rows that are ready as one row group."""
        ready = np.concatenate(self._ready)
        self._ready, self._n_ready = [ready[n:]], len(ready) - n
        columns = self._words.columns(ready[:n])
        columns["instant"] = self._pa.array(ready[:n, 0] + self._begin_ms)
        columns["seq"] = self._pa.array(np.arange(self._written, self._written + n))
        self._written += n
        arrays = [columns[field.name].cast(field.type) for field in self._schema]
        self._writer.write_table(self._pa.table(arrays, schema=self._schema), row_group_size=n)

    def _aboard_of(self, block: Ints) -> Ints:
        """Id of the vehicle that each row is aboard of, NONE where it is not (n,).

        Rows tell the vehicle's record, which is used again; who has it is told when the vehicle begins to load.
        """
        vehicle = np.full(len(block), f.NONE, dtype=np.int64)
        record = (block[:, 2] >> 32) - 1
        told = np.flatnonzero(record >= 0)
        if not len(told):
            return vehicle
        told = told[np.argsort(record[told], kind="stable")]
        record = record[told]
        begins = block[told, 2] & 15 == f.LOG_WAITS
        self._make_room_for(int(record[-1]))
        last = np.maximum.accumulate(np.where(begins, np.arange(len(told)), f.NONE))
        same = (last >= 0) & (record[last] == record)
        owner = np.where(same, block[told[last], 1], self._vehicle[record])
        final = np.append(record[1:] != record[:-1], True)
        self._vehicle[record[final]] = owner[final]
        rides = ~begins & (block[told, 2] & 15 != f.LOG_LOADED)
        vehicle[told[rides]] = owner[rides]
        return vehicle

    def _make_room_for(self, record: int) -> None:
        while record >= len(self._vehicle):
            self._vehicle = np.append(self._vehicle, np.full(len(self._vehicle), f.NONE, dtype=np.int64))
