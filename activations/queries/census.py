"""How many deliveries stand where, counted so that a million rows take a tenth of a second.

Each count follows one index range of one destination: grouping all rows at once would sort them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import BooleanField, Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from activations.models import Delivery
from activations.queries import large_counts
from activations.terms import DeliveryState, Lane
from connections.models import AccountStatus, Destination, DestinationStatus

# Spelled out: SQLite follows a partial index only where the condition is literally the index's.
IS_OPEN = RawSQL("state IN ('pending', 'waiting')", (), output_field=BooleanField())
ENDED = (DeliveryState.EXCLUDED, DeliveryState.FAILED)
# What is over needs no confirmation once the last moment has passed at which the request nobody
# knows the end of could still be applied.
IN_DOUBT = Q(unsettled_until__isnull=False) & (~Q(state__in=ENDED) | Q(unsettled_until__gt=Now()))
# The counts of a census by their names: each follows one range of an index.
_COUNTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "delivered": (Q(state=DeliveryState.DELIVERED),),
    "leased": (Q(state=DeliveryState.LEASED),),
    "waiting": (Q(state=DeliveryState.WAITING),),
    "live": (IS_OPEN, Q(lane=Lane.LIVE)),
    "backfill": (IS_OPEN, Q(lane=Lane.BACKFILL)),
    "unsettled": (IN_DOUBT,),
}


@dataclass(frozen=True, slots=True)
class Census:
    """Every profile of a destination, in exactly one of delivered, ended and open.

    `live` and `backfill` are what stands in line or waits for a retry, by lane; the instants say
    since when the first of each is due (in the future: not yet).
    """

    delivered: int = 0
    leased: int = 0
    waiting: int = 0
    live: int = 0
    backfill: int = 0
    unsettled: int = 0
    live_due_at: datetime | None = None
    backfill_due_at: datetime | None = None
    # The last moment at which a request nobody knows the end of could still be applied.
    doubtful_until: datetime | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)

    @property
    def queued(self) -> int:
        """Still to be looked at or sent, without what is in flight."""
        return self.live + self.backfill

    @property
    def open(self) -> int:
        """Still to be looked at or sent: what `status` calls pending."""
        return self.queued + self.leased

    @property
    def ended(self) -> int:
        """Excluded or failed."""
        return sum(self.excluded.values()) + sum(self.failed.values())

    @property
    def settled(self) -> int:
        """Not open."""
        return self.delivered + self.ended

    @property
    def known(self) -> int:
        """All of them."""
        return self.settled + self.open

    @property
    def due_at(self) -> datetime | None:
        """Since when the first of both lanes is due."""
        found = (self.live_due_at, self.backfill_due_at)
        return min((at for at in found if at is not None), default=None)


def of(*, destination_id: int) -> Census:
    """One destination, in two queries, for a page: its large counts may be half a minute old."""
    about = f"census:{destination_id}"
    known = large_counts.recalled(about=about)
    rows = Destination.objects.filter(pk=destination_id)
    found = _take(rows, known).get(destination_id, Census())
    if not known:
        large_counts.remember(about=about, counts={name: getattr(found, name) for name in _COUNTS})
    return found


def by_destination() -> dict[int, Census]:
    """Every destination, drafts included, in two queries."""
    return _take(Destination.objects.all())


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another destination that sends with the same token, with what it has in line."""

    name: str
    queued: int


@dataclass(frozen=True, slots=True)
class Lines:
    """What stands in line at a destination, and at the others that send with its token, of which
    the longest comes first."""

    own: int
    neighbours: tuple[Neighbour, ...]

    @property
    def others(self) -> int:
        """What the neighbours have in line."""
        return sum(neighbour.queued for neighbour in self.neighbours)


def codes(*, destination_id: int) -> Mapping[str, Mapping[str, int]]:
    """How many have ended with each code, by state, in one query."""
    found = _codes(Destination.objects.filter(pk=destination_id))
    return found.get(destination_id, {})


