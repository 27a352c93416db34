"""Dataflow runs: what happened in each clock hour."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from activations.models import DataflowRun
from activations.queries import sums


@dataclass(frozen=True, slots=True)
class Row:
    """One hour; `activation_rate` is a percentage with one decimal, empty without outcomes."""

    run: DataflowRun
    activation_rate: str
    is_processing: bool


def of(*, destination_id: int) -> QuerySet[DataflowRun]:
    """Newest first."""
    return DataflowRun.objects.filter(destination_id=destination_id).order_by("-started_at", "-pk")


def rows(*, runs: list[DataflowRun], has_work: bool, at: datetime) -> list[Row]:
    """A run is processing while its hour lasts and something is still to be sent."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return [
        Row(run, sums.of_run(run=run).rate, has_work and run.started_at >= hour) for run in runs
    ]
