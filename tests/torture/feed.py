"""Changes go in over HTTP, batch after batch; each is sent until it is acknowledged."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tests.torture.calls import Reply
from tests.torture.ground import Web
from tests.torture.oracle import Oracle
from tests.torture.people import Change

# Between two tries of one batch, and how long all of them may take.
TRY_AGAIN_SECONDS = 0.2
LONGEST_TRYING_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class UnderWay:
    """From one instant to another, in monotonic seconds."""

    began: float
    ended: float

    def meets(self, other: "UnderWay") -> bool:
        return self.began < other.ended and other.began < self.ended


def at_once(first: Mapping[str, UnderWay], second: Mapping[str, UnderWay]) -> int:
    """About how many people both had a record under way at one moment."""
    return sum(first[email].meets(second[email]) for email in first.keys() & second.keys())


class Feed:
    """One sender: a person's changes arrive in the order of their versions.

    A batch that was not acknowledged is sent again with the same Idempotency-Key and body, as a
    careful client would; nothing is an obligation before its 2xx.
    """

    def __init__(
        self,
        *,
        web: Callable[[], Web],
        api_key: str,
        oracle: Oracle,
        name: str,
        batch: int = 50,
        per_second: float | None = None,
        gate: Callable[[], object] = lambda: None,
    ) -> None:
        """`web` is asked before each try: a killed one may have been replaced meanwhile. `gate` is
        waited for before each batch, for senders who want to send at once."""
        self._web = web
        self._api_key = api_key
        self._oracle = oracle
        self._name = name
        self._batch = batch
        self._per_second = per_second
        self._gate = gate
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._number = 0
        # By status code, or by the name of the error when there was no answer.
        self.answers: Counter[str] = Counter()
        self.rejected: list[str] = []
        self.slowest_seconds = 0.0
        self.acknowledged_at = time.monotonic()
        # By e-mail address, while its last record was under way.
        self.last_sent: dict[str, UnderWay] = {}
        self.failure: BaseException | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def send(self, changes: Iterable[Change]) -> None:
        """All of them, now; returns when the last one is acknowledged. Raises TimeoutError."""
        started, sent = time.monotonic(), 0
        for batch in _batches(changes, self._batch):
            if self._stop.is_set():
                return
            self._deliver(batch)
            sent += len(batch)
            if self._per_second:
                self._stop.wait(started + sent / self._per_second - time.monotonic())

    def start(self, changes: Iterable[Change]) -> None:
        """The same in a thread of its own."""

        def run() -> None:
            try:
                self.send(changes)
            except BaseException as error:  # noqa: BLE001  (told to whoever waits)
                self.failure = error

        self._thread = threading.Thread(target=run, name=f"feed-{self._name}", daemon=True)
        self._thread.start()

    def wait(self, *, seconds: float = 3600) -> None:
        """Until all is acknowledged. Raises what ended it early."""
        assert self._thread is not None
        self._thread.join(seconds)
        if self.failure is not None:
            raise self.failure
        if self.is_running:
            raise TimeoutError(f"the feed did not end within {seconds:g} s")

    def stop(self) -> None:
        """Send nothing more after the batch in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(LONGEST_TRYING_SECONDS)

    def _deliver(self, batch: Sequence[Change]) -> None:
        self._number += 1
        key = f"{self._name}-{self._number}"
        body = json.dumps({"profiles": [change.document for change in batch]}).encode()
        self._gate()
        began_at = time.monotonic()
        deadline = began_at + LONGEST_TRYING_SECONDS
        while (reply := self._try(body, key)) is None or not reply.is_success:
            if time.monotonic() > deadline:
                raise TimeoutError(f"batch {key} was not acknowledged: {dict(self.answers)}")
            time.sleep(TRY_AGAIN_SECONDS)
        self.acknowledged_at = time.monotonic()
        under_way = UnderWay(began_at, self.acknowledged_at)
        self.last_sent |= dict.fromkeys((change.email for change in batch), under_way)
        rejected = {entry["index"]: entry for entry in reply.json["rejected"]}
        self.rejected += [str(entry) for entry in rejected.values()]
        self._oracle.oblige([c for index, c in enumerate(batch) if index not in rejected])

    def _try(self, body: bytes, key: str) -> Reply | None:
        started = time.monotonic()
        try:
            reply = self._web().post(
                body, Authorization=f"Bearer {self._api_key}", Idempotency_Key=key
            )
        except (OSError, http.client.HTTPException) as error:
            self.answers[type(error).__name__] += 1
            return None
        self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - started)
        self.answers[str(reply.status)] += 1
        return reply


def _batches(changes: Iterable[Change], size: int) -> Iterator[list[Change]]:
    remaining = iter(changes)
    while batch := list(islice(remaining, size)):
        yield batch
