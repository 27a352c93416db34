"""Activation data: the audiences of a destination, found, sorted, sent again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from activations.models import Activation, Resend
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages.conftest import CountQueries
from tests.pages.permitted import browser


def _url(destination: Destination, name: str = "destination-data", query: str = "") -> str:
    return reverse(f"activations:{name}", args=[destination.uuid]) + query


def _activate(destination: Destination, name: str, **details: Any) -> Activation:
    """Long ago, everybody sent once."""
    row = factories.ActivationFactory(
        destination=destination,
        audience__name=name,
        backfilled_at=timezone.now() - timedelta(days=2),
        **details,
    )
    Activation.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=3))
    return row


def _names(client: Client, url: str) -> list[str]:
    return [row.activation.audience.name for row in client.get(url).context["rows"]]


def test_it_counts_members_and_what_became_of_them(
    signed_in: Client, destination: Destination
) -> None:
    row = _activate(destination, "VIP")
    factories.AudienceDayFactory(audience=row.audience, realized=1_200, existing=34, exited=5)
    for hours in (0, 1):
        factories.AudienceRunFactory(
            destination=destination,
            audience=row.audience,
            started_at=factories.NOON - timedelta(hours=hours),
            activated=100,
            excluded=20,
            failed=3,
        )
    factories.AudienceRunFactory(audience=row.audience, activated=9_999)

    page = signed_in.get(_url(destination))

    [shown] = page.context["rows"]
    outcomes = shown.outcomes
    assert (outcomes.activated, outcomes.excluded, outcomes.failed) == (200, 40, 6)
    assert outcomes.last_run_at == factories.NOON
    assert shown.counts.members == 1_234
    assert "1,234" in page.content.decode()


def test_until_a_run_is_counted_it_says_so_and_how_late_that_is(
    signed_in: Client, destination: Destination, settings: Settings
) -> None:
    settings.DELIVERY_LEASE_SECONDS, settings.DELIVERY_DEADLINE_SECONDS = 90, 30
    settings.DELIVERY_SETTLE_SECONDS = 121
    row = _activate(destination, "VIP")

    first = signed_in.get(_url(destination)).content.decode()
    factories.AudienceRunCursorFactory(counted_until=factories.NOON)
    factories.AudienceRunFactory(destination=destination, audience=row.audience, activated=63)
    later = signed_in.get(_url(destination)).content.decode()

    assert "none counted yet" in first
    assert "counted 5 to 6 minutes later" in first
    assert "so far up to" not in first
    assert "none counted yet" not in later
    assert ">63</td>" in later
    assert f"{factories.NOON:%-d %b %Y, %H:%M} UTC" in later.split("so far up to")[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=vip", ["VIP customers"]),
        ("?q=field+bargain", ["Bargains"]),
        ("?schedule=planned", ["Bargains"]),
        ("?schedule=ended", ["Old"]),
        ("?schedule=running&sort=-name", ["VIP customers"]),
        ("?sort=-field", ["VIP customers", "Old", "Bargains"]),
        ("?sort=members", ["Bargains", "Old", "VIP customers"]),
        ("?sort=nonsense", ["Bargains", "Old", "VIP customers"]),
        ("?q=%00nobody", []),
    ],
)
def test_audiences_are_searched_filtered_and_sorted_in_the_address(
    signed_in: Client, destination: Destination, query: str, found: list[str]
) -> None:
    today = timezone.now().date()
    vip = _activate(destination, "VIP customers", mapping_id="Field V")
    factories.AudienceDayFactory(audience=vip.audience, realized=10)
    _activate(destination, "Bargains", mapping_id="Field B", start_on=today + timedelta(days=1))
    old = _activate(destination, "Old", mapping_id="Field O", end_on=today - timedelta(days=1))
    factories.AudienceDayFactory(audience=old.audience, realized=5)

    assert _names(signed_in, _url(destination, query=query)) == found


def test_ten_thousand_audiences_come_in_pages(signed_in: Client, destination: Destination) -> None:
    for number in range(30):
        _activate(destination, f"Audience {number:02}")

    assert len(_names(signed_in, _url(destination))) == 25
    page = signed_in.get(_url(destination, query="?page=2&q=Audience&sort=-name"))
    assert [row.activation.audience.name for row in page.context["rows"]][-1] == "Audience 00"
    assert "q=Audience" in page.content.decode()


def test_nothing_fits_and_nothing_is_there_are_told_apart(
    signed_in: Client, destination: Destination
) -> None:
    assert "No audience is activated" in signed_in.get(_url(destination)).content.decode()
    _activate(destination, "VIP")
    page = signed_in.get(_url(destination, query="?q=nobody")).content.decode()
    assert "No audience fits" in page


def _ask(client: Client, destination: Destination, *chosen: Activation) -> str:
    query = "&".join(f"chosen={row.pk}" for row in chosen)
    answer = client.get(_url(destination, "activate-now", f"?{query}"))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_before_it_is_sent_again_it_says_how_much_that_is(
    signed_in: Client, destination: Destination, settings: Settings
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.0
    rows = [_activate(destination, name) for name in ("VIP", "<b>News</b>")]
    for row in rows:
        factories.AudienceDayFactory(audience=row.audience, realized=7_000, existing=200, exited=9)
    factories.DeliveryFactory(destination=destination)

    dialog = _ask(signed_in, destination, *rows)

    assert "Activate 2 audiences now?" in dialog
    assert "At most 14,400 contacts, 1 request each" in dialog
    assert "about 30 minutes at your limit of 8 requests a second, with 1 already in line" in dialog
    assert "&lt;b&gt;News&lt;/b&gt;" in dialog
    assert not Resend.objects.exists()


def test_what_cannot_be_sent_again_says_why_and_when_it_can(
    signed_in: Client, destination: Destination
) -> None:
    now = timezone.now()
    again = _activate(destination, "Again")
    factories.ResendFactory(
        destination=destination,
        audience=again.audience,
        created_at=now - timedelta(hours=1),
        finished_at=now,
    )
    over = _activate(destination, "Over", end_on=now.date() - timedelta(days=1))

    dialog = _ask(signed_in, destination, again, over)

    assert "2 cannot be sent again now" in dialog
    assert "Its schedule ended on" in dialog
    assert f"{now + timedelta(hours=23):%Y-%m-%dT%H:%M}" in dialog
    assert "Yes, activate now" not in dialog


def test_a_disabled_destination_says_what_to_do_first(
    signed_in: Client, destination: Destination
) -> None:
    row = _activate(destination, "VIP")
    Destination.objects.update(status="disabled")

    assert "enable it first" in _ask(signed_in, destination, row)
    url = _url(destination, "activate-now")
    page = signed_in.post(url, {"chosen": row.pk}, follow=True).content.decode()
    assert "enable it first" in page
    assert not Resend.objects.exists()


def test_an_order_becomes_a_job_that_the_page_follows(
    signed_in: Client, destination: Destination
) -> None:
    row, elsewhere = _activate(destination, "VIP"), factories.ActivationFactory()
    url = _url(destination, "activate-now")

    page = signed_in.post(url, {"chosen": [row.pk, elsewhere.pk]}, follow=True)

    assert "1 audience is queued: all members are sent again." in page.content.decode()
    job = Resend.objects.get()
    assert (job.audience, job.destination) == (row.audience, destination)
    assert [one.status for one in page.context["jobs"]] == ["queued"]
    seen = {"tab": "data", "seen": page.context["mark"]}
    assert signed_in.get(_url(destination, "destination-live"), seen).status_code == 204
    Resend.objects.update(started_at=timezone.now(), members=400, activated=30, under_way=[[1, 2]])
    news = signed_in.get(_url(destination, "destination-live"), seen).content.decode()
    assert 'id="jobs" hx-swap-oob="true"' in news
    assert "30 of 400" in news

    twice = signed_in.post(url, {"chosen": row.pk}, follow=True).content.decode()
    assert "VIP was not queued. It is being sent again at this moment." in twice
    assert Resend.objects.count() == 1


def test_a_running_job_is_stopped_and_a_finished_one_is_not(
    signed_in: Client, destination: Destination
) -> None:
    job = factories.ResendFactory(destination=destination, started_at=timezone.now())
    url = reverse("activations:activate-now-stop", args=[destination.uuid, job.uuid])

    assert "is not sent any further" in signed_in.post(url, follow=True).content.decode()
    job.refresh_from_db()
    assert job.problem.startswith("Stopped by")
    assert "Nothing was stopped" in signed_in.post(url, follow=True).content.decode()
    other = factories.DestinationFactory()
    url = reverse("activations:activate-now-stop", args=[other.uuid, job.uuid])
    assert signed_in.post(url).status_code == 404


def test_who_may_only_look_is_offered_nothing_and_refused(destination: Destination) -> None:
    client, _ = browser(Permission.VIEW_DESTINATIONS)
    row = _activate(destination, "VIP")

    page = client.get(_url(destination)).content.decode()

    for word in ("Activate now", "Remove audiences", "Select all"):
        assert word not in page
    url = _url(destination, "activate-now")
    assert client.get(url, {"chosen": row.pk}).status_code == 403
    assert client.post(url, {"chosen": row.pk}).status_code == 403


def test_a_full_page_takes_as_many_queries_as_one_row_and_few(
    count_queries: CountQueries, destination: Destination
) -> None:
    def add(count: int) -> None:
        for number in range(count):
            row = _activate(destination, f"Audience {number}")
            factories.AudienceDayFactory(audience=row.audience)
            factories.AudienceRunFactory(destination=destination, audience=row.audience)
            factories.ResendFactory(destination=destination, audience=row.audience)

    add(1)
    one = count_queries(_url(destination))
    add(29)
    # Two fewer may be needed: with ten open jobs nobody looks for finished ones.
    assert count_queries(_url(destination)) <= one <= 13
