"""A worker whose broker, database or log fails it: it goes on, and ends when it is asked to."""

import contextlib
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from tests.services import postgresql, processes, programs, redisd, running
from tests.sources import ROOT
from zendeskdest.serving import roles

# A backfill of an audience without members: whoever delivers finishes it.
SEED = "from tests.factories import BackfillFactory; BackfillFactory()"
AGAIN = "UPDATE activations_backfill SET finished_at = NULL"
DONE = "SELECT count(*) FROM activations_backfill WHERE finished_at IS NOT NULL"
LONGEST_START_SECONDS = 60


@pytest.fixture(scope="module")
def flighty_redis() -> Iterator[redisd.Server]:
    """A Redis that is not there yet."""
    program = programs.redis()
    if program.path is None:
        pytest.skip(program.reason)
    server = redisd.Server(program=program.path)
    yield server
    server.stop(by=signal.SIGKILL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worker")


@pytest.fixture(scope="module")
def worker(folder: Path, flighty_redis: redisd.Server) -> Iterator["subprocess.Popen[bytes]"]:
    """On SQLite, with a broker that comes and goes."""
    environment = running.workspace(folder, seed=SEED, REDIS_URL=flighty_redis.url)
    with _running(environment, log=folder / "log.txt") as process:
        yield process


def test_it_delivers_before_its_broker_is_there(
    worker: "subprocess.Popen[bytes]", folder: Path
) -> None:
    processes.wait_until(lambda: _sqlite(folder, DONE), what="work", seconds=LONGEST_START_SECONDS)

    assert worker.poll() is None


def test_it_delivers_after_its_broker_came_and_went(
    worker: "subprocess.Popen[bytes]", folder: Path, flighty_redis: redisd.Server
) -> None:
    flighty_redis.start()
    _wait_for_worker(flighty_redis)
    flighty_redis.kill()
    _sqlite(folder, AGAIN)

    processes.wait_until(lambda: _sqlite(folder, DONE), what="work", seconds=5)

    assert worker.poll() is None


def test_it_ends_although_its_broker_stands_still(
    worker: "subprocess.Popen[bytes]", flighty_redis: redisd.Server
) -> None:
    """The last one with this worker."""
    flighty_redis.start()
    _wait_for_worker(flighty_redis)
    flighty_redis.stand_still()
    time.sleep(2)
    started = time.monotonic()

    exit_code = processes.end(worker, by=signal.SIGTERM, seconds=30)

    assert (exit_code, time.monotonic() - started < 10) == (0, True)


def test_it_moves_again_after_its_database_was_cut_off(tmp_path: Path) -> None:
    found = programs.postgresql()
    if found.path is None:
        pytest.skip(found.reason)
    with postgresql.cluster(programs=found.path, options=postgresql.DURABLE) as cluster:
        environment = running.workspace(tmp_path, seed=SEED, DATABASE_URL=cluster.url)
        with _running(environment, log=tmp_path / "log.txt"):
            is_done = _asking(cluster.url)
            processes.wait_until(is_done, what="work", seconds=LONGEST_START_SECONDS)
            cluster.restart_immediately()
            _postgresql(cluster.url, AGAIN)

            processes.wait_until(is_done, what="work after the restart", seconds=10)


def test_a_full_disk_under_its_log_keeps_it_neither_from_work_nor_from_ending(
    tmp_path: Path,
) -> None:
    environment = running.workspace(tmp_path, seed=SEED, LOG_LEVEL="DEBUG")
    with _running(environment, log=Path("/dev/full")) as process:
        processes.wait_until(
            lambda: _sqlite(tmp_path, DONE), what="work", seconds=LONGEST_START_SECONDS
        )
        started = time.monotonic()
        exit_code = processes.end(process, by=signal.SIGTERM, seconds=30)

    assert (exit_code, time.monotonic() - started < 10) == (0, True)


@contextlib.contextmanager
def _running(environment: Mapping[str, str], *, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker as `serve` starts it."""
    role = roles.workers(has_redis=bool(environment["REDIS_URL"]))[0]
    with log.open("ab") as output:
        process = processes.start(
            list(role.command),
            env={**environment, **role.environment},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        processes.end(process, by=signal.SIGKILL)


def _sqlite(folder: Path, statement: str) -> bool:
    """Whether the statement's first value, if it has any, is not 0."""
    opened = sqlite3.connect(folder / "zendeskdest.sqlite3", timeout=20)
    with contextlib.closing(opened) as database, database:
        row = database.execute(statement).fetchone()
    return bool(row and row[0])


def _postgresql(url: str, statement: str) -> bool:
    with psycopg.connect(url, autocommit=True) as database:
        cursor = database.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return bool(row and row[0])


def _asking(url: str) -> Callable[[], bool]:
    return lambda: _postgresql(url, DONE)


def _wait_for_worker(server: redisd.Server) -> None:
    """Until somebody besides us is connected to it."""
    processes.wait_until(lambda: server.clients() > 1, what="the worker's return", seconds=40)
