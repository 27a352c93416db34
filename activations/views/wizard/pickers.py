"""The windows of the Mapping step in which a source or target field is chosen."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activations.mapping.paths import PathProblem, parse_source, parse_target
from activations.queries import field_details, pickers, seen, sight
from activations.services import draft_mappings, draft_rights
from activations.views.wizard import frame
from connections import accounts
from connections.permissions import TO_ACTIVATE, Permission, requires

# Examples are values of real people: TO_ACTIVATE has View Profiles among its permissions.
MAY = (*TO_ACTIVATE, Permission.VIEW_PROFILES, Permission.ACTIVATE_DESTINATIONS)


@requires(*MAY)
@require_safe
@frame.while_open
def sources(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What can be read, as the body of the source picker."""
    draft = frame.load(request, uuid)
    found = seen.look()
    panels = pickers.source_panels(
        seen=found, has_identities=draft_rights.may_export_identities(draft=draft)
    )
    context = {"id": "source-picker", "panels": panels, "has_toggles": True}
    context |= {"has_data_toggle": not found.is_nothing, "detail_url": _detail_url(draft, "source")}
    return render(request, "components/picker_panels.html", context)


@requires(*MAY)
@require_safe
@frame.while_open
def targets(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What can be written, as the body of the target picker; with `?q=words` only its list."""
    draft = frame.load(request, uuid)
    panels = pickers.target_panels(
        fields=accounts.fields_of(draft.destination.account),
        words=request.GET.get("q", ""),
        kept=draft_mappings.custom_targets(draft=draft),
    )
    if "q" in request.GET:
        context = {"id": "target-picker", "panel": panels[0]}
        return render(request, "components/picker_list.html", context)
    context = {"id": "target-picker", "panels": panels, "has_toggles": True}
    context |= {"detail_url": _detail_url(draft, "target"), "search_url": request.path}
    return render(request, "components/picker_panels.html", context)


@requires(*MAY)
@require_safe
@frame.while_open
def source(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The right pane for one source, with examples."""
    draft = frame.load(request, uuid)
    try:
        chosen = parse_source(request.GET.get("field", ""))
    except PathProblem:
        raise Http404 from None
    if not sight.shows_source(chosen):
        raise Http404
    may_see = draft_rights.may_export_identities(draft=draft)
    detail = field_details.source(source=chosen, may_see_identities=may_see)
    return render(request, "activations/wizard/source_detail.html", {"detail": detail})


@requires(*MAY)
@require_safe
@frame.while_open
def target(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The right pane for one target."""
    draft = frame.load(request, uuid)
    try:
        chosen = parse_target(request.GET.get("field", ""))
    except PathProblem:
        raise Http404 from None
    fields = accounts.fields_of(draft.destination.account)
    detail = field_details.target(target=chosen, fields=fields, draft=draft)
    if detail is None:
        raise Http404
    return render(request, "activations/wizard/target_detail.html", {"detail": detail})


def _detail_url(draft: object, side: str) -> str:
    return frame.step_url(draft, f"mapping-{side}")
