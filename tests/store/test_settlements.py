"""What became of claims is stored once, and only while the claim holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from activations.deliveries.events import (
    ContactGone,
    Delivered,
    Event,
    Irrelevant,
    Refused,
    Sent,
)
from activations.deliveries.store import attempts, claims, settlements
from activations.deliveries.store.claims import Claimed
from activations.deliveries.store.settlements import Result, Tally
from activations.models import Attempt, DataflowRun, Delivery
from connections.models import Destination, DestinationStatus
from connections.zendesk import errors
from tests.factories import NOON, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db

WRITTEN = Sent(errors.Written(7, 200, "r-1"), "new", "", NOON, NOON + timedelta(seconds=1))
DELIVERED = Delivered(7, "new", NOON, "")
REFUSED = Refused("zendesk-422-unknown", "No.", "zendesk-422-unknown /custom_fields/VIP")


@pytest.fixture
def destination() -> Destination:
    return DestinationFactory()


def claim(destination: Destination, count: int = 1) -> list[Claimed]:
    DeliveryFactory.create_batch(count, destination=destination)
    assert destination.account_id is not None
    return claims.claim(account_id=destination.account_id, limit=count, at=NOON)


def settle(*results: Result) -> Tally:
    return settlements.settle(results=results, at=NOON)


def refuse(destination: Destination, count: int, event: Event = REFUSED) -> set[int]:
    stopped: set[int] = set()
    for claimed in claim(destination, count):
        stopped |= settle(Result(claimed, event)).stopped_destinations
    return stopped


def test_a_success_is_stored_with_its_attempt_and_counted(destination: Destination) -> None:
    (claimed,) = claim(destination)
    attempts.begin(claims=[(claimed, "new")], at=NOON)

    tally = settle(Result(claimed, DELIVERED, WRITTEN, was_begun=True))

    row, attempt, run = Delivery.objects.get(), Attempt.objects.get(), DataflowRun.objects.get()
    assert (row.state, row.contact_id, row.delivered_digest) == ("delivered", 7, "new")
    assert row.lease_until is None
    assert (attempt.outcome, attempt.http_status, attempt.request_id) == ("written", 200, "r-1")
    assert (run.identities_activated, run.requests_sent) == (1, 1)
    assert (tally.sent, tally.stale) == (1, 0)


def test_a_claim_that_was_lost_changes_nothing_and_is_counted(destination: Destination) -> None:
    (claimed,) = claim(destination)

    tally = settle(Result(replace(claimed, fence=claimed.fence - 1), REFUSED))

    assert (tally.stale, tally.failed) == (1, 0)
    assert Delivery.objects.get().state == "leased"


@pytest.mark.parametrize("outcome", [WRITTEN.outcome, errors.Unknown("reset", None)])
def test_a_late_writer_makes_what_was_delivered_doubtful(
    destination: Destination, outcome: errors.Outcome, settings: Settings
) -> None:
    (claimed,) = claim(destination)
    settle(Result(claimed, DELIVERED))
    late = replace(claimed, fence=claimed.fence - 1)

    settle(Result(late, DELIVERED, replace(WRITTEN, outcome=outcome)))

    row = Delivery.objects.get()
    until = NOON + timedelta(seconds=settings.DELIVERY_SETTLE_SECONDS)
    assert (row.state, row.unsettled_until, row.next_attempt_at) == ("waiting", until, until)


def test_a_late_writer_does_not_shorten_a_longer_doubt(destination: Destination) -> None:
    (claimed,) = claim(destination)
    longer = NOON + timedelta(days=1)
    Delivery.objects.update(unsettled_until=longer)

    settle(Result(replace(claimed, fence=0), DELIVERED, WRITTEN))

    assert Delivery.objects.get().unsettled_until == longer


def test_who_does_not_matter_any_more_is_forgotten(destination: Destination) -> None:
    (claimed,) = claim(destination)

    assert settle(Result(claimed, Irrelevant())).unchanged == 1

    assert not Delivery.objects.exists()


def test_a_change_that_came_meanwhile_stays_to_be_sent(destination: Destination) -> None:
    (claimed,) = claim(destination)
    Delivery.objects.update(desired_seq=2)

    settle(Result(claimed, DELIVERED))

    row = Delivery.objects.get()
    assert (row.state, row.delivered_seq, row.desired_seq) == ("pending", 1, 2)


def test_attempts_in_doubt_are_closed_by_a_success_after_their_horizon(
    destination: Destination,
) -> None:
    DeliveryFactory(destination=destination, contact_id=7, unsettled_until=NOON)
    assert destination.account_id is not None
    (claimed,) = claims.claim(account_id=destination.account_id, limit=1, at=NOON)
    earlier = replace(claimed, fence=claimed.fence - 1)
    attempts.begin(claims=[(earlier, "old"), (claimed, "new")], at=NOON)

    settle(Result(claimed, DELIVERED, WRITTEN, was_begun=True))

    assert sorted(Attempt.objects.values_list("outcome", flat=True)) == ["superseded", "written"]


def test_a_contact_found_gone_is_gone_for_the_other_destination_too(
    destination: Destination,
) -> None:
    beside = DestinationFactory(account=destination.account)
    ours = DeliveryFactory(destination=destination, contact_id=7)
    theirs = DeliveryFactory(
        destination=beside,
        profile=ours.profile,
        state="delivered",
        delivered_seq=1,
        contact_id=7,
        delivered_digest="old",
    )
    assert destination.account_id is not None
    (claimed,) = claims.claim(account_id=destination.account_id, limit=1, at=NOON)

    settle(Result(claimed, ContactGone()))

    theirs.refresh_from_db()
    assert (theirs.state, theirs.contact_id, theirs.delivered_digest) == ("pending", None, "")


@pytest.mark.parametrize("state", ["failed", "excluded", "pending", "waiting"])
def test_nobody_keeps_the_id_of_a_contact_that_was_found_gone(
    destination: Destination, state: str
) -> None:
    beside = DestinationFactory(account=destination.account, status=DestinationStatus.DISABLED)
    ours = DeliveryFactory(destination=destination, contact_id=7)
    theirs = DeliveryFactory(
        destination=beside, profile=ours.profile, state=state, code="a-code", contact_id=7
    )
    assert destination.account_id is not None
    (claimed,) = claims.claim(account_id=destination.account_id, limit=1, at=NOON)

    settle(Result(claimed, ContactGone()))

    theirs.refresh_from_db()
    assert (theirs.state, theirs.contact_id) == (state, None)
    (again,) = claims.claim(account_id=destination.account_id, limit=1, at=NOON)
    assert again.contact_id is None


def test_that_there_never_was_a_contact_disturbs_nobody_else(destination: Destination) -> None:
    beside = DestinationFactory(account=destination.account)
    ours = DeliveryFactory(destination=destination)
    theirs = DeliveryFactory(
        destination=beside, profile=ours.profile, state="delivered", delivered_seq=1
    )
    assert destination.account_id is not None
    (claimed,) = claims.claim(account_id=destination.account_id, limit=1, at=NOON)

    settle(Result(claimed, ContactGone()))

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.state, theirs.state) == ("pending", "delivered")


def test_nineteen_alike_are_bad_luck_and_twenty_stop_the_destination(
    destination: Destination,
) -> None:
    assert refuse(destination, 19) == set()
    assert refuse(destination, 1) == {destination.pk}

    destination.refresh_from_db()
    assert destination.status == DestinationStatus.ERROR
    assert destination.problem_code == "identical-rejections"
    assert destination.last_error_code == "zendesk-422-unknown"


def test_a_success_or_another_refusal_ends_a_streak(destination: Destination) -> None:
    refuse(destination, 15)
    settle(*(Result(claimed, DELIVERED) for claimed in claim(destination)))
    refuse(destination, 15)
    refuse(destination, 1, replace(REFUSED, signature="zendesk-409"))

    assert refuse(destination, 15) == set()
    destination.refresh_from_db()
    assert destination.status == DestinationStatus.ENABLED


def test_the_results_of_two_destinations_are_counted_apart(destination: Destination) -> None:
    beside = DestinationFactory(account=destination.account)
    DeliveryFactory.create_batch(2, destination=beside)
    DeliveryFactory(destination=destination)
    assert destination.account_id is not None
    batch = claims.claim(account_id=destination.account_id, limit=9, at=NOON)

    settle(*(Result(claimed, DELIVERED, WRITTEN) for claimed in batch))

    runs = DataflowRun.objects.order_by("identities_activated")
    assert list(runs.values_list("destination_id", "identities_activated")) == [
        (destination.pk, 1),
        (beside.pk, 2),
    ]


def test_old_attempts_are_forgotten_but_not_those_in_doubt(destination: Destination) -> None:
    (claimed,) = claim(destination)
    earlier = replace(claimed, fence=claimed.fence - 1)
    attempts.begin(claims=[(earlier, "a"), (claimed, "b")], at=NOON)
    attempts.finish(results=[(earlier, None)])

    after = NOON + attempts.KEEP_FOR + timedelta(seconds=1)
    assert attempts.prune(at=NOON, limit=10) == 0
    assert attempts.prune(at=after, limit=10) == 1
    assert Attempt.objects.get().outcome == ""
