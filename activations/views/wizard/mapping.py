"""Step Mapping."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations import forms
from activations.queries import mapping_rows
from activations.services import drafts
from activations.views.wizard import frame
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
    return frame.page(
        request,
        draft,
        step="mapping",
        is_stale=is_stale,
        rows=mapping_rows.rows(content=content),
        step_problems=content.problems_at(step="mapping", row=None),
    )


def _wanted_page(request: HttpRequest, draft: Any) -> str:
    """A new row or a removed one needs the page anew; the address differs, so it is loaded."""
    if "add" in request.POST or "remove" in request.POST:
        count = len(draft.mappings)
        return f"{frame.step_url(draft, 'mapping')}?rows={count}#row-{count - 1}"
    return frame.wanted_page(request, draft)


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
