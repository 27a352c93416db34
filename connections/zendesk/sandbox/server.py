"""Running the sandbox: a listening socket, an event loop, and a clean end."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .connection import Connection
from .state import Sandbox

_BACKLOG = 256
_ACCEPTED_SECONDS = 0.01
"""Long enough for what was accepted to become a connection that can be dropped."""


class PortInUse(OSError):
    """Somebody else listens there."""


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that answers at `url` until `stop()`."""

    sandbox: Sandbox
    host: str
    port: int
    stop: Callable[[], None]

    def __enter__(self) -> "RunningSandbox":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return address(host=self.host, port=self.port)


def address(*, host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def bind(*, host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises PortInUse or OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortInUse(error.errno, f"{host}:{port}: {error.strerror}") from error
    listener.setblocking(False)
    return listener


async def serve(
    *,
    sandbox: Sandbox,
    listener: socket.socket,
    ended: asyncio.Event,
    is_ready: Callable[[], None] = lambda: None,
) -> None:
    """Answer until `ended`; then drop every connection at once, also those of hanging faults."""
    connections: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(sandbox=sandbox, open_ones=connections), sock=listener
    )
    is_ready()
    await ended.wait()
    # In this order: a connection accepted but not yet made when the server closes would stay open.
    asyncio.get_running_loop().remove_reader(listener)
    await asyncio.sleep(_ACCEPTED_SECONDS)
    server.close()
    for connection in list(connections):
        connection.abort()
    while connections:  # each leaves the set when its transport is closed
        await asyncio.sleep(0)
    sandbox.close()


async def _serve_until_signal(
    sandbox: Sandbox, listener: socket.socket, is_ready: Callable[[], None]
) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await serve(sandbox=sandbox, listener=listener, ended=ended, is_ready=is_ready)


def serve_until_signal(
    *, sandbox: Sandbox, listener: socket.socket, is_ready: Callable[[], None]
) -> None:
    """Answer in this process until SIGTERM or SIGINT; `is_ready` is called once it does."""
    asyncio.run(_serve_until_signal(sandbox, listener, is_ready))


def serve_in_thread(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> RunningSandbox:
    """Answer from a daemon thread with its own event loop. Raises PortInUse.

    `with serve_in_thread(sandbox) as running:` stops it at the end of the block.
    """
    listener = bind(host=host, port=port)
    bound_port = listener.getsockname()[1]
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    def run() -> None:
        with contextlib.closing(loop):
            loop.run_until_complete(serve(sandbox=sandbox, listener=listener, ended=ended))

    thread = threading.Thread(target=run, name=f"sandbox-{bound_port}", daemon=True)
    thread.start()

    def stop() -> None:
        if thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop ended between check and call
                loop.call_soon_threadsafe(ended.set)
            thread.join(timeout=5)

    return RunningSandbox(sandbox=sandbox, host=host, port=bound_port, stop=stop)
