"""The ground tests stand on: the network guard and the servers they may ask for."""

import socket

import psycopg
import pytest
import redis
import requests

from connections.zendesk.sandbox import DEMO_TOKEN, RunningSandbox
from tests import factories
from tests.services.network import NetworkBlocked


def test_a_connection_to_another_machine_is_refused() -> None:
    with pytest.raises(NetworkBlocked):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(NetworkBlocked):
        requests.get("https://example.com/", timeout=1)


def test_a_name_that_never_resolves_fails_as_dns_does() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("nowhere.invalid", 80), timeout=1)


@pytest.mark.parametrize("token", [factories.TOKEN, DEMO_TOKEN])
def test_the_sandbox_takes_the_tokens_of_tests(sandbox: RunningSandbox, token: str) -> None:
    answer = requests.get(
        f"{sandbox.url}/v2/users/self", headers={"Authorization": f"Bearer {token}"}, timeout=5
    )

    assert answer.status_code == 200


def test_our_own_postgresql_answers(postgres_server: str) -> None:
    with psycopg.connect(postgres_server.replace("postgres://", "postgresql://")) as connection:
        row = connection.execute("SELECT 1 + 1").fetchone()

    assert row == (2,)


def test_our_own_redis_answers(redis_server: str) -> None:
    client = redis.Redis.from_url(redis_server)
    client.set("word", "bell")

    assert client.get("word") == b"bell"
