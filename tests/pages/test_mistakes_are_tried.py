"""Every page with a form is tried with bad input in a browser, or it is said why not."""

import re
from uuid import uuid4

from django.test import Client

from connections import access
from tests.browser.mistakes import FORMS, TRIED_ELSEWHERE

VALUES = {"uuid": str(uuid4()), "int": "999999", "str": "unknown", "slug": "unknown"}


def test_every_page_with_a_form_is_tried_with_a_mistake(signed_in: Client) -> None:
    tried = {bad.route for bad in FORMS.values()} | set(TRIED_ELSEWHERE)
    assert {route.name for route in access.routes() if _has_form(signed_in, route)} - tried == set()


def test_what_is_named_has_a_form() -> None:
    assert set(TRIED_ELSEWHERE) <= {route.name for route in access.routes()}


def _has_form(client: Client, route: access.Route) -> bool:
    """Whether it is both shown and sent to. Nothing takes OPTIONS, so it says what it takes."""
    path = re.sub(r"<(\w+):\w+>", lambda found: VALUES[found[1]], route.pattern)
    return {"GET", "POST"} <= set(client.options(f"/{path}").headers.get("Allow", "").split(", "))
