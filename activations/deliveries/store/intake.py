"""A profile changed, or a destination did: whose desired state moved on?

Callers own the transaction and hold the locks of the profiles: whoever renders a delivery that is
created here must not see a profile as it was before. Rows that are there are locked in the order
of their ids, as a settlement does; new ones come after them. All of it is set-based.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When

from activations import rowsets
from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import runs, suppression
from activations.models import Activation, Backfill, Delivery, Membership
from activations.terms import UNDER_WAY, DeliveryState, Lane, MembershipStatus
from connections.models import Destination, DestinationStatus

_TABLES: Final = {
    "delivery": Delivery._meta.db_table,
    "membership": Membership._meta.db_table,
    "activation": Activation._meta.db_table,
    "destination": Destination._meta.db_table,
    "backfill": Backfill._meta.db_table,
}
_MEMBER: Final = (MembershipStatus.REALIZED.value, MembershipStatus.EXISTING.value)
# A first creation of unknown outcome keeps its waiting time, or a duplicate contact may arise.
_AWAITS_CREATION: Final = Q(
    state=DeliveryState.WAITING, contact_id__isnull=True, unsettled_until__isnull=False
)

# Who changes profiles shares this lock; a new backfill waits until all have let go of it once.
_CHANGES: Final = 7_261_845_213
_CREATE: Final = """
    INSERT INTO {delivery} (
        destination_id, account_id, profile_id, desired_seq, delivered_seq, delivered_digest,
        rendered_version, state, lane, next_attempt_at, fence, attempts, crashes, code, detail,
        updated_at
    )
    SELECT DISTINCT destination.id, destination.account_id, membership.profile_id, 1, 0, '',
        0, %s, %s, {{instant}}, 0, 0, 0, '', '', {{instant}}
    FROM (SELECT found.profile_id, found.audience_id, found.status FROM {{members}}) membership
    JOIN {activation} activation ON activation.audience_id = membership.audience_id
    JOIN {destination} destination ON destination.id = activation.destination_id
    WHERE {{where}} AND membership.status IN (%s, %s) AND destination.status <> %s
        -- What was opened is open, though the change came in a moment before its day began.
        AND (activation.start_on <= %s
            OR EXISTS (SELECT 1 FROM {backfill} opened WHERE opened.activation_id = activation.id))
        AND (activation.end_on IS NULL OR activation.end_on >= %s)
    ORDER BY destination.id, membership.profile_id
    ON CONFLICT (destination_id, profile_id) DO NOTHING
    RETURNING destination_id
