"""The profiles behind a number of a destination: why each stands there, and what to do."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activations.queries import codes, deliveries
from activations.queries.deliveries import Kind, Page
from connections.queries import destinations
from connections.views.found import or_404

TITLES = {
    "pending": "In line",
    "leased": "In flight",
    "waiting": "Waiting for a retry",
    "unsettled": "Unsettled",
    "delivered": "Activated",
    "excluded": "Excluded",
    "failed": "Failed",
}


@require_safe
def listing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?state=failed&code=zendesk-409`; pages by key. The address names no person."""
    destination = or_404(destinations.get, uuid=uuid)
    kind = Kind(request.GET.get("state", ""), _code(request))
    if not kind.is_known:
        raise Http404
    page = deliveries.page(
        destination_id=destination.pk,
        kind=kind,
        after=_number(request, "after"),
        before=_number(request, "before"),
    )
    code = kind.code or ""
    context = {
        "destination": destination,
        "kind": kind,
        "code": code,
        "title": TITLES[kind.state],
        "meaning": codes.meaning(code=code) if code else "",
        "remedy": codes.remedy(code=code) if code else "",
        "page_of": page,
        "rows": page.rows,
        **_links(uuid, kind, page),
    }
    return render(request, "activations/profiles.html", context)


def _links(uuid: UUID, kind: Kind, page: Page) -> dict[str, str]:
    """The pages beside this one; empty where there is none."""
    here = reverse("activations:profiles", args=[uuid])
    asked: dict[str, str | int] = {"state": kind.state}
    if kind.code is not None:
        asked["code"] = kind.code
    links = {}
    for name, key in (("after", page.after), ("before", page.before)):
        links[f"{name}_url"] = f"{here}?{urlencode({**asked, name: key})}" if key else ""
    return links


def _code(request: HttpRequest) -> str | None:
    code = request.GET.get("code")
    # PostgreSQL takes no NUL, and no code is longer.
    return None if code is None else code.replace("\x00", "")[:100]


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
