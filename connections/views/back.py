"""Where a page leads when it is done."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def wanted(request: HttpRequest, *, default: str) -> str:
    """The page that asked for this one, when `?next=` names one of ours."""
    asked_for = request.GET.get("next", "")
    if asked_for and url_has_allowed_host_and_scheme(asked_for, allowed_hosts=None):
        return asked_for
    return default
