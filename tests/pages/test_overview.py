"""The first page: the way in for a newcomer, what needs attention, and how sending goes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activations.models import Activation
from connections.models import Account, Destination
from connections.permissions import Permission
from tests import factories
from tests.pages.conftest import CountQueries
from tests.pages.permitted import browser

HOME = "/overview/"


@pytest.fixture
def user(db: None) -> User:
    """Somebody who may do everything."""
    return factories.UserFactory(is_superuser=True)


@pytest.fixture
def sending(destination: Destination) -> Destination:
    """With an activated audience, whose Mapping ID Zendesk has."""
    factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    return destination


def _page(client: Client, **asked: str) -> str:
    answer = client.get(HOME, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_installation_is_led_by_the_hand(signed_in: Client) -> None:
    page = _page(signed_in)
    assert "Set up Zendesk" in page
    assert "No audience yet" in page
    assert page.count('aria-current="step"') == 1


def test_what_is_done_is_ticked_and_the_next_step_is_offered(signed_in: Client) -> None:
    destination = factories.DestinationFactory()
    factories.FieldMappingFactory(destination=destination)
    steps = signed_in.get(HOME).context["steps"]
    assert (steps.is_connected, steps.is_authenticated, steps.is_mapped) == (True, True, True)
    assert steps.next == "activate"


def test_a_rejected_token_is_not_authenticated(signed_in: Client) -> None:
    factories.DestinationFactory(account__status="rejected")
    assert signed_in.get(HOME).context["steps"].next == "authenticate"


def test_nothing_that_needs_attention_says_so(signed_in: Client, sending: Destination) -> None:
    assert signed_in.get(HOME).context["attention"] == []
    page = _page(signed_in)
    assert "Nothing</span>" in page
    assert "Zendesk Sell end" in page


def test_a_rejected_account_leads_to_a_new_token(signed_in: Client, sending: Destination) -> None:
    assert sending.account is not None
    Account.objects.update(status="rejected", problem="Zendesk does not accept this token (401).")
    page = _page(signed_in)
    assert "Zendesk does not accept this token (401)." in page
    assert reverse("connections:account-token", args=[sending.account.uuid]) in page


def test_a_stop_is_told_once_with_its_reason(signed_in: Client, sending: Destination) -> None:
    Destination.objects.update(status="error", problem="Refused 20 times.", problem_code="x")
    factories.AlertFactory(destination=sending)
    items = signed_in.get(HOME).context["attention"]
    assert [(item.kind, item.text) for item in items] == [("stopped", "Refused 20 times.")]


def test_another_alert_is_told(signed_in: Client, sending: Destination) -> None:
    factories.AlertFactory(destination=sending, code="skipped", message="5 % were skipped.")
    assert "5 % were skipped." in _page(signed_in)


@pytest.mark.parametrize(
    ("now", "before", "is_told"), [(20, 10, True), (9, 0, False), (19, 10, False)]
)
def test_failures_that_rise_are_told(
    signed_in: Client, sending: Destination, now: int, before: int, is_told: bool
) -> None:
    at = timezone.now()
    for count, hours in ((now, 1), (before, 30)):
        factories.DataflowRunFactory(
            destination=sending,
            started_at=(at - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0),
            identities_failed=count,
        )
    kinds = [item.kind for item in signed_in.get(HOME).context["attention"]]
    assert kinds == (["rising"] if is_told else [])


def test_a_mapping_id_that_zendesk_has_no_more_is_told(
    signed_in: Client, sending: Destination
) -> None:
    Activation.objects.update(mapping_id="Reg No")
    (item,) = signed_in.get(HOME).context["attention"]
    assert (item.kind, item.text) == ("gone", "“Reg No” is no contact field in Zendesk.")


def test_fields_that_were_never_read_prove_nothing(signed_in: Client, sending: Destination) -> None:
    Activation.objects.update(mapping_id="Whatever")
    Account.objects.update(contact_fields=[], contact_fields_at=None)
    assert signed_in.get(HOME).context["attention"] == []


def test_numbers_come_with_their_change(signed_in: Client, sending: Destination) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for hours, count in ((1, 300), (25, 200)):
        factories.DataflowRunFactory(
            destination=sending,
            started_at=hour - timedelta(hours=hours),
            identities_activated=count,
            identities_failed=100,
        )
    context = signed_in.get(HOME).context
    assert (context["total"].activated, context["total"].rate) == (300, "75.0 %")
    assert context["trends"]["activated"].text == "+50.0 % against before"
    assert context["trends"]["failed"].text == "as many as before"


@pytest.mark.parametrize("key", ["24h", "7d", "30d", "no such"])
def test_each_time_has_its_chart_with_a_table(
    signed_in: Client, sending: Destination, key: str
) -> None:
    page = _page(signed_in, range=key)
    assert 'role="slider"' in page
    assert "Show as a table" in page


def test_backlog_and_pace_stand_beside_the_limit(
    signed_in: Client, sending: Destination, settings: object
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.0  # type: ignore[attr-defined]
    delivery = factories.DeliveryFactory(destination=sending)
    for fence in range(120):
        factories.AttemptFactory(
            delivery=delivery,
            fence=fence,
            started_at=timezone.now() - timedelta(seconds=20),
            outcome="written",
        )
    (line,) = signed_in.get(HOME).context["lines"]
    assert (line.queued, round(line.per_second, 1), line.used) == (1, 2.0, 25)


def test_the_most_active_audiences_are_named(signed_in: Client, sending: Destination) -> None:
    for name, count in (("Few <b>", 1), ("Many", 9)):
        factories.AudienceRunFactory(
            destination=sending,
            audience__name=name,
            started_at=timezone.now() - timedelta(hours=2),
            activated=count,
        )
    assert [one.name for one in signed_in.get(HOME).context["active"]] == ["Many", "Few <b>"]
    assert "Few &lt;b&gt;" in _page(signed_in)


def test_it_is_drawn_again_only_when_something_changed(
    signed_in: Client, sending: Destination
) -> None:
    mark = signed_in.get(HOME).context["mark"]
    headers = {"HX-Request": "true"}
    assert signed_in.get(HOME, {"seen": mark}, headers=headers).status_code == 204
    factories.DeliveryFactory(destination=sending)
    news = signed_in.get(HOME, {"seen": mark}, headers=headers).content.decode()
    assert news.lstrip().startswith("<div")
    assert "1 in line" in news


def test_thirty_of_everything_take_as_many_queries_as_one(
    count_queries: CountQueries, sending: Destination
) -> None:
    def add(count: int) -> None:
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        for number in range(count):
            other = factories.DestinationFactory()
            factories.ActivationFactory(destination=other)
            factories.DeliveryFactory(destination=other)
            started_at = hour - timedelta(hours=number % 20)
            factories.DataflowRunFactory(destination=other, started_at=started_at)
            factories.AudienceRunFactory(destination=other, started_at=started_at, activated=1)

    add(1)
    one = count_queries(HOME)
    add(29)
    assert count_queries(HOME) == one <= 15


def test_the_newest_destinations_are_named_with_their_status(
    signed_in: Client, sending: Destination
) -> None:
    for number in range(6):
        factories.DestinationFactory(name=f"New {number}", status="disabled")
    factories.DestinationFactory(name="", account=None, status="draft")
    created = signed_in.get(HOME).context["created"]
    assert [(one.destination.name, one.status) for one in created] == [
        (f"New {number}", "disabled") for number in (5, 4, 3, 2, 1)
    ]
    assert f"{reverse('activations:browse')}?sort=-created" in _page(signed_in)


def test_audiences_that_no_destination_sends_are_counted_and_one_link_away(
    signed_in: Client, sending: Destination
) -> None:
    mapped = Activation.objects.get().audience
    factories.ActivationFactory(audience=mapped)
    factories.AudienceFactory.create_batch(2)
    found = signed_in.get(HOME).context["mapped"]
    assert (found.mapped, found.unmapped) == (1, 2)
    page = _page(signed_in)
    for choice, count in (("yes", 1), ("no", 2)):
        url = f"{reverse('activations:audiences')}?activated={choice}"
        assert f'<a href="{url}">{count}</a>' in page
        assert len(signed_in.get(url).context["rows"]) == count


def test_who_may_not_see_audiences_is_told_their_number_only(sending: Destination) -> None:
    client, _ = browser(Permission.VIEW_DESTINATIONS)
    page = _page(client)
    assert "Not mapped to any" in page
    assert reverse("activations:audiences") not in page
