"""How fast contacts go out, by the requests that were written down."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from activations.models import Attempt, Delivery
from activations.queries import pace
from activations.queries.pace import Pace
from connections.models import Destination
from tests.factories import NOON, AttemptFactory, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db


def send(
    destination: Destination, *, count: int, first: float, last: float, outcome: str = "written"
) -> None:
    """So many requests, evenly from `first` to `last` seconds ago."""
    delivery = DeliveryFactory(destination=destination)
    fence = Attempt.objects.count()
    for number in range(count):
        ago = first - (first - last) * number / max(1, count - 1)
        AttemptFactory(
            delivery=delivery,
            fence=fence + number,
            started_at=NOON - timedelta(seconds=ago),
            outcome=outcome,
        )


def measure(destination: Destination) -> Pace:
    assert destination.account is not None
    fingerprint = destination.account.token_fingerprint
    return pace.measure(destination_id=destination.pk, token_fingerprint=fingerprint, at=NOON)


def test_a_full_minute_says_what_it_says() -> None:
    destination = DestinationFactory()
    send(destination, count=31, first=60, last=0)
    send(destination, count=5, first=500, last=61)

    found = measure(destination)

    assert found.contacts_per_minute == 31
    assert found.requests_per_second == pytest.approx(31 / 60)
    assert found.last_request_at == NOON
    assert found.measured_since == NOON - pace.WINDOW


def test_a_start_twenty_seconds_ago_is_not_spread_over_a_minute() -> None:
    destination = DestinationFactory()
    send(destination, count=20, first=20, last=0)

    assert measure(destination).contacts_per_minute == 60


def test_a_few_seconds_are_too_little_to_measure() -> None:
    destination = DestinationFactory()
    send(destination, count=5, first=3, last=0)

    assert measure(destination) == Pace(last_request_at=NOON)


def test_without_requests_there_is_no_pace() -> None:
    destination = DestinationFactory()
    send(destination, count=5, first=90, last=61)

    assert measure(destination) == Pace()


def test_a_refusal_ends_a_contact_but_is_none_that_was_sent() -> None:
    destination = DestinationFactory()
    send(destination, count=10, first=60, last=30)
    send(destination, count=20, first=29, last=0, outcome="rejected")
    send(destination, count=9, first=29, last=0, outcome="unknown")

    found = measure(destination)

    assert found.contacts_per_minute == 10
    assert found.requests_per_second == pytest.approx(0.5)


def test_the_token_counts_what_its_other_destination_sends() -> None:
    first = DestinationFactory()
    second = DestinationFactory(account=first.account)
    stranger = DestinationFactory(account__token="another-token-0123456789")
    send(first, count=12, first=60, last=0)
    send(second, count=48, first=60, last=0)
    send(stranger, count=90, first=60, last=0)

    found = measure(first)

    assert found.contacts_per_minute == 12
    assert found.requests_per_second == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("due_ago", "known"), [(None, None), (1, None), (59, None), (60, 0.5), (600, 0.5)]
)
def test_what_was_sent_is_what_can_be_sent_only_if_the_line_was_never_empty(
    due_ago: int | None, known: float | None
) -> None:
    destination = DestinationFactory()
    send(destination, count=30, first=60, last=0)
    due_at = None if due_ago is None else NOON - timedelta(seconds=due_ago)

    assert measure(destination).of_a_full_line(due_at=due_at) == known


def test_a_line_that_began_with_what_is_measured_was_never_empty() -> None:
    destination = DestinationFactory()
    send(destination, count=40, first=20, last=0)

    assert measure(destination).of_a_full_line(due_at=NOON - timedelta(seconds=21)) == 2.0


def test_one_query_whatever_was_sent(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    destination = DestinationFactory()
    send(destination, count=30, first=60, last=0)
    assert Delivery.objects.count() == 1

    with django_assert_num_queries(1):
        measure(destination)
