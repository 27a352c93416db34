"""Browsers in which somebody signed in before: their wrong tries are counted apart.

So a stranger who tries passwords under a person's name slows the stranger, not the person.
The cookie lets nobody in; it is sealed, and counts for the person it was given to alone.
"""

import secrets
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE: Final = "known_browser"
KNOWN_FOR: Final = timedelta(days=90)
_SALT: Final = "connections.known_browsers"
# Nothing but signing in asks for it.
_PATH: Final = "/sign-in/"


def of(*, request: HttpRequest, name: str) -> str:
    """The id of a browser in which the person of this name signed in; empty for any other."""
    try:
        told: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return ""
    key, browser = told
    is_theirs = User.objects.filter(pk=key, username=name).exists()
    return str(browser) if is_theirs else ""


def remember(*, response: HttpResponseBase, user: User) -> None:
    """From now on this browser is known to be used by `user`, under a new id."""
    response.set_cookie(
        COOKIE,
        signing.dumps([user.pk, secrets.token_urlsafe(16)], salt=_SALT),
        max_age=KNOWN_FOR,
        path=_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
