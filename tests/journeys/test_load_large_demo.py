"""`load_demo --scale large`: a workspace of any size that holds to every rule of ours."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from pytest_django import DjangoDbBlocker

from activations.models import (
    Attempt,
    Audience,
    AudienceDay,
    AudienceRun,
    DataflowRun,
    Delivery,
    Membership,
    Profile,
)
from activations.queries import census
from activations.services import upkeep
from activations.services.large_demo import loading, size
from activations.terms import DeliveryState
from connections.models import Account, AccountStatus, Destination, DestinationStatus
from tests.factories import NOON, AudienceFactory
from tests.torture.samples import VIOLATIONS

PROFILES = 2_000
SIZE = size.of(profiles=PROFILES)


@pytest.fixture(scope="module")
def workspace(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[loading.Loaded]:
    """Loaded once for all tests here, and taken back after the last: a load takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loading.load(size=SIZE, at=NOON)
        transaction.set_rollback(True)


@pytest.fixture
def loaded(workspace: loading.Loaded) -> Iterator[loading.Loaded]:
    """What a test does to it is taken back too."""
    with transaction.atomic():
        yield workspace
        transaction.set_rollback(True)


def test_there_is_as_much_of_everything_as_was_asked_for(loaded: loading.Loaded) -> None:
    assert Profile.objects.count() == loaded.profiles == PROFILES
    assert Audience.objects.count() == loaded.audiences == SIZE.audiences
    assert Destination.objects.count() == loaded.destinations == 20
    assert Membership.objects.count() == loaded.memberships > 2 * PROFILES
    assert Delivery.objects.count() == loaded.deliveries > PROFILES
    assert Attempt.objects.count() == loaded.attempts > 0
    assert DataflowRun.objects.count() == loaded.runs >= 24 * SIZE.days
    assert AudienceRun.objects.count() == loaded.audience_runs > loaded.runs


def test_the_full_size_is_that_of_the_promise() -> None:
    full = size.of()

    assert (full.profiles, full.audiences, full.days) == (1_000_000, 1_000, 90)


def test_nothing_breaks_what_the_deliveries_promise(loaded: loading.Loaded) -> None:
    with connection.cursor() as cursor:
        cursor.execute(VIOLATIONS)
        assert cursor.fetchall() == []
    assert not Attempt.objects.filter(fence__gt=F("delivery__fence")).exists()
    assert not Delivery.objects.exclude(account=F("destination__account")).exists()
    counted = census.by_destination().values()
    assert sum(one.known for one in counted) == loaded.deliveries


def test_every_delivery_has_its_reason_in_an_activated_audience(loaded: loading.Loaded) -> None:
    wanted = set(
        Membership.objects.filter(audience__activations__isnull=False).values_list(
            "profile_id", "audience__activations__destination_id"
        )
    )

    assert set(Delivery.objects.values_list("profile_id", "destination_id")) <= wanted


def test_every_state_occurs_with_codes_and_requests(loaded: loading.Loaded) -> None:
    rows = Delivery.objects.order_by()
    assert set(rows.values_list("state", flat=True)) == set(DeliveryState.values)
    ended = set(rows.exclude(code="").values_list("state", "code"))
    assert {
        ("excluded", "missing-email"),
        ("excluded", "invalid-email"),
        ("excluded", "missing-last-name"),
        ("failed", "zendesk-409"),
        ("waiting", "network"),
    } <= ended
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {
        *("", "written", "rejected", "unknown"),
    }
    assert set(Account.objects.values_list("status", flat=True)) == set(AccountStatus.values)
    assert set(Destination.objects.values_list("status", flat=True)) == set(
        DestinationStatus.values
    )


def test_people_live_at_example_domains(loaded: loading.Loaded) -> None:
    for email in Profile.objects.exclude(email="").values_list("email", flat=True):
        assert email.endswith(("example.org", "example.com"))


def test_the_counts_of_today_are_the_members_of_today(loaded: loading.Loaded) -> None:
    for day in AudienceDay.objects.filter(on=NOON.date()):
        members = Membership.objects.filter(audience_id=day.audience_id)
        assert members.filter(status="realized").count() == day.realized
        assert members.filter(status="exited").count() == day.exited


def test_the_product_goes_on_from_there(loaded: loading.Loaded) -> None:
    """New rows get keys of their own, and the hourly work finds what it expects."""
    assert AudienceFactory().pk == loaded.audiences + 1
    upkeep.expire_memberships(at=NOON + timedelta(days=30))
    upkeep.count_audience_runs(at=NOON + timedelta(hours=1))
    assert not Membership.objects.filter(
        valid_until__lt=NOON + timedelta(days=30), status__in=("realized", "existing")
    ).exists()
