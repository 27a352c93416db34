"""The page about what came in: uploads, traffic of the HTTP API, and its keys."""

import json
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activations.models import ApiKey, IngestHour
from activations.services import api_keys, ingest_hours
from activations.terms import IngestSource
from connections.permissions import Permission
from tests import factories
from tests.factories import NOON
from tests.pages.conftest import CountQueries

INGESTION = "/ingestion/"
API = "/ingestion/api/"


def test_nothing_yet_says_how_to_begin(signed_in: Client) -> None:
    assert "No file was uploaded yet" in signed_in.get(INGESTION).content.decode()
    page = signed_in.get(API).content.decode()
    assert "No key yet" in page
    assert "curl http://testserver/api/v1/profiles" in page


def test_thirty_uploads_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    factories.UploadFactory()
    one = count_queries(INGESTION)
    factories.UploadFactory.create_batch(29)
    assert count_queries(INGESTION) == one <= 6


def test_requests_are_counted_by_hour_and_reason(signed_in: Client, client: Client) -> None:
    key = api_keys.create(name="Shop").text
    body = {"profiles": [{"identityMap": {"Email": [{"id": "ann@example.org"}]}}, {}, 7]}
    for _ in range(2):
        client.post(
            "/api/v1/profiles",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
    counts = dict(IngestHour.objects.values_list("code", "count"))
    assert counts == {"": 2, "no-identity": 2, "not-an-object": 2}
    context = signed_in.get(API).context
    assert (context["traffic"].accepted, context["traffic"].rejected) == (2, 4)
    assert "No identity in identityMap" in signed_in.get(API).content.decode()


def test_older_traffic_shows_in_the_longer_ranges_and_is_forgotten(signed_in: Client) -> None:
    at = timezone.now() - timedelta(days=3)
    factories.IngestHourFactory(started_at=at, count=5)
    assert signed_in.get(API).context["traffic"].accepted == 0
    assert signed_in.get(API, {"range": "7d"}).context["traffic"].accepted == 5
    assert signed_in.get(API, {"range": "nonsense"}).status_code == 200
    ingest_hours.prune(at=at + timedelta(days=91))
    assert not IngestHour.objects.exists()


def test_two_requests_in_one_hour_add_up(db: None) -> None:
    for _ in range(2):
        ingest_hours.add(source=IngestSource.API, at=NOON, accepted=2, rejected={"x" * 99: 1})
    assert sorted(IngestHour.objects.values_list("count", flat=True)) == [2, 4]


def test_a_key_is_shown_once(signed_in: Client) -> None:
    answer = signed_in.post(API, {"name": "Shop <b>"})
    text = answer.context["issued"].text
    assert text in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert api_keys.verify(text=text, at=NOON) is not None
    page = signed_in.get(API).content.decode()
    assert text not in page
    assert "Shop &lt;b&gt;" in page


def test_a_name_that_cannot_be_taken_is_told_beside_the_field(signed_in: Client) -> None:
    factories.ApiKeyFactory(name="Shop")
    for name, words in (
        ("Shop", "has this name"),
        ("", "Give the key a name"),
        ("a\tb", "visible"),
    ):
        page = signed_in.post(API, {"name": name}).content.decode()
        assert 'id="id_name_error"' in page
        assert words in page


def test_a_revoked_key_is_refused(signed_in: Client) -> None:
    issued = api_keys.create(name="Shop")
    key = ApiKey.objects.get()
    signed_in.post(reverse("activations:api-key-revoke", args=[key.pk]))
    assert api_keys.verify(text=issued.text, at=NOON) is None
    assert "Revoked" in signed_in.get(API).content.decode()


def test_who_only_watches_sees_no_keys_and_makes_none(client: Client, db: None) -> None:
    client.force_login(factories.member(Permission.MONITOR_DATA))
    key = factories.ApiKeyFactory()
    assert "API keys" not in client.get(API).content.decode()
    assert client.post(API, {"name": "x"}).status_code == 403
    assert client.post(reverse("activations:api-key-revoke", args=[key.pk])).status_code == 403
    assert client.get(INGESTION).status_code == 200
