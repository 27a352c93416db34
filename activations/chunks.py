"""Rows become chunks: parsed, gathered by person, with a word on what cannot be taken.

Knows no database. A chunk can be made while the one before it is being stored.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from activations.audiences.transitions import Standing
from activations.profiles import told
from activations.profiles.record import Record, Rejected, parse
from activations.profiles.rows import Row, UnreadableRow
from activations.profiles.told import Told

# Rows stored in one transaction: enough that its fixed cost no longer shows, few enough that
# nobody waits long for their locks.
SIZE: Final = 1_000

# Identity, (namespace, audience id), what is said of it.
Membership = tuple[str, tuple[str, str], Standing]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A rejected row, or (`is_warning`) an accepted one of which something was left out."""

    row: int
    code: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """`at` is the instant its rows count as received. The last chunk may be empty."""

    at: datetime
    read: int
    accepted: int
    people: Mapping[str, Told]
    memberships: Sequence[Membership]
    complaints: Sequence[Complaint]
    is_last: bool


def read(
    *,
    rows: Iterable[Row | UnreadableRow],
    clock: Callable[[], datetime],
    is_read_ahead: bool = False,
) -> Iterator[Chunk]:
    """Every chunk in order; all but the last are full.

    With `is_read_ahead` the next one is read and parsed in a thread while the caller works on the
    one before: right for a file, wrong for a pipe, which may take long to give its next row.
    """
    chunks = _chunks(rows, clock)
    return _ahead(chunks) if is_read_ahead else chunks


def _ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(next, chunks, None)
        while (chunk := following.result()) is not None:
            following = thread.submit(next, chunks, None)
            yield chunk


def _chunks(rows: Iterable[Row | UnreadableRow], clock: Callable[[], datetime]) -> Iterator[Chunk]:
    remaining = iter(rows)
    is_last = False
    while not is_last:
        found = list(islice(remaining, SIZE))
        is_last = len(found) < SIZE
        yield _chunk(found, clock(), is_last)


def _chunk(rows: Sequence[Row | UnreadableRow], at: datetime, is_last: bool) -> Chunk:
    records, complaints = _parsed(rows, at)
    return Chunk(
        at=at,
        read=len(rows),
        accepted=len(records),
        people=told.gather(records=records),
        memberships=_memberships(records),
        complaints=complaints,
        is_last=is_last,
    )


def _parsed(
    rows: Iterable[Row | UnreadableRow], at: datetime
) -> tuple[list[Record], list[Complaint]]:
    records: list[Record] = []
    complaints: list[Complaint] = []
    for row in rows:
        if isinstance(row, UnreadableRow):
            complaints.append(Complaint(row.number, row.code, row.message))
            continue
        try:
            record = parse(document=row.document, received_at=at)
        except Rejected as error:
            complaints.append(Complaint(row.number, error.code, error.message))
            continue
        records.append(record)
        for warning in record.warnings:
            complaints.append(Complaint(row.number, warning.code, warning.message, True))
    return records, complaints


def _memberships(records: Iterable[Record]) -> list[Membership]:
    return [
        (
            record.identity,
            (entry.namespace, entry.audience_id),
            Standing(entry.status, entry.qualified_at, entry.valid_until),
        )
        for record in records
        for entry in record.memberships
    ]
