"""Step Select audiences."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations import forms
from activations.queries import audiences
from activations.services import drafts
from activations.views.lists import Asked
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires

COLUMNS = {"name": "Name, namespace and ID", "origin": "Origin", "updated": "Last updated"}


@requires(*TO_ACTIVATE)
@require_http_methods(["GET", "HEAD", "POST"])
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    is_stale = False
    if request.method == "POST":
        is_stale = not _save(request, draft)
        url = frame.wanted_page(request, draft)
        if url and not is_stale:
            return frame.leave(request, url)
    asked = Asked.by(request, default="name")
    found = audiences.listing(words=asked.words, sort=asked.sort, descending=asked.descending)
    page = asked.page_of(found)
    context: dict[str, Any] = {
        "asked": asked,
        "columns": asked.columns(COLUMNS),
        "page": page,
        "rows": audiences.with_counts(audiences=list(page.object_list)),
        "chosen": {row["audience"] for row in draft.audiences},
    }
    return frame.page(request, draft, step="audiences", is_stale=is_stale, **context)


def _save(request: HttpRequest, draft: Any) -> bool:
    try:
        drafts.select_audiences(
            draft=draft,
            version=forms.version(data=request.POST),
            shown=forms.numbers(data=request.POST, name="shown"),
            chosen=forms.numbers(data=request.POST, name="chosen"),
            at=timezone.now(),
        )
    except drafts.StaleDraft:
        return False
    return True
