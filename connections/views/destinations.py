"""What is done to a destination as a whole; each is a POST that leads back to a page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from connections import destinations
from connections.edit_forms import EditForm, RenameForm
from connections.marks import ChangedMeanwhile
from connections.permissions import Permission, requires
from connections.queries import destinations as queries
from connections.views.back import came_from
from connections.views.found import or_404

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.MANAGE_DESTINATIONS)
@require_POST
def toggle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The switch posts what the person wants now: `is_on` is `on` or `off`."""
    wants_on = request.POST.get("is_on") == "on"
    return _change(request, uuid, destinations.enable if wants_on else destinations.disable)


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_POST
def resume(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _change(request, uuid, destinations.resume)


@requires(Permission.MANAGE_DESTINATIONS)
@form_page
def rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A form where the name stood in its row; `?cancel` puts the name back. For htmx only."""
    destination = or_404(queries.get, uuid=uuid)
    if not request.htmx or destination.status == "draft":  # type: ignore[attr-defined]
        return redirect("activations:destination-edit", uuid=uuid)
    initial = RenameForm.initial_of(destination)
    form = RenameForm(request.POST or None, destination=destination, initial=initial)
    is_over = "cancel" in request.GET or is_saved(form, destination)
    template = "destination_name" if is_over else "destination_name_form"
    context = {"destination": destination, "form": form, "is_focused": is_over}
    return render(request, f"connections/{template}.html", context)


def is_saved(
    form: EditForm, destination: Any, *, edit: Callable[..., Any] = destinations.edit
) -> bool:
    """Whether what was sent could be kept; the form says why not, or that nothing was sent."""
    if not form.is_valid():
        return False
    try:
        saved = edit(destination=destination, values=form.values, seen=form.seen_mark)
    except destinations.NameTaken as problem:
        form.add_error("name", str(problem))
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
    else:
        destination.name = saved.name
        return True
    return False


def _change(request: HttpRequest, uuid: UUID, action: Callable[..., None]) -> HttpResponse:
    destination = or_404(queries.get, uuid=uuid)
    if destination.status == "draft":
        messages.error(request, "Finish setting this destination up first.")
    else:
        action(destination=destination)
        messages.success(request, f"{destination.name} is {destination.status}.")
    default = reverse("activations:destination-detail", args=[uuid])
    return redirect(came_from(request, default=default))
