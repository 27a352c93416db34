"""Dataflow runs: what happened in each clock hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from activations.models import DataflowRun
from activations.queries import sums

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Metric:
    """What a number of a run means."""

    key: str
    label: str
    help: str


# As Adobe Experience Platform defines them for its streaming destinations.
METRICS: Final = (
    Metric(
        "received",
        "Profiles received",
        "Changes of profiles that this destination had to look at in the hour, before anybody is"
        " excluded. It is neither the size of its audiences nor a number of different people.",
    ),
    Metric(
        "activated",
        "Identities activated",
        "Delivered to Zendesk: contacts created, updated, or updated with the status exited. A"
        " profile that was sent twice counts twice.",
    ),
    Metric(
        "excluded",
        "Identities excluded",
        "Not sent, because something mandatory was missing or consent was not given.",
    ),
    Metric(
        "failed",
        "Identities failed",
        "Refused by Zendesk. Only the last try counts: what is tried again by itself does not.",
    ),
    Metric("rate", "Activation rate", sums.RATE_HELP),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One hour; `activation_rate` is a percentage with one decimal, empty without outcomes."""

    run: DataflowRun
    activation_rate: str
    is_processing: bool
    processing_time: str


def of(*, destination_id: int) -> QuerySet[DataflowRun]:
    """Newest first."""
    return DataflowRun.objects.filter(destination_id=destination_id).order_by("-started_at", "-pk")


def rows(*, runs: list[DataflowRun], at: datetime) -> list[Row]:
    """Status and processing time say the same: whether the clock hour of the run is over."""
    return [
        Row(
            run,
            sums.of_run(run=run).rate,
            is_processing(started_at=run.started_at, at=at),
            _processing_time(run.started_at, at),
        )
        for run in runs
    ]


def is_processing(*, started_at: datetime, at: datetime) -> bool:
    """A run is processing while its hour lasts; what is still to be sent then is another's."""
    return at - started_at < _HOUR


def _processing_time(started_at: datetime, at: datetime) -> str:
    """A run covers one clock hour, whenever in it sending began: so that is how long it takes."""
    if is_processing(started_at=started_at, at=at):
        return f"{int((at - started_at).total_seconds() // 60)} min into its hour"
    return "1 hour"
