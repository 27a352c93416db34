"""A destination's details are edited; what a trigger suppressed catches up once it is on again."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from activations.deliveries.store import backfills, intake
from activations.services import consents, policy_check, standing_still
from connections import destinations, marks
from connections.activation_triggers import SEGMENTATION
from connections.models import Destination

# What decides who is sent what; a name and a description do not.
_DECIDING = ("activation_triggers", "marketing_actions")


def edit(
    *, destination: Destination, values: Mapping[str, Any], seen: str, at: datetime
) -> Destination:
    """As `destinations.edit`, which it raises the errors of, and `policy_check.WouldBreak`."""
    with transaction.atomic():
        standing_still.beside_others()
        lets_changes_finish = _decides(destination, values)
        if lets_changes_finish:
            # Before any row: who is changing profiles goes by the triggers as they were, and holds
            # this until its changes are stored. They must be there for whoever renders from now on.
            intake.let_changes_finish()
        locked = Destination.objects.select_for_update(no_key=True).get(pk=destination.pk)
        if not lets_changes_finish and _decides(locked, values):
            # It was to stay as it was read, and somebody made it another since.
            raise marks.ChangedMeanwhile(locked)
        return _edit(locked, values, seen, at)


def _decides(destination: Destination, values: Mapping[str, Any]) -> bool:
    """Whether another one would be sent, or something else, than as it is."""
    return any(name in values and getattr(destination, name) != values[name] for name in _DECIDING)


def _edit(locked: Destination, values: Mapping[str, Any], seen: str, at: datetime) -> Destination:
    was_on, meant_for = set(locked.activation_triggers), locked.marketing_actions
    saved = destinations.edit(destination=locked, values=values, seen=seen)
    policy_check.demand_of(destination=saved, before=meant_for)
    turned_on = set(saved.activation_triggers) - was_on
    if turned_on or consents.differ(destination=saved, before=meant_for):
        catch_up(destination=saved, turned_on=turned_on, at=at)
    return saved


def catch_up(*, destination: Destination, turned_on: Collection[str], at: datetime) -> None:
    """Every row is looked at, and for who entered an audience meanwhile there is one to be made."""
    Destination.objects.filter(pk=destination.pk).update(mapping_version=F("mapping_version") + 1)
    jobs: list[int | None] = [None] if destination.deliveries.exists() else []
    if SEGMENTATION in turned_on:
        today = at.astimezone(UTC).date()
        current = Q(end_on__isnull=True) | Q(end_on__gte=today)
        opened = destination.activations.filter(current, start_on__lte=today)
        jobs += opened.order_by("pk").values_list("pk", flat=True)
    backfills.start_all(destination_id=destination.pk, activation_ids=jobs, at=at)
