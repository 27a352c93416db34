"""Custom labels: which there are, making one, describing it, deleting it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.custom_label_forms import CustomLabelForm, NewCustomLabelForm
from activations.queries import custom_labels as queries
from activations.services import custom_labels
from activations.views.labels import applies_labels
from activations.views.lists import Asked
from activations.views.saving import refusals_in
from connections.permissions import Permission, requires
from connections.views.found import or_404

COLUMNS = {"name": "Label", "updated": "Last updated"}


@requires(Permission.VIEW_POLICIES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&sort=-updated&page=2`."""
    asked = Asked.by(request, default="name")
    found = queries.listing(words=asked.words, sort=asked.sort, descending=asked.descending)
    context = asked.listed(found, columns=COLUMNS)
    context |= {"rows": queries.rows(labels=list(context["page"])), "section": "labels"}
    return render(request, "policies/custom_labels.html", context)


@applies_labels
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewCustomLabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_made(request, form):
        return redirect("activations:custom-labels")
    return render(request, "policies/custom_label_form.html", {"form": form, "label": None})


@applies_labels
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: int) -> HttpResponse:
    """With what it stands on, which keeps it from being deleted."""
    label = or_404(queries.get, key=key)
    form = CustomLabelForm(request.POST or None, initial=CustomLabelForm.initial_of(label))
    if request.method == "POST" and form.is_valid() and _is_described(request, label, form):
        return redirect("activations:custom-labels")
    uses = queries.uses(code=label.name)
    context = {
        "form": form,
        "label": label,
        "uses": uses[: custom_labels.MOST_TOLD],
        "more_uses": len(uses) - custom_labels.MOST_TOLD,
    }
    return render(request, "policies/custom_label_form.html", context)


@applies_labels
@require_POST
def delete(request: HttpRequest, key: int) -> HttpResponse:
    label = or_404(queries.get, key=key)
    try:
        custom_labels.delete(label=label)
    except custom_labels.InUse as problem:
        messages.error(request, f"It was not deleted: {problem} Take it off there first.")
    else:
        messages.success(request, f"{label} was deleted.")
    return redirect("activations:custom-labels")


def _is_made(request: HttpRequest, form: NewCustomLabelForm) -> bool:
    """Whether it could be kept; the form says why not."""
    with refusals_in(form):
        made = custom_labels.create(values=form.values, person=request.user)
        messages.success(request, f"{made} can be put on attributes and named in policies.")
    return form.is_valid()


def _is_described(request: HttpRequest, label: Any, form: CustomLabelForm) -> bool:
    with refusals_in(form):
        or_404(custom_labels.describe, label=label, values=form.values, seen=form.seen_mark)
        messages.success(request, f"{label} was saved.")
    return form.is_valid()
