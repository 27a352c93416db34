"""Every address, every role, every method: exactly those may who the view declares.

Nothing is listed by hand: addresses and what they need come from the URL configuration, roles
from the migration that makes them. What an allowed request answers is the business of other tests.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.template.backends.base import BaseEngine
from django.test import Client
from django.urls import path, reverse
from pytest_django import Settings

from connections import access, roles
from connections.access import Route
from connections.permissions import (
    Access,
    Permission,
    may,
    open_to_everybody,
    requires,
    with_implied,
)
from connections.role_backend import RoleBackend
from tests import factories
from tests.pages.default_roles import ROLES as DEFAULT_ROLES

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NOBODY, EVERYTHING, ANONYMOUS = "no role", "superuser", "anonymous"
ROUTES = list(access.routes())
# What a stranger must reach to get in, and what machines ask for with a key or without any.
OPEN_TO_ALL = {"login", "sign-in-link", "theme", "healthz", "readyz", "metrics", "api:profiles"}
ANSWERS = {200, 202, 204, 301, 302, 400, 404, 405, 410}
VALUES = {"uuid": str(uuid4()), "int": "999999", "str": "unknown", "slug": "unknown"}


class Blank(BaseEngine):
    """Every template as an empty page."""

    app_dirname = "blank"

    def __init__(self, params: dict[str, Any]) -> None:
        params.pop("OPTIONS")
        super().__init__(params)

    def get_template(self, template_name: str) -> "Blank":
        return self

    def render(self, context: Any = None, request: Any = None) -> str:
        return ""


class Remembering(RoleBackend):
    """Reads a person and their permissions once, not for each request."""

    known: ClassVar[dict[int, User]] = {}

    def get_user(self, user_id: int) -> User | None:
        if user_id not in self.known:
            found = super().get_user(user_id)
            assert found is not None, "everybody here may sign in"
            self.known[user_id] = found
        return self.known[user_id]


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    """Some thousand requests, of which only the status counts: no drawing, nothing read twice."""
    Remembering.known.clear()
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.Remembering"]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.TEMPLATES = [{"BACKEND": f"{__name__}.Blank", "NAME": "blank", "DIRS": []}]


def address(route: Route) -> str:
    """A path that fits, of things that do not exist: whoever may come in is told 404."""
    filled = re.sub(r"<(\w+):\w+>", lambda match: VALUES[match[1]], route.pattern)
    assert "<" not in filled, f"Give VALUES one for the converter of /{route.pattern}"
    return f"/{filled}"


def somebody(role: str) -> User:
    """A person with this one role, made anew: what a test before did to it does not count."""
    if role == EVERYTHING:
        return factories.UserFactory()
    permissions = [Permission(codename) for codename in DEFAULT_ROLES.get(role, ())]
    return factories.member(*permissions)


def mistakes(
    routes: list[Route], *, user: User, methods: tuple[str, ...] = METHODS
) -> Iterator[str]:
    """Every request that was answered otherwise than its view declares."""
    client = Client()
    client.force_login(user)
    cookies = client.cookies.output()
    for route in routes:
        assert route.access is not None, f"/{route.pattern} declares nothing"
        for method in methods:
            needed = route.access.needed(method=method)
            is_allowed = all(may(user=user, permission=permission) for permission in needed)
            # One of them signs out.
            client.cookies.load(cookies.replace("Set-Cookie:", ""))
            # As htmx asks: a refusal is a sentence then, which is drawn faster than a page.
            answer = client.generic(method, address(route), headers={"HX-Request": "true"})
            status = answer.status_code
            expected = ANSWERS | ({401} if route.access.is_open else set())
            if (status not in expected) if is_allowed else (status != 403):
                yield f"{method} {route.name}: {status}, allowed: {is_allowed}"


@pytest.mark.parametrize("role", [*DEFAULT_ROLES, NOBODY, EVERYTHING])
def test_a_role_may_do_what_the_views_declare_and_nothing_else(db: None, role: str) -> None:
    assert list(mistakes(ROUTES, user=somebody(role))) == []


@pytest.mark.parametrize("permission", Permission, ids=str)
def test_one_permission_opens_nothing_that_needs_another(db: None, permission: Permission) -> None:
    """Also what no default role tells apart: each page with every permission but this one."""
    others = set(Permission) - {permission}
    user = factories.UserFactory(is_superuser=False)
    role = roles.create(name="Almost everything", permissions=[])
    role.permissions.set(roles.roles.rows(permissions=frozenset(others)))
    user.groups.add(role)
    affected = [route for route in ROUTES if route.access and permission in _all(route.access)]
    assert list(mistakes(affected, user=user, methods=("GET", "POST"))) == []


def test_a_stranger_is_asked_to_sign_in_except_at_a_named_few(client: Client, db: None) -> None:
    sign_in = reverse("login")
    wrong = []
    for route in ROUTES:
        for method in METHODS:
            answer = client.generic(method, address(route))
            is_sent_away = answer.headers.get("Location", "").startswith(f"{sign_in}?next=")
            if is_sent_away == (route.name in OPEN_TO_ALL):
                wrong.append(f"{method} {route.name}: {answer.status_code}")
    assert wrong == []
    assert {r.name for r in ROUTES if r.access and r.access.is_open} == OPEN_TO_ALL


def forgetful(request: HttpRequest) -> HttpResponse:
    """Says that it needs a permission, and does not look."""
    return HttpResponse()


def overzealous(request: HttpRequest) -> HttpResponse:
    """Refuses whom it says it lets in."""
    return HttpResponse(status=403)


forgetful.access = Access(frozenset({Permission.MANAGE_PEOPLE}))  # type: ignore[attr-defined]
overzealous.access = Access()  # type: ignore[attr-defined]
urlpatterns = [path("forgetful/", forgetful), path("overzealous/", overzealous)]


def test_the_matrix_finds_a_view_that_does_not_do_what_it_declares(
    db: None, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    settings.LOGIN_URL = "/"
    found = list(mistakes(list(access.routes()), user=somebody(NOBODY)))
    assert len(found) == 2 * len(METHODS)


def test_a_wrapped_view_keeps_what_it_declared() -> None:
    needed = requires(Permission.VIEW_ALERTS)(open_to_everybody(forgetful))
    assert needed.access == Access(frozenset({Permission.VIEW_ALERTS}))  # type: ignore[attr-defined]


def test_a_default_role_has_all_that_its_permissions_include() -> None:
    for codenames in DEFAULT_ROLES.values():
        granted = {Permission(codename) for codename in codenames}
        assert with_implied(permissions=granted) == granted


def test_a_new_installation_has_the_default_roles(db: None) -> None:
    known = {
        role.name: {row.codename for row in role.permissions.all()} for role in Group.objects.all()
    }
    assert known == DEFAULT_ROLES
    assert DEFAULT_ROLES["Administrator"] == set(Permission.values)


def _all(declared: Access) -> frozenset[Permission]:
    return declared.to_see | declared.to_change
