"""Dataflow runs: what a destination did hour by hour, and how far it is now."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations.queries import idleness, outlook, runs, sums, totals, unresolved
from activations.queries.dataflows import Dataflow
from activations.views.destination import frame
from activations.views.lists import PAGE_SIZE, Asked
from connections.permissions import Permission, requires
from connections.queries import alerts

BUSY_SECONDS, IDLE_SECONDS = 2, 5
# Counting so many takes a tenth of a second: it is done less often.
MANY, BUSY_SECONDS_WITH_MANY, IDLE_SECONDS_WITH_MANY = 200_000, 5, 15


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return render(request, "activations/destination_runs.html", context_of(request, uuid))


def context_of(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    """The tab, and what it asks for again; at most ten queries."""
    context, now = frame.of(request, uuid, tab="runs"), timezone.now()
    flow = context["flow"]
    standing = totals.of(
        destination_id=flow.destination.pk, is_backfilling=flow.is_backfilling or flow.is_resending
    )
    context |= {
        "totals": standing,
        "is_empty": flow.is_empty and not standing.known,
        "metrics": runs.METRICS,
        "rate_help": sums.RATE_HELP,
        "alerts": alerts.of(destination=flow.destination),
        "refresh_seconds": _refresh_seconds(standing),
        **_left(flow, standing, now),
        **_runs(request, flow, standing, now),
    }
    return frame.marked(context, *_shown(context))


def _shown(context: dict[str, Any]) -> list[object]:
    view = context["outlook"]
    return [
        *(context[name] for name in ("totals", "unresolved", "alerts", "is_idle")),
        view and (view.forecast.finished_at, view.forecast.duration, view.neighbours),
        view and view.pace.contacts_per_minute,
        [(row, row.run.profiles_received) for row in context["runs"]],
        [row.run.identities_activated for row in context["runs"]],
    ]


def _runs(
    request: HttpRequest, flow: Dataflow, standing: totals.Totals, at: datetime
) -> dict[str, Any]:
    paginator = Paginator(runs.of(destination_id=flow.destination.pk), PAGE_SIZE)
    # Counted with the frame already.
    paginator.count = flow.run_count
    page = paginator.get_page(Asked.by(request, default="").page)
    return {
        "page": page,
        "runs": runs.rows(runs=list(page.object_list), at=at),
    }


def _left(flow: Dataflow, standing: totals.Totals, at: datetime) -> dict[str, Any]:
    """What is unresolved, how fast it goes, and whether anybody is at it."""
    destination, counted = flow.destination, standing.census
    left = unresolved.of(destination_id=destination.pk, counted=counted, at=at)
    view = None
    if standing.pending and destination.status != "draft":
        view = outlook.of(destination=destination, counted=counted, unresolved=left, at=at)
    is_idle = view.is_idle if view else False
    if flow.is_backfilling and not is_idle:
        is_idle = idleness.of_backfills(at=at)
    return {"unresolved": left, "outlook": view, "is_idle": is_idle}


def _refresh_seconds(standing: totals.Totals) -> int:
    if standing.known > MANY:
        return BUSY_SECONDS_WITH_MANY if standing.is_busy else IDLE_SECONDS_WITH_MANY
    return BUSY_SECONDS if standing.is_busy else IDLE_SECONDS
