"""`POST /api/v1/profiles`: what it takes, what it answers, and whom it refuses."""

import gzip
import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from gunicorn.http.errors import InvalidChunkSize
from pytest_django import Settings

from activations.models import ApiKey, Membership, Profile
from activations.services import api_keys

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/profiles"
ANN = {"identityMap": {"Email": [{"id": "ann@example.org"}]}}
BO = {"identityMap": {"Email": [{"id": "bo@example.org"}]}}
LINES = "application/x-ndjson"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def key() -> str:
    return api_keys.create(name="Shop").text


def post(client: Client, key: str, body: Any, **more: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    content_type = more.setdefault("content_type", "application/json")
    more["CONTENT_TYPE"] = content_type  # the test client sends none with an empty body
    headers = {"Authorization": f"Bearer {key}"} | more.pop("headers", {})
    return client.post(ADDRESS, data, headers=headers, **more)


def test_one_profile_is_stored(client: Client, key: str) -> None:
    response = post(client, key, ANN | {"person": {"name": {"lastName": "Ek"}}})

    assert (response.status_code, response.json()) == (202, {"accepted": 1, "rejected": []})
    assert Profile.objects.get().attributes == {"person": {"name": {"lastName": "Ek"}}}


def test_a_list_names_what_was_rejected_by_index(client: Client, key: str) -> None:
    response = post(client, key, {"profiles": [ANN, {}, BO, 5]})

    assert response.status_code == 202
    answer = response.json()
    assert answer["accepted"] == 2
    assert [(item["index"], item["code"]) for item in answer["rejected"]] == [
        (1, "no-identity"),
        (3, "not-an-object"),
    ]
    assert all(item["message"] for item in answer["rejected"])


def test_json_lines_are_taken_one_by_one(client: Client, key: str) -> None:
    body = json.dumps(ANN).encode() + b"\n\n{broken\n" + json.dumps(BO).encode()
    response = post(client, key, body, content_type=f"{LINES}; charset=utf-8")

    assert response.status_code == 202
    answer = response.json()
    assert answer["accepted"] == 2
    assert [(item["index"], item["code"]) for item in answer["rejected"]] == [(1, "invalid-json")]


def test_what_was_left_out_is_a_warning(client: Client, key: str) -> None:
    membership = {"segmentMembership": {"ups": {"vip": {"status": "soon"}}}}
    answer = post(client, key, ANN | membership).json()

    assert (answer["accepted"], answer["rejected"]) == (1, [])
    assert [(item["index"], item["code"]) for item in answer["warnings"]] == [(0, "unknown-status")]
    assert Membership.objects.count() == 0


def test_an_empty_list_is_fine(client: Client, key: str) -> None:
    assert post(client, key, {"profiles": []}).json() == {"accepted": 0, "rejected": []}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"  \n", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b"null", "application/json"),
        (b'{"profiles":{}}', "application/json"),
        (b'{"a":NaN}', "application/json"),
        (b'{"a":"\xff"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"", LINES),
        (b'{"a":"\xff"}\n{}', LINES),
    ],
)
def test_an_unreadable_body_stores_nothing(
    client: Client, key: str, body: bytes, content_type: str
) -> None:
    response = post(client, key, body, content_type=content_type)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unreadable-body"
    assert Profile.objects.count() == 0


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer zdx_abc", "Bearer zdx_\u00e5bc_d"]
)
def test_without_a_key_nobody_gets_in(client: Client, header: str) -> None:
    response = client.post(
        ADDRESS, ANN, content_type="application/json", headers={"Authorization": header}
    )

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["error"]["code"] == "unauthorised"


def test_a_wrong_or_revoked_key_is_refused(client: Client, key: str) -> None:
    assert post(client, key[:-1] + ("a" if key[-1] != "a" else "b"), ANN).status_code == 401
    assert api_keys.revoke(name="Shop", at=timezone.now())
    assert post(client, key, ANN).status_code == 401
    assert not api_keys.revoke(name="Shop", at=timezone.now())


def test_a_signed_in_person_needs_a_key_all_the_same(signed_in: Client) -> None:
    assert signed_in.post(ADDRESS, ANN, content_type="application/json").status_code == 401


def test_no_csrf_token_is_asked_for(key: str) -> None:
    assert post(Client(enforce_csrf_checks=True), key, ANN).status_code == 202


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    response = getattr(client, method)(ADDRESS)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("content_type", ["text/csv", "application/xml", "multipart/form-data", ""])
def test_another_content_type_is_refused(client: Client, key: str, content_type: str) -> None:
    assert post(client, key, ANN, content_type=content_type).status_code == 415


