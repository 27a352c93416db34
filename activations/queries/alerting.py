"""What the rules of alerts look at; a fixed number of queries, each along an index."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, OuterRef, Subquery

from activations.models import Attempt, DataflowRun, Delivery
from activations.queries.census import IS_OPEN
from activations.run_verdicts import Figures
from activations.terms import DeliveryState, Lane
from connections.models import Destination

# A row that waits for its so many-th attempt has been waiting for a while.
MANY_ATTEMPTS = 3
# Of those, so many are looked at: the oldest change is among them or hardly younger.
LOOKED_AT = 1_000

_FIGURES = (
    "started_at",
    "profiles_received",
    "identities_activated",
    "identities_excluded",
    "identities_failed",
)


def recent_runs(*, at: datetime) -> list[tuple[int, Figures]]:
    """The runs of this clock hour and the one before, by destination id."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    rows = DataflowRun.objects.filter(
        # Its index begins with the destination.
        destination__in=Destination.objects.order_by().values("pk"),
        started_at__gte=hour - timedelta(hours=1),
        started_at__lte=at,
    )
    found = rows.order_by("destination_id", "started_at").values_list("destination_id", *_FIGURES)
    return [(row[0], Figures(*row[1:])) for row in found]


def last_ended_run(*, destination_id: int, since: datetime, at: datetime) -> Figures | None:
    """The newest run whose hour is over and that had outcomes, not older than `since`."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    rows = DataflowRun.objects.filter(
        destination_id=destination_id, started_at__gte=since, started_at__lt=hour
    ).order_by("-started_at")
    for row in rows.values_list(*_FIGURES)[:100]:
        figures = Figures(*row)
        if figures.outcomes:
            return figures
    return None


def unsent_since(*, destination_ids: Collection[int]) -> dict[int, datetime]:
    """When the oldest change was lined up that is still unsent, by destination; two queries."""
    rows = (
        Destination.objects.filter(pk__in=destination_ids)
        .order_by()
        .values_list("pk", _first_due(Lane.LIVE), _first_due(Lane.BACKFILL))
    )
    found = {key: [at for at in lanes if at is not None] for key, *lanes in rows}
    for key, at in _tried_since(destination_ids):
        found.setdefault(key, []).append(at)
    return {key: min(instants) for key, instants in found.items() if instants}


def _tried_since(destination_ids: Collection[int]) -> Any:
    """Rows that wait for a retry are due later and later; their first attempt tells since when."""
    waiting = Delivery.objects.filter(
        destination_id__in=destination_ids,
        state=DeliveryState.WAITING,
        attempts__gte=MANY_ATTEMPTS,
    )
    ids = list(waiting.order_by().values_list("pk", flat=True)[:LOOKED_AT])
    return (
        Attempt.objects.filter(delivery_id__in=ids, seq__gt=F("delivery__delivered_seq"))
        .order_by()
        .values_list("delivery__destination_id")
        .annotate(first_at=Min("started_at"))
    )


def _first_due(lane: Lane) -> Subquery:
    due = Delivery.objects.filter(IS_OPEN, destination_id=OuterRef("pk"), lane=lane)
    return Subquery(due.order_by("next_attempt_at").values("next_attempt_at")[:1])
