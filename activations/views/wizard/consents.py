"""The consent policies that apply to a draft: who of an audience consented to which of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations.mapping.consents import Consent
from activations.queries import consents, overlaps
from activations.queries.overlaps import Overlap, Question
from activations.services import drafts
from activations.services.draft_content import Content
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires


@requires(*TO_ACTIVATE)
@require_safe
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The page, or the part of it that asks for the next batch."""
    return (_part if request.htmx else _page)(request, uuid)  # type: ignore[attr-defined]


def _show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?audience=<uuid>&policy=<key>`, else the first of each; `?q=words` finds audiences.

    With `?tried=…`, as the answer before gave it, one batch of members more.
    """
    draft = frame.load(request, uuid)
    content = drafts.content(draft=draft, at=timezone.now())
    audiences = _offered(request, content)
    applied = content.consents or ()
    shown = consents.shown(consents=applied)
    asked = _question(request, shown, audiences)
    return frame.page(
        request,
        draft,
        step="review",
        template="consents_overlap" if request.htmx else "consents",  # type: ignore[attr-defined]
        content=content,
        audiences=audiences,
        has_more=len(content.schedule) > overlaps.MOST_OFFERED,
        words=request.GET.get("q", ""),
        consents=shown,
        unseen_consents=len(applied) - len(shown),
        asked=asked,
        **(_answer(request, draft, asked) if asked else {}),
    )


_page, _part = frame.while_open(_show), frame.part_while_open(_show)


def _offered(request: HttpRequest, content: Content) -> list[Any]:
    """Those of the draft whose names have the words, as far as they are offered at once."""
    keys = [row.audience for row in content.schedule]
    if words := request.GET.get("q", "").casefold().split():
        names = {key: content.labels.get(key, "").casefold() for key in keys}
        keys = [key for key in keys if all(word in names[key] for word in words)]
    return overlaps.offered(audience_ids=keys, wanted=_uuid(request.GET.get("audience", "")))


def _question(
    request: HttpRequest, shown: Sequence[Consent], audiences: Sequence[Any]
) -> Question | None:
    """None without an audience or a policy."""
    if not (shown and audiences):
        return None
    wanted = request.GET.get("audience", "")
    audience = next((one for one in audiences if str(one.uuid) == wanted), audiences[0])
    key = request.GET.get("policy", "")
    selected = next((one for one in shown if one.key == key), shown[0])
    return Question(audience, selected, tuple(one for one in shown if one is not selected))


def _answer(request: HttpRequest, draft: Any, asked: Question) -> dict[str, Any]:
    salt = f"activations.overlap:{draft.uuid}:{draft.version}:{asked.keys}"
    overlap = _read(request.GET.get("tried", ""), salt) or overlaps.begin(question=asked)
    if not overlap.is_over:
        overlap = overlaps.further(overlap=overlap, question=asked)
    values = overlap.as_values()
    return {
        "overlap": overlap,
        "venn": overlap.drawn(audience=str(asked.audience), has_others=bool(asked.others)),
        "tried": "" if overlap.is_over else signing.dumps(values, salt=salt, compress=True),
    }


def _read(text: str, salt: str) -> Overlap | None:
    """None for what is not ours, or answers another question: then it begins anew."""
    try:
        return overlaps.read(signing.loads(text, salt=salt)) if text else None
    except signing.BadSignature:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
