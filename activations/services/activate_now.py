"""Activate now: order the full resend of audiences, within Adobe's guardrail of once a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from activations.deliveries import resending
from activations.deliveries.resending import Refusal
from activations.deliveries.store import resends
from activations.models import Activation, Resend
from connections import audit
from connections.audit import Action, Kind
from connections.destinations import effective_status
from connections.models import Destination, DestinationStatus


class CannotActivate(Exception):
    """The destination sends nothing at present; the words say what to do first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An audience that was chosen; without a refusal it may be sent again."""

    activation: Activation
    refusal: Refusal | None


def check(
    *, destination: Destination, activation_ids: Collection[int], at: datetime
) -> list[Verdict]:
    """What would become of a choice, by audience name; one query. Raises CannotActivate."""
    _demand_sending(destination)
    return _verdicts(_chosen(destination, activation_ids).order_by("audience__name", "pk"), at)


def order(
    *, destination: Destination, activation_ids: Collection[int], person: Any, at: datetime
) -> list[Verdict]:
    """Start a job for each that may be sent again now. Raises CannotActivate."""
    with transaction.atomic():
        # Of two people who click at once the second is told of the first one's job.
        rows = Activation.objects.filter(destination=destination, pk__in=activation_ids)
        list(rows.select_for_update().order_by("pk").values_list("pk"))
        verdicts = check(destination=destination, activation_ids=activation_ids, at=at)
        Resend.objects.bulk_create(
            Resend(
                destination=destination,
                audience=verdict.activation.audience,
                requested_by=person,
                created_at=at,
            )
            for verdict in verdicts
            if verdict.refusal is None
        )
        _note(destination, Action.ACTIVATED_NOW, verdicts)
    return verdicts


def stop(*, resend: Resend, person: Any, at: datetime) -> bool:
    """Send nobody more of a job than is lined up already; False when it was over before."""
    with transaction.atomic():
        is_stopped = resends.stop(resend=resend, problem=f"Stopped by {person}."[:300], at=at)
        if is_stopped:
            about, told = resend.destination, {"audiences": ("", str(resend.audience))}
            audit.note(action=Action.STOPPED, kind=Kind.DESTINATION, about=about, changes=told)
    return is_stopped


def _note(destination: Destination, action: Action, verdicts: list[Verdict]) -> None:
    granted = [str(each.activation.audience) for each in verdicts if each.refusal is None]
    if granted:
        told = {"audiences": ("", granted)}
        audit.note(action=action, kind=Kind.DESTINATION, about=destination, changes=told)


def _demand_sending(destination: Destination) -> None:
    match effective_status(destination):
        case DestinationStatus.ENABLED:
            return
        case DestinationStatus.DISABLED:
            raise CannotActivate("The destination is disabled: enable it first.")
        case DestinationStatus.DRAFT:
            raise CannotActivate("Finish setting this destination up first.")
        case _:
            raise CannotActivate("The destination sends nothing: put its problem right first.")


def _chosen(destination: Destination, activation_ids: Collection[int]) -> QuerySet[Activation]:
    jobs = Resend.objects.filter(
        destination_id=OuterRef("destination_id"), audience_id=OuterRef("audience_id")
    )
    newest = jobs.order_by("-created_at").values("created_at")[:1]
    return (
        Activation.objects.filter(destination=destination, pk__in=activation_ids)
        .select_related("audience")
        .annotate(
            last_resend_at=Subquery(newest),
            is_under_way=Exists(jobs.filter(finished_at__isnull=True)),
        )
    )


def _verdicts(chosen: QuerySet[Any], at: datetime) -> list[Verdict]:
    return [
        Verdict(
            row,
            resending.refusal(
                asked=resending.Asked(
                    start_on=row.start_on,
                    end_on=row.end_on,
                    activated_at=row.created_at,
                    is_backfilled=row.backfilled_at is not None,
                    last_at=row.last_resend_at,
                    is_under_way=row.is_under_way,
                ),
                at=at,
            ),
        )
        for row in chosen
    ]
