"""The catalog of destination platforms, and starting a new destination."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from connections import destinations
from connections.permissions import Permission, requires
from connections.queries import destinations as destination_queries


@dataclass(frozen=True, slots=True)
class Platform:
    """One card of the catalog."""

    name: str
    category: str
    type: str
    description: str

    def fits(self, *, words: str, category: str) -> bool:
        """Whether a search finds it."""
        text = f"{self.name} {self.category} {self.type} {self.description}".lower()
        return all(word in text for word in words.lower().split()) and (
            not category or category == self.category
        )


PLATFORMS = (
    Platform(
        name="Zendesk",
        category="CRM",
        type="Streaming",
        description=(
            "Creates and updates contacts in Zendesk Sell and keeps the status of every "
            "activated audience in a field of the contact."
        ),
    ),
)


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    words, category = request.GET.get("q", "").strip(), request.GET.get("category", "")
    is_mine = request.GET.get("show") == "mine"
    counts = destination_queries.counts()
    found = [p for p in PLATFORMS if p.fits(words=words, category=category)]
    context = {
        "platforms": found if counts.live or not is_mine else [],
        "categories": sorted({platform.category for platform in PLATFORMS}),
        "q": words,
        "category": category,
        "is_mine": is_mine,
        "counts": counts,
        "section": "catalog",
    }
    return render(request, "connections/catalog.html", context)


@requires(Permission.VIEW_DESTINATIONS, Permission.MANAGE_DESTINATIONS)
@require_POST
def new_destination(request: HttpRequest) -> HttpResponse:
    draft = destinations.start_draft(created_by=request.user)
    return redirect("connections:connect", uuid=draft.uuid)
