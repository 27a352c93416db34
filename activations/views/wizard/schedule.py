"""Step Schedule audience export: dates and the Mapping ID of each audience, checked as typed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from activations import forms
from activations.forms import ScheduleEditForm
from activations.queries import schedule, selection
from activations.services import drafts
from activations.services.draft_content import Content
from activations.views.lists import Asked
from activations.views.wizard import frame, schedule_edit
from connections import accounts
from connections.permissions import TO_ACTIVATE, requires

COLUMNS = {
    "name": "Audience",
    "start": "Start date",
    "end": "End date",
    "mapping_id": "Mapping ID",
}


@requires(*TO_ACTIVATE)
@require_http_methods(["GET", "HEAD", "POST"])
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?q=words&new=off&problems=on&sort=name&page=2`; new audiences only, but for `new=off`."""
    draft = frame.load(request, uuid)
    asked = Asked.by(request, default="added", filters=("new", "problems"))
    is_stale, form = False, None
    if request.method == "POST":
        try:
            _save(request, draft)
            form = schedule_edit.do(request, draft, wanted=_wanted(asked))
        except drafts.StaleDraft:
            is_stale = True
        if not is_stale and (url := _wanted_page(request, draft, form)):
            return frame.leave(request, url)
    content = drafts.content(draft=draft, at=timezone.now())
    return frame.page(
        request,
        draft,
        step="schedule",
        content=content,
        is_stale=is_stale,
        asked=asked,
        switches=[
            asked.switch("new", "Show new audiences only", turned="off"),
            asked.switch("problems", "Show rows with problems", turned="on"),
        ],
        step_problems=content.problems_at(step="schedule", row=None),
        left=schedule.left(content=content),
        **_table(request, draft, asked, content, form),
    )


def _table(
    request: HttpRequest,
    draft: Any,
    asked: Asked,
    content: Content,
    form: ScheduleEditForm | None,
) -> dict[str, Any]:
    sent_now = selection.sent_now(destination_id=draft.destination.pk)
    found = schedule.places(content=content, sent_now=sent_now, wanted=_wanted(asked))
    page = asked.page_of(found)
    shown = list(page.object_list)
    if request.htmx:  # type: ignore[attr-defined]
        # What was sent is what stands there, whatever the list would find now.
        sent = forms.numbers(data=request.POST, name="audience")
        shown = [n for n, row in enumerate(content.schedule) if row.audience in sent]
    fields = accounts.fields_of(draft.destination.account)
    # They stand on the page already when a part of it is saved.
    offered = None if request.htmx else fields  # type: ignore[attr-defined]
    return {
        "columns": asked.columns(COLUMNS),
        "page": page,
        "rows": schedule.rows(content=content, fields=fields, places=shown, sent_now=sent_now),
        "suggestions": schedule.suggestions(fields=offered, content=content),
        "edit_form": form or ScheduleEditForm(listed=len(found)),
    }


def _wanted(asked: Asked) -> schedule.Wanted:
    return schedule.Wanted(
        words=asked.words,
        only_new=asked.filters.get("new") != "off",
        only_problems=asked.filters.get("problems") == "on",
        sort=asked.sort,
        descending=asked.descending,
    )


def _save(request: HttpRequest, draft: Any) -> None:
    drafts.save_schedule(
        draft=draft,
        version=forms.version(data=request.POST),
        rows=forms.schedule_rows(data=request.POST),
        at=timezone.now(),
    )


def _wanted_page(request: HttpRequest, draft: Any, form: ScheduleEditForm | None) -> str:
    """After an edit of many rows the page is shown anew, unless it could not be done."""
    if form is not None:
        return request.get_full_path() if form.is_valid() else ""
    return frame.wanted_page(request, draft)


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
    return redirect(f"{frame.step_url(draft, 'schedule')}?{request.GET.urlencode()}")
