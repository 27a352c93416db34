"""`load_demo --scale large` as a command: what it says, what it refuses, the same each time."""

import pytest
from django.db import transaction
from pytest_django import Settings

from activations.models import Activation, AudienceRun, Delivery, Membership, Profile
from activations.services.large_demo import loading, size
from connections.models import Account
from tests.factories import NOON, AudienceFactory, UserFactory
from tests.journeys.commands import run

SIZE = size.of(profiles=2_000)


def test_the_same_is_loaded_each_time(db: None) -> None:
    def contents() -> list[object]:
        loading.load(size=SIZE, at=NOON)
        told = [
            list(Profile.objects.order_by("pk").values_list("pk", "digest")),
            list(Membership.objects.order_by("profile", "audience").values_list("status")),
            list(Delivery.objects.order_by("pk").values_list("pk", "state", "updated_at")),
            list(Activation.objects.order_by("destination", "audience").values_list("mapping_id")),
            list(
                AudienceRun.objects.order_by("started_at", "destination", "audience").values_list(
                    "activated"
                )
            ),
        ]
        transaction.set_rollback(True)
        return told

    found = []
    for _ in range(2):
        with transaction.atomic():
            found.append(contents())

    assert found[0] == found[1]


def test_a_workspace_that_holds_something_is_left_alone(db: None) -> None:
    AudienceFactory()

    result = run("load_demo", "--scale", "large", "--profiles", "500")

    assert result.code == 2
    assert result.problems[0][1].startswith("this workspace is not empty")
    assert "manage.py migrate" in result.problems[0][1]
    assert not Profile.objects.exists()


def test_it_is_refused_beside_the_real_zendesk(db: None, settings: Settings) -> None:
    settings.ZENDESK_SANDBOX = False

    result = run("load_demo", "--scale", "large", "--profiles", "500")

    assert result.code == 2
    assert "ZENDESK_SANDBOX=1" in result.problems[0][1]
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--profiles", "1000"),
        ("--scale", "large", "--profiles", "10"),
        ("--scale", "large", "--write", "people.jsonl"),
        ("--scale", "huge"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(db: None, words: tuple[str, ...]) -> None:
    assert run("load_demo", *words).code == 2
    assert not Profile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_it_loaded() -> None:
    person = UserFactory()

    result = run("load_demo", "--scale", "large", "--profiles", "500", "--json")

    assert result.code == 0
    assert (result.json["profiles"], result.json["destinations"]) == (500, 20)
    assert person.notifications.exists()
