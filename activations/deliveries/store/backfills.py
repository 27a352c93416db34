"""Lining up many profiles, chunk by chunk, so that nobody waits for a long transaction."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from activations.deliveries.store import intake, runs
from activations.models import Activation, Backfill, Delivery, Membership
from activations.terms import DeliveryState, Lane
from connections.models import Destination, DestinationStatus

CHUNK_PROFILES = 2_000


def start(*, destination_id: int, activation_id: int | None, at: datetime) -> None:
    """Line up an audience's members, or (no activation) all the destination has rows for."""
    Backfill.objects.create(
        destination_id=destination_id, activation_id=activation_id, created_at=at
    )


def open_due_activations(*, at: datetime, is_new_version: bool = False) -> int:
    """Start the backfill of every activation whose start date has come.

    A date that comes changes what is sent just as an edit does: unless the caller raised it
    already, the destination's version goes up with it.
    """
    today = at.astimezone(UTC).date()
    open_backfills = Backfill.objects.filter(activation_id=OuterRef("pk"), finished_at__isnull=True)
    due = (
        Activation.objects.filter(backfilled_at__isnull=True, start_on__lte=today)
        .filter(Q(end_on__isnull=True) | Q(end_on__gte=today))
        .exclude(destination__status=DestinationStatus.DRAFT)
        .exclude(Exists(open_backfills))
    )
    if not due.exists():
        return 0
    with transaction.atomic():
        # Of two processes that look at once one starts it; who is configuring goes first.
        unlocked = Destination.objects.select_for_update(skip_locked=True, no_key=True)
        destinations = unlocked.filter(pk__in=due.values("destination_id")).order_by("pk")
        destination_ids = list(destinations.values_list("pk", flat=True))
        found = list(due.filter(destination_id__in=destination_ids).order_by("pk"))
        if not is_new_version:
            Destination.objects.filter(pk__in=destination_ids).update(
                mapping_version=F("mapping_version") + 1
            )
        for activation in found:
            start(destination_id=activation.destination_id, activation_id=activation.pk, at=at)
    return len(found)


def advance(*, at: datetime) -> bool:
    """Do the next chunk of the oldest open backfill; False when there is none."""
    # Looked at often: without work not even SQLite's write lock is taken.
    if not Backfill.objects.filter(finished_at__isnull=True).exists():
        return False
    with transaction.atomic():
        backfill = (
            Backfill.objects.select_for_update(skip_locked=True)
            .filter(finished_at__isnull=True)
            .order_by("pk")
            .first()
        )
        if backfill is None:
            return False
        step = _advance_audience if backfill.activation_id else _refresh
        last, count = step(backfill, at)
        runs.add(destination_id=backfill.destination_id, at=at, profiles_received=count)
        if last is None:
            _finish(backfill, at)
        else:
            backfill.cursor = last
            backfill.save(update_fields=["cursor"])
    return True


def _advance_audience(backfill: Backfill, at: datetime) -> tuple[int | None, int]:
    assert backfill.activation is not None
    members = Membership.objects.filter(
        audience_id=backfill.activation.audience_id, profile_id__gt=backfill.cursor
    ).order_by("profile_id")
    ids = list(members.values_list("profile_id", flat=True)[:CHUNK_PROFILES])
    if not ids:
        return None, 0
    rows = _behind(backfill).filter(
        profile_id__lte=ids[-1],
        profile__memberships__audience_id=backfill.activation.audience_id,
    )
    behind = Delivery.objects.filter(pk__in=rows.values("pk"))
    count = intake.advance(behind, at=at, lane=Lane.BACKFILL)
    count += intake.create_for_audience(
        activation_id=backfill.activation.pk,
        after_profile_id=backfill.cursor,
        up_to_profile_id=ids[-1],
        at=at,
    )
    return ids[-1], count


def _refresh(backfill: Backfill, at: datetime) -> tuple[int | None, int]:
    rows = Delivery.objects.filter(
        destination_id=backfill.destination_id, profile_id__gt=backfill.cursor
    ).order_by("profile_id")
    chunk = rows.values("profile_id")[:CHUNK_PROFILES]
    last: int | None = Delivery.objects.filter(
        destination_id=backfill.destination_id, profile_id__in=chunk
    ).aggregate(last=Max("profile_id"))["last"]
    if last is None:
        return None, 0
    behind = _behind(backfill).filter(profile_id__lte=last)
    return last, intake.advance(behind, at=at, lane=Lane.BACKFILL)


def _behind(backfill: Backfill) -> QuerySet[Delivery]:
    """Rows past the cursor that nobody will look at with the present configuration.

    What is pending or waiting will be, and what was rendered with it already has been.
    """
    return Delivery.objects.filter(
        destination_id=backfill.destination_id,
        profile_id__gt=backfill.cursor,
        rendered_version__lt=backfill.destination.mapping_version,
    ).exclude(state__in=[DeliveryState.PENDING, DeliveryState.WAITING])


def _finish(backfill: Backfill, at: datetime) -> None:
    backfill.finished_at = at
    backfill.save(update_fields=["finished_at"])
    if backfill.activation_id is not None:
        Activation.objects.filter(pk=backfill.activation_id, backfilled_at__isnull=True).update(
            backfilled_at=at
        )
