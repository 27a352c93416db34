"""The commands as processes: exit codes, and one JSON object on stdout whatever happens."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connections.encryption import generate_key
from tests.factories import TOKEN
from tests.services import running
from tests.unit.workspace.test_reading import WORKSPACE

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    data = tmp_path_factory.mktemp("data")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "zendeskdest.settings",
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data}/zendeskdest.sqlite3",
        "SECRET_KEY": "only-for-this-test-" + "0" * 40,
        "ENCRYPTION_KEYS": generate_key(),
        "ZENDESK_SELL_URL": "http://127.0.0.1:9",
        "ZENDESK_SANDBOX": "1",
        "ZENDESK_TOKEN": TOKEN,
    }
    running.lay_database(into=data)
    return environment


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(MANAGE), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def only_object(result: subprocess.CompletedProcess[str]) -> Any:
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def test_a_file_is_applied_and_seen_in_the_status(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "workspace.yaml"
    file.write_text(WORKSPACE)

    applied = manage(environment, "apply", str(file), "--json")
    status = manage(environment, "status", "--json")

    assert applied.returncode == 0
    assert len(only_object(applied)["created"]) == 3
    assert only_object(status)["destinations"][0]["name"] == "Zendesk CRM"
    assert TOKEN not in applied.stdout + applied.stderr + status.stdout + status.stderr


def test_a_refused_file_exits_with_two_and_lists_its_problems(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "workspace.yaml"
    file.write_text("version: 3\naudience: []\n")

    result = manage(environment, "apply", str(file), "--json")

    assert result.returncode == 2
    error = only_object(result)["error"]
    assert error["code"] == "invalid-file"
    assert [problem["place"] for problem in error["problems"]] == [
        "version, line 1",
        "audience, line 2",
    ]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZENDESK_REQUESTS_PER_SECOND", "fast"),
        ("ZENDESK_REQUESTS_PER_SECOND", "nan"),
        ("ENCRYPTION_KEYS", ""),
        ("DATABASE_URL", "postgre://me:pa55word@127.0.0.1/x"),
    ],
)
def test_an_unusable_setting_is_named_without_its_secrets(
    environment: dict[str, str], name: str, value: str
) -> None:
    result = manage(environment | {name: value}, "status", "--json")

    assert result.returncode == 1
    error = only_object(result)["error"]
    assert error["code"] == "settings"
    assert error["message"].startswith(name)
    assert error["message"] in result.stderr
    assert "Traceback" not in result.stderr
    assert "pa55word" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("apply",),
        ("deliver", "--until-idle", "--timeout", "soon"),
        ("retry", "Nowhere"),
        ("check_connection", "Nowhere"),
    ],
)
def test_wrong_usage_exits_with_two(
    environment: dict[str, str], arguments: tuple[str, ...]
) -> None:
    result = manage(environment, *arguments, "--json")

    assert result.returncode == 2
    assert only_object(result)["error"]["problems"]


def test_whoever_stops_reading_sees_no_traceback(environment: dict[str, str]) -> None:
    readable, writable = os.pipe()
    os.close(readable)
    done = subprocess.run(
        [sys.executable, str(MANAGE), "status"],
        env=environment,
        stdout=writable,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writable)

    assert (done.returncode, done.stderr) == (1, "")
