"""What somebody is told who may not do something: what is missing, and whom to ask."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from connections.queries import people

_OLD = "It was opened before you last signed in or out, so nothing was changed."


def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 as a page; for a part of a page, which has no room for one, as a sentence."""
    reason = str(exception) or "Your roles do not allow this."
    if request.htmx:  # type: ignore[attr-defined]
        return _sentence(f"{reason} {people.whom_to_ask()}")
    context = {"reason": reason, "whom_to_ask": people.whom_to_ask()}
    return render(request, "403.html", context, status=403)


def refuse_old_page(request: HttpRequest, reason: str) -> HttpResponse:
    """403 for a form whose CSRF token is not this browser's; mostly one left open in a tab.

    `reason` is in the words of Django's developers, which go to the log only.
    """
    # Asked of the header: the middleware that sets `request.htmx` comes later.
    if "HX-Request" in request.headers:
        return _sentence(f"This page is too old. {_OLD} Load it again and repeat your last step.")
    return render(request, "403_csrf.html", {"reason": _OLD}, status=403)


def _sentence(text: str) -> HttpResponse:
    return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")
