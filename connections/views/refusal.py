"""What somebody is told who may not do something: what is missing, and whom to ask."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from connections.queries import people


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 as a page; for a part of a page, which has no room for one, as a sentence."""
    reason = str(exception) or "Your roles do not allow this."
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(
            f"{reason} {people.whom_to_ask()}", status=403, content_type="text/plain; charset=utf-8"
        )
    context = {"reason": reason, "whom_to_ask": people.whom_to_ask()}
    return render(request, "403.html", context, status=403)
