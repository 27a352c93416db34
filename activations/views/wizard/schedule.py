"""Step Schedule audience export: dates and the Mapping ID of each audience, checked as typed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from activations import forms
from activations.queries import schedule
from activations.services import drafts
from activations.views.wizard import frame
from connections import accounts
from connections.permissions import TO_ACTIVATE, requires


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
    content = drafts.content(draft=draft, at=timezone.now())
    fields = accounts.fields_of(draft.destination.account)
    return frame.page(
        request,
        draft,
        step="schedule",
        content=content,
        is_stale=is_stale,
        rows=schedule.rows(content=content, fields=fields),
        suggestions=schedule.suggestions(fields=fields),
        step_problems=content.problems_at(step="schedule", row=None),
    )


@requires(*TO_ACTIVATE)
@require_POST
@frame.while_open
def read_fields(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Somebody just made a field in Sell: ask Zendesk again."""
    draft = frame.load(request, uuid)
    account = accounts.check(account_id=draft.destination.account.pk, at=timezone.now())
    if account.problem:
        messages.error(request, account.problem)
    else:
        messages.success(request, f"{len(account.contact_fields)} custom fields were read.")
    return redirect("activations:draft-schedule", uuid=uuid)


def _save(request: HttpRequest, draft: Any) -> bool:
    try:
        drafts.save_schedule(
            draft=draft,
            version=forms.version(data=request.POST),
            rows=forms.schedule_rows(data=request.POST),
            at=timezone.now(),
        )
    except drafts.StaleDraft:
        return False
    return True
