"""The product as people run it: web process, workers, scheduler, each as `serve` starts it."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.bench import measuring
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.workspace import Workspace
from tests.services import processes
from tests.sources import ROOT
from zendeskdest.serving import roles
from zendeskdest.serving.roles import Address, Role

_START_SECONDS = 60.0
_JSON = {"Content-Type": "application/json"}


class Running:
    """A role in its own process group, which may be killed and started again."""

    def __init__(self, *, role: Role, workspace: Workspace) -> None:
        self._role = role
        self._environment = {**workspace.environment, **role.environment}
        self._log = workspace.folder / f"{role.name}.log"
        self._process = self._started()

    def kill(self) -> None:
        """As the kernel does when memory is short: the whole group, at once."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def start_again(self) -> None:
        self._process = self._started()

    def end(self) -> None:
        """Raises Failed when it had ended by itself."""
        code = self._process.poll()
        processes.end(self._process, by=signal.SIGTERM, seconds=self._role.grace_seconds)
        if code is not None:
            raise measuring.Failed(f"{self._role.name} ended with {code}:\n{self.said}")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]

    def _started(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._role.command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent,
            )


@dataclass(frozen=True, slots=True)
class Api:
    """The HTTP API of a running web process; one client has one connection."""

    host: str
    key: str
    # Of the process whose children answer.
    pid: int

    @contextlib.contextmanager
    def client(self) -> Iterator["Client"]:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            yield Client(connection, self.key)
        finally:
            connection.close()


class Client:
    def __init__(self, connection: http.client.HTTPConnection, key: str) -> None:
        self._connection = connection
        self._headers = {**_JSON, "Authorization": f"Bearer {key}"}

    def post(self, body: bytes, *, content_type: str = "application/json") -> None:
        """Raises Failed for any answer but 202."""
        headers = {**self._headers, "Content-Type": content_type}
        self._connection.request("POST", "/api/v1/profiles", body=body, headers=headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != 202:
            raise measuring.Failed(f"the API answered {answer.status}: {said[:500]!r}")


def brokered(grounds: Grounds, workspace: Workspace) -> Workspace:
    """PostgreSQL goes with Redis, SQLite with the broker inside the worker."""
    if workspace.database.kind is Kind.POSTGRESQL:
        return workspace.having(REDIS_URL=grounds.redis)
    return workspace


@contextlib.contextmanager
def web(workspace: Workspace) -> Iterator[Api]:
    """gunicorn as `serve` starts it, and a key for it."""
    key: dict[str, Any] = workspace.ask("create_api_key", "--name", "bench")[0]
    address = Address("127.0.0.1", processes.free_port())
    role = roles.web(address=address, has_redis=bool(workspace.environment["REDIS_URL"]))
    with _running(role, workspace) as process:
        _wait_for(address, process)
        yield Api(host=str(address), key=key["key"], pid=process.pid)


@contextlib.contextmanager
def workers(workspace: Workspace, *, count: int = 1) -> Iterator[list[Running]]:
    """So many workers, and with Redis the scheduler; yields the workers."""
    worker, *scheduler = roles.workers(has_redis=bool(workspace.environment["REDIS_URL"]))
    with contextlib.ExitStack() as stack:
        for role in scheduler:
            stack.enter_context(_running(role, workspace))
        yield [
            stack.enter_context(_running(_numbered(worker, number), workspace))
            for number in range(count)
        ]


def _numbered(role: Role, number: int) -> Role:
    command = (*role.command, "--hostname", f"worker{number}@bench")
    return Role(f"{role.name}{number}", command, role.grace_seconds, role.environment)


@contextlib.contextmanager
def _running(role: Role, workspace: Workspace) -> Iterator[Running]:
    running = Running(role=role, workspace=workspace)
    try:
        yield running
    finally:
        running.end()


def _wait_for(address: Address, process: Running) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(str(address), timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise measuring.Failed(f"the web process did not start:\n{process.said}")
