"""A workspace of its own for one measurement: database, destination, sandbox, profiles."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "b" * 64
AUDIENCE = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
WORKSPACE = f"""\
version: 1
accounts:
  - {{name: Bench, platform: zendesk-sell, token_env: BENCH_TOKEN}}
audiences:
  - {{id: {AUDIENCE}, name: VIP customers}}
destinations:
  - name: Bench
    account: Bench
    mappings:
      - {{source: "IdentityMap: Email", target: "Identity: email"}}
      - {{source: "xdm: person.name.lastName", target: "xdm: last_name"}}
      - {{source: "xdm: person.name.firstName", target: "xdm: first_name"}}
      - {{source: "xdm: mobilePhone.number", target: "xdm: mobile"}}
      - {{source: "xdm: loyalty.tier", target: "xdm: custom_fields.Loyalty tier"}}
    audiences:
      - {{audience: "ups/{AUDIENCE}", mapping_id: VIP audience, start: 2026-01-01}}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command printed, and what it cost."""

    answer: dict[str, Any]
    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Workspace:
    """Runs commands of the product against a database of its own."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> Measured:
        """Run `manage.py ... --json`; what it costs beside the work (start-up) is part of it."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        command = [sys.executable, "manage.py", *arguments, "--json"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - started
        if done.returncode not in {0, 3}:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        return Measured(json.loads(done.stdout), seconds, cpu, after.ru_maxrss / 1024)

    def prepare(self) -> None:
        """Migrate and set up the one destination."""
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=self.environment,
            check=True,
        )
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(WORKSPACE)
            file.flush()
            self.run("apply", file.name)


@contextmanager
def workspace(*, database_url: str = "", sandbox_url: str) -> Iterator[Workspace]:
    """A prepared workspace; SQLite in a temporary folder without `database_url`."""
    with tempfile.TemporaryDirectory(prefix="zendeskdest-bench-") as folder:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "DATABASE_URL": database_url or f"sqlite:///{folder}/bench.sqlite3",
            "ZENDESK_SELL_URL": sandbox_url,
            "ZENDESK_SANDBOX": "1",
            "ZENDESK_REQUESTS_PER_SECOND": "0",
            "BENCH_TOKEN": TOKEN,
            "LOG_LEVEL": "WARNING",
        }
        prepared = Workspace(environment)
        prepared.prepare()
        yield prepared


@contextmanager
def sandbox() -> Iterator[str]:
    """The sandbox in its own process, without throttling; yields its address."""
    process = subprocess.Popen(
        [
            *(sys.executable, "manage.py", "sandbox", "--port", "0", "--json"),
            *("--token", TOKEN, "--throttle-style", "off"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert address is not None, "the sandbox did not tell its address"
        yield address.group()
    finally:
        process.terminate()
        process.wait()


def write_profiles(*, path: Path, count: int, tier: str) -> None:
    """`count` members of the one audience as JSONL; another `tier` changes every one of them."""
    with path.open("w") as file:
        for number in range(count):
            record = {
                "identityMap": {"Email": [{"id": f"person{number}@example.org", "primary": True}]},
                "person": {"name": {"firstName": f"Ann{number % 977}", "lastName": f"Ek{number}"}},
                "mobilePhone": {"number": f"+46 70 {number:07d}"},
                "loyalty": {"tier": tier, "points": number % 5000},
                "segmentMembership": {
                    "ups": {
                        AUDIENCE: {
                            "status": "realized",
                            "lastQualificationTime": "2026-03-01T09:00:00Z",
                        }
                    }
                },
            }
            file.write(json.dumps(record) + "\n")
