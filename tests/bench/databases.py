"""Databases for measuring: fresh ones, copies of large ones, and what the server spends on them."""

import shutil
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench import measuring
from tests.services import postgresql

# Durable, unlike in the tests: a benchmark that skips fsync says nothing about the product.
POSTGRESQL_OPTIONS = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "max_connections=100",
)


class Kind(StrEnum):
    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Database:
    kind: Kind
    url: str
    # The file of SQLite; of PostgreSQL only the name is needed.
    path: Path | None = None

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def in_folder(folder: Path) -> Database:
    """The SQLite database of that folder; the first command makes it."""
    path = folder / "bench.sqlite3"
    return Database(Kind.SQLITE, f"sqlite:///{path}", path)


class Server:
    """A PostgreSQL of our own."""

    def __init__(self, cluster: postgresql.Cluster) -> None:
        self._cluster = cluster

    def create(self, *, like: Database | None = None) -> Database:
        """An empty database, or a copy of one that nobody is connected to."""
        name = f"bench_{uuid.uuid4().hex}"
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(like.name if like else "template1")
        )
        self._do(words)
        return Database(Kind.POSTGRESQL, f"{self._cluster.url.rsplit('/', 1)[0]}/{name}")

    def drop(self, database: Database) -> None:
        self._do(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    def checkpoint(self) -> None:
        """Write out what came before, so that what is measured next does not pay for it."""
        self._do(sql.SQL("CHECKPOINT"))

    def vacuum(self, database: Database) -> None:
        """Dead rows and statistics as autovacuum leaves them within a minute."""
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far."""
        pid = (self._cluster.log.parent / "postmaster.pid").read_text().split()[0]
        return measuring.cpu_seconds(int(pid))

    def _do(self, words: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self._cluster.url, autocommit=True) as connection:
            connection.execute(words)


def copy_file(source: Path, target: Path) -> None:
    """A SQLite database with what a killed process may have left in its log."""
    for suffix in ("", "-wal"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            shutil.copyfile(part, target.with_name(target.name + suffix))
