"""A draft whose destination somebody else changed meanwhile: what they did, and taking it in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from activations.models import ActivationDraft
from activations.queries import audience_labels
from activations.services import draft_content, draft_merge, drafts
from activations.services.draft_merge import Change, Merged
from connections.models import Destination


@dataclass(frozen=True, slots=True)
class News:
    """What changed at the destination since the draft was opened.

    Who finished a wizard there last and when; nobody, when it was changed another way.
    """

    lines: tuple[str, ...]
    person: str
    at: datetime | None


def news(*, draft: ActivationDraft) -> News | None:
    """None while the draft is up to date."""
    if not drafts.is_outdated(draft=draft):
        return None
    audiences, mappings = _merged(draft, drafts.opened_with(destination=draft.destination))
    last = (
        ActivationDraft.objects.filter(
            destination=draft.destination_id, finished_at__gt=draft.created_at
        )
        .select_related("created_by")
        .order_by("-finished_at", "-pk")
        .first()
    )
    return News(
        lines=(*_audience_lines(audiences), *_mapping_lines(mappings)),
        person=str(last.created_by or "") if last else "",
        at=last.finished_at if last else None,
    )


def take_in(*, draft: ActivationDraft, at: datetime) -> None:
    """Bring an open draft up to date with what is sent now. Raises ActivationDraft.DoesNotExist."""
    with transaction.atomic():
        # The destination first, as whoever changes it does.
        destination = Destination.objects.select_for_update().get(pk=draft.destination_id)
        locked = ActivationDraft.objects.select_for_update().get(
            pk=draft.pk, finished_at__isnull=True
        )
        current = drafts.opened_with(destination=destination)
        audiences, mappings = _merged(locked, current)
        locked.audiences, locked.mappings = audiences.rows, mappings.rows
        locked.based_on, locked.based_on_version = current, destination.mapping_version
        locked.version += 1
        locked.updated_at = at
        locked.save()


def _merged(draft: ActivationDraft, current: Mapping[str, Any]) -> tuple[Merged, Merged]:
    base = draft.based_on
    audiences = draft_merge.merge(
        base=base.get("audiences", ()),
        mine=draft.audiences,
        theirs=current["audiences"],
        key=lambda row: row["audience"],
    )
    mappings = draft_merge.merge(
        base=base.get("mappings", ()),
        mine=draft.mappings,
        theirs=current["mappings"],
        key=lambda row: (row["target_kind"], row["target"]),
    )
    return audiences, mappings


def _audience_lines(merged: Merged) -> Iterator[str]:
    keys = [change.row["audience"] for change in merged.changes]
    names = audience_labels.of(audience_ids=keys)
    for change in merged.changes:
        yield _line(f"Audience {names.get(change.row['audience'], 'that is gone')}", change)


def _mapping_lines(merged: Merged) -> Iterator[str]:
    for change in merged.changes:
        (row,) = draft_content.read_mappings(stored=[change.row])
        yield _line(f"Mapping to {row.target}", change)


def _line(subject: str, change: Change) -> str:
    dispute = " Your draft says something else about it, and keeps that." * change.is_disputed
    return f"{subject}: {change.what}.{dispute}"
