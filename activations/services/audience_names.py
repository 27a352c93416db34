"""What people call an audience and say about it; its namespace and id never change."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from activations.models import Audience
from connections import audit, marks
from connections.audit import Kind


def edit(*, audience: Audience, values: Mapping[str, Any], seen: str) -> None:
    """Change name, description or tags; destinations keep sending to the same Mapping ID.

    `seen` is the mark of what the person had before them. Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        locked = Audience.objects.select_for_update().get(pk=audience.pk)
        marks.demand(row=locked, values=values, seen=seen)
        before = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save(update_fields=[*values, "updated_at"])
        changes = audit.differences(before=before, after=values)
        audit.note_changes(kind=Kind.AUDIENCE, about=locked, changes=changes)
    for name, value in values.items():
        setattr(audience, name, value)
