"""Sending one batch of an account: paced, several requests in flight, settled as they return."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from django.conf import settings

from activations.deliveries.backoff import OUTAGE_AFTER
from activations.deliveries.events import Delivered, HandedBack, Refused, Sent, classify
from activations.deliveries.store import attempts, settlements
from activations.deliveries.store.settlements import Result, Tally
from activations.deliveries.store.streaks import STOP_AFTER
from activations.rendering import ToSend
from connections import pacing
from connections.models import Account
from connections.zendesk import errors
from connections.zendesk.client import Client

logger = logging.getLogger(__name__)

# Requests at once. Without pacing more are lined up, so that no sender waits for a transaction.
SENDERS = 8
LINED_UP = 64
SETTLE_TOGETHER = 32
BEGIN_TOGETHER_PACED = 2
LOOK_EVERY_SECONDS = 0.2
# A turn further away than this is a throttled token's: the claims do not wait for it.
LONGEST_TURN_SECONDS = 5.0


@dataclass(slots=True)
class Report:
    """How a batch went, for the courier."""

    tally: Tally = field(default_factory=Tally)
    # The first answer that says: not with this token, not now, or not reachable.
    obstacle: errors.Outcome | None = None
    unreachable: int = 0
    was_answered: bool = False
    was_refused_custom_field: bool = False


class Dispatch:
    """One batch. Only the thread that made it touches the database; senders only send."""

    def __init__(
        self,
        *,
        account: Account,
        client: Client,
        executor: Executor,
        clock: Callable[[], datetime],
        stop: Callable[[], bool],
        streaks: dict[int, int],
        settled: Callable[[Tally], None],
    ) -> None:
        self._account = account
        self._client = client
        self._executor = executor
        self._clock = clock
        self._stop = stop
        # Rejections in a row per destination as last known: with those in flight they must not
        # pass the number that stops it.
        self._streaks = streaks
        self._settled = settled
        self._is_paced = settings.ZENDESK_REQUESTS_PER_SECOND > 0
        self._window = SENDERS if self._is_paced else LINED_UP
        self._queue: deque[ToSend] = deque()
        self._begun: deque[ToSend] = deque()
        self._in_flight: dict[Future[Sent | None], ToSend] = {}
        self._landed: SimpleQueue[Future[Sent | None]] = SimpleQueue()
        self._aloft: Counter[int] = Counter()
        # Also set by senders: the others must not wait until their answer was settled.
        self._is_halted = False
        self._failures = account.outage_failures
        self._last_start_at = self._clock()
        self.report = Report()

    def run(self, items: Sequence[ToSend]) -> Report:
        """Send all of it, or hand back what an obstacle or a stop leaves over."""
        self._queue.extend(items)
        deadline = timedelta(seconds=settings.DELIVERY_DEADLINE_SECONDS)
        leases_end_at = min((item.claimed.lease_until for item in items), default=self._clock())
        self._last_start_at = leases_end_at - deadline
        while self._queue or self._begun or self._in_flight:
            if self._should_stop():
                self._hand_back()
            else:
                self._launch()
            self._land()
        return self.report

    def _should_stop(self) -> bool:
        is_hopeless = self._is_halted or self.report.obstacle is not None
        return is_hopeless or self._clock() >= self._last_start_at or self._stop()

    def _launch(self) -> None:
        while len(self._in_flight) < self._window and not self._should_stop():
            item = self._next()
            if item is None:
                return
            try:
                pacing.take(
                    token_fingerprint=self._account.token_fingerprint,
                    stop=self._should_stop,
                    longest_seconds=LONGEST_TURN_SECONDS,
                )
            except pacing.StoppedWaiting:
                self._begun.appendleft(item)
                self._is_halted = True
                return
            self._aloft[item.claimed.destination_id] += 1
            future = self._executor.submit(self._send, item)
            self._in_flight[future] = item
            future.add_done_callback(self._landed.put)
            if self._is_paced and not self._landed.empty():
                return

    def _next(self) -> ToSend | None:
        if not self._begun and self._queue:
            self._begin()
        if not self._begun:
            return None
        destination_id = self._begun[0].claimed.destination_id
        risk = self._streaks.get(destination_id, 0) + self._aloft[destination_id]
        if risk >= STOP_AFTER and self._in_flight:
            return None
        return self._begun.popleft()

    def _begin(self) -> None:
        """Write the next few attempts down together, before the slot: a slot does not wait."""
        count = BEGIN_TOGETHER_PACED if self._is_paced else SETTLE_TOGETHER
        items = [self._queue.popleft() for _ in range(min(count, len(self._queue)))]
        attempts.begin(claims=[(item.claimed, item.digest) for item in items], at=self._clock())
        self._begun.extend(items)

    def _send(self, item: ToSend) -> Sent | None:
        """In a sender thread. None: not sent, the lease is too short or an obstacle came up."""
        started_at = self._clock()
        if self._should_stop():
            return None
        outcome = self._write(item)
        self._heed(outcome)
        return Sent(outcome, item.digest, item.notes, started_at, self._clock())

    def _heed(self, outcome: errors.Outcome) -> None:
        """Still in the sender: with an obstacle in sight no other sender starts a request."""
        match outcome:
            case errors.Unauthorised() | errors.Throttled():
                self._is_halted = True
            case errors.NotSent() | errors.Unknown():
                self._failures += 1
                self._is_halted |= self._failures >= OUTAGE_AFTER
            case _:
                self._failures = 0

    def _write(self, item: ToSend) -> errors.Outcome:
        try:
            if item.claimed.contact_id is None:
                return self._client.upsert(contact=item.contact)
            return self._client.update(contact_id=item.claimed.contact_id, contact=item.contact)
        except Exception as error:  # noqa: BLE001  (one odd contact must not stop all the others)
            # The message may carry a value of the contact; its type and our ids are enough.
            name = type(error).__name__
            logger.error("delivery.send_failed delivery=%d %s", item.claimed.id, name)
            return errors.Unknown(reason=f"sending failed on our side ({name})", status=None)

    def _land(self) -> None:
        """Settle what came back; unpaced, wait until it is worth a transaction."""
        wanted = 1 if self._is_paced else SETTLE_TOGETHER
        done: list[Future[Sent | None]] = []
        try:
            while len(done) < min(wanted, len(self._in_flight)):
                done.append(self._landed.get(timeout=LOOK_EVERY_SECONDS))
            while not self._landed.empty():
                done.append(self._landed.get())
        except Empty:
            # Nothing for a while: settle what is there and look whether to stop.
            pass
        if done:
            self._settle([(self._in_flight.pop(future), future.result()) for future in done])

    def _settle(self, landed: Sequence[tuple[ToSend, Sent | None]]) -> None:
        held_until = self._note(landed)
        results = [self._result(item, sent, held_until) for item, sent in landed]
        for result in results:
            destination_id = result.claimed.destination_id
            self._aloft[destination_id] -= 1
            if isinstance(result.event, Delivered):
                self._streaks[destination_id] = 0
            elif isinstance(result.event, Refused):
                self._streaks[destination_id] = self._streaks.get(destination_id, 0) + 1
        tally = settlements.settle(results=results, at=self._clock())
        if tally.stopped_destinations:
            self._hand_back(only=tally.stopped_destinations)
        self._settled(tally)

    def _result(self, item: ToSend, sent: Sent | None, held_until: datetime | None) -> Result:
        if sent is None:
            return Result(item.claimed, HandedBack(), was_begun=True)
        event = classify(
            sent=sent,
            settle_seconds=settings.DELIVERY_SETTLE_SECONDS,
            held_until=held_until,
        )
        return Result(item.claimed, event, sent, item.version, was_begun=True)

    def _note(self, landed: Sequence[tuple[ToSend, Sent | None]]) -> datetime | None:
        """Remember what concerns the whole account; returns until when a throttle holds it."""
        held_until = None
        for _, sent in landed:
            match sent.outcome if sent else None:
                case errors.Throttled(_, retry_after_seconds) as outcome:
                    seconds = pacing.hold(
                        token_fingerprint=self._account.token_fingerprint,
                        at_least_seconds=retry_after_seconds,
                    )
                    held_until = self._clock() + timedelta(seconds=seconds)
                    self.report.obstacle = outcome
                case errors.Unauthorised() as outcome:
                    self.report.obstacle = outcome
                case errors.NotSent() | errors.Unknown() as outcome:
                    self.report.unreachable += 1
                    if self._is_outage():
                        self.report.obstacle = outcome
                case errors.Written() | errors.Rejected() | errors.Missing() as outcome:
                    self.report.unreachable, self.report.was_answered = 0, True
                    pointer = getattr(outcome, "pointer", None) or ""
                    if pointer.startswith("/custom_fields/"):
                        self.report.was_refused_custom_field = True
                case None:
                    pass
        return held_until

    def _is_outage(self) -> bool:
        """So many failures in a row, from before this batch on, that only probes make sense."""
        before = 0 if self.report.was_answered else self._account.outage_failures
        return before + self.report.unreachable >= OUTAGE_AFTER

    def _hand_back(self, only: set[int] | None = None) -> None:
        """Give back what was not launched, of all destinations or of `only` these."""
        queue, begun = list(self._queue), list(self._begun)
        self._queue.clear()
        self._begun.clear()
        results: list[Result] = []
        for item in queue:
            if only is None or item.claimed.destination_id in only:
                results.append(Result(item.claimed, HandedBack()))
            else:
                self._queue.append(item)
        for item in begun:
            if only is None or item.claimed.destination_id in only:
                results.append(Result(item.claimed, HandedBack(), was_begun=True))
            else:
                self._begun.append(item)
        if results:
            settlements.settle(results=results, at=self._clock())
