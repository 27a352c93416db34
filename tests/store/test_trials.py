"""How much an unproven destination may have under way, and who may begin at all."""

from datetime import timedelta

import pytest

from activations.deliveries.store import attempts, claims
from activations.deliveries.store.claims import Claimed
from activations.models import Attempt, Delivery
from connections.models import Destination, DestinationStatus
from tests.factories import NOON, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def destination() -> Destination:
    return DestinationFactory(rejection_streak=15)


def claim(destination: Destination, *, count: int) -> list[tuple[Claimed, str]]:
    assert destination.account_id is not None
    DeliveryFactory.create_batch(count, destination=destination)
    claimed = claims.claim(account_id=destination.account_id, limit=count, at=NOON)
    return [(each, "digest") for each in claimed]


def begin(of: list[tuple[Claimed, str]], *, on_trial: Destination) -> attempts.Begun:
    return attempts.begin(claims=of, at=NOON, on_trial={on_trial.pk})


def test_rejections_and_requests_under_way_share_the_room(destination: Destination) -> None:
    first, second = claim(destination, count=3), claim(destination, count=4)

    assert len(begin(first, on_trial=destination).ids) == 3
    told = begin(second, on_trial=destination)

    assert (len(told.ids), len(told.waiting)) == (2, 2)
    assert Attempt.objects.count() == 5


def test_room_comes_back_with_the_answers(destination: Destination) -> None:
    first, second = claim(destination, count=5), claim(destination, count=1)
    begin(first, on_trial=destination)
    attempts.finish(results=[(first[0][0], None)])

    assert len(begin(second, on_trial=destination).ids) == 1


def test_nothing_is_begun_for_a_destination_that_was_stopped(destination: Destination) -> None:
    of = claim(destination, count=1)
    Destination.objects.update(status=DestinationStatus.ERROR, problem="stopped")

    told = begin(of, on_trial=destination)

    assert not told.ids
    assert told.stopped_destinations == {destination.pk}


def test_a_proven_destination_has_all_the_room(destination: Destination) -> None:
    of = claim(destination, count=8)

    assert len(attempts.begin(claims=of, at=NOON).ids) == 8


def test_a_claim_that_was_taken_over_begins_nothing(destination: Destination) -> None:
    of = claim(destination, count=1)
    claims.reap(at=NOON + timedelta(seconds=91))

    told = attempts.begin(claims=of, at=NOON)

    assert (told.ids, told.waiting) == (frozenset(), frozenset())
    assert not Attempt.objects.exists()
    assert Delivery.objects.get().crashes == 1
