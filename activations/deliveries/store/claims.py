"""Who works on what: claims with a lease and a fence, and what crashed workers left behind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from activations.deliveries import settlement
from activations.deliveries.store import standings
from activations.models import Attempt, Backfill, Delivery
from activations.terms import DeliveryState
from connections.models import Account, AccountStatus, Destination, DestinationStatus

# Spelled out: SQLite follows a partial index only where the condition is literally the index's.
_IS_OPEN = RawSQL("state IN ('pending', 'waiting')", (), output_field=BooleanField())
_IS_LEASED = RawSQL("state = 'leased'", (), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery this process may work on until the lease ends."""

    id: int
    destination_id: int
    profile_id: int
    fence: int
    seq: int
    contact_id: int | None
    delivered_digest: str
    unsettled_until: datetime | None
    may_exist: bool
    lease_until: datetime


def now() -> datetime:
    """The database's clock: leases must not depend on which machine looks at them."""
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
        return instant


def accounts_with_work(*, at: datetime) -> list[int]:
    """Accounts that may send now and have something due."""
    # Asked per destination: one due row is enough, a million of them need not be looked at.
    due = Delivery.objects.filter(_IS_OPEN, destination_id=OuterRef("pk"), next_attempt_at__lte=at)
    reachable = Q(account__outage_until__isnull=True) | Q(account__outage_until__lte=at)
    busy = _sending().filter(reachable).filter(Exists(due))
    return list(busy.order_by("account_id").values_list("account_id", flat=True).distinct())


def has_open_work(*, except_accounts: Collection[int] = ()) -> bool:
    """Whether anything is due now or later without anybody's help."""
    backfills = Backfill.objects.filter(
        finished_at__isnull=True, destination__status=DestinationStatus.ENABLED
    )
    rows = Delivery.objects.filter(destination_id=OuterRef("pk"))
    working = _sending().exclude(account_id__in=except_accounts)
    is_open, is_leased = Exists(rows.filter(_IS_OPEN)), Exists(rows.filter(_IS_LEASED))
    return backfills.exists() or working.filter(is_open | is_leased).exists()


def claim(*, account_id: int, limit: int, at: datetime) -> list[Claimed]:
    """Lease up to `limit` due deliveries of an account: live before backfill, oldest first.

    What to send is read afterwards: a backfill passes over what is not claimed yet, because
    whoever claims it will see the configuration the backfill is for.
    """
    lease_until = at + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    with transaction.atomic():
        # One claim of an account at a time: the rule below looks at rows others may be claiming.
        list(Account.objects.select_for_update(no_key=True).filter(pk=account_id).values("pk"))
        sending = _sending().filter(account_id=account_id).order_by("pk")
        due = _due(list(sending.values_list("pk", flat=True)), limit, at)
        rows, deferred = _one_writer_per_contact(account_id, due, at)
        for row in rows:
            row.fence += 1
            row.state, row.lease_until = DeliveryState.LEASED.value, lease_until
        _write_leases(rows, at)
        standings.save(deferred)
    return [_claimed(row) for row in rows]


def reap(*, at: datetime) -> int:
    """Take deliveries back from workers whose lease ended without a word."""
    expired = Delivery.objects.filter(_IS_LEASED, lease_until__lt=at)
    if not expired.exists():
        return 0
    with transaction.atomic():
        rows = list(expired.select_for_update(skip_locked=True).order_by("pk")[:500])
        landing = _may_land_until([row.pk for row in rows])
        for row in rows:
            changed = settlement.after_crash(
                row=standings.read(row), may_land_until=landing.get(row.pk), at=at
            )
            standings.write(row, changed, at=at)
        standings.save(rows)
    return len(rows)


def _sending() -> QuerySet[Destination]:
    """Destinations that send, as far as they and their account are concerned."""
    return Destination.objects.filter(status=DestinationStatus.ENABLED).exclude(
        account__status=AccountStatus.REJECTED
    )


