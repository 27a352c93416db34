"""Who hears of an alert, and what is stored to be sent."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from connections import alerts, destinations
from connections.alert_rules import ACCOUNT_REJECTED, BY_CODE, FAILURE, STOPPED
from connections.models import Alert, Destination, Message, Notification
from connections.rules import set_enabled
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def trigger(destination: Destination, code: str = FAILURE) -> None:
    assert alerts.trigger(code=code, message="3 failed.", destination_id=destination.pk)


def bells() -> list[User]:
    return [row.person for row in Notification.objects.order_by("pk")]


def mails() -> list[User | None]:
    return [row.person for row in Message.objects.filter(webhook=None).order_by("pk")]


def test_subscribers_of_the_rule_and_destination_hear_of_it_and_of_its_end() -> None:
    wanted = factories.SubscriptionFactory(code=FAILURE, has_email=True)
    factories.SubscriptionFactory(code=FAILURE)
    factories.SubscriptionFactory(code=STOPPED, destination=wanted.destination)
    trigger(wanted.destination)
    assert bells() == mails() == [wanted.person]

    factories.SubscriptionFactory(code=FAILURE, destination=wanted.destination)
    alerts.resolve(destination_id=wanted.destination.pk, codes=(FAILURE,))

    assert bells() == mails() == [wanted.person, wanted.person]
    assert set(Message.objects.values_list("occasion", flat=True)) == {"triggered", "resolved"}


def test_a_rejected_account_is_told_to_subscribers_of_its_destinations_once() -> None:
    first = factories.SubscriptionFactory(code=ACCOUNT_REJECTED)
    account = first.destination.account
    beside = factories.DestinationFactory(account=account)
    factories.SubscriptionFactory(code=ACCOUNT_REJECTED, destination=beside, person=first.person)
    factories.SubscriptionFactory(code=ACCOUNT_REJECTED)

    alerts.trigger(code=ACCOUNT_REJECTED, message="Why", account_id=account.pk)

    assert bells() == [first.person]


def test_rules_of_a_workspace_file_reach_everybody_who_may_see_alerts() -> None:
    destination = factories.DestinationFactory(alerts=[FAILURE])
    boss = factories.UserFactory(is_superuser=True)
    factories.member()
    factories.UserFactory(is_superuser=True, is_active=False)

    trigger(destination)

    assert bells() == [boss]


def test_who_may_no_longer_see_alerts_hears_of_none() -> None:
    subscription = factories.SubscriptionFactory(
        code=FAILURE, has_email=True, person=factories.member()
    )

    trigger(subscription.destination)

    assert bells() == mails() == []


def test_webhooks_hear_of_the_rules_chosen_for_them() -> None:
    hook = factories.WebhookFactory(rules=[FAILURE])
    factories.WebhookFactory(rules=[STOPPED])

    trigger(factories.DestinationFactory())

    assert [message.webhook for message in Message.objects.all()] == [hook]


def test_a_disabled_rule_keeps_its_record_and_tells_nobody() -> None:
    subscription = factories.SubscriptionFactory(code=STOPPED, has_email=True)
    factories.WebhookFactory()
    person = subscription.person
    set_enabled(rule=BY_CODE[STOPPED], is_enabled=False, person=person, at=NOON)

    destinations.stop(destination_id=subscription.destination.pk, code=STOPPED, problem="Why")

    assert Alert.objects.filter(resolved_at=None).count() == 1
    assert bells() == mails() == []
    assert Message.objects.count() == 0


def test_an_alert_and_its_messages_are_stored_together_or_not() -> None:
    """Outside, everything is rolled back with the caller's own transaction."""
    subscription = factories.SubscriptionFactory(code=FAILURE, has_email=True)
    with transaction.atomic():
        trigger(subscription.destination)
        transaction.set_rollback(True)

    assert Alert.objects.count() == Notification.objects.count() == Message.objects.count() == 0


def test_what_was_over_long_ago_is_forgotten_with_all_that_was_said() -> None:
    old = factories.AlertFactory(resolved_at=NOON - timedelta(days=91))
    kept = [factories.AlertFactory(resolved_at=NOON), factories.AlertFactory()]
    factories.NotificationFactory(alert=old)
    factories.MessageFactory(alert=old, occasion="triggered")
    factories.MessageFactory(created_at=NOON - timedelta(days=91))
    fresh = factories.MessageFactory()

    alerts.prune(before=NOON - timedelta(days=90))

    assert list(Alert.objects.order_by("pk")) == kept
    assert Notification.objects.count() == 0
    assert list(Message.objects.all()) == [fresh]
