"""Lining up many profiles, chunk by chunk, so that nobody waits for a long transaction.

A chunk costs the same wherever it is: each of its queries begins at the cursor of an index, or
looks up the ids it was given.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from activations import rowsets
from activations.deliveries.store import intake, members, runs
from activations.models import Activation, Backfill, Delivery
from activations.terms import DeliveryState, Lane
from connections.models import Destination, DestinationStatus

CHUNK_PROFILES = 1_000


def start(*, destination_id: int, activation_id: int | None, at: datetime) -> None:
    """Line up an audience's members, or (no activation) all the destination has rows for."""
    start_all(destination_id=destination_id, activation_ids=[activation_id], at=at)


def start_all(*, destination_id: int, activation_ids: Iterable[int | None], at: datetime) -> None:
    """The same for each of them, in their order."""
    Backfill.objects.bulk_create(
        Backfill(destination_id=destination_id, activation_id=activation_id, created_at=at)
        for activation_id in activation_ids
    )


def open_due_activations(*, at: datetime, raised_id: int | None = None) -> int:
    """Start the backfill of every activation whose start date has come.

    A date that comes changes what is sent just as an edit does: the destination's version goes up
    with it, except that of the one whose version the caller has raised already.
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
        Destination.objects.filter(pk__in=set(destination_ids) - {raised_id}).update(
            mapping_version=F("mapping_version") + 1
        )
        for activation in found:
            start(destination_id=activation.destination_id, activation_id=activation.pk, at=at)
    return len(found)


def advance(*, at: datetime) -> bool:
    """Do the next chunk of the oldest open backfill; False when there is none."""
    # Looked at often: without work not even SQLite's write lock is taken.
    unfinished = Backfill.objects.filter(finished_at__isnull=True)
    oldest = unfinished.order_by("pk").values_list("cursor", flat=True).first()
    if oldest is None:
        return False
    if oldest == 0:
        intake.let_changes_finish()
    with transaction.atomic():
        backfill = unfinished.select_for_update(skip_locked=True).order_by("pk").first()
        if backfill is None:
            return False
        step = _advance_audience if backfill.activation_id else _refresh
        last, count = step(backfill, at)
        intake.check_references()
        runs.add(destination_id=backfill.destination_id, at=at, profiles_received=count)
        if last is None:
            _finish(backfill, at)
        else:
            backfill.cursor = last
            backfill.save(update_fields=["cursor"])
    return True


def _advance_audience(backfill: Backfill, at: datetime) -> tuple[int | None, int]:
    assert backfill.activation is not None
    ids = members.following(
        audience_id=backfill.activation.audience_id, cursor=backfill.cursor, most=CHUNK_PROFILES
    )
    if not ids:
        return None, 0
    members.hold(profile_ids=ids)
    there = intake.deliveries_of(profile_ids=ids)
    ours = [row.id for row in there if row.destination_id == backfill.destination_id]
    count = intake.advance(_behind(backfill, ours), at=at, lane=Lane.BACKFILL)
    count += intake.create_for_audience(
        activation_id=backfill.activation.pk, profile_ids=ids, at=at
    )
    return ids[-1], count


def _refresh(backfill: Backfill, at: datetime) -> tuple[int | None, int]:
    rows = Delivery.objects.filter(
        destination_id=backfill.destination_id, profile_id__gt=backfill.cursor
    ).order_by("profile_id")
    found = list(rows.values_list("pk", "profile_id")[:CHUNK_PROFILES])
    if not found:
        return None, 0
    behind = _behind(backfill, [pk for pk, _ in found])
    return found[-1][1], intake.advance(behind, at=at, lane=Lane.BACKFILL)


def _behind(backfill: Backfill, delivery_ids: Collection[int]) -> QuerySet[Delivery]:
    """Those of the rows that nobody will look at with the present configuration.

    What is pending or waiting will be, and what was rendered with it already has been.
    """
    return Delivery.objects.filter(
        pk__in=rowsets.numbers(delivery_ids),
        rendered_version__lt=backfill.destination.mapping_version,
    ).exclude(state__in=[DeliveryState.PENDING, DeliveryState.WAITING])


def _finish(backfill: Backfill, at: datetime) -> None:
    backfill.finished_at = at
    backfill.save(update_fields=["finished_at"])
    if backfill.activation_id is not None:
        Activation.objects.filter(pk=backfill.activation_id, backfilled_at__isnull=True).update(
            backfilled_at=at
        )
