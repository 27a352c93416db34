"""Counters for monitoring: what a settlement adds, and that adding never gets in the way."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta

import pytest
from django.db import connections, transaction

from activations.deliveries.events import (
    Delivered,
    Event,
    Excluded,
    HandedBack,
    Refused,
    Sent,
    Unchanged,
)
from activations.deliveries.store import counts
from activations.deliveries.store.claims import Claimed
from activations.deliveries.store.settlements import Result
from activations.models import Count
from connections.zendesk import errors
from tests.factories import NOON, DestinationFactory

WRITTEN = errors.Written(contact_id=7, status=200, request_id=None)
REFUSED = errors.Rejected(422, "unknown", "/data/x", "", (), None)
THROTTLED = errors.Throttled(429, None)
DELIVERED = Delivered(contact_id=7, digest="d", started_at=NOON, notes="")


def result(
    event: Event,
    outcome: errors.Outcome | None = None,
    *,
    seconds: float = 0.2,
    destination_id: int = 1,
) -> Result:
    # Only whose claim it was matters here.
    blank = {field.name: None for field in fields(Claimed)}
    claimed = Claimed(**{**blank, "destination_id": destination_id})  # type: ignore[arg-type]
    if outcome is None:
        return Result(claimed, event)
    ended = NOON + timedelta(seconds=seconds)
    return Result(claimed, event, Sent(outcome, "d", "", NOON, ended))


def stored() -> dict[tuple[str, str], int]:
    return {(row.name, row.label): row.value for row in Count.objects.all()}


def test_every_claim_counts_under_what_became_of_it() -> None:
    found = counts.of(
        held=[
            result(DELIVERED, WRITTEN),
            result(Refused("zendesk-422-unknown", "", ""), REFUSED),
            result(HandedBack(), THROTTLED),
            result(Unchanged()),
            result(Excluded("missing-email", "")),
            result(Refused("mapping-error", "", "")),
            result(HandedBack()),
        ],
        lost=[],
    )

    outcomes = {label: value for (_, name, label), value in found.items() if name == "outcome"}
    assert outcomes == {
        "written": 1,
        "zendesk-422-unknown": 1,
        "zendesk-429": 1,
        "unchanged": 1,
        "missing-email": 1,
        "mapping-error": 1,
    }


def test_a_claim_that_was_lost_counts_as_stale_and_its_request_as_a_request() -> None:
    found = counts.of(held=[], lost=[result(DELIVERED, WRITTEN, seconds=40), result(Unchanged())])

    assert found == {
        (1, "stale", ""): 2,
        (1, "request-seconds", "+Inf"): 1,
        (1, "request-ms", ""): 40_000,
    }


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0.0, "0.05"), (0.05, "0.05"), (0.051, "0.1"), (30.0, "30"), (30.1, "+Inf"), (-1.0, "0.05")],
)
def test_a_request_falls_into_the_bucket_that_holds_it(seconds: float, bucket: str) -> None:
    found = counts.of(held=[result(DELIVERED, WRITTEN, seconds=seconds)], lost=[])

    assert found[1, "request-seconds", bucket] == 1
    assert found[1, "request-ms", ""] == max(0, round(seconds * 1000))


def test_what_never_left_this_machine_took_no_time() -> None:
    found = counts.of(held=[result(HandedBack(), errors.NotSent("refused"))], lost=[])

    assert found == {(1, "outcome", "network"): 1}


@pytest.mark.django_db
def test_adding_twice_adds_up() -> None:
    key = DestinationFactory().pk
    counts.add(counts={(key, "outcome", "written"): 2, (key, "stale", ""): 0})
    counts.add(counts={(key, "outcome", "written"): 3, (key, "outcome", "unchanged"): 1})

    assert stored() == {("outcome", "written"): 5, ("outcome", "unchanged"): 1}


@pytest.mark.django_db
def test_a_destination_that_is_gone_does_not_keep_others_from_counting() -> None:
    gone, there = DestinationFactory(), DestinationFactory()
    gone_id = gone.pk
    gone.delete()
    counts.add(counts={(gone_id, "stale", ""): 1, (there.pk, "stale", ""): 1})

    assert stored() == {("stale", ""): 1}


@pytest.mark.django_db
def test_nothing_to_add_asks_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        counts.add(counts={})


@pytest.mark.django_db(transaction=True)
def test_settlements_that_add_at_once_lose_nothing_and_do_not_lock_up() -> None:
    first, second = DestinationFactory().pk, DestinationFactory().pk

    def add(keys: list[int]) -> None:
        try:
            for _ in range(25):
                with transaction.atomic():
                    counts.add(counts={(key, "outcome", "written"): 1 for key in keys})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as settlements:
        list(settlements.map(add, [[first, second], [second, first]] * 2))

    assert set(Count.objects.values_list("value", flat=True)) == {100}
