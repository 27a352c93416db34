"""`check_connection`: is the token accepted, and has everything sent its place in Zendesk?"""

import pytest
from pytest_django import Settings

from connections.models import Account, AccountStatus, Destination
from connections.zendesk.sandbox import FieldDefinition, RunningSandbox
from tests.factories import (
    AccountFactory,
    ActivationFactory,
    DestinationFactory,
    FieldMappingFactory,
    map_mandatory,
)
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def destination() -> Destination:
    destination = DestinationFactory(
        name="Zendesk CRM", account__status=AccountStatus.UNCHECKED, account__checked_at=None
    )
    map_mandatory(destination)
    ActivationFactory(destination=destination, mapping_id="VIP audience")
    return destination


def test_a_sound_destination_has_no_problem(
    sandbox: RunningSandbox, destination: Destination
) -> None:
    result = run("check_connection", "Zendesk CRM", "--json")

    assert result.code == 0
    assert result.json == {
        "destination": "Zendesk CRM",
        "account": "connected",
        "problems": [],
        "warnings": [],
    }
    assert Account.objects.get().status == AccountStatus.CONNECTED


def test_a_missing_custom_field_is_a_problem_with_its_place(
    sandbox: RunningSandbox, destination: Destination
) -> None:
    FieldMappingFactory(
        destination=destination, source="loyalty.tier", target_kind="custom_field", target="Tier"
    )

    result = run("check_connection", "Zendesk CRM", "--json")

    assert result.code == 1
    assert [(p["place"], p["code"]) for p in result.json["problems"]] == [
        ("mappings[2].target", "unknown-custom-field")
    ]
    assert "Problem: mappings[2].target: " in result.err


def test_a_missing_existing_choice_is_only_a_warning(
    sandbox: RunningSandbox, destination: Destination
) -> None:
    field = FieldDefinition("VIP audience", "list", choices=("realized", "exited"))
    sandbox.sandbox.replace_fields([field])

    result = run("check_connection", "Zendesk CRM", "--json")

    assert result.code == 0
    assert [warning["code"] for warning in result.json["warnings"]] == ["missing-choices"]


def test_a_rejected_token_is_a_problem_and_is_kept(
    sandbox: RunningSandbox, destination: Destination
) -> None:
    Destination.objects.update(account=AccountFactory(token="planted-other-token-0123456789"))

    result = run("check_connection", "Zendesk CRM", "--json")

    assert result.code == 1
    assert result.json["account"] == "rejected"
    assert result.json["problems"][0]["code"].startswith("zendesk-401")
    assert "planted-other" not in result.out + result.err


def test_without_a_network_it_says_so(destination: Destination) -> None:
    result = run("check_connection", "Zendesk CRM")

    assert result.code == 1
    assert "could not be asked" in result.err


def test_an_account_of_the_real_zendesk_is_not_tried_on_the_sandbox(
    sandbox: RunningSandbox, destination: Destination, settings: Settings
) -> None:
    Account.objects.update(is_sandbox=False)

    result = run("check_connection", "Zendesk CRM")

    assert result.code == 1
    assert "ZENDESK_SANDBOX" in result.err
    assert list(sandbox.sandbox.requests.newest(limit=1)) == []


def test_an_unknown_destination_is_wrong_usage() -> None:
    assert run("check_connection", "Nowhere").code == 2
