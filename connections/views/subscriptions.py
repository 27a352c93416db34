"""Subscribing to alerts: a person for themselves, and who manages alerts for others."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from connections import subscriptions
from connections.alert_forms import SubscriptionForm
from connections.alert_rules import BY_CODE
from connections.permissions import Permission, may, requires
from connections.queries import destinations as destination_queries
from connections.queries import subscriptions as queries
from connections.views.found import or_404

PAGE_SIZE = 25


@requires(Permission.VIEW_ALERTS)
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A dialog over the page that asks with htmx, else a page of its own."""
    destination = or_404(destination_queries.get, uuid=uuid)
    if destination.status == "draft":
        raise Http404
    # Nothing ticked is a choice too.
    form = SubscriptionForm(
        request.POST if request.method == "POST" else None,
        address=str(getattr(request.user, "email", "")),
        initial=queries.of(destination=destination, person=request.user),
    )
    if form.is_valid():
        subscriptions.choose(
            destination=destination,
            person=request.user,
            choice=form.choice,
            seen=form.seen_choice,
        )
        messages.success(request, f"Your alerts of {destination.name} were saved.")
        return redirect(_back(request, uuid))
    context = {
        "destination": destination,
        "form": form,
        "from": _from(request),
        "back": _back(request, uuid),
    }
    is_dialog = getattr(request, "htmx", False)
    template = "alerts/subscribe_dialog.html" if is_dialog else "alerts/subscribe.html"
    return render(request, template, context)


@requires(Permission.MANAGE_ALERTS)
@require_http_methods(["GET", "HEAD", "POST"])
def subscribers(request: HttpRequest, code: str) -> HttpResponse:
    """Who hears of one rule at one destination; a page of members at a time."""
    if code not in BY_CODE:
        raise Http404
    choices = list(queries.destinations())
    wanted = request.GET.get("destination", "")
    chosen = next((row for row in choices if str(row.uuid) == wanted), None)
    if wanted and chosen is None:
        raise Http404
    chosen = chosen or (choices[0] if choices else None)
    if request.method == "POST" and chosen is not None:
        subscriptions.choose_people(destination=chosen, code=code, people=_people(request))
        messages.success(request, f"Subscribers at {chosen.name} were saved.")
        query = urlencode({"destination": str(chosen.uuid)})
        return redirect(f"{reverse('connections:alert-subscribers', args=[code])}?{query}")
    context = {"rule": BY_CODE[code], "choices": choices, "chosen": chosen}
    return render(request, "alerts/subscribers.html", context | _members(request, chosen, code))


def _members(request: HttpRequest, chosen: Any, code: str) -> dict[str, Any]:
    words = request.GET.get("q", "").strip().replace("\x00", "")
    found = queries.candidates(words=words)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    people = list(page.object_list)
    members = queries.members(people=people, destination=chosen, code=code) if chosen else []
    return {"words": words, "page": page, "members": members}


def _people(request: HttpRequest) -> subscriptions.People:
    """Ids that are numbers; of people who may not see alerts none is kept."""
    ids = {
        name: frozenset(
            int(text) for text in request.POST.getlist(name) if text.isdecimal() and len(text) < 19
        )
        for name in ("asked", "listening", "emailed")
    }
    asked = ids["asked"] & queries.candidate_ids(ids=ids["asked"])
    return subscriptions.People(asked, ids["listening"], ids["emailed"])


def _from(request: HttpRequest) -> str:
    """Which page asked, also after the dialog came back as a page with what is wrong."""
    return request.POST.get("from") or request.GET.get("from", "")


def _back(request: HttpRequest, uuid: UUID) -> str:
    """Where the dialog was opened; the rules, for who may not see destinations."""
    asked = _from(request)
    if not may(user=request.user, permission=Permission.VIEW_DESTINATIONS):
        return reverse("connections:alerts")
    if asked == "browse":
        return reverse("activations:browse")
    page = "destination-settings" if asked == "settings" else "destination-detail"
    return reverse(f"activations:{page}", args=[uuid])
