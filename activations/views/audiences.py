"""Audiences: the list, one of them, its name, its end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.forms import AudienceAboutForm, AudienceNameForm
from activations.queries import audiences, custom_labels, uploads
from activations.services import audience_names, audience_removal
from activations.terms import Origin
from activations.views.lists import Asked
from connections.edit_forms import MarkedForm
from connections.marks import ChangedMeanwhile
from connections.permissions import Permission, may, requires
from connections.views.found import or_404

COLUMNS = {
    "name": "Name, namespace and ID",
    "origin": "Origin",
    "members": "Members",
    "destinations": "Activated destinations",
    "created": "Created",
    "updated": "Last updated",
}
SAMPLES = 5
DAYS = 90


@requires(Permission.VIEW_AUDIENCES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&origin=upload&activated=yes&tag=VIP&sort=-members&page=2`."""
    asked = Asked.by(request, default="name", filters=("origin", "activated", "tag"))
    filters = audiences.Filters(**asked.filters)
    found = audiences.listing(
        words=asked.words, sort=asked.sort, descending=asked.descending, filters=filters
    )
    page = asked.page_of(found)
    rows = audiences.with_counts(audiences=list(page.object_list))
    context = {
        "asked": asked,
        "filters": filters,
        "origins": Origin.choices,
        "tags": audiences.tags(),
        "columns": asked.columns(COLUMNS),
        "page": page,
        "rows": rows,
        "counted_at": min((r.counts.counted_at for r in rows if r.counts.counted_at), default=None),
    }
    return render(request, "activations/audiences.html", context)


@requires(Permission.VIEW_AUDIENCES)
@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    audience = or_404(audiences.get, uuid=uuid)
    may_see_people = may(user=request.user, permission=Permission.VIEW_PROFILES)
    may_see_labels = may(user=request.user, permission=Permission.VIEW_POLICIES)
    context = {
        "audience": audience,
        "row": audiences.with_counts(audiences=[audience])[0],
        "chart": audiences.over_time(audience=audience, days=DAYS),
        "activations": audiences.destinations_of(audience=audience),
        "samples": audiences.samples(audience=audience, count=SAMPLES) if may_see_people else [],
        "labels": custom_labels.every().of(codes=audience.labels) if may_see_labels else [],
        "uploads": uploads.newest(audience=audience),
    }
    return render(request, "activations/audience.html", context)


@requires(Permission.VIEW_AUDIENCES, Permission.MANAGE_AUDIENCES)
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A form where the name stood; `?cancel` puts the name back. Without htmx, a page."""
    audience = or_404(audiences.get, uuid=uuid)
    form = AudienceNameForm(request.POST or None, initial=AudienceNameForm.initial_of(audience))
    is_saved = request.method == "POST" and form.is_valid() and _is_edited(audience, form)
    is_over = is_saved or "cancel" in request.GET
    context = {"audience": audience, "form": form, "is_focused": is_over}
    if not request.htmx:  # type: ignore[attr-defined]
        if is_saved:
            messages.success(request, "The name was saved.")
            return redirect("activations:audience-detail", uuid=uuid)
        return render(request, "activations/audience_rename.html", context)
    template = "audience_cell" if is_over else "audience_name_form"
    return render(request, f"activations/{template}.html", context)


@requires(Permission.VIEW_AUDIENCES, Permission.MANAGE_AUDIENCES)
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Its description and tags."""
    audience = or_404(audiences.get, uuid=uuid)
    form = AudienceAboutForm(request.POST or None, initial=AudienceAboutForm.initial_of(audience))
    if request.method == "POST" and form.is_valid() and _is_edited(audience, form):
        messages.success(request, f"Description and tags of {audience} were saved.")
        return redirect("activations:audience-detail", uuid=uuid)
    context = {"audience": audience, "form": form, "known_tags": audiences.tags()}
    return render(request, "activations/audience_about.html", context)


def _is_edited(audience: Any, form: MarkedForm) -> bool:
    """Whether it could be kept; the form says why not."""
    try:
        audience_names.edit(audience=audience, values=form.values, seen=form.seen_mark)
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
        return False
    return True


@requires(Permission.VIEW_AUDIENCES, Permission.MANAGE_AUDIENCES)
@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    audience = or_404(audiences.get, uuid=uuid)
    try:
        audience_removal.delete(audience=audience)
    except audience_removal.StillActivated:
        problem = "It is activated: remove it from its destinations first, then delete it."
        messages.error(request, problem)
    except audience_removal.StillFilled:
        messages.error(request, "A file is being read into it: wait, or cancel the upload first.")
    else:
        messages.success(request, f"{audience} was deleted. Its profiles stay.")
        return redirect("activations:audiences")
    return redirect("activations:audience-detail", uuid=uuid)
