"""What is done to a destination as a whole; each is a POST that leads back to a page."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from connections import destinations
from connections.forms import NameForm
from connections.permissions import Permission, requires
from connections.queries import destinations as queries
from connections.views.found import or_404


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
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(queries.get, uuid=uuid)
    initial = {"name": destination.name, "description": destination.description}
    form = NameForm(request.POST or None, destination=destination, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            destinations.rename(destination=destination, **form.cleaned_data)
        except destinations.NameTaken as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, "Name and description were saved.")
            return redirect("activations:destination-detail", uuid=uuid)
    context = {"destination": destination, "form": form}
    return render(request, "connections/rename.html", context)


def _change(request: HttpRequest, uuid: UUID, action: Callable[..., None]) -> HttpResponse:
    destination = or_404(queries.get, uuid=uuid)
    if destination.status == "draft":
        messages.error(request, "Finish setting this destination up first.")
    else:
        action(destination=destination)
        messages.success(request, f"{destination.name} is {destination.status}.")
    return redirect(_back(request, uuid))


def _back(request: HttpRequest, uuid: UUID) -> str:
    """The page the button stood on, when it is one of ours."""
    came_from: str = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return came_from
    return reverse("activations:destination-detail", args=[uuid])
