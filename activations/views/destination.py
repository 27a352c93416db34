"""The page of one destination: what it did hour by hour, what it sends, what went wrong."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from activations.queries import activations, drafts, runs, totals
from activations.services import deliveries, removal
from activations.views.lists import Asked
from connections.destinations import effective_status
from connections.queries import destinations
from connections.views.found import or_404

BUSY_SECONDS, IDLE_SECONDS = 2, 5


@require_safe
def dataflow_runs(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _page_context(request, uuid)
    context |= _runs(request, context)
    return render(request, "activations/destination_runs.html", _marked(context, tab="runs"))


@require_safe
def activation_data(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _page_context(request, uuid)
    destination_id, today = context["destination"].pk, timezone.now().date()
    context["audiences"] = activations.of(destination_id=destination_id, today=today)
    return render(request, "activations/destination_data.html", _marked(context, tab="data"))


@require_safe
def live(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What changes by itself on the page of a tab; 204 while it is as the page has it."""
    context = _live_context(uuid)
    tab = request.GET.get("tab", "data")
    if tab == "runs":
        context["audience_count"] = activations.count(destination_id=context["destination"].pk)
        context |= _runs(request, context)
    context = _marked(context, tab=tab)
    if request.GET.get("seen") == context["mark"]:
        return HttpResponse(status=204)
    return render(request, "activations/destination_news.html", context)


@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    code = request.POST.get("code") or None
    count = deliveries.retry(destination=destination, code=code, at=timezone.now())
    plural = "profile is" if count == 1 else "profiles are"
    messages.success(request, f"{count} {plural} back in line.")
    return redirect("activations:destination-detail", uuid=uuid)


@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    was_draft = destination.status == "draft"
    removal.delete(destination=destination)
    message = f"{destination} was deleted."
    if not was_draft:
        message += " Contacts and fields in Zendesk stay as they are."
    messages.success(request, message)
    return redirect("activations:browse")


def _page_context(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    context = _live_context(uuid)
    destination_id = context["destination"].pk
    return {
        **context,
        "audience_count": activations.count(destination_id=destination_id),
        "has_draft": drafts.has_open(destination_id=destination_id, person_id=request.user.pk),
    }


def _runs(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    page = Asked.by(request, default="").page_of(runs.of(destination_id=context["destination"].pk))
    has_work = context["totals"].is_busy
    rows = runs.rows(runs=list(page.object_list), has_work=has_work, at=timezone.now())
    return {"page": page, "runs": rows}


def _marked(context: dict[str, Any], *, tab: str) -> dict[str, Any]:
    """With a mark of everything that changes by itself, so that equal answers are not drawn."""
    account = context["account"]
    shown = [
        *(context[name] for name in ("totals", "status", "is_held")),
        context["destination"].problem,
        account and (account.status, account.problem, account.outage_until),
        [(row, row.run.profiles_received) for row in context.get("runs", ())],
        [row.run.identities_activated for row in context.get("runs", ())],
    ]
    mark = sha256(repr(shown).encode()).hexdigest()[:16]
    return {**context, "tab": tab, "mark": mark}


def _live_context(uuid: UUID) -> dict[str, Any]:
    """Asked for every few seconds, so only what `destination_live.html` shows."""
    destination = or_404(destinations.get, uuid=uuid)
    now = timezone.now()
    standing = totals.of(destination_id=destination.pk)
    account = destination.account
    held_until = account.outage_until if account else None
    return {
        "destination": destination,
        "account": account,
        "status": effective_status(destination),
        "is_on": destination.status != "disabled",
        "totals": standing,
        "is_held": held_until is not None and held_until > now,
        "refresh_seconds": BUSY_SECONDS if standing.is_busy else IDLE_SECONDS,
    }
