"""The bell: what is unread, and what a person does with it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.models import Destination, Notification
from connections.permissions import Permission
from tests import factories
from tests.pages.permitted import browser, grant

COUNT, PANEL, READ_ALL = "/alerts/bell/", "/alerts/bell/panel/", "/alerts/bell/read/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine() -> tuple[Client, User]:
    return browser(Permission.VIEW_ALERTS)


def line(person: User, **more: object) -> Notification:
    return factories.NotificationFactory(person=person, **more)


def act(client: Client, notification: Notification, action: str, **typed: str) -> int:
    return client.post(f"/alerts/bell/{notification.uuid}/{action}/", typed).status_code


def unread(client: Client) -> str:
    return client.get(COUNT).content.decode()


def test_the_bell_counts_what_is_unread_in_few_queries(mine: tuple[Client, User]) -> None:
    client, user = mine
    assert "unread" not in unread(client)
    for _ in range(3):
        line(user)
    line(user, read_at=factories.NOON)
    line(factories.UserFactory())

    with CaptureQueriesContext(connection) as captured:
        assert "3 unread" in unread(client)
    # Session, user, permissions of the person and of their roles, unread, open alerts.
    assert len(captured) <= 6


def test_the_navigation_is_brought_what_the_person_may_see(mine: tuple[Client, User]) -> None:
    client, user = mine
    factories.DestinationFactory.create_batch(2)
    factories.DestinationFactory(name="", account=None, status="draft")
    factories.AlertFactory(code="activation-skipped-rate-exceeded")
    factories.AlertFactory(resolved_at=factories.NOON)
    page = unread(client)
    brought = 'aria-hidden="true" hx-swap-oob="true"><span class="badge"'
    assert f'id="nav-alerts" {brought} data-tone="danger">1<' in page
    assert "nav-destinations" not in page

    grant(user, Permission.VIEW_DESTINATIONS)
    live = Destination.objects.exclude(status="draft").count()
    assert f'id="nav-destinations" {brought}>{live}<' in unread(client)
    page = client.get("/destinations/browse/").content.decode()
    assert 'id="nav-destinations" aria-hidden="true"></span>' in page


def test_more_than_ninety_nine_is_said_so(mine: tuple[Client, User]) -> None:
    client, user = mine
    for _ in range(101):
        line(user)

    assert "more than 99" in unread(client)


def test_the_panel_shows_the_newest_twenty_and_nobody_elses(mine: tuple[Client, User]) -> None:
    client, user = mine
    for age in range(25):
        line(user, shown_at=factories.NOON - timedelta(hours=age))
    line(factories.UserFactory())

    with CaptureQueriesContext(connection) as captured:
        lines = client.get(PANEL).context["lines"]
    shown = [row.shown_at for row in lines]
    assert shown == [factories.NOON - timedelta(hours=age) for age in range(20)]
    assert len(captured) <= 6


def test_an_empty_panel_says_what_to_do() -> None:
    client, _ = browser(Permission.VIEW_ALERTS, Permission.VIEW_DESTINATIONS)
    page = client.get(PANEL).content.decode()
    assert "Nothing to tell" in page
    assert "Choose a destination" in page


def test_an_empty_panel_knows_that_one_is_subscribed(mine: tuple[Client, User]) -> None:
    client, user = mine
    subscription = factories.SubscriptionFactory(person=user)
    there = subscription.destination
    factories.SubscriptionFactory(person=user, destination=there, code="zendesk-outage")
    factories.SubscriptionFactory()
    page = client.get(PANEL).content.decode()
    assert "You are subscribed to alerts of a destination." in page
    assert "Choose a destination" not in page


def test_one_is_read_and_then_all(mine: tuple[Client, User]) -> None:
    client, user = mine
    first, _, _ = line(user), line(user), line(user)

    assert act(client, first, "read") == 200
    assert "2 unread" in unread(client)

    page = client.post(READ_ALL).content.decode()
    assert "unread" not in unread(client)
    assert "Mark all as read" not in page


@pytest.mark.parametrize(("delay", "hours"), [("hour", 1), ("day", 24)])
def test_what_is_put_off_is_away_and_comes_back_unread(
    mine: tuple[Client, User], delay: str, hours: int
) -> None:
    client, user = mine
    notification = line(user, read_at=factories.NOON)

    page = client.post(
        f"/alerts/bell/{notification.uuid}/remind/", {"delay": delay}
    ).content.decode()

    assert "Nothing to tell" in page
    notification.refresh_from_db()
    away = notification.shown_at - timezone.now()
    assert timedelta(hours=hours, minutes=-1) < away <= timedelta(hours=hours)
    Notification.objects.update(shown_at=timezone.now())
    assert "1 unread" in unread(client)


def test_an_unknown_delay_changes_nothing(mine: tuple[Client, User]) -> None:
    client, user = mine
    assert act(client, line(user), "remind", delay="never") == 404
    assert "1 unread" in unread(client)


def test_following_one_reads_it_and_leads_to_its_destination() -> None:
    client, user = browser(Permission.VIEW_ALERTS, Permission.VIEW_DESTINATIONS)
    notification = line(user)

    answer = client.post(f"/alerts/bell/{notification.uuid}/follow/")

    destination = notification.alert.destination
    assert destination is not None
    assert answer["Location"] == f"/destinations/{destination.uuid}/"
    assert "unread" not in unread(client)


def test_following_one_leads_no_further_than_one_may_see(mine: tuple[Client, User]) -> None:
    client, user = mine
    answer = client.post(f"/alerts/bell/{line(user).uuid}/follow/", follow=True)
    assert answer.status_code == 200
    assert "unread" not in unread(client)


def test_one_of_an_account_leads_to_the_accounts() -> None:
    client, user = browser(Permission.VIEW_ALERTS, Permission.VIEW_DESTINATIONS)
    account = factories.AccountFactory()
    alert = factories.AlertFactory(destination=None, account=account)

    answer = client.post(f"/alerts/bell/{line(user, alert=alert).uuid}/follow/")

    assert answer["Location"] == "/destinations/accounts/"


def test_somebody_elses_cannot_be_touched(mine: tuple[Client, User]) -> None:
    client, _ = mine
    theirs = line(factories.UserFactory())

    act(client, theirs, "read")
    act(client, theirs, "remind", delay="hour")

    assert act(client, theirs, "follow") == 404
    theirs.refresh_from_db()
    assert (theirs.read_at, theirs.shown_at) == (None, factories.NOON)
