"""Monitoring: from all destinations down to one, its runs and audiences, and why one failed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations import ranges
from activations.queries import audiences, monitoring, overview, runs, sight, sums
from activations.queries.sums import Sums
from activations.views import asked_range
from activations.views.lists import Asked, Column, Switch
from connections.permissions import Permission, requires
from connections.queries import destinations
from connections.views.found import or_404

COLUMNS = {
    "name": "Destination",
    "received": "Records received",
    "activated": "Records activated",
    "failed": "Records failed",
    "excluded": "Records excluded",
    "rate": "Activation rate",
    "updated": "Last updated",
}


@requires(Permission.MONITOR_DATA)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    asked, context = Asked.by(request, default="name"), _frame(request)
    shown = overview.destinations()
    found = sums.by_destination(
        destination_ids=[one.pk for one in shown],
        since=context["range"].since,
        until=context["range"].until,
    )
    rows = monitoring.rows(
        destinations=shown, found=found, words=asked.words, has_failures=context["only_failures"]
    )
    rows = monitoring.in_order(rows=rows, sort=asked.sort, descending=asked.descending)
    context |= _picture(context, [row.destination.pk for row in rows])
    context |= {"asked": asked, "columns": _columns(request, asked), "page": asked.page_of(rows)}
    return render(request, "monitoring/listing.html", {**context, "has_any": bool(shown)})


@requires(Permission.MONITOR_DATA)
@require_safe
def destination(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = or_404(destinations.get, uuid=uuid)
    asked, context = Asked.by(request, default=""), _frame(request)
    is_audiences = request.GET.get("view") == "audiences"
    context |= {"destination": found, "is_audiences": is_audiences}
    context |= _picture(context, [found.pk])
    asks = {
        "destination_id": found.pk,
        "range": context["range"],
        "has_failures": context["only_failures"],
    }
    if is_audiences:
        page = asked.page_of(monitoring.activations_of(**asks))
        context["rows"] = monitoring.audience_rows(
            destination_id=found.pk, activations=list(page), range=context["range"]
        )
        context["is_closed"] = not page and bool(sight.closed(destinations=[found.pk]))
    else:
        page = asked.page_of(monitoring.runs_of(**asks))
        context["rows"] = runs.rows(runs=list(page), at=timezone.now())
    return render(request, "monitoring/destination.html", {**context, "page": page})


@requires(Permission.MONITOR_DATA, Permission.VIEW_AUDIENCES)
@require_safe
def audience(request: HttpRequest, uuid: UUID, audience_uuid: UUID) -> HttpResponse:
    of, about = or_404(destinations.get, uuid=uuid), or_404(audiences.get, uuid=audience_uuid)
    outcome, context = request.GET.get("with", ""), _frame(request)
    found = monitoring.audience_runs(
        destination_id=of.pk, audience_id=about.pk, range=context["range"], outcome=outcome
    )
    page = Asked.by(request, default="").page_of(found)
    outcomes = {"": "All", **{name: f"With {name}" for name in monitoring.OUTCOMES}}
    context |= {"destination": of, "audience": about, "page": page}
    return render(
        request, "monitoring/audience.html", {**context, "outcomes": outcomes, "outcome": outcome}
    )


@requires(Permission.MONITOR_DATA)
@require_safe
def run(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, now = or_404(monitoring.run, uuid=uuid), timezone.now()
    is_excluded = request.GET.get("show") == "excluded"
    read = monitoring.exclusions if is_excluded else monitoring.failures
    context = {
        "row": runs.rows(runs=[found], at=now)[0],
        "run": found,
        "destination": found.destination,
        "updated_at": min(now, found.started_at + timedelta(hours=1)),
        "is_excluded": is_excluded,
        "problems": read(run=found),
        "rate_help": sums.RATE_HELP,
    }
    return render(request, "monitoring/run.html", context)


def _frame(request: HttpRequest) -> dict[str, Any]:
    """What the pages share: the time, and what is left out."""
    asked = asked_range.of(request, at=timezone.now())
    only_failures = request.GET.get("failures") == "1"
    has_graphs = request.GET.get("graphs") != "off"
    return {
        "asked_range": asked,
        "range": asked.range,
        "presets": ranges.PRESETS,
        "only_failures": only_failures,
        "has_graphs": has_graphs,
        "switches": (
            Switch("Show failures only", only_failures, _turned(request, failures="1")),
            Switch("Metrics and graphs", has_graphs, _turned(request, graphs="off")),
        ),
        "rate_help": sums.RATE_HELP,
    }


def _turned(request: HttpRequest, **asked: str) -> dict[str, str]:
    """The address with what is asked for, or without it where it is asked for already."""
    others = {k: str(text) for k, text in request.GET.items() if k not in {*asked, "page"}}
    is_there = all(request.GET.get(key) == text for key, text in asked.items())
    return others if is_there else {**others, **asked}


def _picture(context: dict[str, Any], destination_ids: list[int]) -> dict[str, Any]:
    parts = sums.over(destination_ids=destination_ids, range=context["range"])
    label = f"Records, {context['range'].label}"
    chart = sums.chart(label=label, parts=parts, range=context["range"])
    return {"total": sum(parts, Sums()), "chart": chart}


def _columns(request: HttpRequest, asked: Asked) -> dict[str, Column]:
    """Sorting keeps the time and what is left out."""
    query = request.GET.copy()
    query.pop("page", None)
    columns = {}
    for key, label in COLUMNS.items():
        is_current = key == asked.sort
        query["sort"] = f"-{key}" if is_current and not asked.descending else key
        turned = "descending" if asked.descending else "ascending"
        columns[key] = Column(key, label, f"?{query.urlencode()}", turned if is_current else "")
    return columns
