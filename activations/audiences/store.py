"""Audiences and memberships as rows: a chunk's entries decided and written set-based.

Works inside the caller's transaction, which holds the locks of the profiles concerned; those
locks also keep two writers of one membership apart.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from activations.audiences.transitions import Standing, decide, is_change
from activations.models import Audience, Membership, Profile
from activations.terms import MembershipStatus, Origin

# SQLite takes 32,766 parameters a statement.
_ROWS_PER_STATEMENT: Final = 2_000
_UPSERT: Final = f"""
    INSERT INTO {Membership._meta.db_table}
        (profile_id, audience_id, status, last_qualified_at, valid_until)
    VALUES {{places}}
    ON CONFLICT (profile_id, audience_id) DO UPDATE SET
        status = excluded.status,
        last_qualified_at = excluded.last_qualified_at,
        valid_until = excluded.valid_until
"""  # noqa: S608  (own constants; every value is a parameter)

# (namespace, external id)
Reference = tuple[str, str]
# (profile id, audience id)
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement of a record; the audience may be unknown so far."""

    profile_id: int
    audience: Reference
    standing: Standing


def upsert_memberships(*, entries: Sequence[Entry], at: datetime) -> set[int]:
    """The ids of the profiles that have another status than before in some audience."""
    if not entries:
        return set()
    audience_ids = _audience_ids({entry.audience for entry in entries}, at)
    told: dict[Pair, list[Standing]] = defaultdict(list)
    for entry in entries:
        told[entry.profile_id, audience_ids[entry.audience]].append(entry.standing)
    known = _standings(told)
    written: dict[Pair, Standing] = {}
    changed: set[int] = set()
    for pair in sorted(told):
        before = known.get(pair)
        after = decide(current=before, entries=told[pair])
        if after is not None and after != before:
            written[pair] = after
            if is_change(before=before, after=after):
                changed.add(pair[0])
    _write(written)
    return changed


def expire(*, at: datetime, limit: int) -> list[int]:
    """Ends at most `limit` memberships whose time is over; the profile of each."""
    due = Membership.objects.filter(valid_until__lte=at).exclude(status=MembershipStatus.EXITED)
    picked = list(due.order_by("valid_until", "pk").values_list("pk", "profile_id")[:limit])
    profile_ids = {profile_id for _, profile_id in picked}
    # The same locks in the same order as an ingest takes.
    locked = Profile.objects.select_for_update(no_key=True).filter(pk__in=profile_ids)
    list(locked.order_by("identity").values_list("pk"))
    # What an ingest renewed since we looked is not due any more.
    still_due = list(
        due.filter(pk__in=[pk for pk, _ in picked]).order_by("pk").values_list("pk", "profile_id")
    )
    Membership.objects.filter(pk__in=[pk for pk, _ in still_due]).update(
        status=MembershipStatus.EXITED, valid_until=None
    )
    return [profile_id for _, profile_id in still_due]


def _audience_ids(references: set[Reference], at: datetime) -> dict[Reference, int]:
    known = _known_audiences(references)
    missing = sorted(references - known.keys())
    if not missing:
        return known
    Audience.objects.bulk_create(
        [
            Audience(
                namespace=namespace,
                external_id=external_id,
                origin=Origin.PROFILES,
                created_at=at,
                updated_at=at,
            )
            for namespace, external_id in missing
        ],
        # Another process may name the same audience at this moment.
        ignore_conflicts=True,
    )
    return known | _known_audiences(set(missing))


def _known_audiences(references: set[Reference]) -> dict[Reference, int]:
    by_namespace: dict[str, list[str]] = defaultdict(list)
    for namespace, external_id in references:
        by_namespace[namespace].append(external_id)
    wanted = Q()
    for namespace, external_ids in by_namespace.items():
        wanted |= Q(namespace=namespace, external_id__in=external_ids)
    rows = Audience.objects.filter(wanted).order_by("pk")
    return {
        (namespace, external_id): pk
        for namespace, external_id, pk in rows.values_list("namespace", "external_id", "pk")
    }


def _standings(pairs: Mapping[Pair, Any]) -> dict[Pair, Standing]:
    rows = Membership.objects.filter(
        profile_id__in={profile_id for profile_id, _ in pairs},
        audience_id__in={audience_id for _, audience_id in pairs},
    ).order_by()
    return {
        (profile_id, audience_id): Standing(MembershipStatus(status), qualified_at, valid_until)
        for profile_id, audience_id, status, qualified_at, valid_until in rows.values_list(
            "profile_id", "audience_id", "status", "last_qualified_at", "valid_until"
        )
    }


def _write(standings: Mapping[Pair, Standing]) -> None:
    rows = list(standings.items())
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        _write_rows(rows[start : start + _ROWS_PER_STATEMENT])


def _write_rows(rows: Sequence[tuple[Pair, Standing]]) -> None:
    adapted = connection.ops.adapt_datetimefield_value
    values: list[Any] = []
    for pair, standing in rows:
        instants = (adapted(standing.qualified_at), adapted(standing.valid_until))
        values += (*pair, standing.status.value, *instants)
    places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(places=places), values)
