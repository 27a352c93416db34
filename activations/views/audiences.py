"""Audiences: the list, one of them, its name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from activations.forms import AudienceNameForm
from activations.queries import audiences
from activations.services import audience_names
from activations.views.lists import Asked
from connections.permissions import Permission, requires
from connections.views.found import or_404

COLUMNS = {
    "name": "Name, namespace and ID",
    "origin": "Origin",
    "destinations": "Activated destinations",
    "updated": "Last updated",
}
SAMPLES = 5


@requires(Permission.VIEW_AUDIENCES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    asked = Asked.by(request, default="name")
    found = audiences.listing(words=asked.words, sort=asked.sort, descending=asked.descending)
    page = asked.page_of(found)
    context = {
        "asked": asked,
        "columns": asked.columns(COLUMNS),
        "page": page,
        "rows": audiences.with_counts(audiences=list(page.object_list)),
    }
    return render(request, "activations/audiences.html", context)


@requires(Permission.VIEW_AUDIENCES, to_change=(Permission.MANAGE_AUDIENCES,))
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    audience = or_404(audiences.get, uuid=uuid)
    form = AudienceNameForm(request.POST or None, initial={"name": audience.name})
    if request.method == "POST" and form.is_valid():
        audience_names.rename(audience=audience, name=form.cleaned_data["name"])
        messages.success(request, "The name was saved.")
        return redirect("activations:audience-detail", uuid=uuid)
    context = {
        "audience": audience,
        "form": form,
        "row": audiences.with_counts(audiences=[audience])[0],
        "activations": audiences.destinations_of(audience=audience),
        "samples": audiences.samples(audience=audience, count=SAMPLES),
    }
    return render(request, "activations/audience.html", context)
