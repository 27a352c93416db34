"""The first page: what was sent, how it compares, what stands in line, who was sent most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Sum

from activations.models import Activation, Audience, AudienceRun, DataflowRun, FieldMapping
from activations.queries import bars, pace, runs, sight
from activations.queries.bars import Segment
from activations.queries.forecast import words
from connections.destinations import effective_status
from connections.models import Account, AccountStatus, Destination, DestinationStatus

SHOWN_RUNS: Final = 6
SHOWN_AUDIENCES: Final = 5
SHOWN_CREATED: Final = 5
_DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Steps:
    """How far a new installation is; each step is done or the next, in this order."""

    is_connected: bool
    is_authenticated: bool
    is_mapped: bool
    is_activated: bool
    has_audiences: bool

    @property
    def next(self) -> str:
        """The first that is not done; empty when all are."""
        done = {
            "connect": self.is_connected,
            "authenticate": self.is_authenticated,
            "map": self.is_mapped,
            "activate": self.is_activated,
        }
        return next((name for name, is_done in done.items() if not is_done), "")


@dataclass(frozen=True, slots=True)
class Line:
    """What stands in line for one token, and how fast it goes; `limit` is 0 without one."""

    account: Account
    queued: int
    per_second: float
    limit: float

    @property
    def limit_text(self) -> str:
        """As a person reads it."""
        return f"{self.limit:g}"

    @property
    def used(self) -> int:
        """Of the limit, in percent."""
        return min(round(100 * self.per_second / self.limit), 100) if self.limit else 0

    @property
    def duration(self) -> str:
        """How long the line takes at the limit in words; empty when nobody knows."""
        # The present pace may only say how little there was to send.
        speed = self.limit or self.per_second
        return words(seconds=round(self.queued / speed)) if self.queued and speed else ""


@dataclass(frozen=True, slots=True)
class Active:
    """An audience and how often its members were activated."""

    uuid: UUID
    name: str
    activated: int


@dataclass(frozen=True, slots=True)
class RecentRun:
    """A dataflow run with its destination."""

    destination: Destination
    row: runs.Row


@dataclass(frozen=True, slots=True)
class Created:
    """A destination and how it stands."""

    destination: Destination
    status: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """How many audiences are activated at some destination, and how many at none."""

    mapped: int
    unmapped: int

    @property
    def all(self) -> int:
        """All there are."""
        return self.mapped + self.unmapped

    @property
    def bar(self) -> tuple[Segment, ...]:
        """The two as parts of a bar that is 100 long; what is not there is left out."""
        return bars.of(
            parts=(("success", "mapped", self.mapped), ("neutral", "not mapped", self.unmapped))
        )


def destinations() -> list[Destination]:
    """All that are set up, with their accounts (but for the fields) and `is_activated`, by name."""
    activations = Activation.objects.filter(destination=OuterRef("pk"))
    rows = Destination.objects.exclude(status=DestinationStatus.DRAFT)
    rows = rows.select_related("account").annotate(is_activated=Exists(activations))
    # An account may have a thousand custom fields, and comes once for each destination.
    return list(rows.defer("account__contact_fields").order_by("name", "pk"))


def steps(*, destinations: Sequence[Any]) -> Steps:
    """No query once an audience is activated; at most four before."""
    if any(one.is_activated for one in destinations):
        return Steps(*[True] * 5)
    accounts = Account.objects.exclude(status=AccountStatus.REJECTED)
    return Steps(
        is_connected=bool(destinations) or Destination.objects.exists(),
        is_authenticated=accounts.exists(),
        is_mapped=FieldMapping.objects.exists(),
        is_activated=False,
        has_audiences=Audience.objects.exists(),
    )


def lines(
    *, destinations: Sequence[Destination], queued: Mapping[int, int], at: datetime
) -> list[Line]:
    """One for each account that is used; one query."""
    speeds = pace.by_token(at=at)
    found: dict[Account, int] = {}
    for one in destinations:
        if one.account is not None:
            found[one.account] = found.get(one.account, 0) + queued.get(one.pk, 0)
    limit = settings.ZENDESK_REQUESTS_PER_SECOND
    rows = [
        Line(account, count, speeds.get(account.token_fingerprint, 0.0), limit)
        for account, count in found.items()
    ]
    return sorted(rows, key=lambda line: (-line.queued, line.account.name))


def most_active(*, at: datetime) -> list[Active]:
    """Audiences of the last day by activations, in two queries: the first reads an index alone."""
    of_the_day = AudienceRun.objects.filter(started_at__gte=at - _DAY, activated__gt=0)
    counted = (
        sight.of_audiences(of_the_day)
        .order_by()
        # Not the bare column: SQLite would walk through all audiences rather than sort one day.
        .annotate(key=F("audience_id") + 0)
        .values_list("key")
        .annotate(count=Sum("activated"))
        .order_by("-count", "key")
    )
    found = dict(counted[:SHOWN_AUDIENCES])
    audiences = Audience.objects.in_bulk(list(found)) if found else {}
    return [
        Active(audiences[key].uuid, str(audiences[key]), count)
        for key, count in found.items()
        if key in audiences
    ]


def recently_created(*, destinations: Sequence[Destination]) -> list[Created]:
    """The newest of them; no query."""
    newest = sorted(destinations, key=lambda one: (one.created_at, one.pk), reverse=True)
    return [Created(one, effective_status(one)) for one in newest[:SHOWN_CREATED]]


def mapped_audiences() -> Mapped:
    """Of those that may be seen; one query, which reads them and an index over the activations."""
    is_mapped = Exists(Activation.objects.filter(audience=OuterRef("pk")))
    seen = sight.audiences(Audience.objects.all())
    found = seen.aggregate(all=Count("pk"), mapped=Count("pk", filter=is_mapped))
    return Mapped(found["mapped"], found["all"] - found["mapped"])


def recent_runs(*, destinations: Sequence[Destination], at: datetime) -> list[RecentRun]:
    """The newest of the last day, in one query."""
    by_key = {one.pk: one for one in destinations}
    found = DataflowRun.objects.filter(
        destination_id__in=list(by_key), started_at__gte=at - _DAY
    ).order_by("-started_at", "-pk")
    return [
        RecentRun(by_key[run.destination_id], runs.rows(runs=[run], at=at)[0])
        for run in found[:SHOWN_RUNS]
    ]
