"""The product in processes of its own, with its data in a temporary folder."""

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import processes, running

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Product:
    """A running web server, and the commands of the same installation."""

    url: str
    environment: dict[str, str]

    def run(self, *words: str) -> dict[str, Any]:
        """A management command; what it prints as JSON. Raises CalledProcessError."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words, "--json"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@contextlib.contextmanager
def serve(*, data: Path, zendesk_url: str, **more: str) -> Iterator[Product]:
    """An empty installation, its Zendesk at `zendesk_url`; `more` are further settings."""
    port = processes.free_port()
    environment = _environment(data=data, zendesk_url=zendesk_url) | more
    running.lay_database(into=data)
    with (data / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "zendeskdest.wsgi", "--no-control-socket"),
                *("--bind", f"127.0.0.1:{port}", "--threads", "4"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=processes.die_with_parent,
        )
    try:
        processes.wait_until(
            lambda: processes.is_listening(port=port), what=f"the web server on port {port}"
        )
        yield Product(url=f"http://127.0.0.1:{port}", environment=environment)
    finally:
        processes.end(web, by=signal.SIGTERM)


def _environment(*, data: Path, zendesk_url: str) -> dict[str, str]:
    """Every setting that a `.env` of this machine could hold is given here: these win."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "zendeskdest.settings",
        "PYTHONWARNINGS": "ignore",
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data}/zendeskdest.sqlite3",
        "REDIS_URL": "",
        "SECRET_KEY": "browser-tests-only-" + "0" * 50,
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(bytes(range(32))).decode(),
        "ZENDESK_SELL_URL": zendesk_url,
        "ZENDESK_SANDBOX": "1",
        "ZENDESK_REQUESTS_PER_SECOND": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "WEBHOOK_HOSTS": "hooks.example.org",
        "SECURE_COOKIES": "0",
        "DEBUG": "0",
    }
