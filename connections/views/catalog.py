"""The catalog of destination platforms, and starting a new destination."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from connections import destinations, platforms
from connections.permissions import Permission, requires
from connections.queries import destinations as destination_queries
from connections.queries.filters import Group, options
from connections.views.lists import Asked

CATEGORY = "category"


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """`?q=words&category=CRM&show=mine&rail=zendesk`."""
    asked = Asked.by(request, default="name", filters=("show",), several=(CATEGORY,))
    is_mine = asked.filters.get("show") == "mine"
    counts = destination_queries.counts()
    chosen = asked.chosen.get(CATEGORY, ())
    found = platforms.find(words=asked.words, categories=chosen)
    boxes = options(choices=[(name, name) for name in platforms.CATEGORIES], chosen=chosen)
    context = {
        "asked": asked,
        "groups": [Group(CATEGORY, "Categories", boxes)],
        "platforms": found if counts.live or not is_mine else [],
        "selected": platforms.get(code=request.GET.get("rail", "")),
        "is_mine": is_mine,
        "counts": counts,
        "section": "catalog",
    }
    return render(request, "connections/catalog.html", context)


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def rail(request: HttpRequest, code: str) -> HttpResponse:
    """What a click on a card shows beside the catalog."""
    context = {"platform": _or_404(code), "counts": destination_queries.counts()}
    return render(request, "connections/catalog_rail.html", context)


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def documentation(request: HttpRequest, code: str) -> HttpResponse:
    """What the destination does, what it needs, and what it does not do."""
    context = {"platform": _or_404(code), "section": "catalog"}
    return render(request, f"connections/documentation_{code}.html", context)


@requires(Permission.VIEW_DESTINATIONS, Permission.MANAGE_DESTINATIONS)
@require_POST
def new_destination(request: HttpRequest) -> HttpResponse:
    draft = destinations.start_draft(created_by=request.user)
    return redirect("connections:connect", uuid=draft.uuid)


def _or_404(code: str) -> Any:
    platform = platforms.get(code=code)
    if platform is None:
        raise Http404
    return platform
