"""Browse: every destination with its last run; and choosing one to activate to."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations.queries import audiences, browse_filters, destinations, sight
from activations.views.lists import Asked
from connections.permissions import TO_ACTIVATE, Permission, requires
from connections.queries import alerts, changes
from connections.queries.filters import uuid_of
from connections.views.found import or_404

COLUMNS = {
    "name": "Name",
    "run": "Last Flow Run Date",
    "username": "Username",
    "audiences": "Activation Data",
    "created": "Created",
    "status": "Status",
}


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """`?q=words&status=error&status=disabled&account=<uuid>&sort=-run&page=2&rail=<uuid>`."""
    asked = Asked.by(request, default="name", several=browse_filters.NAMES)
    page = asked.page_of(
        destinations.browse(
            words=asked.words, sort=asked.sort, descending=asked.descending, chosen=asked.chosen
        )
    )
    open_alerts = alerts.open_now()
    rows = destinations.rows(destinations=list(page), alerts=open_alerts, at=timezone.now())
    wanted = request.GET.get("rail", "")
    selected = next((row for row in rows if str(row.destination.uuid) == wanted), None)
    context = {
        "asked": asked,
        "columns": asked.columns(COLUMNS),
        "groups": browse_filters.groups(chosen=asked.chosen),
        "page": page,
        "rows": rows,
        "selected": selected,
        "changed": changes.last(uuid=selected.destination.uuid) if selected else None,
        "alerts": open_alerts,
        "section": "browse",
    }
    return render(request, "activations/browse.html", context)


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def rail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a click on a row shows beside the list."""
    context = {"row": _row(uuid), "changed": changes.last(uuid=uuid)}
    return render(request, "activations/browse_rail.html", context)


@requires(*TO_ACTIVATE)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The catalog's Activate audiences: which destination? `?account=<uuid>`: one of these.

    `?audience=<uuid>`: the audience whose page led here, which Next selects.
    """
    asked = Asked.by(request, default="name", several=(browse_filters.ACCOUNT,))
    audience = _asked_audience(request)
    page = asked.page_of(destinations.activatable(words=asked.words, chosen=asked.chosen))
    context = {
        "asked": asked,
        "page": page,
        "closed": sight.closed(destinations=[destination.pk for destination in page]),
        "audience": audience,
        "section": "catalog",
    }
    if audience:
        context["senders"] = destinations.senders(audience=audience, among=page.object_list)
    return render(request, "activations/choose.html", context)


def _asked_audience(request: HttpRequest) -> Any:
    """None where the address names none. Raises Http404 for one that may not be seen."""
    text = request.GET.get("audience", "")
    return or_404(audiences.get, uuid=uuid_of(value=text)) if text else None


def _row(uuid: UUID) -> Any:
    found = or_404(destinations.find, uuid=uuid)
    return destinations.rows(destinations=[found], alerts=alerts.open_now(), at=timezone.now())[0]
