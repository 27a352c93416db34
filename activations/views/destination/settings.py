"""Settings: how a destination is set up; its name; its end."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from activations.queries import settings
from activations.services import removal
from activations.views.destination import frame
from connections.edit_forms import EditForm
from connections.permissions import Permission, requires
from connections.queries import destinations as queries
from connections.views.destinations import is_saved
from connections.views.found import or_404


@requires(Permission.VIEW_DESTINATIONS, to_change=(Permission.MANAGE_DESTINATIONS,))
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A POST saves the details; whoever saves second is told what the first one did."""
    context = frame.of(request, uuid, tab="settings")
    destination = context["destination"]
    form = EditForm(
        request.POST or None,
        destination=destination,
        has_focus=False,
        initial=EditForm.initial_of(destination),
    )
    if is_saved(form, destination):
        messages.success(request, f"{destination.name} was saved.")
        return redirect("activations:destination-settings", uuid=uuid)
    context |= {
        "form": form,
        "mappings": settings.mappings(destination=destination),
        "heard": settings.heard(destination=destination, person=request.user),
    }
    return render(request, "activations/destination_settings.html", frame.marked(context))


@requires(Permission.MANAGE_DESTINATIONS)
@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(queries.get, uuid=uuid)
    was_draft = destination.status == "draft"
    removal.delete(destination=destination)
    message = f"{destination} was deleted."
    if not was_draft:
        message += " Contacts and fields in Zendesk stay as they are."
    messages.success(request, message)
    return redirect("activations:browse")
