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


class Watch:
    """The time left for one request, and a line to the socket that carries it."""

    def __init__(self, *, seconds: float) -> None:
        self.ends_at = monotonic() + seconds
        self.is_expired = False
        self.is_finished = False
        # From here on a byte may have left; before, certainly none has.
        self.may_have_sent = False
        self._line: socket.socket | None = None
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Seconds left, never below a millisecond: a socket takes zero for "do not block"."""
        return max(self.ends_at - monotonic(), 0.001)

    def has_time_left(self) -> bool:
        return not self.is_expired and monotonic() < self.ends_at

    def hold(self, *, sock: socket.socket) -> None:
        """Keeps a duplicate of the socket's descriptor until `finish`.

        A duplicate, because the connection may close its own descriptor while an answer is
        still being read, and the number would then belong to somebody else.
        """
        line = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))
        with self._lock:
            self._release()
            self._line = line
            if self.is_expired:
                self._shut_down()

    def expire(self) -> None:
        """Ends the request now; a thread that waits for the socket wakes up."""
        with self._lock:
            if not self.is_finished:
                self.is_expired = True
                self._shut_down()

    def finish(self) -> None:
        """The request is over, one way or another."""
        with self._lock:
            self.is_finished = True
            self._release()

    def _shut_down(self) -> None:
        if self._line is not None:
            with suppress(OSError):  # the peer was faster
                self._line.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


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
