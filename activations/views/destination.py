"""The page of one destination: what it did hour by hour, what it sends, what went wrong."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from activations import clock, forms
from activations.queries import (
    activations,
    holds,
    idleness,
    outlook,
    runs,
    totals,
    unresolved,
)
from activations.queries import destinations as activated_at
from activations.services import activated, deliveries, removal
from activations.views.lists import Asked
from connections.destinations import effective_status
from connections.permissions import Permission, requires
from connections.queries import alerts, destinations
from connections.views.found import or_404

BUSY_SECONDS, IDLE_SECONDS = 2, 5
# Counting so many takes a tenth of a second: it is done less often.
MANY, BUSY_SECONDS_WITH_MANY, IDLE_SECONDS_WITH_MANY = 200_000, 5, 15


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def dataflow_runs(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _page_context(request, uuid)
    context |= _runs(request, context)
    return render(request, "activations/destination_runs.html", _marked(context, tab="runs"))


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def activation_data(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _page_context(request, uuid)
    destination_id, today = context["destination"].pk, timezone.now().date()
    context["audiences"] = activations.of(destination_id=destination_id, today=today)
    return render(request, "activations/destination_data.html", _marked(context, tab="data"))


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def problems(request: HttpRequest, uuid: UUID) -> HttpResponse:
    context = _page_context(request, uuid)
    return render(
        request, "activations/destination_problems.html", _marked(context, tab="problems")
    )


@requires(Permission.VIEW_DESTINATIONS)
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


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    if chosen := forms.numbers(data=request.POST, name="chosen"):
        count = deliveries.retry_some(destination=destination, delivery_ids=chosen, at=clock.now())
    else:
        code = request.POST.get("code") or None
        count = deliveries.retry(destination=destination, code=code, at=clock.now())
    plural = "profile is" if count == 1 else "profiles are"
    messages.success(request, f"{count} {plural} back in line.")
    return redirect("activations:destination-problems", uuid=uuid)


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_POST
def remove_audiences(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    chosen = forms.numbers(data=request.POST, name="chosen")
    count = activated.remove(destination=destination, activation_ids=chosen, at=clock.now())
    if count:
        plural = "audience is" if count == 1 else "audiences are"
        messages.success(request, f"{count} {plural} sent no more. Contacts stay as they are.")
    else:
        messages.info(request, "Nothing was changed: none of them is activated here any more.")
    return redirect("activations:destination-data", uuid=uuid)


@requires(Permission.MANAGE_DESTINATIONS)
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
    way_in = activated_at.way_in(
        destination_id=context["destination"].pk, person_id=request.user.pk
    )
    return {**context, "audience_count": way_in.audience_count, "has_draft": way_in.has_draft}


def _runs(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    page = Asked.by(request, default="").page_of(runs.of(destination_id=context["destination"].pk))
    has_work = context["totals"].is_busy
    rows = runs.rows(runs=list(page.object_list), has_work=has_work, at=timezone.now())
    return {"page": page, "runs": rows}


def _marked(context: dict[str, Any], *, tab: str) -> dict[str, Any]:
    """With a mark of everything that changes by itself, so that equal answers are not drawn."""
    account, destination = context["account"], context["destination"]
    view = context["outlook"]
    shown = [
        *(
            context[name]
            for name in ("totals", "status", "hold", "unresolved", "alerts", "is_idle")
        ),
        destination.problem,
        account and (account.status, account.problem),
        view and (view.forecast.finished_at, view.forecast.duration, view.neighbours),
        view and view.pace.contacts_per_minute,
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
    return {
        "destination": destination,
        "account": destination.account,
        "status": effective_status(destination),
        "is_on": destination.status != "disabled",
        "totals": standing,
        "hold": holds.of(destination=destination, at=now),
        "alerts": alerts.of(destination=destination),
        "refresh_seconds": _refresh_seconds(standing),
        **_left(destination, standing, now),
    }


def _left(destination: Any, standing: totals.Totals, at: datetime) -> dict[str, Any]:
    """What is unresolved, how fast it goes, and whether anybody is at it."""
    counted = standing.census
    left = unresolved.of(destination_id=destination.pk, counted=counted, at=at)
    view = None
    if standing.pending and destination.status != "draft":
        view = outlook.of(destination=destination, counted=counted, unresolved=left, at=at)
    is_idle = view.is_idle if view else False
    if standing.is_backfilling and not is_idle:
        is_idle = idleness.of_backfills(at=at)
    return {"unresolved": left, "outlook": view, "is_idle": is_idle}


def _refresh_seconds(standing: totals.Totals) -> int:
    if standing.known > MANY:
        return BUSY_SECONDS_WITH_MANY if standing.is_busy else IDLE_SECONDS_WITH_MANY
    return BUSY_SECONDS if standing.is_busy else IDLE_SECONDS
