"""Whose desired state moves on when profiles change."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import intake
from activations.models import Activation, Audience, DataflowRun, Delivery, Profile
from activations.terms import DeliveryState, Lane
from connections.models import DestinationStatus
from tests.factories import (
    NOON,
    ActivationFactory,
    BackfillFactory,
    DeliveryFactory,
    MembershipFactory,
    ProfileFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def activation() -> Activation:
    return ActivationFactory()


def member(audience: Audience, status: str = "realized") -> Profile:
    return MembershipFactory(audience=audience, status=status).profile


def enqueue(*profiles: Profile) -> None:
    ids = [profile.pk for profile in profiles]
    intake.enqueue(changes=ProfileChanges(attributes=ids, memberships=ids), at=NOON)


@pytest.mark.parametrize(("status", "rows"), [("realized", 1), ("existing", 1), ("exited", 0)])
def test_only_members_get_a_delivery(activation: Activation, status: str, rows: int) -> None:
    enqueue(member(activation.audience, status))

    assert Delivery.objects.count() == rows


def test_a_new_delivery_is_pending_live_and_due_now(activation: Activation) -> None:
    profile = member(activation.audience)
    enqueue(profile)

    row = Delivery.objects.get()
    assert (row.destination, row.account) == (
        activation.destination,
        activation.destination.account,
    )
    assert (row.profile, row.state, row.lane) == (profile, DeliveryState.PENDING, Lane.LIVE)
    assert (row.desired_seq, row.next_attempt_at) == (1, NOON)


def test_profiles_of_other_audiences_are_none_of_its_business(activation: Activation) -> None:
    enqueue(MembershipFactory().profile, ProfileFactory())

    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"start_on": date(2026, 3, 2)},
        {"end_on": date(2026, 2, 28)},
    ],
    ids=["not yet", "not any more"],
)
def test_a_schedule_that_does_not_cover_the_day_creates_nothing(
    activation: Activation, change: dict[str, date]
) -> None:
    Activation.objects.update(**change)
    enqueue(member(activation.audience))

    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("status", "rows"),
    [(DestinationStatus.DRAFT, 0), (DestinationStatus.DISABLED, 1), (DestinationStatus.ERROR, 1)],
)
def test_a_draft_notes_nothing_and_a_stopped_destination_does(
    activation: Activation, status: str, rows: int
) -> None:
    activation.destination.status = status
    activation.destination.save()
    enqueue(member(activation.audience))

    assert Delivery.objects.count() == rows


def test_further_changes_coalesce_into_the_waiting_row(activation: Activation) -> None:
    profile = member(activation.audience)
    for _ in range(3):
        enqueue(profile)

    assert list(Delivery.objects.values_list("desired_seq", "state")) == [(3, "pending")]
    assert DataflowRun.objects.get().profiles_received == 3


@pytest.mark.parametrize("state", ["excluded", "failed"])
def test_new_data_release_what_was_held(activation: Activation, state: str) -> None:
    row = DeliveryFactory(destination=activation.destination, state=state, code="x")
    enqueue(row.profile)

    row.refresh_from_db()
    assert (row.state, row.desired_seq, row.next_attempt_at) == ("pending", 2, NOON)


def test_what_is_leased_stays_leased_and_remembers_the_change(activation: Activation) -> None:
    lease_until = NOON + timedelta(seconds=90)
    row = DeliveryFactory(
        destination=activation.destination, state="leased", lease_until=lease_until, fence=4
    )
    enqueue(row.profile)

    row.refresh_from_db()
    assert (row.state, row.lease_until, row.fence, row.desired_seq) == ("leased", lease_until, 4, 2)


def test_a_creation_of_unknown_outcome_keeps_its_waiting_time(activation: Activation) -> None:
    later = NOON + timedelta(seconds=100)
    row = DeliveryFactory(
        destination=activation.destination,
        state="waiting",
        unsettled_until=later,
        next_attempt_at=later,
    )
    enqueue(row.profile)

    row.refresh_from_db()
    assert (row.state, row.next_attempt_at, row.desired_seq) == ("waiting", later, 2)


@pytest.mark.parametrize(
    ("state", "more"),
    [
        ("pending", {}),
        ("waiting", {"contact_id": 7}),
        ("leased", {"lease_until": NOON}),
    ],
)
def test_a_backfill_does_not_put_back_a_live_change(
    activation: Activation, state: str, more: dict[str, Any]
) -> None:
    row = DeliveryFactory(destination=activation.destination, state=state, **more)
    intake.advance(Delivery.objects.all(), at=NOON, lane=Lane.BACKFILL)

    row.refresh_from_db()
    assert row.lane == Lane.LIVE


def test_the_number_of_statements_does_not_depend_on_the_number_of_profiles(
    activation: Activation,
) -> None:
    def statements(count: int) -> int:
        profiles = [member(activation.audience) for _ in range(count)]
        enqueue(*profiles)  # the rows are there, and so is the hour's run
        with CaptureQueriesContext(connection) as captured:
            enqueue(*profiles)
        return len(captured)

    assert statements(2) == statements(40) <= 7


def test_without_any_activation_no_delivery_is_looked_for(
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    profile = ProfileFactory()
    with django_assert_max_num_queries(2) as queries:
        enqueue(profile)

    assert not any("activations_delivery" in query["sql"] for query in queries)


def test_who_has_a_row_everywhere_is_not_inserted_again(activation: Activation) -> None:
    profile = member(activation.audience)
    enqueue(profile)
    with CaptureQueriesContext(connection) as captured:
        enqueue(profile)

    assert not any("INSERT INTO activations_delivery" in query["sql"] for query in captured)


def test_who_lacks_a_row_at_one_of_two_destinations_gets_it(activation: Activation) -> None:
    profile = member(activation.audience)
    enqueue(profile)
    other = ActivationFactory(audience=activation.audience)
    enqueue(profile)

    sequences = dict(Delivery.objects.values_list("destination_id", "desired_seq"))
    assert sequences == {activation.destination_id: 2, other.destination_id: 1}


def test_a_day_that_began_while_a_change_was_on_its_way_counts(activation: Activation) -> None:
    """Its backfill may have passed the profile already."""
    Activation.objects.update(start_on=date(2026, 3, 2))
    BackfillFactory(destination=activation.destination, activation=activation)
    enqueue(member(activation.audience))

    assert Delivery.objects.count() == 1
