"""A profile changed, or a destination did: whose desired state moved on?

Callers own the transaction. All of it is set-based: one statement for any number of profiles.
"""

from collections.abc import Collection
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from activations.deliveries.store import runs
from activations.models import Activation, Audience, Delivery, Membership
from activations.terms import DeliveryState, Lane, MembershipStatus
from connections.models import Destination, DestinationStatus

_TABLES = {
    "delivery": Delivery._meta.db_table,
    "membership": Membership._meta.db_table,
    "activation": Activation._meta.db_table,
    "audience": Audience._meta.db_table,
    "destination": Destination._meta.db_table,
}
_MEMBER = (MembershipStatus.REALIZED.value, MembershipStatus.EXISTING.value)


def enqueue(*, profile_ids: Collection[int], at: datetime) -> None:
    """Live changes of these profiles: every destination they matter to looks at them again."""
    if not profile_ids or not Activation.objects.exists():
        return
    ids = sorted(profile_ids)
    deliveries = Delivery.objects.filter(profile_id__in=ids)
    advance(deliveries, at=at, lane=Lane.LIVE)
    _create_for_profiles(ids, at)
    received = deliveries.order_by("destination_id").values_list("destination_id")
    for destination_id, count in received.annotate(count=Count("pk")):
        runs.add(destination_id=destination_id, at=at, profiles_received=count)


def advance(deliveries: QuerySet[Delivery], *, at: datetime, lane: Lane) -> int:
    """Note a newer desired state on existing rows, whatever they are doing."""
    if connection.features.has_select_for_update:
        # In the order in which a settlement locks them, or the two could wait for each other.
        list(deliveries.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return deliveries.update(
        desired_seq=F("desired_seq") + 1,
        state=Case(
            When(state=DeliveryState.LEASED, then=F("state")),
            When(_AWAITS_CREATION, then=F("state")),
            default=Value(DeliveryState.PENDING.value),
        ),
        next_attempt_at=Case(
            When(_AWAITS_CREATION, then=F("next_attempt_at")),
            # A backfill does not pull forward what a live change already lined up.
            When(state=DeliveryState.PENDING, then=F("next_attempt_at")),
            default=Value(at),
        ),
        lane=Case(
            # Nor does it put back what a live change still waits for.
            When(state__in=_UNDER_WAY, lane=Lane.LIVE, then=F("lane")),
            default=Value(int(lane)),
        ),
        updated_at=at,
    )


def create_for_audience(
    *, activation_id: int, after_profile_id: int, up_to_profile_id: int, at: datetime
) -> int:
    """Rows for the members of an activated audience that have none yet, in an id range."""
    where = "activation.id = %s AND membership.profile_id > %s AND membership.profile_id <= %s"
    return _insert(where, [activation_id, after_profile_id, up_to_profile_id], Lane.BACKFILL, at)


# A first creation of unknown outcome keeps its waiting time, or a duplicate contact may arise.
_AWAITS_CREATION = Q(
    state=DeliveryState.WAITING, contact_id__isnull=True, unsettled_until__isnull=False
)


_UNDER_WAY = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.WAITING)


def _create_for_profiles(ids: list[int], at: datetime) -> int:
    marks = ", ".join(["%s"] * len(ids))
    return _insert(f"membership.profile_id IN ({marks})", list(ids), Lane.LIVE, at)


def _insert(where: str, parameters: list[int], lane: Lane, at: datetime) -> int:
    today = at.astimezone(UTC).date()
    sql = f"""
        INSERT INTO {_TABLES["delivery"]} (
            destination_id, account_id, profile_id, desired_seq, delivered_seq, delivered_digest,
            rendered_version, state, lane, next_attempt_at, fence, attempts, crashes, code, detail,
            updated_at
        )
        SELECT DISTINCT destination.id, destination.account_id, membership.profile_id, 1, 0, '',
            0, %s, {int(lane)}, {_instant()}, 0, 0, 0, '', '', {_instant()}
        FROM {_TABLES["membership"]} membership
        JOIN {_TABLES["activation"]} activation
            ON activation.audience_id = membership.audience_id
        JOIN {_TABLES["destination"]} destination ON destination.id = activation.destination_id
        WHERE {where} AND membership.status IN (%s, %s) AND destination.status <> %s
            AND activation.start_on <= %s
            AND (activation.end_on IS NULL OR activation.end_on >= %s)
        ON CONFLICT (destination_id, profile_id) DO NOTHING
        """  # noqa: S608  (own constants; every value is a parameter)
    instant = connection.ops.adapt_datetimefield_value(at)
    day = connection.ops.adapt_datefield_value(today)
    values = [DeliveryState.PENDING.value, instant, instant, *parameters, *_MEMBER]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, DestinationStatus.DRAFT.value, day, day])
        return int(cursor.rowcount)


def _instant() -> str:
    """SELECT DISTINCT loses the parameter's type on PostgreSQL; SQLite has none to lose."""
    return "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"
