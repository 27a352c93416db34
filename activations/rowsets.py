"""Many values as one parameter: a statement's text stays short, however many rows it is about.

A placeholder for each value costs more than the work itself on PostgreSQL: the driver takes the
text apart, the server parses and plans it anew. JSON is cheaper there than arrays, which the
driver builds value by value. SQLite has no round trip and takes a list of values fastest.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.db.models.expressions import RawSQL

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_TEXTS: Final = {
    "postgresql": "SELECT json_array_elements_text(%s::json)",
    "sqlite": "SELECT value FROM json_each(%s)",
}
_NUMBERS: Final = {
    "postgresql": "SELECT json_array_elements_text(%s::json)::bigint",
    "sqlite": "SELECT value FROM json_each(%s)",
}


def texts(values: Collection[str]) -> RawSQL:
    """For `__in`: a set of texts."""
    return RawSQL(_TEXTS[connection.vendor], (_json(list(values)),))  # noqa: S611


def numbers(values: Collection[int]) -> RawSQL:
    """For `__in`: a set of whole numbers."""
    return RawSQL(_NUMBERS[connection.vendor], (_json(list(values)),))  # noqa: S611


def is_one_of(*, column: str, values: Collection[int]) -> tuple[str, list[Any]]:
    """SQL of the condition that a column holds one of these numbers, and its parameters."""
    return f"{column} IN ({_NUMBERS[connection.vendor]})", [_json(list(values))]


def matches(*, table: str, column: str, values: Collection[int]) -> tuple[str, list[Any]]:
    """SQL of `found`, the rows of a table with these numbers in a column, and its parameters.

    They are found by the column's index whatever the statistics say. After a mass load the
    planner knows nothing of the new rows, and would rather read the whole table for each chunk.
    """
    chosen = _NUMBERS[connection.vendor]
    if connection.vendor == "postgresql":
        # OFFSET 0 keeps the planner from turning the look-ups into one join of its own choice.
        look_up = f"SELECT * FROM {table} WHERE {column} = chosen.value OFFSET 0"  # noqa: S608
        sql = f"({chosen} AS value) AS chosen CROSS JOIN LATERAL ({look_up}) AS found"
    else:
        # SQLite never reorders a CROSS JOIN.
        sql = f"({chosen}) AS chosen CROSS JOIN {table} AS found ON found.{column} = chosen.value"
    return sql, [_json(list(values))]


def within(
    *, of: str, column: str, ranges: Sequence[tuple[int, int]], where: str
) -> tuple[str, list[Any]]:
    """SQL of `found`, the rows `of` a table with a number in one of these ranges, ends included.

    Its parameters are followed by those of `where`, further conditions on the table's columns.
    Each range is looked up by itself: asked for all of them at once, SQLite would read everything
    that fits `where`.
    """
    columns = {"begins": "bigint", "ends": "bigint"}
    chosen, values = table(name="chosen", columns=columns, rows=ranges)
    lies = f"{column} BETWEEN chosen.begins AND chosen.ends"
    if connection.vendor == "postgresql":
        look_up = f"SELECT * FROM {of} WHERE {where} AND {lies} OFFSET 0"  # noqa: S608
        return f"{chosen} CROSS JOIN LATERAL ({look_up}) AS found", values
    return f"{chosen} CROSS JOIN {of} AS found ON {where} AND {lies}", values


def table(
    *, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[Any]]:
    """SQL of a table with these rows, for FROM, and its parameters.

    `columns` are names with their PostgreSQL types. JSON is given as text, instants as `instant`
    makes them. SQLite takes 32,766 values in all.
    """
    if connection.vendor == "postgresql":
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        given = ", ".join(f"{column} {_given_as(kind)}" for column, kind in columns.items())
        taken = ", ".join(f"{column}::{kind} AS {column}" for column, kind in columns.items())
        source = f"SELECT {taken} FROM json_to_recordset(%s::json) AS given({given})"  # noqa: S608
        return f"({source}) AS {name}", [_json(objects)]
    names = ", ".join(f"column{number} AS {column}" for number, column in enumerate(columns, 1))
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    values = [value for row in rows for value in row]
    return f"(SELECT {names} FROM (VALUES {marks})) AS {name}", values  # noqa: S608


def instant(at: datetime | None) -> Any:
    """An instant as a row of `table` holds it."""
    if connection.vendor == "postgresql":
        return at.isoformat() if at is not None else None
    return connection.ops.adapt_datetimefield_value(at)


def read_instant(value: datetime | str) -> datetime:
    """An instant as a plain cursor gives it: SQLite knows neither instants nor time zones."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _given_as(kind: str) -> str:
    # JSON within JSON would be parsed twice, and lose the form its digest was made of.
    return "text" if kind == "jsonb" else kind
