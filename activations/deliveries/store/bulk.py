"""Many rows in one round trip. Knows tables and databases, not deliveries.

PostgreSQL gets one statement for all rows: parsed and planned once. SQLite has no round trips to
save and is fastest when one prepared statement is run row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from activations import rowsets

Rows = Sequence[Sequence[Any]]


def stamps() -> Callable[[datetime | None], Any]:
    """Instants as a row holds them; most rows of one write share theirs."""
    known: dict[datetime | None, Any] = {}

    def stamp(instant: datetime | None) -> Any:
        if instant not in known:
            known[instant] = rowsets.instant(instant)
        return known[instant]

    return stamp


def insert(*, model: type[Model], columns: Sequence[str], rows: Rows) -> None:
    """Add rows; each holds a value for each of the columns."""
    if not rows:
        return
    into = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
    if connection.vendor == "postgresql":
        source, values = rowsets.table(name="new", columns=_types(model, columns), rows=rows)
        _execute(f"{into} SELECT {', '.join(columns)} FROM {source}", values)  # noqa: S608
    else:
        _execute_each(f"{into} VALUES ({', '.join(['%s'] * len(columns))})", rows)


def update(
    *,
    model: type[Model],
    columns: Sequence[str],
    keys: Sequence[str],
    rows: Rows,
    expressions: Mapping[str, str] | None = None,
) -> None:
    """Change rows found by their keys; each holds the columns' values, then the keys'.

    `expressions` are for columns that need more than the new value: SQL in which `{new}` stands
    for the value and `{old}` for the row's own.
    """
    if not rows:
        return
    table, told = model._meta.db_table, expressions or {}
    if connection.vendor == "postgresql":
        types = _types(model, (*columns, *keys))
        source, values = rowsets.table(name="new", columns=types, rows=rows)
        changes = ", ".join(_change(name, f"new.{name}", "target", told) for name in columns)
        where = " AND ".join(f"target.{name} = new.{name}" for name in keys)
        _execute(f"UPDATE {table} AS target SET {changes} FROM {source} WHERE {where}", values)  # noqa: S608
    else:
        changes = ", ".join(_change(name, "%s", table, told) for name in columns)
        where = " AND ".join(f"{name} = %s" for name in keys)
        _execute_each(f"UPDATE {table} SET {changes} WHERE {where}", rows)  # noqa: S608


def _change(name: str, new: str, table: str, expressions: Mapping[str, str]) -> str:
    return f"{name} = {expressions.get(name, '{new}').format(new=new, old=f'{table}.{name}')}"


def _types(model: type[Model], columns: Sequence[str]) -> dict[str, str]:
    known = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    return {name: str(known[name]) for name in columns}


def _execute(sql: str, values: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _execute_each(sql: str, rows: Rows) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
