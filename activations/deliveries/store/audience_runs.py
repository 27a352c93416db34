"""The hourly account of each audience, counted afterwards from what a settlement left behind.

A settlement does not know audiences and must not wait for a thousand counters. So slices of the
past, too old to change, are read once: requests that Zendesk stored, and rows that ended as
excluded or failed. A slice's counts and the cursor that moves over it are one transaction: a
killed worker neither loses nor doubles anything, and of several workers one counts a slice.

What the numbers mean: a profile counts in every activated audience that it has a membership in,
whatever its status. An exclusion that was over before its slice was read is not seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from activations import rowsets
from activations.models import (
    Activation,
    Attempt,
    AudienceRun,
    AudienceRunCursor,
    Delivery,
    Membership,
)
from activations.terms import DeliveryState

_HOUR: Final = timedelta(hours=1)
_INSTANT: Final = timedelta(microseconds=1)
_WRITTEN: Final = "written"
# Spelled out: SQLite follows a partial index only where the condition is literally the index's.
_HAS_ENDED: Final = RawSQL("state IN ('excluded', 'failed')", (), output_field=BooleanField())
_COLUMNS: Final = {
    "destination_id": "bigint",
    "audience_id": "bigint",
    "started_at": "timestamptz",
    "activated": "bigint",
    "excluded": "bigint",
    "failed": "bigint",
}
# Six values each; SQLite takes 32,766 in one statement.
_ROWS_AT_ONCE: Final = 5_000

# Destination, profile, and what became of it (a column of AudienceRun).
_Ending: TypeAlias = tuple[int, int, str]
# Destination, audience, column.
_Key: TypeAlias = tuple[int, int, str]


def delay() -> timedelta:
    """After so long an ending is settled or will never be: no later answer changes it."""
    return timedelta(
        seconds=settings.DELIVERY_LEASE_SECONDS
        + settings.DELIVERY_DEADLINE_SECONDS
        + settings.DELIVERY_SETTLE_SECONDS
    )


def horizon(*, at: datetime) -> datetime:
    """What happened before it can be counted."""
    return at - delay()


def counted_until() -> datetime | None:
    """Everything before it is counted; None before the first count."""
    return AudienceRunCursor.objects.values_list("counted_until", flat=True).first()


def count_slice(*, at: datetime, limit: int) -> bool:
    """Count the next slice, of about `limit` endings of one hour; False when none is left.

    Begins with the hour in which it is first called.
    """
    with transaction.atomic():
        cursor = _cursor(at)
        if cursor is None:
            return False
        since, until = cursor.counted_until, _until(cursor.counted_until, horizon(at=at), limit)
        if until <= since:
            return False
        _add(_by_audience(list(_endings(since, until)), until), hour=_hour(since))
        cursor.counted_until = until
        cursor.save(update_fields=["counted_until"])
    return True


def prune(*, before: datetime, limit: int) -> int:
    """Delete up to `limit` runs that started before an instant."""
    old = AudienceRun.objects.filter(started_at__lt=before).order_by("started_at", "audience_id")
    ids = list(old.values_list("pk", flat=True)[:limit])
    deleted, _ = AudienceRun.objects.filter(pk__in=rowsets.numbers(ids)).delete()
    return deleted


def _cursor(at: datetime) -> AudienceRunCursor | None:
    """The one row, locked; None while another worker is at it."""
    first = _hour(horizon(at=at))
    AudienceRunCursor.objects.get_or_create(pk=1, defaults={"counted_until": first})
    rows = AudienceRunCursor.objects.filter(pk=1)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _until(since: datetime, latest: datetime, limit: int) -> datetime:
    """Where a slice ends: at the end of its hour at most, or before it holds too much."""
    until = min(latest, _hour(since) + _HOUR)
    attempts = _attempts(since, until).order_by("started_at").values_list("started_at", flat=True)
    ended = _ended(since, until).order_by("updated_at").values_list("updated_at", flat=True)
    for times in (attempts, ended):
        for instant in times[limit : limit + 1]:
            # More than `limit` of one instant stay together.
            until = min(until, max(instant, since + _INSTANT))
    return until


def _attempts(since: datetime, until: datetime) -> QuerySet[Attempt]:
    return Attempt.objects.filter(started_at__gte=since, started_at__lt=until)


def _ended(since: datetime, until: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(_HAS_ENDED, updated_at__gte=since, updated_at__lt=until)


def _endings(since: datetime, until: datetime) -> Iterator[_Ending]:
    written = _attempts(since, until).filter(outcome=_WRITTEN).order_by()
    for row in written.values_list("delivery__destination_id", "delivery__profile_id"):
        yield (*row, "activated")
    columns = {DeliveryState.EXCLUDED.value: "excluded", DeliveryState.FAILED.value: "failed"}
    ended = _ended(since, until).order_by()
    for destination_id, profile_id, state in ended.values_list(
        "destination_id", "profile_id", "state"
    ):
        yield destination_id, profile_id, columns[state]


def _by_audience(endings: list[_Ending], until: datetime) -> Counter[_Key]:
    """Each ending once for every audience that was activated there before the slice ended."""
    activated = set(
        Activation.objects.filter(
            destination_id__in={destination_id for destination_id, _, _ in endings},
            created_at__lt=until,
        ).values_list("destination_id", "audience_id")
    )
    member_of = _memberships({profile_id for _, profile_id, _ in endings})
    return Counter(
        (destination_id, audience_id, column)
        for destination_id, profile_id, column in endings
        for audience_id in member_of.get(profile_id, ())
        if (destination_id, audience_id) in activated
    )


def _memberships(profile_ids: Iterable[int]) -> dict[int, list[int]]:
    source, values = rowsets.matches(
        table=Membership._meta.db_table, column="profile_id", values=sorted(profile_ids)
    )
    member_of: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT found.profile_id, found.audience_id FROM {source}", values)  # noqa: S608
        for profile_id, audience_id in cursor.fetchall():
            member_of.setdefault(profile_id, []).append(audience_id)
    return member_of


def _add(counted: Counter[_Key], *, hour: datetime) -> None:
    keys = sorted({(destination_id, audience_id) for destination_id, audience_id, _ in counted})
    stamp = rowsets.instant(hour)
    rows: list[list[Any]] = [
        [*key, stamp, *(counted[(*key, column)] for column in ("activated", "excluded", "failed"))]
        for key in keys
    ]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        _upsert(rows[start : start + _ROWS_AT_ONCE])


def _upsert(rows: list[list[Any]]) -> None:
    source, values = rowsets.table(name="added", columns=_COLUMNS, rows=rows)
    table, names = AudienceRun._meta.db_table, ", ".join(_COLUMNS)
    changes = ", ".join(
        f"{name} = stored.{name} + excluded.{name}" for name in ("activated", "excluded", "failed")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS stored ({names}) SELECT {names} FROM {source} "  # noqa: S608
            f"WHERE TRUE ON CONFLICT (destination_id, audience_id, started_at) "
            f"DO UPDATE SET {changes}",
            values,
        )
