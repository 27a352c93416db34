"""Step Review, and Finish."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from activations.queries import foreseen, schedule
from activations.services import drafts
from activations.views.wizard import frame
from connections import accounts


@require_safe
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    content = drafts.content(draft=draft, at=timezone.now())
    fields = accounts.fields_of(draft.destination.account)
    return frame.page(
        request,
        draft,
        step="review",
        rows=schedule.rows(content=content, fields=fields),
        foreseen=foreseen.count(audience_ids=[row.audience for row in content.schedule]),
        is_outdated=drafts.is_outdated(draft=draft),
        step_urls={key: frame.step_url(draft, key) for key in frame.STEPS},
    )


@require_POST
def finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    try:
        drafts.finish(draft=draft, at=timezone.now())
    except drafts.CannotFinish as problem:
        messages.error(request, f"Nothing was changed. {problem}")
        return redirect("activations:draft-review", uuid=uuid)
    messages.success(
        request, f"{draft.destination.name} sends what you chose. The first profiles are on their way."
    )
    return redirect("activations:destination-detail", uuid=draft.destination.uuid)
