"""Where jobs are kept: the same few statements over SQLite and over PostgreSQL.

Every method is one transaction, may be called from any thread, and leaves nothing half-done.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from typing import Any

from karvan.api.jobs.job import ENDED, QUEUED, RUNNING, Job, before
from karvan.evidence.record import now

TABLE = "karvan_job"
COLUMNS = tuple(field.name for field in fields(Job))
ALL = ", ".join(COLUMNS)
JSON = ("result", "problem")
"""Columns that hold a document."""
LEASE_S = 30.0
"""A service that has not been heard of for so long is gone, where several share a store."""

Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a statement with `?` for its values, in a transaction: the rows that it gives."""


class FullError(Exception):
    """As many jobs are waiting as may wait."""


class Store(ABC):
    """Jobs in a database."""

    alone: bool
    """Whether no other service can use it at the same time."""
    clock: str
    """SQL for the seconds since 1970 by the database's own clock, so that services with other clocks agree."""
    skipping: str = ""
    """SQL by which a claim passes over the rows that others are claiming."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Ask]:
        """A transaction that others see when it is over, or never."""

    @abstractmethod
    def close(self) -> None:
        """Let it go."""

    @abstractmethod
    def one_at_a_time(self, ask: Ask) -> None:
        """Wait until no other transaction adds jobs."""

    def add(self, job: Job, waiting: int, kept: int) -> Job:
        """Put a new job in the queue, and forget the oldest ended ones beyond `kept` jobs.

        Raises FullError where `waiting` jobs are in the queue already.
        """
        marks = ", ".join("?" * len(COLUMNS))
        with self.transaction() as ask:
            self.one_at_a_time(ask)
            self._refuse_beyond(ask, waiting)
            ask(f"INSERT INTO {TABLE} ({ALL}) VALUES ({marks})", [_cell(name, getattr(job, name)) for name in COLUMNS])
            beyond = ask(f"SELECT count(*) FROM {TABLE}", ())[0][0] - kept
            if beyond > 0:
                ended = ", ".join("?" * len(ENDED))
                ask(f"DELETE FROM {TABLE} WHERE serial IN (SELECT serial FROM {TABLE} WHERE status IN ({ended})"
                    " ORDER BY serial LIMIT ?)", (*ENDED, beyond))  # fmt: skip
        return job

    def get(self, name: str) -> Job | None:
        """A job by id."""
        with self.transaction() as ask:
            return _one(ask(f"SELECT {ALL} FROM {TABLE} WHERE id = ?", (name,)))

    def jobs(self, status: str | None = None, limit: int = 100, offset: int = 0) -> tuple[list[Job], int]:
        """Jobs, the newest first, and how many there are in all."""
        where, values = ("WHERE status = ?", [status]) if status else ("", [])
        with self.transaction() as ask:
            found = ask(f"SELECT {ALL} FROM {TABLE} {where} ORDER BY serial DESC LIMIT ? OFFSET ?",
                        [*values, limit, offset])  # fmt: skip
            return [_job(row) for row in found], ask(f"SELECT count(*) FROM {TABLE} {where}", values)[0][0]

    def claim(self, owner: str) -> Job | None:
        """The job that has waited longest, now running and the owner's; None where none waits. No two get the same."""
        with self.transaction() as ask:
            return _one(ask(
                f"UPDATE {TABLE} SET status = ?, owner = ?, started = ?, ended = NULL, attempts = attempts + 1,"
                f" doing = '', done = NULL, total = NULL, result = NULL, problem = NULL, wish = '',"
                f" version = version + 1, beat = {self.clock} WHERE status = ? AND serial ="
                f" (SELECT serial FROM {TABLE} WHERE status = ? ORDER BY serial LIMIT 1 {self.skipping})"
                f" RETURNING {ALL}",
                (RUNNING, owner, now(), QUEUED, QUEUED),
            ))  # fmt: skip

    def tell(self, name: str, owner: str, **cells: Any) -> Job | None:
        """Write down how far a running job is; None where it is no longer the owner's, or is gone."""
        with self.transaction() as ask:
            return self._changed(ask, name, (RUNNING,), owner, cells)

    def move(self, name: str, to: str, owner: str | None = None, **cells: Any) -> Job | None:
        """Give a job another status; None where it has one that cannot turn into that, or another owner."""
        cells = {"ended": now() if to in ENDED else None, **cells}
        with self.transaction() as ask:
            return self._changed(ask, name, before(to), owner, {"status": to, "owner": "", "wish": "", **cells})

    def requeue(self, name: str, waiting: int) -> Job | None:
        """Queue an ended job again; None as `move`. Raises FullError."""
        again = {"note": "", "losses": 0, "ended": None, "problem": None, "result": None}
        again |= {"doing": "", "done": None, "total": None}
        ended = tuple(status for status in before(QUEUED) if status != RUNNING)
        with self.transaction() as ask:
            self.one_at_a_time(ask)
            self._refuse_beyond(ask, waiting)
            return self._changed(ask, name, ended, None, {"status": QUEUED, **again})

    def remove(self, name: str) -> bool:
        """Forget an ended job; whether there was one."""
        marks = ", ".join("?" * len(ENDED))
        with self.transaction() as ask:
            return bool(ask(f"DELETE FROM {TABLE} WHERE id = ? AND status IN ({marks}) RETURNING id", (name, *ENDED)))

    def beat(self, owner: str) -> None:
        """Say that the owner is there."""
        with self.transaction() as ask:
            ask(f"UPDATE {TABLE} SET beat = {self.clock} WHERE status = ? AND owner = ?", (RUNNING, owner))

    def lost(self, owner: str) -> list[Job]:
        """Running jobs whose service is gone: any but the owner's where it is alone, else those not heard of."""
        late = "" if self.alone else f" AND beat < {self.clock} - {LEASE_S}"
        with self.transaction() as ask:
            found = ask(f"SELECT {ALL} FROM {TABLE} WHERE status = ? AND owner <> ?{late} ORDER BY serial",
                        (RUNNING, owner))  # fmt: skip
        return [_job(row) for row in found]

    def _refuse_beyond(self, ask: Ask, waiting: int) -> None:
        if ask(f"SELECT count(*) FROM {TABLE} WHERE status = ?", (QUEUED,))[0][0] >= waiting:
            raise FullError

    def _changed(
        self, ask: Ask, name: str, statuses: Sequence[str], owner: str | None, cells: dict[str, Any]
    ) -> Job | None:
        """Change a job that has one of these statuses, and this owner where one is named."""
        said = ", ".join(f"{column} = ?" for column in cells)
        where = f"id = ? AND status IN ({', '.join('?' * len(statuses))})" + (" AND owner = ?" if owner else "")
        values = [_cell(column, value) for column, value in cells.items()]
        return _one(ask(f"UPDATE {TABLE} SET {said}, version = version + 1 WHERE {where} RETURNING {ALL}",
                        [*values, name, *statuses, *([owner] if owner else [])]))  # fmt: skip


def schema(serial: str) -> str:
    """The statement that makes the table, of version 1; `serial` is how the database counts rows by itself."""
    return f"""CREATE TABLE {TABLE} (
        serial {serial}, id text NOT NULL UNIQUE, kind text NOT NULL, title text NOT NULL, request text NOT NULL,
        status text NOT NULL, created text NOT NULL, started text, ended text, attempts integer NOT NULL,
        doing text NOT NULL, done bigint, total bigint, run text, result text, problem text, note text NOT NULL,
        losses integer NOT NULL, owner text NOT NULL, wish text NOT NULL, version bigint NOT NULL,
        beat double precision NOT NULL DEFAULT 0)"""


INDEX = f"CREATE INDEX karvan_job_status ON {TABLE} (status, serial)"


def _cell(name: str, value: Any) -> Any:
    return json.dumps(value) if name in JSON and value is not None else value


def _job(row: Sequence[Any]) -> Job:
    cells = dict(zip(COLUMNS, row, strict=True))
    return Job(**{name: json.loads(cell) if name in JSON and cell else cell for name, cell in cells.items()})


def _one(rows: Sequence[Sequence[Any]]) -> Job | None:
    return _job(rows[0]) if rows else None
