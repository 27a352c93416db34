"""The exact request for one profile on the Review step, and a test that sends only that one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from activations import clock, forms
from activations.queries import preview
from activations.services import drafts, single_profile
from activations.services.draft_content import AUDIENCES, MAPPING
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires

_NOBODY = "Enter the e-mail address of a profile, or choose an example."
_UNKNOWN = "No profile has this e-mail identity. Look at its spelling, or choose an example."
_GONE = "This profile is gone. Choose another one."


@requires(*TO_ACTIVATE)
@require_POST
@frame.while_open
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Looked up by e-mail or by key in the body: the address of a page names nobody."""
    draft = frame.load(request, uuid)
    who = forms.person_asked_for(data=request.POST)
    person = preview.by_key(key=who) if isinstance(who, int) else preview.by_email(address=who)
    shown = _preview(draft, person) if person is not None else None
    if isinstance(who, int):
        return _answer(request, draft, shown, problem="" if shown else _GONE)
    # What was typed stays, with what is wrong beside it.
    problem = "" if shown else _UNKNOWN if who else _NOBODY
    return _answer(request, draft, shown, is_typed=True, email=who, email_problem=problem)


@requires(*TO_ACTIVATE)
@require_POST
@frame.while_open
def send(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send this one profile now, as the draft has it."""
    draft = frame.load(request, uuid)
    who = forms.person_asked_for(data=request.POST)
    person = preview.by_key(key=who) if isinstance(who, int) else None
    if person is None:
        return _answer(request, draft, None, problem=_GONE)
    # What will be sent, looked at before: afterwards there may be nothing left to send.
    shown = _preview(draft, person)
    broken = drafts.content(draft=draft, at=clock.now(), until=MAPPING).violations
    if broken:
        return _answer(request, draft, shown, problem=broken[0].message)
    try:
        answer = single_profile.send(
            destination=draft.destination,
            plan=_plan(draft),
            profile_id=person.key,
            clock=clock.now,
            is_draft=True,
        )
    except single_profile.CannotTry as error:
        return _answer(request, draft, shown, problem=str(error))
    return _answer(request, draft, shown, answer=answer, was_tried=True)


def _preview(draft: Any, person: preview.Person) -> preview.Preview:
    return preview.of(
        destination=draft.destination,
        plan=_plan(draft),
        version=draft.destination.mapping_version,
        person=person,
        at=clock.now(),
    )


def _answer(
    request: HttpRequest, draft: Any, shown: preview.Preview | None, **more: Any
) -> HttpResponse:
    """The part of the page that shows one profile."""
    context = {"draft": draft, "preview": shown, **more}
    return render(request, "activations/wizard/preview_result.html", context)


def _plan(draft: Any) -> Any:
    # Whether all is well was judged when the page was made, and is again by Finish.
    content = drafts.content(draft=draft, at=clock.now(), until=AUDIENCES)
    return drafts.plan(destination=draft.destination, content=content)
