"""Audiences and memberships as rows: a chunk's entries decided and written set-based.

Works inside the caller's transaction. `assess` says whose memberships may move; once the caller
holds the locks of those profiles, which also keep two writers of one membership apart, `settle`
writes what did.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from activations import rowsets
from activations.audiences.transitions import Standing, decide, is_change
from activations.models import Audience, Membership, Profile
from activations.rowsets import read_instant
from activations.terms import MembershipStatus, Origin

# SQLite takes 32,766 parameters a statement.
_ROWS_PER_STATEMENT: Final = 2_000
_COLUMNS: Final = {
    "profile_id": "bigint",
    "audience_id": "bigint",
    "status": "text",
    "last_qualified_at": "timestamptz",
    "valid_until": "timestamptz",
}
_UPSERT: Final = f"""
    INSERT INTO {Membership._meta.db_table}
        (profile_id, audience_id, status, last_qualified_at, valid_until)
    SELECT profile_id, audience_id, status, last_qualified_at, valid_until
    FROM {{rows}} WHERE TRUE
    ON CONFLICT (profile_id, audience_id) DO UPDATE SET
        status = excluded.status,
        last_qualified_at = excluded.last_qualified_at,
        valid_until = excluded.valid_until
"""  # noqa: S608  (own constants; every value is a parameter)

_KNOWN: Final = """
    SELECT found.profile_id, found.audience_id, found.status, found.last_qualified_at,
        found.valid_until
    FROM {rows}
"""

_STATUSES: Final = {status.value: status for status in MembershipStatus}

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


@dataclass(frozen=True, slots=True)
class Moves:
    """What a chunk says of memberships, and whose may be another after it."""

    told: Mapping[Pair, Sequence[Standing]]
    newcomers: Collection[int]
    # Profiles there before that may have to be written, so they are to be locked.
    differing: frozenset[int]


def assess(*, entries: Sequence[Entry], newcomers: Collection[int], at: datetime) -> Moves:
    """`newcomers` are profiles that had no membership so far; unknown audiences appear."""
    audience_ids = _audience_ids({entry.audience for entry in entries}, at)
    told: dict[Pair, list[Standing]] = defaultdict(list)
    for entry in entries:
        told[entry.profile_id, audience_ids[entry.audience]].append(entry.standing)
    older = [pair for pair in told if pair[0] not in newcomers]
    known = _standings(older)
    differing = {
        pair[0]
        for pair in older
        if decide(current=known.get(pair), entries=told[pair]) != known.get(pair)
    }
    return Moves(told, newcomers, frozenset(differing))


def settle(*, moves: Moves) -> set[int]:
    """The ids of the profiles that have another status than before in some audience."""
    known = _standings([pair for pair in moves.told if pair[0] in moves.differing])
    written: dict[Pair, Standing] = {}
    changed: set[int] = set()
    for pair, told in moves.told.items():
        if pair[0] not in moves.differing and pair[0] not in moves.newcomers:
            continue
        before = known.get(pair)
        after = decide(current=before, entries=told)
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
    _lock_profiles(picked)
    # What an ingest renewed since we looked is not due any more.
    still_due = due.filter(pk__in=[pk for pk, _ in picked])
    return _exit(still_due, valid_until=None)


def leave(
    *, audience_id: int, status: MembershipStatus, before: datetime, after: int, window: int
) -> tuple[list[int], int | None]:
    """Ends memberships that nobody confirmed since `before`, among the next `window` profiles.

    Profiles come in the order of their ids, from behind `after`. Returns those who left, and the
    last profile that was looked at; None when there were no more.
    """
    members = Membership.objects.filter(
        audience_id=audience_id, status=status, profile_id__gt=after
    ).order_by("profile_id")
    looked_at = list(members.values_list("pk", "profile_id", "last_qualified_at")[:window])
    picked = [(pk, profile_id) for pk, profile_id, at in looked_at if at < before]
    _lock_profiles(picked)
    still_old = members.filter(pk__in=[pk for pk, _ in picked], last_qualified_at__lt=before)
    left = _exit(still_old, valid_until=None, last_qualified_at=before)
    return left, looked_at[-1][1] if len(looked_at) == window else None


def _lock_profiles(picked: Sequence[Pair]) -> None:
    """The same locks in the same order as an ingest takes; `picked` ends in profile ids."""
    profile_ids = {profile_id for _, profile_id in picked}
    locked = Profile.objects.select_for_update(no_key=True).filter(pk__in=profile_ids)
    list(locked.order_by("pk").values_list("pk"))


def _exit(memberships: QuerySet[Membership], **values: datetime | None) -> list[int]:
    """These memberships end; the profile of each."""
    found = list(memberships.order_by("pk").values_list("pk", "profile_id"))
    Membership.objects.filter(pk__in=[pk for pk, _ in found]).update(
        status=MembershipStatus.EXITED, **values
    )
    return [profile_id for _, profile_id in found]


def _audience_ids(references: set[Reference], at: datetime) -> dict[Reference, int]:
    if not references:
        return {}
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


def _standings(pairs: Collection[Pair]) -> dict[Pair, Standing]:
    if not pairs:
        return {}
    source, values = rowsets.matches(
        table=Membership._meta.db_table,
        column="profile_id",
        values={profile_id for profile_id, _ in pairs},
    )
    known = {}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN.format(rows=source), values)
        for profile_id, audience_id, status, qualified_at, valid_until in cursor.fetchall():
            known[profile_id, audience_id] = Standing(
                status=_STATUSES[status],
                qualified_at=read_instant(qualified_at),
                valid_until=read_instant(valid_until) if valid_until is not None else None,
            )
    return known


def _write(standings: Mapping[Pair, Standing]) -> None:
    rows = [
        (
            *pair,
            standing.status.value,
            rowsets.instant(standing.qualified_at),
            rowsets.instant(standing.valid_until),
        )
        for pair, standing in sorted(standings.items(), key=itemgetter(0))
    ]
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        part = rows[start : start + _ROWS_PER_STATEMENT]
        source, values = rowsets.table(name="told", columns=_COLUMNS, rows=part)
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT.format(rows=source), values)
