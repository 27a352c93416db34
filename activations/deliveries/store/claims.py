"""Who works on what: claims with a lease and a fence, and what crashed workers left behind."""

import logging
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from activations.deliveries import settlement
from activations.deliveries.store import bulk, families, runs, standings
from activations.deliveries.store.standings import Change, Row
from activations.models import Attempt, Backfill, Delivery, Resend
from activations.terms import UNDER_WAY, DeliveryState
from connections.models import Account, AccountStatus, Destination, DestinationStatus

logger = logging.getLogger(__name__)

# Spelled out: SQLite follows a partial index only where the condition is literally the index's.
_IS_OPEN = RawSQL("state IN ('pending', 'waiting')", (), output_field=BooleanField())
_IS_LEASED = RawSQL("state = 'leased'", (), output_field=BooleanField())
# How many rows are claimed together that were in a worker's hands when it died once, twice, ...
_COMPANY = (8, 1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery this process may work on until the lease ends."""

    id: int
    destination_id: int
    profile_id: int
    fence: int
    seq: int
    # Failures since the last success.
    attempts: int
    contact_id: int | None
    delivered_digest: str
    unsettled_until: datetime | None
    was_delivered: bool
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


def accounts_with_work(*, at: datetime, except_accounts: Collection[int] = ()) -> list[int]:
    """Accounts that may send now and have something due."""
    # Asked per destination: one due row is enough, a million of them need not be looked at.
    due = Delivery.objects.filter(_IS_OPEN, destination_id=OuterRef("pk"), next_attempt_at__lte=at)
    reachable = Q(account__outage_until__isnull=True) | Q(account__outage_until__lte=at)
    busy = _sending().exclude(account_id__in=except_accounts).filter(reachable, Exists(due))
    return list(busy.order_by("account_id").values_list("account_id", flat=True).distinct())


def has_open_work(*, except_accounts: Collection[int] = ()) -> bool:
    """Whether anything is due now or later without anybody's help."""
    backfills = Backfill.objects.filter(
        finished_at__isnull=True, destination__status=DestinationStatus.ENABLED
    )
    rows = Delivery.objects.filter(destination_id=OuterRef("pk"))
    resends = Resend.objects.filter(destination_id=OuterRef("pk"), finished_at__isnull=True)
    working = _sending().exclude(account_id__in=except_accounts)
    is_open, is_leased = Exists(rows.filter(_IS_OPEN)), Exists(rows.filter(_IS_LEASED))
    return backfills.exists() or working.filter(is_open | is_leased | Exists(resends)).exists()


def claim(*, account_id: int, limit: int, at: datetime) -> list[Claimed]:
    """Lease up to `limit` due deliveries of an account: live before backfill, oldest first.

    What to send is read afterwards: a backfill passes over what is not claimed yet, because
    whoever claims it will see the configuration the backfill is for.
    """
    with transaction.atomic():
        _lock(account_id)
        sending = _sending().filter(account_id=account_id).order_by("pk")
        destination_ids = list(sending.values_list("pk", flat=True))
        due = _isolated(_due(destination_ids, limit, at))
        return _take(account_id, due, at)


def claim_one(*, delivery_id: int, at: datetime) -> Claimed | None:
    """Lease a delivery whatever its turn and its destination's status: a person waits for it.

    None: somebody else has the contact in hand, or is perhaps making it just now.
    """
    found = Delivery.objects.filter(pk=delivery_id)
    with transaction.atomic():
        account_id = found.values_list("account_id", flat=True).get()
        _lock(account_id)
        free = found.exclude(state=DeliveryState.LEASED).select_for_update(skip_locked=True)
        claimed = _take(account_id, [_brought_forward(row, at) for row in standings.read(free)], at)
    return claimed[0] if claimed else None


def _brought_forward(row: Row, at: datetime) -> Row:
    """A row that was up to date or over is due since now, not since its last turn."""
    if row.standing.state in UNDER_WAY:
        return row
    Delivery.objects.filter(pk=row.id).update(next_attempt_at=at, first_due_at=None)
    return replace(row, standing=replace(row.standing, next_attempt_at=at, first_due_at=None))


def foresee(*, destination: Destination, profile_id: int, at: datetime) -> Claimed:
    """What a claim would know now; nothing is claimed, and the row need not be there."""
    assert destination.account_id is not None, "only a draft has no account"
    rows = Delivery.objects.filter(destination=destination, profile_id=profile_id)
    for row in standings.read(rows):
        return _claimed(families.knowing(row=row), at)
    return Claimed(0, destination.pk, profile_id, 0, 0, 0, None, "", None, False, False, at)


def _lock(account_id: int) -> None:
    """One claim of an account at a time: `_take` looks at rows others may be claiming."""
    list(Account.objects.select_for_update(no_key=True).filter(pk=account_id).values("pk"))


def _take(account_id: int, rows: Sequence[Row], at: datetime) -> list[Claimed]:
    """Lease those of the rows whose contact nobody else writes."""
    lease_until = at + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    free, deferred = families.one_writer(account_id=account_id, rows=rows, at=at)
    _lease([row.id for row in free], lease_until, at)
    _keep_knowledge(rows, free)
    standings.save([Change(row, row.standing) for row in deferred], at=at)
    return [_claimed(row, lease_until) for row in free]


def reap(*, at: datetime) -> int:
    """Take deliveries back from workers whose lease ended without a word."""
    expired = Delivery.objects.filter(_IS_LEASED, lease_until__lt=at)
    if not expired.exists():
        return 0
    with transaction.atomic():
        locked = expired.select_for_update(skip_locked=True).order_by("pk")
        rows = standings.read(locked[:500])
        landing = _may_land_until([row.id for row in rows])
        changes = [_taken_back(row, landing.get(row.id), at) for row in rows]
        standings.save(changes, at=at)
        _count_set_aside(changes, at)
    return len(rows)


def _count_set_aside(changes: Sequence[Change], at: datetime) -> None:
    failed = [c for c in changes if c.standing.state == DeliveryState.FAILED]
    by_destination = Counter(change.row.destination_id for change in failed)
    for destination_id, count in sorted(by_destination.items()):
        logger.error("delivery.set_aside destination=%d count=%d", destination_id, count)
        runs.add(destination_id=destination_id, at=at, identities_failed=count)


def _taken_back(row: Row, may_land_until: datetime | None, at: datetime) -> Change:
    return Change(
        row,
        settlement.after_crash(
            row=row.standing,
            may_land_until=may_land_until,
            at=at,
            chance=random.random(),  # noqa: S311  (jitter, no secret)
        ),
    )


def _sending() -> QuerySet[Destination]:
    """Destinations that send, as far as they and their account are concerned."""
    return Destination.objects.filter(status=DestinationStatus.ENABLED).exclude(
        account__status=AccountStatus.REJECTED
    )


def _due(destination_ids: Sequence[int], limit: int, at: datetime) -> list[Row]:
    # A query per destination follows the partial index; together they would have to be sorted.
    found: list[Row] = []
    for destination_id in destination_ids:
        due = Delivery.objects.select_for_update(skip_locked=True).filter(
            _IS_OPEN, destination_id=destination_id, next_attempt_at__lte=at
        )
        if len(destination_ids) > 1:
            # Contacts another destination is writing must not fill the batch and block the rest.
            due = due.exclude(Exists(families.LEASED_SIBLINGS))
        found += standings.read(due.order_by("lane", "next_attempt_at", "pk")[:limit])
    found.sort(key=lambda row: (row.lane, row.standing.next_attempt_at, row.id))
    return found[:limit]


def _isolated(due: Sequence[Row]) -> Sequence[Row]:
    """Rows that were in a worker's hands when it died go in small company, then alone.

    A row that kills its worker is found that way, and those who stood beside it are not blamed.
    """
    if not due:
        return due
    company = min(due[0].standing.crashes, len(_COMPANY))
    alike = [row for row in due if min(row.standing.crashes, len(_COMPANY)) == company]
    return alike if company == 0 else alike[: _COMPANY[company - 1]]


def _lease(delivery_ids: Sequence[int], lease_until: datetime, at: datetime) -> None:
    Delivery.objects.filter(pk__in=delivery_ids).order_by().update(
        state=DeliveryState.LEASED,
        lease_until=lease_until,
        fence=F("fence") + 1,
        updated_at=at,
    )


def _keep_knowledge(due: Sequence[Row], free: Sequence[Row]) -> None:
    """Store what claimed rows learnt from their family; without one there is nothing."""
    before = {row.id: row.standing for row in due}
    stamp = bulk.stamps()
    bulk.update(
        model=Delivery,
        columns=("contact_id", "unsettled_until"),
        keys=("id",),
        rows=[
            (row.standing.contact_id, stamp(row.standing.unsettled_until), row.id)
            for row in free
            if row.standing != before[row.id]
        ],
    )


def _may_land_until(delivery_ids: list[int]) -> dict[int, datetime]:
    horizon = timedelta(seconds=settings.DELIVERY_SETTLE_SECONDS)
    attempts = Attempt.objects.filter(delivery_id__in=delivery_ids, outcome="").order_by()
    latest = attempts.values_list("delivery_id").annotate(latest=Max("deadline_at"))
    return {delivery_id: deadline + horizon for delivery_id, deadline in latest}


def _claimed(row: Row, lease_until: datetime) -> Claimed:
    standing = row.standing
    return Claimed(
        id=row.id,
        destination_id=row.destination_id,
        profile_id=row.profile_id,
        fence=row.fence + 1,
        seq=standing.desired_seq,
        attempts=standing.attempts,
        contact_id=standing.contact_id,
        delivered_digest=standing.delivered_digest,
        unsettled_until=standing.unsettled_until,
        was_delivered=standing.delivered_at is not None,
        may_exist=standing.may_exist,
        lease_until=lease_until,
    )
