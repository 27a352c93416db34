"""`POST /api/v1/profiles` while Redis or the database are away, full or read-only."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import InterfaceError, connection
from django.test import Client
from pytest_django import Settings

from activations.models import Profile
from activations.services import api_keys, request_rate
from tests.services import programs, redisd

ADDRESS = "/api/v1/profiles"
ANN = {"identityMap": {"Email": [{"id": "ann@example.org"}]}}


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    request_rate.start_over()


@pytest.fixture
def key(db: None) -> str:
    return api_keys.create(name="Shop").text


def post(client: Client, key: str, count: int = 1) -> Any:
    ids = ({"Email": [{"id": f"p{number}@example.org"}]} for number in range(count))
    body = {"profiles": [{"identityMap": i, "note": "x" * 500} for i in ids]}
    headers = {"Authorization": f"Bearer {key}"}
    return client.post(ADDRESS, json.dumps(body), content_type="application/json", headers=headers)


def use_redis(settings: Settings, url: str) -> None:
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": url}}


def test_without_redis_profiles_are_taken_and_the_limit_holds(
    client: Client, key: str, settings: Settings
) -> None:
    settings.INGEST_REQUESTS_PER_MINUTE = 3
    use_redis(settings, "redis://127.0.0.1:9/0")
    statuses = [post(client, key).status_code for _ in range(8)]

    assert statuses[:3] == [202] * 3
    # A minute may begin in between; then three more are let through.
    assert 429 in statuses
    assert Profile.objects.count() == 1


def test_redis_going_away_and_coming_back_stops_nobody(
    client: Client, key: str, settings: Settings
) -> None:
    program = programs.redis()
    if program.path is None:
        pytest.skip(program.reason)
    with redisd.serve(program=program.path) as url:
        use_redis(settings, url)
        assert post(client, key).status_code == 202
        assert any(b"ingest:" in name for name in _names(url))
        caches["default"].clear()
        assert post(client, key).status_code == 202
    assert [post(client, key).status_code for _ in range(3)] == [202] * 3


def _names(url: str) -> list[bytes]:
    import redis

    with redis.Redis.from_url(url) as server:
        names: list[bytes] = server.keys()
        return names


def fill_up_database() -> Callable[[], None]:
    """Leave the database no room for a row; returns how to give it some."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            return lambda: connection.cursor().execute("PRAGMA max_page_count = 1000000").close()
        _fail_with("53100")
    return _work_again


def _fail_with(state: str) -> None:
    """Only a real disk fills up really; a trigger gives PostgreSQL's own error for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION trouble() RETURNS trigger AS $$ BEGIN"
            f" RAISE EXCEPTION 'trouble' USING ERRCODE = '{state}'; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE TRIGGER trouble BEFORE INSERT ON activations_profile"
            " FOR EACH ROW EXECUTE FUNCTION trouble()"
        )


def _work_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION trouble CASCADE")


def assert_unavailable(response: Any) -> None:
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json()["error"]["code"] == "unavailable"


@pytest.mark.django_db(transaction=True)
def test_with_the_disk_full_there_is_no_2xx_and_then_it_recovers(client: Client) -> None:
    key = api_keys.create(name="Shop").text
    assert post(client, key).status_code == 202
    give_room = fill_up_database()
    try:
        assert_unavailable(post(client, key, count=5_000))
    finally:
        give_room()

    assert Profile.objects.count() < 5_000
    response = post(client, key, count=5_000)
    assert (response.status_code, Profile.objects.count()) == (202, 5_000)


@pytest.mark.django_db(transaction=True)
def test_a_read_only_database_takes_nothing(client: Client) -> None:
    key = api_keys.create(name="Shop").text
    assert post(client, key).status_code == 202
    words = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    )
    with connection.cursor() as cursor:
        cursor.execute(words[0])
    try:
        assert_unavailable(post(client, key, count=2))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(words[1])

    assert post(client, key, count=2).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_even_before_the_key_is_known(
    client: Client, key: str
) -> None:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        raise InterfaceError("connection already closed")

    with connection.execute_wrapper(refuse):
        assert_unavailable(post(client, key))
    assert post(client, key).status_code == 202
