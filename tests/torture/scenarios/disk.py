"""The disk under the database is full: nothing is promised that is not stored, and it passes."""

import contextlib
import errno
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.torture.calls import Reply
from tests.torture.crew import Crew
from tests.torture.databases import PostgreSQL, SQLite
from tests.torture.feed import Feed
from tests.torture.registry import scenario
from tests.torture.setting import Setting
from tests.torture.trial import QUICK, Trial

ROOM_BYTES = 64 * 1024 * 1024
RECOVERS_WITHIN = 30.0
# Nobody in an audience and nobody with an e-mail address: if it is stored, nothing is owed.
NOBODY = {"identityMap": {"ECID": [{"id": "disk-full"}]}}
_MOUNT, _UNMOUNT = "mount", "umount"


@scenario(
    name="disk-full",
    target="disk full during ingest: 503 and Retry-After, no 2xx without commit, recovers by "
    "itself",
)
def disk_full(trial: Trial) -> None:
    times = trial.size(5, quick=1)
    hold = 5.0 if trial.tier == QUICK else 30.0
    ground = trial.open(Setting(deadline=5, lease=20, settle=3))
    with _small_disk(trial) as disk:
        if disk is None:
            trial.seen("a file system of its own (mounting needs root)", planned=1, seen=0)
            return
        trial.crew = Crew(ground=ground, size=1)
        feed = trial.feed(per_second=200)
        feed.start(trial.changes(people=20_000, rounds=None))
        refusals = Refusals()
        slowest = 0.0
        for _ in range(times):
            _wait_for(lambda: feed.answers["202"] > 0, seconds=60)
            with disk.full():
                refusals.look(trial, feed, seconds=hold)
            slowest = max(slowest, _seconds_until_taken(trial, feed))
        feed.stop()
        trial.seen("full while changes came in", planned=times, seen=refusals.times)
        trial.judge()
        trial.at_most("refused without a Retry-After", refusals.without_retry_after, 0)
        trial.at_most("answers that were neither 202 nor 503", refusals.others(feed), 0)
        trial.at_most("takes changes again, seconds", round(slowest, 2), RECOVERS_WITHIN)


class Disk:
    """A file system of some megabytes in memory."""

    def __init__(self, *, path: Path) -> None:
        self._filler = path / "filler"

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Without a free byte at first; what is given back meanwhile is not taken again."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1024 * 1024, 4096, 1):
                _fill(file.fileno(), b"\0" * size)
        try:
            yield
        finally:
            self._filler.unlink()


class Refusals:
    """What the API answered while there was no room."""

    def __init__(self) -> None:
        self.times = 0
        self.without_retry_after = 0

    def look(self, trial: Trial, feed: Feed, *, seconds: float) -> None:
        """At least so long, and until a batch of changes was refused."""
        before, started = feed.answers["503"], time.monotonic()
        while True:
            reply = _post_nobody(trial, feed)
            if reply is not None and reply.status == 503:
                self.without_retry_after += not reply.headers.get("Retry-After", "").isdigit()
            waited = time.monotonic() - started
            if waited > seconds and (feed.answers["503"] > before or waited > 4 * seconds + 60):
                break
            time.sleep(0.5)
        self.times += feed.answers["503"] > before

    def others(self, feed: Feed) -> int:
        return sum(n for status, n in feed.answers.items() if status not in {"202", "503"})


def _post_nobody(trial: Trial, feed: Feed) -> Reply | None:
    assert trial.web is not None
    authorization = f"Bearer {trial.ground.api_key}"
    with contextlib.suppress(OSError):
        return trial.web.post(json.dumps(NOBODY).encode(), Authorization=authorization)
    return None


def _seconds_until_taken(trial: Trial, feed: Feed) -> float:
    """From the moment there is room until the next 202; a server that gave up is started."""
    started, before = time.monotonic(), feed.answers["202"]
    _restart_if_it_gave_up(trial)
    _wait_for(lambda: feed.answers["202"] > before, seconds=3 * RECOVERS_WITHIN)
    return time.monotonic() - started


def _restart_if_it_gave_up(trial: Trial) -> None:
    """PostgreSQL ends when it cannot write its log; who runs it starts it again, not we."""
    database = trial.ground.database
    if isinstance(database, PostgreSQL) and not database.cluster.is_running:
        trial.note("PostgreSQL had ended for want of room, and was started again")
        database.cluster.start()


@contextlib.contextmanager
def _small_disk(trial: Trial) -> Iterator[Disk | None]:
    """The database moved onto a small disk; None where this machine mounts nothing for us."""
    path = Path(tempfile.mkdtemp(prefix="zendeskdest-disk-"))
    try:
        source = _place_of(trial.ground.database)
        if not _is_mounted(path, _size(source) + ROOM_BYTES):
            yield None
            return
        try:
            _move(trial, source, path)
            yield Disk(path=path)
        finally:
            # The processes that work on it must have ended.
            trial.close()
            subprocess.run([_UNMOUNT, "--lazy", path], check=True)
    finally:
        path.rmdir()


def _is_mounted(path: Path, size: int) -> bool:
    if os.geteuid() != 0 or shutil.which(_MOUNT) is None:
        return False
    command = [_MOUNT, "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(path)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _place_of(database: SQLite | PostgreSQL) -> Path:
    if isinstance(database, SQLite):
        return database.path
    # Segments of its log are kept for later: few, or they alone fill the disk.
    database.query("ALTER SYSTEM SET max_wal_size = '48MB'")
    database.query("ALTER SYSTEM SET min_wal_size = '32MB'")
    return database.cluster.data


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _move(trial: Trial, source: Path, target: Path) -> None:
    """Nobody writes meanwhile. Who asks for the old place finds the new one."""
    database = trial.ground.database
    assert trial.web is not None
    port = int(trial.web.url.rpartition(":")[2])
    trial.web.kill()
    if isinstance(database, PostgreSQL):
        database.cluster.stop()
    else:
        # Also what is only in the write-ahead log is in the file then.
        database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    moved = target / source.name
    subprocess.run(["cp", "-a", source, moved], check=True)
    link = source.with_name("link")
    link.symlink_to(moved)
    if isinstance(database, PostgreSQL):
        shutil.rmtree(source)
    link.replace(source)
    if isinstance(database, PostgreSQL):
        database.cluster.start()
    trial.web = trial.ground.web(port=port)


def _fill(descriptor: int, block: bytes) -> None:
    try:
        while True:
            os.write(descriptor, block)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def _wait_for(condition: Callable[[], bool], *, seconds: float) -> None:
    """Until it holds, but no longer than so."""
    ends_at = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends_at:
        time.sleep(0.1)
