"""What is not resolved yet, by what it waits for."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from activations.queries import census, unresolved
from activations.queries.unresolved import Group, Unresolved
from connections.models import Destination
from tests.factories import NOON, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def left(destination: Destination) -> Unresolved:
    counted = census.of(destination_id=destination.pk)
    return unresolved.of(destination_id=destination.pk, counted=counted, at=NOON)


def test_everything_resolved_is_nought_and_asks_nothing_more(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    destination = DestinationFactory()
    DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    DeliveryFactory(destination=destination, state="failed", code="zendesk-409")
    counted = census.of(destination_id=destination.pk)

    with django_assert_num_queries(0):
        found = unresolved.of(destination_id=destination.pk, counted=counted, at=NOON)

    assert found == Unresolved(count=0, doubtful=0, groups=())


def test_each_waits_for_something_of_its_own() -> None:
    destination = DestinationFactory()
    DeliveryFactory.create_batch(2, destination=destination)
    DeliveryFactory(destination=destination, state="leased", lease_until=NOON + minutes(1))
    for after in (3, 9):
        DeliveryFactory(
            destination=destination,
            state="waiting",
            code="network",
            next_attempt_at=NOON + minutes(after),
        )
    until = NOON + minutes(2)
    DeliveryFactory(
        destination=destination, state="waiting", next_attempt_at=until, unsettled_until=until
    )

    found = left(destination)

    assert found.groups == (
        Group("line", 2),
        Group("flight", 1),
        Group("confirmation", 1, "", until, until),
        Group("retry", 2, "network", NOON + minutes(3), NOON + minutes(9)),
    )
    assert found.count == sum(group.count for group in found.groups)
    assert (found.doubtful, found.doubtful_until) == (1, until)
    assert found.last_try_at == NOON + minutes(9)


def test_a_retry_whose_time_has_come_is_due() -> None:
    destination = DestinationFactory()
    DeliveryFactory(destination=destination, state="waiting", code="zendesk-503")

    (group,) = left(destination).groups

    assert (group.is_due, group.is_spread) == (True, False)
    assert group.meaning == "Zendesk had a fault of its own"


def test_what_failed_in_doubt_is_in_doubt_until_the_moment_has_passed() -> None:
    destination, now = DestinationFactory(), timezone.now()
    for until in (now - minutes(1), now + minutes(1)):
        DeliveryFactory(
            destination=destination, state="failed", code="zendesk-422", unsettled_until=until
        )

    found = left(destination)

    assert (found.count, found.doubtful) == (0, 1)
