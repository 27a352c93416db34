"""The paths that are the sandbox's own: its page, the page's files and the admin API."""

from . import admin, page
from .http import Reply, Request, html
from .state import Sandbox

_ADMIN = "/_sandbox/"


def is_ours(*, path: str) -> bool:
    return path == "/" or path.startswith((_ADMIN, "/contacts/"))


def answer(*, sandbox: Sandbox, request: Request) -> Reply:
    # Nothing here asks for a token: a foreign page in somebody's browser must not get through.
    if request.headers.get("sec-fetch-site") == "cross-site" and request.method != "GET":
        return html(status=403)
    if request.path in page.ASSETS:
        return page.asset(path=request.path)
    if request.path.startswith(_ADMIN):
        return admin.answer(sandbox=sandbox, request=request)
    return page.answer(sandbox=sandbox, request=request)
