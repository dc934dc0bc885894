"""A run as a folder: `run.json`, a folder of Parquet tables for each replication, and tables over all of them.

    run.json                        what it is made from, how far it is, its results, its clock
    replications/0007/lost.parquet  a table of one replication
    times.parquet                   a table over all replications, once the run is complete
    run.lock                        only while a process writes the run

Everything is written whole or not at all, so a run that is cut off keeps its finished replications. The same inputs
give the same bytes in every file, but for `clock` in run.json.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from karvan.evidence.durable import PART, fill, sync_folder, told, write_whole, writing
from karvan.evidence.inputs import differences, plain
from karvan.evidence.lock import Lock, TakenError, holder
from karvan.evidence.parquet import SUFFIX, Columns, as_table, read_parquet, write_parquet
from karvan.evidence.record import (
    COMPLETE,
    INTERRUPTED,
    LOCK,
    RECORD,
    REPLICATIONS,
    RUNNING,
    Record,
    finished,
    new_record,
    now,
    read_record,
    refuse_strangers,
    sweep,
    write_record,
)
from karvan.ground.errors import InputError, Problem, nearest, shown
from karvan.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

Register = Mapping[str, Table]
OUR_TABLES, OUR_COLUMNS = ("runs",), ("run", "replication")
"""What queries over runs add; no table of a run may have these names."""


class RunFolder:
    """One run on disk: `create` or `resume` to write it, by one process at a time; `open` to read it.

    As a context it is closed at the end, and what is not complete by then is marked as interrupted.
    """

    def __init__(self, path: Path, record: Record, lock: Lock | None = None, register: Register | None = None) -> None:
        self.path = path
        self.record = record
        """What run.json says."""
        self._lock = lock
        self._register = register or {}
        self._anew: Record | None = None
        """The record that a complete run gets once something is added to it."""
        self._reopening = threading.Lock()
        self._began = time.perf_counter()

    @classmethod
    def create(cls, path: Path | str, about: Record, register: Register | None = None) -> Self:
        """Begin a run in a new or empty folder, or go on with one of the same inputs.

        Args:
            path: the folder.
            about: as `karvan.evidence.inputs.describe` makes it: `inputs`, and what else run.json is to say.
            register: units and meanings of the columns of tables, by the table's name.

        Raises:
            TakenError: the folder holds something else, a run with other inputs (each is named), or is being written.
            InputError: it cannot be written.
        """
        path = Path(path).resolve()
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
            refuse_strangers(path)
            lock = Lock.take(path / LOCK)
            try:
                return cls._begin(path, about, lock, register)
            except BaseException:
                lock.release()
                raise

    @classmethod
    def resume(cls, path: Path | str, about: Record, register: Register | None = None) -> Self:
        """Go on with a run of the same inputs. Raises InputError where there is none, and as `create` does."""
        read_record(Path(path))
        return cls.create(path, about, register)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """A run to read, complete or not. Raises InputError."""
        path = Path(path).resolve()
        return cls(path, read_record(path))

    @classmethod
    def _begin(cls, path: Path, about: Record, lock: Lock, register: Register | None) -> Self:
        old = _same_study(path, about) if (path / RECORD).exists() else None
        record = new_record(about, old and old["clock"])
        if old and old["status"] == COMPLETE:
            run = cls(path, old, lock, register)
            run._anew = record
            return run
        (path / REPLICATIONS).mkdir(exist_ok=True)
        sweep(path)
        write_record(path, record)
        return cls(path, record, lock, register)

    @property
    def name(self) -> str:
        """What reports and queries call the run: its folder's name."""
        return self.path.name

    @property
    def status(self) -> str:
        """complete, running (a process writes it now), or interrupted."""
        said = str(self.record["status"])
        gone = said == RUNNING and self._lock is None and holder(self.path / LOCK) is None
        return INTERRUPTED if gone else said

    @property
    def note(self) -> str:
        """What a user should know who goes on with the run; empty as a rule."""
        left_by = self._lock.left_by if self._lock else None
        return f"{left_by}, left the run without closing it; its finished replications are kept" if left_by else ""

    def put(
        self, replication: int, tables: Mapping[str, Columns], files: Mapping[str, Path | bytes] | None = None
    ) -> None:
        """Keep the tables of a finished replication, all of them or none. May be called from several threads.

        Args:
            replication: its number, from 0; each is put once.
            tables: for each table its columns, arrays of shape (n_rows,), or an Arrow table.
            files: tables that are Parquet already: a file in the run's `workshop`, which is moved, or what is in it.

        Raises:
            InputError: the disk refuses, or the folder was removed or taken over meanwhile.
            ValueError: the replication is there already, or a table is none.
        """
        ready = self._ready(tables)
        target = self.path / REPLICATIONS / f"{replication:04d}"
        if replication < 0 or target.exists():
            raise ValueError(f"replication {replication} is there already, or no number of one")
        with writing(self.path):
            self._reopen()
            making = target.with_name(f".{target.name}{PART}")
            making.mkdir()
            try:
                for table, write in ready.items():
                    with (making / f"{table}{SUFFIX}").open("xb") as file:
                        fill(file, write)
                for table, made in (files or {}).items():
                    _take(made, making / f"{table}{SUFFIX}")
                sync_folder(making)
                making.rename(target)
            except BaseException:
                shutil.rmtree(making, ignore_errors=True)
                raise
            sync_folder(target.parent)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder on the run's disk for what is in the making; gone afterwards. Raises InputError."""
        with writing(self.path):
            folder = Path(tempfile.mkdtemp(prefix=".making.", suffix=PART, dir=self.path))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def done(self) -> set[int]:
        """Numbers of the replications that are finished. Raises InputError where the folder is gone."""
        return {number for number, _ in finished(self.path)}

    def files(self) -> Iterator[tuple[str, int | None, Path]]:
        """Every table: its name, its replication, its file; sorted. Those over all replications (None) come with a
        complete run only. Raises InputError."""
        over_all: list[tuple[int | None, Path]] = [(None, self.path)] if self.record["status"] == COMPLETE else []
        for replication, folder in (*over_all, *finished(self.path)):
            for file in sorted(folder.glob(f"*{SUFFIX}")):
                if file.stem.isidentifier():  # else it is not one of ours
                    yield file.stem, replication, file

    def read(self, table: str, replication: int | None = None) -> pa.Table:
        """A table of one replication, or the one over all of them. Raises InputError."""
        found = {name: file for name, number, file in self.files() if number == replication}
        if table in found:
            return read_parquet(found[table])
        where = self.name if replication is None else f"{self.name}, replication {replication}"
        there = ", ".join(nearest(table, found) or sorted(found))
        remedy = f"there is {there}" if there else f"there is nothing; the run is {self.status}"
        raise InputError(where, [Problem("table", shown(table), remedy)])

    def finish(self, tables: Mapping[str, Columns], results: Record) -> None:
        """Keep the tables over all replications, then say in run.json that the run is complete, with its results.

        Raises:
            InputError: as `put`.
            ValueError: a table has the name of a table of replications, or `results` holds an infinite number.
        """
        ready = self._ready(tables)
        twice = sorted({name for name, number, _ in self.files() if number is not None} & ready.keys())
        if twice:
            raise ValueError(f"{', '.join(twice)}: so are tables of replications called; give others another name")
        with writing(self.path):
            self._reopen()
            for table, write in ready.items():
                write_whole(self.path / f"{table}{SUFFIX}", write)
            said = {
                "status": COMPLETE,
                "done": len(self.done()),
                "results": plain(results),
                "clock": self._clock(now()),
            }
            write_record(self.path, self.record | said)
            self.record |= said

    def close(self) -> None:
        """Let others have the folder. What is not complete is marked as interrupted; a folder that is gone is left."""
        if self._lock is None:
            return
        if self.record["status"] == RUNNING and self._lock.ours():
            self.record |= {"status": INTERRUPTED, "clock": self._clock(None)}
            with suppress(OSError):
                write_record(self.path, self.record)
        self._lock.release()
        self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ready(self, tables: Mapping[str, Columns]) -> dict[str, Callable[[BinaryIO], None]]:
        """For each table what writes it; all are looked at before anything is written. Raises as `put`."""
        if self._lock is None:
            raise ValueError(f"{self.name} is open for reading only")
        if not self._lock.ours():
            remedy = "the folder was removed or taken over while the run went on: start the run again"
            raise InputError(told(self.path), [Problem(LOCK, "not the lock of this run", remedy)])
        ready: dict[str, Callable[[BinaryIO], None]] = {}
        for name, columns in tables.items():
            table = as_table(columns, self._register.get(name))
            if not name.isidentifier() or name in OUR_TABLES or {*OUR_COLUMNS} & {*table.column_names}:
                raise ValueError(f"table {name}: this name, or a column's, is for queries over runs, or no name")
            ready[name] = partial(write_parquet, table)
        return ready

    def _reopen(self) -> None:
        """A complete run is so no more once something is added. Raises OSError."""
        with self._reopening:
            if self._anew:
                self.record, self._anew = self._anew, None
                write_record(self.path, self.record)
                sweep(self.path)

    def _clock(self, finished_at: str | None) -> Record:
        """The clock as it stands at the end of this session."""
        clock = self.record["clock"]
        seconds = round(clock["seconds"] + time.perf_counter() - self._began, 3)
        return {**clock, "finished": finished_at, "seconds": seconds, "sessions": clock["sessions"] + 1}


def _take(made: Path | bytes, path: Path) -> None:
    """Put a file of the workshop, or bytes, in its place, flushed to the disk. Raises OSError."""
    if isinstance(made, Path):
        made.chmod(0o644)
        with made.open("r+b") as file:
            os.fsync(file.fileno())
        made.replace(path)
        return
    with path.open("xb") as file:
        fill(file, lambda whole: whole.write(made))


def _same_study(path: Path, about: Record) -> Record:
    """The record of the run that is there. Raises TakenError where it is unreadable or has other inputs."""
    try:
        old = read_record(path)
    except InputError as unreadable:
        raise TakenError(unreadable.subject, unreadable.problems) from None
    problems = differences(old["inputs"], plain(about["inputs"]))
    if problems:
        raise TakenError(f"{told(path)}, a run with other inputs", problems)
    return old
