"""Connections that nobody answers: how a port is made deaf, and how long somebody dials it."""

import socket
import time

from tests.torture.beside import Onlooker
from tests.torture.processes import DIALLING, sockets_to

EVERY_SECONDS = 0.1
# More than the shortest queue of connections takes; on this machine who is answered is so at once.
MOST_CALLERS = 8
NO_ANSWER_SECONDS = 0.2


def bound(*, port: int) -> socket.socket:
    """Not listening yet. Several may share the port: of those that listen, one is asked."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    return listener


class Deaf:
    """Until it is closed, whoever dials this port gets no answer, as if the SYN were dropped.

    Its queue is full of connections that nobody takes from it: then Linux drops the next
    (`tcp_abort_on_overflow` in tcp(7)).
    """

    def __init__(self, *, port: int) -> None:
        self._sockets = [bound(port=port)]
        self._sockets[0].listen(0)
        for _ in range(MOST_CALLERS):
            try:
                caller = socket.create_connection(("127.0.0.1", port), timeout=NO_ANSWER_SECONDS)
            except TimeoutError:
                return
            self._sockets.append(caller)
        raise RuntimeError(f"port {port} still answers")

    def close(self) -> None:
        for each in self._sockets:
            each.close()


class Dialling(Onlooker):
    """Looks who dials a port, and for how long already."""

    def __init__(self, *, port: int) -> None:
        super().__init__(name="dialling", every_seconds=EVERY_SECONDS)
        self._port = port
        # By the socket's inode, when it was first and last seen (monotonic seconds).
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}

    @property
    def seconds(self) -> list[float]:
        """How long each that was seen has dialled."""
        return [last - self._first[inode] for inode, last in self._last.items()]

    def look(self) -> None:
        now = time.monotonic()
        for inode in sockets_to(port=self._port, state=DIALLING):
            self._first.setdefault(inode, now)
            self._last[inode] = now
