"""What authors ticked before there were subscriptions is theirs afterwards, and back again."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps

from connections.alert_rules import DELAY, SKIPPED_RATE
from connections.models import Destination, Subscription
from tests import factories

migration = importlib.import_module("connections.migrations.0006_subscribe_authors")

pytestmark = pytest.mark.django_db


def test_authors_are_subscribed_and_files_are_left_alone() -> None:
    author = factories.UserFactory()
    wizard = factories.DestinationFactory(created_by=author, alerts=[SKIPPED_RATE])
    file = factories.DestinationFactory(alerts=[DELAY])

    migration.subscribe(apps, SimpleNamespace())

    found = Subscription.objects.values_list("destination", "person", "code")
    assert list(found) == [(wizard.pk, author.pk, SKIPPED_RATE)]
    assert Destination.objects.get(pk=wizard.pk).alerts == []
    assert Destination.objects.get(pk=file.pk).alerts == [DELAY]

    migration.unsubscribe(apps, SimpleNamespace())

    assert Destination.objects.get(pk=wizard.pk).alerts == [SKIPPED_RATE]
    assert Destination.objects.get(pk=file.pk).alerts == [DELAY]
