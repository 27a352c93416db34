"""The page of one destination: what it did hour by hour, what it sends, what went wrong."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from activations.queries import activations, drafts, runs, totals
from activations.services import deliveries
from activations.views.lists import Asked
from connections.destinations import effective_status
from connections.queries import destinations
from connections.views.found import or_404

BUSY_SECONDS, IDLE_SECONDS = 3, 30


@require_safe
def dataflow_runs(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _context(request, uuid)
    page = Asked.by(request, default="").page_of(runs.of(destination_id=context["destination"].pk))
    has_work = context["totals"].is_busy
    context["page"] = page
    context["runs"] = runs.rows(runs=list(page.object_list), has_work=has_work, at=timezone.now())
    return render(request, "activations/destination_runs.html", {**context, "tab": "runs"})


@require_safe
def activation_data(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _context(request, uuid)
    return render(request, "activations/destination_data.html", {**context, "tab": "data"})


@require_safe
def live(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The part of both tabs that changes by itself."""
    return render(request, "activations/destination_live.html", _context(request, uuid))


@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    code = request.POST.get("code") or None
    count = deliveries.retry(destination=destination, code=code, at=timezone.now())
    plural = "profile is" if count == 1 else "profiles are"
    messages.success(request, f"{count} {plural} back in line.")
    return redirect("activations:destination-detail", uuid=uuid)


def _context(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
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
        "audiences": activations.of(destination_id=destination.pk, today=now.date()),
        "is_held": held_until is not None and held_until > now,
        "has_draft": drafts.has_open(destination_id=destination.pk, person_id=request.user.pk),
        "refresh_seconds": BUSY_SECONDS if standing.is_busy else IDLE_SECONDS,
    }
