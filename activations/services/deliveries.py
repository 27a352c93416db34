"""What a person may do about deliveries: have the failed ones tried again."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, QuerySet, Value, When

from activations.models import Delivery
from activations.terms import DeliveryState, Lane
from connections import audit, destinations
from connections.audit import Action, Kind
from connections.models import Destination

_CHUNK: Final = 1000


def retry_some(*, destination: Destination, delivery_ids: Collection[int], at: datetime) -> int:
    """As `retry`, those of the given ones that failed; a stopped destination stays stopped."""
    failed = Delivery.objects.filter(
        destination=destination, state=DeliveryState.FAILED, pk__in=delivery_ids
    )
    with transaction.atomic():
        count = _put_back(list(failed.order_by("pk").values_list("pk", flat=True)), at)
        if count:
            _note(destination, {"profiles": ("", count)})
    return count


def retry(*, destination: Destination, code: str | None, at: datetime) -> int:
    """Put failed deliveries back in line, all or those of one failure code; returns how many.

    Each is rendered and sent anew, whatever was sent before. A destination that was stopped by
    identical rejections goes on. Chunks commit one by one, so a run that is cut short can simply
    be started again.
    """
    # Before the first chunk: of a run that is cut short it is known who began it.
    _note(destination, {"code": ("", code or "every")})
    retried = sum(_put_back(ids, at) for ids in _failed(destination, code))
    destinations.resume(destination=destination)
    return retried


def _note(destination: Destination, changes: audit.Changes) -> None:
    audit.note(action=Action.RETRIED, kind=Kind.DESTINATION, about=destination, changes=changes)


def _failed(destination: Destination, code: str | None) -> Iterator[list[int]]:
    failed = Delivery.objects.filter(destination=destination, state=DeliveryState.FAILED)
    if code is not None:
        failed = failed.filter(code=code)
    last = 0
    while ids := list(_after(failed, last)[:_CHUNK]):
        yield ids
        last = ids[-1]


def _after(failed: QuerySet[Delivery], last: int) -> QuerySet[Delivery, int]:
    return failed.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)


def _put_back(ids: list[int], at: datetime) -> int:
    # A first creation of unknown outcome keeps its waiting time, or a duplicate contact may arise.
    awaits_creation = Q(contact_id__isnull=True, unsettled_until__gt=at)
    with transaction.atomic():
        return Delivery.objects.filter(pk__in=ids, state=DeliveryState.FAILED).update(
            state=DeliveryState.PENDING,
            desired_seq=F("desired_seq") + 1,
            delivered_digest="",
            lane=Lane.LIVE,
            next_attempt_at=Case(
                When(awaits_creation, then=F("unsettled_until")),
                default=Value(at, output_field=DateTimeField()),
            ),
            first_due_at=at,
            attempts=0,
            crashes=0,
            code="",
            detail="",
            updated_at=at,
        )
