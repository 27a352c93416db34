"""Which rows of a schedule need a closer look, told at a glance: there may be ten thousand.

A row that is left out has no problem: its Mapping ID is a field's that holds any text, nothing else
writes it, and its dates are dates in their order, not over yet. Knows no database.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from activations.mapping import statuses
from activations.services.draft_content import ScheduleRow
from connections.zendesk.contact import CustomField


@dataclass(frozen=True, slots=True)
class Glance:
    """Places of rows, in order: `suspects` may have any problem, `blank` only lack a Mapping ID."""

    suspects: list[int]
    blank: list[int]


def at(
    *,
    schedule: Sequence[ScheduleRow],
    mapped: Collection[str],
    fields: Mapping[str, CustomField] | None,
    today: date,
) -> Glance:
    """`mapped` are the custom fields that a mapping writes."""
    count = Counter(row.mapping_id for row in schedule)
    found = Glance([], [])
    for place, row in enumerate(schedule):
        if not row.mapping_id and _is_dated(row, today):
            found.blank.append(place)
        elif (
            count[row.mapping_id] > 1
            or row.mapping_id in mapped
            or not _is_plain(row.mapping_id, fields)
            or not _is_dated(row, today)
        ):
            found.suspects.append(place)
    return found


def _is_plain(name: str, fields: Mapping[str, CustomField] | None) -> bool:
    """Whether it is a field that takes every status; any name is, while the fields are unknown."""
    if fields is None:
        return bool(name.strip())
    field = fields.get(name)
    return field is not None and field.for_contact and field.type in statuses.TEXTS


def _is_dated(row: ScheduleRow, today: date) -> bool:
    start = row.start
    if start is None or not row.end_on:
        return start is not None
    return row.end is not None and row.end >= start and row.end >= today
