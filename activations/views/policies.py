"""Data usage policies: the list, one of them, making and changing, enabling and deleting."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.governance_forms import PolicyForm
from activations.queries import policies as queries
from activations.services import policies
from activations.services.policy_check import MOST_TOLD, WouldBreak
from activations.terms import PolicyStatus
from activations.views.lists import Asked
from activations.views.saving import refusals_in
from connections.permissions import Permission, requires
from connections.views.found import or_404

COLUMNS = {"name": "Name", "status": "Status", "updated": "Last updated"}
KINDS = {queries.CORE: "Core", queries.OWN: "Your own"}
manages_policies = requires(Permission.VIEW_POLICIES, Permission.MANAGE_POLICIES)


@requires(Permission.VIEW_POLICIES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&status=enabled&kind=core&sort=-updated&page=2`."""
    asked = Asked.by(request, default="name", filters=("status", "kind"))
    found = queries.listing(
        words=asked.words, sort=asked.sort, descending=asked.descending, **asked.filters
    )
    context = asked.listed(found, columns=COLUMNS)
    context |= {
        "statuses": PolicyStatus.choices,
        "kinds": KINDS,
        "rows": queries.rows(policies=context["page"]),
        "section": "policies",
    }
    return render(request, "policies/policies.html", context)


@requires(Permission.VIEW_POLICIES)
@require_safe
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What it says, and what enabling it would break now."""
    policy = or_404(queries.get, uuid=uuid)
    found = policies.breaches(policy=policy)
    context = {
        "policy": policy,
        "row": queries.rows(policies=[policy])[0],
        "breaches": found[:MOST_TOLD],
        "more_breaches": len(found) - MOST_TOLD,
        "breach_count": len(found),
    }
    return render(request, "policies/policy.html", context)


@manages_policies
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _form_page(request, None)


@manages_policies
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    policy = or_404(queries.get, uuid=uuid)
    if policy.is_core:
        messages.info(request, "A core policy can be enabled and disabled, and nothing else.")
        return redirect("activations:policy", uuid=uuid)
    return _form_page(request, policy)


@manages_policies
@require_POST
def toggle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The switch posts what the person wants now: `is_on` is `on` or `off`."""
    policy = or_404(queries.get, uuid=uuid)
    if request.POST.get("is_on") != "on":
        or_404(policies.disable, policy=policy)
        messages.success(request, f"{policy} restricts nothing any more.")
        return redirect("activations:policies")
    try:
        or_404(policies.enable, policy=policy)
    except WouldBreak:
        messages.error(request, "It was not enabled: what is activated breaks it, as listed here.")
        return redirect("activations:policy", uuid=uuid)
    messages.success(request, f"{policy} is enabled: whatever breaks it is refused.")
    return redirect("activations:policies")


@manages_policies
@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    policy = or_404(queries.get, uuid=uuid)
    try:
        policies.delete(policy=policy)
    except policies.CoreIsFixed:
        messages.error(request, "A core policy is not deleted: disable it instead.")
    else:
        messages.success(request, f"{policy} was deleted.")
    return redirect("activations:policies")


def _form_page(request: HttpRequest, policy: Any) -> HttpResponse:
    initial = PolicyForm.initial_of(policy) if policy is not None else {}
    form = PolicyForm(request.POST or None, policy=policy, initial=initial)
    if request.method == "POST" and form.is_valid() and _is_saved(request, policy, form):
        return redirect("activations:policies")
    return render(request, "policies/policy_form.html", {"policy": policy, "form": form})


def _is_saved(request: HttpRequest, policy: Any, form: PolicyForm) -> bool:
    """Whether it could be kept; the form says why not."""
    with refusals_in(form):
        if policy is None:
            made = policies.create(values=form.values, person=request.user)
            messages.success(request, f"{made} is a draft: it restricts nothing until enabled.")
        else:
            saved = or_404(policies.change, policy=policy, values=form.values, seen=form.seen_mark)
            messages.success(request, f"{saved} was saved.")
    return form.is_valid()
