"""The product in processes of its own, on a temporary DATA_DIR and free ports."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.services import processes
from tests.sources import ROOT

MANAGE = (sys.executable, str(ROOT / "manage.py"))
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
    database = f"sqlite:///{data_dir / 'zendeskdest.sqlite3'}"
    return {**kept, "DATA_DIR": str(data_dir), "DATABASE_URL": database, "REDIS_URL": "", **more}


def manage(*words: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*MANAGE, *words], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


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
