"""Uploads: one of them with how fast it goes, the newest, and the rows that were rejected."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from activations.mapping.catalogue import ATTRIBUTES
from activations.models import Audience, Upload, UploadReject
from activations.queries import audiences, sight
from activations.queries.audiences import StatusCounts
from activations.services.uploads.running import MOST_REJECTS
from activations.terms import UploadStatus

_ROWS_PER_PART = 2_000
_REASONS, _ROWS_PER_REASON = 20, 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is; `seconds_left` is None while nobody can know."""

    upload: Upload
    percent: int
    rows_per_second: int
    seconds_left: int | None

    @property
    def minutes_left(self) -> int:
        """Rounded up."""
        return -(-(self.seconds_left or 0) // 60)

    @property
    def is_cut(self) -> bool:
        """Whether more rows were rejected than are kept with their reasons."""
        return self.upload.rows_rejected > MOST_REJECTS

    @property
    def wants_correction(self) -> bool:
        """It has ended, and rows of it may be corrected and uploaded again."""
        upload = self.upload
        has_ended = upload.status in (UploadStatus.FINISHED, UploadStatus.FAILED)
        return has_ended and upload.rows_rejected > 0 and upload.audience is not None

    @property
    def is_letting_leave(self) -> bool:
        """The file is read; who is not in it is leaving."""
        upload = self.upload
        return upload.replaces and upload.cursor >= upload.size


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows were rejected; `rows` are the numbers of the first of them."""

    code: str
    message: str
    count: int
    rows: tuple[int, ...]

    @property
    def others(self) -> int:
        """How many there are beyond the first."""
        return self.count - len(self.rows)


def get(*, uuid: UUID) -> Upload:
    """Raises Upload.DoesNotExist, also for one into an audience that may not be seen."""
    found = sight.of_audiences(Upload.objects.select_related("audience", "created_by"))
    return found.get(uuid=uuid)


def listing() -> QuerySet[Upload]:
    """All that were started, the newest first."""
    found = Upload.objects.exclude(status=UploadStatus.DRAFT).select_related("audience")
    return sight.of_audiences(found).order_by("-created_at", "-pk")


def newest(*, audience: Audience, count: int = 5) -> list[Upload]:
    """The last files of an audience."""
    return list(listing().filter(audience=audience)[:count])


def progress(*, upload: Upload, at: datetime) -> Progress:
    """By the bytes that are stored; the rate is that of the whole upload."""
    end = upload.finished_at or at
    seconds = max((end - upload.started_at).total_seconds(), 0.1) if upload.started_at else 0.1
    is_moving = upload.status == UploadStatus.RUNNING and upload.cursor > 0
    left = (upload.size - upload.cursor) * seconds / upload.cursor if is_moving else None
    return Progress(
        upload=upload,
        percent=min(100, 100 * upload.cursor // max(upload.size, 1)),
        rows_per_second=round(upload.rows_read / seconds),
        seconds_left=round(left) if left is not None else None,
    )


def members(*, upload: Upload) -> StatusCounts | None:
    """Who is in the audience of a finished upload, as counted last; None before."""
    if upload.status != UploadStatus.FINISHED or upload.audience_id is None:
        return None
    return audiences.newest_counts(audience_ids=[upload.audience_id]).get(upload.audience_id)


def reasons(*, upload: Upload) -> list[Reason]:
    """What was wrong with the rejected rows, the most frequent first; one query."""
    if not upload.rows_rejected:
        return []
    kind = [F("code"), F("message")]
    numbered = UploadReject.objects.filter(upload=upload).annotate(
        of_kind=Window(Count("*"), partition_by=kind),
        place=Window(RowNumber(), partition_by=kind, order_by=F("row").asc()),
    )
    first = numbered.filter(place__lte=_ROWS_PER_REASON)
    ordered = first.order_by("-of_kind", "code", "message", "row")
    kept = ordered.values_list("code", "message", "of_kind", "row")[: _REASONS * _ROWS_PER_REASON]
    found = [
        Reason(code, message, count, tuple(row for *_, row in same))
        for (code, message, count), same in groupby(kept, key=itemgetter(0, 1, 2))
    ]
    return found[:_REASONS]


def rejects_csv(*, upload: Upload) -> Iterator[str]:
    """Row number and reason of every kept reject, part by part; the rows are not kept."""
    yield "row,code,reason\r\n"
    after = 0
    while True:
        rows = UploadReject.objects.filter(upload=upload, row__gt=after).order_by("row")
        part = list(rows.values_list("row", "code", "message")[:_ROWS_PER_PART])
        if not part:
            return
        text = StringIO()
        csv.writer(text).writerows(part)
        yield text.getvalue()
        after = part[-1][0]


def known_paths() -> list[tuple[str, str]]:
    """XDM paths a column may go to, with what people call them."""
    shown = (attribute for attribute in ATTRIBUTES if sight.shows_path(attribute.path))
    return [(attribute.path, attribute.label) for attribute in shown]
