"""Data usage labels: which attributes have some, putting them on, changing, taking off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.governance_forms import LabelsForm, NewLabelsForm
from activations.queries import custom_labels, unheld
from activations.queries import labels as queries
from activations.services import labels
from activations.views.lists import Asked
from activations.views.saving import refusals_in
from connections.permissions import Permission, requires
from connections.views.found import or_404

COLUMNS = {"path": "Attribute", "changed": "Changed"}
applies_labels = requires(Permission.VIEW_POLICIES, Permission.APPLY_LABELS)


@requires(Permission.VIEW_POLICIES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&label=C2&sort=-changed&page=2`."""
    asked = Asked.by(request, default="path", filters=("label",))
    found = queries.listing(
        words=asked.words, sort=asked.sort, descending=asked.descending, **asked.filters
    )
    context = asked.listed(found, columns=COLUMNS)
    context |= {
        "labels": custom_labels.every(),
        "rows": queries.rows(attributes=list(context["page"])),
        "section": "labels",
    }
    return render(request, "policies/labels.html", context)


@applies_labels
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewLabelsForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_put_on(request, form):
        _tell(request, form.cleaned_data["path"])
        return redirect("activations:labels")
    context = {"form": form, "attribute": None, "paths": queries.suggestions()}
    return render(request, "policies/labels_form.html", context)


@applies_labels
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: int) -> HttpResponse:
    attribute = or_404(queries.get, key=key)
    form = LabelsForm(request.POST or None, initial=LabelsForm.initial_of(attribute))
    if request.method == "POST" and form.is_valid() and _is_changed(request, attribute, form):
        words = f"The labels of {attribute} were saved."
        messages.success(request, words + _consequence(attribute.path))
        return redirect("activations:labels")
    return render(request, "policies/labels_form.html", {"form": form, "attribute": attribute})


@applies_labels
@require_POST
def delete(request: HttpRequest, key: int) -> HttpResponse:
    attribute = or_404(queries.get, key=key)
    labels.take_off(attribute=attribute, at=timezone.now())
    messages.success(request, f"{attribute} has no labels any more.")
    return redirect("activations:labels")


def _tell(request: HttpRequest, path: str) -> None:
    """The path may be mistyped, or come with profiles that are not loaded yet."""
    if nobody := unheld.by_labels(paths=[path]).get(path):
        messages.warning(
            request,
            f"{path} is labelled, but {nobody[0].lower()}{nobody[1:]} holds anything there so far."
            " Check the spelling: if it is wrong, label the right path and take these labels off."
            f"{_consequence(path)}",
        )
    else:
        messages.success(request, f"{path} is labelled.{_consequence(path)}")


def _consequence(path: str) -> str:
    """Where the attribute is mapped, people may have lost the right to activate."""
    count = queries.mapped_by(path=path)
    if not count:
        return ""
    mapping = "1 destination maps" if count == 1 else f"{count:,} destinations map"
    return (
        f" {mapping} it: roles that see by label and lack one of its labels cannot activate there."
    )


def _is_put_on(request: HttpRequest, form: NewLabelsForm) -> bool:
    """Whether the labels could be kept; the form says why not."""
    data = form.cleaned_data
    with refusals_in(form):
        labels.put_on(
            path=data["path"], codes=data["labels"], person=request.user, at=timezone.now()
        )
    return form.is_valid()


def _is_changed(request: HttpRequest, attribute: Any, form: LabelsForm) -> bool:
    with refusals_in(form):
        or_404(
            labels.change,
            attribute=attribute,
            codes=form.cleaned_data["labels"],
            seen=form.seen_mark,
            person=request.user,
            at=timezone.now(),
        )
    return form.is_valid()
