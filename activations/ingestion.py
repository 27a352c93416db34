"""Rows become profiles, memberships and lined-up deliveries: chunk by chunk, each all or nothing.

A chunk is one transaction. What was stored stays; running the same rows again changes nothing.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from django.db import InterfaceError, OperationalError, connection, transaction

from activations.audiences import store as audiences
from activations.audiences.transitions import Standing
from activations.deliveries.store import intake
from activations.profiles import store as profiles
from activations.profiles.record import Record, Rejected, parse
from activations.profiles.rows import Row, UnreadableRow

logger = logging.getLogger(__name__)

CHUNK: Final = 500
_TRIES: Final = 3
# Class 40: deadlock or serialisation failure. 08, 57P: the connection or the server went away.
_PASSING_STATES: Final = ("40", "08", "57P")


class Enqueue(Protocol):
    def __call__(self, *, profile_ids: Collection[int], at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Complaint:
    """A rejected row, or (`is_warning`) an accepted one of which something was left out."""

    row: int
    code: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts of records; `changed` of those that changed something real, once a chunk each."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    changed: int = 0


def ingest(
    *,
    rows: Iterable[Row | UnreadableRow],
    clock: Callable[[], datetime],
    on_complaint: Callable[[Complaint], None],
    on_stored: Callable[[IngestReport], None] = lambda report: None,
    enqueue: Enqueue = intake.enqueue,
) -> IngestReport:
    """Takes every row; `on_stored` hears the total after each chunk that is durably stored.

    Raises what the database raises when it is away or full; the chunks before are stored.
    """
    total = IngestReport()
    for chunk in _chunks(rows):
        at = clock()
        records, complaints = _parsed(chunk, at)
        changed = _store_patiently(records, at, enqueue) if records else 0
        total = IngestReport(
            read=total.read + len(chunk),
            accepted=total.accepted + len(records),
            rejected=total.rejected + len(chunk) - len(records),
            changed=total.changed + changed,
        )
        for complaint in complaints:
            on_complaint(complaint)
        on_stored(total)
    return total


def _chunks(rows: Iterable[Row | UnreadableRow]) -> Iterator[list[Row | UnreadableRow]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _parsed(
    chunk: Sequence[Row | UnreadableRow], at: datetime
) -> tuple[list[Record], list[Complaint]]:
    records: list[Record] = []
    complaints: list[Complaint] = []
    for row in chunk:
        if isinstance(row, UnreadableRow):
            complaints.append(Complaint(row.number, row.code, row.message))
            continue
        try:
            record = parse(document=row.document, received_at=at)
        except Rejected as error:
            complaints.append(Complaint(row.number, error.code, error.message))
            continue
        records.append(record)
        complaints += [
            Complaint(row.number, warning.code, warning.message, is_warning=True)
            for warning in record.warnings
        ]
    return records, complaints


def _store_patiently(records: Sequence[Record], at: datetime, enqueue: Enqueue) -> int:
    """Again after what passes by itself: a deadlock, a dropped connection. Else it raises."""
    for attempt in range(1, _TRIES):
        try:
            return _store(records, at, enqueue)
        except (OperationalError, InterfaceError) as error:
            # Within someone else's transaction the part before us is lost too: theirs to repeat.
            if connection.in_atomic_block or not _passes(error):
                raise
            logger.warning("ingest.retry attempt=%d error=%s", attempt, type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            time.sleep(0.1 * attempt)
    return _store(records, at, enqueue)


def _passes(error: OperationalError | InterfaceError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING_STATES)
    # Without a state the server never answered. SQLite has waited long enough by itself.
    return connection.vendor == "postgresql"


def _store(records: Sequence[Record], at: datetime, enqueue: Enqueue) -> int:
    with transaction.atomic():
        ids, changed = profiles.upsert(records=records, at=at)
        changed |= audiences.upsert_memberships(entries=_entries(records, ids), at=at)
        if changed:
            enqueue(profile_ids=changed, at=at)
    return len(changed)


def _entries(records: Sequence[Record], ids: dict[str, int]) -> list[audiences.Entry]:
    return [
        audiences.Entry(
            profile_id=ids[record.identity],
            audience=(entry.namespace, entry.audience_id),
            standing=Standing(entry.status, entry.qualified_at, entry.valid_until),
        )
        for record in records
        for entry in record.memberships
    ]
