"""Zendesk as the benchmarks know it: the sandbox in its own process, and its ledger."""

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import measuring
from tests.services import processes
from tests.sources import ROOT

TOKEN = "b" * 64


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as the server saw it; `at` is in wall seconds of this machine."""

    at: float
    method: str
    identity: str | None
    status: int | None

    @property
    def is_write(self) -> bool:
        return self.method in {"POST", "PUT"}


class Simulator:
    """A running sandbox."""

    def __init__(self, *, url: str, pid: int, ledger: Path | None) -> None:
        self.url = url
        self._pid = pid
        self._ledger = ledger
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    @property
    def requests(self) -> int:
        """How many came since the last reset."""
        return int(self._ask("GET", "stats")["requests"])

    @property
    def cpu_seconds(self) -> float:
        return measuring.cpu_seconds(self._pid)

    def reset(self, *, latency_seconds: float = 0.0) -> None:
        """Forget everything; from now on each answer takes `latency_seconds` longer."""
        self._ask("POST", "reset", {})
        if latency_seconds:
            self._ask("POST", "faults", {"fault": f"delay={latency_seconds}"})

    def throttle(self, style: str) -> None:
        """`json429` holds clients to ten requests a second, `off` to none."""
        self._ask("PATCH", "switches", {"throttle_style": style})

    def arrivals(self) -> list[Arrival]:
        """Every request so far, in the order in which they came."""
        assert self._ledger is not None, "this simulator keeps no ledger"
        with self._ledger.open(encoding="utf-8") as lines:
            # The last line may be half written at this moment.
            entries = [json.loads(line) for line in lines if line.endswith("\n")]
        found = (
            Arrival(entry["accepted_at"], entry["method"], entry["identity"], entry["status"])
            for entry in entries
        )
        return sorted(found, key=lambda arrival: arrival.at)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body)
        self._connection.request(method, f"/_sandbox/{path}", body=content)
        answer = self._connection.getresponse()
        document = json.loads(answer.read())
        if answer.status != 200:
            raise measuring.Failed(f"the sandbox answered {answer.status}: {document}")
        return document


@contextlib.contextmanager
def serve(
    *, environment: Mapping[str, str], throttle: str, log: Path, ledger: Path | None = None
) -> Iterator[Simulator]:
    """A sandbox that accepts TOKEN until the end of the block; `log` takes what it says."""
    words = ("sandbox", "--port", "0", "--json", "--token", TOKEN, "--throttle-style", throttle)
    kept = () if ledger is None else ("--ledger", str(ledger))
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *words, *kept],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=processes.die_with_parent,
        )
    try:
        assert process.stdout is not None
        address = re.search(r"http://[\d.:]+", process.stdout.readline().decode())
        if address is None:
            raise measuring.Failed(f"the sandbox did not start:\n{log.read_text()}")
        running = Simulator(url=address.group(), pid=process.pid, ledger=ledger)
        with contextlib.closing(running):
            yield running
    finally:
        processes.end(process, by=signal.SIGTERM)
        assert process.stdout is not None
        process.stdout.close()
