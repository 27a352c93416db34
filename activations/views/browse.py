"""Browse: every destination with its last run; and choosing one to activate to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations.queries import destinations
from activations.views.lists import Asked
from connections.permissions import TO_ACTIVATE, Permission, requires
from connections.queries import alerts

COLUMNS = {
    "name": "Name",
    "run": "Last flow run",
    "audiences": "Activation data",
    "created": "Created",
    "status": "Status",
}


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    asked = Asked.by(request, default="name")
    found = destinations.browse(words=asked.words, sort=asked.sort, descending=asked.descending)
    page = asked.page_of(found)
    open_alerts = alerts.open_now()
    context = {
        "asked": asked,
        "columns": asked.columns(COLUMNS),
        "page": page,
        "rows": destinations.rows(destinations=page, alerts=open_alerts, at=timezone.now()),
        "alerts": open_alerts,
        "section": "browse",
    }
    return render(request, "activations/browse.html", context)


@requires(*TO_ACTIVATE)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The catalog's Activate audiences: which destination?"""
    context = {"destinations": destinations.activatable(), "section": "catalog"}
    return render(request, "activations/choose.html", context)
