"""Step Mapping."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations import forms
from activations.queries import mapping_rows, pickers
from activations.services import draft_rights, drafts
from activations.views.wizard import frame
from connections import accounts
from connections.permissions import TO_ACTIVATE, Permission, requires


@requires(*TO_ACTIVATE, Permission.ACTIVATE_DESTINATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    is_stale = False
    if request.method == "POST":
        is_stale = not _save(request, draft)
        url = _wanted_page(request, draft)
        if url and not is_stale:
            return frame.leave(request, url)
    content = drafts.content(draft=draft, at=timezone.now())
    # A save only says what is wrong where; the pickers stay as they are.
    panels = {} if request.htmx else _panels(draft)  # type: ignore[attr-defined]
    return frame.page(
        request,
        draft,
        step="mapping",
        is_stale=is_stale,
        rows=mapping_rows.rows(content=content),
        step_problems=content.problems_at(step="mapping", row=None),
        **panels,
    )


def _wanted_page(request: HttpRequest, draft: Any) -> str:
    """A new row or a removed one needs the page anew; the address differs, so it is loaded."""
    if "add" in request.POST or "remove" in request.POST:
        count = len(draft.mappings)
        return f"{frame.step_url(draft, 'mapping')}?rows={count}#row-{count - 1}"
    return frame.wanted_page(request, draft)


def _panels(draft: Any) -> dict[str, Any]:
    seen = pickers.seen()
    return {
        "source_panels": pickers.source_panels(
            seen=seen, has_identities=draft_rights.may_export_identities(draft=draft)
        ),
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
