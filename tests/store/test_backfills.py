"""Everybody who qualifies is lined up, chunk by chunk."""

from datetime import date, timedelta

import pytest

from activations.deliveries.store import backfills
from activations.models import Activation, Backfill, Delivery
from activations.terms import Lane
from connections.models import DestinationStatus
from tests.factories import NOON, ActivationFactory, DeliveryFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfills, "CHUNK_PROFILES", 2)


@pytest.fixture
def activation() -> Activation:
    return ActivationFactory()


def test_it_goes_on_where_it_stopped_until_all_are_lined_up(activation: Activation) -> None:
    members = [MembershipFactory(audience=activation.audience).profile_id for _ in range(5)]
    MembershipFactory(audience=activation.audience, status="exited")
    MembershipFactory()
    backfills.open_due_activations(at=NOON)

    assert backfills.advance(at=NOON)
    assert Delivery.objects.count() == 2
    while backfills.advance(at=NOON):
        assert Delivery.objects.count() <= 5

    assert set(Delivery.objects.values_list("profile_id", "lane")) == {
        (pk, Lane.BACKFILL) for pk in members
    }
    activation.refresh_from_db()
    assert activation.backfilled_at == NOON
    assert Backfill.objects.filter(finished_at__isnull=True).count() == 0


def test_what_is_opened_once_is_not_opened_again(activation: Activation) -> None:
    assert backfills.open_due_activations(at=NOON) == 1
    assert backfills.open_due_activations(at=NOON) == 0
    while backfills.advance(at=NOON):
        pass
    assert backfills.open_due_activations(at=NOON) == 0


def test_a_future_activation_opens_on_its_day(activation: Activation) -> None:
    Activation.objects.update(start_on=date(2026, 3, 2))

    assert backfills.open_due_activations(at=NOON) == 0
    assert backfills.open_due_activations(at=NOON + timedelta(days=1)) == 1


@pytest.mark.parametrize(
    ("status", "opened"),
    [(DestinationStatus.DRAFT, 0), (DestinationStatus.DISABLED, 1)],
)
def test_a_draft_is_not_backfilled(activation: Activation, status: str, opened: int) -> None:
    activation.destination.status = status
    activation.destination.save()

    assert backfills.open_due_activations(at=NOON) == opened


def test_an_audience_that_starts_later_reaches_who_was_rendered_before(
    activation: Activation,
) -> None:
    """Rows are passed over only if they were rendered with that very configuration."""
    later = ActivationFactory(destination=activation.destination, start_on=date(2026, 3, 2))
    row = DeliveryFactory(
        destination=activation.destination,
        state="delivered",
        delivered_seq=1,
        rendered_version=activation.destination.mapping_version,
    )
    MembershipFactory(audience=later.audience, profile=row.profile)
    Activation.objects.filter(pk=activation.pk).update(backfilled_at=NOON)

    backfills.open_due_activations(at=NOON + timedelta(days=1))
    while backfills.advance(at=NOON + timedelta(days=1)):
        pass

    row.refresh_from_db()
    assert (row.state, row.desired_seq) == ("pending", 2)


def test_a_refresh_takes_every_row_of_the_destination_and_no_other(
    activation: Activation,
) -> None:
    destination = activation.destination
    destination.mapping_version = 1
    destination.save()
    Activation.objects.update(backfilled_at=NOON)
    done = {"state": "delivered", "delivered_seq": 1}
    ours = [DeliveryFactory(destination=destination, **done) for _ in range(5)]
    other = DeliveryFactory(**done)
    backfills.start(destination_id=destination.pk, activation_id=None, at=NOON)

    while backfills.advance(at=NOON):
        pass

    moved = Delivery.objects.filter(state="pending", lane=Lane.BACKFILL)
    assert set(moved.values_list("pk", flat=True)) == {row.pk for row in ours}
    other.refresh_from_db()
    assert other.state == "delivered"


def test_without_work_it_says_so(db: None) -> None:
    assert not backfills.advance(at=NOON)


def test_a_day_that_comes_during_an_edit_elsewhere_raises_its_own_version(
    activation: Activation,
) -> None:
    edited = ActivationFactory()

    assert backfills.open_due_activations(at=NOON, raised_id=edited.destination_id) == 2

    for row, raised in ((activation, 1), (edited, 0)):
        before = row.destination.mapping_version
        row.destination.refresh_from_db()
        assert row.destination.mapping_version == before + raised
