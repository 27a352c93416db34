"""Destinations as Browse and the destination page list them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from activations.models import Activation, Audience, DataflowRun
from activations.queries import browse_filters, runs, sight
from connections.destinations import effective_status
from connections.models import Destination, DestinationStatus
from connections.models.accounts import Platform
from connections.queries.alerts import Record
from connections.queries.filters import Chosen

NOTHING: Final[Chosen] = {}

SORTS = {
    "name": "name",
    "run": "last_run_at",
    "username": "account__zendesk_user_name",
    "audiences": "audience_count",
    "created": "created_at",
    "status": "status",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of Browse."""

    destination: Destination
    status: str
    audience_count: int
    last_run_at: datetime | None
    run_status: str
    alert_count: int
    # It sends something that whoever looks may not see: they activate nothing there.
    is_closed: bool

    @property
    def platform(self) -> str:
        """What it sends to; a draft without an account is one of the only platform there is."""
        account = self.destination.account
        return Platform(account.platform if account else Platform.ZENDESK_SELL).label

    @property
    def is_draft(self) -> bool:
        """Whether the connect wizard is still open."""
        return self.status == DestinationStatus.DRAFT

    @property
    def is_on(self) -> bool:
        """What the switch shows; one that was stopped by itself counts as on."""
        return self.destination.status != DestinationStatus.DISABLED


def browse(
    *, words: str, sort: str, descending: bool, chosen: Chosen = NOTHING
) -> QuerySet[Destination]:
    """Those whose name, description, account or user contains the words; see `Row`."""
    found = browse_filters.narrow(found=_annotated(), chosen=chosen)
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(account__name__icontains=word)
            | Q(account__zendesk_user_name__icontains=word)
        )
    key = F(SORTS.get(sort, "name"))
    first = key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
    return found.order_by(first, "pk")


def find(*, uuid: UUID) -> Destination:
    """One of them, for `rows`. Raises Destination.DoesNotExist."""
    return _annotated().get(uuid=uuid)


def rows(
    *, destinations: Sequence[Destination], alerts: Sequence[Record], at: datetime
) -> list[Row]:
    """The lines of one page; no query but one for who does not see everything.

    `alerts` are all that are open.
    """
    closed = sight.closed(destinations=[destination.pk for destination in destinations])
    return [_row(one, alerts, at, is_closed=one.pk in closed) for one in destinations]


def activatable(*, words: str, chosen: Chosen = NOTHING) -> QuerySet[Destination]:
    """Destinations one can activate audiences to."""
    found = browse(words=words, sort="name", descending=False, chosen=chosen)
    return found.exclude(status=DestinationStatus.DRAFT)


def senders(*, audience: Audience, among: Iterable[Destination]) -> set[int]:
    """Which of them send the audience already."""
    here = Activation.objects.filter(audience=audience, destination__in=among)
    return set(here.values_list("destination_id", flat=True))


def _annotated() -> QuerySet[Destination]:
    newest = DataflowRun.objects.filter(destination=OuterRef("pk")).order_by("-started_at")
    activations = (
        sight.of_audiences(Activation.objects.filter(destination=OuterRef("pk")))
        .order_by()
        .values("destination")
        .annotate(count=Count("pk"))
    )
    found = Destination.objects.select_related("account", "created_by").annotate(
        last_run_at=Subquery(newest.values("started_at")[:1]),
        audience_count=Coalesce(Subquery(activations.values("count")), 0),
    )
    # Of an account with a thousand custom fields this would be most of what is read.
    return found.defer("account__contact_fields")


def _row(destination: Any, alerts: Sequence[Record], at: datetime, *, is_closed: bool) -> Row:
    """`destination` carries the annotations of `browse`."""
    last_run_at = destination.last_run_at
    run_status = ""
    if last_run_at is not None:
        is_processing = runs.is_processing(started_at=last_run_at, at=at)
        run_status = "processing" if is_processing else "completed"
    return Row(
        destination=destination,
        status=effective_status(destination),
        audience_count=destination.audience_count,
        last_run_at=last_run_at,
        run_status=run_status,
        alert_count=sum(alert.concerns(destination=destination) for alert in alerts),
        is_closed=is_closed,
    )
