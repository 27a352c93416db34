"""Problems: why profiles were not delivered, by code, and trying again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from activations import clock, forms
from activations.queries import totals
from activations.services import deliveries
from activations.views.destination import frame
from connections.permissions import Permission, requires
from connections.queries import destinations
from connections.views.back import came_from
from connections.views.found import or_404


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return render(request, "activations/destination_problems.html", context_of(request, uuid))


def context_of(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    """The tab, and what it asks for again."""
    context = frame.of(request, uuid, tab="problems")
    reasons = totals.reasons(destination_id=context["destination"].pk)
    context |= {
        "reasons": reasons,
        "failed_count": sum(reason.count for reason in reasons if reason.can_retry),
    }
    return frame.marked(context, reasons)


@requires(Permission.ACTIVATE_DESTINATIONS)
@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The chosen ones, else all of a code, else all."""
    destination = or_404(destinations.get, uuid=uuid)
    if chosen := forms.numbers(data=request.POST, name="chosen"):
        count = deliveries.retry_some(destination=destination, delivery_ids=chosen, at=clock.now())
    else:
        code = request.POST.get("code") or None
        count = deliveries.retry(destination=destination, code=code, at=clock.now())
    plural = "profile is" if count == 1 else "profiles are"
    messages.success(request, f"{count} {plural} back in line.")
    default = reverse("activations:destination-problems", args=[uuid])
    return redirect(came_from(request, default=default))
