"""Very many rows into a table, as fast as its database takes them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from activations.deliveries.store import bulk


def copy(*, model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Add rows and return how many; JSON is given as text, instants as `rowsets.instant` does."""
    if connection.vendor != "postgresql":
        given = list(rows)
        bulk.insert(model=model, columns=columns, rows=given)
        return len(given)
    count = 0
    into = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as stream:
        for row in rows:
            stream.write_row(row)
            count += 1
    return count


def renumber(*, models: Sequence[type[Model]]) -> None:
    """The next row gets a number of its own, where the last ones brought theirs."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def check_as_it_comes() -> None:
    """Foreign keys after each statement: millions of checks at the end would have to be kept."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def tidy(*, models: Sequence[type[Model]]) -> None:
    """What the server does by itself some minutes later: know how many there are of what."""
    if connection.vendor == "postgresql":
        tables = ", ".join(model._meta.db_table for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {tables}")
