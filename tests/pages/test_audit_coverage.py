"""Every address that changes something leaves an entry in the audit log, or says why not."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from connections import access
from connections.models import AuditEntry, Destination
from connections.zendesk.sandbox import RunningSandbox
from tests.pages.audited import CASES, UNTOLD, Scene

VALUES = {"uuid": str(uuid4()), "int": "999999", "str": "unknown", "slug": "unknown"}


@pytest.fixture
def scene(
    signed_in: Client,
    user: User,
    destination: Destination,
    sandbox: RunningSandbox,
    settings: Settings,
    tmp_path: Path,
) -> Scene:
    settings.WEBHOOK_HOSTS = ["hooks.example.org"]
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    return Scene(signed_in, user, destination)


@pytest.mark.parametrize("route", CASES)
def test_what_a_person_changes_is_noted_with_their_name(scene: Scene, route: str) -> None:
    case = CASES[route]
    path, typed = case.ask(scene)
    client = Client() if case.is_stranger else scene.client
    AuditEntry.objects.all().delete()
    names = _names()
    answer = client.post(path, typed, headers=case.headers)
    assert answer.status_code < 400, answer.content.decode()
    entries = AuditEntry.objects.filter(action=case.told[0], kind=case.told[1])
    assert [entry.actor_kind for entry in entries] == ["person"]
    assert {entry.actor for entry in entries} <= names | _names()


def test_every_address_that_takes_a_post_is_tried_or_said_to_leave_nothing(
    signed_in: Client,
) -> None:
    taking = {route.name for route in access.routes() if _takes_post(signed_in, route)}
    assert taking == {*CASES, *UNTOLD}
    assert not set(CASES) & set(UNTOLD)


def _names() -> set[str]:
    return set(User.objects.values_list("username", flat=True))


def _takes_post(client: Client, route: access.Route) -> bool:
    """Nothing takes OPTIONS, so it says what it takes."""
    path = re.sub(r"<(\w+):\w+>", lambda found: VALUES[found[1]], route.pattern)
    asking = Client() if route.access and route.access.is_open else client
    return "POST" in asking.options(f"/{path}").headers.get("Allow", "")
