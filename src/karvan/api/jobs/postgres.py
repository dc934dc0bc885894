"""Jobs in a PostgreSQL that several services share."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from karvan.api.jobs.store import INDEX, Ask, Store, schema
from karvan.api.problems import ApiError
from karvan.ground.errors import InputError, Problem

if TYPE_CHECKING:
    import psycopg

MIGRATIONS = ((schema("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"), INDEX),)
"""Statements that lead from one version of the tables to the next; karvan_jobs says which is there."""
OURS = 0x6B61727661
"""The number under which our transactions wait for each other."""
CONNECT_S = 10
AWAY_S = 30
"""When nothing is heard from the server for so long it is taken to be gone (milliseconds of TCP below are of it)."""


class Postgres(Store):
    """Jobs in a database of PostgreSQL. A connection that breaks is made anew at the next question."""

    alone = False
    clock = "extract(epoch FROM clock_timestamp())::double precision"
    skipping = "FOR UPDATE SKIP LOCKED"

    def __init__(self, url: str) -> None:
        """Connect, and make the tables where they are not there.

        Raises InputError where the extra is not installed, the server does not answer, or its tables are newer.
        """
        try:
            import psycopg
        except ImportError:
            remedy = "pip install 'karvan[postgres]', or leave --database out to keep jobs in a file"
            raise InputError("the service", [Problem("database", "no psycopg", remedy)]) from None
        self._psycopg = psycopg
        self._url = url
        self._using = threading.Lock()
        self._connection: psycopg.Connection | None = None
        try:
            with self._whole() as ask:
                _migrate(ask)
        except psycopg.Error as refused:
            remedy = "give the URL of a database that may be written: postgresql://USER@HOST/DATABASE"
            # The URL may hold a password, and so is not repeated.
            said = str(refused).strip().splitlines()[0]
            raise InputError(
                "the service", [Problem("database", f"a database that refuses ({said})", remedy)]
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[Ask]:
        """One at a time: a single connection serves all threads. Raises ApiError 503 where the server is away."""
        try:
            with self._whole() as ask:
                yield ask
        except self._psycopg.OperationalError as away:
            raise ApiError(503, "the database of jobs does not answer", headers={"retry-after": "5"}) from away

    @contextmanager
    def _whole(self) -> Iterator[Ask]:
        with self._using:
            connection = self._connected()
            try:
                with connection.transaction():
                    yield _asking(connection)
            except self._psycopg.OperationalError:
                connection.close()
                raise

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._psycopg.connect(
                self._url, autocommit=True, connect_timeout=CONNECT_S, application_name="karvan",
                keepalives_idle=AWAY_S, tcp_user_timeout=AWAY_S * 1000,
            )  # fmt: skip
        return self._connection

    def one_at_a_time(self, ask: Ask) -> None:
        """Others that add jobs wait, so that the queue does not grow beyond its limit."""
        ask("SELECT pg_advisory_xact_lock(?)", (OURS,))

    def close(self) -> None:
        """End the connection."""
        with self._using:
            if self._connection is not None:
                self._connection.close()


def _asking(connection: psycopg.Connection) -> Ask:
    def ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        cursor = connection.execute(sql.replace("?", "%s").encode(), values)
        return cursor.fetchall() if cursor.description else []

    return ask


def _migrate(ask: Ask) -> None:
    """Make the tables what this version knows. Raises InputError where they are of a newer one."""
    ask("SELECT pg_advisory_xact_lock(?)", (OURS,))
    ask("CREATE TABLE IF NOT EXISTS karvan_jobs (version integer NOT NULL)", ())
    found = ask("SELECT version FROM karvan_jobs", ())
    version = found[0][0] if found else 0
    if version > len(MIGRATIONS):
        said = f"version {version}, while this karvan knows {len(MIGRATIONS)}"
        raise InputError("the service", [Problem("database", said, "serve it with a newer karvan")])
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            ask(statement, ())
    if version < len(MIGRATIONS):
        ask("DELETE FROM karvan_jobs", ())
        ask("INSERT INTO karvan_jobs VALUES (?)", (len(MIGRATIONS),))
