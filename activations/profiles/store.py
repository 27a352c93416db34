"""Profiles as rows: records merged in, one set of statements for a whole chunk.

Works inside the caller's transaction. Rows are locked in the order of their identities, so that
two ingests over the same people wait for each other instead of deadlocking. SQLite has one writer.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from activations.models import Profile
from activations.profiles import identity
from activations.profiles.digest import Content, content
from activations.profiles.merge import merge
from activations.profiles.record import Record

_INSERT: Final = f"""
    INSERT INTO {Profile._meta.db_table}
        (identity, email, attributes, identities, digest, created_at, updated_at)
    VALUES {{places}}
    ON CONFLICT (identity) {{on_conflict}}
    RETURNING identity, id
"""  # noqa: S608  (own constants; every value is a parameter)
_OVERWRITE: Final = """
    DO UPDATE SET
        attributes = excluded.attributes,
        identities = excluded.identities,
        digest = excluded.digest,
        updated_at = excluded.updated_at
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """A row that was there before, locked."""

    profile_id: int
    digest: str


# (identity, e-mail, what the row shall hold)
_Row = tuple[str, str, Content]


def upsert(*, records: Sequence[Record], at: datetime) -> tuple[dict[str, int], set[int]]:
    """Profile ids by identity, and the ids of those whose content is now another.

    Several records about one identity are merged in their order.
    """
    told: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        told[record.identity].append(record)
    afresh = {key: _after({}, {}, told[key]) for key in sorted(told)}
    known = _lock(told)
    created = _insert([row for key, row in afresh.items() if key not in known], at)
    if len(known) + len(created) < len(told):
        # Another process created these since we looked; now they are there to be merged into.
        known |= _lock([key for key in told if key not in known and key not in created])
    # A digest that equals the record's own proves that merging it changes nothing.
    differing = {
        key: row
        for key, row in known.items()
        if len(told[key]) > 1 or afresh[key][2].digest != row.digest
    }
    changed = _merge_in(differing, told, at)
    ids = created | {key: row.profile_id for key, row in known.items()}
    return ids, changed | set(created.values())


def _lock(identities: Collection[str]) -> dict[str, _Known]:
    rows = (
        Profile.objects.select_for_update(no_key=True)
        .filter(identity__in=identities)
        .order_by("identity")
        .values_list("identity", "pk", "digest")
    )
    return {key: _Known(profile_id, digest) for key, profile_id, digest in rows}


def _merge_in(
    known: Mapping[str, _Known], told: Mapping[str, Sequence[Record]], at: datetime
) -> set[int]:
    """Merges into locked rows; the ids of those that hold something else now."""
    if not known:
        return set()
    held = Profile.objects.filter(pk__in=[row.profile_id for row in known.values()])
    rows = held.order_by("identity").values_list("identity", "attributes", "identities")
    merged = [_after(attributes, identities, told[key]) for key, attributes, identities in rows]
    changes = [row for row in merged if row[2].digest != known[row[0]].digest]
    _overwrite(changes, at)
    return {known[key].profile_id for key, _, _ in changes}


def _after(
    attributes: dict[str, Any], identities: dict[str, Any], records: Sequence[Record]
) -> _Row:
    """What a row that held this holds after these records."""
    for record in records:
        is_copy = not attributes and not record.has_gaps
        attributes = record.attributes if is_copy else merge(old=attributes, new=record.attributes)
        identities = identity.merge(old=identities, new=record.identities)
    last = records[-1]
    return last.identity, last.email, content(attributes=attributes, identities=identities)


def _insert(rows: Sequence[_Row], at: datetime) -> dict[str, int]:
    """Ids by identity of those that were really new."""
    return dict(_write(rows, at, "DO NOTHING"))


def _overwrite(rows: Sequence[_Row], at: datetime) -> None:
    # These rows exist and are locked, so this INSERT only ever updates. Unlike UPDATE ... FROM
    # it takes the types of its values from the table, and both databases know it.
    _write(rows, at, _OVERWRITE)


def _write(rows: Sequence[_Row], at: datetime, on_conflict: str) -> list[tuple[str, int]]:
    if not rows:
        return []
    instant = connection.ops.adapt_datetimefield_value(at)
    values: list[Any] = []
    for key, email, held in rows:
        values += (key, email, held.attributes, held.identities, held.digest, instant, instant)
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(places=places, on_conflict=on_conflict), values)
        return list(cursor.fetchall())
