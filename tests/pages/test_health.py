"""What load balancers and supervisors ask."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from connections.queries import readiness
from tests.services.processes import free_port


def test_healthz_answers_without_a_sign_in_and_without_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_says_ok_when_the_database_is_up_to_date(client: Client, db: None) -> None:
    assert client.get("/readyz").status_code == 200


def test_readyz_says_when_the_database_does_not_answer(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def unreachable(connection: Any) -> None:
        raise OperationalError("connection refused")

    # Django's own class is replaced, not ours: a database that is gone cannot be had in a test.
    monkeypatch.setattr(readiness, "MigrationExecutor", unreachable)
    assert client.get("/readyz").status_code == 503


def test_readyz_goes_on_without_redis_and_names_it(
    client: Client, db: None, settings: Settings
) -> None:
    nobody_listens = f"redis://127.0.0.1:{free_port()}/0"
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": nobody_listens}}

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "without": ["redis"]})
