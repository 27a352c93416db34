"""`Idempotency-Key` on `POST /api/v1/profiles`: worked once, and answered alike ever after."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from activations import chunks
from activations.models import IngestReceipt, Membership, Profile
from activations.services import api_keys, receipts, upkeep

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/profiles"
JSON = "application/json"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def key() -> str:
    return api_keys.create(name="Shop").text


def ann(tier: str) -> dict[str, Any]:
    return {"identityMap": {"Email": [{"id": "ann@example.org"}]}, "tier": tier}


def people(count: int) -> dict[str, Any]:
    membership = {"ups": {"vip": {"status": "realized"}}}
    ids = ({"Email": [{"id": f"p{number}@example.org"}]} for number in range(count))
    return {"profiles": [{"identityMap": i, "segmentMembership": membership} for i in ids]}


def post(client: Client, key: str, body: Any, idempotency_key: str | None, **more: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"} | more
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(ADDRESS, data, content_type=JSON, headers=headers)


def tier() -> str:
    value: str = Profile.objects.get().attributes["tier"]
    return value


@contextmanager
def database_full_after(*, profile_chunks: int) -> Iterator[None]:
    """Lets so many statements insert profiles; the next one finds the disk full."""
    left = profile_chunks

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal left
        if sql.lstrip().startswith("INSERT INTO activations_profile"):
            left -= 1
            if left < 0:
                raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield


def test_the_first_answer_is_given_again(client: Client, key: str) -> None:
    body = {"profiles": [ann("gold"), {}, {**ann("gold"), "segmentMembership": {"a": {"b": {}}}}]}
    first = post(client, key, body, "order-1")
    again = post(client, key, body, "order-1")

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["rejected"]
    assert first.json()["warnings"]
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_repeated_request_does_not_bring_old_data_back(client: Client, key: str) -> None:
    post(client, key, ann("gold"), "order-1")
    post(client, key, ann("iron"), "order-2")
    post(client, key, ann("gold"), "order-1")

    assert tier() == "iron"


def test_without_the_header_nothing_is_remembered(client: Client, key: str) -> None:
    post(client, key, ann("gold"), None)
    again = post(client, key, ann("gold"), None)

    assert "Idempotent-Replayed" not in again.headers
    assert not IngestReceipt.objects.exists()


def test_the_same_key_with_another_body_is_refused(client: Client, key: str) -> None:
    post(client, key, ann("gold"), "order-1")
    response = post(client, key, ann("iron"), "order-1")

    assert response.status_code == 422
    assert response.json()["error"]["code"] == "idempotency-key-reused"
    assert tier() == "gold"


def test_the_same_profiles_compressed_are_the_same_body(client: Client, key: str) -> None:
    plain = json.dumps(ann("gold")).encode()
    post(client, key, plain, "order-1")
    packed = gzip.compress(plain)
    again = post(client, key, packed, "order-1", **{"Content-Encoding": "gzip"})

    assert again.headers["Idempotent-Replayed"] == "true"


def test_each_sender_has_its_own_keys(client: Client, key: str) -> None:
    post(client, key, ann("gold"), "order-1")
    response = post(client, api_keys.create(name="Till").text, ann("iron"), "order-1")

    assert response.status_code == 202
    assert tier() == "iron"


@pytest.mark.parametrize("bad", ["", " ", "two words", "x" * 256, "tab\tbed", "\u00e5"])
def test_a_bad_key_is_refused(client: Client, key: str, bad: str) -> None:
    response = post(client, key, ann("gold"), bad)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid-idempotency-key"
    assert not Profile.objects.exists()


def test_a_key_of_the_full_length_is_fine(client: Client, key: str) -> None:
    assert post(client, key, ann("gold"), "~" * 255).status_code == 202


def test_a_refused_body_does_not_use_the_key_up(client: Client, key: str) -> None:
    assert post(client, key, b"{", "order-1").status_code == 400
    assert post(client, key, ann("gold"), "order-1").status_code == 202


def test_an_empty_list_is_answered_alike_too(client: Client, key: str) -> None:
    post(client, key, {"profiles": []}, "order-1")

    assert post(client, key, {"profiles": []}, "order-1").headers["Idempotent-Replayed"] == "true"
    assert post(client, key, ann("gold"), "order-1").status_code == 422


def test_what_stopped_half_way_may_be_sent_again(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "SIZE", 10)
    body = people(35)
    with database_full_after(profile_chunks=2):
        assert post(client, key, body, "order-1").status_code == 503
    assert Profile.objects.count() == 20

    assert post(client, key, people(34), "order-1").status_code == 422
    second = post(client, key, body, "order-1")
    assert (second.status_code, second.json()["accepted"]) == (202, 35)
    assert "Idempotent-Replayed" not in second.headers
    assert Profile.objects.count() == Membership.objects.count() == 35
    assert post(client, key, body, "order-1").headers["Idempotent-Replayed"] == "true"


def test_full_chunks_only_are_answered_alike(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "SIZE", 10)
    first = post(client, key, people(20), "order-1")

    assert post(client, key, people(20), "order-1").json() == first.json()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_works_and_all_hear_the_same(key: str) -> None:
    def send(_: int) -> tuple[int, dict[str, Any], bool]:
        try:
            response = post(Client(), key, people(200), "order-1")
            replayed = "Idempotent-Replayed" in response.headers
            return response.status_code, response.json(), replayed
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(send, range(16)))

    assert {status for status, _, _ in answers} == {202}
    assert all(answer == {"accepted": 200, "rejected": []} for _, answer, _ in answers)
    assert [replayed for _, _, replayed in answers].count(False) == 1
    assert Profile.objects.count() == Membership.objects.count() == 200


def test_only_digests_are_kept(client: Client, key: str) -> None:
    post(client, key, ann("gold"), "order-of-ann")

    row = IngestReceipt.objects.values().get()
    assert (len(row["key_digest"]), len(row["body_digest"])) == (64, 64)
    assert "ann" not in str(row)


def test_a_day_later_the_receipt_is_gone(client: Client, key: str) -> None:
    post(client, key, ann("gold"), "order-1")
    sent_at = IngestReceipt.objects.get().created_at
    upkeep.prune(at=sent_at + receipts.KEEP_FOR)
    assert IngestReceipt.objects.count() == 1

    upkeep.prune(at=sent_at + receipts.KEEP_FOR + timedelta(seconds=1))
    assert IngestReceipt.objects.count() == 0


def test_receipts_are_forgotten_in_steps(key: str) -> None:
    api_key = api_keys.verify(text=key, at=timezone.now())
    assert api_key is not None
    old = timezone.now() - timedelta(days=2)
    digests = [f"{number:064}" for number in range(5)]
    IngestReceipt.objects.bulk_create(
        IngestReceipt(
            api_key_id=api_key.id, key_digest=digest, body_digest="", answer={}, created_at=old
        )
        for digest in digests
    )

    assert receipts.prune(at=timezone.now(), limit=3) == 3
    assert [row.key_digest for row in IngestReceipt.objects.all()] == digests[3:]
