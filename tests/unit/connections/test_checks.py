"""A dangerous configuration is refused before anything runs."""

from typing import Any

import pytest
from pytest_django import Settings

from connections import checks

REAL = {"ZENDESK_SELL_URL": "https://api.getbase.com", "ZENDESK_SANDBOX": False}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (REAL, []),
        ({"ZENDESK_SELL_URL": "http://127.0.0.1:8090"}, []),
        ({"ZENDESK_SELL_URL": "http://[::1]:8090"}, []),
        ({"ZENDESK_SELL_URL": "not an address"}, ["connections.E001"]),
        ({"ZENDESK_SELL_URL": "http://["}, ["connections.E001"]),
        ({"ZENDESK_SELL_URL": "ftp://example.org"}, ["connections.E001"]),
        ({"ZENDESK_SELL_URL": "http://me:secret@127.0.0.1:8090"}, ["connections.E001"]),
        ({"ZENDESK_SELL_URL": "http://127.0.0.1:8090/?a=b"}, ["connections.E001"]),
        ({"ZENDESK_SELL_URL": "http://example.org"}, ["connections.E002"]),
        (
            {"ZENDESK_SELL_URL": "http://127.0.0.1:8090", "ZENDESK_SANDBOX": False},
            ["connections.E002"],
        ),
        (REAL | {"ZENDESK_SANDBOX": True}, ["connections.E003"]),
        (
            {"ZENDESK_SELL_URL": "https://API.getbase.com:443", "ZENDESK_SANDBOX": True},
            ["connections.E003"],
        ),
    ],
)
def test_the_address_of_zendesk(
    settings: Settings, changes: dict[str, Any], found: list[str]
) -> None:
    assert ids(settings, changes, checks.check_zendesk_address) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ZENDESK_REQUESTS_PER_SECOND": 8.47}, []),
        ({"ZENDESK_REQUESTS_PER_SECOND": 0}, []),
        ({"ZENDESK_REQUESTS_PER_SECOND": 0, "ZENDESK_SANDBOX": False}, ["connections.E004"]),
        ({"ZENDESK_REQUESTS_PER_SECOND": -1}, ["connections.E004"]),
    ],
)
def test_the_pace(settings: Settings, changes: dict[str, Any], found: list[str]) -> None:
    assert ids(settings, changes, checks.check_pacing) == found


@pytest.mark.parametrize(
    ("deadline", "lease", "settle", "found"),
    [
        (30, 90, 120, []),
        (30, 30, 120, ["connections.E005"]),
        (0, 90, 120, ["connections.E005"]),
        (30, 90, -1, ["connections.E005"]),
    ],
)
def test_the_times_of_a_delivery(
    settings: Settings, deadline: float, lease: float, settle: float, found: list[str]
) -> None:
    changes = {
        "DELIVERY_DEADLINE_SECONDS": deadline,
        "DELIVERY_LEASE_SECONDS": lease,
        "DELIVERY_SETTLE_SECONDS": settle,
    }
    assert ids(settings, changes, checks.check_delivery_times) == found


def test_the_encryption_keys(settings: Settings) -> None:
    assert checks.check_encryption_keys() == []
    settings.ENCRYPTION_KEYS = ["short"]

    (problem,) = checks.check_encryption_keys()

    assert problem.id == "connections.E006"
    assert "short" not in str(problem)


def ids(settings: Settings, changes: dict[str, Any], check: Any) -> list[str]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return [problem.id for problem in check()]
