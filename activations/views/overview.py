"""The first page: what needs attention, how sending goes, and the way in for a newcomer."""

from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activations import ranges, trends
from activations.queries import attention, census, overview, sums
from activations.queries.sums import Sums
from activations.views import asked_range
from connections.permissions import Permission, requires
from connections.queries import alerts

REFRESH_SECONDS = 15


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    destinations = overview.destinations()
    steps = overview.steps(destinations=destinations)
    if steps.next:
        return render(request, "overview/guide.html", {"steps": steps})
    context = _context(request, destinations)
    if not request.headers.get("HX-Request"):
        return render(request, "overview/page.html", context)
    if request.GET.get("seen") == context["mark"]:
        return HttpResponse(status=204)
    return render(request, "overview/live.html", context)


def _context(request: HttpRequest, destinations: list[Any]) -> dict[str, Any]:
    now = timezone.now()
    asked = asked_range.of(request, at=now)
    ids = [destination.pk for destination in destinations]
    parts, before = sums.over_and_before(
        destination_ids=ids, range=asked.range, since=asked.range.before[0]
    )
    total, queued = sum(parts, Sums()), census.queues()
    shown = {
        "attention": attention.of(destinations=destinations, alerts=alerts.open_now(), at=now),
        "total": total,
        "before": before,
        "lines": overview.lines(destinations=destinations, queued=queued, at=now),
        "active": overview.most_active(at=now),
        "created": overview.recently_created(destinations=destinations),
        "mapped": overview.mapped_audiences(),
        "recent": overview.recent_runs(destinations=destinations, at=now),
    }
    return {
        **shown,
        "asked": asked,
        "trends": _trends(total, before),
        "chart": sums.chart(label="Identities over time", parts=parts, range=asked.range),
        "presets": ranges.PRESETS,
        "rate_help": sums.RATE_HELP,
        "refresh_seconds": REFRESH_SECONDS,
        "mark": sha256(repr((shown, parts)).encode()).hexdigest()[:16],
    }


def _trends(total: Sums, before: Sums) -> dict[str, trends.Trend]:
    return {
        "activated": trends.of_count(now=total.activated, before=before.activated, good="up"),
        "rate": trends.of_share(now=total.share, before=before.share),
        "requests": trends.of_count(now=total.requests, before=before.requests),
        "failed": trends.of_count(now=total.failed, before=before.failed, good="down"),
    }
