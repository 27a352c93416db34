"""Counters of what became of claims and how long Zendesk took, stored with the settlement itself.

Unlike the dataflow runs they only grow and are never pruned, which is what monitoring wants.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from django.db import connection

from activations.deliveries.events import Excluded, Refused, Sent, Unchanged
from activations.models import Count
from connections.models import Destination
from connections.zendesk import errors

if TYPE_CHECKING:
    from activations.deliveries.store.settlements import Result

# Destination, name of the count, label.
Key: TypeAlias = tuple[int, str, str]

# Claims by what became of them: `written`, `unchanged`, or an exclusion or failure code.
OUTCOMES = "outcome"
# Requests by how long they took: the label is the upper bound of one bucket in seconds.
REQUESTS = "request-seconds"
# The same requests' time, added up in milliseconds.
REQUEST_TIME = "request-ms"
# Claims that were lost before they were settled: another worker had them by then.
STALE = "stale"
# Requests that were ready only after their turn had passed: not sent, they take another one.
MISSED_TURNS = "missed-turn"

WRITTEN, UNCHANGED = "written", "unchanged"
BUCKETS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SLOWER = "+Inf"
_LABELS = (*(f"{seconds:g}" for seconds in BUCKETS_SECONDS), SLOWER)


def of(*, held: "Iterable[Result]", lost: "Iterable[Result]") -> dict[Key, int]:
    """What a settlement adds: results whose claim still held, and those that came too late."""
    counts: Counter[Key] = Counter()
    for result in held:
        code = _outcome(result)
        if code:
            counts[result.claimed.destination_id, OUTCOMES, code[:100]] += 1
        _time(counts, result)
    for result in lost:
        counts[result.claimed.destination_id, STALE, ""] += 1
        _time(counts, result)
    return dict(counts)


def add(*, counts: Mapping[Key, int]) -> None:
    """Add to the stored counters in one round trip; a destination that is gone is passed over."""
    if not counts:
        return
    # In one order, or two settlements could wait for each other.
    rows = sorted((*key, value) for key, value in counts.items() if value)
    marks = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    # A destination that is being deleted must not make a settlement of others fail.
    lock = " FOR KEY SHARE OF destination" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_COUNT} AS stored (destination_id, name, label, value) "  # noqa: S608
            f"SELECT destination.id, added.column2, added.column3, added.column4 "
            f"FROM (VALUES {marks}) AS added JOIN {_DESTINATION} destination "
            f"ON destination.id = added.column1 WHERE TRUE "
            f"ORDER BY added.column1, added.column2, added.column3{lock} "
            f"ON CONFLICT (destination_id, name, label) "
            f"DO UPDATE SET value = stored.value + excluded.value",
            [word for row in rows for word in row],
        )


_COUNT, _DESTINATION = Count._meta.db_table, Destination._meta.db_table


def _outcome(result: "Result") -> str:
    """Empty while nothing became of the claim: it was handed back."""
    if result.sent is not None:
        return result.sent.outcome.failure_code or WRITTEN
    match result.event:
        case Unchanged():
            return UNCHANGED
        case Excluded(code) | Refused(code):
            return code
        case _:
            return ""


def _time(counts: Counter[Key], result: "Result") -> None:
    if result.sent is None or isinstance(result.sent.outcome, errors.NotSent):
        return
    seconds = _seconds(result.sent)
    destination_id = result.claimed.destination_id
    counts[destination_id, REQUESTS, _LABELS[bisect_left(BUCKETS_SECONDS, seconds)]] += 1
    counts[destination_id, REQUEST_TIME, ""] += round(seconds * 1000)


def _seconds(sent: Sent) -> float:
    # Whatever the clock did meanwhile: a counter never falls.
    return max(0.0, (sent.finished_at - sent.started_at).total_seconds())
