"""Since when the oldest change is unsent, whatever a worker made of it meanwhile."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from activations.deliveries.events import Delivered, Event, HandedBack, NotSent
from activations.deliveries.store import claims, intake, settlements
from activations.deliveries.store.settlements import Result
from activations.models import Delivery
from activations.queries import unsent
from activations.services import deliveries
from activations.terms import Lane
from connections.models import Destination
from tests.factories import NOON, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NETWORK = NotSent("network", "")


@pytest.fixture
def destination() -> Destination:
    return DestinationFactory()


def try_all(destination: Destination, event: Event, *, at: datetime) -> None:
    """A worker takes up what is due then, and a second later this has come of it."""
    assert destination.account_id is not None
    found = claims.claim(account_id=destination.account_id, limit=10, at=at)
    assert found
    settlements.settle(results=[Result(claimed, event) for claimed in found], at=at + SECOND)


def of(destination: Destination) -> unsent.ByLane:
    return unsent.since()[destination.pk]


def test_each_lane_has_its_oldest_and_what_is_over_has_none(destination: Destination) -> None:
    for hours in (1, 3):
        DeliveryFactory(destination=destination, next_attempt_at=NOON - hours * HOUR)
    DeliveryFactory(destination=destination, lane=Lane.BACKFILL)
    over = {"destination": destination, "next_attempt_at": NOON - 9 * HOUR}
    DeliveryFactory(state="delivered", delivered_seq=1, **over)
    # As a release leaves it that does not know the column.
    DeliveryFactory(state="failed", code="x", first_due_at=NOON - 9 * HOUR, **over)

    assert of(destination) == {Lane.LIVE: NOON - 3 * HOUR, Lane.BACKFILL: NOON}


@pytest.mark.parametrize("event", [NETWORK, HandedBack()], ids=["retried", "handed back"])
def test_trying_in_vain_makes_nothing_younger(destination: Destination, event: Event) -> None:
    row = DeliveryFactory(destination=destination)

    for hour in (0, 1, 2):
        try_all(destination, event, at=NOON + hour * HOUR)
        assert of(destination) == {Lane.LIVE: NOON}
        intake.advance(Delivery.objects.all(), at=NOON + hour * HOUR + 2 * SECOND, lane=Lane.LIVE)
        assert of(destination) == {Lane.LIVE: NOON}

    try_all(destination, Delivered(7, "new", NOON + 3 * HOUR, ""), at=NOON + 3 * HOUR)
    row.refresh_from_db()
    assert (row.state, row.first_due_at, of(destination)) == ("delivered", None, {})


def test_what_is_in_flight_is_as_old_as_when_it_stood_in_line(destination: Destination) -> None:
    DeliveryFactory(destination=destination)
    assert destination.account_id is not None
    (claimed,) = claims.claim(account_id=destination.account_id, limit=1, at=NOON + HOUR)
    intake.advance(Delivery.objects.all(), at=NOON + HOUR + SECOND, lane=Lane.LIVE)
    assert of(destination) == {Lane.LIVE: NOON}

    sent = Delivered(7, "new", NOON + HOUR, "")
    settlements.settle(results=[Result(claimed, sent)], at=NOON + HOUR + 2 * SECOND)

    assert of(destination) == {Lane.LIVE: NOON + HOUR + 2 * SECOND}


def test_a_worker_that_never_came_back_makes_nothing_younger(destination: Destination) -> None:
    DeliveryFactory(destination=destination)
    assert destination.account_id is not None
    claims.claim(account_id=destination.account_id, limit=1, at=NOON)

    assert claims.reap(at=NOON + HOUR) == 1

    assert of(destination) == {Lane.LIVE: NOON}


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_what_somebody_sends_by_hand_is_due_since_then(
    destination: Destination, state: str
) -> None:
    row = DeliveryFactory(destination=destination, state=state, delivered_seq=1, code="x")

    claimed = claims.claim_one(delivery_id=row.pk, at=NOON + HOUR)

    assert claimed is not None
    assert of(destination) == {Lane.LIVE: NOON + HOUR}
    settlements.settle(results=[Result(claimed, NETWORK)], at=NOON + HOUR + SECOND)
    assert of(destination) == {Lane.LIVE: NOON + HOUR}


def test_a_failure_that_is_put_back_is_due_since_then(destination: Destination) -> None:
    later = NOON + 2 * HOUR
    DeliveryFactory(destination=destination, state="failed", code="x", unsettled_until=later)

    deliveries.retry(destination=destination, code=None, at=NOON + HOUR)

    assert of(destination) == {Lane.LIVE: NOON + HOUR}


def test_one_query_for_all_of_them(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows = DeliveryFactory.create_batch(3)

    with django_assert_num_queries(1):
        found = unsent.since(destination_ids=[row.destination_id for row in rows[:2]])

    assert sorted(found) == sorted(row.destination_id for row in rows[:2])
