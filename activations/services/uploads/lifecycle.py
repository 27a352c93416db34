"""An upload from the chosen file to its start, and how it is called off or forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import IntegrityError, transaction

from activations.models import Audience, Upload
from activations.services.uploads import inspecting, storage
from activations.services.uploads.inspecting import Preview
from activations.terms import Origin, UploadStatus
from connections import audit
from connections.audit import Action, Kind

# What Adobe Experience Platform calls the namespace of its custom uploads.
NAMESPACE: Final = "CustomerAudienceUpload"
EMAIL: Final = "identityMap.Email"
KEEP_FOR: Final = timedelta(days=90)
KEEP_DRAFTS_FOR: Final = timedelta(days=1)


class NameTaken(Exception):
    """Another audience has this name; its members would be taken for this one's."""


class NotStartable(Exception):
    """It was started, called off or forgotten before, or its audience is being filled already."""


class StillRunning(Exception):
    """An upload that is running is called off before it is forgotten."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody decided about a file; `columns` are as `Upload.columns`."""

    name: str
    columns: Sequence[str]
    expiry_days: int
    replaces: bool


def create(
    *, source: Path, file_name: str, audience: Audience | None, person: Any, at: datetime
) -> Upload:
    """Keep a file that just came in. Raises `inspecting.Unfit`; nothing is kept then."""
    uuid = uuid4()
    stored = storage.take(source=source, uuid=uuid)
    upload = Upload(
        uuid=uuid,
        audience=audience,
        created_by=person,
        file_name="".join(filter(str.isprintable, file_name))[-255:],
        size=stored.size,
        encoding=stored.encoding,
        created_at=at,
    )
    try:
        upload.delimiter = preview(upload=upload).delimiter
        with transaction.atomic():
            upload.save()
            # Not what the file is called: that may name a person.
            audit.note(action=Action.CREATED, kind=Kind.UPLOAD, about=upload)
    except BaseException:
        storage.forget(uuid=uuid)
        raise
    return upload


def preview(*, upload: Upload) -> Preview:
    """The head of its file. Raises `inspecting.Unfit`, also when the file is gone."""
    try:
        with storage.opened(uuid=upload.uuid) as stream:
            return inspecting.preview(stream=stream)
    except OSError as error:
        raise inspecting.Unfit("The file is not there any more. Choose it again.") from error


def start(*, upload: Upload, order: Order, at: datetime) -> Upload:
    """Have it read, from now on by a worker. Raises `NameTaken` or `NotStartable`."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if locked is None or locked.status != UploadStatus.DRAFT:
            raise NotStartable
        if locked.audience is None:
            locked.audience = _new_audience(order.name, at)
        locked.columns = list(order.columns)
        locked.expiry_days = order.expiry_days
        locked.replaces = order.replaces
        locked.status = UploadStatus.RUNNING
        locked.started_at = at
        try:
            with transaction.atomic():
                locked.save()
                _note_start(locked)
        except IntegrityError as error:
            raise NotStartable from error
    return locked


def cancel(*, upload: Upload, at: datetime) -> bool:
    """Call it off; what was taken until now stays. Whether there was something to call off."""
    open_ones = Upload.objects.filter(
        pk=upload.pk, status__in=[UploadStatus.DRAFT, UploadStatus.RUNNING]
    )
    with transaction.atomic():
        was_open = open_ones.update(status=UploadStatus.CANCELLED, finished_at=at) == 1
        if was_open:
            audit.note(action=Action.CANCELLED, kind=Kind.UPLOAD, about=upload)
    storage.forget(uuid=upload.uuid)
    return was_open


def forget(*, upload: Upload) -> None:
    """Delete it with its rejected rows; members stay. Raises `StillRunning`."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if locked is None:
            return
        if locked.status == UploadStatus.RUNNING:
            raise StillRunning
        audit.note(action=Action.DELETED, kind=Kind.UPLOAD, about=locked)
        locked.delete()
    storage.forget(uuid=upload.uuid)


def prune(*, at: datetime) -> None:
    """Forget drafts nobody came back to, uploads over age, and files without an upload."""
    drafts = Upload.objects.filter(status=UploadStatus.DRAFT, created_at__lt=at - KEEP_DRAFTS_FOR)
    old = Upload.objects.filter(created_at__lt=at - KEEP_FOR).exclude(status=UploadStatus.RUNNING)
    for upload in (*drafts, *old):
        forget(upload=upload)
    wanted = Upload.objects.filter(status__in=[UploadStatus.DRAFT, UploadStatus.RUNNING])
    storage.forget_strays(wanted=list(wanted.values_list("uuid", flat=True)), at=at)


def _new_audience(name: str, at: datetime) -> Audience:
    if Audience.objects.filter(name__iexact=name).exists():
        raise NameTaken
    audience = Audience.objects.create(
        namespace=NAMESPACE,
        external_id=str(uuid4()),
        name=name,
        origin=Origin.UPLOAD,
        created_at=at,
        updated_at=at,
    )
    audit.note(action=Action.CREATED, kind=Kind.AUDIENCE, about=audience)
    return audience


def _note_start(upload: Upload) -> None:
    told = {
        "audience": ("", upload.audience),
        "expiry days": ("", upload.expiry_days),
        "replaces members": ("", upload.replaces),
    }
    audit.note(action=Action.STARTED, kind=Kind.UPLOAD, about=upload, changes=told)
