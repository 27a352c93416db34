"""What all steps of the activation wizard share: the draft, the steps, a save's answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from activations.queries import drafts, sight
from activations.services import draft_content, draft_rights
from activations.services import drafts as draft_service
from activations.services.draft_content import Content
from connections.queries import people
from connections.views.found import or_404

View = Callable[[HttpRequest, UUID], HttpResponse]

STEPS = {
    "audiences": "Select audiences",
    "mapping": "Mapping",
    "schedule": "Schedule audience export",
    "review": "Review",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the stepper."""

    label: str
    state: str
    url: str


def while_open(view: View) -> View:
    """A step of a draft that was finished leads to the destination; Back must not show it again.

    One of which not all may be seen can only be given up.
    """

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, uuid: UUID) -> HttpResponse:
        try:
            return view(request, uuid)
        except sight.Closed as problem:
            if request.htmx:  # type: ignore[attr-defined]
                raise
            return _closed(request, uuid, str(problem))
        except Http404:
            destination = drafts.destination_of_finished(uuid=uuid, person_id=request.user.pk)
            if destination is None:
                raise
        messages.info(request, "This was finished already. Here is what is sent now.")
        return leave(request, reverse("activations:destination-detail", args=[destination]))

    return checked


def part_while_open(view: View) -> View:
    """A part that its page asks for by itself: nobody asked, so nobody is led away from there."""

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, uuid: UUID) -> HttpResponse:
        try:
            return view(request, uuid)
        except Http404:
            if drafts.destination_of_finished(uuid=uuid, person_id=request.user.pk) is None:
                raise
            return HttpResponse(status=204)

    return checked


def _closed(request: HttpRequest, uuid: UUID, reason: str) -> HttpResponse:
    context = {"reason": reason, "whom_to_ask": people.whom_to_ask(), "uuid": uuid}
    return render(request, "activations/wizard/closed.html", context, status=403)


def load(request: HttpRequest, uuid: UUID, *, with_fields: bool = True) -> Any:
    """The person's open draft. Raises Http404, and sight.Closed where not all may be seen."""
    draft = load_any(request, uuid, with_fields=with_fields)
    mappings = draft_content.read_mappings(stored=draft.mappings)
    sight.demand_workflow(
        destination=draft.destination,
        chosen={row["audience"] for row in draft.audiences},
        sources=(row.source for row in mappings),
    )
    return draft


def load_any(request: HttpRequest, uuid: UUID, *, with_fields: bool = True) -> Any:
    """The same, whatever may be seen: to give it up. Raises Http404."""
    draft: Any = or_404(drafts.get, uuid=uuid, person_id=request.user.pk, with_fields=with_fields)
    # The same person, whose permissions were read already.
    draft.created_by = request.user
    return draft


def page(
    request: HttpRequest,
    draft: Any,
    *,
    step: str,
    content: Content | None = None,
    is_stale: bool = False,
    template: str = "",
    **context: Any,
) -> HttpResponse:
    """A step as a page; to htmx only the part that a save changes.

    `content`: the draft as the view has read it already; `template`: of a page beside the step.
    """
    content = content or draft_service.content(draft=draft, at=timezone.now())
    order = ["", *open_steps(draft), ""]
    place = order.index(step)
    # The last step saves nothing, so it has no such part.
    is_part = request.htmx and step != "review"  # type: ignore[attr-defined]
    return render(
        request,
        f"activations/wizard/{template or step}{'_saved' if is_part else ''}.html",
        {
            "draft": draft,
            "destination": draft.destination,
            "content": content,
            "steps": steps(draft, content, current=step),
            "may_map": draft_rights.may_map(draft=draft),
            "may_export_identities": draft_rights.may_export_identities(draft=draft),
            "back_step": order[place - 1],
            "next_step": order[place + 1],
            "is_stale": is_stale,
            **context,
        },
    )


def steps(draft: Any, content: Content, *, current: str) -> list[Step]:
    """A step is done when it is before the current one and has no blocking problem."""
    wrong = {problem.step for problem in content.blocking}
    shown = open_steps(draft)
    position = list(shown).index(current)
    found = []
    for index, (key, label) in enumerate(shown.items()):
        is_done = index < position and key not in wrong
        state = "current" if key == current else "done" if is_done else "todo"
        found.append(Step(label, state, step_url(draft, key)))
    return found


def open_steps(draft: Any) -> dict[str, str]:
    """The steps this person has: without the permission to map there is no Mapping."""
    may_map = draft_rights.may_map(draft=draft)
    return {key: label for key, label in STEPS.items() if may_map or key != "mapping"}


def step_url(draft: Any, step: str) -> str:
    """Where a step stands."""
    return reverse(f"activations:draft-{step}", args=[draft.uuid])


def leave(request: HttpRequest, url: str) -> HttpResponse:
    """Go to another page, also out of an htmx request."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(url)
    return redirect(url)


def wanted_page(request: HttpRequest, draft: Any) -> str:
    """Where a step's button leads; empty when the form was only saved."""
    go = request.POST.get("go", "")
    if go == "exit":
        return reverse("activations:destination-detail", args=[draft.destination.uuid])
    return step_url(draft, go) if go in open_steps(draft) else ""
