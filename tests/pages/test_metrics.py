"""What a Prometheus server reads."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from connections.models import DestinationStatus
from tests.factories import DataflowRunFactory, DeliveryFactory, DestinationFactory

pytestmark = pytest.mark.django_db
SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="([^"\\\n]|\\.)*"(,[a-z]+="([^"\\\n]|\\.)*")*\})? \d+')


def lines(client: Client) -> list[str]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return str(answer.content.decode()).splitlines()


def test_deliveries_and_requests_are_told_for_each_destination(client: Client) -> None:
    destination = DestinationFactory(name="Zendesk CRM")
    DeliveryFactory(destination=destination, state="excluded", code="missing-email")
    DeliveryFactory(destination=destination, state="waiting")
    DataflowRunFactory(destination=destination, requests_sent=7, requests_throttled=2)

    found = lines(client)

    crm = 'destination="Zendesk CRM"'
    assert f'zendeskdest_deliveries{{{crm},state="pending"}} 1' in found
    assert f'zendeskdest_deliveries{{{crm},state="excluded"}} 1' in found
    assert f'zendeskdest_deliveries{{{crm},state="delivered"}} 0' in found
    assert f'zendeskdest_excluded{{{crm},code="missing-email"}} 1' in found
    assert f'zendeskdest_requests{{{crm},result="sent"}} 7' in found
    assert f'zendeskdest_requests{{{crm},result="throttled"}} 2' in found


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
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        DeliveryFactory()
    with django_assert_max_num_queries(4):
        lines(client)
