"""Sending for one account: paced, several requests in flight, settled as they return."""

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import filterfalse, islice
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db import connection

from activations.deliveries.events import Sent
from activations.deliveries.store import attempts
from activations.rendering import ToSend
from activations.sending.books import Books
from activations.sending.obstacles import Obstacles
from activations.sending.rounds import Round
from activations.sending.senders import Landed, Senders
from connections import pacing
from connections.zendesk import errors
from connections.zendesk.client import Client

logger = logging.getLogger(__name__)

# Requests at once: so many may still use a token that has just been revoked. Without pacing (a
# sandbox) more are made, and lined up, so that no sender waits for a transaction.
PACED_WINDOW = 8
SENDERS = 16
# Where answers come at once, more threads than these only take turns at the interpreter.
SENDERS_AT_FIRST = 4
LINED_UP = 1024
SETTLE_TOGETHER = 512
# However slowly they come: an answer that is told too late finds its claim taken by others.
SETTLE_WITHIN_SECONDS = 1.0
BEGIN_TOGETHER_PACED = 2
LOOK_EVERY_SECONDS = 0.2
# A turn further away than this is a throttled token's: the claims do not wait for it.
LONGEST_TURN_SECONDS = 15.0

Supply = Callable[[], Sequence[ToSend] | None]


