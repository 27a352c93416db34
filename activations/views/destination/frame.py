"""What all tabs of a destination's page have in common."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from activations.queries import dataflows, holds, sight
from connections import access
from connections.destinations import effective_status
from connections.views.found import or_404

# How often a tab asks whether anything changed.
SECONDS = 5


def of(request: HttpRequest, uuid: UUID, *, tab: str) -> dict[str, Any]:
    """Two queries, and two for who does not see everything. Raises Http404."""
    flow = or_404(dataflows.get, uuid=uuid, person_id=request.user.pk)
    shows_all = not sight.closed(destinations=[flow.destination.pk])
    may_activate = access.may_visit(user=request.user, url_name="activations:choose")
    return {
        # What is refused here for what is hidden is not offered.
        "shows_all": shows_all,
        "may_activate": may_activate and shows_all,
        "is_closed": may_activate and not shows_all,
        "flow": flow,
        "destination": flow.destination,
        "account": flow.destination.account,
        "status": effective_status(flow.destination),
        "is_on": flow.destination.status != "disabled",
        "hold": holds.of(destination=flow.destination, at=timezone.now()),
        "changed": flow.changed,
        "refresh_seconds": SECONDS,
        "tab": tab,
    }


def marked(context: dict[str, Any], *shown: object) -> dict[str, Any]:
    """With a mark of everything that changes by itself, so that equal answers are not drawn.

    `shown` is what the tab adds to what all of them show.
    """
    account, destination, flow = context["account"], context["destination"], context["flow"]
    frame = [
        *(context[name] for name in ("status", "hold", "changed")),
        *(destination.problem, flow.ended_count),
        account and (account.status, account.problem),
    ]
    mark = sha256(repr([frame, shown]).encode()).hexdigest()[:16]
    return {**context, "mark": mark}
