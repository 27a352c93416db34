"""What changes by itself on the open page of a tab."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activations.views.destination import data, frame, problems, runs
from connections.permissions import Permission, requires

_CONTEXTS = {
    "runs": runs.context_of,
    "data": data.context_of,
    "problems": problems.context_of,
}


@requires(Permission.VIEW_DESTINATIONS)
@require_safe
def news(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?tab=runs&seen=<mark>`; 204 while all is as the page has it."""
    tab = request.GET.get("tab", "runs")
    if tab in _CONTEXTS:
        context = _CONTEXTS[tab](request, uuid)
    else:
        context = frame.marked(frame.of(request, uuid, tab=tab))
    if request.GET.get("seen") == context["mark"]:
        return HttpResponse(status=204)
    return render(request, "activations/destination_news.html", context)
