"""Data usage labels of a whole audience."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activations.governance_forms import AudienceLabelsForm
from activations.queries import audiences
from activations.services import labels
from activations.views.saving import refusals_in
from connections.permissions import Permission, requires
from connections.views.found import or_404


@requires(Permission.VIEW_AUDIENCES, Permission.VIEW_POLICIES, Permission.APPLY_LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    audience = or_404(audiences.get, uuid=uuid)
    initial = AudienceLabelsForm.initial_of(audience)
    form = AudienceLabelsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _is_labelled(audience, form):
        messages.success(request, f"The labels of {audience} were saved.")
        return redirect("activations:audience-detail", uuid=uuid)
    return render(request, "policies/audience_labels.html", {"audience": audience, "form": form})


def _is_labelled(audience: Any, form: AudienceLabelsForm) -> bool:
    """Whether the labels could be kept; the form says why not."""
    with refusals_in(form):
        or_404(
            labels.label_audience,
            audience=audience,
            codes=form.cleaned_data["labels"],
            seen=form.seen_mark,
            at=timezone.now(),
        )
    return form.is_valid()
