"""Lining up many profiles, chunk by chunk, so that nobody waits for a long transaction."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from activations.deliveries.store import intake
from activations.models import Activation, Backfill, Delivery, Membership
from activations.terms import Lane
from connections.models import DestinationStatus

CHUNK_PROFILES = 2_000


def start(*, destination_id: int, activation_id: int | None, at: datetime) -> None:
    """Line up an audience's members, or (no activation) all the destination has rows for."""
    Backfill.objects.create(
        destination_id=destination_id, activation_id=activation_id, created_at=at
    )


def open_due_activations(*, at: datetime) -> int:
    """Start the backfill of every activation whose start date has come."""
    today = at.astimezone(UTC).date()
    open_backfills = Backfill.objects.filter(activation_id=OuterRef("pk"), finished_at__isnull=True)
    due = (
        Activation.objects.filter(backfilled_at__isnull=True, start_on__lte=today)
        .filter(Q(end_on__isnull=True) | Q(end_on__gte=today))
        .exclude(destination__status=DestinationStatus.DRAFT)
        .exclude(Exists(open_backfills))
    )
    for activation in due:
        start(destination_id=activation.destination_id, activation_id=activation.pk, at=at)
    return len(due)


def advance(*, at: datetime) -> bool:
    """Do the next chunk of the oldest open backfill; False when there is none."""
    with transaction.atomic():
        backfill = (
            Backfill.objects.select_for_update(skip_locked=True)
            .filter(finished_at__isnull=True)
            .order_by("pk")
            .first()
        )
        if backfill is None:
            return False
        last = _advance_audience(backfill, at) if backfill.activation_id else _refresh(backfill, at)
        if last is None:
            _finish(backfill, at)
        else:
            backfill.cursor = last
            backfill.save(update_fields=["cursor"])
    return True


def _advance_audience(backfill: Backfill, at: datetime) -> int | None:
    assert backfill.activation is not None
    members = Membership.objects.filter(
        audience_id=backfill.activation.audience_id, profile_id__gt=backfill.cursor
    ).order_by("profile_id")
    ids = list(members.values_list("profile_id", flat=True)[:CHUNK_PROFILES])
    if not ids:
        return None
    rows = Delivery.objects.filter(
        destination_id=backfill.destination_id,
        profile_id__gt=backfill.cursor,
        profile_id__lte=ids[-1],
        profile__memberships__audience_id=backfill.activation.audience_id,
    )
    intake.advance(Delivery.objects.filter(pk__in=rows.values("pk")), at=at, lane=Lane.BACKFILL)
    intake.create_for_audience(
        activation_id=backfill.activation.pk,
        after_profile_id=backfill.cursor,
        up_to_profile_id=ids[-1],
        at=at,
    )
    return ids[-1]


def _refresh(backfill: Backfill, at: datetime) -> int | None:
    rows = Delivery.objects.filter(
        destination_id=backfill.destination_id, profile_id__gt=backfill.cursor
    ).order_by("profile_id")
    chunk = rows.values("profile_id")[:CHUNK_PROFILES]
    last: int | None = Delivery.objects.filter(
        destination_id=backfill.destination_id, profile_id__in=chunk
    ).aggregate(last=Max("profile_id"))["last"]
    if last is None:
        return None
    intake.advance(rows.order_by().filter(profile_id__lte=last), at=at, lane=Lane.BACKFILL)
    return last


def _finish(backfill: Backfill, at: datetime) -> None:
    backfill.finished_at = at
    backfill.save(update_fields=["finished_at"])
    if backfill.activation_id is not None:
        Activation.objects.filter(pk=backfill.activation_id, backfilled_at__isnull=True).update(
            backfilled_at=at
        )
