"""An open wizard with something to forecast: one more audience, the largest there is."""

from dataclasses import replace
from typing import Any

from django.db.models import Max
from django.utils import timezone

from activations.models import Activation, ActivationDraft
from activations.services import draft_content, drafts
from connections.models import Destination


def open_draft(*, person: Any, beside: Destination) -> ActivationDraft:
    """Of a destination of the same account as `beside`, which does not send its largest audience.

    Its Mapping ID is the one it has there, so that the field exists.
    """
    added = _largest(beside)
    destination = (
        Destination.objects.filter(account=beside.account, status="enabled")
        .exclude(activations__audience=added.audience)
        .order_by("pk")
        .first()
    )
    assert destination is not None, "every account has several destinations"
    draft = drafts.open_for(destination=destination, person=person)
    key, at = added.audience_id, timezone.now()
    drafts.select_audiences(draft=draft, version=draft.version, shown=[key], chosen=[key], at=at)
    rows = [
        replace(row, mapping_id=added.mapping_id)
        for row in draft_content.read_schedule(stored=draft.audiences)
        if row.audience == key
    ]
    drafts.save_schedule(draft=draft, version=draft.version, rows=rows, at=at)
    return draft


def _largest(destination: Destination) -> Activation:
    rows = Activation.objects.filter(destination=destination)
    found = rows.annotate(members=Max("audience__days__existing")).order_by("-members").first()
    assert found is not None, "the largest destination sends something"
    return found
