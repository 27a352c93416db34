"""The Celery worker for real: the scheduler rings, the bell is heard, the database shows it."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.services import processes, running
from tests.sources import ROOT

# A backfill of an audience without members: the next bell finishes it.
SEED = "from tests.factories import BackfillFactory; BackfillFactory()"


def test_the_embedded_worker_is_its_own_scheduler(tmp_path: Path) -> None:
    environment = running.workspace(tmp_path, seed=SEED)
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "zendeskdest", "worker"],
        env=environment,
        cwd=ROOT,
        preexec_fn=processes.die_with_parent,
        stderr=subprocess.DEVNULL,
    )
    try:
        processes.wait_until(lambda: _is_finished(tmp_path), what="a bell", seconds=60)
        started = time.monotonic()
    finally:
        exit_code = processes.end(worker, by=signal.SIGTERM, seconds=30)

    assert exit_code == 0
    assert time.monotonic() - started < 10
    assert list(ROOT.glob("celerybeat-schedule*")) == []


def test_with_redis_worker_and_scheduler_run_apart(tmp_path: Path, redis_server: str) -> None:
    environment = running.workspace(tmp_path, seed=SEED, REDIS_URL=redis_server)
    with running.serve(environment=environment, log=tmp_path / "log.txt") as served:
        processes.wait_until(lambda: _is_finished(tmp_path), what="a bell", seconds=60)
        worker, beat = served.child("zendeskdest worker"), served.child("zendeskdest beat")
        children = processes.descendants(served.process.pid)
        served.process.send_signal(signal.SIGTERM)
        exit_code = served.process.wait(timeout=60)

    assert worker != beat
    assert exit_code == 0, served.log.read_text()
    assert [pid for pid in children if processes.is_alive(pid)] == []


def _is_finished(folder: Path) -> bool:
    with contextlib.closing(sqlite3.connect(folder / "zendeskdest.sqlite3")) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM activations_backfill WHERE finished_at IS NOT NULL"
        ).fetchone()
    return bool(count)
