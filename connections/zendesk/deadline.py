"""The total time of one request; knows sockets and the clock, not HTTP.

A socket timeout counts from the last byte, so a peer that drips holds a thread for ever. Here one
daemon thread for each process keeps a heap of deadlines and shuts a socket down when its request
has had its time; the blocked read then ends at once.
"""

import heapq
import itertools
import os
import socket
import threading
from contextlib import suppress
from time import monotonic


class Line:
    """A way to end the reading and writing of one connection from another thread.

    It keeps a duplicate of the socket's descriptor, because the connection may close its own while
    an answer is still being read, and the number would then belong to somebody else.
    """

    def __init__(self, *, sock: socket.socket) -> None:
        self._end = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))
        self._lock = threading.Lock()

    def shut_down(self) -> None:
        """A thread that waits for the socket wakes up."""
        # Held, so that nobody closes it meanwhile and its number is given to another socket.
        with self._lock, suppress(OSError):  # the peer was faster, or it is closed
            self._end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Nobody reads or writes any more."""
        with self._lock:
            self._end.close()


class Watch:
    """The time left for one request, and the line to the connection that carries it."""

    def __init__(self, *, seconds: float) -> None:
        self.ends_at = monotonic() + seconds
        self.is_expired = False
        self.is_finished = False
        # From here on a byte may have left; before, certainly none has.
        self.may_have_sent = False
        self._line: Line | None = None
        # The connection has let go of the line, while its answer was still to be read.
        self._owns_line = False
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Seconds left, never below a millisecond: a socket takes zero for "do not block"."""
        return max(self.ends_at - monotonic(), 0.001)

    def has_time_left(self) -> bool:
        return not self.is_expired and monotonic() < self.ends_at

    def hold(self, *, line: Line) -> None:
        """From now on the request goes over this line, which stays the connection's."""
        with self._lock:
            self._line = line
            if self.is_expired:
                line.shut_down()

    def let_go(self, *, line: Line) -> None:
        """The connection is closed; an answer on its way can be cut off until `finish`."""
        with self._lock:
            if self._line is line and not self.is_finished:
                self._owns_line = True
                return
        line.close()

    def expire(self) -> None:
        """Ends the request now; a thread that waits for the socket wakes up."""
        with self._lock:
            if not self.is_finished:
                self.is_expired = True
                if self._line is not None:
                    self._line.shut_down()

    def finish(self) -> None:
        """The request is over, one way or another."""
        with self._lock:
            self.is_finished = True
            line, self._line = self._line, None
        if self._owns_line and line is not None:
            line.close()


class Watchdog:
    """Expires watches on time; its thread starts with the first of them."""

    def __init__(self) -> None:
        self._reset()
        # A child of fork() has no threads but would believe that this one runs.
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._heap: list[tuple[float, int, Watch]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self, *, seconds: float) -> Watch:
        """A running watch; the caller must `finish` it."""
        watch = Watch(seconds=seconds)
        with self._changed:
            heapq.heappush(self._heap, (watch.ends_at, next(self._numbers), watch))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="zendesk-deadlines", daemon=True
                )
                self._thread.start()
            elif self._heap[0][2] is watch:
                self._changed.notify()
        return watch

    def _run(self) -> None:
        while True:
            with self._changed:
                wait = self._seconds_to_next()
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                watch = heapq.heappop(self._heap)[2]
            watch.expire()

    def _seconds_to_next(self) -> float | None:
        while self._heap and self._heap[0][2].is_finished:
            heapq.heappop(self._heap)
        return self._heap[0][0] - monotonic() if self._heap else None


WATCHDOG = Watchdog()
