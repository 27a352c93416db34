"""The hourly account of a destination."""

from datetime import datetime

from django.db.models import F

from activations.models import DataflowRun


def add(*, destination_id: int, at: datetime, **counts: int) -> None:
    """Add to the counters of the run (clock hour) that `at` lies in; names as in DataflowRun."""
    counts = {name: count for name, count in counts.items() if count}
    if not counts:
        return
    hour = at.replace(minute=0, second=0, microsecond=0)
    runs = DataflowRun.objects.filter(destination_id=destination_id, started_at=hour)
    changes = {name: F(name) + count for name, count in counts.items()}
    if runs.update(**changes) == 0:
        fresh = DataflowRun(destination_id=destination_id, started_at=hour)
        DataflowRun.objects.bulk_create([fresh], ignore_conflicts=True)
        runs.update(**changes)


def prune(*, before: datetime) -> int:
    """Delete runs that started before an instant."""
    deleted, _ = DataflowRun.objects.filter(started_at__lt=before).delete()
    return deleted
