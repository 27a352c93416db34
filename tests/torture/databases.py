"""The two databases a scenario runs on: made once, migrated, and copied for every ground."""

import atexit
import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.services import postgresql, programs, running

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_FILE = "zendeskdest.sqlite3"
_BUSY_SECONDS = 20.0


class Database(Protocol):
    """What the rig itself needs of a database: its address, and to look into it."""

    @property
    def url(self) -> str: ...

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """On a connection of its own, with %s for parameters. Raises what the driver raises."""


class SQLite:
    def __init__(self, *, path: Path) -> None:
        self.path = path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        opened = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        # Two contexts: one closes the connection, the other commits.
        with contextlib.closing(opened) as connection, connection:
            return connection.execute(statement.replace("%s", "?"), parameters).fetchall()


class PostgreSQL:
    def __init__(self, *, cluster: postgresql.Cluster) -> None:
        self.cluster = cluster

    @property
    def url(self) -> str:
        return self.cluster.url

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def serve(*, kind: str, folder: Path) -> Iterator[SQLite | PostgreSQL]:
    """A migrated, empty database of its own; in `folder`, if it is a file."""
    if kind == SQLITE:
        shutil.copy(_migrated_file(), folder / _FILE)
        yield SQLite(path=folder / _FILE)
        return
    with postgresql.cluster(
        programs=_programs(), options=postgresql.DURABLE, like=_migrated_cluster()
    ) as cluster:
        yield PostgreSQL(cluster=cluster)


def seconds_of(instant: Any) -> float:
    """Wall seconds of an instant out of a query; SQLite hands them out as text, in UTC."""
    if isinstance(instant, str):
        return datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp()
    return float(instant.timestamp())


def available() -> tuple[str, ...]:
    """The kinds this machine has the programs for."""
    has_servers = programs.postgresql().path and programs.redis().path
    return (SQLITE, POSTGRESQL) if has_servers else (SQLITE,)


def _programs() -> Path:
    program = programs.postgresql()
    if program.path is None:
        raise RuntimeError(program.reason)
    return program.path


@cache
def _migrated_file() -> Path:
    folder = _folder()
    _migrate(folder, f"sqlite:///{folder / _FILE}")
    return folder / _FILE


@cache
def _migrated_cluster() -> Path:
    """The folder of a stopped cluster."""
    folder = _folder()
    made = postgresql.Cluster(programs=_programs(), folder=folder)
    made.initialise()
    made.start()
    try:
        _migrate(folder, made.url)
    finally:
        made.stop()
    return folder


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zendeskdest-torture-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _migrate(folder: Path, url: str) -> None:
    environment = running.environment(folder, DATABASE_URL=url, **SECRETS)
    done = running.manage("migrate", "--verbosity", "0", environment=environment)
    if done.returncode:
        raise RuntimeError(f"migrate failed:\n{done.stderr}")


# Fixed, so that a workspace does not depend on the `.env` of whoever runs this.
SECRETS = {
    "SECRET_KEY": "torture-only-" + "0" * 50,
    "ENCRYPTION_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
