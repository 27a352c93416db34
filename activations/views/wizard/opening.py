"""Opening the wizard for a destination, and giving up what was chosen."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from activations.queries import sight
from activations.services import drafts
from activations.views.wizard import frame
from connections.permissions import TO_ACTIVATE, requires
from connections.queries import destinations
from connections.views.found import or_404


@requires(*TO_ACTIVATE)
@require_safe
def activate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Leads to the person's draft; opening one changes nothing that is sent."""
    destination = or_404(destinations.get, uuid=uuid)
    if destination.status == "draft":
        return redirect("connections:connect", uuid=uuid)
    sight.demand_workflow(destination=destination)
    draft = drafts.open_for(destination=destination, person=request.user)
    return redirect("activations:draft-audiences", uuid=draft.uuid)


@requires(*TO_ACTIVATE)
@require_POST
def discard(request: HttpRequest, uuid: UUID) -> HttpResponse:
    draft = frame.load_any(request, uuid)
    drafts.discard(draft=draft)
    if "again" in request.POST:
        return redirect("activations:activate", uuid=draft.destination.uuid)
    messages.info(request, "What you chose was discarded; the destination is as it was.")
    return redirect("activations:destination-detail", uuid=draft.destination.uuid)
