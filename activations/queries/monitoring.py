"""Monitoring: destinations, their runs and audiences over a time, and why a run failed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import BooleanField, Count, F, Max, QuerySet, Sum
from django.db.models.expressions import RawSQL

from activations.models import Activation, Attempt, AudienceRun, DataflowRun, Delivery
from activations.queries import codes, sight
from activations.queries.sums import OfDestination, Sums
from activations.ranges import Range
from activations.terms import DeliveryState
from connections.destinations import effective_status
from connections.models import Destination

# Spelled out: SQLite follows a partial index only where the condition is literally the index's.
_HAS_FAILED: Final = RawSQL("failed > 0", (), output_field=BooleanField())
_HAS_ENDED: Final = RawSQL("state IN ('excluded', 'failed')", (), output_field=BooleanField())
# Added to a destination's id: SQLite then follows the hour's index, not all of the destination.
_BY_TIME: Final = 0
# Failures that no request of ours tells of: the profile was given up before one was made.
_WITHOUT_REQUEST: Final = ("mapping-error", "worker-crashed")
OUTCOMES: Final = ("activated", "excluded", "failed")
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A destination in the list."""

    destination: Destination
    status: str
    sums: Sums
    last_run_at: datetime | None


@dataclass(frozen=True, slots=True)
class AudienceRow:
    """An activated audience in the list of a destination; zeros while it has no run."""

    activation: Activation
    activated: int = 0
    excluded: int = 0
    failed: int = 0
    last_run_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A code with how often it happened in a run."""

    code: str
    count: int

    @property
    def meaning(self) -> str:
        """The code in words."""
        return codes.meaning(code=self.code)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return codes.remedy(code=self.code)


def rows(
    *,
    destinations: Iterable[Destination],
    found: Mapping[int, OfDestination],
    words: str,
    has_failures: bool,
) -> list[Row]:
    """Those whose name has the words; with `has_failures` only those in which something failed."""
    wanted = words.casefold().split()
    none = OfDestination(Sums(), None)
    made = (
        Row(one, effective_status(one), *_told(found.get(one.pk, none)))
        for one in destinations
        if all(word in one.name.casefold() for word in wanted)
    )
    return [row for row in made if row.sums.failed or not has_failures]


def in_order(*, rows: Sequence[Row], sort: str, descending: bool) -> list[Row]:
    """By name, or by one of the numbers; equal ones by name and key."""
    keys = {
        "received": lambda row: row.sums.received,
        "activated": lambda row: row.sums.activated,
        "failed": lambda row: row.sums.failed,
        "excluded": lambda row: row.sums.excluded,
        "rate": lambda row: -1.0 if row.sums.share is None else row.sums.share,
        "updated": lambda row: row.last_run_at.timestamp() if row.last_run_at else 0.0,
    }
    named = sorted(rows, key=lambda row: (row.destination.name.casefold(), row.destination.pk))
    if sort in keys:
        return sorted(named, key=keys[sort], reverse=descending)
    return named[::-1] if descending else named


def runs_of(*, destination_id: int, range: Range, has_failures: bool) -> QuerySet[DataflowRun]:
    """Newest first."""
    found = DataflowRun.objects.filter(
        destination_id=destination_id, started_at__gte=range.since, started_at__lt=range.until
    )
    if has_failures:
        found = found.filter(identities_failed__gt=0)
    return found.order_by("-started_at", "-pk")


def activations_of(
    *, destination_id: int, range: Range, has_failures: bool
) -> QuerySet[Activation]:
    """Those that may be seen, by name; with `has_failures` those with a failed profile."""
    here = Activation.objects.filter(destination_id=destination_id)
    found = sight.of_audiences(here).select_related("audience")
    if has_failures:
        failed = AudienceRun.objects.filter(
            _HAS_FAILED,
            destination_id=destination_id,
            started_at__gte=range.since,
            started_at__lt=range.until,
        )
        found = found.filter(audience_id__in=failed.order_by().values("audience_id"))
    return found.order_by("audience__name", "pk")


def audience_rows(
    *, destination_id: int, activations: Collection[Activation], range: Range
) -> list[AudienceRow]:
    """The sums of one page of audiences, in one query that follows an index."""
    runs = AudienceRun.objects.filter(
        destination_id=destination_id,
        audience_id__in=[activation.audience_id for activation in activations],
        started_at__gte=range.since,
        started_at__lt=range.until,
    )
    found = {
        key: counts
        for key, *counts in runs.order_by()
        .values_list("audience_id")
        .annotate(Sum("activated"), Sum("excluded"), Sum("failed"), Max("started_at"))
    }
    return [AudienceRow(one, *found.get(one.audience_id, ())) for one in activations]


def audience_runs(
    *, destination_id: int, audience_id: int, range: Range, outcome: str
) -> QuerySet[AudienceRun]:
    """The hours of one audience, newest first; with an outcome only those in which it happened."""
    found = AudienceRun.objects.filter(
        destination_id=destination_id,
        audience_id=audience_id,
        started_at__gte=range.since,
        started_at__lt=range.until,
    )
    if outcome in OUTCOMES:
        found = found.filter(**{f"{outcome}__gt": 0})
    return found.order_by("-started_at", "-pk")


def run(*, uuid: UUID) -> DataflowRun:
    """With its destination. Raises DataflowRun.DoesNotExist."""
    return DataflowRun.objects.select_related("destination__account").get(uuid=uuid)


def failures(*, run: DataflowRun) -> list[Problem]:
    """Answers that refused a contact, of requests that began in the hour; two queries.

    One profile counts as often as it was refused. What no request tells of is counted where it
    is still so.
    """
    refused = (
        Attempt.objects.annotate(of=F("delivery__destination_id") + _BY_TIME)
        .filter(
            started_at__gte=run.started_at,
            started_at__lt=run.started_at + _HOUR,
            outcome="rejected",
            of=run.destination_id,
        )
        .order_by()
        .values_list("code")
        .annotate(count=Count("*"))
    )
    others = _ended(run, DeliveryState.FAILED).filter(code__in=_WITHOUT_REQUEST)
    return _problems([*refused, *_by_code(others)])


def exclusions(*, run: DataflowRun) -> list[Problem]:
    """Profiles that were excluded in the hour and still are; one query over an index alone."""
    return _problems(list(_by_code(_ended(run, DeliveryState.EXCLUDED))))


def _told(found: OfDestination) -> tuple[Sums, datetime | None]:
    return found.sums, found.last_run_at


def _ended(run: DataflowRun, state: DeliveryState) -> QuerySet[Delivery]:
    return (
        Delivery.objects.annotate(of=F("destination_id") + _BY_TIME)
        .filter(
            _HAS_ENDED,
            of=run.destination_id,
            state=state,
            updated_at__gte=run.started_at,
            updated_at__lt=run.started_at + _HOUR,
        )
        .order_by()
    )


def _by_code(ended: QuerySet[Delivery]) -> Iterable[tuple[str, int]]:
    return ended.values_list("code").annotate(count=Count("*"))


def _problems(found: Iterable[tuple[str, int]]) -> list[Problem]:
    problems = [Problem(code, count) for code, count in found]
    return sorted(problems, key=lambda problem: (-problem.count, problem.code))
