"""Rows become profiles, memberships and lined-up deliveries: chunk by chunk, each all or nothing.

A chunk is one transaction. What was stored stays; running the same rows again changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from django.db import connection, transaction

from activations import chunks
from activations.audiences import store as audiences
from activations.chunks import Chunk, Complaint
from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import intake
from activations.patience import patiently
from activations.profiles import store as profiles
from activations.profiles.rows import Row, UnreadableRow

__all__ = ["Complaint", "Enqueue", "IngestReport", "Receipt", "ingest"]

# Somebody waits for the answer: it is repeated soon, or told.
_PAUSES: Final = (0.1, 0.2)


class Enqueue(Protocol):
    def __call__(self, *, changes: ProfileChanges, at: datetime) -> None: ...


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
    _keep_through_a_power_cut()
    storage = _Storage(enqueue, receipt)
    total = IngestReport()
    for chunk in chunks.read(rows=rows, clock=clock, is_read_ahead=is_read_ahead):
        for complaint in chunk.complaints:
            on_complaint(complaint)
        store = partial(_store, chunk, storage, total)
        total = patiently(store, pauses=_PAUSES, event="ingest.retry")
        on_stored(total)
    return total


def _keep_through_a_power_cut() -> None:
    """Whoever is told that records are stored may forget them: each commit reaches the disk.

    SQLite's connections do not wait for that by themselves (settings); what a worker loses with
    the power it does again. PostgreSQL always waits.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


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
    merged = profiles.merge_in(people=chunk.people, held=held, at=chunk.at)
    changes = ProfileChanges(
        attributes=people.created | merged.attributes.keys(),
        memberships=audiences.settle(moves=moves),
        identities=people.created | merged.identities,
        rewritten=merged.attributes,
    )
    changed = changes.profile_ids
    if changed:
        enqueue(changes=changes, at=chunk.at)
    return len(changed)
