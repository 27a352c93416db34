"""Consent policies: the list, one of them, making and changing, enabling and deleting."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations.governance_forms import ConsentPolicyForm
from activations.queries import consents, unheld
from activations.queries import policies as queries
from activations.services import consent_policies
from activations.terms import PolicyStatus
from activations.views.lists import Asked
from activations.views.policies import COLUMNS, manages_policies
from activations.views.saving import refusals_in
from connections.permissions import Permission, requires
from connections.views.found import or_404

# The others are told by their number.
MOST_TOLD = 10


@requires(Permission.VIEW_POLICIES)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=words&status=enabled&sort=-updated&page=2`."""
    asked = Asked.by(request, default="name", filters=("status",))
    found = queries.consent_listing(
        words=asked.words, sort=asked.sort, descending=asked.descending, **asked.filters
    )
    context = asked.listed(found, columns=COLUMNS)
    context |= {
        "statuses": PolicyStatus.choices,
        "rows": queries.consent_rows(policies=context["page"]),
        "section": "policies",
    }
    return render(request, "policies/consent_policies.html", context)


@requires(Permission.VIEW_POLICIES)
@require_safe
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What it says, and which destinations meet its conditions now."""
    policy = or_404(queries.get_consent, uuid=uuid)
    context = {
        "policy": policy,
        "is_asked": request.GET.get("ask") == "enable",
        **_question(policy, consents.met_by(policy=policy)),
    }
    return render(request, "policies/consent_policy.html", context)


@manages_policies
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _form_page(request, None)


@manages_policies
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return _form_page(request, or_404(queries.get_consent, uuid=uuid))


@manages_policies
@require_POST
def toggle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The switch posts what the person wants now: `is_on` is `on` or `off`.

    Turned on it is only with the answer to what the policy's page asks.
    """
    policy = or_404(queries.get_consent, uuid=uuid)
    if request.POST.get("is_on") == "on":
        try:
            or_404(
                consent_policies.enable,
                policy=policy,
                confirmed=request.POST.get("confirmed", ""),
                at=timezone.now(),
            )
        except consent_policies.Unconfirmed:
            messages.warning(request, f"{policy} is not enabled yet: see first whom it concerns.")
            return redirect(f"{resolve_url('activations:consent-policy', uuid)}?ask=enable")
        words = "is enabled: who lacks the consent is not sent, and who was sent counts as left."
    else:
        or_404(consent_policies.disable, policy=policy, at=timezone.now())
        words = "asks for nothing any more."
    messages.success(request, f"{policy} {words}")
    return redirect("activations:consent-policies")


@manages_policies
@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    policy = or_404(queries.get_consent, uuid=uuid)
    consent_policies.delete(policy=policy, at=timezone.now())
    messages.success(request, f"{policy} was deleted.")
    return redirect("activations:consent-policies")


def _form_page(request: HttpRequest, policy: Any) -> HttpResponse:
    initial = ConsentPolicyForm.initial_of(policy) if policy is not None else {}
    form = ConsentPolicyForm(request.POST or None, policy=policy, initial=initial)
    context = {"policy": policy, "form": form, "paths": consents.suggestions()}
    if request.method == "POST" and form.is_valid():
        try:
            if _is_saved(request, policy, form):
                return redirect("activations:consent-policies")
        except consent_policies.Unconfirmed as problem:
            context |= _question_of_change(policy, problem.policy)
    return render(request, "policies/consent_policy_form.html", context)


def _is_saved(request: HttpRequest, policy: Any, form: ConsentPolicyForm) -> bool:
    """Whether it could be kept; the form says why not. Raises Unconfirmed."""
    with refusals_in(form):
        if policy is None:
            made = consent_policies.create(values=form.values, person=request.user)
            _tell(request, made, "is a draft: it asks for nothing until enabled.")
        else:
            saved = or_404(
                consent_policies.change,
                policy=policy,
                values=form.values,
                seen=form.seen_mark,
                confirmed=request.POST.get("confirmed", ""),
                at=timezone.now(),
            )
            _tell(request, saved, "was saved.")
    return form.is_valid()


def _tell(request: HttpRequest, policy: Any, words: str) -> None:
    """The path may be mistyped, or come with profiles that are not loaded yet."""
    if nobody := unheld.by_consents(paths=[policy.path]).get(policy.path):
        warning = f"{nobody} holds a value at “{policy.path}” so far. Check the spelling."
        messages.warning(request, f"{policy} {words} {warning}")
    else:
        messages.success(request, f"{policy} {words}")


def _question(policy: Any, concerned: Sequence[Any]) -> dict[str, Any]:
    """What is to be known before these destinations ask for what it says."""
    (row,) = queries.consent_rows(policies=[policy])
    return {
        "row": row,
        "confirmation": consent_policies.confirmation(policy=policy),
        "destinations": concerned[:MOST_TOLD],
        "more_destinations": len(concerned) - MOST_TOLD,
        "destination_count": len(concerned),
    }


def _question_of_change(policy: Any, changed: Any) -> dict[str, Any]:
    """Also how many destinations it concerns as it is, and not as it would be."""
    concerned = consents.met_by(policy=changed)
    released = set(consents.met_by(policy=policy)).difference(concerned)
    return {"is_asked": True, "released_count": len(released), **_question(changed, concerned)}
