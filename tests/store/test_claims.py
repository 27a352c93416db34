"""Who works on what, and what a crash leaves behind."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from activations.deliveries.store import claims
from activations.deliveries.store.claims import Claimed
from activations.models import Delivery
from activations.terms import Lane
from connections.models import AccountStatus, Destination, DestinationStatus
from tests.factories import NOON, AttemptFactory, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(seconds=60)


@pytest.fixture
def destination() -> Destination:
    return DestinationFactory()


def claim(destination: Destination, *, limit: int = 10, at: datetime = NOON) -> list[Claimed]:
    assert destination.account_id is not None
    return claims.claim(account_id=destination.account_id, limit=limit, at=at)


def test_live_changes_go_before_a_backfill_and_older_ones_first(
    destination: Destination,
) -> None:
    earlier = NOON - timedelta(hours=1)
    backfill = DeliveryFactory(destination=destination, lane=Lane.BACKFILL, next_attempt_at=earlier)
    late = DeliveryFactory(destination=destination)
    early = DeliveryFactory(destination=destination, next_attempt_at=earlier)

    assert [c.id for c in claim(destination, limit=2)] == [early.pk, late.pk]
    assert [c.id for c in claim(destination)] == [backfill.pk]


def test_a_claim_is_leased_with_a_higher_fence(destination: Destination) -> None:
    row = DeliveryFactory(destination=destination, fence=3, desired_seq=8)

    (claimed,) = claim(destination)

    row.refresh_from_db()
    assert (row.state, row.fence) == ("leased", 4)
    assert row.lease_until == claimed.lease_until == NOON + timedelta(seconds=90)
    assert (claimed.fence, claimed.seq) == (4, 8)
    assert claim(destination) == []


def test_who_was_in_a_dying_workers_hands_goes_in_small_company_and_then_alone(
    destination: Destination,
) -> None:
    killers = DeliveryFactory.create_batch(2, destination=destination, crashes=2)
    bystanders = DeliveryFactory.create_batch(10, destination=destination, crashes=1)
    innocent = DeliveryFactory(destination=destination)

    assert [len(claim(destination)) for _ in range(5)] == [1, 1, 8, 2, 1]

    fences = Delivery.objects.filter(pk__in=[row.pk for row in (*killers, *bystanders, innocent)])
    assert set(fences.values_list("fence", flat=True)) == {1}


def test_a_row_that_kills_worker_after_worker_is_set_aside_and_counted(
    destination: Destination,
) -> None:
    row = DeliveryFactory(destination=destination, crashes=4)
    claim(destination)

    claims.reap(at=NOON + timedelta(seconds=91))

    row.refresh_from_db()
    assert (row.state, row.code) == ("failed", "worker-crashed")
    assert destination.runs.get().identities_failed == 1


def test_what_is_not_due_is_left_alone(destination: Destination) -> None:
    DeliveryFactory(destination=destination, state="waiting", next_attempt_at=SOON)

    assert claim(destination) == []
    assert len(claim(destination, at=SOON)) == 1


@pytest.mark.parametrize("status", [s for s in DestinationStatus if s != DestinationStatus.ENABLED])
def test_a_destination_that_is_not_enabled_is_not_claimed_from(
    destination: Destination, status: DestinationStatus
) -> None:
    DeliveryFactory(destination=destination)
    Destination.objects.update(status=status)

    assert claim(destination) == []
    assert claims.accounts_with_work(at=NOON) == []
    assert not claims.has_open_work()


def test_a_rejected_account_is_not_claimed_from(destination: Destination) -> None:
    DeliveryFactory(destination=destination)
    destination.account.status = AccountStatus.REJECTED
    destination.account.save()

    assert claim(destination) == []
    assert claims.accounts_with_work(at=NOON) == []
    assert not claims.has_open_work()


def test_an_account_in_an_outage_has_work_but_not_now(destination: Destination) -> None:
    DeliveryFactory(destination=destination)
    destination.account.outage_until = SOON
    destination.account.save()

    assert claims.accounts_with_work(at=NOON) == []
    assert claims.has_open_work()
    assert claims.accounts_with_work(at=SOON) == [destination.account_id]
    busy = {destination.account_id}
    assert claims.accounts_with_work(at=SOON, except_accounts=busy) == []


@pytest.mark.parametrize(
    ("state", "more", "is_open"),
    [
        ("pending", {"next_attempt_at": SOON}, True),
        ("waiting", {"next_attempt_at": SOON}, True),
        ("leased", {"lease_until": SOON}, True),
        ("delivered", {"delivered_seq": 1}, False),
        ("failed", {"code": "zendesk-409"}, False),
        ("excluded", {"code": "consent"}, False),
    ],
)
def test_only_what_goes_on_by_itself_is_open_work(
    state: str, more: dict[str, object], is_open: bool
) -> None:
    row = DeliveryFactory(state=state, **more)

    assert claims.has_open_work() is is_open
    assert not claims.has_open_work(except_accounts=[row.account_id])


def test_two_destinations_of_an_account_never_hold_one_contact_together(
    destination: Destination,
) -> None:
    first = DeliveryFactory(destination=destination)
    beside = DestinationFactory(account=destination.account)
    DeliveryFactory(destination=beside, profile=first.profile)
    free = DeliveryFactory(destination=beside)

    assert [c.id for c in claim(destination)] == [first.pk, free.pk]
    assert claim(destination) == []


def test_held_contacts_do_not_keep_the_rest_from_being_claimed(
    destination: Destination,
) -> None:
    beside = DestinationFactory(account=destination.account)
    for _ in range(3):
        held = DeliveryFactory(destination=destination, state="leased", lease_until=SOON)
        DeliveryFactory(destination=beside, profile=held.profile)
    free = DeliveryFactory(destination=beside)

    assert [c.id for c in claim(destination, limit=2)] == [free.pk]


def test_the_contact_a_sibling_made_is_updated_and_not_made_again(
    destination: Destination,
) -> None:
    beside = DestinationFactory(account=destination.account)
    made = DeliveryFactory(destination=beside, state="delivered", delivered_seq=1, contact_id=77)
    DeliveryFactory(destination=destination, profile=made.profile)

    assert [c.contact_id for c in claim(destination)] == [77]


def test_a_contact_a_sibling_may_be_making_is_waited_for(destination: Destination) -> None:
    beside = DestinationFactory(account=destination.account)
    making = DeliveryFactory(
        destination=beside, state="waiting", next_attempt_at=SOON, unsettled_until=SOON
    )
    row = DeliveryFactory(destination=destination, profile=making.profile)

    assert claim(destination) == []

    row.refresh_from_db()
    assert (row.state, row.next_attempt_at) == ("waiting", SOON)


def test_an_ended_lease_is_taken_back_at_once_if_nothing_was_sent(
    destination: Destination,
) -> None:
    row = DeliveryFactory(destination=destination, state="leased", lease_until=NOON, fence=2)
    due = row.next_attempt_at

    assert claims.reap(at=NOON) == 0
    assert claims.reap(at=SOON) == 1

    row.refresh_from_db()
    assert (row.state, row.crashes, row.fence) == ("waiting", 1, 2)
    # Before all that came in since.
    assert (row.next_attempt_at, row.unsettled_until) == (due, None)
    assert due < SOON


def test_a_request_that_was_written_down_may_still_land(
    destination: Destination, settings: Settings
) -> None:
    row = DeliveryFactory(destination=destination, state="leased", lease_until=NOON)
    AttemptFactory(delivery=row, fence=1, deadline_at=NOON)
    AttemptFactory(delivery=row, fence=2, deadline_at=SOON, outcome="written")

    claims.reap(at=SOON)

    row.refresh_from_db()
    horizon = NOON + timedelta(seconds=settings.DELIVERY_SETTLE_SECONDS)
    assert (row.unsettled_until, row.next_attempt_at) == (horizon, horizon)


def test_claiming_takes_the_same_number_of_statements_for_any_number(
    destination: Destination, django_assert_max_num_queries: object
) -> None:
    DeliveryFactory.create_batch(30, destination=destination)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert len(claim(destination, limit=30)) == 30
    assert Delivery.objects.filter(state="leased").count() == 30
