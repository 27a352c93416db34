"""How long does somebody keep the database to himself? Looked at every few milliseconds."""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import psycopg

from tests.torture.databases import PostgreSQL, SQLite

EVERY_SECONDS = 0.02
# Who lost an attempt waits at least half a second for the next.
HARM_SECONDS = 0.2
# For the environment of a process: what PostgreSQL calls its transactions (libpq).
NAME_VARIABLE = "PGAPPNAME"
_TRANSACTIONS = """
SELECT application_name, extract(epoch FROM clock_timestamp() - xact_start)::double precision
FROM pg_stat_activity WHERE backend_type = 'client backend' AND xact_start IS NOT NULL
    AND pid <> pg_backend_pid()
"""
# Such that somebody who writes (or reads) has to wait; waited for, it holds up who comes after it.
_LOCKS = """
SELECT a.application_name, l.pid, l.virtualtransaction, l.relation::regclass::text, l.mode
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND c.relkind IN ('r', 'p') AND l.mode IN
    ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""

_UPDATE = """
UPDATE activations_delivery SET lane = lane WHERE id = (
    SELECT id FROM activations_delivery WHERE state <> 'leased' LIMIT 1 FOR UPDATE SKIP LOCKED
)
"""

_HARMED = "SELECT id FROM activations_delivery WHERE attempts > 0"

Look = Callable[["Watch"], None]


@dataclass(slots=True)
class Watch:
    """A thread with a connection of its own; `longest` is in seconds, by what was looked at."""

    database: SQLite | PostgreSQL
    look: Look
    longest: dict[str, float] = field(default_factory=dict)
    looks: int = 0
    # When each thing that has no age of its own was first seen.
    since: dict[tuple[Any, ...], float] = field(default_factory=dict)
    failure: Exception | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Watch":
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        assert self._thread is not None
        self._thread.join(60)
        if self.failure is not None and error is None:
            raise self.failure

    def note(self, name: str, seconds: float) -> None:
        self.longest[name] = max(self.longest.get(name, 0.0), seconds)

    def _run(self) -> None:
        try:
            self.look(self)
        except (psycopg.Error, sqlite3.Error) as error:
            self.failure = error

    def until_stopped(self, *, seconds: float = EVERY_SECONDS) -> bool:
        """Wait a moment; False when it is over."""
        self.looks += 1
        return not self._stop.wait(seconds)


def transactions(database: SQLite | PostgreSQL) -> Watch:
    """The longest transaction by the name of its program; on SQLite, the longest wait to write."""
    is_file = isinstance(database, SQLite)
    return Watch(database, _look_at_writers if is_file else _look_at_transactions)


def locks(database: PostgreSQL) -> Watch:
    """How long each table was locked against writers, by `program: table mode`."""
    return Watch(database, _look_at_locks)


def stalls(database: PostgreSQL) -> Watch:
    """How long an update of one delivery takes: what a worker would have to wait for."""
    return Watch(database, _look_at_stalls)


def harm(database: SQLite | PostgreSQL) -> Watch:
    """Rows that had lost an attempt at any look, in `since` by their ids; the next success hides
    it, so one look in the end would not do."""
    return Watch(database, _look_for_harm)


def _look_for_harm(watch: Watch) -> None:
    while watch.until_stopped(seconds=HARM_SECONDS):
        for row in watch.database.query(_HARMED):
            watch.since.setdefault(row, time.monotonic())


def _look_at_transactions(watch: Watch) -> None:
    with psycopg.connect(watch.database.url, autocommit=True) as connection:
        while watch.until_stopped():
            for name, seconds in connection.execute(_TRANSACTIONS):
                watch.note(name, seconds)


def _look_at_writers(watch: Watch) -> None:
    """Ask for SQLite's one write lock and give it back: whoever writes now makes us wait."""
    assert isinstance(watch.database, SQLite)
    connection = sqlite3.connect(watch.database.path, timeout=60, isolation_level=None)
    try:
        while watch.until_stopped():
            started = time.monotonic()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            watch.note("", time.monotonic() - started)
    finally:
        connection.close()


def _look_at_locks(watch: Watch) -> None:
    with psycopg.connect(watch.database.url, autocommit=True) as connection:
        while watch.until_stopped():
            now = time.monotonic()
            for name, *key, table, mode in connection.execute(_LOCKS):
                held = (*key, table, mode)
                watch.since.setdefault(held, now)
                # It may have been taken just after the look before this one.
                seconds = now - watch.since[held] + EVERY_SECONDS
                watch.note(f"{name}: {table} {mode}", seconds)


def _look_at_stalls(watch: Watch) -> None:
    with psycopg.connect(watch.database.url, autocommit=True) as connection:
        while watch.until_stopped():
            started = time.monotonic()
            connection.execute(_UPDATE)
            watch.note("update", time.monotonic() - started)
