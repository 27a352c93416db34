"""Threads that make requests; they never touch the database."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from activations.deliveries.events import Sent
from activations.rendering import ToSend


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of an item; `sent` is None when it was not sent. `error`: a fault of ours."""

    item: ToSend
    sent: Sent | None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    item: ToSend
    send: Callable[[ToSend], Sent | None]
    landed: SimpleQueue[Landed]


# A request that takes so many seconds mostly waits, and others can be under way meanwhile.
SLOW_SECONDS = 0.02
# Of the newest request in the mean of what they take.
_WEIGHT = 0.1


class Senders:
    """A crew for one account. A plain queue: futures would cost more than the locks they need."""

    def __init__(self, *, name: str, at_first: int, most: int) -> None:
        """`at_first` work until requests turn out to be slow, then `most`."""
        self._name, self._at_first, self._most = name, at_first, most
        # Written by all of them without a lock: one of two that write at once is lost.
        self._mean_seconds = 0.0
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(
        self,
        *,
        item: ToSend,
        send: Callable[[ToSend], Sent | None],
        landed: SimpleQueue[Landed],
        in_flight: int,
    ) -> None:
        """Have `send(item)` called and its result put into `landed`.

        `in_flight` is how many have not landed yet, this one included: the crew grows with it.
        """
        crew = self._most if self._mean_seconds > SLOW_SECONDS else self._at_first
        if len(self._threads) < min(in_flight, crew):
            name = f"{self._name}-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._jobs.put(_Job(item, send, landed))

    def close(self) -> None:
        """Wait for the requests in flight and let the threads go."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            began_at = time.monotonic()
            try:
                landed = Landed(job.item, job.send(job.item))
            except BaseException as error:  # noqa: BLE001  (told to the thread that submitted it)
                landed = Landed(job.item, None, error)
            took = time.monotonic() - began_at
            self._mean_seconds += _WEIGHT * (took - self._mean_seconds)
            job.landed.put(landed)
