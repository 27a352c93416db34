"""Opening the wizard for a destination, and giving up what was chosen."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from activations.queries import audiences, sight
from activations.services import drafts
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires
from connections.queries import destinations
from connections.queries.filters import uuid_of
from connections.views.found import or_404


@requires(*TO_ACTIVATE)
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Leads to the person's draft; opening one changes nothing that is sent.

    A POST with an `audience` selects it there, as a click on its box would.
    """
    destination = or_404(destinations.get, uuid=uuid)
    if destination.status == "draft":
        return redirect("connections:connect", uuid=uuid)
    sight.demand_workflow(destination=destination)
    if request.method == "POST":
        # Before a draft is opened for one that is not there.
        _wanted_audience(request)
    draft = drafts.open_for(destination=destination, person=request.user)
    if request.method == "POST":
        return _select(request, draft.uuid)
    return redirect("activations:draft-audiences", uuid=draft.uuid)


def _wanted_audience(request: HttpRequest) -> Any:
    """Raises Http404 for one that may not be seen."""
    return or_404(audiences.get, uuid=uuid_of(value=request.POST.get("audience", "")))


@frame.while_open
def _select(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Refused where the steps are: nothing is said to be selected in a draft that stays closed."""
    draft, audience = frame.load(request, uuid), _wanted_audience(request)
    key, is_known = {audience.pk}, any(row["audience"] == audience.pk for row in draft.audiences)
    try:
        drafts.select_audiences(
            draft=draft, version=draft.version, shown=key, chosen=key, at=timezone.now()
        )
    except drafts.StaleDraft:
        messages.warning(
            request, f"{audience} was not selected: another tab saved this draft. Select it below."
        )
    else:
        if is_known:
            messages.info(request, f"{audience} was selected already.")
        else:
            messages.success(request, f"{audience} is selected.")
    return redirect("activations:draft-audiences", uuid=uuid)


@requires(*TO_ACTIVATE)
@require_POST
def discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load_any(request, uuid)
    drafts.discard(draft=draft)
    if "again" in request.POST:
        return redirect("activations:activate", uuid=draft.destination.uuid)
    messages.info(request, "What you chose was discarded; the destination is as it was.")
    return redirect("activations:destination-detail", uuid=draft.destination.uuid)
