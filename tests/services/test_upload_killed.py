"""A worker that is killed while it reads a file: the next one goes on, and doubles nothing."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.services import processes, running
from tests.sources import ROOT

ROWS = 16_000
SEED = """
from pathlib import Path
from django.utils import timezone
from activations.services.uploads import lifecycle
from tests.factories import NOON
file = Path({path!r})
upload = lifecycle.create(source=file, file_name="x.csv", audience=None, person=None, at=NOON)
columns = [lifecycle.EMAIL, "person.name.lastName"]
lifecycle.start(upload=upload, order=lifecycle.Order("VIP", columns, 30, False), at=timezone.now())
"""


def test_a_worker_killed_while_it_reads_is_followed_by_one_that_goes_on(tmp_path: Path) -> None:
    environment = _workspace(tmp_path)
    with _worker(environment) as worker:
        processes.wait_until(lambda: _ask(tmp_path, "rows_read") > 2_000, what="rows", seconds=60)
        processes.end(worker, by=signal.SIGKILL)
    read = _ask(tmp_path, "rows_read")
    assert read < ROWS, "it was killed too late to prove anything"
    assert _ask(tmp_path, "fence") == 1
    _let_the_lease_end(tmp_path)
    with _worker(environment):
        processes.wait_until(
            lambda: _ask(tmp_path, "status = 'finished'") == 1, what="the end", seconds=90
        )
    # Every hundredth row has no address.
    assert _ask(tmp_path, "rows_read") == ROWS
    assert _ask(tmp_path, "rows_rejected") == ROWS // 100
    assert _ask(tmp_path, "count(*)", of="uploadreject") == ROWS // 100
    assert _ask(tmp_path, "count(*)", of="membership") == ROWS - ROWS // 100
    assert _ask(tmp_path, "sum(count)", of="ingesthour") == ROWS
    assert list((tmp_path / "uploads").iterdir()) == []


@contextlib.contextmanager
def _worker(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "zendeskdest", "worker"],
        env=environment,
        cwd=ROOT,
        preexec_fn=processes.die_with_parent,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield worker
    finally:
        processes.end(worker, by=signal.SIGTERM, seconds=30)


def _workspace(folder: Path) -> Mapping[str, str]:
    """A migrated SQLite database with an upload that waits."""
    path = folder / "x.csv"
    lines = (f"p{n}@example.org,Ek {n}" if n % 100 else f",Ek {n}" for n in range(ROWS))
    path.write_text("email,name\n" + "\n".join(lines) + "\n")
    seed = SEED.format(path=str(path))
    environment = running.workspace(folder, seed=seed)
    path.unlink()
    return environment


def _ask(folder: Path, what: str, *, of: str = "upload") -> int:
    with contextlib.closing(sqlite3.connect(folder / "zendeskdest.sqlite3")) as database:
        (found,) = database.execute(f"SELECT {what} FROM activations_{of}").fetchone()
    return int(found)


def _let_the_lease_end(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / "zendeskdest.sqlite3")) as database:
        database.execute("UPDATE activations_upload SET lease_until = created_at")
        database.commit()
