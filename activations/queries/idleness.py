"""Is anybody at work? Judged by what is due and yet left undone."""

from datetime import datetime

from activations.models import Backfill
from activations.queries.census import Census
from activations.queries.pace import Pace

# Due for so long without anything being done about it: no worker seems to be running.
IDLE_SECONDS = 60


def of_line(*, counted: Census, measured: Pace, at: datetime) -> bool:
    """Contacts are due, and nobody has one in hand or made a request lately."""
    if counted.due_at is None or counted.leased or measured.last_request_at is not None:
        return False
    return _is_long_ago(counted.due_at, at)


def of_backfills(*, at: datetime) -> bool:
    """The oldest open backfill, which is always the next to advance, was never taken up."""
    oldest = Backfill.objects.filter(finished_at__isnull=True).order_by("pk").first()
    return oldest is not None and oldest.cursor == 0 and _is_long_ago(oldest.created_at, at)


def _is_long_ago(instant: datetime, at: datetime) -> bool:
    return (at - instant).total_seconds() >= IDLE_SECONDS
