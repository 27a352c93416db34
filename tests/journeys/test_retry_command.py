"""`retry`: failed deliveries are in line again, to be sent whatever was sent before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activations.models import Delivery
from activations.terms import DeliveryState, Lane
from connections.models import DestinationStatus
from tests.factories import DeliveryFactory, DestinationFactory
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


def failed(**fields: object) -> Delivery:
    return DeliveryFactory(
        **{
            "destination__name": "Zendesk CRM",
            "state": "failed",
            "code": "zendesk-422-unknown",
            "attempts": 3,
            "delivered_digest": "d" * 64,
            "lane": Lane.BACKFILL,
        }
        | fields
    )


def test_a_failed_delivery_is_pending_as_if_never_tried() -> None:
    delivery = failed(desired_seq=4, delivered_seq=3)

    assert run("retry", "Zendesk CRM", "--json").json == {"retried": 1}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.code) == (DeliveryState.PENDING, "")
    assert (delivery.attempts, delivery.delivered_digest, delivery.lane) == (0, "", Lane.LIVE)
    assert (delivery.desired_seq, delivery.delivered_seq) == (5, 3)
    assert delivery.next_attempt_at <= timezone.now()


def test_a_code_chooses_among_the_failed() -> None:
    delivery = failed()
    failed(destination=delivery.destination, code="zendesk-409")

    result = run("retry", "Zendesk CRM", "--code", "zendesk-409")

    assert result.lines == ["1 deliveries failed with zendesk-409 are in line again."]
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED


def test_other_states_and_other_destinations_are_left_alone() -> None:
    destination = failed(state="excluded", code="missing-email").destination
    failed(destination__name="Other")

    assert run("retry", destination.name, "--json").json == {"retried": 0}


def test_a_first_creation_of_unknown_outcome_keeps_its_waiting_time() -> None:
    until = timezone.now() + timedelta(seconds=60)
    delivery = failed(unsettled_until=until, contact_id=None)

    run("retry", "Zendesk CRM")

    delivery.refresh_from_db()
    assert delivery.next_attempt_at == until


def test_a_stopped_destination_goes_on() -> None:
    destination = DestinationFactory(
        status=DestinationStatus.ERROR, problem_code="x", problem="Stopped.", rejection_streak=20
    )

    run("retry", destination.name)

    destination.refresh_from_db()
    assert (destination.status, destination.rejection_streak) == (DestinationStatus.ENABLED, 0)


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    DestinationFactory(name="Zendesk CRM")
    DestinationFactory(name="Support")

    result = run("retry", "zendesk crm")

    assert result.code == 2
    assert "Do you mean “Zendesk CRM”?" in result.problems[0][1]
    assert "There are: “Support”, “Zendesk CRM”." in run("retry", "xyz").problems[0][1]


def test_many_are_put_back_chunk_by_chunk() -> None:
    destination = failed().destination
    Delivery.objects.all().delete()
    profiles = [DeliveryFactory.build(destination=destination).profile for _ in range(1100)]
    for number, profile in enumerate(profiles):
        profile.identity = f"email:many{number}@example.org"
    profiles = type(profiles[0]).objects.bulk_create(profiles)
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            destination=destination,
            account=destination.account,
            profile=profile,
            state=DeliveryState.FAILED,
            code="zendesk-409",
            next_attempt_at=now,
            updated_at=now,
        )
        for profile in profiles
    )

    assert run("retry", "Zendesk CRM", "--json").json == {"retried": 1100}
