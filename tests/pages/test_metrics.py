"""What a Prometheus server reads."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from activations.models import Count
from activations.terms import Lane
from connections import alerts
from connections.models import DestinationStatus
from tests.factories import AccountFactory, DataflowRunFactory, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db
SAMPLE = re.compile(
    r'[a-z_]+(\{[a-z]+="([^"\\\n]|\\.)*"(,[a-z]+="([^"\\\n]|\\.)*")*\})? \d+(\.\d+)?'
)
CRM = 'destination="Zendesk CRM"'


def lines(client: Client) -> list[str]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return str(answer.content.decode()).splitlines()


def value(client: Client, sample: str) -> float:
    found = [line for line in lines(client) if line.startswith(f"{sample} ")]
    assert len(found) == 1, (sample, found)
    return float(found[0].rpartition(" ")[2])


def test_deliveries_and_requests_are_told_for_each_destination(client: Client) -> None:
    destination = DestinationFactory(name="Zendesk CRM")
    DeliveryFactory(destination=destination, state="excluded", code="missing-email")
    DeliveryFactory(destination=destination, state="waiting")
    DataflowRunFactory(destination=destination, requests_sent=7, requests_throttled=2)

    found = lines(client)

    assert f'zendeskdest_deliveries{{{CRM},state="pending"}} 1' in found
    assert f'zendeskdest_deliveries{{{CRM},state="excluded"}} 1' in found
    assert f'zendeskdest_deliveries{{{CRM},state="delivered"}} 0' in found
    assert f'zendeskdest_excluded{{{CRM},code="missing-email"}} 1' in found
    assert f'zendeskdest_requests{{{CRM},result="sent"}} 7' in found
    assert f'zendeskdest_requests{{{CRM},result="throttled"}} 2' in found


def test_the_backlog_is_told_by_lane_with_its_age(client: Client) -> None:
    destination = DestinationFactory(name="Zendesk CRM")
    now = timezone.now()
    for minutes in (5, 9):
        at = now - timedelta(minutes=minutes)
        DeliveryFactory(destination=destination, lane=Lane.BACKFILL, next_attempt_at=at)
    later = now + timedelta(hours=1)
    DeliveryFactory(destination=destination, state="waiting", next_attempt_at=later)

    assert value(client, f'zendeskdest_backlog{{{CRM},lane="backfill"}}') == 2
    assert value(client, f'zendeskdest_backlog{{{CRM},lane="live"}}') == 1
    age = value(client, f'zendeskdest_oldest_pending_seconds{{{CRM},lane="backfill"}}')
    assert 540 <= age < 570
    assert value(client, f'zendeskdest_oldest_pending_seconds{{{CRM},lane="live"}}') == 0


def test_a_change_that_is_tried_again_and_again_grows_old(client: Client) -> None:
    destination = DestinationFactory(name="Zendesk CRM")
    now = timezone.now()
    DeliveryFactory(
        destination=destination,
        state="waiting",
        next_attempt_at=now + timedelta(minutes=9),
        first_due_at=now - timedelta(hours=2),
    )
    in_hand = {"state": "leased", "lease_until": now + timedelta(minutes=1)}
    at = now - timedelta(minutes=3)
    DeliveryFactory(destination=destination, lane=Lane.BACKFILL, next_attempt_at=at, **in_hand)

    live, backfill = (
        value(client, f'zendeskdest_oldest_pending_seconds{{{CRM},lane="{lane}"}}')
        for lane in ("live", "backfill")
    )
    assert 7_200 <= live < 7_230
    assert 180 <= backfill < 210


def test_counters_come_from_what_settlements_stored(client: Client) -> None:
    destination = DestinationFactory(name="Zendesk CRM")
    for name, label, count in (
        ("outcome", "written", 40),
        ("outcome", "zendesk-429", 3),
        ("stale", "", 2),
        ("missed-turn", "", 5),
        ("request-seconds", "0.1", 30),
        ("request-seconds", "+Inf", 13),
        ("request-ms", "", 12_345),
    ):
        Count.objects.create(destination=destination, name=name, label=label, value=count)

    assert value(client, f'zendeskdest_outcomes_total{{{CRM},code="written"}}') == 40
    assert value(client, f"zendeskdest_throttles_total{{{CRM}}}") == 3
    assert value(client, f"zendeskdest_stale_settlements_total{{{CRM}}}") == 2
    assert value(client, f"zendeskdest_missed_turns_total{{{CRM}}}") == 5
    assert value(client, f'zendeskdest_request_seconds_bucket{{{CRM},le="0.05"}}') == 0
    assert value(client, f'zendeskdest_request_seconds_bucket{{{CRM},le="0.1"}}') == 30
    assert value(client, f'zendeskdest_request_seconds_bucket{{{CRM},le="+Inf"}}') == 43
    assert value(client, f"zendeskdest_request_seconds_sum{{{CRM}}}") == 12.345
    assert value(client, f"zendeskdest_request_seconds_count{{{CRM}}}") == 43


def test_counters_start_at_nought_so_that_the_first_event_is_a_rise(client: Client) -> None:
    DestinationFactory(name="Zendesk CRM")

    assert value(client, f'zendeskdest_outcomes_total{{{CRM},code="written"}}') == 0
    assert value(client, f"zendeskdest_throttles_total{{{CRM}}}") == 0


def test_open_alerts_are_told_until_they_are_over(client: Client) -> None:
    account = AccountFactory(name="Acme Sell")
    alerts.trigger(code="account-rejected", message="Why", account_id=account.pk)
    sample = 'zendeskdest_alerts_open{about="account",name="Acme Sell",code="account-rejected"}'
    assert value(client, sample) == 1

    alerts.resolve(account_id=account.pk)

    assert not any(line.startswith("zendeskdest_alerts_open{") for line in lines(client))


@pytest.mark.parametrize(
    ("changed", "sends"),
    [({}, 1), ({"status": "disabled"}, 0), ({"account__status": "rejected"}, 0)],
)
def test_whether_a_destination_sends_is_told(
    client: Client, changed: dict[str, str], sends: int
) -> None:
    DestinationFactory(name="Zendesk CRM", **changed)

    assert value(client, f"zendeskdest_sending{{{CRM}}}") == sends


def test_every_line_is_well_formed_whatever_a_destination_is_called(client: Client) -> None:
    DestinationFactory(name='a "b" \\ {c}\nd')

    samples = [line for line in lines(client) if not line.startswith("# ")]

    assert samples
    assert all(SAMPLE.fullmatch(line) for line in samples)


def test_a_draft_and_a_persons_data_are_not_told(client: Client) -> None:
    DestinationFactory(name="Half done", status=DestinationStatus.DRAFT)
    delivery = DeliveryFactory(state="failed", code="zendesk-409", detail="planted detail")

    text = "\n".join(lines(client))

    assert "Half done" not in text
    assert "planted" not in text
    assert delivery.profile.email not in text


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        DeliveryFactory()
    with django_assert_num_queries(7):
        lines(client)


@pytest.mark.parametrize("sent", ["", "Bearer wrong", "Basic secret", "Bearer", "Bearer sécret"])
def test_with_a_token_it_answers_nobody_else(client: Client, settings: Settings, sent: str) -> None:
    settings.METRICS_TOKEN = "secret"

    answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"zendeskdest_" not in answer.content


def test_with_a_token_it_answers_whoever_sends_it(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "secret"

    assert client.get("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 200
