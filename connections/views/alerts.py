"""The Alerts workspace: the rules, and the history of what they found."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connections import alerts, rules
from connections.alert_forms import ThresholdForm
from connections.alert_rules import BY_CODE, Rule
from connections.marks import ChangedMeanwhile
from connections.permissions import Permission, requires
from connections.queries import alert_history, alert_rules, subscriptions
from connections.views.back import came_from
from connections.views.found import or_404
from connections.views.zones import zone_of

PAGE_SIZE = 25
RANGES = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
RANGE_WORDS = {"24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}


@requires(Permission.VIEW_ALERTS)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    people = subscriptions.people_by_rule()
    rows = [
        {"standing": standing, "rule": standing.rule, "people": people.get(code, 0)}
        for code, standing in alert_rules.standings().items()
    ]
    return render(request, "alerts/browse.html", {"rows": rows, "section": "browse"})


@requires(Permission.VIEW_ALERT_HISTORY)
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    asked = _asked(request, now)
    words = request.GET.get("q", "").strip().replace("\x00", "")
    found = alert_history.find(words=words, since=asked["since"], until=asked["until"])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    context = {
        **asked,
        "words": words,
        "presets": RANGE_WORDS,
        "page": page,
        "rows": alert_history.rows(alerts=list(page.object_list)),
        "section": "history",
    }
    return render(request, "alerts/history.html", context)


@requires(Permission.RESOLVE_ALERTS)
@require_POST
def resolve(request: HttpRequest, key: str) -> HttpResponse:
    if not key.isdecimal():
        raise Http404
    alert = or_404(alert_history.get, key=int(key))
    if alerts.resolve_by_hand(alert=alert, person=request.user):
        messages.success(request, "The alert is resolved.")
    else:
        messages.info(request, "That alert was over already, or ends by itself.")
    return redirect(came_from(request, default=reverse("connections:alerts")))


@requires(Permission.MANAGE_ALERTS)
@require_POST
def toggle(request: HttpRequest, code: str) -> HttpResponse:
    """The switch posts what the person wants now: `is_on` is `on` or `off`."""
    rule = _rule_or_404(code)
    wants_on = request.POST.get("is_on") == "on"
    rules.set_enabled(rule=rule, is_enabled=wants_on, person=request.user, at=timezone.now())
    messages.success(request, f"{rule.name} is {'enabled' if wants_on else 'disabled'}.")
    return redirect("connections:alerts")


@requires(Permission.MANAGE_ALERTS)
@require_http_methods(["GET", "HEAD", "POST"])
def threshold(request: HttpRequest, code: str) -> HttpResponse:
    rule = _rule_or_404(code)
    if rule.threshold is None:
        raise Http404
    standing = alert_rules.standings()[code]
    initial = ThresholdForm.initial_of(standing)
    form = ThresholdForm(request.POST or None, rule=rule, initial=initial)
    if request.method == "POST" and form.is_valid() and _is_saved(request, rule, form):
        messages.success(request, f"The threshold of {rule.name} was saved.")
        return redirect("connections:alerts")
    context = {"form": form, "rule": rule, "standing": standing}
    return render(request, "alerts/threshold.html", context)


def _is_saved(request: HttpRequest, rule: Rule, form: ThresholdForm) -> bool:
    """Whether the threshold could be kept; the form says why not."""
    try:
        rules.set_threshold(
            rule=rule,
            **form.values,
            seen=form.seen_mark,
            person=request.user,
            at=timezone.now(),
        )
    except ChangedMeanwhile as problem:
        form.take_conflict(problem.current)
        return False
    return True


def _rule_or_404(code: str) -> Rule:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _asked(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The time asked about: a preset, or the days `from` and `to` of the zone, both included."""
    zone, chosen = zone_of(request), request.GET.get("range", "")
    first, last = _day(request, "from"), _day(request, "to")
    typed = {"first": request.GET.get("from", ""), "last": request.GET.get("to", "")}
    is_custom, problem = chosen == "custom", ""
    if is_custom and first and last and first <= last:
        since = datetime.combine(first, time(), tzinfo=zone)
        until = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    else:
        problem = "Choose a first day that is not after the last." if is_custom else ""
        chosen = chosen if chosen in RANGES else "7d"
        since, until = now - RANGES[chosen], now + timedelta(minutes=1)
    if not is_custom:
        days = (since.astimezone(zone).date(), now.astimezone(zone).date())
        typed = {"first": days[0].isoformat(), "last": days[1].isoformat()}
    return {
        "range": chosen,
        "since": since,
        "until": until,
        "range_problem": problem,
        "zone_name": str(zone),
        **typed,
    }


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
    # A year's room on either side, so that no arithmetic leaves the calendar.
    return day if day is not None and 2 <= day.year <= 9998 else None