def _due(destination_ids: Sequence[int], limit: int, at: datetime) -> list[Delivery]:
    # A query per destination follows the partial index; together they would have to be sorted.
    found: list[Delivery] = []
    for destination_id in destination_ids:
        due = Delivery.objects.select_for_update(skip_locked=True).filter(
            _IS_OPEN, destination_id=destination_id, next_attempt_at__lte=at
        )
        if len(destination_ids) > 1:
            # Contacts another destination is writing must not fill the batch and block the rest.
            due = due.exclude(Exists(_LEASED_SIBLINGS))
        found += due.order_by("lane", "next_attempt_at", "pk")[:limit]
    found.sort(key=lambda row: (row.lane, row.next_attempt_at, row.pk))
    return found[:limit]


def _one_writer_per_contact(
    account_id: int, rows: list[Delivery], at: datetime
) -> tuple[list[Delivery], list[Delivery]]:
    """Several destinations of one account write the same contact, but never at the same time.

    Returns the rows that may go, and those put off because a contact may be in the making.
    """
    siblings = _siblings(account_id, rows) if _is_shared(account_id) else {}
    free: list[Delivery] = []
    deferred: list[Delivery] = []
    taken: set[int] = set()
    for row in rows:
        family = [other for other in siblings.get(row.profile_id, ()) if other.pk != row.pk]
        if row.profile_id in taken or any(o.state == DeliveryState.LEASED for o in family):
            continue
        known = (other.contact_id for other in family if other.contact_id)
        row.contact_id = row.contact_id or next(known, None)
        row.unsettled_until = max(
            (o.unsettled_until for o in (row, *family) if o.unsettled_until), default=None
        )
        if row.contact_id is None and row.unsettled_until and row.unsettled_until > at:
            row.state, row.next_attempt_at = DeliveryState.WAITING.value, row.unsettled_until
            deferred.append(row)
        else:
            taken.add(row.profile_id)
            free.append(row)
    return free, deferred


def _is_shared(account_id: int) -> bool:
    return Destination.objects.filter(account_id=account_id).count() > 1


_LEASED_SIBLINGS = Delivery.objects.filter(
    account_id=OuterRef("account_id"), profile_id=OuterRef("profile_id"), state=DeliveryState.LEASED
)


def _siblings(account_id: int, rows: list[Delivery]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    profile_ids = [row.profile_id for row in rows]
    for row in Delivery.objects.filter(account_id=account_id, profile_id__in=profile_ids):
        found.setdefault(row.profile_id, []).append(row)
    return found


def _write_leases(rows: Sequence[Delivery], at: datetime) -> None:
    sql = (
        f"UPDATE {Delivery._meta.db_table} SET state = %s, lease_until = %s, fence = %s, "  # noqa: S608
        "contact_id = %s, unsettled_until = %s, updated_at = %s WHERE id = %s"
    )
    stamp = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                (
                    row.state,
                    stamp(row.lease_until),
                    row.fence,
                    row.contact_id,
                    stamp(row.unsettled_until),
                    stamp(at),
                    row.pk,
                )
                for row in rows
            ],
        )


def _may_land_until(delivery_ids: list[int]) -> dict[int, datetime]:
    horizon = timedelta(seconds=settings.DELIVERY_SETTLE_SECONDS)
    attempts = Attempt.objects.filter(delivery_id__in=delivery_ids, outcome="").order_by()
    latest = attempts.values_list("delivery_id").annotate(latest=Max("deadline_at"))
    return {delivery_id: deadline + horizon for delivery_id, deadline in latest}


def _claimed(row: Delivery) -> Claimed:
    assert row.lease_until is not None
    return Claimed(
        id=row.pk,
        destination_id=row.destination_id,
        profile_id=row.profile_id,
        fence=row.fence,
        seq=row.desired_seq,
        contact_id=row.contact_id,
        delivered_digest=row.delivered_digest,
        unsettled_until=row.unsettled_until,
        may_exist=standings.read(row).may_exist,
        lease_until=row.lease_until,
    )
