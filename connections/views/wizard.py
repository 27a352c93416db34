"""The connect wizard: Authenticate, then Details; it goes on into the activation wizard.

Adobe asks for the marketing actions on a page of their own; here they are part of Details, which
saves everybody a click.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import replace_url

from connections import access, alert_rules, destinations, linking
from connections.alert_forms import DetailsForm
from connections.forms import ConnectForm, connect_initial
from connections.permissions import Permission, requires
from connections.queries import accounts as account_queries
from connections.queries import destinations as destination_queries
from connections.views.found import or_404

STEPS = {
    "authenticate": "Authenticate",
    "details": "Details",
    "activate": "Activate audiences",
}

form_page = require_http_methods(["GET", "HEAD", "POST"])


@requires(Permission.VIEW_DESTINATIONS, Permission.MANAGE_DESTINATIONS)
@form_page
def connect(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destination_queries.get, uuid=uuid)
    if destination.status != "draft":
        return redirect("activations:destination-detail", uuid=uuid)
    wanted = request.GET.get("mode", "")
    initial = connect_initial(destination=destination, wanted=wanted)
    form = ConnectForm(request.POST or None, initial=initial)
    link = None
    if request.method == "POST" and form.is_valid():
        link = linking.connect(destination=destination, choice=form.choice, at=timezone.now())
        if link.account is not None:
            return redirect("connections:connect", uuid=uuid)
        form.take_refusal(link)
    context = {
        "destination": destination,
        "form": form,
        "link": link,
        "mode": form["mode"].value(),
        "account": None if form.is_bound or wanted else destination.account,
        "counts": destination_queries.counts(),
        "has_accounts": account_queries.choices().exists(),
        "steps": _steps(uuid, current="authenticate"),
    }
    answer = render(request, "connections/connect.html", context)
    # After htmx connected, the address may still ask for the form of a new account.
    return answer if context["account"] is None else replace_url(answer, request.path)


@requires(Permission.VIEW_DESTINATIONS, Permission.MANAGE_DESTINATIONS)
@form_page
def details(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destination_queries.get, uuid=uuid)
    if destination.status != "draft":
        return redirect("activations:destination-detail", uuid=uuid)
    if destination.account is None:
        messages.info(request, "Connect a Zendesk account first.")
        return redirect("connections:connect", uuid=uuid)
    initial = {
        "name": destination.name,
        "description": destination.description,
        "activation_triggers": destination.activation_triggers,
        "rules": alert_rules.SUGGESTED,
    }
    form = DetailsForm(
        request.POST or None,
        destination=destination,
        address=_address_of(request),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            is_set_up = destinations.set_up(
                destination=destination,
                details=form.details,
                subscription=form.choice,
                person=request.user,
            )
        except destinations.NameTaken as problem:
            form.add_error("name", str(problem))
        else:
            return _after_details(request, uuid, is_set_up=is_set_up)
    steps = _steps(uuid, current="details")
    context = {"destination": destination, "form": form, "steps": steps}
    return render(request, "connections/details.html", context)


def _address_of(request: HttpRequest) -> str:
    """Where e-mails to the person go; empty for who has none."""
    return str(getattr(request.user, "email", ""))


def _after_details(request: HttpRequest, uuid: UUID, *, is_set_up: bool) -> HttpResponse:
    if not is_set_up:
        messages.info(request, "It was set up in another tab meanwhile, and is kept as it is.")
        return redirect("activations:destination-detail", uuid=uuid)
    if "exit" in request.POST:
        messages.success(request, "The destination is set up. Activate audiences when you like.")
        return redirect("activations:destination-detail", uuid=uuid)
    if not access.may_visit(user=request.user, url_name="activations:choose"):
        messages.success(request, "The destination is set up. Somebody else activates audiences.")
        return redirect("activations:destination-detail", uuid=uuid)
    return redirect("activations:activate", uuid=uuid)


def _steps(uuid: UUID, *, current: str) -> list[dict[str, str]]:
    position = list(STEPS).index(current)
    back = reverse("connections:connect", args=[uuid])
    return [
        {
            "label": label,
            "state": ("done", "current", "todo")[(index >= position) + (index > position)],
            "url": back if index < position else "",
        }
        for index, label in enumerate(STEPS.values())
    ]
