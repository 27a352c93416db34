"""What the page of a destination says while there is something to send, and when there is not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import Settings

from activations.models import Delivery
from connections import credentials, pacing
from connections.models import Destination
from tests import factories


def _words(client: Client, destination: Destination, name: str = "destination-live") -> str:
    """The page's words, without markup and line breaks."""
    page = client.get(reverse(f"activations:{name}", args=[destination.uuid])).content.decode()
    return re.sub(r"\s+", " ", strip_tags(page))


def _line_up(destination: Destination, count: int, **details: Any) -> list[Delivery]:
    told = {"next_attempt_at": timezone.now(), **details}
    return factories.DeliveryFactory.create_batch(count, destination=destination, **told)


def _send(deliveries: list[Delivery], *, seconds: int) -> None:
    """A request about each, evenly over the last so many seconds."""
    now = timezone.now()
    for number, delivery in enumerate(deliveries):
        started_at = now - timedelta(seconds=seconds * number / len(deliveries))
        factories.AttemptFactory(
            delivery=delivery, started_at=started_at, outcome="written", http_status=200
        )


@pytest.fixture
def paced(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.47


def test_everything_done_is_said_as_nought_unresolved(
    signed_in: Client, destination: Destination
) -> None:
    factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    words = _words(signed_in, destination)
    assert "0 unresolved" in words
    assert "Activated 100 %" in words
    assert "contacts to send" not in words


def test_while_people_are_lined_up_no_full_bar_says_that_all_is_done(
    signed_in: Client, destination: Destination
) -> None:
    backfill = factories.BackfillFactory(
        activation=factories.ActivationFactory(destination=destination)
    )
    delivered = {"state": "delivered", "delivered_seq": 1}
    factories.DeliveryFactory(destination=destination, **delivered)
    words = _words(signed_in, destination)
    assert "Everyone who qualifies is being lined up" in words
    assert "Activated 100 %" not in words
    [waiting] = _line_up(destination, 1)
    assert "Activated 50 %" in _words(signed_in, destination)
    waiting.delete()
    backfill.finished_at = timezone.now()
    backfill.save()
    assert "Activated 100 %" in _words(signed_in, destination)


def test_what_nobody_knows_the_end_of_is_not_said_to_be_resolved(
    signed_in: Client, destination: Destination
) -> None:
    until = timezone.now() + timedelta(minutes=1)
    known = {"state": "failed", "code": "zendesk-422", "unsettled_until": until}
    factories.DeliveryFactory(destination=destination, **known)
    words = _words(signed_in, destination)
    assert "0 unresolved" not in words
    assert words.count("1 unsettled") == 2
    assert "Failed or excluded since, so not sent again by itself." in words


def test_nothing_known_shows_no_progress(signed_in: Client, destination: Destination) -> None:
    assert "Progress" not in _words(signed_in, destination)


@pytest.mark.usefixtures("paced")
def test_what_is_in_line_is_forecast_at_the_limit(
    signed_in: Client, destination: Destination
) -> None:
    _line_up(destination, 30)
    words = _words(signed_in, destination)
    assert "At most 30 contacts to send, 1 request each: under a minute at your limit of" in words
    assert "8.47 requests a second, finished by" in words
    assert "30 in line" in words


@pytest.mark.usefixtures("paced")
def test_the_present_pace_is_measured_and_replaces_the_limit(
    signed_in: Client, destination: Destination
) -> None:
    _send(_line_up(destination, 30, state="delivered", delivered_seq=1), seconds=30)
    _line_up(destination, 60, next_attempt_at=timezone.now() - timedelta(minutes=1))
    words = _words(signed_in, destination)
    rate = re.search(r"Rate now ?(\d+) contacts a minute", words)
    assert rate is not None
    # One a second, and less by what the test itself takes.
    assert 30 <= int(rate[1]) <= 62
    assert "at the present pace" in words


@pytest.mark.usefixtures("paced")
def test_what_little_there_was_to_send_is_not_taken_for_what_can_be_sent(
    signed_in: Client, destination: Destination
) -> None:
    _send(_line_up(destination, 5, state="delivered", delivered_seq=1), seconds=60)
    _line_up(destination, 60)
    words = _words(signed_in, destination)
    assert "60 contacts to send, 1 request each: under a minute at your limit of 8.47" in words


@pytest.mark.usefixtures("paced")
def test_a_line_that_waits_for_somebody_says_nothing_of_the_pace(signed_in: Client) -> None:
    destination = factories.DestinationFactory(status="disabled")
    neighbour = factories.DestinationFactory(account=destination.account, name="Support")
    _send(_line_up(neighbour, 5, state="delivered", delivered_seq=1), seconds=60)
    _line_up(destination, 60, next_attempt_at=timezone.now() - timedelta(hours=1))
    words = _words(signed_in, destination)
    assert "under a minute at your limit of 8.47 requests a second, once it goes on" in words


@pytest.mark.usefixtures("paced")
def test_a_throttled_line_goes_by_what_still_gets_through(
    signed_in: Client, destination: Destination
) -> None:
    _send(_line_up(destination, 15, state="delivered", delivered_seq=1), seconds=60)
    _line_up(destination, 60, next_attempt_at=timezone.now() - timedelta(minutes=5))
    pacing.hold(token_fingerprint=credentials.fingerprint(factories.TOKEN), at_least_seconds=60)
    words = _words(signed_in, destination)
    assert re.search(
        r"60 contacts to send, 1 request each: about \d minutes at the present pace", words
    )


def test_without_a_limit_and_a_measure_nothing_is_promised(
    signed_in: Client, destination: Destination
) -> None:
    _line_up(destination, 3)
    words = _words(signed_in, destination)
    assert "as fast as the simulator answers: no limit is set" in words
    assert "finished by" not in words


@pytest.mark.usefixtures("paced")
def test_who_shares_the_token_is_named_and_counted(
    signed_in: Client, destination: Destination
) -> None:
    neighbour = factories.DestinationFactory(account=destination.account, name="Support")
    _line_up(neighbour, 10)
    _line_up(destination, 5)
    words = _words(signed_in, destination)
    assert "The token is shared with Support: 10 in line there are counted in the time." in words


def test_retries_and_doubts_say_why_and_until_when(
    signed_in: Client, destination: Destination
) -> None:
    later = timezone.now() + timedelta(minutes=4)
    waiting = {"state": "waiting", "next_attempt_at": later}
    _line_up(destination, 2, code="network", **waiting)
    _line_up(destination, 1, unsettled_until=later, **waiting)
    words = _words(signed_in, destination)
    assert "2 wait for a retry · Zendesk could not be reached (network). Next try" in words
    assert "Nothing to do: it is tried again until Zendesk answers." in words
    assert "1 waits for confirmation" in words
    assert "1 of these unsettled" in words


@pytest.mark.parametrize(
    ("known", "said", "step"),
    [
        (
            {"account__status": "rejected", "account__problem": "Refused (401)."},
            "Nothing is sent. Refused (401).",
            "Enter a new token",
        ),
        ({"status": "error", "problem": "Alike."}, "Nothing is sent. Alike.", "Resume and retry"),
        ({"status": "disabled"}, "Disabled.", "enabled with the switch above"),
        (
            {"account__outage_until": timezone.now() + timedelta(minutes=1)},
            "Zendesk cannot be reached.",
            "nothing has to be done",
        ),
    ],
    ids=["rejected", "stopped", "disabled", "outage"],
)
@pytest.mark.usefixtures("paced")
def test_each_hold_says_what_to_do_and_promises_no_time(
    signed_in: Client, known: dict[str, Any], said: str, step: str
) -> None:
    destination = factories.DestinationFactory(**known)
    _line_up(destination, 3)
    words = _words(signed_in, destination)
    assert said in words
    assert step in words
    assert "Held" in words
    assert "3 in line · held, see above; nothing is lost" in words
    assert "once it goes on." in words
    assert "finished by" not in words


def test_a_throttled_token_says_when_it_goes_on(
    signed_in: Client, destination: Destination
) -> None:
    _line_up(destination, 3)
    pacing.hold(token_fingerprint=credentials.fingerprint(factories.TOKEN), at_least_seconds=60)
    words = _words(signed_in, destination)
    assert "Zendesk asked us to slow down. Sending goes on at" in words


def test_nobody_at_work_is_noticed(signed_in: Client, destination: Destination) -> None:
    _line_up(destination, 3, next_attempt_at=timezone.now() - timedelta(minutes=2))
    words = _words(signed_in, destination)
    assert "Nothing is being sent, although there is work." in words
    assert "manage.py serve" in words


def test_nobody_at_work_is_noticed_before_anybody_is_lined_up(signed_in: Client) -> None:
    backfill = factories.BackfillFactory(created_at=timezone.now() - timedelta(minutes=2))
    assert "although there is work" in _words(signed_in, backfill.destination)
    backfill.cursor = 5
    backfill.save()
    words = _words(signed_in, backfill.destination)
    assert "although there is work" not in words
    assert "Lining up everyone who qualifies" in words


def test_codes_lead_to_their_profiles(signed_in: Client, destination: Destination) -> None:
    factories.DeliveryFactory(destination=destination, state="failed", code="zendesk-409")
    url = reverse("activations:destination-problems", args=[destination.uuid])
    page = signed_in.get(url).content.decode()
    profiles = reverse("activations:profiles", args=[destination.uuid])
    assert f'href="{profiles}?state=failed&amp;code=zendesk-409"' in page


def test_a_draft_has_no_outlook(signed_in: Client) -> None:
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    assert "Continue setting up" in _words(signed_in, draft, "destination-detail")
