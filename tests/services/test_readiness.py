"""What `/readyz` says while the database is there, stands still, goes on, and is behind."""

import contextlib
import http.client
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.services import postgresql, processes, programs, running
from tests.sources import ROOT

# It waits five seconds for a connection; a stopped server must not hold it for ever.
LONGEST_ANSWER_SECONDS = 10.0


FORGET = "DELETE FROM django_migrations WHERE app = 'activations'"


def test_it_says_503_while_the_database_stands_still_or_migrations_wait(tmp_path: Path) -> None:
    found = programs.postgresql()
    if found.path is None:
        pytest.skip(found.reason)
    with postgresql.cluster(programs=found.path) as cluster, _web(tmp_path, cluster.url) as port:
        assert _ask(port)[0] == 200
        cluster.stand_still()
        try:
            started = time.monotonic()
            status, answer = _ask(port)
            waited = time.monotonic() - started
        finally:
            cluster.go_on()
        assert (status, "does not answer" in answer["problem"]) == (503, True)
        assert waited < LONGEST_ANSWER_SECONDS
        assert _ask(port)[0] == 200
        with psycopg.connect(cluster.url, autocommit=True) as database:
            database.execute(FORGET)
        status, answer = _ask(port)
        assert (status, "manage.py migrate" in answer["problem"]) == (503, True)


@contextlib.contextmanager
def _web(folder: Path, database_url: str) -> Iterator[int]:
    """A web process on a migrated database; its port."""
    environment = running.workspace(folder, DATABASE_URL=database_url)
    port = processes.free_port()
    command = [sys.executable, "-m", "gunicorn", "zendeskdest.wsgi", "--no-control-socket"]
    with (folder / "web.log").open("wb") as log:
        web = processes.start(
            [*command, "--bind", f"127.0.0.1:{port}"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        processes.wait_until(lambda: processes.is_listening(port=port), what="the web process")
        yield port
    finally:
        processes.end(web, by=signal.SIGKILL)


def _ask(port: int) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
