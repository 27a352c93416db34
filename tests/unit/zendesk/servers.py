"""Small servers on real sockets that answer well, badly or not at all."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(frozen=True)
class Request:
    """What one request looked like on the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Server:
    """Accepts connections and gives each to `talk`, in a thread of its own."""

    talk: Callable[["Server", socket.socket], None]
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> "Server":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.closing.set()
        for sock in (self._listener, *self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError):
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            self.talk(self, sock)
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def read(self, sock: socket.socket) -> Request | None:
        """The next request on a connection; None when the peer closed it."""
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = sock.recv(65536)
            if not chunk:
                return None
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            body += sock.recv(65536)
        request = Request(method=method, target=target, headers=headers, body=body)
        self.requests.append(request)
        return request


def http(
    status: int | str = 200,
    body: bytes | dict | list | str = b"",
    headers: dict[str, str] | None = None,
) -> bytes:
    """The bytes of one complete answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(raw)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Words\r\n{head}\r\n".encode("latin-1") + raw


def answering(*answers: bytes, tls: ssl.SSLContext | None = None) -> Server:
    """Keep-alive; one answer for each request in turn, the last one for ever."""

    def talk(server: Server, sock: socket.socket) -> None:
        while server.read(sock) is not None:
            sock.sendall(answers[min(len(server.requests), len(answers)) - 1])

    return Server(talk=talk, tls=tls)


def dripping(*, first: bytes, drip: bytes, every_seconds: float) -> Server:
    """Sends `first`, then `drip` again and again."""

    def talk(server: Server, sock: socket.socket) -> None:
        server.read(sock)
        sock.sendall(first)
        while not server.closing.wait(every_seconds):
            sock.sendall(drip)

    return Server(talk=talk)


def mute() -> Server:
    """Reads and never answers."""

    def talk(server: Server, sock: socket.socket) -> None:
        server.read(sock)
        server.closing.wait(20)

    return Server(talk=talk)


@contextmanager
def black_hole() -> Iterator[str]:
    """An address where connecting never ends: its queue of waiting connections is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for sock in waiting:
            sock.close()


def refused_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
