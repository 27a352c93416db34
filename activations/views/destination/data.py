"""Activation data: the audiences of a destination, sent again or no longer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activations import clock, forms
from activations.queries import activations, resends, sight
from activations.services import activate_now, activated
from activations.services.activate_now import CannotActivate, Verdict
from activations.views.destination import frame
from activations.views.lists import Asked
from connections.permissions import Permission, requires
from connections.queries import destinations
from connections.views.found import or_404

COLUMNS = {
    "name": "Audience",
    "field": "Mapping ID",
    "members": "Members",
    "start": "Schedule",
}
BUSY_SECONDS = 2


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?q=words&schedule=running&sort=-members&page=2`."""
    context = context_of(request, uuid)
    asked = Asked.by(request, default="name", filters=("schedule",))
    today = timezone.now().date()
    page = asked.page_of(
        activations.listing(
            destination_id=context["destination"].pk,
            words=asked.words,
            schedule=asked.filters.get("schedule", ""),
            sort=asked.sort,
            descending=asked.descending,
            today=today,
        )
    )
    context |= {
        "asked": asked,
        "columns": asked.columns(COLUMNS),
        "schedules": activations.SCHEDULES,
        "page": page,
        "rows": activations.rows(activations=list(page.object_list), today=today),
        "lateness": activations.lateness(),
    }
    return render(request, "activations/destination_data.html", context)


def context_of(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    """What the tab asks for again."""
    context = frame.of(request, uuid, tab="data")
    jobs = resends.newest(destination_id=context["destination"].pk)
    context["jobs"] = jobs
    if context["flow"].is_resending:
        context["refresh_seconds"] = BUSY_SECONDS
    told = [(job.status, job.resend.done, len(job.resend.under_way)) for job in jobs]
    return frame.marked(context, told)


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A GET with the chosen ones asks first, in a dialog; a POST does it."""
    destination, at = or_404(destinations.get, uuid=uuid), clock.now()
    sight.demand_workflow(destination=destination)
    is_order = request.method == "POST"
    chosen = forms.numbers(data=request.POST if is_order else request.GET, name="chosen")
    try:
        if is_order:
            ordered = activate_now.order(
                destination=destination, activation_ids=chosen, person=request.user, at=at
            )
            _tell(request, ordered)
            return redirect("activations:destination-data", uuid=uuid)
        verdicts = activate_now.check(destination=destination, activation_ids=chosen, at=at)
    except CannotActivate as problem:
        if is_order:
            messages.error(request, str(problem))
            return redirect("activations:destination-data", uuid=uuid)
        context = {"destination": destination, "problem": str(problem)}
        return render(request, "activations/send_again.html", context)
    granted = [verdict.activation for verdict in verdicts if verdict.refusal is None]
    context = {
        "destination": destination,
        "granted": granted,
        "refused": [verdict for verdict in verdicts if verdict.refusal is not None],
        "estimate": resends.estimate(
            destination=destination, audience_ids=[row.audience_id for row in granted], at=at
        ),
    }
    return render(request, "activations/send_again.html", context)


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_POST
def stop(request: HttpRequest, uuid: UUID, job: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    sight.demand_workflow(destination=destination)
    resend = or_404(resends.get, uuid=job, destination=destination)
    if activate_now.stop(resend=resend, person=request.user, at=clock.now()):
        messages.success(
            request, f"{resend.audience} is not sent any further; what is in line still goes out."
        )
    else:
        messages.info(request, "Nothing was stopped: all of its members were in line already.")
    return redirect("activations:destination-data", uuid=uuid)


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_POST
def remove(request: HttpRequest, uuid: UUID) -> HttpResponse:
    destination = or_404(destinations.get, uuid=uuid)
    sight.demand_workflow(destination=destination)
    chosen = forms.numbers(data=request.POST, name="chosen")
    count = activated.remove(destination=destination, activation_ids=chosen, at=clock.now())
    if count:
        plural = "audience is" if count == 1 else "audiences are"
        messages.success(request, f"{count} {plural} sent no more. Contacts stay as they are.")
    else:
        messages.info(request, "Nothing was changed: none of them is activated here any more.")
    return redirect("activations:destination-data", uuid=uuid)


def _tell(request: HttpRequest, verdicts: list[Verdict]) -> None:
    count = sum(verdict.refusal is None for verdict in verdicts)
    if count:
        plural = "audience is" if count == 1 else "audiences are"
        messages.success(request, f"{count} {plural} queued: all members are sent again.")
    for verdict in verdicts:
        if verdict.refusal is not None:
            words = f"{verdict.activation.audience} was not queued. {verdict.refusal.words}"
            if (again_at := verdict.refusal.again_at) is not None:
                words += f" Possible again from {again_at:%-d %b %Y, %H:%M} UTC."
            messages.warning(request, words)
    if not verdicts:
        messages.info(request, "Nothing was queued: none of them is activated here any more.")
