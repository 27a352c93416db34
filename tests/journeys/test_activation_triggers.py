"""When to activate, with the sandbox: what Zendesk is not told, and how it comes to know."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connections.activation_triggers import ATTRIBUTES, CODES, IDENTITIES, SEGMENTATION
from connections.zendesk.sandbox import RunningSandbox
from tests.journeys import stage as stages
from tests.journeys.stage import FIELD, Stage, deliver, email
from tests.pages import opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(sandbox: RunningSandbox) -> Stage:
    """Two members whom Zendesk has."""
    built = stages.build(sandbox)
    built.ingest(built.people(2))
    deliver()
    assert len(built.writes) == 2
    return built


def turn(browser: Client, stage: Stage, *triggers: str) -> None:
    """By a person, on the tab Settings."""
    url = reverse("activations:destination-settings", args=[stage.destination.uuid])
    told = {"name": "Zendesk CRM", "activation_triggers": triggers} | opened.mark(browser, url)
    assert browser.post(url, told).status_code == 302


def contact(stage: Stage, number: int) -> tuple[Any, Any]:
    found = stage.contacts[email(number)]
    return found["last_name"], found["custom_fields"][FIELD]


def test_a_new_name_goes_along_with_the_next_status(signed_in: Client, stage: Stage) -> None:
    turn(signed_in, stage, SEGMENTATION, IDENTITIES)
    stage.ingest([stage.person(0, last_name="Berg")])
    deliver()
    assert contact(stage, 0) == ("Ek", "realized")
    assert len(stage.writes) == 2

    stage.ingest([stage.person(0, last_name="Berg", status="exited")])
    deliver()
    assert contact(stage, 0) == ("Berg", "exited")
    assert len(stage.writes) == 3


def test_a_trigger_turned_on_again_tells_zendesk_what_it_lacks_and_nothing_else(
    signed_in: Client, stage: Stage
) -> None:
    turn(signed_in, stage, IDENTITIES)
    stage.ingest([stage.person(0, last_name="Berg"), stage.person(1, status="exited")])
    stage.ingest([stage.person(2, status=None)])
    stage.ingest([stage.person(2)])
    deliver()
    assert (contact(stage, 0), contact(stage, 1)) == (("Ek", "realized"), ("Ek", "realized"))
    assert email(2) not in stage.contacts

    turn(signed_in, stage, *CODES)
    report = deliver()

    assert (contact(stage, 0), contact(stage, 1)) == (("Berg", "realized"), ("Ek", "exited"))
    assert contact(stage, 2) == ("Ek", "realized")
    assert report.sent == 3
    turn(signed_in, stage, ATTRIBUTES)
    turn(signed_in, stage, *CODES)
    assert deliver().sent == 0


def test_what_fails_is_tried_again_whatever_the_triggers(signed_in: Client, stage: Stage) -> None:
    """And the try carries what was suppressed meanwhile."""
    stage.running.sandbox.add_fault("status=503,count=1,path=/v2/contacts")
    stage.ingest([stage.person(0, status="exited")])
    deliver(until_idle=False)
    assert stage.states() == {"delivered": 1, "waiting": 1}
    turn(signed_in, stage, IDENTITIES)
    stage.ingest([stage.person(0, last_name="Berg", status="exited")])
    deliver(later_seconds=1_000)

    assert contact(stage, 0) == ("Berg", "exited")
