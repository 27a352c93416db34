"""Step Review, and Finish."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from activations.queries import preview, review
from activations.queries.review import Changes
from activations.services import configuration, draft_updates, drafts
from activations.services.draft_content import Content, DraftProblem
from activations.views.lists import Asked
from activations.views.wizard import frame, violations
from connections.permissions import TO_ACTIVATE, requires

COLUMNS = {
    "name": "Audience",
    "mapping_id": "Mapping ID",
    "start": "Start date",
    "end": "End date",
}
# The others are one link away.
MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """A problem with the way to where it is put right; `subject` is the row it is about."""

    subject: str
    message: str
    step: str
    url: str


@dataclass(frozen=True, slots=True)
class Problems:
    """The first of them, and how many more there are."""

    first: tuple[Listed, ...]
    count: int

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.first)


@requires(*TO_ACTIVATE)
@require_safe
@frame.while_open
def step(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?q=words&show=changed&sort=name&page=2` of the audiences; `show` may be `removed` too.

    `?view=path&about=audience` of the broken policies.
    """
    draft = frame.load(request, uuid)
    at = timezone.now()
    content = drafts.content(draft=draft, at=at)
    now = configuration.load_plan(destination=draft.destination)
    news = draft_updates.news(draft=draft)
    blocking = _problems(draft, content, content.blocking)
    plan = drafts.plan(destination=draft.destination, content=content)
    return frame.page(
        request,
        draft,
        step="review",
        content=content,
        blocking=blocking,
        warnings=_problems(draft, content, [p for p in content.problems if not p.is_blocking]),
        can_finish=not blocking.count and news is None,
        why_not=_why_not(blocking.count),
        news=news,
        consents=content.consents,
        examples=preview.examples(plan=plan, at=at),
        step_urls={key: frame.step_url(draft, key) for key in frame.STEPS},
        **violations.shown(request, draft, content),
        **_summary(request, review.changes(now=now, content=content)),
    )


def _summary(request: HttpRequest, changes: Changes) -> dict[str, Any]:
    asked = Asked.by(request, default="added", filters=("show", "view", "about"))
    show = asked.filters.get("show", "")
    found = review.listed(
        changes=changes,
        words=asked.words,
        show=show,
        sort=asked.sort,
        descending=asked.descending,
    )
    page = asked.page_of(found)
    sizes = changes.sizes
    endings = changes.endings
    return {
        "asked": asked,
        "columns": asked.columns(COLUMNS),
        "page": page,
        "rows": review.rows(page=list(page.object_list)),
        "mappings": changes.mappings,
        "show": show,
        "sizes": (
            ("", "All", sizes[""]),
            (review.CHANGED, "New or changed", sizes[review.CHANGED]),
            (review.REMOVED, "Removed", sizes[review.REMOVED]),
        ),
        "removed": sizes[review.REMOVED],
        "endings": endings[:MOST_LISTED],
        "more_endings": len(endings) - MOST_LISTED,
    }


def _problems(draft: Any, content: Content, found: Sequence[DraftProblem]) -> Problems:
    listed = tuple(_listed(draft, content, problem) for problem in found[:MOST_LISTED])
    return Problems(first=listed, count=len(found))


def _listed(draft: Any, content: Content, problem: DraftProblem) -> Listed:
    url = frame.step_url(draft, problem.step) if problem.step in frame.open_steps(draft) else ""
    subject = ""
    if problem.step == "schedule" and problem.row is not None:
        subject = content.labels.get(content.schedule[problem.row].audience, "")
        # To the very rows, also of audiences that are not new.
        url += "?new=off&problems=on"
    elif problem.step == "mapping" and problem.row is not None:
        row = content.mappings[problem.row]
        subject = row.target or row.source or f"Row {problem.row + 1}"
    return Listed(
        subject=subject,
        message=problem.message,
        step=frame.STEPS[problem.step],
        # Empty: this person has no such step.
        url=url,
    )


def _why_not(problems: int) -> str:
    if problems == 0:
        return "The destination was changed meanwhile; see above."
    return f"{problems:,} problem{'' if problems == 1 else 's'} to put right first"


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
