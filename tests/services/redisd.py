"""A Redis of our own: free loopback port, nothing on disk, gone afterwards."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.services import processes


class Server:
    """One port that a server may be started on again; it never remembers anything."""

    def __init__(self, *, program: Path) -> None:
        self._program = program
        self._server: subprocess.Popen[bytes] | None = None
        self.port = processes.free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Answers, and is empty, when this returns."""
        words = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._server = processes.start(
            [self._program, "--port", str(self.port), *words], stdout=subprocess.DEVNULL
        )
        what = f"Redis on {self.port}"
        processes.wait_until(lambda: processes.is_listening(port=self.port), what=what)

    def stop(self, *, by: signal.Signals = signal.SIGTERM) -> None:
        if self._server is not None:
            processes.end(self._server, by=by)
            self._server = None

    def kill(self) -> None:
        """With all it held."""
        self.stop(by=signal.SIGKILL)

    def stand_still(self) -> None:
        """It answers nobody and keeps its connections, until `go_on`."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """It forgets everything, in the middle of what it does."""
        with self._client() as client:
            client.flushall()

    def clients(self) -> int:
        """Connections to it, the one that asks among them."""
        with self._client() as client:
            return len(client.client_list())

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port)


@contextlib.contextmanager
def server(*, program: Path) -> Iterator[Server]:
    """A fresh, running server."""
    made = Server(program=program)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextlib.contextmanager
def serve(*, program: Path) -> Iterator[str]:
    """The REDIS_URL of a fresh, empty server."""
    with server(program=program) as made:
        yield made.url