""".format(**_TABLES)  # noqa: S608  (own constants; every value is a parameter)


class There(NamedTuple):
    """A delivery that exists."""

    id: int
    destination_id: int
    profile_id: int


def enqueue(*, changes: ProfileChanges, at: datetime) -> None:
    """Live changes: every destination that exports their kind looks at these profiles again.

    A suppressed change is not received by the destination: it asks nothing of it. It is not lost
    either: whatever has the row looked at next sends what the profile holds then.
    """
    profile_ids = changes.profile_ids
    if not profile_ids:
        return
    _announce_changes()
    interest = suppression.interest(changes=changes)
    if not interest.activating:
        return
    there = deliveries_of(profile_ids=profile_ids)
    suppressed = [row for row in there if not interest.exports(row)]
    moving = _held([row for row in there if interest.exports(row)])
    rows = Delivery.objects.filter(pk__in=rowsets.numbers([row.id for row in moving]))
    _move_on(rows, at, Lane.LIVE)
    # Who has a row everywhere needs no new one.
    found = [row for row in (*moving, *suppressed) if row.destination_id in interest.activating]
    has = Counter(row.profile_id for row in found)
    lacking = [pk for pk in profile_ids if has[pk] < len(interest.activating)]
    received = Counter(row.destination_id for row in moving)
    received += _create(lacking, *interest.condition, Lane.LIVE, at)
    check_references()
    for destination_id in sorted(received):
        runs.add(destination_id=destination_id, at=at, profiles_received=received[destination_id])


def _held(there: Sequence[There]) -> list[There]:
    """Those that are still there, and stay: a settlement may have forgotten some since the look."""
    rows = Delivery.objects.filter(pk__in=rowsets.numbers([row.id for row in there]))
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    ids = set(rows.order_by("pk").values_list("pk", flat=True))
    return [row for row in there if row.id in ids]


def advance(deliveries: QuerySet[Delivery], *, at: datetime, lane: Lane) -> int:
    """Note a newer desired state on existing rows, whatever they are doing."""
    if connection.features.has_select_for_update:
        locked = deliveries.select_for_update(no_key=True).order_by("pk")
        ids = list(locked.values_list("pk", flat=True))
        if not ids:
            return 0
        # The query might find more the second time, and those would be locked out of order.
        deliveries = Delivery.objects.filter(pk__in=rowsets.numbers(ids))
    return _move_on(deliveries, at, lane)


def _move_on(locked: QuerySet[Delivery], at: datetime, lane: Lane) -> int:
    return locked.update(
        desired_seq=F("desired_seq") + 1,
        state=Case(
            When(state=DeliveryState.LEASED, then=F("state")),
            When(_AWAITS_CREATION, then=F("state")),
            default=Value(DeliveryState.PENDING.value),
        ),
        next_attempt_at=Case(
            When(_AWAITS_CREATION, then=F("next_attempt_at")),
            # A backfill does not pull forward what a live change already lined up. While it is
            # leased it says since when what is being sent has been due.
            When(
                state__in=(DeliveryState.PENDING, DeliveryState.LEASED), then=F("next_attempt_at")
            ),
            default=Value(at),
        ),
        # What was up to date may hold one that a release before this one did not know.
        first_due_at=Case(When(state__in=UNDER_WAY, then=F("first_due_at")), default=None),
        lane=Case(
            # Nor does it put back what a live change still waits for.
            When(state__in=UNDER_WAY, lane=Lane.LIVE, then=F("lane")),
            default=Value(int(lane)),
        ),
        updated_at=at,
    )


def send_again(*, delivery_ids: Collection[int], at: datetime) -> dict[int, int]:
    """Have these rows sent whether anything changed or not: the `desired_seq` of each.

    0 for those a worker has in hand: its request may have begun before, and what it writes down
    would pass for the one that is wanted. What waits for its turn or a later try goes on waiting.
    """
    rows = Delivery.objects.filter(pk__in=rowsets.numbers(delivery_ids))
    locked = rows.select_for_update(no_key=True).order_by("pk")
    found = {
        pk: (state, seq) for pk, state, seq in locked.values_list("pk", "state", "desired_seq")
    }
    free = [pk for pk, (state, _) in found.items() if state != DeliveryState.LEASED]
    waits = Q(state__in=(DeliveryState.PENDING, DeliveryState.WAITING))
    Delivery.objects.filter(pk__in=rowsets.numbers(free)).update(
        desired_seq=F("desired_seq") + 1,
        # Equal to nothing, so that the next claim does not take the contact for unchanged.
        delivered_digest="",
        state=Case(When(waits, then=F("state")), default=Value(DeliveryState.PENDING.value)),
        next_attempt_at=Case(When(waits, then=F("next_attempt_at")), default=Value(at)),
        lane=Case(When(waits, then=F("lane")), default=Value(int(Lane.BACKFILL))),
        updated_at=at,
    )
    moved = set(free)
    return {pk: seq + 1 if pk in moved else 0 for pk, (_, seq) in found.items()}


def create_for_audience(*, activation_id: int, profile_ids: Collection[int], at: datetime) -> int:
    """Rows for those of the profiles that are in the activated audience and have none yet."""
    made = _create(profile_ids, "activation.id = %s", [activation_id], Lane.BACKFILL, at)
    return made.total()


def line_up_one(*, destination: Destination, profile_id: int, at: datetime) -> int:
    """The delivery of one profile, whether or not its audiences are activated yet; its id."""
    assert destination.account_id is not None, "only a draft has no account"
    row, _ = Delivery.objects.get_or_create(
        destination=destination,
        profile_id=profile_id,
        defaults={
            "account_id": destination.account_id,
            "desired_seq": 1,
            "state": DeliveryState.PENDING,
            "lane": Lane.LIVE,
            "next_attempt_at": at,
            "updated_at": at,
        },
    )
    return row.pk


def deliveries_of(*, profile_ids: Collection[int]) -> list[There]:
    """The rows of these profiles, at every destination."""
    source, values = rowsets.matches(
        table=_TABLES["delivery"], column="profile_id", values=profile_ids
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.id, found.destination_id, found.profile_id FROM {source}",  # noqa: S608
            values,
        )
        return [There(*row) for row in cursor.fetchall()]


def let_changes_finish() -> None:
    """Wait until every change is stored that may not have seen an activation made by now.

    Such a change lines nobody up for it, and who comes new with it is invisible to a backfill
    until it is stored. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHANGES])


def check_references() -> None:
    """Check now what PostgreSQL would check at the end: the counters' lock comes after it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _announce_changes() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_CHANGES])


def _create(
    profile_ids: Collection[int], where: str, parameters: Sequence[Any], lane: Lane, at: datetime
) -> Counter[int]:
    """Rows for members that have none yet: how many each destination got."""
    if not profile_ids:
        return Counter()
    source, values = rowsets.matches(
        table=_TABLES["membership"], column="profile_id", values=profile_ids
    )
    instant = connection.ops.adapt_datetimefield_value(at)
    day = connection.ops.adapt_datefield_value(at.astimezone(UTC).date())
    with connection.cursor() as cursor:
        cursor.execute(
            _CREATE.format(where=where, members=source, instant=_instant()),
            [
                *(DeliveryState.PENDING.value, int(lane), instant, instant, *values, *parameters),
                *(*_MEMBER, DestinationStatus.DRAFT.value, day, day),
            ],
        )
        return Counter(destination_id for (destination_id,) in cursor.fetchall())


def _instant() -> str:
    """SELECT DISTINCT loses the parameter's type on PostgreSQL; SQLite has none to lose."""
    return "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"
