"""Jobs in a file of their own, for one service alone: SQLite with a write-ahead log."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from karvan.api.jobs.store import INDEX, Ask, Store, schema
from karvan.evidence.durable import told, writing
from karvan.evidence.lock import Lock, TakenError
from karvan.ground.errors import InputError, Problem

MIGRATIONS = ((schema("INTEGER PRIMARY KEY AUTOINCREMENT"), INDEX),)
"""Statements that lead from one version of the file to the next; `user_version` says which it has."""
BUSY_S = 10.0


class Sqlite(Store):
    """Jobs in a file. A lock beside it keeps every other service out for as long as this one lives."""

    alone = True
    clock = "((julianday('now') - 2440587.5) * 86400.0)"

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises InputError where another service has it, it is no database of ours, or it cannot be written.
        """
        self.path = path
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _taken(path)
            try:
                self._connection = _connected(path)
            except BaseException:
                self._lock.release()
                raise
        self._using = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Ask]:
        """One at a time: a single connection serves all threads."""
        with self._using, _whole(self._connection):
            yield self._ask

    def _ask(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def one_at_a_time(self, ask: Ask) -> None:
        """Every transaction here is."""

    def close(self) -> None:
        """Close the file, and let another service have it."""
        with self._using:
            self._connection.close()
        self._lock.release()


def _taken(path: Path) -> Lock:
    """The lock of the file. Raises TakenError with what to do."""
    try:
        return Lock.take(path.with_suffix(".lock"))
    except TakenError as taken:
        remedy = "end that service, give this one another --data folder, or let both share a PostgreSQL: --database URL"
        said = [Problem(str(path.name), f"in use by {problem.found}", remedy) for problem in taken.problems]
        raise TakenError("the service", said) from None


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a job that was taken on is there after a power cut
        _migrate(connection, path)
    except sqlite3.DatabaseError as spoilt:
        connection.close()
        problem = Problem(path.name, f"no database of jobs ({spoilt})", "move the file away: a new one is then made")
        raise InputError(told(path), [problem]) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    with _whole(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            found = f"version {version}, while this karvan knows {len(MIGRATIONS)}"
            raise InputError(told(path), [Problem(path.name, found, "serve it with a newer karvan")])
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def _whole(connection: sqlite3.Connection) -> Iterator[None]:
    """What is done within happens altogether, or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
