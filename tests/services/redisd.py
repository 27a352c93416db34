"""A Redis of our own: free loopback port, nothing on disk, gone afterwards."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.services import processes


@contextlib.contextmanager
def serve(*, program: Path) -> Iterator[str]:
    """The REDIS_URL of a fresh, empty server."""
    port = processes.free_port()
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=processes.die_with_parent,
    )
    try:
        processes.wait_until(lambda: processes.is_listening(port=port), what=f"Redis on {port}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        processes.end(server, by=signal.SIGTERM)
