"""Delivery rows as the values the state machine works on, and back.

Plain values instead of model instances: these rows are read and written for every request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from activations.deliveries.settlement import Standing
from activations.deliveries.store import bulk
from activations.models import Delivery

_STANDING = tuple(field.name for field in fields(Standing))
_IDS = ("id", "account_id", "destination_id", "profile_id", "fence", "lane", "rendered_version")
_INSTANTS = {"delivered_at", "next_attempt_at", "unsettled_until", "first_due_at"}
_DETAIL_LENGTH = 500
_WRITTEN = (*_STANDING, "rendered_version", "lease_until", "updated_at")


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery: whose it is, and how it stands."""

    standing: Standing
    id: int
    account_id: int
    destination_id: int
    profile_id: int
    fence: int
    lane: int
    rendered_version: int


@dataclass(frozen=True, slots=True)
class Change:
    """A row's next standing; it is leased no more. `rendered_version` None: as it was."""

    row: Row
    standing: Standing
    rendered_version: int | None = None


def read(rows: QuerySet[Delivery]) -> list[Row]:
    """The rows in the query's order, locked if it says so."""
    count = len(_IDS)
    return [
        Row(Standing(*values[count:]), *values[:count])
        for values in rows.values_list(*_IDS, *_STANDING)
    ]


def save(changes: Sequence[Change], *, at: datetime) -> None:
    """Store the changes of rows the caller has locked."""
    stamp = bulk.stamps()
    bulk.update(
        model=Delivery,
        columns=_WRITTEN,
        keys=("id",),
        rows=[
            (
                *(_value(change.standing, name, stamp) for name in _STANDING),
                change.row.rendered_version
                if change.rendered_version is None
                else change.rendered_version,
                None,
                stamp(at),
                change.row.id,
            )
            for change in changes
        ],
    )


def _value(standing: Standing, name: str, stamp: Any) -> Any:
    value = getattr(standing, name)
    if name in _INSTANTS:
        return stamp(value)
    if name == "state":
        # The plain text: a driver may store an enum's member by its name.
        return str(value)
    return value[:_DETAIL_LENGTH] if name == "detail" else value