def ended() -> Subquery:
    """How many profiles of a destination are excluded or failed, to annotate it with."""
    return _count(Q(state__in=ENDED))


def lines(*, destination_id: int, token_fingerprint: str) -> Lines:
    """Who shares the pace of the token, and how long each line is; one query, for a page: where
    they are many together, the counts may be half a minute old."""
    itself = Q(pk=destination_id)
    asked = Destination.objects.filter(_sends_with(token_fingerprint) | itself).order_by()
    about = f"lines:{destination_id}"
    if known := large_counts.recalled(about=about):
        rows = [(key, name, known.get(key, 0)) for key, name in asked.values_list("pk", "name")]
    else:
        rows = list(asked.values_list("pk", "name", _count(IS_OPEN)))
        large_counts.remember_all(about=about, counts={key: count for key, _, count in rows})
    others = [Neighbour(name, count) for key, name, count in rows if key != destination_id]
    return Lines(
        own=sum(count for key, _, count in rows if key == destination_id),
        neighbours=tuple(sorted(others, key=lambda other: (-other.queued, other.name))),
    )


def queued(*, destination_id: int) -> int:
    """How many profiles stand in line there or wait for a retry."""
    return Delivery.objects.filter(IS_OPEN, destination_id=destination_id).count()


def queues() -> Mapping[int, int]:
    """How many stand in line or wait for a retry at each destination, in one query, for a page:
    where they are many together, the counts may be half a minute old."""
    rows = Destination.objects.order_by().values_list("pk", _count(IS_OPEN))
    return large_counts.of_each(about="queues", count=lambda: dict(rows))


def _sends_with(token_fingerprint: str) -> Q:
    """The condition on a destination that sends with the token."""
    of_token = Q(account__token_fingerprint=token_fingerprint)
    is_refused = Q(account__status=AccountStatus.REJECTED)
    return Q(status=DestinationStatus.ENABLED) & of_token & ~is_refused


def _take(
    destinations: QuerySet[Destination], known: Mapping[str, int] | None = None
) -> dict[int, Census]:
    """`known` counts are taken as they are, in every destination."""
    known = known or {}
    counted = destinations.order_by().values(
        "pk",
        live_due_at=_first_due(Lane.LIVE),
        backfill_due_at=_first_due(Lane.BACKFILL),
        doubtful_until=_doubtful_until(),
        **{name: _count(*which) for name, which in _COUNTS.items() if name not in known},
    )
    codes = _codes(destinations)
    found = {}
    for row in counted:
        counts: dict[str, Any] = {**known, **row}
        key = counts.pop("pk")
        found[key] = Census(**counts, **codes[key])
    return found


def _rows(*conditions: Any) -> QuerySet[Delivery]:
    return Delivery.objects.filter(*conditions, destination_id=OuterRef("pk")).order_by()


def _count(*conditions: Any) -> Subquery:
    return _RowCount(_rows(*conditions).values("pk"))


class _RowCount(Subquery):
    """How many rows a subquery has; Count() would have it group them first."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _first_due(lane: Lane) -> Subquery:
    first = _rows(IS_OPEN, Q(lane=lane)).order_by("next_attempt_at")
    return Subquery(first.values("next_attempt_at")[:1])


def _doubtful_until() -> Subquery:
    last = _rows(IN_DOUBT).order_by("-unsettled_until")
    return Subquery(last.values("unsettled_until")[:1])


def _codes(destinations: QuerySet[Destination]) -> Mapping[int, Mapping[str, Any]]:
    # From the destinations to their rows: so both databases read just the ended part of an index.
    grouped = (
        destinations.order_by()
        .filter(deliveries__state__in=ENDED)
        .values_list("pk", "deliveries__state", "deliveries__code")
        .annotate(count=Count("*"))
    )
    found: dict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for key, state, code, count in grouped:
        found[key].setdefault(state, {})[code] = count
    return found
