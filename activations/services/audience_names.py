"""What people call an audience; its namespace and id never change."""

from django.db import transaction

from activations.models import Audience
from connections import audit, marks
from connections.audit import Kind


def rename(*, audience: Audience, name: str, seen: str) -> None:
    """Give an audience a name; destinations keep sending to the same Mapping ID.

    `seen` is the mark of the name the person had before them. Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        locked = Audience.objects.select_for_update().get(pk=audience.pk)
        marks.demand(row=locked, values={"name": name}, seen=seen)
        changes = audit.differences(before={"name": locked.name}, after={"name": name})
        locked.name = name
        locked.save(update_fields=["name", "updated_at"])
        audit.note_changes(kind=Kind.AUDIENCE, about=locked, changes=changes)
    audience.name = name
