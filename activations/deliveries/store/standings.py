"""A delivery row as the value the state machine works on, and back."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import TypeAlias

from django.db import connection
from django.db.models import QuerySet

from activations.deliveries.settlement import Standing
from activations.models import Delivery

Rows: TypeAlias = QuerySet[Delivery]

_FIELDS = tuple(field.name for field in fields(Standing))
_COLUMNS = (*_FIELDS, "rendered_version", "lease_until", "updated_at")
_INSTANTS = {"delivered_at", "next_attempt_at", "unsettled_until", "lease_until", "updated_at"}


def read(row: Delivery) -> Standing:
    """The row's changeable fields."""
    return Standing(**{name: getattr(row, name) for name in _FIELDS})


def write(row: Delivery, standing: Standing, *, at: datetime) -> None:
    """Put a new standing into the row and end its lease; `save` stores it."""
    for name in _FIELDS:
        setattr(row, name, getattr(standing, name))
    # The plain text: a driver may store an enum's member by its name.
    row.state = str(standing.state)
    row.detail = row.detail[:500]
    row.lease_until = None
    row.updated_at = at


def save(rows: Sequence[Delivery]) -> None:
    """Store rows the caller has locked, in one round trip."""
    assignments = ", ".join(f"{column} = %s" for column in _COLUMNS)
    stamp = connection.ops.adapt_datetimefield_value
    values = [
        (
            *(
                stamp(getattr(row, column)) if column in _INSTANTS else getattr(row, column)
                for column in _COLUMNS
            ),
            row.pk,
        )
        for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {Delivery._meta.db_table} SET {assignments} WHERE id = %s",  # noqa: S608
                values,
            )
