"""Runs of audiences: what is counted, that a kill loses and doubles nothing, and what it costs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from activations.deliveries.store import audience_runs
from activations.models import (
    Activation,
    Attempt,
    Audience,
    AudienceRun,
    AudienceRunCursor,
    Delivery,
)
from activations.services import upkeep
from connections.models import Destination
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(hours=3)


class Killed(Exception):
    """The worker ends in the middle of something."""


@pytest.fixture
def vip(db: None) -> Activation:
    upkeep.count_audience_runs(at=NOON)
    activation = factories.ActivationFactory()
    Activation.objects.update(created_at=NOON - timedelta(days=1))
    return activation


def deliver(
    activation: Activation, *, at: datetime = NOON, count: int = 1, outcome: str = "written"
) -> list[Delivery]:
    """People of the audience, with one finished request each."""
    found = []
    for _ in range(count):
        delivery = end(activation, state="delivered", code="", at=at)
        factories.AttemptFactory(delivery=delivery, started_at=at, outcome=outcome)
        found.append(delivery)
    return found


def end(activation: Activation, *, state: str, code: str, at: datetime = NOON) -> Delivery:
    delivery = factories.DeliveryFactory(
        destination=activation.destination, state=state, code=code, delivered_seq=1, updated_at=at
    )
    factories.MembershipFactory(profile=delivery.profile, audience=activation.audience)
    return delivery


def counted(activation: Activation) -> list[tuple[datetime, int, int, int]]:
    rows = AudienceRun.objects.filter(
        destination=activation.destination, audience=activation.audience
    ).order_by("started_at")
    return [(row.started_at, row.activated, row.excluded, row.failed) for row in rows]


def test_each_ending_counts_in_its_hour(vip: Activation) -> None:
    next_hour = NOON + timedelta(hours=1)
    deliver(vip, count=2)
    deliver(vip, at=next_hour)
    end(vip, state="excluded", code="missing-email", at=next_hour)
    end(vip, state="failed", code="zendesk-422", at=next_hour - timedelta(microseconds=1))
    upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == [(NOON, 2, 0, 1), (next_hour, 1, 1, 0)]


def test_a_profile_counts_in_each_activated_audience_it_is_in(vip: Activation) -> None:
    other = factories.ActivationFactory(destination=vip.destination)
    not_here = factories.ActivationFactory(audience__name="Elsewhere")
    Activation.objects.update(created_at=NOON)
    (delivery,) = deliver(vip)
    for activation in (other, not_here):
        factories.MembershipFactory(
            profile=delivery.profile, audience=activation.audience, status="exited"
        )
    upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == counted(other) == [(NOON, 1, 0, 0)]
    assert counted(not_here) == []


def test_an_audience_activated_later_was_not_sent_before(vip: Activation) -> None:
    Activation.objects.update(created_at=NOON + timedelta(hours=2))
    deliver(vip)
    upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == []


@pytest.mark.parametrize("outcome", ["", "rejected", "throttled", "unknown", "superseded"])
def test_only_what_zendesk_stored_was_activated(vip: Activation, outcome: str) -> None:
    deliver(vip, outcome=outcome)
    upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == []


def test_what_may_still_change_is_left_for_later(vip: Activation) -> None:
    deliver(vip, at=NOON + timedelta(minutes=30), outcome="")
    upkeep.count_audience_runs(at=NOON + timedelta(minutes=33))
    Attempt.objects.update(outcome="written")
    upkeep.count_audience_runs(at=NOON + timedelta(minutes=40))
    assert counted(vip) == [(NOON, 1, 0, 0)]


def test_counting_again_adds_nothing(vip: Activation) -> None:
    deliver(vip, count=3)
    for _ in range(3):
        upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == [(NOON, 3, 0, 0)]


def test_slices_of_any_size_come_to_the_same(vip: Activation) -> None:
    for second in range(7):
        deliver(vip, at=NOON + timedelta(seconds=second // 2))
    while audience_runs.count_slice(at=LATER, limit=1):
        pass
    assert counted(vip) == [(NOON, 7, 0, 0)]


def _kill_at(word: str) -> Callable[..., Any]:
    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if word in sql:
            raise Killed
        return done

    return wrapper


@pytest.mark.parametrize(
    "moment", ["INSERT INTO activations_audiencerun ", 'UPDATE "activations_audiencerun']
)
def test_a_kill_in_the_middle_neither_loses_nor_doubles(vip: Activation, moment: str) -> None:
    for second in range(6):
        deliver(vip, at=NOON + timedelta(seconds=second))
    assert audience_runs.count_slice(at=LATER, limit=2)
    with connection.execute_wrapper(_kill_at(moment)), pytest.raises(Killed):
        audience_runs.count_slice(at=LATER, limit=2)
    upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == [(NOON, 6, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_workers_that_count_together_count_once(vip: Activation) -> None:
    for second in range(20):
        deliver(vip, at=NOON + timedelta(seconds=second))

    def work(_: int) -> None:
        try:
            while audience_runs.count_slice(at=LATER, limit=2):
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == [(NOON, 20, 0, 0)]


def test_ten_requests_a_second_take_a_slice_of_few_queries_for_each_two_thousand(
    vip: Activation,
) -> None:
    _send(vip.destination, vip.audience, requests=9_000)
    with CaptureQueriesContext(connection) as captured:
        slices = upkeep.count_audience_runs(at=LATER)
    assert counted(vip) == [(NOON, 9_000, 0, 0)]
    # Five with requests, three for the ends of hours; 36,000 took 0.3 s of a processor.
    assert slices == 8
    assert len(captured) <= 12 * (slices + 1)


def _send(destination: Destination, audience: Audience, *, requests: int) -> None:
    """Ten a second, of a hundred people, each as often as it takes."""
    people = [
        factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
        for _ in range(100)
    ]
    for delivery in people:
        factories.MembershipFactory(profile=delivery.profile, audience=audience)
    Attempt.objects.bulk_create(
        Attempt(
            delivery=people[number % 100],
            fence=number,
            seq=1,
            digest="0" * 64,
            started_at=NOON + timedelta(seconds=number / 10),
            deadline_at=NOON,
            outcome="written",
        )
        for number in range(requests)
    )


def test_runs_over_age_are_pruned(vip: Activation) -> None:
    for days in (89, 91):
        started_at = NOON - timedelta(days=days)
        factories.AudienceRunFactory(
            destination=vip.destination, audience=vip.audience, started_at=started_at
        )
        factories.DataflowRunFactory(destination=vip.destination, started_at=started_at)
    upkeep.prune(at=NOON)
    kept = NOON - timedelta(days=89)
    assert [row.started_at for row in AudienceRun.objects.all()] == [kept]
    assert [row.started_at for row in vip.destination.runs.all()] == [kept]


def test_it_begins_with_the_hour_of_its_first_call(db: None) -> None:
    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert upkeep.count_audience_runs(at=at) == 1
    cursor = AudienceRunCursor.objects.get()
    assert cursor.counted_until == audience_runs.horizon(at=at)
