"""Profiles as rows: records merged in, one set of statements for a whole chunk.

Works inside the caller's transaction, in three steps. `identify` finds the people and creates the
new ones; `hold` locks those who may change; `merge_in` writes who did. New rows come first, in
the order of their identities, then locks in the order of ids: so two ingests over the same people
wait for each other instead of deadlocking. Nobody who stays as they are is locked or written.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from activations import rowsets
from activations.models import Profile
from activations.profiles.digest import is_other
from activations.profiles.told import Told, after

_COLUMNS: Final = {
    "identity": "text",
    "email": "text",
    "attributes": "jsonb",
    "identities": "jsonb",
    "digest": "text",
    "instant": "timestamptz",
}
_INSERT: Final = f"""
    INSERT INTO {Profile._meta.db_table}
        (identity, email, attributes, identities, digest, created_at, updated_at)
    SELECT identity, email, attributes, identities, digest, instant, instant
    FROM {{rows}} WHERE TRUE
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
_HOLD: Final = f"""
    SELECT identity, id, digest, attributes{{text}}, identities{{text}}
    FROM {Profile._meta.db_table} WHERE id IN ({{ids}}) ORDER BY id {{lock}}
"""  # noqa: S608  (own constants; every value is a parameter)


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom a chunk speaks of; all of them have a row now."""

    # By identity.
    ids: Mapping[str, int]
    created: frozenset[int]
    # Those there before who may hold something else after it.
    differing: frozenset[int]


@dataclass(frozen=True, slots=True)
class Held:
    """A locked row; attributes and identities are JSON still."""

    identity: str
    profile_id: int
    digest: str
    attributes: str
    identities: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Ids of those that hold something else now, by what it is; some may be in both."""

    # With the JSON of their attributes before and after.
    attributes: dict[int, tuple[str, str]]
    identities: set[int]


def identify(*, people: Mapping[str, Told], at: datetime) -> Identified:
    """Everyone a chunk speaks of; who is new gets a row."""
    known = _known(people)
    created = _insert({key: people[key] for key in sorted(people.keys() - known.keys())}, at)
    if len(known) + len(created) < len(people):
        # Another process created these since we looked; now they are there to be merged into.
        known |= _known(people.keys() - known.keys() - created.keys())
    # A digest that equals the records' own proves that merging them changes nothing.
    differing = frozenset(
        profile_id
        for key, (profile_id, digest) in known.items()
        if people[key].alone.digest != digest
    )
    ids = created | {key: profile_id for key, (profile_id, _) in known.items()}
    return Identified(ids, frozenset(created.values()), differing)


def hold(*, profile_ids: Collection[int]) -> list[Held]:
    """Lock these rows until the transaction ends, in the order of their ids."""
    if not profile_ids:
        return []
    is_postgresql = connection.vendor == "postgresql"
    chosen = rowsets.numbers(profile_ids)
    sql = _HOLD.format(
        text="::text" if is_postgresql else "",
        ids=chosen.sql,
        # SQLite's one writer needs no lock on rows.
        lock="FOR NO KEY UPDATE" if is_postgresql else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.params)
        return [Held(*row) for row in cursor.fetchall()]


def merge_in(*, people: Mapping[str, Told], held: Sequence[Held], at: datetime) -> Merged:
    """Merges what was told into locked rows."""
    changes: dict[str, Told] = {}
    merged = Merged({}, set())
    for row in held:
        told = people[row.identity]
        if told.alone.digest == row.digest:
            continue
        attributes, identities = json.loads(row.attributes), json.loads(row.identities)
        content = after(attributes=attributes, identities=identities, records=told.records)
        if content.digest == row.digest:
            continue
        changes[row.identity] = Told(told.records, content)
        has_other_identities = is_other(held=identities, now=content.identities)
        if has_other_identities:
            merged.identities.add(row.profile_id)
        # Attributes are long; one of the two is another, or the digest would be the same.
        if not has_other_identities or is_other(held=attributes, now=content.attributes):
            merged.attributes[row.profile_id] = (row.attributes, content.attributes)
    # These rows exist and are locked, so this INSERT only ever updates. Unlike UPDATE ... FROM
    # both databases know it.
    _write(changes, at, _OVERWRITE)
    return merged


def _known(identities: Collection[str]) -> dict[str, tuple[int, str]]:
    """Id and digest of those that have a row."""
    rows = Profile.objects.filter(identity__in=rowsets.texts(identities)).order_by()
    return {
        key: (profile_id, digest)
        for key, profile_id, digest in rows.values_list("identity", "pk", "digest")
    }


def _insert(told: Mapping[str, Told], at: datetime) -> dict[str, int]:
    """Ids by identity of those that were really new."""
    return dict(_write(told, at, "DO NOTHING"))


def _write(told: Mapping[str, Told], at: datetime, on_conflict: str) -> list[tuple[str, int]]:
    if not told:
        return []
    instant = rowsets.instant(at)
    rows = [
        (key, one.email, one.alone.attributes, one.alone.identities, one.alone.digest, instant)
        for key, one in told.items()
    ]
    source, values = rowsets.table(name="told", columns=_COLUMNS, rows=rows)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(rows=source, on_conflict=on_conflict), values)
        return list(cursor.fetchall())
