"""Deleting an audience with its memberships. Profiles stay, and so does what Zendesk holds."""

from typing import Final

from django.db import transaction
from django.db.models import ProtectedError

from activations.models import ActivationDraft, Audience, Membership, Upload
from activations.services import draft_content
from activations.terms import UploadStatus
from connections import audit
from connections.audit import Action, Kind

CHUNK_ROWS: Final = 5_000


class StillActivated(Exception):
    """Destinations send it; it is to be removed there first."""


class StillFilled(Exception):
    """A file is being read into it; the upload is to end or to be called off first."""


def delete(*, audience: Audience) -> None:
    """Memberships in small steps, then the audience. Raises `StillActivated` or `StillFilled`.

    Killed in the middle it has fewer members; deleting again ends it.
    """
    _check(audience)
    while True:
        with transaction.atomic():
            members = Membership.objects.filter(audience=audience).order_by()
            ids = list(members.values_list("pk", flat=True)[:CHUNK_ROWS])
            Membership.objects.filter(pk__in=ids).delete()
        if len(ids) < CHUNK_ROWS:
            break
    with transaction.atomic():
        _leave_drafts(audience)
        audit.note(action=Action.DELETED, kind=Kind.AUDIENCE, about=audience)
        try:
            audience.delete()
        except ProtectedError as error:
            # Activated, or filled again, since we looked.
            raise StillActivated from error


def _check(audience: Audience) -> None:
    if audience.activations.exists():
        raise StillActivated
    if Upload.objects.filter(audience=audience, status=UploadStatus.RUNNING).exists():
        raise StillFilled


def _leave_drafts(audience: Audience) -> None:
    """Open wizards that chose it choose it no more; whoever has one open is told of a newer one."""
    for draft in ActivationDraft.objects.select_for_update().filter(finished_at__isnull=True):
        rows = draft_content.read_schedule(stored=draft.audiences)
        kept = [row for row in rows if row.audience != audience.pk]
        if len(kept) < len(rows):
            draft.audiences = draft_content.store_schedule(rows=kept)
            draft.version += 1
            draft.save(update_fields=["audiences", "version", "updated_at"])
