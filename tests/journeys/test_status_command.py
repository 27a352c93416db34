"""`status`: every destination, each profile in one state, and what to do next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from connections.models import AccountStatus, DestinationStatus
from tests.factories import (
    NOON,
    AccountFactory,
    DataflowRunFactory,
    DeliveryFactory,
    DestinationFactory,
)
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


def destination_with_everything() -> Any:
    destination = DestinationFactory(
        name="Zendesk CRM",
        last_error_code="zendesk-422-unknown",
        last_error="Zendesk refused it.",
        last_error_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
    )
    DeliveryFactory(destination=destination, state="pending")
    DeliveryFactory(destination=destination, state="waiting", unsettled_until=NOON)
    DeliveryFactory(
        destination=destination, state="leased", lease_until=NOON + timedelta(seconds=90)
    )
    DeliveryFactory.create_batch(
        2, destination=destination, state="delivered", desired_seq=1, delivered_seq=1
    )
    for code in ("missing-email", "missing-last-name", "missing-last-name"):
        DeliveryFactory(destination=destination, state="excluded", code=code)
    DeliveryFactory(destination=destination, state="failed", code="zendesk-422-unknown")
    for hour in (0, 1):
        DataflowRunFactory(
            destination=destination,
            started_at=NOON + timedelta(hours=hour),
            requests_sent=3,
            requests_throttled=1,
        )
    return destination


def test_the_json_shape_is_the_promised_one() -> None:
    destination_with_everything()

    assert run("status", "--json").json == {
        "destinations": [
            {
                "name": "Zendesk CRM",
                "status": "enabled",
                "account": "connected",
                "deliveries": {"pending": 3, "delivered": 2, "excluded": 3, "failed": 1},
                "excluded": {"missing-email": 1, "missing-last-name": 2},
                "failed": {"zendesk-422-unknown": 1},
                "requests": {"sent": 6, "throttled": 2},
                "last_error": {
                    "code": "zendesk-422-unknown",
                    "message": "Zendesk refused it.",
                    "at": "2026-03-01T09:00:00Z",
                },
            }
        ]
    }


def test_a_draft_counts_nothing_and_its_account_is_unchecked() -> None:
    DestinationFactory(name="", status=DestinationStatus.DRAFT, account=None)

    state = run("status", "--json").json["destinations"][0]

    assert (state["status"], state["account"], state["last_error"]) == ("draft", "unchecked", None)
    assert set(state["deliveries"].values()) == {0}


def test_a_rejected_account_shows_as_error_with_the_way_out() -> None:
    account = AccountFactory(name="Acme Sell", status=AccountStatus.REJECTED, problem="Refused.")
    DestinationFactory(account=account)

    state = run("status", "--json").json["destinations"][0]
    text = run("status").out

    assert (state["status"], state["account"]) == ("error", "rejected")
    assert "Refused." in text
    assert "Give account “Acme Sell” a new token" in text


@pytest.mark.parametrize(("minutes", "code"), [(1, "zendesk-401"), (-1, "zendesk-422-unknown")])
def test_the_last_error_is_the_newer_of_a_contacts_and_the_tokens(minutes: int, code: str) -> None:
    destination = destination_with_everything()
    account = destination.account
    account.status, account.problem_code = AccountStatus.REJECTED, "zendesk-401"
    account.problem = "Refused."
    account.checked_at = destination.last_error_at + timedelta(minutes=minutes)
    account.save()

    assert run("status", "--json").json["destinations"][0]["last_error"]["code"] == code


def test_people_read_counts_reasons_and_the_next_step() -> None:
    destination_with_everything()

    lines = [line.strip() for line in run("status").lines]

    assert lines[1:4] == ["pending    3", "delivered  2", "excluded   3"]
    assert "2 missing-last-name (No last name)" in lines
    assert "1 zendesk-422-unknown" in lines
    assert any(line.startswith("unsettled  1:") for line in lines)
    assert any('`retry "Zendesk CRM"`' in line for line in lines)


def test_how_long_the_oldest_change_waits_is_said_in_words() -> None:
    since = timezone.now() - timedelta(hours=30, minutes=1)
    DeliveryFactory(state="waiting", first_due_at=since, next_attempt_at=since)

    assert "the oldest change has been unsent for about 31 hours" in run("status").out


def test_an_empty_workspace_says_how_to_begin() -> None:
    assert run("status", "--json").json == {"destinations": []}
    assert "There is no destination yet" in run("status").out


def test_the_number_of_queries_does_not_grow_with_the_destinations(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    destination_with_everything()
    for _ in range(5):
        DeliveryFactory()

    with django_assert_num_queries(5):
        run("status", "--json")
