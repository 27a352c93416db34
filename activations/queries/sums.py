"""Dataflow runs added up: over a time, over its parts, for each destination."""

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Max, QuerySet, Sum

from activations.charts import Chart, Series, over_time
from activations.models import DataflowRun
from activations.ranges import Range

_FIELDS: Final = (
    "profiles_received",
    "identities_activated",
    "identities_excluded",
    "identities_failed",
    "requests_sent",
    "requests_throttled",
)
RATE_HELP: Final = (
    "Activation rate = identities activated ÷ (activated + excluded + failed), of what was settled"
    " in this time."
)


@dataclass(frozen=True, slots=True)
class Sums:
    """The counters of some dataflow runs, as `DataflowRun` defines them."""

    received: int = 0
    activated: int = 0
    excluded: int = 0
    failed: int = 0
    requests: int = 0
    throttled: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    @property
    def outcomes(self) -> int:
        """What was settled: each is activated, excluded or failed."""
        return self.activated + self.excluded + self.failed

    @property
    def share(self) -> float | None:
        """Activated of all outcomes, in percent; None without any."""
        return 100 * self.activated / self.outcomes if self.outcomes else None

    @property
    def rate(self) -> str:
        """The share with one decimal; empty without outcomes."""
        return f"{self.share:.1f} %" if self.share is not None else ""


@dataclass(frozen=True, slots=True)
class OfDestination:
    """One destination's sums, and the newest run that is in them."""

    sums: Sums
    last_run_at: datetime | None


def of_run(*, run: DataflowRun) -> Sums:
    """One run's counters."""
    return Sums(*(getattr(run, name) for name in _FIELDS))


def over(*, destination_ids: Collection[int], range: Range) -> list[Sums]:
    """For each part of the range, in one query."""
    parts, _ = over_and_before(destination_ids=destination_ids, range=range, since=range.since)
    return parts


def over_and_before(
    *, destination_ids: Collection[int], range: Range, since: datetime
) -> tuple[list[Sums], Sums]:
    """For each part of the range, and all from `since` until it begins; one query."""
    parts, before = [Sums()] * len(range.starts), Sums()
    runs = _between(destination_ids, since, range.until)
    for started_at, *counts in runs.values_list("started_at").annotate(*_summed()):
        if started_at < range.since:
            before += Sums(*counts)
        else:
            parts[range.part_of(instant=started_at)] += Sums(*counts)
    return parts, before


def by_destination(
    *, destination_ids: Collection[int], since: datetime, until: datetime
) -> Mapping[int, OfDestination]:
    """Those with a run in that time, in one query."""
    runs = _between(destination_ids, since, until).values_list("destination_id")
    return {
        key: OfDestination(Sums(*counts), last_run_at)
        for key, *counts, last_run_at in runs.annotate(*_summed(), Max("started_at"))
    }


def chart(*, label: str, parts: Collection[Sums], range: Range) -> Chart:
    """Activated, excluded and failed over the parts of a range."""
    kinds = ("activated", "excluded", "failed")
    return over_time(
        label=label,
        moments=range.moments(),
        series=[
            Series(kind, kind.capitalize(), tuple(getattr(part, kind) for part in parts))
            for kind in kinds
        ],
        group=range.group,
        is_open=range.is_open,
    )


def _between(
    destination_ids: Collection[int], since: datetime, until: datetime
) -> QuerySet[DataflowRun]:
    # Named one by one: the index begins with the destination.
    return DataflowRun.objects.filter(
        destination_id__in=destination_ids, started_at__gte=since, started_at__lt=until
    ).order_by()


def _summed() -> list[Any]:
    return [Sum(name) for name in _FIELDS]
