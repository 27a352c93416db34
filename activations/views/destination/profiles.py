"""Profiles: how each stands at a destination and why, one of them, and all of them as a file."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from activations.forms import PersonForm
from activations.queries import codes, deliveries, exports, people, references
from activations.queries.deliveries import Kind, Page, Place
from activations.views import csv_lines
from activations.views.destination import frame
from connections import audit
from connections.permissions import Permission, requires
from connections.queries import destinations
from connections.views.found import or_404

TITLES = {
    "": "All profiles",
    "pending": "In line",
    "leased": "In flight",
    "waiting": "Waiting for a retry",
    "unsettled": "Unsettled",
    "delivered": "Activated",
    "excluded": "Excluded",
    "failed": "Failed",
}


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_PROFILES)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?state=failed&code=zendesk-409`; pages by key. A POST looks an e-mail address up: no
    address of ours names a person."""
    form = PersonForm(request.POST or None)
    form.fields["email"].widget.attrs["autofocus"] = False
    if request.method == "POST" and form.is_valid():
        reference = people.reference_to(email=form.cleaned_data["email"])
        if reference is not None:
            return redirect("activations:destination-profile", uuid=uuid, reference=reference)
        form.add_error("email", "No profile has this address. Check the spelling.")
    context = frame.marked(frame.of(request, uuid, tab="profiles"))
    kind = _kind(request)
    page = deliveries.page(
        destination_id=context["destination"].pk,
        kind=kind,
        after=_place(request, "after"),
        before=_place(request, "before"),
    )
    code = kind.code or ""
    context |= {
        "form": form,
        "kind": kind,
        "code": code,
        "title": TITLES[kind.state],
        "titles": TITLES,
        "meaning": codes.meaning(code=code) if code else "",
        "remedy": codes.remedy(code=code) if code else "",
        "page_of": page,
        "rows": page.rows,
        "csv_url": _address("activations:profiles-csv", uuid, kind),
        **_links(uuid, kind, page),
    }
    return render(request, "activations/destination_profiles.html", context)


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_PROFILES)
@require_safe
def show(request: HttpRequest, uuid: UUID, reference: str) -> HttpResponse:
    """One profile at this destination, with every request about it."""
    profile_id = references.read(reference=reference)
    if profile_id is None:
        raise Http404
    context = frame.marked(frame.of(request, uuid, tab="profiles"))
    of: dict[str, Any] = {"destination_id": context["destination"].pk, "profile_id": profile_id}
    row = deliveries.of_profile(**of)
    context |= {
        "row": row,
        "reference": reference,
        "remedy": codes.remedy(code=row.code) if row else "",
        "requests": deliveries.history(**of),
    }
    return render(request, "activations/destination_profile.html", context)


@requires(Permission.VIEW_DESTINATIONS, Permission.VIEW_PROFILES, Permission.VIEW_IDENTITY_GRAPH)
@require_safe
def download(request: HttpRequest, uuid: UUID) -> StreamingHttpResponse:
    """The profiles of one state or code as CSV, row by row: a million of them need no memory.

    Each is named by an identity, so this exports them.
    """
    destination, kind = or_404(destinations.get, uuid=uuid), _kind(request)
    if request.method == "GET":
        told = {"profiles": ("", kind.state or "all"), "code": ("", kind.code or "every")}
        audit.note(
            action=audit.Action.EXPORTED,
            kind=audit.Kind.DESTINATION,
            about=destination,
            changes=told,
        )
    lines = csv_lines.of(exports.rows(destination_id=destination.pk, kind=kind))
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind.state or "profiles"}.csv"'},
    )


def _kind(request: HttpRequest) -> Kind:
    """What the address asks for. Raises Http404 for a state that there is not."""
    kind = Kind(request.GET.get("state", ""), _code(request, "code"))
    if not kind.is_known:
        raise Http404
    return kind


def _code(request: HttpRequest, name: str) -> str | None:
    code = request.GET.get(name)
    # PostgreSQL takes no NUL, and no code is longer.
    return None if code is None else code.replace("\x00", "")[:100]


def _links(uuid: UUID, kind: Kind, page: Page) -> dict[str, str]:
    """The pages beside this one; empty where there is none."""
    return {
        f"{name}_url": _address("activations:profiles", uuid, kind, name, place) if place else ""
        for name, place in (("after", page.after), ("before", page.before))
    }


def _address(
    name: str, uuid: UUID, kind: Kind, direction: str = "", place: Place | None = None
) -> str:
    """Of a list, from a place on; `at` is the code of the row that is named."""
    asked: dict[str, str | int] = {}
    if place is not None:
        asked[direction] = place.key
        if place.code:
            asked["at"] = place.code
    if kind.state:
        asked["state"] = kind.state
    if kind.code is not None:
        asked["code"] = kind.code
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{reverse(name, args=[uuid])}{query}"


def _place(request: HttpRequest, direction: str) -> Place | None:
    text = request.GET.get(direction, "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return Place(key, _code(request, "at") or "") if key else None
