"""Settings: how a destination is set up; its name; its end."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from activations.queries import settings
from activations.services import details, removal
from activations.services.policy_check import WouldBreak
from activations.views.destination import frame
from connections.edit_forms import EditForm
from connections.permissions import Permission, requires
from connections.queries import destinations as queries
from connections.views.back import wanted
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
    if _is_saved(form, destination):
        messages.success(request, f"{destination.name} was saved.")
        return redirect("activations:destination-settings", uuid=uuid)
    context |= {
        "form": form,
        "mapping": settings.mapping(destination=destination),
        "heard": settings.heard(destination=destination, person=request.user),
    }
    return render(request, "activations/destination_settings.html", frame.marked(context))


@requires(Permission.MANAGE_DESTINATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The details on a page of their own, for who comes from a list; the account stays as it is."""
    destination = or_404(queries.get, uuid=uuid)
    if destination.status == "draft":
        return redirect("connections:connect", uuid=uuid)
    back = wanted(request, default=reverse("activations:destination-detail", args=[uuid]))
    initial = EditForm.initial_of(destination)
    form = EditForm(request.POST or None, destination=destination, initial=initial)
    if _is_saved(form, destination):
        messages.success(request, f"{destination.name} was saved.")
        return redirect(back)
    context = {"destination": destination, "form": form, "back": back}
    return render(request, "activations/destination_edit.html", context)


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


def _is_saved(form: EditForm, destination: Any) -> bool:
    """As `is_saved`; the form says too which data usage policies would be broken."""
    try:
        return is_saved(form, destination, edit=partial(details.edit, at=timezone.now()))
    except WouldBreak as problem:
        for sentence in problem.sentences:
            form.add_error("marketing_actions", sentence)
    return False
