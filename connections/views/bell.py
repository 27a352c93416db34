"""The bell in the header: how much is unread, and the panel with the newest."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connections import notifications
from connections.permissions import Permission, may, requires
from connections.queries import navigation, subscriptions
from connections.queries import notifications as queries


@requires(Permission.VIEW_ALERTS)
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """Asked for every half minute by every open page, with the counts of the navigation.

    Three queries over small tables, so that no page waits for them.
    """
    context = {
        "unread": queries.unread(person=request.user, at=timezone.now()),
        "counts": navigation.counts(person=request.user),
    }
    return render(request, "alerts/bell_news.html", context)


@requires(Permission.VIEW_ALERTS)
@require_safe
def panel(request: HttpRequest) -> HttpResponse:
    return _panel(request)


@requires(Permission.VIEW_ALERTS)
@require_POST
def read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    notifications.read(person=request.user, uuid=uuid, at=timezone.now())
    return _panel(request)


@requires(Permission.VIEW_ALERTS)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    notifications.read_all(person=request.user, at=timezone.now())
    return _panel(request)


@requires(Permission.VIEW_ALERTS)
@require_POST
def remind(request: HttpRequest, uuid: UUID) -> HttpResponse:
    delay = request.POST.get("delay", "")
    if delay not in notifications.DELAYS:
        raise Http404
    notifications.remind(person=request.user, uuid=uuid, delay=delay, at=timezone.now())
    return _panel(request)


@requires(Permission.VIEW_ALERTS)
@require_POST
def follow(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark as read and go where it happened, or as near to it as the person may."""
    now = timezone.now()
    line = queries.get(person=request.user, uuid=uuid)
    if line is None:
        raise Http404
    notifications.read(person=request.user, uuid=uuid, at=now)
    if not may(user=request.user, permission=Permission.VIEW_DESTINATIONS):
        return redirect("connections:alerts")
    if line.destination is None:
        return redirect("connections:accounts")
    return redirect("activations:destination-detail", uuid=line.destination)


def _heard_at(request: HttpRequest) -> str:
    """Where the person hears of alerts; empty when nowhere."""
    count = subscriptions.destinations_of(person=request.user)
    if not count:
        return ""
    where = "a destination" if count == 1 else f"{count:,} destinations"
    return f"You are subscribed to alerts of {where}. What they tell stands here."


def _panel(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    lines = queries.newest(person=request.user, at=now)
    context = {
        "lines": lines,
        "unread": queries.unread(person=request.user, at=now),
        "heard_at": "" if lines else _heard_at(request),
    }
    return render(request, "alerts/panel.html", context)
