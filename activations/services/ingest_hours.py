"""How many records came in each hour, and why some were rejected: one statement per request."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from activations import rowsets
from activations.models import IngestHour
from activations.terms import IngestSource

KEEP_FOR: Final = timedelta(days=90)
ACCEPTED: Final = ""
_LONGEST_CODE: Final = 60


def add(*, source: IngestSource, at: datetime, accepted: int, rejected: Mapping[str, int]) -> None:
    """Add to the hour of `at`; `rejected` are records by reason code."""
    hour = rowsets.instant(at.replace(minute=0, second=0, microsecond=0))
    counts = {ACCEPTED: accepted, **{code[:_LONGEST_CODE]: n for code, n in rejected.items()}}
    # In one order, or two requests could wait for each other.
    rows = [(source.value, hour, code, n) for code, n in sorted(counts.items()) if n]
    if not rows:
        return
    marks = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {IngestHour._meta.db_table} AS stored "  # noqa: S608
            f"(source, started_at, code, count) VALUES {marks} "
            f"ON CONFLICT (source, started_at, code) "
            f"DO UPDATE SET count = stored.count + excluded.count",
            [value for row in rows for value in row],
        )


def prune(*, at: datetime) -> None:
    """Forget hours that are over age."""
    IngestHour.objects.filter(started_at__lt=at - KEEP_FOR).delete()