class Dispatch:
    """Works until nothing is due or an obstacle comes up.

    Only the thread that runs it touches the database; senders only send. The supply claims and
    renders what to send next, and answers None when there is nothing (now).
    """

    def __init__(
        self,
        *,
        client: Client,
        token_fingerprint: str,
        senders: Senders,
        obstacles: Obstacles,
        round_: Round,
    ) -> None:
        self._client, self._token_fingerprint = client, token_fingerprint
        self._senders, self.obstacles, self._round = senders, obstacles, round_
        self._is_paced = settings.ZENDESK_REQUESTS_PER_SECOND > 0
        self._low_water = 0 if self._is_paced else SETTLE_TOGETHER
        self._deadline = timedelta(seconds=settings.DELIVERY_DEADLINE_SECONDS)
        self._queue: deque[ToSend] = deque()
        self._begun: deque[ToSend] = deque()
        self._in_flight = 0
        self._landed: SimpleQueue[Landed] = SimpleQueue()
        self._books = Books(obstacles=obstacles, round_=round_)
        self._stopped: set[int] = set()
        self._supply_again_at = 0.0
        self._waits_for_others = False

    def run(self, *, supply: Supply) -> bool:
        """Send all there is, or hand back what an obstacle or a stop leaves over.

        False when there was nothing to begin with. Raises what went wrong (a lost database, say),
        after the database was told of all it had given us, if it answers in time.
        """
        try:
            return self._work(supply)
        except BaseException:
            self._wind_up()
            raise

    def _work(self, supply: Supply) -> bool:
        was_supplied = False
        while True:
            if self._should_stop():
                self._hand_back()
            else:
                was_supplied |= self._refill(supply)
                self._launch()
            if not self.is_busy:
                return was_supplied
            self._land()

    @property
    def is_busy(self) -> bool:
        """Whether something is claimed that did not come back yet."""
        return bool(self._queue or self._begun or self._in_flight)

    @property
    def _window(self) -> int:
        if self.obstacles.is_recovering:
            return 1
        return PACED_WINDOW if self._is_paced else LINED_UP

    def distrust(self, *, destination_ids: Collection[int]) -> None:
        """Zendesk has just been refusing what these send: they must prove themselves again."""
        self._books.proven -= set(destination_ids)

    def _wind_up(self) -> None:
        """Nobody else may take up these claims before their leases end: give them back."""
        self.obstacles.is_in_the_way = True
        connection.close_if_unusable_or_obsolete()
        self._settle([self._landed.get() for _ in range(self._in_flight)])
        # Whether the last of them were begun, only the database knows.
        self._begun.extend(self._queue)
        self._queue.clear()
        self._hand_back()

    def _should_stop(self) -> bool:
        return self.obstacles.is_in_the_way or self._round.stop()

    def _wants_supply(self) -> bool:
        is_low = len(self._queue) + len(self._begun) <= self._low_water
        has_room = self._in_flight < self._window
        return is_low and has_room and time.monotonic() >= self._supply_again_at

    def _refill(self, supply: Supply) -> bool:
        if not self._wants_supply():
            return False
        items = supply()
        if items is None:
            self._supply_again_at = time.monotonic() + LOOK_EVERY_SECONDS
            return False
        self._queue.extend(items)
        return True

    def _launch(self) -> None:
        while self._in_flight < self._window and not self._should_stop():
            item = self._next()
            if item is None:
                return
            try:
                send_by = pacing.take(
                    token_fingerprint=self._token_fingerprint,
                    stop=self._should_stop,
                    longest_seconds=LONGEST_TURN_SECONDS,
                )
            except BaseException as problem:
                self._begun.appendleft(item)
                if not isinstance(problem, pacing.StoppedWaiting):
                    raise
                self.obstacles.is_in_the_way = True
                return
            self._in_flight += 1
            self._senders.submit(
                item=item,
                send=partial(self._send, send_by=send_by),
                landed=self._landed,
                in_flight=self._in_flight,
            )
            if self._is_paced and not self._landed.empty():
                return

    def _next(self) -> ToSend | None:
        if not self._begun and self._queue:
            self._hand_back_late()
            self._begin()
        return self._begun.popleft() if self._begun else None

    def _begin(self) -> None:
        """Write the next few attempts down together, before the slot: a slot does not wait."""
        self._waits_for_others = False
        most = BEGIN_TOGETHER_PACED if self._is_paced else self._window - self._in_flight
        items = list(islice(self._queue, most))
        destination_ids = {item.claimed.destination_id for item in items}
        begun = attempts.begin(
            claims=[(item.claimed, item.digest) for item in items],
            at=self._round.clock(),
            on_trial=destination_ids - self._books.proven,
        )
        for _ in items:
            self._queue.popleft()
        self._begun.extend(item for item in items if item.claimed.id in begun.ids)
        # Their destination is on trial, and other processes have its requests under way: the
        # other destinations of the account go on meanwhile.
        waiting = [item for item in items if item.claimed.id in begun.waiting]
        self._queue.extend(waiting)
        held = {item.claimed.destination_id for item in waiting}
        is_all_held = all(item.claimed.destination_id in held for item in self._queue)
        self._waits_for_others = bool(held) and is_all_held and not (self._begun or self._in_flight)
        lost = len(items) - len(begun.ids) - len(waiting)
        if lost:
            logger.warning("delivery.claim_lost count=%d", lost)
        if begun.stopped_destinations:
            self._hand_back(only=begun.stopped_destinations)

    def _send(self, item: ToSend, *, send_by: float) -> Sent | None:
        """In a sender thread. None: not sent, the lease is too short or an obstacle came up.

        Raises TurnMissed.
        """
        started_at = self._round.clock()
        if self._should_stop() or self._is_late(item, started_at):
            return None
        outcome = self._write(item, send_by)
        self.obstacles.heed(outcome)
        return Sent(outcome, item.digest, item.notes, started_at, self._round.clock())

    def _write(self, item: ToSend, send_by: float) -> errors.Outcome:
        try:
            return self._client.write(item.write(), send_by=send_by)
        except errors.TurnMissed:
            raise
        except Exception as error:  # noqa: BLE001  (one odd contact must not stop all the others)
            # The message may carry a value of the contact; its type and our ids are enough.
            name = type(error).__name__
            logger.error("delivery.send_failed delivery=%d %s", item.claimed.id, name)
            return errors.Unknown(reason=f"sending failed on our side ({name})", status=None)

    def _land(self) -> None:
        """Settle what came back; unpaced, wait until it is worth a transaction."""
        wanted = min(1 if self._is_paced else SETTLE_TOGETHER, self._in_flight)
        wait = 0.0 if self._wants_supply() else LOOK_EVERY_SECONDS
        landed: list[Landed] = []
        if self._waits_for_others and self._queue:
            time.sleep(LOOK_EVERY_SECONDS)
        ends_at = time.monotonic() + SETTLE_WITHIN_SECONDS
        try:
            while len(landed) < wanted and time.monotonic() < ends_at:
                landed.append(self._landed.get(timeout=wait))
            while not self._landed.empty():
                landed.append(self._landed.get())
        except Empty:
            # Nothing for a while: settle what is there and look whether to stop.
            pass
        self._settle(landed)

    def _settle(self, landed: Sequence[Landed]) -> None:
        self._in_flight -= len(landed)
        missed: list[Landed] = []
        answered: list[Landed] = []
        for each in landed:
            (missed if isinstance(each.error, errors.TurnMissed) else answered).append(each)
        stopped = self._books.settle(answered)
        self._stopped |= stopped
        self._again([each.item for each in missed])
        # What missed its turn while its destination was being stopped is not sent either.
        stopped |= self._stopped & {each.item.claimed.destination_id for each in missed}
        if stopped:
            self._hand_back(only=stopped)

    def _again(self, items: Sequence[ToSend]) -> None:
        """They missed their turn. Begun they are already, and the next turn is theirs."""
        self._begun.extendleft(reversed(items))
        if items:
            logger.info("delivery.turn_missed count=%d", len(items))
            self._books.count_missed_turns(items)

    def _is_late(self, item: ToSend, at: datetime) -> bool:
        """Whether a request that starts now might outlive the lease."""
        return at >= item.claimed.lease_until - self._deadline

    def _hand_back_late(self) -> None:
        """Claims that grew old while they waited here: whoever takes them over is not kept."""
        at = self._round.clock()
        late: list[ToSend] = []
        while self._queue and self._is_late(self._queue[0], at):
            late.append(self._queue.popleft())
        self._books.hand_back(late, was_begun=False)

    def _hand_back(self, only: Collection[int] | None = None) -> None:
        """Give back what was not launched, of all destinations or of `only` these."""

        def is_meant(item: ToSend) -> bool:
            return only is None or item.claimed.destination_id in only

        for waiting, was_begun in ((self._queue, False), (self._begun, True)):
            self._books.hand_back(list(filter(is_meant, waiting)), was_begun=was_begun)
            kept = list(filterfalse(is_meant, waiting))
            waiting.clear()
            waiting.extend(kept)
