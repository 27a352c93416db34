"""The product in processes of its own, on a temporary DATA_DIR and free ports."""

import atexit
import contextlib
import functools
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.services import processes
from tests.sources import ROOT

MANAGE = (sys.executable, str(ROOT / "manage.py"))
SQLITE = "zendeskdest.sqlite3"
LONGEST_START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Served:
    """A running `serve`; `said` is its JSON."""

    process: "subprocess.Popen[bytes]"
    said: Mapping[str, str | None]
    log: Path

    def status(self, path: str, *, of: str = "url") -> int:
        """What a GET of `path` is answered with; 0 when nobody answers."""
        address = (self.said[of] or "").removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def child(self, words: str) -> int:
        """The id of the child whose command line holds `words`."""
        found = [
            pid for pid in sorted(processes.descendants(self.process.pid)) if words in _line(pid)
        ]
        assert found, f"nothing of {words!r} runs:\n{self.log.read_text()}"
        return found[0]


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Ours, with its own data and as a person's first start has it: nothing said of Zendesk."""
    kept = {name: value for name, value in os.environ.items() if "ZENDESK" not in name}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    database = f"sqlite:///{data_dir / SQLITE}"
    return {**kept, "DATA_DIR": str(data_dir), "DATABASE_URL": database, "REDIS_URL": "", **more}


def manage(*words: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*MANAGE, *words], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def migrate(*, environment: Mapping[str, str]) -> None:
    """The database as this release needs it. Raises RuntimeError."""
    _must(manage("migrate", "--no-input", "--verbosity", "0", environment=environment))


def workspace(folder: Path, *, seed: str = "", **more: str) -> Mapping[str, str]:
    """The environment of a migrated installation, in which the Python code `seed` was run."""
    made = environment(folder, **more)
    if "DATABASE_URL" in more:
        migrate(environment=made)
    else:
        lay_database(into=folder)
    if seed:
        _must(manage("shell", "--verbosity", "0", "-c", seed, environment=made))
    return made


def lay_database(*, into: Path) -> None:
    """An empty, migrated SQLite database in the DATA_DIR `into`."""
    shutil.copyfile(_migrated(), into / SQLITE)


@functools.cache
def _migrated() -> Path:
    """Made once for each test process: migrating takes longer than most that comes after it."""
    folder = Path(tempfile.mkdtemp(prefix="zendeskdest-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(environment=environment(folder))
    return folder / SQLITE


def _must(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode:
        raise RuntimeError(done.stderr)


@contextlib.contextmanager
def serve(*words: str, environment: Mapping[str, str], log: Path) -> Iterator[Served]:
    """`manage.py serve` on a free port from its summary on until the end of the block."""
    command = [*MANAGE, "serve", "--json", "--port", str(processes.free_port()), *words]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"it did not start:\n{log.read_text()}"
        yield Served(process=process, said=json.loads(line), log=log)
    finally:
        processes.end(process, by=signal.SIGTERM, seconds=60)
        assert process.stdout is not None
        process.stdout.close()


def _line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""
