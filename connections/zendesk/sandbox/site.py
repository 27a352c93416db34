"""The paths that are the sandbox's own: its page, the page's files and the admin API."""

from . import admin, page
from .http import Reply, Request
from .state import Sandbox

_ADMIN = "/_sandbox/"


def is_ours(*, path: str) -> bool:
    return path == "/" or path.startswith((_ADMIN, "/contacts/"))


def answer(*, sandbox: Sandbox, request: Request) -> Reply:
    if request.path in page.ASSETS:
        return page.asset(path=request.path)
    if request.path.startswith(_ADMIN):
        return admin.answer(sandbox=sandbox, request=request)
    return page.answer(sandbox=sandbox, request=request)
