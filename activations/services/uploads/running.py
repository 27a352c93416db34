"""A worker reads uploads: step by step, so that whoever comes after a crash goes on where it was.

A step is a thousand rows in one transaction with the place in the file. The lease tells other
workers that somebody is at it; the fence keeps a worker that was away too long from writing.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from activations import ingestion
from activations.audiences import store as audiences
from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import intake
from activations.ingestion import Complaint, IngestReport
from activations.models import Audience, Upload, UploadReject
from activations.profiles.rows import Row, UnreadableRow
from activations.profiles.sources import BrokenOff
from activations.services import audience_days, ingest_hours
from activations.services.uploads import storage
from activations.services.uploads.reading import Layout, Reader
from activations.terms import IngestSource, MembershipStatus, UploadStatus

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=60)
# Reasons kept for one upload; the rest is counted.
MOST_REJECTS: Final = 100_000
# Members looked at in one transaction when those who are not in the file leave.
_WINDOW: Final = 2_000

Clock = Callable[[], datetime]


class _Stopped(Exception):
    """Called off, taken over by another worker, or this one is to end."""


def process(*, clock: Clock, stop: Callable[[], bool] = lambda: False) -> int:
    """Read every upload that waits; returns how many were taken up."""
    taken = 0
    while not stop() and (upload := _claim(clock())) is not None:
        taken += 1
        logger.info("upload.claimed upload=%d row=%d", upload.pk, upload.row_number)
        try:
            _read(upload, clock, stop)
        except _Stopped:
            _held(upload).update(lease_until=None)
            logger.info("upload.stopped upload=%d", upload.pk)
        except (OSError, BrokenOff):
            _fail(upload, clock(), "The file could not be read to its end; upload it again.")
    return taken


def _claim(at: datetime) -> Upload | None:
    """The oldest that nobody is at, now ours."""
    is_free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    waiting = Upload.objects.filter(is_free, status=UploadStatus.RUNNING)
    found = waiting.order_by("created_at", "pk").values_list("pk", flat=True).first()
    if found is None:
        return None
    fence = F("fence") + 1
    if waiting.filter(pk=found).update(fence=fence, lease_until=at + LEASE) != 1:
        return None
    return Upload.objects.select_related("audience").get(pk=found)


def _read(upload: Upload, clock: Clock, stop: Callable[[], bool]) -> None:
    audience = upload.audience
    assert audience is not None
    with storage.opened(uuid=upload.uuid) as stream:
        position, number = upload.cursor, upload.row_number
        reader = Reader(
            stream=stream, layout=_layout(upload, audience), position=position, number=number
        )
        steps = _Steps(upload, reader, stop)
        ingestion.ingest(
            rows=steps.rows(),
            clock=clock,
            on_complaint=steps.complain,
            on_stored=steps.stored,
            receipt=steps,
        )
    _finish(upload, audience, clock, stop)


def _layout(upload: Upload, audience: Audience) -> Layout:
    assert upload.started_at is not None
    return Layout(
        delimiter=upload.delimiter,
        columns=upload.columns,
        namespace=audience.namespace,
        audience_id=audience.external_id,
        qualified_at=upload.started_at,
        expiry_days=upload.expiry_days,
    )


class _Steps:
    """Writes down, in the transaction of each chunk, how far the file is read and what failed."""

    def __init__(self, upload: Upload, reader: Reader, stop: Callable[[], bool]) -> None:
        self._upload, self._reader, self._stop = upload, reader, stop
        self._read, self._rejected = upload.rows_read, upload.rows_rejected
        self._given = 0
        self._complaints: list[Complaint] = []

    def rows(self) -> Iterator[Row | UnreadableRow]:
        """The rows, counted as they are given."""
        for row in self._reader:
            self._given += 1
            yield row

    def complain(self, complaint: Complaint) -> None:
        if not complaint.is_warning:
            self._complaints.append(complaint)

    def hold(self, *, at: datetime) -> None:
        """The chunk's rows are read and nothing beyond them; a repetition writes the same."""
        if self._stop():
            raise _Stopped
        changed = _held(self._upload).update(
            cursor=self._reader.position,
            row_number=self._reader.number,
            rows_read=self._read + self._given,
            rows_rejected=self._rejected + len(self._complaints),
            lease_until=at + LEASE,
        )
        if changed != 1:
            raise _Stopped
        self._keep_complaints()
        ingest_hours.add(
            source=IngestSource.UPLOAD,
            at=at,
            accepted=self._given - len(self._complaints),
            rejected=Counter(complaint.code for complaint in self._complaints),
        )

    def fill(self, *, report: IngestReport) -> None:
        """Nothing: the last chunk was written down as every other."""

    def stored(self, report: IngestReport) -> None:
        self._read += self._given
        self._rejected += len(self._complaints)
        self._given = 0
        self._complaints.clear()

    def _keep_complaints(self) -> None:
        room = max(0, MOST_REJECTS - self._rejected)
        UploadReject.objects.bulk_create(
            UploadReject(
                upload=self._upload, row=one.row, code=one.code[:60], message=one.message[:300]
            )
            for one in self._complaints[:room]
        )


def _finish(upload: Upload, audience: Audience, clock: Clock, stop: Callable[[], bool]) -> None:
    upload.refresh_from_db(fields=["rows_read", "rows_rejected"])
    if upload.rows_accepted == 0:
        _fail(upload, clock(), "No row could be taken, so the audience was left as it was.")
        return
    if upload.replaces:
        _let_leave(upload, audience, clock, stop)
    at = clock()
    # Before: its page looks no more once it is finished, and tells how many members there are.
    audience_days.count(audience_ids=[audience.pk], at=at)
    if _held(upload).update(status=UploadStatus.FINISHED, finished_at=at, lease_until=None):
        logger.info("upload.finished upload=%d", upload.pk)
        storage.forget(uuid=upload.uuid)
        Audience.objects.filter(pk=audience.pk).update(updated_at=at)


def _let_leave(upload: Upload, audience: Audience, clock: Clock, stop: Callable[[], bool]) -> None:
    """Members the file does not name exit; begun anew after a crash, those who left stay out."""
    for status in (MembershipStatus.REALIZED, MembershipStatus.EXISTING):
        after: int | None = 0
        while after is not None:
            if stop():
                raise _Stopped
            after = _let_some_leave(upload, audience, status, after, clock())


def _let_some_leave(
    upload: Upload, audience: Audience, status: MembershipStatus, after: int, at: datetime
) -> int | None:
    """One window of members; where the next begins."""
    assert upload.started_at is not None
    with transaction.atomic():
        left, behind = audiences.leave(
            audience_id=audience.pk,
            status=status,
            before=upload.started_at,
            after=after,
            window=_WINDOW,
        )
        members_left = F("members_left") + len(left)
        if not _held(upload).update(lease_until=at + LEASE, members_left=members_left):
            raise _Stopped
        if left:
            intake.enqueue(changes=ProfileChanges(memberships=left), at=at)
    return behind


def _fail(upload: Upload, at: datetime, problem: str) -> None:
    logger.warning("upload.failed upload=%d", upload.pk)
    if _held(upload).update(
        status=UploadStatus.FAILED, problem=problem, finished_at=at, lease_until=None
    ):
        storage.forget(uuid=upload.uuid)


def _held(upload: Upload) -> QuerySet[Upload]:
    """The row, if it is still ours and still wanted."""
    return Upload.objects.filter(pk=upload.pk, fence=upload.fence, status=UploadStatus.RUNNING)
