"""The forecast of the Review step: shown at once, then made sharper batch by batch."""

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations.queries import foreseen, holds, scopes, trials
from activations.queries.trials import Trial
from activations.services import configuration, drafts
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires


@requires(*TO_ACTIVATE)
@require_safe
@frame.part_while_open
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How many there are; with `?tried=…`, as the answer before gave it, one batch more."""
    draft = frame.load(request, uuid)
    at = timezone.now()
    content = drafts.content(draft=draft, at=at, is_shown=False)
    destination = draft.destination
    plan = drafts.plan(destination=destination, content=content)
    now = configuration.load_plan(destination=destination)
    scope = scopes.of(destination=destination, plan=plan, now=now, at=at)
    trial = _read(draft, request.GET.get("tried", ""))
    if trial is None:
        trial = Trial(scope.crowd())
    elif not trial.is_over:
        trial = trials.further(
            trial=trial, scope=scope, destination_id=destination.pk, plan=plan, at=at
        )
    # With problems left there is nothing to try out: the mapping may not even be complete.
    is_going_on = not (trial.is_over or content.blocking)
    context = {
        "draft": draft,
        "foreseen": foreseen.of(
            destination=destination, plan=plan, scope=scope, trial=trial, at=at
        ),
        "hold": holds.of(destination=destination, at=at),
        "tried": _signed(draft, trial) if is_going_on else "",
    }
    return render(request, "activations/wizard/forecast.html", context)


def _signed(draft: Any, trial: Trial) -> str:
    return signing.dumps(trial.as_values(), salt=_salt(draft), compress=True)


def _read(draft: Any, text: str) -> Trial | None:
    """None for what is not ours, or was found of an older draft: then it begins anew."""
    try:
        return trials.read(signing.loads(text, salt=_salt(draft))) if text else None
    except signing.BadSignature:
        return None


def _salt(draft: Any) -> str:
    return f"activations.forecast:{draft.uuid}:{draft.version}"
