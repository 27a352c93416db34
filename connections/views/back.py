"""Where a page leads when it is done, and a button once it was pressed."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def wanted(request: HttpRequest, *, default: str) -> str:
    """The page that asked for this one, when `?next=` names one of ours."""
    asked_for = request.GET.get("next", "")
    if asked_for and url_has_allowed_host_and_scheme(asked_for, allowed_hosts=None):
        return asked_for
    return default


def came_from(request: HttpRequest, *, default: str) -> str:
    """The page the button stood on, when it is one of ours."""
    page: str = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if is_ours else default
