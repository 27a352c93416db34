"""Deleting a destination forgets all it knew, in steps that a million rows do not stretch."""

import pytest

from activations.deliveries.store import removal as chunks
from activations.models import Attempt, DataflowRun, Delivery, Profile
from activations.services import removal
from connections.models import Destination
from tests.factories import (
    AttemptFactory,
    DataflowRunFactory,
    DeliveryFactory,
    DestinationFactory,
)

pytestmark = pytest.mark.django_db


def test_deleting_forgets_deliveries_attempts_and_runs_but_no_profile() -> None:
    destination = DestinationFactory()
    for delivery in DeliveryFactory.create_batch(3, destination=destination):
        AttemptFactory(delivery=delivery)
    DataflowRunFactory(destination=destination)

    removal.delete(destination=destination)

    assert not Destination.objects.exists()
    assert (Delivery.objects.count(), Attempt.objects.count(), DataflowRun.objects.count()) == (
        0,
        0,
        0,
    )
    assert Profile.objects.count() == 3


def test_only_its_own_deliveries_are_forgotten() -> None:
    kept = DeliveryFactory()
    gone = DeliveryFactory()

    assert chunks.forget(destination_id=gone.destination_id) == 1

    assert list(Delivery.objects.all()) == [kept]


def test_a_draft_without_deliveries_is_deleted_as_well() -> None:
    removal.delete(destination=Destination.objects.create())

    assert not Destination.objects.exists()
