"""Step Review, and Finish."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from activations.queries import foreseen, holds, preview, schedule
from activations.services import draft_updates, drafts
from activations.services.draft_content import DraftProblem
from activations.views.wizard import frame
from connections import accounts
from connections.permissions import TO_ACTIVATE, requires


@dataclass(frozen=True, slots=True)
class Listed:
    """A problem with the way to where it is put right."""

    message: str
    step: str
    url: str
    is_blocking: bool


@requires(*TO_ACTIVATE)
@require_safe
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    now = timezone.now()
    content = drafts.content(draft=draft, at=now)
    fields = accounts.fields_of(draft.destination.account)
    news = draft_updates.news(draft=draft)
    listed = [_listed(draft, problem) for problem in content.problems]
    blocking = [problem for problem in listed if problem.is_blocking]
    return frame.page(
        request,
        draft,
        step="review",
        content=content,
        rows=schedule.rows(
            content=content, fields=fields, places=range(len(content.schedule)), sent_now=()
        ),
        blocking=blocking,
        warnings=[problem for problem in listed if not problem.is_blocking],
        can_finish=not blocking and news is None,
        why_not=_why_not(len(blocking)),
        news=news,
        foreseen=foreseen.of(destination=draft.destination, content=content, at=now),
        hold=holds.of(destination=draft.destination, at=now),
        examples=preview.examples(
            plan=drafts.plan(destination=draft.destination, content=content), at=now
        ),
        step_urls={key: frame.step_url(draft, key) for key in frame.STEPS},
    )


def _listed(draft: Any, problem: DraftProblem) -> Listed:
    return Listed(
        message=problem.message,
        step=frame.STEPS[problem.step],
        # Empty: this person has no such step.
        url=frame.step_url(draft, problem.step) if problem.step in frame.open_steps(draft) else "",
        is_blocking=problem.is_blocking,
    )


def _why_not(problems: int) -> str:
    if problems == 0:
        return "The destination was changed meanwhile; see above."
    return f"{problems} problem{'' if problems == 1 else 's'} to put right first"


@requires(*TO_ACTIVATE)
@require_POST
@frame.while_open
def finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load(request, uuid)
    try:
        drafts.finish(draft=draft, at=timezone.now())
    except drafts.CannotFinish as problem:
        messages.error(request, f"Nothing was changed. {problem}")
        return redirect("activations:draft-review", uuid=uuid)
    messages.success(
        request,
        f"{draft.destination.name} sends what you chose. The first profiles are on their way.",
    )
    return redirect("activations:destination-detail", uuid=draft.destination.uuid)


@requires(*TO_ACTIVATE)
@require_POST
@frame.while_open
def take_in(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Somebody else changed the destination: their changes come into this draft."""
    draft_updates.take_in(draft=frame.load(request, uuid), at=timezone.now())
    messages.success(request, "What was changed there is in your draft now, beside what you chose.")
    return redirect("activations:draft-review", uuid=uuid)
