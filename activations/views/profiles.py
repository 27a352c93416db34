"""The profiles behind a number of a destination: why each stands there, and what to do."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activations.queries import codes, deliveries, exports
from activations.queries.deliveries import Kind, Page
from activations.views import csv_lines
from connections.permissions import Permission, requires
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


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_PROFILES)
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
        "csv_url": _address("activations:profiles-csv", uuid, kind),
        **_links(uuid, kind, page),
    }
    return render(request, "activations/profiles.html", context)


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_PROFILES)
@require_safe
def download(request: HttpRequest, uuid: UUID) -> StreamingHttpResponse:
    """The profiles of one state or code as CSV, row by row: a million of them need no memory."""
    destination = or_404(destinations.get, uuid=uuid)
    kind = Kind(request.GET.get("state", ""), _code(request))
    if not kind.is_known:
        raise Http404
    lines = csv_lines.of(exports.rows(destination_id=destination.pk, kind=kind))
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind.state}.csv"'},
    )


def _links(uuid: UUID, kind: Kind, page: Page) -> dict[str, str]:
    """The pages beside this one; empty where there is none."""
    return {
        f"{name}_url": _address("activations:profiles", uuid, kind, **{name: key}) if key else ""
        for name, key in (("after", page.after), ("before", page.before))
    }


def _address(name: str, uuid: UUID, kind: Kind, **more: int) -> str:
    asked: dict[str, str | int] = {"state": kind.state, **more}
    if kind.code is not None:
        asked["code"] = kind.code
    return f"{reverse(name, args=[uuid])}?{urlencode(asked)}"


def _code(request: HttpRequest) -> str | None:
    code = request.GET.get("code")
    # PostgreSQL takes no NUL, and no code is longer.
    return None if code is None else code.replace("\x00", "")[:100]


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
