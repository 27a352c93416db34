"""What every test stands on: no network, servers it may ask for, a word on missing parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from connections.zendesk.sandbox import (
    DEMO_TOKEN,
    RunningSandbox,
    Sandbox,
    Switches,
    serve_in_thread,
)
from tests import factories
from tests.services import network, postgresql, programs, redisd

network.block()


def pytest_configure(config: pytest.Config) -> None:
    if programs.are_required() and (missing := programs.missing()):
        reasons = "\n".join(f"  {program.reason}" for program in missing)
        raise pytest.UsageError(f"REQUIRE_SERVICES=1, but:\n{reasons}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits longest for processes of its own comes first: at the end it would wait alone.

    Files with a test that empties the database afterwards come last: with it go the default roles
    that migrations made. A worker runs whole files, so it is not enough to sort the tests.
    """
    slow = [Path(__file__).parent / folder for folder in ("browser", "services")]
    emptying = {item.path for item in items if _empties_the_database(item)}

    def turn(item: pytest.Item) -> int:
        if any(folder in item.path.parents for folder in slow):
            return 0
        return 2 if item.path in emptying else 1

    items.sort(key=turn)


def _empties_the_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and marker.kwargs.get("transaction", False)
    return is_marked or "transactional_db" in getattr(item, "fixturenames", ())


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if missing := programs.missing():
        terminalreporter.section("Missing parts", yellow=True)
        for program in missing:
            terminalreporter.line(f"{program.name}: its tests were skipped")
        terminalreporter.line(f"Run `{programs.HOW_TO_ADD}` as root to add them.")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The DATABASE_URL of an empty PostgreSQL of our own."""
    with postgresql.serve(programs=_path_or_skip(programs.postgresql())) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The REDIS_URL of an empty Redis of our own."""
    with redisd.serve(program=_path_or_skip(programs.redis())) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a Chromium, for Playwright's `executable_path`."""
    return _path_or_skip(programs.chromium())


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[RunningSandbox]:
    """An empty Zendesk sandbox that the settings point to; `.sandbox` holds its contacts.

    It takes the token of the factories, and never throttles unless a test switches that on.
    """
    simulator = Sandbox(
        tokens=(factories.TOKEN, DEMO_TOKEN), switches=Switches(throttle_style="off")
    )
    with serve_in_thread(simulator) as running:
        settings.ZENDESK_SELL_URL = running.url
        yield running


@pytest.fixture
def user(db: None) -> User:
    """A person who may sign in and do everything."""
    return factories.UserFactory()


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    """A browser in which `user` is signed in."""
    client.force_login(user)
    return client


def _path_or_skip(program: programs.Program) -> Path:
    if program.path is None:
        pytest.skip(program.reason)
    return program.path
