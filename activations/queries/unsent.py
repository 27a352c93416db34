"""Since when is the oldest change unsent? By destination and lane, whatever it was put off by."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias

from django.db.models import OuterRef, Q, Subquery

from activations.models import Delivery
from activations.queries.census import IS_OPEN
from activations.terms import UNDER_WAY, DeliveryState, Lane
from connections.models import Destination

ByLane: TypeAlias = Mapping[Lane, datetime]


def since(*, destination_ids: Collection[int] | None = None) -> dict[int, ByLane]:
    """When it first became due; lanes without anything unsent are left out. One query.

    Of newer data that came while older were in a worker's hands it is when those were settled.
    """
    destinations = Destination.objects.order_by()
    if destination_ids is not None:
        destinations = destinations.filter(pk__in=destination_ids)
    oldest = [(lane, of_lane) for lane in Lane for of_lane in _oldest(lane)]
    found: dict[int, ByLane] = {}
    for key, *instants in destinations.values_list("pk", *(query for _, query in oldest)):
        by_lane: dict[Lane, datetime] = {}
        for (lane, _), instant in zip(oldest, instants, strict=True):
            if instant is not None:
                by_lane[lane] = min(instant, by_lane.get(lane, instant))
        found[key] = by_lane
    return found


def _oldest(lane: Lane) -> tuple[Subquery, ...]:
    """In line, in a worker's hands, put off: the first of each is the start of an index range.

    Only of those in hand all are looked at, which are never many.
    """
    return (
        _first("next_attempt_at", IS_OPEN, Q(lane=lane)),
        _first("next_attempt_at", Q(lane=lane, state=DeliveryState.LEASED)),
        _first("first_due_at", Q(lane=lane, first_due_at__isnull=False, state__in=UNDER_WAY)),
    )


def _first(column: str, *conditions: object) -> Subquery:
    rows = Delivery.objects.filter(*conditions, destination_id=OuterRef("pk"))
    return Subquery(rows.order_by(column).values(column)[:1])
