"""Rows become profiles, memberships and lined-up deliveries: chunk by chunk, each all or nothing.

A chunk is one transaction. What was stored stays; running the same rows again changes nothing.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.db import InterfaceError, OperationalError, connection, transaction

from activations import chunks
from activations.audiences import store as audiences
from activations.chunks import Chunk, Complaint
from activations.deliveries.store import intake
from activations.profiles import store as profiles
from activations.profiles.rows import Row, UnreadableRow

__all__ = ["Complaint", "Enqueue", "IngestReport", "Receipt", "ingest"]

logger = logging.getLogger(__name__)

_TRIES: Final = 3
# Class 40: deadlock or serialisation failure. 08, 57P: the connection or the server went away.
_PASSING_STATES: Final = ("40", "08", "57P")


class Enqueue(Protocol):
    def __call__(self, *, profile_ids: Collection[int], at: datetime) -> None: ...


class Receipt(Protocol):
    """What a repeatable request leaves behind, inside the transactions of its chunks."""

    def hold(self, *, at: datetime) -> None:
        """First in each chunk; whatever it raises ends the ingest with nothing of the chunk."""

    def fill(self, *, report: "IngestReport") -> None:
        """Last in the last chunk; every complaint was told before."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts of records; `changed` of those that changed something real, once a chunk each."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    changed: int = 0

    def after(self, *, chunk: Chunk, changed: int) -> "IngestReport":
        """With one chunk more."""
        return IngestReport(
            read=self.read + chunk.read,
            accepted=self.accepted + chunk.accepted,
            rejected=self.rejected + chunk.read - chunk.accepted,
            changed=self.changed + changed,
        )


@dataclass(frozen=True, slots=True)
class _Storage:
    """How chunks are stored beside their rows."""

    enqueue: Enqueue
    receipt: Receipt | None


def ingest(
    *,
    rows: Iterable[Row | UnreadableRow],
    clock: Callable[[], datetime],
    on_complaint: Callable[[Complaint], None],
    on_stored: Callable[[IngestReport], None] = lambda report: None,
    enqueue: Enqueue = intake.enqueue,
    receipt: Receipt | None = None,
    is_read_ahead: bool = False,
) -> IngestReport:
    """Takes every row; `on_stored` hears the total after each chunk that is durably stored.

    Raises what the database raises when it is away or full; the chunks before are stored.
    `is_read_ahead` is explained at `chunks.read`.
    """
    storage = _Storage(enqueue, receipt)
    total = IngestReport()
    for chunk in chunks.read(rows=rows, clock=clock, is_read_ahead=is_read_ahead):
        for complaint in chunk.complaints:
            on_complaint(complaint)
        total = _store_patiently(chunk, storage, total)
        on_stored(total)
    return total


def _store_patiently(chunk: Chunk, storage: _Storage, total: IngestReport) -> IngestReport:
    """Again after what passes by itself: a deadlock, a dropped connection. Else it raises."""
    for attempt in range(1, _TRIES):
        try:
            return _store(chunk, storage, total)
        except (OperationalError, InterfaceError) as error:
            # Within someone else's transaction the part before us is lost too: theirs to repeat.
            if connection.in_atomic_block or not _passes(error):
                raise
            logger.warning("ingest.retry attempt=%d error=%s", attempt, type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            time.sleep(0.1 * attempt)
    return _store(chunk, storage, total)


def _passes(error: OperationalError | InterfaceError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING_STATES)
    # Without a state the server never answered. SQLite has waited long enough by itself.
    return connection.vendor == "postgresql"


def _store(chunk: Chunk, storage: _Storage, total: IngestReport) -> IngestReport:
    """The total with this chunk."""
    receipt = storage.receipt
    if not chunk.people and receipt is None:
        return total.after(chunk=chunk, changed=0)
    with transaction.atomic():
        if receipt is not None:
            receipt.hold(at=chunk.at)
        changed = _store_people(chunk, storage.enqueue) if chunk.people else 0
        report = total.after(chunk=chunk, changed=changed)
        if receipt is not None and chunk.is_last:
            receipt.fill(report=report)
    return report


def _store_people(chunk: Chunk, enqueue: Enqueue) -> int:
    """Who is new is created, who may change is locked, who did change is lined up: how many."""
    people = profiles.identify(people=chunk.people, at=chunk.at)
    entries = [
        audiences.Entry(people.ids[identity], audience, standing)
        for identity, audience, standing in chunk.memberships
    ]
    moves = audiences.assess(entries=entries, newcomers=people.created, at=chunk.at)
    held = profiles.hold(profile_ids=people.differing | moves.differing)
    changed = people.created | profiles.merge_in(people=chunk.people, held=held, at=chunk.at)
    changed |= audiences.settle(moves=moves)
    if changed:
        enqueue(profile_ids=changed, at=chunk.at)
    return len(changed)
