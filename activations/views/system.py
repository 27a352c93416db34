"""System view: audiences, destinations and accounts as a picture."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activations.queries import system
from connections.permissions import Permission, requires


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_AUDIENCES)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`?destination=<uuid>` draws that one alone, `?node=audience:<uuid>` selects a node."""
    wanted, choices = request.GET.get("destination", ""), system.choices()
    shown = [one for one in choices if str(one.uuid) == wanted] or choices
    context = {
        "section": "system",
        "choices": choices,
        "wanted": wanted,
        "system": system.load(destinations=shown, selected=request.GET.get("node", "")),
    }
    return render(request, "activations/system.html", context)
