"""Step Mapping."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations import forms
from activations.queries import pickers
from activations.services import drafts
from activations.views.wizard import frame
from connections import accounts


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    is_stale = False
    if request.method == "POST":
        is_stale = not _save(request, draft)
        url = frame.wanted_page(request, draft)
        if url and not is_stale:
            return frame.leave(request, url)
    # A save redraws the rows only; the pickers stay as they are.
    panels = {} if request.htmx else _panels(draft)  # type: ignore[attr-defined]
    return frame.page(request, draft, step="mapping", is_stale=is_stale, **panels)


def _panels(draft: Any) -> dict[str, Any]:
    seen = pickers.seen()
    return {
        "source_panels": pickers.source_panels(seen=seen),
        "target_panels": pickers.target_panels(
            fields=accounts.fields_of(draft.destination.account)
        ),
        "has_profiles": not seen.is_nothing,
    }


def _save(request: HttpRequest, draft: Any) -> bool:
    try:
        drafts.save_mappings(
            draft=draft,
            version=forms.version(data=request.POST),
            rows=forms.mapping_rows(data=request.POST),
            at=timezone.now(),
        )
    except drafts.StaleDraft:
        return False
    return True
