"""The Alerts workspace: rules, history, messages, subscribing; and who may do what."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from connections import alerts, encryption
from connections.alert_rules import BY_CODE, DELAY, FAILURE, OUTAGE, SUCCESS
from connections.models import Alert, AlertRule, Destination, Message, Subscription, Webhook
from connections.permissions import Permission
from tests import factories
from tests.pages import opened
from tests.pages.permitted import browser, grant

VIEW, MANAGE = Permission.VIEW_ALERTS, Permission.MANAGE_ALERTS
HISTORY, RESOLVE = Permission.VIEW_ALERT_HISTORY, Permission.RESOLVE_ALERTS

BROWSE, HISTORY_PAGE, MESSAGES = "/alerts/", "/alerts/history/", "/alerts/messages/"
THRESHOLD = f"/alerts/rules/{DELAY}/threshold/"
SUBSCRIBERS = f"/alerts/rules/{DELAY}/subscribers/"
TOGGLE = f"/alerts/rules/{DELAY}/toggle/"
HOSTILE = "<script>alert(1)</script> \u202e" + "x" * 150

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    client, _ = browser(VIEW, MANAGE, HISTORY, RESOLVE)
    return client


def get(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def happened(destination: Destination, code: str = FAILURE, **more: object) -> Alert:
    return factories.AlertFactory(
        destination=destination, code=code, triggered_at=timezone.now(), **more
    )


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("path", "method", "needed"),
    [
        (BROWSE, "get", {VIEW}),
        (HISTORY_PAGE, "get", {HISTORY}),
        (MESSAGES, "get", {MANAGE}),
        (THRESHOLD, "get", {MANAGE}),
        (SUBSCRIBERS, "get", {MANAGE}),
        (TOGGLE, "post", {MANAGE}),
        ("/alerts/1/resolve/", "post", {RESOLVE}),
        ("/alerts/messages/test/", "post", {MANAGE}),
        ("/alerts/bell/", "get", {VIEW}),
        ("/alerts/bell/panel/", "get", {VIEW}),
        ("/alerts/bell/read/", "post", {VIEW}),
    ],
)
def test_each_page_asks_for_its_own_permission(
    path: str, method: str, needed: set[Permission]
) -> None:
    others = {VIEW, MANAGE, HISTORY, RESOLVE} - needed
    without, _ = browser(*others)
    having, _ = browser(*needed)

    assert getattr(without, method)(path).status_code == 403
    assert getattr(having, method)(path).status_code in {200, 302, 404}


def test_what_one_may_not_do_is_not_offered() -> None:
    viewer, _ = browser(VIEW)
    page = get(viewer, BROWSE)

    for words in ("Edit threshold", 'role="switch"', "History", "E-mail and webhooks"):
        assert words not in page


def test_somebody_without_alerts_has_no_bell(client: Client, db: None) -> None:
    client.force_login(factories.member(Permission.VIEW_DESTINATIONS))
    assert "bell-count" not in get(client, "/destinations/browse/")


def test_the_rules_stand_with_threshold_and_subscribers(manager: Client) -> None:
    factories.SubscriptionFactory(code=DELAY)
    page = get(manager, BROWSE)

    for rule in BY_CODE.values():
        assert rule.name in page
    assert "150 minutes" in page
    assert "1 %" in page


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("60", 60), ("5", 5), ("4", None), ("10081", None), ("2.5", None), ("", None), ("x", None)],
)
def test_a_threshold_is_kept_within_its_bounds(
    manager: Client, typed: str, stored: int | None
) -> None:
    posted = {"threshold": typed} | opened.mark(manager, THRESHOLD)
    page = manager.post(THRESHOLD, posted, follow=True).content.decode()

    row = AlertRule.objects.filter(code=DELAY).first()
    assert (row and row.threshold) == stored
    assert ("id_threshold_error" in page) is (stored is None)
    if stored is None:
        assert f'value="{typed}"' in page or typed == ""


def test_a_rule_without_a_threshold_has_no_such_page(manager: Client) -> None:
    assert manager.get(f"/alerts/rules/{SUCCESS}/threshold/").status_code == 404
    assert manager.post("/alerts/rules/unknown/toggle/").status_code == 404


def test_a_rule_is_switched_off_and_on(manager: Client) -> None:
    for wanted in ("off", "on"):
        page = manager.post(TOGGLE, {"is_on": wanted}, follow=True).content.decode()
        assert AlertRule.objects.get(code=DELAY).is_enabled is (wanted == "on")
        assert f"is {'enabled' if wanted == 'on' else 'disabled'}." in page


def test_history_is_searched_by_rule_and_by_object(manager: Client) -> None:
    north, south = factories.DestinationFactory(name="North"), factories.DestinationFactory()
    happened(north, FAILURE)
    happened(south, DELAY)

    def found(words: str) -> list[str]:
        rows = manager.get(HISTORY_PAGE, {"q": words}).context["rows"]
        return [row.alert.code for row in rows]

    assert found("north") == [FAILURE]
    assert found("delay") == [DELAY]
    assert found("flow run") == [DELAY, FAILURE]
    assert found("north delay") == []
    assert "No alert fits" in get(manager, f"{HISTORY_PAGE}?q=nothing\x00")


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("range=24h", [0]),
        ("", [0, 3]),
        ("range=30d", [0, 3, 20]),
        ("range=nonsense", [0, 3]),
        ("range=custom&from=2020-01-01&to=9998-12-31", [0, 3, 20, 60]),
    ],
)
def test_history_shows_the_time_asked_about(manager: Client, query: str, days: list[int]) -> None:
    now = timezone.now()
    for age in (0, 3, 20, 60):
        factories.AlertFactory(triggered_at=now - timedelta(days=age), message=f"{age} days old")

    rows = manager.get(f"{HISTORY_PAGE}?{query}").context["rows"]

    assert [row.alert.message for row in rows] == [f"{age} days old" for age in days]


@pytest.mark.parametrize(
    "query",
    ["from=2026-02-02&to=2026-02-01", "from=&to=2026-02-01", "from=2026-99-01&to=x", "from=1-1-1"],
)
def test_a_time_that_cannot_be_is_said_and_what_was_typed_is_kept(
    manager: Client, query: str
) -> None:
    page = get(manager, f"{HISTORY_PAGE}?range=custom&{query}")

    assert 'id="range-problem"' in page


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", "2026-03-02"), ("", "2026-03-01"), ("x", "2026-03-01")]
)
def test_a_day_of_history_is_one_of_the_persons_zone_which_is_named(
    manager: Client, zone: str, day: str
) -> None:
    manager.cookies["zone"] = zone
    # The second of March, one o'clock, in Auckland.
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    factories.AlertFactory(triggered_at=noon, message="At noon")

    def found(day: str) -> list[str]:
        answer = manager.get(HISTORY_PAGE, {"range": "custom", "from": day, "to": day})
        assert f'name="from" value="{day}"' in answer.content.decode()
        return [row.alert.message for row in answer.context["rows"]]

    assert found(day) == ["At noon"]
    other = {"2026-03-01": "2026-03-02", "2026-03-02": "2026-03-01"}[day]
    assert found(other) == []
    named = zone if "/" in zone else "UTC"
    assert f"Days are those of {named}." in get(manager, HISTORY_PAGE)


def test_the_time_of_history_is_asked_for_as_in_monitoring(manager: Client) -> None:
    page = get(manager, HISTORY_PAGE)
    for words in ("Last 24 hours", "Last 7 days", "Last 30 days", ">Apply</button>"):
        assert words in page


def test_history_says_what_became_of_the_messages(manager: Client) -> None:
    alert = happened(factories.DestinationFactory())
    why = "The mail server refused it for good (550)."
    for state in ("sent", "sent", "waiting"):
        factories.MessageFactory(alert=alert, occasion="triggered", state=state)
    factories.MessageFactory(alert=alert, occasion="triggered", state="given-up", problem=why)
    page = get(manager, HISTORY_PAGE)

    for words in ("2 sent", "1 waiting", "1 given up", why):
        assert words in page


def test_a_failure_is_resolved_by_hand_and_an_outage_is_not(manager: Client) -> None:
    failure = happened(factories.DestinationFactory(), FAILURE)
    delay = happened(factories.DestinationFactory(), DELAY)
    assert get(manager, HISTORY_PAGE).count(">Resolve</button>") == 1

    for alert in (failure, delay):
        manager.post(f"/alerts/{alert.pk}/resolve/")

    failure.refresh_from_db()
    delay.refresh_from_db()
    assert failure.resolved_at is not None
    assert failure.resolved_by is not None
    assert delay.resolved_at is None
    for key in ("99999999999999999999", "x"):
        assert manager.post(f"/alerts/{key}/resolve/").status_code == 404


@pytest.mark.parametrize("path", [BROWSE, HISTORY_PAGE, MESSAGES, SUBSCRIBERS])
def test_more_of_everything_takes_no_more_queries(path: str) -> None:
    client, _ = browser(VIEW, MANAGE, HISTORY, RESOLVE)

    def add(count: int) -> None:
        for _ in range(count):
            alert = happened(factories.DestinationFactory())
            factories.MessageFactory(alert=alert, occasion="triggered")
            factories.SubscriptionFactory(code=DELAY)
            factories.WebhookFactory()

    add(1)
    one = queries(client, path)
    add(30)
    assert queries(client, path) == one <= 15


@pytest.mark.parametrize("path", [HISTORY_PAGE, MESSAGES, SUBSCRIBERS, "/alerts/bell/panel/"])
def test_hostile_names_are_shown_as_text(path: str) -> None:
    client, user = browser(VIEW, MANAGE, HISTORY)
    destination = factories.DestinationFactory(name=HOSTILE)
    alert = happened(destination, message=HOSTILE)
    factories.MessageFactory(
        alert=alert,
        occasion="triggered",
        person=None,
        webhook=factories.WebhookFactory(name=HOSTILE),
    )
    factories.NotificationFactory(alert=alert, person=user)
    grant(factories.UserFactory(username=HOSTILE[:150]), VIEW)
    page = get(client, path)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_may_not_see_destinations_comes_back_to_the_rules() -> None:
    client, _ = browser(VIEW)
    path = f"/destinations/{factories.DestinationFactory().uuid}/alerts/"
    assert client.post(path, {"from": "browse"}, follow=True).status_code == 200
    assert 'href="/alerts/"' in get(client, path)


def test_a_person_subscribes_in_a_dialog_and_changes_it() -> None:
    client, user = browser(VIEW, Permission.VIEW_DESTINATIONS)
    destination = factories.DestinationFactory()
    path = f"/destinations/{destination.uuid}/alerts/"
    dialog = client.get(f"{path}?from=browse", headers={"HX-Request": "true"}).content.decode()
    assert "<dialog" in dialog
    assert "<html" not in dialog
    assert "<html" in get(client, path)

    answer = client.post(path, {"rules": [DELAY, FAILURE], "has_email": "on", "from": "browse"})
    assert answer["Location"] == "/destinations/browse/"
    mine = Subscription.objects.filter(person=user, destination=destination)
    assert list(mine.order_by("code").values_list("code", "has_email")) == [
        (DELAY, True),
        (FAILURE, True),
    ]
    page = get(client, path)
    assert page.count(" checked") == 3

    client.post(path, {})
    assert not mine.exists()


def test_whoever_subscribes_reads_the_threshold_and_what_is_disabled() -> None:
    client, _ = browser(VIEW)
    destination = factories.DestinationFactory()
    now = timezone.now()
    AlertRule.objects.create(code=DELAY, threshold=45, changed_at=now)
    AlertRule.objects.create(code=OUTAGE, is_enabled=False, changed_at=now)

    page = get(client, f"/destinations/{destination.uuid}/alerts/")

    assert "a larger share was excluded than the threshold. It is judged from 100" in page
    assert "a smaller run when its clock hour is over. Threshold: 1 %." in page
    assert "Threshold: 45 minutes." in page
    assert page.count("This rule is disabled now: nobody hears of it.") == 1


def test_two_tabs_of_one_person_add_to_each_other() -> None:
    client, user = browser(VIEW)
    destination = factories.DestinationFactory()
    path = f"/destinations/{destination.uuid}/alerts/"
    client.post(path, {"rules": [DELAY, FAILURE], "has_email": "on"})
    seen = client.get(path).context["form"]["seen"].value()

    # Both tabs opened with two rules; one adds a third, the other takes one of the two away.
    client.post(path, {"rules": [DELAY, FAILURE, SUCCESS], "has_email": "on", "seen": seen})
    client.post(path, {"rules": [FAILURE], "has_email": "on", "seen": seen})

    mine = Subscription.objects.filter(person=user, destination=destination)
    assert set(mine.values_list("code", "has_email")) == {(FAILURE, True), (SUCCESS, True)}

    client.post(path, {"rules": [FAILURE, SUCCESS], "seen": f"{FAILURE},{SUCCESS},e-mail"})
    assert set(mine.values_list("has_email", flat=True)) == {False}


def test_nobody_subscribes_to_a_rule_that_is_none() -> None:
    client, _ = browser(VIEW)
    destination = factories.DestinationFactory()

    typed = {"rules": ["made-up", DELAY], "from": "browse"}
    answer = client.post(f"/destinations/{destination.uuid}/alerts/", typed)

    assert answer.status_code == 200
    assert Subscription.objects.count() == 0
    # The dialog came back as a page; it still leads where it was opened.
    page = answer.content.decode()
    assert 'name="from" value="browse"' in page
    assert "An alert you ticked does not exist any more." in page
    assert page.count(" checked") == 1


def test_without_a_mail_server_the_page_says_so_and_keeps_the_box_shut(settings: Settings) -> None:
    settings.EMAIL_IS_ON = False
    client, _ = browser(VIEW, MANAGE)
    path = f"/destinations/{factories.DestinationFactory().uuid}/alerts/"

    client.post(path, {"rules": [DELAY], "has_email": "on"})

    assert "EMAIL_URL is not set" in get(client, path)
    assert Subscription.objects.get().has_email is False
    assert "No mail server is set." in get(client, MESSAGES)


def test_an_address_is_shown_as_text() -> None:
    client, _ = browser(VIEW, email='"<img src=x>"@example.org')

    page = get(client, f"/destinations/{factories.DestinationFactory().uuid}/alerts/")

    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page


def test_a_manager_chooses_who_of_the_page_hears_of_a_rule(manager: Client) -> None:
    destination = factories.DestinationFactory(name="North")
    people = [grant(factories.member(), VIEW) for _ in range(3)]
    stranger = factories.member()
    for person in (people[0], people[2]):
        factories.SubscriptionFactory(destination=destination, code=DELAY, person=person)
    typed = {
        "asked": [people[0].pk, people[1].pk, stranger.pk, "9" * 30, "x"],
        "listening": [people[1].pk, stranger.pk],
        "emailed": [people[1].pk],
    }

    manager.post(f"{SUBSCRIBERS}?destination={destination.uuid}", typed)

    found = Subscription.objects.order_by("person").values_list("person", "has_email")
    assert list(found) == [(people[1].pk, True), (people[2].pk, False)]
    assert manager.get(f"{SUBSCRIBERS}?destination=unknown").status_code == 404


def test_who_has_no_address_is_led_to_their_own_settings_and_no_further() -> None:
    factories.DestinationFactory()
    client, _ = browser(VIEW, MANAGE, email="")
    grant(factories.member(email=""), VIEW)
    page = get(client, SUBSCRIBERS)

    assert page.count('No address:</span> <a href="/settings/">') == 1
    assert page.count("No address; they enter one in Your settings") == 1
    assert "Back to the rules" in page


def test_an_alert_that_only_rang_says_that_no_message_went_out(manager: Client) -> None:
    happened(factories.DestinationFactory())
    page = get(manager, HISTORY_PAGE)

    assert "what rings behind a bell is not counted here" in page
    assert (
        '<td data-label="E-mail and webhooks" class="wrap small"><span class="muted">None' in page
    )


def test_a_webhook_is_made_and_its_secret_shown_once(manager: Client, settings: Settings) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example.org"]
    typed = {"name": "Room", "url": "https://hooks.example.org/a", "rules": [DELAY, OUTAGE]}
    answer = manager.post("/alerts/webhooks/new/", typed)
    made = Webhook.objects.get()
    secret = encryption.unseal(sealed=made.sealed_secret, belongs_to=made.belongs_to)

    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert secret not in get(manager, MESSAGES)
    renewed = manager.post(f"/alerts/webhooks/{made.uuid}/secret/").content.decode()
    assert secret not in renewed
    manager.post(f"/alerts/webhooks/{made.uuid}/test/")
    assert Message.objects.get().webhook == made
    manager.post(f"/alerts/webhooks/{made.uuid}/delete/")
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "https://other.example.org/a"}, "url"),
        ({"url": "http://hooks.example.org/a"}, "url"),
        ({"name": "Taken"}, "name"),
        ({"rules": []}, "rules"),
    ],
)
def test_a_webhook_that_will_not_do_is_refused_beside_the_field(
    manager: Client, settings: Settings, change: dict[str, object], field: str
) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example.org"]
    factories.WebhookFactory(name="Taken")
    typed = {"name": "Room", "url": "https://hooks.example.org/a", "rules": [DELAY], **change}

    page = manager.post("/alerts/webhooks/new/", typed).content.decode()

    assert f'id="id_{field}_error"' in page
    assert Webhook.objects.count() == 1


def test_without_allowed_hosts_webhooks_are_off(manager: Client) -> None:
    assert "WEBHOOK_HOSTS" in get(manager, MESSAGES)
    assert manager.get("/alerts/webhooks/new/").status_code == 404


def test_a_test_mail_goes_to_whoever_asks_for_it() -> None:
    client, user = browser(MANAGE)
    client.post("/alerts/messages/test/")

    message = Message.objects.get()
    assert (message.person, message.occasion, message.state) == (user, "test", "waiting")


def test_the_settings_of_a_destination_offer_to_subscribe_and_no_page_shows_events() -> None:
    client, _ = browser(VIEW, Permission.VIEW_DESTINATIONS, MANAGE)
    destination = factories.DestinationFactory()
    alerts.note(
        code=SUCCESS, message="5 identities", destination_id=destination.pk, run_at=timezone.now()
    )
    page = get(client, f"/destinations/{destination.uuid}/")
    settings = get(client, f"/destinations/{destination.uuid}/settings/")

    path = f"/destinations/{destination.uuid}/alerts/?from=settings"
    assert f'hx-get="{path}"' in settings
    assert 'name="from" value="settings"' in get(client, path)
    saved = client.post(path, {"rules": [SUCCESS], "from": "settings"})
    assert saved["Location"] == f"/destinations/{destination.uuid}/settings/"
    assert "5 identities" not in page + settings
