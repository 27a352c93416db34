"""The command: what it prints, what it refuses, how it ends."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command

from connections.management.command import UsageProblem
from connections.zendesk.sandbox import DEMO_TOKEN, Sandbox, serve_in_thread


def refused(*options: str) -> str:
    with pytest.raises(UsageProblem) as problem:
        call_command("sandbox", "--port", "0", *options)
    assert problem.value.returncode == 2
    (only,) = problem.value.problems
    return str(only)


def test_it_prints_where_it_is_and_ends_within_a_second() -> None:
    command = [sys.executable, "manage.py", "sandbox", "--port", "0", "--json", "--fault", "hang"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    printed = json.loads(process.stdout.readline())
    assert printed["tokens"] == [DEMO_TOKEN]
    port = int(printed["url"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 3) as client:
        head = f"GET /v2/users HTTP/1.1\r\nUser-Agent: t\r\nAuthorization: Bearer {DEMO_TOKEN}\r\n"
        client.sendall(head.encode() + b"\r\n")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    assert time.monotonic() - started < 1.5


def test_a_busy_port_is_refused() -> None:
    with serve_in_thread(Sandbox()) as running:
        assert "Cannot listen there" in refused("--port", str(running.port))


def test_a_port_that_is_none_is_refused() -> None:
    assert "99999" in refused("--port", "99999")


def test_an_invalid_fields_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    path.write_text('[{"name": "A", "type": "listt"}]')
    assert 'field 1: "type" must be one of' in refused("--fields", str(path))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--throttle-style", "fast"),
        ("--index-lag-ms", "soon"),
        ("--upsert-create-status", "204"),
        ("--strict-email", "yes"),
        ("--fault", "bogus"),
        ("--token", "with blank"),
    ],
)
def test_an_option_that_cannot_be_is_refused_by_name(option: str, value: str) -> None:
    assert refused(option, value).startswith(f"{option}: ")


def test_a_journal_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in refused("--ledger", str(tmp_path))
