"""Did anything change? A table as one number, to be compared before and after.

On PostgreSQL `xmin` is part of it, the transaction that last wrote a row: an update that leaves
every value as it was is seen too.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from tests.bench.databases import Database

_ROWS_AT_ONCE = 5_000


def deliveries(database: Database) -> str:
    """The digest of every row of the deliveries."""
    return _digest(database, "activations_delivery")


def _digest(database: Database, table: str) -> str:
    if database.path is not None:
        with closing(sqlite3.connect(database.path)) as file:
            return _of(file.execute(f"SELECT * FROM {table} ORDER BY id"))
    with psycopg.connect(database.url) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        words = sql.SQL("SELECT xmin::text, * FROM {} ORDER BY id")
        cursor.execute(words.format(sql.Identifier(table)))
        return _of(cursor)


def _of(rows: Iterable[tuple[Any, ...]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()
