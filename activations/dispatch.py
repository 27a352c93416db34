"""Sending one batch of an account: paced, several requests in flight, settled as they return."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from activations.deliveries.backoff import OUTAGE_AFTER
from activations.deliveries.events import Delivered, HandedBack, Refused, Sent, classify
from activations.deliveries.store import attempts, settlements
from activations.deliveries.store.attempts import Begun
from activations.deliveries.store.settlements import Result, Tally
from activations.deliveries.store.streaks import STOP_AFTER
from activations.rendering import ToSend
from connections import pacing
from connections.models import Account
from connections.zendesk import errors
from connections.zendesk.client import Client

# Requests at once. Without pacing more are lined up, so that no sender waits for a transaction.
SENDERS = 8
LINED_UP = 32
SETTLE_TOGETHER = 16
BEGIN_TOGETHER_PACED = 2


@dataclass(frozen=True, slots=True)
class Flight:
    """A request that is on its way."""

    begun: Begun
    item: ToSend


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
        self._begun: deque[Flight] = deque()
        self._in_flight: dict[Future[Sent | None], Flight] = {}
        self._aloft: Counter[int] = Counter()
        self.report = Report()

    def run(self, items: Sequence[ToSend]) -> Report:
        """Send all of it, or hand back what an obstacle or a stop leaves over."""
        self._queue.extend(items)
        while self._queue or self._begun or self._in_flight:
            if self._should_stop():
                self._hand_back()
            else:
                self._launch()
            self._land()
        return self.report

    def _should_stop(self) -> bool:
        return self.report.obstacle is not None or self._stop()

    def _launch(self) -> None:
        while len(self._in_flight) < self._window and not self._should_stop():
            flight = self._next()
            if flight is None:
                return
            try:
                pacing.take(
                    token_fingerprint=self._account.token_fingerprint, stop=self._should_stop
                )
            except pacing.StoppedWaiting:
                self._begun.appendleft(flight)
                return
            self._aloft[flight.item.claimed.destination_id] += 1
            future = self._executor.submit(self._send, flight.item)
            self._in_flight[future] = flight
            if self._is_paced and any(future.done() for future in self._in_flight):
                return

    def _next(self) -> Flight | None:
        if not self._begun and self._queue:
            self._begin()
        if not self._begun:
            return None
        destination_id = self._begun[0].item.claimed.destination_id
        risk = self._streaks.get(destination_id, 0) + self._aloft[destination_id]
        if risk >= STOP_AFTER and self._in_flight:
            return None
        return self._begun.popleft()

    def _begin(self) -> None:
        """Write the next few attempts down together, before the slot: a slot does not wait."""
        count = BEGIN_TOGETHER_PACED if self._is_paced else SETTLE_TOGETHER
        items = [self._queue.popleft() for _ in range(min(count, len(self._queue)))]
        begun = attempts.begin(
            claims=[(item.claimed, item.digest) for item in items], at=self._clock()
        )
        self._begun.extend(Flight(b, item) for b, item in zip(begun, items, strict=True))

    def _send(self, item: ToSend) -> Sent | None:
        """In a sender thread. None: not sent, the lease is too short or an obstacle came up."""
        started_at = self._clock()
        deadline = timedelta(seconds=settings.DELIVERY_DEADLINE_SECONDS)
        if started_at + deadline >= item.claimed.lease_until or self._should_stop():
            return None
        if item.claimed.contact_id is None:
            outcome = self._client.upsert(contact=item.contact)
        else:
            outcome = self._client.update(contact_id=item.claimed.contact_id, contact=item.contact)
        return Sent(outcome, item.digest, item.notes, started_at, self._clock())

    def _land(self) -> None:
        """Settle what came back; unpaced, wait until it is worth a transaction."""
        if not self._in_flight:
            return
        done = [future for future in self._in_flight if future.done()]
        if not done:
            wait(self._in_flight, timeout=0.2, return_when=FIRST_COMPLETED)
            done = [future for future in self._in_flight if future.done()]
        is_worth_it = self._is_paced or len(done) >= min(SENDERS, len(self._in_flight))
        if not is_worth_it:
            wait(self._in_flight, timeout=0.005)
            done = [future for future in self._in_flight if future.done()]
        if done:
            self._settle([(self._in_flight.pop(future), future.result()) for future in done])

    def _settle(self, landed: Sequence[tuple[Flight, Sent | None]]) -> None:
        held_until = self._note(landed)
        results = [self._result(flight, sent, held_until) for flight, sent in landed]
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

    def _result(self, flight: Flight, sent: Sent | None, held_until: datetime | None) -> Result:
        if sent is None:
            return Result(flight.item.claimed, HandedBack(), None, flight.begun.attempt_id)
        event = classify(
            sent=sent,
            settle_seconds=settings.DELIVERY_SETTLE_SECONDS,
            held_until=held_until,
        )
        return Result(flight.item.claimed, event, sent, flight.begun.attempt_id)

    def _note(self, landed: Sequence[tuple[Flight, Sent | None]]) -> datetime | None:
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
        for flight in begun:
            if only is None or flight.item.claimed.destination_id in only:
                attempt_id = flight.begun.attempt_id
                results.append(Result(flight.item.claimed, HandedBack(), None, attempt_id))
            else:
                self._begun.append(flight)
        if results:
            settlements.settle(results=results, at=self._clock())
