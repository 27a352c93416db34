"""What a destination has not resolved yet: waiting for its turn, for an answer or for a retry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from activations.models import Delivery
from activations.queries import codes
from activations.queries.census import IS_OPEN, Census
from activations.terms import DeliveryState

LINE, FLIGHT, RETRY, CONFIRMATION = "line", "flight", "retry", "confirmation"


@dataclass(frozen=True, slots=True)
class Group:
    """Profiles that wait for the same: the first until `next_at`, the last until `last_at`.

    `kind`: `line` (for their turn), `flight` (for Zendesk's answer), `retry` (after a failure
    that may pass; `code` says which), `confirmation` (a request of unknown outcome may still be
    applied; what counts is sent again after that).
    """

    kind: str
    count: int
    code: str = ""
    next_at: datetime | None = None
    last_at: datetime | None = None
    is_due: bool = False

    @property
    def is_spread(self) -> bool:
        """Whether first and last differ by more than people would notice."""
        if self.next_at is None or self.last_at is None:
            return False
        return (self.last_at - self.next_at).total_seconds() >= 60

    @property
    def meaning(self) -> str:
        """The code in words."""
        return codes.meaning(code=self.code) if self.code else ""

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return codes.remedy(code=self.code) if self.code else ""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """`doubtful` profiles among all groups had a request nobody knows the end of."""

    count: int
    doubtful: int
    groups: tuple[Group, ...]
    doubtful_until: datetime | None = None

    @property
    def last_try_at(self) -> datetime | None:
        """When the last of what waits for a later try is tried."""
        return max((g.last_at for g in self.groups if g.last_at is not None), default=None)


def of(*, destination_id: int, counted: Census, at: datetime) -> Unresolved:
    """One query at most, over what waits alone."""
    waiting = list(_waiting(destination_id, at)) if counted.waiting else []
    line = counted.queued - sum(group.count for group in waiting)
    groups = [Group(LINE, line), Group(FLIGHT, counted.leased), *waiting]
    return Unresolved(
        count=counted.open,
        doubtful=counted.unsettled,
        groups=tuple(group for group in groups if group.count > 0),
        doubtful_until=counted.doubtful_until,
    )


def _waiting(destination_id: int, at: datetime) -> Iterator[Group]:
    rows = Delivery.objects.filter(
        IS_OPEN, destination_id=destination_id, state=DeliveryState.WAITING
    )
    grouped = (
        rows.order_by("code")
        .values_list("code")
        .annotate(count=Count("*"), first=Min("next_attempt_at"), last=Max("next_attempt_at"))
    )
    for code, count, first, last in grouped:
        # Without a code the last answer was a success that came too early to be trusted.
        yield Group(RETRY if code else CONFIRMATION, count, code, first, last, first <= at)
