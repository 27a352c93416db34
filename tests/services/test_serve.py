"""`manage.py serve` for real: everything starts, comes back after a crash, and stops."""

import gzip
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import processes, running
from tests.services.running import Served


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A first start on an empty DATA_DIR."""
    folder = tmp_path_factory.mktemp("demo")
    sandbox_port = str(processes.free_port())
    with running.serve(
        "--demo",
        "--sandbox-port",
        sandbox_port,
        environment=running.environment(folder / "var"),
        log=folder / "log.txt",
    ) as served:
        yield served


def test_a_first_start_answers_and_offers_a_way_in(demo: Served) -> None:
    link = (demo.said["sign_in_url"] or "").removeprefix(demo.said["url"] or "")

    assert demo.status("/healthz") == 200
    assert demo.status("/", of="sandbox_url") == 200
    assert demo.status(link) in {200, 302}
    assert "Loaded" in demo.log.read_text()


def test_styles_are_sent_compressed_to_whoever_can_read_that(demo: Served) -> None:
    url = f"{(demo.said['url'] or '').rstrip('/')}/static/css/data.css"
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as compressed, urllib.request.urlopen(url) as plain:
        assert compressed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(compressed.read()) == plain.read()


def test_no_secret_stands_on_a_command_line(demo: Served) -> None:
    pids = processes.descendants(demo.process.pid)
    lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids]

    assert len(lines) >= 4
    assert not any(secret in line for line in lines for secret in _secrets())


def test_a_killed_web_process_comes_back(demo: Served) -> None:
    os.kill(demo.child("gunicorn"), signal.SIGKILL)
    processes.wait_until(lambda: demo.status("/healthz") == 0, what="the end of the web process")

    processes.wait_until(lambda: demo.status("/healthz") == 200, what="its return", seconds=60)


def test_a_second_serve_on_the_same_data_is_refused(demo: Served) -> None:
    data_dir = Path(demo.log).parent / "var"
    environment = running.environment(data_dir)

    done = running.manage(
        "serve", "--json", "--port", str(processes.free_port()), environment=environment
    )

    assert done.returncode == 1
    assert "already-serving" in done.stdout
    assert demo.said["url"] in done.stderr


def test_sigterm_ends_everything_within_ten_seconds(demo: Served) -> None:
    """The last one: it ends the `demo` of the others."""
    demo.child("celery")
    children = processes.descendants(demo.process.pid)
    started = time.monotonic()

    demo.process.send_signal(signal.SIGTERM)

    assert demo.process.wait(timeout=60) == 0, demo.log.read_text()
    assert time.monotonic() - started < 10
    assert [pid for pid in children if processes.is_alive(pid)] == []


def test_an_empty_database_is_not_migrated_behind_ones_back(tmp_path: Path) -> None:
    done = running.manage(
        "serve",
        "--port",
        str(processes.free_port()),
        environment=running.environment(tmp_path),
    )

    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr


def test_a_used_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = running.manage(
            "serve", "--port", str(port), environment=running.environment(tmp_path)
        )

    assert done.returncode == 1
    assert f"serve --port {port + 1}" in done.stderr


def _secrets() -> list[str]:
    return [os.environ["SECRET_KEY"], os.environ["ENCRYPTION_KEYS"]]
