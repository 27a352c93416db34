"""Step Select audiences."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations import forms
from activations.queries import audiences, selection
from activations.queries.selection import Matching
from activations.services import drafts
from activations.services.draft_content import AUDIENCES
from activations.terms import Origin
from activations.views.lists import PAGE_SIZE, Asked
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires

COLUMNS = {
    "name": "Name, namespace and ID",
    "members": "Members",
    "origin": "Origin",
    "created": "Created",
    "updated": "Last updated",
}


@requires(*TO_ACTIVATE)
@require_http_methods(["GET", "HEAD", "POST"])
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?q=words&origin=upload&selected=yes&tag=VIP&sort=-members&page=2`."""
    draft = frame.load(request, uuid, with_fields=False)
    asked = Asked.by(request, default="name", filters=("origin", "selected", "tag"))
    is_stale = False
    if request.method == "POST":
        is_stale = not _save(request, draft, asked)
        url = _wanted_page(request, draft)
        if url and not is_stale:
            return frame.leave(request, url)
    content = drafts.content(draft=draft, at=timezone.now(), until=AUDIENCES)
    matching = _matching(draft, asked)
    # A save changes what is said about the rows, not the rows.
    table = {} if request.htmx else _table(draft, asked, matching)  # type: ignore[attr-defined]
    return frame.page(
        request,
        draft,
        step="audiences",
        content=content,
        is_stale=is_stale,
        asked=asked,
        chosen=_chosen(draft),
        matching=matching,
        has_pages=matching.count > PAGE_SIZE,
        warnings=[problem for problem in content.of(step=AUDIENCES) if not problem.is_blocking],
        **table,
    )


def _wanted_page(request: HttpRequest, draft: Any) -> str:
    """All boxes may have changed after a change of all that match: the page is shown anew."""
    if forms.every(data=request.POST):
        return request.get_full_path()
    return frame.wanted_page(request, draft)


def _table(draft: Any, asked: Asked, matching: Matching) -> dict[str, Any]:
    page = asked.page_of(matching.keys)
    rows = selection.rows(keys=list(page.object_list))
    return {
        "columns": asked.columns(COLUMNS),
        "origins": Origin.choices,
        "tags": audiences.tags(),
        "page": page,
        "rows": rows,
        "sent_now": selection.sent_now(destination_id=draft.destination.pk),
        "counted_at": min((r.counts.counted_at for r in rows if r.counts.counted_at), default=None),
    }


def _chosen(draft: Any) -> set[int]:
    return {row["audience"] for row in draft.audiences}


def _matching(draft: Any, asked: Asked) -> Matching:
    return selection.matching(
        words=asked.words,
        sort=asked.sort,
        descending=asked.descending,
        chosen=_chosen(draft),
        **asked.filters,
    )


def _save(request: HttpRequest, draft: Any, asked: Asked) -> bool:
    shown = forms.numbers(data=request.POST, name="shown")
    chosen = forms.numbers(data=request.POST, name="chosen")
    if every := forms.every(data=request.POST):
        matching = set(_matching(draft, asked).keys)
        shown |= matching
        chosen = chosen | matching if every == "select" else chosen - matching
    try:
        drafts.select_audiences(
            draft=draft,
            version=forms.version(data=request.POST),
            shown=shown,
            chosen=chosen,
            at=timezone.now(),
        )
    except drafts.StaleDraft:
        return False
    return True
