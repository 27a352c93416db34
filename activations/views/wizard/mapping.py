"""Step Mapping."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations import forms
from activations.queries import mapping_rows, seen, sight
from activations.queries.seen import Seen
from activations.services import draft_mappings, drafts
from activations.services.draft_content import MAPPING, MappingRow
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, Permission, requires


@requires(*TO_ACTIVATE, Permission.ACTIVATE_DESTINATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    found = seen.look()
    is_stale, typed = False, None
    if request.method == "POST":
        typed = forms.mapping_rows(data=request.POST)
        sight.demand_sources(sources=(row.source for row in typed))
        is_stale = not _save(request, draft, typed, found)
        url = _wanted_page(request, draft)
        if url and not is_stale:
            return frame.leave(request, url)
    content = drafts.content(draft=draft, at=timezone.now(), until=MAPPING)
    return frame.page(
        request,
        draft,
        step="mapping",
        content=content,
        is_stale=is_stale,
        rows=mapping_rows.rows(content=content, typed=typed),
        step_problems=content.problems_at(step=MAPPING, row=None),
        suggestions=draft_mappings.suggested(draft=draft, rows=content.mappings, seen=found),
    )


def _wanted_page(request: HttpRequest, draft: Any) -> str:
    """A new row or a removed one needs the page anew; the address differs, so it is loaded."""
    if request.POST.keys() & {"add", "remove", "suggestion"}:
        count = len(draft.mappings)
        return f"{frame.step_url(draft, 'mapping')}?rows={count}#row-{count - 1}"
    return frame.wanted_page(request, draft)


def _save(request: HttpRequest, draft: Any, typed: Sequence[MappingRow], found: Seen) -> bool:
    wanted = request.POST.get("suggestion", "")
    try:
        draft_mappings.save(
            draft=draft,
            version=forms.version(data=request.POST),
            rows=draft_mappings.with_suggested(draft=draft, rows=typed, wanted=wanted, seen=found),
            at=timezone.now(),
        )
    except drafts.StaleDraft:
        return False
    return True
