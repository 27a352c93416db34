"""System view: audiences, destinations and accounts as a picture."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activations.queries import system
from activations.views.lists import Asked
from connections.permissions import Permission, requires


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_AUDIENCES)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`?q=words`; `?destination=<uuid>` draws one alone, `?node=audience:<uuid>` selects a node."""
    asked = Asked.by(request, default="name", filters=("destination",))
    found = system.find(words=asked.words, alone=asked.filters.get("destination", ""))
    context = {
        "section": "system",
        "asked": asked,
        "found": found,
        "system": system.load(found=found, selected=request.GET.get("node", "")),
    }
    return render(request, "activations/system.html", context)
