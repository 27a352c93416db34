"""The audiences of one destination: who is in them, and what became of them there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import F, Max, Q, QuerySet, Sum

from activations.deliveries.store import audience_runs
from activations.models import Activation, AudienceRun
from activations.queries import audiences, sight
from activations.queries.audiences import StatusCounts

SORTS: Final = {
    "name": "audience__name",
    "field": "mapping_id",
    "members": "member_count",
    "start": "start_on",
    "added": "created_at",
}
PLANNED, RUNNING, ENDED = "planned", "running", "ended"
SCHEDULES: Final = {RUNNING: "Running", PLANNED: "Planned", ENDED: "Ended"}
_MINUTE: Final = timedelta(minutes=1)
# What can be counted waits for the next round of `runs.count_audiences`.
_ROUND_MINUTES: Final = 1


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of one audience over all runs that are kept: records, not people."""

    activated: int = 0
    excluded: int = 0
    failed: int = 0
    last_run_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """Up to which instant outcomes are counted, and how many minutes later a worker counts."""

    counted_until: datetime | None
    from_minutes: int
    to_minutes: int


@dataclass(frozen=True, slots=True)
class Row:
    """One activated audience."""

    activation: Activation
    schedule: str
    counts: StatusCounts = field(default_factory=StatusCounts)
    outcomes: Outcomes = field(default_factory=Outcomes)


def listing(
    *,
    destination_id: int,
    words: str,
    schedule: str,
    sort: str,
    descending: bool,
    today: date,
) -> QuerySet[Activation]:
    """Those whose audience may be seen, and has the words in its name, id or Mapping ID."""
    here = Activation.objects.filter(destination_id=destination_id)
    found = sight.of_audiences(here).select_related("audience")
    if schedule in SCHEDULES:
        found = found.filter(_on_schedule(schedule, today))
    for word in words.split():
        found = found.filter(
            Q(audience__name__icontains=word)
            | Q(audience__external_id__icontains=word)
            | Q(mapping_id__icontains=word)
        )
    if sort == "members":
        found = found.annotate(member_count=audiences.newest_members(of="audience_id"))
    key = F(SORTS.get(sort, SORTS["name"]))
    return found.order_by(key.desc() if descending else key.asc(), "pk")


def rows(*, activations: Sequence[Activation], today: date) -> list[Row]:
    """One page of them with their numbers; at most four queries."""
    keys = [row.audience_id for row in activations]
    counts = audiences.newest_counts(audience_ids=keys)
    outcomes = _outcomes(activations)
    return [
        Row(
            row,
            _schedule(row, today),
            counts.get(row.audience_id, StatusCounts()),
            outcomes.get(row.audience_id, Outcomes()),
        )
        for row in activations
    ]


def lateness() -> Lateness:
    """Of the outcomes of all destinations; one query."""
    minutes = math.ceil(audience_runs.delay() / _MINUTE)
    return Lateness(audience_runs.counted_until(), minutes, minutes + _ROUND_MINUTES)


def _outcomes(activations: Sequence[Activation]) -> Mapping[int, Outcomes]:
    """All of them are of one destination."""
    if not activations:
        return {}
    runs = AudienceRun.objects.filter(
        destination_id=activations[0].destination_id,
        audience_id__in=[row.audience_id for row in activations],
    ).order_by()
    sums = (Sum("activated"), Sum("excluded"), Sum("failed"), Max("started_at"))
    found = runs.values_list("audience_id").annotate(*sums)
    return {key: Outcomes(*values) for key, *values in found}


def _on_schedule(schedule: str, today: date) -> Q:
    has_ended = Q(end_on__isnull=False, end_on__lt=today)
    match schedule:
        case "planned":
            return Q(start_on__gt=today)
        case "ended":
            return has_ended
        case _:
            return Q(start_on__lte=today) & ~has_ended


def _schedule(activation: Activation, today: date) -> str:
    if activation.start_on > today:
        return PLANNED
    if activation.end_on is not None and activation.end_on < today:
        return ENDED
    return RUNNING
