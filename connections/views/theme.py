"""Light, dark, or as the person's system has it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from connections.permissions import open_to_everybody

A_YEAR_SECONDS = 365 * 24 * 60 * 60


@open_to_everybody
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    theme = request.POST.get("theme")
    if theme in {"light", "dark"}:
        response.set_cookie("theme", theme, max_age=A_YEAR_SECONDS, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