def test_a_body_over_the_limit_is_refused(client: Client, key: str, settings: Settings) -> None:
    settings.INGEST_MAX_BODY_BYTES = 100
    response = post(client, key, ANN | {"note": "x" * 100})

    assert response.status_code == 413
    assert Profile.objects.count() == 0


def test_the_declared_length_is_looked_at_before_the_body(client: Client, key: str) -> None:
    response = post(client, key, ANN, CONTENT_LENGTH=str(10**12))

    assert response.status_code == 413


def test_a_body_that_was_cut_is_refused(client: Client, key: str) -> None:
    body = json.dumps(ANN).encode() + b"\n"
    cut = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body) + 5)}
    response = post(client, key, body, content_type=LINES, **cut)

    assert response.status_code == 400
    assert Profile.objects.count() == 0


class Chunked(BytesIO):
    """What a server gives for a chunked body: no length, and an end of its own."""

    def as_request(self) -> dict[str, Any]:
        return {"wsgi.input": self, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}


class BrokenChunks(Chunked):
    def read(self, size: int | None = -1) -> bytes:
        raise InvalidChunkSize(b"xyz")


def test_a_chunked_body_is_taken(client: Client, key: str) -> None:
    body = Chunked(json.dumps(ANN).encode())

    assert post(client, key, ANN, **body.as_request()).json()["accepted"] == 1


def test_a_chunked_body_has_the_same_limit(client: Client, key: str, settings: Settings) -> None:
    settings.INGEST_MAX_BODY_BYTES = 100
    body = Chunked(json.dumps(ANN | {"note": "x" * 100}).encode())

    assert post(client, key, ANN, **body.as_request()).status_code == 413


def test_broken_chunks_are_refused(client: Client, key: str) -> None:
    assert post(client, key, ANN, **BrokenChunks().as_request()).status_code == 400
    assert Profile.objects.count() == 0


def test_a_compressed_body_is_taken(client: Client, key: str) -> None:
    body = gzip.compress(json.dumps(ANN).encode())

    assert post(client, key, body, headers={"Content-Encoding": "gzip"}).status_code == 202


def test_a_compressed_body_has_the_same_limit_unpacked(
    client: Client, key: str, settings: Settings
) -> None:
    settings.INGEST_MAX_BODY_BYTES = 10_000
    body = gzip.compress(b" " * 5_000_000)

    assert post(client, key, body, headers={"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", b"not gzip", 400),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-5], 400),
        ("br", b"{}", 415),
    ],
)
def test_a_broken_or_other_compression_is_refused(
    client: Client, key: str, encoding: str, body: bytes, status: int
) -> None:
    response = post(client, key, body, headers={"Content-Encoding": encoding})

    assert response.status_code == status


def test_over_the_rate_limit_a_key_has_to_wait(
    client: Client, key: str, settings: Settings
) -> None:
    settings.INGEST_REQUESTS_PER_MINUTE = 2
    statuses = [post(client, key, ANN) for _ in range(5)]
    # A minute may begin in between; then one or two more are let through.
    refused = [response for response in statuses if response.status_code == 429]

    assert refused
    assert all(1 <= int(response.headers["Retry-After"]) <= 60 for response in refused)
    assert post(client, api_keys.create(name="Other").text, ANN).status_code == 202


def test_without_the_database_there_is_no_2xx(client: Client, key: str) -> None:
    def refuse_writes(execute: Any, sql: str, *rest: Any) -> Any:
        if "activations_profile" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse_writes):
        response = post(client, key, ANN)

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json()["error"]["code"] == "unavailable"


def test_only_a_hash_of_the_key_is_kept(key: str) -> None:
    row = ApiKey.objects.values().get()
    prefix, secret = key.split("_")[1], key.split("_", 2)[2]

    assert (len(prefix), len(secret)) == (8, 43)
    assert row["prefix"] == prefix
    assert secret not in str(row)


def test_use_is_noted_once_a_minute(key: str) -> None:
    noon = timezone.now()
    for seconds, noted_at in ((0, 0), (59, 0), (60, 60), (30, 60)):
        assert api_keys.verify(text=key, at=noon + timedelta(seconds=seconds))
        assert ApiKey.objects.get().last_used_at == noon + timedelta(seconds=noted_at)


def test_a_name_is_given_once(key: str) -> None:
    with pytest.raises(api_keys.NameTaken):
        api_keys.create(name=" Shop ")
    with pytest.raises(api_keys.NameInvalid):
        api_keys.create(name="  ")
