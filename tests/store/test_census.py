"""How many deliveries stand where: every profile once, each index range on its own."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from activations.queries import activations, audiences, census, large_counts
from activations.queries.census import Census
from activations.terms import Lane
from tests.factories import (
    NOON,
    AccountFactory,
    ActivationFactory,
    AudienceDayFactory,
    DeliveryFactory,
    DestinationFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=7)


def test_every_profile_is_counted_once() -> None:
    destination = DestinationFactory()
    DeliveryFactory.create_batch(2, destination=destination, state="delivered", delivered_seq=1)
    DeliveryFactory(destination=destination, state="leased", lease_until=LATER)
    DeliveryFactory(destination=destination, lane=Lane.BACKFILL, next_attempt_at=LATER)
    DeliveryFactory(destination=destination)
    DeliveryFactory(destination=destination, state="waiting", unsettled_until=LATER)
    for code in ("missing-email", "missing-email", "invalid-email"):
        DeliveryFactory(destination=destination, state="excluded", code=code)
    DeliveryFactory(destination=destination, state="failed", code="zendesk-409")
    DeliveryFactory(state="failed", code="zendesk-422")

    counted = census.of(destination_id=destination.pk)

    assert counted == Census(
        delivered=2,
        leased=1,
        waiting=1,
        live=2,
        backfill=1,
        unsettled=1,
        live_due_at=NOON,
        backfill_due_at=LATER,
        doubtful_until=LATER,
        excluded={"missing-email": 2, "invalid-email": 1},
        failed={"zendesk-409": 1},
    )
    assert (counted.open, counted.ended, counted.known) == (4, 4, 10)
    assert counted.due_at == NOON


def test_a_destination_without_rows_and_one_that_is_gone_count_nothing() -> None:
    empty = DestinationFactory()

    assert census.by_destination()[empty.pk] == Census()
    assert census.of(destination_id=empty.pk + 1) == Census()


def test_any_number_of_destinations_and_codes_takes_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        DeliveryFactory(state="failed", code=f"zendesk-{number}")

    with django_assert_num_queries(2):
        assert len(census.by_destination()) == 5


def test_neighbours_send_with_the_same_token() -> None:
    account = AccountFactory()
    mine, busy, calm = (DestinationFactory(account=account, name=n) for n in ("a", "b", "c"))
    DestinationFactory(account=account, status="disabled")
    DestinationFactory(account__token_fingerprint=account.token_fingerprint, name="d")
    DestinationFactory(account__token="another-token-0123456789")
    DeliveryFactory.create_batch(2, destination=busy)
    DeliveryFactory(destination=calm, state="delivered", delivered_seq=1)
    DeliveryFactory(destination=mine)

    found = census.lines(destination_id=mine.pk, token_fingerprint=account.token_fingerprint)

    assert [(neighbour.name, neighbour.queued) for neighbour in found.neighbours] == [
        ("b", 2),
        ("c", 0),
        ("d", 0),
    ]


def test_its_own_line_comes_with_those_of_its_neighbours_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    account = AccountFactory()
    mine = DestinationFactory(account=account, name="a", status="disabled")
    DeliveryFactory.create_batch(3, destination=mine)
    DeliveryFactory.create_batch(2, destination=DestinationFactory(account=account, name="b"))
    refused = DestinationFactory(
        account__token_fingerprint=account.token_fingerprint, account__status="rejected"
    )
    DeliveryFactory(destination=refused)

    with django_assert_num_queries(1):
        found = census.lines(destination_id=mine.pk, token_fingerprint=account.token_fingerprint)

    assert (found.own, found.others) == (3, 2)
    assert [neighbour.name for neighbour in found.neighbours] == ["b"]


@pytest.fixture
def emptied_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.mark.usefixtures("emptied_cache")
def test_only_large_counts_are_remembered_and_only_for_pages() -> None:
    destination = DestinationFactory()
    counts = {"delivered": large_counts.LARGE, "live": large_counts.LARGE - 1}

    large_counts.remember(about=f"census:{destination.pk}", counts=counts)

    page = census.of(destination_id=destination.pk)
    assert (page.delivered, page.live) == (large_counts.LARGE, 0)
    assert census.by_destination()[destination.pk].delivered == 0


@pytest.mark.usefixtures("emptied_cache")
def test_long_lines_are_remembered_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_counts, "LARGE", 2)
    mine = DestinationFactory()
    beside = DestinationFactory(account=mine.account)
    DeliveryFactory.create_batch(2, destination=mine)
    asked = {
        "destination_id": mine.pk,
        "token_fingerprint": mine.account.token_fingerprint,
    }
    assert census.lines(**asked).own == 2

    DeliveryFactory(destination=mine)
    DeliveryFactory(destination=beside)

    found = census.lines(**asked)
    assert (found.own, found.others) == (2, 0)


def test_small_counts_are_counted_each_time() -> None:
    delivery = DeliveryFactory()
    assert census.of(destination_id=delivery.destination_id).live == 1

    DeliveryFactory(destination=delivery.destination)

    assert census.of(destination_id=delivery.destination_id).live == 2


@pytest.mark.usefixtures("emptied_cache")
def test_lines_that_are_large_together_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_counts, "LARGE", 3)
    one, other = DestinationFactory.create_batch(2)
    DeliveryFactory(destination=one)
    assert census.queues() == {one.pk: 1, other.pk: 0}

    DeliveryFactory.create_batch(2, destination=other)
    assert census.queues() == {one.pk: 1, other.pk: 2}

    DeliveryFactory(destination=other)
    assert census.queues() == {one.pk: 1, other.pk: 2}


def test_members_of_what_is_sent_are_those_of_the_last_count(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    old, new = (ActivationFactory(destination=DestinationFactory()) for _ in range(2))
    AudienceDayFactory(audience=old.audience, realized=600_000, existing=1)
    MembershipFactory(audience=new.audience)
    ActivationFactory(destination=old.destination, audience=new.audience)

    with django_assert_max_num_queries(4):
        found = list(old.destination.activations.order_by("pk"))
        rows = activations.rows(activations=found, today=NOON.date())

    members = {row.activation.audience_id: row.counts.members for row in rows}
    assert members == {old.audience_id: 600_001, new.audience_id: 1}
    assert audiences.newest_counts(audience_ids=[]) == {}
