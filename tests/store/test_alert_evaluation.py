"""The rules of alerts over a database: triggered once, over once, whoever looks and how often."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from activations.models import DataflowRun
from activations.services import alerting
from activations.terms import DeliveryState, Lane
from connections import alerts, destinations, marks, rules
from connections.alert_rules import (
    BY_CODE,
    DELAY,
    FAILURE,
    OUTAGE,
    SKIPPED_RATE,
    START,
    SUCCESS,
    Rule,
)
from connections.models import Alert, Destination, Notification
from connections.queries import alert_rules
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def look(at: datetime) -> None:
    alerting.evaluate(at=at)


def run(destination: Destination, at: datetime = NOON, **counts: int) -> DataflowRun:
    """The run of an hour, with exactly these counts."""
    figures = {f"identities_{name}": count for name, count in counts.items()}
    made, _ = DataflowRun.objects.update_or_create(
        destination=destination, started_at=at, defaults=figures
    )
    return made


def told(code: str) -> list[tuple[str, bool]]:
    """Every record of a rule: its message, and whether it is open."""
    rows = Alert.objects.filter(code=code).order_by("pk").values_list("message", "resolved_at")
    return [(message, resolved_at is None) for message, resolved_at in rows]


def occasions(destination: Destination) -> list[str]:
    rows = Notification.objects.filter(alert__destination=destination).order_by("pk")
    return list(rows.values_list("occasion", flat=True))


@pytest.fixture
def destination(db: None) -> Destination:
    """Somebody subscribes to each rule there."""
    made = factories.DestinationFactory(name="Zendesk CRM")
    person = factories.UserFactory(is_superuser=True)
    for code in BY_CODE:
        factories.SubscriptionFactory(destination=made, person=person, code=code)
    return made


def test_a_skipped_rate_is_told_once_and_its_end_once(destination: Destination) -> None:
    run(destination, activated=388, excluded=12)
    for minute in (5, 6, 30):
        look(NOON + timedelta(minutes=minute))
    assert told(SKIPPED_RATE) == [
        ("12 identities excluded of 400 in the run of 12:00 UTC (3.0 %).", True)
    ]

    run(destination, NOON + HOUR, activated=400)
    for minute in (5, 61, 62):
        look(NOON + HOUR + timedelta(minutes=minute))

    assert [is_open for _, is_open in told(SKIPPED_RATE)] == [False]
    told_of = Notification.objects.filter(alert__code=SKIPPED_RATE).order_by("pk")
    assert list(told_of.values_list("occasion", flat=True)) == ["triggered", "resolved"]


def test_a_rate_that_goes_up_and_down_within_its_hour_is_one_record(
    destination: Destination,
) -> None:
    for excluded in (12, 1, 12, 1, 12):
        run(destination, activated=400 - excluded, excluded=excluded)
        look(NOON + timedelta(minutes=30))

    assert [is_open for _, is_open in told(SKIPPED_RATE)] == [True]


def test_a_run_that_ends_within_the_threshold_ends_its_own_record(
    destination: Destination,
) -> None:
    run(destination, excluded=50, activated=60)
    look(NOON + timedelta(minutes=10))
    run(destination, excluded=50, activated=99_000)
    look(NOON + timedelta(minutes=50))
    assert [is_open for _, is_open in told(SKIPPED_RATE)] == [True]

    look(NOON + HOUR)
    look(NOON + HOUR + timedelta(minutes=1))

    assert [is_open for _, is_open in told(SKIPPED_RATE)] == [False]


def test_hours_without_outcomes_end_nothing(destination: Destination) -> None:
    run(destination, failed=3, activated=1)
    look(NOON + timedelta(minutes=5))
    run(destination, NOON + HOUR)

    look(NOON + 5 * HOUR)

    assert told(FAILURE) == [("3 identities failed of 4 in the run of 12:00 UTC.", True)]


def test_what_a_person_resolved_is_not_raised_again_for_the_same_run(
    destination: Destination,
) -> None:
    run(destination, failed=1)
    look(NOON + timedelta(minutes=5))
    person = factories.UserFactory()
    assert alerts.resolve_by_hand(alert=Alert.objects.get(code=FAILURE), person=person)

    run(destination, failed=9)
    look(NOON + timedelta(minutes=6))

    assert [is_open for _, is_open in told(FAILURE)] == [False]
    assert Alert.objects.get(code=FAILURE).resolved_by == person


def test_start_and_success_are_events_told_once(destination: Destination) -> None:
    run(destination, activated=3)
    for _ in range(2):
        look(NOON + timedelta(minutes=1))
    assert told(START) == [("The run of 12:00 UTC began.", False)]
    assert told(SUCCESS) == []

    for _ in range(2):
        look(NOON + HOUR)

    assert told(SUCCESS) == [("3 identities activated in the run of 12:00 UTC.", False)]
    assert occasions(destination) == ["triggered", "triggered"]


def test_events_are_not_recorded_where_nobody_listens() -> None:
    run(factories.DestinationFactory(), activated=3)

    look(NOON + HOUR)

    assert Alert.objects.count() == 0


def test_events_are_recorded_where_a_webhook_or_a_workspace_file_listens() -> None:
    named = factories.DestinationFactory(alerts=[START])
    run(named, excluded=3)
    run(factories.DestinationFactory(), excluded=3)
    look(NOON + timedelta(minutes=1))
    assert len(told(START)) == 1

    factories.WebhookFactory(rules=[START])
    look(NOON + timedelta(minutes=2))
    assert len(told(START)) == 2


def test_a_change_that_waits_for_too_long_is_a_delay_until_it_is_sent(
    destination: Destination,
) -> None:
    row = factories.DeliveryFactory(destination=destination, next_attempt_at=NOON)
    factories.DeliveryFactory(destination=destination, next_attempt_at=NOON + 2 * HOUR)
    look(NOON + timedelta(minutes=150))
    assert told(DELAY) == []

    look(NOON + timedelta(minutes=151))
    look(NOON + timedelta(minutes=152))
    assert told(DELAY) == [("The oldest change has been waiting for 151 minutes; 2 in line.", True)]

    row.delete()
    look(NOON + timedelta(minutes=153))
    assert [is_open for _, is_open in told(DELAY)] == [False]


def test_a_delay_is_not_over_before_half_of_the_threshold(destination: Destination) -> None:
    row = factories.DeliveryFactory(destination=destination, lane=Lane.BACKFILL)
    look(NOON + timedelta(minutes=151))
    for minutes, is_open in ((100, True), (76, True), (75, False)):
        row.next_attempt_at = NOON + timedelta(minutes=200 - minutes)
        row.save()
        look(NOON + timedelta(minutes=200))
        assert [found for _, found in told(DELAY)] == [is_open]


def test_a_retry_counts_from_its_first_turn_since_the_last_success(
    destination: Destination,
) -> None:
    factories.DeliveryFactory(
        destination=destination,
        state=DeliveryState.WAITING,
        next_attempt_at=NOON + 3 * HOUR,
        first_due_at=NOON,
    )
    look(NOON + timedelta(minutes=149))
    assert told(DELAY) == []

    look(NOON + timedelta(minutes=151))

    assert len(told(DELAY)) == 1


@pytest.mark.parametrize("hold", ["disabled", "error", "rejected"])
def test_what_is_held_on_purpose_is_not_late_and_starts_anew(
    destination: Destination, hold: str
) -> None:
    factories.DeliveryFactory(destination=destination, next_attempt_at=NOON)
    account = destination.account
    assert account is not None
    if hold == "rejected":
        account.status = "rejected"
        account.save()
    else:
        Destination.objects.update(status=hold)
    look(NOON + 5 * HOUR)
    account.status = "connected"
    account.save()
    Destination.objects.update(status="enabled")

    look(NOON + 5 * HOUR + timedelta(minutes=149))
    assert told(DELAY) == []
    look(NOON + 5 * HOUR + timedelta(minutes=151))
    assert len(told(DELAY)) == 1


def test_holding_a_late_destination_ends_the_delay(destination: Destination) -> None:
    factories.DeliveryFactory(destination=destination, next_attempt_at=NOON)
    look(NOON + 3 * HOUR)
    destinations.disable(destination=destination)

    look(NOON + 3 * HOUR + timedelta(minutes=1))

    assert [is_open for _, is_open in told(DELAY)] == [False]
    assert occasions(destination)[-1] == "resolved"


def test_an_outage_is_told_after_minutes_and_once_until_it_is_over(
    destination: Destination,
) -> None:
    account = destination.account
    assert account is not None
    account.outage_until, account.outage_failures = NOON, 12
    account.save()
    for minutes in (0, 4, 5, 6):
        look(NOON + timedelta(minutes=minutes))
    assert [is_open for _, is_open in told(OUTAGE)] == [True]
    assert Alert.objects.get().account == account

    account.outage_until = None
    account.save()
    look(NOON + timedelta(minutes=7))

    assert [is_open for _, is_open in told(OUTAGE)] == [False]
    told_of = Notification.objects.order_by("pk").values_list("occasion", flat=True)
    assert list(told_of) == ["triggered", "resolved"]


def test_a_flapping_outage_begins_anew_each_time(destination: Destination) -> None:
    account = destination.account
    assert account is not None
    for minute in range(20):
        account.outage_until = NOON if minute % 4 else None
        account.save()
        look(NOON + timedelta(minutes=minute))

    assert told(OUTAGE) == []


@pytest.mark.parametrize("code", [FAILURE, SKIPPED_RATE, START, SUCCESS, DELAY])
def test_a_disabled_rule_finds_nothing_and_drops_what_it_found(
    destination: Destination, code: str
) -> None:
    def scene() -> None:
        run(destination, activated=90, excluded=5, failed=5)
        run(destination, NOON + HOUR, activated=90)
        factories.DeliveryFactory(destination=destination, next_attempt_at=NOON - 3 * HOUR)
        look(NOON + HOUR)
        look(NOON + 2 * HOUR)

    scene()
    before = Alert.objects.filter(code=code).count()
    assert before
    person = factories.UserFactory()
    rules.set_enabled(rule=BY_CODE[code], is_enabled=False, person=person, at=NOON)
    assert not Alert.objects.filter(code=code, resolved_at=None).exists()
    DataflowRun.objects.all().delete()
    Alert.objects.all().delete()

    scene()

    assert not Alert.objects.filter(code=code).exists()


def _set_threshold(rule: Rule, threshold: int, person: User | None) -> None:
    seen = marks.of(row=alert_rules.standings()[rule.code], fields=["threshold"])
    rules.set_threshold(rule=rule, threshold=Decimal(threshold), seen=seen, person=person, at=NOON)


def test_a_threshold_counts_from_the_next_look_on(destination: Destination) -> None:
    run(destination, failed=5, activated=5)
    rule, person = BY_CODE[FAILURE], factories.UserFactory()
    _set_threshold(rule, 5, person)
    look(NOON + timedelta(minutes=1))
    assert told(FAILURE) == []

    _set_threshold(rule, 4, person)
    look(NOON + timedelta(minutes=2))
    assert len(told(FAILURE)) == 1


def test_a_threshold_out_of_bounds_is_refused_by_the_service_too() -> None:
    with pytest.raises(ValueError, match="threshold"):
        _set_threshold(BY_CODE[DELAY], 1, None)


def test_enabling_a_destination_does_not_end_what_was_found_by_looking(
    destination: Destination,
) -> None:
    run(destination, failed=5)
    look(NOON + timedelta(minutes=1))

    destinations.enable(destination=destination)

    assert [is_open for _, is_open in told(FAILURE)] == [True]


def test_twenty_destinations_take_as_many_queries_as_one(destination: Destination) -> None:
    def count() -> int:
        look(NOON + timedelta(minutes=6))
        with CaptureQueriesContext(connection) as captured:
            look(NOON + timedelta(minutes=6))
        return len(captured)

    run(destination, activated=100)
    one = count()
    for other in factories.DestinationFactory.create_batch(19):
        run(other, activated=100)
        factories.DeliveryFactory(destination=other)
    assert count() == one <= 18


@pytest.mark.django_db(transaction=True)
def test_two_evaluators_at_once_tell_everything_once() -> None:
    made = factories.DestinationFactory()
    for code in (FAILURE, SKIPPED_RATE, START, DELAY):
        factories.SubscriptionFactory(destination=made, code=code)
    run(made, failed=5, excluded=50, activated=60)
    factories.DeliveryFactory(destination=made, next_attempt_at=NOON - 3 * HOUR)

    _together(lambda: look(NOON + timedelta(minutes=5)))
    assert Alert.objects.count() == Notification.objects.count() == 4

    DataflowRun.objects.update(identities_failed=0, identities_excluded=0)
    made.deliveries.all().delete()
    _together(lambda: look(NOON + HOUR + timedelta(minutes=5)))
    assert not Alert.objects.filter(resolved_at=None).exists()
    assert Notification.objects.filter(occasion="resolved").count() == 3


def _together(work: Callable[[], Any], people: int = 3) -> None:
    barrier = threading.Barrier(people)

    def one(_: int) -> None:
        try:
            barrier.wait(timeout=10)
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(one, range(people)))
